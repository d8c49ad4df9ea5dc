"""The ledger: claims beside their source, one claim with its parts, contradictions, the matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purport.casework.claim_forms import (
    OUTCOME_WORDS,
    STATUS_WORDS,
    VAGUE_UNITS,
    StatedSlot,
    StatedSpan,
    state_slot,
)
from purport.casework.correcting import LedgerRow, claim_history, ledger_row
from purport.casework.history import VerdictStep, describe_claim_changes, verdict_history
from purport.casework.linking import link_versions
from purport.casework.reviewing import SeenVerdict, seen_verdicts
from purport.core.casefile import CaseFile, StoryText
from purport.core.claims import Claim, Part, Polarity, Quantifier, QuoteType, SlotAttr, Span
from purport.core.corrections import ClaimCorrection
from purport.core.digests import Digest
from purport.core.errors import AbsentError
from purport.core.ratings import Confidence, Rating, Stance
from purport.reports import (
    PART_NAMES,
    SLOT_NAMES,
    CaseIndex,
    ClaimView,
    LinkView,
    PartView,
    SourceRun,
    lay_out_source,
    name_finding,
    view_claims,
    view_disputes,
    view_matrix,
)
from purport.web.access import Right, Visit, for_members

__all__ = ["claim", "contradictions", "ledger", "matrix", "new_claim"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A story laid out, with its claims."""

    story: StoryText
    paragraphs: tuple[tuple[SourceRun, ...], ...]
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpanForm:
    """A span to be corrected."""

    start: int | None
    end: int | None
    exact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _SpanGroup:
    """Spans of one role."""

    name: str
    subject: str
    label: str
    spans: tuple[_SpanForm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _SlotForm:
    """A slot to be corrected."""

    stated: StatedSlot | None
    name: str
    words: str
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartForm:
    """A part of a claim with what a review of it sends back."""

    view: PartView
    seen: SeenVerdict | None
    steps: tuple[VerdictStep, ...]
    links: tuple[tuple[LinkView, Digest | None], ...]

    @property
    def weighed(self) -> bool:
        """Tell whether there is anything to weigh: a rating, a link or a review by a person."""
        people = self.view.note is not None or any(link.person for link, _ in self.links)
        return people or not self.view.unrated


@dataclass(frozen=True, slots=True, kw_only=True)
class _PastCorrection:
    """A correction in the history of a claim."""

    made: ClaimCorrection
    changed: tuple[str, ...]


_GROUPS = (
    ("content", "claimed words", "Claimed words"),
    ("source", "words for the claimant", "Words for the claimant"),
    ("cue", "attributing words", "Attributing words"),
    ("hedges", "hedges", "Hedges"),
)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def ledger(visit: Visit) -> HttpResponse:
    """Show the claims beside their source text."""
    file = visit.case_file()
    views = view_claims(file, CaseIndex.of(file))
    shown = {
        "visit": visit,
        "case": file,
        "tab": "ledger",
        "sources": [source for source in _sources(file, views) if source.paragraphs],
        "tables": [story.document for story in file.stories if story.document.is_sheet],
        "claims": views,
        "claimants": sorted({view.claim.claimant for view in views}, key=str.casefold),
        "attrs": _named_attrs(slot.attr for view in views for slot in view.claim.slots),
        "ratings": [rating.value for rating in Rating],
        "may_change": visit.may(Right.CHANGE),
    }
    return render(visit.request, "room/ledger.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def claim(visit: Visit, claim: str) -> HttpResponse:
    """Show one claim: its words, slots, parts, links and history; correct and review it."""
    workspace = visit.workspace()
    row = ledger_row(workspace, claim)
    file = visit.case_file()
    index = CaseIndex.of(file)
    views = view_claims(file, index)
    view = next((one for one in views if one.claim.id == claim), None)
    past = claim_history(workspace, claim)
    stood = _stood(row, [one.record for one in past])
    seen = seen_verdicts(workspace)
    versions = link_versions(workspace, claim)
    parts = tuple(
        _PartForm(
            view=part,
            seen=seen.get((claim, part.part)),
            steps=verdict_history(workspace, claim, part.part, events=file.custody)[::-1],
            links=tuple(
                (link, versions.get((part.part, link.finding)) if link.person else None)
                for link in part.links
            ),
        )
        for part in (view.parts if view is not None else ())
    )
    shown = {
        "view": view,
        "row": row,
        "stood": stood,
        "parts": parts,
        "others": sum(not part.weighed for part in parts),
        "past": _past(row, [one.record for one in past])[::-1],
        "findings": [(one.id, name_finding(one.id, index), one.answer) for one in file.findings],
        "part_names": [(part.value, PART_NAMES[part]) for part in Part],
        "stances": [stance.value for stance in Stance],
        "ratings": [rating.value for rating in Rating],
        "confidences": [confidence.value for confidence in Confidence],
        "source": _source_of(file, views, stood.document),
        **_form(visit, file, stood),
    }
    return render(visit.request, "room/claim.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def new_claim(visit: Visit) -> HttpResponse:
    """Add a claim that the rules missed."""
    file = visit.case_file()
    views = view_claims(file, CaseIndex.of(file))
    chosen = visit.request.GET.get("document", "")
    stories = [story.document for story in file.stories if not story.document.is_sheet]
    if not stories or (chosen and chosen not in {document.digest for document in stories}):
        raise AbsentError(
            "source", "there is no such story in the case", remedy="Add the story first."
        )
    shown = {
        "source": _source_of(file, views, Digest(chosen or stories[0].digest)),
        "stories": stories,
        **_form(visit, file, None),
    }
    return render(visit.request, "room/new_claim.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def contradictions(visit: Visit) -> HttpResponse:
    """Show the claims that cannot both hold, by what they are about."""
    file = visit.case_file()
    disputes = view_disputes(view_claims(file, CaseIndex.of(file)))
    shown = {
        "visit": visit,
        "case": file,
        "tab": "contradictions",
        "disputes": [(dispute, dispute.bearing()) for dispute in disputes],
    }
    return render(visit.request, "room/contradictions.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def matrix(visit: Visit) -> HttpResponse:
    """Show claims against findings."""
    file = visit.case_file()
    index = CaseIndex.of(file)
    shown = {
        "visit": visit,
        "case": file,
        "tab": "matrix",
        "matrix": view_matrix(file, index, view_claims(file, index)),
    }
    return render(visit.request, "room/matrix.html", shown)


def _sources(file: CaseFile, views: Sequence[ClaimView]) -> tuple[_Source, ...]:
    return tuple(
        _Source(
            story=story,
            paragraphs=lay_out_source(story, [(view.number, view.claim) for view in own]),
            claims=own,
        )
        for story in file.stories
        if not story.document.is_sheet
        for own in [_own(views, story.document.digest)]
    )


def _source_of(file: CaseFile, views: Sequence[ClaimView], document: Digest) -> _Source | None:
    found = (one for one in _sources(file, views) if one.story.document.digest == document)
    return next(found, None)


def _own(views: Sequence[ClaimView], document: Digest) -> tuple[ClaimView, ...]:
    return tuple(view for view in views if view.claim.document == document)


def _stood(row: LedgerRow, past: Sequence[ClaimCorrection]) -> Claim:
    """Return the claim as it stands; of a withdrawn one, as it stood last."""
    left = [one.left for one in past if one.left is not None]
    stood = row.claim or (row.found.record if row.found is not None else None)
    if stood is None:
        stood = left[-1]
    return stood


def _past(row: LedgerRow, past: Sequence[ClaimCorrection]) -> list[_PastCorrection]:
    told = []
    stood = None if row.found is None else row.found.record
    for made in past:
        told.append(_PastCorrection(made=made, changed=describe_claim_changes(stood, made.left)))
        if made.left is not None:
            stood = made.left
    return told


def _form(visit: Visit, file: CaseFile, stood: Claim | None) -> Mapping[str, Any]:
    """Return what the form of a claim shows."""
    slots = () if stood is None else stood.slots
    return {
        "visit": visit,
        "case": file,
        "tab": "ledger",
        "may_change": visit.may(Right.CHANGE),
        "may_judge": visit.may(Right.JUDGE),
        "groups": [_group(name, subject, label, stood) for name, subject, label in _GROUPS],
        "blank_span": _SpanForm(start=None, end=None, exact=""),
        "slot_forms": [
            _SlotForm(
                stated=state_slot(slot, StatedSpan(start=slot.span.start, end=slot.span.end)),
                name=SLOT_NAMES[slot.attr],
                words=slot.span.exact,
                way=_way(slot.range is not None, slot.vague is not None),
            )
            for slot in slots
        ],
        "blank_slot": _SlotForm(stated=None, name="", words="", way="value"),
        "attrs": _named_attrs(SlotAttr),
        "quote_types": [one.value for one in QuoteType],
        "polarities": [one.value for one in Polarity],
        "quantifiers": [one.value for one in Quantifier],
        "units": VAGUE_UNITS,
        "outcome_words": OUTCOME_WORDS,
        "status_words": STATUS_WORDS,
        "api": f"/api/v1/cases/{visit.key}",
        "blank": stood is None,
    }


def _group(name: str, subject: str, label: str, stood: Claim | None) -> _SpanGroup:
    spans: tuple[Span, ...] = () if stood is None else getattr(stood, name)
    forms = tuple(_SpanForm(start=one.start, end=one.end, exact=one.exact) for one in spans)
    if not forms and name == "content":
        forms = (_SpanForm(start=None, end=None, exact=""),)
    return _SpanGroup(name=name, subject=subject, label=label, spans=forms)


def _way(is_range: bool, is_vague: bool) -> str:  # noqa: FBT001 - two facts about a slot
    return "range" if is_range else "vague" if is_vague else "value"


def _named_attrs(attrs: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - any iterable of attributes
    return sorted(
        {(attr.value, SLOT_NAMES[attr]) for attr in attrs}, key=lambda pair: pair[1].casefold()
    )
