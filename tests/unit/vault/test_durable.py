"""Files that are there whole or not at all."""

import errno
import os
import threading
from pathlib import Path

import pytest

from purport.core.errors import StorageFullError
from purport.vault import writing


def test_what_was_written_gets_its_name_at_the_end(tmp_path: Path) -> None:
    kept = tmp_path / "cache" / "films" / "one.mp4"
    with writing(kept, subject="one", within=tmp_path / "cache") as unfinished:
        unfinished.write_bytes(b"film")
        assert unfinished.parent == tmp_path / "cache"
        assert not kept.exists()
    assert kept.read_bytes() == b"film"
    assert files(tmp_path) == [kept]


def test_what_fails_leaves_what_was_there(tmp_path: Path) -> None:
    kept = tmp_path / "table.json"
    kept.write_text("before")
    with pytest.raises(UnicodeEncodeError), writing(kept, subject="t") as unfinished:
        unfinished.write_text("half, then \ud800", encoding="utf-8")
    assert files(tmp_path) == [kept]
    assert kept.read_text() == "before"


def test_a_full_disk_is_told_by_the_name_that_people_know(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageFullError, match=r"clip\.mp4: there is no room"),
        writing(tmp_path / "x", subject="clip.mp4"),
    ):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_nothing_is_kept_of_what_was_given_up(tmp_path: Path) -> None:
    with writing(tmp_path / "film", subject="film") as unfinished:
        unfinished.write_bytes(b"half")
        unfinished.unlink()
    assert files(tmp_path) == []


def test_a_dead_process_of_the_same_number_is_in_nobodys_way(tmp_path: Path) -> None:
    with writing(tmp_path / "film", subject="film") as unfinished:
        pass
    unfinished.write_bytes(b"of the dead")
    with writing(tmp_path / "film", subject="film") as again, again.open("xb") as out:
        out.write(b"new")
    assert (tmp_path / "film").read_bytes() == b"new"


def test_two_threads_that_write_the_same_both_come_to_an_end(tmp_path: Path) -> None:
    kept, both = tmp_path / "table", threading.Barrier(2)
    ended: list[str] = []

    def write(text: str) -> None:
        with writing(kept, subject="table") as unfinished:
            unfinished.write_text(text)
            both.wait(20)
        ended.append(text)

    threads = [threading.Thread(target=write, args=(text,)) for text in ("first", "second")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(ended) == ["first", "second"]
    assert kept.read_text() in ended
    assert files(tmp_path) == [kept]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
