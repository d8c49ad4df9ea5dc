"""Measuring one strike as far as what is recorded allows; else why not, and what would help.

Three things are needed: a recorded publication, metres (a map, or a length known in the picture),
and something to count from (a target stated or marked, or the crosshair, which is assumed).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from purport.checks.contract import Evidence
from purport.checks.impacts._crosshair import CROSSHAIR_SD_PX, find_crosshair
from purport.checks.impacts._ground import Mapped, ShotMap, find_map, map_effect, map_pixel
from purport.checks.impacts._known_lengths import (
    PictureLength,
    PicturePoint,
    measure_in_picture,
)
from purport.checks.impacts._lifting import FLASH, REMAINS, without_view
from purport.checks.impacts._marks import Shown, between_frames
from purport.checks.impacts._offsets import Offset, offset_between, offset_to
from purport.checks.impacts._remedies import find_refusal
from purport.checks.impacts._surface import Surface, read_surface, stand_on
from purport.checks.impacts.records import PointBasis
from purport.core.case import Target
from purport.core.marks import MarkKind, PointMark, control_points, known_lengths, point_marks
from purport.scene import Scene

__all__ = ["Measured", "measure_strike"]

_UNPUBLISHED = (
    "Positions and distances are not measured, because it is not recorded where and when the "
    "footage was made public."
)
_PUBLISH = "Record where and when the footage was made public."
_NO_REFERENCE = (
    "Positions and distances are not measured, because no orthophoto of the place was given."
)
_UNPLACED = (
    "Positions and distances are not measured, because this part of the footage could not be "
    "placed on the map."
)
_KNOWN_LENGTH = "mark a length that you know on the ground, in the shot that shows the strike"
_NO_TARGET = (
    "Distances are not measured, because no target is given and no crosshair is burnt into the "
    "picture."
)
_STATE_TARGET = "State the target's position or outline, or mark the target in the picture."
_TARGET_NOT_SEEN = (
    "Distances are not measured: a length is known in the picture, but the target is only known on "
    "a map, on which this part of the footage could not be placed."
)
_MARK_TARGET = "Mark the target in the picture, in the shot that shows the strike."
_CONTRADICTION = (
    "Distances are not measured, because no view of flat ground explains the known lengths and the "
    "points together."
)
_CHECK_LENGTHS = "Check the known lengths: both ends at the height of the ground, in one shot."
_CROSSHAIR = "crosshair (assumed)"
_MAP = "map"
_LENGTH = "known length (ground plane assumed)"
_FEWEST_CONTROL_POINTS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """A showing as far as it could be measured on the ground."""

    shown: Shown
    """The showing."""
    mapped: Mapped | None = None
    """On the map; None without one."""
    offset: Offset | None = None
    """From the target; None when it could not be measured."""
    target_basis: str | None = None
    """What the offset is counted from."""
    scale_basis: str | None = None
    """Where its metres come from."""
    lacks: str | None = None
    """Why there is no offset."""
    remedy: str | None = None
    """What would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """What to count from: a place on the map, or a pixel of a frame."""

    basis: str
    target: Target | None = None
    frame: int = 0
    pixel: tuple[float, float] = (0.0, 0.0)
    sd_px: float = 0.0


def measure_strike(evidence: Evidence, scene: Scene, shown: Shown) -> Measured:
    """Measure a showing; positions and distances only for footage whose publication is recorded."""
    nothing = Measured(shown=replace(shown, point=without_view(shown.point)))
    if evidence.item.publication is None:
        return replace(nothing, lacks=_UNPUBLISHED, remedy=_PUBLISH)
    shot_map = find_map(evidence, scene, shown.base) if evidence.references else None
    aims = _aims(evidence, scene, shown)
    if shot_map is None:
        return _measure_without_map(evidence, scene, nothing, aims)
    surface = _surface(evidence, scene, shot_map)
    mapped = _standing(surface, _map_point(scene, shot_map, shown))
    placed = Measured(shown=shown, mapped=mapped)
    for aim in aims:
        offset = _on_map(evidence, scene, mapped, aim)
        if offset is not None:
            return _stated(placed, offset, target_basis=aim.basis, scale_basis=_MAP)
    return replace(placed, lacks=_NO_TARGET, remedy=_STATE_TARGET)


def _stated(so_far: Measured, offset: Offset, *, target_basis: str, scale_basis: str) -> Measured:
    """State an offset, unless it is too uncertain to say anything."""
    refusal = find_refusal(offset, so_far.mapped)
    if refusal is not None:
        return replace(so_far, lacks=refusal[0], remedy=refusal[1])
    return replace(so_far, offset=offset, target_basis=target_basis, scale_basis=scale_basis)


def _map_point(scene: Scene, shot_map: ShotMap, shown: Shown) -> Mapped:
    """Bring the impact point to the ground; an effect's middle stands above where it struck."""
    point = shown.point
    if point.basis is PointBasis.MARKED:
        return map_pixel(scene, shot_map, shown.base, point.point_px, sd_px=point.sd_px)
    return map_effect(
        scene,
        shot_map,
        shown.base,
        point.point_px,
        sd_px=point.sd_px,
        radius_px=point.radius_px,
        stature=FLASH if point.basis is PointBasis.FIRST_FRAMES else REMAINS,
    )


def _aims(evidence: Evidence, scene: Scene, shown: Shown) -> list[_Aim]:
    """Return what could be counted from, best first: a person's mark, the stated, the crosshair."""
    marks = point_marks(evidence.marks, MarkKind.TARGET)
    here = [mark for mark in marks if _in_shot(scene, mark, shown.shot)]
    aims = [_marked_in_frame(mark) for mark in here if mark.frame is not None]
    aims += [_marked_on_map(mark) for mark in marks if mark.point or mark.outline]
    aims += [
        _marked_in_frame(mark) for mark in marks if mark not in here and mark.frame is not None
    ]
    target = evidence.item.target
    if target is not None:
        kind = "point" if target.point is not None else "outline"
        aims.append(_Aim(basis=f"target {kind} ({target.basis})", target=target))
    if aims:
        return aims
    crosshair = find_crosshair(scene.shots[shown.shot])
    if crosshair is None:
        return []
    return [_Aim(basis=_CROSSHAIR, frame=shown.base, pixel=crosshair, sd_px=CROSSHAIR_SD_PX)]


def _in_shot(scene: Scene, mark: PointMark, shot: int) -> bool:
    return mark.frame is not None and mark.frame in scene.shots[shot].span


def _marked_in_frame(mark: PointMark) -> _Aim:
    return _Aim(
        basis=f"target marked in the picture by {mark.author} ({mark.mark})",
        frame=mark.frame or 0,
        pixel=mark.pixel or (0.0, 0.0),
        sd_px=mark.pixel_sd_px,
    )


def _marked_on_map(mark: PointMark) -> _Aim:
    basis = f"target marked on the map by {mark.author} ({mark.mark})"
    target = Target(
        point=mark.point,
        outline=mark.outline,
        standard_uncertainty_m=mark.point_sd_m,
        basis=basis,
    )
    return _Aim(basis=basis, target=target)


def _on_map(evidence: Evidence, scene: Scene, mapped: Mapped, aim: _Aim) -> Offset | None:
    if aim.target is not None:
        return offset_to(aim.target, mapped)
    if not _usable(scene, aim.frame):
        return None
    shot_map: ShotMap | None = mapped.shot_map
    if aim.frame != mapped.frame:
        shot_map = find_map(evidence, scene, aim.frame)
    if shot_map is None:
        return None
    aimed = map_pixel(scene, shot_map, aim.frame, aim.pixel, sd_px=aim.sd_px)
    return offset_between(mapped, _standing(_surface(evidence, scene, shot_map), aimed))


def _surface(evidence: Evidence, scene: Scene, shot_map: ShotMap) -> Surface | None:
    """Return the heights of the ground that a shot shows; None when none are given there."""
    if evidence.terrain is None:
        return None
    return read_surface(evidence.terrain, shot_map, size=(scene.width_px, scene.height_px))


def _standing(surface: Surface | None, mapped: Mapped) -> Mapped:
    return mapped if surface is None else stand_on(surface, mapped)


def _usable(scene: Scene, frame: int) -> bool:
    return frame < scene.frames and bool(scene.linked[frame])


def _measure_without_map(
    evidence: Evidence, scene: Scene, nothing: Measured, aims: Sequence[_Aim]
) -> Measured:
    """Measure by lengths known in the picture; say what would help where there are none."""
    shown = nothing.shown
    lengths = _lengths_in(evidence, scene, shown)
    if not lengths:
        lacks = _UNPLACED if evidence.references else _NO_REFERENCE
        return replace(nothing, lacks=lacks, remedy=_place_remedy(evidence))
    seen = [
        aim
        for aim in aims
        if aim.target is None and aim.frame in scene.shots[shown.shot].span
        if _usable(scene, aim.frame)
    ]
    if not seen:
        lacks, remedy = (_TARGET_NOT_SEEN, _MARK_TARGET) if aims else (_NO_TARGET, _STATE_TARGET)
        return replace(nothing, lacks=lacks, remedy=remedy)
    aim = seen[0]
    link = _link_between(scene, aim.frame, shown.base)
    offset = measure_in_picture(
        PicturePoint(pixel=shown.point.point_px, sd_px=shown.point.sd_px),
        PicturePoint(
            pixel=between_frames(scene, aim.pixel, start=aim.frame, end=shown.base),
            sd_px=float(np.hypot(aim.sd_px, link)),
        ),
        lengths,
        size=(scene.width_px, scene.height_px),
    )
    if offset is None:
        return replace(nothing, lacks=_CONTRADICTION, remedy=_CHECK_LENGTHS)
    return _stated(nothing, offset, target_basis=aim.basis, scale_basis=_LENGTH)


def _lengths_in(evidence: Evidence, scene: Scene, shown: Shown) -> list[PictureLength]:
    """Return the lengths known in the shot, moved to the frame of the impact point."""
    shot = scene.shots[shown.shot]
    return [
        PictureLength(
            from_px=between_frames(scene, one.from_px, start=one.frame, end=shown.base),
            to_px=between_frames(scene, one.to_px, start=one.frame, end=shown.base),
            pixel_sd_px=one.pixel_sd_px,
            length_m=one.length_m,
            length_sd_m=one.length_sd_m,
        )
        for one in known_lengths(evidence.marks)
        if one.frame in shot.span and _usable(scene, one.frame)
    ]


def _link_between(scene: Scene, frame: int, other: int) -> float:
    """Return the standard uncertainty of the link between two frames of a shot. [px]"""
    if frame == other:
        return 0.0
    return float(np.hypot(scene.link_sd_px[frame], scene.link_sd_px[other]))


def _place_remedy(evidence: Evidence) -> str:
    """Return what would give metres: an orthophoto, control points, or a known length."""
    if not evidence.references:
        return f"Give an orthophoto of the place; or {_KNOWN_LENGTH}."
    lacking = _FEWEST_CONTROL_POINTS - len(control_points(evidence.marks))
    if lacking > 0:
        number = (
            "at least four control points"
            if lacking == _FEWEST_CONTROL_POINTS
            else (f"{lacking} more control point{'s' if lacking > 1 else ''}")
        )
        return f"Place {number}, far apart in the picture; or {_KNOWN_LENGTH}."
    return f"See what the place check says of the control points; or {_KNOWN_LENGTH}."
