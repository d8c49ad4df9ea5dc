"""Loops: a short stretch shown three times or more in a row.

Each frame is compared with the one a period later, for every period. Over a loop they are alike,
while frames half a period apart are not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._pictures import pictures_of
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene
from purport.scene.fingerprints import fingerprint_scene

__all__ = ["Loop", "LoopRules", "find_loops"]

Floats = NDArray[np.float64]

_SAMPLES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRules:
    """When a stretch counts as a loop."""

    shortest_s: float = 0.2
    """Shortest period. [s]"""
    longest_s: float = 4.0
    """Longest period. [s]"""
    fewest_rounds: float = 1.9
    """Fewest rounds after the first."""
    farthest_bits: int = 40
    """Most differing bits of two fingerprints, of 256."""
    least_share: float = 0.9
    """Least share of frames that match by fingerprint."""
    least_structure: float = 1.0
    """Least mean luma difference of neighbours in a thumbnail."""
    least_change: float = 1.0
    """Least change within a round, root mean square over its thumbnails. [luma]"""
    largest_ratio: float = 0.35
    """Largest difference of frames a period apart, as a share of that change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop."""

    span: FrameSpan
    """Its frames after the first round."""
    period: int
    """Frames of a round."""
    strength: float
    """0.5 to 1."""


def find_loops(scene: Scene, rules: LoopRules) -> tuple[Loop, ...]:
    """Find loops, in order; of periods that fit one stretch the shortest."""
    if scene.frames < 2:  # noqa: PLR2004 - a pair
        return ()
    bits, structure = fingerprint_scene(scene)
    usable = structure >= rules.least_structure
    step_s = scene.frame_s
    found: list[Loop] = []
    shortest = max(round(rules.shortest_s / step_s), 3)
    for period in range(shortest, min(round(rules.longest_s / step_s), scene.frames // 2) + 1):
        apart = np.bitwise_count(bits[period:] ^ bits[:-period]).sum(axis=1)
        like = (apart <= rules.farthest_bits) & usable[period:] & usable[:-period]
        places = np.flatnonzero(like)
        if len(places) < rules.fewest_rounds * period:
            continue
        for piece in np.split(places, np.flatnonzero(np.diff(places) > 2) + 1):  # noqa: PLR2004
            length = int(piece[-1] - piece[0]) + 1
            if length < rules.fewest_rounds * period or len(piece) < rules.least_share * length:
                continue
            loop = _compared(scene, period, int(piece[0]), int(piece[-1]), rules=rules)
            if loop is not None and not any(meet(loop.span, one.span) for one in found):
                found.append(loop)
    return tuple(sorted(found, key=lambda loop: loop.span.first))


def _compared(scene: Scene, period: int, first: int, last: int, *, rules: LoopRules) -> Loop | None:
    """Compare pictures a period apart, and half a period apart; put the ends right."""
    frames = np.arange(first, last + 1)
    sample = frames[np.linspace(0, len(frames) - 1, min(len(frames), _SAMPLES)).astype(int)]
    pictures = pictures_of(scene)
    apart = pictures.apart(sample, sample + period)
    mean, between = _rms(apart), _rms(pictures.apart(sample, sample + period // 2))
    if mean >= rules.largest_ratio * between:
        return None
    change = pictures.change(sample)
    limit = rules.largest_ratio * min(change, between)
    gain = float(scene.luma_sd[sample].mean())
    if change * gain < rules.least_change or mean >= limit:
        return None
    good = np.flatnonzero(
        pictures.apart(frames, frames + period) <= 2.5 * float(np.median(apart)) + 0.03
    )
    if not len(good) or good[-1] - good[0] + 1 < rules.fewest_rounds * period:
        return None
    return Loop(
        span=FrameSpan(first=int(frames[good[0]]) + period, last=int(frames[good[-1]]) + period),
        period=period,
        strength=1.0 - 0.5 * mean / limit,
    )


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.square(values).mean()))
