"""The two bundled cases, from story and footage to verdicts, against what is known to be true."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from purport.casework import CheckOutcome, CheckRequest, check_case, verify_workspace
from purport.cli.show import export, findings
from purport.core.claims import Part
from purport.core.ratings import Rating, ReviewState
from purport.reports import case_schema
from purport.reports.spreadsheets import harmless_cell

EXAMPLES = Path(__file__).parents[2] / "examples"
ROAD = EXAMPLES / "harbour-road"
MISS_M = 9.0
MISS_FRAME = 85


def request(workspace: Path) -> CheckRequest:
    return CheckRequest(
        workspace=workspace,
        story=ROAD / "story.html",
        items_sheet=ROAD / "items.csv",
        control=(ROAD / "control.geojson",),
        target_area=ROAD / "target.geojson",
        date="2019-03-13",
        workers=1,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("road") / "case"


@pytest.fixture(scope="module")
def outcome(workspace: Path) -> CheckOutcome:
    return check_case(request(workspace))


def values(outcome: CheckOutcome, check: str, name: str) -> Any:  # noqa: ANN401 - JSON of a check
    digest = next(item.record.digest for item in outcome.case.items if item.record.name == name)
    (found,) = [f for f in outcome.case.findings if (f.check, f.item) == (check, digest)]
    return found.values


def ratings(outcome: CheckOutcome, claimant: str, part: Part) -> set[Rating]:
    claims = {claim.id for claim in outcome.case.claims if claim.claimant == claimant}
    assert claims
    return {v.rating for v in outcome.case.verdicts if v.claim in claims and v.part is part}


def test_both_clips_are_found_at_the_place_claimed(outcome: CheckOutcome) -> None:
    for name in ("command-post.mp4", "coordination-centre.mp4"):
        assert values(outcome, "place", name)["matched"] is True


def test_a_strike_shown_twice_counts_once(outcome: CheckOutcome) -> None:
    impacts = values(outcome, "impacts", "command-post.mp4")
    assert impacts["distinct_strikes"] == 1
    assert [strike["same_strike_as"] for strike in impacts["strikes"]] == [None, 0]
    assert impacts["strikes"][0]["p_inside"] > 0.95
    kinds = [edit["kind"] for edit in values(outcome, "edits", "command-post.mp4")["edits"]]
    assert kinds.count("cut") == 2
    assert "repeat" in kinds
    (match,) = values(outcome, "reuse", "command-post.mp4")["matches"]
    assert match["item"] == match["other"]


def test_the_interval_of_the_miss_holds_the_truth(outcome: CheckOutcome) -> None:
    truth = json.loads((ROAD / "truth.json").read_text(encoding="utf-8"))
    (true,) = truth["files"]["coordination-centre.mp4"]["strikes"]
    assert true["offsets_m"][0] == pytest.approx(MISS_M, abs=0.05)  # what the story is built on
    (strike,) = values(outcome, "impacts", "coordination-centre.mp4")["strikes"]
    low, high = strike["offset_95_m"]
    assert low <= true["offsets_m"][0] <= high
    assert high - low < 6.0  # "several metres" must be decidable
    assert abs(strike["onset_frame"] - true["onset_frame"]) <= 2
    assert true["onset_frame"] == MISS_FRAME


def test_maps_that_differ_are_disputed(outcome: CheckOutcome) -> None:
    assert values(outcome, "control", "command-post.mp4")["overall"] == "disputed"
    assert ratings(outcome, "Oren Lasko", Part.WHO) <= {Rating.UNPROVEN, Rating.NOT_CHECKABLE}


def test_the_onlooker_is_borne_out_and_the_count_stays_open(outcome: CheckOutcome) -> None:
    assert Rating.SUPPORTED in ratings(outcome, "Tomas Reik", Part.WHAT)
    assert ratings(outcome, "Taland’s defence ministry", Part.HOW_MANY) <= {
        Rating.UNPROVEN,
        Rating.NOT_CHECKABLE,
    }
    assert {verdict.review for verdict in outcome.case.verdicts} == {ReviewState.PROPOSED}
    assert len(outcome.case.verdicts) == len(Part) * len(outcome.case.claims)


def test_every_page_says_synthetic_and_the_document_follows_its_schema(
    outcome: CheckOutcome,
) -> None:
    assert outcome.case.synthetic
    assert outcome.dossier is not None
    assert "SYNTHETIC" in outcome.dossier.read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(case_schema()).validate(outcome.document)


def test_a_second_run_computes_nothing(workspace: Path, outcome: CheckOutcome) -> None:
    again = check_case(request(workspace))
    assert again.computed == 0
    assert again.case.findings == outcome.case.findings
    assert again.case.verdicts == outcome.case.verdicts
    assert verify_workspace(workspace).objects == 6  # story, 2 clips, orthophoto, layers, area


def test_a_story_alone_leaves_every_part_open(tmp_path: Path) -> None:
    story = EXAMPLES / "founding-story" / "story.txt"
    founding = check_case(CheckRequest(workspace=tmp_path / "case", story=story))
    assert {claim.claimant for claim in founding.case.claims} >= {
        "Ashton Carter",
        "Sergei Lavrov",
        "David Cenciotti",
    }
    found = {verdict.rating for verdict in founding.case.verdicts}
    assert found == {Rating.UNPROVEN, Rating.NOT_CHECKABLE}
    open_ones = [v for v in founding.case.verdicts if v.rating is Rating.UNPROVEN]
    assert all(verdict.because and verdict.would_change for verdict in open_ones)


TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


def block_after(page: str, command: str) -> str:
    return page.split(f"\n$ {command}\n", 1)[1].split("\n```", 1)[0]


def without_digits(text: str) -> str:
    return re.sub(r"\d+(\.\d+)?", "#", " ".join(text.split()))


def test_the_tutorial_shows_what_the_program_says(workspace: Path, outcome: CheckOutcome) -> None:
    del outcome  # the workspace is filled
    shown = block_after(TUTORIAL.read_text(encoding="utf-8"), "purport findings --workspace demo")
    said = CliRunner().invoke(findings, ["--workspace", str(workspace)])
    assert said.exit_code == 0
    heads = re.findall(r"^f[0-9a-f]{12}  (.+)$", shown, flags=re.MULTILINE)
    assert len(heads) == 6
    for head in heads:
        assert f"  {head}\n" in said.output  # with the version of the check
    for words in re.split(r"^f[0-9a-f]{12}  .+$", shown.replace("…", ""), flags=re.MULTILINE):
        assert without_digits(words) in without_digits(said.output)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_tables_and_map_for_other_programs_hold_what_the_findings_say(
    workspace: Path, outcome: CheckOutcome, tmp_path: Path
) -> None:
    where = [str(tmp_path / "out"), "--workspace", str(workspace)]
    assert CliRunner().invoke(export, where).exit_code == 0
    strikes = rows_of(tmp_path / "out/strikes.csv")
    (miss,) = [row for row in strikes if row["item"] == "coordination-centre.mp4"]
    (found,) = values(outcome, "impacts", "coordination-centre.mp4")["strikes"]
    low, high = found["offset_95_m"]
    stated = (float(miss["offset_95_low_m"]), float(miss["offset_95_high_m"]))
    assert stated == (low, high)
    assert [row["same_strike_as"] for row in strikes] == ["", "1", ""]
    verdicts = rows_of(tmp_path / "out/verdicts.csv")
    assert len(verdicts) == len(outcome.case.verdicts)
    assert {row["review"] for row in verdicts} == {ReviewState.PROPOSED.value}
    drawn = json.loads((tmp_path / "out/map.geojson").read_bytes())["features"]
    impacts = [
        one["geometry"]["coordinates"]
        for one in drawn
        if (one["properties"]["kind"], one["properties"]["part"]) == ("impact", "self")
    ]
    at = [float(miss["longitude_deg"]), float(miss["latitude_deg"])]
    assert any(impact == pytest.approx(at, abs=1e-7) for impact in impacts)
    # nothing is written over
    assert CliRunner().invoke(export, where).exit_code != 0


def test_text_that_a_spreadsheet_would_work_out_is_disarmed() -> None:
    assert harmless_cell("=HYPERLINK()") == "'=HYPERLINK()"
    assert harmless_cell("-1 target") == "'-1 target"
    assert harmless_cell(-14.2) == "-14.2"
    assert harmless_cell(None) == ""
