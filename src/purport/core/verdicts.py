"""Verdicts: for each part of each claim a rating, and why."""

from dataclasses import dataclass

from purport.core.claims import Part
from purport.core.ratings import Confidence, Likelihood, Rating, ReviewState, Stance

__all__ = ["EvidenceLink", "Verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLink:
    """How one finding bears on one part of one claim."""

    finding: str
    """Identifier of the finding."""
    claim: str
    """Identifier of the claim."""
    part: Part
    """The part of the claim."""
    stance: Stance
    """How it bears on it."""
    reason: str
    """Why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one part of one claim."""

    claim: str
    """Identifier of the claim."""
    part: Part
    """The part."""
    rating: Rating
    """The rating."""
    likelihood: Likelihood | None
    """How probable that the part is true as stated; None where no number exists."""
    probability: float | None
    """The number behind `likelihood`; None where none exists."""
    confidence: Confidence
    """Quality of the basis."""
    confidence_reason: str
    """Why that confidence."""
    because: tuple[str, ...]
    """The argument, in plain sentences."""
    links: tuple[EvidenceLink, ...]
    """The findings for and against, with stance and reason."""
    tried: tuple[str, ...]
    """What was tried."""
    impossible: tuple[str, ...]
    """What was impossible, and why: missing inputs, refusals."""
    would_change: tuple[str, ...]
    """What would settle it or change it."""
    review: ReviewState = ReviewState.PROPOSED
    """Whether a person stands behind it."""
    reviewer: str | None = None
    """Who; None while it is proposed."""
