"""A source document laid out so that what a reader points at leads back to the preserved text.

Every run of text knows the code points that it stands for, so that a selection on the page is a
span of the preserved text. It is cut where any mark of any claim begins or ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from purport.core.casefile import StoryText
from purport.core.claims import Claim, Span
from purport.ledger import visible_runs
from purport.reports.highlighting import Mark, marks_of, paragraphs_of

__all__ = ["SourceRun", "lay_out_source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    """A run of text as seen, with where it stands."""

    text: str
    """What a reader sees."""
    start: int
    """First code point of the preserved text that it stands for."""
    end: int
    """One past the last."""
    literal: bool
    """Whether each character is one code point of the preserved text; an entity is not."""
    claims: tuple[int, ...] = ()
    """Numbers of the claims whose words cover it, the shortest last."""
    attributed: tuple[int, ...] = ()
    """Numbers of the claims whose claimant or attributing words cover it."""
    roles: tuple[str, ...] = ()
    """Roles that it plays, sorted."""
    begins: tuple[int, ...] = ()
    """Numbers of the claims whose words begin here."""


def lay_out_source(
    story: StoryText, claims: Sequence[tuple[int, Claim]]
) -> tuple[tuple[SourceRun, ...], ...]:
    """Cut the main text of a story into paragraphs of runs.

    Args:
        story: The source document.
        claims: Claims of that document, each with its number.
    """
    marks = [mark for number, claim in claims for mark in marks_of(number, claim)]
    lengths = {
        number: sum(span.end - span.start for span in claim.content) for number, claim in claims
    }
    seen: set[int] = set()
    paragraphs = []
    for blocks in paragraphs_of(story):
        runs = [run for block in blocks for run in _runs(story, block, marks, lengths)]
        paragraphs.append(tuple(_begun(run, seen) for run in runs if run.text))
    return tuple(runs for runs in paragraphs if any(run.text.strip() for run in runs))


def _runs(
    story: StoryText, block: Span, marks: Sequence[Mark], lengths: dict[int, int]
) -> Iterator[SourceRun]:
    inside = [m for m in marks if m.span.start < block.end and m.span.end > block.start]
    edges = {block.start, block.end}
    edges.update(m.span.start for m in inside if m.span.start > block.start)
    edges.update(m.span.end for m in inside if m.span.end < block.end)
    for start, end in pairwise(sorted(edges)):
        covering = [m for m in inside if m.span.start <= start and m.span.end >= end]
        claims = {m.claim for m in covering if m.role == "content"}
        attributed = {m.claim for m in covering if m.role in {"source", "cue"}}
        for text, span, literal in visible_runs(story, start, end):
            yield SourceRun(
                text=text,
                start=span.start,
                end=span.end,
                literal=literal,
                claims=tuple(sorted(claims, key=lambda number: (-lengths[number], number))),
                attributed=tuple(sorted(attributed)),
                roles=tuple(sorted({m.role for m in covering})),
            )


def _begun(run: SourceRun, seen: set[int]) -> SourceRun:
    """Say which claims begin with a run; `seen` collects them."""
    begins = tuple(sorted(set(run.claims) - seen))
    seen.update(begins)
    return SourceRun(
        text=run.text,
        start=run.start,
        end=run.end,
        literal=run.literal,
        claims=run.claims,
        attributed=run.attributed,
        roles=run.roles,
        begins=begins,
    )
