"""What readers are told of the cases that they follow, and by which way."""

from enum import StrEnum

__all__ = ["EventKind", "MailPace"]


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
