"""What is taken in by a visit: whole films and no halves, each for itself."""

import os
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from purport.core.errors import MissingToolError
from purport.sources import Caught, Door, Helpers, Limits, Line, PageState, catch
from purport.sources.film_names import film_name

Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40
WORDS = b"<p>" + b"Residents heard two explosions near the depot at dawn. " * 30 + b"</p>"
QUICK = Limits(connect_s=2.0, silence_s=2.0, largest_part_bytes=5000, redirects=3)
BROKEN = MissingToolError("chromium", "broke down", remedy="None.")


def visit(site: Site, path: str, folder: Path, helpers: Helpers | None = None) -> Caught:
    line = Line(folder=folder, door=Door(allow_private=True), limits=QUICK)
    return catch(site.url(path), line, helpers or Helpers())


def page(*films: str) -> bytes:
    return WORDS + "".join(f"<video src='{film}'></video>" for film in films).encode()


def test_a_film_that_cannot_be_unpacked_takes_nothing_with_it(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    site.pages |= {
        "/": trouble.Given(page("/bomb.mp4", "/packed.mp4", "/good.mp4")),
        "/bomb.mp4": trouble.bomb(),
        "/packed.mp4": trouble.Given(b"x", "video/mp4", headers=("Content-Encoding: br",)),
        "/good.mp4": trouble.Given(FILM, "video/mp4"),
    }
    caught = visit(site, "/", tmp_path)
    assert caught.fault is None
    assert [film.path.read_bytes() for film in caught.films] == [FILM]
    assert [where for where, _ in caught.refused] == [
        site.url("/bomb.mp4"),
        site.url("/packed.mp4"),
    ]


def test_films_beyond_the_first_are_told(site: Site, trouble: Trouble, tmp_path: Path) -> None:
    names = [f"/{number}.mp4" for number in range(22)]
    site.pages["/"] = trouble.Given(page(*names))
    site.pages |= {name: trouble.Given(FILM, "video/mp4") for name in names}
    caught = visit(site, "/", tmp_path)
    assert len(caught.films) == 20
    assert [why for _, why in caught.refused] == ["is beyond the first 20 films"] * 2


def test_a_million_parts_are_counted_and_not_listed(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    """The record of a capture is read again, and a page may name what it likes."""
    parts = "".join(f"<img src=/{number}.png>" for number in range(50_000))
    site.pages["/"] = trouble.Given(WORDS + parts.encode())
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=Limits(parts=3))
    caught = catch(site.url("/"), line, Helpers())
    assert len(site.asked) == 4
    assert len(caught.refused) == 3 + 100 + 1
    assert caught.refused[-1] == ("", "49,897 more are beyond the first 3 parts")


def test_ogg_is_a_film_too(site: Site, trouble: Trouble, tmp_path: Path) -> None:
    film = b"OggS\x00\x02" + bytes(60) + b"\x80theora"
    site.pages |= {
        "/": trouble.Given(page("/raid.ogv")),
        "/raid.ogv": trouble.Given(film, "video/ogg"),
    }
    for path in ("/", "/raid.ogv"):
        folder = tmp_path / f"of{len(path)}"
        folder.mkdir()
        (found,) = visit(site, path, folder).films
        assert (found.name, found.path.read_bytes()) == ("raid.ogv", film)


@pytest.mark.parametrize("stated", ["bytes 0-9/99999", "bytes 5-10251/10252", "bytes */9", None])
def test_a_part_that_was_not_asked_for_is_not_the_film(
    site: Site, trouble: Trouble, tmp_path: Path, stated: str | None
) -> None:
    header = () if stated is None else (f"Content-Range: {stated}",)
    talk = trouble.says(trouble.response(trouble.Given(FILM, "video/mp4", "206 Part", header)))
    site.pages |= {"/": trouble.Given(page("/raid.mp4")), "/raid.mp4": talk}
    caught = visit(site, "/raid.mp4", tmp_path)
    assert caught.films == []
    assert "gives a part" in str(caught.fault)
    folder = tmp_path / "page"
    folder.mkdir()
    caught = visit(site, "/", folder)
    assert caught.films == []
    assert "gives a part" in caught.refused[0][1]


def test_a_part_that_is_all_is_the_film(site: Site, trouble: Trouble, tmp_path: Path) -> None:
    header = (f"Content-Range: bytes 0-{len(FILM) - 1}/{len(FILM)}",)
    talk = trouble.says(trouble.response(trouble.Given(FILM, "video/mp4", "206 Part", header)))
    site.pages["/raid.mp4"] = talk
    (film,) = visit(site, "/raid.mp4", tmp_path).films
    assert film.path.read_bytes() == FILM


def test_what_a_browser_was_given_half_is_asked_for_again(
    site: Site, trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser gets no more of a film than of any part of a page, and half is no film."""
    site.pages |= {
        "/": trouble.Given(page("/raid.mp4")),
        "/raid.mp4": trouble.says(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n" + FILM),
    }

    def render(visitor: Any, first: Any, _: Path) -> Any:  # noqa: ANN401 - stands in for Chromium
        del first
        visitor.visit(site.url("/raid.mp4"), largest_bytes=QUICK.largest_part_bytes)
        raise BROKEN

    monkeypatch.setattr("purport.sources.catching.render", render)
    caught = visit(site, "/", tmp_path, Helpers(browser=Path("chromium")))
    assert [each.ending.value for each in caught.exchanges] == ["whole", "too_long", "whole"]
    (film,) = caught.films
    assert film.path.read_bytes() == FILM


def test_without_the_browser_its_parts_are_loaded_as_ever(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    picture = trouble.Given(b"\x89PNG\r\n\x1a\n", "image/png")
    site.pages |= {"/": trouble.Given(WORDS + b"<img src=/a.png>"), "/a.png": picture}
    broken = Helpers(browser=Path(shutil.which("false") or "/bin/false"))
    caught = visit(site, "/", tmp_path, broken)
    assert caught.tools[0].name == "chromium"
    assert site.paths == ["/", "/a.png"]


def test_who_runs_scripts_is_not_led_away_for_running_none(
    site: Site, trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages |= {
        "/": trouble.Given(
            b"<noscript><meta http-equiv=refresh content='0;url=/old'></noscript><div id=a></div>"
        ),
        "/old": trouble.Given(b"<title>Your browser is too old</title>"),
    }
    seen = []

    def render(_: Any, first: Any, __: Path) -> Any:  # noqa: ANN401 - stands in for Chromium
        seen.append(first.url)
        raise BROKEN

    monkeypatch.setattr("purport.sources.catching.render", render)
    visit(site, "/", tmp_path, Helpers(browser=Path("chromium")))
    assert seen == [site.url("/")]
    assert "/old" not in site.paths
    folder = tmp_path / "bare"
    folder.mkdir()
    bare = visit(site, "/", folder)
    assert bare.final is not None
    assert bare.final.url == site.url("/old")


@pytest.mark.parametrize("letter", ["a", "ж", "炸", "𐎀", "e\u0301"])
def test_names_are_no_longer_than_file_systems_take(
    site: Site, trouble: Trouble, tmp_path: Path, letter: str
) -> None:
    path = f"/{quote(letter * 200)}.mp4"
    site.pages[path] = trouble.Given(FILM, "video/mp4")
    (film,) = visit(site, path, tmp_path).films
    assert film.path.read_bytes() == FILM
    assert len(os.fsencode(film.path.name)) <= 240
    assert film.name.endswith(".mp4")


def test_names_that_are_one_to_some_systems_are_told_apart(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    names = ["/a/Raid.mp4", "/b/raid.mp4", "/a/%C3%A9.mp4", "/a/e%CC%81.mp4"]
    site.pages["/"] = trouble.Given(page(*names))
    site.pages |= {name: trouble.Given(FILM, "video/mp4") for name in names}
    found = [film.name for film in visit(site, "/", tmp_path).films]
    assert found == ["Raid.mp4", "raid-2.mp4", "é.mp4", "é-2.mp4"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://site.example/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "etc_passwd.mp4"),
        ("https://site.example/a%00b.mp4", "a_b.mp4"),
        ("https://site.example/a%E2%80%AEb.mp4", "a_b.mp4"),
        ("https://site.example/....", "media-1.mp4"),
        ("https://[\\]/a.mp4", "media-1.mp4"),
    ],
)
def test_names_lead_nowhere(url: str, name: str) -> None:
    assert film_name(url, "video/mp4", number=1) == name


def test_no_time_is_left_for_a_program_beside_us(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    """`--within` holds for yt-dlp too, which took as long again."""
    site.pages["/"] = trouble.Given(WORDS)
    program = tmp_path / "yt-dlp"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    limits = Limits(connect_s=2.0, silence_s=2.0, bytes_in_all=10_000)
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=limits)
    line.bytes_came = 10_000 - len(trouble.response(site.pages["/"]))
    caught = catch(site.url("/"), line, Helpers(downloader=program))
    assert caught.recognised is not None
    assert caught.recognised.state is PageState.CONTENT
    assert caught.tools[0].came == "was not started: the capture had reached its limits"
    assert not (tmp_path / "ran").exists()
