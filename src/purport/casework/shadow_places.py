"""Where on Earth shadows are possible at the time claimed, as areas of a map (WGS 84)."""

from collections.abc import Iterator
from itertools import pairwise

import shapely

from purport.checks.sun import PlacesRow, SunValues
from purport.core.findings import Finding
from purport.core.records import from_json

__all__ = ["shadow_places"]

_HALF_TURN_DEG = 180.0
_TURN_DEG = 360.0


def shadow_places(finding: Finding) -> tuple[shapely.Geometry, SunValues] | None:
    """Return the area in which the shadows of a sun finding are possible at the time claimed.

    Args:
        finding: Of the sun check.

    Returns:
        Polygons that do not cross the 180th meridian [deg], and the finding's values; None when no
        time is claimed, or no shadow was measured.
    """
    values = from_json(SunValues, finding.values)
    boxes = [box for row in values.places for box in _boxes(row, _step(values.places))]
    return (shapely.union_all(boxes), values) if boxes else None


def _step(rows: tuple[PlacesRow, ...]) -> float:
    """Return how far parallels lie apart: the least that two of them do. [deg]"""
    latitudes = sorted(row.latitude_deg for row in rows)
    return min((second - first for first, second in pairwise(latitudes)), default=1.0)


def _boxes(row: PlacesRow, step_deg: float) -> Iterator[shapely.Geometry]:
    south, north = row.latitude_deg - step_deg / 2, row.latitude_deg + step_deg / 2
    for west, east in row.longitudes_deg:
        yield shapely.box(west, south, min(east, _HALF_TURN_DEG), north)
        if east > _HALF_TURN_DEG:
            yield shapely.box(-_HALF_TURN_DEG, south, east - _TURN_DEG, north)
