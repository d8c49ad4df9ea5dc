"""Dated statements about places, from a table or a JSON list, as features of town layers.

Newspapers and investigators seldom publish maps; they say "the town was not under ISIS control".
Such statements are collected in a table, one a row, each with its source. The statements of one
publisher form one layer, and are about towns: what lies between them is not told.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from purport.checks.control._faults import FaultyFeatureError, unreadable
from purport.core.groups import canonical_group
from purport.gazetteer import (
    Gazetteer,
    PhraseReach,
    Relation,
    bundled_gazetteer,
    parse_place_phrase,
    read_phrase,
)

__all__ = ["COLUMNS", "features_of_assertions", "rows_of_table"]

COLUMNS = (
    "place",
    "lat",
    "lon",
    "coord_source",
    "date",
    "date_from",
    "date_to",
    "controller",
    "not_controlled_by",
    "radius_m",
    "accuracy_m",
    "publisher",
    "definition",
    "licence",
    "layer",
    "source",
    "also",
)
"""The columns of a table of assertions, beside `nearest_GROUP_km` for any group."""

_NEAREST = re.compile(r"nearest_(.+)_km")
_DEFINITION = "a dated statement about the place, as its source words it"
_KILOMETRE_M = 1000.0
Row = Mapping[str, Any]


def rows_of_table(text: str, subject: str) -> list[tuple[str, Row]]:
    """Read a CSV table of assertions; each row comes with how messages name it.

    Raises:
        UnreadableControlError: It is no table, or has no column "place".
    """
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        rows = [(f"line {reader.line_num}", row) for row in reader]
    except csv.Error as error:
        raise unreadable(subject, f"is no readable table: {error}") from error
    if "place" not in header:
        raise unreadable(subject, "is not a FeatureCollection, and no table with a column 'place'")
    unknown = [name for name in header if name not in COLUMNS and not _NEAREST.fullmatch(name)]
    if unknown:
        fault = f"has unknown columns: {', '.join(repr(name) for name in unknown)}"
        raise unreadable(subject, fault, remedy=f"The columns are {', '.join(COLUMNS)}.")
    if any(None in row or None in row.values() for _, row in rows):
        raise unreadable(subject, "has a row with more or fewer cells than its header")
    return [(label, {key: value.strip() for key, value in row.items()}) for label, row in rows]


def features_of_assertions(
    rows: Iterable[tuple[str, object]], gazetteer: Gazetteer | None
) -> list[dict[str, Any]]:
    """Bring assertions into the form of features; a fault stands in the feature as `fault`.

    One whose place cannot be put on the map without a choice has no geometry and says why in the
    property `unplaced`.
    """
    places = gazetteer or bundled_gazetteer()
    return [_feature(label, row, places) for label, row in rows]


def _feature(label: str, row: object, places: Gazetteer) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        return {"type": "Feature", "properties": {"label": label}, "fault": "is not an object"}
    try:
        given = {key: value for key, value in row.items() if value not in (None, "", [])}
        name = _text(given, "place")
        properties = {"name": name, "label": f"{label} ({name})", **_statement(given)}
        point, placed_by, unplaced = _place(given, name, places)
        if unplaced:
            properties["unplaced"] = unplaced
        if placed_by:
            properties["placed_by"] = placed_by
    except FaultyFeatureError as fault:
        return {"type": "Feature", "properties": {"label": label}, "fault": str(fault)}
    geometry = None if point is None else {"type": "Point", "coordinates": point}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _statement(given: Row) -> dict[str, Any]:
    """Return what is said, when and by whom, as properties of a feature."""
    source = given.get("source")
    publisher = given.get("publisher") or _publisher(source)
    nearest = {
        canonical_group(found[1]): _number(given, key) * _KILOMETRE_M
        for key in given
        if (found := _NEAREST.fullmatch(key))
    }
    denied = given.get("not_controlled_by", [])
    listed = [one.strip() for one in denied.split(";")] if isinstance(denied, str) else denied
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        message = f"has under 'not_controlled_by' no name or list of names: {denied!r}"
        raise FaultyFeatureError(message)
    properties: dict[str, Any] = {
        "layer": given.get("layer") or publisher or "statements without a source",
        "definition": given.get("definition") or _DEFINITION,
        # a group that is so far away did not hold the place
        "not_held_by": [*listed, *(group for group in nearest if group not in listed)],
        "nearest_held_m": nearest,
    }
    optional = {"publisher": publisher, "licence": given.get("licence")}
    optional["holder"] = given.get("controller")
    optional |= {"date": given.get("date"), "from": given.get("date_from")}
    optional["to"] = given.get("date_to")
    for key in ("radius_m", "accuracy_m"):
        if key in given:
            optional[key] = _number(given, key)
    return properties | {key: value for key, value in optional.items() if value is not None}


def _publisher(source: object) -> str | None:
    """Return who publishes a source: a web site's host, or a repository."""
    if not isinstance(source, str):
        return None
    if source.startswith("github:"):
        return source.split("@")[0]
    try:
        host = urlsplit(source).hostname
    except ValueError:  # square brackets that hold no address
        host = None
    return (host or source).removeprefix("www.")


def _place(
    given: Row, name: str, places: Gazetteer
) -> tuple[list[float] | None, str | None, str | None]:
    """Return longitude and latitude, by which place they were found, and why there are none."""
    if ("lat" in given) != ("lon" in given):
        message = "has one of 'lat' and 'lon'; they go together"
        raise FaultyFeatureError(message)
    if "lat" in given:
        return [_number(given, "lon"), _number(given, "lat")], given.get("coord_source"), None
    phrase = parse_place_phrase(name)
    if phrase.relation is not Relation.AT:
        return None, None, f"“{name}” is an area without a position"
    readings = read_phrase(phrase, places, reach=PhraseReach())
    towns = [one.place for one in readings if not one.aside and not one.place.kind.is_area]
    if len(towns) != 1:
        found = f"{len(towns)} places of that name are listed" if towns else "no place is listed"
        return None, None, f"“{name}” has no position, and {found} under it"
    (town,) = towns
    return [town.point.longitude_deg, town.point.latitude_deg], f"gazetteer {town.id}", None


def _text(given: Row, key: str) -> str:
    value = given.get(key)
    if not isinstance(value, str):
        message = f"has no text under {key!r}"
        raise FaultyFeatureError(message)
    return value


def _number(given: Row, key: str) -> float:
    value = given.get(key)
    message = f"has under {key!r} no number: {value!r}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FaultyFeatureError(message)
    try:
        return float(value)
    except ValueError:
        raise FaultyFeatureError(message) from None
