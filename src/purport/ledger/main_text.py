"""The blocks of an HTML page that are story: what trafilatura keeps, aligned back."""

import re
from importlib.metadata import version

from purport.ledger.html_text import HtmlBlock
from purport.ledger.layout import Layout, lay_out
from purport.ledger.view import View

__all__ = ["lay_out_html", "published_in_markup"]

_OWN_BASIS = "own rules; trafilatura found no main text"
_CLOSED_TAGS = frozenset({"nav", "footer", "aside", "form", "button", "select", "dialog"})
_SHARED_SHARE = 0.8
_PUBLISHED = (
    re.compile(
        r"<meta\b[^<>]{0,300}?(?:article:published_time|datePublished|parsely-pub-date|"
        r"dc\.date(?:\.issued)?|pubdate)[\"'][^<>]{0,200}?content\s*=\s*[\"']([^\"'<>]{4,40})",
        re.IGNORECASE,
    ),
    re.compile(r"\"datePublished\"\s*:\s*\"([^\"<>]{4,40})\"", re.IGNORECASE),
    re.compile(r"<time\b[^<>]{0,300}?datetime\s*=\s*[\"']([^\"'<>]{4,40})", re.IGNORECASE),
)
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
)


def lay_out_html(view: View) -> tuple[Layout, str]:
    """Return the story blocks of a page, and by what they were told from the rest."""
    import trafilatura  # noqa: PLC0415 - slow to import, and plain text never needs it

    extracted = trafilatura.extract(
        view.source, output_format="txt", include_comments=False, include_tables=True,
        with_metadata=False, favor_recall=True, deduplicate=False,
    )  # fmt: skip
    kept = _lines_of(extracted or "")
    open_blocks = [block for block in view.blocks if not block.tags & _CLOSED_TAGS]
    headline = _headline(view, open_blocks)
    if kept:
        main = {block for block in view.blocks if _is_kept(view, block, kept)}
        main.update(_under_headline(open_blocks, headline, main))
        chosen = [block for block in view.blocks if block in main]
    else:
        chosen = open_blocks
    ranges = [found for block in chosen if (found := _trimmed(view, block))]
    layout = lay_out(view.text, ranges, headline=headline)
    basis = f"trafilatura {version('trafilatura')}, aligned back"
    return layout, basis if kept else _OWN_BASIS


def published_in_markup(source: str) -> str | None:
    """Return the publication date that the markup states, ISO 8601; None when it states none."""
    for form in _PUBLISHED:
        match = form.search(source)
        if match and (date := _ISO.match(match.group(1).strip())):
            return date.group()
    return None


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def _lines_of(extracted: str) -> frozenset[str]:
    lines = (_squeeze(re.sub(r"^[-#>*]+\s+", "", line)) for line in extracted.splitlines())
    return frozenset(line for line in lines if line)


def _is_kept(view: View, block: HtmlBlock, kept: frozenset[str]) -> bool:
    text = _squeeze(view.text[block.start : block.end])
    if not text:
        return False
    if text in kept:
        return True
    parts = [_squeeze(part) for part in view.text[block.start : block.end].splitlines()]
    held = sum(len(part) for part in parts if part in kept)
    return held >= _SHARED_SHARE * len(text)


def _headline(view: View, blocks: list[HtmlBlock]) -> tuple[int, int] | None:
    for block in blocks:
        if "h1" in block.tags and (found := _trimmed(view, block)):
            return found
    return None


def _under_headline(
    blocks: list[HtmlBlock], headline: tuple[int, int] | None, main: set[HtmlBlock]
) -> list[HtmlBlock]:
    """Return what stands between headline and body: standfirst, byline, date line."""
    if headline is None or not main:
        return []
    bodies = [block.start for block in main if block.start >= headline[1]]
    first = min(bodies, default=headline[1])
    return [block for block in blocks if headline[1] <= block.start and block.end <= first]


def _trimmed(view: View, block: HtmlBlock) -> tuple[int, int] | None:
    text = view.text[block.start : block.end]
    start = block.start + len(text) - len(text.lstrip())
    end = block.end - (len(text) - len(text.rstrip()))
    return (start, end) if start < end else None
