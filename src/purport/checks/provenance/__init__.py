"""Where a file says that it comes from, and whether that fits together."""

from purport.checks.provenance._credentials import parse_signers
from purport.checks.provenance.check import ProvenanceCheck
from purport.checks.provenance.records import (
    Contradiction,
    ContradictionKind,
    Credentials,
    CredentialState,
    ProvenanceAnswer,
    ProvenanceValues,
    Statement,
)

__all__ = [
    "Contradiction",
    "ContradictionKind",
    "CredentialState",
    "Credentials",
    "ProvenanceAnswer",
    "ProvenanceCheck",
    "ProvenanceValues",
    "Statement",
    "parse_signers",
]
