"""Small videos with known frames, made by PyAV."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

WriteVideo = Callable[..., Path]
Image = NDArray[np.uint8]


def pattern(index: int, width: int = 64, height: int = 48) -> Image:
    """A grey picture whose level tells the index, with a bright top-left corner."""
    picture = np.full((height, width, 3), 40 + 5 * (index % 40), dtype=np.uint8)
    picture[: height // 4, : width // 4] = 235
    return picture


def write_video(
    path: Path,
    *,
    frames: Sequence[Image],
    times: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 25),
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    pixel_aspect: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Write frames at the given ticks (0, 1, 2 … by default)."""
    stamps = range(len(frames)) if times is None else times
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(1, 1) / time_base, options=options or {})
        height, width = frames[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.time_base = stream.codec_context.time_base = time_base
        if pixel_aspect is not None:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        for picture, stamp in zip(frames, stamps, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = stamp, time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def video(tmp_path: Path) -> WriteVideo:
    """Write a patterned video of `count` frames (or the given ones) and return its path."""

    def write(
        name: str = "clip.mp4",
        *,
        count: int = 20,
        frames: Sequence[Image] | None = None,
        **settings: object,
    ) -> Path:
        pictures = [pattern(index) for index in range(count)] if frames is None else frames
        return write_video(tmp_path / name, frames=pictures, **settings)  # type: ignore[arg-type]

    return write


@pytest.fixture
def sound(tmp_path: Path) -> Callable[..., Path]:
    """Write a video of one second steps with the given mono sound at 8 kHz.

    Nothing is written of the samples in `without`: the stream has a gap there.
    """

    def write(
        samples: NDArray[np.float32], name: str = "sound.mkv", *, without: range = range(0)
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            picture = container.add_stream("libx264", rate=5)
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
            audio = container.add_stream("pcm_s16le", rate=8000, layout="mono")
            for index in range(len(samples) * 5 // 8000):
                frame = av.VideoFrame.from_ndarray(pattern(index), format="bgr24")
                container.mux(picture.encode(frame))
            container.mux(picture.encode(None))
            whole = (samples * 32767).astype(np.int16)
            for start in range(0, len(whole), 800):
                if start in without:
                    continue
                block = av.AudioFrame.from_ndarray(
                    whole[None, start : start + 800], format="s16", layout="mono"
                )
                block.sample_rate, block.pts = 8000, start
                container.mux(audio.encode(block))
            container.mux(audio.encode(None))
        return path

    return write
