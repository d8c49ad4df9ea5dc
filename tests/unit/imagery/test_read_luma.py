from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from purport.core.errors import OutsideReferenceError, UnreadableReferenceError
from purport.imagery import MapWindow, open_reference, read_luma

WEST_M, NORTH_M, GSD_M = 500_000.0, 4_000_000.0, 0.5


def write(
    path: Path,
    bands: NDArray[np.generic],
    *,
    crs: str = "EPSG:32637",
    transform: Affine | None = None,
    nodata: float | None = None,
    **more: object,
) -> Path:
    count, height, width = bands.shape
    grid = transform or Affine(GSD_M, 0, WEST_M, 0, -GSD_M, NORTH_M)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=height,
        width=width,
        count=count,
        dtype=bands.dtype.name,
        crs=crs,
        transform=grid,
        nodata=nodata,
        **more,
    ) as out:
        out.write(bands)
    return path


def noise(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(1, 255, shape, dtype=np.uint8)


def test_whole_picture_is_read_unchanged(tmp_path: Path) -> None:
    values = noise(1, 30, 50)
    patch = read_luma(open_reference(write(tmp_path / "a.tif", values)))
    assert np.array_equal(patch.luma, values[0])
    assert patch.valid.all()
    assert patch.to_map @ [0, 0, 1] == pytest.approx([WEST_M + 0.25, NORTH_M - 0.25, 1])


def test_window_is_cut_to_the_reference(tmp_path: Path) -> None:
    values = noise(1, 30, 50)
    reference = open_reference(write(tmp_path / "a.tif", values))
    window = MapWindow(
        west_m=WEST_M + 5.0, south_m=NORTH_M - 10.0, east_m=WEST_M + 99.0, north_m=NORTH_M - 2.0
    )
    patch = read_luma(reference, window)
    assert np.array_equal(patch.luma, values[0, 4:20, 10:])
    assert patch.to_map @ [0, 0, 1] == pytest.approx([WEST_M + 5.25, NORTH_M - 2.25, 1])


def test_window_outside_is_an_error(tmp_path: Path) -> None:
    reference = open_reference(write(tmp_path / "a.tif", noise(1, 30, 50)))
    window = MapWindow(west_m=0.0, south_m=0.0, east_m=10.0, north_m=10.0)
    with pytest.raises(OutsideReferenceError, match="outside"):
        read_luma(reference, window)


def test_more_pixels_than_memory_allows_is_an_error(tmp_path: Path) -> None:
    reference = open_reference(write(tmp_path / "a.tif", noise(1, 30, 50)))
    with pytest.raises(UnreadableReferenceError, match="too many"):
        read_luma(reference, gsd_m=0.0001)


def test_coarser_reading_averages(tmp_path: Path) -> None:
    values = noise(1, 32, 64)
    patch = read_luma(open_reference(write(tmp_path / "a.tif", values)), gsd_m=2.0)
    expected = values[0].reshape(8, 4, 16, 4).mean(axis=(1, 3))
    assert patch.luma.shape == (8, 16)
    # Rounding of the mean, once in GDAL.
    assert np.abs(patch.luma - expected).max() <= 1.0
    assert patch.to_map @ [0, 0, 1] == pytest.approx([WEST_M + 1.0, NORTH_M - 1.0, 1])


def test_colour_becomes_luma_by_rec_601(tmp_path: Path) -> None:
    values = np.zeros((3, 20, 20), dtype=np.uint8)
    values[:, :, :7] = np.array([200, 0, 0])[:, None, None]
    values[:, :, 7:14] = np.array([0, 200, 0])[:, None, None]
    values[:, :, 14:] = np.array([0, 0, 200])[:, None, None]
    path = write(tmp_path / "a.tif", values, photometric="RGB")
    luma = read_luma(open_reference(path)).luma
    assert (luma[5, 2], luma[5, 10], luma[5, 18]) == (60, 117, 23)


def test_palette_is_expanded(tmp_path: Path) -> None:
    values = np.zeros((1, 20, 20), dtype=np.uint8)
    values[0, :, 10:] = 1
    path = write(tmp_path / "a.tif", values, photometric="PALETTE")
    with rasterio.open(path, "r+") as out:
        out.write_colormap(1, {0: (100, 100, 100, 255), 1: (220, 220, 220, 255)})
    luma = read_luma(open_reference(path)).luma
    assert (luma[3, 3], luma[3, 15]) == (100, 220)


def test_sixteen_bits_are_stretched(tmp_path: Path) -> None:
    values = np.linspace(2000, 4000, 400, dtype=np.float64).reshape(1, 20, 20).astype(np.uint16)
    luma = read_luma(open_reference(write(tmp_path / "a.tif", values))).luma
    assert (luma.min(), luma.max()) == (0, 255)
    assert (np.diff(luma.ravel().astype(int)) >= 0).all()


def test_a_flat_float_raster_reads_black(tmp_path: Path) -> None:
    values = np.full((1, 20, 20), 7.5, dtype=np.float32)
    assert read_luma(open_reference(write(tmp_path / "a.tif", values))).luma.max() == 0


def test_nodata_is_not_valid(tmp_path: Path) -> None:
    values = noise(1, 30, 50)
    values[0, :10] = 0
    patch = read_luma(open_reference(write(tmp_path / "a.tif", values, nodata=0)))
    assert not patch.valid[:9].any()
    assert patch.valid[11:].all()


def test_transparent_is_not_valid(tmp_path: Path) -> None:
    values = noise(4, 30, 50)
    values[3] = 255
    values[3, :, :20] = 0
    path = write(tmp_path / "a.tif", values, photometric="RGB")
    with rasterio.open(path, "r+") as out:
        out.colorinterp = [
            ColorInterp.red,
            ColorInterp.green,
            ColorInterp.blue,
            ColorInterp.alpha,
        ]
    patch = read_luma(open_reference(path))
    assert not patch.valid[:, :19].any()
    assert patch.valid[:, 21:].all()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857"])
def test_other_systems_are_warped_onto_the_metric_grid(tmp_path: Path, crs: str) -> None:
    # A bright square whose corners are known in the file's own system.
    to_own = Transformer.from_crs("EPSG:32637", crs, always_xy=True)
    west, north = to_own.transform(WEST_M, NORTH_M)
    step = 1e-5 if crs == "EPSG:4326" else 1.0
    values = np.full((1, 100, 120), 40, dtype=np.uint8)
    values[0, 40:61, 50:71] = 240
    grid = Affine(step, 0, west, 0, -step, north)
    reference = open_reference(write(tmp_path / "a.tif", values, crs=crs, transform=grid))
    assert reference.metric_crs == "EPSG:32637"
    patch = read_luma(reference)
    rows, columns = np.nonzero(patch.luma > 140)
    middle = patch.to_map @ [columns.mean(), rows.mean(), 1.0]
    own_x, own_y = west + 60.5 * step, north - 50.5 * step
    expected = to_own.transform(own_x, own_y, direction="INVERSE")
    # Half a pixel of the edge of the square on either side.
    assert middle[:2] == pytest.approx(expected, abs=0.3 * reference.gsd_m)
