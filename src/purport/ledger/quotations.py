"""Quotation marks of all kinds, paired; a mark that nothing closes runs to the paragraph's end."""

import re
from dataclasses import dataclass

__all__ = ["Quotation", "find_quotations"]

_MARK = re.compile("[\"'“”„‟«»‹›‘’‚]")
_CLOSING = {
    "“": '”“"',
    "„": '“”"',
    "‟": "”",
    "«": "»",
    "‹": "›",
    "‘": "’'",
    "‚": "‘’",
    '"': '"”',
    "'": "'’",
}
_SINGLE = frozenset("'‘‚‹")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation, its marks included."""

    start: int
    """First position."""
    end: int
    """One past the last."""
    closed: bool
    """Whether a closing mark was found."""


def find_quotations(text: str, start: int, end: int) -> list[Quotation]:
    """Pair the quotation marks of a paragraph, outermost only.

    Apostrophes are no marks. A double mark that is opened and not closed runs to the end of the
    paragraph; a single one that is not closed is taken for an apostrophe.
    """
    marks = [match.start() for match in _MARK.finditer(text, start, end)]
    found: list[Quotation] = []
    index = 0
    dead: set[str] = set()
    while index < len(marks):
        position = marks[index]
        mark = text[position]
        if not _opens(text, position, start, end) or mark in dead:
            index += 1
            continue
        closing = _closing_index(text, marks, index, (start, end))
        if closing is not None:
            found.append(Quotation(position, marks[closing] + 1, closed=True))
            index = closing + 1
        elif mark in _SINGLE:
            dead.add(mark)
            index += 1
        else:
            found.append(Quotation(position, end, closed=False))
            break
    return found


def _opens(text: str, position: int, start: int, end: int) -> bool:
    mark = text[position]
    if mark not in _CLOSING:
        return False
    before = text[position - 1] if position > start else " "
    after = text[position + 1] if position + 1 < end else " "
    if mark in "«„‟“‹‚":
        return True
    return not (before.isalnum() or before in ".,;!?%") and not after.isspace()


def _closing_index(
    text: str, marks: list[int], opening: int, bounds: tuple[int, int]
) -> int | None:
    mark = text[marks[opening]]
    for index in range(opening + 1, len(marks)):
        position = marks[index]
        if text[position] in _CLOSING[mark] and _may_close(text, position, bounds):
            return index
        if text[position] == mark and mark == "“":
            return None
    return None


def _may_close(text: str, position: int, bounds: tuple[int, int]) -> bool:
    before = text[position - 1] if position > bounds[0] else " "
    after = text[position + 1] if position + 1 < bounds[1] else " "
    mark = text[position]
    if mark == "“":  # closes only after „
        return not after.isalnum()
    if mark in "'’\"":
        return not before.isspace() and not after.isalnum()
    return True
