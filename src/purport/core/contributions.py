"""Evidence of readers that a case took over: what was said, and nothing of who said it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.discussion import EvidenceKind
from purport.core.findings import Derivation, Finding

__all__ = ["READERS_CHECK", "Contribution", "commitment_of", "finding_of"]

READERS_CHECK = "readers"
"""What stands as the check's name of a finding that rests on a reader's evidence."""
_VERSION = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A reader's evidence as the desk took it over."""

    id: str
    """Identifier of the offer."""
    kind: EvidenceKind
    """What was offered."""
    item: Digest | None
    """The item that it is about; None for none."""
    claim: str | None
    """The claim that it bears on; None for none."""
    body: JsonObject
    """What was said, by field: `longitude` and `latitude` [degrees], `uncertainty_m` [m],
    `features`; `url`, `date`; `words`."""
    note: str
    """What the desk saw for itself before it took it over."""
    commitment: Digest
    """Digest that commits to whose it is without telling (`commitment_of`)."""
    accepted_by: str
    """Who of the desk took it over."""
    accepted_utc: datetime
    """When."""


def commitment_of(*, offer: str, name: str, salt: str) -> Digest:
    """Return what commits to somebody without naming them: SHA-256 of the canonical JSON.

    With name and salt anybody can check that the evidence is theirs; without the salt, which goes
    with the account, nobody can, nor find out by trying names.

    Args:
        offer: Identifier of the offer.
        name: Name of the reader's account.
        salt: Random, for this offer alone. [hexadecimal]
    """
    return digest_json({"offer": offer, "reader": name, "salt": salt})


def finding_of(contribution: Contribution) -> Finding:
    """Return a contribution as a finding, which people may hold for or against a claim.

    It takes no side, as no finding does; the rules that propose ratings do not read it.
    """
    body: Mapping[str, object] = contribution.body
    derivation = Derivation(
        inputs=(("contribution", contribution.commitment),), parameters={}, libraries=()
    )
    values: JsonObject = {**contribution.body, "contribution": contribution.id}
    said = {
        EvidenceKind.POSITION: (
            "position",
            (
                f"A reader places {body.get('what')} within {body.get('uncertainty_m')} m"
                f" by these features: {body.get('features')}."
            ),
        ),
        EvidenceKind.APPEARANCE: (
            "earlier_appearance",
            (
                f"A reader shows that the footage was public on {body.get('date')}:"
                f" {body.get('words')}."
            ),
        ),
        EvidenceKind.CORRECTION: ("correction", f"A reader points out: {body.get('words')}"),
    }
    answer, reason = said[contribution.kind]
    return Finding(
        id=f"f{digest_json({'contribution': contribution.id, 'values': values})[:12]}",
        check=READERS_CHECK,
        version=_VERSION,
        item=contribution.item,
        answer=answer,
        reason=f"{reason.rstrip('.')}. The desk: {contribution.note}",
        values=values,
        limits=("It rests on what a reader said and on what the desk saw for itself.",),
        derivation=derivation,
    )
