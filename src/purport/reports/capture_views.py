"""Captures and archives, arranged for the page: what came, from where, by what, and what did not.

An attempt that failed is told as one, with its reason: it is no evidence of what the page says.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from purport.core.digests import Digest, JsonObject
from purport.core.instants import format_utc
from purport.sources import CaptureRecord, Ending, ExchangeNote, PageState

__all__ = [
    "CaptureKind",
    "CaptureView",
    "CapturedPages",
    "FilmOrigin",
    "view_archive",
    "view_capture",
]

_MOST_TROUBLES = 40
_FAILED_FROM = 400


class CaptureKind(StrEnum):
    """What brought something."""

    CAPTURE = "capture"
    """A page that came."""
    ATTEMPT = "failed capture"
    """What came in its place, or nothing."""
    ARCHIVE = "archive"
    """What somebody else archived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmOrigin:
    """A film that came with a capture."""

    name: str
    """Its file name."""
    digest: Digest
    """SHA-256 of its bytes."""
    in_case: bool
    """Whether it is an item of the case; else it is preserved and could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureView:
    """A capture, or an archive of others, arranged."""

    kind: CaptureKind
    """What it is."""
    digest: Digest
    """SHA-256 of the web archive, or of the record where there is none."""
    heading: str
    """The address asked for, or the archive's name."""
    title: str | None
    """Title of the page; None when it has none."""
    when: str
    """When it was made, in words; empty when that is not known."""
    came: str
    """What came, in words; empty when nothing did."""
    failed: str | None
    """Why it failed; None when it did not."""
    facts: tuple[tuple[str, str], ...]
    """What else is known of it, a name and a text each."""
    trouble: tuple[str, ...]
    """What did not come, or not as it should, and why."""
    differences: tuple[str, ...]
    """What differs from the capture of the same address before it."""
    digests: tuple[tuple[str, Digest], ...]
    """What is preserved of it, by name."""
    films: tuple[FilmOrigin, ...]
    """Films that came with it."""
    screenshot: Digest | None
    """SHA-256 of the picture of the page; None when there is none."""

    @property
    def brought(self) -> bool:
        """Tell whether footage of the case came with it."""
        return any(film.in_case for film in self.films)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCapture:
    """A capture as the dossier shows it."""

    number: int
    """Its number in the dossier, from 1."""
    view: CaptureView
    """The capture."""
    veiled: str | None
    """The picture of its page, blurred for good, as an address that holds it; None: no picture."""
    clear: str | None
    """The picture itself; None as `veiled`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedPages:
    """What captures and archives brought into a case, with the pictures of their pages."""

    captures: Sequence[CaptureView] = ()
    """They."""
    picture: Callable[[CaptureView, bool], bytes | None] = lambda _view, _veiled: None
    """Gives the picture of a page as a JPEG, blurred or not; None where it is not to be shown."""

    def drawn(self) -> tuple[DrawnCapture, ...]:
        """Return them with the pictures in the addresses that show them."""
        return tuple(
            DrawnCapture(
                number=number,
                view=view,
                veiled=self._address(view, veiled=True),
                clear=self._address(view, veiled=False),
            )
            for number, view in enumerate(self.captures, start=1)
        )

    def _address(self, view: CaptureView, *, veiled: bool) -> str | None:
        if view.screenshot is None:
            return None
        picture = self.picture(view, veiled)
        return None if picture is None else f"data:image/jpeg;base64,{b64encode(picture).decode()}"


_CAME: Mapping[PageState, str] = {
    PageState.CONTENT: "the page",
    PageState.LOG_IN_WALL: "a demand to log in, not the page",
    PageState.CONSENT_WALL: "a demand to agree to something, not the page",
    PageState.DELETED: "a notice that it was taken down or made private",
    PageState.NOT_FOUND: "a notice that there is no such page",
    PageState.EMPTY_PLAYER: "a player without a film",
    PageState.RATE_LIMITED: "a notice that too much was asked for",
    PageState.BOT_CHECK: "a test whether a person asks",
    PageState.REFUSED: "a refusal by the server",
    PageState.SERVER_FAULT: "a fault of the server",
    PageState.EMPTY: "nothing to see",
}


def view_capture(
    record: CaptureRecord,
    digest: Digest,
    companions: Sequence[tuple[str, Digest]],
    *,
    in_case: Callable[[Digest], bool],
) -> CaptureView:
    """Arrange a capture of ours.

    Args:
        record: What is known of it.
        digest: SHA-256 of its web archive, or of the record.
        companions: Name and digest of the files beside that.
        in_case: Tells whether a film is an item of the case.
    """
    failed = record.fault is not None
    return CaptureView(
        kind=CaptureKind.ATTEMPT if failed else CaptureKind.CAPTURE,
        digest=digest,
        heading=record.url,
        title=record.title,
        when=_span(record.started_utc, record.ended_utc),
        came="" if record.state is None else _CAME[record.state],
        failed=record.fault,
        facts=tuple(_facts(record)),
        trouble=tuple(_trouble(record)),
        differences=record.differences,
        digests=tuple(dict.fromkeys((*_archive_of(record), *companions, *record.media))),
        films=tuple(
            FilmOrigin(name=name, digest=film, in_case=in_case(film)) for name, film in record.media
        ),
        screenshot=record.screenshot,
    )


def view_archive(
    name: str,
    digests: Sequence[tuple[str, Digest]],
    details: JsonObject,
    *,
    when: datetime | None,
    names_of_films: Mapping[Digest, str],
) -> CaptureView:
    """Arrange an archive that somebody else made.

    Args:
        name: Its file name.
        digests: Name and digest of its files, its own first.
        details: What the custody chain says of it; empty when it says nothing.
        when: When it was taken in; None when the chain does not tell.
        names_of_films: Of the films that came with it and are items of the case, by digest.
    """
    notes = details.get("notes")
    films = details.get("films")
    facts = [("Taken in", "" if when is None else _minute(when))]
    facts += [
        (label, str(details[key]))
        for key, label in (("what", "Kind"), ("verified", "Verified"), ("software", "Made by"))
        if isinstance(details.get(key), str)
    ]
    return CaptureView(
        kind=CaptureKind.ARCHIVE,
        digest=digests[0][1],
        heading=name,
        title=None,
        when=str(details["created"]) if isinstance(details.get("created"), str) else "",
        came="",
        failed=None,
        facts=tuple((label, text) for label, text in facts if text),
        trouble=tuple(str(note) for note in notes) if isinstance(notes, list | tuple) else (),
        differences=(),
        digests=tuple(digests),
        films=tuple(
            FilmOrigin(
                name=names_of_films.get(film, "a film"),
                digest=film,
                in_case=film in names_of_films,
            )
            for film in (Digest(str(one)) for one in films or ())
        )
        if isinstance(films, list | tuple)
        else (),
        screenshot=None,
    )


def _archive_of(record: CaptureRecord) -> tuple[tuple[str, Digest], ...]:
    return () if record.archive is None else (("web archive (WACZ)", record.archive),)


def _facts(record: CaptureRecord) -> Iterator[tuple[str, str]]:
    if record.final_url is not None and record.final_url != record.url:
        yield "Led to", record.final_url
    if record.signs:
        yield "Told by", "; ".join(record.signs)
    page = next((one for one in record.exchanges if one.url == record.final_url), None)
    if page is not None:
        yield "Answered", f"{page.address}, status {page.status}"
    if record.exchanges:
        size = sum(each.body_bytes for each in record.exchanges)
        count = len(record.exchanges)
        yield "Came", f"{count} {'answer' if count == 1 else 'answers'}, {size:,} bytes"
    yield "Made by", record.software
    for tool in record.tools:
        yield tool.name, f"{tool.version}: {tool.came}"
    if record.before is not None and not record.differences:
        yield "Held against the one before", "nothing differs"


def _trouble(record: CaptureRecord) -> Iterator[str]:
    told = [*_odd_exchanges(record.exchanges), *(f"{url}: {why}" for url, why in record.refused)]
    yield from told[:_MOST_TROUBLES]
    if len(told) > _MOST_TROUBLES:
        yield f"and {len(told) - _MOST_TROUBLES} more, in the record"


def _odd_exchanges(exchanges: Sequence[ExchangeNote]) -> Iterator[str]:
    for one in exchanges:
        said = list(one.notes)
        if one.status is None:
            said.insert(0, "no answer that could be read")
        elif one.status >= _FAILED_FROM:
            said.insert(0, f"status {one.status}")
        if one.ending is not Ending.WHOLE:
            said.append(f"ended: {one.ending.value.replace('_', ' ')}")
        if said:
            yield f"{one.url}: {'; '.join(said)}"


def _span(start: datetime, end: datetime) -> str:
    first, last = _minute(start), _minute(end)
    return first if first == last else f"{first} to {last}"


def _minute(instant: datetime) -> str:
    return format_utc(instant.replace(microsecond=0)).replace("T", " ").replace("Z", " UTC")
