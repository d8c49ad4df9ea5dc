"""An opinion on one part of a claim, how several join, and the one guard of precision.

A part can hold several statements ("hit", "by several metres", "a headquarters"). Each is judged by
itself; a part is contradicted when one of its statements is, supported when all of them are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from purport.core.ratings import Confidence, Rating, Stance

__all__ = ["Bearing", "Opinion", "guard_precision", "join_opinions", "not_checkable"]
__all__ += ["unproven", "weakest"]

_ORDER = (Confidence.LOW, Confidence.MODERATE, Confidence.HIGH)
_FIRM = frozenset({Rating.SUPPORTED, Rating.PARTLY_SUPPORTED, Rating.CONTRADICTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """How one finding bears on the part in question."""

    finding: str
    """Identifier of the finding."""
    stance: Stance
    """How it bears."""
    reason: str
    """Why, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one rule thinks of one statement."""

    rating: Rating
    """The rating."""
    confidence: Confidence
    """Quality of the basis."""
    confidence_reason: str
    """Why that confidence."""
    because: tuple[str, ...]
    """The argument, in plain sentences."""
    probability: float | None = None
    """How probable that the statement is true as stated; None where no number exists."""
    bearings: tuple[Bearing, ...] = ()
    """The findings for, against and beside."""
    impossible: tuple[str, ...] = ()
    """What was impossible, and why."""
    would_change: tuple[str, ...] = ()
    """What would settle it."""


def not_checkable(reason: str, *, would_change: Sequence[str] = ()) -> Opinion:
    """Form the opinion that no method could answer this from any footage of this kind."""
    return Opinion(
        rating=Rating.NOT_CHECKABLE,
        confidence=Confidence.HIGH,
        confidence_reason="It follows from the words of the claim and the nature of such footage.",
        because=(reason,),
        impossible=(reason,) if would_change else (),
        would_change=tuple(would_change),
    )


def unproven(
    because: str, *, impossible: Sequence[str] = (), would_change: Sequence[str] = ()
) -> Opinion:
    """Form the opinion that nothing was found that bears on it."""
    return Opinion(
        rating=Rating.UNPROVEN,
        confidence=Confidence.LOW,
        confidence_reason="Nothing was measured that bears on it.",
        because=(because,),
        impossible=tuple(impossible),
        would_change=tuple(would_change),
    )


def weakest(confidences: Iterable[Confidence]) -> Confidence:
    """Return the lowest of several; low when there is none."""
    return min(confidences, key=_ORDER.index, default=Confidence.LOW)


def guard_precision(opinion: Opinion) -> Opinion:
    """Turn a firm rating of low confidence into Unproven, and say so.

    Low confidence alone supports and contradicts nothing: a false "Contradicted" can destroy
    somebody's credibility, and a false "Supported" somebody's claim to the contrary.
    """
    if opinion.rating not in _FIRM or opinion.confidence is not Confidence.LOW:
        return opinion
    said = (
        f"The evidence points to “{opinion.rating.value}”, but its confidence is low; that does "
        "not suffice."
    )
    return replace(opinion, rating=Rating.UNPROVEN, because=(*opinion.because, said))


def join_opinions(opinions: Sequence[Opinion]) -> Opinion:
    """Join the opinions on the statements of one part; there is at least one."""
    guarded = [guard_precision(opinion) for opinion in opinions]
    rating = _join_ratings([opinion.rating for opinion in guarded])
    deciding = [one for one in guarded if _decides(one.rating, rating)]
    confidence = weakest(one.confidence for one in deciding)
    numbers = [one.probability for one in guarded if one.probability is not None]
    return Opinion(
        rating=rating,
        probability=numbers[0] if len(guarded) == len(numbers) == 1 else None,
        confidence=confidence,
        confidence_reason=next(
            one.confidence_reason for one in deciding if one.confidence is confidence
        ),
        because=_distinct(sentence for one in guarded for sentence in one.because),
        bearings=_join_bearings(bearing for one in guarded for bearing in one.bearings),
        impossible=_distinct(sentence for one in guarded for sentence in one.impossible),
        would_change=_distinct(sentence for one in guarded for sentence in one.would_change),
    )


def _join_ratings(ratings: Sequence[Rating]) -> Rating:
    found = set(ratings)
    if Rating.CONTRADICTED in found:
        return Rating.CONTRADICTED
    if len(found) == 1:
        return ratings[0]
    if found & {Rating.SUPPORTED, Rating.PARTLY_SUPPORTED}:
        return Rating.PARTLY_SUPPORTED
    return Rating.UNPROVEN


def _decides(rating: Rating, joined: Rating) -> bool:
    """Tell whether an opinion is among those that make the joined rating what it is."""
    if joined is Rating.PARTLY_SUPPORTED:
        return rating in {Rating.SUPPORTED, Rating.PARTLY_SUPPORTED}
    return rating is joined


def _join_bearings(bearings: Iterable[Bearing]) -> tuple[Bearing, ...]:
    """Keep one bearing for each finding and stance, with all its reasons."""
    grouped: dict[tuple[str, Stance], list[str]] = {}
    for bearing in bearings:
        grouped.setdefault((bearing.finding, bearing.stance), []).append(bearing.reason)
    return tuple(
        Bearing(finding=finding, stance=stance, reason=" ".join(_distinct(reasons)))
        for (finding, stance), reasons in grouped.items()
    )


def _distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
