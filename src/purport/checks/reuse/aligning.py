"""Which seconds of one video are which seconds of another: guesses verified one by one.

A guess becomes a `SharedStretch` only if all of this holds, along the whole stretch:

1. one *placement* (scale and shift, never turned) holds: the places of matched local features
   differ by a pixel or so, not by the motion of a camera on another flight (`Rules.spread_px`);
2. the pictures lie on each other without *jitter* (`Rules.jitter`);
3. what *changes* in one changes in the other (`Rules.least_alike`); burnt-in graphics and still
   ground have no part in that;
4. paired a little earlier or later they agree much worse (`Rules.unlike_elsewhere`).

So views that stand still, black stretches, and other recordings of the same place match nothing.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._agreement import (
    Agreement,
    Pictures,
    align_pictures,
    correlate_changes,
    measure_agreement,
    measure_jitter,
    shared_pictures,
    without_differing,
)
from purport.checks.reuse._tracing import Candidate, Pairing, Trace, retrace, sweep, trace

__all__ = ["Rules", "SharedStretch", "verify"]

_ROUNDS = 2
_FEWEST_SAMPLES = 5
_GAP_S = 0.7
_HOPELESS = 0.3
_ELSEWHERE_S = (-1.2, -0.9, -0.6, 0.6, 0.9, 1.2)
_MARGIN_S = 0.12
_NEARLY_PX = 3.0
_TINY = 1e-9

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When two stretches count as the same recording.

    Measured on the development set of `benchmarks/exam_reuse.py`: see `docs/checks/reuse.md`.
    """

    shortest_s: float = 1.0
    """Shortest stretch. [s of the asking video]"""
    fewest_keys: int = 2
    """Fewest kept key frames in which the asking picture must be found."""
    spread_px: tuple[float, float, float] = (0.6, 3.0, 1.5)
    """Largest spread of the placement: the first, plus the second over the root of the number of
    matched features, but never more than the third. [px at a width of 480]"""
    jitter: float = 0.0065
    """Largest jitter. [share of the shared part's width]"""
    least_alike: float = 0.85
    """Least correlation of the changes."""
    least_change: float = 0.1
    """Least change, of the pictures' own deviation; below, a view stands still."""
    unlike_elsewhere: float = 0.4
    """Largest lack of correlation as a share of that when paired 0.6 to 1.2 s off."""
    doubt: float = 0.13
    """Largest product of that share and of the spread as a share of its limit: a slow flight of the
    same path may pass each by itself for two or three seconds, but not both clearly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStretch:
    """Seconds of an asking video that are seconds of a kept one."""

    start_s: float
    """First second in the asking video. [s]"""
    end_s: float
    """Last second in it. [s]"""
    other_start_s: float
    """First second in the kept video. [s]"""
    other_end_s: float
    """Last second in it. [s]"""
    speed: float
    """Seconds of the kept video to one of the asking one."""
    mirrored: bool
    """Whether one is the mirror picture of the other."""
    inverted: bool
    """Whether bright and dark are exchanged."""
    part: tuple[float, float, float, float]
    """Left, top, right, bottom of the part of the asking picture that was compared. [0 to 1]"""
    other_part: tuple[float, float, float, float]
    """Where that part lies in the kept picture. [0 to 1]"""
    alike: float
    """Correlation of the changes, at most 1."""
    change: float
    """How much the kept pictures change, of their own deviation."""
    elsewhere: float
    """Correlation of the changes when paired 0.6 to 1.2 s off, at its best."""
    spread_px: float
    """Spread of the placement. [px at a width of 480]"""
    jitter: float
    """Jitter. [share of the shared part's width]"""
    inliers: int
    """Matched features of a pair of frames, median."""


def verify(
    pairing: Pairing, candidate: Candidate, rules: Rules, *, thorough: bool = True
) -> SharedStretch | None:
    """Find the stretch that a guess stands for; None when it is refuted or not proven.

    Where the guess has the place right but the time wrong, all lags and speeds are swept, once (if
    `thorough`).
    """
    found = trace(pairing, candidate)
    if found is None:
        return None
    if found.spread_px <= _NEARLY_PX:
        stretch = _proven(pairing, candidate, found, rules)
        if stretch is not None:
            return stretch
    better = sweep(pairing, candidate) if thorough else None
    if better is None:
        return None
    found = trace(pairing, better)
    return None if found is None else _proven(pairing, better, found, rules)


def _proven(
    pairing: Pairing, candidate: Candidate, found: Trace, rules: Rules
) -> SharedStretch | None:
    """Apply the rules to the stretch about a placement that was found.

    (1) Speed, lag and placement are fitted to features and pictures in turn. (2) The part of the
    picture that differs all along is left out. (3) The ends are where the pictures cease to agree.
    (4) The rules are applied to what lies between.
    """
    lag_s, speed = found.lag_s, found.speed
    for _ in range(_ROUNDS):  # 1
        pictures = _pictures(pairing, candidate, found)
        fitted = _aligned(pictures, candidate, found.lag_s, found.speed)
        if fitted is None:
            return None
        lag_s, speed, inside = fitted
        agreement = measure_agreement(pictures, lag_s, speed)
        if correlate_changes(pictures, agreement, inside)[0] < _HOPELESS:
            return None
        found = retrace(pairing, candidate, replace(found, lag_s=lag_s, speed=speed))
    pictures = _pictures(pairing, candidate, found)
    fitted = _aligned(pictures, candidate, lag_s, speed)
    if fitted is None:
        return None
    lag_s, speed, inside = fitted
    agreement = measure_agreement(pictures, lag_s, speed)
    pictures = without_differing(pictures, agreement, inside)  # 2
    found = replace(found, lag_s=lag_s, speed=speed)
    run = _run(pictures, found, inside)  # 3
    return None if run is None else _judged(pairing, candidate, (found, pictures, run), rules)


def _aligned(
    pictures: Pictures, candidate: Candidate, lag_s: float, speed: float
) -> tuple[float, float, Mask] | None:
    """Refine lag and speed by the pictures; return them and the samples that can be compared.

    None when there are too few of these.
    """
    inside = _within(pictures, candidate, measure_agreement(pictures, lag_s, speed))
    if inside.sum() < _FEWEST_SAMPLES:
        return None
    lag_s, speed = align_pictures(pictures, lag_s, speed, inside)
    inside = _within(pictures, candidate, measure_agreement(pictures, lag_s, speed))
    return None if inside.sum() < _FEWEST_SAMPLES else (lag_s, speed, inside)


def _pictures(pairing: Pairing, candidate: Candidate, found: Trace) -> Pictures:
    return shared_pictures(
        pairing.asking,
        pairing.kept,
        found,
        mirrored=candidate.mirrored,
        negative=candidate.negative,
    )


def _within(pictures: Pictures, candidate: Candidate, agreement: Agreement) -> Mask:
    """Tell which samples are among those of the guess and can be compared."""
    times_s = pictures.asking_s
    return np.asarray(
        np.isfinite(agreement.alike)
        & (times_s >= candidate.start_s - _MARGIN_S)
        & (times_s <= candidate.end_s + _MARGIN_S)
    )


def _run(pictures: Pictures, found: Trace, inside: Mask) -> Mask | None:
    """Return the longest run of samples that agree about as well as most of the stretch does.

    Half-way between how alike they are at their time and 1.5 s off it lies the limit. Samples of
    which nothing can be told (black, blinded) are bridged.
    """
    agreement = measure_agreement(pictures, found.lag_s, found.speed)
    usual = float(np.quantile(agreement.alike[inside], 0.6))
    off = [
        measure_agreement(pictures, found.lag_s + later_s, found.speed).alike[inside]
        for later_s in (-1.5, 1.5)
    ]
    values = np.concatenate(off)
    known = values[np.isfinite(values)]
    chance = float(np.median(known)) if len(known) else 0.0
    limit = usual - max((usual - chance) / 2.0, 0.03)
    good = np.flatnonzero(np.nan_to_num(agreement.alike, nan=-1.0) >= limit)
    if not len(good):
        return None
    seconds = pictures.asking_s
    breaks = np.flatnonzero(
        [_breaks(seconds, agreement, int(first), int(last)) for first, last in pairwise(good)]
    )
    pieces = np.split(good, breaks + 1)
    best = max(pieces, key=lambda piece: int(inside[piece].sum()))
    run = np.zeros(len(seconds), dtype=np.bool_)
    run[best[0] : best[-1] + 1] = True
    return run if run.sum() >= _FEWEST_SAMPLES else None


def _breaks(seconds: NDArray[np.float64], agreement: Agreement, first: int, last: int) -> bool:
    """Tell whether the samples between two that agree show that the stretch ends there."""
    known = np.isfinite(agreement.alike[first + 1 : last])
    return bool(known.any() and seconds[last] - seconds[first] > _GAP_S)


def _judged(
    pairing: Pairing, candidate: Candidate, fitted: tuple[Trace, Pictures, Mask], rules: Rules
) -> SharedStretch | None:
    found, pictures, run = fitted
    agreement = measure_agreement(pictures, found.lag_s, found.speed)
    usable = run & np.isfinite(agreement.alike)
    if usable.sum() < _FEWEST_SAMPLES:
        return None
    alike, change = correlate_changes(pictures, agreement, usable)
    elsewhere = _elsewhere(pictures, found, usable)
    jitter = measure_jitter(pictures, agreement, usable)
    start_s, end_s = _ends(pairing, run)
    if not _holds(rules, found, alike=alike, change=change, elsewhere=elsewhere, jitter=jitter):
        return None
    if end_s - start_s < rules.shortest_s:
        return None
    return SharedStretch(
        start_s=start_s,
        end_s=end_s,
        other_start_s=max(found.lag_s + found.speed * start_s, 0.0),
        other_end_s=min(found.lag_s + found.speed * end_s, pairing.kept.length_s),
        speed=found.speed,
        mirrored=candidate.mirrored,
        inverted=candidate.negative,
        part=_shares(found.frame, pairing.asking.aspect),
        other_part=_shares(found.corners, pairing.kept.aspect),
        alike=alike,
        change=change,
        elsewhere=elsewhere,
        spread_px=found.spread_px,
        jitter=jitter,
        inliers=found.inliers,
    )


def _holds(
    rules: Rules, found: Trace, *, alike: float, change: float, elsewhere: float, jitter: float
) -> bool:
    base, by_root, most = rules.spread_px
    largest_px = min(base + by_root / max(found.inliers, 1) ** 0.5, most)
    lacking = (1.0 - alike) / max(1.0 - elsewhere, _TINY)
    return (
        found.keys >= rules.fewest_keys
        and found.spread_px <= largest_px
        and jitter <= rules.jitter
        and alike >= rules.least_alike
        and change >= rules.least_change
        and lacking <= rules.unlike_elsewhere
        and lacking * found.spread_px <= rules.doubt * largest_px
    )


def _elsewhere(pictures: Pictures, found: Trace, usable: Mask) -> float:
    """Return the best correlation of the changes when paired a little earlier or later."""
    values = []
    for later_s in _ELSEWHERE_S:
        shifted = measure_agreement(pictures, found.lag_s + later_s, found.speed)
        both = usable & np.isfinite(shifted.alike)
        if both.sum() >= max(_FEWEST_SAMPLES, usable.sum() / 2):
            values.append(correlate_changes(pictures, shifted, both)[0])
    return max(values, default=0.0)


def _ends(pairing: Pairing, run: Mask) -> tuple[float, float]:
    """Return when the first sample of a run is shown and the one after its last. [s]"""
    times_s = pairing.asking.times_s
    places = np.flatnonzero(run)
    first, last = int(places[0]), int(places[-1])
    end_s = pairing.asking.length_s if last + 1 == len(times_s) else float(times_s[last + 1])
    return (0.0 if first == 0 else float(times_s[first])), end_s


def _shares(
    frame: tuple[float, float, float, float], aspect: float
) -> tuple[float, float, float, float]:
    """Turn a rectangle in working pixels into shares of the picture."""
    across, down = 480.0, 480.0 * aspect
    left, top, right, bottom = frame
    return (
        (left + 0.5) / across,
        (top + 0.5) / down,
        (right + 0.5) / across,
        (bottom + 0.5) / down,
    )
