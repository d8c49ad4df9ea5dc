"""Key frames of an item with what was found drawn on them.

A frame at or after a strike is graphic: its drawing carries a veiled derivative, which is what the
page shows until the reader asks. Footage that was not examined for strikes is taken as graphic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.case import Target
from purport.core.positions import GeoPoint, MapPoint, from_geographic
from purport.media import Probe, decode_pictures, seek_pictures
from purport.reports.drawings import (
    Drawing,
    Ellipse,
    Label,
    Polygon,
    Segment,
    Shape,
    encode_picture,
    fit_width,
    veil,
)
from purport.reports.phrases import format_seconds
from purport.reports.readings import EditReading, FrameOnMap, PlaceReading, StrikeReading
from purport.scene import Scene, Shot, shows_frame

__all__ = [
    "COVER_95",
    "FramePlan",
    "KeyFrameDrawing",
    "draw_key_frames",
    "first_graphic_frame",
    "ground_to_pixel",
    "overlay_outlines",
    "plan_key_frames",
]

COVER_95 = 2.4477
"""Radius of the circle that holds 95 % of a circular normal distribution. [standard deviations]"""
_MOST_FRAMES = 8
_BEFORE_S = 0.6
_AFTER_S = 0.5
_LATE_BY_FRAMES = 3
_NEAR_S = 0.5
_APART_S = 0.25
_SMALLEST_OVERLAY_PX = 40
_MOST_OVERLAYS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePlan:
    """A frame to be shown, and why."""

    index: int
    """Frame index."""
    caption: str
    """Why it is shown."""
    graphic: bool
    """Whether it may show a strike or what follows it."""
    strike: StrikeReading | None = None
    """The strike that it shows; None for others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFrameDrawing:
    """A key frame, drawn."""

    plan: FramePlan
    """Which and why."""
    time: str
    """Its time code."""
    drawing: Drawing
    """The picture."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameContext:
    """What is known of the item whose frames are drawn."""

    rate: float
    """Average frames a second. [1/s]"""
    place: PlaceReading | None
    """Where it lies; None when not found."""
    target: Target | None
    """The stated target; None when there is none."""
    scene: Scene | None = None
    """Its scene, for the overlays; None when it is not at hand."""


def plan_key_frames(
    frames: int,
    rate: float,
    *,
    edits: Sequence[EditReading],
    strikes: Sequence[StrikeReading] | None,
) -> tuple[FramePlan, ...]:
    """Choose which frames to show: the first, before and at each strike, one after each cut.

    Where there are too many, first showings of strikes come before repeated ones, and these
    before cuts; of frames within a quarter of a second only one is shown.

    Args:
        frames: Number of frames.
        rate: Average frames a second. [1/s]
        edits: Edits found.
        strikes: Strikes found; None when the footage was not examined for them.
    """
    onset = first_graphic_frame(strikes)
    plans = [FramePlan(index=0, caption="First frame", graphic=onset <= 0)]
    ranked = sorted(strikes or (), key=lambda strike: strike.same_strike_as is not None)
    plans += [_at_strike(strike, frames, rate) for strike in ranked]
    plans += [_before_strike(strike, rate, onset) for strike in ranked]
    for edit in edits:
        if edit.kind == "cut":
            index = min(round(edit.start_s * rate) + 1, frames - 1)
            plans.append(
                FramePlan(index=index, caption="First frame after a cut", graphic=index >= onset)
            )
    return _thin(plans, rate)


def _at_strike(strike: StrikeReading, frames: int, rate: float) -> FramePlan:
    index = min(strike.onset_frame + round(_AFTER_S * rate), frames - 1)
    again = f" (strike {strike.same_strike_as} again)" if strike.same_strike_as else ""
    caption = f"Strike {strike.number}{again}, {_AFTER_S:g} s after its onset"
    return FramePlan(index=index, caption=caption, graphic=True, strike=strike)


def _before_strike(strike: StrikeReading, rate: float, onset: int) -> FramePlan:
    index = max(strike.onset_frame - max(round(_BEFORE_S * rate), _LATE_BY_FRAMES + 1), 0)
    caption = f"Before strike {strike.number}"
    return FramePlan(index=index, caption=caption, graphic=index >= onset)


def first_graphic_frame(strikes: Sequence[StrikeReading] | None) -> int:
    """Return the first frame that is taken as graphic: at or after a strike, or not examined.

    Args:
        strikes: Strikes found; None when the footage was not examined for them.

    Returns:
        0 for all, and more than any footage has frames for none.
    """
    if strikes is None:
        return 0
    if not strikes:
        return 1 << 62
    return min(strike.onset_frame for strike in strikes) - _LATE_BY_FRAMES


def _thin(plans: Sequence[FramePlan], rate: float) -> tuple[FramePlan, ...]:
    """Keep at most `_MOST_FRAMES` that lie apart, the first in rank first, in order of time."""
    kept: list[FramePlan] = []
    for plan in plans:
        apart = max(_APART_S * rate, 1.0)
        if len(kept) < _MOST_FRAMES and all(abs(plan.index - k.index) >= apart for k in kept):
            kept.append(plan)
    return tuple(sorted(kept, key=lambda plan: plan.index))


def draw_key_frames(
    path: Path, probe: Probe, plans: Sequence[FramePlan], context: FrameContext
) -> tuple[KeyFrameDrawing, ...]:
    """Decode the planned frames and draw on them.

    A frame is sought by its presentation time, which is fast, and taken if it looks as it did to
    the analysis; else the stream is walked from its start.

    Args:
        path: The file.
        probe: What its container says.
        plans: Which frames.
        context: What is known of the item.

    Raises:
        UnreadableMediaError: A frame cannot be decoded.
    """
    by_index = {plan.index: plan for plan in plans}
    drawn: dict[int, KeyFrameDrawing] = {}
    if context.scene is not None:
        known = [index for index in by_index if index < context.scene.frames]
        stamps = {index: int(context.scene.pts[index]) for index in known}
        for picture in seek_pictures(path, probe=probe, stamps=stamps):
            if shows_frame(context.scene, picture.index, picture.bgr):
                drawn[picture.index] = _draw(picture.bgr, by_index[picture.index], context)
    rest = sorted(by_index.keys() - drawn.keys())
    for picture in decode_pictures(path, probe=probe, indices=rest):
        drawn[picture.index] = _draw(picture.bgr, by_index[picture.index], context)
    return tuple(drawn[index] for index in sorted(drawn))


def _draw(bgr: NDArray[np.uint8], plan: FramePlan, context: FrameContext) -> KeyFrameDrawing:
    fitted, factor = fit_width(bgr)
    shapes: list[Shape] = []
    legend: list[tuple[str, str]] = []
    for role, meaning, found in (
        ("overlay", "Burnt-in graphics", _overlay_shapes(plan, context)),
        ("target", "Stated target", _target_shapes(plan, context, bgr.shape[1::-1])),
        ("impact", "Impact point, with its 95 % ellipse", _strike_shapes(plan, context)),
    ):
        if found:
            shapes += [_scaled(shape, factor) for shape in found]
            legend.append((role, meaning))
    time = format_seconds(plan.index / context.rate)
    drawing = Drawing(
        picture=encode_picture(fitted),
        width=fitted.shape[1],
        height=fitted.shape[0],
        alt=f"{plan.caption}: frame {plan.index}, at {time}."
        + "".join(f" {meaning} is outlined." for _, meaning in legend),
        shapes=tuple(shapes),
        legend=tuple(legend),
        veiled=encode_picture(veil(fitted)) if plan.graphic else None,
    )
    return KeyFrameDrawing(plan=plan, time=time, drawing=drawing)


def _strike_shapes(plan: FramePlan, context: FrameContext) -> list[Shape]:
    strike = plan.strike
    point = None if strike is None else _follow(strike, plan.index, context)
    if strike is None or point is None:
        return []
    x, y = point
    radius = COVER_95 * strike.point_sd_px
    return [
        Ellipse(role="impact-area", x=x, y=y, rx=radius, ry=radius),
        Segment(role="impact", x1=x - 7, y1=y, x2=x + 7, y2=y),
        Segment(role="impact", x1=x, y1=y - 7, x2=x, y2=y + 7),
        Label(role="impact", x=x + radius + 6, y=y - 6, text=str(strike.number)),
    ]


def _follow(strike: StrikeReading, index: int, context: FrameContext) -> tuple[float, float] | None:
    """Return where the impact point lies in another frame; None when no link says so."""
    if index == strike.point_frame:
        return strike.point_px
    if (linked := _through_scene(strike, index, context.scene)) is not None:
        return linked
    if strike.position is None or context.place is None:
        return None
    frame = next((frame for frame in context.place.frames if frame.frame == index), None)
    return None if frame is None else ground_to_pixel(strike.position, frame)


def _through_scene(
    strike: StrikeReading, index: int, scene: Scene | None
) -> tuple[float, float] | None:
    if scene is None or not max(index, strike.point_frame) < scene.frames:
        return None
    if strike.point_frame not in scene.shot_of(index).span:
        return None
    if not (scene.linked[index] and scene.linked[strike.point_frame]):
        return None
    anchor = scene.to_anchor[strike.point_frame] @ np.array([*strike.point_px, 1.0])
    x, y, scale = np.linalg.solve(scene.to_anchor[index], anchor)
    return float(x / scale), float(y / scale)


def _target_shapes(plan: FramePlan, context: FrameContext, size_px: tuple[int, ...]) -> list[Shape]:
    frame = _nearest_frame(plan.index, context)
    if context.target is None or frame is None:
        return []
    points = context.target.outline or ((context.target.point,) if context.target.point else ())
    pixels = [ground_to_pixel(point, frame) for point in points]
    known = [pixel for pixel in pixels if pixel is not None]
    width, height = size_px
    if len(known) < len(pixels) or not any(0 <= x < width and 0 <= y < height for x, y in known):
        return []
    if len(known) > 1:
        return [Polygon(role="target", points=tuple(known))]
    x, y = known[0]
    return [
        Ellipse(role="target", x=x, y=y, rx=8, ry=8),
        Segment(role="target", x1=x - 12, y1=y, x2=x + 12, y2=y),
        Segment(role="target", x1=x, y1=y - 12, x2=x, y2=y + 12),
    ]


def _nearest_frame(index: int, context: FrameContext) -> FrameOnMap | None:
    """Return the registered frame nearest in time, if near enough to draw by."""
    if context.place is None or not context.place.frames:
        return None
    nearest = min(context.place.frames, key=lambda frame: abs(frame.frame - index))
    return nearest if abs(nearest.frame - index) <= _NEAR_S * context.rate else None


def ground_to_pixel(point: GeoPoint, frame: FrameOnMap) -> tuple[float, float] | None:
    """Return where a point of the ground lies in a registered frame; None behind the horizon."""
    ground: MapPoint = from_geographic(point, frame.crs)
    x, y, scale = np.linalg.solve(
        frame.to_map, np.array([ground.easting_m, ground.northing_m, 1.0])
    )
    # A point beyond the horizon comes out with the other sign.
    return (float(x / scale), float(y / scale)) if scale > 0 else None


def _overlay_shapes(plan: FramePlan, context: FrameContext) -> list[Shape]:
    """Outline burnt-in graphics, on the first frame alone: elsewhere they would hide the rest."""
    if context.scene is None or plan.index != 0:
        return []
    return [
        Polygon(role="overlay", points=outline)
        for outline in overlay_outlines(context.scene.shot_of(plan.index))
    ]


def overlay_outlines(shot: Shot) -> tuple[tuple[tuple[float, float], ...], ...]:
    """Return outlines of the burnt-in graphics of a shot, the largest first. [px]"""
    mask = shot.overlay.astype(np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = sorted(contours, key=cv2.contourArea, reverse=True)[:_MOST_OVERLAYS]
    return tuple(
        tuple((float(x), float(y)) for x, y in contour[:, 0])
        for contour in large
        if len(contour) > 2 and cv2.contourArea(contour) >= _SMALLEST_OVERLAY_PX  # noqa: PLR2004 - an outline has three corners
    )


def _scaled(shape: Shape, factor: float) -> Shape:
    """Move a shape from the display picture to the picture as shown."""
    if isinstance(shape, Polygon):
        return replace(shape, points=tuple((x * factor, y * factor) for x, y in shape.points))
    if isinstance(shape, Segment):
        return replace(
            shape,
            x1=shape.x1 * factor,
            y1=shape.y1 * factor,
            x2=shape.x2 * factor,
            y2=shape.y2 * factor,
        )
    moved = replace(shape, x=shape.x * factor, y=shape.y * factor)
    if isinstance(moved, Ellipse):
        return replace(moved, rx=moved.rx * factor, ry=moved.ry * factor)
    return moved
