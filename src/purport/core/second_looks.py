"""A second look: points that a colleague placed without seeing the first person's."""

from dataclasses import dataclass
from datetime import datetime

from purport.core.digests import Digest, JsonObject

__all__ = ["LookedAt", "SecondLook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One thing that was placed in a second look; no check reads it."""

    kind: str
    """A kind of mark: "control_point", "impact" or "target"."""
    values: JsonObject
    """Frame, pixel and map position, as a mark of that kind has them; its "label", when it has one,
    says what it is, so that it can be held against the first person's of the same label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondLook:
    """What a colleague placed on an item without seeing what others had placed."""

    id: str
    """"s" and the first 12 digits of the digest of item, author and when it was begun."""
    item: Digest
    """The media item."""
    author: str
    """Who looked."""
    begun_utc: datetime
    """When they began; from then on they were shown nobody else's points."""
    placed: tuple[LookedAt, ...] = ()
    """What they placed; empty while they are at it."""
    handed_in_utc: datetime | None = None
    """When they handed it in; None while they are at it. Only then may they see the others'."""
    note: str | None = None
    """What they say of it; None when nothing."""
