from pathlib import Path

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from purport.core.errors import OutsideReferenceError, UnreadableReferenceError
from purport.core.positions import MapPoint, to_geographic
from purport.imagery import MapWindow, Terrain, fit_plane, open_terrain, read_heights

WEST_M, NORTH_M, GRID_M = 500_000.0, 4_000_000.0, 2.0
ROWS, COLUMNS = 80, 100
UTM = "EPSG:32637"
FloatArray = NDArray[np.float64]
MIDDLE = MapWindow(
    west_m=WEST_M + 60, south_m=NORTH_M - 100, east_m=WEST_M + 140, north_m=NORTH_M - 60
)


def slope(points: FloatArray) -> FloatArray:
    return np.asarray(300.0 + 0.1 * (points[:, 0] - WEST_M) - 0.05 * (points[:, 1] - NORTH_M))


def write_heights(
    path: Path,
    *,
    metres: float = 1.0,
    unit: str = "",
    hole: bool = False,
    tags: dict[str, str] | None = None,
) -> Path:
    """A sloping plain; heights belong to the middles of the pixels."""
    east, north = np.meshgrid(
        WEST_M + GRID_M * (np.arange(COLUMNS) + 0.5), NORTH_M - GRID_M * (np.arange(ROWS) + 0.5)
    )
    height = slope(np.column_stack([east.ravel(), north.ravel()])).reshape(east.shape) / metres
    if hole:
        height[38:42, 48:52] = -9999.0
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=COLUMNS,
        height=ROWS,
        count=1,
        dtype="float32",
        crs=UTM,
        nodata=-9999.0,
        transform=Affine(GRID_M, 0.0, WEST_M, 0.0, -GRID_M, NORTH_M),
    ) as out:
        out.write(height, 1)
        if unit:
            out.units = (unit,)
        out.update_tags(**(tags or {}))
    return path


@pytest.fixture
def terrain(tmp_path: Path) -> Terrain:
    return open_terrain(write_heights(tmp_path / "heights.tif"))


def test_heights_lie_between_the_middles_of_pixels(terrain: Terrain) -> None:
    heights = read_heights(terrain, MIDDLE)
    rng = np.random.default_rng(2)
    points = np.column_stack(
        [
            rng.uniform(MIDDLE.west_m, MIDDLE.east_m, 50),
            rng.uniform(MIDDLE.south_m, MIDDLE.north_m, 50),
        ]
    )
    # A plane is interpolated exactly but for 32-bit heights: 300 m to 2e-5.
    np.testing.assert_allclose(heights.at(points, UTM), slope(points), atol=1e-4)


def test_only_the_window_is_read(terrain: Terrain) -> None:
    heights = read_heights(terrain, MIDDLE)
    assert heights.height_m.shape[0] <= 24
    assert heights.height_m.shape[1] <= 44
    outside = np.array([[MIDDLE.west_m - 20.0, MIDDLE.south_m]])
    assert np.isnan(heights.at(outside, UTM)).all()


def test_points_may_be_in_another_system(terrain: Terrain) -> None:
    heights = read_heights(terrain, MIDDLE)
    place = to_geographic(MapPoint(easting_m=WEST_M + 100, northing_m=NORTH_M - 80, crs=UTM))
    there = np.array([[place.longitude_deg, place.latitude_deg]])
    expected = slope(np.array([[WEST_M + 100, NORTH_M - 80]]))
    np.testing.assert_allclose(heights.at(there, "EPSG:4326"), expected, atol=1e-3)


def test_a_missing_height_is_unknown_not_zero(tmp_path: Path) -> None:
    heights = read_heights(open_terrain(write_heights(tmp_path / "h.tif", hole=True)), MIDDLE)
    hole = np.array([[WEST_M + 100, NORTH_M - 80]])
    beside = np.array([[WEST_M + 80, NORTH_M - 80]])
    assert np.isnan(heights.at(hole, UTM)).all()
    np.testing.assert_allclose(heights.at(beside, UTM), slope(beside), atol=1e-4)


def test_feet_become_metres(tmp_path: Path) -> None:
    path = write_heights(tmp_path / "feet.tif", metres=0.3048, unit="ft")
    heights = read_heights(open_terrain(path), MIDDLE)
    point = np.array([[WEST_M + 100, NORTH_M - 80]])
    np.testing.assert_allclose(heights.at(point, UTM), slope(point), atol=1e-3)


@pytest.mark.parametrize(
    ("tags", "stated_m", "expected"),
    [
        ({}, None, (None, "not stated")),
        ({"VERTICAL_ACCURACY_M": "0.4"}, None, (0.4, "TIFF tag VERTICAL_ACCURACY_M")),
        ({"VERTICAL_ACCURACY_M": "0.4"}, 2.0, (2.0, "stated by user")),
        ({"HORIZONTAL_ACCURACY_M": "0.4"}, None, (None, "not stated")),
    ],
)
def test_the_accuracy_is_vertical(
    tmp_path: Path,
    tags: dict[str, str],
    stated_m: float | None,
    expected: tuple[float | None, str],
) -> None:
    path = write_heights(tmp_path / "h.tif", tags=tags)
    raster = open_terrain(path, accuracy_m=stated_m).raster
    assert (raster.accuracy_m, raster.accuracy_basis) == expected


def test_a_picture_is_no_terrain(tmp_path: Path) -> None:
    path = tmp_path / "picture.tif"
    grid = Affine(GRID_M, 0.0, WEST_M, 0.0, -GRID_M, NORTH_M)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=COLUMNS,
        height=ROWS,
        count=3,
        dtype="uint8",
        crs=UTM,
        transform=grid,
        photometric="RGB",
    ) as out:
        out.write(np.full((3, ROWS, COLUMNS), 90, dtype=np.uint8))
    with pytest.raises(UnreadableReferenceError, match="no heights"):
        open_terrain(path)


def test_an_unknown_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReferenceError, match="fathom"):
        open_terrain(write_heights(tmp_path / "h.tif", unit="fathom"))


def test_numbers_that_are_no_heights_are_refused(tmp_path: Path) -> None:
    terrain = open_terrain(write_heights(tmp_path / "h.tif", metres=0.001))
    with pytest.raises(UnreadableReferenceError, match="cannot all be heights"):
        read_heights(terrain, MIDDLE)


def test_a_window_elsewhere_has_no_heights(terrain: Terrain) -> None:
    away = MapWindow(
        west_m=WEST_M - 900, south_m=NORTH_M - 100, east_m=WEST_M - 800, north_m=NORTH_M
    )
    with pytest.raises(OutsideReferenceError, match="no height"):
        read_heights(terrain, away)


def test_a_tag_that_is_no_number_is_refused(tmp_path: Path) -> None:
    path = write_heights(tmp_path / "h.tif", tags={"VERTICAL_ACCURACY_M": "good"})
    with pytest.raises(UnreadableReferenceError, match="'good'"):
        open_terrain(path)


def test_roofs_do_not_lift_the_plane() -> None:
    generator = np.random.default_rng(3)
    ground = generator.uniform(-100.0, 100.0, (200, 2))
    heights = 12.0 + 0.05 * ground[:, 0] - 0.02 * ground[:, 1] + generator.normal(0.0, 0.1, 200)
    heights[:60] += 9.0
    assert np.allclose(fit_plane(ground, heights), [12.0, 0.05, -0.02], atol=[0.15, 0.002, 0.002])
