"""With heights of the ground given, matches over hills are brought down to one plane."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from purport.checks.contract import TerrainSource
from purport.checks.place._adjustment import (
    Adjusted,
    Adjustment,
    Observations,
    adjust_homography,
    normalisation_of,
)
from purport.checks.place._control_points import ControlFit, Placed
from purport.checks.place._terrain import (
    GroundHeights,
    adjust_on_terrain,
    fit_points_on_terrain,
    read_ground,
)
from purport.core.digests import digest_bytes

FloatArray = NDArray[np.float64]

SIZE = (640, 480)
CRS = "EPSG:32637"
ORIGIN_M = (500_000.0, 4_000_000.0)
LEVEL_M, SLOPE = 250.0, (0.02, -0.03)
FOCAL_PX, RANGE_M, TILT_DEG = 700.0, 175.0, 50.0


def hills(points: FloatArray) -> FloatArray:
    """Hills of some metres over a tilted plane, above it (n,). [m]"""
    east, north = points.T
    return np.asarray(3.0 * np.sin(east / 25.0) * np.cos(north / 31.0))


def camera() -> tuple[FloatArray, FloatArray]:
    """From metres to pixel (3, 4), and from pixel to metres on the plane (3, 3)."""
    tilt = np.deg2rad(TILT_DEG)
    look = np.array([0.0, np.sin(tilt), -np.cos(tilt)])
    rotation = np.vstack([[1.0, 0.0, 0.0], np.cross(look, [1.0, 0.0, 0.0]), look])
    inner = np.array([[FOCAL_PX, 0.0, 319.5], [0.0, FOCAL_PX, 239.5], [0.0, 0.0, 1.0]])
    whole = inner @ rotation @ np.column_stack([np.eye(3), RANGE_M * look])
    return whole, np.linalg.inv(whole[:, [0, 1, 3]])


def over_hills(count: int, seed: int = 3) -> tuple[FloatArray, FloatArray]:
    """Points of the ground and the pixels that see them, to half a pixel (n, 2)."""
    rng = np.random.default_rng(seed)
    whole, to_plane = camera()
    corners = rng.uniform((20.0, 20.0), (620.0, 460.0), (count, 2))
    ground = np.column_stack([corners, np.ones(count)]) @ to_plane.T
    points = ground[:, :2] / ground[:, 2:]
    seen = np.column_stack([points, hills(points), np.ones(count)]) @ whole.T
    return points, seen[:, :2] / seen[:, 2:] + rng.normal(size=(count, 2)) * 0.4


def matches(count: int = 200) -> tuple[Observations, Adjusted]:
    """Matches over hills, and the homography that takes them for flat."""
    points, pixels = over_hills(count)
    seen = Observations(
        pixels=pixels,
        pixel_sd=np.full(count, 0.4),
        ground=points,
        ground_sd=np.zeros(count),
        feature=np.arange(count),
        frame=np.zeros(count, dtype=np.int64),
        steady=np.ones(count, dtype=np.bool_),
    )
    start = camera()[1] @ np.linalg.inv(normalisation_of(SIZE))
    flat = adjust_homography(seen, start, size=SIZE, settings=Adjustment())
    assert flat is not None
    return seen, flat


def off_plane_m(matrix: FloatArray) -> float:
    """Median distance between where a matrix and the true camera see pixels on the plane. [m]"""
    pixels = np.array([[x, y, 1.0] for x in (60, 320, 580) for y in (60, 240, 420)], dtype=float)
    here = pixels @ (matrix @ normalisation_of(SIZE)).T
    there = pixels @ camera()[1].T
    away = here[:, :2] / here[:, 2:] - there[:, :2] / there[:, 2:]
    return float(np.median(np.hypot(*away.T)))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TerrainSource:
    path = tmp_path_factory.mktemp("heights") / "heights.tif"
    step, count = 1.0, 600
    east, north = np.meshgrid(np.arange(count) - 299.5, 299.5 - np.arange(count))
    points = np.column_stack([east.ravel(), north.ravel()])
    height = LEVEL_M + points @ np.array(SLOPE) + hills(points)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=count,
        height=count,
        count=1,
        dtype="float32",
        crs=CRS,
        transform=Affine(step, 0.0, ORIGIN_M[0] - 300.0, 0.0, -step, ORIGIN_M[1] + 300.0),
    ) as file:
        file.write(height.reshape(count, count).astype(np.float32), 1)
    return TerrainSource(digest=digest_bytes(path.read_bytes()), path=path, accuracy_m=0.2)


def heights_under(points: FloatArray, model: TerrainSource) -> GroundHeights:
    found = read_ground(model, points, origin_m=ORIGIN_M, crs=CRS)
    assert found is not None
    return found


def test_the_plane_of_the_ground_is_that_of_its_heights(model: TerrainSource) -> None:
    ground = heights_under(over_hills(200)[0], model)
    # Hills of 3 m over some four of their lengths tilt and lift the plane a little.
    assert ground.plane[0] == pytest.approx(LEVEL_M, abs=1.5)
    assert ground.plane[1:] == pytest.approx(SLOPE, abs=0.03)


def test_heights_make_the_homography_that_of_the_plane(model: TerrainSource) -> None:
    seen, flat = matches()
    ground = heights_under(seen.ground, model)
    true = replace(ground, plane=(LEVEL_M, *SLOPE))
    found = adjust_on_terrain(seen, flat, true, size=SIZE, settings=Adjustment())
    assert found is not None
    moved, adjusted = found
    # Residuals fall from hills to noise (0.4 px an axis), the error of the plane to centimetres.
    assert np.median(np.hypot(*flat.residual_px.T)) > 2.0
    assert np.median(np.hypot(*adjusted.residual_px.T)) < 0.7
    assert off_plane_m(adjusted.matrix) < 0.1 < 3.0 * 0.1 < off_plane_m(flat.matrix)
    assert np.median(moved.ground_sd) == pytest.approx(0.2 * np.tan(np.deg2rad(TILT_DEG)), rel=0.2)


def test_heights_of_other_ground_are_left_out(model: TerrainSource) -> None:
    seen, flat = matches()
    ground = heights_under(seen.ground, model)
    elsewhere = replace(ground, origin_m=(ORIGIN_M[0] + 78.5, ORIGIN_M[1]))
    turned = replace(elsewhere, plane=(LEVEL_M + 78.5 * SLOPE[0], *SLOPE))
    # Half a wave beside: hills where dales are.
    assert adjust_on_terrain(seen, flat, turned, size=SIZE, settings=Adjustment()) is None


def test_a_model_that_does_not_cover_the_ground_gives_no_heights(model: TerrainSource) -> None:
    points = over_hills(50)[0] + 5_000.0
    assert read_ground(model, points, origin_m=ORIGIN_M, crs=CRS) is None
    beside = over_hills(50)[0] + (280.0, 0.0)
    assert read_ground(model, beside, origin_m=ORIGIN_M, crs=CRS) is None
    assert read_ground(model, points[:0], origin_m=ORIGIN_M, crs=CRS) is None


def test_control_points_on_hills_agree_once_their_heights_are_known(model: TerrainSource) -> None:
    points, pixels = over_hills(9, seed=5)
    placed = Placed(
        ids=tuple(f"m{number}" for number in range(9)),
        pixels=pixels,
        pixel_sd=np.full(9, 0.5),
        ground=points,
        ground_sd=np.full(9, 0.3),
    )
    without = fit_points_on_terrain(placed, None, size=SIZE)
    ground = replace(heights_under(points, model), plane=(LEVEL_M, *SLOPE))
    fit = fit_points_on_terrain(placed, ground, size=SIZE)
    assert isinstance(fit, ControlFit)
    assert fit.plane == ground.plane
    assert fit.used.all()
    assert off_plane_m(fit.matrix) < 0.8
    # Taken for flat, they contradict each other: some are called wrong, or all are doubted.
    assert not isinstance(without, ControlFit) or without.variance_factor > 2.0 or without.blunders
