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
_LEAST_REACH_SHARE = 0.01
"""Share of the width within which two points are one, however sure they are."""
_LOOK_NCC, _LEAST_LOOK_NCC = 0.6, 0.5
"""Correlation of the ground about the point that one of the two moments and that both must have."""
_WHOLE_NCC, _LEAST_HEALED = 0.6, 0.25
"""Correlation of the ground before both about the middle, and by how much it must be above that of
the ground before one with the ground after the other."""
_RIM = 12
"""Rim of a patch of ground that is left off to look at its middle. [px]"""
_PATCH_SIDE = 48
_PATCH_REACH_M = 12.0
_SIGMAS = 3.0
_LEAST_REACH_M = 4.0
_LOOK_SHARE = 0.1
"""Half the side of the ground that is looked at about a point, over the picture's width: a flash
seen close must not fill it."""
_JUMP = 0.18
"""Logarithm of the scale from one frame to the next from which the view jumped, by 1.2."""
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
    base: int
    """Frame whose pixels `point_px` counts."""
    point_px: tuple[float, float]
    """Impact point. [px]"""
    sd_px: float
    """Its standard uncertainty per axis. [px]"""
    place: MapPoint | None
    """On the map; None when it has no position."""
    to_map: NDArray[np.float64] | None
    """Anchor of its shot to easting and northing (3, 3); None when there is no map."""
    pictures: tuple[tuple[int, NDArray[np.uint8]], ...] = ()
    """Frame index and luma of a frame shortly before and of one of the first that show it."""

    def looks(self, scene: Scene, centre: tuple[float, float]) -> list[NDArray[np.float32]]:
        """Return the ground about a point of the map, north up, before and after the onset."""
        if self.to_map is None:
            return []
        return [
            _ground_patch(luma, self.to_map @ scene.to_anchor[index], centre)
            for index, luma in self.pictures
        ]


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
        again = one.take != other.take or _is_shown_again(scene, one, other)
        return again and _is_whole_again(scene, one, other)
    return _is_same_footage(scene, one, other) or _is_same_place(scene, one, other)


def _is_whole_again(scene: Scene, one: Showing, other: Showing) -> bool:
    """Tell whether the ground that a strike changed was as before when it was struck again.

    Fire and craters do not heal; the footage has gone back in time within what is linked as one
    shot (a replay from the same camera).
    """
    if not one.pictures or not other.pictures or len(one.pictures) < 2:  # noqa: PLR2004 - two moments
        return False
    (before_index, before), (after_index, after), *_ = one.pictures
    index, picture = other.pictures[0]
    x, y = _bring(scene, one.point_px, one.base, into=index)
    if _apart(scene, one, other) > _SAME_POINT_SHARE * scene.width_px:
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


def _is_shown_again(scene: Scene, one: Showing, other: Showing) -> bool:
    """Tell whether both lie at one point of the ground, and the footage was cut between them.

    Either the same pictures show both, or the view jumped: a cut to a closer view is linked as one
    shot. Two strikes of one take hardly lie at one point, and the ground has changed since.
    """
    if not (_is_same_footage(scene, one, other) or _has_jumped(scene, one.onset, other.onset)):
        return False
    reach = _SIGMAS * float(np.hypot(one.sd_px, other.sd_px))
    return _apart(scene, one, other) <= max(reach, _LEAST_REACH_SHARE * scene.width_px)


def _apart(scene: Scene, one: Showing, other: Showing) -> float:
    """Return how far apart two points of one shot lie, in the other's base frame. [px]"""
    x, y = _bring(scene, one.point_px, one.base, into=other.base)
    return float(np.hypot(x - other.point_px[0], y - other.point_px[1]))


def _has_jumped(scene: Scene, first: int, last: int) -> bool:
    """Tell whether the view jumped between two frames: its scale, from one frame to the next."""
    linked = [index for index in range(first, last + 1) if scene.linked[index]]
    scales = np.array([_scale(scene, index) for index in linked])
    return bool(np.any(np.abs(np.diff(np.log(scales))) > _JUMP))


def _scale(scene: Scene, index: int) -> float:
    """Return how many pixels of the anchor a pixel in the middle of a frame covers along a side."""
    matrix = scene.to_anchor[index]
    w = float(matrix[2] @ np.array([scene.width_px / 2.0, scene.height_px / 2.0, 1.0]))
    return float(np.sqrt(abs(np.linalg.det(matrix) / w**3)))


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


def _is_same_place(scene: Scene, one: Showing, other: Showing) -> bool:
    """Tell whether both lie at one place of the map, and the ground there was whole for both.

    Either the ground looks the same before and after, or (the picture may be blinded afterwards)
    that before the second looks as before the first and not as after it.
    """
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
    better = min(one.place, other.place, key=lambda place: float(np.trace(place.covariance())))
    centre = (better.easting_m, better.northing_m)
    first, second = one.looks(scene, centre), other.looks(scene, centre)
    if not first or not second:
        return False
    alike = [_correlation(a, b) for a, b in zip(first, second, strict=False)]
    if min(alike) > _LEAST_LOOK_NCC and max(alike) > _LOOK_NCC:
        return True
    whole = _correlation(_middle(first[0]), _middle(second[0]))
    struck = _correlation(_middle(first[-1]), _middle(second[0]))
    return whole > _WHOLE_NCC and whole - struck > _LEAST_HEALED


def _middle(look: NDArray[np.float32]) -> NDArray[np.float32]:
    return look[_RIM:-_RIM, _RIM:-_RIM]


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    spread = float(one.std()) * float(other.std())
    if spread == 0.0:
        return 0.0
    return float(((one - one.mean()) * (other - other.mean())).mean()) / spread


def _ground_patch(
    picture: NDArray[np.uint8], to_map: NDArray[np.float64], centre: tuple[float, float]
) -> NDArray[np.float32]:
    """Show the ground about a map point, north up.

    Args:
        picture: Luma of a frame.
        to_map: Pixel of that frame to easting and northing (3, 3).
        centre: Easting and northing. [m]
    """
    step = 2.0 * _PATCH_REACH_M / (_PATCH_SIDE - 1)
    to_ground = np.array(
        [
            [step, 0.0, centre[0] - _PATCH_REACH_M],
            [0.0, -step, centre[1] + _PATCH_REACH_M],
            [0.0, 0.0, 1.0],
        ]
    )
    patch = cv2.warpPerspective(
        picture,
        np.linalg.inv(to_map) @ to_ground,
        (_PATCH_SIDE, _PATCH_SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    return np.asarray(cv2.GaussianBlur(patch, (0, 0), 1.5), dtype=np.float32)
