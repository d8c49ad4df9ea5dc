"""read_container: what is read of each structure, and that made-up ones end the reading."""

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from purport.media import read_container
from purport.simulate.camera_files import CameraFile, write_camera_file

from .conftest import pattern

WriteVideo = Callable[..., Path]
FILMED = datetime(2022, 5, 14, 9, 20, 11, tzinfo=UTC)


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", 8 + len(body)) + kind + body


HEAD = box(b"ftyp", b"mp42", bytes(4), b"mp42")


def facts_of(folder: Path, content: bytes, name: str = "a.mp4"):  # type: ignore[no-untyped-def]  # noqa: ANN201
    path = folder / name
    path.write_bytes(content)
    return read_container(path)


class TestIso:
    def test_times_tracks_and_texts_are_read(self, tmp_path: Path) -> None:
        stated = CameraFile(
            brands=("qt  ", "qt  "),
            created=FILMED,
            handlers=("Core Media Video", "Core Media Audio"),
            texts=(("\xa9mak", "Apple"), ("\xa9xyz", "+35.2+036.7/")),
            keys=(("com.apple.quicktime.model", "iPhone 12"),),
            encoder="Lavf58.29.100",
        )
        facts = read_container(write_camera_file(tmp_path / "a.mov", stated))
        assert facts.structure == "iso"
        assert facts.brands == ("qt  ",)
        assert [one.kind for one in facts.boxes] == ["ftyp", "free", "mdat", "moov"]
        assert facts.index_first is False
        assert {one.created for one in facts.headers} == {"2022-05-14T09:20:11Z"}
        assert [one.where for one in facts.headers] == [
            "mvhd",
            "tkhd 1",
            "mdhd 1",
            "tkhd 2",
            "mdhd 2",
        ]
        assert [(one.kind, one.handler, one.codec) for one in facts.tracks] == [
            ("video", "Core Media Video", "avc1"),
            ("audio", "Core Media Audio", "mp4a"),
        ]
        assert facts.tracks[0].samples == 30
        assert facts.tracks[0].sample_duration_s == pytest.approx(3.0)
        assert {(one.where, one.key, one.value) for one in facts.tags} == {
            ("udta", "\xa9mak", "Apple"),
            ("udta", "\xa9xyz", "+35.2+036.7/"),
            ("ilst", "\xa9too", "Lavf58.29.100"),
            ("keys", "com.apple.quicktime.model", "iPhone 12"),
        }
        assert facts.faults == ()

    def test_long_headers_are_read(self, tmp_path: Path) -> None:
        seconds = int((FILMED - datetime(1904, 1, 1, tzinfo=UTC)).total_seconds())
        header = box(b"mvhd", b"\1\0\0\0", struct.pack(">QQIQ", seconds, seconds, 600, 1200))
        (found,) = facts_of(tmp_path, HEAD + box(b"moov", header)).headers
        assert (found.created, found.duration_s) == ("2022-05-14T09:20:11Z", 2.0)

    def test_a_place_of_3gpp_is_read(self, tmp_path: Path) -> None:
        place = struct.pack(">iii", round(36.7 * 65536), round(35.2 * 65536), 65536 * 210)
        loci = box(b"loci", bytes(6), b"Town\0", b"\0", place, b"earth\0")
        (tag,) = facts_of(tmp_path, HEAD + box(b"moov", box(b"udta", loci))).tags
        assert tag.key == "loci"
        assert tag.value == "+35.199997+36.699997+210.0/"

    def test_xmp_gives_its_times_and_makers(self, tmp_path: Path) -> None:
        text = (
            b'<x tiff:Make="Canon" xmp:CreateDate="2022-05-14T09:20:11Z">'
            b"<dc:creator>Jane</dc:creator>"
        )
        uuid = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), text)
        tags = facts_of(tmp_path, HEAD + uuid).tags
        assert [(one.key, one.value) for one in tags] == [
            ("tiff:Make", "Canon"),
            ("xmp:CreateDate", "2022-05-14T09:20:11Z"),
        ]

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (HEAD + box(b"moov", struct.pack(">I4s", 9000, b"trak")), "ends 8992 bytes too late"),
            (HEAD + struct.pack(">I4s", 5, b"moov"), "shorter than its own header"),
            (HEAD + box(b"moov", box(b"mvhd", b"\0")), "too short"),
            (HEAD + box(b"moov", box(b"trak", box(b"tkhd", b"\0"))), "too short"),
            (HEAD + box(b"moov", box(b"mvhd", bytes(100)), box(b"mvhd", bytes(100))), "two movie"),
            (HEAD + box(b"moov", box(b"udta", box(b"loci", bytes(8)))), "too short"),
        ],
    )
    def test_what_is_wrong_is_told(self, tmp_path: Path, content: bytes, fault: str) -> None:
        assert any(fault in one for one in facts_of(tmp_path, content).faults)

    def test_boxes_in_boxes_without_end_are_told(self, tmp_path: Path) -> None:
        content = b""
        for _ in range(1000):
            content = box(b"udta", content)
        facts = facts_of(tmp_path, HEAD + box(b"moov", content))
        assert any("deep" in fault for fault in facts.faults)

    def test_boxes_without_number_are_told(self, tmp_path: Path) -> None:
        facts = facts_of(tmp_path, HEAD + box(b"moov", box(b"free") * 30_000))
        assert any("more than 20,000 boxes" in fault for fault in facts.faults)

    def test_a_table_of_lies_is_bounded(self, tmp_path: Path) -> None:
        table = box(b"stts", bytes(4), struct.pack(">I", 0xFFFFFFFF), struct.pack(">II", 10, 5))
        media = box(b"mdhd", struct.pack(">IIIII", 0, 0, 0, 10, 50))
        inner = box(b"mdia", media, box(b"minf", box(b"stbl", table)))
        (track,) = facts_of(tmp_path, HEAD + box(b"moov", box(b"trak", inner))).tracks
        assert (track.samples, track.sample_duration_s) == (10, 5.0)

    def test_a_box_too_large_for_its_kind_is_not_read(self, tmp_path: Path) -> None:
        facts = facts_of(
            tmp_path, HEAD + box(b"moov", box(b"udta", box(b"\xa9mak", bytes(5 << 20))))
        )
        assert any("was not read" in fault for fault in facts.faults)


class TestMatroska:
    def test_what_it_states_is_read(self, video: WriteVideo) -> None:
        facts = read_container(video("a.mkv", count=20))
        assert facts.structure == "matroska"
        assert facts.brands == ("matroska",)
        assert facts.headers[0].duration_s == pytest.approx(0.8, abs=0.05)
        assert [(one.kind, one.codec) for one in facts.tracks] == [("video", "V_MPEG4/ISO/AVC")]
        assert any(one.key == "MuxingApp" and one.value.startswith("Lavf") for one in facts.tags)
        assert facts.second_file_at is None
        assert facts.faults == ()

    def test_its_date_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.mkv"
        with av.open(str(path), "w") as container:
            container.metadata["creation_time"] = "2022-05-14T09:20:11Z"
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pattern(1), format="bgr24")))
            container.mux(stream.encode(None))
        assert read_container(path).headers[0].created == "2022-05-14T09:20:11Z"

    def test_a_second_file_is_told(self, video: WriteVideo, tmp_path: Path) -> None:
        one, other = video("a.mkv"), video("b.mkv")
        joined = tmp_path / "joined.mkv"
        joined.write_bytes(one.read_bytes() + other.read_bytes())
        assert read_container(joined).second_file_at == one.stat().st_size

    def test_an_element_that_ends_within_its_own_header_is_told(self, tmp_path: Path) -> None:
        inner = b"\x15\x49\xa9\x66\x81" + b"\x44\x61\x88"
        facts = facts_of(tmp_path, b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x88" + inner, "a.mkv")
        assert any("too late" in fault for fault in facts.faults)

    def test_rubbish_is_told(self, tmp_path: Path) -> None:
        facts = facts_of(tmp_path, b"\x1a\x45\xdf\xa3\x80" + b"\x05" * 40, "a.mkv")
        assert any("no element" in fault for fault in facts.faults)


class TestRiff:
    def test_its_texts_are_read(self, video: WriteVideo) -> None:
        facts = read_container(video("a.avi", codec="mpeg4"))
        assert facts.structure == "riff"
        assert any(one.key == "ISFT" and one.value.startswith("Lavf") for one in facts.tags)

    def test_lists_in_lists_are_bounded(self, tmp_path: Path) -> None:
        content = b""
        for _ in range(500):
            content = b"LIST" + struct.pack("<I", 4 + len(content)) + b"INFO" + content
        content = b"RIFF" + struct.pack("<I", 4 + len(content)) + b"AVI " + content
        assert facts_of(tmp_path, content, "a.avi").structure == "riff"

    def test_chunks_without_number_are_told(self, tmp_path: Path) -> None:
        content = b"RIFF" + struct.pack("<I", 0x7FFFFFFF) + b"AVI " + b"JUNK\0\0\0\0" * 5000
        facts = facts_of(tmp_path, content, "a.avi")
        assert any("more than 2,000 chunks" in fault for fault in facts.faults)


def test_other_formats_are_not_read(video: WriteVideo) -> None:
    assert read_container(video("a.ts", count=30)).structure == "other"


@pytest.mark.parametrize("seed", range(20))
def test_noise_after_a_good_start_ends(tmp_path: Path, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    start = (
        HEAD + b"\0\0\x0f\xa0moov",
        b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x47\xd0",
        b"RIFF\xff\xff\0\0AVI LIST",
    )
    for head in start:
        assert facts_of(tmp_path, head + noise).structure in {"iso", "matroska", "riff"}
