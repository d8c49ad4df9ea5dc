"""Which format a file of layers has, and its features in the one form that is parsed.

GeoJSON is that form. KML, GeoPackage and tables of assertions are brought into it: a feature with a
geometry and the properties that the package's docstring lists. Each reader is handed bytes or a
path and refuses, with a sentence, what it cannot read whole.
"""

import json
from pathlib import Path
from typing import Any

from purport.checks.control._assertions import features_of_assertions, rows_of_table
from purport.checks.control._faults import REMEDY, unreadable
from purport.checks.control._geopackage import features_of_geopackage
from purport.checks.control._kml import features_of_kml
from purport.gazetteer import Gazetteer

__all__ = ["read_collection"]

_SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK\x03\x04"


def read_collection(path: Path, subject: str, gazetteer: Gazetteer | None) -> dict[str, Any]:
    """Read a file as a GeoJSON FeatureCollection, whatever of the known formats it has.

    Args:
        path: The file.
        subject: What error messages call it.
        gazetteer: Where assertions without a position look their places up; None for the places
            that come with Purport.

    Raises:
        UnreadableControlError: It is of none of the known formats, or holds no features.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(len(_SQLITE))
            if head == _SQLITE:
                return _collection(features_of_geopackage(path, subject), subject)
            content = head + stream.read()
    except OSError as error:
        raise unreadable(subject, f"cannot be read: {error.strerror}") from error
    if content.startswith(_ZIP):
        raise unreadable(subject, "is a packed file (KMZ?); unpack it and give the file inside")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unreadable(subject, f"cannot be read as GeoJSON: {error}") from error
    start = text.lstrip()[:1]
    if start == "<":
        return _collection(features_of_kml(text, subject), subject)
    if start in {"{", "["} or not start:
        return _from_json(text, subject, gazetteer)
    rows = rows_of_table(text, subject)
    return _collection(features_of_assertions(rows, gazetteer), subject)


def _from_json(text: str, subject: str, gazetteer: Gazetteer | None) -> dict[str, Any]:
    def refuse_constant(name: str) -> None:
        message = f"{name} is not a number in JSON"
        raise ValueError(message)

    try:
        content = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise unreadable(subject, f"cannot be read as GeoJSON: {error}") from error
    if isinstance(content, list):
        rows = [(f"assertion {number}", one) for number, one in enumerate(content, start=1)]
        return _collection(features_of_assertions(rows, gazetteer), subject)
    if not isinstance(content, dict) or content.get("type") != "FeatureCollection":
        raise unreadable(subject, "is not a FeatureCollection", remedy=REMEDY)
    if not isinstance(content.get("features"), list) or not content["features"]:
        raise unreadable(subject, "holds no features", remedy=REMEDY)
    return content


def _collection(features: list[dict[str, Any]], subject: str) -> dict[str, Any]:
    if not features:
        raise unreadable(subject, "holds no features", remedy=REMEDY)
    return {"type": "FeatureCollection", "features": features}
