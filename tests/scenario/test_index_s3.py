"""An index over an S3 prefix: a real server of objects, and one before it that misbehaves."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest
from click.testing import CliRunner

from purport.casework import indexing
from purport.casework.index_sources import list_places
from purport.casework.indexing import add_to_index, list_videos, search_index
from purport.checks.reuse import Archive
from purport.cli._main import purport
from purport.core.errors import InputError, UnavailableError
from purport.vault import fetched, list_objects

pytest.importorskip("s3fs")
pytest.importorskip("moto")

pytestmark = pytest.mark.slow

COUNT = 4
Misdeed = Callable[[str, str], str | None]
"""From a method and a path to what is done to the answer; None for nothing."""


class Proxy:
    """Passes requests on to the server of objects, and misbehaves on demand."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.misdeed: Misdeed = lambda *_: None
        self.asked: list[tuple[str, str]] = []
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self})
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def put(self, key: str, content: bytes) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.upstream}/archive/{quote(key)}",
            data=content,
            headers={
                "Content-Type": "application/octet-stream",
                "Authorization": "AWS4-HMAC-SHA256 Credential=nobody/20260101/us-east-1/s3/x",
            },
            method="PUT",
        )
        with urllib.request.urlopen(request):  # noqa: S310 - the same
            pass


class _Handler(BaseHTTPRequestHandler):
    """Answers in the name of the proxy to which its server belongs."""

    protocol_version = "HTTP/1.1"
    proxy: Proxy

    def do_GET(self) -> None:
        path = unquote(self.path)
        self.proxy.asked.append((self.command, path))
        deed = self.proxy.misdeed(self.command, path)
        if deed == "gone":
            self._hang_up()
        elif deed == "busy":
            self._answer(503, {"Content-Type": "text/xml"}, b"")
        else:
            self._pass_on(deed)

    do_HEAD = do_GET  # noqa: N815 - named by the protocol

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _pass_on(self, deed: str | None) -> None:
        kept = {key: self.headers[key] for key in self.headers if key.lower() != "host"}
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.proxy.upstream + self.path, headers=kept, method=self.command
        )
        try:
            with urllib.request.urlopen(request) as told:  # noqa: S310 - the same
                status, headers, body = told.status, dict(told.headers), told.read()
        except urllib.error.HTTPError as error:
            with error:
                status, headers, body = error.code, dict(error.headers), error.read()
        changed = {"short": body[: len(body) // 2], "long": body + b"\0" * 70_000}
        self._answer(status, headers, changed.get(deed or "", body), cut=deed == "cut")

    def _answer(
        self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                self.send_header(name, value)
        is_head = self.command == "HEAD"
        length = headers.get("Content-Length", "0") if is_head else str(len(body))
        self.send_header("Content-Length", length)
        self.end_headers()
        if not is_head:
            self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.wfile.flush()
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start moto's server in a process of its own; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("moto") / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=told,
            stderr=told,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address, process, log)
            bucket = urllib.request.Request(f"{address}/archive", method="PUT")  # noqa: S310
            with urllib.request.urlopen(bucket):  # noqa: S310 - our own server
                pass
            yield address
        finally:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{address}/moto-api/"):  # noqa: S310 - our own server
                return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def proxy(upstream: str) -> Iterator[Proxy]:
    made = Proxy(upstream)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _endpoint(proxy: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    proxy.misdeed = lambda *_: None
    proxy.asked.clear()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    for name, value in {
        "AWS_ENDPOINT_URL": proxy.address,
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "kept-by-nobody",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
        "TMPDIR": str(temporary),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("purport.vault.remote._PAUSES_S", (0.0, 0.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, proxy: Proxy) -> Path:
    """Make small videos in a folder, and put them on the server too."""
    made = tmp_path_factory.mktemp("videos")
    for seed in range(COUNT):
        film(made / f"video {seed}.mp4", seed)
        proxy.put(f"2015/video {seed}.mp4", (made / f"video {seed}.mp4").read_bytes())
    proxy.put("2015/notes.txt", b"no video")
    proxy.put("2015/folder.mp4/", b"")
    proxy.put("2016/other.mp4", b"below another prefix")
    return made


def film(path: Path, seed: int) -> None:
    import av  # noqa: PLC0415

    random = np.random.default_rng(seed)
    picture = np.kron(random.integers(30, 220, (60, 80)), np.ones((6, 6))).astype(np.uint8)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "20", "threads": "1"}
        for number in range(25):
            x, y = 2 * number, 60 + int(20 * np.sin(number / 4 + seed))
            cut = np.ascontiguousarray(picture[y : y + 180, x : x + 320])
            frame = av.VideoFrame.from_ndarray(cut, format="gray").reformat(format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the index of the folder, in one process."""
    made = tmp_path_factory.mktemp("alone")
    add_to_index(made, list_videos([folder]), workers=1)
    return made


def vectors(index: Path) -> dict[str, bytes]:
    """Return what is searched in an index, which the items' names are no part of."""
    names = ("pictures/codes.bin", "pictures/labels.bin", "places/codes.bin", "seconds.bin")
    return {name: (index / name).read_bytes() for name in names}


def to_object(number: int, deed: str, *, times: int = 10**6) -> Misdeed:
    """Do something to the first answers that hold an object's bytes."""
    left = [times]

    def misdeed(method: str, path: str) -> str | None:
        if method == "GET" and path == f"/archive/2015/video {number}.mp4" and left[0]:
            left[0] -= 1
            return deed
        return None

    return misdeed


def test_objects_are_listed_in_pages_each_once(proxy: Proxy) -> None:
    for number in range(25):
        proxy.put(f"pages/{number:02d}.mp4", b"%d" % number)
    found = list(list_objects("s3://archive/pages/", page=10))
    assert [one.address for one in found] == [
        f"s3://archive/pages/{number:02d}.mp4" for number in range(25)
    ]
    assert {one.size for one in found} == {1, 2}
    assert all(one.tag and one.changed_ns for one in found)
    assert sum("list-type=2" in path for _, path in proxy.asked) == 3


def test_only_videos_below_the_prefix_are_taken(folder: Path) -> None:
    found = list_places([folder / "video 0.mp4", "s3://archive/2015/"])
    assert [getattr(one, "address", one) for one in found] == [
        folder / "video 0.mp4",
        *(f"s3://archive/2015/video {number}.mp4" for number in range(COUNT)),
    ]


def test_worker_processes_fetch_and_the_index_is_that_of_the_folder(
    folder: Path, alone: Path, tmp_path: Path, proxy: Proxy
) -> None:
    summary = add_to_index(tmp_path / "s3", list_places(["s3://archive/2015/"]), workers=2)
    assert (summary.added, summary.faults, summary.missed) == (COUNT, (), ())
    assert vectors(tmp_path / "s3") == vectors(alone)
    assert [(item.digest, item.name) for item in Archive(tmp_path / "s3").items] == [
        (item.digest, f"s3://archive/2015/{Path(item.name).name}") for item in Archive(alone).items
    ]
    assert list((tmp_path / "temporary").glob("purport-object-*")) == []
    proxy.asked.clear()
    again = add_to_index(tmp_path / "s3", list_places(["s3://archive/2015/"]), workers=2)
    assert (again.added, again.known) == (0, COUNT)
    assert all("list-type=2" in path for _, path in proxy.asked)
    assert vectors(tmp_path / "s3") == vectors(alone)
    found, _ = search_index(tmp_path / "s3", folder / "video 2.mp4")
    assert [one.item.name for one in found] == ["s3://archive/2015/video 2.mp4"]


@pytest.mark.parametrize("deed", ["busy", "cut", "short", "long", "gone"])
def test_what_goes_wrong_once_is_asked_for_again(
    folder: Path, tmp_path: Path, proxy: Proxy, deed: str
) -> None:
    proxy.misdeed = to_object(1, deed, times=1)
    (listed,) = list_objects("s3://archive/2015/video 1.mp4")
    with fetched(listed, most_bytes=10**6) as path:
        assert path.read_bytes() == (folder / "video 1.mp4").read_bytes()
        assert path.suffix == ".mp4"
    assert not path.exists()
    assert list((tmp_path / "temporary").glob("purport-object-*")) == []


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("busy", "Service Unavailable"),
        ("cut", "not completed|IncompleteRead"),
        ("short", r"\d+ of \d+ bytes came"),
        ("long", r"more than the \d+ bytes came"),
        ("gone", "closed|disconnected"),
    ],
)
def test_an_object_that_never_comes_whole_is_an_error_that_names_it(
    folder: Path, tmp_path: Path, proxy: Proxy, *, deed: str, told: str
) -> None:
    del folder
    (listed,) = list_objects("s3://archive/2015/video 1.mp4")
    proxy.misdeed = to_object(1, deed)
    with (
        pytest.raises(UnavailableError, match=f"^s3://archive/2015/video 1.mp4: .*({told})"),
        fetched(listed, most_bytes=10**6),
    ):
        pass
    assert list((tmp_path / "temporary").glob("purport-object-*")) == []


def test_an_object_that_never_comes_is_told_and_the_rest_is_kept(
    alone: Path, tmp_path: Path, proxy: Proxy
) -> None:
    proxy.misdeed = to_object(2, "short")
    summary = add_to_index(tmp_path / "index", list_places(["s3://archive/2015/"]), workers=1)
    assert (summary.added, summary.faults) == (COUNT - 1, ())
    ((address, why),) = summary.missed
    assert address == "s3://archive/2015/video 2.mp4"
    assert re.search(r"\d+ of \d+ bytes came", why)
    proxy.misdeed = lambda *_: None
    again = add_to_index(tmp_path / "index", list_places(["s3://archive/2015/"]), workers=1)
    assert (again.added, again.known, again.missed) == (1, COUNT - 1, ())
    assert {item.digest for item in Archive(tmp_path / "index").items} == {
        item.digest for item in Archive(alone).items
    }
    assert again.segments == Archive(alone).segments


def test_a_server_that_vanishes_stops_the_run_and_the_next_goes_on_with_the_same_index(
    alone: Path, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_MISSES", 2)
    places = list_places(["s3://archive/2015/"])
    given: set[str] = set()

    def vanish(method: str, path: str) -> str | None:
        if method == "GET":
            given.add(path)
        return "gone" if len(given) > 2 else None

    proxy.misdeed = vanish
    with pytest.raises(UnavailableError, match="the last 2 objects could not be fetched"):
        add_to_index(tmp_path / "index", places, workers=1)
    proxy.misdeed = lambda *_: None
    proxy.asked.clear()
    summary = add_to_index(tmp_path / "index", list_places(["s3://archive/2015/"]), workers=1)
    assert (summary.items, summary.missed) == (COUNT, ())
    assert (
        len({path for method, path in proxy.asked if method == "GET" and ".mp4" in path})
        == COUNT - 2
    )
    assert vectors(tmp_path / "index") == vectors(alone)


def test_vanishing_stops_worker_processes_too(
    folder: Path, tmp_path: Path, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    del folder
    monkeypatch.setattr(indexing, "_MISSES", 2)
    places = list_places(["s3://archive/2015/"])
    proxy.misdeed = lambda method, _: "gone" if method == "GET" else None
    with pytest.raises(UnavailableError, match="the last 2 objects"):
        add_to_index(tmp_path / "index", places, workers=2)


def test_a_list_that_breaks_off_is_told(folder: Path, proxy: Proxy) -> None:
    del folder
    pages: list[str] = []

    def break_off(_: str, path: str) -> str | None:
        pages.append(path)
        return "busy" if len(pages) > 1 else None

    proxy.misdeed = break_off
    with pytest.raises(UnavailableError, match="s3://archive/2015/"):
        list(list_objects("s3://archive/2015/", page=3))


def test_an_object_that_was_changed_since_it_was_listed_is_not_taken(proxy: Proxy) -> None:
    proxy.put("changing/a.mp4", b"before")
    (listed,) = list_objects("s3://archive/changing/")
    proxy.put("changing/a.mp4", b"after!")
    with pytest.raises(InputError, match="changed"), fetched(listed, most_bytes=10**6):
        pass


def test_an_object_that_is_too_long_is_not_fetched(proxy: Proxy) -> None:
    proxy.put("long/a.mp4", b"x" * 100)
    (listed,) = list_objects("s3://archive/long/")
    proxy.asked.clear()
    with (
        pytest.raises(InputError, match="100 bytes long; at most 99"),
        fetched(listed, most_bytes=99),
    ):
        pass
    assert proxy.asked == []


def test_a_bucket_that_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="s3://nowhere/x"):
        list(list_objects("s3://nowhere/x"))


def test_by_command_what_was_missed_gives_a_code_of_its_own(
    folder: Path, tmp_path: Path, proxy: Proxy
) -> None:
    del folder
    command = ["index", "build", "--index", str(tmp_path / "index"), "--workers", "1"]
    proxy.misdeed = to_object(3, "short")
    first = CliRunner().invoke(purport, [*command, "s3://archive/2015/"])
    assert first.exit_code == 5
    assert "s3://archive/2015/video 3.mp4: " in first.stderr
    assert f"{COUNT - 1} added, 0 known, 0 not readable; 1 not fetched (run again)" in first.stdout
    proxy.misdeed = lambda *_: None
    second = CliRunner().invoke(purport, [*command, "--json", "s3://archive/2015/"])
    assert second.exit_code == 0
    assert json.loads(second.stdout)["summary"]["added"] == 1


def test_keys_do_not_reach_the_index(folder: Path, tmp_path: Path) -> None:
    del folder
    add_to_index(tmp_path / "index", list_places(["s3://archive/2015/video 0.mp4"]), workers=1)
    key = os.environ["AWS_SECRET_ACCESS_KEY"].encode()
    for path in (tmp_path / "index").rglob("*"):
        assert not path.is_file() or key not in path.read_bytes()
