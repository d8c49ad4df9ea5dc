"""What readers say of a published case: comments, flags, offered evidence, and how they stand."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from purport.core.digests import JsonObject

__all__ = [
    "Anchor",
    "AnchorKind",
    "Comment",
    "CommentState",
    "EvidenceKind",
    "EvidenceOffer",
    "EvidenceState",
    "FlagKind",
    "ModerationAction",
    "ModerationLine",
    "TrustRecord",
]


class AnchorKind(StrEnum):
    """What of a case a comment is about."""

    CASE = "case"
    """The case as a whole."""
    CLAIM = "claim"
    """One claim."""
    FRAME = "frame"
    """A moment of an item."""
    POINT = "point"
    """A point on the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What of a case a comment is about."""

    kind: AnchorKind
    """Which kind of thing."""
    claim: str = ""
    """The claim's identifier; empty for other kinds."""
    item: str = ""
    """Digest of the item; empty for other kinds than a frame."""
    time_s: float | None = None
    """When in the item, from its start; None for other kinds. [s]"""
    longitude: float | None = None
    """East of Greenwich, WGS 84; None for other kinds than a point. [degrees]"""
    latitude: float | None = None
    """North of the equator, WGS 84; None for other kinds than a point. [degrees]"""


class CommentState(StrEnum):
    """How a comment stands."""

    SHOWN = "shown"
    """Everybody sees it."""
    WAITING = "waiting"
    """A moderator is to look first; its author sees it."""
    HIDDEN = "hidden"
    """A moderator hid it, and said why."""
    DELETED = "deleted"
    """Its author took it back; its place is kept for the answers to it."""


class FlagKind(StrEnum):
    """Why a reader thinks that a comment should not stand."""

    POSITION = "position"
    """It tells where somebody is, or where to aim."""
    PERSON = "person"
    """It names or exposes a person."""
    ABUSE = "abuse"
    """It insults or threatens."""
    SPAM = "spam"
    """It advertises."""
    FALSE = "false"
    """It misleads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A reader's comment."""

    id: str
    """Its identifier."""
    case: str
    """Key of the case."""
    author: int | None
    """Primary key of the author's account; None once it was removed."""
    name: str
    """The author's name; empty once the account was removed."""
    parent: str | None
    """The comment that it answers; None for none."""
    thread: str
    """The comment that began the thread: itself, or the first above it."""
    anchor: Anchor
    """What it is about."""
    body: str
    """Its words, as they were written (Markdown); empty once its author took them back."""
    state: CommentState
    """How it stands."""
    held_by: tuple[str, ...]
    """Which steps of the moderation held it, for moderators."""
    reason: str
    """Why it is hidden; empty else."""
    featured: bool
    """Whether the desk points at it."""
    created: datetime
    """When it was written."""
    flags: int = 0
    """How many readers flagged it and were not answered yet, for moderators."""


class ModerationAction(StrEnum):
    """What a moderator did."""

    APPROVED = "approved"
    """Showed what waited."""
    HIDDEN = "hidden"
    """Hid it."""
    RESTORED = "restored"
    """Showed what was hidden."""
    FEATURED = "featured"
    """Pointed at it."""
    UNFEATURED = "unfeatured"
    """Did not point at it any more."""
    CLOSED = "closed"
    """Ended the discussion of a case."""
    OPENED = "opened"
    """Began it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModerationLine:
    """A line of the public log of moderation."""

    comment: str
    """The comment; empty for what was done to the whole discussion."""
    action: ModerationAction
    """What was done."""
    reason: str
    """Why."""
    created: datetime
    """When."""


class EvidenceKind(StrEnum):
    """What a reader offers."""

    POSITION = "position"
    """Where something in the footage lies, and by which features that is seen."""
    APPEARANCE = "earlier appearance"
    """That the footage was public before, and where."""
    CORRECTION = "correction"
    """That something in the case is wrong."""


class EvidenceState(StrEnum):
    """What came of offered evidence."""

    WAITING = "waiting"
    """Somebody of the desk is to look at it."""
    ACCEPTED = "accepted"
    """The case took it over."""
    REFUSED = "refused"
    """The case did not."""
    WITHDRAWN = "withdrawn"
    """Its author took it back before anybody decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceOffer:
    """What a reader offers to a case, and what came of it."""

    id: str
    """Its identifier."""
    case: str
    """Key of the case."""
    author: int | None
    """Primary key of the author's account; None once it was removed."""
    name: str
    """The author's name; empty once the account was removed."""
    kind: EvidenceKind
    """What is offered."""
    claim: str
    """The claim that it bears on; empty for none."""
    item: str
    """Digest of the item that it is about; empty for none."""
    body: JsonObject
    """What was said, by field."""
    credited: bool
    """Whether the author wants to be named."""
    state: EvidenceState
    """What came of it."""
    reason: str
    """Why it was refused, or what it was accepted for; empty while it waits."""
    misleading: bool
    """Whether it was refused as made to mislead."""
    decided: datetime | None
    """When that was decided; None while it waits."""
    created: datetime
    """When it was offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRecord:
    """What somebody's standing rests on: what the desk found of their work, not how much it is."""

    accepted: int = 0
    """Offers of evidence that were accepted."""
    misleading: int = 0
    """Offers that were refused as made to mislead."""
    hidden: int = 0
    """Comments that a moderator hid."""
    flags_upheld: int = 0
    """Flags of theirs after which a moderator hid the comment."""
    flags_dismissed: int = 0
    """Flags of theirs after which a moderator let it stand."""
