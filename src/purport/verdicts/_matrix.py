"""The matrix of findings and claim parts: how each bears on each. Shown, never summed."""

from collections.abc import Sequence
from dataclasses import dataclass

from purport.core.claims import Part
from purport.core.findings import Finding
from purport.core.ratings import Rating, Stance
from purport.core.verdicts import EvidenceLink, Verdict

__all__ = ["MatrixCell", "MatrixRow", "matrix"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """How one finding bears on one claim part."""

    finding: str
    """Identifier of the finding."""
    stances: tuple[Stance, ...]
    """Its stances: one, or two when parts of the finding (two strikes) bear differently; "not
    applicable" when it does not concern the part."""
    reason: str
    """Why, in words; empty when it does not concern the part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One claim part beside every finding."""

    claim: str
    """Identifier of the claim."""
    part: Part
    """The part."""
    rating: Rating
    """Its rating."""
    cells: tuple[MatrixCell, ...]
    """One cell a finding, in the order of the findings given."""


def matrix(verdicts: Sequence[Verdict], findings: Sequence[Finding]) -> tuple[MatrixRow, ...]:
    """Lay findings against claim parts; parts about which no finding says anything are left out."""
    return tuple(
        MatrixRow(
            claim=verdict.claim,
            part=verdict.part,
            rating=verdict.rating,
            cells=tuple(_cell(finding.id, verdict.links) for finding in findings),
        )
        for verdict in verdicts
        if verdict.links
    )


def _cell(finding: str, links: Sequence[EvidenceLink]) -> MatrixCell:
    mine = [link for link in links if link.finding == finding]
    stances = tuple(dict.fromkeys(link.stance for link in mine))
    return MatrixCell(
        finding=finding,
        stances=stances or (Stance.NOT_APPLICABLE,),
        reason=" ".join(link.reason for link in mine),
    )
