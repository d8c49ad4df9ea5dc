"""Boxes that pixelate a part of the picture, seen by their blocks in the key frames.

The blocks stand in one place of the picture while the ground moves on beneath, so that key frames
apart show one lattice. When the box comes, the fine detail there falls from one frame to the next,
and when it goes it is back; where it lies is known by then, so that much smaller falls tell than
for boxes that are told by these alone (see `_hiding`).

Measured on 204 simulated clips of development, on which the rules were made: of 10 pixelated boxes
8 are found, 7 of them to the frame at either end, where 4 were by their detail; none is found in
106 unedited clips, nor in 85 with other edits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._hiding import Hidden, measure_falls
from purport.checks.edits._lattices import Lattice, LatticeRules, contrast_of, find_lattices
from purport.checks.edits._plates import Box, clear_of, overlap_of
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["MosaicRules", "find_mosaics", "joined"]

Floats = NDArray[np.float64]
Luma = NDArray[np.uint8]

_WORKING_WIDTH_PX = 640
_EDGE_SHARES = (0.25, 0.25, 0.75, 0.75)
_CUT_FRAMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MosaicRules:
    """When blocks count as a box."""

    lattices: LatticeRules = field(default_factory=LatticeRules)
    """When edges count as those of blocks."""
    again_contrast: float = 0.9
    """Least contrast of a lattice in another key frame that shows it."""
    least_contrast: float = 1.8
    """Least contrast of a lattice (see `contrast_of`)."""
    least_score: float = 2.0
    """Least score of a lattice that counts as seen."""
    least_alone: float = 6.0
    """Least score of one that is seen in a single key frame."""
    least_sum: float = 7.5
    """Least sum of scores over key frames."""
    further_contrast: float = 1.2
    """Least contrast of a less clear lattice in further key frames between which the ground moves.
    In 40 development clips without a pixelated box (14 lattices) one further key frame at most
    reaches it, with 1.4, but for symbology in one, which neither comes nor goes."""
    fewest_further: int = 2
    """Fewest such key frames."""
    further_strength: float = 0.6
    """Strength of a box that is told so."""
    same_box: float = 0.3
    """Least intersection over union of the lattices of two key frames that are one."""
    same_period: float = 0.06
    """Largest difference of their spacings, or of one and a multiple of the other, as a share."""
    least_end: float = 6.0
    """Least change of detail at an end, in standard deviations of the tiles outside."""
    alone_end: float = 8.0
    """The same, at one end at least, for a box that a single key frame shows, or several between
    which the ground does not move: houses can stand along the axes, too."""
    least_moved: float = 0.03
    """Least movement of the ground between key frames that a lattice outlasts, of the width."""
    same_line_px: float = 1.5
    """Largest distance of lines of lattices that are one, at the middle of the first. [px]"""
    end_share: float = 0.3
    """Least rise of detail at which a box goes, of the fall with which it came."""
    shortest_s: float = 0.4
    """Shortest time that a box stands. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    frame: int
    luma: NDArray[np.uint8]
    lattice: Lattice
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    span: FrameSpan
    clearest: float
    """Change of detail at the clearer end, in standard deviations; 0 where neither is clear."""


def find_mosaics(scene: Scene, rules: MosaicRules) -> tuple[Hidden, ...]:
    """Find pixelated boxes, by their first frame.

    (1) Lattices of all key frames are brought together where they are one, line on line. (2) What
    one key frame alone shows must be clearer. (3) What is less clear counts where further key
    frames step along its very lines. (4) The ends are where detail falls and rises most, before the
    first and after the last of these key frames.
    """
    if scene.fine is None:
        return ()
    pictures = {one.index: _working(one.luma) for one in scene.key_frames}
    seen = sorted(_seen(pictures, rules), key=lambda one: -one.lattice.score)
    found: list[Hidden] = []
    while seen:
        group = _one_box(seen, rules)  # 1
        seen = [one for one in seen if all(one is not other for other in group)]
        total = sum(one.lattice.score for one in group)
        if total >= (rules.least_sum if len(group) > 1 else rules.least_alone):  # 2
            hidden = _with_ends(scene, group, total, rules)  # 4
        else:
            hidden = _seen_again(scene, pictures, group, rules)  # 3
        if hidden is not None and not any(overlap_of(hidden.box, one.box) > 0.0 for one in found):
            found.append(hidden)
    return tuple(sorted(found, key=lambda one: one.span.first))


def joined(mosaics: Sequence[Hidden], others: Sequence[Hidden]) -> tuple[Hidden, ...]:
    """Leave out the other boxes that lie where a pixelated one does, at the same time."""
    return tuple(sorted([*mosaics, *clear_of(mosaics, others)], key=lambda one: one.span.first))


def _seen(pictures: Mapping[int, Luma], rules: MosaicRules) -> Iterator[_Seen]:
    """Yield the lattices of key frames, by their index, that stand out."""
    for index, luma in pictures.items():
        high, wide = luma.shape
        for lattice in find_lattices(luma, rules.lattices):
            if lattice.score < rules.least_score:
                break
            if contrast_of(luma, lattice) >= rules.least_contrast:
                left, top, right, bottom = lattice.box_px
                box = left / wide, top / high, right / wide, bottom / high
                yield _Seen(frame=index, luma=luma, lattice=lattice, box=box)


def _working(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring a picture to working size, at most 640 px wide."""
    high, wide = luma.shape
    if wide <= _WORKING_WIDTH_PX:
        return luma
    size = (_WORKING_WIDTH_PX, max(round(high * _WORKING_WIDTH_PX / wide), 1))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _one_box(seen: Sequence[_Seen], rules: MosaicRules) -> list[_Seen]:
    """Return the first with those of other key frames that are one with it, each frame once."""
    first = seen[0]
    group: dict[int, _Seen] = {}
    for one in seen:
        if (
            overlap_of(one.box, first.box) >= rules.same_box
            and _are_one(one.lattice, first.lattice, rules)
            and contrast_of(one.luma, first.lattice) >= rules.again_contrast
        ):
            group.setdefault(one.frame, one)
    return list(group.values())


def _are_one(one: Lattice, other: Lattice, rules: MosaicRules) -> bool:
    """Tell whether two lattices fall on each other, or one on every other line of the other."""
    left, top, right, bottom = other.box_px
    pairs = (
        ((one.across_px, one.left_px), (other.across_px, other.left_px), (left + right) / 2.0),
        ((one.down_px, one.top_px), (other.down_px, other.top_px), (top + bottom) / 2.0),
    )
    for *lines, middle in pairs:
        (fine, origin), (coarse, place) = sorted(lines)
        ratio = coarse / fine
        if abs(ratio - round(ratio)) > rules.same_period * ratio:
            return False
        near = place + round((middle - place) / coarse) * coarse
        aside = abs((near - origin + fine / 2.0) % fine - fine / 2.0)
        if aside > rules.same_line_px:
            return False
    return True


def _seen_again(
    scene: Scene, pictures: Mapping[int, Luma], group: Sequence[_Seen], rules: MosaicRules
) -> Hidden | None:
    """Return a box whose lines further key frames show; None when too few do, or no end is clear.

    Edges need not be found there again: it is enough that the picture steps along the lines, and
    not between them, though other ground lies there by then.
    """
    first = group[0]
    again = [
        index
        for index, luma in pictures.items()
        if contrast_of(luma, first.lattice) >= rules.further_contrast
        and _moved(scene, first.box, (first.frame, index)) >= rules.least_moved
    ]
    if len(again) < rules.fewest_further:
        return None
    ends = _ends(scene, first.box, sorted({first.frame, *again}), rules)
    if ends is None or ends.clearest < rules.alone_end:
        return None
    return Hidden(span=ends.span, box=first.box, strength=rules.further_strength)


def _with_ends(
    scene: Scene, group: Sequence[_Seen], total: float, rules: MosaicRules
) -> Hidden | None:
    """Return a box from where detail falls to where it rises; None when nothing bears it out."""
    frames = sorted(one.frame for one in group)
    box = _middle_box(group)
    ends = _ends(scene, box, frames, rules)
    if ends is None:
        return None
    if _moved(scene, box, frames) < rules.least_moved and ends.clearest < rules.alone_end:
        return None
    strength = 1.0 - 0.5 * rules.least_alone / max(total, rules.least_alone)
    return Hidden(span=ends.span, box=box, strength=strength)


def _ends(scene: Scene, box: Box, frames: Sequence[int], rules: MosaicRules) -> _Ends | None:
    """Find the ends of a box that key frames show; None when it would stand too shortly."""
    falls, deviations = measure_falls(scene, box)
    for shot in scene.shots[1:]:
        deviations[max(shot.span.first - _CUT_FRAMES, 0) : shot.span.first + _CUT_FRAMES] = 0.0
    begin, end = _most(falls, deviations, slice(0, frames[0] + 1), rules), scene.frames - 1
    if frames[-1] < scene.frames - 1:
        end = _most(-falls, -deviations, slice(frames[-1] + 1, scene.frames), rules)
    coming, going = float(deviations[begin]), -float(deviations[end])
    comes, goes = coming >= rules.least_end, going >= rules.least_end
    if comes and -falls[end] < rules.end_share * falls[begin]:
        goes = False
    span = FrameSpan(first=begin if comes else 0, last=end - 1 if goes else scene.frames - 1)
    if scene.seconds(span.last) - scene.seconds(span.first) < rules.shortest_s:
        return None
    clearest = max(coming if comes else 0.0, going if goes else 0.0)
    return _Ends(span=span, clearest=clearest)


def _most(falls: Floats, deviations: Floats, among: slice, rules: MosaicRules) -> int:
    """Return the frame at which detail falls most of those at which it falls clearly.

    Where the picture is dim or faded little spreads, so that small falls stand out far. If it falls
    clearly nowhere, the clearest frame is returned.
    """
    clear = np.where(deviations[among] >= rules.least_end, falls[among], 0.0)
    best = clear if clear.max() > 0.0 else deviations[among]
    return int(among.start) + int(np.argmax(best))


def _moved(scene: Scene, box: Box, frames: Sequence[int]) -> float:
    """Return how far the ground moves in a box from the first to a later frame, of the width.

    A cut between them is as good as any movement: infinite.
    """
    size = scene.width_px, scene.height_px
    middle = [(box[edge] + box[edge + 2]) / 2.0 * size[edge] for edge in (0, 1)]
    farthest = 0.0
    for frame in frames[1:]:
        if frame not in scene.shot_of(frames[0]).span:
            return float("inf")
        if not (scene.linked[frame] and scene.linked[frames[0]]):
            continue
        ground = scene.to_anchor[frames[0]] @ np.array([*middle, 1.0])
        there = np.linalg.solve(scene.to_anchor[frame], ground)
        moved = there[:2] / there[2] - middle
        farthest = max(farthest, float(np.hypot(*moved)) / scene.width_px)
    return farthest


def _middle_box(group: Sequence[_Seen]) -> Box:
    """Return a box that most of a group fill."""
    boxes = np.array([one.box for one in group])
    left, top, right, bottom = (
        float(np.quantile(boxes[:, edge], share)) for edge, share in enumerate(_EDGE_SHARES)
    )
    return left, top, right, bottom
