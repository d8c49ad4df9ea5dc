"""Ground heights: a raster whose first band holds heights, read where they are needed.

Heights are those of the file: above the ellipsoid or the geoid, of the bare ground or of roofs and
crowns, as its maker meant them. What is measured with them are differences of height within one
view, in which a common offset cancels; the two surfaces differ by centimetres over such distances.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.windows import Window

from purport.core.errors import OutsideReferenceError, UnreadableReferenceError
from purport.core.homographies import Matrix3
from purport.imagery.patches import MapWindow
from purport.imagery.references import Reference, open_reference, opened

__all__ = ["Heights", "Terrain", "fit_plane", "open_terrain", "read_heights"]

FloatArray = NDArray[np.float64]

_METRES = {
    "": 1.0,
    "m": 1.0,
    "metre": 1.0,
    "meter": 1.0,
    "metres": 1.0,
    "meters": 1.0,
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
    "us survey foot": 1200.0 / 3937.0,
    "us-ft": 1200.0 / 3937.0,
}
"""Units of height by the name in the file, in metres; a file that names none means metres."""
_VERTICAL_TAGS = ("VERTICAL_ACCURACY_M", "ACCURACY_M")
_LOWEST_M, _HIGHEST_M = -500.0, 9000.0
"""Heights on Earth, dry land and mines, between which a height can be."""
_MOST_PIXELS = 25_000_000
_EDGE_POINTS = 9
_PLANE_ROUNDS = 20
_LEAST_RESIDUAL_M = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """A raster of heights that says where it lies."""

    raster: Reference
    """Where it lies; its `accuracy_m` is vertical here. [m]"""
    unit_m: float = 1.0
    """What one unit of the raster's heights is. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heights:
    """A stretch of a terrain, read."""

    height_m: FloatArray
    """Heights (height, width); NaN where the raster has none. [m]"""
    to_crs: Matrix3
    """Pixel of the stretch to coordinates in `crs` (3, 3), affine."""
    crs: str
    """The raster's own system."""
    accuracy_m: float | None
    """Vertical standard uncertainty; None when nothing states it. [m]"""

    def at(self, points: FloatArray, crs: str) -> FloatArray:
        """Return heights at map points, bilinear between the four nearest pixels.

        Args:
            points: Easting and northing in `crs` (n, 2). [m]
            crs: Their projected system.

        Returns:
            Heights (n,); NaN outside the stretch, or where one of the four has no height. [m]
        """
        own = np.column_stack(
            Transformer.from_crs(crs, self.crs, always_xy=True).transform(
                points[:, 0], points[:, 1]
            )
        )
        inverse = np.linalg.inv(np.array(self.to_crs))
        return _bilinear(self.height_m, own @ inverse[:2, :2].T + inverse[:2, 2])


def open_terrain(
    path: Path, *, name: str | None = None, accuracy_m: float | None = None
) -> Terrain:
    """Read where a raster of heights lies, without reading its heights.

    Args:
        path: GeoTIFF; its first band holds heights in the unit that the band names, else metres.
        name: What messages call it; its file name when None.
        accuracy_m: Vertical standard uncertainty as the user states it; else the file's tag
            VERTICAL_ACCURACY_M or ACCURACY_M, if any. [m]

    Raises:
        UnreadableReferenceError: It cannot be read, says not where it lies, or its heights are in
            an unknown unit.
    """
    name = name or path.name
    with opened(path, name) as dataset:
        tags = dataset.tags()
        unit = (dataset.units[0] or "").strip().lower()
        coloured = ColorInterp.red in dataset.colorinterp
    tagged = _stated(tags, name) if accuracy_m is None else None
    if unit not in _METRES:
        raise UnreadableReferenceError(
            name,
            f"its heights are in {unit!r}, metres or feet are expected",
            remedy="Give the terrain with heights in metres.",
        )
    if coloured:
        raise UnreadableReferenceError(
            name,
            "its bands hold colours, which are no heights",
            remedy="Give a raster of heights, not a picture of one.",
        )
    raster = open_reference(path, name=name, accuracy_m=accuracy_m if tagged is None else tagged[0])
    if tagged is not None:
        raster = replace(raster, accuracy_basis=f"TIFF tag {tagged[1]}")
    elif accuracy_m is None:
        # The file's horizontal accuracy, if it states one, says nothing of its heights.
        raster = replace(raster, accuracy_m=None, accuracy_basis="not stated")
    return Terrain(raster=raster, unit_m=_METRES[unit])


def read_heights(terrain: Terrain, window: MapWindow) -> Heights:
    """Read the heights of a stretch, and no more of the file.

    Args:
        terrain: The raster.
        window: Which stretch, in the raster's `metric_crs`.

    Raises:
        OutsideReferenceError: The raster has no height there.
        UnreadableReferenceError: It cannot be read, asks for too many pixels, or holds numbers
            that cannot be heights.
    """
    raster = terrain.raster
    first, last = _pixels(raster, window)
    size = last - first + 1
    if (size <= 0).any():
        raise _outside(raster.name)
    if int(size[0]) * int(size[1]) > _MOST_PIXELS:
        raise UnreadableReferenceError(
            raster.name,
            f"{size[0]} × {size[1]} heights are too many to read at once",
            remedy="Give a coarser terrain: heights every metre are plenty.",
        )
    with opened(raster.path, raster.name) as dataset:
        try:
            band = dataset.read(1, window=Window(first[0], first[1], size[0], size[1]), masked=True)
            scale, offset = dataset.scales[0], dataset.offsets[0]
        except RasterioError as fault:
            raise UnreadableReferenceError(
                raster.name,
                f"its heights cannot be read ({fault.__cause__ or fault})",
                remedy="Give a whole file: it seems damaged or cut short.",
            ) from fault
    height = (band.astype(np.float64).filled(np.nan) * scale + offset) * terrain.unit_m
    _require_heights(height, raster.name)
    shift = np.array([[1.0, 0.0, first[0]], [0.0, 1.0, first[1]], [0.0, 0.0, 1.0]])
    to_crs = np.array(raster.pixel_to_crs) @ shift
    return Heights(
        height_m=height,
        to_crs=tuple((float(a), float(b), float(c)) for a, b, c in to_crs),
        crs=raster.crs,
        accuracy_m=raster.accuracy_m,
    )


def _stated(tags: dict[str, str], name: str) -> tuple[float, str] | None:
    """Return the vertical accuracy that the file states, and by which tag; None when by none."""
    for tag in _VERTICAL_TAGS:
        if tag in tags:
            try:
                return float(tags[tag]), tag
            except ValueError as fault:
                raise UnreadableReferenceError(
                    name,
                    f"its tag {tag} is {tags[tag]!r}, a number of metres is expected",
                    remedy="Correct the tag or state the accuracy.",
                ) from fault
    return None


def _pixels(raster: Reference, window: MapWindow) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and last column and row that the window needs, cut to the raster."""
    along = np.linspace(0.0, 1.0, _EDGE_POINTS)
    east = window.west_m + along * (window.east_m - window.west_m)
    north = window.south_m + along * (window.north_m - window.south_m)
    grid = np.stack(np.meshgrid(east, north), axis=-1).reshape(-1, 2)
    own = np.column_stack(
        Transformer.from_crs(raster.metric_crs, raster.crs, always_xy=True).transform(
            grid[:, 0], grid[:, 1]
        )
    )
    inverse = np.linalg.inv(np.array(raster.pixel_to_crs))
    pixel = own @ inverse[:2, :2].T + inverse[:2, 2]
    if not np.isfinite(pixel).all():
        raise _outside(raster.name)
    # One pixel more on each side, between which to interpolate.
    first = np.maximum(np.floor(pixel.min(axis=0)).astype(np.int64) - 1, 0)
    most = np.array([raster.width - 1, raster.height - 1])
    last = np.minimum(np.ceil(pixel.max(axis=0)).astype(np.int64) + 1, most)
    return first, last


def _require_heights(height: FloatArray, name: str) -> None:
    known = height[np.isfinite(height)]
    if len(known) == 0:
        raise _outside(name)
    low, high = float(known.min()), float(known.max())
    if low < _LOWEST_M or high > _HIGHEST_M:
        raise UnreadableReferenceError(
            name,
            f"holds numbers from {low:.0f} to {high:.0f}, which cannot all be heights in metres",
            remedy="Mark missing heights as nodata, or give the terrain in metres.",
        )


def _outside(name: str) -> OutsideReferenceError:
    return OutsideReferenceError(
        name,
        "the terrain has no height where the footage lies",
        remedy="Give a terrain that covers the place, or leave it out.",
    )


def _bilinear(height: FloatArray, pixel: FloatArray) -> FloatArray:
    """Interpolate between the four nearest pixels (n,); NaN outside and beside missing ones."""
    rows, columns = height.shape
    inside = (pixel >= 0.0).all(axis=1) & (pixel <= [columns - 1.0, rows - 1.0]).all(axis=1)
    inside &= np.isfinite(pixel).all(axis=1)
    found = np.full(len(pixel), np.nan)
    at = pixel[inside]
    corner = np.minimum(np.floor(at).astype(np.int64), [max(columns - 2, 0), max(rows - 2, 0)])
    share = at - corner
    right = np.minimum(corner[:, 0] + 1, columns - 1)
    below = np.minimum(corner[:, 1] + 1, rows - 1)
    upper = height[corner[:, 1], corner[:, 0]] * (1.0 - share[:, 0])
    upper = upper + height[corner[:, 1], right] * share[:, 0]
    lower = height[below, corner[:, 0]] * (1.0 - share[:, 0]) + height[below, right] * share[:, 0]
    found[inside] = upper * (1.0 - share[:, 1]) + lower * share[:, 1]
    return found


def fit_plane(ground: FloatArray, heights: FloatArray) -> FloatArray:
    """Fit a plane through heights by least absolute residuals, so that roofs do not lift it.

    Args:
        ground: Easting and northing from an origin of the caller's (m, 2). [m]
        heights: Heights there (m,). [m]

    Returns:
        Height at the origin, and what it gains for each metre of easting and northing (3,). [m, 1]

    References:
        Schlossmacher (1973): least absolute residuals by iteratively reweighted least squares.
    """
    design = np.column_stack([np.ones(len(ground)), ground])
    weight = np.ones(len(ground))
    plane = np.zeros(3)
    for _ in range(_PLANE_ROUNDS):
        root = np.sqrt(weight)
        plane = np.linalg.lstsq(design * root[:, None], heights * root, rcond=None)[0]
        weight = 1.0 / np.maximum(np.abs(heights - design @ plane), _LEAST_RESIDUAL_M)
    return np.asarray(plane, dtype=np.float64)
