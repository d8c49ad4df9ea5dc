"""`purport judge-sheet` and `purport gazetteer`, as a user calls them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from purport.cli._main import purport
from purport.core.errors import InputError

EXAMPLE = Path(__file__).parents[3] / "examples" / "sheets"
CALL = [
    *("judge-sheet", str(EXAMPLE / "positions.csv")),
    *("--control", str(EXAMPLE / "control.geojson")),
    *("--gazetteer", str(EXAMPLE / "places.csv")),
]


def run(*words: str) -> Result:
    return CliRunner().invoke(purport, list(words), catch_exceptions=False)


def test_a_sheet_prints_rows_tally_and_arguments(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    result = run(*CALL, "--explain", "T12", "--dossier", str(page))
    assert result.exit_code == 0
    assert "30 rows: 12 as claimed, 13 elsewhere" in result.output
    assert "harbour front: claimed in 26, supported in 20, contradicted in 2" in result.output
    assert "from south to west of Elm Ford, up to 100 km" in result.output
    assert "Would change it:" in result.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_json_holds_the_case_and_its_tally() -> None:
    document = json.loads(run(*CALL, "--json").output)
    assert document["schema"] == "purport.case/1"
    assert document["sheets"][0]["places"]["as_claimed"] == 12
    assert {one["review"] for one in document["verdicts"]} == {"proposed, not reviewed"}


def test_a_row_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="T99"):
        run(*CALL, "--explain", "T99")


def test_the_gazetteer_lists_every_candidate() -> None:
    result = run("gazetteer", "search", "Tiba, Homs")
    assert result.output.count("ocha:") == 1
    assert run("gazetteer", "search", "Tiba").output.count("ocha:") == 7
    assert "aside" in run("gazetteer", "search", "near Raqqa").output
    assert "No place named" in run("gazetteer", "search", "Xyzzy").stderr


def test_the_gazetteer_as_json_and_by_nearness() -> None:
    (found,) = json.loads(run("gazetteer", "search", "Ltamenah", "--json").output)
    assert found["place"]["id"] == "ocha:C3458"
    assert "Latmana" in run("gazetteer", "near", "36.62", "35.32", "--within", "3").output
    (near, *_) = json.loads(run("gazetteer", "near", "36.62", "35.32", "--json").output)
    assert near["place"]["id"] == "ocha:C3458"
    with pytest.raises(InputError, match="latitude"):
        run("gazetteer", "near", "36.62", "135.32")
