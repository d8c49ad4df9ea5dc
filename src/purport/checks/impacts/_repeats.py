"""The same strike shown again: by the pictures about its onset, or by its place on the ground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.core.positions import MapPoint
from purport.scene import Scene

__all__ = ["Showing", "find_repeats"]

_WINDOW = (-3, -2, -1, 0, 1, 2, 4, 6, 8)
_LEAST_COMPARED = 5
_SAME_PICTURE = 4.0
_SAME_POINT_SHARE = 0.03
_LOOK_NCC = 0.6
_SIGMAS = 3.0
_LEAST_REACH_M = 4.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Showing:
    """One showing of a strike."""

    onset: int
    """Onset frame."""
    shot: int
    """Index of its shot."""
    point_px: tuple[float, float]
    """Impact point. [px]"""
    place: MapPoint | None
    """On the map; None when it has no position."""
    looks: tuple[NDArray[np.float32], ...]
    """Patches of ground about the point, north up, before and after the onset; empty when there
    is no map."""


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
        return False
    return _is_same_footage(scene, one, other) or _is_same_place(one, other)


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
    return bool(alike) and min(alike) > _LOOK_NCC


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    spread = float(one.std()) * float(other.std())
    if spread == 0.0:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread
