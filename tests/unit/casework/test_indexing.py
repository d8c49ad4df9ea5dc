"""An index over a folder: complete, resumable, the same however it was made."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from purport.casework.indexing import (
    add_to_index,
    import_hash_list,
    list_videos,
    search_index,
)
from purport.checks.reuse import Archive, ListMatch, VideoPrint, format_hash, load_print
from purport.checks.reuse.tmk import TmkHash, hash_print
from purport.cli._main import purport
from purport.core.errors import InputError

COUNT = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder of small videos, and one file that is none."""
    made = tmp_path_factory.mktemp("videos")
    for seed in range(COUNT):
        film(made / f"video-{seed}.mp4", seed)
    (made / "broken.mp4").write_bytes(b"not a video")
    (made / "notes.txt").write_text("no video either")
    return made


def film(path: Path, seed: int) -> None:
    import av  # noqa: PLC0415

    random = np.random.default_rng(seed)
    picture = np.kron(random.integers(30, 220, (60, 80)), np.ones((6, 6))).astype(np.uint8)
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "24", "threads": "1"}
        for number in range(30):
            x, y = 2 * number, 60 + int(20 * np.sin(number / 4 + seed))
            cut = np.ascontiguousarray(picture[y : y + 180, x : x + 320])
            frame = av.VideoFrame.from_ndarray(cut, format="gray").reformat(format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def contents(index: Path) -> dict[str, bytes]:
    """Return the files of an index by name, but for what says when it was made."""
    return {
        str(path.relative_to(index)): path.read_bytes()
        for path in sorted(index.rglob("*"))
        if path.is_file() and path.name not in {"sources.jsonl", ".lock"}
    }


def test_only_videos_are_listed_each_once(folder: Path) -> None:
    videos = list_videos([folder, folder / "video-0.mp4"])
    assert [path.name for path in videos] == [
        "broken.mp4",
        *(f"video-{n}.mp4" for n in range(COUNT)),
    ]
    with pytest.raises(InputError, match="not there"):
        list_videos([folder / "nowhere"])


def test_a_folder_is_indexed_and_what_cannot_be_read_is_told(folder: Path, tmp_path: Path) -> None:
    summary = add_to_index(tmp_path, list_videos([folder]), workers=1)
    assert (summary.added, summary.items) == (COUNT, COUNT)
    assert [Path(path).name for path, _ in summary.faults] == ["broken.mp4"]
    assert summary.segments == sum(item.segments for item in Archive(tmp_path).items)


def test_a_second_run_reads_nothing_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_to_index(tmp_path, list_videos([folder]), workers=1)
    before = contents(tmp_path)
    monkeypatch.setattr("purport.casework.indexing._read", None)
    again = add_to_index(tmp_path, list_videos([folder]), workers=1)
    assert (again.added, again.known) == (0, COUNT)
    assert contents(tmp_path) == before


def test_an_index_made_in_parts_is_the_same_to_the_byte(folder: Path, tmp_path: Path) -> None:
    videos = list_videos([folder])
    add_to_index(tmp_path / "whole", videos, workers=1)
    for end in (2, 3, len(videos)):
        add_to_index(tmp_path / "parts", videos[:end], workers=1)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_what_was_cut_short_is_overwritten(folder: Path, tmp_path: Path) -> None:
    videos = list_videos([folder])
    add_to_index(tmp_path / "whole", videos, workers=1)
    add_to_index(tmp_path / "torn", videos[:3], workers=1)
    for name in ("pictures/codes.bin", "places/labels.bin", "seconds.bin", "items.jsonl"):
        with (tmp_path / "torn" / name).open("ab") as file:
            file.write(b"half of an addition")
    with (tmp_path / "torn" / "sources.jsonl").open("a") as file:
        file.write('{"path": "half a li')
    assert len(Archive(tmp_path / "torn").items) == 2
    add_to_index(tmp_path / "torn", videos, workers=1)
    assert contents(tmp_path / "torn") == contents(tmp_path / "whole")


def test_an_item_is_found_in_it(folder: Path, tmp_path: Path) -> None:
    add_to_index(tmp_path, list_videos([folder]), workers=1)
    found, lists = search_index(tmp_path, folder / "video-2.mp4")
    assert [Path(one.item.name).name for one in found] == ["video-2.mp4"]
    assert lists == []


def test_a_hash_list_of_elsewhere_is_kept_and_recognises(folder: Path, tmp_path: Path) -> None:
    add_to_index(tmp_path / "a", list_videos([folder / "video-1.mp4"]), workers=1)
    (item,) = Archive(tmp_path / "a").items
    kept = load_print(Archive(tmp_path / "a").print_path(item.digest))
    lines = [
        f"{number},100,{format_hash(bits)},{second:.3f}"
        for number, (bits, second) in enumerate(zip(kept.bits, kept.times_s, strict=True))
    ]
    shared = tmp_path / "theirs.txt"
    shared.write_text("\n".join(lines))
    assert import_hash_list(tmp_path / "b", shared) == len(kept.bits)
    _, ((name, match),) = search_index(tmp_path / "b", folder / "video-1.mp4")
    assert name.startswith("theirs-")
    assert isinstance(match, ListMatch)
    assert match.share == 1.0
    assert match.last_s == pytest.approx(kept.times_s[-1], abs=0.01)
    assert search_index(tmp_path / "b", folder / "video-3.mp4")[1] == []


def test_without_an_index_that_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no index"):
        search_index(tmp_path, folder / "video-1.mp4")


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text(json.dumps({"format": "purport.reuse-index-0"}))
    with pytest.raises(InputError, match="version"):
        Archive(tmp_path)


def test_a_tmk_hash_of_elsewhere_is_kept_and_recognises(folder: Path, tmp_path: Path) -> None:
    add_to_index(tmp_path / "a", list_videos([folder / "video-1.mp4"]), workers=1)
    (item,) = Archive(tmp_path / "a").items
    kept = load_print(Archive(tmp_path / "a").print_path(item.digest))
    shared = tmp_path / "theirs.tmk"
    shared.write_bytes(as_tmk(kept))
    assert import_hash_list(tmp_path / "b", shared) == 1
    assert search_index(tmp_path / "b", folder / "video-3.mp4")[1] == []
    told = CliRunner().invoke(
        purport, ["index", "search", "--index", str(tmp_path / "b"), str(folder / "video-1.mp4")]
    )
    assert "it is like the video of the TMK hash theirs-" in told.stdout
    assert "1.00 on average, 1.00 in order of time (no proof)" in told.stdout


def test_a_broken_tmk_file_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "broken.tmk").write_bytes(b"TMK1FVECPDQF")
    with pytest.raises(InputError, match="ends within its head"):
        import_hash_list(tmp_path / "index", tmp_path / "broken.tmk")
    assert not (tmp_path / "index").exists()


def as_tmk(kept: VideoPrint) -> bytes:
    """Write what TMK keeps of a print: one period, two weights."""
    blank = TmkHash(
        rate=15,
        frames=1,
        periods=np.array([2731]),
        coefficients=np.array([0.5, 0.25], np.float32),
        average=np.zeros(256, np.float32),
        cosines=np.zeros((1, 2, 256), np.float32),
        sines=np.zeros((1, 2, 256), np.float32),
    )
    made = hash_print(kept, like=blank)
    head = struct.pack("<8s4s5i", b"TMK1FVEC", b"PDQF", 15, 1, 2, 256, made.frames)
    numbers = (made.coefficients, made.average, made.cosines, made.sines)
    told = b"".join(np.asarray(part, "<f4").tobytes() for part in numbers)
    return head + np.array([2731], "<i4").tobytes() + told
