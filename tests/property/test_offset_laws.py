"""Laws of distances with uncertainty."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from purport.checks.impacts._distances import TargetShape, offset_interval

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
