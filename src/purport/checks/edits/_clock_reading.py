"""Reading the last digit of a burnt-in clock, without knowing its font or which digit is which.

A digit that counts tenths, or frames, shows the same again a second later. So what a cell shows at
each part of a second is averaged over the seconds in which the clock goes on evenly, and each frame
is compared with these averages, taken of *other* frames: which parts of a second does it look like?
The clock goes evenly where frame after frame looks like the part that its presentation time says,
give or take a shift that stays the same. Such a stretch is a *run*. Cells in which nothing ticks
have none, since what they show does not come back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from purport.scene import sharpened

__all__ = ["PARTS", "ClockReading", "ReadingRules", "Run", "read_clock"]

PARTS = 50
"""Parts of a second told apart; a tenth spans five of them."""
_TENTHS = 10
_KERNEL_S = 0.06
"""Half width of the triangle by which frames are weighed in an average. [s]"""
_CHUNK_S = 0.5
"""Frames that a frame is compared with lie at least this far off. [s]"""
_CLIPPED_LEVELS = 90.0
_FLOOR_LEVELS = 8.0
_PRIOR_WEIGHT = 0.3
_INDEPENDENT_SHARE = 0.25
"""Share of a cell's pixels that count as independent: neighbours show the same ground."""
_ILLEGIBLE_SHARE = 0.05
"""Chance that a frame shows anything at all, whatever the clock says."""
_JUMP_COST = 9.0
_LEARNING_ROUNDS, _OTHER_ROUNDS = 3, 2
_FEWEST_LEARNT = 20
_OTHER_PERIODS = (0.85, 0.91, 1.09)
"""Lengths after which no clock's digits come back, to see what chance makes of a cell. [s]"""
_SLOPES = np.linspace(-0.05, 0.05, 41)

Floats = NDArray[np.float64]
Levels = NDArray[np.float32]
Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """When a cell counts as the digit of a clock."""

    seed_s: float = 2.5
    """Length of the stretch from which the digits are learnt first. [s]"""
    shortest_run_s: float = 0.6
    """Shortest run that counts. [s]"""
    least_gain: float = 0.6
    """Least mean gain of information a frame in a run. [nat]"""
    longest_run_s: float = 1.5
    """Least length of the longest run. [s]"""
    least_read_s: float = 2.5
    """Least time that runs last together. [s]"""
    least_mean_run_s: float = 1.0
    """Least mean length of runs: pieces that fit by chance are short. [s]"""
    least_contrast: float = 1.5
    """Least gain of the best run, of that of the best run with a second taken for longer or
    shorter: what fits any length fits by chance."""
    least_abruptness: float = 0.55
    """Least difference of what is shown a tenth of a second apart, of that half a second apart:
    digits change at once, and the slow swell from one key frame of a codec to the next does not."""
    least_variety: float = 0.15
    """Least share of the variation among the tenths of a second that neither one picture nor two,
    shown more or less, can make: ten digits are more than a light that blinks."""
    rate_tolerance: float = 0.012
    """Largest departure of the longest run's rate from one second a second; more for short runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Frames in which the clock goes on at the rate of the presentation time."""

    first: int
    """First frame, of the cell's."""
    stop: int
    """Frame after the last."""
    shift_s: float
    """What the clock shows less the presentation time, but for whole seconds. [0 to 1 s]"""
    gain: float
    """Information gained over frames that show anything at all. [nat]"""

    @property
    def mean_gain(self) -> float:
        """Return the gain a frame. [nat]"""
        return self.gain / (self.stop - self.first)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClockReading:
    """How well each frame of a cell fits each part of a second; n frames."""

    times_s: Floats
    """Presentation times (n,). [s]"""
    gains: Floats
    """Logarithm of the probability of each part of a second, of that of a guess (n, 50). [nat]"""
    path: tuple[Run, ...]
    """Every run, however short, in order: the best account by a clock that goes evenly or jumps."""
    runs: tuple[Run, ...]
    """Those that count."""

    @property
    def read_gain(self) -> float:
        """Return what the runs that count gain. [nat]"""
        return sum(run.gain for run in self.runs)

    @property
    def best_gain(self) -> float:
        """Return what the run gains that gains most; 0 without runs. [nat]"""
        return max((run.gain for run in self.runs), default=0.0)

    def gains_of(self, first: int, stop: int, clock_s: Floats) -> Floats:
        """Return the gains of frames, the clock showing these times (stop - first,)."""
        return _looked_up(self.gains[first:stop], clock_s)

    def explained(self, first: int, stop: int) -> float:
        """Return what even runs and jumps between them gain over frames. [nat]"""
        total, pieces = 0.0, 0
        for run in self.path:
            begin, end = max(run.first, first), min(run.stop, stop)
            if begin < end:
                total += float(
                    self.gains_of(begin, end, self.times_s[begin:end] + run.shift_s).sum()
                )
                pieces += 1
        return total - _JUMP_COST * max(pieces - 1, 0)


def read_clock(
    pictures: NDArray[np.uint8], times_s: Floats, rules: ReadingRules
) -> ClockReading | None:
    """Read a cell as the last digit of a clock; None when it is none.

    Args:
        pictures: What the cell shows (n, height, width).
        times_s: Presentation times (n,), increasing. [s]
        rules: When it counts as a clock.
    """
    if len(times_s) < _FEWEST_LEARNT or times_s[-1] - times_s[0] < rules.seed_s:
        return None
    shown = np.stack([sharpened(picture) for picture in pictures]).reshape(len(pictures), -1)
    levels = np.clip(shown.astype(np.float32) - 128.0, -_CLIPPED_LEVELS, _CLIPPED_LEVELS)
    reading = _read(levels, times_s, rules, rounds=_LEARNING_ROUNDS)
    if not _is_clock(reading, rules) or not _shows_digits(levels, reading, rules):
        return None
    others = max(
        _read(levels, times_s / period, rules, rounds=_OTHER_ROUNDS).best_gain
        for period in _OTHER_PERIODS
    )
    return reading if reading.best_gain >= rules.least_contrast * others else None


def _read(levels: Levels, times_s: Floats, rules: ReadingRules, *, rounds: int) -> ClockReading:
    """Learn what the digits look like, and read every frame, in turns; return the best reading."""
    learnt = _seed(levels, times_s, rules)
    clock_s = times_s[learnt]
    readings: list[ClockReading] = []
    for number in range(rounds):
        gains = _compare(levels, times_s, learnt, clock_s)
        path = tuple(_even_runs(gains, times_s))
        runs = tuple(run for run in path if _counts(run, times_s, rules))
        readings.append(ClockReading(times_s=times_s, gains=gains, path=path, runs=runs))
        if number == 1 and sum(_length_s(run, times_s) for run in runs) < rules.least_read_s / 2:
            break
        if sum(run.stop - run.first for run in runs) < _FEWEST_LEARNT:
            break
        learnt = np.concatenate([np.arange(run.first, run.stop) for run in runs])
        clock_s = np.concatenate([times_s[run.first : run.stop] + run.shift_s for run in runs])
    return max(readings, key=lambda reading: reading.read_gain)


def _seed(levels: Levels, times_s: Floats, rules: ReadingRules) -> Ints:
    """Return the frames of the stretch in which most comes back after a second."""
    back, aside = (_changes(levels, times_s, lag_s) for lag_s in (1.0, 0.5))
    begins = np.arange(times_s[0], times_s[-1] - rules.seed_s + 1e-6, 0.5)
    best, seed = -np.inf, np.arange(len(times_s))
    for begin_s in begins.tolist():
        inside = (times_s >= begin_s - 1e-3) & (times_s < begin_s + rules.seed_s - 1e-3)
        late = inside & (times_s >= begin_s + 1.0 - 1e-3)
        score = float((aside[late].mean() - back[late].mean()) / (aside[late].mean() + 1.0))
        if score > best:
            best, seed = score, np.flatnonzero(inside)
    return seed


def _changes(levels: Levels, times_s: Floats, lag_s: float) -> Floats:
    """Return the mean absolute difference of each frame to that a lag before (n,)."""
    # a millisecond earlier, so that rounding does not decide between two frames
    early = np.searchsorted(times_s, times_s - lag_s - 1e-3).clip(0, len(times_s) - 1)
    return np.asarray(np.abs(levels - levels[early]).mean(axis=1))


def _compare(levels: Levels, times_s: Floats, learnt: Ints, clock_s: Floats) -> Floats:
    """Compare every frame with averages of the learnt frames that lie elsewhere in time.

    Returns:
        Logarithm of the probability of each part of a second, of that of a guess (n, 50). [nat]
    """
    parts = (np.arange(PARTS) + 0.5) / PARTS
    apart_s = np.abs((clock_s[:, None] - parts + 0.5) % 1.0 - 0.5)
    triangle = np.maximum(1.0 - apart_s / _KERNEL_S, 0.0)
    weights = (triangle + 1e-4 * np.exp(-apart_s / 0.02)).astype(np.float32)
    chunk = ((times_s - times_s[0] + 1e-3) / _CHUNK_S).astype(int)
    sums, totals = _sums_by_chunk(levels[learnt], weights, chunk[learnt], int(chunk[-1]) + 1)
    every, weight = sums.sum(axis=0), totals.sum(axis=0)
    middle = (every / weight[:, None]).mean(axis=0)
    # what lies in the same half second or beside it is left out
    near, near_weight = (_with_neighbours(part) for part in (sums, totals))
    averages = (every - near + _PRIOR_WEIGHT * middle) / (weight - near_weight + _PRIOR_WEIGHT)[
        :, :, None
    ]
    wrong = levels[learnt] - averages[chunk[learnt], _part_of(clock_s)]
    variance = (wrong**2).mean(axis=0) + _FLOOR_LEVELS**2
    differ = averages - middle
    pull = differ / variance
    level = 0.5 * (pull * differ).sum(axis=2)
    fits = np.empty((len(times_s), PARTS))
    for number in range(len(averages)):
        own = chunk == number
        fits[own] = (levels[own] - middle) @ pull[number].T - level[number]
    fits *= _INDEPENDENT_SHARE
    chances = np.exp(fits - fits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return np.asarray(np.log((1.0 - _ILLEGIBLE_SHARE) * chances * PARTS + _ILLEGIBLE_SHARE))


def _sums_by_chunk(
    levels: Levels, weights: Levels, chunk: Ints, chunks: int
) -> tuple[Levels, Levels]:
    """Return weighed sums of what frames show, and sums of weights, by chunk."""
    sums = np.zeros((chunks, PARTS, levels.shape[1]), dtype=np.float32)
    totals = np.zeros((chunks, PARTS), dtype=np.float32)
    for number in np.unique(chunk).tolist():
        own = chunk == number
        sums[number] = weights[own].T @ levels[own]
        totals[number] = weights[own].sum(axis=0)
    return sums, totals


def _with_neighbours(parts: Levels) -> Levels:
    """Return each chunk's sum with those of the chunk before and the chunk after."""
    summed = parts.copy()
    summed[1:] += parts[:-1]
    summed[:-1] += parts[1:]
    return summed


def _even_runs(gains: Floats, times_s: Floats) -> Iterator[Run]:
    """Yield the runs of the best account of the frames: shifts that stay, jumps, or nothing read.

    Dynamic programming over frames; the state is the shift, or that nothing can be read.
    """
    count = len(times_s)
    shifts = np.arange(PARTS)
    along = gains[np.arange(count)[:, None], (_part_of(times_s)[:, None] + shifts) % PARTS]
    along = np.concatenate([along, np.zeros((count, 1))], axis=1)
    came = np.empty((count, PARTS + 1), dtype=int)
    stay = np.arange(PARTS + 1)
    total = along[0].copy()
    for frame in range(1, count):
        best = int(total.argmax())
        jumps = total[best] - _JUMP_COST > total
        came[frame] = np.where(jumps, best, stay)
        total = np.maximum(total, total[best] - _JUMP_COST) + along[frame]
    states = np.empty(count, dtype=int)
    states[-1] = int(total.argmax())
    for frame in range(count - 1, 0, -1):
        states[frame - 1] = came[frame, states[frame]]
    edges = [0, *(np.flatnonzero(np.diff(states)) + 1).tolist(), count]
    for first, stop in pairwise(edges):
        state = int(states[first])
        if state < PARTS:
            gain = float(along[first:stop, state].sum())
            yield Run(first=first, stop=stop, shift_s=state / PARTS, gain=gain)


def _looked_up(gains: Floats, clock_s: Floats) -> Floats:
    """Return the gain of each frame at what the clock shows, rows for rows."""
    part = _part_of(clock_s)
    rows = np.arange(len(gains)).reshape((-1,) + (1,) * (part.ndim - 1))
    return np.asarray(gains[rows, part])


def _part_of(clock_s: Floats) -> Ints:
    """Return the part of a second; times at its very beginning, but for rounding, belong to it."""
    return np.asarray(np.floor(clock_s % 1.0 * PARTS + 1e-6).astype(int) % PARTS)


def _length_s(run: Run, times_s: Floats) -> float:
    return float(times_s[run.stop - 1] - times_s[run.first])


def _counts(run: Run, times_s: Floats, rules: ReadingRules) -> bool:
    return run.mean_gain >= rules.least_gain and _length_s(run, times_s) >= rules.shortest_run_s


def _is_clock(reading: ClockReading, rules: ReadingRules) -> bool:
    if not reading.runs:
        return False
    lengths_s = [_length_s(run, reading.times_s) for run in reading.runs]
    return (
        max(lengths_s) >= rules.longest_run_s
        and sum(lengths_s) >= rules.least_read_s
        and sum(lengths_s) >= rules.least_mean_run_s * len(lengths_s)
        and _keeps_time(reading, reading.runs[int(np.argmax(lengths_s))], rules)
    )


def _shows_digits(levels: Levels, reading: ClockReading, rules: ReadingRules) -> bool:
    """Tell whether what is shown in the tenths of a second changes at once, and is many things."""
    frames = np.concatenate([np.arange(run.first, run.stop) for run in reading.runs])
    clock_s = np.concatenate(
        [reading.times_s[run.first : run.stop] + run.shift_s for run in reading.runs]
    )
    tenth = _part_of(clock_s) * _TENTHS // PARTS
    middle = levels[frames].mean(axis=0)
    shown = np.stack(
        [
            levels[frames[tenth == number]].mean(axis=0) if (tenth == number).any() else middle
            for number in range(_TENTHS)
        ]
    )
    soon, late = (
        float(np.sqrt(((shown - np.roll(shown, steps, axis=0)) ** 2).mean()))
        for steps in (1, _TENTHS // 2)
    )
    powers = np.linalg.svd(shown - shown.mean(axis=0), compute_uv=False) ** 2
    return bool(
        soon >= rules.least_abruptness * late
        and powers[2:].sum() >= rules.least_variety * powers.sum()
    )


def _keeps_time(reading: ClockReading, run: Run, rules: ReadingRules) -> bool:
    """Tell whether a run fits best at one second a second, among rates about it."""
    times_s = reading.times_s[run.first : run.stop]
    middle_s = (times_s[0] + times_s[-1]) / 2.0
    best = [
        max(
            float(
                reading.gains_of(
                    run.first,
                    run.stop,
                    times_s + run.shift_s + aside_s + slope * (times_s - middle_s),
                ).sum()
            )
            for aside_s in (-0.04, -0.02, 0.0, 0.02, 0.04)
        )
        for slope in _SLOPES
    ]
    tolerance = max(rules.rate_tolerance, 0.06 / float(times_s[-1] - times_s[0]))
    return abs(float(_SLOPES[int(np.argmax(best))])) <= tolerance
