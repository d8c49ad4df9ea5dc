"""From one view that was found, along the shot: each key frame by itself, near its neighbour.

The links between frames may drift; each key frame is therefore laid on the reference by its own
blocks, sought where its nearest neighbour in time, which is laid already, lets expect them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._dense import DenseMatches, match_blocks
from purport.checks.place._geometry import apply_homography, find_homography, hull_area
from purport.checks.place._scouting import Scouted
from purport.checks.place._views import Mapped, View

__all__ = ["Traced", "trace_views"]

FloatArray = NDArray[np.float64]

_PASSES = ((2, 12), (1, 6), (1, 4))
"""How many times the picture is reduced, and how far is looked then [px]."""
_SETTLED_PX = 0.7
"""Change by a pass at full size from which on the next would find the same: how the reference was
resampled then hardly changes."""
_THRESHOLD_PX = 3.0
_KEPT_WITHIN_PX = 6.0
"""Residual beyond which a block is nothing but wrong."""
_FEWEST_FIRST = 8
_FEWEST_INLIERS = 16
_FEWEST_ALONE = 9
_SMALLEST_SPREAD = 0.15
"""Share of the picture that a frame's inliers must span, so that nothing is extrapolated far."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traced:
    """A key frame laid on the reference by its own blocks; n of them."""

    view: View
    """The key frame."""
    picture: FloatArray
    """Middles of the blocks in the frame (n, 2). [px]"""
    patch: FloatArray
    """The same spots in the patch (n, 2). [px of the patch]"""
    sd_px: FloatArray
    """Standard uncertainty of each match per axis, in the frame (n,). [px]"""
    matrix: FloatArray
    """Homography from the frame to the patch (3, 3)."""
    compared: int
    """Blocks that were looked for in the last pass."""

    def from_anchor(self) -> FloatArray:
        """Return the homography from the anchor frame to the patch, as this frame has it (3, 3)."""
        whole = self.matrix @ np.linalg.inv(self.view.to_anchor)
        return np.asarray(whole / whole[2, 2], dtype=np.float64)


def trace_views(
    views: Sequence[View],
    mapped: Mapped,
    *,
    start: int,
    matrix: FloatArray,
    again: Callable[[View], Scouted],
    seed: int,
) -> list[Traced]:
    """Lay the key frames of a shot on the patch, from one outwards.

    Args:
        views: The key frames, by index.
        mapped: The stretch of the reference.
        start: Place among `views` of the one whose homography is known.
        matrix: That homography, to the patch.
        again: Looks for a single frame, for those whose link is lost.
        seed: Of the random samples.

    Returns:
        Those that could be laid, by index.
    """
    traced: dict[int, Traced] = {}
    known = {start: matrix}
    after = list(range(start, len(views)))
    before = list(range(start - 1, -1, -1))
    for run in (after, before):
        nearest = start
        for place in run:
            guess = _carried(views[nearest], known[nearest], views[place])
            found = _lay(views[place], mapped, guess, seed=seed)
            if found is None and place != start:
                alone = again(views[place])
                if alone.matrix is not None and alone.inliers >= _FEWEST_ALONE:
                    found = _lay(views[place], mapped, alone.matrix, seed=seed)
            if found is None:
                continue
            traced[place] = found
            known[place] = found.matrix
            nearest = place
    return [traced[place] for place in sorted(traced)]


def _carried(known: View, matrix: FloatArray, view: View) -> FloatArray:
    """Return the homography of a view as the links carry it over from a known one."""
    return np.asarray(matrix @ np.linalg.inv(known.to_anchor) @ view.to_anchor, dtype=np.float64)


def _lay(view: View, mapped: Mapped, guess: FloatArray, *, seed: int) -> Traced | None:
    """Lay one frame, ever more finely; None when too few blocks agree."""
    matrix = guess
    found: DenseMatches | None = None
    for reduce_by, search_px in _PASSES:
        found = match_blocks(view, mapped.patch, matrix, search_px=search_px, reduce_by=reduce_by)
        fitted = find_homography(
            found.patch, found.picture, threshold_px=_THRESHOLD_PX * reduce_by, seed=seed
        )
        if fitted is None or int(fitted[1].sum()) < _FEWEST_FIRST:
            return None
        before, matrix = matrix, _inverted(fitted[0])
        if reduce_by == 1 and _change_px(before, fitted[0], view) <= _SETTLED_PX:
            break
    if found is None:
        return None
    inverse = _inverted(matrix)
    residual = np.hypot(*(apply_homography(inverse, found.patch) - found.picture).T)
    inlier = residual <= _THRESHOLD_PX
    if (
        int(inlier.sum()) < _FEWEST_INLIERS
        or hull_area(found.picture[inlier]) / view.luma.size < _SMALLEST_SPREAD
    ):
        return None
    kept = residual <= _KEPT_WITHIN_PX
    return Traced(
        view=view,
        picture=found.picture[kept],
        patch=found.patch[kept],
        sd_px=found.sd_px[kept],
        matrix=matrix,
        compared=found.compared,
    )


def _inverted(matrix: FloatArray) -> FloatArray:
    inverse = np.linalg.inv(matrix)
    return np.asarray(inverse / inverse[2, 2], dtype=np.float64)


def _change_px(before: FloatArray, to_picture: FloatArray, view: View) -> float:
    """Return how far a fit moves the corner that it moves farthest, in the picture. [px]"""
    height, width = view.luma.shape
    right, bottom = width - 1.0, height - 1.0
    corners = np.array([[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]])
    moved = apply_homography(to_picture, apply_homography(before, corners)) - corners
    return float(np.hypot(*moved.T).max())
