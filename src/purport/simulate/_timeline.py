"""From the edit of a script to its output frames: which camera, which scene frame, when."""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from purport.simulate._script import Script, Segment, SegmentKind

__all__ = ["TICKS_PER_SECOND", "OutputFrame", "build_timeline", "first_scene_frame_of"]

TICKS_PER_SECOND = 90_000
"""Time base of the files that we write. [1/s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFrame:
    """One frame of the file."""

    segment: int
    """Index into the edit."""
    kind: SegmentKind
    """What the segment shows."""
    camera: int
    """Index of the camera."""
    scene_frame: int
    """Index of the scene frame shown."""
    pts: int
    """Presentation time. [ticks]"""
    light: float
    """Share of the picture's light that a fade leaves, 0 to 1."""


def build_timeline(script: Script) -> tuple[OutputFrame, ...]:
    """List the output frames of a script in order of presentation."""
    generator = np.random.default_rng([script.seed, 7002])
    frames: list[OutputFrame] = []
    slot = 0
    for index, segment in enumerate(script.edit):
        start = round(Fraction(segment.start_s) * script.rate)
        count = max(1, round(Fraction(segment.duration_s) * script.rate))
        kept = generator.random(count) >= script.dropped
        kept[0] = True
        for step in np.flatnonzero(kept):
            running = segment.kind is SegmentKind.FOOTAGE
            frames.append(
                OutputFrame(
                    segment=index,
                    kind=segment.kind,
                    camera=segment.camera,
                    scene_frame=start + (math.floor(int(step) * segment.speed) if running else 0),
                    pts=round((slot + int(step)) * TICKS_PER_SECOND / script.rate),
                    light=_light(segment, float(int(step) / script.rate)),
                )
            )
        slot += count
    return tuple(frames)


def _light(segment: Segment, time_s: float) -> float:
    """Return how far the segment has come up from black, 0 to 1."""
    light = 1.0
    if segment.fade_in_s > 0.0:
        light = min(light, time_s / segment.fade_in_s)
    if segment.fade_out_s > 0.0:
        light = min(light, (segment.duration_s - time_s) / segment.fade_out_s)
    return max(0.0, light)


def first_scene_frame_of(time_s: float, rate: Fraction) -> int:
    """Return the first scene frame at or after a scene time."""
    exact = Fraction(time_s).limit_denominator(1_000_000) * rate
    return -(-exact.numerator // exact.denominator)
