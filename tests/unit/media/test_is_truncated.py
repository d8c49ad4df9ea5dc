"""is_truncated: a file that ends inside its own structure."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from purport.media import decode_luma, probe_media
from purport.media._extent import is_truncated

WriteVideo = Callable[..., Path]


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi", "clip.ts"])
def test_a_whole_file_is_not_truncated(video: WriteVideo, name: str) -> None:
    assert not is_truncated(video(name))


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.avi"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_file_cut_short_is_truncated(video: WriteVideo, name: str, share: float) -> None:
    path = video(name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert is_truncated(path)


def test_a_truncated_file_that_still_shows_frames_is_usable(video: WriteVideo) -> None:
    path = video("clip.mkv", count=100)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    probe = probe_media(path)
    frames = list(decode_luma(path, probe=probe))
    assert probe.truncated
    assert 10 < len(frames) < 100
    assert [frame.index for frame in frames] == list(range(len(frames)))


def test_an_mp4_with_its_index_first_keeps_what_came(video: WriteVideo, tmp_path: Path) -> None:
    content = video(count=100).read_bytes()
    path = tmp_path / "early.mp4"
    path.write_bytes(_index_first(content)[: len(content) * 4 // 5])
    probe = probe_media(path)
    decoded = decode_luma(path, probe=probe)
    assert probe.truncated
    assert 10 < sum(1 for _ in decoded) < 100
    assert len(decoded.faults) > 0


@pytest.mark.parametrize("tail", [b"", b"\x00\x00\x00\x00mdat data to the end", bytes(3)])
def test_odd_ends_of_box_files(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(struct.pack(">I4s8s", 16, b"ftyp", b"isommp41") + tail)
    assert is_truncated(path) == (tail == bytes(3))


def test_a_box_of_64_bit_length(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    box = struct.pack(">I4sQ", 1, b"mdat", 24) + bytes(8)
    path.write_bytes(box)
    assert not is_truncated(path)
    path.write_bytes(box[:-1])
    assert is_truncated(path)


def test_a_live_recording_of_unknown_length_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "live.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3\x80" + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + bytes(40))
    assert not is_truncated(path)


def test_rubbish_inside_a_structure_ends_the_walk(tmp_path: Path) -> None:
    path = tmp_path / "rubbish.mkv"
    path.write_bytes(b"\x1a\x45\xdf\xa3\x80" + bytes(40))
    assert not is_truncated(path)
    path.write_bytes(struct.pack(">I4s8s", 16, b"ftyp", b"isommp41") + b"\x00\x00\x00\x03junk")
    assert not is_truncated(path)


def _index_first(content: bytes) -> bytes:
    """Move `moov` before `mdat` and shift its chunk offsets."""
    boxes, position = {}, 0
    while position < len(content):
        length, kind = struct.unpack(">I4s", content[position : position + 8])
        boxes[kind] = content[position : position + length]
        position += length
    moov = bytearray(boxes[b"moov"])
    start = moov.index(b"stco") + 4
    (count,) = struct.unpack(">I", moov[start + 4 : start + 8])
    for entry in range(count):
        place = start + 8 + 4 * entry
        (offset,) = struct.unpack(">I", moov[place : place + 4])
        moov[place : place + 4] = struct.pack(">I", offset + len(moov))
    rest = b"".join(box for kind, box in boxes.items() if kind not in {b"ftyp", b"moov"})
    return boxes[b"ftyp"] + bytes(moov) + rest
