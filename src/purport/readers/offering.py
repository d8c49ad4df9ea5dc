"""Evidence that readers offer: taken in, looked at by the desk, and taken over into the case."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from purport.casework import Workspace
from purport.casework.contributing import contributions_of, take_over
from purport.casework.options import parse_date
from purport.core.contributions import Contribution, commitment_of, finding_of
from purport.core.digests import Digest, JsonObject, digest_json
from purport.core.discussion import EvidenceKind, EvidenceOffer, EvidenceState
from purport.core.errors import ConflictError, InputError
from purport.readers.announcing import announce_decision
from purport.store.readers import as_one, people
from purport.store.readers import evidence as rows

__all__ = [
    "LONGEST_WORDS",
    "Decision",
    "OfferForm",
    "accept_offer",
    "offer_evidence",
    "refuse_offer",
    "withdraw_offer",
]

LONGEST_WORDS = 4000
"""Longest text of an offer. [characters]"""
_LONGEST_URL = 2000
_MOST_UNCERTAIN_M = 50_000.0
_MOST_A_DAY = 20
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferForm:
    """What a reader offers, field by field; each kind uses some."""

    kind: EvidenceKind
    """What is offered."""
    item: str = ""
    """Digest of the item that it is about."""
    claim: str = ""
    """The claim that it bears on."""
    what: str = ""
    """What lies there: "the impact", "the corner of the warehouse"."""
    longitude: float | None = None
    """East of Greenwich, WGS 84. [degrees]"""
    latitude: float | None = None
    """North of the equator, WGS 84. [degrees]"""
    uncertainty_m: float | None = None
    """Within how much of it the thing lies, at 95 %. [m]"""
    features: str = ""
    """By which features of the picture that is seen."""
    url: str = ""
    """Where the footage was public before."""
    date: str = ""
    """Since when, as the page says."""
    words: str = ""
    """What is to be corrected, or how the earlier appearance is known."""
    credited: bool = False
    """Whether the reader wants to be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody of the desk decides on an offer."""

    by: str
    """Who."""
    note: str
    """Why: what they saw for themselves, or what is wrong with it."""
    when: datetime
    """When."""


def offer_evidence(
    case: str, form: OfferForm, document: JsonObject, *, user: int, now: datetime
) -> EvidenceOffer:
    """Take a reader's offer in; somebody of the desk looks at every one, and readers see none.

    Args:
        case: Key of the case.
        form: The offer.
        document: What readers see of the case at this moment.
        user: Account of the reader.
        now: The moment.

    Raises:
        InputError: Something is missing, impossible or too long; or the reader may not write, or
            offered too much today.
    """
    reader = people.reader_of(user)
    if reader.frozen:
        raise InputError("evidence", "you may not write at present", remedy="Ask the desk why.")
    if rows.offers_since(user, now - _DAY) >= _MOST_A_DAY:
        raise InputError(
            "evidence",
            f"{_MOST_A_DAY} offers a day are taken from one reader",
            remedy="Come back tomorrow, or put several things into one.",
        )
    _require_in(document, form)
    offer = EvidenceOffer(
        id=uuid4().hex,
        case=case,
        author=user,
        name=reader.name,
        kind=form.kind,
        claim=form.claim,
        item=form.item,
        body=_BODIES[form.kind](form),
        credited=form.credited,
        state=EvidenceState.WAITING,
        reason="",
        misleading=False,
        decided=None,
        created=now,
    )
    rows.add_offer(offer)
    return offer


def accept_offer(workspace: Workspace, identifier: str, decision: Decision) -> str:
    """Take an offer over into its case: what was said with its custody, and whose it is nowhere.

    Returns:
        Identifier of the finding that it becomes.

    Raises:
        InputError: No note says what the desk saw for itself.
        ConflictError: It was decided already, or its author's account was removed.
    """
    note = _said(decision.note, "Say what you saw for yourself; it stands beside the evidence.")
    offer = _waiting(identifier)
    if offer.author is None:
        raise ConflictError("evidence", "its author has left", remedy="It cannot be taken over.")
    salt = digest_json({"offer": offer.id, "salt": people.reader_of(offer.author).salt})
    commitment = commitment_of(offer=offer.id, name=offer.name, salt=salt)
    contribution = Contribution(
        id=offer.id,
        kind=offer.kind,
        item=Digest(offer.item) if offer.item else None,
        claim=offer.claim or None,
        body=offer.body,
        note=note,
        commitment=commitment,
        accepted_by=decision.by,
        accepted_utc=decision.when,
    )
    finding = _taken_over(workspace, contribution)
    with as_one():
        rows.decide_offer(
            identifier,
            EvidenceState.ACCEPTED,
            note,
            decision.by,
            decision.when,
            commitment=commitment,
            opening=salt,
        )
        announce_decision(rows.offer_of(identifier))
    return finding


def _taken_over(workspace: Workspace, contribution: Contribution) -> str:
    """Take it over, but for what a process that died in between had taken over already."""
    for one in contributions_of(workspace):
        if one.id == contribution.id:
            return finding_of(one).id
    return take_over(workspace, contribution)


def refuse_offer(identifier: str, decision: Decision, *, misleading: bool = False) -> None:
    """Say no to an offer; its author is told why.

    Args:
        identifier: The offer's.
        decision: Who says no, and why.
        misleading: Whether it was made to mislead: that costs its author trust.

    Raises:
        InputError: No reason is given.
        ConflictError: It was decided already.
    """
    reason = _said(decision.note, "Say why; its author is told.")
    _waiting(identifier)
    with as_one():
        rows.decide_offer(
            identifier,
            EvidenceState.REFUSED,
            reason,
            decision.by,
            decision.when,
            misleading=misleading,
        )
        announce_decision(rows.offer_of(identifier))


def withdraw_offer(identifier: str, user: int, now: datetime) -> None:
    """Take one's own offer back before anybody decided.

    Raises:
        ConflictError: It was decided already, or is not theirs.
    """
    if _waiting(identifier).author != user:
        raise ConflictError("evidence", "is not yours", remedy="Look at your own offers.")
    rows.decide_offer(identifier, EvidenceState.WITHDRAWN, "", "", now)


def _waiting(identifier: str) -> EvidenceOffer:
    offer = rows.offer_of(identifier)
    if offer.state is not EvidenceState.WAITING:
        raise ConflictError("evidence", f"is {offer.state.value} by now", remedy="Look again.")
    return offer


def _require_in(document: JsonObject, form: OfferForm) -> None:
    told: Any = document  # JSON
    if form.item and form.item not in {one["sha256"] for one in told["items"]}:
        raise InputError("item", "is not in the published case", remedy="Choose one of its items.")
    if form.claim and form.claim not in {one["id"] for one in told["claims"]}:
        raise InputError("claim", "is not in the published case", remedy="Choose one of its own.")


def _position(form: OfferForm) -> JsonObject:
    if not form.item:
        raise InputError("item", "is missing", remedy="Say in which item it is seen.")
    for name, value, most in (
        ("longitude", form.longitude, 180.0),
        ("latitude", form.latitude, 90.0),
    ):
        if value is None or not math.isfinite(value) or abs(value) > most:
            raise InputError(
                name, "is missing or not on the Earth", remedy="Give decimal degrees, WGS 84."
            )
    uncertainty = form.uncertainty_m
    if uncertainty is None or not 0 < uncertainty <= _MOST_UNCERTAIN_M:
        raise InputError(
            "uncertainty_m",
            "is missing or out of range",
            remedy=f"Say within how many metres it lies, {_MOST_UNCERTAIN_M:g} at most.",
        )
    return {
        "what": _text("what", form.what),
        "longitude": form.longitude,
        "latitude": form.latitude,
        "uncertainty_m": uncertainty,
        "features": _text("features", form.features),
    }


def _appearance(form: OfferForm) -> JsonObject:
    if not form.item:
        raise InputError("item", "is missing", remedy="Say which item was public before.")
    parts = urlsplit(form.url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(form.url) > _LONGEST_URL:
        raise InputError("url", "is no address of a page", remedy="Give one with https://.")
    return {
        "url": form.url.strip(),
        "date": parse_date("date", form.date).stated,
        "words": _text("words", form.words),
    }


def _correction(form: OfferForm) -> JsonObject:
    return {"words": _text("words", form.words)}


_BODIES = {
    EvidenceKind.POSITION: _position,
    EvidenceKind.APPEARANCE: _appearance,
    EvidenceKind.CORRECTION: _correction,
}


def _text(name: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise InputError(name, "is empty", remedy="Without it nobody can look at what you say.")
    if len(text) > LONGEST_WORDS:
        raise InputError(
            name, f"has {len(text)} characters", remedy=f"Use {LONGEST_WORDS} at most."
        )
    return text


def _said(text: str, remedy: str) -> str:
    if not text.strip():
        raise InputError("reason", "is empty", remedy=remedy)
    return text.strip()
