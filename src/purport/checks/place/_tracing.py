"""From one view that was found, along the shot: each key frame by itself, near its neighbour.

The links between frames may drift; each key frame is therefore laid on the reference by its own
matches, sought where its nearest neighbour in time, which is laid already, lets expect them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features, take
from purport.checks.place._geometry import find_homography, hull_area
from purport.checks.place._matching import Matches, guided_matches
from purport.checks.place._scouting import count_distinct, in_polarity, scout
from purport.checks.place._views import Mapped, View
from purport.checks.place.records import Polarity

__all__ = ["Traced", "trace_views"]

FloatArray = NDArray[np.float64]

_RADII_PX = (12.0, 5.0)
_THRESHOLD_PX = 3.0
_FEWEST_INLIERS = 20
_FEWEST_ALONE = 9
_SMALLEST_SPREAD = 0.15
"""Share of the picture that a frame's inliers must span, so that nothing is extrapolated far."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traced:
    """A key frame laid on the reference by its own matches; n of them."""

    view: View
    """The key frame."""
    picture: Features
    """The matched points in the frame (n)."""
    feature: NDArray[np.intp]
    """Index of the matched point of the patch (n,)."""
    matrix: FloatArray
    """Homography from the frame to the patch (3, 3)."""

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
    polarity: Polarity,
    ratio: float,
    seed: int,
) -> list[Traced]:
    """Lay the key frames of a shot on the patch, from one outwards.

    Args:
        views: The key frames, by index.
        mapped: The stretch of the reference.
        start: Place among `views` of the one whose homography is known.
        matrix: That homography, to the patch.
        polarity: In which the frames match.
        ratio: See `tentative_matches`, for frames whose link is lost.
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
            found = _lay(views[place], mapped, guess, polarity=polarity, seed=seed)
            if found is None and place != start:
                found = _lay_alone(views[place], mapped, polarity=polarity, ratio=ratio, seed=seed)
            if found is None:
                continue
            traced[place] = found
            known[place] = found.matrix
            nearest = place
    return [traced[place] for place in sorted(traced)]


def _carried(known: View, matrix: FloatArray, view: View) -> FloatArray:
    """Return the homography of a view as the links carry it over from a known one."""
    return np.asarray(matrix @ np.linalg.inv(known.to_anchor) @ view.to_anchor, dtype=np.float64)


def _lay_alone(
    view: View, mapped: Mapped, *, polarity: Polarity, ratio: float, seed: int
) -> Traced | None:
    """Lay a frame whose link is lost by its own matches; None when too few points agree."""
    found = scout(
        view.features,
        mapped,
        width_px=view.luma.shape[1],
        ratio=ratio,
        threshold_px=_THRESHOLD_PX,
        seed=seed,
        polarities=(polarity,),
        decoys=False,
    )
    if found.matrix is None or found.inliers < _FEWEST_ALONE:
        return None
    return _lay(view, mapped, found.matrix, polarity=polarity, seed=seed)


def _lay(
    view: View, mapped: Mapped, guess: FloatArray, *, polarity: Polarity, seed: int
) -> Traced | None:
    """Lay one frame; None when too few points agree."""
    picture = in_polarity(view.features, polarity)
    pairs: Matches | None = None
    matrix = guess
    for radius_px in _RADII_PX:
        pairs = guided_matches(
            picture, mapped.features, matrix, tree=mapped.tree, radius_px=radius_px
        )
        seen = picture.points[pairs.picture]
        found = find_homography(
            mapped.features.points[pairs.patch], seen, threshold_px=_THRESHOLD_PX, seed=seed
        )
        if found is None:
            return None
        inlier = found[1]
        there = mapped.features.points[pairs.patch[inlier]]
        spread = hull_area(seen[inlier]) / view.luma.size
        if count_distinct(seen[inlier], there) < _FEWEST_INLIERS or spread < _SMALLEST_SPREAD:
            return None
        backward = np.linalg.inv(found[0])
        matrix = backward / backward[2, 2]
    if pairs is None:
        return None
    return Traced(
        view=view, picture=take(picture, pairs.picture), feature=pairs.patch, matrix=matrix
    )
