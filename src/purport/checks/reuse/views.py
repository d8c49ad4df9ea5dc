"""Other views of one ground: two cameras at one moment, or not to be told.

A pair of videos comes here when no seconds of them are the same recording. Two cameras are told
only where the ground of both is joined, several things that lie apart move at the same times in
both, and one picture moves in the other as no single camera's does. Of everything else it is said
that it can't be told: the ground may have been filmed on another day.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from purport.checks.reuse._moments import (
    Moment,
    MomentRules,
    Movement,
    TurnAt,
    compare_moments,
    make_canvas,
    measure_movement,
)
from purport.checks.reuse._views import SharedGround, View, find_shared_ground
from purport.media import probe_media

__all__ = ["MomentRules", "OtherMoment", "View", "ViewRelation", "compare_views"]


class ViewRelation(StrEnum):
    """What two videos of one ground are to each other."""

    TWO_CAMERAS = "two_cameras"
    """Two cameras filmed it at one moment: the same things move at the same times."""
    CANNOT_TELL = "cannot_tell"
    """Not known: another camera, another time, or the same recording changed past recognition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherMoment:
    """What was found of two views of one ground."""

    relation: ViewRelation
    """What they are to each other."""
    inliers: int
    """Features that join the ground of both."""
    moment: Moment | None
    """The lag that fits best; None when too little is seen of the ground in both."""


def compare_views(
    here: tuple[Path, View], there: tuple[Path, View], rules: MomentRules
) -> OtherMoment | None:
    """Compare two videos, each with its file; None when they show no ground in common."""
    shared = find_shared_ground(here[1], there[1])
    if shared is None:
        return None
    moment = _moment(here, there, shared, rules)
    two = moment is not None and moment.holds(rules)
    return OtherMoment(
        relation=ViewRelation.TWO_CAMERAS if two else ViewRelation.CANNOT_TELL,
        inliers=shared.inliers,
        moment=moment,
    )


def _moment(
    here: tuple[Path, View], there: tuple[Path, View], shared: SharedGround, rules: MomentRules
) -> Moment | None:
    canvas = make_canvas(here[1], there[1], shared)
    if canvas is None:
        return None
    moved: list[Movement] = []
    for (path, view), shot, to_canvas in (
        (here, shared.shot, canvas.to_canvas),
        (there, shared.other_shot, canvas.to_canvas @ shared.from_other),
    ):
        movement = measure_movement(
            path, probe_media(path), view, shot=shot, to_canvas=to_canvas, size=canvas.size
        )
        if movement is None:
            return None
        moved.append(movement)
    turn_at = TurnAt(here[1], there[1], shared)
    return compare_moments(moved[0], moved[1], rules=rules, turn_px=turn_at)
