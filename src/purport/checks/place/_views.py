"""What is matched: key frames of a shot on one side, a stretch of the reference on the other."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import zip_longest

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features, detect_features
from purport.imagery import LumaPatch
from purport.scene import KeyFrame, Scene, Shot

__all__ = [
    "Mapped",
    "View",
    "map_patch",
    "shot_views",
    "usable_area",
    "usable_ground",
    "views_ahead",
]

FloatArray = NDArray[np.float64]

_LARGEST_SIDE_PX = 1280
_OVERLAY_MARGIN_PX = 6
_VALID_MARGIN_PX = 5
_ASKED_VIEWS = 4
"""Key frames of a shot whose points are found in any case: as many as are asked one by one whether
they say this place. The others are laid by their blocks and seldom need any."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mapped:
    """A stretch of the reference with its distinctive points."""

    patch: LumaPatch
    """The stretch."""
    features: Features
    """Its points, in its pixels."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A key frame, with a way to its distinctive points."""

    index: int
    """Frame index."""
    luma: NDArray[np.uint8]
    """Luma at display size."""
    usable: NDArray[np.bool_]
    """False where graphics are burnt in."""
    find: Callable[[], Features]
    """Finds its distinctive points, in display pixels; asked again, it gives the same ones."""
    to_anchor: FloatArray
    """Homography to the anchor frame of its shot (3, 3)."""
    link_sd_px: float
    """Standard uncertainty of that homography. [px]"""
    asked: bool = True
    """Whether it is one of the few, spread over the shot, whose points are found in any case."""

    @property
    def features(self) -> Features:
        """Its distinctive points, in display pixels."""
        return self.find()


def map_patch(patch: LumaPatch, *, most_features: int) -> Mapped:
    """Find the distinctive points of a stretch of the reference."""
    features = detect_features(patch.luma, usable_ground(patch), most=most_features, tiles=24)
    return Mapped(patch=patch, features=features)


def usable_ground(patch: LumaPatch) -> NDArray[np.bool_]:
    """Return where a stretch of the reference has a picture, less a margin."""
    return _shrink(patch.valid, _VALID_MARGIN_PX)


def shot_views(scene: Scene, shot: Shot, *, most: int, most_features: int) -> list[View]:
    """Return up to `most` key frames of a shot, by index."""
    frames = _frames(scene, shot, most=most)
    asked = _spread(len(frames), _ASKED_VIEWS)
    return [
        _view(scene, shot, frame, most_features, asked=place in asked)
        for place, frame in enumerate(frames)
    ]


def views_ahead(
    pool: ThreadPoolExecutor,
    scene: Scene,
    shots: Sequence[Shot],
    *,
    most: int,
    most_features: int,
) -> Iterator[tuple[Shot, list[View]]]:
    """Yield each shot with its views, the points of those asked of the next already under way.

    Args:
        pool: Threads to find points in.
        scene: The video.
        shots: Which shots, in this order.
        most: Key frames of a shot, at most.
        most_features: Distinctive points of a frame, at most.
    """

    def begin(shot: Shot) -> list[View]:
        return [
            replace(view, find=pool.submit(view.find).result) if view.asked else view
            for view in shot_views(scene, shot, most=most, most_features=most_features)
        ]

    coming = begin(shots[0]) if shots else []
    for shot, following in zip_longest(shots, shots[1:]):
        views = coming
        coming = begin(following) if following is not None else []
        yield shot, views


def _frames(scene: Scene, shot: Shot, *, most: int) -> list[KeyFrame]:
    """Return up to `most` linked key frames of a shot, spread evenly, by index."""
    frames = [
        frame
        for frame in scene.key_frames
        if frame.index in shot.span and bool(scene.linked[frame.index])
    ]
    return [frames[place] for place in _spread(len(frames), most)]


def _spread(count: int, most: int) -> list[int]:
    """Return up to `most` places among so many, spread evenly, first and last among them."""
    places = np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int))
    return [int(place) for place in places]


def usable_area(overlay: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a picture shows ground: outside burnt-in graphics and a margin round them."""
    return _shrink(~overlay, _OVERLAY_MARGIN_PX)


def _view(scene: Scene, shot: Shot, frame: KeyFrame, most_features: int, *, asked: bool) -> View:
    usable = usable_area(shot.overlay)
    return View(
        index=frame.index,
        luma=frame.luma,
        usable=usable,
        find=cache(partial(_detect_scaled, frame.luma, usable, most_features)),
        to_anchor=np.asarray(scene.to_anchor[frame.index], dtype=np.float64),
        link_sd_px=float(scene.link_sd_px[frame.index]),
        asked=asked,
    )


def _detect_scaled(
    luma: NDArray[np.uint8], usable: NDArray[np.bool_], most_features: int
) -> Features:
    """Find points on the picture, reduced when it is large; pixels come back at full size."""
    height, width = luma.shape
    if max(width, height) <= _LARGEST_SIDE_PX:
        return detect_features(luma, usable, most=most_features)
    factor = _LARGEST_SIDE_PX / max(width, height)
    size = (round(width * factor), round(height * factor))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    open_area = cv2.resize(usable.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    found = detect_features(
        np.asarray(small, dtype=np.uint8), open_area.astype(bool), most=most_features
    )
    ratio = np.array([width / size[0], height / size[1]])
    return Features(
        # The centre of the first pixel is (0, 0) at both sizes.
        points=(found.points + 0.5) * ratio - 0.5,
        sizes=found.sizes * float(ratio.mean()),
        angles=found.angles,
        descriptors=found.descriptors,
    )


def _shrink(area: NDArray[np.bool_], margin_px: int) -> NDArray[np.bool_]:
    kernel = np.ones((2 * margin_px + 1, 2 * margin_px + 1), dtype=np.uint8)
    return np.asarray(cv2.erode(area.astype(np.uint8), kernel, borderValue=1), dtype=bool)
