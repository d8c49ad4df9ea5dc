"""The first look by structure: any turn, scales from a third to three, whatever the contrast.

1. Both pictures are reduced to what the search needs. 2. The map is described once at two sizes.
3. For every scale and turn the points of the picture vote for its middle; the best are kept.
4. Each gets an affine map from its votes, then a homography from blocks of edge directions, coarse
and fine. 5. The blocks that follow it are counted. The mirrored picture goes the same way: what it
reaches is what chance does.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._dense import match_blocks
from purport.checks.place._geometry import (
    ViewLimits,
    apply_homography,
    find_homography,
    implausibility,
)
from purport.checks.place._scouting import Scouted
from purport.checks.place._views import Mapped, View
from purport.checks.place.records import Polarity
from purport.checks.place.structure._descriptors import describe_grid
from purport.checks.place.structure._hypotheses import Guess, Prepared, guess_places, prepare
from purport.imagery import LumaPatch

__all__ = ["scout_structure"]

FloatArray = NDArray[np.float64]

_VIEW_SIDE_PX = 640
_MAP_SIDE_PX = 1200
_SCALES = ((1, 0.35), (1, 0.5), (1, 0.71), (1, 1.0), (2, 0.71), (2, 1.0), (2, 1.41))
"""By how much the map is reduced, and the scale at which the picture is then tried."""
_POINTS = 450
_SMALLEST_STEP_PX = 5
_SMALLEST_SIDE_PX = 60
_REFINED = 6
_SURE = 40
"""Blocks after which no other guess is looked at."""
_VOTE_PX = 14.0
"""Residual of a right vote, in pixels of the reduced map."""
_FEWEST_VOTES = 8
_SEARCHES_PX = (24, 8, 4)
_COARSE_PX = 6.0
_FEWEST_BLOCKS = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """A homography and what speaks for it."""

    matrix: FloatArray
    """From the view to the patch."""
    tried: int
    """Blocks that fit somewhere."""
    agreeing: int
    """Of them those that follow the homography."""


_NOTHING = _Found(matrix=np.eye(3), tried=0, agreeing=0)


def scout_structure(
    view: View, mapped: Mapped, *, threshold_px: float, seed: int, decoys: bool = True
) -> Scouted:
    """Look for a picture on a map by the structure that both show.

    Args:
        view: The key frame; its points are not used.
        mapped: The map; its points are not used.
        threshold_px: Largest residual of a block that agrees, in the picture. [px]
        seed: Of the random samples.
        decoys: Whether to look for the mirrored picture too.
    """
    prepared = _prepare(mapped.patch)
    found = _look(view, mapped.patch, prepared, threshold_px=threshold_px, seed=seed)
    chance = _NOTHING
    if decoys:
        mirror = replace(
            view,
            luma=np.ascontiguousarray(view.luma[:, ::-1]),
            usable=np.ascontiguousarray(view.usable[:, ::-1]),
        )
        chance = _look(mirror, mapped.patch, prepared, threshold_px=threshold_px, seed=seed)
    return Scouted(
        matrix=found.matrix if found.agreeing > 0 else None,
        polarity=Polarity.SAME,
        tentative=found.tried,
        inliers=found.agreeing,
        decoy_inliers=chance.agreeing,
        rung="structure",
    )


def _prepare(patch: LumaPatch) -> dict[int, tuple[Prepared, float]]:
    """Describe the map at its sizes; with each, its pixels for one of the patch."""
    base = min(1.0, _MAP_SIDE_PX / max(patch.luma.shape))
    made = {}
    for divisor in sorted({divisor for divisor, _ in _SCALES}):
        luma, seen = _resized(patch.luma, patch.valid, base / divisor)
        prepared = prepare(luma, seen)
        if prepared is not None:
            made[divisor] = (prepared, base / divisor)
    return made


def _look(
    view: View,
    patch: LumaPatch,
    prepared: dict[int, tuple[Prepared, float]],
    *,
    threshold_px: float,
    seed: int,
) -> _Found:
    """Find the guess that most blocks follow."""
    best = _NOTHING
    for start, scale in _ranked(view, prepared, seed)[:_REFINED]:
        found = _refined(view, patch, start, scale=scale, threshold_px=threshold_px, seed=seed)
        if found.agreeing > best.agreeing:
            best = found
        if best.agreeing >= _SURE:
            break
    return best


def _ranked(
    view: View, prepared: dict[int, tuple[Prepared, float]], seed: int
) -> list[tuple[FloatArray, float]]:
    """Return the affine map from view to patch, and its scale, of the best guesses, in order."""
    base = min(1.0, _VIEW_SIDE_PX / max(view.luma.shape))
    guesses: list[tuple[float, Guess, float, float]] = []
    for divisor, scale in _SCALES:
        if divisor not in prepared:
            continue
        charted, reduction = prepared[divisor]
        luma, seen = _resized(view.luma, view.usable, base * scale)
        if min(luma.shape) < _SMALLEST_SIDE_PX:
            continue
        step = max(_SMALLEST_STEP_PX, int(math.sqrt(seen.sum() / _POINTS)))
        described = describe_grid(luma, seen, step_px=step)
        size = (luma.shape[1], luma.shape[0])
        guesses.extend(
            (guess.score, guess, base * scale, reduction)
            for guess in guess_places(described, charted, size)
        )
    guesses.sort(key=lambda each: -each[0])
    started = []
    for _, guess, shrink, reduction in guesses[: 2 * _REFINED]:
        matrix = _affine(guess, shrink=shrink, reduction=reduction, seed=seed)
        if matrix is not None:
            started.append((matrix, shrink / reduction))
    return started


def _affine(guess: Guess, *, shrink: float, reduction: float, seed: int) -> FloatArray | None:
    """Fit an affine map from view to patch, both as given, to the votes of a guess."""
    if len(guess.picture) < _FEWEST_VOTES:
        return None
    cv2.setRNGSeed(seed)
    fitted, _ = cv2.estimateAffine2D(
        guess.picture, guess.patch, method=cv2.RANSAC, ransacReprojThreshold=_VOTE_PX
    )
    if fitted is None:
        return None
    whole = np.vstack([fitted, [0.0, 0.0, 1.0]])
    matrix = np.linalg.inv(_resizing(reduction)) @ whole @ _resizing(shrink)
    return np.asarray(matrix / matrix[2, 2], dtype=np.float64)


def _refined(
    view: View,
    patch: LumaPatch,
    start: FloatArray,
    *,
    scale: float,
    threshold_px: float,
    seed: int,
) -> _Found:
    """Lay the picture by its blocks, from a rough affine map on, and count those that agree.

    The picture is reduced to the fineness of the map, where that is coarser.
    """
    shrink = min(1.0, _VIEW_SIDE_PX / max(view.luma.shape), max(scale, 0.3))
    luma, usable = _resized(view.luma, view.usable, shrink)
    small = replace(view, luma=luma, usable=usable)
    size = (luma.shape[1], luma.shape[0])
    matrix = start @ np.linalg.inv(_resizing(shrink))
    found = _NOTHING
    for search_px in _SEARCHES_PX:
        if implausibility(matrix, size, ViewLimits()) is not None:
            return _NOTHING
        tolerance_px = max(threshold_px * shrink, _COARSE_PX if search_px > _COARSE_PX else 1.0)
        laid = _laid(
            small, patch, matrix, search_px=search_px, tolerance_px=tolerance_px, seed=seed
        )
        if laid is None:
            return _NOTHING
        found = laid
        matrix = found.matrix
    return replace(found, matrix=matrix @ _resizing(shrink))


def _laid(
    view: View,
    patch: LumaPatch,
    matrix: FloatArray,
    *,
    search_px: int,
    tolerance_px: float,
    seed: int,
) -> _Found | None:
    """Lay a picture by its blocks near where a homography puts them; None when too few fit."""
    blocks = match_blocks(view, patch, matrix, search_px=search_px)
    if len(blocks.peak) < _FEWEST_BLOCKS:
        return None
    fitted = find_homography(blocks.patch, blocks.picture, threshold_px=tolerance_px, seed=seed)
    if fitted is None or not np.isfinite(np.linalg.cond(fitted[0])):
        return None
    residual = np.hypot(*(apply_homography(fitted[0], blocks.patch) - blocks.picture).T)
    inverse = np.linalg.inv(fitted[0])
    return _Found(
        matrix=inverse / inverse[2, 2],
        tried=len(blocks.peak),
        agreeing=int((residual <= tolerance_px).sum()),
    )


def _resized(
    luma: NDArray[np.uint8], seen: NDArray[np.bool_], factor: float
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a picture and its mask reduced or enlarged."""
    if factor == 1.0:
        return luma, seen
    height, width = luma.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    way = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_LINEAR
    small = cv2.resize(luma, size, interpolation=way)
    mask = cv2.resize(seen.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(small, dtype=np.uint8), np.asarray(mask, dtype=np.bool_)


def _resizing(factor: float) -> FloatArray:
    """Return the matrix of a resize about pixel edges, the first pixel's centre at (0, 0)."""
    shift = 0.5 * factor - 0.5
    return np.array([[factor, 0.0, shift], [0.0, factor, shift], [0.0, 0.0, 1.0]])
