"""How the picture moves from frame to frame, as the scene's links have it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["Path", "trace_path", "typical_beside"]

_REACH = 0.3
_LEAST_SD_PX = 0.1

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """Movement of the ground in the picture; n frames."""

    moved_px: Floats
    """Mean movement of five points since the frame before (n, 2), nought where not known. [px]"""
    scale: Floats
    """By how much the ground grew in the picture since the frame before (n,), 1 where not known."""
    known: NDArray[np.bool_]
    """Whether the frame and the one before are linked within one shot (n,)."""
    moved_before_px: Floats
    """Sum of all known movement before each frame (n + 1, 2). [px]"""
    known_before: NDArray[np.int64]
    """How many frames before each are known (n + 1,)."""
    usual_ticks: float
    """Median time from a frame to the next. [ticks]"""


def trace_path(scene: Scene) -> Path:
    """Read the movement off the chain of links.

    Five points of the picture (its centre and four about it) are followed from each frame to the
    next; their mean movement and the growth of their spread are taken.
    """
    count = scene.frames
    known = np.array(scene.linked, dtype=np.bool_)
    known[1:] &= scene.linked[:-1]
    known[[shot.span.first for shot in scene.shots]] = False
    middle = np.array([scene.width_px - 1.0, scene.height_px - 1.0]) / 2.0
    reach = _REACH * np.array([scene.width_px, scene.height_px])
    corners = np.array([[0, 0], [-1, -1], [1, -1], [-1, 1], [1, 1]]) * reach + middle
    points = np.column_stack([corners, np.ones(5)]).T
    moved, scale = np.zeros((count, 2)), np.ones(count)
    frames = np.flatnonzero(known)
    # where the points of each frame's predecessor lie in the frame itself (k, 5, 2)
    onto = np.linalg.solve(scene.to_anchor[frames], scene.to_anchor[frames - 1]) @ points
    there = np.moveaxis(onto[:, :2] / onto[:, 2:], 1, 2)
    moved[frames] = (there - corners).mean(axis=1)
    spread = (there - there.mean(axis=1, keepdims=True)).std(axis=(1, 2))
    scale[frames] = spread / (corners - corners.mean(axis=0)).std()
    steps = np.diff(scene.pts).astype(np.float64)
    return Path(
        moved_px=moved,
        scale=scale,
        known=known,
        moved_before_px=np.concatenate([np.zeros((1, 2)), np.cumsum(moved, axis=0)]),
        known_before=np.concatenate([[0], np.cumsum(known)]),
        usual_ticks=float(np.median(steps)) if len(steps) else 1.0,
    )


def typical_beside(
    path: Path, frame: int, *, span: FrameSpan, reach: int
) -> tuple[Floats, float] | None:
    """Return the usual movement about a frame and its spread, the frame itself left out.

    Args:
        path: The movement.
        frame: The frame.
        span: Frames that may be looked at: its shot.
        reach: Frames on either side.

    Returns:
        Median movement (2,) and robust standard deviation (at least 0.1 px); None when fewer than
        half as many frames as asked for are known. [px]
    """
    frames = np.arange(max(span.first, frame - reach), min(span.last, frame + reach) + 1)
    frames = frames[path.known[frames] & (frames != frame)]
    if len(frames) < reach:
        return None
    beside = path.moved_px[frames]
    middle = np.median(beside, axis=0)
    spread = 1.4826 * float(np.median(np.hypot(*(beside - middle).T))) / 1.1774
    return middle, max(spread, _LEAST_SD_PX)
