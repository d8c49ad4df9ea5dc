"""Whether two videos show one place from views that no single placement joins.

Key frames of both are matched by turned and scaled features (the local features of the index are
upright), in both polarities; a homography that many of them agree on joins the ground of one shot
with that of the other. So the same place is seen; whether by one camera or two, and when, is for
`_moments` to tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene import KeyFrame, Scene, Shot

__all__ = ["SharedGround", "View", "find_shared_ground"]

WORKING_WIDTH_PX = 480.0
"""Width of the pictures in which places are told. [px]"""

_FEATURES = 900
_KEYS_A_SHOT = 3
_SHOTS = 4
_RATIO = 0.8
_FEWEST = 18
_LEAST_SHARE = 0.35
_RESIDUAL_PX = 3.0
_AREAS = (0.05, 20.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Described:
    """A key frame and its features."""

    shot: int
    to_anchor: Floats
    points: NDArray[np.float32]
    plain: NDArray[np.float32]
    negative: NDArray[np.float32]


@dataclass(slots=True, eq=False)
class View:
    """A video's scene; its features are found when first asked for, once."""

    scene: Scene
    """The scene."""
    _described: list[_Described] = field(default_factory=list)

    @property
    def scale(self) -> float:
        """Return working px to one of the display picture."""
        return WORKING_WIDTH_PX / self.scene.width_px

    def to_anchor(self, frame: int) -> Floats:
        """Return the homography from a frame to its shot's anchor. [working px]"""
        return _scaled(self.scene.to_anchor[frame], self.scale)

    def described(self) -> Sequence[_Described]:
        """Return features of some key frames of the longest shots."""
        if not self._described:
            for number in _longest(self.scene.shots):
                shot = self.scene.shots[number]
                keys = [key for key in self.scene.key_frames if _within(key, shot, self.scene)]
                if keys and shot.overlay_known:  # else symbology would pass for ground
                    places = np.linspace(0, len(keys) - 1, _KEYS_A_SHOT).round().astype(int)
                    chosen = [keys[place] for place in np.unique(places)]
                    self._described += [self._describe(key, number) for key in chosen]
        return self._described

    def _describe(self, key: KeyFrame, number: int) -> _Described:
        size = (int(WORKING_WIDTH_PX), max(round(key.luma.shape[0] * self.scale), 1))
        luma = np.asarray(cv2.resize(key.luma, size, interpolation=cv2.INTER_AREA))
        overlay = self.scene.shots[number].overlay.astype(np.uint8)
        mask = None
        if overlay.any():
            grown = cv2.dilate(cv2.resize(overlay, size, interpolation=cv2.INTER_AREA), np.ones(5))
            mask = np.where(grown > 0, 0, 255).astype(np.uint8)
        finder = cv2.SIFT.create(nfeatures=_FEATURES)
        corners = finder.detect(luma, mask)
        found, plain = finder.compute(luma, corners)
        if plain is None or not len(found):
            plain = np.zeros((0, 128), np.float32)
        negative = _negative(plain)
        points = np.array([corner.pt for corner in found], dtype=np.float32).reshape(-1, 2)
        return _Described(
            shot=number,
            to_anchor=self.to_anchor(key.index),
            points=points,
            plain=np.asarray(plain, dtype=np.float32),
            negative=negative,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedGround:
    """One ground in a shot of each of two videos."""

    shot: int
    """Number of the shot in this video."""
    other_shot: int
    """Number of the shot in the other."""
    from_other: Floats
    """Homography from the other shot's anchor to this one's. [working px of each]"""
    inliers: int
    """Features that agree on it."""


def find_shared_ground(here: View, there: View) -> SharedGround | None:
    """Find the pair of shots that most features join; None when none do.

    A pair of key frames counts when at least 18 features, and 35 % of those that were paired, agree
    to within 3 px on a homography that neither folds nor shrinks the picture to a twentieth.
    Measured on the development archive of `benchmarks/exam_reuse.py`: of 400 pairs of clips over
    different grounds none has even 15.
    """
    best: SharedGround | None = None
    for one in here.described():
        for other in there.described():
            joined = _join(one, other)
            if joined is None:
                continue
            homography, inliers = joined
            if best is None or inliers > best.inliers:
                whole = one.to_anchor @ homography @ np.linalg.inv(other.to_anchor)
                best = SharedGround(
                    shot=one.shot,
                    other_shot=other.shot,
                    from_other=whole / whole[2, 2],
                    inliers=inliers,
                )
    return best


def _join(one: _Described, other: _Described) -> tuple[Floats, int] | None:
    """Return the homography from the other key frame to this one, and how many agree."""
    if min(len(one.points), len(other.points)) < _FEWEST:
        return None
    best: tuple[Floats, int] | None = None
    for words in (other.plain, other.negative):
        pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(words, one.plain, k=2)
        clear = [pair[0] for pair in pairs if pair[0].distance < _RATIO * pair[1].distance]
        if len(clear) < _FEWEST:
            continue
        there = other.points[[pair.queryIdx for pair in clear]]
        here = one.points[[pair.trainIdx for pair in clear]]
        found, agree = cv2.findHomography(
            there, here, cv2.USAC_MAGSAC, _RESIDUAL_PX, maxIters=3000, confidence=0.999
        )
        if found is None:
            continue
        count = len(np.unique(here[agree.ravel() > 0].round().astype(int), axis=0))
        if count < max(_FEWEST, _LEAST_SHARE * len(clear)) or not _plausible(found):
            continue
        if best is None or count > best[1]:
            best = np.asarray(found, dtype=np.float64), count
    return best


def _plausible(homography: Floats) -> bool:
    """Tell whether a picture stays a picture: nowhere folded, mirrored, or all too small."""
    corners = np.array([[[0.0, 0.0], [479.0, 0.0], [479.0, 269.0], [0.0, 269.0]]])
    depths = np.column_stack([corners[0], np.ones(4)]) @ homography[2]
    if (depths <= 0).any():
        return False
    seen = cv2.perspectiveTransform(corners, homography)[0].astype(np.float32)
    area = cv2.contourArea(seen, oriented=True) / (479.0 * 269.0)
    return bool(cv2.isContourConvex(seen) and _AREAS[0] <= abs(area) <= _AREAS[1] and area > 0)


def _negative(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the descriptors of the negative: every gradient turned about.

    The main direction is turned about as well, so that cells are read from the other corner.
    """
    cells = words.reshape(-1, 4, 4, 8)
    return np.ascontiguousarray(cells[:, ::-1, ::-1]).reshape(-1, 128)


def _longest(shots: Sequence[Shot]) -> list[int]:
    order = sorted(range(len(shots)), key=lambda number: (-len(shots[number].span), number))
    return sorted(order[:_SHOTS])


def _within(key: KeyFrame, shot: Shot, scene: Scene) -> bool:
    return shot.span.first <= key.index <= shot.span.last and bool(scene.linked[key.index])


def _scaled(homography: Floats, scale: float) -> Floats:
    """Bring a homography between pictures of the video's size to working px."""
    matrix = np.array([[scale, 0, (scale - 1) / 2], [0, scale, (scale - 1) / 2], [0, 0, 1.0]])
    made = matrix @ homography @ np.linalg.inv(matrix)
    return np.asarray(made / made[2, 2])
