"""What a reader is told of an event: put together from what readers are shown, at that moment.

Nothing of it is kept with the event. A case that is blurred, corrected or withdrawn between the
event and its mail is told as it stands when the mail goes out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from purport.casework.publishing import ReadersEdition
from purport.core.digests import JsonObject
from purport.core.notices import Event, EventKind
from purport.reports.published import cover_measures

__all__ = ["Change", "Telling", "tell"]

_MOST_WORDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part of a claim that is rated otherwise."""

    part: str
    """Which part."""
    before: str | None
    """How it was rated; None when it was not."""
    after: str | None
    """How it is rated; None when it is no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a reader is told of an event; without positions, distances or directions."""

    event: Event
    """What happened."""
    title: str
    """Title of the case; empty when readers are not shown it."""
    claimant: str
    """Whose claim it is about; empty for none, or when readers are not shown it."""
    changes: tuple[Change, ...]
    """What is rated otherwise."""
    words: str
    """The correction, or why the case was withdrawn; empty for none."""
    withdrawn: bool
    """Whether the case was withdrawn."""


def tell(event: Event, edition: ReadersEdition | None) -> Telling:
    """Put together what a reader is told of an event.

    Args:
        event: What happened.
        edition: What readers are shown of the case now; None when nothing is published.
    """
    document = None if edition is None else edition.document
    if document is None:
        why = "" if edition is None else edition.withdrawn or ""
        return Telling(
            event=event,
            title="",
            claimant="",
            changes=(),
            words=_covered(why) if event.body.get("withdrawn") else "",
            withdrawn=edition is not None,
        )
    return Telling(
        event=event,
        title=_covered(str(document["title"])),
        claimant=_claimant(document, event.claim),
        changes=_changes(event) if _claimant(document, event.claim) else (),
        words=_correction(event, edition),
        withdrawn=False,
    )


def _claimant(document: JsonObject, claim: str) -> str:
    claims: list[Mapping[str, object]] = document["claims"]  # type: ignore[assignment]  # JSON
    return next((_covered(str(one["claimant"])) for one in claims if one["id"] == claim), "")


def _changes(event: Event) -> tuple[Change, ...]:
    parts: list[Mapping[str, str | None]] = event.body.get("parts", [])  # type: ignore[assignment]  # JSON
    return tuple(
        Change(part=str(one["part"]), before=one["before"], after=one["after"]) for one in parts
    )


def _correction(event: Event, edition: ReadersEdition | None) -> str:
    if event.kind is not EventKind.CORRECTION or edition is None:
        return ""
    told = (one.words for one in edition.corrections if one.number == event.body.get("edition"))
    return _covered(next(told, ""))


def _covered(text: str) -> str:
    """Cover what is no reader's mail's business, whether or not the case tells it by now."""
    covered = cover_measures(text)
    return covered if len(covered) <= _MOST_WORDS else covered[:_MOST_WORDS].rstrip() + "…"
