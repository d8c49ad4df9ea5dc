"""The machine-readable result: a case as one JSON document, and the schema that it obeys.

The document is `purport.case/1`. Members are added, never renamed, retyped or removed; the schema
file beside this module describes every one of them.
"""

import json
import math
from functools import lru_cache
from importlib import resources
from pathlib import Path

from purport.core.casefile import CaseFile, CaseItem, StoryText
from purport.core.claims import Claim, Slot, Span
from purport.core.corrections import ClaimCorrection
from purport.core.digests import JsonObject, JsonValue
from purport.core.findings import Finding
from purport.core.records import to_json
from purport.core.verdicts import Verdict

__all__ = ["SCHEMA_NAME", "case_document", "case_schema"]

SCHEMA_NAME = "purport.case/1"
"""What the document's `schema` member says."""

_SCHEMA_FILE = "purport.case-1.schema.json"


def case_document(case: CaseFile, *, dossier: Path | None) -> JsonObject:
    """Write a case as the `purport.case/1` document.

    Args:
        case: The case.
        dossier: Where its dossier was written; None when none was written.

    Returns:
        Finite JSON values only; what is absent is null.
    """
    return {
        "schema": SCHEMA_NAME,
        "name": case.name,
        "date": to_json(case.date),
        "synthetic": case.synthetic,
        "notice": case.notice,
        "items": [_item(item) for item in case.items],
        "documents": [_document(story) for story in case.stories],
        "claims": [_claim(claim) for claim in case.claims],
        "findings": [_finding(finding) for finding in case.findings],
        "not_run": to_json(case.not_run),
        "verdicts": [_verdict(verdict) for verdict in case.verdicts],
        "links": [to_json(link) for verdict in case.verdicts for link in verdict.links],
        "marks": to_json(case.marks),
        "faults": to_json(case.faults),
        "corrections": [_correction(one) for one in case.corrections],
        "person_links": to_json(case.person_links),
        "reviews": to_json(case.reviews),
        "custody_head": _custody_head(case),
        "dossier": None if dossier is None else str(dossier),
    }


def case_schema() -> JsonObject:
    """Return the JSON Schema (draft 2020-12) of the `purport.case/1` document."""
    return _read_schema()


@lru_cache(maxsize=1)
def _read_schema() -> JsonObject:
    text = resources.files("purport.reports").joinpath(_SCHEMA_FILE).read_text(encoding="utf-8")
    schema: JsonObject = json.loads(text)
    return schema


def _item(item: CaseItem) -> JsonObject:
    record = item.record
    return {
        "sha256": record.digest,
        "name": record.name,
        "duration_s": item.duration_s,
        "frames": item.frames,
        "size_bytes": record.size_bytes,
        "url": record.url,
        "collector": record.collector,
        "retrieved": to_json(record.retrieved),
        "publication": to_json(record.publication),
        "claimed_place": to_json(record.claimed_place),
        "claimed_time": to_json(record.claimed_time),
        "target": to_json(record.target),
        "references": list(record.references),
        "terrain": record.terrain,
        "file_time": to_json(record.file_time),
        "sidecars": [{"name": name, "sha256": digest} for name, digest in record.sidecars],
        "container": item.container,
    }


def _document(story: StoryText) -> JsonObject:
    document = story.document
    return {
        "sha256": document.digest,
        "name": document.name,
        "media_type": document.media_type,
        "encoding": document.encoding,
        "encoding_basis": document.encoding_basis,
        "title": document.title,
        "published": document.published,
        "main_text_basis": document.main_text_basis,
    }


def _claim(claim: Claim) -> JsonObject:
    return {
        "id": claim.id,
        "document": claim.document,
        "claimant": claim.claimant,
        "claimant_role": claim.claimant_role,
        "quote_type": claim.quote_type.value,
        "source": _spans(claim.source),
        "cue": _spans(claim.cue),
        "content": _spans(claim.content),
        "addressee": to_json(claim.addressee),
        "venue": to_json(claim.venue),
        "medium": to_json(claim.medium),
        "hedges": _spans(claim.hedges),
        "commitment": to_json(claim.commitment),
        "proposed_by": claim.proposed_by,
        "nested_in": claim.nested_in,
        "slots": [_slot(slot) for slot in claim.slots],
        "relations": to_json(claim.relations),
        "appearances": _spans(claim.appearances),
    }


def _spans(spans: tuple[Span, ...]) -> JsonValue:
    return to_json(spans)


def _slot(slot: Slot) -> JsonObject:
    amounts: dict[str, JsonValue] = {}
    if slot.value is not None:
        amounts["value"] = slot.value
    if slot.range is not None:
        amounts["range"] = [_bound(end) for end in slot.range]
    if slot.vague is not None:
        amounts["vague"] = slot.vague
    return {
        "attr": slot.attr.value,
        **amounts,
        "span": to_json(slot.span),
        "unit": slot.unit,
        "polarity": slot.polarity.value,
        "exclusive": slot.exclusive,
        "quantifier": None if slot.quantifier is None else slot.quantifier.value,
        "basis": slot.basis,
        "places": list(slot.places),
    }


def _bound(end: float) -> float | None:
    return end if math.isfinite(end) else None


def _finding(finding: Finding) -> JsonObject:
    return {
        "id": finding.id,
        "check": finding.check,
        "version": finding.version,
        "item": finding.item,
        "answer": finding.answer,
        "reason": finding.reason,
        "values": finding.values,
        "limits": list(finding.limits),
        "derivation": {
            "inputs": dict(finding.derivation.inputs),
            "parameters": finding.derivation.parameters,
            "libraries": dict(finding.derivation.libraries),
            "seed": finding.derivation.seed,
        },
    }


def _verdict(verdict: Verdict) -> JsonObject:
    return {
        "claim": verdict.claim,
        "part": verdict.part.value,
        "rating": verdict.rating.value,
        "likelihood": None if verdict.likelihood is None else verdict.likelihood.value,
        "probability": verdict.probability,
        "confidence": verdict.confidence.value,
        "confidence_reason": verdict.confidence_reason,
        "because": list(verdict.because),
        "tried": list(verdict.tried),
        "impossible": list(verdict.impossible),
        "would_change": list(verdict.would_change),
        "review": verdict.review.value,
        "reviewer": verdict.reviewer,
    }


def _correction(correction: ClaimCorrection) -> JsonObject:
    return {
        "claim": correction.claim,
        "act": correction.act.value,
        "author": correction.author,
        "reason": correction.reason,
        "corrected_utc": to_json(correction.corrected_utc),
    }


def _custody_head(case: CaseFile) -> JsonObject | None:
    if not case.custody:
        return None
    last = case.custody[-1]
    return {"sequence": last.sequence, "digest": last.digest}
