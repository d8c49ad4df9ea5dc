"""Time that is missing within a shot: the view jumps ahead, or the times of frames do.

Between two frames a picture moves by what it moved before, give or take the shake. Where it jumps
much farther at a single step, and goes on from there as before, frames in between were taken out.
A gap that is left in the times of frames is told from the times alone.
"""

from dataclasses import dataclass

import numpy as np

from purport.checks.edits._paths import Path, typical_beside
from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["Gap", "GapRules", "find_gaps"]

_SLACK_STEPS = 0.25
_MEDIAN_AROUND = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRules:
    """When time counts as missing."""

    shortest_s: float = 0.2
    """Shortest gap in the times of frames. [s]"""
    largest_uneven_share: float = 0.1
    """Share of uneven steps up to which a gap in the times means something."""
    least_jump: float = 0.006
    """Least jump ahead of what was to be expected, as a share of the picture's width."""
    deviations: float = 8.0
    """Least jump in standard deviations of the movement about it."""
    largest_other: float = 0.4
    """Largest departure of any other step about it, as a share of the jump."""
    reach_frames: int = 14
    """Frames looked at on either side."""
    largest_growth: float = 0.1
    """Largest change of scale at the step: a view from the side grows as it goes on."""
    least_change: float = 1.5
    """Least difference to the frame before, of what it is about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Missing time."""

    frame: int
    """First frame after it."""
    in_times: bool
    """Whether the frames' times leave it open."""
    strength: float
    """0.5 at the limit to 1."""
    jump_px: float | None
    """How much farther than usual the picture moved; None for a gap in the times. [px]"""


def find_gaps(scene: Scene, path: Path, rules: GapRules) -> tuple[Gap, ...]:
    """Find missing time within shots, in order."""
    found = {gap.frame: gap for gap in _jumps(scene, path, rules)}
    found |= {gap.frame: gap for gap in _open_gaps(scene, path, rules)}
    return tuple(found[frame] for frame in sorted(found))


def _open_gaps(scene: Scene, path: Path, rules: GapRules) -> list[Gap]:
    steps = np.diff(scene.pts).astype(np.float64)
    usual = path.usual_ticks
    if not len(steps) or usual <= 0.0:
        return []
    uneven = np.abs(steps - usual) > max(0.1 * usual, 1.0)
    if float(uneven.mean()) > rules.largest_uneven_share:
        return []
    shortest = rules.shortest_s / float(scene.time_base) + (1.0 - _SLACK_STEPS) * usual
    return [
        Gap(
            frame=int(place) + 1,
            in_times=True,
            strength=1.0 - 0.5 * shortest / float(steps[place]),
            jump_px=None,
        )
        for place in np.flatnonzero(steps >= shortest)
    ]


def _jumps(scene: Scene, path: Path, rules: GapRules) -> list[Gap]:
    found: list[Gap] = []
    least_px = rules.least_jump * scene.width_px
    for shot in scene.shots:
        for frame in range(shot.span.first + 1, shot.span.last + 1):
            if path.known[frame] and np.hypot(*path.moved_px[frame]) >= least_px:
                gap = _jump(scene, path, frame, span=shot.span, rules=rules)
                if gap is not None:
                    found.append(gap)
    return found


def _jump(scene: Scene, path: Path, frame: int, *, span: FrameSpan, rules: GapRules) -> Gap | None:
    """Tell whether the view jumps at a frame.

    (1) The jump is the movement beyond what is usual in the time that passed. (2) It must stand
    out from the spread about it, and (3) from every other step. (4) Nothing but the place changes.
    (5) The pictures must differ as well: a link that errs moves nothing.
    """
    beside = typical_beside(path, frame, span=span, reach=rules.reach_frames)
    if beside is None or abs(path.scale[frame] - 1.0) > rules.largest_growth:  # 4
        return None
    usual, spread = beside
    steps = float(scene.pts[frame] - scene.pts[frame - 1]) / path.usual_ticks
    jump = float(np.hypot(*(path.moved_px[frame] - usual * max(steps, 1.0))))  # 1
    limit = max(rules.least_jump * scene.width_px, rules.deviations * spread)
    if jump < limit or _other(path, frame, usual, span=span, rules=rules) > jump:  # 2, 3
        return None
    if not _changes(scene, frame, span, rules):  # 5
        return None
    return Gap(frame=frame, in_times=False, strength=1.0 - 0.5 * limit / jump, jump_px=jump)


def _other(path: Path, frame: int, usual: np.ndarray, *, span: FrameSpan, rules: GapRules) -> float:
    """Return the largest departure of the other steps, enlarged to where a jump must exceed it."""
    first = max(span.first, frame - rules.reach_frames)
    frames = np.arange(first, min(span.last, frame + rules.reach_frames) + 1)
    frames = frames[path.known[frames] & (frames != frame)]
    gone = np.hypot(*(path.moved_px[frames] - usual).T)
    return float(gone.max(initial=0.0)) / rules.largest_other


def _changes(scene: Scene, frame: int, span: FrameSpan, rules: GapRules) -> bool:
    step = scene.step if scene.fine is None else scene.fine.step
    first = max(span.first + 1, frame - _MEDIAN_AROUND)
    around = np.delete(step[first : min(span.last, frame + _MEDIAN_AROUND) + 1], frame - first)
    return not len(around) or bool(step[frame] >= rules.least_change * float(np.median(around)))
