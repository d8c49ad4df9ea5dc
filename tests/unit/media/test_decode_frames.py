"""Decoded frames: the right ones, at their own times, the right way up."""

import itertools
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.media import (
    DecodeFaultKind,
    LumaFrame,
    decode_luma,
    decode_luma_samples,
    decode_pictures,
    display_size,
    probe_media,
    seek_pictures,
)
from purport.media._decoding import _Clock

WriteVideo = Callable[..., Path]
Image = NDArray[np.uint8]

QUADRANTS = np.zeros((48, 64, 3), np.uint8)
QUADRANTS[:24, :32] = 230
"""A picture that is bright in its upper left only."""


def decode(path: Path) -> list[LumaFrame]:
    return list(decode_luma(path, probe=probe_media(path)))


def level(luma: Image) -> float:
    """Level of the patterned picture away from its bright corner."""
    return float(luma[20:, 20:].mean())


def test_frames_come_in_presentation_order_whatever_their_coding_order(video: WriteVideo) -> None:
    path = video(count=40, options={"x264-params": "bframes=4:keyint=40", "preset": "slow"})
    frames = decode(path)
    assert [frame.index for frame in frames] == list(range(40))
    assert all(a.pts < b.pts for a, b in itertools.pairwise(frames))
    assert all(np.diff([level(frame.luma) for frame in frames]) > 2)


def test_uneven_presentation_times_are_kept(video: WriteVideo) -> None:
    times = [0, 1, 2, 7, 8, 30, 31, 32]
    path = video("uneven.mkv", count=8, times=times, time_base=Fraction(1, 25))
    frames = decode(path)
    probe = probe_media(path)
    time_base = probe.streams[probe.video].time_base
    assert time_base is not None
    seconds = [float((frame.pts - frames[0].pts) * time_base) for frame in frames]
    assert seconds == pytest.approx([tick / 25 for tick in times], abs=0.001)


def test_luma_is_the_plane_as_coded(video: WriteVideo) -> None:
    path = video("plain.mkv", count=3, codec="ffv1", pixel_format="yuv420p")
    with av.open(str(path)) as container:
        expected = [frame.to_ndarray()[:48] for frame in container.decode(video=0)]
    for frame, plane in zip(decode(path), expected, strict=True):
        assert np.array_equal(frame.luma, plane)
        assert not frame.luma.flags.writeable
        assert frame.luma.flags.c_contiguous


@pytest.mark.parametrize(
    ("codec", "pixel_format"),
    [
        ("ffv1", "yuv444p"),
        ("ffv1", "yuv420p10le"),
        ("ffv1", "yuv420p16le"),
        ("ffv1", "gray"),
        ("ffv1", "bgra"),
        ("rawvideo", "nv12"),
        ("rawvideo", "yuyv422"),
        ("mjpeg", "yuvj420p"),
    ],
)
def test_luma_of_other_formats_shows_the_same(
    video: WriteVideo, codec: str, pixel_format: str
) -> None:
    path = video("other.mkv", count=4, codec=codec, pixel_format=pixel_format)
    frames = decode(path)
    levels = [level(frame.luma) for frame in frames]
    assert frames[0].luma.shape == (48, 64)
    assert levels[0] == pytest.approx(45, abs=8)
    assert np.diff(levels) == pytest.approx([4.6] * 3, abs=1.5)
    assert frames[0].luma[:10, :10].mean() > 190


@pytest.mark.parametrize(
    ("matrix", "corner"),
    [
        ((1, 0, 0, 1), (0, 0)),
        ((0, 1, -1, 0), (0, 1)),
        ((-1, 0, 0, -1), (1, 1)),
        ((0, -1, 1, 0), (1, 0)),
    ],
)
def test_the_picture_is_turned_as_a_player_turns_it(
    video: WriteVideo, matrix: tuple[int, int, int, int], corner: tuple[int, int]
) -> None:
    path = video(frames=[QUADRANTS] * 3)
    content = bytearray(path.read_bytes())
    start = content.index(b"tkhd") + 44
    a, b, c, d = (value << 16 for value in matrix)
    content[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    probe = probe_media(path)
    luma = next(decode_luma(path, probe=probe)).luma
    colour = next(decode_pictures(path, probe=probe, indices=[0])).bgr
    height, width = luma.shape
    assert (width, height) == display_size(probe)
    assert colour.shape == (height, width, 3)
    for picture in (luma.astype(float), colour.mean(axis=2)):
        quarters = picture.reshape(2, height // 2, 2, width // 2).mean(axis=(1, 3))
        assert divmod(int(quarters.argmax()), 2) == corner


def test_pixels_that_are_not_square_are_made_square(video: WriteVideo) -> None:
    path = video("wide.mkv", frames=[QUADRANTS] * 2, pixel_aspect=Fraction(2, 1))
    luma = decode(path)[0].luma
    assert luma.shape == (48, 128)
    assert luma[:22, :60].mean() > 180
    assert luma[:, 70:].mean() < 60


def test_pictures_are_the_frames_of_the_same_index(video: WriteVideo) -> None:
    path = video(count=40, options={"x264-params": "bframes=4"})
    probe = probe_media(path)
    luma = {frame.index: frame for frame in decode_luma(path, probe=probe)}
    pictures = list(decode_pictures(path, probe=probe, indices=[31, 3, 17, 3]))
    assert [picture.index for picture in pictures] == [3, 17, 31]
    for picture in pictures:
        twin = luma[picture.index]
        assert picture.pts == twin.pts
        limited = 16 + picture.bgr.astype(float).mean(axis=2) * 219 / 255
        assert level(limited.astype(np.uint8)) == pytest.approx(level(twin.luma), abs=3)


def test_pictures_sought_by_their_times_are_those_of_the_walk(video: WriteVideo) -> None:
    path = video(count=200, options={"x264-params": "bframes=4:keyint=60:scenecut=0"})
    probe = probe_media(path)
    wanted = [199, 0, 3, 61, 130, 131]
    walked = {p.index: p for p in decode_pictures(path, probe=probe, indices=wanted)}
    stamps = {index: picture.pts for index, picture in walked.items()}
    sought = list(seek_pictures(path, probe=probe, stamps=stamps))
    assert [picture.index for picture in sought] == sorted(wanted)
    for picture in sought:
        np.testing.assert_array_equal(picture.bgr, walked[picture.index].bgr)
        assert picture.pts == stamps[picture.index]


def test_times_that_no_frame_bears_give_no_pictures(video: WriteVideo) -> None:
    path = video("sparse.mkv", count=4, times=[0, 5, 10, 15], time_base=Fraction(1, 25))
    probe = probe_media(path)
    first, second = (frame.pts for frame in decode(path)[:2])
    stamps = {0: first - 7, 1: second - 3, 2: second, 3: 10**9}
    assert [picture.index for picture in seek_pictures(path, probe=probe, stamps=stamps)] == [2]
    assert list(seek_pictures(path, probe=probe, stamps={})) == []


def test_nothing_is_shown_that_leans_on_pictures_before_the_entry(video: WriteVideo) -> None:
    path = video(
        count=90, codec="mpeg2video", options={"g": "12", "bf": "2"}, name="open.ts"
    )  # open groups of pictures: what is shown before an I picture leans on the group before
    probe = probe_media(path)
    frames = decode(path)
    stamps = {frame.index: frame.pts for frame in frames[20:60]}
    walked = {
        picture.index: picture
        for picture in decode_pictures(path, probe=probe, indices=list(stamps))
    }
    for index, stamp in stamps.items():
        for picture in seek_pictures(path, probe=probe, stamps={index: stamp}):
            np.testing.assert_array_equal(picture.bgr, walked[index].bgr)


def test_no_indices_give_no_pictures(video: WriteVideo) -> None:
    path = video(count=2)
    assert list(decode_pictures(path, probe=probe_media(path), indices=[])) == []


def test_an_index_past_the_end_is_an_error(video: WriteVideo) -> None:
    path = video(count=5)
    pictures = decode_pictures(path, probe=probe_media(path), indices=[4, 9])
    assert next(pictures).index == 4
    with pytest.raises(UnreadableMediaError, match="frame 9 was asked for, but only 5"):
        next(pictures)


def test_a_negative_index_is_a_mistake(video: WriteVideo) -> None:
    path = video(count=5)
    with pytest.raises(ValueError, match="never negative"):
        decode_pictures(path, probe=probe_media(path), indices=[-1])


def test_a_damaged_stretch_is_recorded_and_the_rest_kept(video: WriteVideo) -> None:
    random = np.random.default_rng(3)
    noisy = [random.integers(0, 255, (48, 64, 3), dtype=np.uint8) for _ in range(60)]
    path = video("hurt.mp4", frames=noisy, options={"x264-params": "keyint=5"})
    probe = probe_media(path)
    content = bytearray(path.read_bytes())
    middle = content.index(b"mdat") + 40_000
    for place in range(middle, middle + 6_000):
        content[place] ^= 0x5A
    path.write_bytes(content)
    decoded = decode_luma(path, probe=probe)
    frames = list(decoded)
    assert 30 < len(frames) <= 60
    kinds = {fault.kind for fault in decoded.faults}
    assert kinds & {DecodeFaultKind.DECODING_ERROR, DecodeFaultKind.CORRUPT_FRAME}
    assert all(fault.fault for fault in decoded.faults)


def test_decoding_twice_gives_the_same(video: WriteVideo) -> None:
    path = video(count=30)
    for one, other in zip(decode(path), decode(path), strict=True):
        assert one.pts == other.pts
        assert np.array_equal(one.luma, other.luma)


def test_a_stream_without_a_frame_is_an_error(video: WriteVideo, tmp_path: Path) -> None:
    whole = video(count=3)
    probe = probe_media(whole)
    other = tmp_path / "none.mkv"
    content = bytearray(video("v.mkv", count=3).read_bytes())
    start = content.index(b"\x1f\x43\xb6\x75")
    content[start + 40 :] = bytes(len(content) - start - 40)
    other.write_bytes(content)
    with pytest.raises(UnreadableMediaError, match="not a single frame"):
        list(decode_luma(other, probe=probe))


class TestClock:
    """Presentation times always move forward, and what was changed is recorded."""

    def stamps(self, times: list[int | None]) -> tuple[list[int], list[DecodeFaultKind]]:
        told: list[DecodeFaultKind] = []
        clock = _Clock(
            tell=lambda kind, *_: told.append(DecodeFaultKind(kind)), second=100, usual=4
        )
        stamped = []
        for index, time in enumerate(times):
            frame = av.VideoFrame(16, 16, "gray")
            frame.pts = time
            stamped.append(clock.stamp(frame, index)[0])
        return stamped, told

    def test_good_times_pass_unchanged(self) -> None:
        assert self.stamps([5, 9, 20]) == ([5, 9, 20], [])

    def test_a_missing_time_follows_the_frame_before(self) -> None:
        missing = DecodeFaultKind.MISSING_PTS
        assert self.stamps([None, None, 20]) == ([0, 4, 20], [missing, missing])

    def test_a_little_disorder_moves_one_frame(self) -> None:
        backward = DecodeFaultKind.BACKWARD_PTS
        assert self.stamps([0, 8, 8, 12, 11]) == ([0, 8, 9, 12, 13], [backward, backward])

    def test_a_restart_moves_all_later_frames(self) -> None:
        stamped, kinds = self.stamps([1000, 1004, 0, 4, 8])
        assert stamped == [1000, 1004, 1008, 1012, 1016]
        assert kinds == [DecodeFaultKind.BACKWARD_PTS]


def test_samples_are_those_frames_whose_time_has_come_and_the_last(video: WriteVideo) -> None:
    path = video(count=23)
    probe = probe_media(path)
    frames = {frame.pts: frame for frame in decode_luma(path, probe=probe)}
    times = sorted(frames)
    samples = list(decode_luma_samples(path, probe=probe, spacing_s=0.2))
    assert [sample.pts for sample in samples] == [times[index] for index in (0, 5, 10, 15, 20, 22)]
    assert [sample.due for sample in samples] == [True] * 5 + [False]
    for sample in samples:
        assert np.array_equal(sample.luma, frames[sample.pts].luma)
        assert sample.duration == frames[sample.pts].duration


def test_samples_keep_to_the_beat_where_frames_come_unevenly(video: WriteVideo) -> None:
    times = [0, 1, 2, 7, 8, 30, 31, 36]
    path = video("uneven.mkv", count=8, times=times, time_base=Fraction(1, 25))
    samples = list(decode_luma_samples(path, probe=probe_media(path), spacing_s=0.2))
    first = samples[0].pts
    seconds = [(sample.pts - first) / 1000 for sample in samples]  # Matroska's ticks
    assert seconds == pytest.approx([0.0, 0.28, 1.2, 1.44], abs=0.002)
    assert [sample.due for sample in samples] == [True] * 4
