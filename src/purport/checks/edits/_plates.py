"""Plates laid over a picture: logos and captions, with the frames in which they stand.

What an editor lays over a picture has straight sides, hides what is below and does not follow the
ground. (1) A plate that comes or goes within a shot changes a box from one frame to the next; on
one side of that frame the box stands still though the picture moves. Blasts, glints and vehicles
appear suddenly too, but are round or go on changing; lost blocks are gone with the next frame.
(2) A plate that stands through a shot shows the same in all of its key frames. Instruments draw
thin lines and letters through which the ground is seen: no plate.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene, Shot

__all__ = [
    "Box",
    "Changes",
    "Plate",
    "PlateRules",
    "clear_of",
    "find_plates",
    "graphics_share",
    "hides_ground",
    "inside_of",
    "overlap_of",
]

Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the picture's width and height."""


class _Boxed(Protocol):
    @property
    def span(self) -> FrameSpan: ...

    @property
    def box(self) -> Box: ...


_BoxedT = TypeVar("_BoxedT", bound=_Boxed)

_THUMBNAIL_PX = 64
_CLOSE_PX, _OPEN_PX = 5, 3
_LETTERS = np.ones((7, 7), np.uint8)
"""Bridges the letters of a plate that are as bright as the ground was."""
_CORNER_PX = 2
_FEWEST_CORNERS = 3
_KEPT_CHANGES = 64
_STILL_LEVELS = 0.35
_FEWEST_KEY_FRAMES = 4
_LEAST_SD = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateRules:
    """When a box counts as a plate."""

    around_frames: int = 8
    """Frames compared on either side of a step."""
    fewest_around: int = 4
    """Fewest frames on either side without which nothing is said."""
    shortest_s: float = 0.4
    """Shortest time that a plate stands: what is meant to be seen stays longer, and lost blocks
    are back before. [s]"""
    least_levels: float = 6.0
    """Least change of a thumbnail's pixel at the step, beyond what it changes otherwise. [luma]"""
    usual_factor: float = 2.0
    """How many times its usual change has to be added."""
    largest_worn: float = 0.5
    """Largest change of a plate's pixels from frame to frame while it stands, of what they change
    without it, and of what the picture changes around it."""
    least_busy: float = 0.3
    """Least change from frame to frame about the plate: a still picture tells nothing. [luma]"""
    least_fill: float = 0.8
    """Least share of its bounding box that a plate fills; a disc fills 0.785."""
    smallest_px: tuple[int, int] = (5, 4)
    """Smallest box, of 64 pixels each way: the longer and the shorter side."""
    largest_share: float = 0.4
    """Largest share of the picture that a box takes."""
    largest_outside: float = 0.04
    """Largest share of the picture that steps outside the box."""
    least_graphics: float = 0.4
    """Least share of the box in which the scene finds burnt-in graphics, unless it comes and goes
    at two clear steps."""
    standing_graphics: float = 0.5
    """The same for a plate that stands through a shot."""
    same_box: float = 0.6
    """Least intersection over union of a box that comes and the one that goes."""
    hidden_share: float = 0.6
    """Least share of a plate's pixels that are as still."""
    still_ratio: float = 0.35
    """Largest standard deviation of a standing plate's pixels over key frames, of the picture's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """A plate and the frames in which it stands."""

    span: FrameSpan
    """Its frames."""
    box: Box
    """Where."""
    strength: float
    """0.5 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    frame: int
    comes: bool
    box: Box
    contrast: float


def find_plates(scene: Scene, rules: PlateRules) -> tuple[Plate, ...]:
    """Find plates, by their first frame."""
    found: list[Plate] = []
    for shot in scene.shots:
        steps = list(_steps(scene, shot.span, rules))
        coming = list(_coming(scene, shot, steps, rules))
        found.extend(coming)
        found.extend(
            plate
            for plate in _standing(scene, shot, rules)
            if all(overlap_of(plate.box, other.box) == 0.0 for other in coming)
        )
    return tuple(sorted(_joined(found, rules), key=lambda plate: (plate.span.first, plate.box)))


def clear_of(placed: Sequence[_Boxed], others: Sequence[_BoxedT]) -> Iterator[_BoxedT]:
    """Yield those of the others that lie where none of the placed does at the same time."""
    for other in others:
        if not any(
            overlap_of(other.box, one.box) > 0.0 and meet(other.span, one.span) for one in placed
        ):
            yield other


def overlap_of(one: Box, other: Box) -> float:
    """Return the intersection over union of two boxes."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    along = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(across, 0.0) * max(along, 0.0)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)


def _coming(scene: Scene, shot: Shot, steps: list[_Step], rules: PlateRules) -> Iterator[Plate]:
    """Yield plates that come within a shot, to where they go or the shot ends."""
    until: dict[Box, int] = {}
    for step in steps:
        if not step.comes or any(
            step.frame <= last and overlap_of(step.box, box) > 0.0 for box, last in until.items()
        ):
            continue
        gone = next(
            (
                other
                for other in steps
                if other.frame > step.frame
                and not other.comes
                and overlap_of(step.box, other.box) >= rules.same_box
            ),
            None,
        )
        last = shot.span.last if gone is None else gone.frame - 1
        if scene.seconds(last) - scene.seconds(step.frame) < rules.shortest_s:
            continue
        if gone is None and (
            graphics_share(shot, step.box) < rules.least_graphics
            or not _stands(scene, step, last, rules)
            or not hides_ground(scene, FrameSpan(first=step.frame, last=last), step.box, rules)
        ):
            continue
        until[step.box] = last
        yield Plate(
            span=FrameSpan(first=step.frame, last=last),
            box=step.box,
            strength=1.0 - 0.5 / max(step.contrast, 1.0),
        )


def _stands(scene: Scene, step: _Step, last: int, rules: PlateRules) -> bool:
    """Tell whether a box stands still to the end while the picture about it moves."""
    frames = np.linspace(step.frame + 1, last, min(last - step.frame, _KEPT_CHANGES)).astype(int)
    frames = np.unique(frames[frames > step.frame])
    if not len(frames):
        return False
    inside = inside_of(step.box)
    within, about = [], []
    for frame in frames.tolist():
        change = cv2.absdiff(scene.thumbnails[frame], scene.thumbnails[frame - 1])
        within.append(float(change[inside].mean()))
        about.append(float(change[~inside].mean()))
    return sum(within) <= rules.largest_worn * sum(about)


def hides_ground(scene: Scene, span: FrameSpan, box: Box, rules: PlateRules) -> bool:
    """Tell whether nearly all of a box shows the same in the key frames of a stretch.

    Lines and letters let the ground be seen between them. With fewer than two key frames, or where
    the picture does not move between them, nothing speaks against it.
    """
    frames = [one.luma for one in scene.key_frames if one.index in span]
    if len(frames) < 2:  # noqa: PLR2004 - nothing to compare
        return True
    spread = _reduced(frames).std(axis=0)
    usual = float(np.median(spread))
    side = len(spread)
    left, top, right, bottom = (round(edge * side) for edge in box)
    still = spread[top:bottom, left:right] <= rules.still_ratio * usual
    return usual < _LEAST_SD / 2.0 or bool(still.mean() >= rules.hidden_share)


def _reduced(frames: Sequence[NDArray[np.uint8]]) -> Floats:
    """Bring key frames to four times the size of thumbnails (n, 256, 256)."""
    size = (4 * _THUMBNAIL_PX, 4 * _THUMBNAIL_PX)
    reduced = [cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in frames]
    return np.stack(reduced).astype(np.float32)


def _steps(scene: Scene, span: FrameSpan, rules: PlateRules) -> Iterator[_Step]:
    """Yield boxes that come or go.

    (1) A pixel steps when it changes by far more than it does on the busier side. (2) The pixels
    that step fill a box, and few step elsewhere. (3) On one side of the step the box stands still,
    beside what it does on the other side and beside the picture about it.
    """
    reach = rules.around_frames
    changes = Changes(scene.thumbnails, span)
    for frame in range(span.first + rules.fewest_around, span.last - rules.fewest_around + 2):
        step = changes.at(frame)
        if np.count_nonzero(step >= rules.least_levels) < np.prod(rules.smallest_px):
            continue
        sides = changes.mean(frame - reach, frame - 1), changes.mean(frame + 1, frame + reach)
        limit = rules.least_levels + rules.usual_factor * np.maximum(*sides)  # 1
        stepping = np.asarray(step >= limit)
        for comes, (quiet, busy) in ((True, sides[::-1]), (False, sides)):
            stands = quiet <= np.maximum(rules.largest_worn * busy, _STILL_LEVELS)
            for box, inside in _boxes(stepping & stands, rules):  # 2
                outside = np.count_nonzero(stepping & ~inside_of(box)) / stepping.size
                if outside > rules.largest_outside:
                    continue
                within, without = float(quiet[inside].mean()), float(busy[inside].mean())
                about = float(quiet[~inside].mean())
                if about >= rules.least_busy and (
                    within <= rules.largest_worn * min(without, about)  # 3
                ):
                    contrast = float((step[inside] / limit[inside]).mean())
                    yield _Step(frame=frame, comes=comes, box=box, contrast=contrast)


class Changes:
    """Changes of thumbnails from frame to frame within a shot, a few kept at a time."""

    def __init__(self, thumbnails: NDArray[np.uint8], span: FrameSpan) -> None:
        self._thumbnails = thumbnails
        self._span = span
        self._kept: dict[int, Floats] = {}

    def at(self, frame: int) -> Floats:
        """Return the change from the frame before (64, 64)."""
        if frame not in self._kept:
            change = cv2.absdiff(self._thumbnails[frame], self._thumbnails[frame - 1])
            self._kept[frame] = change.astype(np.float32)
            if len(self._kept) > _KEPT_CHANGES:
                del self._kept[min(self._kept)]
        return self._kept[frame]

    def mean(self, first: int, last: int) -> Floats:
        """Return the mean change over frames, as far as the shot has them (64, 64)."""
        frames = range(max(first, self._span.first + 1), min(last, self._span.last) + 1)
        total = np.zeros((_THUMBNAIL_PX, _THUMBNAIL_PX), dtype=np.float32)
        for frame in frames:
            total += self.at(frame)
        return np.asarray(total / max(len(frames), 1), dtype=np.float32)


def _boxes(flags: Flags, rules: PlateRules) -> Iterator[tuple[Box, Flags]]:
    """Yield boxes that flagged pixels fill, with those pixels."""
    closed = cv2.morphologyEx(
        flags.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((_CLOSE_PX, _CLOSE_PX), np.uint8)
    )
    closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((_OPEN_PX, _OPEN_PX), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    for label in range(1, count):
        left, top, wide, high, _ = (int(one) for one in stats[label])
        part = labels[top : top + high, left : left + wide] == label
        inside = np.asarray((labels == label) & flags)
        if _is_box(part, flags.size, rules):
            yield _to_box(left, top, wide, high), inside


def _is_box(part: Flags, whole: int, rules: PlateRules) -> bool:
    """Tell whether a component (cut to its bounding box) has straight sides and a fit size."""
    high, wide = part.shape
    longer, shorter = sorted((wide, high), reverse=True)
    if longer < rules.smallest_px[0] or shorter < rules.smallest_px[1]:
        return False
    filled = cv2.morphologyEx(part.astype(np.uint8), cv2.MORPH_CLOSE, _LETTERS)
    if wide * high > rules.largest_share * whole or filled.mean() < rules.least_fill:
        return False
    ends = slice(0, _CORNER_PX), slice(-_CORNER_PX, None)
    return sum(bool(part[down, across].any()) for down in ends for across in ends) >= (
        _FEWEST_CORNERS
    )


def _to_box(left: int, top: int, wide: int, high: int) -> Box:
    side = float(_THUMBNAIL_PX)
    return left / side, top / side, (left + wide) / side, (top + high) / side


def inside_of(box: Box) -> Flags:
    flags = np.zeros((_THUMBNAIL_PX, _THUMBNAIL_PX), dtype=np.bool_)
    left, top, right, bottom = (round(edge * _THUMBNAIL_PX) for edge in box)
    flags[top:bottom, left:right] = True
    return flags


def graphics_share(shot: Shot, box: Box) -> float:
    rows, columns = shot.overlay.shape
    left, right = round(box[0] * columns), round(box[2] * columns)
    top, bottom = round(box[1] * rows), round(box[3] * rows)
    return float(shot.overlay[top:bottom, left:right].mean())


def _standing(scene: Scene, shot: Shot, rules: PlateRules) -> Iterator[Plate]:
    """Yield plates that stand through a shot, from its key frames.

    (1) A pixel stands still when it varies far less over the key frames than the picture does.
    (2) Thin lines and letters are taken away. (3) What is left must have straight sides and be
    graphics by the scene's own measure too: bare ground can look alike in every key frame.
    """
    frames = [one.luma for one in scene.key_frames if one.index in shot.span]
    if len(frames) < _FEWEST_KEY_FRAMES or not shot.overlay_known:
        return
    spread = _reduced(frames).std(axis=0)
    usual = float(np.median(spread))
    if usual < _LEAST_SD:
        return
    still = (spread <= rules.still_ratio * usual).astype(np.uint8)  # 1
    kernel = np.ones((9, 9), np.uint8)
    plates = cv2.morphologyEx(
        cv2.morphologyEx(still, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), cv2.MORPH_OPEN, kernel
    )  # 2
    count, labels, stats, _ = cv2.connectedComponentsWithStats(plates, connectivity=4)
    for label in range(1, count):
        left, top, wide, high, _ = (int(one) / 4.0 for one in stats[label])
        rows, columns = (
            slice(int(4 * top), int(4 * (top + high))),
            slice(int(4 * left), int(4 * (left + wide))),
        )
        part = labels[rows, columns] == label
        thin = (
            cv2.resize(
                part.astype(np.uint8),
                (max(round(wide), 1), max(round(high), 1)),
                interpolation=cv2.INTER_AREA,
            )
            > 0
        )
        box = left / 64.0, top / 64.0, (left + wide) / 64.0, (top + high) / 64.0
        if _is_box(thin, _THUMBNAIL_PX**2, rules) and (
            graphics_share(shot, box) >= rules.standing_graphics  # 3
        ):
            yield Plate(span=shot.span, box=box, strength=0.75)


def _joined(plates: Iterable[Plate], rules: PlateRules) -> list[Plate]:
    """Join plates that go on from shot to shot."""
    joined: list[Plate] = []
    for plate in sorted(plates, key=lambda one: one.span.first):
        before = next(
            (
                number
                for number, other in enumerate(joined)
                if other.span.last + 1 == plate.span.first
                and overlap_of(other.box, plate.box) >= rules.same_box
            ),
            None,
        )
        if before is None:
            joined.append(plate)
            continue
        earlier = joined[before]
        joined[before] = Plate(
            span=FrameSpan(first=earlier.span.first, last=plate.span.last),
            box=earlier.box,
            strength=max(earlier.strength, plate.strength),
        )
    return joined
