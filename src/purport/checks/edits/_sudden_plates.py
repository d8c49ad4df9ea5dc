"""Plates that come at once, followed through cuts to where they go.

A plate as bright as the ground in parts steps in patches, so that no box can be drawn about what
steps. Here the rectangle is taken in which most steps and then stands still, and around which
hardly anything does. What it shows is then looked for in every frame after it, over cuts and
through blasts, until it goes at once: a fire or a cloud of smoke fades, and goes on with the
ground.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._hiding import fullest_box, grown
from purport.checks.edits._paths import Path
from purport.checks.edits._plates import (
    Box,
    Changes,
    Plate,
    PlateRules,
    clear_of,
    graphics_share,
    hides_ground,
    inside_of,
    overlap_of,
)
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["SuddenPlateRules", "find_sudden_plates", "together"]

Flags = NDArray[np.bool_]
Floats = NDArray[np.float32]

_SIDE_PX = 64
_RING_PX = 3
_KEPT_FRAMES = 4
_BACK_FRAMES = 3
_CORNERS, _CORNER_PX = 4, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SuddenPlateRules:
    """When a rectangle that steps counts as a plate; further rules are those of plates."""

    plates: PlateRules = field(default_factory=PlateRules)
    """How far pixels step and stand still."""
    longer_reach: int = 3
    """How many times as many frames are looked at where the picture stands still at first."""
    tallest: float = 1.5
    """Largest height of a plate, of its width: who comes to a halt before the camera is tall."""
    least_moved: float = 0.03
    """Least way that the ground goes while it stands, of the picture's width: before a camera that
    stands, whatever comes to rest or is uncovered stands still as well."""
    fewest_px: int = 14
    """Fewest pixels that step, of 64×64."""
    moving_cost: float = 0.7
    """What a pixel that goes on moving takes from a rectangle, of what one that steps adds."""
    idle_cost: float = 0.15
    """What one takes that does neither."""
    least_fill: float = 0.45
    """Least share of a rectangle that steps."""
    least_corner: float = 0.2
    """Least share of a rectangle's corner that does, in three of four."""
    largest_near: float = 0.6
    """Largest share of its own pixels and those that touch it that do without being in it, of that
    within: what lies on its edge steps in part."""
    largest_ring: float = 0.2
    """The same for the pixels beyond: a disc leaves its edges out."""
    clean_cost: float = 0.5
    """What a pixel that does not step takes from a rectangle that steps alone."""
    clean_fill: float = 0.6
    """Least share of such a rectangle that steps."""
    clean_corner: float = 0.5
    """Least share of two pixels each way at its corners that does, in three of four; a disc leaves
    them out."""
    clean_outside: float = 0.01
    """Largest share of the picture that steps elsewhere."""
    largest_outside: float = 0.08
    """Largest share of the picture that steps outside a rectangle, then standing or not."""
    worn_between: float = 0.8
    """Largest change of a plate that goes at once from frame to frame, of that about it."""
    faded_share: float = 1.0
    """Largest difference to what the plate showed at first while it stands, of what changed when it
    came."""
    seen_through: float = 0.35
    """Share of a change of the picture's light that may be seen through a plate."""
    gone_share: float = 0.25
    """Least change from one frame to the next with which it goes, and least difference to what it
    showed at first, of that; the ground may by then be as bright as it is."""
    gone_with_cut: float = 0.4
    """The same at a cut, over which some of the ground may be seen through it."""
    gone_factor: float = 3.0
    """How many times the change of the picture about it that must be, within a shot."""
    least_evidence: float = 0.15
    """Least share of graphics in the scene where key frames show that the ground is hidden."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Coming:
    frame: int
    box: Box
    contrast: float
    change: float
    """Mean change within the box as it comes. [luma]"""
    clean: bool
    """Whether it steps nearly whole, and nothing else in the picture does."""


def find_sudden_plates(scene: Scene, path: Path, rules: SuddenPlateRules) -> tuple[Plate, ...]:
    """Find plates that come within a shot, by their first frame."""
    found: list[Plate] = []
    for shot in scene.shots:
        for coming in _comings(scene, shot.span, rules):
            if any(
                coming.frame in one.span and overlap_of(coming.box, one.box) > 0.0 for one in found
            ):
                continue
            plate = None if _is_tall(scene, coming, rules) else _followed(scene, coming, rules)
            if plate is not None and _way(path, plate.span) >= rules.least_moved * scene.width_px:
                found.append(plate)
    return tuple(found)


def _is_tall(scene: Scene, coming: _Coming, rules: SuddenPlateRules) -> bool:
    left, top, right, bottom = coming.box
    return (bottom - top) * scene.height_px > rules.tallest * (right - left) * scene.width_px


def _way(path: Path, span: FrameSpan) -> float:
    """Return how far the ground goes over the frames of a span, as far as it is known. [px]"""
    gone = path.moved_before_px[span.last + 1] - path.moved_before_px[span.first + 1]
    return float(np.hypot(*gone))


def together(sudden: Sequence[Plate], others: Sequence[Plate]) -> tuple[Plate, ...]:
    """Leave out the other plates that lie where a sudden one does, at the same time."""
    return tuple(
        sorted([*sudden, *clear_of(sudden, others)], key=lambda one: (one.span.first, one.box))
    )


def _comings(scene: Scene, span: FrameSpan, rules: SuddenPlateRules) -> Iterator[_Coming]:
    """Yield rectangles that step and then stand still, while the picture about them moves.

    (1) A pixel steps when it changes by far more than it does on the busier side; (2) it stands
    when it then changes far less than before. (3) The rectangle is that with the largest sum.
    (4) Over flat ground nothing changes less than before, and ground seen through a plate goes on:
    there the rectangle is that of all that steps, if it does so alone in the picture.
    """
    plates, reach = rules.plates, rules.plates.around_frames
    changes = Changes(scene.thumbnails, span)
    for frame in range(span.first + plates.fewest_around, span.last - plates.fewest_around + 2):
        step = changes.at(frame)
        if np.count_nonzero(step >= plates.least_levels) < rules.fewest_px:
            continue
        busy, quiet = changes.mean(frame - reach, frame - 1), changes.mean(frame + 1, frame + reach)
        limit = plates.least_levels + plates.usual_factor * np.maximum(busy, quiet)
        if float(quiet.mean()) < plates.least_busy:
            quiet = changes.mean(frame + 1, frame + rules.longer_reach * reach)
        stepping = step >= limit  # 1
        still = quiet <= np.maximum(plates.largest_worn * busy, 0.35)  # 2
        coming = np.asarray(stepping & still)
        if np.count_nonzero(coming) < rules.fewest_px:
            continue
        moving = ~still & (quiet >= plates.largest_worn * float(quiet.mean()))
        costs = np.where(moving, -rules.moving_cost, -rules.idle_cost)
        rows, columns = fullest_box(np.where(coming, 1.0, costs).astype(np.float32))  # 3
        inside = inside_of(_to_box(rows, columns))
        worn = plates.largest_worn * float(busy[inside].mean())
        clean = float(quiet[inside].mean()) > worn or not _is_plate(
            coming, stepping, rows, columns, rules=rules
        )
        if clean:
            rows, columns = fullest_box(  # 4
                np.where(stepping, 1.0, -rules.clean_cost).astype(np.float32)
            )
            if not _is_clean(stepping, rows, columns, rules=rules):
                continue
            inside, coming = inside_of(_to_box(rows, columns)), stepping
        within, about = float(quiet[inside].mean()), float(quiet[~inside].mean())
        if about >= plates.least_busy and within <= plates.largest_worn * about:
            yield _Coming(
                frame=frame,
                box=_to_box(rows, columns),
                contrast=float((step[coming & inside] / limit[coming & inside]).mean()),
                change=float(step[inside].mean()),
                clean=clean,
            )


def _is_clean(stepping: Flags, rows: slice, columns: slice, *, rules: SuddenPlateRules) -> bool:
    """Tell whether a rectangle steps nearly whole, and nothing else in the picture does."""
    part, outside = stepping[rows, columns], stepping.copy()
    outside[grown(rows), grown(columns)] = False
    ends = slice(0, _CORNER_PX), slice(-_CORNER_PX, None)
    corners = [float(part[down, across].mean()) for down in ends for across in ends]
    return (
        float(part.mean()) >= rules.clean_fill
        and sum(share >= rules.clean_corner for share in corners) >= _CORNERS - 1
        and float(outside.mean()) <= rules.clean_outside
        and _is_plate(stepping, stepping, rows, columns, rules=rules)
    )


def _to_box(rows: slice, columns: slice) -> Box:
    side = float(_SIDE_PX)
    return columns.start / side, rows.start / side, columns.stop / side, rows.stop / side


def _is_plate(
    coming: Flags, stepping: Flags, rows: slice, columns: slice, *, rules: SuddenPlateRules
) -> bool:
    """Tell whether what steps fills a rectangle up to its corners, and hardly goes beyond."""
    high, wide = rows.stop - rows.start, columns.stop - columns.start
    longer, shorter = sorted((wide, high), reverse=True)
    least_longer, least_shorter = rules.plates.smallest_px
    if longer < least_longer or shorter < least_shorter:
        return False
    part = coming[rows, columns]
    fill = float(part.mean())
    if fill < rules.least_fill or high * wide > rules.plates.largest_share * coming.size:
        return False
    down, across = max(high // 2, 1), max(wide // 4, 2)
    ends = (slice(0, down), slice(-down, None)), (slice(0, across), slice(-across, None))
    corners = [float(part[one, other].mean()) for one in ends[0] for other in ends[1]]
    if sum(share >= rules.least_corner for share in corners) < _CORNERS - 1:
        return False
    outside = stepping.copy()
    outside[rows, columns] = False
    beyond = (
        _share(outside & coming, np.ones_like(coming)) <= rules.plates.largest_outside
        and _share(outside, np.ones_like(coming)) <= rules.largest_outside
    )
    near, far = (_about(rows, columns, by) for by in (1, _RING_PX))
    return (
        beyond
        and _share(outside, near) <= rules.largest_near * fill
        and _share(outside, far & ~near) <= rules.largest_ring * fill
    )


def _about(rows: slice, columns: slice, by: int) -> Flags:
    """Flag the pixels about a rectangle up to some way off, and those within."""
    flags = np.zeros((_SIDE_PX, _SIDE_PX), dtype=np.bool_)
    flags[
        max(rows.start - by, 0) : rows.stop + by, max(columns.start - by, 0) : columns.stop + by
    ] = True
    return flags


def _share(flags: Flags, among: Flags) -> float:
    return float(flags[among].mean()) if among.any() else 0.0


def _followed(scene: Scene, coming: _Coming, rules: SuddenPlateRules) -> Plate | None:
    """Follow a plate to where it goes; None when it fades, or nothing shows that it hides ground.

    What stays to the end of the video must hide the ground there. A box that came clean is filled,
    so that stillness tells as well, through which some of the ground may be seen.
    """
    inside = inside_of(coming.box)
    gone, fades = _gone(scene, coming, inside, rules)
    span = FrameSpan(first=coming.frame, last=gone - 1)
    lasts_s = scene.seconds(span.last) - scene.seconds(span.first)
    if fades or lasts_s < rules.plates.shortest_s:
        return None
    wear = _wear(scene, span, inside)
    if wear > rules.worn_between:
        return None
    if gone == scene.frames:
        still = wear <= rules.plates.largest_worn
        hides = _hides(scene, span, coming.box, rules)
        if coming.clean:
            least = rules.plates.least_graphics
            stays = (still or hides) and _graphics(scene, span, coming.box) >= least
        else:
            stays = still and hides
        if not stays:
            return None
    return Plate(span=span, box=coming.box, strength=1.0 - 0.5 / max(coming.contrast, 1.0))


def _gone(
    scene: Scene, coming: _Coming, inside: Flags, rules: SuddenPlateRules
) -> tuple[int, bool]:
    """Return the first frame without what a box showed at first, and whether it has faded instead.

    It is gone when the box changes at once, far more than the picture about it (or with a cut), and
    then shows something else; it fades when it comes to show something else in any other way. What
    the light of the picture changes by may be seen through a plate in part.
    """
    thumbnails, first = scene.thumbnails, coming.frame
    shown = thumbnails[first : first + _KEPT_FRAMES].astype(np.float32).mean(axis=0)
    begins = {shot.span.first for shot in scene.shots}
    light, away = float(shown[~inside].mean()), 0
    for frame in range(first + 1, scene.frames):
        change = np.abs(thumbnails[frame].astype(np.int16) - thumbnails[frame - 1])
        within, about = float(change[inside].mean()), float(change[~inside].mean())
        apart = _apart(thumbnails[frame : frame + _KEPT_FRAMES], shown, inside)
        seen_through = rules.seen_through * abs(float(thumbnails[frame][~inside].mean()) - light)
        part = rules.gone_with_cut if frame in begins else rules.gone_share
        alone = frame in begins or within >= rules.gone_factor * about
        least = part * coming.change
        if alone and within >= least and apart >= least + seen_through:
            return frame, False
        faded = apart > rules.faded_share * coming.change + seen_through
        away = away + 1 if faded else 0
        if away == _KEPT_FRAMES:
            return frame, True
    return scene.frames, False


def _apart(thumbnails: NDArray[np.uint8], shown: Floats, inside: Flags) -> float:
    """Return how far a few thumbnails are from what was shown, within a box. [luma]"""
    mean = thumbnails.astype(np.float32).mean(axis=0)
    return float(np.abs(mean[inside] - shown[inside]).mean())


def _wear(scene: Scene, span: FrameSpan, inside: Flags) -> float:
    """Return how much a box changes from frame to frame, of what the picture about it does.

    Frames in which the picture changes less than in the usual one are left out.
    """
    frames = np.arange(span.first + 1, span.last + 1)
    change = np.abs(scene.thumbnails[frames].astype(np.int16) - scene.thumbnails[frames - 1])
    within, about = change[:, inside].mean(axis=1), change[:, ~inside].mean(axis=1)
    busy = about >= np.median(about)
    usual = float(np.median(about[busy]))
    return float(np.median(within[busy])) / usual if usual > 0.0 else np.inf


def _hides(scene: Scene, span: FrameSpan, box: Box, rules: SuddenPlateRules) -> bool:
    """Tell whether key frames, and the scene's graphics, show that the ground is hidden."""
    if not hides_ground(scene, span, box, rules.plates):
        return False
    share = _graphics(scene, span, box)
    seen = sum(one.index in span for one in scene.key_frames)
    enough = seen >= 2  # noqa: PLR2004 - two can be compared
    return share >= (rules.least_evidence if enough else rules.plates.least_graphics)


def _graphics(scene: Scene, span: FrameSpan, box: Box) -> float:
    """Return the share of a box in which the scene finds graphics, in the shot with most."""
    return max(graphics_share(shot, box) for shot in scene.shots if meet(shot.span, span))
