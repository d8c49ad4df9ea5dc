"""Publishing a case: asked for by one person, looked at by another, edition by edition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from purport.casework.reading import case_file
from purport.casework.workspace import Act, Workspace
from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.editions import Edition, EditionState, Safety, published_edition
from purport.core.errors import AbsentError, ConflictError, InputError, UnreviewedError
from purport.reports.published import (
    Wording,
    cover_measures,
    cover_positions,
    is_open,
    published_document,
    readers_view,
    withhold_names,
)
from purport.store import Entry, Stored

__all__ = [
    "MOST_SUMMARY",
    "MOST_TITLE",
    "Correction",
    "EditionDraft",
    "ReadersEdition",
    "ask_for_edition",
    "decide_edition",
    "editions_of",
    "preview_edition",
    "readers_edition",
    "withdraw_edition",
]

MOST_TITLE = 200
"""Longest title. [characters]"""
MOST_SUMMARY = 4000
"""Longest summary. [characters]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionDraft:
    """What somebody wants to publish."""

    key: str
    """Key of the case, the last part of its address."""
    title: str
    """Title for readers."""
    summary: str
    """What the case comes to, in a few sentences."""
    safety: Safety
    """What readers are not shown."""
    correction: str | None = None
    """What it puts right in the edition before; None when it corrects nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A line of the public log of corrections."""

    number: int
    """The edition that put something right."""
    published_utc: datetime
    """When it came out."""
    words: str
    """What it put right, as readers may see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersEdition:
    """What readers are shown of a case at a moment."""

    number: int
    """The edition's number."""
    document: JsonObject | None
    """The document; None when the case was withdrawn."""
    published_utc: datetime
    """When this edition came out."""
    withdrawn: str | None
    """Why the case was withdrawn, without names, positions and measures; None when it stands."""
    corrections: tuple[Correction, ...]
    """What earlier editions and this one put right, the latest first."""
    safety: Safety
    """What readers are not shown."""
    names: tuple[str, ...] = ()
    """Names and addresses of uploaders that readers are not told; empty when they are told all."""


def editions_of(workspace: Workspace) -> tuple[Stored[Edition], ...]:
    """Return all editions of a case as they stand, by number."""
    return tuple(sorted(workspace.store.live(Edition), key=lambda one: one.record.number))


def preview_edition(workspace: Workspace, draft: EditionDraft) -> JsonObject:
    """Return the document that an edition would have, as its reviewer would look at it.

    Raises:
        UnreviewedError: No rating is confirmed.
        InputError: Title or summary are missing or too long.
    """
    title, summary = draft.title.strip(), draft.summary.strip()
    for name, text, most in (("title", title, MOST_TITLE), ("summary", summary, MOST_SUMMARY)):
        if not text:
            raise InputError(name, "is empty", remedy="Readers are to know what the case is about.")
        if len(text) > most:
            raise InputError(
                name,
                f"has {len(text)} characters, at most {most} are taken",
                remedy="Shorten it.",
            )
    wording = Wording(
        key=draft.key,
        number=len(editions_of(workspace)) + 1,
        title=title,
        summary=summary,
        correction=(draft.correction or "").strip() or None,
        made_utc=workspace.now(),
    )
    document = published_document(case_file(workspace), wording, draft.safety)
    if not document["claims"]:
        raise UnreviewedError(
            "publication",
            "no rating of the case is confirmed by a person, and only confirmed ones are published",
            remedy="Confirm or replace ratings in the ledger, or with purport judge.",
        )
    return document


def ask_for_edition(workspace: Workspace, draft: EditionDraft, *, author: str) -> Edition:
    """Put an edition up for review; what is reviewed is what will be published, to the letter.

    Raises:
        UnreviewedError: No rating is confirmed.
        InputError: Title or summary are missing or too long.
        ConflictError: Another edition waits for review.
    """
    editions = editions_of(workspace)
    if any(one.record.state is EditionState.IN_REVIEW for one in editions):
        raise ConflictError(
            "publication",
            "another edition waits for review",
            remedy="Have it published or sent back first.",
        )
    document = preview_edition(workspace, draft)
    correction = document["correction"]
    edition = Edition(
        number=len(editions) + 1,
        state=EditionState.IN_REVIEW,
        title=str(document["title"]),
        summary=str(document["summary"]),
        safety=draft.safety,
        correction=None if correction is None else str(correction),
        document=document,
        asked_by=author,
        asked_utc=workspace.now(),
    )
    _store(workspace, edition, first=True)
    return edition


def decide_edition(
    workspace: Workspace, number: int, *, publish: bool, author: str, reason: str = ""
) -> Edition:
    """Publish an edition that waits, or send it back.

    Args:
        workspace: The case.
        number: The edition's.
        publish: True to publish it.
        author: Who decides; anybody but who asked for it.
        reason: Why it is sent back; not needed to publish.

    Raises:
        AbsentError: There is no such edition.
        ConflictError: It does not wait, or was decided by somebody else meanwhile.
        InputError: Who asked for it wants to publish it, or no reason is given to send it back.
    """
    stored = _edition(workspace, number)
    waiting = stored.record
    if waiting.state is not EditionState.IN_REVIEW:
        raise ConflictError(
            f"edition {number}", f"is {waiting.state.value} already", remedy="Look at it again."
        )
    if publish and author == waiting.asked_by:
        raise InputError(
            f"edition {number}",
            "was asked for by you, and is to be looked at by somebody else",
            remedy="Ask a colleague to look at it, or send it back yourself.",
        )
    if not publish and not reason.strip():
        raise InputError("reason", "is empty", remedy="Say why it is sent back.")
    now = workspace.now()
    decided = replace(
        waiting,
        state=EditionState.PUBLISHED if publish else EditionState.SENT_BACK,
        decided_by=author,
        decided_utc=now,
        published_utc=now if publish else None,
        reason=None if publish else reason.strip(),
    )
    _store(workspace, decided, replaces=stored.digest)
    return decided


def withdraw_edition(workspace: Workspace, *, author: str, reason: str) -> Edition:
    """Take a case back from its readers, who are told why; one person is enough for that.

    Raises:
        AbsentError: Nothing is published.
        InputError: No reason is given.
    """
    if not reason.strip():
        raise InputError("reason", "is empty", remedy="Readers are to know why.")
    published = published_edition(tuple(one.record for one in editions_of(workspace)))
    if published is None or published.state is EditionState.WITHDRAWN:
        raise AbsentError("publication", "there is none", remedy="Nothing needs to be taken back.")
    stored = _edition(workspace, published.number)
    withdrawn = replace(
        published,
        state=EditionState.WITHDRAWN,
        decided_by=author,
        decided_utc=workspace.now(),
        reason=reason.strip(),
    )
    _store(workspace, withdrawn, replaces=stored.digest)
    return withdrawn


def readers_edition(
    editions: Sequence[Edition],
    now: datetime,
    names_of: Callable[[Safety], Sequence[str]] = lambda _: (),
) -> ReadersEdition | None:
    """Return what readers are shown of a case; None when nothing was ever published.

    Args:
        editions: All editions of the case.
        now: The moment, with a time zone.
        names_of: Gives the names that the edition that stands keeps back, wherever they are said.
    """
    edition = published_edition(tuple(editions))
    if edition is None or edition.published_utc is None:
        return None
    names = tuple(names_of(edition.safety))
    unnamed = withhold_names(names)
    withdrawn = None
    if edition.state is EditionState.WITHDRAWN:
        withdrawn = cover_measures(unnamed(edition.reason or ""))
    return ReadersEdition(
        number=edition.number,
        document=None if withdrawn is not None else readers_view(edition.document, now),
        published_utc=edition.published_utc,
        withdrawn=withdrawn,
        corrections=()
        if withdrawn is not None
        else tuple(
            replace(one, words=unnamed(one.words)) for one in _corrections(editions, edition, now)
        ),
        safety=edition.safety,
        names=names,
    )


def _corrections(
    editions: Sequence[Edition], standing: Edition, now: datetime
) -> tuple[Correction, ...]:
    """Return the log, as covered as the edition that stands: an earlier one may have told more."""
    cover: Callable[[str], str] = str
    if standing.safety.blur_positions:
        cover = cover_positions
    items: Any = standing.document["items"]  # JSON
    if not all(is_open(item, now) for item in items):
        cover = cover_measures  # covers positions too
    return tuple(
        Correction(
            number=edition.number,
            published_utc=edition.published_utc,
            words=cover(str(readers_view(edition.document, now)["correction"])),
        )
        for edition in sorted(editions, key=lambda one: -one.number)
        if edition.published_utc is not None and edition.correction is not None
    )


def _edition(workspace: Workspace, number: int) -> Stored[Edition]:
    for stored in editions_of(workspace):
        if stored.record.number == number:
            return stored
    raise AbsentError(f"edition {number}", "there is none", remedy="List the editions.")


def _store(
    workspace: Workspace, edition: Edition, *, replaces: Digest | None = None, first: bool = False
) -> None:
    details: JsonObject = {
        "edition": edition.number,
        "state": edition.state.value,
        "document": digest_json(edition.document),
    }
    entry = Entry(record=edition, replaces=replaces, first=first)
    workspace.record([entry], Act(kind="published", details=details))
