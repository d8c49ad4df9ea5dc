import pytest

from purport.core.case import Target
from purport.core.media_time import FrameSpan
from purport.core.positions import GeoPoint
from purport.core.quantities import Interval, Quantity


def test_a_quantity_needs_a_finite_value_and_an_uncertainty() -> None:
    assert Quantity(value=3.0, standard_uncertainty=0.5, unit="m").unit == "m"
    with pytest.raises(ValueError, match="must be finite"):
        Quantity(value=float("nan"), standard_uncertainty=0.5, unit="m")
    with pytest.raises(ValueError, match="must not be negative"):
        Quantity(value=1.0, standard_uncertainty=-0.5, unit="m")


def test_an_interval_includes_its_ends_and_stands_upright() -> None:
    interval = Interval(low=2.0, high=15.0, unit="m")
    assert interval.contains(2.0)
    assert interval.contains(15.0)
    assert not interval.contains(15.1)
    with pytest.raises(ValueError, match="low <= high"):
        Interval(low=2.0, high=1.0, unit="m")


def test_a_span_of_frames_counts_both_ends() -> None:
    span = FrameSpan(first=3, last=5)
    assert len(span) == 3
    assert [index in span for index in (2, 3, 5, 6)] == [False, True, True, False]
    with pytest.raises(ValueError, match="first <= last"):
        FrameSpan(first=5, last=4)


def test_a_target_is_a_point_or_an_outline() -> None:
    point = GeoPoint(longitude_deg=1.0, latitude_deg=2.0)
    assert Target(point=point).outline is None
    for wrong in ({}, {"point": point, "outline": (point, point, point)}):
        with pytest.raises(ValueError, match="either a point or an outline"):
            Target(**wrong)  # type: ignore[arg-type]  # the wrong kinds are the point
