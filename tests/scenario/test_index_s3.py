"""An index over an S3 prefix: a real server of objects, and one before it that misbehaves."""

import json
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

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
Proxy: TypeAlias = Any
"""That of `tests/object_server.py`, which is loaded by its path."""
Misdeed = Callable[[str, str], str | None]
"""From a method and a path to what is done to the answer; None for nothing."""


@pytest.fixture(scope="module")
def proxy(object_proxy: Proxy) -> Proxy:
    """The server of objects, through what misbehaves on demand."""
    return object_proxy


@pytest.fixture(autouse=True)
def _endpoint(s3: Proxy, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    del s3
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(temporary))
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
