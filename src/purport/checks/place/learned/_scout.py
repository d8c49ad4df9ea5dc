"""The first look by a learned model; the mirrored picture, as ever, tells what chance does."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import find_homography
from purport.checks.place._scouting import Scouted, count_distinct
from purport.checks.place._views import Mapped, View
from purport.checks.place.learned._matcher import LearnedMatcher
from purport.checks.place.records import Polarity

__all__ = ["scout_learned"]

FloatArray = NDArray[np.float64]

_LARGEST_SIDE_PX = 1024
_FEWEST_PAIRS = 8


def scout_learned(
    view: View,
    mapped: Mapped,
    matcher: LearnedMatcher,
    *,
    threshold_px: float,
    seed: int,
    decoys: bool = True,
) -> Scouted:
    """Match a picture to a map by a learned model.

    Pictures larger than 1024 pixels are reduced first. Which turns and scales are found depends on
    the model.

    Args:
        view: The key frame; its points are not used.
        mapped: The map; its points are not used.
        matcher: The model.
        threshold_px: Largest residual of a right match, in the picture. [px]
        seed: Of the random samples.
        decoys: Whether to look for the mirrored picture too.

    Raises:
        InputError: The model does not give what its kind says.
    """
    found = _look(view, mapped, matcher, threshold_px=threshold_px, seed=seed)
    if not decoys:
        return found
    mirror = replace(
        view,
        luma=np.ascontiguousarray(view.luma[:, ::-1]),
        usable=np.ascontiguousarray(view.usable[:, ::-1]),
    )
    chance = _look(mirror, mapped, matcher, threshold_px=threshold_px, seed=seed)
    return replace(found, decoy_inliers=chance.inliers)


def _look(
    view: View, mapped: Mapped, matcher: LearnedMatcher, *, threshold_px: float, seed: int
) -> Scouted:
    """Match one picture, as it is."""
    picture, by = _reduced(view.luma)
    charted, map_by = _reduced(mapped.patch.luma)
    pairs = matcher.match(picture, charted)
    here = _enlarged(pairs.first, by)
    there = _enlarged(pairs.second, map_by)
    shown = _holds(view.usable, here) & _holds(mapped.patch.valid, there)
    here, there = here[shown], there[shown]
    nothing = Scouted(
        matrix=None,
        polarity=Polarity.SAME,
        tentative=len(here),
        inliers=0,
        decoy_inliers=0,
        rung="learned",
    )
    if len(here) < _FEWEST_PAIRS:
        return nothing
    fitted = find_homography(there, here, threshold_px=threshold_px, seed=seed)
    if fitted is None or not np.isfinite(np.linalg.cond(fitted[0])):
        return nothing
    inverse = np.linalg.inv(fitted[0])
    return replace(
        nothing,
        matrix=inverse / inverse[2, 2],
        inliers=count_distinct(here[fitted[1]], there[fitted[1]]),
    )


def _reduced(luma: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return a picture no larger than the model is given, and how much it was reduced."""
    factor = min(1.0, _LARGEST_SIDE_PX / max(luma.shape))
    if factor == 1.0:
        return luma, factor
    height, width = luma.shape
    size = (round(width * factor), round(height * factor))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), factor


def _enlarged(points: FloatArray, factor: float) -> FloatArray:
    """Bring points of a reduced picture to the whole one, edges on edges."""
    return np.asarray((points + 0.5) / factor - 0.5, dtype=np.float64)


def _holds(area: NDArray[np.bool_], points: FloatArray) -> NDArray[np.bool_]:
    """Tell which points lie where an area is true (n,)."""
    place = np.rint(points).astype(np.int64)
    held = np.clip(place, 0, np.array(area.shape[::-1]) - 1)
    return np.asarray(area[held[:, 1], held[:, 0]], dtype=np.bool_)
