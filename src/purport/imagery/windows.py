"""Windows of an orthophoto as pictures, in its own pixel grid: what a page shows of it."""

import warnings
from dataclasses import dataclass

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.windows import Window

from purport.core.errors import InputError, UnreadableReferenceError
from purport.imagery.patches import bands_of_picture, expand_palette
from purport.imagery.references import Reference, opened

__all__ = ["MOST_PIXELS", "PixelWindow", "encode_picture", "read_window"]

MOST_PIXELS = 4_000_000
"""Pixels of one picture, at most."""
_STRETCH_PERCENT = (0.5, 99.5)
_QUALITY = 88


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelWindow:
    """A rectangle of a reference's own pixels, from the outer edge of the first one."""

    x: int
    """Columns before it."""
    y: int
    """Rows before it."""
    width: int
    """Columns."""
    height: int
    """Rows."""


def read_window(reference: Reference, window: PixelWindow, *, step: int = 1) -> NDArray[np.uint8]:
    """Read a window of the reference as a picture.

    Args:
        reference: The orthophoto.
        window: Which pixels, cut to those that there are.
        step: How many of its pixels, across and down, become one, by averaging.

    Returns:
        Red, green, blue and opacity (height, width, 4).

    Raises:
        InputError: It lies outside, or is too large.
        UnreadableReferenceError: Its pixels cannot be read.
    """
    right = min(window.x + window.width, reference.width)
    bottom = min(window.y + window.height, reference.height)
    left, top = max(window.x, 0), max(window.y, 0)
    if right <= left or bottom <= top or step < 1:
        raise InputError("window", "shows nothing of the orthophoto", remedy="Ask inside of it.")
    shape = (-(-(bottom - top) // step), -(-(right - left) // step))
    if shape[0] * shape[1] > MOST_PIXELS:
        raise InputError(
            "window",
            f"has {shape[1]} × {shape[0]} pixels, {MOST_PIXELS:,} are the most",
            remedy="Ask for less of it, or more coarsely.",
        )
    with opened(reference.path, reference.name) as dataset:
        try:
            return _picture(dataset, Window(left, top, right - left, bottom - top), shape)
        except RasterioError as fault:
            raise UnreadableReferenceError(
                reference.name,
                f"its pixels cannot be read ({fault.__cause__ or fault})",
                remedy="Give a whole file: it seems damaged or cut short.",
            ) from fault


def encode_picture(picture: NDArray[np.uint8]) -> tuple[bytes, str]:
    """Return a picture (height, width, 4) as a file and its media type.

    JPEG where all of it is opaque, else PNG.
    """
    height, width = picture.shape[:2]
    opaque = bool((picture[..., 3] == np.iinfo(np.uint8).max).all())
    bands = np.moveaxis(picture[..., :3] if opaque else picture, -1, 0)
    driver, more = ("JPEG", {"QUALITY": _QUALITY}) if opaque else ("PNG", {"ZLEVEL": 6})
    with MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(
            driver=driver, width=width, height=height, count=len(bands), dtype="uint8", **more
        ) as dataset:
            dataset.write(np.ascontiguousarray(bands))
        return bytes(memory.read()), f"image/{driver.lower()}"


def _picture(
    dataset: rasterio.io.DatasetReader, window: Window, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    bands, palette = bands_of_picture(dataset)
    resampling = Resampling.nearest if palette else Resampling.average
    values = dataset.read(
        bands, window=window, out_shape=(len(bands), *shape), resampling=resampling
    ).astype(np.float32)
    opacity = dataset.dataset_mask(window=window, out_shape=shape, resampling=Resampling.nearest)
    if palette:
        values = expand_palette(values[0], dataset.colormap(bands[0]))
    elif dataset.dtypes[0] != "uint8":
        values = _stretched(values, dataset, bands)
    values = np.nan_to_num(values)
    if len(values) == 1:
        values = np.repeat(values, 3, axis=0)
    whole = np.clip(np.rint(values), 0, np.iinfo(np.uint8).max).astype(np.uint8)
    return np.dstack([*whole, np.asarray(opacity, dtype=np.uint8)])


def _stretched(
    values: NDArray[np.float32], dataset: rasterio.io.DatasetReader, bands: list[int]
) -> NDArray[np.float32]:
    """Stretch more than 8 bits between percentiles of the whole picture, seen coarsely."""
    coarse = dataset.read(bands, out_shape=(len(bands), 256, 256), masked=True)
    known = coarse.compressed()
    known = known[np.isfinite(known)]
    if not known.size:
        return np.zeros_like(values)
    low, high = np.percentile(known.astype(np.float64), _STRETCH_PERCENT)
    return np.asarray((values - low) * (255.0 / max(high - low, 1e-9)), dtype=np.float32)
