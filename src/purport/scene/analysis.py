"""From a video to its scene: one pass over the decoded frames, in bounded memory.

Each frame is measured at reduced size as it comes. A hundred frames later, when it is known what
lies about it, it is linked to its shot's anchor without burnt-in graphics, and cuts are told from
disturbances. Thumbnails and key frames go to disk.
"""

from collections import deque
from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.core.media_time import FrameSpan
from purport.media import LumaFrame, Probe, decode_luma
from purport.scene._cells import CellKeeper
from purport.scene._chaining import Chained, Chainer
from purport.scene._key_frames import KeyFrameKeeper
from purport.scene._measuring import Measured, Measurer
from purport.scene._spool import Spool
from purport.scene._survey import HORIZON, FrameSource, Survey
from purport.scene._tracking import Tracked, prepare
from purport.scene.ahead import Ahead
from purport.scene.records import Scene, Shot

__all__ = ["SCENE_VERSION", "analyse_frames", "analyse_scene"]

SCENE_VERSION = "13"
"""Raised whenever a scene could come out differently."""

Image = NDArray[np.uint8]
ScalarT = TypeVar("ScalarT", bound=np.generic)


def analyse_scene(path: Path, *, probe: Probe) -> Scene:
    """Analyse the frames of a video: statistics, shots, graphics, motion, key frames.

    Args:
        path: Working copy of the video.
        probe: What its container says.

    Raises:
        UnreadableMediaError: No frame could be decoded.
    """
    time_base = probe.streams[probe.video].time_base
    if time_base is None:
        raise UnreadableMediaError(
            path.name, "its video stream has no clock", remedy="Re-wrap the file with time stamps."
        )
    source = partial(decode_luma, path, probe=probe, quantisers=True)
    scene = analyse_frames(source, time_base=time_base)
    if scene is None:
        raise UnreadableMediaError(
            path.name, "no frame could be decoded", remedy="Collect the file again."
        )
    return scene


def analyse_frames(source: FrameSource, *, time_base: Fraction) -> Scene | None:
    """Analyse frames from any source that can be read several times.

    Args:
        source: Gives the frames from the start, each time it is called.
        time_base: Length of a tick. [s]

    Returns:
        The scene; None when there is no frame.
    """
    measurer = Measurer()
    with Ahead(source(), partial(_make_ready, measurer)) as coming:
        first = next(coming, None)
        if first is None:
            return None
        survey, keeper = Survey(first[0]), KeyFrameKeeper(first[0].luma.shape[::-1])
        cells, chainer = CellKeeper(time_base, survey.scale), Chainer(survey)
        waiting = _link(chain((first,), coming), chainer, survey=survey, keeper=keeper, cells=cells)
    # Every frame has been measured.
    survey.finish(measurer.finish())
    for tracked, small in waiting:
        chainer.feed(tracked, small)
    chained = chainer.finish()
    shots = _build_shots(survey, chained)
    return Scene(
        width_px=survey.size[0],
        height_px=survey.size[1],
        pts=_lock(survey.pts),
        time_base=time_base,
        luma_mean=_lock(survey.luma_mean),
        luma_sd=_lock(survey.luma_sd),
        step=_lock(survey.step),
        thumbnails=survey.thumbnails(),
        shots=shots,
        to_anchor=_lock(_to_display(chained.to_anchor, survey.scale)),
        link_sd_px=_lock((chained.sd_px / survey.scale).astype(np.float32)),
        linked=_lock(chained.linked),
        key_frames=keeper.select(survey, shots, again=source()),
        fine=survey.fine.finish(),
        cells=cells.finish(),
    )


def _make_ready(measurer: Measurer, frame: LumaFrame) -> tuple[Measured, Tracked]:
    measured = measurer.measure(frame)
    return measured, prepare(frame.index, measured.small)


def _link(
    frames: Iterable[tuple[Measured, Tracked]],
    chainer: Chainer,
    *,
    survey: Survey,
    keeper: KeyFrameKeeper,
    cells: CellKeeper,
) -> Iterable[tuple[Tracked, Image]]:
    """Survey frame after frame, and link each once the survey is far enough ahead of it.

    Returns:
        The last frames, which are still to be linked.
    """
    waiting: deque[tuple[Tracked, Image]] = deque()
    for measured, tracked in frames:
        begins = survey.add(measured)
        keeper.offer(measured, begins=begins)
        cells.offer(measured)
        waiting.append((tracked, measured.small))
        if len(waiting) > HORIZON:
            chainer.feed(*waiting.popleft())
    return waiting


def _build_shots(survey: Survey, chained: Chained) -> tuple[Shot, ...]:
    ends = [start.first - 1 for start in chained.starts[1:]] + [survey.count - 1]
    throughout = survey.overlay
    spool = Spool((survey.size[1], survey.size[0]))
    # a shot that stands still tells nothing of graphics, but those of the whole video hold
    places = [
        spool.put(_enlarge(overlay.mask | throughout.mask, survey.size))
        for overlay in chained.overlays
    ]
    masks = spool.select(places)
    rows = zip(chained.starts, chained.anchors, ends, chained.overlays, masks, strict=True)
    return tuple(
        Shot(
            span=FrameSpan(first=start.first, last=last),
            begins_with=start.begins_with,
            anchor=anchor,
            overlay=mask.view(np.bool_),
            overlay_known=overlay.known or throughout.known,
        )
        for start, anchor, last, overlay, mask in rows
    )


def _enlarge(mask: NDArray[np.bool_], size: tuple[int, int]) -> Image:
    """Bring a mask from working to display size, 0 or 1."""
    enlarged = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(enlarged, dtype=np.uint8)


def _to_display(matrices: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Bring homographies from working to display pixels.

    Reduction by area averaging maps display pixel x to (x + 1/2) s - 1/2.
    """
    offset = (scale - 1.0) / 2.0
    down = np.array([[scale, 0.0, offset], [0.0, scale, offset], [0.0, 0.0, 1.0]])
    whole = np.linalg.inv(down) @ matrices @ down
    return np.asarray(whole / whole[:, 2:3, 2:3], dtype=np.float64)


def _lock(array: NDArray[ScalarT]) -> NDArray[ScalarT]:
    array.flags.writeable = False
    return array
