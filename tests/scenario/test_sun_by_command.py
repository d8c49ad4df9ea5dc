"""Shadows through the command line: marks on the map, check, dossier; right, wrong, no answer."""

import json
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import shapely
from pyproj import Geod
from tests.noise import write_noise

from purport.casework import Workspace, case_file
from purport.casework.map_features import MapKind, features_of
from purport.checks.sun._ephemeris import sun_positions
from purport.cli import main

WHERE = (36.72, 35.41)
ZONE = "Asia/Damascus"
TRUE = datetime(2015, 9, 30, 6, 15, tzinfo=UTC)  # 09:15 in summer time


def purport(folder: Path, *arguments: str) -> tuple[int, str]:
    """Run `purport` in a folder; return exit code and standard output."""
    out = StringIO()
    with (
        chdir(folder),
        patch.dict(os.environ, {"PURPORT_WORKSPACE": "case", "PURPORT_WORKERS": "1"}),
        patch("sys.argv", ["purport", *arguments]),
        redirect_stdout(out),
        redirect_stderr(StringIO()),
        pytest.raises(SystemExit) as left,
    ):
        main()
    assert isinstance(left.value.code, int)
    return left.value.code, out.getvalue()


def shadow(folder: Path, number: int, *, turn_deg: float = 0.0) -> str:
    """Mark, on the map, the 6 m shadow that the sun casts at `TRUE`."""
    sun = sun_positions(np.array([TRUE.timestamp()]), longitude_deg=WHERE[0], latitude_deg=WHERE[1])
    towards = float(sun.azimuth_deg[0]) + 180.0 + turn_deg
    foot = Geod(ellps="WGS84").fwd(*WHERE, 90.0, 15.0 * number)[:2]
    tip = Geod(ellps="WGS84").fwd(*foot, towards, 6.0)[:2]
    ends = [str(part) for part in foot], [str(part) for part in tip]
    code, mark = purport(
        folder, "mark", "clip.mp4", "shadow", "--at", *ends[0], "--to-at", *ends[1],
        "--at-sd", "0.2", "--zone", ZONE, "--author", "A. Reader",
    )  # fmt: skip
    assert code == 0
    return mark.strip()


def finding(folder: Path) -> dict[str, object]:
    code, said = purport(folder, "findings", "--json")
    assert code == 0
    (found,) = [one for one in json.loads(said) if one["check"] == "sun"]
    assert isinstance(found, dict)
    return found


def make_case(folder: Path, date: str) -> None:
    write_noise(folder / "clip.mp4")
    assert purport(folder, "init", "--date", date)[0] == 0
    assert purport(folder, "add", "item", str(folder / "clip.mp4"))[0] == 0


def check(folder: Path) -> dict[str, object]:
    assert purport(folder, "check")[0] == 0
    return finding(folder)


@pytest.mark.parametrize(
    ("date", "answer"),
    [
        ("2015-09-30T09:15", "inside"),  # in the zone that was stated
        ("2015-09-30T06:15Z", "inside"),
        ("2015-09-30T12:00", "outside"),
        ("2015-09-30T23:00", "outside"),
        ("2015-09-30", "times_found"),
    ],
)
def test_a_claimed_time_is_compared(tmp_path: Path, date: str, answer: str) -> None:
    make_case(tmp_path, date)
    for number in range(3):
        shadow(tmp_path, number)
    found = check(tmp_path)
    assert found["answer"] == answer
    values = found["values"]
    assert isinstance(values, dict)
    (span,) = values["intervals_95"]
    assert span["start_utc"] <= "2015-09-30T06:15:00Z" <= span["end_utc"]
    assert span["start_local"].endswith("+03:00")


def test_the_odd_shadow_is_pointed_at_and_shown(tmp_path: Path) -> None:
    make_case(tmp_path, "2015-09-30")
    right = [shadow(tmp_path, number) for number in range(3)]
    wrong = shadow(tmp_path, 3, turn_deg=70.0)
    found = check(tmp_path)
    values = found["values"]
    assert isinstance(values, dict)
    states = {one["mark"]: one["state"] for one in values["shadows"]}
    assert states == {**dict.fromkeys(right, "used"), wrong: "odd_one_out"}
    assert wrong in str(found["reason"])
    page = (tmp_path / "case" / "dossier" / "case.html").read_text(encoding="utf-8")
    assert "When the shadows can have fallen so" in page
    assert "left out: the others speak against it" in page


def test_no_shadow_is_no_answer(tmp_path: Path) -> None:
    make_case(tmp_path, "2015-09-30")
    assert (
        purport(tmp_path, "mark", "clip.mp4", "no_shadow", "--reason", "diffuse", "--author", "A.")[
            0
        ]
        == 0
    )
    found = check(tmp_path)
    assert found["answer"] == "cannot_tell"
    assert "diffuse" in str(found["reason"])


def test_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    make_case(tmp_path, "2015-09-30")
    azimuth = ("--azimuth", "300", "--azimuth-sd", "2", "--zone", "Asia/Raqqa", "--author", "A.")
    assert purport(tmp_path, "mark", "clip.mp4", "shadow_azimuth", *azimuth)[0] != 0


def test_the_map_shows_where_the_shadows_are_possible_at_the_time_claimed(tmp_path: Path) -> None:
    make_case(tmp_path, "2015-09-30T09:15")
    for number in range(3):
        shadow(tmp_path, number)
    check(tmp_path)
    with Workspace.open(tmp_path / "case", writing=False) as workspace:
        features = features_of(case_file(workspace))
    (area,) = [one for one in features if one.kind is MapKind.SHADOWS]
    drawn = shapely.geometry.shape(area.geometry)
    assert drawn.is_valid
    assert drawn.contains(shapely.Point(WHERE))
    # there the same sun stands an hour and more from where it stood here
    assert not drawn.contains(shapely.Point(WHERE[0] + 20.0, WHERE[1]))
    assert not drawn.contains(shapely.Point(WHERE[0] - 20.0, WHERE[1]))
    west, _, east, _ = drawn.bounds
    assert -180.0 <= west < east <= 180.0
    assert "2015-09-30T09:15" in area.facts[0]


def test_without_a_time_claimed_no_area_is_drawn(tmp_path: Path) -> None:
    make_case(tmp_path, "2015-09-30")
    shadow(tmp_path, 0)
    check(tmp_path)
    with Workspace.open(tmp_path / "case", writing=False) as workspace:
        assert not [one for one in features_of(case_file(workspace)) if one.kind is MapKind.SHADOWS]
