"""The first look: does any polarity of a view match the map better than a mirrored view does?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import (
    Features,
    in_mirror,
    in_negative,
    joined,
    moved,
    take,
)
from purport.checks.place._matching import tentative_matches, verify_matches
from purport.checks.place._views import Mapped, View
from purport.checks.place.records import Polarity

__all__ = ["Scouted", "count_distinct", "in_polarity", "scout", "scout_views"]

FloatArray = NDArray[np.float64]

_SPOT_PX = 6.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scouted:
    """What the first look found."""

    matrix: FloatArray | None
    """Homography to the patch in the better polarity; None when nothing agreed."""
    polarity: Polarity
    """That polarity."""
    tentative: int
    """Similar pairs in it."""
    inliers: int
    """Of them those that follow the homography, one a spot."""
    decoy_inliers: int
    """The most of the mirrored view, in either polarity."""
    rung: str = "features"
    """Which way of matching found it."""


def in_polarity(features: Features, polarity: Polarity) -> Features:
    """Return the points as they look in a polarity."""
    return in_negative(features) if polarity is Polarity.INVERTED else features


def scout(
    features: Features,
    mapped: Mapped,
    *,
    width_px: int,
    ratio: float,
    threshold_px: float,
    seed: int,
    polarities: Sequence[Polarity] = tuple(Polarity),
    decoys: bool = True,
) -> Scouted:
    """Match the points of one picture to the map, in both polarities and in the mirror.

    Args:
        features: Points of the picture.
        mapped: The map.
        width_px: Width of the picture.
        ratio: See `tentative_matches`.
        threshold_px: See `verify_matches`.
        seed: Of the random samples.
        polarities: Which to try.
        decoys: Whether to look at the mirrored picture too.
    """
    best: Scouted | None = None
    chance = 0
    for polarity in polarities:
        seen = in_polarity(features, polarity)
        found = _match(seen, mapped, ratio=ratio, threshold_px=threshold_px, seed=seed)
        if best is None or found[2] > best.inliers:
            best = Scouted(
                matrix=found[0],
                polarity=polarity,
                tentative=found[1],
                inliers=found[2],
                decoy_inliers=0,
            )
        if decoys:
            mirror = in_mirror(seen, width_px)
            _, _, count = _match(mirror, mapped, ratio=ratio, threshold_px=threshold_px, seed=seed)
            chance = max(chance, count)
    if best is None:
        message = "no polarity was given to try"
        raise ValueError(message)
    return Scouted(
        matrix=best.matrix,
        polarity=best.polarity,
        tentative=best.tentative,
        inliers=best.inliers,
        decoy_inliers=chance,
    )


def scout_views(
    views: Sequence[View],
    mapped: Mapped,
    *,
    width_px: int,
    ratio: float,
    threshold_px: float,
    seed: int,
) -> Scouted:
    """Match several views together, moved to the anchor frame."""
    together = joined([moved(view.features, view.to_anchor) for view in views])
    return scout(
        together, mapped, width_px=width_px, ratio=ratio, threshold_px=threshold_px, seed=seed
    )


def count_distinct(picture: FloatArray, patch: FloatArray) -> int:
    """Count pairs of points so that no spot of either side counts twice."""
    if len(picture) == 0:
        return 0
    return min(_spots(picture), _spots(patch))


def _spots(points: FloatArray) -> int:
    cell = np.floor(points / _SPOT_PX).astype(np.int64)
    return len(np.unique(cell, axis=0))


def _match(
    features: Features, mapped: Mapped, *, ratio: float, threshold_px: float, seed: int
) -> tuple[FloatArray | None, int, int]:
    """Return homography to the patch, tentative matches, and distinct inliers."""
    pairs = tentative_matches(features, mapped.features, ratio=ratio)
    picture = take(features, pairs.picture)
    patch = take(mapped.features, pairs.patch)
    found = verify_matches(picture, patch, threshold_px=threshold_px, seed=seed)
    if found is None:
        return None, len(pairs.picture), 0
    count = count_distinct(picture.points[found.inlier], patch.points[found.inlier])
    return found.matrix, len(pairs.picture), count
