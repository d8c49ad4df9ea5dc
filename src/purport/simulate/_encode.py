"""Writing H.264 by PyAV, byte for byte the same on every run (one thread, no date)."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._overlays import BAND_TEXT
from purport.simulate._script import Encoding
from purport.simulate._timeline import TICKS_PER_SECOND

__all__ = ["write_video"]

_SAMPLE_RATE_HZ = 16_000
_HUM_HZ = 110.0
_AUDIO_BLOCK = 1024


def write_video(
    path: Path,
    pictures: Iterable[tuple[int, NDArray[np.uint8]]],
    *,
    size_px: tuple[int, int],
    rate: Fraction,
    encoding: Encoding,
    duration_s: float,
) -> None:
    """Write pictures to an MP4 file.

    Args:
        path: Where to write.
        pictures: Presentation time [ticks] and picture: (rows, columns, 1) grey or (rows,
            columns, 3) blue, green, red.
        size_px: Width and height. [px]
        rate: Nominal frames a second.
        encoding: How to compress.
        duration_s: Length of the sound track. [s]
    """
    with av.open(str(path), "w", format="mp4") as container:
        container.metadata["comment"] = BAND_TEXT
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.time_base = Fraction(1, TICKS_PER_SECOND)
        stream.codec_context.time_base = Fraction(1, TICKS_PER_SECOND)
        stream.codec_context.thread_count = 1
        stream.options = {
            "crf": str(encoding.crf),
            "preset": encoding.preset,
            "g": str(encoding.gop),
            "threads": "1",
        }
        sound = None
        if encoding.audio:
            sound = container.add_stream("aac", rate=_SAMPLE_RATE_HZ)
            sound.layout = "mono"
        for pts, picture in pictures:
            frame = av.VideoFrame.from_ndarray(_to_yuv(picture), format="yuv420p")
            frame.pts = pts
            frame.time_base = Fraction(1, TICKS_PER_SECOND)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            for block in _hum(duration_s, encoding.silences):
                container.mux(sound.encode(block))
            container.mux(sound.encode(None))


def _to_yuv(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return planes Y, U, V stacked (3/2 rows, columns), BT.601, limited range."""
    if picture.shape[2] == 3:  # noqa: PLR2004 - colour channels
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420))
    rows, columns = picture.shape[:2]
    planes = np.full((rows * 3 // 2, columns), 128, dtype=np.uint8)
    planes[:rows] = cv2.LUT(picture[..., 0], _LIMITED)
    return planes


_LIMITED = np.asarray(np.round(16.0 + np.arange(256) * 219.0 / 255.0), dtype=np.uint8)


def _hum(duration_s: float, silences: tuple[tuple[float, float], ...]) -> Iterable[av.AudioFrame]:
    generator = np.random.default_rng(7008)
    total = round(duration_s * _SAMPLE_RATE_HZ)
    for start in range(0, total, _AUDIO_BLOCK):
        samples = np.arange(start, min(start + _AUDIO_BLOCK, total))
        time_s = samples / _SAMPLE_RATE_HZ
        wave = 0.1 * np.sin(2.0 * np.pi * _HUM_HZ * time_s)
        wave += 0.02 * generator.standard_normal(len(samples))
        for begin, end in silences:
            wave[(time_s >= begin) & (time_s < end)] = 0.0
        frame = av.AudioFrame.from_ndarray(
            wave.astype(np.float32)[None], format="fltp", layout="mono"
        )
        frame.sample_rate = _SAMPLE_RATE_HZ
        frame.pts = start
        frame.time_base = Fraction(1, _SAMPLE_RATE_HZ)
        yield frame
