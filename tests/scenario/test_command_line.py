"""The command line as a newcomer meets it: step by step, with bad input, in a pipe."""

import errno
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from shutil import copytree
from unittest.mock import patch

import jsonschema
import numpy as np
import pytest
import rasterio
from tests.noise import write_noise

from purport.casework import Workspace, case_file
from purport.cli import main
from purport.cli._output import print_verdicts
from purport.reports import case_schema

STORY = (
    "Raid on the harbour road\n\n30 September 2015\n\n"
    "The harbour ministry said that it had destroyed eight militia targets. A fisherman said the "
    "bombs missed by several metres.\n"
)
BOW_TIE = [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]
SQUARE = [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


def purport(folder: Path, *arguments: str) -> Done:
    """Run `purport` in a folder, its output into files; here, as starting Python takes long."""
    out, err = StringIO(), StringIO()
    with (
        chdir(folder),
        patch.dict(os.environ, {"PURPORT_WORKSPACE": "case", "PURPORT_WORKERS": "1"}),
        patch("sys.argv", ["purport", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as left,
    ):
        main()
    assert isinstance(left.value.code, int)
    assert "\x1b" not in out.getvalue() + err.getvalue(), "colour in a pipe"
    assert "Traceback" not in err.getvalue()
    return Done(left.value.code, out.getvalue(), err.getvalue())


def result(folder: Path, *arguments: str) -> str:
    """Return what a command that succeeds in silence prints."""
    done = purport(folder, *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs, and a workspace made step by step and checked."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    write_noise(folder / "one.mp4")
    write_noise(folder / "two.mp4", seed=8)
    (folder / "items.csv").write_text("file,published\ntwo.mp4,2015-10-01\n", encoding="utf-8")
    (folder / "control.geojson").write_text(_layer(SQUARE, date="2015-09-01"), encoding="utf-8")
    assert result(folder, "init", "--name", "Harbour", "--date", "2015-09-30") == (
        "Workspace: case\n"
    )
    assert result(folder, "add", "story", "story.txt").endswith("  story.txt\n")
    known = ("--published", "2015-09-30,https://example.org/v", "--target", "0.5,0.5")
    assert result(folder, "add", "item", "one.mp4", *known).endswith("  one.mp4\n")
    assert result(folder, "add", "items", "items.csv").endswith("  two.mp4\n")
    assert result(folder, "add", "control", "control.geojson").endswith("  control.geojson\n")
    assert "No findings" in purport(folder, "findings").stderr
    wrong = purport(folder, "findings", "--check", "impact")
    assert wrong.returncode == 3
    assert "there is no such check" in wrong.stderr
    assert "impacts" in wrong.stderr
    assert "every word must occur" in purport(folder, "items", "nowhere").stderr
    table = result(folder, "check")
    assert "Verdicts (proposed, not reviewed)" in table
    assert "2 items, 2 claims" in table
    assert re.search(r"computed, 0 taken from the workspace, \d+ did not run\)", table)
    return folder


def test_every_json_is_json_and_the_case_follows_its_schema(checked: Path) -> None:
    piped = subprocess.run(
        [sys.executable, "-c", "from purport.cli import main; main()", "check", "--json"],
        cwd=checked,
        env={**os.environ, "PURPORT_WORKSPACE": "case"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert piped.stderr == ""
    case = json.loads(piped.stdout)
    jsonschema.validate(case, case_schema())
    assert [item["name"] for item in case["items"]] == ["one.mp4", "two.mp4"]
    assert len(json.loads(result(checked, "claims", "--json"))) == len(case["claims"]) == 2
    assert len(json.loads(result(checked, "findings", "--json"))) == len(case["findings"])
    assert json.loads(result(checked, "verify", "--json"))["objects"] == 4
    settings = json.loads(result(checked, "config", "show", "--json"))
    assert {"name": "workspace", "value": "case", "origin": "PURPORT_WORKSPACE"} in settings


def test_reviewed_verdicts_and_marks_survive_a_second_check(checked: Path, tmp_path: Path) -> None:
    copytree(checked / "case", tmp_path / "case", symlinks=True)
    claim = result(tmp_path, "claims").split()[0]
    who = ("--author", "A. Reader", "--reason", "Seen by eye.")
    assert "(reviewed)" in result(tmp_path, "judge", claim, "what", *who)
    replaced = result(tmp_path, "judge", claim, "how_many", "--rating", "contradicted", *who)
    assert replaced == f"{claim} how_many: Contradicted (reviewed)\n"
    mark = ("mark", "one.mp4", "impact", "--frame", "3", "--pixel", "8", "9", "--author", "A.")
    marked = result(tmp_path, *mark).strip()
    assert f"{marked}  impact on one.mp4, by A.: frame 3" in result(tmp_path, "findings")
    assert result(tmp_path, "judge").endswith("proposed, 2 reviewed.\n")
    again = result(tmp_path, "check")
    assert "✓ 2 reviewed" in again
    assert "CONTRADICTED ✓" in again
    assert "(0 computed" not in again, "a mark is an input of the checks that read it"
    assert "(0 computed" in result(tmp_path, "check")
    assert purport(tmp_path, "check", "--fail-on", "contradicted").returncode == 1
    assert result(tmp_path, "report", "-o", "page.html") == "Dossier: page.html\n"
    assert "A. Reader" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert result(tmp_path, "verify").startswith("Whole: ")


BAD: list[tuple[str, tuple[str, ...], str]] = [
    ("cut.mp4", ("check", "cut.mp4"), "not a video that can be read"),
    ("empty.mp4", ("check", "empty.mp4"), "the file is empty"),
    ("text.mp4", ("check", "text.mp4"), "not a video that can be read"),
    ("nocrs.tif", ("check", "one.mp4", "--reference", "nocrs.tif"), "no coordinate reference"),
    ("bow.geojson", ("add", "control", "bow.geojson"), "broken geometry"),
    ("undated.geojson", ("add", "control", "undated.geojson"), "no date"),
    ("point.json", ("check", "one.mp4", "--target-area", "point.json"), "not a polygon"),
    ("cp.txt", ("check", "cp.txt"), "nothing declares another"),
    ("cp.txt", ("check", "cp.txt", "--encoding", "nonsense"), "'nonsense' is not known"),
    ("target", ("check", "one.mp4", "--target", "1,2,3"), "two numbers are expected, got 3"),
    ("date", ("check", "one.mp4", "--date", "yesterday"), "'yesterday' is not a date"),
    ("published", ("add", "item", "one.mp4", "--published", "rubbish"), "'rubbish' is not a date"),
    ("colour.csv", ("check", "--items", "colour.csv"), "unknown columns: 'colour'"),
    ("none.mp4", ("check", "--items", "none.csv"), "none.mp4: cannot be read"),
    ("story.txt", ("check", "one.mp4", "-w", "story.txt"), "is a file, not a folder"),
    ("nowhere", ("verify", "-w", "nowhere"), "is not a workspace"),
]


def test_each_bad_input_is_one_clear_error(checked: Path) -> None:
    _write_bad_inputs(checked)
    for subject, arguments, fault in BAD:
        done = purport(checked, *arguments)
        assert done.returncode == 3, arguments
        assert done.stdout == "", arguments
        first, remedy = done.stderr.splitlines()
        assert first.startswith("purport: "), arguments
        assert subject in first.split(": ")[1], arguments
        assert fault in first, arguments
        assert remedy.startswith("  "), arguments
    done = purport(checked, "check", "cp.txt", "--encoding", "windows-1251", "-w", "other")
    assert done.returncode == 0
    assert result(checked, "verify").startswith("Whole: ")


def test_one_bad_item_is_listed_and_the_others_are_done(checked: Path, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video", encoding="utf-8")
    done = purport(tmp_path, "check", str(checked / "one.mp4"), "text.mp4")
    assert done.returncode == 3
    assert "1 item, 0 claims" in done.stdout
    assert done.stderr.startswith("purport: text.mp4: ")


def test_a_workspace_in_use_and_wrong_use_have_their_codes(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "case", create=True):
        busy = purport(tmp_path, "judge")
    assert busy.returncode == 5
    assert f"process {os.getpid()} is working" in busy.stderr
    assert purport(tmp_path, "check", "nothing-here.mp4").returncode == 2
    assert purport(tmp_path, "judge", "--author", "A.").returncode == 2


def test_a_read_only_place_is_one_clear_error(tmp_path: Path) -> None:
    refusal = OSError(errno.EROFS, "Read-only file system")
    with patch("purport.casework.locking.os.open", side_effect=refusal):
        done = purport(tmp_path, "init")
    assert done.returncode == 3
    assert "the folder cannot be written to" in done.stderr


@pytest.mark.parametrize(("columns", "listed"), [(50, True), (80, False), (120, False)])
def test_verdicts_fit_the_terminal(
    checked: Path,
    *,
    columns: int,
    listed: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm", "COLUMNS": str(columns)}.items():
        monkeypatch.setenv(name, value)
    with Workspace.open(checked / "case", writing=False) as workspace:
        print_verdicts(case_file(workspace))
    printed = capsys.readouterr().out
    assert "\x1b[" in printed
    lines = re.sub(r"\x1b\[[0-9;]*m", "", printed).splitlines()
    assert max(len(line) for line in lines) <= columns
    assert any(line.rstrip().endswith("how many") for line in lines) is not listed
    assert any(line.startswith("    how many   unproven") for line in lines) is listed


def test_init_with_a_bad_date_makes_no_folder(tmp_path: Path) -> None:
    assert purport(tmp_path, "init", "--date", "yesterday").returncode == 3
    assert not (tmp_path / "case").exists()


def _flip_a_byte(case: Path) -> str:
    preserved = max((case / "vault").rglob("*/*"), key=lambda path: path.stat().st_size)
    preserved.chmod(0o644)
    content = bytearray(preserved.read_bytes())
    content[len(content) // 2] ^= 1
    preserved.write_bytes(content)
    return "the preserved bytes were altered"


def _edit_a_row(case: Path) -> str:
    database = sqlite3.connect(case / "purport.sqlite3")
    with database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE purport_claim SET body = replace(body, 'destroyed', 'damaged')")
    database.close()
    return "claim c"


@pytest.mark.parametrize("tamper", [_flip_a_byte, _edit_a_row])
def test_tampering_is_exit_code_4_and_the_culprit_is_named(
    checked: Path, tmp_path: Path, tamper: Callable[[Path], str]
) -> None:
    copytree(checked / "case", tmp_path / "case", symlinks=True)
    culprit = tamper(tmp_path / "case")
    done = purport(tmp_path, "verify")
    assert done.returncode == 4
    assert done.stdout == ""
    assert culprit in done.stderr


def test_interrupted_it_says_so_and_the_next_run_goes_on(checked: Path, tmp_path: Path) -> None:
    arguments = ("check", str(checked / "one.mp4"), str(checked / "story.txt"))
    code = (
        "import os, signal, time\n"
        "from purport.casework import steps\n"
        "from purport.cli import main\n"
        "steps.attempt = lambda *_: (os.kill(os.getpid(), signal.SIGINT), time.sleep(2))\n"
        "main()\n"
    )
    stopped = subprocess.run(
        [sys.executable, "-c", code, *arguments, "-w", "case"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.returncode == 130, stopped.stderr
    assert stopped.stderr.strip().startswith("purport: interrupted")
    assert result(tmp_path, "verify").startswith("Whole: 2 preserved objects")
    assert "1 item, 2 claims" in result(tmp_path, "check")


def _write_bad_inputs(folder: Path) -> None:
    (folder / "cut.mp4").write_bytes((folder / "one.mp4").read_bytes()[:900])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("no video", encoding="utf-8")
    (folder / "bow.geojson").write_text(_layer(BOW_TIE, date="2015-09-01"), encoding="utf-8")
    (folder / "undated.geojson").write_text(_layer(SQUARE), encoding="utf-8")
    (folder / "point.json").write_text('{"type": "Point", "coordinates": [1, 2]}')
    (folder / "cp.txt").write_bytes("Министр said that eight targets were hit.".encode("cp1251"))
    (folder / "colour.csv").write_text("file,colour\none.mp4,red\n", encoding="utf-8")
    (folder / "none.csv").write_text("file\nnone.mp4\n", encoding="utf-8")
    place = {"transform": rasterio.Affine(2, 0, 10, 0, -2, 20), "driver": "GTiff", "dtype": "uint8"}
    with rasterio.open(folder / "nocrs.tif", "w", width=64, height=64, count=1, **place) as raster:
        raster.write(np.zeros((1, 64, 64), np.uint8))


def _layer(rings: list[list[list[int]]], **properties: str) -> str:
    feature = {
        "type": "Feature",
        "properties": {"layer": "map", "holder": "militia", **properties},
        "geometry": {"type": "Polygon", "coordinates": rings},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]})
