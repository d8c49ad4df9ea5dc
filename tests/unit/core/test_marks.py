from datetime import UTC, datetime

import pytest

from purport.core.casefile import MarkRecord
from purport.core.digests import JsonObject, digest_bytes
from purport.core.marks import (
    DEFAULT_PIXEL_SD_PX,
    MarkKind,
    control_points,
    known_lengths,
    mark_fault,
    point_marks,
)
from purport.core.positions import GeoPoint

WHOLE: dict[MarkKind, JsonObject] = {
    MarkKind.CONTROL_POINT: {"frame": 3, "pixel": [10.5, 20], "position": [36.7, 35.4]},
    MarkKind.KNOWN_LENGTH: {
        "frame": 3,
        "pixel": [10.5, 20],
        "to_pixel": [90, 20.5],
        "length_m": 12.0,
    },
    MarkKind.IMPACT: {"frame": 7, "pixel": [1, 2], "pixel_sd": 1.5},
    MarkKind.TARGET: {"position": [36.7, 35.4], "position_sd_m": 2.0},
    MarkKind.SHADOW: {"frame": 7, "pixel": [1, 2], "to_pixel": [30, 9], "height_m": 3.0},
    MarkKind.SHADOW_AZIMUTH: {"azimuth_deg": 300.0, "azimuth_sd_deg": 2.0, "zone": "Asia/Damascus"},
    MarkKind.NO_SHADOW: {"reason": "diffuse"},
    MarkKind.SHADOW_TIP: {"frame": 7, "pixel": [1, 2], "position": [36.7, 35.4]},
}


def record(kind: MarkKind, values: JsonObject) -> MarkRecord:
    return MarkRecord(
        id=f"m-{kind.value}",
        item=digest_bytes(b"clip"),
        kind=kind.value,
        values=values,
        author="Ann",
        placed_utc=datetime(2026, 11, 22, tzinfo=UTC),
    )


RECORDS = [record(kind, values) for kind, values in WHOLE.items()]


@pytest.mark.parametrize("kind", list(MarkKind))
def test_whole_marks_are_accepted(kind: MarkKind) -> None:
    assert mark_fault(kind, WHOLE[kind]) is None


@pytest.mark.parametrize("kind", [MarkKind.CONTROL_POINT, MarkKind.KNOWN_LENGTH])
def test_each_value_that_a_kind_needs_is_missed(kind: MarkKind) -> None:
    for name in WHOLE[kind]:
        rest = {key: value for key, value in WHOLE[kind].items() if key != name}
        assert mark_fault(kind, rest) is not None, name


def test_control_points_are_read_with_their_uncertainties() -> None:
    (point,) = control_points(RECORDS)
    assert (point.frame, point.pixel, point.point) == (
        3,
        (10.5, 20.0),
        GeoPoint(longitude_deg=36.7, latitude_deg=35.4),
    )
    assert (point.pixel_sd_px, point.point_sd_m) == (DEFAULT_PIXEL_SD_PX, 0.0)


def test_points_are_read_by_kind() -> None:
    (impact,) = point_marks(RECORDS, MarkKind.IMPACT)
    (target,) = point_marks(RECORDS, MarkKind.TARGET)
    assert (impact.frame, impact.pixel, impact.pixel_sd_px, impact.point) == (7, (1, 2), 1.5, None)
    assert (target.frame, target.pixel, target.point_sd_m) == (None, None, 2.0)


def test_known_lengths_are_read() -> None:
    (length,) = known_lengths(RECORDS)
    assert (length.from_px, length.to_px, length.length_m) == ((10.5, 20.0), (90.0, 20.5), 12.0)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"frame": -1}, "whole number"),
        ({"frame": True}, "whole number"),
        ({"pixel": [1]}, "two numbers"),
        ({"pixel": "12"}, "two numbers"),
        ({"pixel": ["a", 2]}, "a number is expected"),
        ({"pixel_sd": -1.0}, "not negative"),
        ({"to_pixel": [10.5, 20]}, "same pixel"),
        ({"length_m": 0.0}, "positive"),
    ],
)
def test_wrong_values_are_named(changed: JsonObject, fault: str) -> None:
    said = mark_fault(MarkKind.KNOWN_LENGTH, {**WHOLE[MarkKind.KNOWN_LENGTH], **changed})
    assert said is not None
    assert fault in said
