"""The simulated orthophoto: where it says things are, and that it is no copy."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from purport.simulate import Ground, ReferenceLook, procedural_ground, write_reference

PLAIN = ReferenceLook(noise_sd=0.0, blur_px=0.0)
GSD_M = 0.2


def dotted(side: int = 600) -> tuple[Ground, list[tuple[float, float]]]:
    rows, columns = np.mgrid[0:side, 0:side]
    luma = np.full((side, side), 40.0)
    dots = []
    for x, y in ((100.3, 120.8), (411.7, 95.1), (290.0, 300.5), (505.2, 488.9), (88.6, 502.4)):
        luma += 180.0 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 5.0**2))
        dots.append((400_000.0 + (x + 0.5) * GSD_M, 3_900_000.0 - (y + 0.5) * GSD_M))
    picture = np.repeat(luma.astype(np.uint8)[..., None], 3, axis=2)
    ground = Ground(picture=picture, gsd_m=GSD_M, west_m=400_000.0, north_m=3_900_000.0)
    return ground, dots


def read(path: Path) -> tuple[NDArray[np.float64], rasterio.Affine, str]:
    with rasterio.open(path) as dataset:
        return dataset.read(2).astype(np.float64), dataset.transform, dataset.crs.to_string()


@pytest.mark.parametrize("gsd_m", [0.21, 0.37, 0.6])
@pytest.mark.parametrize("shift_m", [(0.0, 0.0), (1.5, -0.7)])
def test_dots_lie_where_the_geotransform_says(
    tmp_path: Path, gsd_m: float, shift_m: tuple[float, float]
) -> None:
    ground, dots = dotted()
    write_reference(ground, tmp_path / "o.tif", look=replace(PLAIN, gsd_m=gsd_m, shift_m=shift_m))
    green, transform, crs = read(tmp_path / "o.tif")
    assert crs == "EPSG:32637"
    assert transform.a == pytest.approx(gsd_m)
    rows, columns = np.mgrid[0 : green.shape[0], 0 : green.shape[1]]
    for east, north in dots:
        x = (east + shift_m[0] - transform.c) / transform.a
        y = (north + shift_m[1] - transform.f) / transform.e
        near = np.hypot(columns + 0.5 - x, rows + 0.5 - y) < 5.0 / gsd_m
        weight = np.clip(green - 44.0, 0.0, None) * near
        found = (
            ((columns + 0.5) * weight).sum() / weight.sum(),
            ((rows + 0.5) * weight).sum() / weight.sum(),
        )
        # bilinear sampling of 1/32 px steps; a half-pixel slip would be 0.5
        assert found == pytest.approx((x, y), abs=0.05)


def test_jpeg_compression_makes_a_smaller_file(tmp_path: Path) -> None:
    ground = procedural_ground(3, size_m=120.0, gsd_m=0.25)
    write_reference(ground, tmp_path / "exact.tif", look=ReferenceLook())
    write_reference(ground, tmp_path / "lossy.tif", look=ReferenceLook(), compress="jpeg")
    exact, _, _ = read(tmp_path / "exact.tif")
    lossy, _, _ = read(tmp_path / "lossy.tif")
    assert (tmp_path / "lossy.tif").stat().st_size < 0.5 * (tmp_path / "exact.tif").stat().st_size
    assert np.abs(exact - lossy).mean() < 4.0


def test_looks_change_the_picture_but_not_the_place(tmp_path: Path) -> None:
    ground = procedural_ground(4, size_m=120.0, gsd_m=0.25)
    look = ReferenceLook(
        gsd_m=0.5, gamma=0.8, gains=(0.9, 1.0, 1.1), offset=10.0, shadows=2, patches=5
    )
    write_reference(ground, tmp_path / "a.tif", look=look)
    write_reference(ground, tmp_path / "again.tif", look=look)
    write_reference(ground, tmp_path / "b.tif", look=replace(PLAIN, gsd_m=0.5))
    changed, place, _ = read(tmp_path / "a.tif")
    plain, other, _ = read(tmp_path / "b.tif")
    assert place == other
    assert np.abs(changed - plain).mean() > 5.0
    assert np.corrcoef(changed.ravel(), plain.ravel())[0, 1] > 0.5
    assert (tmp_path / "a.tif").read_bytes() == (tmp_path / "again.tif").read_bytes()


def test_procedural_ground_follows_from_its_seed() -> None:
    one, same, other = (procedural_ground(seed, size_m=80.0, gsd_m=0.25) for seed in (7, 7, 8))
    np.testing.assert_array_equal(one.picture, same.picture)
    assert np.abs(one.picture.astype(int) - other.picture).mean() > 5.0
    assert one.picture.std() > 12.0
    assert one.width_m == one.height_m == 80.0


def test_another_sun_moves_the_shadows_and_nothing_else() -> None:
    morning = procedural_ground(9, size_m=150.0, gsd_m=0.3, sun_azimuth_deg=100.0)
    evening = procedural_ground(9, size_m=150.0, gsd_m=0.3, sun_azimuth_deg=260.0)
    gap = np.abs(morning.picture.astype(int) - evening.picture).mean(axis=2)
    assert 0.005 < (gap > 25).mean() < 0.35
    assert np.median(gap) < 3.0


def test_cropping_keeps_the_place() -> None:
    ground, _ = dotted()
    part = ground.crop(centre=(400_050.0, 3_899_940.0), size_m=(40.0, 30.0))
    assert part.picture.shape == (150, 200, 3)
    assert part.centre == pytest.approx((400_050.0, 3_899_940.0), abs=GSD_M)
    offset = np.linalg.inv(ground.to_map()) @ part.to_map() @ [0.0, 0.0, 1.0]
    column, row = round(offset[0]), round(offset[1])
    np.testing.assert_array_equal(part.picture[0, 0], ground.picture[row, column])
    with pytest.raises(ValueError, match="beyond the ground"):
        ground.crop(centre=(400_001.0, 3_899_999.0), size_m=(40.0, 30.0))
