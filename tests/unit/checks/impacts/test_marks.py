"""People's marks: impacts replaced or confirmed, targets marked, lengths known in the picture."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from purport.checks.contract import Evidence
from purport.core.case import Target
from purport.core.casefile import MarkRecord
from purport.core.digests import JsonObject, digest_bytes
from purport.simulate import Truth

from .test_check import (
    EAST,
    NORTH,
    STRIKE,
    geographic,
    make_evidence,
    make_script,
    placed,
    published,
    run,
)

AWAY_M = 12.0
TARGET = (STRIKE.place[0] - AWAY_M, STRIKE.place[1])


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, Truth]:
    return make_evidence(make_script(), tmp_path_factory.mktemp("marked"))


def mark(kind: str, values: JsonObject, *, name: str = "m1") -> MarkRecord:
    return MarkRecord(
        id=name,
        item=digest_bytes(b"clip"),
        kind=kind,
        values=values,
        author="Ada",
        placed_utc=datetime(2026, 11, 22, tzinfo=UTC),
    )


def pixel_of(truth: Truth, frame: int, place: tuple[float, float]) -> list[float]:
    x, y, w = np.linalg.inv(np.array(truth.frames[frame].to_map)) @ np.array([*place, 1.0])
    return [float(x / w), float(y / w)]


def marked(evidence: Evidence, *marks: MarkRecord) -> Evidence:
    return replace(evidence, marks=marks)


def length_mark(truth: Truth, frame: int, *, turn_deg: float, name: str) -> MarkRecord:
    """Mark a length of 20 m beside the middle of the ground."""
    step = 20.0 * np.array([np.sin(np.radians(turn_deg)), np.cos(np.radians(turn_deg))])
    start = (EAST - 20.0, NORTH - 6.0)
    end = (start[0] + float(step[0]), start[1] + float(step[1]))
    return mark(
        "known_length",
        {
            "frame": frame,
            "pixel": pixel_of(truth, frame, start),
            "to_pixel": pixel_of(truth, frame, end),
            "pixel_sd": 0.5,
            "length_m": 20.0,
            "length_sd_m": 0.2,
        },
        name=name,
    )


def test_a_mark_near_the_point_confirms_it_and_both_are_listed(
    struck: tuple[Evidence, Truth],
) -> None:
    evidence, truth = struck
    frame = truth.strikes[0].onset_frame
    pixel = pixel_of(truth, frame, STRIKE.place)
    seen = mark("impact", {"frame": frame, "pixel": pixel, "pixel_sd": 1.5})
    _, values = run(marked(placed(published(evidence, None), truth), seen))
    (strike,) = values.strikes
    assert strike.mark is not None
    assert strike.mark.confirms is True
    assert strike.mark.author == "Ada"
    assert strike.mark.machine_px is not None
    assert strike.point_sd_px == 1.5
    assert strike.point_px == pytest.approx(tuple(pixel), abs=1e-6)
    assert strike.point_basis.value == "marked by a person"


def test_a_mark_elsewhere_replaces_the_point(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    frame = truth.strikes[0].onset_frame
    x, y = pixel_of(truth, frame, STRIKE.place)
    seen = mark("impact", {"frame": frame, "pixel": [x + 14.0, y], "pixel_sd": 1.0})
    _, values = run(marked(placed(published(evidence, None), truth), seen))
    (strike,) = values.strikes
    assert strike.mark is not None
    assert strike.mark.confirms is False
    assert strike.point_px[0] == pytest.approx(x + 14.0, abs=1e-6)


def test_a_strike_that_only_a_person_saw_counts(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    frame = truth.strikes[0].onset_frame + 3
    far = pixel_of(truth, frame, (EAST - 25.0, NORTH + 12.0))
    seen = mark("impact", {"frame": frame, "pixel": far})
    _, values = run(marked(evidence, seen))
    assert values.distinct_strikes == 2
    alone = next(one for one in values.strikes if one.mark is not None)
    assert alone.mark is not None
    assert alone.mark.confirms is None
    assert alone.cause == "marked by a person"


def test_an_unusable_mark_is_named(struck: tuple[Evidence, Truth]) -> None:
    evidence, _ = struck
    seen = mark("impact", {"position": [36.3, 33.5]}, name="m77")
    _, values = run(marked(evidence, seen))
    assert any("m77" in words for words in values.marks_not_used)


def test_a_target_marked_in_the_picture_gives_a_relative_budget(
    struck: tuple[Evidence, Truth],
) -> None:
    evidence, truth = struck
    aim = mark("target", {"frame": 3, "pixel": pixel_of(truth, 3, TARGET), "pixel_sd": 1.0})
    _, values = run(marked(placed(published(evidence, None), truth), aim))
    (strike,) = values.strikes
    assert "marked in the picture by Ada" in (strike.target_basis or "")
    assert strike.budget_m is not None
    assert "reference" not in strike.budget_m
    assert strike.offset_95_m is not None
    assert strike.offset_95_m[0] <= AWAY_M <= strike.offset_95_m[1]
    assert strike.offset_sd_m is not None
    squares = sum(size**2 for size in strike.budget_m.values())
    assert squares == pytest.approx(strike.offset_sd_m**2, rel=1e-9)


def test_a_target_marked_on_the_map_serves_as_target(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    place = geographic(TARGET)
    aim = mark(
        "target", {"position": [place.longitude_deg, place.latitude_deg], "position_sd_m": 0.5}
    )
    _, values = run(marked(placed(published(evidence, None), truth), aim))
    (strike,) = values.strikes
    assert strike.offset_95_m is not None
    assert strike.offset_95_m[0] <= AWAY_M <= strike.offset_95_m[1]
    assert strike.budget_m is not None
    assert strike.budget_m["target"] == pytest.approx(0.5)
    assert strike.budget_m["reference"] == pytest.approx(0.5)


def test_known_lengths_give_metres_without_a_map(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    aim = mark("target", {"frame": 3, "pixel": pixel_of(truth, 3, TARGET), "pixel_sd": 1.0})
    one = length_mark(truth, 5, turn_deg=90.0, name="m2")
    other = length_mark(truth, 5, turn_deg=0.0, name="m3")
    widths = []
    for lengths in ((one,), (one, other)):
        _, values = run(marked(published(evidence, None), aim, *lengths))
        (strike,) = values.strikes
        assert strike.position is None
        assert strike.bearing_deg is None
        assert "plane assumed" in (strike.scale_basis or "")
        assert strike.offset_95_m is not None
        low, high = strike.offset_95_m
        assert low <= AWAY_M <= high
        widths.append(high - low)
        assert strike.budget_m is not None
        assert set(strike.budget_m) == {"marking", "target", "length", "view"}
    assert widths[1] < widths[0]


def test_lengths_measure_nothing_without_a_recorded_publication(
    struck: tuple[Evidence, Truth],
) -> None:
    evidence, truth = struck
    aim = mark("target", {"frame": 3, "pixel": pixel_of(truth, 3, TARGET)})
    _, values = run(marked(evidence, aim, length_mark(truth, 5, turn_deg=90.0, name="m2")))
    (strike,) = values.strikes
    assert strike.offset_m is None
    assert strike.p_farther_m is None
    assert "made public" in (strike.not_measured or "")
    assert strike.remedy is not None


def test_a_stated_target_cannot_be_reached_without_a_map(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    target = Target(point=geographic(TARGET))
    length = length_mark(truth, 5, turn_deg=90.0, name="m2")
    _, values = run(marked(published(evidence, target), length))
    (strike,) = values.strikes
    assert strike.offset_m is None
    assert "Mark the target in the picture" in (strike.remedy or "")


def test_what_is_missing_comes_with_its_remedy(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    _, values = run(published(evidence, None))
    assert "mark a length that you know" in (values.strikes[0].remedy or "")
    unplaced = replace(placed(published(evidence, None), truth), earlier=())
    point = geographic((EAST, NORTH))
    control = mark(
        "control_point",
        {"frame": 0, "pixel": [1.0, 1.0], "position": [point.longitude_deg, point.latitude_deg]},
    )
    _, values = run(marked(unplaced, control))
    assert "3 more control points" in (values.strikes[0].remedy or "")


def test_the_table_of_distances_agrees_with_the_interval(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    _, values = run(placed(published(evidence, Target(point=geographic(TARGET))), truth))
    (strike,) = values.strikes
    assert strike.p_farther_m is not None
    assert strike.offset_95_m is not None
    away, farther = np.array(strike.p_farther_m).T
    assert (np.diff(away) > 0.0).all()
    assert (np.diff(farther) < 0.0).all()
    low, high = strike.offset_95_m
    inside = np.interp(low, away, farther) - np.interp(high, away, farther)
    assert float(inside) == pytest.approx(0.95, abs=0.03)


def test_the_same_marks_give_the_same_finding(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    aim = mark("target", {"frame": 3, "pixel": pixel_of(truth, 3, TARGET)})
    length = length_mark(truth, 5, turn_deg=90.0, name="m2")
    once = run(marked(published(evidence, None), aim, length))
    assert once == run(marked(published(evidence, None), aim, length))
