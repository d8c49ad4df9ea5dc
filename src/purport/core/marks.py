"""Marks by people, read by kind: control points, points of impact or target, known lengths.

A mark is stored as it was placed, its values as plain JSON. The readers here turn the marks of one
kind into typed records and refuse what does not say what its kind needs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from purport.core.casefile import MarkRecord
from purport.core.digests import JsonObject, JsonValue
from purport.core.positions import GeoPoint

__all__ = [
    "DEFAULT_PIXEL_SD_PX",
    "ControlPoint",
    "KnownLength",
    "MarkKind",
    "PointMark",
    "control_points",
    "known_lengths",
    "mark_fault",
    "point_marks",
]

DEFAULT_PIXEL_SD_PX = 2.0
"""Standard uncertainty per axis of a point placed by hand, where its author states none. [px]"""

_PAIR = 2


class MarkKind(StrEnum):
    """What a person may place by hand."""

    CONTROL_POINT = "control_point"
    IMPACT = "impact"
    KNOWN_LENGTH = "known_length"
    SHADOW_TIP = "shadow_tip"
    TARGET = "target"


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
            "position_sd_m", "length_m", "length_sd_m", as far as the kind needs them.
    """
    if ("frame" in values) != ("pixel" in values):
        return "a pixel needs its frame, and a frame its pixel"
    needed = {
        MarkKind.CONTROL_POINT: ("frame", "pixel", "position"),
        MarkKind.KNOWN_LENGTH: ("frame", "pixel", "to_pixel", "length_m"),
    }.get(kind, ())
    missing = [name for name in needed if name not in values]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if not needed and "pixel" not in values and "position" not in values:
        return "it says neither where in a frame nor where on the map"
    try:
        _read_all(values)
    except ValueError as error:
        return str(error)
    return None


def _read_all(values: JsonObject) -> None:
    for name in ("pixel", "to_pixel"):
        if name in values:
            _pair(values[name])
    if "frame" in values:
        _whole(values["frame"])
    if "position" in values:
        _geographic(values["position"])
    for name in ("pixel_sd", "position_sd_m", "length_sd_m"):
        _number(values, name, 0.0)
    if "length_m" in values and not _number(values, "length_m", 0.0) > 0.0:
        message = f"a length is positive, got {values['length_m']}"
        raise ValueError(message)
    if "to_pixel" in values and _pair(values["to_pixel"]) == _pair(values["pixel"]):
        message = "the two ends of a length are the same pixel"
        raise ValueError(message)


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


def _number(values: Mapping[str, JsonValue], name: str, otherwise: float) -> float:
    number = _real(values[name]) if name in values else otherwise
    if number < 0.0:
        message = f"{name} is not negative, got {number}"
        raise ValueError(message)
    return number


def _real(value: JsonValue) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"a number is expected, got {value!r}"
        raise ValueError(message)  # noqa: TRY004 - the value that a person gave is at fault
    return float(value)
