"""Matches between the points of a picture and of a map patch: tentative, verified."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features
from purport.checks.place._geometry import apply_homography, find_homography

__all__ = ["Matches", "Verified", "tentative_matches", "verify_matches"]

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]

_CHUNK = 1024
_NEIGHBOURS = 3
_SAME_SPOT_PX = 4.0
_LEAST_MARGIN = 1e-4
"""Of two cosines, so that rounding does not decide between equals."""
_VOTE_TOLERANCE_PX = 8.0
_VOTE_TOLERANCE_SHARE = 0.25
_MOST_VOTERS = 1500
_FEWEST_VOTES = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matches:
    """Pairs of points; n pairs."""

    picture: IndexArray
    """Index of the point in the picture (n,)."""
    patch: IndexArray
    """Index of the point in the patch (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verified:
    """A homography with the matches that follow it; n matches were tried."""

    matrix: FloatArray
    """From picture to patch (3, 3)."""
    inlier: NDArray[np.bool_]
    """Which of the tried matches follow it (n,)."""


def tentative_matches(picture: Features, patch: Features, *, ratio: float) -> Matches:
    """Pair each point of the picture with the most similar one of the patch, if clearly so.

    Args:
        picture: Points of the picture.
        patch: Points of the patch.
        ratio: Largest ratio of the distances to the best match and to the best one elsewhere.
    """
    nothing = np.zeros(0, dtype=np.intp)
    if len(picture) == 0 or len(patch) <= _NEIGHBOURS:
        return Matches(picture=nothing, patch=nothing)
    chosen, found = [], []
    for start in range(0, len(picture), _CHUNK):
        cosine = picture.descriptors[start : start + _CHUNK] @ patch.descriptors.T
        rows = np.arange(len(cosine))
        best = cosine.argmax(axis=1)
        top = cosine[rows, best].copy()
        rival = np.full(len(cosine), -1.0, dtype=np.float32)
        taken = best
        for _ in range(_NEIGHBOURS - 1):
            cosine[rows, taken] = -1.0
            taken = cosine.argmax(axis=1)
            apart = np.hypot(*(patch.points[taken] - patch.points[best]).T) > _SAME_SPOT_PX
            fresh = apart & (rival < 0.0)
            rival[fresh] = cosine[rows, taken][fresh]
        clear = ((1.0 - top) < ratio**2 * (1.0 - rival)) & (top - rival > _LEAST_MARGIN)
        chosen.append(np.flatnonzero(clear) + start)
        found.append(best[clear])
    return Matches(picture=np.concatenate(chosen), patch=np.concatenate(found))


def verify_matches(
    picture: Features, patch: Features, *, threshold_px: float, seed: int
) -> Verified | None:
    """Find the homography that most matches follow.

    Each match, by the positions, sizes and directions of its two points, gives a similarity, for
    which the others vote; MAGSAC++ then starts from the voters of the best one, and again from all
    matches, and the better of the two is kept.

    Args:
        picture: Matched points of the picture, on the scale of the picture (n).
        patch: Their matches, in the same order (n).
        threshold_px: Largest residual of a right match, in picture pixels. [px]
        seed: Of the random samples.
    """
    if len(picture) < _FEWEST_VOTES:
        return None
    voters = _voters(picture, patch)
    best: Verified | None = None
    for chosen in (voters, np.ones(len(picture), dtype=bool)):
        found = find_homography(
            patch.points[chosen], picture.points[chosen], threshold_px=threshold_px, seed=seed
        )
        if found is None:
            continue
        try:
            matrix = np.linalg.inv(found[0])
        except np.linalg.LinAlgError:
            continue
        # h33 > 0 puts the middle of the picture before the horizon.
        middle = np.r_[picture.points.mean(axis=0), 1.0] @ matrix[2]
        matrix = matrix / (matrix[2, 2] if matrix[2, 2] * middle > 0.0 else -matrix[2, 2])
        residual = np.hypot(*(apply_homography(found[0], patch.points) - picture.points).T)
        inlier = residual <= threshold_px
        if best is None or inlier.sum() > best.inlier.sum():
            best = Verified(matrix=matrix, inlier=inlier)
    return best


def _voters(picture: Features, patch: Features) -> NDArray[np.bool_]:
    """Return which matches roughly follow the similarity that most matches follow (n,)."""
    scale = patch.sizes / picture.sizes
    turn = np.deg2rad(patch.angles - picture.angles)
    factor = scale * np.exp(1j * turn)
    here = picture.points[:, 0] + 1j * picture.points[:, 1]
    there = patch.points[:, 0] + 1j * patch.points[:, 1]
    chosen = np.linspace(0, len(here) - 1, min(len(here), _MOST_VOTERS)).astype(np.intp)
    apart = here[None, :] - here[chosen, None]
    missed = np.abs((there[None, :] - there[chosen, None]) / factor[chosen, None] - apart)
    votes = missed < _VOTE_TOLERANCE_PX + _VOTE_TOLERANCE_SHARE * np.abs(apart)
    # Many matches of one spot are one vote.
    spot = np.floor(picture.points / _VOTE_TOLERANCE_PX).astype(np.int64)
    _, spots = np.unique(spot[:, 0] * 100_000 + spot[:, 1], return_inverse=True)
    weight = 1.0 / np.bincount(spots)[spots]
    return np.asarray(votes[(votes * weight).sum(axis=1).argmax()], dtype=np.bool_)
