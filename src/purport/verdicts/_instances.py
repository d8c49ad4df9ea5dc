"""From single strikes to a statement about some or all of them.

A claim about "targets hit" is read as: at least one of those shown was; others that were not leave
it partly supported, unless it speaks of "at least one" to begin with. A claim about "all targets"
or "exclusively" this group is read as: every one of them. One counter-example contradicts the
second kind and never the first; examples support the first kind and never prove the second while
strikes remain unseen. An instance known only with low confidence is left open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from purport.core.ratings import Confidence, Rating, Stance
from purport.verdicts._opinions import Bearing, Opinion, weakest
from purport.verdicts.records import JudgingRules

__all__ = ["Holds", "Instance", "Scope", "holds_by_number", "weigh_instances"]


class Holds(Enum):
    """Whether the statement holds of one instance."""

    YES = auto()
    NO = auto()
    OPEN = auto()


class Scope(Enum):
    """Of how many instances the claim says it."""

    ONE = auto()
    """Of at least one, in so many words: "at least one of the bombs"."""
    SOME = auto()
    """Of those it speaks of, without saying of how many: "targets were hit"."""
    EVERY = auto()
    """Of every one: "all", "exclusively"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One strike, or one place, of which the statement may hold."""

    finding: str | None
    """Identifier of the finding that tells; None when it rests on what is recorded of an item."""
    holds: Holds
    """Whether it holds."""
    confidence: Confidence
    """Quality of that basis."""
    confidence_reason: str
    """Why."""
    subject: str
    """What it is about, as sentences begin ("Strike 1 in clip.mp4")."""
    tells: str
    """What was found, as the sentence goes on after a colon, without full stop."""
    probability: float | None = None
    """Probability that it holds; None where no number exists."""

    @property
    def sentence(self) -> str:
        """Return subject and finding as a sentence."""
        return f"{self.subject}: {self.tells}."

    def settled(self) -> Holds:
        """Return whether it holds as far as the confidence carries."""
        return Holds.OPEN if self.confidence is Confidence.LOW else self.holds


def holds_by_number(probability: float, rules: JudgingRules) -> Holds:
    """Decide by a probability."""
    if probability >= rules.supported_from:
        return Holds.YES
    return Holds.NO if probability <= rules.contradicted_to else Holds.OPEN


def weigh_instances(
    instances: Sequence[Instance], *, scope: Scope, claimed: float | None, rules: JudgingRules
) -> Opinion:
    """Judge a statement about some or every instance by those that were seen.

    Args:
        instances: Those seen, each once; at least one.
        scope: Of how many the claim says it.
        claimed: How many instances the claim itself counts; None when it counts none.
        rules: The rules.

    Uncertainty:
        Instances are not taken as independent: the probability of "some" lies between the largest
        single one and the sum, that of "every" between one minus the sum of the complements and the
        smallest. The end that speaks against the rating is used.
    """
    unseen = claimed > len(instances) if claimed is not None else scope is Scope.EVERY
    rating = _rate(instances, rules, scope, unseen=unseen)
    probability = _probability(instances, rating, scope, unseen=unseen)
    confidence, reason = _confidence(instances, rating, scope, probability=probability)
    return Opinion(
        rating=rating,
        probability=probability,
        confidence=confidence,
        confidence_reason=reason,
        because=(*_sentences(instances), *_remarks(instances, scope, claimed)),
        bearings=tuple(_bearing(one.finding, one) for one in instances if one.finding is not None),
    )


def _sentences(instances: Sequence[Instance]) -> tuple[str, ...]:
    """Write what was found, once for all instances of which the same was found."""
    grouped: dict[str, list[str]] = {}
    for one in instances:
        grouped.setdefault(one.tells, []).append(one.subject)
    return tuple(f"{'; '.join(subjects)}: {tells}." for tells, subjects in grouped.items())


def _some(instances: Sequence[Instance], rules: JudgingRules, *, unseen: bool) -> Rating:
    found = [one.settled() for one in instances]
    if Holds.YES in found:
        whole = not unseen and Holds.NO not in found
        return Rating.SUPPORTED if whole else Rating.PARTLY_SUPPORTED
    if (
        set(found) == {Holds.NO}
        and not unseen
        and _highest_some(instances) <= rules.contradicted_to
    ):
        return Rating.CONTRADICTED
    return Rating.UNPROVEN


def _rate(
    instances: Sequence[Instance], rules: JudgingRules, scope: Scope, *, unseen: bool
) -> Rating:
    if scope is Scope.EVERY:
        return _every(instances, rules, unseen=unseen)
    if scope is Scope.ONE and Holds.YES in {one.settled() for one in instances}:
        return Rating.SUPPORTED
    return _some(instances, rules, unseen=unseen)


def _every(instances: Sequence[Instance], rules: JudgingRules, *, unseen: bool) -> Rating:
    found = [one.settled() for one in instances]
    if Holds.NO in found:
        return Rating.CONTRADICTED
    if set(found) != {Holds.YES}:
        return Rating.UNPROVEN
    sure = not unseen and _lowest_every(instances) >= rules.supported_from
    return Rating.SUPPORTED if sure else Rating.PARTLY_SUPPORTED


def _highest_some(instances: Sequence[Instance]) -> float:
    return min(1.0, sum(one.probability or 0.0 for one in instances))


def _lowest_every(instances: Sequence[Instance]) -> float:
    doubts = (1.0 - one.probability for one in instances if one.probability is not None)
    return max(0.0, 1.0 - sum(doubts))


def _probability(
    instances: Sequence[Instance], rating: Rating, scope: Scope, *, unseen: bool
) -> float | None:
    numbers = [one.probability for one in instances if one.probability is not None]
    if len(numbers) != len(instances):
        return None
    if rating is Rating.CONTRADICTED:
        return min(numbers) if scope is Scope.EVERY else _highest_some(instances)
    if rating is Rating.SUPPORTED:
        return _lowest_every(instances) if scope is Scope.EVERY else max(numbers)
    alone = len(numbers) == 1 and not unseen and rating is Rating.UNPROVEN
    return numbers[0] if alone else None


def _deciding(instances: Sequence[Instance], rating: Rating) -> Sequence[Instance]:
    """Return the instances on which the rating rests; all of them when it rests on none."""
    wanted = {
        Rating.SUPPORTED: Holds.YES,
        Rating.PARTLY_SUPPORTED: Holds.YES,
        Rating.CONTRADICTED: Holds.NO,
    }.get(rating)
    return [one for one in instances if one.settled() is wanted] or instances


def _confidence(
    instances: Sequence[Instance], rating: Rating, scope: Scope, *, probability: float | None
) -> tuple[Confidence, str]:
    """One good example suffices for "some", one good counter-example against "every"."""
    if rating is Rating.UNPROVEN and probability is None:
        return Confidence.LOW, "What was found does not decide it."
    deciding = _deciding(instances, rating)
    supported = rating in {Rating.SUPPORTED, Rating.PARTLY_SUPPORTED}
    one_suffices = (supported and scope is not Scope.EVERY) or (
        rating is Rating.CONTRADICTED and scope is Scope.EVERY
    )
    confidences = [one.confidence for one in deciding]
    high = one_suffices and Confidence.HIGH in confidences
    confidence = Confidence.HIGH if high else weakest(confidences)
    reason = next(one.confidence_reason for one in deciding if one.confidence is confidence)
    return confidence, reason


def _remarks(instances: Sequence[Instance], scope: Scope, claimed: float | None) -> tuple[str, ...]:
    seen = len(instances)
    if claimed is not None and claimed > seen:
        return (f"The claim speaks of {claimed:g}; {seen} could be looked at.",)
    if scope is Scope.EVERY:
        return (
            ("Examples alone do not show that it holds of every one.",) if claimed is None else ()
        )
    return ()


def _bearing(finding: str, instance: Instance) -> Bearing:
    stances = {Holds.YES: Stance.SUPPORTS, Holds.NO: Stance.CONTRADICTS, Holds.OPEN: Stance.NEUTRAL}
    return Bearing(
        finding=finding,
        stance=stances[instance.holds],
        reason=f"{instance.sentence} Confidence: {instance.confidence.value}.",
    )
