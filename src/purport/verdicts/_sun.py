"""What shadows say of a claimed time: they can contradict it, and never show it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from purport.core.digests import Digest
from purport.core.findings import Finding
from purport.core.instants import StatedTime, parse_stated_time
from purport.core.ratings import Confidence
from purport.verdicts._instances import Holds, Instance

__all__ = ["sun_instances"]

_FEWEST = 2
_SOUND = 3


def sun_instances(
    time: StatedTime, findings: Sequence[Finding], names: Mapping[Digest, str]
) -> Iterator[Instance]:
    """Give what the sun check found of a claimed time, one instance for each item.

    A time contradicts only when two shadows or more agree with each other: a single one may pair
    the foot of one thing with the tip of another. With three or more a wrong one is pointed at,
    and the confidence is moderate.

    Args:
        time: The time that a claim names.
        findings: Findings of all checks.
        names: File names of the items.
    """
    for finding in findings:
        if finding.check == "sun" and finding.item is not None and _is_about(time, finding):
            yield _instance(finding, names.get(finding.item, finding.item[:12]))


def _is_about(time: StatedTime, finding: Finding) -> bool:
    """Tell whether a finding compared shadows with that very time."""
    claimed = finding.values.get("claimed")
    if not isinstance(claimed, str) or finding.answer == "cannot_tell":
        return False
    compared = parse_stated_time(claimed)
    return (compared.earliest_utc, compared.latest_utc) == (time.earliest_utc, time.latest_utc)


def _instance(finding: Finding, name: str) -> Instance:
    shadows = cast("Sequence[Mapping[str, Any]]", finding.values["shadows"])
    used = sum(one["state"] == "used" for one in shadows)
    against = finding.answer == "outside" and used >= _FEWEST
    confidence = Confidence.MODERATE if used >= _SOUND else Confidence.LOW
    return Instance(
        finding=finding.id,
        holds=Holds.NO if against else Holds.OPEN,
        confidence=confidence,
        confidence_reason=f"It rests on {used} {'shadow' if used == 1 else 'shadows'} marked by "
        "hand.",
        subject=name,
        tells=finding.reason,
    )
