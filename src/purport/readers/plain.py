"""A reader's Markdown as the page shows it, and as plain words for whoever looks for something."""

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

from purport.reports.published import cover_measures, cover_positions, withhold_names

__all__ = ["Covering", "compared_words", "fold", "links_in", "plain_words", "shown_words"]

_MARKDOWN = MarkdownIt("zero", {"linkify": True, "breaks": True}).enable(
    ["emphasis", "link", "linkify", "autolink", "list", "blockquote", "backticks", "escape",
     "newline", "entity"]
)  # fmt: skip
_TAGS = {"p", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "br"}
_SCHEMES = {"http", "https"}
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"]+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,12}/[^\s<>\"]*", re.IGNORECASE
)
_KEPT = 4000
"""Texts whose rendering is kept: the same comments are shown again and again."""
_JOINERS = "\u200c\u200d"
_PARAGRAPH = re.compile(r"</(?:p|li|blockquote)>|<br\s*/?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Covering:
    """What of a case readers may not be told yet, or ever: positions, and who uploaded footage."""

    withheld: bool
    """Whether positions, distances and directions are kept back for now."""
    blurred: bool
    """Whether no position is ever told."""
    names: tuple[str, ...] = ()
    """Names and addresses of uploaders that are kept back."""

    def __call__(self, text: str) -> str:
        """Cover what may not be told."""
        named = withhold_names(self.names)(text)
        if self.withheld:
            return cover_measures(named)
        return cover_positions(named) if self.blurred else named

    @property
    def covers_positions(self) -> bool:
        """Tell whether positions are to be covered."""
        return self.withheld or self.blurred

    @property
    def covers(self) -> bool:
        """Tell whether anything is to be covered."""
        return self.covers_positions or bool(self.names)


@lru_cache(maxsize=_KEPT)
def shown_words(body: str, covering: Covering) -> str:
    """Return a comment as HTML that is safe to show.

    Of Markdown emphasis, links, lists, quotes and code are taken; raw HTML and pictures are not.
    Where anything is to be covered, the words are shown without marks, so that nothing is told
    through them (36.2**0**12).

    Args:
        body: As it was written.
        covering: What may not be told.
    """
    rendered = _rendered(body)
    if not covering.covers:
        return rendered
    words = _words_of(rendered)
    covered = covering(words)
    hrefs = " ".join(links_in(rendered))
    if covered == words and covering(hrefs) == hrefs:
        return rendered
    lines = [html.escape(line) for line in covered.split("\n") if line.strip()]
    return "".join(f"<p>{line}</p>" for line in lines)


def plain_words(body: str) -> str:
    """Return a comment's words without marks, with its links, and without what cannot be seen.

    Examples:
        >>> plain_words("It is **here**: [map](https://example.org/@36.2,37.1)")
        'It is here: map https://example.org/@36.2,37.1'
    """
    rendered = _rendered(body)
    words = _words_of(rendered)
    hidden = [link for link in links_in(rendered) if link not in words]
    return " ".join([words, *hidden]).strip()


@lru_cache(maxsize=_KEPT)
def compared_words(body: str) -> str:
    """Return a comment's words as comments are compared: plain and folded."""
    return fold(plain_words(body))


def links_in(text: str) -> tuple[str, ...]:
    """Return the addresses in a text or a piece of HTML, each once."""
    return tuple(dict.fromkeys(html.unescape(found) for found in _LINK.findall(text)))


def fold(text: str) -> str:
    """Return a text as words are compared: without case, marks over letters, and what is unseen.

    Examples:
        >>> fold("Crème  BRÛLÉE")
        'creme brulee'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = (one for one in apart if unicodedata.category(one) not in {"Mn", "Cf"} and one != "ـ")
    return " ".join("".join(kept).split())


def _rendered(body: str) -> str:
    return nh3.clean(
        _MARKDOWN.render(_seen(body)),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel="nofollow ugc noopener noreferrer",
    )


def _seen(body: str) -> str:
    """Leave out what cannot be seen, but for what joins or parts letters and pictures."""
    kept = []
    for place, one in enumerate(body):
        beside = body[max(place - 1, 0) : place + 2]
        joins = one in _JOINERS and not any(near.isdigit() for near in beside)
        if one == "\n" or joins or unicodedata.category(one) not in {"Cf", "Cc"}:
            kept.append(one)
    return "".join(kept)


def _words_of(rendered: str) -> str:
    broken = _PARAGRAPH.sub("\n", rendered)
    return html.unescape(nh3.clean(broken, tags=set())).strip()
