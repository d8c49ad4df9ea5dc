"""What a page consists of: its words, its forms and players, and what it asks a browser to load."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

__all__ = ["Page", "parse_page", "style_links"]

_UNSEEN = frozenset({"head", "noscript", "script", "style", "svg", "template"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track"}
    | {"wbr"}
)
_FURNITURE = frozenset({"aside", "footer", "header", "nav"})
_PICTURES = frozenset({"icon", "shortcut icon", "apple-touch-icon", "stylesheet"})
_FILM_NAMES = frozenset(
    {"og:video", "og:video:url", "og:video:secure_url", "twitter:player:stream"}
)
_PICTURE_NAMES = frozenset({"og:image", "og:image:url", "og:image:secure_url", "twitter:image"})
_STYLE_URL = re.compile(r"""(?:url\(|@import\s+)\s*["']?([^"')\s;]+)""", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_PLAYER_WORDS = re.compile(r"(?:^|[\s_-])(?:video|media)?-?player(?:$|[\s_-])", re.IGNORECASE)
_MOST_TEXT = 2 << 20


@dataclass(kw_only=True)
class Page:
    """What stands in a page."""

    url: str
    """Where it came from."""
    title: str = ""
    """Its title, blanks folded."""
    text: str = ""
    """The words that it shows, blanks folded."""
    main_text: str = ""
    """The same without header, footer, navigation and asides."""
    headings: tuple[str, ...] = ()
    """Headings of the first two levels."""
    password_fields: int = 0
    """Fields for a password."""
    password_in_furniture: int = 0
    """Of these, those in header, footer, navigation or asides."""
    players: int = 0
    """Films, and boxes that are called players."""
    films: tuple[str, ...] = ()
    """Addresses of films that players or the page's own description name."""
    parts: tuple[str, ...] = ()
    """Addresses of pictures, styles, scripts and frames, in order, each once."""
    leads_to: str | None = None
    """Where it sends a browser after a while; None when nowhere."""
    scripts: int = 0
    """Scripts."""
    links: int = 0
    """Links."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What its description says: names (og:type) and contents, the first of each."""


def parse_page(content: bytes, url: str, *, encoding: str | None = None) -> Page:
    """Take a page apart.

    Args:
        content: The page, unpacked.
        url: Where it came from.
        encoding: As its header states it; None: as the page itself does, or UTF-8.
    """
    reader = _Reader(url)
    reader.feed(_decoded(content, encoding))
    reader.close()
    return reader.page()


def style_links(text: str, url: str) -> tuple[str, ...]:
    """Return what a style sheet asks a browser to load."""
    found = (_address(url, each) for each in _STYLE_URL.findall(text[:_MOST_TEXT]))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def _decoded(content: bytes, encoding: str | None) -> str:
    stated = re.search(
        rb"""<meta[^>]{0,200}charset=["']?([\w-]{2,20})""", content[:4096], re.IGNORECASE
    )
    names = (encoding, stated.group(1).decode("ascii") if stated else None, "utf-8")
    for name in names:
        try:
            return content.decode(name or "utf-8", "replace")
        except LookupError:
            continue
    return content.decode("utf-8", "replace")


def _address(base: str, link: str) -> str | None:
    try:
        found = urldefrag(urljoin(base, link.strip())).url
    except ValueError:
        return None
    return found if found.startswith(("http://", "https://")) else None


class _Reader(HTMLParser):
    """Goes through a page once."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._page = Page(url=url)
        self._base = url
        self._open: list[str] = []
        self._words: list[str] = []
        self._main: list[str] = []
        self._title: list[str] = []
        self._headings: list[list[str]] = []
        self._parts: dict[str, None] = {}
        self._films: dict[str, None] = {}
        self._names: dict[str, str] = {}

    def page(self) -> Page:
        page = self._page
        page.title = _folded(self._title)
        page.text = _folded(self._words)
        page.main_text = _folded(self._main)
        page.headings = tuple(found for each in self._headings if (found := _folded(each)))
        page.films, page.parts = tuple(self._films), tuple(self._parts)
        page.names = self._names
        return page

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag not in _VOID:
            self._open.append(tag)
        if tag in {"h1", "h2"}:
            self._headings.append([])
        self._note_marks(tag, given)
        self._note_parts(tag, given)
        if tag in {"br", "p", "div", "li", "td", "h1", "h2", "h3"}:
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "title" in self._open and "svg" not in self._open:
            self._title.append(data)
            return
        if self._open and self._open[-1] == "style":
            for each in style_links(data, self._base):
                self._parts.setdefault(each)
        if not _UNSEEN.isdisjoint(self._open):
            return
        self._words.append(data)
        if _FURNITURE.isdisjoint(self._open):
            self._main.append(data)
        if self._headings and not {"h1", "h2"}.isdisjoint(self._open):
            self._headings[-1].append(data)

    def _note_marks(self, tag: str, given: Mapping[str, str]) -> None:
        page = self._page
        if tag == "input" and given.get("type", "").lower() == "password":
            page.password_fields += 1
            page.password_in_furniture += not _FURNITURE.isdisjoint(self._open[:-1] or self._open)
        elif tag == "video" or (
            tag == "div"
            and _PLAYER_WORDS.search(f"{given.get('class', '')} {given.get('id', '')}") is not None
        ):
            page.players += 1
        elif tag == "script":
            page.scripts += 1
        elif tag == "a" and given.get("href"):
            page.links += 1
        elif tag == "base" and given.get("href"):
            self._base = _address(self._base, given["href"]) or self._base
        elif tag == "meta":
            self._note_meta(given)

    def _note_meta(self, given: Mapping[str, str]) -> None:
        name = (given.get("property") or given.get("name") or "").lower()
        said = given.get("content", "")
        if name and said:
            self._names.setdefault(name, said)
        found = _address(self._base, said) if said else None
        if name in _FILM_NAMES and found is not None:
            self._films.setdefault(found)
        elif name in _PICTURE_NAMES and found is not None:
            self._parts.setdefault(found)
        elif given.get("http-equiv", "").lower() == "refresh":
            target = re.search(r"url\s*=\s*[\"']?([^\"']+)", said, re.IGNORECASE)
            if target is not None:
                self._page.leads_to = _address(self._base, target.group(1))

    def _note_parts(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "video" or (tag == "source" and "video" in self._open):
            self._add(self._films, given.get("src"))
            self._add(self._parts, given.get("poster"))
        elif tag in {"img", "script", "iframe", "frame", "embed", "audio", "track"} or (
            tag in {"source", "input"} and "src" in given
        ):
            self._add(self._parts, given.get("src"))
        elif tag == "link" and given.get("rel", "").lower().strip() in _PICTURES:
            self._add(self._parts, given.get("href"))
        if tag in {"img", "source"} and given.get("srcset"):
            for each in given["srcset"].split(","):
                self._add(self._parts, (each.split() or [""])[0])

    def _add(self, place: dict[str, None], link: str | None) -> None:
        found = _address(self._base, link) if link else None
        if found is not None:
            place.setdefault(found)


def _folded(pieces: list[str]) -> str:
    return _BLANKS.sub(" ", "".join(pieces)[:_MOST_TEXT]).strip()
