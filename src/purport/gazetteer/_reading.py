"""From a file to places: our own table, a GeoNames dump, or OCHA's table of populated places."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from purport.core.errors import InputError, SeveralFaultsError
from purport.core.positions import GeoPoint
from purport.gazetteer.records import Place, PlaceKind

__all__ = ["COLUMNS", "GEONAMES_COLUMNS", "load_places"]

COLUMNS = ("id", "name", "kind", "lon", "lat", "names", "district", "province", "source")
"""Our own table; only `name`, `lon` and `lat` must be there, names are parted by "|"."""
GEONAMES_COLUMNS = 19
"""Columns of a GeoNames dump (`SY.txt` of download.geonames.org/export/dump)."""

_REMEDY = "The three formats that are read stand in docs/gazetteer.md."
_OCHA_POINTS = (("latitude", "longitude"), ("lat", "lon"), ("lat", "long"), ("y", "x"))
_OCHA_LEVELS = (4, 3, 2, 1)
_NAME_LANGUAGES = ("en", "ar", "ru", "uk", "fr", "ua")


def load_places(path: Path, *, source: str | None = None) -> tuple[Place, ...]:
    """Read the places of a file; which of the three formats it is follows from its first line.

    Args:
        path: CSV with a header, or a GeoNames dump (tabs, no header); UTF-8.
        source: Who publishes it; None for the file's own word or name.

    Raises:
        InputError: It is none of the three, or a row is faulty.
        SeveralFaultsError: Several rows are faulty; each is named by its line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            head = stream.readline()
            stream.seek(0)
            if head.count("\t") == GEONAMES_COLUMNS - 1:
                return _read(path, _geonames_rows(stream), _geonames_place, source)
            table = csv.DictReader(stream, strict=True)
            header = {name.strip().casefold() for name in table.fieldnames or ()}
            table.fieldnames = [name.strip().casefold() for name in table.fieldnames or ()]
            rows = ((table.line_num, row) for row in table)
            if {"name", "lon", "lat"} <= header:
                return _read(path, rows, _own_place, source)
            if any(f"admin{level}name_en" in header for level in _OCHA_LEVELS):
                return _read(path, rows, _ocha_place, source)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(path.name, f"cannot be read ({error})", remedy=_REMEDY) from error
    raise InputError(path.name, "is no gazetteer that is known", remedy=_REMEDY)


def _read(
    path: Path,
    rows: Iterator[tuple[int, Mapping[str, str]]],
    parse: Callable[[Mapping[str, str], int, str], Place],
    source: str | None,
) -> tuple[Place, ...]:
    places: dict[str, Place] = {}
    faults: list[InputError] = []
    for line, row in rows:
        try:
            place = parse(row, line, source or path.name)
            if places.setdefault(place.id, place) is not place:
                again = f"line {line}: the identifier {place.id!r} stands twice"
                faults.append(InputError(path.name, again, remedy=_REMEDY))
        except (ValueError, KeyError) as error:
            faults.append(InputError(path.name, f"line {line}: {error}", remedy=_REMEDY))
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaultsError.collect(path.name, faults)
    if not places:
        raise InputError(path.name, "holds no places", remedy=_REMEDY)
    return tuple(places.values())


def _own_place(row: Mapping[str, str], line: int, source: str) -> Place:
    name = _required(row, "name")
    return Place(
        id=_text(row, "id") or f"{source}:{line}",
        name=name,
        kind=PlaceKind(_text(row, "kind") or PlaceKind.SETTLEMENT),
        point=_point(row["lon"], row["lat"]),
        names=_distinct([name, *(row.get("names") or "").split("|")]),
        district=_text(row, "district"),
        province=_text(row, "province"),
        source=_text(row, "source") or source,
    )


_GEONAMES_KINDS = {
    "P": PlaceKind.SETTLEMENT,
    "PPLX": PlaceKind.NEIGHBOURHOOD,
    "ADM1": PlaceKind.PROVINCE,
    "ADM2": PlaceKind.DISTRICT,
}


def _geonames_rows(stream: Iterator[str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    for line, text in enumerate(stream, start=1):
        cells = text.rstrip("\n").split("\t")
        yield line, {str(index): cell for index, cell in enumerate(cells)}


def _geonames_place(row: Mapping[str, str], line: int, source: str) -> Place:
    """Read one line of a dump, by the columns of GeoNames' own readme."""
    del line
    name, feature, code = row["1"].strip(), row["6"], row["7"]
    if not name:
        message = "it has no name"
        raise ValueError(message)
    return Place(
        id=f"geonames:{row['0']}",
        name=name,
        kind=_GEONAMES_KINDS.get(code) or _GEONAMES_KINDS.get(feature, PlaceKind.OTHER),
        point=_point(row["5"], row["4"]),
        names=_distinct([name, row["2"], *row["3"].split(",")]),
        district=f"{row['8']}.{row['10']}.{row['11']}" if row["11"] else None,
        province=f"{row['8']}.{row['10']}" if row["10"] else None,
        source=source,
    )


def _ocha_place(row: Mapping[str, str], line: int, source: str) -> Place:
    """Read one row of a common operational data set: `admin4Name_en`, `admin4Pcode`, …"""
    level = next(one for one in _OCHA_LEVELS if _text(row, f"admin{one}name_en"))
    names = [_text(row, f"admin{level}name_{language}") for language in _NAME_LANGUAGES]
    extra = [_text(row, key) for key in row if key.startswith(f"admin{level}alt")]
    pair = next(((y, x) for y, x in _OCHA_POINTS if _text(row, y) and _text(row, x)), None)
    if pair is None:
        message = "it has no latitude and longitude"
        raise ValueError(message)
    listed = [one for one in (*names, *extra) if one]
    return Place(
        id=f"ocha:{_text(row, f'admin{level}pcode') or line}",
        name=listed[0],
        kind={1: PlaceKind.PROVINCE, 2: PlaceKind.DISTRICT}.get(level, PlaceKind.SETTLEMENT),
        point=_point(row[pair[1]], row[pair[0]]),
        names=_distinct(listed),
        district=_code(row, 2) if level > 2 else None,  # noqa: PLR2004 - level of a district
        province=_code(row, 1) if level > 1 else None,
        source=source,
    )


def _code(row: Mapping[str, str], level: int) -> str | None:
    code = _text(row, f"admin{level}pcode")
    return f"ocha:{code}" if code else None


def _required(row: Mapping[str, str], column: str) -> str:
    text = _text(row, column)
    if text is None:
        message = f"{column} is empty"
        raise ValueError(message)
    return text


def _text(row: Mapping[str, str], column: str) -> str | None:
    return (row.get(column) or "").strip() or None


def _point(longitude: str, latitude: str) -> GeoPoint:
    return GeoPoint(longitude_deg=float(longitude), latitude_deg=float(latitude))


def _distinct(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
