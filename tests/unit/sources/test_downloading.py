"""yt-dlp is a program beside us: bounded, behind our proxy, and told nothing but the address."""

import json
import os
import shutil
import socket
import stat
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from purport.core.errors import MissingToolError
from purport.sources import Door, Limits, find_downloader
from purport.sources.downloading import Fetched, fetch_media
from purport.sources.proxying import open_proxy

Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40
QUICK = Limits(connect_s=2.0, silence_s=2.0, exchange_s=20.0)
INNER = Door(allow_private=True)
STAND_IN = """#!{python}
# Behaves as yt-dlp does, as far as it is asked here.
import json, os, sys, time, urllib.request
from pathlib import Path
given = sys.argv[1:]
if "--version" in given:
    print("2026.01.02"); sys.exit(0)
folder = Path(given[given.index("--paths") + 1])
told = {{"given": given, "environment": dict(os.environ)}}
(folder.parent / "told.json").write_text(json.dumps(told))
url = given[-1]
if "wait" in url:
    if os.fork() == 0:
        time.sleep(60); sys.exit(0)
    time.sleep(60)
if "several" in url:
    for name in ("Generic-1.f137.mp4", "Generic-1.mp4", "Generic-12.mp4", "Generic-3.mp4"):
        (folder / name).write_bytes(b"film" + name.encode())
    for name in ("Generic-1", "Generic-12", "Page-0"):
        (folder / f"{{name}}.info.json").write_text(json.dumps({{"id": name}}))
    for name in ("a.temp.mp4", "a.mp4.part-Frag3", "a.mp4.part-Frag3.part", "a.mp4.ytdl"):
        (folder / name).write_bytes(b"half")
    sys.exit(0)
if "nothing" in url:
    print("ERROR: [generic] Unable to extract video url", file=sys.stderr); sys.exit(1)
proxy = {{"http": given[given.index("--proxy") + 1]}}
opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxy))
try:
    film = opener.open(url, timeout=10).read()
except Exception as error:
    print(f"ERROR: unable to download video data: {{error}}", file=sys.stderr); sys.exit(1)
(folder / "Generic-1.mp4").write_bytes(film)
(folder / "Generic-1.mp4.part").write_bytes(b"x")
(folder / "Generic-1.info.json").write_text(json.dumps(
    {{"id": "1", "extractor": "generic", "timestamp": 1443600000, "webpage_url": url}}))
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    path = tmp_path / "bin" / "yt-dlp"
    path.parent.mkdir()
    path.write_text(STAND_IN.format(python=sys.executable))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def fetch(program: Path, url: str, folder: Path, **more: Any) -> Fetched:  # noqa: ANN401 - below
    place = folder / "downloaded"
    place.mkdir()
    return fetch_media(program, url, place, **{"door": INNER, "limits": QUICK, **more})


def test_what_it_brought_is_taken(
    stand_in: Path, site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    site.pages["/film"] = trouble.Given(FILM, "video/mp4")
    found = fetch(stand_in, site.url("/film"), tmp_path)
    (film,) = found.files
    assert film.path.read_bytes() == FILM
    assert film.about is not None
    assert json.loads(film.about.read_text())["timestamp"] == 1443600000
    assert (found.version, found.told, found.refused) == ("2026.01.02", None, ())


def test_films_are_told_of_by_their_own_records_and_halves_are_left(
    stand_in: Path, tmp_path: Path
) -> None:
    """Of a page with two films each got the first one's record, with its title and date."""
    found = fetch(stand_in, "http://site.example/several", tmp_path)
    about = {
        each.path.name: None if each.about is None else each.about.name.partition(".")[0]
        for each in found.files
    }
    assert about == {
        "Generic-1.f137.mp4": "Generic-1",
        "Generic-1.mp4": "Generic-1",
        "Generic-12.mp4": "Generic-12",
        "Generic-3.mp4": None,
    }


def test_it_is_told_nothing_of_the_user(  # noqa: PLR0917 - fixtures
    stand_in: Path,
    site: Site,
    trouble: Trouble,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PURPORT_SECRET", "word")
    monkeypatch.setenv("HOME", "/home/somebody")
    site.pages["/film"] = trouble.Given(FILM, "video/mp4")
    fetch(stand_in, site.url("/film"), tmp_path)
    told = json.loads((tmp_path / "told.json").read_text())
    assert "PURPORT_SECRET" not in told["environment"]
    assert told["environment"]["HOME"] == str(tmp_path / "downloaded")
    assert told["given"][-2:] == ["--", site.url("/film")]
    for wanted in ("--ignore-config", "--no-exec", "--no-plugin-dirs", "--no-playlist"):
        assert wanted in told["given"]


def test_what_it_complains_of_is_told(stand_in: Path, tmp_path: Path) -> None:
    found = fetch(stand_in, "http://site.example/nothing", tmp_path)
    assert found.files == ()
    assert found.told == "ERROR: [generic] Unable to extract video url"


def test_it_is_stopped_with_all_that_it_started(stand_in: Path, tmp_path: Path) -> None:
    began = time.monotonic()
    limits = replace(QUICK, exchange_s=1.0)
    found = fetch(stand_in, "http://site.example/wait", tmp_path, limits=limits)
    assert found.told == "was stopped after 1 s"
    assert time.monotonic() - began < 10
    until = time.monotonic() + 10  # who was killed is gone once the machine has time for it
    while (left := _started_for(tmp_path)) and time.monotonic() < until:
        time.sleep(0.05)
    assert left == []


def _started_for(folder: Path) -> list[Path]:
    marks = [path for path in Path("/proc").glob("[0-9]*/environ") if os.access(path, os.R_OK)]
    return [path for path in marks if f"HOME={folder}".encode() in _read(path)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_it_reaches_no_inner_machine(
    stand_in: Path, site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    site.pages["/film"] = trouble.Given(FILM, "video/mp4")
    found = fetch(stand_in, site.url("/film"), tmp_path, door=Door())
    assert (found.files, site.asked) == ((), [])
    ((where, why),) = found.refused
    assert where == site.url("/film")
    assert "is not a public address" in why


def test_more_than_the_limit_is_not_taken(
    stand_in: Path, site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    site.pages["/film"] = trouble.endless("video/mp4")
    limits = replace(QUICK, bytes_in_all=1 << 20)
    found = fetch(stand_in, site.url("/film"), tmp_path, limits=limits)
    assert any("more than 1,048,576 bytes came" in why for _, why in found.refused)
    taken = sum(each.path.stat().st_size for each in found.files)
    assert taken <= (1 << 20) + (1 << 17)


def test_one_that_does_not_run_is_said(tmp_path: Path) -> None:
    broken = tmp_path / "yt-dlp"
    broken.write_text("#!/bin/false\n")
    broken.chmod(0o700)
    with pytest.raises(MissingToolError, match="yt-dlp: does not run"):
        fetch(broken, "http://site.example/", tmp_path)


def test_the_real_one_brings_a_film_of_a_page(site: Site, trouble: Trouble, tmp_path: Path) -> None:
    program = find_downloader()
    if program is None:
        pytest.skip("yt-dlp is not installed")
    site.pages |= {
        "/page": trouble.Given(b"<html><title>Raid</title><video src=/raid.mp4></video></html>"),
        "/raid.mp4": trouble.Given(FILM, "video/mp4"),
    }
    found = fetch(program, site.url("/page"), tmp_path, limits=replace(QUICK, exchange_s=120.0))
    assert found.told is None
    assert found.files[0].path.read_bytes() == FILM
    assert found.files[0].about is not None
    about = json.loads(found.files[0].about.read_text())
    assert about["webpage_url"] == site.url("/page")
    assert about["extractor"]


def test_the_real_one_reaches_no_inner_machine(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    program = find_downloader()
    if program is None:
        pytest.skip("yt-dlp is not installed")
    site.pages["/raid.mp4"] = trouble.Given(FILM, "video/mp4")
    limits = replace(QUICK, exchange_s=120.0)
    found = fetch(program, site.url("/raid.mp4"), tmp_path, door=Door(), limits=limits)
    assert (found.files, site.asked) == ((), [])
    assert found.told is not None
    assert "403" in found.told


def _say(address: str, said: bytes) -> bytes:
    host, _, port = address.removeprefix("http://").partition(":")
    heard = b""
    with socket.create_connection((host, int(port)), timeout=5) as client:
        client.sendall(said)
        while piece := client.recv(65536):
            heard += piece
    return heard


def test_the_proxy_judges_each_address(site: Site, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(b"words")
    asking = f"GET {site.url('/a')} HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive\r\n\r\n"
    with open_proxy(INNER, QUICK) as proxy:
        assert _say(proxy.address, asking.encode()).endswith(b"words")
        assert proxy.bytes_came > 5
    assert "proxy-connection" not in site.asked[0].headers
    assert site.asked[0].headers["connection"] == "close"
    with open_proxy(Door(), QUICK) as proxy:
        assert _say(proxy.address, asking.encode()).startswith(b"HTTP/1.1 403 Forbidden")
        tunnel = f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n\r\n"
        assert _say(proxy.address, tunnel.encode()).startswith(b"HTTP/1.1 403 Forbidden")
        assert _say(proxy.address, b"nonsense\r\n\r\n") == b""
        assert len(proxy.refused) == 2
    assert len(site.asked) == 1


def test_the_proxy_lets_tunnels_through_unread(site: Site, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(b"words")
    with open_proxy(INNER, QUICK) as proxy:
        said = f"CONNECT 127.0.0.1:{site.port} HTTP/1.1\r\n\r\n"
        host, _, port = proxy.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as client:
            client.sendall(said.encode())
            assert client.recv(65536).startswith(b"HTTP/1.1 200")
            client.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            heard = b""
            while piece := client.recv(65536):
                heard += piece
    assert heard.endswith(b"words")


def test_the_downloader_of_this_environment_is_found(
    stand_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(stand_in.parent))
    assert find_downloader() == stand_in
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(sys, "executable", str(stand_in.with_name("python")))
    assert find_downloader() == Path(shutil.which("yt-dlp", path=str(stand_in.parent)) or "")
