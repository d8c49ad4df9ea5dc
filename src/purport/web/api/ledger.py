"""The ledger by the API: claims and their corrections, evidence links, reviews of verdicts."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from purport.casework.claim_forms import StatedClaim, StatedSlot, StatedSpan
from purport.casework.correcting import (
    Correcting,
    add_claim,
    correct_claim,
    ledger_rows,
    restore_claim,
    withdraw_claim,
)
from purport.casework.history import verdict_history
from purport.casework.linking import Bearing, link_finding, take_link_back
from purport.casework.reviewing import Argument, SeenVerdict, review_verdict, seen_verdicts
from purport.core.claims import Part, Polarity, Quantifier, QuoteType, SlotAttr
from purport.core.corrections import ClaimCorrection
from purport.core.digests import Digest
from purport.core.ratings import Confidence, Rating, Stance
from purport.core.records import to_json
from purport.reports import case_document
from purport.web.access import Right, Visit, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["ledger"])

_LAST = 2**31 - 1  # no text has more code points
_ANSWERS: Any = {200: dict[str, Any], **FAULTS}


class _Strict(Schema):
    """A body in which an unknown member is a mistake."""

    model_config = ConfigDict(extra="forbid")


class SpanBody(_Strict):
    """A stretch of the preserved text; its words are sliced by the server."""

    start: int = Field(ge=0, le=_LAST, description="First code point.")
    end: int = Field(ge=0, le=_LAST, description="One past the last code point.")

    def stated(self) -> StatedSpan:
        """Return it as casework takes it."""
        return StatedSpan(start=self.start, end=self.end)


class SlotBody(_Strict):
    """A slot: one of value, range (low, high) and vague."""

    attr: SlotAttr
    span: SpanBody
    value: str | float | None = None
    low: float | None = None
    high: float | None = None
    vague: str | None = None
    unit: str | None = None
    polarity: Polarity = Polarity.AFFIRMED
    exclusive: bool = False
    quantifier: Quantifier | None = None

    def stated(self) -> StatedSlot:
        """Return it as casework takes it."""
        return StatedSlot(
            attr=self.attr,
            span=self.span.stated(),
            value=self.value,
            low=self.low,
            high=self.high,
            vague=self.vague,
            unit=self.unit,
            polarity=self.polarity,
            exclusive=self.exclusive,
            quantifier=self.quantifier,
        )


class ClaimBody(_Strict):
    """A claim as it should be, whole, and why."""

    claimant: str
    claimant_role: str | None = None
    quote_type: QuoteType = QuoteType.INDIRECT
    content: list[SpanBody]
    source: list[SpanBody] = Field(default_factory=list)
    cue: list[SpanBody] = Field(default_factory=list)
    hedges: list[SpanBody] = Field(default_factory=list)
    slots: list[SlotBody] = Field(default_factory=list)
    reason: str

    def stated(self) -> StatedClaim:
        """Return it as casework takes it."""
        return StatedClaim(
            claimant=self.claimant,
            claimant_role=self.claimant_role,
            quote_type=self.quote_type,
            content=tuple(one.stated() for one in self.content),
            source=tuple(one.stated() for one in self.source),
            cue=tuple(one.stated() for one in self.cue),
            hedges=tuple(one.stated() for one in self.hedges),
            slots=tuple(one.stated() for one in self.slots),
        )


class CorrectionBody(ClaimBody):
    """A claim as it should be, and the version that was looked at."""

    version: str


class NewClaimBody(ClaimBody):
    """A claim that the rules missed, and the source document that makes it."""

    document: str


class ReasonBody(_Strict):
    """Why, and the version that was looked at."""

    reason: str
    version: str


class BearingBody(_Strict):
    """A finding and a part of a claim."""

    claim: str
    part: Part
    finding: str

    def bearing(self) -> Bearing:
        """Return it as casework takes it."""
        return Bearing(claim=self.claim, part=self.part, finding=self.finding)


class LinkBody(BearingBody):
    """How a finding bears on a part; no stance says that the machine's link does not hold."""

    stance: Stance | None
    reason: str
    version: str | None = None


class LinkRemovalBody(BearingBody):
    """Which of people's links no longer holds, and why."""

    reason: str
    version: str


class ReviewBody(_Strict):
    """A person's verdict on a part, and what stood there when they made up their mind."""

    claim: str
    part: Part
    reason: str
    rating: Rating | None = None
    probability: float | None = None
    confidence: Confidence | None = None
    confidence_reason: str | None = None
    because: list[str] | None = None
    tried: list[str] | None = None
    impossible: list[str] | None = None
    would_change: list[str] | None = None
    proposal: str
    review: str | None = None

    def argument(self) -> Argument | None:
        """Return the argument; None where nothing of it was said."""
        said = {"probability", *_LINES, "confidence", "confidence_reason"} & self.model_fields_set
        if not said:
            return None
        lines = {
            name: None if value is None else tuple(line for line in value if line.strip())
            for name in _LINES
            for value in [getattr(self, name)]
        }
        return Argument(
            probability=self.probability,
            confidence=self.confidence,
            confidence_reason=self.confidence_reason,
            **lines,
        )


_LINES = ("because", "tried", "impossible", "would_change")


@router.get("/{slug:key}/claims", response=_ANSWERS, summary="The ledger")
def read_claims(request: HttpRequest, key: str) -> Any:  # noqa: ANN401 - JSON
    """Return the claims as they stand, with the version that a correction sends back."""
    visit = enter(request, key, Right.SEE)
    rows = ledger_rows(visit.workspace())
    file = visit.case_file()
    return {
        "claims": case_document(file, dossier=None)["claims"],
        "versions": {claim: row.version for claim, row in rows.items()},
        "corrections": [_made(one) for one in file.corrections],
        "links": to_json(file.person_links),
    }


@router.post("/{slug:key}/claims", response=_ANSWERS, summary="Add a claim")
def new_claim(request: HttpRequest, key: str, body: NewClaimBody) -> Any:  # noqa: ANN401 - JSON
    """Add a claim that the rules missed."""
    visit = enter(request, key, Right.CHANGE)
    made = add_claim(
        visit.workspace(),
        Digest(body.document),
        body.stated(),
        author=visit.agent,
        reason=body.reason,
    )
    return _made(made)


@router.put("/{slug:key}/claims/{slug:claim}", response=_ANSWERS, summary="Correct a claim")
def put_claim(request: HttpRequest, key: str, claim: str, body: CorrectionBody) -> Any:  # noqa: ANN401 - JSON
    """Put a claim right; what the rules found stays on record."""
    visit = enter(request, key, Right.CHANGE)
    by = _by(visit, body.reason, body.version)
    return _made(correct_claim(visit.workspace(), claim, body.stated(), by))


@router.post(
    "/{slug:key}/claims/{slug:claim}/withdrawal", response=_ANSWERS, summary="Withdraw a claim"
)
def post_withdrawal(request: HttpRequest, key: str, claim: str, body: ReasonBody) -> Any:  # noqa: ANN401 - JSON
    """Say that something is no claim."""
    visit = enter(request, key, Right.CHANGE)
    return _made(withdraw_claim(visit.workspace(), claim, _by(visit, body.reason, body.version)))


@router.post(
    "/{slug:key}/claims/{slug:claim}/restoration", response=_ANSWERS, summary="Restore a claim"
)
def post_restoration(request: HttpRequest, key: str, claim: str, body: ReasonBody) -> Any:  # noqa: ANN401 - JSON
    """Give a claim back to the rules."""
    visit = enter(request, key, Right.CHANGE)
    return _made(restore_claim(visit.workspace(), claim, _by(visit, body.reason, body.version)))


@router.put("/{slug:key}/links", response=_ANSWERS, summary="Link a finding")
def put_link(request: HttpRequest, key: str, body: LinkBody) -> Any:  # noqa: ANN401 - JSON
    """Link a finding to a part of a claim, or take the machine's link off."""
    visit = enter(request, key, Right.CHANGE)
    link = link_finding(
        visit.workspace(),
        body.bearing(),
        body.stance,
        author=visit.agent,
        reason=body.reason,
        seen=None if body.version is None else Digest(body.version),
    )
    return to_json(link)


@router.post("/{slug:key}/links/removal", response=_ANSWERS, summary="Take a link back")
def post_link_removal(request: HttpRequest, key: str, body: LinkRemovalBody) -> Any:  # noqa: ANN401 - JSON
    """Say that a person's link no longer holds."""
    visit = enter(request, key, Right.CHANGE)
    link = take_link_back(
        visit.workspace(),
        body.bearing(),
        author=visit.agent,
        reason=body.reason,
        seen=Digest(body.version),
    )
    return to_json(link)


@router.post("/{slug:key}/reviews", response=_ANSWERS, summary="Review a verdict")
def post_review(request: HttpRequest, key: str, body: ReviewBody) -> Any:  # noqa: ANN401 - JSON
    """Confirm or replace the rating of a part; the machine's proposal stays on record."""
    visit = enter(request, key, Right.JUDGE)
    verdict = review_verdict(
        visit.workspace(),
        claim=body.claim,
        part=body.part,
        author=visit.agent,
        reason=body.reason,
        rating=body.rating,
        argument=body.argument(),
        seen=SeenVerdict(
            proposal=Digest(body.proposal),
            review=None if body.review is None else Digest(body.review),
        ),
    )
    return to_json(verdict)


@router.get(
    "/{slug:key}/claims/{slug:claim}/verdicts/{part}",
    response=_ANSWERS,
    summary="A verdict with its history",
)
def read_verdict(request: HttpRequest, key: str, claim: str, part: Part) -> Any:  # noqa: ANN401 - JSON
    """Return every proposal and review of a part, and what a review sends back."""
    visit = enter(request, key, Right.SEE)
    workspace = visit.workspace()
    steps = verdict_history(workspace, claim, part, events=visit.case_file().custody)
    seen = seen_verdicts(workspace).get((claim, part))
    return {
        "proposal": None if seen is None else seen.proposal,
        "review": None if seen is None else seen.review,
        "history": to_json(steps),
    }


def _by(visit: Visit, reason: str, version: str) -> Correcting:
    return Correcting(author=visit.agent, reason=reason, seen=Digest(version))


def _made(correction: ClaimCorrection) -> dict[str, Any]:
    """Tell a correction; the claim as left stands among the claims."""
    return {
        "claim": correction.claim,
        "act": correction.act.value,
        "author": correction.author,
        "reason": correction.reason,
        "corrected_utc": to_json(correction.corrected_utc),
    }
