"""Which tool wrote a sheet, and what its columns mean here.

- **auto-archiver** (Bellingcat) keeps a Google Sheet; its default columns are `link`, `archive
  status`, `destination folder`, `archive location`, `archive date`, `thumbnail`, `upload
  timestamp`, `upload title`, `text content`, `screenshot`, `hash`, `perceptual hashes`, `wacz`,
  `replaywebpage`. People add columns of their own, which are read by the names of ours.
- **Atlos** exports `slug`, `project`, `inserted_at`, `updated_at`, `latitude`, `longitude`, its
  attributes (`description`, `date`, `status`, `geolocation_resolution`, …), `source_1` and so on,
  and the project's own attributes; it puts an apostrophe before cells that a spreadsheet would
  take for a formula, negative numbers among them.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum

from purport.casework.sheets._cells import Cell, TableRow

__all__ = ["Origin", "links_of", "origin_of", "plain_value", "sd_of_resolution"]


class Origin(StrEnum):
    """Which tool wrote a sheet."""

    OWN = "a table of claims"
    """Columns as docs/sheets.md lists them."""
    AUTO_ARCHIVER = "a sheet of auto-archiver"
    """A Google Sheet that auto-archiver filled, saved as CSV."""
    ATLOS = "an export of Atlos"
    """The CSV export of an Atlos project."""


_ATLOS = frozenset({"slug", "inserted_at", "updated_at", "latitude", "longitude"})
_ARCHIVER = frozenset({"link", "archive status", "archive location"})
_SOURCE = re.compile(r"source_\d+")
_ESCAPED = re.compile(r"'[-=+@]")
_LINKS = {
    "link": "published at",
    "url": "published at",
    "video": "published at",
    "archive location": "archived at",
    "hash": "digest of the archive",
    "wacz": "web archive",
    "screenshot": "screenshot",
}
_RESOLUTIONS_M = {"exact": 5.0, "vicinity": 50.0, "locality": 500.0}
"""Atlos' words for its geolocations, half of what it says they mean (± 10 m, ± 100 m, ± 1 km)."""


def origin_of(header: Iterable[str]) -> Origin:
    """Tell which tool wrote a sheet by its columns."""
    names = {name.casefold() for name in header}
    if names >= _ATLOS:
        return Origin.ATLOS
    return Origin.AUTO_ARCHIVER if names >= _ARCHIVER else Origin.OWN


def links_of(row: TableRow) -> Iterator[tuple[str, str]]:
    """Yield where the item of a row can be found: what it is, and the address or digest."""
    for column, cells in row.cells.items():
        name = column.casefold()
        what = "source" if _SOURCE.fullmatch(name) else _LINKS.get(name)
        for cell in cells if what else ():
            if cell.value.strip():
                yield what or "", plain_value(cell).strip()


def plain_value(cell: Cell) -> str:
    """Return a cell's value without the apostrophe that guards spreadsheets from formulas."""
    value = cell.value
    return value[1:] if _ESCAPED.match(value) else value


def sd_of_resolution(word: str) -> float | None:
    """Return the standard uncertainty of a geolocation of Atlos; None for a word not known. [m]"""
    return _RESOLUTIONS_M.get(word.strip().casefold())
