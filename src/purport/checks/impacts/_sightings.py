"""From a video to its sightings of strikes: every shot scanned in one pass over the frames."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._candidates import Cause, Rules
from purport.checks.impacts._judging import Seen
from purport.checks.impacts._points import ImpactPoint, PointRules, estimate_point
from purport.checks.impacts._scan import ShotScan
from purport.checks.impacts.records import BeganBefore
from purport.media import LumaFrame
from purport.scene import Scene
from purport.scene.ahead import Ahead

__all__ = ["Sightings", "StrikeSighting", "find_sightings"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StrikeSighting:
    """One showing of a strike, measured in the picture."""

    shot: int
    """Index of the shot."""
    take: int
    """How often the footage had gone back in time within the shot."""
    onset: int
    """First frame that shows it."""
    cause: Cause
    """What gave it away."""
    base: int
    """Last good frame before the onset; `point` counts its pixels."""
    point: ImpactPoint
    """Impact point in the base frame."""
    pictures: tuple[tuple[int, NDArray[np.uint8]], ...]
    """A frame from some before the onset and the last of the first frames, with their luma."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sightings:
    """What a whole video shows."""

    strikes: tuple[StrikeSighting, ...]
    """Showings of strikes, by onset."""
    began_before: tuple[BeganBefore, ...]
    """What grew from the first frames of a shot on."""
    restless_frames: int = 0
    """Frames in which so much moves that a strike could not be told."""


def find_sightings(
    scene: Scene, frames: Iterable[LumaFrame], rules: Rules, point_rules: PointRules
) -> Sightings:
    """Scan every shot for strikes.

    Args:
        scene: The scene of the same video.
        frames: All its frames in presentation order.
        rules: Parameters of the scan.
        point_rules: Parameters of the points' uncertainty.
    """
    sightings: list[StrikeSighting] = []
    before: list[BeganBefore] = []
    restless = 0
    number, scan = 0, ShotScan(scene, scene.shots[0], rules)
    with Ahead(frames, _unchanged) as coming:
        for frame in coming:
            if frame.index > scene.shots[number].span.last:
                sightings.extend(_measure(scene, number, scan, point_rules))
                before.extend(_going_on(number, scan))
                restless += scan.restless_frames()
                number += 1
                scan = ShotScan(scene, scene.shots[number], rules)
            scan.feed(frame.index, frame.luma)
    sightings.extend(_measure(scene, number, scan, point_rules))
    before.extend(_going_on(number, scan))
    restless += scan.restless_frames()
    return Sightings(strikes=tuple(sightings), began_before=tuple(before), restless_frames=restless)


def _unchanged(frame: LumaFrame) -> LumaFrame:
    return frame


def _measure(
    scene: Scene, shot: int, scan: ShotScan, rules: PointRules
) -> Iterable[StrikeSighting]:
    for seen in scan.finish():
        candidate = seen.candidate
        yield StrikeSighting(
            shot=shot,
            take=seen.take,
            onset=candidate.onset,
            cause=candidate.cause,
            base=candidate.base.index,
            point=estimate_point(scene, scan.views, seen, rules),
            pictures=_pictures(seen),
        )


def _going_on(shot: int, scan: ShotScan) -> Iterable[BeganBefore]:
    for one in scan.going_on():
        yield BeganBefore(
            shot=shot,
            frame=one.view.index,
            point_px=scan.views.to_full(one.blob.centre),
            radius_px=one.blob.radius_px / scan.views.scale,
        )


def _pictures(seen: Seen) -> tuple[tuple[int, NDArray[np.uint8]], ...]:
    """Return what the ground was before and after; the base may show the flash already."""
    views = [*seen.candidate.earlier, seen.candidate.base][:1]
    views += seen.candidate.early[-1:]
    return tuple((view.index, view.full) for view in views)
