"""The derivative that browsers play: the same frames at the same times."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from purport.core.errors import UnreadableMediaError
from purport.media import (
    decode_luma,
    display_size,
    playable_size,
    probe_media,
    read_frame_times,
    write_playable,
)

WriteVideo = Callable[..., Path]

UNEVEN = (0, 3000, 4500, 13_500, 13_611, 22_500, 25_503)


def seconds(path: Path) -> list[Fraction]:
    probe = probe_media(path)
    time_base = probe.streams[probe.video].time_base
    assert time_base is not None
    times = read_frame_times(path, probe=probe).pts
    return [(pts - times[0]) * time_base for pts in times]


def test_times_are_those_of_decoding(video: WriteVideo) -> None:
    path = video(count=len(UNEVEN), times=UNEVEN, time_base=Fraction(1, 90_000))
    probe = probe_media(path)
    times = read_frame_times(path, probe=probe)
    assert times.pts == tuple(frame.pts for frame in decode_luma(path, probe=probe))
    assert not times.mended


def test_times_that_go_back_are_said_to_be_mended(tmp_path: Path, video: WriteVideo) -> None:
    first = video("one.ts", count=6, codec="mpeg2video")
    second = video("two.ts", count=6, codec="mpeg2video")
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    times = read_frame_times(joined, probe=probe_media(joined))
    assert times.mended
    assert len(times.pts) == 12
    assert all(np.diff(times.pts) > 0)


@pytest.mark.parametrize(
    ("name", "codec", "time_base", "times"),
    [
        ("even.ts", "mpeg2video", Fraction(1, 25), None),
        ("uneven.mp4", "libx264", Fraction(1, 90_000), UNEVEN),
        ("uneven.mkv", "libx264", Fraction(1, 1000), tuple(pts // 90 for pts in UNEVEN)),
        ("odd.avi", "mpeg4", Fraction(1001, 30_000), None),
    ],
)
def test_a_derivative_has_the_same_frames_at_the_same_times(
    tmp_path: Path,
    video: WriteVideo,
    *,
    name: str,
    codec: str,
    time_base: Fraction,
    times: tuple[int, ...] | None,
) -> None:
    count = 7 if times is not None else 30
    path = video(name, count=count, times=times, time_base=time_base, codec=codec)
    made = tmp_path / "made.mp4"
    parts: list[float] = []

    def note(part: float) -> bool:
        parts.append(part)
        return True

    assert write_playable(path, made, probe=probe_media(path), progress=note)
    assert seconds(made) == seconds(path)
    assert parts == sorted(parts)
    levels = [frame.luma[20, 40] for frame in decode_luma(path, probe=probe_media(path))]
    copied = [frame.luma[20, 40] for frame in decode_luma(made, probe=probe_media(made))]
    assert np.abs(np.subtract(levels, copied, dtype=int)).max() <= 3  # of 5 from frame to frame


def test_a_derivative_is_at_most_1280_a_side_and_even(tmp_path: Path, video: WriteVideo) -> None:
    wide = [np.full((362, 1602, 3), level, np.uint8) for level in (40, 90)]
    path = video(frames=wide)
    probe = probe_media(path)
    made = tmp_path / "made.mp4"
    write_playable(path, made, probe=probe)
    assert playable_size(probe) == display_size(probe_media(made)) == (1280, 290)


def test_it_stops_when_told_to(tmp_path: Path, video: WriteVideo) -> None:
    path = video(count=30)
    done = write_playable(
        path, tmp_path / "made.mp4", probe=probe_media(path), progress=lambda _part: False
    )
    assert not done


def test_what_cannot_be_decoded_is_no_derivative(tmp_path: Path, video: WriteVideo) -> None:
    path = video(count=5)
    probe = probe_media(path)
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(UnreadableMediaError):
        write_playable(path, tmp_path / "made.mp4", probe=probe)
