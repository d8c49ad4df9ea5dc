"""Reading a source document: bytes to decoded text, with its story told from the page around it.

The preserved text is never normalised: no line end, no accent and no quotation mark is changed.
"""

import re
from pathlib import Path

from purport.core.casefile import StoryText
from purport.core.claims import SourceDocument, Span
from purport.core.digests import digest_bytes
from purport.core.errors import UnreadableStoryError
from purport.ledger.encodings import bom_length, decode_bytes
from purport.ledger.layout import Layout, lay_out, paragraphs
from purport.ledger.main_text import lay_out_html, published_in_markup
from purport.ledger.view import View, view_of_html, view_of_text

__all__ = ["byte_range", "layout_of", "read_document", "view_of"]

_HTML_HEAD = re.compile(
    r"\s*(?:<\?xml\b[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")


def read_document(
    path: Path, *, name: str | None = None, encoding: str | None = None, served: str | None = None
) -> StoryText:
    """Read a saved page or text.

    Args:
        path: HTML or plain text.
        name: What messages and the record call it; the file's own name when not given.
        encoding: Its encoding when the document does not say; never guessed.
        served: Its encoding as the server stated it; None: it did not, or is not known.

    Raises:
        UnreadableStoryError: It is absent, empty, or in an encoding that cannot be told.
    """
    called = name or path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableStoryError(
            called, f"it cannot be read: {error.strerror}", remedy="Check the path and its rights."
        ) from error
    if not content.strip():
        raise UnreadableStoryError(
            called, "it is empty", remedy="Save the page or text again and give that file."
        )
    decoded = decode_bytes(content, name=called, encoding=encoding, served=served)
    is_html = called.lower().endswith(_HTML_SUFFIXES) or _HTML_HEAD.match(decoded.text) is not None
    view = view_of_html(decoded.text) if is_html else view_of_text(decoded.text)
    layout, basis = _lay_out(view, is_html=is_html)
    document = SourceDocument(
        digest=digest_bytes(content),
        name=called,
        media_type="text/html" if is_html else "text/plain",
        encoding=decoded.encoding,
        encoding_basis=decoded.basis,
        title=layout.title,
        published=(published_in_markup(decoded.text) if is_html else None) or layout.published,
        main_text=_main_spans(view, layout),
        main_text_basis=basis,
    )
    return StoryText(document=document, text=decoded.text)


def byte_range(story: StoryText, span: Span) -> tuple[int, int]:
    """Return first and one-past-last byte of a span in the preserved bytes.

    Exact for every document that `read_document` accepts: it refuses those whose bytes are not
    the only way to write their text.
    """
    document = story.document
    first = bom_length(document.encoding, document.encoding_basis)
    first += len(story.text[: span.start].encode(document.encoding))
    return first, first + len(story.text[span.start : span.end].encode(document.encoding))


def view_of(story: StoryText) -> View:
    """Return what a reader sees of a story."""
    is_html = story.document.media_type == "text/html"
    return view_of_html(story.text) if is_html else view_of_text(story.text)


def layout_of(story: StoryText, view: View) -> Layout:
    """Return the layout of a story that `read_document` made."""
    return _lay_out(view, is_html=story.document.media_type == "text/html")[0]


def _lay_out(view: View, *, is_html: bool) -> tuple[Layout, str]:
    if is_html:
        return lay_out_html(view)
    return lay_out(view.text, paragraphs(view.text)), "own rules"


def _main_spans(view: View, layout: Layout) -> tuple[Span, ...]:
    spans = [view.to_spans(block.start, block.end) for block in layout.blocks]
    return tuple(
        Span(start=s[0].start, end=s[-1].end, exact=view.source[s[0].start : s[-1].end])
        for s in spans
        if s
    )
