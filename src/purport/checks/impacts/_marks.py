"""What people marked: impacts that replace or confirm the machine's, targets, known lengths.

Machine results are proposals: where a person marked the impact, their point is measured and the
machine's is listed beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._points import ImpactPoint
from purport.checks.impacts._sightings import StrikeSighting
from purport.checks.impacts.records import ImpactMark, PointBasis
from purport.core.marks import PointMark
from purport.scene import Scene

__all__ = ["Shown", "apply_impact_marks", "between_frames"]

_REACH = 0.05
"""Largest distance of a mark from the machine's point for the two to mean one strike, as a share of
the picture's width, beyond what their uncertainties explain."""
_SIGMAS = 3.0
_AGREE_95 = 5.991
"""95 % quantile of chi-squared with two degrees of freedom."""
_EARLIER_S = 1.0
"""How long before the onset a mark of an impact may be placed: on the ground to be struck. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """One showing of a strike, as the machine or a person saw it."""

    shot: int
    """Index of the shot."""
    take: int
    """How often the footage had gone back in time within the shot; 0 where only a person saw it."""
    onset: int
    """First frame that shows it; the marked frame when only a person saw it."""
    cause: str
    """What gave it away."""
    base: int
    """The frame whose pixels `point` counts."""
    point: ImpactPoint
    """The point to measure."""
    pictures: tuple[tuple[int, NDArray[np.uint8]], ...]
    """Frames before and after with their luma; empty when only a person saw it."""
    mark: ImpactMark | None = None
    """The mark that `point` was taken from."""


def apply_impact_marks(
    scene: Scene, sightings: Sequence[StrikeSighting], marks: Sequence[PointMark]
) -> tuple[tuple[Shown, ...], tuple[str, ...]]:
    """Let people's marks of impacts replace the points that the machine found.

    Returns:
        Every showing by onset, and the marks that could not be used, each with the reason.
    """
    shown = [_seen(sighting) for sighting in sightings]
    unused: list[str] = []
    for mark in marks:
        if mark.frame is None or mark.pixel is None:
            unused.append(
                f"Mark {mark.mark}: an impact is marked in a frame, not on the map alone."
            )
            continue
        if mark.frame >= scene.frames or not scene.linked[mark.frame]:
            unused.append(f"Mark {mark.mark}: frame {mark.frame} could not be held to its shot.")
            continue
        place = _meant(scene, shown, mark, frame=mark.frame, pixel=mark.pixel)
        if place is None:
            shown.append(_only_marked(scene, mark, mark.frame, mark.pixel))
        else:
            shown[place] = _replaced(scene, shown[place], mark, frame=mark.frame, pixel=mark.pixel)
    return tuple(sorted(shown, key=lambda one: (one.onset, one.point.point_px))), tuple(unused)


def between_frames(
    scene: Scene, pixel: tuple[float, float], *, start: int, end: int
) -> tuple[float, float]:
    """Move a pixel of one frame of a shot to another. [px]"""
    matrix = np.linalg.solve(scene.to_anchor[end], scene.to_anchor[start])
    x, y, w = matrix @ np.array([*pixel, 1.0])
    return float(x / w), float(y / w)


def _seen(sighting: StrikeSighting) -> Shown:
    return Shown(
        shot=sighting.shot,
        take=sighting.take,
        onset=sighting.onset,
        cause=sighting.cause.value,
        base=sighting.base,
        point=sighting.point,
        pictures=sighting.pictures,
    )


def _meant(
    scene: Scene,
    shown: Sequence[Shown],
    mark: PointMark,
    *,
    frame: int,
    pixel: tuple[float, float],
) -> int | None:
    """Return which showing a mark means: the nearest of its shot within reach; None for none."""
    shot = scene.shot_of(frame)
    candidates = []
    for place, one in enumerate(shown):
        early = scene.seconds(one.onset) - scene.seconds(frame)
        if scene.shots[one.shot] is not shot or early > _EARLIER_S or one.mark is not None:
            continue
        there = between_frames(scene, one.point.point_px, start=one.base, end=frame)
        away = math.dist(there, pixel)
        reach = _REACH * scene.width_px + _SIGMAS * math.hypot(one.point.sd_px, mark.pixel_sd_px)
        if away <= reach:
            candidates.append((away, place))
    return min(candidates)[1] if candidates else None


def _replaced(
    scene: Scene, one: Shown, mark: PointMark, *, frame: int, pixel: tuple[float, float]
) -> Shown:
    machine = between_frames(scene, one.point.point_px, start=one.base, end=frame)
    variance = one.point.sd_px**2 + mark.pixel_sd_px**2
    return Shown(
        shot=one.shot,
        take=one.take,
        onset=one.onset,
        cause=one.cause,
        base=frame,
        point=_marked_point(mark, pixel, radius_px=one.point.radius_px),
        pictures=one.pictures,
        mark=ImpactMark(
            mark=mark.mark,
            author=mark.author,
            machine_px=machine,
            machine_sd_px=one.point.sd_px,
            confirms=math.dist(machine, pixel) ** 2 <= _AGREE_95 * variance,
        ),
    )


def _only_marked(scene: Scene, mark: PointMark, frame: int, pixel: tuple[float, float]) -> Shown:
    return Shown(
        shot=scene.shots.index(scene.shot_of(frame)),
        take=0,
        onset=frame,
        cause=PointBasis.MARKED.value,
        base=frame,
        point=_marked_point(mark, pixel, radius_px=0.0),
        pictures=(),
        mark=ImpactMark(
            mark=mark.mark,
            author=mark.author,
            machine_px=None,
            machine_sd_px=None,
            confirms=None,
        ),
    )


def _marked_point(mark: PointMark, pixel: tuple[float, float], *, radius_px: float) -> ImpactPoint:
    return ImpactPoint(
        point_px=pixel, sd_px=mark.pixel_sd_px, radius_px=radius_px, basis=PointBasis.MARKED
    )
