"""Rough guesses where a picture lies on a map: every turn and scale, by votes for its middle.

For each scale and turn the points of the picture are matched to those of the map, and each match
says where the middle of the picture lies. Where a guess is right many matches say the same place;
where it is wrong they scatter.

References:
    Ballard (1981), Generalizing the Hough transform to detect arbitrary shapes.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place.structure._descriptors import (
    TURNS,
    Descriptions,
    describe_grid,
    turned,
)

__all__ = ["Guess", "Prepared", "guess_places", "prepare"]

FloatArray = NDArray[np.float64]

_KEPT_DIMENSIONS = 64
_LEARNED_FROM = 3000
_MAP_STEP_PX = 9
_CELL_SHARE = 0.14
"""Side of a cell of votes, as a share of the picture's diagonal on the map: what a turn by 11° or
a scale wrong by a fifth moves its corners."""
_SPOT_PX = 14.0
_FEWEST_POINTS = 25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A map made ready to be searched; n points, d numbers each."""

    points: FloatArray
    """Pixel of each point in the luma that was prepared (n, 2)."""
    vectors: NDArray[np.float32]
    """Its description, reduced to unit length (d, n)."""
    mean: NDArray[np.float32]
    """Mean of the full descriptions."""
    axes: NDArray[np.float32]
    """Axes along which they differ most (392, d)."""
    size: tuple[int, int]
    """Width and height of the luma. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Guess:
    """A place that many matches say; m of them."""

    score: float
    """How far the votes stand above chance, in standard deviations of chance."""
    picture: FloatArray
    """Their points in the picture as it was described (m, 2)."""
    patch: FloatArray
    """And in the prepared map (m, 2)."""


def prepare(luma: NDArray[np.uint8], seen: NDArray[np.bool_]) -> Prepared | None:
    """Describe a map and find the axes that matter; None when there is too little to see."""
    described = describe_grid(luma, seen, step_px=_MAP_STEP_PX)
    if len(described) < _KEPT_DIMENSIONS:
        return None
    full = described.vectors()
    chosen = np.linspace(0, len(full) - 1, min(len(full), _LEARNED_FROM)).astype(np.intp)
    mean = full[chosen].mean(axis=0)
    away = (full[chosen] - mean).astype(np.float64)
    _, axes = np.linalg.eigh(away.T @ away)
    kept = axes[:, ::-1][:, :_KEPT_DIMENSIONS].astype(np.float32)
    return Prepared(
        points=described.points,
        vectors=np.ascontiguousarray(_reduced(full, mean, kept).T),
        mean=mean,
        axes=kept,
        size=(luma.shape[1], luma.shape[0]),
    )


def guess_places(described: Descriptions, prepared: Prepared, size: tuple[int, int]) -> list[Guess]:
    """Return the best place for each turn of a picture that has about the map's scale.

    Args:
        described: The picture, on the scale to be tried.
        prepared: The map.
        size: Width and height of the picture on that scale. [px]
    """
    if len(described) < _FEWEST_POINTS:
        return []
    middle = (np.array(size, dtype=np.float64) - 1.0) / 2.0
    arms = described.points - middle
    cell_px = _CELL_SHARE * math.hypot(*size)
    guesses = []
    for turns in range(TURNS):
        vectors = _reduced(turned(described, turns).vectors(), prepared.mean, prepared.axes)
        likeness = vectors @ prepared.vectors
        best = likeness.argmax(axis=1)
        angle = 2.0 * math.pi * turns / TURNS
        turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        votes = prepared.points[best] - arms @ turn
        guesses.append(_tally(votes, described.points, prepared, best=best, cell_px=cell_px))
    return guesses


def _tally(
    votes: FloatArray,
    points: FloatArray,
    prepared: Prepared,
    *,
    best: NDArray[np.intp],
    cell_px: float,
) -> Guess:
    """Find the place that most votes say, over cells of half the width, four by four."""
    half = cell_px / 2.0
    margin = 3
    grid = np.floor(votes / half).astype(np.int64) + margin
    shape = [math.ceil(side / half) + 2 * margin for side in prepared.size]
    inside = ((grid >= 0) & (grid < np.array(shape))).all(axis=1)
    # Many points that all choose one spot of the map are one vote.
    spot = np.floor(prepared.points[best] / _SPOT_PX).astype(np.int64)
    _, which = np.unique(spot[:, 0] * 100_000 + spot[:, 1], return_inverse=True)
    weight = 1.0 / np.bincount(which)[which]
    count = np.zeros((shape[1], shape[0]), dtype=np.float32)
    np.add.at(count, (grid[inside, 1], grid[inside, 0]), weight[inside])
    smooth = cv2.blur(count, (3, 3), borderType=cv2.BORDER_CONSTANT) * np.float32(9.0)
    row, column = np.unravel_index(int(smooth.argmax()), smooth.shape)
    top = float(smooth[row, column])
    usual = max(float(smooth[margin:-margin, margin:-margin].mean()), 0.5)
    near = inside & (np.abs(grid - np.array([column, row])) <= 1).all(axis=1)
    return Guess(
        score=(top - usual) / math.sqrt(usual),
        picture=points[near],
        patch=prepared.points[best[near]],
    )


def _reduced(
    full: NDArray[np.float32], mean: NDArray[np.float32], axes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Bring descriptions to the axes kept, to unit length (n, d)."""
    low = (full - mean) @ axes
    length = np.linalg.norm(low, axis=1, keepdims=True)
    result = np.divide(low, length, out=np.zeros_like(low), where=length > 0.0)
    return np.asarray(result, dtype=np.float32)
