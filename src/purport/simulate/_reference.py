"""The orthophoto of a simulated place: another sensor's picture of it on another day.

Written separately from the footage, at its own ground sample distance and phase, with other tones,
shadows, noise and changes, and, when asked, a known error of its position.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio import Affine

from purport.simulate._ground import Ground, build_pyramid

__all__ = ["ReferenceLook", "write_reference", "write_terrain"]

Picture = NDArray[np.float32]

_FINER = 2
_PHASE = 0.37
"""Share of a pixel by which the grid is shifted against the ground's, so that none coincide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLook:
    """How an orthophoto differs from the footage's ground."""

    gsd_m: float = 0.4
    """Ground sample distance. [m]"""
    gamma: float = 1.0
    """Exponent of the tone curve."""
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """Factors of blue, green and red."""
    offset: float = 0.0
    """Brightness added. [grey levels of 255]"""
    noise_sd: float = 2.0
    """Standard deviation of the noise. [grey levels of 255]"""
    blur_px: float = 0.4
    """Standard deviation of the point spread beyond the pixel itself. [px]"""
    shadows: int = 0
    """Number of cloud-like shadows."""
    patches: int = 0
    """Number of rectangles that changed since."""
    shift_m: tuple[float, float] = (0.0, 0.0)
    """Known georeferencing error: stated minus true easting and northing. [m]"""
    seed: int = 0
    """Seed of noise, shadows and changes."""


def write_reference(
    ground: Ground, out: Path, *, look: ReferenceLook, compress: str = "deflate"
) -> None:
    """Write the orthophoto of a ground as a GeoTIFF in the ground's projected system.

    Args:
        ground: What is shown; for another day's light, the same place with another sun.
        out: File to write.
        look: How it differs.
        compress: GDAL's name of a compression: "deflate" (lossless) or "jpeg".
    """
    picture, west_m, north_m = _resample(ground, look)
    changed = _change(picture, look)
    rows, columns = changed.shape[:2]
    options = {"photometric": "YCBCR", "jpeg_quality": 88} if compress == "jpeg" else {}
    if compress == "deflate":
        options = {"predictor": 2, "zlevel": 9}
    with rasterio.open(
        out,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=3,
        dtype="uint8",
        crs=ground.crs,
        transform=Affine(
            look.gsd_m,
            0.0,
            west_m + look.shift_m[0],
            0.0,
            -look.gsd_m,
            north_m + look.shift_m[1],
        ),
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress=compress,
        **options,
    ) as dataset:
        dataset.write(np.moveaxis(changed[..., ::-1], 2, 0))


def write_terrain(
    ground: Ground,
    out: Path,
    *,
    gsd_m: float = 1.0,
    surface: bool = False,
    noise_sd_m: float = 0.0,
    seed: int = 0,
) -> None:
    """Write the heights of a ground as a GeoTIFF of 32-bit metres above its plane.

    Args:
        ground: The ground; one without relief is 0 throughout.
        out: File to write.
        gsd_m: Distance between heights. [m]
        surface: Whether roofs count (a surface model) or only the bare ground.
        noise_sd_m: Standard deviation of an error of each height. [m]
        seed: Seed of that error.
    """
    columns, rows = int(ground.width_m / gsd_m), int(ground.height_m / gsd_m)
    east = ground.west_m + (np.arange(columns) + 0.5) * gsd_m
    north = ground.north_m - (np.arange(rows) + 0.5) * gsd_m
    heights = np.zeros((rows, columns))
    relief = ground.relief
    if relief is not None and relief.terrain is not None:
        heights += relief.terrain.at(*np.meshgrid(east, north))
    if relief is not None and surface:
        for building in relief.buildings:
            corners = (np.array(building.corners) - (ground.west_m, ground.north_m)) / gsd_m
            pixels = np.round((corners * (1.0, -1.0) - 0.5) * 16).astype(np.int32)
            mask = np.zeros(heights.shape, dtype=np.uint8)
            cv2.fillConvexPoly(mask, pixels, 1, cv2.LINE_8, 4)
            heights[mask > 0] = np.maximum(heights[mask > 0], relief.roof_m(building))
    heights += noise_sd_m * np.random.default_rng([seed, 7019]).standard_normal(heights.shape)
    with rasterio.open(
        out,
        "w",
        driver="GTiff",
        width=columns,
        height=rows,
        count=1,
        dtype="float32",
        crs=ground.crs,
        transform=Affine(gsd_m, 0.0, ground.west_m, 0.0, -gsd_m, ground.north_m),
        tiled=True,
        blockxsize=256,
        blockysize=256,
        compress="deflate",
    ) as dataset:
        dataset.write(heights.astype(np.float32), 1)


def _resample(ground: Ground, look: ReferenceLook) -> tuple[Picture, float, float]:
    """Return the ground on the orthophoto's grid and the western and northern edges of it."""
    inset_m = _PHASE * look.gsd_m
    columns = int((ground.width_m - inset_m) / look.gsd_m)
    rows = int((ground.height_m - inset_m) / look.gsd_m)
    pyramid = build_pyramid(
        ground.picture, gsd_m=ground.gsd_m, origin_m=(ground.west_m, ground.north_m)
    )
    level, level_to_map = pyramid.level_for(look.gsd_m / _FINER)
    step = look.gsd_m / _FINER
    west_m, north_m = ground.west_m + inset_m, ground.north_m - inset_m
    finer_to_map = np.array(
        [[step, 0.0, west_m + step / 2], [0.0, -step, north_m - step / 2], [0.0, 0.0, 1.0]]
    )
    matrix = np.linalg.inv(level_to_map) @ finer_to_map
    warped = cv2.warpAffine(
        level,
        matrix[:2],
        (columns * _FINER, rows * _FINER),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    half = cv2.resize(warped, (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.float32), west_m, north_m


def _change(picture: Picture, look: ReferenceLook) -> NDArray[np.uint8]:
    generator = np.random.default_rng([look.seed, 7010])
    rows, columns = picture.shape[:2]
    changed = picture.copy()
    for _ in range(look.patches):
        _change_patch(changed, generator)
    if look.shadows:
        changed *= _cloud_shadows((rows, columns), look.shadows, generator)[..., None]
    if look.blur_px > 0.0:
        changed = cv2.GaussianBlur(changed, (0, 0), look.blur_px)
    changed = np.power(np.clip(changed / 255.0, 0.0, 1.0), look.gamma) * 255.0
    changed = changed * np.array(look.gains, dtype=np.float32) + look.offset
    changed += look.noise_sd * generator.standard_normal(changed.shape, dtype=np.float32)
    return np.asarray(np.clip(changed + 0.5, 0.0, 255.0), dtype=np.uint8)


def _change_patch(picture: Picture, generator: np.random.Generator) -> None:
    """Overpaint a turned rectangle with another of the picture's own tones."""
    rows, columns = picture.shape[:2]
    middle = generator.uniform(0.1, 0.9, 2) * (columns, rows)
    sides = generator.uniform(0.02, 0.07, 2) * min(rows, columns)
    corners = cv2.boxPoints((tuple(middle), tuple(sides), float(generator.uniform(0.0, 90.0))))
    tone = picture[int(generator.integers(rows)), int(generator.integers(columns))]
    colour = [float(value) for value in tone * generator.uniform(0.7, 1.2)]
    cv2.fillPoly(picture, [np.round(corners).astype(np.int32)], colour, cv2.LINE_AA)


def _cloud_shadows(shape: tuple[int, int], count: int, generator: np.random.Generator) -> Picture:
    rows, columns = shape
    across, along = np.meshgrid(
        np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)
    )
    light = np.ones(shape, dtype=np.float32)
    for _ in range(count):
        middle = generator.uniform(0.0, 1.0, 2) * (columns, rows)
        reach = generator.uniform(0.08, 0.2) * min(rows, columns)
        distance = np.hypot(across - middle[0], (along - middle[1]) * generator.uniform(0.7, 1.4))
        light *= 1.0 - 0.35 / (1.0 + np.exp((distance - reach) / (0.15 * reach)))
    return light
