"""From a file to control layers; every fault of the file is collected and named."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry import shape

from purport.checks.control._faults import REMEDY as _REMEDY
from purport.checks.control._faults import FaultyFeatureError as _FaultyFeatureError
from purport.checks.control._formats import read_collection
from purport.checks.control.records import ControlLayer, Territory
from purport.core.errors import SeveralFaultsError, UnreadableControlError
from purport.core.instants import StatedTime, parse_stated_time
from purport.core.positions import MapPoint, to_geographic
from purport.gazetteer import Gazetteer

__all__ = ["first_and_last_day", "load_control"]

_LAYER_TEXTS = ("publisher", "definition", "licence")
_EASTERNMOST = timedelta(hours=14)
_WESTERNMOST = timedelta(hours=12)
_SMALLEST_RING = 4
_WGS84_NAMES = frozenset({"urn:ogc:def:crs:ogc:1.3:crs84", "ogc:crs84", "epsg:4326"})
_LARGEST_LONGITUDE_DEG = 180.0
_LARGEST_LATITUDE_DEG = 90.0


def load_control(
    path: Path, *, name: str | None = None, gazetteer: Gazetteer | None = None
) -> tuple[ControlLayer, ...]:
    """Read the control layers of a file: GeoJSON, KML, GeoPackage or assertions (JSON, CSV).

    Args:
        path: The file.
        name: What error messages call it; its own name when None.
        gazetteer: Where assertions without a position look their places up; None for the places
            that come with Purport.

    Returns:
        One layer for each layer name, in the order in which they first appear.

    Raises:
        UnreadableControlError: The file, or one feature, cannot be used.
        SeveralFaultsError: Several features cannot be used; each is named.
    """
    subject = name or path.name
    collection = read_collection(path, subject, gazetteer)
    convert = _reader_of_positions(collection, subject)
    defaults = _defaults(collection, subject)
    entries: list[tuple[Mapping[str, Any], Territory | str]] = []
    faults: list[UnreadableControlError] = []
    for number, feature in enumerate(collection["features"], start=1):
        label = _label(number, feature)
        try:
            properties = {**defaults, **_own_properties(feature)}
            entries.append((properties, _parse_entry(label, feature, properties, convert)))
        except _FaultyFeatureError as fault:
            faults.append(UnreadableControlError(subject, f"{label} {fault}", remedy=_REMEDY))
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaultsError.collect(subject, faults)
    fallback = collection.get("name")
    return _group_layers(entries, fallback if isinstance(fallback, str) else Path(subject).stem)


def first_and_last_day(stated: StatedTime) -> tuple[date, date]:
    """Return the calendar days that a time names, in the zone in which it was stated.

    A time without a zone was widened to every zone when it was read; that is undone here, because
    maps and claims name days, not instants.
    """
    if stated.zone_known:
        return stated.earliest_utc.date(), stated.latest_utc.date()
    return (
        (stated.earliest_utc + _EASTERNMOST).date(),
        (stated.latest_utc - _WESTERNMOST).date(),
    )


def _defaults(collection: Mapping[str, Any], subject: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for member in ("properties", "purport"):
        given = collection.get(member, {})
        if not isinstance(given, dict):
            raise UnreadableControlError(
                subject, f"its member {member!r} is not an object", remedy=_REMEDY
            )
        merged.update(given)
    return merged


def _reader_of_positions(
    collection: Mapping[str, Any], subject: str
) -> Callable[[float, float], tuple[float, float]]:
    """Return the function from the file's coordinates to longitude and latitude."""
    if "crs" not in collection:
        return lambda longitude, latitude: (longitude, latitude)
    member = collection["crs"]
    properties = member.get("properties") if isinstance(member, dict) else None
    crs = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(crs, str):
        raise UnreadableControlError(
            subject, "its member 'crs' names no coordinate system", remedy=_REMEDY
        )
    if crs.casefold().replace("urn:ogc:def:crs:epsg::", "epsg:") in _WGS84_NAMES:
        return lambda longitude, latitude: (longitude, latitude)
    try:
        CRS.from_user_input(crs)
    except CRSError as error:
        raise UnreadableControlError(
            subject,
            f"its coordinate system {crs!r} is not known",
            remedy="Save the layers in WGS 84 longitude and latitude (RFC 7946).",
        ) from error

    def convert(x: float, y: float) -> tuple[float, float]:
        point = to_geographic(MapPoint(easting_m=x, northing_m=y, crs=crs))
        return point.longitude_deg, point.latitude_deg

    return convert


def _label(number: int, feature: object) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    given = properties.get("label") if isinstance(properties, dict) else None
    if given:
        return str(given)
    name = properties.get("name") if isinstance(properties, dict) else None
    return f"feature {number} ({name})" if name else f"feature {number}"


def _own_properties(feature: object) -> dict[str, Any]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        message = "is not a GeoJSON Feature"
        raise _FaultyFeatureError(message)
    if "fault" in feature:
        raise _FaultyFeatureError(feature["fault"])
    own = feature.get("properties")
    if own is not None and not isinstance(own, dict):
        message = "has properties that are not an object"
        raise _FaultyFeatureError(message)
    return own or {}


def _parse_entry(
    label: str,
    feature: Mapping[str, Any],
    properties: Mapping[str, Any],
    convert: Callable[[float, float], tuple[float, float]],
) -> Territory | str:
    """Return a feature's territory, or why a statement could not be put on the map."""
    for key in ("layer", *_LAYER_TEXTS):
        _text(properties, key)
    unplaced = properties.get("unplaced")
    if unplaced is None:
        return _parse_territory(label, feature, properties, convert)
    _parse_dates(properties)
    return f"{label}: {unplaced}"


def _parse_territory(
    label: str,
    feature: Mapping[str, Any],
    properties: Mapping[str, Any],
    convert: Callable[[float, float], tuple[float, float]],
) -> Territory:
    holder = _text(properties, "holder")
    denied = _names(properties, "not_held_by")
    if holder is None and not denied:
        message = "names no holder (property 'holder')"
        raise _FaultyFeatureError(message)
    first, last, stated = _parse_dates(properties)
    _amount(properties, "accuracy_m")
    return Territory(
        label=label,
        name=_text(properties, "name"),
        holder=holder,
        not_held_by=denied,
        first_day=first,
        last_day=last,
        stated_date=stated,
        geometry=_parse_geometry(feature.get("geometry"), convert),
        radius_m=_amount(properties, "radius_m"),
        nearest_held_m=tuple(sorted(properties.get("nearest_held_m", {}).items())),
        placed_by=_text(properties, "placed_by"),
    )


def _text(properties: Mapping[str, Any], key: str) -> str | None:
    value = properties.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        message = f"has a property {key!r} that is not a text: {value!r}"
        raise _FaultyFeatureError(message)
    return value


def _names(properties: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = properties.get(key)
    names = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(one, str) and one for one in names):
        message = f"has a property {key!r} that is not a name or a list of names: {value!r}"
        raise _FaultyFeatureError(message)
    return tuple(names)


def _amount(properties: Mapping[str, Any], key: str) -> float | None:
    value = properties.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        message = f"has a property {key!r} that is not a positive number of metres: {value!r}"
        raise _FaultyFeatureError(message)
    return float(value)


def _parse_dates(properties: Mapping[str, Any]) -> tuple[date, date | None, str]:
    """Return first day, last day (None: until further notice) and the dates as given."""
    whole, first, last = (_text(properties, key) for key in ("date", "from", "to"))
    if whole is not None and (first is not None or last is not None):
        message = "has both 'date' and 'from' or 'to'; give one or the other"
        raise _FaultyFeatureError(message)
    if whole is not None:
        return *_days(whole), whole
    if first is None:
        message = "has no date (property 'date', or 'from' and 'to')"
        raise _FaultyFeatureError(message)
    first_day = _days(first)[0]
    if last is None:
        return first_day, None, f"from {first}"
    last_day = _days(last)[1]
    if last_day < first_day:
        message = f"ends before it begins: from {first} to {last}"
        raise _FaultyFeatureError(message)
    return first_day, last_day, f"{first} to {last}"


def _days(text: str) -> tuple[date, date]:
    try:
        return first_and_last_day(parse_stated_time(text))
    except (ValueError, OverflowError) as error:
        message = f"has a date that cannot be read: {error}"
        raise _FaultyFeatureError(message) from error


def _parse_geometry(
    geometry: object, convert: Callable[[float, float], tuple[float, float]]
) -> Any:  # noqa: ANN401 - shapely has no types
    if not isinstance(geometry, dict):
        message = "has no geometry"
        raise _FaultyFeatureError(message)
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return shape({"type": "Point", "coordinates": _position(coordinates, convert)})
    if kind not in {"Polygon", "MultiPolygon"}:
        message = f"is a {kind}; a Polygon, MultiPolygon or Point is needed"
        raise _FaultyFeatureError(message)
    polygons = [coordinates] if kind == "Polygon" else _list(coordinates, "MultiPolygon")
    read = [[_ring(ring, convert) for ring in _list(rings, "Polygon")] for rings in polygons]
    area = shape({"type": "MultiPolygon", "coordinates": read})
    if not area.is_valid:
        message = f"has broken geometry: {shapely.is_valid_reason(area)}"
        raise _FaultyFeatureError(message)
    return area


def _list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        message = f"has broken geometry: a {what} without coordinates"
        raise _FaultyFeatureError(message)
    return value


def _ring(
    ring: object, convert: Callable[[float, float], tuple[float, float]]
) -> list[tuple[float, float]]:
    positions = [_position(one, convert) for one in _list(ring, "ring")]
    if len(positions) < _SMALLEST_RING or positions[0] != positions[-1]:
        message = "has broken geometry: a ring needs four positions, the last equal to the first"
        raise _FaultyFeatureError(message)
    return positions


def _position(
    value: object, convert: Callable[[float, float], tuple[float, float]]
) -> tuple[float, float]:
    numbers = value if isinstance(value, list) else []
    good = [one for one in numbers if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(good) not in {2, 3} or len(good) != len(numbers):
        message = f"has broken geometry: {value!r} is not a position"
        raise _FaultyFeatureError(message)
    try:
        longitude, latitude = convert(float(good[0]), float(good[1]))
    except (ValueError, OverflowError) as error:
        message = f"has broken geometry: {value!r} lies outside its coordinate system"
        raise _FaultyFeatureError(message) from error
    inside = abs(longitude) <= _LARGEST_LONGITUDE_DEG and abs(latitude) <= _LARGEST_LATITUDE_DEG
    if not (math.isfinite(longitude) and math.isfinite(latitude) and inside):
        message = f"has broken geometry: {value!r} is not a longitude and latitude"
        raise _FaultyFeatureError(message)
    return longitude, latitude


def _group_layers(
    entries: list[tuple[Mapping[str, Any], Territory | str]], fallback: str
) -> tuple[ControlLayer, ...]:
    grouped: dict[str, list[tuple[Mapping[str, Any], Territory | str]]] = {}
    for properties, entry in entries:
        grouped.setdefault(properties.get("layer") or fallback, []).append((properties, entry))
    return tuple(_layer(name, members) for name, members in grouped.items())


def _layer(name: str, members: list[tuple[Mapping[str, Any], Territory | str]]) -> ControlLayer:
    def joined(key: str) -> str | None:
        return "; ".join(_distinct(properties.get(key) for properties, _ in members)) or None

    accuracies = [float(one["accuracy_m"]) for one, _ in members if one.get("accuracy_m")]
    return ControlLayer(
        name=name,
        publisher=joined("publisher"),
        definition=joined("definition"),
        licence=joined("licence"),
        accuracy_m=max(accuracies) if accuracies else None,
        territories=tuple(entry for _, entry in members if isinstance(entry, Territory)),
        unplaced=tuple(entry for _, entry in members if isinstance(entry, str)),
    )


def _distinct(texts: Iterator[str | None]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))
