"""When: can the footage have been filmed at the time that is claimed?"""

from collections.abc import Iterator
from dataclasses import replace

from purport.core.case import ItemRecord, Publication
from purport.core.claims import Claim, Polarity, Slot, SlotAttr
from purport.core.instants import StatedTime, parse_stated_time
from purport.core.ratings import Confidence
from purport.verdicts._instances import Holds, Instance, Scope, weigh_instances
from purport.verdicts._opinions import Opinion, join_opinions, unproven
from purport.verdicts._reading import CaseReading, SharedStretch
from purport.verdicts._sun import sun_instances
from purport.verdicts._words import slots_of

__all__ = ["judge_when", "publication_confidence", "published_before"]

_SETTLES = (
    "Shadows or weather in the footage, compared with the sun and the records of that day.",
    "The earliest publication of the footage, with its address and an archived copy.",
    "The original file from the camera, with its own clock.",
)
_NO_CLOCK = "The time that a file states about itself is easily changed, and was not relied on."


def judge_when(claim: Claim, case: CaseReading) -> Opinion:
    """Judge the times that a claim names.

    Nothing here can show that footage was filmed at a time. What was published before that time
    cannot have been, and where three marked shadows or more agree on other times, it was not.
    """
    return join_opinions([_judge_slot(slot, case) for slot in slots_of(claim, SlotAttr.TIME)])


def published_before(publication: Publication | None, time: StatedTime) -> bool:
    """Tell whether something was public before the first instant that fits a time."""
    return publication is not None and publication.published.latest_utc < time.earliest_utc


def publication_confidence(publication: Publication) -> tuple[Confidence, str]:
    """Return how well founded a recorded publication is."""
    if publication.url is None:
        return Confidence.LOW, "The publication is recorded without an address to look it up at."
    return Confidence.MODERATE, "It rests on a recorded publication with its address."


def _judge_slot(slot: Slot, case: CaseReading) -> Opinion:
    time = _parse(str(slot.value or slot.span.exact))
    said = _said(slot)
    if time is None or slot.polarity is Polarity.NEGATED:
        return unproven(
            f"The time {said} could not be compared with anything: it names no calendar date."
            if time is None
            else f"The claim denies {said}; when else it was filmed was not looked for.",
            impossible=(_NO_CLOCK,),
            would_change=_SETTLES,
        )
    names = {item.digest: item.name for item in case.items}
    instances = [
        *_published(time, case),
        *_reused(time, case),
        *sun_instances(time, case.findings, names),
    ]
    if not instances:
        return unproven(
            f"Nothing that was looked at tells whether the footage was filmed at {said}.",
            impossible=(_NO_CLOCK,),
            would_change=_SETTLES,
        )
    opinion = weigh_instances(instances, scope=Scope.SOME, claimed=None, rules=case.rules)
    return replace(opinion, impossible=(_NO_CLOCK,), would_change=_SETTLES)


def _said(slot: Slot) -> str:
    """Quote the words, and the day that they were read as where that is not what they say."""
    words = " ".join(slot.span.exact.split())
    read = slot.value is not None and str(slot.value) not in words and _parse(str(slot.value))
    return f"“{words}” (read as {slot.value})" if read else f"“{words}”"


def _parse(said: str) -> StatedTime | None:
    try:
        return parse_stated_time(said)
    except (ValueError, OverflowError):  # words such as "Wednesday": no date is invented for them
        return None


def _published(time: StatedTime, case: CaseReading) -> Iterator[Instance]:
    for item in case.items:
        if item.publication is not None:
            yield _instance(None, item, item.publication, time)


def _reused(time: StatedTime, case: CaseReading) -> Iterator[Instance]:
    for stretch in case.shared:
        older = _older_publication(stretch, time)
        if older is not None:
            yield _instance(stretch.finding.id, stretch.item, older, time)


def _older_publication(stretch: SharedStretch, time: StatedTime) -> Publication | None:
    other = stretch.other
    if other is None or other.digest == stretch.item.digest:
        return None
    good = stretch.same and published_before(other.publication, time)
    return other.publication if good else None


def _instance(
    finding: str | None, item: ItemRecord, publication: Publication, time: StatedTime
) -> Instance:
    confidence, reason = publication_confidence(publication)
    earlier = published_before(publication, time)
    tells = (
        f"public at {publication.published.stated}, before {time.stated}"
        if earlier
        else f"public at {publication.published.stated}; that it was filmed before then is all "
        "that follows"
    )
    return Instance(
        finding=finding,
        holds=Holds.NO if earlier else Holds.OPEN,
        confidence=confidence,
        confidence_reason=reason,
        subject=item.name if finding is None else f"A stretch of {item.name}, in another item",
        tells=tells,
    )
