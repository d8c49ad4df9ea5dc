"""From a video to its scene: two passes over the decoded frames, in bounded memory.

The first pass measures every frame at reduced size and finds burnt-in graphics; the second follows
the ground from frame to frame without them, tells cuts from disturbances and keeps key frames.
"""

from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import UnreadableMediaError
from purport.core.media_time import FrameSpan
from purport.media import LumaFrame, Probe, decode_luma
from purport.scene._chaining import Chained, Chainer
from purport.scene._key_frames import (
    MOST_IN_A_SHOT,
    choose_in,
    freeze,
    keep_frames,
    plan_key_frames,
    thin_evenly,
)
from purport.scene._survey import FrameSource, Survey, reduce_picture, survey_frames
from purport.scene._tracking import Tracked, prepare
from purport.scene.ahead import Ahead
from purport.scene.records import KeyFrame, Scene, Shot

__all__ = ["SCENE_VERSION", "analyse_frames", "analyse_scene"]

SCENE_VERSION = "1"
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
    source = partial(decode_luma, path, probe=probe)
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
    survey = survey_frames(source())
    if survey is None:
        return None
    chainer = Chainer(survey)
    planned = set(plan_key_frames(survey))
    kept: dict[int, KeyFrame] = {}

    def make_ready(frame: LumaFrame) -> tuple[LumaFrame, Image, Tracked]:
        small = reduce_picture(frame.luma, survey.scale)
        return frame, small, prepare(frame.index, small)

    with Ahead(source(), make_ready) as coming:
        for frame, small, tracked in coming:
            chainer.feed(tracked, small)
            if frame.index in planned:
                kept[frame.index] = KeyFrame(index=frame.index, luma=freeze(frame.luma))
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
        thumbnails=_lock(survey.thumbnails),
        shots=shots,
        to_anchor=_lock(_to_display(chained.to_anchor, survey.scale)),
        link_sd_px=_lock((chained.sd_px / survey.scale).astype(np.float32)),
        linked=_lock(chained.linked),
        key_frames=_select_key_frames(survey, shots, kept, source),
    )


def _build_shots(survey: Survey, chained: Chained) -> tuple[Shot, ...]:
    ends = [start.first - 1 for start in chained.starts[1:]] + [len(survey.pts) - 1]
    shots = []
    rows = zip(chained.starts, chained.anchors, ends, chained.overlays, strict=True)
    throughout = survey.overlay
    for start, anchor, last, overlay in rows:
        # a shot that stands still tells nothing of graphics, but those of the whole video hold
        mask = overlay.mask | throughout.mask
        pixels = cv2.resize(mask.astype(np.uint8), survey.size, interpolation=cv2.INTER_NEAREST)
        shots.append(
            Shot(
                span=FrameSpan(first=start.first, last=last),
                begins_with=start.begins_with,
                anchor=anchor,
                overlay=_lock(pixels > 0),
                overlay_known=overlay.known or throughout.known,
            )
        )
    return tuple(shots)


def _to_display(matrices: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Bring homographies from working to display pixels.

    Reduction by area averaging maps display pixel x to (x + 1/2) s - 1/2.
    """
    offset = (scale - 1.0) / 2.0
    down = np.array([[scale, 0.0, offset], [0.0, scale, offset], [0.0, 0.0, 1.0]])
    whole = np.linalg.inv(down) @ matrices @ down
    return np.asarray(whole / whole[:, 2:3, 2:3], dtype=np.float64)


def _select_key_frames(
    survey: Survey, shots: tuple[Shot, ...], kept: dict[int, KeyFrame], source: FrameSource
) -> tuple[KeyFrame, ...]:
    """Thin the frames kept to a few a shot; read again for shots that have none."""
    chosen: set[int] = set()
    for shot in shots:
        inside = [index for index in sorted(kept) if index in shot.span]
        if inside:
            chosen.update(thin_evenly(inside, MOST_IN_A_SHOT))
            continue
        best = choose_in(survey, shot.span)
        chosen.add(shot.anchor if best is None else best)
    missing = sorted(chosen - kept.keys())
    for frame in keep_frames(source(), missing) if missing else ():
        kept[frame.index] = frame
    return tuple(kept[index] for index in sorted(chosen))


def _lock(array: NDArray[ScalarT]) -> NDArray[ScalarT]:
    array.flags.writeable = False
    return array
