"""Boxes that blur or pixelate a part of the picture, with the frames in which they stand.

Such a box takes the fine detail away and leaves the light: from one frame to the next the detail
of all tiles of a rectangle falls, that of the others does not, and the rectangle stays as bright
as it was. It lasts until the detail comes back at once. A blast or a plate changes the light; a
sensor that loses focus or contrast loses it everywhere; lost blocks are back after a few frames;
smooth ground goes on with the rest.

Measured on 143 simulated clips of development, on which the rules were made: of 10 boxes 5 are
found to within a frame at either end, and 2 from the right frame on but beyond their end; none is
found in 71 unedited clips. Of the falls of detail there that pass the other rules the clearest
reaches 14.5 standard deviations; those of the boxes found reach 17.9 to 102.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._plates import Box
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["Hidden", "HidingRules", "find_hidden", "fullest_box", "grown", "measure_falls"]

Floats = NDArray[np.float32]
Tiles = NDArray[np.uint8]

_TILES = 32
_LEAST_SPREAD = 0.05
_BLOCK = 512
_LOGARITHMS = np.log(np.arange(256, dtype=np.float32) / np.float32(8.0) + np.float32(0.25))
"""Of detail in levels, counted in eighths, and a quarter of a level so that none is not endless."""
_CORE_TILES = (3, 3)
_BEFORE_FRAMES, _FEWEST_SIDES = 25, 3
_MOST_TOGETHER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HidingRules:
    """When a part of the picture counts as hidden."""

    side_frames: int = 3
    """Frames averaged on either side of a step."""
    least_fall: float = 0.45
    """Least mean fall of the logarithm of detail in the box, beyond that of the picture."""
    deviations: float = 16.0
    """Least such fall in standard deviations of its mean, as tiles outside tell them."""
    clear_deviations: float = 27.0
    """From how many on a box is listed; what is less is a hint. Of 100 unedited clips of the final
    set three showed a box by version 4, which listed from 16 on; these reach 16.4 to 24.5."""
    sharp_side: float = 0.4
    """Least step of detail, as a logarithm, from just within to just outside each side of a box
    that is less clear, on average while it stands; and least growth of that step, on all sides but
    one, as the box comes. Ground that is smooth of itself has no such sides: of 9 such falls from 8
    deviations on in 106 unedited clips of development none has them (0.22 at most)."""
    sharp_strength: float = 0.55
    """Strength of a less clear box with such sides."""
    tile_falls: tuple[float, ...] = (0.15, 0.25, 0.4)
    """Falls of single tiles that are tried as the limit between box and picture."""
    least_fill: float = 0.65
    """Least share of the box's tiles that fall by half its mean."""
    largest_outside: float = 0.2
    """Largest share of the tiles outside that do."""
    smallest_tiles: int = 3
    """Fewest tiles of a box each way, of 32."""
    fewest_tiles: int = 16
    """Fewest tiles of a box."""
    largest_share: float = 0.3
    """Largest share of the picture that a box takes."""
    largest_light: float = 4.0
    """Largest change of the box's mean luma at the step, and of the picture's about it: a sensor
    that a blast dazzled recovers. [0 to 255]"""
    least_shown: float = 0.6
    """Least detail outside the box, of what it usually is: a blinded sensor tells nothing."""
    least_sharpness: float = 0.3
    """Least share of the fall that comes from one frame to the next."""
    most_detail: float = 0.65
    """Most detail in the box while it stands, of what the picture has outside."""
    most_passing: float = 1.0
    """Most detail in a fifth of that time: smooth ground goes on with the rest."""
    shortest_s: float = 0.4
    """Shortest time that a box stands. [s]"""
    deviations_back: float = 10.0
    """Least rise of detail at which a box goes, in standard deviations."""
    rise_share: float = 0.5
    """Least rise of detail at which a box goes, of the fall with which it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A box whose detail is gone, and its frames."""

    span: FrameSpan
    """Its frames."""
    box: Box
    """Where."""
    strength: float
    """0.15 to 1; a hint below 0.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fall:
    frame: int
    rows: slice
    columns: slice
    fall: float
    deviations: float
    filled: float
    """Share of its tiles that fall by half its fall."""
    outside: float
    """Share of the others that do."""
    sharpness: float = 0.0
    """Share of the fall that comes from one frame to the next."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Course:
    """Detail in and outside a box, frame by frame (n,)."""

    inside: Floats
    """Mean logarithm in the box."""
    outside: Floats
    """Mean logarithm elsewhere."""
    shown: NDArray[np.bool_]
    """Whether the picture shows anything elsewhere."""


def find_hidden(scene: Scene, rules: HidingRules) -> tuple[Hidden, ...]:
    """Find boxes that hide detail, by their first frame."""
    if scene.fine is None:
        return ()
    tiles = scene.fine.tiles
    found: list[Hidden] = []
    for fall in _falls(tiles, scene, rules):
        if any(fall.frame in one.span and _touches(fall, one.box) for one in found):
            continue
        course = _follow(tiles, fall, rules)
        if not course.shown[fall.frame - 1 : fall.frame + 1].all():
            continue
        last = _until(tiles, course, fall, rules)
        if scene.seconds(last) - scene.seconds(fall.frame) < rules.shortest_s:
            continue
        if _stays(course, FrameSpan(first=fall.frame, last=last), rules):
            found.append(_to_hidden(tiles, fall, last, rules))
    return tuple(found)


def measure_falls(
    scene: Scene, box: Box, *, side: int = HidingRules().side_frames
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measure by how much detail falls in a known box at each frame.

    Args:
        scene: The scene, with fine measures.
        box: Where.
        side: Frames averaged on either side.

    Returns:
        Fall of the mean logarithm of detail from the frames before to the frame and those after it,
        beyond that outside; and the same in standard deviations of its mean (n,). Nought where a
        side is not whole.
    """
    tiles = np.empty((0, _TILES, _TILES), np.uint8) if scene.fine is None else scene.fine.tiles
    falls, deviations = np.zeros(scene.frames), np.zeros(scene.frames)
    left, top, right, bottom = (round(edge * _TILES) for edge in box)
    rows, columns = slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))
    for first in range(0, len(tiles) + 1 - 2 * side, _BLOCK):
        changes = _changes(_detail(tiles[first : first + _BLOCK + 2 * side - 1]), side)
        for place, change in enumerate(changes, start=first + side):
            measured = _measured(change, place, (rows, columns))
            falls[place], deviations[place] = measured.fall, measured.deviations
    return falls, deviations


def _to_hidden(tiles: Tiles, fall: "_Fall", last: int, rules: HidingRules) -> Hidden:
    rows, columns, side = fall.rows, fall.columns, float(_TILES)
    strength = 1.0 - 0.5 * rules.clear_deviations / fall.deviations
    if fall.deviations < rules.clear_deviations and _has_sharp_sides(tiles, fall, last, rules):
        strength = rules.sharp_strength
    return Hidden(
        span=FrameSpan(first=fall.frame, last=last),
        box=(columns.start / side, rows.start / side, columns.stop / side, rows.stop / side),
        strength=strength,
    )


def _has_sharp_sides(tiles: Tiles, fall: "_Fall", last: int, rules: HidingRules) -> bool:
    """Tell whether detail steps at each side of a box, and began to when it came."""
    before = tiles[max(0, fall.frame - _BEFORE_FRAMES) : fall.frame]
    steps = [
        _side_steps(_mean_detail(part), fall.rows, fall.columns)
        for part in (tiles[fall.frame + 1 : last + 1], before)
    ]
    growth = sorted(now - then for now, then in zip(*steps, strict=True))
    return (
        len(growth) >= _FEWEST_SIDES
        and min(steps[0]) >= rules.sharp_side
        and growth[1] >= rules.sharp_side
    )


def _mean_detail(tiles: Tiles) -> Floats:
    """Return the mean logarithm of detail by tile (32, 32)."""
    total = np.zeros((_TILES, _TILES), dtype=np.float32)
    for start in range(0, len(tiles), _BLOCK):
        total += _detail(tiles[start : start + _BLOCK]).sum(axis=0)
    return np.asarray(total / max(len(tiles), 1))


def _side_steps(detail: Floats, rows: slice, columns: slice) -> list[float]:
    """Return how far detail rises across the sides of a box that do not lie at the picture's.

    The tiles that a side may run through are left out.
    """
    lines = (
        (detail[rows], columns.start, columns.start - 2),
        (detail[rows], columns.stop - 1, columns.stop + 1),
        (detail[:, columns].T, rows.start, rows.start - 2),
        (detail[:, columns].T, rows.stop - 1, rows.stop + 1),
    )
    return [
        float(part[:, outside].mean() - part[:, inside].mean())
        for part, inside, outside in lines
        if 0 <= outside < _TILES
    ]


def _touches(fall: _Fall, box: Box) -> bool:
    left, top, right, bottom = (edge * _TILES for edge in box)
    across = min(fall.columns.stop, right) > max(fall.columns.start, left)
    return bool(across and min(fall.rows.stop, bottom) > max(fall.rows.start, top))


def _falls(tiles: Tiles, scene: Scene, rules: HidingRules) -> Iterator[_Fall]:
    """Yield boxes in which detail falls within a shot, in order.

    (1) The change of each tile at a frame is that of its means over a few frames on either side,
    less the picture's. (2) Where some core of tiles falls together, at the frame at which it falls
    most, the box is taken in which most fall and outside which few do. (3) The step lies where the
    fall from one frame to the next is largest, and the light stays.
    """
    side = rules.side_frames
    for shot in scene.shots:
        for first in range(shot.span.first, shot.span.last + 2 - 2 * side, _BLOCK):
            stop = min(first + _BLOCK + 2 * side - 1, shot.span.last + 1)
            changes = _changes(_detail(tiles[first:stop]), side)  # 1
            for found in _boxes(changes, first + side, rules):  # 2
                fall = _at_its_frame(tiles, found, side)  # 3
                if fall.sharpness >= rules.least_sharpness and _keeps_light(scene, fall, rules):
                    yield fall


def _boxes(changes: Floats, first: int, rules: HidingRules) -> list[_Fall]:
    """Return the boxes in which detail falls, by frame; `first` is that of the first change.

    About a box that is found, its tiles are left out and the rest is looked at once more: boxes may
    come together.
    """
    side, found = rules.side_frames, []
    places = list(_lowest(changes, side, rules))
    for _ in range(_MOST_TOGETHER):
        again: list[int] = []
        for place in places:
            fall = _box(changes[place], first + place, rules)
            if fall is None:
                continue
            found.append(fall)
            near = slice(max(0, place - side), place + side + 1)
            changes[near, grown(fall.rows), grown(fall.columns)] = 0.0
            again.extend(near.start + later for later in _lowest(changes[near], side, rules))
        places = sorted(set(again))
    return sorted(found, key=lambda fall: fall.frame)


def grown(edges: slice) -> slice:
    """Return rows or columns with one more on either side."""
    return slice(max(edges.start - 1, 0), edges.stop + 1)


def _lowest(changes: Floats, side: int, rules: HidingRules) -> Iterator[int]:
    """Yield where a core of tiles falls far, and farther than some frames before and after."""
    cores = np.array([cv2.blur(one, _CORE_TILES)[1:-1, 1:-1].min() for one in changes])
    for place in np.flatnonzero(cores <= -rules.least_fall).tolist():
        if cores[place] == cores[max(0, place - side) : place + side + 1].min():
            yield int(place)


def _detail(tiles: Tiles) -> Floats:
    """Return the logarithm of detail by tile (…)."""
    return np.asarray(_LOGARITHMS[tiles])


def _changes(detail: Floats, side: int) -> Floats:
    """Return the change of detail from the `side`th frame on, beside the picture's (k, 32, 32)."""
    sums = np.concatenate([np.zeros((1, _TILES, _TILES), np.float32), np.cumsum(detail, axis=0)])
    means = (sums[side:] - sums[:-side]) / side
    changes = means[side:] - means[:-side]
    usual = np.median(changes.reshape(len(changes), -1), axis=1)
    return np.asarray(changes - usual[:, None, None], dtype=np.float32)


def _box(change: Floats, frame: int, rules: HidingRules) -> _Fall | None:
    """Return the box in which tiles fall most clearly and outside which few do; None: none."""
    falls = [_weighed(change, frame, limit, rules) for limit in rules.tile_falls]
    fit = [fall for fall in falls if fall is not None]
    return max(fit, key=lambda fall: fall.deviations, default=None)


def _weighed(change: Floats, frame: int, limit: float, rules: HidingRules) -> _Fall | None:
    rows, columns = fullest_box(np.clip(-change, -1.0, 1.0) - limit)
    high, wide = rows.stop - rows.start, columns.stop - columns.start
    if min(high, wide) < rules.smallest_tiles or high * wide < rules.fewest_tiles:
        return None
    if high * wide > rules.largest_share * _TILES**2:
        return None
    fall = _measured(change, frame, (rows, columns))
    fits = (
        fall.fall >= rules.least_fall
        and fall.deviations >= rules.deviations
        and fall.filled >= rules.least_fill
        and fall.outside <= rules.largest_outside
    )
    return fall if fits else None


def _measured(change: Floats, frame: int, box: tuple[slice, slice]) -> _Fall:
    rows, columns = box
    inside, rest = change[rows, columns], change[_about(rows, columns)]
    usual = float(np.median(rest))
    spread = max(1.4826 * float(np.median(np.abs(rest - usual))), _LEAST_SPREAD)
    fall = usual - float(inside.mean())
    deviations = fall * float(np.sqrt(inside.size)) / spread
    return _Fall(
        frame=frame,
        rows=rows,
        columns=columns,
        fall=fall,
        deviations=deviations,
        filled=float((inside <= usual - fall / 2.0).mean()),
        outside=float((rest <= usual - fall / 2.0).mean()),
    )


def _about(rows: slice, columns: slice) -> NDArray[np.bool_]:
    """Flag the tiles that neither lie in a box nor touch it."""
    flags = np.ones((_TILES, _TILES), dtype=np.bool_)
    flags[max(rows.start - 1, 0) : rows.stop + 1, max(columns.start - 1, 0) : columns.stop + 1] = (
        False
    )
    return flags


def _levels(tiles: Tiles, fall: _Fall) -> tuple[Floats, Floats]:
    """Return the mean detail in a box and outside, frame by frame (k,)."""
    inside, outside = np.empty(len(tiles), np.float32), np.empty(len(tiles), np.float32)
    about = _about(fall.rows, fall.columns)
    for start in range(0, len(tiles), _BLOCK):
        detail = _detail(tiles[start : start + _BLOCK])
        inside[start : start + _BLOCK] = detail[:, fall.rows, fall.columns].mean(axis=(1, 2))
        outside[start : start + _BLOCK] = detail[:, about].mean(axis=1)
    return inside, outside


def _follow(tiles: Tiles, fall: _Fall, rules: HidingRules) -> _Course:
    inside, outside = _levels(tiles, fall)
    shown = outside >= np.median(outside) + np.log(rules.least_shown)
    return _Course(inside=inside, outside=outside, shown=np.asarray(shown))


def _at_its_frame(tiles: Tiles, fall: _Fall, side: int) -> _Fall:
    first = max(fall.frame - side, 1)
    inside, outside = _levels(tiles[first - 1 : fall.frame + side + 1], fall)
    steps = -np.diff(inside - outside)
    place = int(np.argmax(steps))
    return replace(fall, frame=first + place, sharpness=float(steps[place]) / fall.fall)


def fullest_box(gain: Floats) -> tuple[slice, slice]:
    """Return the rectangle with the largest sum.

    References:
        J. Bentley (1984), "Programming pearls: algorithm design techniques", for the largest sum
        along a line.
    """
    sums = np.concatenate([np.zeros((1, gain.shape[1])), np.cumsum(gain, axis=0)])
    tops, bottoms = np.triu_indices(len(sums), 1)
    lines = np.cumsum(np.pad(sums[bottoms] - sums[tops], ((0, 0), (1, 0))), axis=1)
    totals = lines - np.minimum.accumulate(lines, axis=1)
    pair, right = np.unravel_index(int(np.argmax(totals)), totals.shape)
    left = int(np.argmin(lines[pair, : right + 1]))
    return slice(int(tops[pair]), int(bottoms[pair])), slice(left, int(right))


def _keeps_light(scene: Scene, fall: _Fall, rules: HidingRules) -> bool:
    """Tell whether a box is as bright after a fall of its detail as before, in steady light."""
    times = scene.thumbnails.shape[1] // _TILES
    rows = slice(times * fall.rows.start, times * fall.rows.stop)
    columns = slice(times * fall.columns.start, times * fall.columns.stop)
    before, after = (
        float(scene.thumbnails[frame][rows, columns].mean())
        for frame in (fall.frame - 1, fall.frame)
    )
    reach = rules.side_frames
    about = scene.luma_mean[max(fall.frame - 1 - reach, 0) : fall.frame + reach + 1]
    return max(abs(after - before), float(np.ptp(about))) <= rules.largest_light


def _until(tiles: Tiles, course: _Course, fall: _Fall, rules: HidingRules) -> int:
    """Return the last frame before the detail of a box comes back at once, and there alone."""
    side, first = rules.side_frames, fall.frame + 1
    beside = course.inside - course.outside
    if len(tiles) - first < 2 * side:
        return len(tiles) - 1
    needed = rules.rise_share * fall.fall
    rises = _rises(beside[first:], side)
    itself = _rises(course.inside[first:], side)
    for place in np.flatnonzero((rises >= needed) & (itself >= needed / 2.0)).tolist():
        if rises[place] < rises[max(0, place - side) : place + side + 1].max():
            continue
        frame = first + side + place
        (change,) = _changes(_detail(tiles[frame - side : frame + side]), side)
        gone = _measured(-change, frame, (fall.rows, fall.columns))
        if gone.outside <= rules.largest_outside and gone.deviations >= rules.deviations_back:
            return frame - side + int(np.argmax(np.diff(beside[frame - side : frame + side])))
    return len(tiles) - 1


def _rises(levels: Floats, side: int) -> Floats:
    """Return by how much levels rise from a few frames to the next few, from the `side`th on."""
    sums = np.concatenate([[0.0], np.cumsum(levels)])
    means = (sums[side:] - sums[:-side]) / side
    return np.asarray(means[side:] - means[:-side])


def _stays(course: _Course, span: FrameSpan, rules: HidingRules) -> bool:
    """Tell whether a box stays without detail while it stands, as far as the picture shows any."""
    frames = span.first + 1 + np.flatnonzero(course.shown[span.first + 1 : span.last + 1])
    if len(frames) < 2 * rules.side_frames:
        return False
    low, level = (float(np.median(one[frames])) for one in (course.inside, course.outside))
    passing = float(np.quantile((course.inside - course.outside)[frames], 0.8))
    lacking = low <= level + np.log(rules.most_detail)
    return bool(lacking and passing <= np.log(rules.most_passing))
