"""Laws of distances with uncertainty."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import chndtr

from purport.checks.impacts._distances import (
    TargetShape,
    farther_table,
    offset_interval,
    probability_inside,
)

COORDINATE = st.floats(-50.0, 50.0)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(east=COORDINATE, north=COORDINATE, turn=st.floats(0.0, 6.28), sd=st.floats(0.3, 5.0))
def test_turning_the_map_about_the_target_changes_no_interval(
    east: float, north: float, turn: float, sd: float
) -> None:
    """Law: with equal uncertainty in all directions, only the distance counts."""
    shape = TargetShape(vertices=np.zeros((1, 2)))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    covariance = np.eye(2) * sd**2
    point = np.array([east, north])
    plain = offset_interval(shape, point, covariance, coverage=0.95)
    turned = offset_interval(shape, rotation @ point, covariance, coverage=0.95)
    # points on the circle are 1.5 degrees apart, joined by chords
    assert np.allclose(plain, turned, atol=2e-3 + 3e-4 * float(np.hypot(east, north)))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(east=COORDINATE, north=COORDINATE, sd=st.floats(0.3, 5.0))
def test_the_interval_holds_the_measured_distance(east: float, north: float, sd: float) -> None:
    """Law: the best estimate always belongs to its own interval, whose ends are not negative."""
    shape = TargetShape(vertices=np.zeros((1, 2)))
    low, high = offset_interval(shape, np.array([east, north]), np.eye(2) * sd**2, coverage=0.68)
    assert 0.0 <= low <= np.hypot(east, north) + 2e-3
    assert np.hypot(east, north) <= high + 2e-3


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    east=st.floats(0.0, 30.0),
    north=st.floats(0.0, 30.0),
    sd=st.floats(0.3, 5.0),
    asked=st.floats(0.0, 60.0),
)
def test_the_table_of_distances_follows_rices_distribution(
    east: float, north: float, sd: float, asked: float
) -> None:
    """Law: with equal uncertainty in all directions, the distance follows Rice's distribution."""
    shape = TargetShape(vertices=np.zeros((1, 2)))
    table = farther_table(shape, np.array([east, north]), np.eye(2) * sd**2)
    away, farther = np.array(table).T
    read = float(np.interp(asked, away, farther, left=1.0, right=0.0))
    exact = 1.0 - float(chndtr((asked / sd) ** 2, 2, (east**2 + north**2) / sd**2))
    assert abs(read - exact) < 3e-3


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    east=COORDINATE,
    north=COORDINATE,
    sds=st.tuples(st.floats(0.3, 5.0), st.floats(0.3, 5.0)),
    outline=st.booleans(),
)
def test_a_table_of_distances_falls_and_ends_at_nothing(
    east: float, north: float, sds: tuple[float, float], *, outline: bool
) -> None:
    """Law: the probability to lie farther never rises with the distance, and begins inside."""
    square = np.array([[-6.0, -6.0], [6.0, -6.0], [6.0, 6.0], [-6.0, 6.0]])
    shape = TargetShape(vertices=square if outline else np.zeros((1, 2)))
    point, covariance = np.array([east, north]), np.diag(np.square(sds))
    table = farther_table(shape, point, covariance)
    away, farther = np.array(table).T
    assert (np.diff(away) > 0.0).all()
    assert (np.diff(farther) <= 0.0).all()
    assert away[0] >= 0.0
    assert farther[-1] == 0.0
    if outline and away[0] == 0.0:
        inside = probability_inside(shape, point, covariance)
        assert abs(1.0 - farther[0] - inside) < 2e-3


@pytest.mark.parametrize("sds", [(1.0, 1.0), (2.0, 0.5), (3.0, 0.5)])
@pytest.mark.parametrize("coverage", [0.68, 0.95])
def test_intervals_hold_the_truth_as_often_as_they_say(
    sds: tuple[float, float], coverage: float
) -> None:
    """Law: over strikes spread about a target, intervals of unequal axes cover as stated."""
    generator = np.random.default_rng(23)
    shape = TargetShape(vertices=np.zeros((1, 2)))
    covariance = np.diag(np.square(sds))
    inside = []
    for _ in range(400):
        turn, distance = generator.uniform(0.0, 6.28), generator.uniform(0.0, 8.0)
        true = distance * np.array([np.cos(turn), np.sin(turn)])
        seen = true + generator.normal(size=2) * sds
        low, high = offset_interval(shape, seen, covariance, coverage=coverage)
        inside.append(low - 2e-3 <= distance <= high + 2e-3)
    # three standard deviations of a share of 400, and 2 % for the larger axis that decides
    tolerance = 3.0 * float(np.sqrt(coverage * (1.0 - coverage) / 400)) + 0.02
    assert abs(float(np.mean(inside)) - coverage) < tolerance
