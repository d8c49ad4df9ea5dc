"""Whether one placement holds all along a stretch, and at which speed and lag.

Footage that is shown again lies at one and the same place in the picture, in every frame, if frames
are paired rightly; paired wrongly, the camera's own motion shows up as motion of the placement.
A second flight past the same ground shows other motion and never holds still. So speed and lag
are those at which the placements of all pairs differ least, and how far they still differ (the
*spread*, in px) tells the same recording from another one.

Between two asking samples the placement is interpolated, so that pairing is finer than sampling.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._placing import Placement, find_placement
from purport.checks.reuse.prints import VideoPrint

__all__ = ["Candidate", "Pairing", "Trace", "retrace", "sweep", "trace"]

_MOST_KEYS = 14
_FEWEST_KEYS = 2
_LEAST_SHARE = 0.4
_TRIED_FIRST = 5
_NEAR = (0, -2, 2, -4, 4, -6, 6, -1, 1)
_LAGS_S = np.arange(-1.2, 1.2001, 0.04)
_SPEEDS = np.exp(np.linspace(-0.14, 0.14, 29))
_FINE_LAGS_S = np.arange(-0.04, 0.0401, 0.01)
_FINE_SPEEDS = np.exp(np.linspace(-0.006, 0.006, 7))
_CLOSE_LAGS_S = np.arange(-0.12, 0.1201, 0.02)
_CLOSE_SPEEDS = np.exp(np.linspace(-0.01, 0.01, 5))
_BESIDE = (0, -1, 1, -2, 2)
_MARGIN_S = 0.3
_SWEPT_SAMPLES = 16
_SWEPT_KEYS = 3
_SWEPT_SPEEDS = np.exp(np.linspace(-0.72, 0.72, 25))
_SWEPT_PX = 2.0
_LEAST_SWEEP_S = 2.0
_BEYOND_S = 0.1
_CAP_PX = 8.0
_KEPT_SHARE = 0.8

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A guess: the kept video at `lag_s` + `speed` × t shows what the asking one shows at t."""

    lag_s: float
    """Time in the kept video at which the asking one begins. [s]"""
    speed: float
    """Seconds of the kept video to one of the asking one."""
    mirrored: bool
    """Whether the asking one is the mirror picture."""
    negative: bool
    """Whether it is of the other polarity."""
    start_s: float
    """First second of the asking video to look at. [s]"""
    end_s: float
    """Last second of it. [s]"""
    score: float = 0.0
    """How much speaks for it before anything is verified."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """The speed and lag at which one placement holds best."""

    lag_s: float
    """As in `Candidate`. [s]"""
    speed: float
    """As in `Candidate`."""
    frame: tuple[float, float, float, float]
    """The part of the asking picture that was found: left, top, right, bottom. [px]"""
    corners: tuple[float, float, float, float]
    """Where it lies in the kept picture. [px]"""
    spread_px: float
    """How far the placements of the pairs differ, root mean square without the worst fifth. [px]"""
    elsewhere_px: float
    """The least they differ when paired 0.6 s or more earlier or later. [px]"""
    keys: int
    """Pairs of frames."""
    inliers: int
    """Median number of matched features of a pair."""


@dataclass(slots=True)
class Pairing:
    """Finds placements between an asking and a kept video; each pair of frames once."""

    asking: VideoPrint
    """The video that is asked about."""
    kept: VideoPrint
    """The one in which it is sought."""
    known: dict[tuple[int, int, bool, bool], Placement | None] = field(default_factory=dict)
    """What was found so far."""
    swept: set[tuple[bool, bool]] = field(default_factory=set)
    """Mirrored, negative: which ways were swept."""

    def placement(self, sample: int, key: int, candidate: Candidate) -> Placement | None:
        """Return how an asking sample lies in a kept key frame; None when it doesn't."""
        name = (sample, key, candidate.mirrored, candidate.negative)
        if name not in self.known:
            side = self.asking.mirrored if candidate.mirrored else self.asking.features
            self.known[name] = find_placement(
                side[sample], self.kept.features[key], negative=candidate.negative
            )
        return self.known[name]


def trace(pairing: Pairing, candidate: Candidate) -> Trace | None:
    """Find the speed and lag at which one placement holds; None when pictures don't match.

    (1) Kept key frames that should be seen are each compared with the asking sample of their time;
    too few matches, among a few of them or all, end it. (2) Earlier and later samples are compared
    as well. (3) The grid of speeds and lags is searched for the least spread, coarse, then fine.
    """
    inside = _keys(pairing, candidate)
    if len(inside) < _FEWEST_KEYS:
        return None
    paths: dict[int, dict[int, Placement]] = {int(key): {} for key in inside}
    first = dict(list(paths.items())[1 :: max(len(paths) // _TRIED_FIRST, 1)])
    for tried in (first, paths):  # 1
        _compare(pairing, candidate, tried, _NEAR[:1])
        if sum(bool(path) for path in tried.values()) < _LEAST_SHARE * len(tried):
            return None
    if sum(bool(path) for path in paths.values()) < _FEWEST_KEYS:
        return None
    _compare(pairing, candidate, paths, _NEAR[1:])  # 2
    return _search(pairing, candidate, {key: path for key, path in paths.items() if path})  # 3


def retrace(pairing: Pairing, candidate: Candidate, found: Trace) -> Trace:
    """Fit the placement again, at a lag and speed that are known better by now."""
    better = replace(candidate, lag_s=found.lag_s, speed=found.speed)
    keys = _keys(pairing, better)
    paths: dict[int, dict[int, Placement]] = {int(key): {} for key in keys}
    _compare(pairing, better, paths, _BESIDE)
    paths = {key: path for key, path in paths.items() if path}
    if len(paths) < _FEWEST_KEYS:
        return found
    return _search(pairing, better, paths, closely=True)


def sweep(pairing: Pairing, candidate: Candidate) -> Candidate | None:
    """Look for a better guess at all lags and speeds, where the place is right but the time isn't.

    Slow footage looks alike for many seconds, so that its hits can't tell the time; the placements
    of many pairs of frames can. None when this was done before, or no lag and speed bring three
    key frames to one placement.
    """
    way = (candidate.mirrored, candidate.negative)
    if way in pairing.swept:
        return None
    pairing.swept.add(way)
    span_s = candidate.speed * (candidate.end_s - candidate.start_s)
    wider = replace(
        candidate,
        start_s=candidate.start_s - span_s / candidate.speed / 2.0,
        end_s=candidate.end_s + span_s / candidate.speed / 2.0,
    )
    samples = np.flatnonzero(
        (pairing.asking.times_s >= candidate.start_s) & (pairing.asking.times_s <= candidate.end_s)
    )
    if len(samples) > _SWEPT_SAMPLES:
        samples = samples[np.linspace(0, len(samples) - 1, _SWEPT_SAMPLES).round().astype(np.intp)]
    paths: dict[int, dict[int, Placement]] = {}
    for key in _keys(pairing, wider):
        seen = {
            int(sample): found
            for sample in samples
            if (found := pairing.placement(int(sample), int(key), candidate)) is not None
        }
        if len(seen) >= _FEWEST_KEYS:
            paths[int(key)] = seen
    if len(paths) < _SWEPT_KEYS:
        return None
    return _swept(pairing, candidate, paths, span_s)


def _swept(
    pairing: Pairing,
    candidate: Candidate,
    paths: Mapping[int, dict[int, Placement]],
    span_s: float,
) -> Candidate | None:
    """Return the guess with which most key frames come to one placement."""
    curves, kept_s = _curves(pairing, paths, _frame(paths))
    lags = candidate.lag_s + np.arange(-1.0, 1.001, 0.01) * max(span_s, _LEAST_SWEEP_S)
    middle_s = (candidate.start_s + candidate.end_s) / 2.0
    centres = lags + candidate.speed * middle_s
    corners = _at(curves, kept_s, centres, _SWEPT_SPEEDS, middle_s=middle_s)
    off = np.abs(corners - _median(corners)).max(axis=1)
    counts = np.nansum(np.exp(-np.square(off / _SWEPT_PX)), axis=0)
    row, column = np.unravel_index(int(np.argmax(counts)), counts.shape)
    if counts[row, column] < _SWEPT_KEYS:
        return None
    speed = float(_SWEPT_SPEEDS[column])
    return replace(candidate, lag_s=float(centres[row] - speed * middle_s), speed=speed)


def _keys(pairing: Pairing, candidate: Candidate) -> NDArray[np.intp]:
    """Return the kept key frames that should be seen, thinned evenly."""
    kept_s = pairing.kept.times_s[pairing.kept.keys]
    inside = np.flatnonzero(
        (kept_s >= candidate.lag_s + candidate.speed * candidate.start_s - _MARGIN_S)
        & (kept_s <= candidate.lag_s + candidate.speed * candidate.end_s + _MARGIN_S)
    )
    if len(inside) > _MOST_KEYS:
        inside = inside[np.linspace(0, len(inside) - 1, _MOST_KEYS).round().astype(np.intp)]
    return inside


def _compare(
    pairing: Pairing,
    candidate: Candidate,
    paths: Mapping[int, dict[int, Placement]],
    steps: Sequence[int],
) -> None:
    times_s = pairing.asking.times_s
    for key, path in paths.items():
        at_s = pairing.kept.times_s[pairing.kept.keys[key]]
        nearest = int(np.argmin(np.abs(times_s - (at_s - candidate.lag_s) / candidate.speed)))
        for step in steps:
            sample = nearest + step
            if 0 <= sample < len(times_s):
                found = pairing.placement(sample, key, candidate)
                if found is not None:
                    path[sample] = found


def _search(
    pairing: Pairing,
    candidate: Candidate,
    paths: Mapping[int, dict[int, Placement]],
    *,
    closely: bool = False,
) -> Trace:
    frame = _frame(paths)
    curves, kept_s = _curves(pairing, paths, frame)
    lags, speeds = candidate.lag_s + _LAGS_S, candidate.speed * _SPEEDS
    if closely:
        lags, speeds = candidate.lag_s + _CLOSE_LAGS_S, candidate.speed * _CLOSE_SPEEDS
    middle_s = (candidate.start_s + candidate.end_s) / 2.0
    table = _table(curves, kept_s, lags, speeds, middle_s=middle_s)
    row, column = np.unravel_index(int(np.argmin(table)), table.shape)
    away = np.abs(lags - lags[row]) >= 0.6  # noqa: PLR2004 - stands in the docstring
    elsewhere = float(table[away].min()) if away.any() else _CAP_PX
    fine_lags, fine_speeds = lags[row] + _FINE_LAGS_S, speeds[column] * _FINE_SPEEDS
    fine = _table(curves, kept_s, fine_lags, fine_speeds, middle_s=middle_s)
    row, column = np.unravel_index(int(np.argmin(fine)), fine.shape)
    speed = float(fine_speeds[column])
    lag_s = float(fine_lags[row] + (candidate.speed - speed) * middle_s)
    centre_s = np.array([lag_s + speed * middle_s])
    corners = _at(curves, kept_s, centre_s, np.array([speed]), middle_s=middle_s)[:, :, 0, 0]
    inliers = [max(found.inliers for found in path.values()) for path in paths.values()]
    left, top, right, bottom = (float(value) for value in _median(corners))
    return Trace(
        lag_s=lag_s,
        speed=speed,
        frame=frame,
        corners=(left, top, right, bottom),
        spread_px=float(fine.min()),
        elsewhere_px=elsewhere,
        keys=int(np.isfinite(corners[:, 0]).sum()),
        inliers=int(np.median(inliers)),
    )


def _curves(
    pairing: Pairing,
    paths: Mapping[int, dict[int, Placement]],
    frame: tuple[float, float, float, float],
) -> tuple[list[tuple[Floats, Floats]], Floats]:
    """Return for each key frame when asking samples are and where they lie; and its own time."""
    curves = [
        (
            pairing.asking.times_s[sorted(path)],
            np.array([path[sample].corners(frame) for sample in sorted(path)]),
        )
        for path in paths.values()
    ]
    return curves, np.array([pairing.kept.times_s[pairing.kept.keys[key]] for key in paths])


def _frame(
    paths: Mapping[int, dict[int, Placement]],
) -> tuple[float, float, float, float]:
    """Return the part of the asking picture in which most matched features lie."""
    wheres = np.array([found.where for path in paths.values() for found in path.values()])
    left, top = np.quantile(wheres[:, :2], 0.25, axis=0)
    right, bottom = np.quantile(wheres[:, 2:], 0.75, axis=0)
    return float(left), float(top), float(right), float(bottom)


def _table(
    curves: Sequence[tuple[Floats, Floats]],
    kept_s: Floats,
    lags_s: Floats,
    speeds: Floats,
    *,
    middle_s: float,
) -> Floats:
    """Return the spread for every lag (rows; at the middle of the stretch) and speed (columns)."""
    reference = speeds[len(speeds) // 2]
    centres = lags_s + reference * middle_s
    return _spread(_at(curves, kept_s, centres, speeds, middle_s=middle_s))


def _at(
    curves: Sequence[tuple[Floats, Floats]],
    kept_s: Floats,
    centres_s: Floats,
    speeds: Floats,
    *,
    middle_s: float,
) -> Floats:
    """Interpolate where the frame lies in each key frame (k, 4, centres, speeds); NaN if unknown.

    `centres_s` are the kept times that belong to the asking time `middle_s`.
    """
    corners = np.full((len(curves), 4, len(centres_s), len(speeds)), np.nan)
    for number, (times_s, values) in enumerate(curves):
        at_s = middle_s + (kept_s[number] - centres_s[:, None]) / speeds[None]
        known = (at_s >= times_s[0] - _BEYOND_S) & (at_s <= times_s[-1] + _BEYOND_S)
        for side in range(4):
            value = np.interp(at_s, times_s, values[:, side])
            corners[number, side] = np.where(known, value, np.nan)
    return corners


def _spread(corners: Floats) -> Floats:
    """Return the root mean square distance from the median, without the worst fifth."""
    known = np.isfinite(corners[:, 0])
    count = known.sum(axis=0)
    enough = count >= max(_FEWEST_KEYS, 0.7 * len(corners))
    off = np.abs(corners - _median(corners)).max(axis=1)
    off = np.sort(np.where(np.isfinite(off), np.minimum(off, _CAP_PX), np.inf), axis=0)
    used = np.maximum(np.ceil(_KEPT_SHARE * count), _FEWEST_KEYS)
    rank = np.arange(len(off)).reshape(-1, *([1] * (off.ndim - 1)))
    total = np.where((rank < used) & np.isfinite(off), np.square(off), 0.0).sum(axis=0)
    return np.where(enough, np.sqrt(total / np.maximum(used, 1)), _CAP_PX)


def _median(corners: Floats) -> Floats:
    """Return the median of what is known along the first axis; NaN where nothing is."""
    rising = np.sort(corners, axis=0)  # what is unknown comes last
    count = np.isfinite(corners).sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    high = np.minimum(high, len(corners) - 1)
    pair = [np.take_along_axis(rising, place[None], axis=0)[0] for place in (low, high)]
    return np.asarray((pair[0] + pair[1]) / 2.0)
