"""What a capture consists of: exchanges with servers, what was recognised, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from purport.core.digests import Digest, JsonObject

__all__ = [
    "CaptureRecord",
    "Download",
    "Ending",
    "Exchange",
    "ExchangeNote",
    "Limits",
    "PageState",
    "Recognised",
    "Shown",
    "ToolNote",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a capture takes before it gives up."""

    redirects: int = 10
    """Redirects that are followed in a row; browsers follow 20, pages need two or three."""
    largest_bytes: int = 1 << 30
    """Longest body of one response."""
    bytes_in_all: int = 4 << 30
    """All responses together."""
    largest_page_bytes: int = 32 << 20
    """Longest page that is read, unpacked."""
    parts: int = 300
    """Pictures, scripts and styles of one page that are fetched."""
    largest_part_bytes: int = 64 << 20
    """Longest of these."""
    connect_s: float = 15.0
    """Until a connection stands. [s]"""
    silence_s: float = 20.0
    """Without a byte. [s]"""
    exchange_s: float = 900.0
    """One exchange altogether. [s]"""
    capture_s: float = 1800.0
    """The capture altogether. [s]"""
    grace_s: float = 20.0
    """After this the mean rate counts. [s]"""
    least_rate: float = 512.0
    """Slower than this is a drip, not a connection; modems of 1990 gave four times that.
    [bytes/s]"""


class Ending(StrEnum):
    """How an exchange ended."""

    WHOLE = "whole"
    """All that was announced came."""
    CUT_OFF = "cut_off"
    """The connection closed before all that was announced had come."""
    TOO_LONG = "too_long"
    """It went on beyond the limit."""
    TOO_SLOW = "too_slow"
    """It came too slowly, or stopped coming."""
    MALFORMED = "malformed"
    """It is no HTTP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came back, byte for byte."""

    url: str
    """What was asked for."""
    method: str
    """"GET" as a rule."""
    address: str
    """Address of the machine that answered."""
    started_utc: datetime
    """When the request went out."""
    ended_utc: datetime
    """When the last byte came."""
    request: bytes
    """The request as sent."""
    response: Path
    """File with the response as received."""
    response_bytes: int
    """Its length."""
    head_at: int
    """Where in it the final response begins, after interim ones (1xx)."""
    body_at: int
    """Where in it the body begins."""
    status: int | None
    """Status code; None when no header came."""
    reason: str
    """What the server wrote beside the code."""
    headers: tuple[tuple[str, str], ...]
    """Headers of the response in their order, names in lower case."""
    ending: Ending
    """How it ended."""
    certificate: Digest | None
    """SHA-256 of the server's certificate, DER; None without TLS."""
    tls: str | None
    """Version of TLS; None without."""
    excess_bytes: int = 0
    """Bytes that came after the announced end."""

    def header(self, name: str) -> str | None:
        """Return the first header of a name, None when there is none."""
        return next((value for key, value in self.headers if key == name.lower()), None)


class PageState(StrEnum):
    """What a page is, by what came."""

    CONTENT = "content"
    """What was asked for, as far as can be told."""
    LOG_IN_WALL = "log_in_wall"
    """A demand to log in."""
    CONSENT_WALL = "consent_wall"
    """A demand to agree to something before anything is shown."""
    DELETED = "deleted"
    """A notice that it was taken down or made private."""
    NOT_FOUND = "not_found"
    """A notice that there is no such page, by status or in words (a soft 404)."""
    EMPTY_PLAYER = "empty_player"
    """A player without a film."""
    RATE_LIMITED = "rate_limited"
    """A notice that too much was asked for."""
    BOT_CHECK = "bot_check"
    """A test whether a person asks."""
    REFUSED = "refused"
    """A refusal by the server, here or to anybody."""
    SERVER_FAULT = "server_fault"
    """A fault of the server."""
    EMPTY = "empty"
    """Nothing to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a page was taken for, and by what."""

    state: PageState
    """What it is."""
    signs: tuple[str, ...]
    """What gave it away, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeNote:
    """An exchange as the record of a capture names it."""

    url: str
    """What was asked for."""
    address: str
    """Who answered."""
    started_utc: datetime
    """When it was asked."""
    ended_utc: datetime
    """When the last byte came."""
    status: int | None
    """Status code; None when no header came."""
    ending: Ending
    """How it ended."""
    sha256: Digest
    """Of the body as it came, without framing."""
    body_bytes: int
    """Length of that."""
    stated_type: str | None
    """Content type that the server stated; None when it stated none."""
    seen_type: str | None
    """Content type by the first bytes; None when they tell none."""
    certificate: Digest | None = None
    """SHA-256 of the server's certificate, DER; None without TLS."""
    notes: tuple[str, ...] = ()
    """What was off, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolNote:
    """A program that took part."""

    name: str
    """"chromium", "yt-dlp"."""
    version: str
    """As it states it."""
    came: str
    """What came of it, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRecord:
    """All that is known of one capture; preserved as JSON beside the web archive."""

    format: str
    """"purport.capture/1"."""
    url: str
    """What was asked for."""
    final_url: str | None
    """Where redirects led; None when nothing answered."""
    started_utc: datetime
    """When it began."""
    ended_utc: datetime
    """When it ended."""
    state: PageState | None
    """What came; None when nothing did."""
    signs: tuple[str, ...]
    """By what that was told."""
    fault: str | None
    """Why it failed; None when it did not."""
    title: str | None
    """Title of the page; None when it has none."""
    text_sha256: Digest | None
    """Of the words that the page shows, blanks folded; None when it is no page."""
    exchanges: tuple[ExchangeNote, ...]
    """Every request that was answered, in order."""
    refused: tuple[tuple[str, str], ...]
    """Requests that were not made or not answered, with the reason."""
    media: tuple[tuple[str, Digest], ...]
    """Name and digest of each media file that was found."""
    archive: Digest | None
    """SHA-256 of the WACZ; None when nothing was answered."""
    screenshot: Digest | None
    """SHA-256 of the picture of the page; None when no browser took part."""
    tools: tuple[ToolNote, ...]
    """Programs that took part beside Purport."""
    settings: JsonObject
    """Limits and options."""
    software: str
    """"purport 0.1"."""
    before: Digest | None = None
    """Digest of the record of the capture before this one; None for a first."""
    differences: tuple[str, ...] = ()
    """What differs from that one, in words; empty when nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a browser made of a page."""

    html: bytes
    """The page after its scripts ran."""
    text: str
    """The words that it shows."""
    screenshot: bytes | None
    """A picture of the whole page, PNG; None when none could be taken."""
    final_url: str
    """Where scripts led."""
    version: str
    """Version of the browser."""
    has_playable: bool
    """Whether a player on it has something to play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A media file that a downloader brought."""

    path: Path
    """The file."""
    about: Path | None
    """What the downloader wrote about it; None when it wrote nothing."""
