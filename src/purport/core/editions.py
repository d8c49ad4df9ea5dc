"""Editions of a case: what its readers may see, who asked for it and who agreed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from purport.core.digests import Digest, JsonObject
from purport.core.errors import InputError

__all__ = ["LEAST_EMBARGO_H", "Edition", "EditionState", "Safety", "published_edition"]

LEAST_EMBARGO_H = 24
"""Positions are never public sooner after an item's first publication. [h]"""
_USUAL_EMBARGO_H = 72


class EditionState(StrEnum):
    """How far an edition has come."""

    IN_REVIEW = "in review"
    """Somebody asked for it; somebody else is to look."""
    SENT_BACK = "sent back"
    """Somebody else looked, and said no."""
    PUBLISHED = "published"
    """Readers see it."""
    WITHDRAWN = "withdrawn"
    """Readers saw it; now they see why they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What readers are not shown, or not at once."""

    blur_positions: bool = False
    """Whether no coordinate is published, in figures, words or pictures."""
    hide_uploader: bool = True
    """Whether it is kept back who made an item public, where, and under which file name."""
    shown_plain: tuple[Digest, ...] = ()
    """Items that a person has looked at and found fit for everybody; all others are shown blurred
    and grey, and so are these while positions are kept back: graphics in the picture may tell
    them."""
    shown_on_request: tuple[Digest, ...] = ()
    """Items that are graphic, and of which readers may nevertheless have a clear film, behind a
    warning; none unless a person says so, and never while positions are kept back."""
    embargo_h: int = _USUAL_EMBARGO_H
    """How long after an item's first publication its positions, offsets and bearings are kept
    back; at least `LEAST_EMBARGO_H`. [h]"""

    def __post_init__(self) -> None:
        """Refuse an embargo that is too short.

        Raises:
            InputError: It is.
        """
        if self.embargo_h < LEAST_EMBARGO_H:
            raise InputError(
                "embargo",
                f"{self.embargo_h} h is too short; positions stay back at least {LEAST_EMBARGO_H} h"
                " after an item's first publication",
                remedy=f"Give {LEAST_EMBARGO_H} or more; {_USUAL_EMBARGO_H} is usual.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of a case, from the wish to publish it on."""

    number: int
    """Its number, from 1."""
    state: EditionState
    """How far it has come."""
    title: str
    """Its title, for readers."""
    summary: str
    """What it says, in a few sentences."""
    safety: Safety
    """What readers are not shown."""
    correction: str | None
    """What it puts right in the edition before; None when it corrects nothing."""
    document: JsonObject
    """What was reviewed, `purport.published/1`; readers see it without what is not public yet."""
    asked_by: str
    """Who asked for it."""
    asked_utc: datetime
    """When."""
    decided_by: str | None = None
    """Who published it, sent it back or withdrew it, never who asked; None while it waits."""
    decided_utc: datetime | None = None
    """When; None while it waits."""
    published_utc: datetime | None = None
    """When readers first saw it; None when they never did."""
    reason: str | None = None
    """Why it was sent back or withdrawn; None else."""


def published_edition(editions: tuple[Edition, ...]) -> Edition | None:
    """Return the edition that readers are to be shown, withdrawn or not; None when none ever was.

    A later edition takes the place of an earlier one on the day on which it is published.
    """
    seen = [one for one in editions if one.published_utc is not None]
    return max(seen, key=lambda one: one.number, default=None)
