"""What a page consists of: its words, its forms and players, and what it asks a browser to load."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin

from purport.sources.markup import Closing, Opening, read_markup

__all__ = ["Page", "parse_page", "style_links"]

_UNSEEN = frozenset({"head", "iframe", "noscript", "script", "style", "svg", "template"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track"}
    | {"wbr"}
)
_FURNITURE = frozenset({"aside", "footer", "header", "nav"})
_HEADINGS = frozenset({"h1", "h2"})
_BREAKING = _HEADINGS | {"br", "div", "h3", "li", "p", "td"}
_PICTURES = frozenset({"icon", "shortcut icon", "apple-touch-icon", "stylesheet"})
_FILM_NAMES = frozenset(
    {"og:video", "og:video:url", "og:video:secure_url", "twitter:player:stream"}
)
_PICTURE_NAMES = frozenset({"og:image", "og:image:url", "og:image:secure_url", "twitter:image"})
_STYLE_URL = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_PLAYER_WORDS = re.compile(r"(?:^|[\s_-])(?:video|media)?-?player(?:$|[\s_-])", re.IGNORECASE)
_MOST_TEXT = 2 << 20
_NO_PAGES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})


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
    leads_to_without_scripts: str | None = None
    """Where it sends one that runs no scripts; None when nowhere."""
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
    reader.read(_decoded(content, encoding))
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
    known = next(name for name in names if name is not None and _writes_text(name))
    return content.decode(known, "replace")


def _writes_text(name: str) -> bool:
    """Tell whether an encoding is one in which pages are written: none of Python's own inventions.

    "idna" and "undefined" raise what they like, and "utf-7" hides marks from those who look.
    """
    try:
        found = codecs.lookup(name).name
        b"a".decode(name, "replace")
    except (LookupError, ValueError):
        return False
    return found not in _NO_PAGES


def _address(base: str, link: str) -> str | None:
    try:
        found = urldefrag(urljoin(base, link.strip())).url
    except ValueError:
        return None
    return found if found.startswith(("http://", "https://")) else None


class _Reader:
    """Goes through a page once."""

    def __init__(self, url: str) -> None:
        self._page = Page(url=url)
        self._base = url
        self._open: list[str] = []
        self._within: dict[str, int] = {}
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

    def read(self, text: str) -> None:
        for token in read_markup(text):
            if isinstance(token, Opening):
                self._begin(token)
            elif isinstance(token, Closing):
                self._end(token.name)
            else:
                self._hear(token)

    def _begin(self, mark: Opening) -> None:
        tag, given = mark.name, mark.attributes
        if tag not in _VOID:
            self._open.append(tag)
            self._within[tag] = self._within.get(tag, 0) + 1
        if tag in _HEADINGS:
            self._headings.append([])
        self._note_marks(tag, given)
        self._note_parts(tag, given)
        if tag in _BREAKING:
            self._hear(" ")
        if mark.closed and tag not in _VOID:
            self._end(tag)

    def _end(self, tag: str) -> None:
        closed = None
        while tag in self._within and closed != tag:
            closed = self._open.pop()
            self._within[closed] -= 1
            if not self._within[closed]:
                del self._within[closed]

    def _is_in(self, tags: frozenset[str]) -> bool:
        return not self._within.keys().isdisjoint(tags)

    def _hear(self, words: str) -> None:
        if "title" in self._within and "svg" not in self._within:
            self._title.append(words)
            return
        if self._open and self._open[-1] == "style":
            for each in style_links(words, self._base):
                self._parts.setdefault(each)
        if self._is_in(_UNSEEN):
            return
        self._words.append(words)
        if not self._is_in(_FURNITURE):
            self._main.append(words)
        if self._headings and self._is_in(_HEADINGS):
            self._headings[-1].append(words)

    def _note_marks(self, tag: str, given: Mapping[str, str]) -> None:
        page = self._page
        if tag == "input" and given.get("type", "").lower() == "password":
            page.password_fields += 1
            page.password_in_furniture += self._is_in(_FURNITURE)
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
                self._note_leads_to(_address(self._base, target.group(1)))

    def _note_leads_to(self, url: str | None) -> None:
        if "noscript" in self._within:
            self._page.leads_to_without_scripts = url
        else:
            self._page.leads_to = url

    def _note_parts(self, tag: str, given: Mapping[str, str]) -> None:
        if tag == "video" or (tag == "source" and "video" in self._within):
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
