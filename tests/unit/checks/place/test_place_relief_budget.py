"""A homography fitted to matches over relief states how uncertain its points are."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._adjustment import (
    Adjusted,
    Adjustment,
    Observations,
    adjust_homography,
    normalisation_of,
)
from purport.checks.place._relief_budget import assess_relief, with_relief
from purport.core.homographies import GroundHomography

FloatArray = NDArray[np.float64]

SIZE = (640, 480)
GSD_M = 0.25
NO_PIXEL_ERROR = np.zeros((2, 2))


def bent(unit: FloatArray, lens: float) -> FloatArray:
    """Where a lens puts points that it should see at `unit`: the inverse of its model (n, 2)."""
    seen = unit.copy()
    for _ in range(20):
        seen = unit / (1.0 + lens * (seen**2).sum(axis=1, keepdims=True))
    return seen


def photo(focal_px: float, tilt_deg: float) -> tuple[FloatArray, FloatArray]:
    """A camera (3, 4) in pixels over the local origin, and its plane homography to metres."""
    tilt = np.deg2rad(tilt_deg)
    range_m = focal_px * GSD_M
    look = np.array([0.0, np.sin(tilt), -np.cos(tilt)])
    rotation = np.vstack([[1.0, 0.0, 0.0], np.cross(look, [1.0, 0.0, 0.0]), look])
    inner = np.array([[focal_px, 0.0, 319.5], [0.0, focal_px, 239.5], [0.0, 0.0, 1.0]])
    camera = inner @ rotation @ np.column_stack([np.eye(3), range_m * look])
    return camera, np.linalg.inv(camera[:, [0, 1, 3]])


def swell(points: FloatArray, seed: int) -> FloatArray:
    """Gentle hills of about half a metre."""
    rng = np.random.default_rng(seed)
    waves = rng.normal(size=(6, 2)) * 2.0 * np.pi / 60.0
    phases = rng.uniform(0.0, 2.0 * np.pi, 6)
    return np.asarray(0.35 * np.cos(points @ waves.T + phases).sum(axis=1) / np.sqrt(3.0))


def adjusted(
    seed: int, *, count: int = 260, lens: float = 0.0, hills: float = 1.0
) -> tuple[Observations, Adjusted, FloatArray]:
    """Matches over hills seen from the side, adjusted to a plane."""
    rng = np.random.default_rng(seed)
    camera, matrix = photo(700.0, 50.0)
    pixels = rng.uniform((20.0, 20.0), (620.0, 460.0), (count, 2))
    ground = np.column_stack([pixels, np.ones(count)]) @ matrix.T
    points = ground[:, :2] / ground[:, 2:]
    solid = np.column_stack([points, hills * swell(points, seed), np.ones(count)])
    straight = solid @ camera.T
    unit = (straight[:, :2] / straight[:, 2:] - (319.5, 239.5)) / 320.0
    seen = Observations(
        pixels=bent(unit, lens) * 320.0 + (319.5, 239.5) + rng.normal(size=(count, 2)) * 0.4,
        pixel_sd=np.full(count, 0.3),
        ground=points + rng.normal(size=(count, 2)) * 0.05,
        ground_sd=np.full(count, 0.05),
        feature=np.arange(count),
        frame=np.zeros(count, dtype=np.int64),
        steady=np.ones(count, dtype=np.bool_),
    )
    start = matrix @ np.linalg.inv(normalisation_of(SIZE))
    found = adjust_homography(seen, start, size=SIZE, settings=Adjustment())
    assert found is not None
    return seen, found, camera


def stated(found: Adjusted) -> GroundHomography:
    return GroundHomography(
        matrix=tuple(map(tuple, found.matrix.tolist())),
        normalisation=tuple(map(tuple, normalisation_of(SIZE).tolist())),
        origin_m=(0.0, 0.0),
        crs="EPSG:32637",
        covariance=tuple(map(tuple, found.covariance.tolist())),
        ground_sd_m=found.ground_sd_m,
        reference_sd_m=0.0,
    )


def test_ground_vectors_over_hills_are_as_uncertain_as_stated() -> None:
    squares = []
    for seed in range(12):
        seen, found, camera = adjusted(seed)
        relief = assess_relief(seen, found, covariance=found.covariance, size=SIZE)
        assert relief.lean is not None
        ground = with_relief(stated(found), relief)
        rng = np.random.default_rng(1000 + seed)
        for _ in range(20):
            points = rng.uniform((-60.0, -40.0), (60.0, 60.0), (2, 2))
            solid = np.column_stack([points, swell(points, seed), np.ones(2)]) @ camera.T
            pixels = [(float(x), float(y)) for x, y in solid[:, :2] / solid[:, 2:]]
            ends = [ground.project(each, pixel_covariance=NO_PIXEL_ERROR) for each in pixels]
            away = np.array(
                [
                    ends[1].easting_m - ends[0].easting_m,
                    ends[1].northing_m - ends[0].northing_m,
                ]
            ) - (points[1] - points[0])
            covariance = ground.difference_covariance(
                pixels[0],
                pixels[1],
                pixel_covariance=NO_PIXEL_ERROR,
                other_covariance=NO_PIXEL_ERROR,
            )
            squares.append(float(away @ np.linalg.solve(covariance, away)))
    inside = float(np.mean(np.array(squares) < 5.991))
    # 240 vectors of 12 pictures: 95 % to about 3 %; too wide is the better fault.
    assert 0.9 <= inside <= 0.995
    # What one vector in two exceeds: 1.39 for normal errors; 0.45 if 1.75 times too wide.
    assert np.median(squares) > 0.45


def test_points_over_hills_are_as_uncertain_as_stated() -> None:
    """A point is off by what of the hills the plane does not follow, not by all of them twice."""
    squares: list[float] = []
    doubled: list[float] = []
    for seed in range(24):
        seen, found, camera = adjusted(seed)
        relief = assess_relief(seen, found, covariance=found.covariance, size=SIZE)
        ground = with_relief(stated(found), relief)
        twice = replace(ground, relief_covariance=(), relief_left_share=1.0)
        rng = np.random.default_rng(2000 + seed)
        points = rng.uniform((-55.0, -35.0), (55.0, 50.0), (20, 2))
        solid = np.column_stack([points, swell(points, seed), np.ones(20)]) @ camera.T
        for point, pixel in zip(points, solid[:, :2] / solid[:, 2:], strict=True):
            at = (float(pixel[0]), float(pixel[1]))
            for each, kept in ((ground, squares), (twice, doubled)):
                placed = each.project(at, pixel_covariance=NO_PIXEL_ERROR)
                away = np.array([placed.easting_m, placed.northing_m]) - point
                kept.append(float(away @ np.linalg.solve(placed.covariance(), away)))
    inside = [float(np.mean(np.array(squares) < limit)) for limit in (5.991, 2.279)]
    # 480 points of 24 pictures: 95 % to about 3 %, 68 % to about 6 %; heights are one number for
    # two axes, so that the smaller ellipse is wide.
    assert 0.92 <= inside[0] <= 0.99
    assert 0.62 <= inside[1] <= 0.85
    assert np.median(squares) > 1.2 * np.median(doubled)


def test_a_lens_is_found_where_it_stands_out_and_not_where_there_is_none() -> None:
    errors = []
    for seed in range(4):
        seen, found, _ = adjusted(seed, lens=-0.03, hills=0.0)
        relief = assess_relief(seen, found, covariance=found.covariance, size=SIZE)
        assert relief.lens is not None
        sd = float(np.sqrt(relief.covariance[8, 8]))
        assert sd < 0.01
        errors.append((relief.lens + 0.03) / sd)
        straight, flat, _ = adjusted(seed, hills=0.0)
        assert assess_relief(straight, flat, covariance=flat.covariance, size=SIZE).lens is None
    assert float(np.abs(errors).max()) < 3.5


def test_with_its_lens_a_picture_is_measured_as_well_as_stated() -> None:
    seen, found, camera = adjusted(3, lens=-0.03, hills=0.0)
    relief = assess_relief(seen, found, covariance=found.covariance, size=SIZE)
    ground = with_relief(stated(found), relief)
    places = np.array([[-55.0, 30.0], [50.0, -35.0], [0.0, 0.0], [60.0, 45.0]])
    straight = np.column_stack([places, np.zeros(4), np.ones(4)]) @ camera.T
    unit = (straight[:, :2] / straight[:, 2:] - (319.5, 239.5)) / 320.0
    for place, pixel in zip(places, bent(unit, -0.03) * 320.0 + (319.5, 239.5), strict=True):
        point = ground.project((float(pixel[0]), float(pixel[1])), pixel_covariance=NO_PIXEL_ERROR)
        away = np.array([point.easting_m, point.northing_m]) - place
        # Without the lens the corners are off by about 1.5 m.
        assert np.hypot(*away) < 0.4
        assert away @ np.linalg.solve(point.covariance(), away) < 14.0


def test_few_matches_leave_the_homography_as_it_states_itself() -> None:
    seen, found, _ = adjusted(1, count=60)
    few = Adjusted(
        matrix=found.matrix,
        covariance=found.covariance,
        clusters=found.clusters,
        weight=np.where(np.arange(60) < 15, found.weight, 0.0),
        residual_m=found.residual_m,
        residual_px=found.residual_px,
        ground_sd_m=0.7,
    )
    relief = assess_relief(seen, few, covariance=found.covariance, size=SIZE)
    assert relief.scatter is None
    ground = with_relief(stated(few), relief)
    assert ground.ground_sd_m == 0.7
    assert ground.relief_range_m == 0.0
    assert ground.lean is not None
