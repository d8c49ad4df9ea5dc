"""Objects behind addresses that need no server; S3 stands in tests/scenario/test_index_s3.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from purport.core.errors import InputError, UnavailableError
from purport.vault import RemoteObject, fetched, list_objects, remote

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def memory() -> Iterator[object]:
    """Keep three objects in memory."""
    system = fsspec.filesystem("memory")
    for name, content in {"b/2.mp4": b"two", "b/1.mp4": b"one", "a.mp4": b"alpha"}.items():
        system.pipe_file(f"/archive/{name}", content)
    yield system
    system.rm("/archive", recursive=True)


@pytest.mark.usefixtures("memory")
def test_what_lies_below_an_address_is_listed_in_order() -> None:
    found = list(list_objects("memory://archive"))
    assert [one.address.removeprefix("memory://").lstrip("/") for one in found] == [
        "archive/a.mp4",
        "archive/b/1.mp4",
        "archive/b/2.mp4",
    ]
    assert [one.size for one in found] == [5, 3, 3]
    assert all(one.changed_ns for one in found)


@pytest.mark.usefixtures("memory")
def test_one_object_is_listed_and_fetched() -> None:
    (found,) = list_objects("memory://archive/b/1.mp4")
    with fetched(found, most_bytes=3) as path:
        assert path.read_bytes() == b"one"
    assert not path.exists()


@pytest.mark.usefixtures("memory")
def test_what_is_not_there_is_told() -> None:
    with pytest.raises(InputError, match="memory://archive/none"):
        list(list_objects("memory://archive/none"))
    lost = RemoteObject(address="memory://archive/c.mp4", size=1, changed_ns=None, tag=None)
    with pytest.raises(InputError, match=r"c\.mp4"), fetched(lost, most_bytes=1):
        pass


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("size", [2, 4])
def test_another_length_than_was_listed_is_an_error(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "_PAUSES_S", (0.0, 0.0))
    listed = RemoteObject(address="memory://archive/b/1.mp4", size=size, changed_ns=None, tag=None)
    with (
        pytest.raises((InputError, UnavailableError), match=r"1\.mp4"),
        fetched(listed, most_bytes=10),
    ):
        pass


@pytest.mark.parametrize("named", ["user:secret", "user:p@secret", "us@er:secret@"])
def test_a_password_in_an_address_is_refused_and_not_repeated(named: str) -> None:
    with pytest.raises(InputError, match="name or password") as told:
        list(list_objects(f"ftp://{named}@host/videos"))
    assert "secret" not in told.value.diagnostics()
    assert told.value.subject == "ftp://host/videos"


@pytest.mark.parametrize("address", ["s3://", "nothing://x/y", "zip::s3://bucket/a.zip"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        list(list_objects(address))


def test_without_room_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    del tmp_path
    monkeypatch.setattr(remote, "_SPARE_BYTES", 1 << 60)
    listed = RemoteObject(address="memory://archive/b/1.mp4", size=3, changed_ns=None, tag=None)
    with pytest.raises(UnavailableError, match="are free"), fetched(listed, most_bytes=10):
        pass
