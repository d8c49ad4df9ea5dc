"""Reading a stretch of an orthophoto as luma on a square metric grid, at a chosen fineness.

A patch always lies in the reference's `metric_crs`, north up, with square pixels, so that a pixel
distance is a ground distance; a reference in another system is warped as it is read.
"""

import math
from dataclasses import dataclass

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT

from purport.core.errors import OutsideReferenceError, UnreadableReferenceError
from purport.imagery.references import Reference, centred_transform, opened

__all__ = ["LumaPatch", "MapWindow", "bands_of_picture", "expand_palette", "read_luma"]

_REC601 = (0.299, 0.587, 0.114)
_STRETCH_PERCENT = (0.5, 99.5)
_MASK_WHOLE = 255
_LARGEST_PATCH_PX = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWindow:
    """A rectangle of the ground in a reference's metric system."""

    west_m: float
    """Western edge. [m]"""
    south_m: float
    """Southern edge. [m]"""
    east_m: float
    """Eastern edge. [m]"""
    north_m: float
    """Northern edge. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LumaPatch:
    """A stretch of an orthophoto, read."""

    luma: NDArray[np.uint8]
    """Luma (height, width), north up; 0 where not valid."""
    valid: NDArray[np.bool_]
    """True where the reference has a picture (height, width)."""
    to_map: NDArray[np.float64]
    """Pixel to (easting, northing) in `crs` (3, 3), affine."""
    crs: str
    """Projected system in metres."""
    gsd_m: float
    """Ground sample distance of the patch. [m]"""


def read_luma(
    reference: Reference, window: MapWindow | None = None, gsd_m: float | None = None
) -> LumaPatch:
    """Read a stretch of the reference as luma.

    Colour becomes luma by the weights of Rec. 601; more than 8 bits are stretched between the
    0.5 and 99.5 percentiles of the stretch read.

    Args:
        reference: The orthophoto.
        window: Which stretch, cut to where the reference lies; all of it when None.
        gsd_m: How fine, by averaging; the reference's own when None. [m]

    Raises:
        OutsideReferenceError: The window shows nothing of the reference.
        UnreadableReferenceError: Its pixels cannot be read.
    """
    step = reference.gsd_m if gsd_m is None else gsd_m
    grid, width, height = _grid(reference, window, step)
    with opened(reference.path, reference.name) as dataset:
        try:
            luma, valid = _read_grid(dataset, reference, grid, (height, width))
        except RasterioError as fault:
            raise UnreadableReferenceError(
                reference.name,
                f"its pixels cannot be read ({fault.__cause__ or fault})",
                remedy="Give a whole file: it seems damaged or cut short.",
            ) from fault
    return LumaPatch(
        luma=luma,
        valid=valid,
        to_map=centred_transform(grid),
        crs=reference.metric_crs,
        gsd_m=step,
    )


def _grid(reference: Reference, window: MapWindow | None, step_m: float) -> tuple[Affine, int, int]:
    """Return the corner transform, width and height of the square grid to read."""
    west, south, east, north = reference.bounds
    if window is not None:
        west, south = max(west, window.west_m), max(south, window.south_m)
        east, north = min(east, window.east_m), min(north, window.north_m)
    width, height = round((east - west) / step_m), round((north - south) / step_m)
    if east <= west or north <= south or width < 1 or height < 1:
        raise OutsideReferenceError(
            reference.name,
            "the stretch asked for lies outside the orthophoto",
            remedy="Give an orthophoto that shows the place.",
        )
    if width * height > _LARGEST_PATCH_PX:
        raise UnreadableReferenceError(
            reference.name,
            f"{width} × {height} pixels are too many to read at once",
            remedy="Read a smaller stretch or coarser pixels.",
        )
    return Affine(step_m, 0.0, west, 0.0, -step_m, north), width, height


def _read_grid(
    dataset: rasterio.io.DatasetReader,
    reference: Reference,
    grid: Affine,
    shape: tuple[int, int],
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Read luma and validity on the grid, straight where the grids agree, else by warping."""
    bands, palette = bands_of_picture(dataset)
    coarser = grid.a > 1.5 * reference.gsd_m
    if palette:
        resampling = Resampling.nearest
    else:
        resampling = Resampling.average if coarser else Resampling.bilinear
    with WarpedVRT(
        dataset,
        src_crs=_wkt(reference.crs),
        crs=_wkt(reference.metric_crs),
        transform=grid,
        width=shape[1],
        height=shape[0],
        resampling=resampling,
        tolerance=0.01,
        add_alpha=dataset.nodata is None and ColorInterp.alpha not in dataset.colorinterp,
    ) as view:
        values = view.read(bands).astype(np.float32)
        valid = view.dataset_mask() == _MASK_WHOLE
    if palette:
        values = expand_palette(values[0], dataset.colormap(bands[0]))
    valid = valid & np.isfinite(values).all(axis=0)
    return _luma(values, valid, eight_bit=palette or dataset.dtypes[0] == "uint8"), valid


def _wkt(crs: str) -> str:
    return str(CRS.from_user_input(crs).to_wkt())


def bands_of_picture(dataset: rasterio.io.DatasetReader) -> tuple[list[int], bool]:
    """Return the bands that make the picture, and whether they index a palette."""
    kinds = list(dataset.colorinterp)
    if ColorInterp.palette in kinds:
        return [kinds.index(ColorInterp.palette) + 1], True
    colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
    if all(colour in kinds for colour in colours):
        return [kinds.index(colour) + 1 for colour in colours], False
    return [1], False


def expand_palette(
    indices: NDArray[np.float32], colours: dict[int, tuple[int, int, int, int]]
) -> NDArray[np.float32]:
    """Return the colours (3, height, width) that indices (height, width) stand for."""
    table = np.zeros((256, 3), dtype=np.float32)
    for index, colour in colours.items():
        table[index % 256] = colour[:3]
    return np.moveaxis(table[indices.astype(np.uint8)], -1, 0)


def _luma(
    values: NDArray[np.float32], valid: NDArray[np.bool_], *, eight_bit: bool
) -> NDArray[np.uint8]:
    """Turn bands (n, height, width) into luma (height, width)."""
    grey = values[0]
    if len(values) == len(_REC601):
        grey = np.tensordot(np.array(_REC601, dtype=np.float32), values, axes=1)
    if not eight_bit and valid.any():
        low, high = np.percentile(grey[valid], _STRETCH_PERCENT)
        span = float(high - low)
        grey = (grey - low) * (255.0 / span) if span > 0.0 else np.zeros_like(grey)
    whole = np.where(valid, grey, 0.0)
    return np.asarray(np.clip(np.rint(whole), 0, math.floor(255)), dtype=np.uint8)
