"""Black pictures, silence, and the pace of presentation times: stretches read off a curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits.records import TimeGap, Timing
from purport.core.media_time import FrameSpan
from purport.media import AudioLevels
from purport.scene import Scene

__all__ = [
    "BlackRules",
    "Quiet",
    "QuietRules",
    "TimingRules",
    "find_black",
    "find_silence",
    "measure_timing",
]

_FEWEST_FRAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BlackRules:
    """When a picture counts as black."""

    brightest: int = 24
    """Brightest luma that counts; black is 16 in limited range and 0 in full range. [0 to 255]"""
    largest_sd: float = 2.0
    """Largest standard deviation among the pixels that count. [0 to 255]"""
    least_share: float = 0.9
    """Least share of the picture that counts; a caption or logo may stand on the black."""
    fewest_frames: int = 2
    """Fewest frames in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietRules:
    """When sound counts as silence."""

    loudest_dbfs: float = -70.0
    """Loudest level; a quiet room recorded by a telephone stays above -60. [dB re full scale]"""
    shortest_s: float = 1.0
    """Shortest silence. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingRules:
    """When presentation times count as uneven or as having a gap."""

    tolerance: float = 0.1
    """Departure from the usual step that counts as uneven, as a share of it."""
    gap_steps: float = 1.9
    """Least length of a gap in usual steps."""
    largest_uneven_share: float = 0.1
    """Share of uneven steps up to which a recording is even, so that a gap means something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """A silence."""

    start_s: float
    """Start after the first frame. [s]"""
    end_s: float
    """End after the first frame. [s]"""
    whole: bool
    """Whether all of the sound track is silent."""


def find_black(scene: Scene, rules: BlackRules) -> tuple[FrameSpan, ...]:
    """Find runs of black pictures."""
    pixels = scene.thumbnails.reshape(scene.frames, -1)
    black = (pixels <= rules.brightest).mean(axis=1) >= rules.least_share
    for frame in np.flatnonzero(black).tolist():
        dark = pixels[frame][pixels[frame] <= rules.brightest]
        black[frame] = dark.std() <= rules.largest_sd
    return tuple(span for span in _runs(black) if len(span) >= rules.fewest_frames)


def find_silence(levels: AudioLevels, rules: QuietRules) -> tuple[Quiet, ...]:
    """Find silences in the sound; gaps without samples count as silent."""
    silent = (levels.rms_dbfs <= rules.loudest_dbfs) | ~levels.covered
    whole = bool(silent[levels.covered].all())
    return tuple(
        Quiet(
            start_s=levels.start_s + span.first * levels.window_s,
            end_s=levels.start_s + (span.last + 1) * levels.window_s,
            whole=whole,
        )
        for span in _runs(silent)
        if len(span) * levels.window_s >= rules.shortest_s - levels.window_s / 2
    )


def measure_timing(scene: Scene, rules: TimingRules) -> Timing | None:
    """Measure the pace of presentation times; None for fewer than three frames."""
    if scene.frames < _FEWEST_FRAMES:
        return None
    steps = np.diff(scene.pts).astype(np.float64)
    usual = float(np.median(steps))
    # A step is rounded to whole ticks at both ends, so one tick of departure says nothing.
    uneven = np.abs(steps - usual) > max(rules.tolerance * usual, 1.0)
    share = float(uneven.mean())
    gaps = steps >= rules.gap_steps * usual
    even = share <= rules.largest_uneven_share
    return Timing(
        usual_s=usual * float(scene.time_base),
        uneven_share=share,
        gaps=tuple(
            TimeGap(start_s=scene.seconds(place), end_s=scene.seconds(place + 1), frame=place)
            for place in np.flatnonzero(gaps).tolist()
            if even
        ),
    )


def _runs(flags: NDArray[np.bool_]) -> tuple[FrameSpan, ...]:
    """Return the runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return tuple(
        FrameSpan(first=int(first), last=int(stop) - 1)
        for first, stop in zip(edges[::2], edges[1::2], strict=True)
    )
