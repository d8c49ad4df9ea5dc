"""The items sheet: a CSV file with a row for each media item and what is known of it."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from purport.casework.collecting import (
    ItemDetails,
    collect_item,
    collect_reference,
    collect_terrain,
)
from purport.casework.guarding import fault_of
from purport.casework.rows import RowReader, parse_number
from purport.casework.workspace import Workspace
from purport.core.case import ClaimedPlace, ItemRecord, Publication, Target, ViewHint
from purport.core.casefile import Fault
from purport.core.errors import InputError, SeveralFaultsError, UnreadableSheetError
from purport.core.instants import StatedTime, parse_stated_time

__all__ = ["COLUMNS", "SheetRow", "collect_sheet", "load_sheet"]

COLUMNS = (
    "file",
    "url",
    "publisher",
    "published",
    "retrieved",
    "collector",
    "claimed_place",
    "claimed_lon",
    "claimed_lat",
    "claimed_time",
    "target_lon",
    "target_lat",
    "target_sd_m",
    "reference",
    "terrain",
    "gsd_low_m",
    "gsd_high_m",
    "heading_deg",
    "heading_sd_deg",
)
"""The columns that a sheet may have; only `file` must be there."""

_REMEDY = "Correct the row; docs/command-line.md explains the columns."
_BASIS = "items sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """One row of an items sheet."""

    file: Path
    """The media file; relative paths start at the sheet's folder."""
    details: ItemDetails
    """What is known of it, but for its orthophotos and heights."""
    references: tuple[Path, ...] = ()
    """Orthophotos of the place claimed, ";" between them; empty when the row names none."""
    terrain: Path | None = None
    """Heights of the ground there; None when the row names none."""


def load_sheet(path: Path) -> tuple[SheetRow, ...]:
    """Read an items sheet (CSV with a header, UTF-8).

    Raises:
        UnreadableSheetError: It cannot be read, has unknown columns, or one faulty row.
        SeveralFaultsError: Several rows are faulty; each is named by its line.
    """
    rows: list[SheetRow] = []
    faults: list[UnreadableSheetError] = []
    for line, cells in _read_cells(path):
        try:
            rows.append(_parse_row(cells, path.parent))
        except ValueError as error:
            faults.append(UnreadableSheetError(path.name, f"line {line}: {error}", remedy=_REMEDY))
    if not faults and not rows:
        faults = [UnreadableSheetError(path.name, "it has no rows", remedy=_REMEDY)]
    names = [row.file for row in rows]
    for name in sorted({name for name in names if names.count(name) > 1}):
        fault = f"{name.name} stands in several rows"
        faults.append(UnreadableSheetError(path.name, fault, remedy="Join them into one row."))
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise SeveralFaultsError.collect(path.name, faults)
    return tuple(rows)


def collect_sheet(
    workspace: Workspace, path: Path, *, defaults: ItemDetails | None = None
) -> tuple[tuple[ItemRecord, ...], tuple[Fault, ...]]:
    """Collect every item of a sheet with what the sheet says of it.

    Args:
        workspace: Where.
        path: The sheet.
        defaults: What holds for rows that say nothing else.

    Returns:
        The items, and the faults of those that could not be read; one does not stop the others.

    Raises:
        UnreadableSheetError: The sheet itself is faulty; nothing is stored.
        UnreadableReferenceError: An orthophoto that it names cannot be used.
    """
    rows = load_sheet(path)
    references = {path for row in rows for path in row.references}
    digests = {
        each: collect_reference(workspace, each, for_all=False) for each in sorted(references)
    }
    heights = {
        each: collect_terrain(workspace, each, for_all=False)
        for each in sorted({row.terrain for row in rows if row.terrain is not None})
    }
    items: list[ItemRecord] = []
    faults: list[Fault] = []
    for row in rows:
        own = replace(
            row.details,
            references=tuple(digests[path] for path in row.references),
            terrain=None if row.terrain is None else heights[row.terrain],
        )
        details = _joined(own, defaults or ItemDetails())
        try:
            items.append(collect_item(workspace, row.file, details=details))
        except InputError as error:
            faults.append(fault_of(row.file.name, error))
    return tuple(items), tuple(faults)


def _read_cells(path: Path) -> list[tuple[int, Mapping[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream, strict=True)
            header = [name.strip() for name in reader.fieldnames or ()]
            _require_columns(header, path.name)
            reader.fieldnames = header
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSheetError(
            path.name, f"is not a readable CSV table ({error})", remedy="Save it as CSV in UTF-8."
        ) from error


def _require_columns(header: list[str], name: str) -> None:
    _require_commas(header, name)
    unknown = [column for column in header if column not in COLUMNS]
    if "file" not in header or unknown or len(set(header)) < len(header):
        if unknown:
            fault = f"has unknown columns: {', '.join(repr(column) for column in unknown)}"
        elif "file" not in header:
            fault = "has no column 'file'"
        else:
            fault = "names a column twice"
        raise UnreadableSheetError(
            name, fault, remedy=f"The columns are {', '.join(COLUMNS)}; only file must be there."
        )


def _require_commas(header: list[str], name: str) -> None:
    """Refuse the tables that spreadsheets write where the comma is the decimal sign."""
    if len(header) != 1:
        return
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        if "file" in (cell.strip() for cell in header[0].split(sign)) and sign in header[0]:
            raise UnreadableSheetError(
                name,
                f"has {called} between its cells, commas are expected",
                remedy="Save it as CSV with commas and decimal points, in UTF-8.",
            )


def _parse_row(cells: Mapping[str, str], folder: Path) -> SheetRow:
    """Read one row.

    Raises:
        ValueError: All that is wrong with it.
    """
    extra: Sequence[str] = cells.get(None, ())  # type: ignore[call-overload]  # csv's own key
    missing = sum(cell is None for cell in cells.values())
    if extra or missing:
        columns = len(cells) - bool(extra)
        message = f"cells: {columns + len(extra) - missing}, in the header: {columns}"
        raise ValueError(message)
    row = _Row(cells)
    details = ItemDetails(
        url=row.text("url"),
        collector=row.text("collector"),
        retrieved=row.parsed("retrieved", parse_stated_time),
        publication=row.publication(),
        claimed_place=row.claimed_place(),
        claimed_time=row.parsed("claimed_time", parse_stated_time),
        target=row.target(),
        view_hint=row.view_hint(),
    )
    name, references, terrain = row.text("file"), row.text("reference"), row.text("terrain")
    if name is None:
        row.faults.append("file is empty")
    if row.faults:
        raise ValueError("; ".join(row.faults))
    return SheetRow(
        file=folder / (name or ""),
        details=details,
        references=tuple(folder / each.strip() for each in (references or "").split(";") if each),
        terrain=None if terrain is None else folder / terrain,
    )


class _Row(RowReader):
    """The cells of a row, with what is found to be wrong with them."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        super().__init__()
        self._cells = cells

    def text(self, what: str) -> str | None:
        return self._cells.get(what, "").strip() or None

    def publication(self) -> Publication | None:
        published: StatedTime | None = self.parsed("published", parse_stated_time)
        if published is None:
            return None
        return Publication(
            published=published,
            basis=_BASIS,
            url=self.text("url"),
            publisher=self.text("publisher"),
        )

    def claimed_place(self) -> ClaimedPlace | None:
        name, point = self.text("claimed_place"), self.point("claimed")
        if name is None and point is None:
            return None
        return ClaimedPlace(name=name, point=point)

    def target(self) -> Target | None:
        point, spread = self.point("target"), self.parsed("target_sd_m", _parse_spread_m)
        if point is None:
            if spread is not None:
                self.faults.append("target_sd_m without target_lon and target_lat")
            return None
        return Target(point=point, standard_uncertainty_m=spread or 0.0, basis=_BASIS)

    def view_hint(self) -> ViewHint | None:
        low, high = (self.parsed(name, parse_number) for name in ("gsd_low_m", "gsd_high_m"))
        heading, spread = (
            self.parsed(name, parse_number) for name in ("heading_deg", "heading_sd_deg")
        )
        if (low is None) != (high is None):
            self.faults.append("gsd_low_m and gsd_high_m go together")
            return None
        if low is None and heading is None:
            return None
        try:
            hint = ViewHint(
                gsd_m=None if low is None or high is None else (low, high), heading_deg=heading
            )
            return hint if spread is None else replace(hint, heading_sd_deg=spread)
        except ValueError as error:
            self.faults.append(str(error))
            return None


def _parse_spread_m(text: str) -> float:
    value = parse_number(text)
    if not 0.0 <= value < float("inf"):
        message = f"a standard uncertainty is not negative, got {text}"
        raise ValueError(message)
    return value


def _joined(details: ItemDetails, defaults: ItemDetails) -> ItemDetails:
    """Return the row's own details, filled up with what holds for all."""
    return ItemDetails(
        url=details.url or defaults.url,
        collector=details.collector or defaults.collector,
        retrieved=details.retrieved or defaults.retrieved,
        publication=details.publication or defaults.publication,
        claimed_place=details.claimed_place or defaults.claimed_place,
        claimed_time=details.claimed_time or defaults.claimed_time,
        target=details.target or defaults.target,
        references=details.references or defaults.references,
        terrain=details.terrain or defaults.terrain,
        view_hint=details.view_hint or defaults.view_hint,
    )
