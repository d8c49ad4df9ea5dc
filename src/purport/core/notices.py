"""What readers are told of the cases that they follow, and by which way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from purport.core.digests import JsonObject

__all__ = [
    "Channel",
    "DeliveryState",
    "Dispatch",
    "Event",
    "EventKind",
    "Hearing",
    "MailPace",
    "Notice",
    "Parcel",
    "PushAddress",
    "QuietHours",
    "Settled",
    "TellingPlan",
    "Wish",
]


class EventKind(StrEnum):
    """What happened to a case that readers may want to hear of."""

    VERDICT_CHANGED = "verdict changed"
    """A new edition rates a part of a claim otherwise."""
    CORRECTION = "correction"
    """A new edition puts something right, or the case was withdrawn."""
    REPLY = "reply"
    """Somebody answered the reader's comment."""
    EVIDENCE_ACCEPTED = "evidence accepted"
    """The desk decided on the reader's evidence, or took over somebody's in a case they follow."""
    COMMENT = "new comment"
    """Somebody wrote about the case or the claim that the reader follows."""


class MailPace(StrEnum):
    """How soon mails are sent."""

    NONE = "none"
    """Never."""
    AT_ONCE = "at once"
    """One for each event."""
    HOURLY = "hourly"
    """One an hour for all that came."""
    DAILY = "daily"
    """One a day for all that came."""


class Channel(StrEnum):
    """By which way something goes out."""

    MAIL = "mail"
    """By e-mail."""
    PUSH = "push"
    """To a browser, by its push service."""


class DeliveryState(StrEnum):
    """How far a mail or push is."""

    WAITING = "waiting"
    """It is to go out when it is due."""
    SENDING = "sending"
    """Somebody began to send it."""
    SENT = "sent"
    """It was taken by the next server."""
    FAILED = "failed"
    """It cannot be delivered, or was tried often enough."""
    UNKNOWN = "unknown"
    """Whoever was sending it died or was cut off: nobody knows, and it is not sent again."""
    SKIPPED = "skipped"
    """It was not needed: the reader had seen it, or was reading the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How somebody wants to hear of one kind of event."""

    in_app: bool
    """Whether it stands in their list of notices."""
    mail: MailPace
    """How soon it is mailed."""
    push: bool
    """Whether it is pushed to the browsers that they let."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When somebody wants to be left alone, by the clock on their wall.

    It goes over midnight when it ends before it begins.
    """

    from_min: int
    """From this minute of the day on. [min]"""
    to_min: int
    """Until this minute of the day. [min]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that readers are to hear of."""

    id: str
    """Its identifier."""
    case: str
    """Key of the case."""
    kind: EventKind
    """What happened."""
    claim: str
    """The claim that it is about; empty for the case."""
    subject: str
    """The comment or the evidence that it is about; empty for none."""
    actor: int | None
    """Primary key of who did it, who is not told; None for the desk, or once they left."""
    actor_name: str
    """Their name; empty for the desk, or once they left."""
    to: int | None
    """Primary key of the one account that is told; None for all that follow."""
    body: JsonObject
    """What else is known of it: no words of anybody, which are taken from what readers see."""
    created: datetime
    """When it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """How somebody can be told of something."""

    user: int
    """Primary key of the account."""
    wishes: Mapping[EventKind, Wish]
    """What they chose; kinds without a choice are as usual."""
    zone: str
    """Their time zone, as the IANA names it."""
    quiet: QuietHours | None
    """When they are left alone; None for never."""
    has_mail: bool
    """Whether they have an address that they confirmed."""
    browsers: tuple[int, ...]
    """Primary keys of the browsers that they let notify them."""
    leaving: bool
    """Whether they asked to be removed: they are told nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """When something goes out."""

    due: datetime
    """Not before."""
    group: str = ""
    """What goes into one mail with it; empty when it goes alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingPlan:
    """By which ways somebody is told of an event."""

    listed: bool
    """Whether it stands in their list of notices."""
    mail: Dispatch | None
    """The mail; None for none."""
    push: Dispatch | None
    """The push to each of their browsers; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An event in somebody's list."""

    id: int
    """Its primary key."""
    event: Event
    """What happened."""
    created: datetime
    """When they were told."""
    seen: datetime | None
    """When they saw it; None when they did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAddress:
    """Where a browser takes pushes, and by which keys it reads them."""

    endpoint: str
    """Address at its push service."""
    p256dh: str
    """Its public key, P-256 uncompressed, base64url."""
    auth: str
    """Its secret of 16 bytes, base64url."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One mail or push that is going out: of one notice, or of all of a group."""

    deliveries: tuple[int, ...]
    """Primary keys of what it carries."""
    user: int
    """Primary key of who gets it."""
    channel: Channel
    """By which way."""
    mail_to: str
    """The confirmed address; empty for a push, or when there is none any more."""
    browser: PushAddress | None
    """The browser; None for a mail."""
    language: str
    """The reader's language; empty when it is not known."""
    zone: str
    """The reader's time zone."""
    events: tuple[Event, ...]
    """What it tells, the earliest first."""
    attempts: int
    """How often it was tried, this time included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a parcel."""

    deliveries: tuple[int, ...]
    """Primary keys of what it carried."""
    state: DeliveryState
    """How it stands."""
    due: datetime | None = None
    """When it is tried again; None when it is not."""
    fault: str = ""
    """What went wrong; empty for nothing."""
    browser_is_gone: bool = False
    """Whether the push service does not know the browser any more."""
