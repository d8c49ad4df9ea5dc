"""The document of an edition, `purport.published/1`: what is reviewed, and what readers are given.

It holds confirmed ratings and what they rest on, and nothing else of the case. What an edition
never shows (blurred positions, hidden uploaders) is not in it; what it shows later (positions,
within the embargo) is left out by `readers_view` until then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from purport.core.case import ItemRecord, Publication
from purport.core.casefile import CaseFile, CaseItem
from purport.core.claims import Claim
from purport.core.digests import Digest, JsonObject
from purport.core.editions import Safety
from purport.core.findings import Finding
from purport.core.instants import format_utc
from purport.core.ratings import Rating, ReviewState
from purport.core.verdicts import EvidenceLink, Verdict
from purport.reports.published.covering import (
    COVERED_NAME,
    bare_host,
    cover_names,
    cover_positions,
    handles_in,
)
from purport.reports.published.places import places_of
from purport.verdicts import JudgedInputs, item_authenticity

__all__ = ["PUBLISHED_SCHEMA", "Wording", "names_kept_back", "published_document"]

PUBLISHED_SCHEMA = "purport.published/1"
"""What the document's `schema` member says."""

_PROPOSED = " (proposed rating: "
_ON_FOOTAGE = frozenset({"edits", "reuse"})
"""Checks whose findings tell what was done to footage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an edition is called and says of itself."""

    key: str
    """Key of the case, the last part of its address."""
    number: int
    """The edition's number, from 1."""
    title: str
    """Its title."""
    summary: str
    """What it says, in a few sentences."""
    correction: str | None
    """What it puts right in the edition before; None when it corrects nothing."""
    made_utc: datetime
    """When the document was made."""


def published_document(case: CaseFile, wording: Wording, safety: Safety) -> JsonObject:
    """Choose what readers may see of a case.

    Args:
        case: The case as it stands.
        wording: Title and summary.
        safety: What they are not shown.

    Returns:
        The document: finite JSON values only; what is absent is null.
    """
    return _Choice(case, safety).document(wording)


class _Choice:
    def __init__(self, case: CaseFile, safety: Safety) -> None:
        self._case = case
        self._safety = safety
        self._confirmed = [
            verdict
            for verdict in case.verdicts
            if verdict.review is ReviewState.REVIEWED and verdict.rating is not Rating.NOT_CHECKABLE
        ]
        told = {link.finding for verdict in self._confirmed for link in verdict.links}
        self._findings = [finding for finding in case.findings if finding.id in told]
        shown = {finding.item for finding in self._findings}
        self._items = [item for item in case.items if item.record.digest in shown]
        self._labels = {
            item.record.digest: f"Item {place}" for place, item in enumerate(self._items, 1)
        }
        self._authenticity = item_authenticity(
            JudgedInputs(
                claims=case.claims,
                findings=tuple(one for one in self._findings if one.check in _ON_FOOTAGE),
                items=tuple(item.record for item in case.items),
            )
        )
        self._without_names = cover_names(
            _names_of((item.record for item in case.items), self._labels)
            if safety.hide_uploader
            else {}
        )

    def document(self, wording: Wording) -> JsonObject:
        claims = {verdict.claim for verdict in self._confirmed}
        return {
            "schema": PUBLISHED_SCHEMA,
            "key": wording.key,
            "edition": wording.number,
            "title": self._words(wording.title),
            "summary": self._words(wording.summary),
            "correction": None if wording.correction is None else self._words(wording.correction),
            "made_utc": format_utc(wording.made_utc),
            "date": None if self._case.date is None else self._case.date.stated,
            "synthetic": self._case.synthetic,
            "notice": self._case.notice,
            "positions_blurred": self._safety.blur_positions,
            "claims": [self._claim(claim) for claim in self._case.claims if claim.id in claims],
            "items": [self._item(item) for item in self._items],
            "findings": [self._finding(finding) for finding in self._findings],
        }

    def _claim(self, claim: Claim) -> JsonObject:
        role = claim.claimant_role
        story = next(
            one for one in self._case.stories if one.document.digest == claim.document
        ).document
        return {
            "id": claim.id,
            "claimant": self._words(claim.claimant),
            "claimant_role": None if role is None else self._words(role),
            "words": self._words(" … ".join(span.exact for span in claim.content)),
            "told_in": {
                "title": None if story.title is None else self._words(story.title),
                "published": story.published,
            },
            "verdicts": [
                self._verdict(verdict) for verdict in self._confirmed if verdict.claim == claim.id
            ],
        }

    def _verdict(self, verdict: Verdict) -> JsonObject:
        when = next(
            (
                note.reviewed_utc
                for note in self._case.reviews
                if (note.claim, note.part) == (verdict.claim, verdict.part)
            ),
            None,
        )
        return {
            "part": verdict.part.value,
            "rating": verdict.rating.value,
            "likelihood": None if verdict.likelihood is None else verdict.likelihood.value,
            "confidence": verdict.confidence.value,
            "because": [self._words(line) for line in _argument(verdict)],
            "would_change": [self._words(line) for line in verdict.would_change],
            "confirmed_utc": None if when is None else format_utc(when),
            "evidence": [self._link(link) for link in verdict.links],
        }

    def _link(self, link: EvidenceLink) -> JsonObject:
        return {
            "finding": link.finding,
            "stance": link.stance.value,
            "reason": self._words(link.reason),
        }

    def _item(self, item: CaseItem) -> JsonObject:
        record, hidden = item.record, self._safety.hide_uploader
        public = record.publication
        opens = self._opens(public)
        return {
            "sha256": record.digest,
            "name": self._labels[record.digest] if hidden else record.name,
            "duration_s": item.duration_s,
            "first_published": None if public is None else public.published.stated,
            "publisher": None if hidden or public is None else public.publisher,
            "url": None if hidden or public is None else public.url,
            "claimed_place": self._claimed_name(record),
            "authenticity": [one.value for one in self._authenticity.get(record.digest, ())],
            "opens_blurred": self._safety.blur_positions
            or record.digest not in self._safety.shown_plain,
            "shown_on_request": not self._safety.blur_positions
            and record.digest in self._safety.shown_on_request,
            "positions_from_utc": None if opens is None else format_utc(opens),
            "places": []
            if self._safety.blur_positions
            else places_of(record, self._findings_of(record.digest)),
        }

    def _opens(self, public: Publication | None) -> datetime | None:
        if public is None:
            return None
        return public.published.latest_utc + timedelta(hours=self._safety.embargo_h)

    def _claimed_name(self, record: ItemRecord) -> str | None:
        place = record.claimed_place
        return None if place is None or place.name is None else self._words(place.name)

    def _findings_of(self, item: Digest) -> list[Finding]:
        return [finding for finding in self._findings if finding.item == item]

    def _finding(self, finding: Finding) -> JsonObject:
        return {
            "id": finding.id,
            "check": finding.check,
            "version": finding.version,
            "item": finding.item,
            "answer": finding.answer,
            "reason": self._words(finding.reason),
            "limits": [self._words(line) for line in finding.limits],
        }

    def _words(self, text: str) -> str:
        named = self._without_names(text)
        return cover_positions(named) if self._safety.blur_positions else named


def names_kept_back(items: Sequence[ItemRecord], safety: Safety) -> tuple[str, ...]:
    """Return the names and addresses that an edition keeps back of who made footage public.

    Args:
        items: The items of the case as it stands.
        safety: What its readers are not shown.
    """
    return tuple(_names_of(items, {})) if safety.hide_uploader else ()


def _names_of(items: Iterable[ItemRecord], labels: Mapping[Digest, str]) -> Mapping[str, str]:
    """Return what is said for whatever tells who uploaded an item."""
    other: dict[str, str] = {}
    for record in items:
        label = labels.get(record.digest, "another item")
        public = record.publication
        addresses = [url for url in (record.url, None if public is None else public.url) if url]
        for url in addresses:
            other |= dict.fromkeys(handles_in(url), "[account withheld]")
            other |= {host: "[site withheld]" for host in (_host(url), bare_host(url)) if host}
        other |= dict.fromkeys(addresses, "[address withheld]")
        other |= {record.name: label}
        if record.collector:
            other[record.collector] = COVERED_NAME
        if public is not None and public.publisher:
            other[public.publisher] = "[uploader withheld]"
    return other


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _argument(verdict: Verdict) -> list[str]:
    """Return the argument without the name of whoever confirmed it, which is the desk's affair."""
    by = f"{verdict.reviewer}: "
    return [_without_proposals(line.removeprefix(by)) for line in verdict.because]


def _without_proposals(text: str) -> str:
    """Leave out how other claims are proposed to be rated: only what is confirmed is published."""
    before, found, after = text.partition(_PROPOSED)
    return before + after.partition(")")[2] if found else text
