from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest

from purport.core.case import ClaimedPlace, Target
from purport.core.casefile import CaseFile
from purport.core.digests import Digest, JsonObject
from purport.core.positions import GeoPoint
from purport.imagery import open_reference
from purport.reports.item_rows import (
    describe_container,
    describe_finding,
    describe_layer,
    describe_record,
    describe_reference,
    embargo_end,
)
from purport.reports.item_views import Files, view_items
from purport.reports.readings import read_layers, read_strikes
from purport.reports.strike_rows import describe_strike, tabulate_strikes

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path


@pytest.fixture(scope="module")
def case(hand_made: HandMade) -> CaseFile:
    found: CaseFile = hand_made.case
    return found


def test_describe_record_says_what_is_not_recorded(case: CaseFile) -> None:
    bare = case.items[1].record
    assert {text for _, text in describe_record(bare)} == {"not recorded"}
    assert embargo_end(bare) is None


def test_describe_record_keeps_point_and_name(case: CaseFile) -> None:
    point = GeoPoint(longitude_deg=1.5, latitude_deg=-2.25)
    record = replace(
        case.items[0].record,
        claimed_place=ClaimedPlace(point=point),
        target=Target(point=point, standard_uncertainty_m=0.0),
    )
    rows = dict(describe_record(record))
    assert rows["Place claimed"] == "2.250000° S, 1.500000° E"
    assert rows["Target"] == "2.250000° S, 1.500000° E (stated by user)"


def test_describe_container_lists_streams(case: CaseFile) -> None:
    streams: list[JsonObject] = [
        {
            "index": 0,
            "kind": "video",
            "codec": "h264",
            "width_px": 640,
            "height_px": 360,
            "average_rate": "25",
        },
        {"index": 1, "kind": "audio", "codec": "aac", "sample_rate_hz": 48000},
    ]
    rows = dict(describe_container(replace(case.items[0], container={"streams": streams})))
    assert rows["Stream 0 (video)"] == "h264, 640 × 360 px, 25 frames/s as declared"
    assert rows["Stream 1 (audio)"] == "aac, 48000 Hz"


def test_describe_container_of_what_cannot_be_read(case: CaseFile) -> None:
    broken = replace(case.items[0], container=None, duration_s=None, frames=None)
    rows = dict(describe_container(broken))
    assert (rows["Length"], rows["Frames"]) == ("not readable", "not readable")


def test_describe_reference_states_its_accuracy(hand_made: HandMade, case: CaseFile) -> None:
    path = hand_made.path_of(case.items[0].record.references[0])
    stated = describe_reference(open_reference(path, accuracy_m=0.5))
    assert stated == (
        "Orthophoto with 0.25 m to a pixel; standard uncertainty 0.5 m per axis (stated by user)."
    )
    assert describe_reference(None) is None


def test_describe_strike_says_what_could_not_be_measured(case: CaseFile) -> None:
    strike = read_strikes(case.findings[3])[0]
    bare = replace(
        strike,
        position=None,
        offset_m=None,
        offset_68_m=None,
        offset_95_m=None,
        bearing_deg=None,
        p_inside=None,
        not_measured="no publication is recorded",
    )
    row = describe_strike(bare)
    missing = {row.position, row.offset, row.interval_68, row.interval_95, row.bearing}
    assert missing == {"not measurable"}
    assert row.inside == "no outline given"
    assert row.notes == ("no publication is recorded",)


def test_strikes_say_how_probably_they_lie_farther(case: CaseFile) -> None:
    first, second = read_strikes(case.findings[3])
    near = replace(first, p_farther_m=((4.0, 1.0), (9.0, 0.5), (12.0, 0.0)))
    table = tabulate_strikes([near, replace(second, p_farther_m=())])
    assert table.distances == ("5 m", "10 m")
    assert [row.farther for row in table.rows] == [("90 %", "33 %"), ("–", "–")]


def test_strikes_say_what_would_help_and_what_they_rest_on(case: CaseFile) -> None:
    strike = replace(
        read_strikes(case.findings[3])[0],
        not_measured="It could not be placed.",
        remedy="Place four control points.",
        scale_basis="known length (ground plane assumed)",
        lean_m=0.84,
        mark="The point was placed by Ann.",
        marks_not_used=("Mark m1 lies outside the picture.",),
    )
    first, *rest = describe_strike(strike).notes
    assert first == "It could not be placed. Place four control points."
    assert rest[0] == "Metres from: known length (ground plane assumed)."
    assert "1 m above the ground appears 0.84 m away" in rest[1]
    assert rest[2:] == ["The point was placed by Ann.", "Mark m1 lies outside the picture."]


@pytest.mark.parametrize(
    ("offset_m", "bearing", "sd", "words"),
    [
        (9.0, 68.2, 4.0, "68° (east), u 4°"),
        (0.4, 68.2, None, "68° (east), too near to be sure"),
        (0.0, None, None, "none at distance 0"),
    ],
)
def test_describe_strike_bearing(  # noqa: PLR0917 - parameters of one row
    case: CaseFile, offset_m: float, bearing: float | None, sd: float | None, words: str
) -> None:
    strike = read_strikes(case.findings[3])[0]
    changed = replace(strike, offset_m=offset_m, bearing_deg=bearing, bearing_sd_deg=sd)
    assert describe_strike(changed).bearing == words


@pytest.mark.parametrize(
    ("changes", "holder", "age"),
    [
        ({}, "Town Council", "5 days before the date"),
        ({"age_days": 0}, "Town Council", "holds on the date"),
        ({"age_days": -1}, "Town Council", "1 day after the date"),
        ({"age_days": None, "holder": None}, "no holder listed there", ""),
        (
            {"contested": True},
            "left open by this layer (Town Council)",
            "5 days before the date",
        ),
        (
            {"boundary": True},
            "too close to a boundary to say (perhaps Town Council)",
            "5 days before the date",
        ),
    ],
)
def test_describe_layer(  # noqa: PLR0917 - parameters of one row
    builder: ModuleType, case: CaseFile, changes: JsonObject, holder: str, age: str
) -> None:
    values = builder.control_values()
    layer = {**values["layers"][0], **changes, "distance_to_group_m": {"a": None, "b": 4300.0}}
    finding = replace(case.findings[4], values={**values, "layers": [layer]})
    row = describe_layer(read_layers(finding)[0])
    assert (row.holder, row.age_words) == (holder, age)
    assert row.distances_m == (("a", "no territory in this layer"), ("b", "4.3 km"))


def test_describe_finding_counts_long_lists(case: CaseFile) -> None:
    rows = dict(describe_finding(case.findings[2]).values)
    assert rows["homographies"] == "20 entries, in the machine-readable result"
    assert rows["inliers"] == "143"


def test_view_items_says_when_the_orthophoto_cannot_be_read(
    hand_made: HandMade, case: CaseFile, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"no raster")
    files = Files(
        media_path=hand_made.path_of, reference_path=lambda _: broken, scene=lambda _: None
    )
    view = view_items(case, files)[0]
    assert view.place_map is None
    assert view.impact_map is None
    assert view.frames
    assert any("the orthophoto" in fault for fault in view.faults)


def test_view_items_draws_the_claimed_place_where_nothing_matched(
    hand_made: HandMade, case: CaseFile
) -> None:
    files = Files(
        media_path=hand_made.path_of, reference_path=hand_made.path_of, scene=lambda _: None
    )
    first = case.items[0].record
    second = replace(case.items[1].record, claimed_place=first.claimed_place)
    only = replace(case, items=(replace(case.items[1], record=second),))
    (view,) = view_items(only, files)
    assert not view.matched
    assert view.place_map is not None


def test_view_items_of_an_item_that_could_not_be_decoded(
    hand_made: HandMade, case: CaseFile
) -> None:
    files = Files(
        media_path=hand_made.path_of, reference_path=hand_made.path_of, scene=lambda _: None
    )
    broken = replace(case.items[1], duration_s=None, frames=None)
    gone = replace(broken, record=replace(broken.record, references=()))
    (view,) = view_items(replace(case, items=(gone,), findings=()), files)
    assert (view.frames, view.timeline, view.place_map, view.map_note) == ((), None, None, None)
    assert view.target_basis == "not recorded"


def test_view_items_names_another_item_by_its_digest_when_it_is_unknown(
    hand_made: HandMade, case: CaseFile
) -> None:
    files = Files(
        media_path=hand_made.path_of, reference_path=hand_made.path_of, scene=lambda _: None
    )
    elsewhere = Digest("d" * 64)
    match = {**case.findings[1].values["matches"][0], "other": elsewhere}  # type: ignore[index,dict-item] # JSON
    finding = replace(case.findings[1], values={"matches": [match]})
    view = view_items(replace(case, findings=(finding,), items=case.items[:1]), files)[0]
    assert [name for _, name in view.matches] == ["d" * 12]
