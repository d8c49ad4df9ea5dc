"""What the provenance check answers, and what it lists."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Contradiction",
    "ContradictionKind",
    "CredentialState",
    "Credentials",
    "ProvenanceAnswer",
    "ProvenanceValues",
    "Side",
    "Statement",
    "Topic",
]


class ProvenanceAnswer(StrEnum):
    """Whether what the file, its sidecars and its record state fits together."""

    CONTRADICTIONS_FOUND = "contradictions_found"
    """At least two statements cannot both be right."""
    NO_CONTRADICTION_FOUND = "no_contradiction_found"
    """What is stated fits together; that does not prove that it is true."""
    CANNOT_TELL = "cannot_tell"
    """Too little is stated for anything to be compared."""


class Topic(StrEnum):
    """What a statement is about."""

    CREDENTIALS = "credentials"
    DEVICE = "device"
    FORMAT = "format"
    LENGTH = "length"
    PLACE = "place"
    SOFTWARE = "software"
    TIME = "time"


class ContradictionKind(StrEnum):
    """How two statements contradict each other."""

    APPEARED_BEFORE_CLAIMED = "appeared_before_claimed"
    BYTES_DIFFER = "bytes_differ"
    CREATED_AFTER_FILE_TIME = "created_after_file_time"
    CREATED_AFTER_PUBLICATION = "created_after_publication"
    CREATED_AFTER_RETRIEVAL = "created_after_retrieval"
    CREATED_OUTSIDE_CLAIMED = "created_outside_claimed"
    CREATION_TIMES_DIFFER = "creation_times_differ"
    CREDENTIALS_DO_NOT_HOLD = "credentials_do_not_hold"
    DEVICE_AND_SOFTWARE = "device_and_software"
    DEVICES_DIFFER = "devices_differ"
    EXTENSION_DIFFERS = "extension_differs"
    FILES_JOINED = "files_joined"
    LENGTHS_DIFFER = "lengths_differ"
    MODIFIED_BEFORE_CREATED = "modified_before_created"
    PLACE_DIFFERS_FROM_CLAIMED = "place_differs_from_claimed"
    PLACES_DIFFER = "places_differ"
    SAID_TO_BE_GENERATED = "said_to_be_generated"
    SIGNED_BEFORE_CREATED = "signed_before_created"
    SOFTWARE_NEWER_THAN_CREATION = "software_newer_than_creation"
    TELEMETRY_RUNS_OTHERWISE = "telemetry_runs_otherwise"
    TELEMETRY_TIME_DIFFERS = "telemetry_time_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something that the file, a sidecar or the record states."""

    topic: Topic
    """What it is about."""
    source: str
    """Where it stands, in words: "movie header", "tag com.apple.quicktime.make"."""
    says: str
    """What it says, as stored or in words; names of people and serial numbers are withheld."""
    earliest_utc: str | None = None
    """Of a time, the first instant that fits, ISO 8601; None for other topics."""
    latest_utc: str | None = None
    """Of a time, the last instant that fits, ISO 8601; None for other topics."""
    point: tuple[float, float] | None = None
    """Of a place, longitude and latitude; None for other topics. [deg]"""
    length_s: float | None = None
    """Of a length; None for other topics. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side of a contradiction."""

    source: str
    """Where it stands."""
    says: str
    """What it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements that cannot both be right."""

    kind: ContradictionKind
    """How."""
    one: Side
    """One side."""
    other: Side
    """The other."""
    apart: str
    """By how much they differ, in words."""
    innocent: tuple[str, ...]
    """Explanations without any wish to deceive."""


class CredentialState(StrEnum):
    """What is known of Content Credentials (C2PA), in the specification's words."""

    NONE = "none"
    """The file carries no manifest: nothing is known, and nothing follows from that."""
    NOT_READ = "not_read"
    """They could not be looked for: the library is not installed, or not for this format."""
    BROKEN = "broken"
    """There is a manifest that cannot be read: it is not well-formed."""
    WELL_FORMED = "well_formed"
    """The manifest can be read, but does not hold: signature or contents do not fit."""
    VALID = "valid"
    """Signature and contents fit; who signed is not on a list of trusted signers."""
    TRUSTED = "trusted"
    """Valid, and the signer is on the list of trusted signers that was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Content Credentials of the file."""

    state: CredentialState
    """What is known of them."""
    manifests: int = 0
    """How many manifests it carries; ingredients bring their own."""
    generator: str | None = None
    """The application that made the claim; None when not stated."""
    issuer: str | None = None
    """Organisation in the signer's certificate; None when not stated. A person's name in it is not
    kept."""
    signed_utc: str | None = None
    """Time of signing by a time-stamp or as stated, ISO 8601; None when not stated."""
    failures: tuple[str, ...] = ()
    """What does not hold, in the specification's codes."""
    ingredient_failures: tuple[str, ...] = ()
    """What does not hold of ingredients; the file itself can still be valid."""
    source_types: tuple[str, ...] = ()
    """Kinds of source that its actions state, by IPTC's names ("digitalCapture",
    "trainedAlgorithmicMedia")."""
    note: str | None = None
    """Why they could not be read; None when they could, or there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenanceValues:
    """Statements of the provenance check."""

    statements: tuple[Statement, ...]
    """What is stated, by topic and source; at most 200."""
    contradictions: tuple[Contradiction, ...]
    """Which of it cannot both be right, by kind."""
    notes: tuple[str, ...]
    """What is worth knowing and contradicts nothing."""
    credentials: Credentials
    """Content Credentials."""
    filmed_before_utc: str | None
    """First instant by which the footage was surely known to exist, by the recorded appearances;
    None when none is recorded."""
    filmed_before_basis: str | None
    """Which appearance that is; None when none is recorded."""
    written_by: tuple[str, ...]
    """Software that left its name in the file."""
    rewritten: bool
    """Whether that is software that writes other devices' footage anew: then the file's own times
    are those of its writing."""
    structure: str
    """"iso" (MP4, MOV), "matroska", "riff", or "other"."""
    boxes: tuple[str, ...]
    """Types of the outermost boxes, in order."""
    faults: tuple[str, ...]
    """What is wrong with the structure, in words."""
    withheld: int
    """How many texts were withheld because they name a person or a single device."""
    exiftool: str | None = None
    """Version of ExifTool that was asked as well; None when it is not installed."""
