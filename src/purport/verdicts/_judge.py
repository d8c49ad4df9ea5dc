"""From claims and findings to a verdict on every part of every claim."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from purport.core.claims import Claim, Part, Relation, RelationKind, SlotAttr
from purport.core.findings import CANNOT_TELL, Finding, NotRun
from purport.core.ratings import Rating, Stance, likelihood_of
from purport.core.verdicts import EvidenceLink, Verdict
from purport.verdicts._authentic import AUTHENTIC_SLOTS, judge_authentic
from purport.verdicts._how_many import COUNT_SLOTS, judge_how_many
from purport.verdicts._opinions import Opinion, guard_precision, not_checkable
from purport.verdicts._reading import CaseReading, read_case
from purport.verdicts._row_rules import judge_row_part
from purport.verdicts._what import WHAT_SLOTS, judge_what
from purport.verdicts._when import judge_when
from purport.verdicts._where import judge_where
from purport.verdicts._who import judge_who
from purport.verdicts.records import JudgedInputs

__all__ = ["judge", "slots_of_part"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartRule:
    """How one part is judged."""

    asks: str
    """The part, as it stands in "the claim states nothing about …"."""
    slots: tuple[SlotAttr, ...]
    """Slots that state something about it."""
    checks: tuple[str, ...]
    """Checks whose findings bear on it."""
    judge: Callable[[Claim, CaseReading], Opinion]
    """The rule."""


_RULES: Mapping[Part, _PartRule] = {
    Part.AUTHENTIC: _PartRule(
        asks="where footage comes from or whether it is genuine",
        slots=AUTHENTIC_SLOTS,
        checks=("edits", "provenance", "reuse"),
        judge=judge_authentic,
    ),
    Part.WHERE: _PartRule(
        asks="where it happened", slots=(SlotAttr.PLACE,), checks=("place",), judge=judge_where
    ),
    Part.WHEN: _PartRule(
        asks="when it happened",
        slots=(SlotAttr.TIME,),
        checks=("provenance", "reuse"),
        judge=judge_when,
    ),
    Part.WHO: _PartRule(
        asks="who was hit",
        slots=(SlotAttr.TARGET_GROUP,),
        checks=("control", "impacts", "place"),
        judge=judge_who,
    ),
    Part.WHAT: _PartRule(
        asks="what was hit, and with what result",
        slots=WHAT_SLOTS,
        checks=("impacts", "place"),
        judge=judge_what,
    ),
    Part.HOW_MANY: _PartRule(
        asks="how many",
        slots=COUNT_SLOTS,
        checks=("impacts", "reuse"),
        judge=judge_how_many,
    ),
}

_GIVE_FOOTAGE = "The footage that the claim is about (`purport add`)."
_SHORT_QUOTE = 160


def judge(case: JudgedInputs) -> tuple[Verdict, ...]:
    """Judge each of the six parts of every claim.

    Every claim gets exactly one verdict for each part, in the order of the claims and of `Part`. A
    part about which the claim states nothing is "Not checkable", with that reason. Every verdict is
    proposed until a person confirms it. The result depends on no order of findings or items, and a
    check that did not run changes no rating.

    Args:
        case: All that judging reads.

    Returns:
        The verdicts, six a claim.

    Raises:
        ConsistencyError: A finding is about an item that is not among the case's.
    """
    reading = read_case(case)
    opinions = {
        (claim.id, part): _judge_part(claim, part, reading)
        for claim in case.claims
        for part in Part
    }
    return tuple(
        _verdict(claim, part, _with_relations(claim, part, case.claims, opinions), reading)
        for claim in case.claims
        for part in Part
    )


def slots_of_part(part: Part) -> tuple[SlotAttr, ...]:
    """Return the attributes of the slots that state something about a part."""
    return _RULES[part].slots


def _judge_part(claim: Claim, part: Part, case: CaseReading) -> Opinion:
    rule, row = _RULES[part], case.rows.get(claim.id)
    if row is not None:
        return guard_precision(judge_row_part(part, row.facts, row.finding, case.rules))
    if not _states(claim, part):
        return not_checkable(f"The claim states nothing about {rule.asks}.")
    opinion = guard_precision(rule.judge(claim, case))
    if not claim.hedges or opinion.rating is Rating.NOT_CHECKABLE:
        return opinion
    words = ", ".join(f"“{span.exact}”" for span in claim.hedges)
    hedge = (
        f"The claim is hedged ({words}); what is rated is the statement, not how firmly it is made."
    )
    return replace(opinion, because=(*opinion.because, hedge))


def _states(claim: Claim, part: Part) -> bool:
    return any(slot.attr in _RULES[part].slots for slot in claim.slots)


def _verdict(claim: Claim, part: Part, opinion: Opinion, case: CaseReading) -> Verdict:
    row = case.rows.get(claim.id)
    unrated = opinion.rating is Rating.NOT_CHECKABLE
    checks = () if unrated or row is not None else _RULES[part].checks
    findings = case.of(checks) if row is None or unrated else (row.finding,)
    missing = _missing(checks, case) if checks else ()
    impossible = _impossible(checks, case) if checks else ()
    return Verdict(
        claim=claim.id,
        part=part,
        rating=opinion.rating,
        likelihood=None if opinion.probability is None else likelihood_of(opinion.probability),
        probability=opinion.probability,
        confidence=opinion.confidence,
        confidence_reason=opinion.confidence_reason,
        because=opinion.because,
        links=_links(claim, part, opinion, findings),
        tried=_distinct(_tried(finding, case) for finding in findings),
        impossible=_distinct([*opinion.impossible, *impossible]),
        would_change=_distinct([*missing, *opinion.would_change]),
    )


def _links(
    claim: Claim, part: Part, opinion: Opinion, findings: Sequence[Finding]
) -> tuple[EvidenceLink, ...]:
    """Link what bears on the part, and as neutral what was looked at without bearing on it."""
    bearing = {one.finding for one in opinion.bearings}
    stated = [(one.finding, one.stance, one.reason) for one in opinion.bearings]
    neutral = [(one.id, Stance.NEUTRAL, one.reason) for one in findings if one.id not in bearing]
    return tuple(
        EvidenceLink(finding=finding, claim=claim.id, part=part, stance=stance, reason=reason)
        for finding, stance, reason in (*stated, *neutral)
    )


def _tried(finding: Finding, case: CaseReading) -> str:
    if finding.item is None:
        return f"{finding.check}: {finding.reason}"
    return f"{finding.check} on {case.item_name(finding.item)}: {finding.reason}"


def _impossible(checks: Sequence[str], case: CaseReading) -> Iterator[str]:
    if not case.items:
        yield "No footage was given, so that nothing could be looked at."
    for finding in case.of(checks):
        if finding.answer == CANNOT_TELL:
            name = case.item_name(finding.item)
            yield f"{finding.check} on {name} could not tell: {finding.reason}"
    for absent in _not_run(checks, case):
        yield (
            f"{absent.check} on {case.item_name(absent.item)} did not run. Missing: "
            f"{'; '.join(absent.missing)}."
        )
    for fault in case.faults:
        yield f"{fault.subject} could not be used: {fault.fault}."


def _missing(checks: Sequence[str], case: CaseReading) -> Iterator[str]:
    """Yield what would have to be given, first of all the footage."""
    if not case.items:
        yield _GIVE_FOOTAGE
    for absent in _not_run(checks, case):
        yield from (f"What {absent.check} lacked: {missing}." for missing in absent.missing)
    for fault in case.faults:
        yield f"{fault.subject}: {fault.remedy}"


def _not_run(checks: Sequence[str], case: CaseReading) -> Iterator[NotRun]:
    return (absent for absent in case.not_run if absent.check in checks)


def _with_relations(
    claim: Claim,
    part: Part,
    claims: Sequence[Claim],
    opinions: Mapping[tuple[str, Part], Opinion],
) -> Opinion:
    """Set claims that contradict each other on this part against each other, both ways."""
    opinion = opinions[claim.id, part]
    against = _distinct(
        _describe_opponent(other, opinions[other.id, part].rating)
        for other in claims
        if other.id != claim.id
        and (_contradicts(claim, other, part) or _contradicts(other, claim, part))
    )
    return replace(opinion, because=(*opinion.because, *against))


def _contradicts(claim: Claim, other: Claim, part: Part) -> bool:
    def meets(relation: Relation) -> bool:
        return (
            relation.kind is RelationKind.CONTRADICTS
            and relation.other == other.id
            and relation.attr in _RULES[part].slots
        )

    return any(meets(relation) for relation in claim.relations)


def _describe_opponent(other: Claim, rating: Rating) -> str:
    quote = " … ".join(span.exact for span in other.content)
    if len(quote) > _SHORT_QUOTE:
        quote = f"{quote[: _SHORT_QUOTE - 1].rstrip()}…"
    return f"Against it stands {other.claimant}: “{quote}” (proposed rating: {rating.value})."


def _distinct(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentences))
