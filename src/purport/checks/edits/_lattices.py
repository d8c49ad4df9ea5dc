"""Lattices of blocks in a picture: what pixelating a part of it leaves.

A pixelated box is made of blocks of one tone each, so that every edge in it runs along an axis from
one crossing of a lattice to the next, and nothing lies between. The ground has edges along the axes
too, but they neither keep to two sets of equally spaced lines nor begin and end where these cross.

Measured on 53 unedited simulated clips of development (617 key frames): lattices with a contrast of
2 or more reach a score of 4.1 there; those of 8 of 10 pixelated boxes reach 4.7 to 17.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Lattice", "LatticeRules", "contrast_of", "find_lattices"]

Luma = NDArray[np.uint8]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Runs = NDArray[np.int64]
"""Straight edges (n, 3): the line that each lies on, its first pixel and the one after its last."""

_SMOOTHED_PX = 5
_ASIDE_PX = (2, 3)
_TOUCH = np.ones((3, 3), np.uint8)
_LINE_PX, _END_PX = 1.0, 2.0
_ON_PX, _BETWEEN_PX = 0.5, 1.6
_PLUS_LEVELS = 0.3
_SMALLEST_PART_PX = 8
_LEAST_EXPECTED = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class LatticeRules:
    """When edges count as those of blocks."""

    least_levels: float = 1.2
    """Least step across an edge, mean of five pixels along it. [luma]"""
    isolation: float = 2.0
    """How many times the steps two and three pixels aside that must be."""
    shortest_px: int = 5
    """Shortest edge. [px]"""
    windows: tuple[tuple[float, float], ...] = ((0.17, 0.27), (0.1, 0.16))
    """Half width and half height of the windows searched, as shares of the picture's."""
    windows_each: int = 6
    """Most windows of each size."""
    fewest_crossings: int = 4
    """Fewest places in a window at which edges along both axes meet."""
    smallest_px: float = 5.0
    """Smallest blocks. [px]"""
    largest_px: float = 40.0
    """Largest blocks. [px]"""
    periods_tried: int = 5
    """Spacings tried along each axis, and twice each."""
    fewest_edges: int = 4
    """Fewest edges that keep to the lattice."""
    fewest_lines: int = 2
    """Fewest lines along each axis on which they lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lattice:
    """Two sets of equally spaced lines, and the part of the picture in which they are seen."""

    score: float
    """Logarithm of the likelihood of so many edges on the lattice, of that by chance (Poisson)."""
    across_px: float
    """Width of blocks. [px]"""
    left_px: float
    """Where an upright line lies. [px]"""
    down_px: float
    """Height of blocks. [px]"""
    top_px: float
    """Where a level line lies. [px]"""
    box_px: tuple[int, int, int, int]
    """Left, top, right, bottom. [px]"""


def find_lattices(luma: Luma, rules: LatticeRules) -> list[Lattice]:
    """Find lattices in a picture, the clearest first; one may be found more than once.

    (1) Straight edges along either axis that stand alone are marked; (2) those that meet none
    along the other axis are left out; (3) windows in which many meet are asked for a lattice.
    """
    upright = _edges(luma, rules)  # 1
    level = np.ascontiguousarray(_edges(np.ascontiguousarray(luma.T), rules).T)
    meeting = cv2.dilate(upright, _TOUCH) & cv2.dilate(level, _TOUCH)
    count, _, _, centres = cv2.connectedComponentsWithStats(meeting)
    if count <= rules.fewest_crossings:
        return []
    weights = _shorter(upright, level, centres[1:])
    across = _runs(upright, meeting)  # 2
    down = _runs(np.ascontiguousarray(level.T), np.ascontiguousarray(meeting.T))
    found = (
        _fit(_inside(across, window), _inside(down, (*window[2:], *window[:2])), rules)  # 3
        for window in _windows(centres[1:], weights, (luma.shape[1], luma.shape[0]), rules)
    )
    return sorted((lattice for lattice in found if lattice is not None), key=lambda one: -one.score)


def contrast_of(luma: Luma, lattice: Lattice) -> float:
    """Return how far steps across a lattice's lines exceed those between, beside those between.

    The smaller of the two axes' is taken; 0 where the lattice's part is too small to tell.
    """
    left, top, right, bottom = lattice.box_px
    part = luma[top:bottom, left:right].astype(np.float32)
    if min(part.shape) < _SMALLEST_PART_PX:
        return 0.0
    across = np.abs(np.diff(part, axis=1)).mean(axis=0)
    down = np.abs(np.diff(part, axis=0)).mean(axis=1)
    return min(
        _excess(across, left + 1, lattice.across_px, lattice.left_px),
        _excess(down, top + 1, lattice.down_px, lattice.top_px),
    )


def _excess(steps: NDArray[np.float32], first: int, period: float, origin: float) -> float:
    aside = _aside(first + np.arange(len(steps)), period, origin)
    on, between = steps[aside <= _ON_PX], steps[aside >= _BETWEEN_PX]
    if not len(on) or not len(between):
        return 0.0
    return float((on.mean() - between.mean()) / (between.mean() + _PLUS_LEVELS))


def _aside(places: NDArray[np.int64], period: float, origin: float) -> Floats:
    """Return how far places lie from the nearest of equally spaced lines."""
    return np.asarray(np.abs((places - origin + period / 2.0) % period - period / 2.0))


def _edges(luma: Luma, rules: LatticeRules) -> NDArray[np.uint8]:
    """Mark upright edges, between a pixel and the one to its left, that stand alone."""
    steps = np.zeros(luma.shape, dtype=np.float32)
    steps[:, 1:] = np.diff(luma.astype(np.float32), axis=1)
    steps = np.abs(cv2.blur(steps, (1, _SMOOTHED_PX)))
    reach, wide = max(_ASIDE_PX), luma.shape[1]
    padded = np.pad(steps, ((0, 0), (reach, reach)))

    def aside(by: int) -> NDArray[np.float32]:
        right = padded[:, reach + by : reach + by + wide]
        return np.asarray(np.maximum(right, padded[:, reach - by : reach - by + wide]))

    limit = np.maximum(aside(_ASIDE_PX[0]), aside(_ASIDE_PX[1])) * rules.isolation
    stand = (steps >= rules.least_levels) & (steps >= limit) & (steps >= aside(1))
    closed = cv2.morphologyEx(stand.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8))
    return np.asarray(
        cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((rules.shortest_px, 1), np.uint8)),
        dtype=np.uint8,
    )


def _runs(edges: NDArray[np.uint8], meeting: NDArray[np.uint8]) -> Runs:
    """Return the edges along columns that meet one along rows."""
    turns = np.diff(np.pad(edges.T, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    lines, firsts = np.nonzero(turns == 1)
    stops = np.nonzero(turns == -1)[1]
    before = np.pad(np.cumsum(meeting, axis=0, dtype=np.int32), ((1, 0), (0, 0)))
    met = before[stops, lines] > before[firsts, lines]
    return np.column_stack([lines, firsts, stops])[met].astype(np.int64)


def _shorter(upright: NDArray[np.uint8], level: NDArray[np.uint8], centres: Floats) -> Floats:
    """Return the length of the shorter of the edges that meet at each place (n,). [px]"""
    lengths = []
    for edges, side in ((upright, cv2.CC_STAT_HEIGHT), (level, cv2.CC_STAT_WIDTH)):
        _, labels, stats, _ = cv2.connectedComponentsWithStats(edges)
        sizes = stats[:, side].astype(np.float32)
        sizes[0] = 0.0
        lengths.append(cv2.dilate(sizes[labels], _TOUCH))
    columns, rows = np.rint(centres).astype(np.int64).T
    return np.asarray(np.minimum(*lengths)[rows, columns], dtype=np.float64)


def _windows(
    centres: Floats, weights: Floats, size: tuple[int, int], rules: LatticeRules
) -> Iterator[tuple[float, float, float, float]]:
    """Yield left, right, top, bottom of windows in which most meets, by either size."""
    for shares in rules.windows:
        reach = np.array(shares) * size
        near: Flags = np.all(np.abs(centres[:, None] - centres[None]) <= reach, axis=-1)
        counts, sums = near.sum(axis=1), near @ weights
        left: Flags = np.ones(len(centres), dtype=np.bool_)
        for _ in range(rules.windows_each):
            place = int(np.argmax(np.where(left & (counts >= rules.fewest_crossings), sums, 0.0)))
            if not left[place] or counts[place] < rules.fewest_crossings:
                break
            middle = centres[near[place]].mean(axis=0)
            left &= np.any(np.abs(centres - middle) > reach / 2.0, axis=1)
            left[place] = False
            (x, y), (wide, high) = middle.tolist(), reach.tolist()
            yield x - wide, x + wide, y - high, y + high


def _inside(runs: Runs, window: tuple[float, float, float, float]) -> Runs:
    """Return the edges whose line and ends lie within a window."""
    low, high, first, stop = window
    lines, begins, ends = runs.T
    inside = (lines >= low) & (lines <= high) & (begins >= first) & (ends <= stop)
    return np.asarray(runs[inside])


def _fit(across: Runs, down: Runs, rules: LatticeRules) -> Lattice | None:
    """Return the lattice to which edges keep most; None when none is kept to.

    Edges keep to it when they lie on a line of one set and begin and end on lines of the other.
    How many would by chance follows from how wide the tolerances are, of the blocks.
    """
    if min(len(across), len(down)) < rules.fewest_lines:
        return None
    upright, level = _spacings(across, rules), _spacings(down, rules)
    if not len(upright) or not len(level):
        return None
    on_upright, ends_upright = _on_lines(across[:, 0], upright, _LINE_PX), _ends(down, upright)
    on_level, ends_level = _on_lines(down[:, 0], level, _LINE_PX), _ends(across, level)
    kept = _together(on_upright, ends_level) + _together(ends_upright, on_level)
    expected = len(across) * np.outer(_chance(upright, _LINE_PX), _chance(level, _END_PX) ** 2)
    expected += len(down) * np.outer(_chance(upright, _END_PX) ** 2, _chance(level, _LINE_PX))
    expected = np.maximum(expected, _LEAST_EXPECTED)
    ratios = kept * np.log(np.maximum(kept, 1) / expected) - kept + expected
    scores = np.where((kept > expected) & (kept >= rules.fewest_edges), ratios, 0.0)
    for place in np.argsort(-scores, axis=None, kind="stable")[: rules.periods_tried]:
        one, other = (int(part) for part in np.unravel_index(int(place), scores.shape))
        edges = (
            across[on_upright[one] & ends_level[other]],
            down[on_level[other] & ends_upright[one]],
        )
        enough = (len(np.unique(part[:, 0])) >= rules.fewest_lines for part in edges)
        if scores[one, other] > 0.0 and all(enough):
            return _to_lattice(float(scores[one, other]), upright[one], level[other], edges)
    return None


def _to_lattice(score: float, upright: Floats, level: Floats, edges: tuple[Runs, Runs]) -> Lattice:
    xs = np.concatenate([edges[0][:, 0], edges[1][:, 1], edges[1][:, 2]])
    ys = np.concatenate([edges[1][:, 0], edges[0][:, 1], edges[0][:, 2]])
    return Lattice(
        score=score,
        across_px=float(upright[0]),
        left_px=float(upright[1]),
        down_px=float(level[0]),
        top_px=float(level[1]),
        box_px=(int(xs.min()), int(ys.min()), int(xs.max()), int(ys.max())),
    )


def _spacings(runs: Runs, rules: LatticeRules) -> Floats:
    """Return spacings of lines that edges keep to, with where a line lies (k, 2). [px]

    Lines that are equally spaced add up at their spacing's frequency; where some are missing, twice
    the spacing may be the true one.
    """
    lines, lengths = runs[:, 0].astype(np.float64), (runs[:, 2] - runs[:, 1]).astype(np.float64)
    span = float(np.ptp(lines))
    largest = min(rules.largest_px, span / 1.9)
    if largest <= rules.smallest_px:
        return np.empty((0, 2))
    frequencies = np.arange(1.0 / largest, 1.0 / rules.smallest_px, 1.0 / (6.0 * span))
    sums = np.exp(2j * np.pi * np.outer(frequencies, lines)) @ lengths
    sizes = np.pad(np.abs(sums), 1)
    peaks = np.flatnonzero((sizes[1:-1] >= sizes[:-2]) & (sizes[1:-1] >= sizes[2:]))
    peaks = peaks[np.argsort(-sizes[1:-1][peaks], kind="stable")][: rules.periods_tried]
    periods = 1.0 / frequencies[peaks]
    origins = (np.angle(sums[peaks]) / (2.0 * np.pi) * periods) % periods
    single = np.column_stack([periods, origins])
    twice = single[2.0 * periods <= largest]
    return np.concatenate([single, twice * (2.0, 1.0), twice * (2.0, 1.0) + twice[:, :1] * (0, 1)])


def _on_lines(places: NDArray[np.int64], spacings: Floats, within_px: float) -> Flags:
    """Tell which places lie on the lines of each spacing (k, n)."""
    periods, origins = spacings[:, :1], spacings[:, 1:]
    aside = np.abs((places - origins + periods / 2.0) % periods - periods / 2.0)
    return np.asarray(aside <= within_px)


def _ends(runs: Runs, spacings: Floats) -> Flags:
    return _on_lines(runs[:, 1], spacings, _END_PX) & _on_lines(runs[:, 2], spacings, _END_PX)


def _together(one: Flags, other: Flags) -> NDArray[np.int64]:
    """Count what both say, for each pair of rows."""
    return one.astype(np.int64) @ other.T.astype(np.int64)


def _chance(spacings: Floats, within_px: float) -> Floats:
    """Return the chance that a place lies on a line, by spacing."""
    return np.minimum(1.0, (2.0 * within_px + 1.0) / spacings[:, 0])
