"""Marks by people, read by kind: control points, impacts, targets, known lengths, shadows.

A mark is stored as it was placed, its values as plain JSON. The readers here turn the marks of one
kind into typed records and refuse what does not say what its kind needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from purport.core.casefile import MarkRecord
from purport.core.digests import JsonObject, JsonValue
from purport.core.positions import GeoPoint

__all__ = [
    "DEFAULT_PIXEL_SD_PX",
    "ControlPoint",
    "KnownLength",
    "MarkKind",
    "NoShadowMark",
    "NoShadowReason",
    "PointMark",
    "ShadowDirection",
    "ShadowMark",
    "control_points",
    "known_lengths",
    "mark_fault",
    "no_shadow_marks",
    "point_marks",
    "shadow_directions",
    "shadow_marks",
]

DEFAULT_PIXEL_SD_PX = 2.0
"""Standard uncertainty per axis of a point placed by hand, where its author states none. [px]"""

_PAIR = 2
_FEWEST_CORNERS = 3
_TURN_DEG = 360.0


class MarkKind(StrEnum):
    """What a person may place by hand."""

    CONTROL_POINT = "control_point"
    IMPACT = "impact"
    KNOWN_LENGTH = "known_length"
    NO_SHADOW = "no_shadow"
    SHADOW = "shadow"
    SHADOW_AZIMUTH = "shadow_azimuth"
    SHADOW_TIP = "shadow_tip"
    TARGET = "target"


_NEEDED: Mapping[MarkKind, tuple[str, ...]] = {
    MarkKind.CONTROL_POINT: ("frame", "pixel", "position"),
    MarkKind.KNOWN_LENGTH: ("frame", "pixel", "to_pixel", "length_m"),
    MarkKind.NO_SHADOW: ("reason",),
    MarkKind.SHADOW_AZIMUTH: ("azimuth_deg", "azimuth_sd_deg"),
}
_POSITIVE = {
    "length_m": "length",
    "height_m": "height",
    "height_ratio": "ratio of height to length",
    "azimuth_sd_deg": "standard uncertainty of an azimuth",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """The same point of the ground in a frame and on the map."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who placed it."""
    frame: int
    """Frame index."""
    pixel: tuple[float, float]
    """(x, y) in its display picture. [px]"""
    pixel_sd_px: float
    """Standard uncertainty of the pixel per axis. [px]"""
    point: GeoPoint
    """On the map."""
    point_sd_m: float
    """Standard uncertainty of the map point per axis, beyond that of the map itself. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointMark:
    """A point placed in a frame, on the map, or on both."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who placed it."""
    frame: int | None
    """Frame index; None when it was placed on the map alone."""
    pixel: tuple[float, float] | None
    """(x, y) in that frame's display picture; None as `frame`. [px]"""
    pixel_sd_px: float
    """Standard uncertainty of the pixel per axis. [px]"""
    point: GeoPoint | None
    """On the map; None when it was placed in a frame alone."""
    point_sd_m: float
    """Standard uncertainty of the map point per axis. [m]"""
    outline: tuple[GeoPoint, ...] | None = None
    """Ring of an area on the map, not closed; None for a point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLength:
    """Two points of one frame whose distance on the ground is known."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who placed it."""
    frame: int
    """Frame index."""
    from_px: tuple[float, float]
    """One end, (x, y) in the display picture. [px]"""
    to_px: tuple[float, float]
    """The other end. [px]"""
    pixel_sd_px: float
    """Standard uncertainty of either end per axis. [px]"""
    length_m: float
    """Their distance, positive. [m]"""
    length_sd_m: float
    """Its standard uncertainty. [m]"""


class NoShadowReason(StrEnum):
    """Why there is no shadow to mark."""

    DIFFUSE = "diffuse"
    INDOORS = "indoors"
    NIGHT = "night"
    TIP_OUT_OF_FRAME = "tip_out_of_frame"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowMark:
    """Foot of an upright thing and tip of its shadow, both in one frame or both on the map."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who placed it."""
    frame: int | None
    """Frame index; None when it was placed on the map."""
    foot_px: tuple[float, float] | None
    """Foot, (x, y) in the frame's display picture; None as `frame`. [px]"""
    tip_px: tuple[float, float] | None
    """Tip; None as `frame`. [px]"""
    pixel_sd_px: float
    """Standard uncertainty of either per axis. [px]"""
    foot: GeoPoint | None
    """Foot on the map; None when it was placed in a frame."""
    tip: GeoPoint | None
    """Tip on the map; None as `foot`."""
    point_sd_m: float | None
    """Standard uncertainty of either on the map per axis; None when not stated. [m]"""
    height_m: float | None
    """Height of the thing; None when not known. [m]"""
    height_sd_m: float
    """Its standard uncertainty. [m]"""
    zone: str | None
    """Time zone of the place, as tzdata names it; None when not stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowDirection:
    """Where shadows point, without their ends."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who stated it."""
    azimuth_deg: float
    """From foot to tip, clockwise from true north. [deg]"""
    azimuth_sd_deg: float
    """Its standard uncertainty. [deg]"""
    ratio: float | None
    """Height over length of the shadow; None when not known. [1]"""
    ratio_sd: float
    """Its standard uncertainty. [1]"""
    point: GeoPoint | None
    """Where; None when not stated."""
    zone: str | None
    """Time zone of the place, as tzdata names it; None when not stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShadowMark:
    """A person looked for shadows and found none to mark."""

    mark: str
    """Identifier of the mark."""
    author: str
    """Who looked."""
    reason: NoShadowReason
    """Why there is none."""


def shadow_marks(marks: Sequence[MarkRecord]) -> tuple[ShadowMark, ...]:
    """Read the shadows among marks, in their order."""
    return tuple(
        ShadowMark(
            mark=mark.id,
            author=mark.author,
            frame=_whole(mark.values["frame"]) if "frame" in mark.values else None,
            foot_px=_pair(mark.values["pixel"]) if "pixel" in mark.values else None,
            tip_px=_pair(mark.values["to_pixel"]) if "to_pixel" in mark.values else None,
            pixel_sd_px=_number(mark.values, "pixel_sd", DEFAULT_PIXEL_SD_PX),
            foot=_geographic(mark.values["position"]) if "position" in mark.values else None,
            tip=_geographic(mark.values["to_position"]) if "to_position" in mark.values else None,
            point_sd_m=_known(mark.values, "position_sd_m"),
            height_m=_known(mark.values, "height_m"),
            height_sd_m=_number(mark.values, "height_sd_m", 0.0),
            zone=_text(mark.values, "zone"),
        )
        for mark in marks
        if mark.kind == MarkKind.SHADOW
    )


def shadow_directions(marks: Sequence[MarkRecord]) -> tuple[ShadowDirection, ...]:
    """Read the shadow azimuths among marks, in their order."""
    return tuple(
        ShadowDirection(
            mark=mark.id,
            author=mark.author,
            azimuth_deg=_number(mark.values, "azimuth_deg", 0.0),
            azimuth_sd_deg=_number(mark.values, "azimuth_sd_deg", 0.0),
            ratio=_known(mark.values, "height_ratio"),
            ratio_sd=_number(mark.values, "height_ratio_sd", 0.0),
            point=_geographic(mark.values["position"]) if "position" in mark.values else None,
            zone=_text(mark.values, "zone"),
        )
        for mark in marks
        if mark.kind == MarkKind.SHADOW_AZIMUTH
    )


def no_shadow_marks(marks: Sequence[MarkRecord]) -> tuple[NoShadowMark, ...]:
    """Read the marks that say why no shadow can be measured, in their order."""
    return tuple(
        NoShadowMark(
            mark=mark.id,
            author=mark.author,
            reason=NoShadowReason(str(mark.values["reason"])),
        )
        for mark in marks
        if mark.kind == MarkKind.NO_SHADOW
    )


def control_points(marks: Sequence[MarkRecord]) -> tuple[ControlPoint, ...]:
    """Read the control points among marks, in their order."""
    return tuple(
        ControlPoint(
            mark=mark.id,
            author=mark.author,
            frame=_whole(mark.values["frame"]),
            pixel=_pair(mark.values["pixel"]),
            pixel_sd_px=_number(mark.values, "pixel_sd", DEFAULT_PIXEL_SD_PX),
            point=_geographic(mark.values["position"]),
            point_sd_m=_number(mark.values, "position_sd_m", 0.0),
        )
        for mark in marks
        if mark.kind == MarkKind.CONTROL_POINT
    )


def point_marks(marks: Sequence[MarkRecord], kind: MarkKind) -> tuple[PointMark, ...]:
    """Read the marks of kind impact, target or shadow tip, in their order."""
    return tuple(
        PointMark(
            mark=mark.id,
            author=mark.author,
            frame=_whole(mark.values["frame"]) if "frame" in mark.values else None,
            pixel=_pair(mark.values["pixel"]) if "pixel" in mark.values else None,
            pixel_sd_px=_number(mark.values, "pixel_sd", DEFAULT_PIXEL_SD_PX),
            point=_geographic(mark.values["position"]) if "position" in mark.values else None,
            point_sd_m=_number(mark.values, "position_sd_m", 0.0),
            outline=_outline(mark.values["outline"]) if "outline" in mark.values else None,
        )
        for mark in marks
        if mark.kind == kind
    )


def known_lengths(marks: Sequence[MarkRecord]) -> tuple[KnownLength, ...]:
    """Read the known lengths among marks, in their order."""
    return tuple(
        KnownLength(
            mark=mark.id,
            author=mark.author,
            frame=_whole(mark.values["frame"]),
            from_px=_pair(mark.values["pixel"]),
            to_px=_pair(mark.values["to_pixel"]),
            pixel_sd_px=_number(mark.values, "pixel_sd", DEFAULT_PIXEL_SD_PX),
            length_m=_number(mark.values, "length_m", 0.0),
            length_sd_m=_number(mark.values, "length_sd_m", 0.0),
        )
        for mark in marks
        if mark.kind == MarkKind.KNOWN_LENGTH
    )


def mark_fault(kind: MarkKind, values: JsonObject) -> str | None:
    """Return what a mark of a kind lacks or says wrongly; None when it can be read.

    Args:
        kind: What was placed.
        values: "frame", "pixel", "to_pixel", "pixel_sd", "position" (longitude, latitude),
            "position_sd_m", "outline" (of a target: such positions), "to_position", "length_m",
            "length_sd_m", "height_m", "height_sd_m",
            "azimuth_deg", "azimuth_sd_deg", "height_ratio", "height_ratio_sd", "zone", "reason",
            as far as the kind needs them.
    """
    torn = _torn(kind, values)
    if torn is not None:
        return torn
    needed = _NEEDED.get(kind, ())
    if kind is MarkKind.SHADOW:
        if "pixel" in values and "position" in values:
            return "a shadow is marked in a frame or on the map, not on both"
        needed = ("position", "to_position") if "position" in values else ("pixel", "to_pixel")
    missing = [name for name in needed if name not in values]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if not needed and not {"pixel", "position", "outline"} & set(values):
        return "it says neither where in a frame nor where on the map"
    try:
        _read_all(values)
    except ValueError as error:
        return str(error)
    return None


def _torn(kind: MarkKind, values: JsonObject) -> str | None:
    """Return which values do not go together; None when they do."""
    if ("frame" in values) != ("pixel" in values):
        return "a pixel needs its frame, and a frame its pixel"
    if "outline" in values and (kind is not MarkKind.TARGET or {"pixel", "position"} & set(values)):
        return "an outline is that of a target, marked on the map and not as a point as well"
    return None


def _read_all(values: JsonObject) -> None:
    for name in ("pixel", "to_pixel"):
        if name in values:
            _pair(values[name])
    if "frame" in values:
        _whole(values["frame"])
    if "position" in values:
        _geographic(values["position"])
    if "to_position" in values:
        _geographic(values["to_position"])
    if "outline" in values:
        _outline(values["outline"])
    for name in ("pixel_sd", "position_sd_m", "length_sd_m", "height_sd_m", "height_ratio_sd"):
        _number(values, name, 0.0)
    for name, called in _POSITIVE.items():
        if name in values and not _number(values, name, 0.0) > 0.0:
            message = f"a {called} is positive, got {values[name]}"
            raise ValueError(message)
    _read_ends(values)
    _read_sun(values)


def _read_ends(values: JsonObject) -> None:
    for one, other in (("pixel", "to_pixel"), ("position", "to_position")):
        if other in values and _pair(values[other]) == _pair(values[one]):
            message = f"the two ends are the same {one}"
            raise ValueError(message)


def _read_sun(values: JsonObject) -> None:
    """Read what only marks for the check on the sun say."""
    if "azimuth_deg" in values and not _number(values, "azimuth_deg", 0.0) < _TURN_DEG:
        message = f"an azimuth is below 360 degrees, got {values['azimuth_deg']}"
        raise ValueError(message)
    zone = _text(values, "zone")
    if zone is not None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            message = f"{zone!r} is no time zone of tzdata (Asia/Damascus)"
            raise ValueError(message) from error
    if "reason" in values:
        NoShadowReason(str(values["reason"]))


def _whole(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        message = f"a frame is a whole number from 0, got {value!r}"
        raise ValueError(message)
    return value


def _pair(value: JsonValue) -> tuple[float, float]:
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != _PAIR:
        message = f"two numbers are expected, got {value!r}"
        raise ValueError(message)
    first, second = (_real(part) for part in value)
    return first, second


def _geographic(value: JsonValue) -> GeoPoint:
    longitude, latitude = _pair(value)
    return GeoPoint(longitude_deg=longitude, latitude_deg=latitude)


def _outline(value: JsonValue) -> tuple[GeoPoint, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        message = f"an outline is a list of positions, got {value!r}"
        raise ValueError(message)  # noqa: TRY004 - the value that a person gave is at fault
    ring = tuple(_geographic(corner) for corner in value)
    if len(set(ring)) < _FEWEST_CORNERS or len(set(ring)) < len(ring):
        message = (
            f"an outline has at least {_FEWEST_CORNERS} corners, all different, and is not closed"
        )
        raise ValueError(message)
    return ring


def _number(values: Mapping[str, JsonValue], name: str, otherwise: float) -> float:
    number = _real(values[name]) if name in values else otherwise
    if number < 0.0:
        message = f"{name} is not negative, got {number}"
        raise ValueError(message)
    return number


def _known(values: Mapping[str, JsonValue], name: str) -> float | None:
    return _number(values, name, 0.0) if name in values else None


def _text(values: Mapping[str, JsonValue], name: str) -> str | None:
    return str(values[name]) if name in values else None


def _real(value: JsonValue) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"a number is expected, got {value!r}"
        raise ValueError(message)  # noqa: TRY004 - the value that a person gave is at fault
    return float(value)
