"""decode_luma: how coarsely each frame was coded, told beside the picture."""

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from purport.media import decode_luma, probe_media
from purport.media._quantisers import _mean

WriteVideo = Callable[..., Path]

CLIP = Path(__file__).parents[3] / "examples" / "harbour-road" / "footage" / "command-post.mp4"


def quantisers(path: Path) -> list[float | None]:
    seen = decode_luma(path, probe=probe_media(path), quantisers=True)
    return [frame.quantiser for frame in seen]


def told(blocks: int, size: int, deltas: list[int], *, quantiser: int = 20) -> bytes:
    """Lay out what FFmpeg tells of a frame's blocks."""
    header = struct.pack("<IxxxxQQIi32x", blocks, 64, size, 1, quantiser)
    return header + b"".join(struct.pack("<4ii", 0, 0, 16, 16, delta) for delta in deltas)


def test_a_fixed_quantiser_of_h264_is_told_of_every_frame(video: WriteVideo) -> None:
    path = video(count=12, options={"qp": "31", "bf": "0", "g": "6", "sc_threshold": "0"})
    # x264 codes key frames finer by a factor of 1.4: three of its quantisers
    assert quantisers(path) == [28.0, *[31.0] * 5] * 2


def test_a_coarser_file_has_higher_quantisers(video: WriteVideo) -> None:
    fine, coarse = (
        quantisers(video(f"{crf}.mp4", count=12, options={"crf": crf})) for crf in ("18", "32")
    )
    for one, other in zip(fine, coarse, strict=True):
        assert one is not None
        assert other is not None
        assert other - one > 8.0


def test_mpeg_4_tells_quantisers_on_the_scale_of_mpeg_2(video: WriteVideo) -> None:
    told_of = quantisers(video("clip.avi", count=8, codec="mpeg4"))
    assert all(one is not None and 2.0 <= one <= 62.0 for one in told_of)


def test_they_are_the_same_each_time() -> None:
    """With several threads FFmpeg told other numbers in each of twelve runs over this clip."""
    first, *others = (quantisers(CLIP) for _ in range(4))
    assert None not in first
    assert all(other == first for other in others)


def test_nothing_is_told_unasked(video: WriteVideo) -> None:
    path = video(count=4)
    assert {frame.quantiser for frame in decode_luma(path, probe=probe_media(path))} == {None}


def test_hevc_tells_none(video: WriteVideo) -> None:
    assert quantisers(video(count=4, codec="libx265")) == [None] * 4


def test_blocks_count_alike() -> None:
    assert _mean(np.frombuffer(told(4, 20, [0, 2, 4, -2]), np.uint8)) == 21.0


def test_without_blocks_the_frame_s_own_counts() -> None:
    assert _mean(np.frombuffer(told(0, 0, [], quantiser=77), np.uint8)) == 77.0


@pytest.mark.parametrize(
    "layout",
    [b"", told(4, 20, [])[:40], told(5, 20, [0] * 4), told(4, 12, [0] * 4), told(1 << 31, 20, [0])],
    ids=["nothing", "half a header", "too few blocks", "blocks too short", "endless"],
)
def test_what_does_not_fit_together_tells_nothing(layout: bytes) -> None:
    assert _mean(np.frombuffer(bytearray(layout), np.uint8)) is None
