"""Frames shown again at a pattern: slow motion, or a frame rate that was converted.

Where footage is stretched by a factor s, frame k shows what was filmed at floor(k / s): some
frames differ from the one before, the others do not, in a pattern that goes on. The pattern is
looked for in the differences of neighbouring frames, whatever the factor: the frames that a factor
and a phase say are repeated must differ by less than the others. A recorder that writes its newest
picture at a fixed rate makes the same pattern, but from the first frame to the last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["Cadence", "CadenceRules", "find_cadences"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PLUS_LEVELS = 0.1
_TREND_FRAMES = 15
_PHASE_STEP = 0.25
_LEAST_SPREAD = 0.08
_BRIDGED = 2
_WINDOWS_AT_ONCE = 2000
_PLAIN = (1.25, 1.5, 2.0, 2.5, 3.0, 4.0)
"""Factors tried before those between them, so that equal fits are told by a plain one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceRules:
    """When frames count as shown again at a pattern."""

    window_frames: int = 30
    """Frames in which the pattern must show."""
    hop_frames: int = 3
    """From one window to the next."""
    slowest: float = 4.2
    """Largest factor."""
    fastest: float = 1.2
    """Smallest factor."""
    least_contrast: float = 0.45
    """Least difference, as a logarithm, between frames that are new and frames shown again."""
    deviations: float = 6.8
    """Least such difference in standard deviations of itself. Unedited clips reach 6.7."""
    shortest_filmed_s: float = 0.5
    """Least time in which what is shown in a slowed stretch was filmed. [s]"""
    fewest_repeats: int = 5
    """Fewest frames shown again."""
    least_new_levels: float = 1.0
    """Least difference to the frame before of frames that are new: in a still scene the codec's own
    pattern is all that changes. [luma]"""
    joined_frames: int = 40
    """Farthest apart that stretches of one factor are taken as one."""
    same_factor: float = 0.03
    """Largest difference of factors taken as one, as a share."""
    clean_frames: int = 24
    """Frames beside a stretch that are asked for the pattern."""
    clean_deviations: float = 3.0
    """Up to how many deviations they count as free of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A stretch in which frames are shown again at a pattern."""

    span: FrameSpan
    """Its frames, from the first shown again to the last."""
    factor: float
    """How many frames are shown for each that was filmed."""
    strength: float
    """0.5 to 1."""
    apart: bool
    """Whether the pattern ends where frames that are as lively go on without it, on one side at
    least and on neither side with it: then it is slow motion of a stretch, else a frame rate that
    was converted."""


def find_cadences(scene: Scene, rules: CadenceRules) -> tuple[Cadence, ...]:
    """Find stretches with a pattern within shots, in order.

    The window in which the pattern stands out most is taken and followed to either side as long
    as the frames that should be shown again are; then the next, outside what was found.
    """
    if scene.fine is None:
        return ()
    found: list[Cadence] = []
    levels = np.log(scene.fine.step.astype(np.float64) + _PLUS_LEVELS)
    for shot in scene.shots:
        first = shot.span.first + 1
        steps = levels[first : shot.span.last + 1]
        for start, template, deviations in _windows(_detrended(steps), rules):
            if any(start + rules.window_frames // 2 + first in known.span for known in found):
                continue
            run = _followed(steps, start, template, rules)
            if run is None:
                continue
            span = FrameSpan(first=first + run[0], last=first + run[1])
            if any(meet(span, known.span) for known in found):
                continue
            found.append(
                Cadence(
                    span=span,
                    factor=template.factor,
                    strength=1.0 - 0.5 * rules.deviations / deviations,
                    apart=False,
                )
            )
    joined = _joined(sorted(found, key=lambda cadence: cadence.span.first), rules)
    return tuple(
        replace(cadence, apart=_is_apart(scene, levels, cadence, rules)) for cadence in joined
    )


def _joined(found: Sequence[Cadence], rules: CadenceRules) -> list[Cadence]:
    """Join neighbours of one factor."""
    joined: list[Cadence] = []
    for cadence in found:
        before = joined[-1] if joined else None
        if (
            before is not None
            and cadence.span.first - before.span.last <= rules.joined_frames
            and abs(cadence.factor - before.factor) <= rules.same_factor * before.factor
        ):
            span = FrameSpan(first=before.span.first, last=cadence.span.last)
            strength = max(before.strength, cadence.strength)
            joined[-1] = replace(before, span=span, strength=strength)
        else:
            joined.append(cadence)
    return joined


def _is_apart(scene: Scene, levels: Floats, cadence: Cadence, rules: CadenceRules) -> bool:
    if len(cadence.span) * scene.frame_s / cadence.factor < rules.shortest_filmed_s:
        return False
    shot = scene.shot_of(cadence.span.first).span
    reach = rules.clean_frames
    begin = cadence.span.first - 2
    sides = (
        # a pattern from the first frame on has nothing before it
        levels[max(shot.first + 1, begin - reach) : max(shot.first + 1, begin)],
        levels[cadence.span.last + 3 : min(shot.last + 1, cadence.span.last + 3 + reach)],
    )
    told = [
        _pattern_left(side, cadence.factor)
        for side in sides
        if len(side) >= reach // 2
        and float(np.median(side)) >= np.log(rules.least_new_levels / 2 + _PLUS_LEVELS)
    ]
    return bool(told) and max(told) <= rules.clean_deviations


def _pattern_left(side: Floats, factor: float) -> float:
    """Return how far frames stand out that a factor says are shown again, at the best phase."""
    frames, best = np.arange(len(side)), 0.0
    steps = np.clip(side - np.median(side), -2.0, 2.0)
    for phase in np.arange(0.0, factor, _PHASE_STEP):
        again = _Template(factor=factor, phase=float(phase)).again(frames)
        if not 1 < again.sum() < len(side) - 1:
            continue
        low, high = steps[again], steps[~again]
        spread = max(float(np.sqrt((low.var() + high.var()) / 2.0)), _LEAST_SPREAD)
        gap = float(high.mean() - low.mean())
        best = max(best, gap / (spread * np.sqrt(1.0 / len(low) + 1.0 / len(high))))
    return best


@dataclass(frozen=True, slots=True, kw_only=True)
class _Template:
    factor: float
    phase: float

    def again(self, frames: NDArray[np.int64]) -> Flags:
        """Tell which frames, counted from the window's start, are shown again."""
        shown = np.floor((frames + self.phase) / self.factor)
        before = np.floor((frames - 1 + self.phase) / self.factor)
        return np.asarray(shown == before)


@lru_cache(maxsize=4)
def _templates(fastest: float, slowest: float, window: int) -> tuple[_Template, ...]:
    factors = list(_PLAIN)
    factor = fastest
    while factor <= slowest:
        factors.append(factor)
        factor += factor**2 / (2.0 * window)
    return tuple(
        _Template(factor=one, phase=float(phase))
        for one in factors
        for phase in np.arange(0.0, one, _PHASE_STEP)
    )


def _detrended(steps: Floats) -> Floats:
    """Take out slow changes of activity: a running mean."""
    if len(steps) < _TREND_FRAMES:
        return steps - steps.mean() if len(steps) else steps
    padded = np.pad(steps, _TREND_FRAMES // 2, mode="edge")
    kernel = np.full(_TREND_FRAMES, 1.0 / _TREND_FRAMES)
    return np.asarray(steps - np.convolve(padded, kernel, mode="valid"))


def _windows(steps: Floats, rules: CadenceRules) -> Iterator[tuple[int, _Template, float]]:
    """Yield windows with a pattern, the clearest first: start, template, how far it stands out."""
    window = rules.window_frames
    if len(steps) < window:
        return
    templates = _templates(rules.fastest, rules.slowest, window)
    again = np.stack([one.again(np.arange(window)) for one in templates]).astype(np.float64)
    starts = np.arange(0, len(steps) - window + 1, rules.hop_frames)
    blocks = [
        _told(steps, part, again, rules)
        for part in np.array_split(starts, len(starts) // _WINDOWS_AT_ONCE + 1)
    ]
    best, tops = (np.concatenate(part) for part in zip(*blocks, strict=True))
    for place in np.argsort(-tops, kind="stable").tolist():
        if tops[place] < rules.deviations:
            return
        yield int(starts[place]), templates[int(best[place])], float(tops[place])


def _told(
    steps: Floats, starts: NDArray[np.int64], again: Floats, rules: CadenceRules
) -> tuple[NDArray[np.intp], Floats]:
    """Return, for windows from `starts`, the template that fits best and how far it stands out."""
    window, count = rules.window_frames, again.sum(axis=1)
    parts = np.lib.stride_tricks.sliding_window_view(steps, window)[starts]
    parts = np.clip(parts, -2.0, 2.0)
    repeated = parts @ again.T / count
    others = (parts.sum(axis=1, keepdims=True) - repeated * count) / (window - count)
    contrast = others - repeated
    squares = (parts**2).sum(axis=1, keepdims=True)
    left = squares - count * repeated**2 - (window - count) * others**2
    spread = np.maximum(np.sqrt(np.maximum(left, 0.0) / (window - 2)), _LEAST_SPREAD)
    deviations = contrast / (spread * np.sqrt(1.0 / count + 1.0 / (window - count)))
    fit = (contrast >= rules.least_contrast) & (count >= rules.fewest_repeats)
    deviations = np.where(fit, deviations, 0.0)
    best = deviations.argmax(axis=1)
    return best, deviations[np.arange(len(starts)), best]


def _followed(
    steps: Floats, start: int, template: _Template, rules: CadenceRules
) -> tuple[int, int] | None:
    """Follow a pattern to either side; return its first and last frame shown again.

    A frame that should be shown again counts for the pattern by how far it lies below the middle
    between the two kinds about it, one that should be new against it when it lies below.
    """
    again = template.again(np.arange(len(steps)) - start)
    inside = slice(start, start + rules.window_frames)
    low = float(np.median(steps[inside][again[inside]]))
    high = float(np.median(steps[inside][~again[inside]]))
    if high < np.log(rules.least_new_levels + _PLUS_LEVELS):
        return None
    middle = (low + high) / 2.0
    scale = max(high - low, _PLUS_LEVELS)
    gain = np.where(again, (middle - steps) / scale, np.minimum((steps - middle) / scale, 0.0))
    gain = np.clip(gain, -1.0, 0.5)
    first = _reach(gain[: start + rules.window_frames // 2][::-1])
    last = _reach(gain[start + rules.window_frames // 2 :])
    begin = start + rules.window_frames // 2 - first
    end = start + rules.window_frames // 2 + last - 1
    repeats = begin + np.flatnonzero(again[begin : end + 1] & (gain[begin : end + 1] > 0.0))
    if len(repeats) < rules.fewest_repeats:
        return None
    return int(repeats[0]), int(repeats[-1])


def _reach(gain: Floats) -> int:
    """Return how many frames to go so that the sum of gains is largest."""
    if not len(gain):
        return 0
    sums = np.cumsum(gain)
    lost = np.flatnonzero(np.maximum.accumulate(np.maximum(sums, 0.0)) - sums > _BRIDGED)
    stop = int(lost[0]) if len(lost) else len(sums)
    return int(np.argmax(sums[:stop])) + 1 if stop else 0
