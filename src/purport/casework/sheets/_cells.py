"""Tables read with the place of every cell, so that each claim is a span of the preserved text.

CSV (RFC 4180) and JSON are scanned by hand because the standard library's readers forget where a
value stood. What they would refuse is refused here too.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any

from purport.core.claims import Span

__all__ = ["Cell", "TableRow", "read_csv_cells", "read_json_cells"]

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_DEEPEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value with where it stands."""

    value: str
    """What it says, escapes undone."""
    span: Span
    """The raw characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A row of a table."""

    label: str
    """How messages name it."""
    cells: Mapping[str, tuple[Cell, ...]]
    """Cells by column, or by path in JSON ("geolocated.lat"); a list gives several."""
    span: Span
    """The whole row."""


def read_csv_cells(text: str) -> tuple[tuple[str, ...], tuple[TableRow, ...]]:
    """Read a CSV table with a header.

    Returns:
        The columns, and the rows, each with exactly as many cells.

    Raises:
        ValueError: A quoted cell does not end, a row is too long or short, or a column is named
            twice; with the line.
    """
    lines = list(_csv_lines(text))
    if not lines:
        message = "it is empty"
        raise ValueError(message)
    header = tuple(cell.value.strip() for cell in lines[0][1])
    if len(set(header)) < len(header):
        message = "it names a column twice"
        raise ValueError(message)
    rows = []
    for number, cells in lines[1:]:
        if len(cells) != len(header):
            message = f"line {number} has {len(cells)} cells, its header {len(header)}"
            raise ValueError(message)
        start, end = cells[0].span.start, cells[-1].span.end
        rows.append(
            TableRow(
                label=f"line {number}",
                cells={name: (cell,) for name, cell in zip(header, cells, strict=True)},
                span=Span(start=start, end=end, exact=text[start:end]),
            )
        )
    return header, tuple(rows)


def _csv_lines(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield line number and cells of each row; empty lines are passed over."""
    position, line = 1 if text.startswith("\ufeff") else 0, 1
    while position < len(text):
        first, cells = line, []
        while True:
            cell, position = _csv_cell(text, position, line)
            cells.append(cell)
            line += cell.span.exact.count("\n")
            if position >= len(text) or text[position] != ",":
                break
            position += 1
        if position < len(text):
            position += 2 if text.startswith("\r\n", position) else 1
        line += 1
        if len(cells) > 1 or cells[0].value:
            yield first, cells


def _csv_cell(text: str, position: int, line: int) -> tuple[Cell, int]:
    if not text.startswith('"', position):
        end = next((at for at in range(position, len(text)) if text[at] in ",\r\n"), len(text))
        raw = text[position:end]
        return Cell(value=raw, span=Span(start=position, end=end, exact=raw)), end
    end = position + 1
    while not (text.startswith('"', end) and not text.startswith('""', end)):
        if end >= len(text):
            message = f"line {line}: a quoted cell does not end"
            raise ValueError(message)
        end += 2 if text.startswith('""', end) else 1
    raw = text[position + 1 : end]
    if end + 1 < len(text) and text[end + 1] not in ",\r\n":
        message = f"line {line}: something follows a closing quotation mark"
        raise ValueError(message)
    span = Span(start=position + 1, end=end, exact=raw)
    return Cell(value=raw.replace('""', '"'), span=span), end + 1


@dataclass(frozen=True, slots=True)
class _Node:
    """A JSON value with where it stands; strings stand without their quotation marks."""

    value: Any
    start: int
    end: int


def read_json_cells(text: str, records: tuple[str, ...]) -> tuple[TableRow, ...]:
    """Read the records of a JSON file: a list, or an object with a list under one of `records`.

    A value may stand alone or as `{"value": …, "source": …}`; the source is then the cell
    `COLUMN.source`. Null is no cell.

    Raises:
        ValueError: It is no such JSON; with the position.
    """
    root, end = _json_value(text, _SPACE.match(text).end(), 0)  # type: ignore[union-attr]  # matches always
    if text[end:].strip():
        message = f"something follows its end at {end}"
        raise ValueError(message)
    listed = root
    if isinstance(root.value, dict):
        listed = next((root.value[key] for key in records if key in root.value), root)
    if not isinstance(listed.value, list):
        message = f"it holds no list of records (under {' or '.join(records)})"
        raise ValueError(message)  # noqa: TRY004 - the file is wrong, no type of ours
    rows = []
    for number, node in enumerate(listed.value, start=1):
        if not isinstance(node.value, dict):
            message = f"record {number} is not an object"
            raise ValueError(message)  # noqa: TRY004 - the file is wrong, no type of ours
        cells: dict[str, list[Cell]] = {}
        for key, value in node.value.items():
            _flatten(text, key, value, cells)
        rows.append(
            TableRow(
                label=f"record {number}",
                cells={key: tuple(found) for key, found in cells.items()},
                span=Span(start=node.start, end=node.end, exact=text[node.start : node.end]),
            )
        )
    return tuple(rows)


def _flatten(text: str, path: str, node: _Node, cells: dict[str, list[Cell]]) -> None:
    value = node.value
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(text, path if key == "value" else f"{path}.{key}", inner, cells)
    elif isinstance(value, list):
        for inner in value:
            _flatten(text, path, inner, cells)
    elif value is not None:
        span = Span(start=node.start, end=node.end, exact=text[node.start : node.end])
        said = value if isinstance(value, str) else span.exact
        cells.setdefault(path, []).append(Cell(value=said, span=span))


def _json_value(text: str, at: int, depth: int) -> tuple[_Node, int]:
    if depth > _DEEPEST:
        message = f"it is nested more than {_DEEPEST} deep"
        raise ValueError(message)
    if text.startswith("{", at):
        return _json_object(text, at, depth)
    if text.startswith("[", at):
        return _json_list(text, at, depth)
    if text.startswith('"', at):
        value, end = scanstring(text, at + 1)
        return _Node(value, at + 1, end - 1), end
    scalar = _SCALAR.match(text, at)
    if scalar is None:
        message = f"a value is expected at character {at}"
        raise ValueError(message)
    return _Node(json.loads(scalar[0]), at, scalar.end()), scalar.end()


def _json_object(text: str, at: int, depth: int) -> tuple[_Node, int]:
    found: dict[str, _Node] = {}
    end = _skip(text, at + 1)
    while not text.startswith("}", end):
        if not text.startswith('"', end):
            message = f"a key is expected at character {end}"
            raise ValueError(message)
        key, end = scanstring(text, end + 1)
        end = _expect(text, _skip(text, end), ":")
        found[key], end = _json_value(text, _skip(text, end), depth + 1)
        end = _next(text, _skip(text, end), "}")
    return _Node(found, at, end + 1), end + 1


def _json_list(text: str, at: int, depth: int) -> tuple[_Node, int]:
    found: list[_Node] = []
    end = _skip(text, at + 1)
    while not text.startswith("]", end):
        node, end = _json_value(text, end, depth + 1)
        found.append(node)
        end = _next(text, _skip(text, end), "]")
    return _Node(found, at, end + 1), end + 1


def _next(text: str, at: int, closing: str) -> int:
    """Return where the next member begins, or the closing bracket stands."""
    if text.startswith(closing, at):
        return at
    after = _skip(text, _expect(text, at, ","))
    if text.startswith(closing, after):
        message = f"a member is expected at character {after}"
        raise ValueError(message)
    return after


def _expect(text: str, at: int, mark: str) -> int:
    if not text.startswith(mark, at):
        message = f"{mark!r} is expected at character {at}"
        raise ValueError(message)
    return at + 1


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # matches always
