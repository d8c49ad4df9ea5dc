"""Whether two views of one place are of one moment: do the same things move at the same time?

The ground is brought to rest in both (by the scene's links and the homography between them). What
then differs from the ground's usual look is *movement*: vehicles, people, smoke, a burst. At one
lag between the two, what moves in one must move in the other, wherever both see the ground; at
every other lag it mustn't. One event isn't enough, since two strikes on one building are alike:
several that lie apart must each agree on the lag.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._views import SharedGround, View
from purport.media import Probe, decode_luma

__all__ = [
    "Canvas",
    "Moment",
    "MomentRules",
    "Movement",
    "TurnAt",
    "compare_moments",
    "make_canvas",
    "measure_movement",
]

_SAMPLE_S = 0.2
_CELL_PX = 6
_MOST_SAMPLES = 200
_LARGEST_PX = (720, 540)
_LEAST_SEEN = 5
_NOISE = 3.0
_FULL = 6.0
_LAG_STEP_S = 0.1
_PAIRED_S = 0.11
_APART_S = 1.0
_NEAR_S = 0.3
_LEAST_CELL = 0.1
_LEAST_THING = 0.5
_LEAST_ALIKE_THING = 0.4
_WHOLE = 0.9

Floats = NDArray[np.float64]
Cells = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentRules:
    """When two views of one place count as views of one moment.

    Measured on the development set of `benchmarks/exam_reuse.py`: see `docs/checks/reuse.md`.
    """

    shortest_s: float = 3.0
    """Least time in which both see some ground. [s]"""
    least_alike: float = 0.6
    """Least part of the movement that both see which coincides."""
    stands_out: float = 2.0
    """How many times as much must coincide as at the best lag 1 s or more away."""
    fewest_things: int = 2
    """Fewest places, apart from each other, whose movement agrees on the lag by itself."""
    least_turn_px: float = 6.0
    """How far the one picture must move in the other meanwhile, for another camera. [px of 480]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Movement:
    """What moves on the ground, in cells of a common grid; n samples, c cells."""

    times_s: Floats
    """When, after the video's first frame (n,). [s]"""
    frames: NDArray[np.intp]
    """Which frames (n,)."""
    moving: Cells
    """How the part of each cell that moves changes from the sample before to the one after (n, c):
    what comes is positive, what goes negative, smoke that stays nothing. [-1 to 1]"""
    seen: Cells
    """How much of it is seen in all three (n, c). [0 to 1]"""
    shape: tuple[int, int]
    """Rows and columns of the grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The lag at which most of the movement in two views coincides."""

    lag_s: float
    """Seconds by which the other video's clock is ahead of this one's. [s]"""
    start_s: float
    """From when on, in this video, both see some ground at that lag. [s]"""
    end_s: float
    """Until when. [s]"""
    alike: float
    """Part of the movement that coincides. [0 to 1]"""
    elsewhere: float
    """The same at the best lag 1 s or more away. [0 to 1]"""
    things: int
    """Places apart from each other whose movement agrees on the lag by itself."""
    turn_px: float
    """How far the one picture moves in the other meanwhile. [px at a width of 480]"""

    def holds(self, rules: MomentRules) -> bool:
        """Tell whether two cameras filmed one moment, by the rules."""
        return (
            self.end_s - self.start_s >= rules.shortest_s
            and self.alike >= rules.least_alike
            and self.alike >= rules.stands_out * self.elsewhere
            and self.things >= rules.fewest_things
            and self.turn_px >= rules.least_turn_px
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Canvas:
    """The piece of ground that both see, as a picture at rest."""

    to_canvas: Floats
    """From the anchor of this video's shot (3, 3). [working px]"""
    size: tuple[int, int]
    """Width and height, multiples of the cell. [px]"""


def make_canvas(here: View, there: View, shared: SharedGround) -> Canvas | None:
    """Cut out the ground that frames of both see; None when there is none to speak of."""
    ours = _extent(here, shared.shot, np.eye(3))
    theirs = _extent(there, shared.other_shot, shared.from_other)
    low = np.maximum(ours[0], theirs[0])
    high = np.minimum(ours[1], theirs[1])
    spans = high - low
    if (spans < 8 * _CELL_PX).any():
        return None
    scale = min(1.0, *(most / span for most, span in zip(_LARGEST_PX, spans, strict=True)))
    columns, rows = (max(int(span * scale) // _CELL_PX, 1) for span in spans)
    matrix = np.array([[scale, 0, -low[0] * scale], [0, scale, -low[1] * scale], [0, 0, 1.0]])
    return Canvas(to_canvas=matrix, size=(columns * _CELL_PX, rows * _CELL_PX))


def measure_movement(
    path: Path, probe: Probe, view: View, *, shot: int, to_canvas: Floats, size: tuple[int, int]
) -> Movement | None:
    """Measure what moves on the ground in a shot; None when it is too short or not linked.

    (1) Samples are brought to the canvas and to one mean and contrast. (2) The ground's usual look
    is the median over time. (3) What differs from it by more than noise, and by more than a small
    shift of the ground could make, moves.
    """
    frames = _samples(view, shot)
    if len(frames) < _LEAST_SEEN:
        return None
    pictures = np.full((len(frames), size[1], size[0]), np.nan, dtype=np.float32)  # 1
    overlay = _overlay(view, shot)
    wanted = {int(frame): number for number, frame in enumerate(frames)}
    for frame in decode_luma(path, probe=probe):
        number = wanted.get(frame.index)
        if number is not None:
            pictures[number] = _at_rest(
                frame.luma, overlay, to_canvas @ view.to_anchor(frame.index), size
            )
        if frame.index >= frames[-1]:
            break
    known = np.isfinite(pictures)
    often = known.sum(axis=0) >= _LEAST_SEEN
    known &= often
    ground = _median(pictures, often)  # 2
    across, down = np.gradient(ground)
    edge = np.hypot(across, down)
    off = np.abs(pictures - ground)  # 3
    usual = np.array(
        [np.median(one[here]) if here.any() else 1.0 for one, here in zip(off, known, strict=True)]
    )
    limit = _NOISE * usual[:, None, None] + edge
    moving = np.clip((off - limit) / (_FULL * usual[:, None, None]), 0.0, 1.0)
    moving[~known] = 0.0
    part, seen = _pooled(moving, size), _pooled(known.astype(np.float32), size)
    inside = (seen[2:] > _WHOLE) & (seen[1:-1] > _WHOLE) & (seen[:-2] > _WHOLE)
    return Movement(
        times_s=_times_s(view)[frames[1:-1]],
        frames=frames[1:-1],
        moving=np.where(inside, part[2:] - part[:-2], 0.0).astype(np.float32),
        seen=inside.astype(np.float32),
        shape=(size[1] // _CELL_PX, size[0] // _CELL_PX),
    )


def compare_moments(
    ours: Movement, theirs: Movement, *, rules: MomentRules, turn_px: "TurnAt"
) -> Moment | None:
    """Find the lag at which most of the movement coincides; None when no lag can be looked at."""
    lags = np.arange(
        theirs.times_s[0] - ours.times_s[-1],
        theirs.times_s[-1] - ours.times_s[0] + _LAG_STEP_S,
        _LAG_STEP_S,
    )
    whole = _alike(ours, theirs, lags, rules.shortest_s)
    if not np.isfinite(whole).any():
        return None
    best = int(np.nanargmax(whole))
    away = np.abs(lags - lags[best]) >= _APART_S
    others = whole[away]
    elsewhere = float(np.nanmax(others)) if np.isfinite(others).any() else 0.0
    rows, columns = _paired(ours, theirs, float(lags[best]))
    both = (ours.seen[rows] * theirs.seen[columns]).sum(axis=1) > 0
    rows, columns = rows[both], columns[both]
    return Moment(
        lag_s=_peak(lags, whole, best),
        start_s=float(ours.times_s[rows[0]]),
        end_s=float(ours.times_s[rows[-1]]),
        alike=float(whole[best]),
        elsewhere=elsewhere,
        things=_count_things(ours, theirs, lags, best),
        turn_px=turn_px(ours.frames[rows], theirs.frames[columns]),
    )


class TurnAt:
    """How far one picture moves in the other: what a single camera cannot explain."""

    def __init__(self, here: View, there: View, shared: SharedGround) -> None:
        self._here, self._there, self._shared = here, there, shared

    def __call__(self, frames: NDArray[np.intp], others: NDArray[np.intp]) -> float:
        """Return the spread of where the other picture's corners lie in this one. [px]"""
        width, height = 480.0, 480.0 * self._there.scene.height_px / self._there.scene.width_px
        frame = np.array([[[0.25, 0.25], [0.75, 0.25], [0.75, 0.75], [0.25, 0.75]]])
        corners = frame * [width, height]
        places = []
        for one, other in zip(frames, others, strict=True):
            joined = (
                np.linalg.inv(self._here.to_anchor(int(one)))
                @ self._shared.from_other
                @ self._there.to_anchor(int(other))
            )
            places.append(cv2.perspectiveTransform(corners, joined)[0])
        off = np.array(places) - np.median(places, axis=0)
        return float(np.sqrt(np.square(off).sum(axis=2).mean()))


def _peak(lags: Floats, values: Floats, best: int) -> float:
    """Return where the parabola through the best lag and its neighbours has its top. [s]"""
    if not 0 < best < len(lags) - 1:
        return float(lags[best])
    before, here, after = values[best - 1 : best + 2]
    bend = before - 2.0 * here + after
    if not np.isfinite(bend) or bend >= 0:
        return float(lags[best])
    return float(lags[best] + 0.5 * (before - after) / bend * _LAG_STEP_S)


def _alike(
    ours: Movement,
    theirs: Movement,
    lags: Floats,
    shortest_s: float,
    *,
    cells: NDArray[np.bool_] | None = None,
) -> Floats:
    """Return for every lag which part of the movement coincides; NaN where too little is seen."""
    some = slice(None) if cells is None else cells
    here, there = ours.moving[:, some], theirs.moving[:, some]
    sees, saw = ours.seen[:, some], theirs.seen[:, some]
    common = here @ there.T
    power = np.square(here) @ saw.T, sees @ np.square(there).T
    both = (sees @ saw.T) > 0
    values = np.full(len(lags), np.nan)
    for number, lag_s in enumerate(lags):
        rows, columns = _paired(ours, theirs, float(lag_s))
        if both[rows, columns].sum() * _SAMPLE_S < shortest_s:
            continue
        sizes = [float(one[rows, columns].sum()) for one in power]
        if min(sizes) > 0:
            values[number] = common[rows, columns].sum() / np.sqrt(sizes[0] * sizes[1])
        else:
            values[number] = 0.0
    return values


def _paired(
    ours: Movement, theirs: Movement, lag_s: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the samples of both that are of one time at a lag."""
    wanted = ours.times_s + lag_s
    after = np.clip(np.searchsorted(theirs.times_s, wanted), 1, len(theirs.times_s) - 1)
    late = theirs.times_s[after] - wanted < wanted - theirs.times_s[after - 1]
    nearest = np.where(late, after, after - 1)
    rows = np.flatnonzero(np.abs(theirs.times_s[nearest] - wanted) <= _PAIRED_S)
    return rows, nearest[rows]


def _count_things(ours: Movement, theirs: Movement, lags: Floats, best: int) -> int:
    """Count the places apart from each other whose movement agrees on the lag by itself.

    Each must have as much movement as a few cells that come and go, most of it coinciding at the
    lag, and much less at all others.
    """
    rows, columns = _paired(ours, theirs, float(lags[best]))
    shared = (ours.moving[rows] * theirs.moving[columns]).sum(axis=0).reshape(ours.shape)
    near = cv2.dilate((shared > _LEAST_CELL).astype(np.uint8), np.ones((5, 5), np.uint8))
    count, labels = cv2.connectedComponents(near)
    found = 0
    for label in range(1, count):
        cells = (labels == label).ravel()
        if shared.ravel()[cells].sum() < _LEAST_THING:
            continue
        alike = np.nan_to_num(_alike(ours, theirs, lags, 0.0, cells=cells))
        here = np.abs(lags - lags[best]) <= _NEAR_S
        peak, elsewhere = alike[here].max(), alike[np.abs(lags - lags[best]) >= _APART_S].max()
        found += bool(peak >= _LEAST_ALIKE_THING and peak >= 2.0 * elsewhere)
    return found


def _at_rest(
    luma: NDArray[np.uint8], overlay: NDArray[np.uint8], to_canvas: Floats, size: tuple[int, int]
) -> Cells:
    """Bring a frame to the canvas, at mean 0 and deviation 1; NaN where it sees nothing."""
    rows, columns = overlay.shape
    small = cv2.resize(luma, (columns, rows), interpolation=cv2.INTER_AREA)
    seen = cv2.warpPerspective(small.astype(np.float32), to_canvas, size, flags=cv2.INTER_LINEAR)
    clear = cv2.warpPerspective(255 - 255 * overlay, to_canvas, size, flags=cv2.INTER_NEAREST)
    inside = cv2.erode((clear > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    if not inside.any():
        return np.full((size[1], size[0]), np.nan, dtype=np.float32)
    values = seen[inside]
    middle = np.median(values)
    spread = max(float(np.median(np.abs(values - middle))), 1.0)
    return np.where(inside, (seen - middle) / spread, np.nan).astype(np.float32)


def _overlay(view: View, shot: int) -> NDArray[np.uint8]:
    """Return burnt-in graphics of a shot at working size, somewhat grown; 1 where they are."""
    mask = view.scene.shots[shot].overlay.astype(np.uint8)
    size = (480, max(round(view.scene.height_px * view.scale), 1))
    if not mask.size:
        return np.zeros(size[::-1], np.uint8)
    small = cv2.resize(mask * 255, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.dilate((small > 0).astype(np.uint8), np.ones((3, 3), np.uint8)))


def _samples(view: View, shot: int) -> NDArray[np.intp]:
    """Return linked frames of a shot, at least 0.2 s apart, thinned to at most 200."""
    span, times_s = view.scene.shots[shot].span, _times_s(view)
    chosen: list[int] = []
    for frame in range(span.first, span.last + 1):
        due = not chosen or times_s[frame] >= times_s[chosen[-1]] + _SAMPLE_S - 1e-3
        if due and view.scene.linked[frame]:
            chosen.append(frame)
    return np.array(chosen[:_MOST_SAMPLES], dtype=np.intp)


def _times_s(view: View) -> Floats:
    scene = view.scene
    return np.asarray((scene.pts - scene.pts[0]).astype(np.float64) * float(scene.time_base))


def _extent(view: View, shot: int, to_common: Floats) -> tuple[Floats, Floats]:
    """Return the least and largest x and y that some frames' middles reach."""
    height = 480.0 * view.scene.height_px / view.scene.width_px
    corners = np.array([[[0.0, 0.0], [480.0, 0.0], [480.0, height], [0.0, height]]])
    places = [
        cv2.perspectiveTransform(corners, to_common @ view.to_anchor(int(frame)))[0]
        for frame in _samples(view, shot)
    ]
    every = np.concatenate(places) if places else np.zeros((1, 2))
    return every.min(axis=0), every.max(axis=0)


def _median(pictures: Cells, often: NDArray[np.bool_]) -> Cells:
    """Return the median over time where something is seen often; 0 elsewhere."""
    rising = np.sort(pictures, axis=0)  # what is unknown comes last
    count = np.isfinite(pictures).sum(axis=0)
    middle = np.take_along_axis(rising, (np.maximum(count - 1, 0) // 2)[None], axis=0)[0]
    return np.where(often, middle, 0.0).astype(np.float32)


def _pooled(values: Cells, size: tuple[int, int]) -> Cells:
    """Average over cells (n, c)."""
    rows, columns = size[1] // _CELL_PX, size[0] // _CELL_PX
    cut = values.reshape(len(values), rows, _CELL_PX, columns, _CELL_PX)
    return np.asarray(cut.mean(axis=(2, 4)).reshape(len(values), -1), dtype=np.float32)
