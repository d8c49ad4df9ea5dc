"""Votes for where, how large and how turned a picture lies on the index."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features
from purport.checks.place.search._index import PlaceIndex
from purport.checks.place.search._nearest import Nearest
from purport.core.case import ViewHint

__all__ = ["Guess", "vote"]

FloatArray = NDArray[np.float64]

_CELL = 0.15
"""Side of a cell, as a share of the width of the picture."""
_SCALE_STEP = 0.5
"""Of the binary logarithm."""
_TURNS = 12
_LARGEST_RATIO = 0.95
_SURE_RATIO = 0.8
_HINT_SLACK = 1.5
_HEADING_SLACK_DEG = 25.0
_LARGEST_SCALE_OCTAVES = 3.0
_APART = 0.5
"""Least distance between two guesses, as a share of the width of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Where a picture may lie, as a similarity."""

    centre: tuple[float, float]
    """Pixel of the index that the middle of the picture shows."""
    scale: float
    """Index pixels that a picture pixel spans, about."""
    turn_deg: float
    """Direction in which the right of the picture points, clockwise from the x axis. [deg]"""
    votes: float
    """Weight of the points that say so."""


def vote(
    index: PlaceIndex,
    seen: Features,
    from_centre: FloatArray,
    nearest: Nearest,
    *,
    width_px: int,
    hint: ViewHint | None,
    most: int,
) -> list[Guess]:
    """Let each pair of similar points vote for a similarity; return what has most votes.

    Args:
        index: The index.
        seen: Points of the picture, as they look (q).
        from_centre: From the middle of the picture to each point (q, 2). [px]
        nearest: Similar points of the index.
        width_px: Width of the picture.
        hint: What is known of the camera.
        most: Guesses to return, at most.
    """
    query, column = np.nonzero(_ratio(nearest) < _LARGEST_RATIO)
    rows = nearest.rows[query, column]
    scale = index.sizes[rows] / seen.sizes[query]
    turn = np.deg2rad(index.angles[rows] - seen.angles[query])
    kept = _allowed(scale, np.rad2deg(turn), hint, index.gsd_m)
    query, column, rows = query[kept], column[kept], rows[kept]
    scale, turn = scale[kept].astype(np.float64), turn[kept].astype(np.float64)
    away = (from_centre[query, 0] + 1j * from_centre[query, 1]) * scale * np.exp(1j * turn)
    centre = index.points[rows].astype(np.float64) - np.column_stack([away.real, away.imag])
    ratio = _ratio(nearest)[query, column]
    weight = np.clip((_LARGEST_RATIO - ratio) / (_LARGEST_RATIO - _SURE_RATIO), 0.0, 1.0)
    return _peaks(centre, scale, turn, query=query, weight=weight, width_px=width_px, most=most)


def _ratio(nearest: Nearest) -> NDArray[np.float32]:
    """Return the distance to the best over that to the next best of its tile (q, k)."""
    near = np.maximum(1.0 - nearest.cosine, 0.0)
    return np.asarray(np.sqrt(near / np.maximum(1.0 - nearest.rival, 1e-6)), dtype=np.float32)


def _allowed(
    scale: FloatArray, turn_deg: FloatArray, hint: ViewHint | None, gsd_m: float
) -> NDArray[np.bool_]:
    allowed = np.abs(np.log2(scale)) <= _LARGEST_SCALE_OCTAVES
    if hint is not None and hint.gsd_m is not None:
        low, high = hint.gsd_m
        allowed = (scale * gsd_m >= low / _HINT_SLACK) & (scale * gsd_m <= high * _HINT_SLACK)
    if hint is not None and hint.heading_deg is not None:
        off = np.abs((turn_deg - hint.heading_deg + 180.0) % 360.0 - 180.0)
        allowed = allowed & (off <= 2.0 * hint.heading_sd_deg + _HEADING_SLACK_DEG)
    return np.asarray(allowed, dtype=np.bool_)


def _peaks(
    centre: FloatArray,
    scale: FloatArray,
    turn: FloatArray,
    *,
    query: NDArray[np.intp],
    weight: FloatArray,
    width_px: int,
    most: int,
) -> list[Guess]:
    if len(centre) == 0:
        return []
    level = np.log2(scale) / _SCALE_STEP
    around = turn / (2.0 * math.pi) * _TURNS
    keys, voters = [], []
    for up in (0, 1):
        own = np.floor(level).astype(np.int64) + up
        cell = _CELL * width_px * np.exp2(own * _SCALE_STEP)
        for turned in (0, 1):
            sector = (np.floor(around).astype(np.int64) + turned) % _TURNS
            for right in (0, 1):
                for down in (0, 1):
                    x = np.floor(centre[:, 0] / cell - 0.5).astype(np.int64) + right
                    y = np.floor(centre[:, 1] / cell - 0.5).astype(np.int64) + down
                    keys.append(_key(own, sector, x, y))
                    voters.append(np.arange(len(centre)))
    key, voter = np.concatenate(keys), np.concatenate(voters)
    _, place = np.unique(key, return_inverse=True)
    # Of all that one point of the picture says for a cell, the surest counts.
    order = np.lexsort((-weight[voter], query[voter], place))
    first = np.r_[True, (np.diff(place[order]) != 0) | (np.diff(query[voter][order]) != 0)]
    total = np.bincount(place[order][first], weights=weight[voter][order][first])
    found: list[Guess] = []
    for best in np.argsort(-total, kind="stable")[: 40 * most]:
        members = voter[place == best] if len(found) < most else np.zeros(0, dtype=np.intp)
        if len(members) == 0:
            break
        guess = _mean(
            centre[members],
            scale[members] * np.exp(1j * turn[members]),
            weight[members],
            votes=float(total[best]),
        )
        if all(
            math.dist(guess.centre, other.centre) > _APART * width_px * other.scale
            for other in found
        ):
            found.append(guess)
    return found


def _key(
    own: NDArray[np.int64], sector: NDArray[np.int64], x: NDArray[np.int64], y: NDArray[np.int64]
) -> NDArray[np.int64]:
    return (((own + 64) * _TURNS + sector) * 2**20 + x + 2**18) * 2**20 + y + 2**18


def _mean(
    centre: FloatArray, factor: NDArray[np.complex128], weight: FloatArray, *, votes: float
) -> Guess:
    """Average what voters say, by weight; those that all weigh nothing weigh alike."""
    share = weight / weight.sum() if weight.any() else np.full(len(weight), 1.0 / len(weight))
    x, y = share @ centre
    arrow = complex(share @ (factor / np.abs(factor)))
    return Guess(
        centre=(float(x), float(y)),
        scale=float(np.exp(share @ np.log(np.abs(factor)))),
        turn_deg=math.degrees(math.atan2(arrow.imag, arrow.real)),
        votes=votes,
    )
