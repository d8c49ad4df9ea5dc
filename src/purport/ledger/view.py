"""The text as a reader sees it, and the way back from there to the preserved text."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from purport.core.casefile import StoryText
from purport.core.claims import Span
from purport.ledger.html_text import HtmlBlock, Segment, scan_html

__all__ = ["View", "view_of_html", "view_of_text", "visible_runs", "visible_text"]


@dataclass(frozen=True, slots=True)
class View:
    """Visible text over a preserved text."""

    source: str
    """The preserved text."""
    text: str
    """What a reader sees of it."""
    segments: tuple[Segment, ...]
    """Where each run of visible characters comes from, in order."""
    blocks: tuple[HtmlBlock, ...] = ()
    """Paragraphs by markup; empty for plain text."""

    def to_spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return the stretches of preserved text behind visible `[start, end)`, in order.

        Markup between two visible characters separates two spans.
        """
        runs: list[tuple[int, int]] = []
        index = max(0, bisect_right(self.segments, start, key=lambda piece: piece.visible) - 1)
        while index < len(self.segments) and self.segments[index].visible < end:
            first, last = self._source_range(index, start, end)
            if runs and runs[-1][1] == first:
                runs[-1] = (runs[-1][0], last)
            elif first < last:
                runs.append((first, last))
            index += 1
        return tuple(Span(start=a, end=b, exact=self.source[a:b]) for a, b in runs)

    def _source_range(self, index: int, start: int, end: int) -> tuple[int, int]:
        piece = self.segments[index]
        if not piece.literal:
            return piece.start, piece.end
        first = piece.start + max(0, start - piece.visible)
        last = min(piece.end, piece.start + end - piece.visible)
        return first, last


def view_of_text(text: str) -> View:
    """Return the view of plain text: what is preserved is what is seen."""
    segments = (Segment(0, 0, len(text), True),) if text else ()
    return View(text, text, segments)


def view_of_html(source: str) -> View:
    """Return the view of an HTML source: without markup, entities resolved."""
    text, segments, blocks = scan_html(source)
    return View(source, text, tuple(segments), tuple(blocks))


def visible_text(story: StoryText, spans: Iterable[Span]) -> str:
    """Return what a reader sees of spans of a story, with entities resolved, for display.

    Separate spans are joined without a gap when only markup lies between them.
    """
    exact = (span.exact for span in spans)
    if story.document.media_type != "text/html":
        return " … ".join(exact)
    return "".join(scan_html(piece)[0] for piece in exact)


def visible_runs(story: StoryText, start: int, end: int) -> Iterator[tuple[str, Span, bool]]:
    """Yield what a reader sees of a stretch of a story, run by run, with where it comes from.

    Args:
        story: The source document.
        start: First code point.
        end: One past the last.

    Yields:
        The visible text, the span behind it, and whether each visible character is one of its
        code points (an entity such as `&ldquo;` is seen as one character and stands for several).
    """
    exact = story.text[start:end]
    if story.document.media_type != "text/html":
        yield exact, Span(start=start, end=end, exact=exact), True
        return
    text, segments, _ = scan_html(exact)
    ends = [*(segment.visible for segment in segments), len(text)][1:]
    for segment, visible_end in zip(segments, ends, strict=True):
        source = exact[segment.start : segment.end]
        span = Span(start=start + segment.start, end=start + segment.end, exact=source)
        yield text[segment.visible : visible_end], span, segment.literal
