"""A whole case as plain records: what the report, the JSON document and a sealed bundle read."""

from dataclasses import dataclass
from datetime import datetime

from purport.core.case import ItemRecord
from purport.core.claims import Claim, SourceDocument
from purport.core.corrections import ClaimCorrection, PersonLink, ReviewNote
from purport.core.digests import Digest, JsonObject
from purport.core.findings import Finding, NotRun
from purport.core.instants import StatedTime
from purport.core.verdicts import Verdict

__all__ = ["CaseFile", "CaseItem", "CustodyEvent", "Fault", "MarkRecord", "StoryText"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryText:
    """A source document with its decoded text."""

    document: SourceDocument
    """What is known of it."""
    text: str
    """The decoded text; every span of every claim slices it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItem:
    """A media item of the case with what its streams showed."""

    record: ItemRecord
    """What is recorded of it."""
    duration_s: float | None
    """From first to last presentation time plus the last frame's duration; None when it could
    not be decoded. [s]"""
    frames: int | None
    """Decoded frames; None when it could not be decoded."""
    container: JsonObject | None
    """Its probe as JSON; None when it could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What the program could not do, about one input; never evidence."""

    subject: str
    """File or record."""
    kind: str
    """Name of the error class."""
    fault: str
    """What was wrong."""
    remedy: str
    """What to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecord:
    """Something that a person placed by hand; it never replaces a machine's finding on record."""

    id: str
    """"m" and the first 12 digits of the digest of all the rest."""
    item: Digest
    """The media item."""
    kind: str
    """"control_point", "target", "impact" or "shadow_tip"."""
    values: JsonObject
    """Frame, pixel and map position, by kind."""
    author: str
    """Who placed it."""
    placed_utc: datetime
    """When."""
    note: str | None = None
    """Why; None when nothing was said."""
    supersedes: str | None = None
    """The mark that it replaces; None for a first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEvent:
    """One link of the append-only custody chain (PREMIS event)."""

    sequence: int
    """Position in the chain, from 0."""
    kind: str
    """"collected", "recorded", "analysed", "marked", "corrected", "linked", "judged", "published",
    "contributed", "exported", "verified"."""
    subject: Digest | None
    """Digest of the bytes or record concerned; None for the workspace as a whole."""
    agent: str
    """Who or what acted."""
    tool_version: str
    """"purport X.Y.Z"."""
    occurred_utc: datetime
    """When."""
    details: JsonObject
    """What else belongs to it; no personal data."""
    previous: Digest
    """Digest of the event before; 64 zeros for the first."""
    digest: Digest
    """Digest of the canonical JSON of all the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything of a case, as it stands."""

    name: str
    """Name of the case: the workspace folder's, or as given."""
    date: StatedTime | None
    """The date claimed for the case; None: none given."""
    stories: tuple[StoryText, ...]
    """Source documents."""
    items: tuple[CaseItem, ...]
    """Media items."""
    claims: tuple[Claim, ...]
    """Claims of all stories, in order of the text."""
    findings: tuple[Finding, ...]
    """Live findings."""
    not_run: tuple[NotRun, ...]
    """Checks that did not run, with what they lacked."""
    marks: tuple[MarkRecord, ...]
    """Live marks."""
    verdicts: tuple[Verdict, ...]
    """Live verdicts."""
    faults: tuple[Fault, ...]
    """Inputs that could not be used."""
    custody: tuple[CustodyEvent, ...]
    """The custody chain."""
    synthetic: bool = False
    """Whether any item says of itself that it is SYNTHETIC; every page then says so."""
    notice: str | None = None
    """A line shown on every page ("the place is fictional …"); None for none."""
    corrections: tuple[ClaimCorrection, ...] = ()
    """Live corrections of claims by people; `claims` has them in place."""
    person_links: tuple[PersonLink, ...] = ()
    """Findings that people link to parts of claims, or unlink; the verdicts' own links stay."""
    reviews: tuple[ReviewNote, ...] = ()
    """Who stands behind the ratings that are reviewed."""
