"""Windows of an orthophoto as pictures, and the way between its pixels and the Earth."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from purport.core.errors import InputError
from purport.core.positions import GeoPoint
from purport.imagery import (
    PixelWindow,
    encode_picture,
    open_reference,
    pixels_of_map,
    read_window,
    reference_pixel,
    reference_position,
)

# rasterio warns while it writes, before it is told where the picture lies
pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

SIZE = (90, 60)


def write(path: Path, picture: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Path:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=SIZE[0],
        height=SIZE[1],
        count=len(picture),
        dtype=picture.dtype.name,
        crs="EPSG:32628",
        transform=Affine(0.5, 0.0, 572100.0, 0.0, -0.5, 3973400.0),
    ) as dataset:
        dataset.write(picture)
    return path


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    picture = np.zeros((3, SIZE[1], SIZE[0]), dtype=np.uint8)
    picture[0] = np.arange(SIZE[0])
    picture[1] = np.arange(SIZE[1])[:, None]
    picture[2, 10:, 20:] = 200
    return write(tmp_path / "ortho.tif", picture)


def test_a_window_is_the_pixels_of_the_orthophoto(colours: Path) -> None:
    reference = open_reference(colours)
    seen = read_window(reference, PixelWindow(x=20, y=10, width=30, height=15))
    assert seen.shape == (15, 30, 4)
    assert seen[0, 0].tolist() == [20, 10, 200, 255]
    assert seen[14, 29].tolist() == [49, 24, 200, 255]


def test_a_window_is_cut_to_what_there_is(colours: Path) -> None:
    reference = open_reference(colours)
    seen = read_window(reference, PixelWindow(x=80, y=50, width=512, height=512), step=2)
    assert seen.shape == (5, 5, 4)
    assert seen[0, 0, 0] in {80, 81}
    with pytest.raises(InputError, match="shows nothing"):
        read_window(reference, PixelWindow(x=90, y=0, width=10, height=10))


def test_more_bits_are_stretched_and_grey_is_shown(tmp_path: Path) -> None:
    deep = (np.arange(SIZE[0] * SIZE[1]).reshape(1, SIZE[1], SIZE[0]) * 10).astype(np.uint16)
    reference = open_reference(write(tmp_path / "deep.tif", deep))
    seen = read_window(reference, PixelWindow(x=0, y=0, width=90, height=60))
    assert seen[0, 0, :3].tolist() == [0, 0, 0]
    assert seen[59, 89, :3].tolist() == [255, 255, 255]


def test_opaque_pictures_are_jpeg_and_others_png() -> None:
    picture = np.full((20, 30, 4), 255, dtype=np.uint8)
    content, media_type = encode_picture(picture)
    assert media_type == "image/jpeg"
    assert content.startswith(b"\xff\xd8")
    picture[3, 4] = 0
    content, media_type = encode_picture(picture)
    assert media_type == "image/png"
    with MemoryFile(content) as memory, memory.open() as dataset:
        assert dataset.read()[:, 3, 4].tolist() == [0, 0, 0, 0]


def test_pixel_and_position_are_inverse(colours: Path) -> None:
    reference = open_reference(colours)
    for pixel in ((0.0, 0.0), (41.3, 17.9), (-5.0, 200.0)):
        point = reference_position(reference, pixel)
        assert reference_pixel(reference, point) == pytest.approx(pixel, abs=1e-4)
    with pytest.raises(InputError):
        reference_position(reference, (1e12, 1e12))


def test_pixels_of_the_metric_system(colours: Path) -> None:
    reference = open_reference(colours)
    assert pixels_of_map(reference, np.array([[572100.25, 3973399.75]])) == pytest.approx(
        np.array([[0.0, 0.0]]), abs=1e-6
    )
    assert isinstance(reference_position(reference, (0.0, 0.0)), GeoPoint)
