"""Laws of the vocabulary, each quoted in the test's name or docstring."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from purport.core.claims import Slot, SlotAttr, Span
from purport.core.digests import canonical_json, digest_json
from purport.core.instants import format_utc, parse_stated_time
from purport.core.positions import (
    GeoPoint,
    bearing_deg,
    from_geographic,
    geodesic_distance_m,
    to_geographic,
)
from purport.core.records import from_json, to_json

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=12,
)
nearby = st.builds(
    GeoPoint, longitude_deg=st.floats(34.0, 42.0), latitude_deg=st.floats(32.0, 38.0)
)


@given(json_values)
def test_canonical_json_loses_nothing(value: object) -> None:
    text = canonical_json(value)  # type: ignore[arg-type]  # any JSON value
    assert canonical_json(json.loads(text)) == text
    assert digest_json(json.loads(text)) == digest_json(value)  # type: ignore[arg-type]


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_parse_and_format_are_inverse(moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC, microsecond=0)
    assert parse_stated_time(format_utc(instant)).earliest_utc == instant


@given(st.dates())
def test_a_stated_day_contains_its_own_noon(day: datetime) -> None:
    if not 2 < day.year < 9998:
        return
    stated = parse_stated_time(day.strftime("%Y-%m-%d").rjust(10, "0"))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert stated.earliest_utc < noon < stated.latest_utc


@given(nearby)
def test_to_the_map_and_back_is_the_same_point(point: GeoPoint) -> None:
    back = to_geographic(from_geographic(point, "EPSG:32637"))
    assert geodesic_distance_m(point, back) < 1e-3


@given(nearby, nearby)
def test_distance_is_symmetric_and_bearing_turns_round(one: GeoPoint, other: GeoPoint) -> None:
    there = geodesic_distance_m(one, other)
    assert abs(there - geodesic_distance_m(other, one)) < 1e-6
    if there > 1.0:
        assert 0.0 <= bearing_deg(one, other) < 360.0


@given(
    st.sampled_from(SlotAttr),
    st.text(max_size=5),
    st.none() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_record_is_read_back_as_it_was(
    attr: SlotAttr, exact: str, value: str | float | None
) -> None:
    slot = Slot(attr=attr, span=Span(start=0, end=len(exact), exact=exact), value=value)
    assert from_json(Slot, json.loads(json.dumps(to_json(slot)))) == slot
