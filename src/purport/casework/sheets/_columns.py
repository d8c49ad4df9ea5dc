"""From the cells of a row to what it states; columns go by many names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from purport.casework.rows import RowReader
from purport.casework.sheets._cells import Cell, TableRow
from purport.casework.sheets._origins import links_of, plain_value, sd_of_resolution
from purport.core.groups import NAMED_GROUPS, canonical_group
from purport.core.instants import StatedTime, parse_stated_time
from purport.verdicts import Comparison, Known, Presence, StatedRow

__all__ = ["COLUMNS", "ReadRow", "columns_of", "read_row"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "row": ("row", "id", "slug"),
    "publisher": ("publisher", "published_by", "claimant"),
    "published": ("published", "date_published", "upload timestamp"),
    "url": ("url", "video", "link"),
    "title": ("title", "upload title", "description"),
    "claimed_place": ("claimed_place",),
    "claimed_lon": ("claimed_lon",),
    "claimed_lat": ("claimed_lat",),
    "claimed_time": ("claimed_time", "claimed_date", "incident_date", "date"),
    "claimed_group": ("claimed_group",),
    "claimed_target": ("claimed_target",),
    "found_place": ("found_place", "geolocated.place"),
    "found_lon": ("found_lon", "geolocated.lon", "longitude"),
    "found_lat": ("found_lat", "geolocated.lat", "latitude"),
    "found_sd_m": ("found_sd_m",),
    "comparison": ("found_vs_claimed", "finding_place"),
    "distance_km": ("found_distance_km", "place_error_km"),
    "presence": ("presence", "control"),
    "resolution": ("geolocation_resolution",),
    "source": ("source", "geolocated.source", "found_source", "archive location", "source_1"),
    "links": ("hash", "wacz", "screenshot"),
    "notes": ("notes", "geolocated.note", "finding_other", "more_info", "text content"),
}
"""What is read, and the columns (or paths in JSON) from which, the first that is filled."""

_PRESENCE = re.compile(r"(.+)_presence_at_found_place")
_SOURCES = re.compile(r"source_\d+")
_UNKNOWN = frozenset({"not stated", "unknown", "not known", "n/a", "na", "?", "-", "not recorded"})
_NO_GROUP = re.compile(r"no group named", re.IGNORECASE)
_GENERIC = frozenset({"terrorists", "militants", "fighters", "extremists", "rebels", "terrorist"})
_AS_FOUND = "as found"
"""Says that the place claimed is the one found, whichever that is."""
_COMPARISONS = {
    Comparison.SAME: ("same place", "as claimed", "matches", "match", "same"),
    Comparison.ELSEWHERE: ("elsewhere", "wrong", "different place", "other place"),
    Comparison.NO_PLACE_CLAIMED: ("no place claimed", "none claimed"),
    Comparison.NOT_PLACED: ("not placed", "not geolocated", "not found"),
}
_MORE_THAN = re.compile(r"\s*(?:>|over|more than|at least)\s*", re.IGNORECASE)
_AMOUNT = re.compile(r"\s*(?:about |~ ?)?(\d+(?:[.,]\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:[.,]\d+)?))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """A row as read: what it states, and the cells that make its claim."""

    stated: StatedRow
    """What it states."""
    claimant: str | None
    """Who published the footage, and claims; None when not stated."""
    claimed: Mapping[str, Cell]
    """The cells that say what is claimed, by what they say it of."""
    table_row: TableRow
    """The row."""


def columns_of(names: Iterator[str]) -> tuple[str, ...]:
    """Return those columns that are not read, in their order."""
    known = {alias for aliases in COLUMNS.values() for alias in aliases}
    return tuple(
        name
        for name in names
        if (plain := name.casefold()) not in known
        and not plain.endswith(".source")
        and not _SOURCES.fullmatch(plain)
        and not _PRESENCE.fullmatch(plain)
    )


def read_row(row: TableRow, *, sheet: str, default_time: StatedTime | None) -> ReadRow:
    """Read what a row states.

    Args:
        row: Its cells.
        sheet: Name of the sheet, for messages.
        default_time: The date given for the whole sheet.

    Raises:
        ValueError: All that is wrong with it.
    """
    cells = _Cells(row)
    name = cells.text("row")
    comparison, words = cells.comparison()
    place_cell = cells.cell("claimed_place")
    point = cells.point("claimed")
    place_known = _place_known(place_cell, comparison, named=point is not None)
    group_known, group = _group(cells.cell("claimed_group"))
    place = place_cell.value.strip() if place_cell and place_known is Known.STATED else None
    found_place = cells.text("found_place")
    stated = StatedRow(
        row=f"row {name}" if name and name.isdigit() else name or row.label,
        place_known=place_known,
        claimed_place=None if place == _AS_FOUND else place,
        claimed_point=point,
        group_known=group_known,
        claimed_group=cells.text("claimed_group"),
        group=group,
        claimed_time=cells.parsed("claimed_time", parse_stated_time),
        published=cells.parsed("published", parse_stated_time),
        default_time=default_time,
        found_place=None if _is_unknown(found_place) else found_place,
        found_point=cells.point("found"),
        found_sd_m=cells.spread(),
        comparison=comparison,
        comparison_words=words,
        distance_km=cells.parsed("distance_km", _kilometres),
        presence=tuple(cells.presence(group)),
        source=cells.text("source"),
        links=tuple(links_of(row)),
    )
    if cells.faults:
        raise ValueError(f"{sheet}, {row.label}: {'; '.join(cells.faults)}")
    return ReadRow(
        stated=stated,
        claimant=cells.text("publisher"),
        claimed={
            what: cell
            for what in ("claimed_place", "claimed_group", "claimed_time", "claimed_target")
            if (cell := cells.cell(what)) and not _is_unknown(cell.value)
        },
        table_row=row,
    )


class _Cells(RowReader):
    """The cells of a row by what they mean, with what is wrong with them."""

    def __init__(self, row: TableRow) -> None:
        super().__init__()
        self._cells = {name.casefold(): cells for name, cells in row.cells.items()}

    def cell(self, what: str) -> Cell | None:
        """Return the first filled cell of the columns that mean it."""
        found = (cell for column in COLUMNS[what] for cell in self._cells.get(column, ()))
        return next((cell for cell in found if cell.value.strip()), None)

    def text(self, what: str) -> str | None:
        cell = self.cell(what)
        return None if cell is None else plain_value(cell).strip()

    def spread(self) -> float | None:
        """Return the uncertainty of the position found, as a number or in a word of Atlos."""
        word = self.text("resolution")
        stated = self.parsed("found_sd_m", _positive)
        return sd_of_resolution(word) if stated is None and word else stated

    def stated(self, what: str) -> str | None:
        text = self.text(what)
        return None if text is None or _is_unknown(text) else text

    def comparison(self) -> tuple[Comparison | None, str | None]:
        words = self.text("comparison")
        if words is None or _is_unknown(words):
            return None, words
        plain = words.casefold().replace("_", " ")
        kinds = [kind for kind, known in _COMPARISONS.items() if plain in known]
        return (kinds[0] if kinds else Comparison.OTHER), words

    def presence(self, group: str | None) -> Iterator[Presence]:
        """Yield what is said of groups at the place found."""
        for column, cells in self._cells.items():
            named = _PRESENCE.fullmatch(column)
            about = canonical_group(named[1]) if named else group
            if named or column in COLUMNS["presence"]:
                for cell in cells:
                    if cell.value.strip() and not _is_unknown(cell.value):
                        yield Presence(group=about, words=cell.value.strip())


def _is_unknown(text: str | None) -> bool:
    return text is not None and text.strip().casefold() in _UNKNOWN


def _place_known(cell: Cell | None, comparison: Comparison | None, *, named: bool) -> Known:
    """Tell whether a place is claimed; "as found" says so without naming it."""
    if comparison is Comparison.NO_PLACE_CLAIMED:
        return Known.NONE
    if cell is None:
        return Known.STATED if named else Known.UNKNOWN
    return Known.UNKNOWN if _is_unknown(cell.value) else Known.STATED


def _group(cell: Cell | None) -> tuple[Known, str | None]:
    """Return whether a group is claimed, and its canonical name."""
    if cell is None or _is_unknown(cell.value):
        return Known.UNKNOWN, None
    text = cell.value.strip()
    for found in NAMED_GROUPS.finditer(text):
        around = (
            text[max(0, found.start() - 1) : found.start()],
            text[found.end() : found.end() + 1],
        )
        if not any(letter.isalnum() for letter in around):
            return Known.STATED, canonical_group(found[0])
    bare = text.strip("\"'“”‘’").casefold()
    if _NO_GROUP.search(text) or bare in _GENERIC:
        return Known.NONE, None
    return Known.STATED, canonical_group(text)


def _positive(text: str) -> float:
    value = float(text)
    if not 0.0 <= value < float("inf"):
        message = f"a standard uncertainty is not negative, got {text}"
        raise ValueError(message)
    return value


def _kilometres(text: str) -> tuple[float, float | None]:
    """Read ">160 (…)", "20", "about 5", "10-15"."""
    more = _MORE_THAN.match(text)
    amount = _AMOUNT.match(text, more.end() if more else 0)
    if amount is None:
        message = f"{text!r} is no distance in kilometres"
        raise ValueError(message)
    low = float(amount[1].replace(",", "."))
    if more:
        return low, None
    return low, float(amount[2].replace(",", ".")) if amount[2] else low
