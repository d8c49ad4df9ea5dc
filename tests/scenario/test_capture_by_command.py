"""`purport capture` and `purport add archive` as people use them: outputs, exit codes, kills."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.noise import write_noise

from purport.core.digests import digest_bytes

ROOT = Path(__file__).parents[2]
Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module
WORDS = b"<p>" + b"Residents heard two explosions near the depot at dawn. " * 30 + b"</p>"


def purport(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from purport.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "case"
    assert purport("init", "-w", place).returncode == 0
    return place


@pytest.mark.slow
def test_a_page_is_captured_sealed_and_taken_in_again(
    folder: Path, site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    film = write_noise(tmp_path / "raid.mp4").read_bytes()
    site.pages |= {
        "/a": trouble.Given(
            b"<title>Raid</title><h1>Raid</h1><video src=/raid.mp4></video>" + WORDS
        ),
        "/raid.mp4": trouble.Given(film, "video/mp4"),
    }
    quick = ("--no-browser", "--no-media", "-w", folder)
    refused = purport("capture", site.url("/a"), *quick)
    assert (refused.returncode, refused.stdout, site.asked) == (3, "", [])
    assert "127.0.0.1: is not a public address" in refused.stderr
    came = purport("capture", site.url("/a"), *quick, PURPORT_ALLOW_PRIVATE="yes")
    assert came.returncode == 0, came.stderr
    archive, item = came.stdout.splitlines()
    assert item == f"{digest_bytes(film)}  raid.mp4"
    again = purport("capture", site.url("/a"), *quick, "--allow-private")
    assert again.stderr == "nothing differs from the capture before\n"
    site.pages["/a"] = trouble.Given(b"<title>No raid</title>" + WORDS)
    changed = purport("capture", site.url("/a"), *quick, "--allow-private")
    assert (
        "differs from the capture before: its title was 'Raid', and is 'No raid'" in changed.stderr
    )
    assert f"the film raid.mp4 ({digest_bytes(film)[:12]}) is no longer there" in changed.stderr
    assert purport("verify", "-w", folder).returncode == 0
    bag = tmp_path / "bag"
    keys = {"PURPORT_KEYS": str(tmp_path / "keys")}
    sealed = purport("seal", folder, bag, **keys)
    assert sealed.returncode == 0, sealed.stderr
    assert purport("verify", bag, **keys).returncode == 0
    without = tmp_path / "without"
    assert purport("seal", folder, without, "--without-media", **keys).returncode == 0
    assert purport("verify", without, **keys).returncode == 0
    assert list((without / "data" / "evidence").glob("*.wacz")) == []
    wacz = bag / "data" / "evidence" / f"{archive.split()[0]}.wacz"
    assert zipfile.is_zipfile(wacz)
    other = tmp_path / "other"
    purport("init", "-w", other)
    taken = purport("add", "archive", wacz, "-w", other)
    assert taken.returncode == 0, taken.stderr
    assert "WACZ: 3 files by their digests; 5 of 5 records by their digests" in taken.stdout
    assert f"{digest_bytes(film)}  raid.mp4" in taken.stdout
    assert "it is not signed" in taken.stderr


def test_walls_have_an_exit_code_of_their_own(folder: Path, site: Site, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(b"<title>Log in</title><form><input type=password></form>")
    wall = purport("capture", site.url("/a"), "--allow-private", "--no-browser", "-w", folder)
    assert wall.returncode == 5
    assert "what came is a demand to log in, not the page" in wall.stderr
    assert "kept as" in wall.stderr
    assert purport("verify", "-w", folder).returncode == 0


def test_a_wrong_setting_is_said(folder: Path) -> None:
    wrong = purport("capture", "http://site.example/", "-w", folder, PURPORT_ALLOW_PRIVATE="maybe")
    assert (wrong.returncode, "Set it to yes or no" in wrong.stderr) == (3, True)


def test_an_altered_archive_is_refused_and_nothing_is_stored(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "archived"
    place.mkdir()
    clip = write_noise(place / "clip.mp4").read_bytes()
    said = {
        "status": "success",
        "metadata": {"url": "https://site.example/1", "_processed_at": "2025-02-03 10:11:12+00:00"},
        "media": [
            {
                "filename": "x/clip.mp4",
                "key": "clip.mp4",
                "properties": {"hash": f"SHA-256:{digest_bytes(clip)}"},
            }
        ],
    }
    (place / "metadata.json").write_text(json.dumps(said))
    taken = purport("add", "archive", place, "-w", folder)
    assert taken.returncode == 0, taken.stderr
    assert "auto-archiver: 1 files by the hashes that its records state" in taken.stdout
    assert f"{digest_bytes(clip)}  clip.mp4" in taken.stdout
    (place / "clip.mp4").write_bytes(clip + b"!")
    other = tmp_path / "other"
    purport("init", "-w", other)
    altered = purport("add", "archive", place, "-w", other)
    assert (altered.returncode, altered.stdout) == (4, "")
    assert "clip.mp4: was altered" in altered.stderr
    assert "0 preserved objects" in purport("verify", "-w", other).stdout


@pytest.mark.slow
def test_kills_while_capturing_lose_nothing(tmp_path: Path) -> None:
    """Eight kills here; more are counted by the same script, as docs/benchmarks.md says."""
    film = write_noise(tmp_path / "raid.mp4")
    run = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "kill_capture.py", "--kills", "8", film],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads(run.stdout)
    assert figures["kills"] == 8
    assert (figures["lost"], figures["not_verified"], figures["second_failed"]) == ([], [], [])
