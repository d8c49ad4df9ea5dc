import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import jsonschema
import pytest

from purport.casework import (
    CheckOutcome,
    CheckRequest,
    Workspace,
    check_case,
    parse_point,
    parse_publication,
    verify_workspace,
)
from purport.core.case import Publication, Target
from purport.core.errors import InputError, SeveralFaultsError, UnreadableMediaError
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint
from purport.reports import case_schema

DATED = (
    "<html><head><meta property='article:published_time' content='2015-10-01'></head><body>"
    "<article><h1>Raid on the harbour road</h1><p>The harbour ministry said that it had destroyed "
    "eight militia targets on Wednesday, in the north of the country.</p><p>A fisherman said the "
    "bombs missed by several metres, and that nobody had come to look at the place since.</p>"
    "</article></body></html>"
)
Run = Callable[..., CheckOutcome]


@pytest.fixture
def run(folder: Path) -> Run:
    def check(**given: Any) -> CheckOutcome:  # noqa: ANN401 - fields of the request
        return check_case(CheckRequest(workspace=folder, workers=1, **given))

    return check


def test_story_and_footage_go_to_a_verdict_for_every_part(
    folder: Path, story: Path, clip: Callable[..., Path]
) -> None:
    stages: list[str] = []

    def note(stage: str, *, done: int, total: int, label: str) -> None:
        assert 0 <= done <= total
        assert label
        stages.append(stage)

    request = CheckRequest(workspace=folder, story=story, footage=(clip(),), name="Harbour road")
    outcome = check_case(request, progress=note)
    case = outcome.case
    assert len(case.verdicts) == 6 * len(case.claims) > 0
    assert {finding.check for finding in case.findings} >= {"edits", "reuse"}
    assert {not_run.check for not_run in case.not_run} >= {"place", "control"}
    assert outcome.dossier == folder / "dossier" / "Harbour-road.html"
    assert outcome.dossier.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")
    jsonschema.validate(json.loads(json.dumps(outcome.document)), dict(case_schema()))
    assert outcome.document["dossier"] == str(outcome.dossier)
    assert list(dict.fromkeys(stages)) == ["read", "collect", "analyse", "judge", "report"]
    assert verify_workspace(folder).objects == 2


def test_second_run_computes_nothing_and_says_the_same(
    run: Run, story: Path, clip: Callable[..., Path]
) -> None:
    path = clip()
    first = run(story=story, footage=(path,), dossier=False)
    second = run(story=story, footage=(path,), dossier=False)
    assert first.computed > 0
    assert second.computed == 0
    assert second.dossier is None
    assert second.case == first.case


def test_story_alone_gives_its_ledger(run: Run, story: Path) -> None:
    outcome = run(story=story)
    assert outcome.case.claims
    assert outcome.case.verdicts
    assert outcome.case.items == ()


def test_footage_alone_gives_its_findings(run: Run, clip: Callable[..., Path]) -> None:
    outcome = run(footage=(clip(),))
    assert outcome.case.findings
    assert outcome.case.claims == ()


def test_nothing_to_check_is_refused(run: Run, folder: Path) -> None:
    with pytest.raises(InputError, match="is not a workspace"):
        run()
    assert not folder.exists()
    Workspace.open(folder, create=True).close()
    with pytest.raises(InputError, match="nothing to check"):
        run()


def test_without_inputs_it_checks_what_the_workspace_holds(
    run: Run, story: Path, clip: Callable[..., Path]
) -> None:
    first = run(story=story, footage=(clip(),), dossier=False)
    assert run(dossier=False).case == first.case
    published = parse_publication("2015-09-30")
    point = GeoPoint(longitude_deg=36.0, latitude_deg=35.0)
    record = run(published=published, target=point, dossier=False).case.items[0].record
    assert (record.publication, record.target) == (published, Target(point=point))


def test_two_kinds_of_target_are_refused(run: Run, story: Path) -> None:
    point = GeoPoint(longitude_deg=1.0, latitude_deg=2.0)
    with pytest.raises(InputError, match="a point and an area"):
        run(story=story, target=point, target_area=story)


def test_dated_story_records_the_publication(
    run: Run, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(DATED)
    item = run(story=page, footage=(clip(),), dossier=False).case.items[0].record
    assert item.publication == Publication(
        published=parse_stated_time("2015-10-01"), basis="dated story given with the footage"
    )


def test_users_own_words_on_publication_come_first(
    run: Run, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    page = tmp_path / "page.html"
    page.write_text(DATED)
    stated = parse_publication("2015-09-30,https://a.example/video")
    outcome = run(story=page, footage=(clip(),), published=stated, dossier=False)
    assert outcome.case.items[0].record.publication == stated


def test_target_is_recorded_for_every_item(
    run: Run, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    area = tmp_path / "area.geojson"
    ring = [[36.0, 35.0], [36.1, 35.0], [36.1, 35.1], [36.0, 35.0]]
    area.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    item = run(footage=(clip(),), target_area=area, target_sd_m=4.0, dossier=False).case.items[0]
    assert item.record.target is not None
    assert item.record.target.outline is not None
    assert len(item.record.target.outline) == 3
    assert item.record.target.standard_uncertainty_m == 4.0
    point = GeoPoint(longitude_deg=36.0, latitude_deg=35.0)
    item = run(footage=(clip(),), target=point, dossier=False).case.items[0]
    assert item.record.target == Target(point=point)


def test_one_bad_item_among_several_is_listed(
    run: Run, folder: Path, tmp_path: Path, clip: Callable[..., Path]
) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    outcome = run(footage=(bad, clip()), dossier=False)
    assert [fault.subject for fault in outcome.case.faults] == ["bad.mp4"]
    assert outcome.case.findings
    assert verify_workspace(folder).objects == 1
    assert run(footage=(clip(),), dossier=False).case.faults == ()


def test_no_good_item_at_all_is_an_error(run: Run, folder: Path, tmp_path: Path) -> None:
    bad, worse = tmp_path / "bad.mp4", tmp_path / "worse.mp4"
    bad.write_text("no video")
    worse.write_bytes(b"")
    with pytest.raises(UnreadableMediaError, match=r"bad\.mp4"):
        run(footage=(bad,))
    with pytest.raises(SeveralFaultsError, match=r"bad\.mp4.*worse\.mp4"):
        run(footage=(bad, worse))
    assert verify_workspace(folder).objects == 0


def test_items_of_a_sheet_are_checked(run: Run, tmp_path: Path, clip: Callable[..., Path]) -> None:
    clip("a.mp4")
    sheet = tmp_path / "items.csv"
    sheet.write_text("file,published,claimed_time\na.mp4,2015-09-30,2015-09\ngone.mp4,,\n")
    case = run(items_sheet=sheet, dossier=False).case
    assert case.items[0].record.claimed_time == parse_stated_time("2015-09")
    assert [fault.subject for fault in case.faults] == ["gone.mp4"]
    sheet.write_text("file\ngone.mp4\n")
    with pytest.raises(InputError, match=r"^gone\.mp4: cannot be read"):
        run(items_sheet=sheet)


def test_synthetic_footage_makes_the_case_synthetic(
    run: Run, clip: Callable[..., Path], tmp_path: Path
) -> None:
    assert not run(footage=(clip(),), dossier=False).case.synthetic
    marked = tmp_path / "marked.mp4"
    _copy_with_title(clip(seed=3), marked, "SYNTHETIC: made for tests")
    assert run(footage=(marked,), dossier=False).case.synthetic


def test_custody_tells_the_story_of_the_case(
    run: Run, folder: Path, story: Path, clip: Callable[..., Path]
) -> None:
    run(story=story, footage=(clip(),), agent="Ann", date="2015-09-30")
    with Workspace.open(folder, writing=False) as workspace:
        events = workspace.store.custody()
    kinds = [event.kind for event in events]
    assert list(dict.fromkeys(kinds)) == [
        "recorded",
        "collected",
        "analysed",
        "judged",
        "exported",
    ]
    assert {event.agent for event in events} == {"Ann"}


@pytest.mark.parametrize("text", ["36.5", "a,b", "200,1", "1,2,3", ""])
def test_point_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="longitude,latitude"):
        parse_point(text)


def test_point_is_longitude_then_latitude() -> None:
    assert parse_point("36.72, 35.41") == GeoPoint(longitude_deg=36.72, latitude_deg=35.41)


def test_publication_is_a_date_and_perhaps_an_address() -> None:
    assert parse_publication("2015-09-30").url is None
    assert parse_publication("2015-09-30,https://a.example/x,y").url == "https://a.example/x,y"
    with pytest.raises(InputError, match="published: 'soon'"):
        parse_publication("soon,https://a.example")


def _copy_with_title(source: Path, target: Path, title: str) -> None:

    with av.open(str(source)) as given, av.open(str(target), "w") as made:
        made.metadata["title"] = title
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
