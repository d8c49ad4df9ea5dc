"""Intervals of a distance that cannot be negative: their coverage, near zero and far from it."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._distances import (
    TargetShape,
    bearing_sd_deg,
    critical_value,
    offset_interval,
    probability_inside,
)

DRAWS = 120
POINT = TargetShape(vertices=np.array([[0.0, 0.0]]))
SQUARE = TargetShape(vertices=np.array([[-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0]]))


def measured(
    true: tuple[float, float], covariance: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    return np.random.default_rng(7).multivariate_normal(true, covariance, size=count)


def coverage_of(
    shape: TargetShape,
    true: tuple[float, float],
    covariance: NDArray[np.float64],
    *,
    coverage: float,
) -> float:
    distance = shape.distance(np.array(true))
    points = measured(true, covariance, DRAWS)
    inside = 0
    for point in points:
        low, high = offset_interval(shape, point, covariance, coverage=coverage)
        inside += low - 2e-3 <= distance <= high + 2e-3
    return inside / len(points)


@pytest.mark.parametrize("distance", [0.0, 0.7, 2.0, 9.0])
@pytest.mark.parametrize("coverage", [0.68, 0.95])
def test_intervals_of_a_point_cover_as_often_as_they_say(distance: float, coverage: float) -> None:
    found = coverage_of(POINT, (distance, 0.0), np.eye(2), coverage=coverage)
    # three standard deviations of the share
    tolerance = 3.0 * math.sqrt(coverage * (1 - coverage) / DRAWS)
    assert found == pytest.approx(coverage, abs=tolerance)


@pytest.mark.parametrize("true", [(0.0, 0.0), (1.0, 1.0), (6.0, 0.0), (0.0, 8.0)])
def test_unequal_axes_are_never_covered_too_seldom(true: tuple[float, float]) -> None:
    covariance = np.array([[4.0, 0.9], [0.9, 1.0]])
    assert coverage_of(POINT, true, covariance, coverage=0.95) >= 0.88


@pytest.mark.parametrize("true", [(0.0, 0.0), (4.9, 0.0), (5.5, 0.0), (8.0, 8.0)])
def test_intervals_of_an_outline_are_never_too_narrow(true: tuple[float, float]) -> None:
    assert coverage_of(SQUARE, true, np.eye(2) * 2.0, coverage=0.95) >= 0.88


def test_an_interval_holds_the_best_estimate_and_starts_at_zero_near_the_target() -> None:
    low, high = offset_interval(POINT, np.array([0.5, 0.0]), np.eye(2), coverage=0.95)
    assert low == 0.0
    assert 0.5 < high < 3.0
    low, high = offset_interval(POINT, np.array([30.0, 40.0]), np.eye(2), coverage=0.95)
    assert low == pytest.approx(50.0 - 1.97, abs=0.05)
    assert high == pytest.approx(50.0 + 1.97, abs=0.05)


def test_a_wider_coverage_gives_a_wider_interval() -> None:
    point = np.array([3.0, 1.0])
    narrow = offset_interval(POINT, point, np.eye(2), coverage=0.68)
    wide = offset_interval(POINT, point, np.eye(2), coverage=0.95)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_critical_values_go_from_two_dimensions_to_one() -> None:
    assert critical_value(0.0, 0.95) == pytest.approx(math.sqrt(5.991), abs=1e-3)
    assert critical_value(12.0, 0.95) == pytest.approx(1.96, abs=0.01)


def test_the_distance_to_an_outline_is_zero_inside() -> None:
    assert SQUARE.distance(np.array([1.0, 2.0])) == 0.0
    assert SQUARE.distance(np.array([9.0, 0.0])) == pytest.approx(4.0)
    assert POINT.distance(np.array([3.0, 4.0])) == pytest.approx(5.0)


def test_the_probability_to_be_inside_follows_the_normal_distribution() -> None:
    # each axis: P(|z| < 5/2.5) = 0.9545
    found = probability_inside(SQUARE, np.array([0.0, 0.0]), np.eye(2) * 2.5**2)
    assert found == pytest.approx(0.9545**2, abs=0.01)
    assert probability_inside(SQUARE, np.array([5.0, 0.0]), np.eye(2) * 0.01) == pytest.approx(
        0.5, abs=0.02
    )
    assert probability_inside(POINT, np.array([0.0, 0.0]), np.eye(2)) == 0.0


def test_a_direction_is_told_only_when_the_distance_is() -> None:
    assert bearing_sd_deg(np.array([1.0, 0.0]), np.eye(2)) is None
    found = bearing_sd_deg(np.array([0.0, 10.0]), np.diag([1.0, 9.0]))
    assert found == pytest.approx(math.degrees(0.1))
    assert bearing_sd_deg(np.zeros(2), np.eye(2)) is None
