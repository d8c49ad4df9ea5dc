"""Outlines of target areas from GeoJSON."""

import json
from pathlib import Path
from typing import Any

from shapely.geometry import Polygon
from shapely.validation import explain_validity

from purport.core.errors import UnreadableSheetError
from purport.core.positions import GeoPoint

__all__ = ["load_area"]

_REMEDY = "Give one GeoJSON polygon in longitude and latitude (RFC 7946), without holes."
_FEWEST_POINTS = 3


def load_area(path: Path, *, name: str | None = None) -> tuple[GeoPoint, ...]:
    """Read the outline of an area: the ring of a GeoJSON polygon, not closed.

    Args:
        path: A Polygon, a MultiPolygon of one, a Feature or a collection of one of these.
        name: What messages call it; its file name when None.

    Raises:
        UnreadableSheetError: It is not one simple polygon in longitude and latitude.
    """
    name = name or path.name
    ring = _ring(_geometry(_load(path, name), name), name)
    try:
        points = tuple(GeoPoint(longitude_deg=float(x), latitude_deg=float(y)) for x, y, *_ in ring)
    except (TypeError, ValueError) as fault:
        raise UnreadableSheetError(
            name, f"has a point that is not longitude, latitude ({fault})", remedy=_REMEDY
        ) from fault
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    if len(set(points)) < _FEWEST_POINTS:
        raise UnreadableSheetError(
            name, f"its outline has {len(set(points))} different points", remedy=_REMEDY
        )
    shape = Polygon([(point.longitude_deg, point.latitude_deg) for point in points])
    if not shape.is_valid:
        raise UnreadableSheetError(
            name, f"its outline is not simple ({explain_validity(shape)})", remedy=_REMEDY
        )
    return points


def _load(path: Path, name: str) -> Any:  # noqa: ANN401 - border: any JSON
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise UnreadableSheetError(
            name, f"is not readable JSON ({fault})", remedy=_REMEDY
        ) from fault


def _geometry(value: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - border: any JSON
    """Return the one geometry inside a collection or feature."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "FeatureCollection":
        features = value.get("features")
        if not isinstance(features, list) or len(features) != 1:
            raise UnreadableSheetError(name, "has not exactly one feature", remedy=_REMEDY)
        return _geometry(features[0], name)
    if kind == "Feature":
        return _geometry(value.get("geometry"), name)
    if kind not in {"Polygon", "MultiPolygon"}:
        raise UnreadableSheetError(name, f"holds {kind!r}, not a polygon", remedy=_REMEDY)
    return dict(value)


def _ring(geometry: dict[str, Any], name: str) -> list[Any]:
    rings = geometry.get("coordinates")
    if geometry["type"] == "MultiPolygon":
        if not isinstance(rings, list) or len(rings) != 1:
            raise UnreadableSheetError(name, "has not exactly one polygon", remedy=_REMEDY)
        rings = rings[0]
    if not isinstance(rings, list) or len(rings) != 1 or not isinstance(rings[0], list):
        raise UnreadableSheetError(name, "is not one ring without holes", remedy=_REMEDY)
    ring: list[Any] = rings[0]
    if not all(isinstance(point, list) and len(point) >= 2 for point in ring):  # noqa: PLR2004 - x, y
        raise UnreadableSheetError(name, "has a point without two coordinates", remedy=_REMEDY)
    return ring
