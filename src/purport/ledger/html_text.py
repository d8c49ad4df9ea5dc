"""The visible text of an HTML source, with a map from every character back to the source.

The scanner only cuts: no character of the source is changed, and each visible character knows the
stretch of source that stands for it (one character, or a whole entity such as `&ldquo;`).
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from purport.ledger.wordlists import words

__all__ = ["HtmlBlock", "Segment", "scan_html"]

_BLOCK_TAGS = words(
    "address article aside blockquote body button caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html label legend li "
    "main nav ol option p pre section select summary table tbody td tfoot th thead time tr ul"
)
_RAW_TAGS = words("script style noscript template svg title head textarea iframe math object")
_KEPT_IN_HEAD = "head"
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_TAG_NAME = re.compile(r"[a-zA-Z][^\s/>]{0,40}")
_TAG_STOP = re.compile("[>\"']")
_TAG_WINDOW = 4096
_DECLARATIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">"))


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of visible characters: either literal, or one entity."""

    visible: int
    """Where it starts in the visible text."""
    start: int
    """First character of its source."""
    end: int
    """One past the last character of its source."""
    literal: bool
    """Whether each visible character is one source character."""


@dataclass(frozen=True, slots=True)
class HtmlBlock:
    """A paragraph-like stretch of visible text."""

    start: int
    """First visible character."""
    end: int
    """One past the last."""
    tags: frozenset[str]
    """Names of the block elements that are open around it."""


@dataclass(slots=True)
class _Scan:
    """State of a scan."""

    pieces: list[str] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    blocks: list[HtmlBlock] = field(default_factory=list)
    stack: list[str] = field(default_factory=list)
    length: int = 0
    block_start: int = 0

    def add(self, text: str, start: int, end: int, *, literal: bool) -> None:
        if text:
            self.segments.append(Segment(self.length, start, end, literal))
            self.pieces.append(text)
            self.length += len(text)

    def close_block(self) -> None:
        if self.length > self.block_start:
            self.blocks.append(HtmlBlock(self.block_start, self.length, frozenset(self.stack)))
        self.block_start = self.length

    def open_tag(self, name: str) -> None:
        if name in _BLOCK_TAGS:
            self.close_block()
            self.stack.append(name)

    def close_tag(self, name: str) -> None:
        if name in _BLOCK_TAGS:
            self.close_block()
            if name in self.stack:
                while self.stack.pop() != name:
                    pass


def scan_html(source: str) -> tuple[str, list[Segment], list[HtmlBlock]]:
    """Return visible text, its segments in order, and its blocks in order."""
    scan = _Scan()
    position = 0
    while position < len(source):
        tag = source.find("<", position)
        if tag < 0:
            tag = len(source)
        _add_text(scan, source, position, tag)
        position = _pass_markup(scan, source, tag) if tag < len(source) else tag
    scan.close_block()
    return "".join(scan.pieces), scan.segments, scan.blocks


def _add_text(scan: _Scan, source: str, start: int, end: int) -> None:
    for entity in _entities(source, start, end):
        scan.add(source[start : entity.start()], start, entity.start(), literal=True)
        shown = html.unescape(entity.group())
        scan.add(shown, entity.start(), entity.end(), literal=shown == entity.group())
        start = entity.end()
    scan.add(source[start:end], start, end, literal=True)


def _entities(source: str, start: int, end: int) -> Iterator[re.Match[str]]:
    return _ENTITY.finditer(source, start, end)


def _pass_markup(scan: _Scan, source: str, start: int) -> int:
    for opening, ending in _DECLARATIONS:
        if source.startswith(opening, start):
            return _after(source, ending, start + len(opening))
    closing = source.startswith("</", start)
    match = _TAG_NAME.match(source, start + (2 if closing else 1))
    if match is None:
        scan.add("<", start, start + 1, literal=True)
        return start + 1
    name = match.group().lower()
    end = _tag_end(source, match.end())
    if closing:
        scan.close_tag(name)
        return end
    if name in _RAW_TAGS and source[end - 2 : end] != "/>":
        return _after_raw(source, name, end)
    if name == "br":
        scan.add("\n", start, end, literal=False)
    scan.open_tag(name)
    return end


def _after(source: str, mark: str, start: int) -> int:
    found = source.find(mark, start)
    return len(source) if found < 0 else found + len(mark)


def _after_raw(source: str, name: str, start: int) -> int:
    closing = re.compile(
        rf"</{name}\b|<body\b" if name == _KEPT_IN_HEAD else rf"</{name}\b", re.IGNORECASE
    )
    found = closing.search(source, start)
    return len(source) if found is None else found.start()


def _tag_end(source: str, start: int) -> int:
    limit = min(len(source), start + _TAG_WINDOW)
    position = start
    while stop := _TAG_STOP.search(source, position, limit):
        if stop.group() == ">":
            return stop.end()
        closing = source.find(stop.group(), stop.end(), limit)
        if closing < 0:
            break
        position = closing + 1
    return _after(source, ">", start)
