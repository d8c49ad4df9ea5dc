"""The lines of a page and what each is: headline, standfirst, byline, date, caption, story.

Everything is in visible characters. A line that is page furniture has no kind and yields nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from purport.ledger.dates import find_date, is_dateline
from purport.ledger.furniture import is_byline, is_credited, is_furniture, without_credit

__all__ = ["Block", "Kind", "Layout", "lay_out", "paragraphs"]

_HEADLINE_WORDS = 40
_HEAD_LINES = 14
_WRAPPED_MIN_LINES = 3
_WRAPPED_WIDTH = range(50, 110)
_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
_BREAK = re.compile(r"\r\n?|[\n\x0b\x0c\x85\u2028\u2029]")
_ENDED = re.compile(r"[.!?…][\"'”’»)\]]*\s*$")


class Kind(Enum):
    """What a block is."""

    HEADLINE = auto()
    STANDFIRST = auto()
    CAPTION = auto()
    BODY = auto()


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of story in visible characters."""

    start: int
    """First character."""
    end: int
    """One past the last."""
    kind: Kind
    """What it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What a page turned out to hold."""

    blocks: tuple[Block, ...]
    """Story, in order."""
    title: str | None
    """Headline; None when none was found."""
    byline: str | None
    """Author line; None when none was found."""
    published: str | None
    """Date of the date line, ISO 8601; None when none was found."""
    repeats: tuple[tuple[int, int, int], ...]
    """Credited captions that repeat a block: its index, and the range of the repeat."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the paragraphs of plain text: lines, hard-wrapped ones joined."""
    found: list[tuple[int, int]] = []
    group: list[tuple[int, int]] = []
    previous = 0
    for match in _LINE.finditer(text):
        start, end = _trim(text, match.start(), match.end())
        if start >= end:
            continue
        if group and len(_BREAK.findall(text, previous, start)) > 1:
            found.extend(_unwrap(text, group))
            group = []
        group.append((start, end))
        previous = end
    found.extend(_unwrap(text, group))
    return found


def lay_out(
    text: str, ranges: Sequence[tuple[int, int]], *, headline: tuple[int, int] | None = None
) -> Layout:
    """Tell story from page furniture among the paragraphs of a page.

    Args:
        text: Visible text.
        ranges: Its paragraphs, in order.
        headline: The paragraph that the markup calls the headline; None when nothing says so.
    """
    lines = [_Line(start, end, text[start:end]) for start, end in ranges]
    story = [line for line in lines if not is_furniture(line.text)]
    head, byline, published = _head_of(story)
    if headline is not None:
        head = [_Line(*headline, text[slice(*headline)]), *_standfirst(head, headline)]
    dropped = {line.start for line in head} | _matter_before_body(story, byline)
    body = [line for line in story if line.start not in dropped]
    kinds = [Kind.HEADLINE, *[Kind.STANDFIRST] * (len(head) - 1)] if head else []
    blocks = [Block(line.start, line.end, kind) for line, kind in zip(head, kinds, strict=True)]
    captioned, repeats = _captions(body, len(blocks))
    blocks.extend(captioned)
    return Layout(
        blocks=tuple(blocks),
        title=" ".join(head[0].text.split()) if head else None,
        byline=byline,
        published=published,
        repeats=tuple(repeats),
    )


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    return start + len(line) - len(line.lstrip()), end - (len(line) - len(line.rstrip()))


def _unwrap(text: str, group: list[tuple[int, int]]) -> list[tuple[int, int]]:
    widths = [end - start for start, end in group[:-1]]
    wrapped = (
        len(group) >= _WRAPPED_MIN_LINES
        and max(widths) in _WRAPPED_WIDTH
        and min(widths) >= 0.6 * max(widths)
    )
    if wrapped:
        return [(group[0][0], group[-1][1])]
    joined: list[tuple[int, int]] = []
    for start, end in group:
        if joined and text[start].islower() and not _ENDED.search(text[max(0, start - 6) : start]):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _head_of(lines: Sequence[_Line]) -> tuple[list[_Line], str | None, str | None]:
    """Read headline, standfirst, byline and date from the first lines."""
    head: list[_Line] = []
    byline: str | None = None
    for line in lines[:_HEAD_LINES]:
        if is_dateline(line.text):
            return head, byline, find_date(line.text)
        if head and byline is None and is_byline(line.text):
            byline = re.sub(r"^\W*by\s+", "", line.text, flags=re.IGNORECASE)
        elif byline is None and not is_credited(line.text):
            head.append(line)
    if byline is not None:
        return _before_byline(head, lines), byline, None
    return _plain_headline(lines), None, None


def _before_byline(head: list[_Line], lines: Sequence[_Line]) -> list[_Line]:
    first = next(
        line.start for line in lines if is_byline(line.text) and line.start > lines[0].start
    )
    return [line for line in head if line.start < first]


def _plain_headline(lines: Sequence[_Line]) -> list[_Line]:
    if len(lines) < 2 or is_credited(lines[0].text):  # noqa: PLR2004 - a headline heads something
        return []
    first = lines[0]
    short = len(first.text.split()) <= _HEADLINE_WORDS
    return [first] if short and not _ENDED.search(first.text) else []


def _standfirst(head: Sequence[_Line], headline: tuple[int, int]) -> list[_Line]:
    return [line for line in head if line.start > headline[0]][:1]


def _matter_before_body(lines: Sequence[_Line], byline: str | None) -> set[int]:
    """Find bylines and date lines among the first lines."""
    return {
        line.start
        for line in lines[:_HEAD_LINES]
        if is_dateline(line.text) or (byline is not None and is_byline(line.text))
    }


def _captions(
    lines: Sequence[_Line], offset: int
) -> tuple[list[Block], list[tuple[int, int, int]]]:
    """Drop credited captions; keep those said once more without a credit as a caption."""
    credited = {
        " ".join(without_credit(line.text).split()): line
        for line in lines
        if is_credited(line.text)
    }
    blocks: list[Block] = []
    repeats: list[tuple[int, int, int]] = []
    for line in lines:
        if is_credited(line.text):
            continue
        repeat = credited.pop(" ".join(line.text.split()), None)
        if repeat is not None:
            start = repeat.start
            repeats.append((offset + len(blocks), start, start + len(without_credit(repeat.text))))
        kind = Kind.BODY if repeat is None else Kind.CAPTION
        blocks.append(Block(line.start, line.end, kind))
    return blocks, repeats
