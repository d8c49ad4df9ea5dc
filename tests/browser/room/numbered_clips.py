"""Numbered clips: each frame bears its number as digits and as a bar code, and says SYNTHETIC."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

FRAMES = 320
WIDTH, HEIGHT = 320, 240
BITS = 12
BAR_PX, BAR_TOP, BAR_LEFT = 20, 8, 8
BAR_STEP_PX = 24


@dataclass(frozen=True, kw_only=True)
class Numbered:
    """How a numbered clip is coded."""

    name: str
    codec: str
    time_base: Fraction
    times: Sequence[int]
    options: dict[str, str] = field(default_factory=dict)


def _uneven(time_base: Fraction) -> list[int]:
    """Presentation times 17 to 100 ms apart, as phones and screen recorders give them."""
    steps = random.Random(3).choices([1500, 3000, 3003, 4500, 9000, 2111], k=FRAMES)
    times = [sum(steps[:index]) for index in range(FRAMES)]
    return [round(Fraction(ticks, 90_000) / time_base) for ticks in times]


EVEN = list(range(FRAMES))
CLIPS = (
    Numbered(
        name="even.mp4",
        codec="libx264",
        time_base=Fraction(1, 25),
        times=EVEN,
        options={"bf": "0", "g": "50"},
    ),
    Numbered(
        name="uneven.mp4",
        codec="libx264",
        time_base=Fraction(1, 90_000),
        times=_uneven(Fraction(1, 90_000)),
        options={"bf": "0", "g": "48"},
    ),
    Numbered(
        name="b-frames.mp4",
        codec="libx264",
        time_base=Fraction(1, 25),
        times=EVEN,
        options={"bf": "3", "g": "60"},
    ),
    Numbered(
        name="uneven.mkv",
        codec="libx264",
        time_base=Fraction(1, 1000),
        times=_uneven(Fraction(1, 1000)),
        options={"bf": "2"},
    ),
)


def numbered_picture(number: int) -> NDArray[np.uint8]:
    """Draw a frame that says which one it is."""
    picture = np.full((HEIGHT, WIDTH, 3), (60 + number % 90, 90, 120), np.uint8)
    white = (255, 255, 255)
    cv2.putText(picture, str(number), (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 2.2, white, 5)
    cv2.putText(picture, "SYNTHETIC", (10, 228), cv2.FONT_HERSHEY_SIMPLEX, 0.8, white, 2)
    for bit in range(BITS):
        left = BAR_LEFT + bit * BAR_STEP_PX
        shade = 255 if number >> bit & 1 else 0
        picture[BAR_TOP : BAR_TOP + BAR_PX, left : left + BAR_PX] = shade
    return picture


def write_numbered(path: Path, clip: Numbered) -> Path:
    """Encode a numbered clip."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(clip.codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = stream.codec_context.time_base = clip.time_base
        stream.options = {"preset": "ultrafast", **clip.options}
        for number, pts in enumerate(clip.times):
            frame = av.VideoFrame.from_ndarray(numbered_picture(number), format="bgr24")
            frame.pts, frame.time_base = pts, clip.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
