"""The scales, which never mix: rating, authenticity, likelihood, confidence, workflow, stance."""

from enum import StrEnum

__all__ = [
    "Authenticity",
    "Confidence",
    "Likelihood",
    "Rating",
    "ReviewState",
    "Stance",
    "Workflow",
    "likelihood_of",
]


class Rating(StrEnum):
    """Rating of a claim part."""

    SUPPORTED = "Supported"
    PARTLY_SUPPORTED = "Partly supported"
    UNPROVEN = "Unproven"
    CONTRADICTED = "Contradicted"
    NOT_CHECKABLE = "Not checkable"


class ReviewState(StrEnum):
    """Whether a person stands behind a rating."""

    PROPOSED = "proposed, not reviewed"
    REVIEWED = "reviewed"


class Workflow(StrEnum):
    """How far the work on a case is."""

    TO_DO = "To do"
    IN_PROGRESS = "In progress"
    HELP_NEEDED = "Help needed"
    READY_FOR_REVIEW = "Ready for review"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


class Authenticity(StrEnum):
    """Authenticity of an item in use (schema.org MediaReview); several may hold."""

    ORIGINAL = "Original"
    DECONTEXTUALIZED = "Decontextualized"
    EDITED_OR_CROPPED = "EditedOrCropped"
    TRANSFORMED = "Transformed"
    STAGED = "Staged"
    SATIRE_OR_PARODY = "SatireOrParody"


class Confidence(StrEnum):
    """Quality of the basis of a judgement (ICD 203)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


class Likelihood(StrEnum):
    """Words for probabilities (ICD 203)."""

    ALMOST_NO_CHANCE = "almost no chance"
    VERY_UNLIKELY = "very unlikely"
    UNLIKELY = "unlikely"
    ROUGHLY_EVEN = "roughly even chance"
    LIKELY = "likely"
    VERY_LIKELY = "very likely"
    ALMOST_CERTAIN = "almost certain"


class Stance(StrEnum):
    """How a finding bears on a claim part; it stands on the evidence link, not on the finding."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    NEUTRAL = "neutral"
    NOT_APPLICABLE = "not applicable"


_UPPER_ENDS = (
    (0.05, Likelihood.ALMOST_NO_CHANCE),
    (0.20, Likelihood.VERY_UNLIKELY),
    (0.45, Likelihood.UNLIKELY),
    (0.55, Likelihood.ROUGHLY_EVEN),
    (0.80, Likelihood.LIKELY),
    (0.95, Likelihood.VERY_LIKELY),
    (1.0, Likelihood.ALMOST_CERTAIN),
)


def likelihood_of(probability: float) -> Likelihood:
    """Put a probability into words; a boundary belongs to the word nearer to even chance.

    Raises:
        ValueError: The probability is outside 0 to 1.

    References:
        ICD 203 (2015), table in D.6.e.2.

    Examples:
        >>> likelihood_of(0.97).value
        'almost certain'
    """
    if not 0.0 <= probability <= 1.0:
        message = f"a probability lies in 0 to 1, got {probability}"
        raise ValueError(message)
    for upper, word in _UPPER_ENDS:
        below = probability < upper if upper <= 0.45 else probability <= upper  # noqa: PLR2004
        if below:
            return word
    return Likelihood.ALMOST_CERTAIN
