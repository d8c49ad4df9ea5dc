"""The same strike shown again: by the pictures about its onset, or by its place on the ground."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._changes import compare
from purport.core.positions import MapPoint
from purport.scene import Scene

__all__ = ["Showing", "find_repeats"]

_WINDOW = (-3, -2, -1, 0, 1, 2, 4, 6, 8)
_LEAST_COMPARED = 5
_SAME_PICTURE = 4.0
_SAME_POINT_SHARE = 0.03
_LOOK_NCC, _LEAST_LOOK_NCC = 0.6, 0.5
"""Correlation of the ground about the point that one of the two moments and that both must have."""
_SIGMAS = 3.0
_LEAST_REACH_M = 4.0
_LOOK_SHARE = 0.06
_CHANGED = 4.0
_LEAST_CHANGED_PX = 40
_HEALED_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Showing:
    """One showing of a strike."""

    onset: int
    """Onset frame."""
    shot: int
    """Index of its shot."""
    take: int
    """How often the footage had gone back in time within the shot."""
    point_px: tuple[float, float]
    """Impact point. [px]"""
    sd_px: float
    """Its standard uncertainty per axis. [px]"""
    place: MapPoint | None
    """On the map; None when it has no position."""
    looks: tuple[NDArray[np.float32], ...]
    """Patches of ground about the point, north up, before and after the onset; empty when there
    is no map."""
    pictures: tuple[tuple[int, NDArray[np.uint8]], ...] = ()
    """Frame index and luma of the last frame before and of one of the first that show it."""


def find_repeats(scene: Scene, showings: list[Showing]) -> list[int | None]:
    """Return for each showing the index of the first showing of the same strike, or None."""
    first: list[int | None] = []
    for number, showing in enumerate(showings):
        same = [
            earlier
            for earlier in range(number)
            if first[earlier] is None and _is_same(scene, showings[earlier], showing)
        ]
        first.append(same[0] if same else None)
    return first


def _is_same(scene: Scene, one: Showing, other: Showing) -> bool:
    if one.shot == other.shot:
        again = one.take != other.take or _is_same_point(scene, one, other)
        return again and _is_whole_again(scene, one, other)
    return _is_same_footage(scene, one, other) or _is_same_place(one, other)


def _is_whole_again(scene: Scene, one: Showing, other: Showing) -> bool:
    """Tell whether the ground that a strike changed was as before when it was struck again.

    Fire and craters do not heal; the footage has gone back in time within what is linked as one
    shot (a replay from the same camera).
    """
    if not one.pictures or not other.pictures or len(one.pictures) < 2:  # noqa: PLR2004 - two moments
        return False
    (before_index, before), (after_index, after), *_ = one.pictures
    index, picture = other.pictures[0]
    x, y = _bring(scene, one.point_px, before_index, into=index)
    reach = _SAME_POINT_SHARE * scene.width_px
    if float(np.hypot(x - other.point_px[0], y - other.point_px[1])) > reach:
        return False
    half = round(_LOOK_SHARE * scene.width_px)
    left, top = round(x) - half, round(y) - half
    to_patch = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    seen = [
        _patch(luma, to_patch @ _between(scene, number, into=index), 2 * half + 1)
        for number, luma in ((before_index, before), (after_index, after), (index, picture))
    ]
    valid = np.logical_and.reduce([mask for _, mask in seen])
    struck = compare(seen[0][0], seen[1][0], valid, threshold=_CHANGED)
    changed = np.abs(struck.score) > _CHANGED
    since = compare(seen[0][0], seen[2][0], valid, threshold=_CHANGED)
    kept = changed & (np.abs(since.score) > _CHANGED)
    count = int(np.count_nonzero(changed))
    return count >= _LEAST_CHANGED_PX and int(np.count_nonzero(kept)) < _HEALED_SHARE * count


def _is_same_point(scene: Scene, one: Showing, other: Showing) -> bool:
    """Tell whether the same pictures put both at one point, within its uncertainty.

    Two strikes of one take hardly do: they lie apart, and the ground has changed since.
    """
    if not one.pictures or not other.pictures or not _is_same_footage(scene, one, other):
        return False
    x, y = _bring(scene, one.point_px, one.pictures[0][0], into=other.pictures[0][0])
    apart = float(np.hypot(x - other.point_px[0], y - other.point_px[1]))
    return apart <= _SIGMAS * float(np.hypot(one.sd_px, other.sd_px))


def _between(scene: Scene, index: int, *, into: int) -> NDArray[np.float64]:
    matrix = np.linalg.solve(scene.to_anchor[into], scene.to_anchor[index])
    return np.asarray(matrix / matrix[2, 2], dtype=np.float64)


def _bring(
    scene: Scene, point: tuple[float, float], index: int, *, into: int
) -> tuple[float, float]:
    x, y, w = _between(scene, index, into=into) @ np.array([*point, 1.0])
    return float(x / w), float(y / w)


def _patch(
    luma: NDArray[np.uint8], matrix: NDArray[np.float64], side: int
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Cut a patch out of a frame, with where it shows the frame."""
    size = (side, side)
    picture = cv2.warpPerspective(luma, matrix, size, flags=cv2.INTER_LINEAR)
    white = np.full(luma.shape, 255, dtype=np.uint8)
    inside = cv2.warpPerspective(white, matrix, size, flags=cv2.INTER_NEAREST) > 0
    return np.asarray(picture, dtype=np.uint8), np.asarray(inside, dtype=np.bool_)


def _is_same_footage(scene: Scene, one: Showing, other: Showing) -> bool:
    """Tell whether the frames about both onsets are the same pictures."""
    shift = np.subtract(one.point_px, other.point_px)
    if float(np.hypot(*shift)) > _SAME_POINT_SHARE * scene.width_px:
        return False
    best = min(_difference(scene, one.onset, other.onset + slip) for slip in (-1, 0, 1))
    return best < _SAME_PICTURE


def _difference(scene: Scene, onset: int, other: int) -> float:
    """Return the mean absolute difference of thumbnails about two onsets. [grey levels]"""
    differences = []
    for step in _WINDOW:
        here, there = onset + step, other + step
        if not (0 <= here < scene.frames and 0 <= there < scene.frames):
            continue
        if scene.shot_of(here) is not scene.shot_of(onset):
            continue
        one = scene.thumbnails[here].astype(np.int16)
        differences.append(float(np.abs(one - scene.thumbnails[there]).mean()))
    if len(differences) < _LEAST_COMPARED:
        return float("inf")
    return float(np.median(differences))


def _is_same_place(one: Showing, other: Showing) -> bool:
    """Tell whether both lie at one place and the ground looks the same before and after."""
    if one.place is None or other.place is None or one.place.crs != other.place.crs:
        return False
    apart = np.array(
        [
            one.place.easting_m - other.place.easting_m,
            one.place.northing_m - other.place.northing_m,
        ]
    )
    sd = np.sqrt(np.trace(one.place.covariance() + other.place.covariance()) / 2.0)
    if float(np.hypot(*apart)) > max(_SIGMAS * float(sd), _LEAST_REACH_M):
        return False
    alike = [_correlation(a, b) for a, b in zip(one.looks, other.looks, strict=False)]
    return bool(alike) and min(alike) > _LEAST_LOOK_NCC and max(alike) > _LOOK_NCC


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    spread = float(one.std()) * float(other.std())
    if spread == 0.0:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread
