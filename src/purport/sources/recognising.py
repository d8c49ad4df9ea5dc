"""Is a page what was asked for, or a wall, a notice or an empty frame that came in its place?

To take a page for a wall loses evidence for a moment, for it can be captured by another way; to
take a wall for the page puts a wall into evidence. To call a page deleted that is not can damage
somebody. So a page with matter of its own is content whatever else stands on it, and what is called
a wall shows it by its status, by where it led, or by words in its title or headings while it has
little else to say. Rates stand in docs/capture.md.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from purport.sources.pages import Page
from purport.sources.phrases import CONSENT_PATH, LOG_IN_PATH, SAID_IN_TITLES, SAID_IN_WORDS
from purport.sources.records import PageState, Recognised

__all__ = ["LITTLE_TEXT", "Arrival", "recognise"]

LITTLE_TEXT = 900
"""A page whose main words are fewer letters than this has little to say. Of the pages of our table
the longest wall has 640 letters, and the shortest article 1,100."""
_HARDLY_ANY = 40
_PUBLISHED = frozenset({"article:published_time", "article:author", "datepublished", "pubdate"})
_GONE = 410
_NOT_FOUND = frozenset({404, _GONE})
_UNAUTHORISED = 401
_BUSY = frozenset({420, 429})
_SERVER_FAULT = 500
_FAULT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What is known of a page beside its own words."""

    asked_url: str
    """What was asked for."""
    final_url: str
    """Where it led."""
    status: int
    """Its status code."""
    has_film: bool
    """Whether a film that belongs to it came."""
    expects_film: bool
    """Whether the page says of itself that it shows one."""


def recognise(page: Page, arrival: Arrival) -> Recognised:
    """Tell what a page is.

    Args:
        page: The page; as shown by a browser if one took part.
        arrival: What else is known.
    """
    state = _by_status(page, arrival)
    if state is not None:
        return state
    signs = tuple(_signs(page, arrival))
    if signs:
        first = signs[0][0]
        return Recognised(state=first, signs=tuple(words for kind, words in signs if kind is first))
    if not page.text and not arrival.has_film and not page.parts and not page.players:
        return Recognised(state=PageState.EMPTY, signs=("it has no words, pictures or film",))
    if _is_empty_player(page, arrival):
        return Recognised(
            state=PageState.EMPTY_PLAYER,
            signs=("it has a player, and no film came with it",),
        )
    if len(page.text) < _HARDLY_ANY and not arrival.has_film and page.scripts:
        return Recognised(
            state=PageState.EMPTY,
            signs=("it shows nothing by itself: scripts would have to fill it",),
        )
    return Recognised(state=PageState.CONTENT, signs=())


def _by_status(page: Page, arrival: Arrival) -> Recognised | None:
    """Tell what a page is whose status says that it is not what was asked for."""
    status = arrival.status
    if status < _FAULT:
        return None
    code = f"its status is {status}"
    words = {} if status in _BUSY else _heard(page, little=True)
    kind = _kind_of_status(status, words)
    return Recognised(state=kind, signs=(code, *([words[kind]] if kind in words else [])))


def _kind_of_status(status: int, words: Mapping[PageState, str]) -> PageState:
    if status in _BUSY:
        return PageState.RATE_LIMITED
    if status in _NOT_FOUND:
        gone = status == _GONE or PageState.DELETED in words
        return PageState.DELETED if gone else PageState.NOT_FOUND
    for kind in (PageState.BOT_CHECK, PageState.RATE_LIMITED, PageState.LOG_IN_WALL):
        if kind in words:
            return kind
    if status == _UNAUTHORISED:
        return PageState.LOG_IN_WALL
    return PageState.SERVER_FAULT if status >= _SERVER_FAULT else PageState.REFUSED


def _signs(page: Page, arrival: Arrival) -> Iterator[tuple[PageState, str]]:
    """Give what a page that came with a good status shows of being another one."""
    if len(page.main_text) >= LITTLE_TEXT or arrival.has_film or _has_matter(page):
        return
    heard = _heard(page, little=True)
    led = _led_elsewhere(arrival)
    asks_password = page.password_fields > page.password_in_furniture
    if PageState.BOT_CHECK in heard:
        yield PageState.BOT_CHECK, heard[PageState.BOT_CHECK]
    if led is PageState.LOG_IN_WALL and (asks_password or PageState.LOG_IN_WALL in heard):
        yield PageState.LOG_IN_WALL, f"it led to {arrival.final_url[:200]}, which asks to log in"
    if PageState.LOG_IN_WALL in heard and not (page.password_fields and not asks_password):
        yield PageState.LOG_IN_WALL, heard[PageState.LOG_IN_WALL]
    elif asks_password and len(page.main_text) < LITTLE_TEXT // 2:
        yield PageState.LOG_IN_WALL, "it is a form for a password, and little else"
    if led is PageState.CONSENT_WALL:
        yield PageState.CONSENT_WALL, f"it led to {arrival.final_url[:200]}"
    for kind in (
        PageState.RATE_LIMITED,
        PageState.CONSENT_WALL,
        PageState.REFUSED,  # before "deleted": "not available in your country" is not gone
        PageState.DELETED,
        PageState.NOT_FOUND,
    ):
        if kind in heard:
            yield kind, heard[kind]
    if led is PageState.NOT_FOUND:
        yield PageState.NOT_FOUND, f"it led to the front page {arrival.final_url[:200]}"


def _has_matter(page: Page) -> bool:
    """Tell whether a page describes itself as a piece of somebody's: walls and notices do not.

    A short post about a film that was deleted says "this video has been deleted" too.
    """
    if _PUBLISHED & page.names.keys():
        return True
    return page.names.get("og:type", "").lower() == "article" and not page.password_fields


def _led_elsewhere(arrival: Arrival) -> PageState | None:
    """Tell by its address that a page led to one of another kind."""
    asked, final = urlsplit(arrival.asked_url), urlsplit(arrival.final_url)
    if (asked.hostname, asked.path, asked.query) == (final.hostname, final.path, final.query):
        return None
    path, host = final.path.lower(), (final.hostname or "").lower()
    own = asked.path.lower()
    if LOG_IN_PATH.search(path) and not LOG_IN_PATH.search(own):
        return PageState.LOG_IN_WALL
    if host.startswith("accounts.") and not (asked.hostname or "").startswith("accounts."):
        return PageState.LOG_IN_WALL
    if (host.startswith("consent.") or CONSENT_PATH.search(path)) and not CONSENT_PATH.search(own):
        return PageState.CONSENT_WALL
    deep = len([part for part in asked.path.split("/") if part]) >= 2  # noqa: PLR2004 - a page of a section
    same = _without_www(asked.hostname) == _without_www(final.hostname)
    if deep and same and final.path in {"", "/"} and not final.query:
        return PageState.NOT_FOUND
    return None


def _without_www(host: str | None) -> str:
    return (host or "").removeprefix("www.")


def _is_empty_player(page: Page, arrival: Arrival) -> bool:
    if arrival.has_film or len(page.main_text) >= LITTLE_TEXT:
        return False
    return arrival.expects_film or bool(page.players)


def _heard(page: Page, *, little: bool) -> dict[PageState, str]:
    """Return what title, headings and, where there is little else, the words say."""
    places = [("title", page.title), *(("heading", each) for each in page.headings)]
    if little:
        places.append(("words", page.main_text))
    found: dict[PageState, str] = {}
    for place, words in places:
        for kind, pattern in SAID_IN_WORDS if place == "words" else SAID_IN_TITLES:
            match = pattern.search(words)
            if match is not None:
                verb = "say" if place == "words" else "says"
                found.setdefault(kind, f"its {place} {verb} {match.group()!r}")
    return found
