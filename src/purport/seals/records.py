"""What a sealed bag says of itself, and what may be off about one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from purport.core.digests import Digest

__all__ = [
    "BagReport",
    "Evidence",
    "FaultKind",
    "KnownToken",
    "Profile",
    "SealFault",
    "SealStatement",
]


class FaultKind(StrEnum):
    """What a fault of a bag is about."""

    ARCHIVE = "archive"
    NAME = "name"
    LINK = "link"
    BAG = "bag"
    BYTES = "bytes"
    MISSING = "missing"
    EXTRA = "extra"
    SIGNATURE = "signature"
    KEY = "key"
    TOKEN = "token"  # noqa: S105 - a time stamp
    STATEMENT = "statement"
    CUSTODY = "custody"
    RECORD = "record"
    EVIDENCE = "evidence"


class Profile(StrEnum):
    """What a bag turned out to be."""

    PLAIN = "plain"
    """A BagIt bag of somebody else's: whole or not, but not sealed by Purport."""
    SEALED = "sealed"
    """A sealed case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFault:
    """One thing that is off."""

    kind: FaultKind
    """What it is about."""
    subject: str
    """The file, event, record or token, as it is called in the bag."""
    fault: str
    """What is wrong with it."""

    def __str__(self) -> str:
        """Return subject and fault in one line."""
        return f"{self.subject}: {self.fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Preserved bytes of the case."""

    digest: Digest
    """SHA-256."""
    size_bytes: int
    """Length."""
    name: str
    """File name as given; the digest when the case has no name for it."""
    file: str | None
    """Where it lies in the bag; None when it was withheld."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealStatement:
    """What the one who sealed says was sealed: `data/seal.json`."""

    format: str
    """"purport.seal/1"."""
    case: str
    """Name of the case."""
    agent: str
    """Who sealed."""
    tool_version: str
    """"purport X.Y.Z"."""
    sealed_utc: datetime
    """When, by the clock of the machine that sealed."""
    key: Digest
    """Fingerprint of the signing key: SHA-256 of its SubjectPublicKeyInfo in DER."""
    custody_events: int
    """Length of the custody chain."""
    custody_head: Digest
    """Digest of its last event."""
    records: int
    """Rows, superseded and withdrawn ones too."""
    evidence: tuple[Evidence, ...]
    """Every preserved file, by digest."""
    authorities: tuple[str, ...]
    """Time-stamp authorities that were asked; `seal/tokens/N.tsr` answers for the Nth, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """A time-stamp token that holds."""

    file: str
    """Where it lies in the bag."""
    authority: str
    """Subject of the certificate that signed it."""
    root: str
    """Subject of the root certificate that its chain ends at."""
    time_utc: datetime
    """The time it states."""
    accuracy_s: float | None
    """As it states; None when it states none. [s]"""
    trusted: bool
    """Whether the root is one that the verifier named or the system trusts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BagReport:
    """All that was verified of a bag, and all that is off."""

    profile: Profile
    """What it is."""
    faults: tuple[SealFault, ...]
    """What is off, in the order in which a bag is read; empty: the bag is whole."""
    warnings: tuple[str, ...] = ()
    """What is unusual but no fault."""
    files: int = 0
    """Payload files."""
    statement: SealStatement | None = None
    """What the sealer says; None when the bag is not sealed or the statement cannot be read."""
    signer_known: bool | None = None
    """Whether the key is one that the verifier named; None when none was named."""
    tokens: tuple[KnownToken, ...] = ()
    """Tokens that hold."""
    events: int = 0
    """Custody events verified."""
    records: int = 0
    """Records verified."""
