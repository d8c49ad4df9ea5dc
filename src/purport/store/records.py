"""What the store keeps beside the vocabulary of `core`, and how it is asked.

Invariants: rows are inserted and never changed; of the rows with one key, the one that no other
supersedes is live; every row's digest stands in the custody event of the transaction that wrote it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from purport.core.casefile import CustodyEvent, Fault
from purport.core.digests import Digest, JsonObject
from purport.core.findings import Finding, NotRun
from purport.core.verdicts import Verdict
from purport.vault import EventDraft, Row

__all__ = [
    "Attachment",
    "AttachmentKind",
    "CopiedDatabase",
    "CopiedTable",
    "Entry",
    "InputFault",
    "Later",
    "Outcome",
    "Past",
    "Review",
    "Setting",
    "ShelvedCase",
    "Store",
    "Stored",
    "Survey",
]

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing said of the case as a whole."""

    key: str
    """"name", "date", "notice", "references" (digests, blanks between) or "terrain"."""
    value: str
    """As given."""


class AttachmentKind(StrEnum):
    """What a file other than a story or footage is for."""

    ARCHIVE = "archive"
    ATTEMPT = "attempt"
    CAPTURE = "capture"
    CONTROL = "control"
    MATCHER = "matcher"
    MODEL_ANSWERS = "model_answers"
    REFERENCE = "reference"
    TARGET_AREA = "target_area"
    TERRAIN = "terrain"
    TRUSTED_SIGNERS = "trusted_signers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An orthophoto, heights, control layer, target outline, matcher, list of signers or archive.

    A capture, and an attempt at one that failed, is a web archive with the record of how it came
    about; an archive is one that somebody else made.
    """

    kind: AttachmentKind
    """What it is for."""
    digest: Digest
    """SHA-256 of its bytes."""
    name: str
    """File name as given."""
    companions: tuple[tuple[str, Digest], ...] = ()
    """Name and digest of the files that belong to it (world file), sorted by name."""
    accuracy_m: float | None = None
    """Stated standard uncertainty, horizontal of an orthophoto, vertical of heights; None when
    nothing states it. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What one pass over an item's frames found, in short."""

    item: Digest
    """The media item."""
    version: str
    """Version of the pass."""
    probe: JsonObject | None
    """What the container says; None when it could not be read."""
    duration_s: float | None
    """From first to last presentation time plus the last frame's duration; None when the frames
    could not be decoded. [s]"""
    frames: int | None
    """Decoded frames; None when they could not be decoded."""
    fault: Fault | None = None
    """What went wrong; None when nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one check on one item: findings, what it lacked, or what went wrong."""

    item: Digest
    """The media item."""
    check: str
    """Name of the check."""
    version: str
    """Version of the check."""
    parameters: Digest
    """Digest of its parameters."""
    inputs: Digest
    """Digest of all that it could see."""
    findings: tuple[Finding, ...] = ()
    """Its answers."""
    not_run: NotRun | None = None
    """What it lacked; None when it ran."""
    fault: Fault | None = None
    """What went wrong; None when nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFault:
    """A file given to the last run that could not be taken in."""

    fault: Fault
    """What was wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A person's judgement on one part of one claim; the machine's proposal stays on record."""

    verdict: Verdict
    """The verdict as the person leaves it."""
    reason: str
    """Why."""
    proposal: Digest
    """Digest of the proposal that the person looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record to be stored: a first one, a correction, or the withdrawal of the live one."""

    record: object
    """An instance of a kind that the store knows."""
    withdrawn: bool = False
    """True to say that the record no longer holds; it stays on record."""
    replaces: Digest | None = None
    """Digest of the row that it is meant to supersede, as whoever corrects it saw it: when another
    is live, nothing is stored; None to supersede whatever is live."""
    first: bool = False
    """True when nothing may be live under its key: when somebody else was there first, nothing is
    stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(Generic[RecordT]):
    """A live record with the digest of its row."""

    record: RecordT
    """The record."""
    digest: Digest
    """Digest of the row, as it stands in the custody chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past(Generic[RecordT]):
    """A record that holds or held, with its row."""

    record: RecordT
    """The record."""
    digest: Digest
    """Digest of the row."""
    supersedes: Digest | None
    """Digest of the row that it replaced; None for a first one."""
    withdrawn: bool
    """Whether it says that the record no longer holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later(Generic[RecordT]):
    """What was stored of a kind since somebody looked."""

    last: int
    """Its last row, to be given back by whoever looks again."""
    fresh: int
    """How many keys came first since."""
    records: Mapping[str, RecordT | None]
    """By key, what is live now and holds what was asked for; None where what did may not any
    more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelvedCase:
    """A case in a list of cases."""

    key: str
    """Its key within the database."""
    name: str | None
    """What it is called; None when nobody said."""
    items: int
    """Media items."""
    claims: int
    """Claims."""
    head: tuple[int, Digest] | None
    """Place and digest of its last custody event; None before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """A table that is equal in two databases."""

    name: str
    """Its name."""
    rows: int
    """How many rows it has."""
    digest: Digest
    """SHA-256 of the sorted SHA-256 of the canonical JSON of its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedDatabase:
    """A database that was copied."""

    tables: tuple[CopiedTable, ...]
    """Its tables, by name."""
    cases: tuple[ShelvedCase, ...]
    """Its cases, each with the head of its custody chain, which was verified in the copy."""


class Store(Protocol):
    """The records of one case."""

    def append(self, entries: Sequence[Entry], event: EventDraft) -> int:
        """Store records and the custody event that names them, all or nothing.

        An entry equal to the live record changes nothing and is left out; when nothing is left of
        several entries the event is left out too. Without entries the event alone is appended.

        Returns:
            How many rows were inserted.

        Raises:
            ConflictError: What an entry is meant to supersede is not live any more; nothing was
                stored.
            StorageFullError: There is no room; nothing of it was stored.
            WorkspaceBusyError: Another process kept the database locked.
        """
        ...

    def head(self) -> tuple[int, Digest] | None:
        """Return place and digest of the last custody event; None before the first.

        Whatever is stored moves it, so that what was read while it stood still holds.
        """
        ...

    def live(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        """Return the live records of a kind, in the order in which their keys first came."""
        ...

    def live_of(self, kind: type[RecordT], keys: Collection[str]) -> tuple[Stored[RecordT], ...]:
        """Return the live records of some keys, in the order in which these first came.

        As quick among a hundred thousand as among ten.
        """
        ...

    def live_about(self, item: Digest) -> tuple[Stored[Outcome], ...]:
        """Return the live outcomes of an item, in the order of their rows."""
        ...

    def live_page(
        self, kind: type[RecordT], *, skip: int, most: int
    ) -> tuple[tuple[Stored[RecordT], ...], bool]:
        """Return the live records of a page of keys, and whether further keys follow.

        Args:
            kind: Which.
            skip: How many keys are left out, in the order in which they first came.
            most: How many keys the page has; where some are withdrawn, it has fewer records.
        """
        ...

    def later(self, kind: type[RecordT], after: int, holding: str | None) -> Later[RecordT]:
        """Return what was stored of a kind, or of the custody chain, after a row.

        For whoever keeps a few records out of many at hand and reads only what is new of them.

        Args:
            kind: Which; events of the chain have their place as key.
            after: The last row that is known; 0 for none.
            holding: Text that the canonical JSON of the records of interest holds; None where only
                their number is.
        """
        ...

    def past(self, kind: type[RecordT], keys: Collection[str]) -> tuple[Past[RecordT], ...]:
        """Return all records that ever had one of some keys, in the order of insertion."""
        ...

    def rows_named(self, digests: Collection[Digest]) -> tuple[Row, ...]:
        """Return the rows of some digests, table by table, in the order of insertion."""
        ...

    def live_briefly(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        """Return the live records of a kind without what takes room in them.

        Findings lose their numbers and derivations; all else is as `live` returns it. For pages
        that name findings; nothing may be computed or stored from it.
        """
        ...

    def ever(self, kind: type[RecordT]) -> tuple[Stored[RecordT], ...]:
        """Return every record of a kind that was ever stored, superseded and withdrawn ones too.

        In the order in which they were stored, each once.
        """
        ...

    def outcomes(
        self, outcome_of: tuple[Digest, str], *, version: str, parameters: Digest
    ) -> tuple[Outcome, ...]:
        """Return all that a check ever made of an item, latest first, superseded ones too.

        Args:
            outcome_of: The item and the name of the check.
            version: Version of the check.
            parameters: Digest of its parameters.
        """
        ...

    def custody(self) -> tuple[CustodyEvent, ...]:
        """Return all custody events, in order."""
        ...

    def preserved(self) -> tuple[Digest, ...]:
        """Return the digests of what the custody chain says was preserved, each once, in order."""
        ...

    def live_containing(
        self, kind: type[RecordT], words: Collection[str] = (), *, skip: int = 0
    ) -> Iterator[Stored[RecordT]]:
        """Give the live records of a kind whose JSON holds some words, in the order of their rows.

        Names of members count too: whoever searches looks at the records' own text again. Read as
        they are asked for, so that a first few come at once; nothing may be stored meanwhile.

        Args:
            kind: Which.
            words: All of them must occur, in capitals or not.
            skip: How many of the first are left out.
        """
        ...

    def tables(self) -> Mapping[str, type]:
        """Return the name of every table with the kind of record that lies in it."""
        ...

    def rows(self) -> Iterator[Row]:
        """Give every row that was ever inserted, table by table, in the order of insertion."""
        ...

    def verify(self) -> int:
        """Hold every row and event against the custody chain.

        Returns:
            How many rows were verified.

        Raises:
            BrokenChainError: Names the first event or record that is off.
        """
        ...

    def neighbours(self) -> tuple[ShelvedCase, ...]:
        """Return all cases of the database, this one too, the one changed last at the top."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
