"""What people make of the ledger: claims corrected, findings linked, ratings reviewed.

Each is a record of its own beside what the rules proposed, with who, when and why; the proposal
stays on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from purport.core.claims import Claim, Part
from purport.core.digests import Digest
from purport.core.ratings import Stance

__all__ = [
    "BY_PERSON",
    "ClaimCorrection",
    "CorrectionAct",
    "PersonLink",
    "ReviewNote",
    "apply_corrections",
]

BY_PERSON = "person "
"""How `Claim.proposed_by` begins for a claim that a person added; the name follows."""


class CorrectionAct(StrEnum):
    """What a person did to a claim."""

    ADDED = "added"
    """The rules had missed it."""
    CORRECTED = "corrected"
    """Something of it was put right."""
    WITHDRAWN = "withdrawn"
    """It is no claim."""
    RESTORED = "restored"
    """What people had made of it no longer holds: the rules' own stands again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimCorrection:
    """A claim as a person leaves it."""

    claim: str
    """Identifier of the claim; it stays when the words change."""
    act: CorrectionAct
    """What was done."""
    left: Claim | None
    """The claim as left, without relations, which are worked out anew; None when it was withdrawn
    or restored."""
    seen: Digest | None
    """Digest of the row that the person looked at: the rules' claim, or an earlier correction;
    None for a claim that was added."""
    author: str
    """Who."""
    reason: str
    """Why."""
    corrected_utc: datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLink:
    """How a person holds that a finding bears on a part of a claim; it changes no rating."""

    claim: str
    """Identifier of the claim."""
    part: Part
    """The part of the claim."""
    finding: str
    """Identifier of the finding."""
    stance: Stance | None
    """How it bears on the part; None to say that the machine's own link does not hold."""
    author: str
    """Who."""
    reason: str
    """Why."""
    linked_utc: datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewNote:
    """That a person stands behind a rating: who, when, why, and on what they looked."""

    claim: str
    """Identifier of the claim."""
    part: Part
    """The part of the claim."""
    author: str
    """Who."""
    reason: str
    """Why."""
    reviewed_utc: datetime | None
    """When; None where the chain does not tell."""
    moved: bool
    """Whether the machine has proposed something else since."""


def apply_corrections(
    claims: Sequence[Claim], corrections: Sequence[ClaimCorrection]
) -> tuple[Claim, ...]:
    """Put what people left in place of what the rules found; relations are not worked out here.

    A correction holds also where the rules no longer find the claim.
    """
    live = {one.claim: one for one in corrections if one.act is not CorrectionAct.RESTORED}
    found = {claim.id for claim in claims}
    kept = [live[claim.id].left if claim.id in live else claim for claim in claims]
    others = [one.left for one in corrections if one.claim in live and one.claim not in found]
    return tuple(claim for claim in (*kept, *others) if claim is not None)
