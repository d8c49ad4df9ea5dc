"""A workspace as plain records, in an order that depends on what was given alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from purport.casework.holdings import case_date, live_claims, live_items, setting
from purport.casework.workspace import Workspace
from purport.core.case import ItemRecord
from purport.core.casefile import CaseFile, CaseItem, CustodyEvent, Fault, MarkRecord, StoryText
from purport.core.claims import Part
from purport.core.contributions import Contribution, finding_of
from purport.core.corrections import ClaimCorrection, PersonLink, ReviewNote
from purport.core.digests import JsonValue
from purport.core.findings import Finding, NotRun
from purport.core.verdicts import Verdict
from purport.store import InputFault, Outcome, Review, Stored, Survey

__all__ = [
    "SYNTHETIC",
    "Gathered",
    "case_file",
    "case_items",
    "gather_findings",
    "live_verdicts",
    "review_notes",
    "says_synthetic",
    "told_when",
]

SYNTHETIC = "SYNTHETIC"
"""What footage that was made says of itself, in every frame and in its tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that the checks came to."""

    findings: tuple[Finding, ...]
    """Answers."""
    not_run: tuple[NotRun, ...]
    """Checks that lacked an input."""
    faults: tuple[Fault, ...]
    """What went wrong, with files and with checks."""


def case_file(workspace: Workspace) -> CaseFile:
    """Return everything of a case as it stands."""
    gathered = gather_findings(workspace)
    items = case_items(workspace, live_items(workspace))
    custody = workspace.store.custody()
    return CaseFile(
        name=setting(workspace, "name") or workspace.folder.name,
        date=case_date(workspace),
        stories=tuple(stored.record for stored in workspace.store.live(StoryText)),
        items=items,
        claims=live_claims(workspace),
        findings=gathered.findings,
        not_run=gathered.not_run,
        marks=tuple(stored.record for stored in workspace.store.live(MarkRecord)),
        verdicts=live_verdicts(workspace),
        faults=gathered.faults,
        custody=custody,
        synthetic=any(says_synthetic(item.container) for item in items),
        notice=setting(workspace, "notice"),
        corrections=tuple(one.record for one in workspace.store.live(ClaimCorrection)),
        person_links=tuple(one.record for one in workspace.store.live(PersonLink)),
        reviews=review_notes(workspace, custody),
    )


def gather_findings(workspace: Workspace) -> Gathered:
    """Return what the checks came to, items in the order collected, then checks by name.

    Sheets come after all items, in the order in which they were collected, and what was taken over
    from readers comes last.
    """
    documents = (stored.record.document.digest for stored in workspace.store.live(StoryText))
    seen = [*(item.digest for item in live_items(workspace)), *documents]
    places = {digest: place for place, digest in enumerate(seen)}
    outcomes = sorted(
        (stored.record for stored in workspace.store.live(Outcome)),
        key=lambda outcome: (places[outcome.item], outcome.check),
    )
    surveys = sorted(
        (stored.record for stored in workspace.store.live(Survey)),
        key=lambda survey: places[survey.item],
    )
    contributions = sorted(
        (stored.record for stored in workspace.store.live(Contribution)),
        key=lambda one: (one.accepted_utc, one.id),
    )
    refused = [stored.record.fault for stored in workspace.store.live(InputFault)]
    return Gathered(
        findings=(
            *(finding for outcome in outcomes for finding in outcome.findings),
            *(finding_of(one) for one in contributions),
        ),
        not_run=tuple(outcome.not_run for outcome in outcomes if outcome.not_run is not None),
        faults=(
            *sorted(refused, key=lambda fault: fault.subject),
            *(survey.fault for survey in surveys if survey.fault is not None),
            *(outcome.fault for outcome in outcomes if outcome.fault is not None),
        ),
    )


def live_verdicts(workspace: Workspace) -> tuple[Verdict, ...]:
    """Return the verdict on each part of each claim, a person's before the machine's."""
    reviews = {
        (stored.record.verdict.claim, stored.record.verdict.part): stored.record.verdict
        for stored in workspace.store.live(Review)
    }
    places = {claim.id: place for place, claim in enumerate(live_claims(workspace))}
    parts = tuple(Part)
    proposals = sorted(
        (s.record for s in workspace.store.live(Verdict) if s.record.claim in places),
        key=lambda verdict: (places[verdict.claim], parts.index(verdict.part)),
    )
    return tuple(reviews.get((verdict.claim, verdict.part), verdict) for verdict in proposals)


def told_when(custody: Sequence[CustodyEvent]) -> dict[str, CustodyEvent]:
    """Return the event of the chain in which each row was stored, by the row's digest."""
    told: dict[str, CustodyEvent] = {}
    for event in custody:
        rows = event.details.get("rows")
        for row in rows if isinstance(rows, list | tuple) else ():
            told[str(row[2])] = event
    return told


def review_notes(workspace: Workspace, custody: Sequence[CustodyEvent]) -> tuple[ReviewNote, ...]:
    """Return who stands behind the ratings that are reviewed.

    Args:
        workspace: The case.
        custody: Its custody events; those that tell of reviews suffice.
    """
    reviews = workspace.store.live(Review)
    if not reviews:
        return ()
    told = told_when(custody)
    proposals = {
        (stored.record.claim, stored.record.part): stored.digest
        for stored in workspace.store.live(Verdict)
    }
    notes = []
    for stored in reviews:
        verdict = stored.record.verdict
        event = told.get(stored.digest)
        notes.append(
            ReviewNote(
                claim=verdict.claim,
                part=verdict.part,
                author=verdict.reviewer or "",
                reason=stored.record.reason,
                reviewed_utc=None if event is None else event.occurred_utc,
                moved=proposals.get((verdict.claim, verdict.part)) != stored.record.proposal,
            )
        )
    return tuple(notes)


def case_items(
    workspace: Workspace,
    records: Sequence[ItemRecord],
    surveys: Iterable[Stored[Survey]] | None = None,
) -> tuple[CaseItem, ...]:
    """Return items with what their streams showed.

    Args:
        workspace: The case.
        records: The items.
        surveys: What was found in their frames; None to read it of all items of the case.
    """
    known = workspace.store.live(Survey) if surveys is None else surveys
    by_item = {stored.record.item: stored.record for stored in known}
    return tuple(_case_item(record, by_item.get(record.digest)) for record in records)


def _case_item(record: ItemRecord, survey: Survey | None) -> CaseItem:
    return CaseItem(
        record=record,
        duration_s=None if survey is None else survey.duration_s,
        frames=None if survey is None else survey.frames,
        container=None if survey is None else survey.probe,
    )


def says_synthetic(value: JsonValue) -> bool:
    """Tell whether any text of a probe (its tags, above all) says SYNTHETIC."""
    if isinstance(value, str):
        return SYNTHETIC in value
    if isinstance(value, dict):
        return any(says_synthetic(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(says_synthetic(part) for part in value)
    return False
