"""Slow motion: a stretch in which all movement runs at a fraction of its speed.

Footage is stretched by showing frames again or by blending neighbours. Strong compression smooths
both, so that the frames themselves may tell nothing; what remains is the movement. From one frame
to the next the ground moves on in the same direction at a fraction of its speed, the shake shrinks
with it, and at the end of the stretch both are back at once as they were before. Repeated frames
at a pattern, where they can be seen, are told apart in `_cadences`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from purport.checks.edits._paths import Path
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene, Shot

__all__ = ["Slowing", "SlowingRules", "find_slowings"]

Floats = NDArray[np.float64]

_PLUS_LEVELS = 0.15
_LEAST_SPREAD = 0.12
_SHARP_FRAMES = 6
_LEAST_FALL = 0.6
_FEWEST_KNOWN, _LEAST_KNOWN = 6, 0.5
_FARTHEST = 3
"""How many times as far is looked for frames whose links are known, through a blast say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowingRules:
    """When movement counts as slowed."""

    shortest_s: float = 0.8
    """Shortest stretch. [s]"""
    longest_s: float = 12.0
    """Longest stretch. [s]"""
    side_frames: int = 12
    """Frames compared on either side of an end."""
    fewest_side: int = 8
    """Fewest frames on either side."""
    turn_frames: int = 16
    """Frames over which the speed of the ground is averaged."""
    refined_frames: int = 6
    """How far an end may lie from where it was first seen."""
    edge_deviations: float = 3.5
    """Least change of the logarithm of the frames' difference at an end, in standard deviations of
    its mean."""
    clear_edges: float = 1.4
    """How many times that the weaker end must reach to be listed; what is less is a hint. Unedited
    clips reach 1.05, slow motion of the development set 2 and more."""
    least_speed: float = 0.0008
    """Least speed of the ground outside, as a share of the picture's width a frame."""
    slowest: float = 0.2
    """Least speed within, of what it is outside."""
    fastest: float = 0.6
    """Largest speed within, of what it is outside."""
    least_sharpness: float = 0.6
    """Least share of the change that the six frames on either side of an end must show."""
    largest_angle_deg: float = 15.0
    """Largest angle between the directions within and outside."""
    same_speed: float = 0.25
    """Largest difference of the speeds before and after, as a share of their mean."""
    agreement: float = 0.35
    """Largest difference, as a logarithm, of how much movement and pictures' differences fall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowing:
    """A slowed stretch."""

    span: FrameSpan
    """Its frames."""
    factor: float
    """How many times slower."""
    strength: float
    """0.3 to 1; a hint below 0.5."""
    residual: float
    """Mean departure of the movement from two paces, of that outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edge:
    frame: int
    falls: bool
    score: float


def find_slowings(scene: Scene, path: Path, rules: SlowingRules) -> tuple[Slowing, ...]:
    """Find slowed stretches within shots, in order."""
    if scene.fine is None:
        return ()
    activity = np.log(scene.fine.step.astype(np.float64) + _PLUS_LEVELS)
    found: list[Slowing] = []
    for shot in scene.shots:
        edges = [*_edges(activity, shot, rules), *_turns(path, shot, rules)]
        best = sorted(
            _pairs(scene, path, activity, edges=edges, shot=shot, rules=rules),
            key=lambda slowing: (-slowing.strength, slowing.residual),
        )
        for slowing in best:
            if not any(meet(slowing.span, known.span) for known in found):
                found.append(slowing)
    return tuple(sorted(found, key=lambda slowing: slowing.span.first))


def _edges(activity: Floats, shot: Shot, rules: SlowingRules) -> Iterator[_Edge]:
    """Yield frames at which the differences of frames fall or rise for good."""
    side, first = rules.side_frames, shot.span.first + 1
    scores = _fall_scores(activity[first : shot.span.last + 1], rules)
    for place in np.flatnonzero(np.abs(scores) >= rules.edge_deviations).tolist():
        near = np.abs(scores[max(0, place - side // 3) : place + side // 3 + 1])
        if np.abs(scores[place]) == near.max():
            yield _Edge(
                frame=first + place, falls=bool(scores[place] < 0), score=float(abs(scores[place]))
            )


def _fall_scores(activity: Floats, rules: SlowingRules) -> Floats:
    """Return how far activity rises (falls: negative) at each place of a shot, in deviations.

    Places whose sides are whole are measured together, those near an end of the shot one by one.
    """
    side, fewest, count = rules.side_frames, rules.fewest_side, len(activity)
    scores = np.zeros(count + 1)
    whole = np.arange(side, count - side + 1)
    if len(whole):
        sides = np.lib.stride_tricks.sliding_window_view(activity, side)
        scores[whole] = _rise(sides[whole - side], sides[whole])
    for place in np.setdiff1d(np.arange(fewest, count - fewest + 1), whole).tolist():
        scores[place] = _rise(activity[max(0, place - side) : place], activity[place:][:side])
    return scores


def _rise(before: Floats, after: Floats) -> Floats:
    """Return by how much the median rises, in standard deviations of the means' difference."""
    spread = np.sqrt((before.var(axis=-1) + after.var(axis=-1)) / 2.0)
    scale = np.sqrt(1.0 / before.shape[-1] + 1.0 / after.shape[-1])
    gone = np.median(after, axis=-1) - np.median(before, axis=-1)
    return np.asarray(gone / (np.maximum(spread, _LEAST_SPREAD) * scale))


def _turns(path: Path, shot: Shot, rules: SlowingRules) -> Iterator[_Edge]:
    """Yield frames at which the speed of the ground falls or rises, the direction being kept."""
    side, first, stop = rules.turn_frames, shot.span.first + 1, shot.span.last + 1
    if stop - first < 2 * side:
        return
    moved = path.moved_px[first:stop]
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(moved, axis=0)])
    places = np.arange(side, stop - first - side + 1)
    before = (sums[places] - sums[places - side]) / side
    after = (sums[places + side] - sums[places]) / side
    gone = np.hypot(*(after - before).T)
    faster = np.maximum(np.hypot(*before.T), np.hypot(*after.T))
    near = maximum_filter1d(gone, side // 2, mode="nearest")
    turns = (gone >= near) & (gone >= (1.0 - rules.fastest) * faster)
    spread = np.sqrt(((moved - np.median(moved, axis=0)) ** 2).mean()) / np.sqrt(side)
    for place in np.flatnonzero(turns).tolist():
        falls = np.hypot(*after[place]) < np.hypot(*before[place])
        score = rules.edge_deviations * max(1.0, float(gone[place]) / max(spread, 0.02))
        yield _Edge(frame=first + side + place, falls=bool(falls), score=score)


def _pairs(
    scene: Scene,
    path: Path,
    activity: Floats,
    *,
    edges: list[_Edge],
    shot: Shot,
    rules: SlowingRules,
) -> Iterator[Slowing]:
    ordered = sorted(edges, key=lambda edge: edge.frame)
    times_s = [scene.seconds(edge.frame) for edge in ordered]
    for number, start in enumerate(ordered):
        if not start.falls:
            continue
        for end, end_s in zip(ordered[number + 1 :], times_s[number + 1 :], strict=True):
            length_s = end_s - times_s[number]
            if length_s > rules.longest_s:
                break
            if end.falls or length_s < rules.shortest_s:
                continue
            slowing = _compare(scene, path, activity, ends=(start, end), shot=shot, rules=rules)
            if slowing is not None:
                yield slowing


def _compare(
    scene: Scene,
    path: Path,
    activity: Floats,
    *,
    ends: tuple[_Edge, _Edge],
    shot: Shot,
    rules: SlowingRules,
) -> Slowing | None:
    """Compare what lies between two edges with what lies on either side.

    The ground moves at a fraction of its pace; (4) the differences of frames fall as much, and
    (5) both happen at once, at either end.
    """
    first, stop = ends[0].frame, ends[1].frame
    pace = _pace(scene, path, (first, stop), shot=shot, rules=rules)
    if pace is None:
        return None
    falls = _falls(path, activity, (first, stop), shot=shot, rules=rules)
    least = np.log(pace.share)
    fits = [fall for fall in falls if least - 2 * rules.agreement <= fall <= _LEAST_FALL * least]
    if not fits:  # 4
        return None
    fall = falls[0]
    series = path.moved_px @ (pace.outside / float(pace.outside @ pace.outside)), activity
    reach, share = rules.refined_frames, pace.share
    begin = _refined(series, first, (1.0, share), fall=fall, reach=reach, shot=shot)
    end = _refined(series, stop, (share, 1.0), fall=-fall, reach=reach, shot=shot)
    sharp = (
        _sharpness(series, begin, 1.0 - share, fall),
        _sharpness(series, end, share - 1.0, -fall),
    )
    if min(sharp) < rules.least_sharpness:  # 5
        return None
    weakest = min(end.score for end in ends) / rules.edge_deviations
    span = FrameSpan(first=begin, last=end - 1)
    return Slowing(
        span=span,
        factor=1.0 / share,
        strength=float(np.interp(weakest, (1.0, rules.clear_edges, 2.0), (0.3, 0.5, 0.9))),
        residual=_residual(series[0], span, share, shot=shot, rules=rules),
    )


def _residual(
    speed: Floats, span: FrameSpan, share: float, *, shot: Shot, rules: SlowingRules
) -> float:
    """Return how far movement departs from one pace within a stretch and another about it."""
    outer = 2 * rules.side_frames
    frames = np.arange(
        max(shot.span.first + 1, span.first - outer), min(shot.span.last, span.last + outer) + 1
    )
    within = (frames >= span.first) & (frames <= span.last)
    gone = np.abs(speed[frames] - np.where(within, share, 1.0))
    return float(np.minimum(gone, 1.5).mean())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pace:
    outside: Floats
    """Mean movement outside the stretch (2,). [px]"""
    share: float
    """Movement within, of that."""


def _pace(
    scene: Scene, path: Path, ends: tuple[int, int], *, shot: Shot, rules: SlowingRules
) -> _Pace | None:
    """Measure the pace within a stretch beside that outside; None when it is not slowed.

    (1) Before and after, the ground moves alike. (2) Within, it moves in the same direction at a
    fraction of the speed, (3) along the whole stretch.
    """
    first, stop = ends
    outer = 2 * rules.side_frames
    before = _velocity(path, _back(path, first, shot, outer=outer), first)
    after = _velocity(path, stop, _on(path, stop, shot, outer=outer))
    within = _velocity(path, first, stop)
    if before is None or after is None or within is None:
        return None
    outside = (before + after) / 2.0
    speed = float(np.hypot(*outside))
    alike = float(np.hypot(*(before - after))) <= rules.same_speed * speed  # 1
    if not alike or speed < rules.least_speed * scene.width_px:
        return None
    share = float(within @ outside) / speed**2
    aside = abs(float(within[0] * outside[1] - within[1] * outside[0])) / speed**2
    straight = aside <= np.tan(np.radians(rules.largest_angle_deg)) * share
    if not (straight and rules.slowest <= share <= rules.fastest):  # 2
        return None
    return _Pace(outside=outside, share=share) if _holds(path, ends, outside * share) else None  # 3


def _back(path: Path, frame: int, shot: Shot, *, outer: int) -> int:
    """Return from where on `outer` frames before one are known, as far as may be looked back."""
    farthest = max(shot.span.first + 1, frame - _FARTHEST * outer)
    wanted = int(path.known_before[frame]) - outer
    return max(farthest, int(np.searchsorted(path.known_before, wanted, side="right")) - 1)


def _on(path: Path, frame: int, shot: Shot, *, outer: int) -> int:
    """Return up to where `outer` frames from one on are known, as far as may be looked ahead."""
    farthest = min(shot.span.last + 1, frame + _FARTHEST * outer)
    wanted = int(path.known_before[frame]) + outer
    return min(farthest, int(np.searchsorted(path.known_before, wanted, side="left")))


def _falls(
    path: Path, activity: Floats, ends: tuple[int, int], *, shot: Shot, rules: SlowingRules
) -> tuple[float, float]:
    """Return how far activity lies lower within a stretch than about it, where links are known.

    By the mean of logarithms, which frames shown again pull far down, and by the logarithm of the
    mean, which they do not.
    """
    first, stop = ends
    outer = 2 * rules.side_frames
    near = np.concatenate(
        [
            np.arange(_back(path, first, shot, outer=outer), first),
            np.arange(stop, _on(path, stop, shot, outer=outer)),
        ]
    )
    inner = np.arange(first, stop)
    about, within = (activity[part[path.known[part]]] for part in (near, inner))
    if not len(about) or not len(within):
        return 0.0, 0.0
    linear = np.log(np.exp(within).mean() / np.exp(about).mean())
    return float(within.mean() - about.mean()), float(linear)


def _refined(
    series: tuple[Floats, Floats],
    frame: int,
    speeds: tuple[float, float],
    *,
    fall: float,
    reach: int,
    shot: Shot,
) -> int:
    """Return the frame that best parts speed and activity into two levels each.

    Speeds before and after are known. Of activity the fall is known, and its level from the
    frames about the end.
    """
    first = max(shot.span.first + 1, frame - 2 * reach)
    stop = min(shot.span.last + 1, frame + 2 * reach)
    places = np.arange(max(first + 1, frame - reach), min(stop, frame + reach + 1))
    speed, activity = (part[first:stop] for part in series)
    costs = []
    for place in places.tolist():
        late = np.arange(first, stop) >= place
        level = np.where(late, fall, 0.0)
        rest = activity - level
        wrong = np.abs(speed - np.where(late, speeds[1], speeds[0]))
        costs.append(
            float(
                np.minimum(wrong, 1.0).sum() + np.minimum(np.abs(rest - np.median(rest)), 1.5).sum()
            )
        )
    return int(places[int(np.argmin(costs))]) if costs else frame


def _sharpness(series: tuple[Floats, Floats], frame: int, slower: float, fall: float) -> float:
    """Return how much of the change of speed and of activity a few frames about an end show."""
    speed, activity = series
    first = max(0, frame - _SHARP_FRAMES)
    shares = (
        (speed[first:frame].mean() - speed[frame : frame + _SHARP_FRAMES].mean()) / slower,
        (activity[frame : frame + _SHARP_FRAMES].mean() - activity[first:frame].mean()) / fall,
    )
    return float(min(shares))


def _velocity(path: Path, first: int, stop: int) -> Floats | None:
    """Return the mean movement over frames [px]; None when too few are known."""
    known = int(path.known_before[stop] - path.known_before[first])
    if known < _FEWEST_KNOWN or known < _LEAST_KNOWN * (stop - first):
        return None
    return np.asarray((path.moved_before_px[stop] - path.moved_before_px[first]) / known)


def _holds(path: Path, ends: tuple[int, int], expected: Floats) -> bool:
    """Tell whether each third of a stretch moves as the whole does, give or take a half."""
    bounds = np.linspace(*ends, 4).round().astype(int)
    for begin, end in pairwise(bounds):
        part = _velocity(path, int(begin), int(end))
        if part is not None and np.hypot(*(part - expected)) > 0.6 * np.hypot(*expected):
            return False
    return True
