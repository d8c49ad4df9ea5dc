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

__all__ = ["Candidate", "Pairing", "Trace", "retrace", "trace"]

_MOST_KEYS = 14
_FEWEST_KEYS = 2
_LEAST_SHARE = 0.4
_NEAR = (0, -2, 2, -4, 4, -6, 6, -1, 1)
_LAGS_S = np.arange(-1.2, 1.2001, 0.04)
_SPEEDS = np.exp(np.linspace(-0.14, 0.14, 29))
_FINE_LAGS_S = np.arange(-0.04, 0.0401, 0.01)
_FINE_SPEEDS = np.exp(np.linspace(-0.006, 0.006, 7))
_CLOSE_LAGS_S = np.arange(-0.12, 0.1201, 0.02)
_CLOSE_SPEEDS = np.exp(np.linspace(-0.01, 0.01, 5))
_BESIDE = (0, -1, 1, -2, 2)
_MARGIN_S = 0.3
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
    too few matches end it. (2) Earlier and later samples are compared as well. (3) The grid of
    speeds and lags is searched for the least spread, coarse, then fine.
    """
    inside = _keys(pairing, candidate)
    if len(inside) < _FEWEST_KEYS:
        return None
    paths: dict[int, dict[int, Placement]] = {int(key): {} for key in inside}
    _compare(pairing, candidate, paths, _NEAR[:1])  # 1
    seen = sum(bool(path) for path in paths.values())
    if seen < max(_FEWEST_KEYS, _LEAST_SHARE * len(paths)):
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
    kept_s = np.array([pairing.kept.times_s[pairing.kept.keys[key]] for key in paths])
    curves = [
        (
            pairing.asking.times_s[sorted(path)],
            np.array([path[sample].corners(frame) for sample in sorted(path)]),
        )
        for path in paths.values()
    ]
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
    corners = _corners_at(curves, kept_s, lag_s, speed)
    inliers = [max(found.inliers for found in path.values()) for path in paths.values()]
    left, top, right, bottom = (float(value) for value in np.nanmedian(corners, axis=0))
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


def _frame(
    paths: Mapping[int, dict[int, Placement]],
) -> tuple[float, float, float, float]:
    """Return the part of the asking picture in which most matched features lie."""
    wheres = np.array([found.where for path in paths.values() for found in path.values()])
    left, top = np.quantile(wheres[:, :2], 0.25, axis=0)
    right, bottom = np.quantile(wheres[:, 2:], 0.75, axis=0)
    return float(left), float(top), float(right), float(bottom)


def _corners_at(
    curves: Sequence[tuple[Floats, Floats]], kept_s: Floats, lag_s: float, speed: float
) -> Floats:
    """Interpolate where the frame lies in each key frame (k, 4); NaN where not compared."""
    made = np.full((len(curves), 4), np.nan)
    for number, (times_s, corners) in enumerate(curves):
        at_s = (kept_s[number] - lag_s) / speed
        if times_s[0] - 0.1 <= at_s <= times_s[-1] + 0.1:
            made[number] = [np.interp(at_s, times_s, corners[:, side]) for side in range(4)]
    return made


def _table(
    curves: Sequence[tuple[Floats, Floats]],
    kept_s: Floats,
    lags_s: Floats,
    speeds: Floats,
    *,
    middle_s: float,
) -> Floats:
    """Return the spread for every lag (rows; at the middle of the stretch) and speed (columns)."""
    shape = (len(lags_s), len(speeds))
    reference = speeds[len(speeds) // 2]
    starts = lags_s[:, None] + (reference - speeds[None]) * middle_s
    corners = np.full((len(curves), 4, *shape), np.nan)
    for number, (times_s, values) in enumerate(curves):
        at_s = (kept_s[number] - starts) / speeds[None]
        known = (at_s >= times_s[0] - 0.1) & (at_s <= times_s[-1] + 0.1)
        for side in range(4):
            value = np.interp(at_s, times_s, values[:, side])
            corners[number, side] = np.where(known, value, np.nan)
    return _spread(corners)


def _spread(corners: Floats) -> Floats:
    """Return the root mean square distance from the median, without the worst fifth."""
    known = np.isfinite(corners[:, 0])
    count = known.sum(axis=0)
    enough = count >= max(_FEWEST_KEYS, 0.7 * len(corners))
    with np.errstate(all="ignore"):
        middle = np.nanmedian(np.where(enough, corners, 0.0), axis=0)
        off = np.abs(np.where(enough, corners, 0.0) - middle).max(axis=1)
    off = np.sort(np.where(np.isfinite(off), np.minimum(off, _CAP_PX), np.inf), axis=0)
    used = np.maximum(np.ceil(_KEPT_SHARE * count), _FEWEST_KEYS)
    rank = np.arange(len(off)).reshape(-1, *([1] * (off.ndim - 1)))
    total = np.where((rank < used) & np.isfinite(off), np.square(off), 0.0).sum(axis=0)
    return np.where(enough, np.sqrt(total / np.maximum(used, 1)), _CAP_PX)

