"""Features of a GeoPackage (OGC 12-128r18): SQLite tables with geometries in a small envelope."""

import json
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import shapely
from pyproj import Transformer
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from purport.checks.control._faults import unreadable

__all__ = ["features_of_geopackage"]

_WGS84 = "EPSG:4326"
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_HEADER_BYTES = 8
_EMPTY_BIT = 0b10000


def features_of_geopackage(path: Path, subject: str) -> list[dict[str, Any]]:
    """Read every row of every table of features; the columns are the properties.

    The name of the table is the layer's unless a column `layer` says otherwise; positions are
    brought to longitude and latitude on WGS 84 from the system that the table declares. The file
    is opened as it is, read-only, and no code that it carries (views, triggers) is trusted.

    Raises:
        UnreadableControlError: It is no GeoPackage, or a table or geometry cannot be read.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.row_factory = sqlite3.Row
            return [
                feature
                for table, column, crs in _tables(connection)
                for feature in _features(connection, table, column, crs)
            ]
    except (sqlite3.Error, ShapelyError, CRSError, struct.error, ValueError) as error:
        raise unreadable(subject, f"cannot be read as a GeoPackage: {error}") from error


def _tables(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return name, column of geometries and coordinate system of each table of features."""
    rows = connection.execute(
        "SELECT c.table_name, g.column_name, s.organization, s.organization_coordsys_id "
        "FROM gpkg_contents AS c "
        "JOIN gpkg_geometry_columns AS g ON g.table_name = c.table_name "
        "JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id "
        "WHERE c.data_type = 'features' ORDER BY c.table_name"
    )
    return [(row[0], row[1], f"{row[2]}:{row[3]}") for row in rows]


def _features(
    connection: sqlite3.Connection, table: str, column: str, crs: str
) -> Iterator[dict[str, Any]]:
    to_wgs84 = None
    if crs.upper() != _WGS84:
        to_wgs84 = Transformer.from_crs(crs, _WGS84, always_xy=True)
    quoted = table.replace('"', '""')
    for row in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - quoted as SQL asks
        geometry = _geometry(row[column])
        if to_wgs84 is not None and geometry is not None:
            geometry = shapely.transform(geometry, to_wgs84.transform, interleaved=False)
        properties = {
            key: row[key]
            for key in row.keys()  # noqa: SIM118 - a row iterates over its values
            if key != column and row[key] not in (None, "")
        }
        if isinstance(properties.get("not_held_by"), str):
            denied = properties["not_held_by"].split(";")
            properties["not_held_by"] = [one.strip() for one in denied]
        yield {
            "type": "Feature",
            "properties": {"layer": table, **properties},
            "geometry": None if geometry is None else json.loads(shapely.to_geojson(geometry)),
        }


def _geometry(blob: object) -> Any:  # noqa: ANN401 - shapely has no types
    """Take a geometry out of its envelope: "GP", version, flags, srs_id, bounds, then WKB."""
    if blob is None:
        return None
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < _HEADER_BYTES:
        message = "a geometry has no GeoPackage header"
        raise ValueError(message)
    flags = blob[3]
    kind = (flags >> 1) & 0b111
    if kind not in _ENVELOPE_BYTES:
        message = f"a geometry has an envelope of unknown kind {kind}"
        raise ValueError(message)
    if flags & _EMPTY_BIT:
        return None
    return shapely.force_2d(shapely.from_wkb(blob[_HEADER_BYTES + _ENVELOPE_BYTES[kind] :]))
