"""One visit to a page: what it is, what it loads, the films on it; all of it on record.

Nothing here writes anywhere but into the folder that it was given.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from purport.core.errors import (
    MissingToolError,
    NotCapturedError,
    PurportError,
    RefusedAddressError,
)
from purport.sources.addresses import shown_url
from purport.sources.bodies import (
    body_head,
    declared_encoding,
    declared_type,
    is_all,
    is_film,
    read_body,
    seen_type,
    write_body,
)
from purport.sources.downloading import fetch_media
from purport.sources.exchanging import Line
from purport.sources.film_names import film_name, unlike
from purport.sources.pages import Page, parse_page, style_links
from purport.sources.recognising import Arrival, recognise
from purport.sources.records import (
    Ending,
    Exchange,
    Limits,
    PageState,
    Recognised,
    Shown,
    ToolNote,
)
from purport.sources.rendering import render
from purport.sources.visiting import Visitor

__all__ = ["Caught", "Film", "Helpers", "catch", "ending_fault"]

_ACCEPT = (("Accept", "text/html,application/xhtml+xml,video/*;q=0.9,*/*;q=0.8"),)
_PLAYLIST = "application/vnd.apple.mpegurl"
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_MOST_FILMS = 20
_MOST_TOLD = 100
_NO_PAGE = Page(url="")
_GOOD = 200
_PART = 206
_TOLD = (NotCapturedError, RefusedAddressError)
"""What servers and addresses do; a full disk or a fault of ours stops the capture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpers:
    """Programs that may take part; None: not installed, or not wanted."""

    browser: Path | None = None
    """Chromium."""
    downloader: Path | None = None
    """yt-dlp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """A media file that belongs to the page."""

    path: Path
    """The file."""
    name: str
    """What it is called."""
    url: str
    """Where it came from."""
    about: Path | None = None
    """What a downloader wrote about it; None when none did."""


@dataclass(kw_only=True)
class Caught:
    """What came of a visit."""

    url: str
    """What was asked for."""
    exchanges: Sequence[Exchange]
    """Every exchange, in order."""
    final: Exchange | None = None
    """The page or file itself; None when nothing answered."""
    page: Page | None = None
    """The page, as a browser shows it if one took part; None when it is no page."""
    body: bytes | None = None
    """The page as it came, unpacked; None when it is no page."""
    shown: Shown | None = None
    """What a browser made of it; None when none took part."""
    recognised: Recognised | None = None
    """What it was taken for; None when nothing could be told."""
    films: list[Film] = field(default_factory=list)
    """Its films."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """What was not asked for or did not come, and why."""
    tools: list[ToolNote] = field(default_factory=list)
    """What took part."""
    fault: PurportError | None = None
    """Why it failed; None when it did not."""


def catch(url: str, line: Line, helpers: Helpers) -> Caught:
    """Visit an address, and take in what is there.

    Args:
        url: The address.
        line: Folder, door, limits; every exchange is added to it.
        helpers: Programs that may take part.

    Returns:
        What came, also when it failed: then with the fault.

    Raises:
        RefusedAddressError: The address itself is not to be visited: nothing was asked.
    """
    visitor = Visitor(line)
    caught = Caught(url=url, exchanges=line.exchanges)
    try:
        _arrive(caught, visitor, helpers)
    except RefusedAddressError as error:
        if not line.exchanges:
            raise
        caught.fault = error
    except NotCapturedError as error:
        caught.fault = error
    if caught.fault is None and caught.recognised is not None:
        caught.fault = _state_fault(caught, caught.recognised)
    return caught


def ending_fault(found: Exchange) -> NotCapturedError | None:
    """Return the fault of an exchange that did not end well; None when it did."""
    words = {
        Ending.WHOLE: None,
        Ending.CUT_OFF: f"the connection broke off after {_came(found)} bytes of its body"
        + _announced(found),
        Ending.TOO_LONG: f"goes on beyond the limit: {_came(found)} bytes came" + _announced(found),
        Ending.TOO_SLOW: f"came too slowly: {_came(found)} bytes in "
        f"{(found.ended_utc - found.started_utc).total_seconds():.0f} s",
        Ending.MALFORMED: "answers with something that is no HTTP",
    }[found.ending]
    if words is None and _is_part(found):
        stated = found.header("content-range") or "it does not say which"
        words = f"gives a part, and was asked for all ({stated[:80]})"
    if words is None:
        return None
    remedy = "Try again later; what came is kept as a record of the attempt."
    if found.ending is Ending.TOO_LONG:
        remedy = "Raise --largest if that is what you expect there."
    return NotCapturedError(found.url, words, remedy=remedy)


def _came(found: Exchange) -> int:
    return found.response_bytes - found.body_at


def _announced(found: Exchange) -> str:
    stated = found.header("content-length")
    return f", {stated[:20]} were announced" if stated else ""


def _arrive(caught: Caught, visitor: Visitor, helpers: Helpers) -> None:
    found = _go(caught, visitor, caught.url)
    for _ in range(visitor.line.limits.redirects):
        kind = _kind_of(found)
        if kind not in _PAGE_TYPES:
            _take_file(caught, visitor, kind, helpers)
            return
        page = _read_page(caught, found, visitor)
        leads_to = page.leads_to
        if leads_to is None and helpers.browser is None:
            leads_to = page.leads_to_without_scripts
        if leads_to is None or leads_to == found.url or len(page.text) > 500:  # noqa: PLR2004 - a page with words is no redirect
            break
        found = _go(caught, visitor, leads_to)
    _take_page(caught, visitor, helpers)


def _go(caught: Caught, visitor: Visitor, url: str) -> Exchange:
    found = visitor.visit(url, headers=_ACCEPT)
    caught.final = found
    fault = ending_fault(found)
    if fault is not None:
        raise fault
    return found


def _kind_of(found: Exchange) -> str | None:
    """Return what it is by its first bytes, else by what the server states."""
    seen = seen_type(body_head(found))
    if seen in {None, "application/xml"} and declared_type(found) in _PAGE_TYPES | {None}:
        return "text/html"
    return seen or declared_type(found)


def _read_page(caught: Caught, found: Exchange, visitor: Visitor) -> Page:
    caught.body = read_body(found, most_bytes=visitor.line.limits.largest_page_bytes)
    caught.page = parse_page(caught.body, found.url, encoding=declared_encoding(found))
    return caught.page


def _take_file(caught: Caught, visitor: Visitor, kind: str | None, helpers: Helpers) -> None:
    """Take in what is no page: a film, a picture, a document."""
    found = _final(caught)
    caught.page = caught.body = None
    if (found.status or 0) >= 400:  # noqa: PLR2004 - RFC 9110, 15.5
        caught.recognised = recognise(_NO_PAGE, _arrival(caught, expects_film=False))
        return
    if kind == _PLAYLIST:
        _download(caught, visitor, helpers)
        state = PageState.CONTENT if caught.films else PageState.EMPTY_PLAYER
        signs = () if caught.films else ("it is a playlist, and no film came by it",)
        caught.recognised = Recognised(state=state, signs=signs)
        return
    if found.response_bytes == found.body_at:
        caught.recognised = Recognised(state=PageState.EMPTY, signs=("it has no bytes",))
        return
    if _is_kept(kind) or (kind or "").startswith("image/"):
        _keep_film(caught, visitor, found)
    caught.recognised = Recognised(state=PageState.CONTENT, signs=())


def _take_page(caught: Caught, visitor: Visitor, helpers: Helpers) -> None:
    found, page = _final(caught), caught.page or _NO_PAGE
    good = found.status is not None and found.status < 400  # noqa: PLR2004 - RFC 9110, 15.5
    shown = _show(caught, visitor, helpers.browser) if helpers.browser is not None else None
    if shown is None and good:
        _load_parts(caught, visitor, page)
    page = shown or page
    if good:
        _load_films(caught, visitor, page)
        if not caught.films:
            _download(caught, visitor, helpers)
    caught.recognised = recognise(page, _arrival(caught, expects_film=bool(page.films)))


def _show(caught: Caught, visitor: Visitor, browser: Path) -> Page | None:
    try:
        shown, renderer = render(visitor, _final(caught), browser)
    except MissingToolError as error:
        caught.tools.append(ToolNote(name="chromium", version="unknown", came=str(error)))
        return None
    caught.refused.extend(renderer.refused)
    if not shown.final_url.startswith(("http://", "https://")):
        came = f"showed a page of its own in place of what came ({shown.final_url[:80]})"
        caught.tools.append(ToolNote(name="chromium", version=shown.version, came=came))
        return None
    caught.shown = shown
    came = f"showed the page; {len(visitor.line.exchanges)} exchanges in all"
    caught.tools.append(ToolNote(name="chromium", version=shown.version, came=came))
    caught.page = parse_page(shown.html, shown.final_url, encoding="utf-8")
    return caught.page


def _load_parts(caught: Caught, visitor: Visitor, page: Page) -> None:
    """Load what a browser would load, one level deep, styles' own pictures too."""
    limits = visitor.line.limits
    wanted = list(page.parts)
    asked = {each.url for each in visitor.line.exchanges}
    for number, url in enumerate(wanted):
        if number >= limits.parts:
            caught.refused.extend(_beyond(wanted[number:], f"the first {limits.parts} parts"))
            return
        if url in asked:
            continue
        asked.add(url)
        found = _try(caught, visitor, url, most_bytes=limits.largest_part_bytes)
        if found is not None and declared_type(found) == "text/css":
            with suppress(NotCapturedError):
                style = read_body(found, most_bytes=limits.largest_page_bytes)
                links = style_links(style.decode("utf-8", "replace"), found.url)
                wanted.extend(link for link in links if link not in asked)


def _load_films(caught: Caught, visitor: Visitor, page: Page) -> None:
    urls = [url for url in page.films if not urlsplit(url).path.endswith((".m3u8", ".mpd"))]
    caught.refused.extend(_beyond(urls[_MOST_FILMS:], f"the first {_MOST_FILMS} films"))
    for url in urls[:_MOST_FILMS]:
        found = _whole_already(visitor.line.exchanges, url) or _try(caught, visitor, url)
        if found is None:
            continue
        try:
            kind = _kind_of(found)
            if _is_kept(kind):
                _keep_film(caught, visitor, found)
            else:
                why = f"is named as a film, and is {kind or 'no film'}"
                caught.refused.append((shown_url(url), why))
        except NotCapturedError as error:  # one that cannot be unpacked takes no other with it
            caught.refused.append((shown_url(url), error.fault))


def _beyond(urls: Sequence[str], limit: str) -> Iterator[tuple[str, str]]:
    """Tell of what was not asked for; a page may name a million parts, and a record is read."""
    yield from ((shown_url(url), f"is beyond {limit}") for url in urls[:_MOST_TOLD])
    if len(urls) > _MOST_TOLD:
        yield "", f"{len(urls) - _MOST_TOLD:,} more are beyond {limit}"


def _whole_already(exchanges: Sequence[Exchange], url: str) -> Exchange | None:
    """Return the exchange that brought all of an address.

    A browser asks films for parts, and is given no more of one than of any part of a page.
    """
    return next((each for each in exchanges if each.url == url and _is_whole(each)), None)


def _is_whole(found: Exchange) -> bool:
    came = found.method == "GET" and found.ending is Ending.WHOLE
    return came and found.status in {_GOOD, _PART} and not _is_part(found)


def _is_part(found: Exchange) -> bool:
    """Tell whether what came is a part, and not all, of what lies at the address."""
    return found.status == _PART and not is_all(found.header("content-range") or "")


def _try(
    caught: Caught, visitor: Visitor, url: str, *, most_bytes: int | None = None
) -> Exchange | None:
    try:
        found = visitor.visit(url, largest_bytes=most_bytes)
    except _TOLD as error:
        caught.refused.append((shown_url(url), str(error)))
        return None
    fault = ending_fault(found)
    if fault is not None:
        caught.refused.append((shown_url(url), fault.fault))
        return None
    if found.status is None or found.status >= 400:  # noqa: PLR2004 - RFC 9110, 15.5
        caught.refused.append((shown_url(url), f"its status is {found.status}"))
        return None
    return found


def _keep_film(caught: Caught, visitor: Visitor, found: Exchange) -> None:
    number = len(caught.films) + 1
    path = visitor.line.folder / f"film-{number}"
    head = write_body(found, path, most_bytes=visitor.line.limits.largest_bytes)
    name = unlike(film_name(found.url, seen_type(head), number=number), _names(caught))
    named = path.with_name(f"film-{number}-{name}")
    path.rename(named)
    caught.films.append(Film(path=named, name=name, url=found.url))


def _download(caught: Caught, visitor: Visitor, helpers: Helpers) -> None:
    if helpers.downloader is None:
        return
    line, found = visitor.line, _final(caught)
    limits = _left_of(line)
    if limits is None:
        came = "was not started: the capture had reached its limits"
        caught.tools.append(ToolNote(name="yt-dlp", version="unknown", came=came))
        return
    folder = line.folder / "downloaded"
    folder.mkdir()
    try:
        got = fetch_media(helpers.downloader, found.url, folder, door=line.door, limits=limits)
    except MissingToolError as error:
        caught.tools.append(ToolNote(name="yt-dlp", version="unknown", came=str(error)))
        return
    caught.refused.extend(got.refused)
    came = got.told or f"brought {len(got.files)} files"
    caught.tools.append(ToolNote(name="yt-dlp", version=got.version, came=came))
    for each in got.files:
        name = unlike(each.path.name, _names(caught))
        caught.films.append(Film(path=each.path, name=name, url=found.url, about=each.about))


def _left_of(line: Line) -> Limits | None:
    """Return how much a program beside us may still take; None: nothing."""
    left_s, left_bytes = line.left_s(), line.limits.bytes_in_all - line.bytes_came
    if left_s <= 0 or left_bytes <= 0:
        return None
    within_s = min(left_s, line.limits.exchange_s)
    return replace(line.limits, exchange_s=within_s, bytes_in_all=left_bytes)


def _is_kept(kind: str | None) -> bool:
    return is_film(kind) or (kind or "").startswith("audio/")


def _names(caught: Caught) -> Sequence[str]:
    return [film.name for film in caught.films]


def _arrival(caught: Caught, *, expects_film: bool) -> Arrival:
    found = _final(caught)
    playable = caught.shown is not None and caught.shown.has_playable
    return Arrival(
        asked_url=caught.url,
        final_url=caught.shown.final_url if caught.shown is not None else found.url,
        status=found.status or 0,
        has_film=bool(caught.films) or playable,
        expects_film=expects_film,
    )


def _final(caught: Caught) -> Exchange:
    if caught.final is None:
        raise NotCapturedError(caught.url, "nothing answered", remedy="Try again later.")
    return caught.final


_STATE_WORDS: dict[PageState, tuple[str, str]] = {
    PageState.LOG_IN_WALL: (
        "a demand to log in",
        "Save it while logged in, and add what you saved.",
    ),
    PageState.CONSENT_WALL: ("a demand to agree first", "Save it in your browser, and add it."),
    PageState.DELETED: ("a notice that it is gone", "Look for it in other archives, and add it."),
    PageState.NOT_FOUND: ("no such page", "Check the address; look for it in other archives."),
    PageState.EMPTY_PLAYER: (
        "a player without a film",
        "Install yt-dlp, or save the film by another way and add it.",
    ),
    PageState.RATE_LIMITED: ("a notice that too much was asked for", "Wait, then try again."),
    PageState.BOT_CHECK: ("a test whether a person asks", "Save it in your browser, and add it."),
    PageState.REFUSED: ("a refusal", "Try from another network, or save it by another way."),
    PageState.SERVER_FAULT: ("a fault of the server", "Try again later."),
    PageState.EMPTY: ("an empty page", "Install Chromium (purport[capture]), or save it yourself."),
}


def _state_fault(caught: Caught, found: Recognised) -> NotCapturedError | None:
    if found.state is PageState.CONTENT:
        return None
    what, remedy = _STATE_WORDS[found.state]
    told = "; ".join(found.signs)
    return NotCapturedError(
        caught.url, f"what came is {what}, not the page ({told})", remedy=remedy
    )
