"""Placemarks of a KML file as features (OGC 12-007r2); nothing is fetched or expanded."""

import re
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

from purport.checks.control._faults import REMEDY, unreadable

__all__ = ["features_of_kml"]

_PROPERTIES_FROM_TIME = {"begin": "from", "end": "to", "when": "date"}
_NUMBERS = frozenset({"accuracy_m", "radius_m"})


def features_of_kml(text: str, subject: str) -> list[dict[str, Any]]:
    """Read every placemark with a polygon or a point.

    Properties come from `ExtendedData` (`Data` and `SimpleData`), of the placemark or, for all
    within, of its `Folder` or `Document`; dates also from `TimeSpan` and `TimeStamp`; the name of
    the folder is the layer's unless a property says otherwise.

    Raises:
        UnreadableControlError: It is no XML, declares a document type, or holds no placemark.
    """
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text):
        raise unreadable(subject, "declares a document type or entities, which no KML needs")
    parser = XMLParser()  # noqa: S314 - without a document type there are no entities to expand
    try:
        parser.feed(text)
        root = parser.close()
    except (ParseError, RecursionError) as error:
        raise unreadable(subject, f"cannot be read as KML: {error}") from error
    features: list[dict[str, Any]] = []
    _walk(root, {}, features)
    if not features:
        raise unreadable(subject, "holds no placemarks", remedy=REMEDY)
    return features


def _walk(node: Element, inherited: dict[str, Any], features: list[dict[str, Any]]) -> None:
    """Visit folders from the outside in; each adds what holds for all within."""
    own = dict(inherited)
    if _local(node) in {"Document", "Folder"}:
        if _local(node) == "Folder" and (title := _child_text(node, "name")):
            own["layer"] = title
        own |= _extended(node) | _times(node)
    for child in node:
        if _local(child) == "Placemark":
            features.append(_feature(child, own))
        elif _local(child) in {"Document", "Folder", "kml"}:
            _walk(child, own, features)


def _feature(placemark: Element, inherited: dict[str, Any]) -> dict[str, Any]:
    properties = dict(inherited)
    if title := _child_text(placemark, "name"):
        properties["name"] = title
    properties |= _times(placemark) | _extended(placemark)
    polygons = [_polygon(one) for one in _all(placemark, "Polygon")]
    points = [_ring(one)[0] for one in _all(placemark, "Point") if _ring(one)]
    geometry: dict[str, Any] | None = None
    if polygons:
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
    elif points:
        geometry = {"type": "Point", "coordinates": points[0]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _polygon(node: Element) -> list[list[list[float]]]:
    outer = [_ring(ring) for edge in _all(node, "outerBoundaryIs") for ring in [edge]]
    inner = [_ring(ring) for edge in _all(node, "innerBoundaryIs") for ring in [edge]]
    return [*outer, *inner]


def _ring(node: Element) -> list[list[float]]:
    """Read `coordinates`: longitude, latitude and perhaps height, with commas, between spaces."""
    texts = [one.text or "" for one in _all(node, "coordinates")]
    return [[_number(part) for part in one.split(",")[:2]] for one in " ".join(texts).split()]


def _number(text: str) -> Any:  # noqa: ANN401 - what is no number is refused with the feature
    try:
        return float(text)
    except ValueError:
        return text


def _extended(node: Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for data in (child for part in node if _local(part) == "ExtendedData" for child in part.iter()):
        name = data.get("name")
        if name is None:
            continue
        value = _child_text(data, "value") if _local(data) == "Data" else (data.text or "").strip()
        if value:
            found[name] = _number(value) if name in _NUMBERS else value
    if isinstance(found.get("not_held_by"), str):
        found["not_held_by"] = [one.strip() for one in found["not_held_by"].split(";")]
    return found


def _times(node: Element) -> dict[str, Any]:
    """Read the days of a time span or time stamp; of an instant the day counts."""
    return {
        _PROPERTIES_FROM_TIME[_local(moment)]: (moment.text or "").strip()[:10]
        for part in node
        if _local(part) in {"TimeSpan", "TimeStamp"}
        for moment in part
        if _local(moment) in _PROPERTIES_FROM_TIME and moment.text
    }


def _all(node: Element, name: str) -> list[Element]:
    return [one for one in node.iter() if _local(one) == name]


def _child_text(node: Element, name: str) -> str | None:
    return next(((one.text or "").strip() for one in node if _local(one) == name), None) or None


def _local(node: Element) -> str:
    return node.tag.rsplit("}", 1)[-1]
