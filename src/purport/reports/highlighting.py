"""Claims marked in the text they were found in: cut where any mark begins or ends.

Marks may overlap; each piece of text knows every claim that covers it, so nothing is hidden.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from purport.core.casefile import StoryText
from purport.core.claims import Claim, Span
from purport.ledger import visible_text

__all__ = ["Mark", "Piece", "mark_quote", "mark_story", "marks_of", "paragraphs_of"]

_BREAK = re.compile(
    r"</?(?:p|div|h[1-6]|li|ul|ol|blockquote|section|article|header|figure|figcaption|table|tr|td"
    r"|br|hr|pre|main|aside)\b|\n[ \t\r]*\n",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A stretch of text that belongs to a claim."""

    span: Span
    """The stretch."""
    claim: int
    """Number of the claim in the dossier."""
    role: str
    """"content", "source", "cue" or "hedge"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A run of text with the same marks."""

    text: str
    """What a reader sees."""
    claims: tuple[int, ...] = ()
    """Numbers of the claims whose content covers it."""
    roles: tuple[str, ...] = ()
    """Roles that it plays, sorted."""
    begins: tuple[int, ...] = ()
    """Numbers of the claims whose content begins here."""


def mark_story(
    story: StoryText, claims: Sequence[tuple[int, Claim]]
) -> tuple[tuple[Piece, ...], ...]:
    """Cut the main text of a story into paragraphs of marked pieces.

    Args:
        story: The source document.
        claims: Claims of that document, each with its number in the dossier.
    """
    marks = [mark for number, claim in claims for mark in marks_of(number, claim)]
    blocks = sorted(story.document.main_text, key=lambda span: span.start)
    paragraphs: list[list[Piece]] = []
    seen: set[int] = set()
    end = 0
    for block in blocks:
        if not paragraphs or _BREAK.search(story.text[end : block.start]):
            paragraphs.append([])
        elif block.start > end and story.text[end : block.start].isspace():
            paragraphs[-1].append(Piece(text=" "))
        end = block.end
        paragraphs[-1].extend(_cut(story, block, marks, seen))
    return tuple(tuple(pieces) for pieces in paragraphs if any(p.text.strip() for p in pieces))


def mark_quote(story: StoryText, claim: Claim) -> tuple[Piece, ...]:
    """Return the content of a claim, its hedges marked; parts that lie apart are joined by "…"."""
    marks = [Mark(span=hedge, claim=0, role="hedge") for hedge in claim.hedges]
    pieces: list[Piece] = []
    end: int | None = None
    for span in sorted(claim.content, key=lambda content: content.start):
        if end is not None and _visible(story, end, span.start).strip():
            pieces.append(Piece(text=" … "))
        elif end is not None and span.start > end:
            pieces.append(Piece(text=_visible(story, end, span.start)))
        pieces.extend(_cut(story, span, marks, set()))
        end = span.end
    return tuple(pieces)


def paragraphs_of(story: StoryText) -> tuple[tuple[Span, ...], ...]:
    """Return the blocks of a story's main text, paragraph by paragraph, blanks between kept."""
    paragraphs: list[list[Span]] = []
    end = 0
    for block in sorted(story.document.main_text, key=lambda span: span.start):
        between = story.text[end : block.start]
        if not paragraphs or _BREAK.search(between):
            paragraphs.append([])
        elif block.start > end and between.isspace():
            paragraphs[-1].append(Span(start=end, end=block.start, exact=between))
        end = block.end
        paragraphs[-1].append(block)
    return tuple(tuple(blocks) for blocks in paragraphs)


def marks_of(number: int, claim: Claim) -> Iterable[Mark]:
    """Yield the marks that a claim leaves in its text."""
    roles = (
        ("content", claim.content),
        ("source", claim.source),
        ("cue", claim.cue),
        ("hedge", claim.hedges),
    )
    for role, spans in roles:
        for span in spans:
            yield Mark(span=span, claim=number, role=role)


def _cut(story: StoryText, block: Span, marks: Sequence[Mark], seen: set[int]) -> Iterable[Piece]:
    """Yield the pieces of one block; `seen` collects the claims whose content has begun."""
    inside = [m for m in marks if m.span.start < block.end and m.span.end > block.start]
    edges = {block.start, block.end}
    edges.update(m.span.start for m in inside if m.span.start > block.start)
    edges.update(m.span.end for m in inside if m.span.end < block.end)
    ordered = sorted(edges)
    for start, end in pairwise(ordered):
        text = _visible(story, start, end)
        if not text:
            continue
        covering = [m for m in inside if m.span.start <= start and m.span.end >= end]
        claims = sorted({m.claim for m in covering if m.role == "content"})
        begins = tuple(claim for claim in claims if claim not in seen)
        seen.update(begins)
        yield Piece(
            text=text,
            claims=tuple(claims),
            roles=tuple(sorted({m.role for m in covering})),
            begins=begins,
        )


def _visible(story: StoryText, start: int, end: int) -> str:
    between = Span(start=start, end=end, exact=story.text[start:end])
    return _SPACE.sub(" ", visible_text(story, [between]))
