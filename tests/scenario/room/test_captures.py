"""What `purport capture` and `purport add archive` brought, as the room and the dossier show it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest

from purport.casework import Workspace, case_file, review_verdict
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.core.digests import Digest, digest_bytes
from purport.core.editions import Safety
from purport.core.ratings import Rating

Person: TypeAlias = Any  # its class lives in a conftest
Room: TypeAlias = Any

CANARY = "Ahmad-the-uploader"
WORDS = b"<p>" + b"Residents heard two explosions near the depot at dawn. " * 30 + b"</p>"
AT = "/cases/case/captures"
SHOT = re.compile(rf'src="({AT}/[0-9a-f]{{64}}/(?:page|clear)\.jpg)"')


@dataclass
class Captured:
    """A case with captures, served."""

    room: Room
    owner: Person
    folder: Path
    film: Digest
    archived: Digest
    base: str


def purport(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from purport.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PURPORT_ALLOW_PRIVATE": "yes"},
    )


def _archive_of_atlos(place: Path, clip: bytes) -> Path:
    place.mkdir()
    (place / "seen.mp4").write_bytes(clip)
    said = {
        "status": "success",
        "metadata": {"url": "https://site.example/1", "_processed_at": "2025-02-03 10:11:12+00:00"},
        "media": [
            {
                "filename": "x/seen.mp4",
                "key": "seen.mp4",
                "properties": {"hash": f"SHA-256:{digest_bytes(clip)}"},
            }
        ],
    }
    (place / "metadata.json").write_text(json.dumps(said))
    return place


@pytest.fixture(scope="module")
def captured(
    serve_room: Any,  # noqa: ANN401 - its class lives in a conftest
    checked_folder: Path,
    trouble: Any,  # noqa: ANN401 - a module that is loaded by its path
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Captured]:
    """A case with a page that brought a film, three that failed, and an archive of others."""
    made = tmp_path_factory.mktemp("captured")
    folder = made / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    film = (checked_folder.parent / "noise.mp4").read_bytes()
    other = film + b"\0" * 8
    with trouble.served() as site:
        page = (
            f"<title>{CANARY}: raid</title><h1>Raid</h1><video src=/raid.mp4></video>"
            "<img src=/gone.png><script>document.body.style.background='#c00'</script>"
        )
        site.pages |= {
            "/raid": trouble.Given(page.encode() + WORDS),
            "/raid.mp4": trouble.Given(other, "video/mp4"),
            "/wall": trouble.Given(b"<title>Log in</title><form><input type=password></form>"),
            "/gone": trouble.Given(b"<title>410</title>gone", status="410 Gone"),
            "/empty": trouble.Given(b"<title>Watch</title><h1>Watch</h1><video></video>"),
            "/words": trouble.Given(b"<title>Only words</title>" + WORDS),
        }
        codes = {
            path: purport(
                "capture", site.url(path), "--no-media", *browser, "-w", folder
            ).returncode
            for path, browser in (
                ("/raid", ()),
                *((path, ("--no-browser",)) for path in ("/wall", "/gone", "/empty", "/words")),
            )
        }
        assert codes == {"/raid": 0, "/wall": 5, "/gone": 5, "/empty": 5, "/words": 0}
        taken = purport(
            "add", "archive", _archive_of_atlos(made / "archived", film + b"\0" * 16), "-w", folder
        )
        assert taken.returncode == 0, taken.stderr
        base = site.url("")
    written = purport("report", "-w", folder)
    assert written.returncode == 0, written.stderr
    with serve_room(folder) as room:
        yield Captured(
            room=room,
            owner=room.owner(),
            folder=folder,
            film=digest_bytes(other),
            archived=digest_bytes(film + b"\0" * 16),
            base=base,
        )


def sections(page: str) -> Mapping[str, str]:
    """Return what stands of each capture, by its heading."""
    parts = page.split('<article class="card capture"')[1:]
    return {re.findall(r"<h2[^>]*>([^<]*)</h2>", part)[0]: part for part in parts}


def test_every_capture_is_listed_with_what_came_and_why_it_failed(captured: Captured) -> None:
    told = sections(captured.owner.get(AT).text)
    assert list(told) == [
        "metadata.json",
        *(captured.base + path for path in ("/words", "/empty", "/gone", "/wall", "/raid")),
    ]
    wall, gone, empty = (told[captured.base + path] for path in ("/wall", "/gone", "/empty"))
    assert "a demand to log in, not the page" in wall
    assert "It failed." in wall
    assert "a notice that it was taken down" in gone
    assert "a player without a film" in empty
    assert "brought no footage" in told[captured.base + "/words"]
    assert "It failed." not in told[captured.base + "/words"]
    raid = told[captured.base + "/raid"]
    assert f'href="/cases/case/items/{captured.film}/"' in raid
    assert f"{captured.base}/gone.png: status 404" in raid
    assert "brought no footage" not in raid
    assert re.search(r"127\.0\.0\.1[^<]*, status 200", raid)
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC", raid)
    assert captured.film in raid
    assert "capture.json" in raid
    assert "by the hashes that its records state" in told["metadata.json"]
    assert f'href="/cases/case/items/{captured.archived}/"' in told["metadata.json"]


def test_the_list_is_narrowed_to_what_failed_or_brought_nothing(captured: Captured) -> None:
    failed = sections(captured.owner.get(AT, params={"only": "failed"}).text)
    assert {one.rsplit("/", 1)[-1] for one in failed} == {"wall", "gone", "empty"}
    without = sections(captured.owner.get(AT, params={"only": "no-footage"}).text)
    assert {one.rsplit("/", 1)[-1] for one in without} == {"wall", "gone", "empty", "words"}
    mine = sections(captured.owner.get(AT, params={"of": captured.film}).text)
    assert list(mine) == [captured.base + "/raid"]
    assert len(sections(captured.owner.get(AT, params={"only": "x"}).text)) == 6


def test_an_item_says_where_it_came_from(captured: Captured) -> None:
    page = captured.owner.get(f"/cases/case/items/{captured.film}/").text
    came = page[page.index('<h2 id="came">') :].partition("</section>")[0]
    assert captured.base + "/raid" in came
    assert f"{AT}?of={captured.film}#c-" in came
    archived = captured.owner.get(f"/cases/case/items/{captured.archived}/").text
    assert "metadata.json" in archived[archived.index('<h2 id="came">') :]
    noise = digest_bytes((captured.folder.parent / "archived" / "seen.mp4").read_bytes()[:-16])
    assert '<h2 id="came">' not in captured.owner.get(f"/cases/case/items/{noise}/").text


@pytest.mark.browser
def test_the_picture_of_a_page_opens_blurred_and_comes_as_a_plain_jpeg(captured: Captured) -> None:
    part = sections(captured.owner.get(AT).text)[captured.base + "/raid"]
    veiled, clear = SHOT.findall(part)
    assert (veiled.endswith("page.jpg"), clear.endswith("clear.jpg")) == (True, True)
    shut = part[part.index("<details><summary>Show the page clear") :]
    assert clear in shut, "clear only behind something that is opened"
    answers = [captured.owner.get(address) for address in (veiled, clear)]
    for answer in answers:
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "private" in answer.headers["cache-control"]
    pictures = [cv2.imdecode(np.frombuffer(one.content, np.uint8), 1) for one in answers]
    spread = [float(np.ptp(np.asarray(one, dtype=np.int64), axis=2).max()) for one in pictures]
    assert spread[0] <= 3, "grey"
    assert spread[1] > 100, "the page is red"


def test_strangers_and_wrong_addresses_get_nothing(captured: Captured) -> None:
    page = captured.owner.get(AT).text
    stranger = captured.room.stranger()
    for address in {AT, *SHOT.findall(page)}:
        answer = stranger.get(address)
        assert answer.status_code in {302, 404}
        assert answer.content[:2] != b"\xff\xd8"
    assert captured.owner.get(f"{AT}/{'0' * 64}/page.jpg").status_code == 404
    assert captured.owner.get(f"{AT}/{captured.film}/clear.jpg").status_code == 404


def test_the_dossier_shows_them_too(captured: Captured) -> None:
    page = captured.owner.get("/cases/case/dossier").text
    assert page.count('<article class="item" id="capture-') == 6
    block = page[page.index('id="captures-title"') :].partition("</main>")[0]
    assert "a demand to log in, not the page" in block
    assert f"{captured.base}/gone.png: status 404" in block
    assert captured.film in block
    item = page[page.index(">raid.mp4</h3>") :].partition("</article>")[0]
    assert "Where it came from" in item
    assert f"{captured.base}/raid" in item
    assert "<script" not in page


@pytest.mark.browser
def test_the_dossier_shows_pages_blurred_first(captured: Captured) -> None:
    page = captured.owner.get("/cases/case/dossier").text
    block = page[page.index('id="captures-title"') :].partition("</main>")[0]
    assert block.count("Show the page clear") == block.count("Picture of the page, blurred.") >= 1


@pytest.mark.browser
def test_a_bag_without_media_shows_no_page(captured: Captured, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    folder = tmp_path / "copy"
    shutil.copytree(captured.folder, folder, symlinks=True)
    shutil.rmtree(folder / "web", ignore_errors=True)
    environment = {**os.environ, "PURPORT_KEYS": str(tmp_path / "keys")}
    sealed = subprocess.run(
        [
            *(sys.executable, "-m", "purport.cli", "seal", str(folder), str(bag)),
            "--without-media",
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert sealed.returncode == 0, sealed.stderr
    dossiers = [one for one in bag.rglob("*.html") if 'id="captures-title"' in one.read_text()]
    assert dossiers
    for one in dossiers:
        assert "data:image/jpeg" not in one.read_text()
        assert "is not shown here" in one.read_text()


def test_readers_are_told_nothing_of_captures(
    captured: Captured,
    serve_room: Any,  # noqa: ANN401 - its class lives in a conftest
    tmp_path: Path,
) -> None:
    folder = tmp_path / "room"
    shutil.copytree(captured.folder, folder, symlinks=True)
    shutil.rmtree(folder / "web", ignore_errors=True)
    with Workspace.open(folder) as workspace:
        verdict = next(
            one
            for one in case_file(workspace).verdicts
            if one.links and one.rating is not Rating.NOT_CHECKABLE
        )
        review_verdict(
            workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Looked at it."
        )
        draft = EditionDraft(
            key="case",
            title="Raid",
            summary="Nobody could tell.",
            safety=Safety(hide_uploader=True),
        )
        edition = ask_for_edition(workspace, draft, author="Ann")
        decide_edition(workspace, edition.number, publish=True, author="Ben")
    with serve_room(folder) as room:
        reader = room.stranger()
        at = "/published/case/"
        names = ("", "case.json", "ratings.csv", "timemap.json", "places.geojson", "case.pdf")
        answers = {name: reader.get(at + name) for name in names}
        assert answers[""].status_code == 200
        assert CANARY in captured.owner.get(AT).text, "whoever works in the case is told it"
        for name, answer in answers.items():
            assert CANARY not in answer.text, name
            assert captured.base not in answer.text, name
            assert "log_in_wall" not in answer.text, name
        assert reader.get(AT).status_code == 302
