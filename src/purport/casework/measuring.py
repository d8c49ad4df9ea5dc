"""Offsets by hand: a target and impacts placed on a frame or the map, measured as the check does.

The marks are put before the impacts check's own steps, with the view that the points give in the
place of the place check's finding; no formula stands here. For footage whose publication is not
recorded nothing is measured, and the answer says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from purport.casework.bench import Bench, BenchReference
from purport.casework.placing import Ellipse, OnMap, Pair, View, ellipse_about
from purport.checks.contract import Evidence
from purport.checks.impacts import (
    CROSSHAIR_SD_PX,
    ImpactsValues,
    StrikeValues,
    find_crosshair,
    measure_marks,
)
from purport.checks.place import PlaceAnswer, PlaceCheck
from purport.core.casefile import MarkRecord
from purport.core.digests import JsonObject, JsonValue
from purport.core.errors import ConsistencyError, InputError
from purport.core.findings import Derivation, Finding
from purport.core.marks import MarkKind, mark_fault
from purport.core.positions import GeoPoint, compass_point, from_geographic
from purport.core.records import to_json
from purport.imagery import Reference, reference_pixel
from purport.scene import Scene

__all__ = [
    "DrawnTarget",
    "HandImpact",
    "HandLength",
    "HandOffset",
    "HandTarget",
    "TargetKind",
    "crosshair_in",
    "draw_target",
    "measure_by_hand",
]

_UNPUBLISHED = (
    "Positions and distances are not measured, because it is not recorded where and when the "
    "footage was made public."
)
_PUBLISH = "Record where and when the footage was made public."
FloatArray = NDArray[np.float64]

_PLACE_BETTER = "Correct the control points, or place impact and target below the horizon."
_YOU = "you"
_HALF = 0.5
_NOW = datetime(1970, 1, 1, tzinfo=UTC)
"""Marks that are not recorded have no time; this one is never shown."""


class TargetKind(StrEnum):
    """What an offset is counted from."""

    STATED = "stated"
    FRAME = "frame"
    MAP = "map"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTarget:
    """What an offset is counted from, as it is being placed."""

    kind: TargetKind
    """Which of the following counts; "stated": what is recorded of the item."""
    frame: int | None = None
    """Of a pixel."""
    pixel: Pair | None = None
    """(x, y). [px]"""
    pixel_sd_px: float = 2.0
    """Standard uncertainty of the pixel per axis. [px]"""
    place: OnMap | None = None
    """Of a point on the map."""
    outline: tuple[OnMap, ...] = ()
    """Of an area on the map, not closed."""
    place_sd_m: float = 0.0
    """Standard uncertainty of what lies on the map, per axis. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandImpact:
    """An impact as it is being placed; on the map, the view brings it to the frame shown."""

    key: str
    """What the page calls it."""
    frame: int
    """Frame index."""
    pixel: Pair | None = None
    """(x, y); None when it was placed on the map. [px]"""
    place: OnMap | None = None
    """On the map; None when it was placed in the frame."""
    pixel_sd_px: float = 2.0
    """Standard uncertainty of the pixel per axis. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLength:
    """A length that somebody knows in a frame."""

    key: str
    """What the page calls it."""
    frame: int
    """Frame index."""
    start: Pair
    """One end. [px]"""
    end: Pair
    """The other. [px]"""
    pixel_sd_px: float
    """Standard uncertainty of either end per axis. [px]"""
    length_m: float
    """The length. [m]"""
    length_sd_m: float
    """Its standard uncertainty. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOffset:
    """How far an impact lies from the target, ready to be drawn; or why that is not measured."""

    key: str
    """What the page calls the impact."""
    words: str
    """The offset with its interval in words, or why it is not measured."""
    remedy: str | None
    """What would help; None when it was measured."""
    offset_m: float | None = None
    """Distance, 0 inside an outline; None when it was not measured. [m]"""
    offset_68_m: Pair | None = None
    """68 % interval; None as `offset_m`. [m]"""
    offset_95_m: Pair | None = None
    """95 % interval; None as `offset_m`. [m]"""
    bearing_deg: float | None = None
    """From target to impact, from true north; None without a map, or at no distance. [deg]"""
    bearing_sd_deg: float | None = None
    """Its standard uncertainty; None when too short to tell. [deg]"""
    p_inside: float | None = None
    """Probability to lie inside the outline; None unless there is one."""
    budget_m: Mapping[str, float] | None = None
    """Standard uncertainty by cause; None as `offset_m`. [m]"""
    target_basis: str | None = None
    """What it is counted from."""
    scale_basis: str | None = None
    """Where the metres come from."""
    pixel: Pair | None = None
    """The impact in its frame. [px]"""
    position: Pair | None = None
    """Longitude and latitude; None without a map. [deg]"""
    map_px: Pair | None = None
    """The same in the orthophoto's pixels; None without a map. [px]"""
    on_map: Ellipse | None = None
    """95 % ellipse of that, the map's own error included; None without a map."""
    line_on_map: tuple[Pair, Pair] | None = None
    """From the target's nearest point to the impact, on the orthophoto; None without a distance or
    a map. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTarget:
    """What offsets are counted from, as it is drawn: a point, or the corners of an outline."""

    on_map: tuple[Pair, ...]
    """In the orthophoto's pixels; empty when it cannot be brought there. [px]"""
    in_frame: tuple[Pair | None, ...]
    """In the frame shown; None for a corner that it does not show. [px]"""


def draw_target(
    bench: Bench, target: HandTarget, *, view: View | None, chosen: BenchReference | None
) -> DrawnTarget:
    """Return where a target lies on the orthophoto and in the frame shown."""
    if target.kind is TargetKind.FRAME:
        here = target.pixel
        if view is None or here is None or target.frame is None:
            return DrawnTarget(on_map=(), in_frame=())
        place = view.map_pixel(here, frame=target.frame)
        on_map: tuple[Pair, ...] = () if place is None else (place,)
    elif chosen is None:
        return DrawnTarget(on_map=(), in_frame=())
    elif target.kind is TargetKind.STATED:
        stated = bench.item.target
        corners = () if stated is None else stated.outline or (stated.point,)
        on_map = tuple(
            reference_pixel(chosen.reference, corner) for corner in corners if corner is not None
        )
    else:
        places = target.outline if target.kind is TargetKind.OUTLINE else (target.place,)
        on_map = tuple(one.resolve(chosen.reference)[0] for one in places if one is not None)
    seen = (None,) * len(on_map)
    return DrawnTarget(
        on_map=on_map,
        in_frame=seen if view is None else tuple(view.frame_pixel(one) for one in on_map),
    )


def crosshair_in(scene: Scene, frame: int) -> tuple[Pair, float] | None:
    """Return the middle of the crosshair burnt into a frame's shot, and its standard uncertainty.

    None when none is seen. [px]
    """
    found = find_crosshair(scene.shot_of(frame))
    return None if found is None else (found, CROSSHAIR_SD_PX)


def measure_by_hand(
    bench: Bench,
    impacts: Sequence[HandImpact],
    target: HandTarget,
    *,
    view: View | None,
    chosen: BenchReference | None,
    lengths: Sequence[HandLength] = (),
) -> tuple[HandOffset, ...]:
    """Measure how far impacts lie from a target.

    Args:
        bench: The item.
        impacts: The impacts.
        target: What to count from.
        view: The view to measure with; None without one, when lengths may give the metres.
        chosen: The orthophoto; None when there is none.
        lengths: Lengths known in the picture.

    Raises:
        InputError: Something is placed nowhere, or the item has not been gone over.
    """
    scene = bench.require_scene()
    if bench.item.publication is None:
        return tuple(_refused(one, _UNPUBLISHED, _PUBLISH) for one in impacts)
    placed = [_in_frame(one, view) for one in impacts]
    evidence = _evidence(bench, scene, view=view, chosen=chosen)
    marks = [
        *_marks(bench, [one for one in placed if one.pixel is not None]),
        *_target_marks(bench, target, None if chosen is None else chosen.reference),
        *(_length_mark(bench, one) for one in lengths),
    ]
    try:
        values = measure_marks(replace(evidence, marks=tuple(marks)), scene)
    except ConsistencyError as error:  # a pixel above the horizon that the points give
        return tuple(
            _refused(one, f"{error.subject} {error.fault}.", _PLACE_BETTER) for one in impacts
        )
    drawn = draw_target(bench, target, view=view, chosen=chosen)
    return tuple(_with_line(_told(one, values, chosen), drawn) for one in placed)


def _with_line(told: HandOffset, target: DrawnTarget) -> HandOffset:
    if not told.offset_m or told.map_px is None or not target.on_map:
        return told
    nearest = _nearest(np.array(target.on_map), np.array(told.map_px))
    return replace(told, line_on_map=((float(nearest[0]), float(nearest[1])), told.map_px))


def _nearest(ring: FloatArray, point: FloatArray) -> FloatArray:
    """Return the nearest point of a closed line through corners (n, 2), for drawing."""
    along = np.roll(ring, -1, axis=0) - ring
    length = np.maximum((along**2).sum(axis=1), np.finfo(np.float64).tiny)
    share = np.clip(((point - ring) * along).sum(axis=1) / length, 0.0, 1.0)
    feet = ring + share[:, None] * along
    return np.asarray(feet[np.argmin(((feet - point) ** 2).sum(axis=1))], dtype=np.float64)


def _in_frame(impact: HandImpact, view: View | None) -> HandImpact:
    """Bring an impact placed on the map to the frame shown, by the view."""
    if impact.pixel is not None or impact.place is None or view is None:
        return impact
    map_px, _ = impact.place.resolve(view.reference)
    pixel = view.frame_pixel(map_px)
    scene = view.scene
    if pixel is None or not _is_inside(scene, pixel):
        return impact
    return replace(impact, pixel=pixel, frame=view.frame)


def _is_inside(scene: Scene, pixel: Pair) -> bool:
    """Tell whether a pixel is of the picture; its outer edges lie half a pixel outside."""
    return all(
        -_HALF <= at <= side - _HALF
        for at, side in zip(pixel, (scene.width_px, scene.height_px), strict=True)
    )


def _evidence(
    bench: Bench, scene: Scene, *, view: View | None, chosen: BenchReference | None
) -> Evidence:
    earlier = () if view is None else (_as_finding(bench, view),)
    return Evidence(
        item=bench.item,
        path=bench.path,
        probe=bench.require_probe(),
        load_scene=lambda: scene,
        references=() if chosen is None else (chosen.source,),
        terrain=bench.terrain,
        earlier=earlier,
    )


def _as_finding(bench: Bench, view: View) -> Finding:
    """State a view as the place check would, for the impacts check to read."""
    check = PlaceCheck()
    values: JsonObject = {"matched": True, "ground": (to_json(view.ground),)}
    return Finding(
        id="by-hand",
        check=check.name,
        version=check.version,
        item=bench.item.digest,
        answer=PlaceAnswer.MATCHES.value,
        reason="",
        values=values,
        limits=(),
        derivation=Derivation(inputs=(), parameters={}, libraries=()),
    )


def _marks(bench: Bench, impacts: Sequence[HandImpact]) -> list[MarkRecord]:
    return [
        _mark(
            bench,
            one.key,
            MarkKind.IMPACT,
            {
                "frame": one.frame,
                "pixel": list(one.pixel or ()),
                "pixel_sd": one.pixel_sd_px,
            },
        )
        for one in impacts
    ]


def _target_marks(
    bench: Bench, target: HandTarget, reference: Reference | None
) -> tuple[MarkRecord, ...]:
    if target.kind is TargetKind.STATED:
        return ()
    values: dict[str, JsonValue] = {}
    if target.kind is TargetKind.FRAME:
        if target.frame is None or target.pixel is None:
            raise InputError("target", "lies nowhere yet", remedy="Place it in the frame.")
        values = {
            "frame": target.frame,
            "pixel": list(target.pixel),
            "pixel_sd": target.pixel_sd_px,
        }
    else:
        if reference is None:
            raise InputError("target", "there is no orthophoto", remedy="Place it in the frame.")
        places = target.outline if target.kind is TargetKind.OUTLINE else (target.place,)
        ring = [list(_lonlat(one.resolve(reference)[1])) for one in places if one is not None]
        values = {"position_sd_m": target.place_sd_m}
        if target.kind is TargetKind.OUTLINE:
            values["outline"] = ring
        elif ring:
            values["position"] = ring[0]
    return (_mark(bench, "target", MarkKind.TARGET, values),)


def _length_mark(bench: Bench, one: HandLength) -> MarkRecord:
    values: JsonObject = {
        "frame": one.frame,
        "pixel": list(one.start),
        "to_pixel": list(one.end),
        "pixel_sd": one.pixel_sd_px,
        "length_m": one.length_m,
        "length_sd_m": one.length_sd_m,
    }
    return _mark(bench, one.key, MarkKind.KNOWN_LENGTH, values)


def _mark(bench: Bench, key: str, kind: MarkKind, values: JsonObject) -> MarkRecord:
    fault = mark_fault(kind, values)
    if fault is not None:
        raise InputError(kind.value.replace("_", " "), fault, remedy="Place it again.")
    return MarkRecord(
        id=key,
        item=bench.item.digest,
        kind=kind.value,
        values=values,
        author=_YOU,
        placed_utc=_NOW,
    )


def _told(impact: HandImpact, values: ImpactsValues, chosen: BenchReference | None) -> HandOffset:
    if impact.pixel is None:
        return _refused(
            impact,
            "An impact on the map is not measured unless the frame shown shows that place.",
            "Place four control points or more, choose a frame that shows it, or place it there.",
        )
    strike = next(
        (one for one in values.strikes if one.mark is not None and one.mark.mark == impact.key),
        None,
    )
    if strike is None:
        unused = next((text for text in values.marks_not_used if f" {impact.key}:" in text), "")
        return _refused(
            impact,
            unused.partition(": ")[2] or f"frame {impact.frame} is not of this footage.",
            "Place it in another frame.",
        )
    return _measured(impact, strike, None if chosen is None else chosen.reference)


def _measured(impact: HandImpact, strike: StrikeValues, reference: Reference | None) -> HandOffset:
    map_px = None
    ellipse = None
    if strike.position is not None and reference is not None:
        point = GeoPoint(longitude_deg=strike.position[0], latitude_deg=strike.position[1])
        map_px = reference_pixel(reference, point)
        ellipse = _absolute_ellipse(strike, point, reference)
    return HandOffset(
        key=impact.key,
        words=_in_words(strike),
        remedy=strike.remedy,
        offset_m=strike.offset_m,
        offset_68_m=strike.offset_68_m,
        offset_95_m=strike.offset_95_m,
        bearing_deg=strike.bearing_deg,
        bearing_sd_deg=strike.bearing_sd_deg,
        p_inside=strike.p_inside,
        budget_m=strike.budget_m,
        target_basis=strike.target_basis,
        scale_basis=strike.scale_basis,
        pixel=impact.pixel,
        position=strike.position,
        map_px=map_px,
        on_map=ellipse,
    )


def _absolute_ellipse(
    strike: StrikeValues, point: GeoPoint, reference: Reference
) -> Ellipse | None:
    if strike.position_covariance_m2 is None:
        return None
    place = from_geographic(point, reference.metric_crs)
    return ellipse_about(
        reference,
        np.array([place.easting_m, place.northing_m]),
        np.array(strike.position_covariance_m2),
    )


def _in_words(strike: StrikeValues) -> str:
    if strike.offset_m is None or strike.offset_95_m is None or strike.offset_68_m is None:
        return strike.not_measured or "Not measured."
    low, high = strike.offset_95_m
    inner = strike.offset_68_m
    words = (
        f"{strike.offset_m:.1f} m from the target (95 %: {low:.1f} to {high:.1f} m; "
        f"68 %: {inner[0]:.1f} to {inner[1]:.1f} m)"
    )
    if strike.offset_m == 0.0:
        words = f"Inside the target's outline (95 %: up to {high:.1f} m outside it)"
    if strike.bearing_deg is not None and strike.bearing_sd_deg is not None:
        words += (
            f", to the {compass_point(strike.bearing_deg)} of it "
            f"({strike.bearing_deg:.0f}° ± {strike.bearing_sd_deg:.0f}°)"
        )
    if strike.p_inside is not None:
        words += f"; inside its outline with a probability of {100 * strike.p_inside:.0f} %"
    return words + "."


def _refused(impact: HandImpact, words: str, remedy: str) -> HandOffset:
    return HandOffset(key=impact.key, words=words, remedy=remedy)


def _lonlat(point: GeoPoint) -> Pair:
    return point.longitude_deg, point.latitude_deg
