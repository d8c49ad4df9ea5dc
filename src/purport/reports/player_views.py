"""A media item for the player: what was found by time, and where it lies in the picture.

Nothing is left for the page to work out: frames and pixels are those of the checks, and a position
that the analysis followed from frame to frame is given for each frame.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from purport.core.case import Target
from purport.core.casefile import CaseFile, CaseItem, MarkRecord
from purport.core.findings import Finding, NotRun
from purport.core.media_time import FrameSpan
from purport.reports.frame_drawings import (
    COVER_95,
    first_graphic_frame,
    ground_to_pixel,
    overlay_outlines,
)
from purport.reports.item_rows import (
    FindingView,
    describe_container,
    describe_finding,
    describe_record,
)
from purport.reports.phrases import NOT_RECORDED, humanise
from purport.reports.readings import (
    FrameOnMap,
    StrikeReading,
    read_edits,
    read_matches,
    read_place,
    read_strikes,
)
from purport.reports.timelines import Bar, Timeline, draw_timeline
from purport.scene import Scene, Shot

__all__ = [
    "FOUND_LAYERS",
    "Band",
    "LaneView",
    "PlayerView",
    "Shown",
    "graphic_from",
    "shown_in_picture",
    "view_for_player",
]

FOUND_LAYERS: Mapping[str, str] = {
    "overlay": "Burnt-in graphics",
    "impact": "Impacts, with their 95 % area",
    "target": "Stated target",
    "mark": "Marks by people",
}
"""What can be drawn over the picture: its name in `Shown.layer`, and in words."""

_LATE_BY_S = 1e-6
_LONGEST_TRACK = 6000
_ROUNDED = 1

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A stretch of a lane."""

    start: float
    """Start, as a part of the whole (0 to 1)."""
    width: float
    """Width, as a part of the whole; never invisibly thin."""
    role: str
    """Names its style."""
    title: str
    """What it is, with its time codes."""
    first: int
    """Frame with which it begins."""
    last: int
    """Frame with which it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneView:
    """One row of the timeline."""

    name: str
    """What it shows."""
    bands: tuple[Band, ...]
    """Its stretches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerView:
    """What stands under and beside the picture."""

    lanes: tuple[LaneView, ...]
    """The timeline; shots first, where they are known."""
    ticks: tuple[tuple[float, str], ...]
    """The time axis: where (0 to 1), and the time code."""
    jumps: tuple[Band, ...]
    """What one may jump to, by time: all stretches but the first shot."""
    recorded: tuple[tuple[str, str], ...]
    """What is recorded of the item."""
    not_recorded: tuple[str, ...]
    """What is not."""
    container: tuple[tuple[str, str], ...]
    """What its container says."""
    findings: tuple[FindingView, ...]
    """All findings about it."""
    not_run: tuple[NotRun, ...]
    """Checks that did not run on it."""
    marks: tuple[tuple[MarkRecord, str], ...]
    """What people marked on it, each with its kind in words."""
    examined: bool
    """Whether it was examined for strikes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Something drawn over the picture in some frames."""

    layer: str
    """A name of `FOUND_LAYERS`."""
    kind: str
    """"outline" (closed), "line", "cross" or "circle"."""
    label: str
    """What stands beside it; empty for nothing."""
    first: int
    """First frame in which it is drawn."""
    last: int
    """Last frame."""
    points: tuple[Point, ...]
    """Where, in the display picture; the centre of a cross or circle. Where `track` is given it
    counts instead. [px]"""
    radius_px: float = 0.0
    """Radius of a circle; 0 for others."""
    track: tuple[tuple[Point, ...] | None, ...] = ()
    """The points frame by frame from `first` on, None where it cannot be said; empty when they
    stay. [px]"""


def view_for_player(case: CaseFile, item: CaseItem, seconds: Sequence[float]) -> PlayerView:
    """Arrange an item for the player.

    Args:
        case: The case.
        item: The item.
        seconds: Presentation time of each frame after the first; one more for the end. [s]
    """
    findings = _findings(case, item)
    timeline = _timeline(item, findings, seconds[-1])
    lanes = tuple(
        LaneView(name=lane.name, bands=tuple(_bands(lane.bars, seconds)))
        for lane in (timeline.lanes if timeline else ())
    )
    shots = lanes[:1] if "edits" in findings else ()
    recorded = describe_record(item.record)
    cuts = (band for lane in shots for band in lane.bands[1:])
    found = (band for lane in lanes[1:] for band in lane.bands)
    jumps = sorted((*cuts, *found), key=lambda band: (band.first, band.last))
    digest = item.record.digest
    return PlayerView(
        lanes=(*shots, *lanes[1:]),
        ticks=tuple((tick.at, tick.text) for tick in (timeline.ticks if timeline else ())),
        jumps=tuple(jumps),
        recorded=tuple(row for row in recorded if row[1] != NOT_RECORDED),
        not_recorded=tuple(name for name, words in recorded if words == NOT_RECORDED),
        container=describe_container(item),
        findings=tuple(describe_finding(f) for f in case.findings if f.item == digest),
        not_run=tuple(n for n in case.not_run if n.item == digest),
        marks=tuple((m, humanise(m.kind)) for m in case.marks if m.item == digest),
        examined="impacts" in findings,
    )


def graphic_from(case: CaseFile, item: CaseItem) -> int | None:
    """Return the first frame that is veiled until it is asked for; None when none is."""
    finding = _findings(case, item).get("impacts")
    first = max(first_graphic_frame(None if finding is None else read_strikes(finding)), 0)
    return first if first < (1 << 31) else None


def shown_in_picture(case: CaseFile, item: CaseItem, scene: Scene | None) -> tuple[Shown, ...]:
    """Return all that can be drawn over the pictures of an item.

    Args:
        case: The case.
        item: The item.
        scene: Its scene, by which points are followed; None when it is not at hand.
    """
    findings = _findings(case, item)
    shown: list[Shown] = []
    if scene is not None:
        shown += [graphics for shot in scene.shots for graphics in _graphics(shot)]
    if "impacts" in findings:
        for strike in read_strikes(findings["impacts"]):
            shown += _strike(strike, scene)
    if "place" in findings and item.record.target is not None:
        shown += _target(item.record.target, read_place(findings["place"]).frames, scene)
    marks = (mark for mark in case.marks if mark.item == item.record.digest)
    return (*shown, *(part for mark in marks for part in _mark(mark)))


def _findings(case: CaseFile, item: CaseItem) -> Mapping[str, Finding]:
    return {f.check: f for f in case.findings if f.item == item.record.digest}


def _timeline(
    item: CaseItem, findings: Mapping[str, Finding], duration_s: float
) -> Timeline | None:
    if duration_s <= 0.0:
        return None
    edits = read_edits(findings["edits"]) if "edits" in findings else ()
    matches = read_matches(findings["reuse"]) if "reuse" in findings else ()
    strikes = read_strikes(findings["impacts"]) if "impacts" in findings else ()
    return draw_timeline(
        duration_s, edits=edits, matches=matches, strikes=strikes, item=item.record.digest
    )


def _bands(bars: Sequence[Bar], seconds: Sequence[float]) -> Iterator[Band]:
    for bar in bars:
        first = _frame_at(seconds, bar.start_s)
        yield Band(
            start=bar.start,
            width=bar.width,
            role=bar.role,
            title=bar.title,
            first=first,
            last=max(_frame_at(seconds, bar.end_s), first),
        )


def _frame_at(seconds: Sequence[float], time_s: float) -> int:
    """Return the frame that is shown at a time."""
    frames = len(seconds) - 1
    return min(max(bisect_right(seconds, time_s + _LATE_BY_S) - 1, 0), frames - 1)


def _graphics(shot: Shot) -> Iterator[Shown]:
    for outline in overlay_outlines(shot):
        yield Shown(
            layer="overlay",
            kind="outline",
            label="",
            first=shot.span.first,
            last=shot.span.last,
            points=outline,
        )


def _strike(strike: StrikeReading, scene: Scene | None) -> Iterator[Shown]:
    """Yield the impact point and its circle from the onset on, as far as links carry it."""
    again = f" (strike {strike.same_strike_as} again)" if strike.same_strike_as else ""
    for kind, label, radius_px in (
        ("cross", f"{strike.number}{again}", 0.0),
        ("circle", "", COVER_95 * strike.point_sd_px),
    ):
        span = _span_from(strike, scene)
        track: tuple[tuple[Point, ...] | None, ...] = ()
        if scene is not None and len(span) > 1:
            track = _follow((strike.point_px,), strike.point_frame, span, scene)
        yield Shown(
            layer="impact",
            kind=kind,
            label=label,
            first=span.first,
            last=span.last,
            points=(strike.point_px,),
            radius_px=radius_px,
            track=track,
        )


def _span_from(strike: StrikeReading, scene: Scene | None) -> FrameSpan:
    alone = FrameSpan(first=strike.point_frame, last=strike.point_frame)
    if scene is None or strike.point_frame >= scene.frames:
        return alone
    first = min(strike.onset_frame, strike.point_frame)
    shot = scene.shot_of(strike.point_frame).span
    if first not in shot:
        return alone
    return FrameSpan(first=first, last=min(shot.last, first + _LONGEST_TRACK))


def _follow(
    points: Sequence[Point], frame: int, span: FrameSpan, scene: Scene
) -> tuple[tuple[Point, ...] | None, ...]:
    """Carry points of a frame into others of its shot; None for frames that are not linked."""
    start = np.array([[*point, 1.0] for point in points]).T
    anchored = scene.to_anchor[frame] @ start
    track: list[tuple[Point, ...] | None] = []
    for index in range(span.first, span.last + 1):
        if index == frame:
            track.append(tuple(_rounded(x, y) for x, y in points))
        elif not (scene.linked[frame] and scene.linked[index]):
            track.append(None)
        else:
            x, y, scale = np.linalg.solve(scene.to_anchor[index], anchored)
            track.append(tuple(_rounded(*pair) for pair in zip(x / scale, y / scale, strict=True)))
    return tuple(track)


def _rounded(x: float, y: float) -> Point:
    return round(float(x), _ROUNDED), round(float(y), _ROUNDED)


def _target(
    target: Target, registered: Sequence[FrameOnMap], scene: Scene | None
) -> Iterator[Shown]:
    """Yield the target about each registered frame, halfway to the next ones of its shot."""
    ground = target.outline or ((target.point,) if target.point else ())
    frames = sorted(registered, key=lambda frame: frame.frame)
    numbers = [frame.frame for frame in frames]
    for frame in frames:
        pixels = [ground_to_pixel(point, frame) for point in ground]
        known = tuple(pixel for pixel in pixels if pixel is not None)
        if len(known) < len(pixels):
            continue
        span = _span_about(frame.frame, numbers, scene)
        followed = scene is not None and len(span) > 1
        yield Shown(
            layer="target",
            kind="outline" if len(known) > 1 else "cross",
            label="stated target",
            first=span.first,
            last=span.last,
            points=known,
            track=_follow(known, frame.frame, span, scene) if scene and followed else (),
        )


def _span_about(frame: int, registered: Sequence[int], scene: Scene | None) -> FrameSpan:
    """Return the frames of the shot to which no other registered frame of it is nearer."""
    if scene is None or frame >= scene.frames:
        return FrameSpan(first=frame, last=frame)
    shot = scene.shot_of(frame).span
    before = max((other for other in registered if other < frame and other in shot), default=None)
    after = min((other for other in registered if other > frame and other in shot), default=None)
    first = shot.first if before is None else (before + frame) // 2 + 1
    last = shot.last if after is None else (frame + after) // 2
    return FrameSpan(
        first=max(first, frame - _LONGEST_TRACK), last=min(last, frame + _LONGEST_TRACK)
    )


def _mark(mark: MarkRecord) -> Iterator[Shown]:
    """Yield what a person placed in a frame."""
    values: Mapping[str, Any] = mark.values
    frame, pixel, to_pixel = values.get("frame"), values.get("pixel"), values.get("to_pixel")
    if frame is None or pixel is None:
        return
    here = (float(pixel[0]), float(pixel[1]))
    there = None if to_pixel is None else (float(to_pixel[0]), float(to_pixel[1]))
    yield Shown(
        layer="mark",
        kind="cross" if there is None else "line",
        label=f"{humanise(mark.kind)} ({mark.author})",
        first=int(frame),
        last=int(frame),
        points=(here,) if there is None else (here, there),
    )
