"""What comes of files that are odd or broken: for each kind one behaviour, by generated files."""

import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from purport.core.errors import UnreadableMediaError
from purport.media import (
    DecodeFaultKind,
    LumaFrame,
    decode_audio_levels,
    decode_luma,
    probe_media,
    read_container,
)

from .conftest import pattern, write_video

WriteVideo = Callable[..., Path]
HOUR_S = 3600
UNORDERED = {"x264-params": "bframes=0"}


def decoded(path: Path) -> tuple[list[LumaFrame], list[DecodeFaultKind]]:
    frames = decode_luma(path, probe=probe_media(path))
    return list(frames), [fault.kind for fault in frames.faults]


def seconds(path: Path, frames: Sequence[LumaFrame]) -> list[float]:
    probe = probe_media(path)
    base = probe.streams[probe.video].time_base or Fraction(1)
    return [float((frame.pts - frames[0].pts) * base) for frame in frames]


class TestTruncated:
    def test_what_came_before_is_read_and_the_end_is_told(self, video: WriteVideo) -> None:
        path = video("clip.ts", count=60)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        frames, _ = decoded(path)
        assert 10 < len(frames) < 60

    def test_without_its_index_it_is_refused(self, video: WriteVideo) -> None:
        path = video(count=60)
        path.write_bytes(path.read_bytes()[:-900])
        with pytest.raises(UnreadableMediaError, match="can be read") as caught:
            probe_media(path, name="clip.mp4")
        assert "broke off" in caught.value.remedy


class TestConcatenated:
    def test_boxes_of_a_second_file_are_told_and_the_first_is_read(
        self, video: WriteVideo, tmp_path: Path
    ) -> None:
        first, second = video("a.mp4", count=20), video("b.mp4", count=30)
        joined = tmp_path / "joined.mp4"
        joined.write_bytes(first.read_bytes() + second.read_bytes())
        frames, _ = decoded(joined)
        assert len(frames) == 20
        assert read_container(joined).second_file_at == first.stat().st_size

    def test_streams_that_start_anew_run_on(self, video: WriteVideo, tmp_path: Path) -> None:
        joined = tmp_path / "joined.ts"
        joined.write_bytes(
            video("a.ts", count=60).read_bytes() + video("b.ts", count=60).read_bytes()
        )
        frames, faults = decoded(joined)
        assert len(frames) > 100
        assert all(np.diff([frame.pts for frame in frames]) > 0)
        assert DecodeFaultKind.BACKWARD_PTS in faults


class TestTimes:
    def test_variable_rate_keeps_each_frames_own_time(self, video: WriteVideo) -> None:
        times = [0, 1, 2, 10, 11, 40, 41, 42, 80]
        path = video("vfr.mkv", count=len(times), times=times)
        frames, faults = decoded(path)
        assert seconds(path, frames) == pytest.approx([time / 25 for time in times], abs=0.002)
        assert faults == []

    def test_ten_hours_are_ten_hours(self, video: WriteVideo) -> None:
        times = [600 * 25 * index for index in range(61)]
        path = video("long.mp4", count=len(times), times=times)
        frames, faults = decoded(path)
        assert seconds(path, frames)[-1] == pytest.approx(10 * HOUR_S)
        assert probe_media(path).duration_s == pytest.approx(10 * HOUR_S, rel=0.02)
        assert faults == []

    def test_times_beyond_32_bits_are_kept(self, video: WriteVideo) -> None:
        start = 90_000 * 30 * HOUR_S
        times = [start + 3600 * index for index in range(10)]
        path = video("late.mkv", count=10, times=times, time_base=Fraction(1, 90_000))
        frames, _ = decoded(path)
        assert seconds(path, frames)[-1] == pytest.approx(9 * 0.04, abs=0.002)

    def test_repeated_times_move_by_a_tick(self, video: WriteVideo) -> None:
        path = _restamped(
            video(count=12, options=UNORDERED), [0, 1, 2, 3, 3, 3, 6, 7, 8, 9, 10, 11]
        )
        frames, faults = decoded(path)
        assert len(frames) == 12
        assert all(np.diff([frame.pts for frame in frames]) > 0)
        assert faults.count(DecodeFaultKind.BACKWARD_PTS) == 2

    def test_times_that_go_back_are_moved_on(self, video: WriteVideo) -> None:
        times = [100, 101, 102, 103, 104, 105, 0, 1, 2, 3, 4, 5]
        path = _restamped(video(count=12, options=UNORDERED), times)
        frames, faults = decoded(path)
        assert len(frames) == 12
        assert all(np.diff([frame.pts for frame in frames]) > 0)
        assert DecodeFaultKind.BACKWARD_PTS in faults

    def test_missing_times_follow_one_another(self, tmp_path: Path) -> None:
        path = tmp_path / "bare.h264"
        frames = [pattern(index) for index in range(20)]
        write_video(path, frames=frames)
        seen, _ = decoded(path)
        assert len(seen) == 20
        assert all(np.diff([frame.pts for frame in seen]) > 0)


class TestPictures:
    def test_interlaced_fields_stay_woven(self, tmp_path: Path) -> None:
        rows = np.zeros((48, 64, 3), np.uint8)
        rows[::2] = 200
        path = write_video(
            tmp_path / "fields.mkv",
            frames=[rows] * 4,
            codec="mpeg2video",
            options={"flags": "+ildct+ilme", "qmin": "1", "qmax": "2"},
        )
        probe = probe_media(path)
        frames, _ = decoded(path)
        assert probe.streams[probe.video].interlaced
        assert frames[0].luma.shape == (48, 64)
        assert int(frames[0].luma[0].mean()) - int(frames[0].luma[1].mean()) > 100

    def test_progressive_is_not_called_interlaced(self, video: WriteVideo) -> None:
        probe = probe_media(video())
        assert not probe.streams[probe.video].interlaced
        assert probe.streams[probe.video].high_range is None

    def test_ten_bits_come_down_to_eight(self, tmp_path: Path) -> None:
        level = np.full((48, 64, 3), 128, np.uint8)
        shallow = write_video(tmp_path / "8.mkv", frames=[level] * 3)
        deep = write_video(tmp_path / "10.mkv", frames=[level] * 3, pixel_format="yuv420p10le")
        eight, ten = decoded(shallow)[0][0].luma, decoded(deep)[0][0].luma
        assert ten.dtype == np.uint8
        assert abs(int(eight.mean()) - int(ten.mean())) <= 1

    @pytest.mark.parametrize(("transfer", "name"), [("smpte2084", "PQ"), ("arib-std-b67", "HLG")])
    def test_high_dynamic_range_is_told_and_not_mapped(
        self, tmp_path: Path, transfer: str, name: str
    ) -> None:
        level = np.full((48, 64, 3), 128, np.uint8)
        marks = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
        path = write_video(
            tmp_path / "hdr.mkv",
            frames=[level] * 3,
            pixel_format="yuv420p10le",
            options={"x264-params": marks},
        )
        plain = write_video(tmp_path / "plain.mkv", frames=[level] * 3, pixel_format="yuv420p10le")
        probe = probe_media(path)
        assert probe.streams[probe.video].high_range == name
        assert np.array_equal(decoded(path)[0][0].luma, decoded(plain)[0][0].luma)

    def test_one_frame_is_a_video_of_one(self, video: WriteVideo) -> None:
        path = video("one.mp4", count=1)
        frames, faults = decoded(path)
        assert (len(frames), faults) == (1, [])
        assert decode_audio_levels(path, probe=probe_media(path)) is None

    def test_a_picture_is_a_video_of_one(self, video: WriteVideo) -> None:
        path = video("still.png", count=1, codec="png", pixel_format="rgb24")
        assert len(decoded(path)[0]) == 1

    def test_frames_that_change_size_are_scaled_and_told(self, tmp_path: Path) -> None:
        small = write_video(tmp_path / "a.ts", frames=[pattern(1)] * 60)
        large = write_video(tmp_path / "b.ts", frames=[pattern(1, 128, 96)] * 60)
        joined = tmp_path / "sizes.ts"
        joined.write_bytes(small.read_bytes() + large.read_bytes())
        frames, faults = decoded(joined)
        assert {frame.luma.shape for frame in frames} == {(48, 64)}
        assert DecodeFaultKind.SIZE_CHANGED in faults


class TestRefused:
    def test_encrypted_video_is_named_so(self, tmp_path: Path) -> None:
        path = tmp_path / "locked.mp4"
        keys = {
            "encryption_scheme": "cenc-aes-ctr",
            "encryption_key": "76a6c65c5ea762046bd749a2e632ccbb",
            "encryption_kid": "a7e61c373e219033c21091fa607bf3b8",
        }
        with av.open(str(path), "w", options=keys) as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for index in range(10):
                picture = av.VideoFrame.from_ndarray(pattern(index), format="bgr24")
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        with pytest.raises(UnreadableMediaError, match="encrypted") as caught:
            probe_media(path)
        assert "copy protection" in caught.value.remedy

    def test_an_unknown_coding_is_named_so(self, video: WriteVideo) -> None:
        path = video()
        path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
        with pytest.raises(UnreadableMediaError):
            probe_media(path)

    def test_sound_alone_says_what_it_holds(self, tmp_path: Path) -> None:
        path = tmp_path / "voice.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("aac", rate=48_000, layout="mono")
            for start in range(0, 48_000, 1024):
                frame = av.AudioFrame.from_ndarray(
                    np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
                )
                frame.sample_rate, frame.pts = 48_000, start
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        with pytest.raises(UnreadableMediaError, match=r"no video stream.*audio"):
            probe_media(path)

    def test_a_size_that_the_container_lies_about_is_not_believed(self, video: WriteVideo) -> None:
        path = video("bomb.mp4", count=3)
        content = bytearray(path.read_bytes())
        at = content.index(b"avc1") + 28
        content[at : at + 4] = struct.pack(">HH", 65_535, 65_535)
        path.write_bytes(content)
        # the decoder goes by the stream's own parameters, not by the container's
        frames, _ = decoded(path)
        assert {frame.luma.shape for frame in frames} == {(48, 64)}


@pytest.mark.parametrize(
    ("name", "called"),
    [("a.mkv", "a.mp4"), ("a.mp4", "a.avi"), ("a.ts", "a.mov"), ("a.avi", "a.txt")],
)
def test_a_wrong_extension_changes_nothing(video: WriteVideo, name: str, called: str) -> None:
    path = video(name, count=30)
    before, _ = decoded(path)
    renamed = path.rename(path.with_name(f"renamed-{called}"))
    after, _ = decoded(renamed)
    assert len(before) == len(after)
    assert all(np.array_equal(a.luma, b.luma) for a, b in zip(before, after, strict=True))


def _restamped(path: Path, times: Sequence[int]) -> Path:
    """Write the packets anew with other time stamps, which no muxer of FFmpeg's would do."""
    out = path.with_suffix(".flv")
    with av.open(str(path)) as source:
        stream = source.streams.video[0]
        packets = [packet for packet in source.demux(stream) if packet.dts is not None]
    content = bytearray(_flv_of(path))
    stamps = iter(times)
    position = 13
    while position + 11 <= len(content):
        size = int.from_bytes(content[position + 1 : position + 4])
        if content[position] == 9 and content[position + 12] == 1:
            stamp = 40 * next(stamps)
            content[position + 4 : position + 7] = stamp.to_bytes(3)
            content[position + 13 : position + 16] = bytes(3)  # shown when decoded
        position += 11 + size + 4
    assert len(packets) == len(times)
    out.write_bytes(content)
    return out


def _flv_of(path: Path) -> bytes:
    """Wrap packets as FLV, whose stamps lie open in each tag."""
    out = path.with_name(f"{path.stem}-plain.flv")
    with av.open(str(path)) as source, av.open(str(out), "w") as written:
        stream = written.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                written.mux(packet)
    return out.read_bytes()
