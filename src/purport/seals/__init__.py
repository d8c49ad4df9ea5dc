"""Sealed bags: written, signed, stamped by time-stamp authorities, and read without trust."""

from purport.seals import layout
from purport.seals.bags import CheckedBag, check_bag
from purport.seals.comparing import Difference, Tolerance, compare
from purport.seals.environment import (
    Environment,
    build_wheel,
    describe_environment,
    lock_lines,
    wheel_name,
)
from purport.seals.inspecting import KnownParties, inspect_bag
from purport.seals.keys import (
    Ending,
    KeyRing,
    PublicKey,
    fingerprint_of,
    load_public_keys,
    public_key_page,
    read_public_pem,
)
from purport.seals.names import visible
from purport.seals.reading import read_custody, read_rows, read_statement, write_row
from purport.seals.readme import readme_text
from purport.seals.records import (
    BagReport,
    Evidence,
    FaultKind,
    KnownToken,
    Profile,
    SealFault,
    SealStatement,
)
from purport.seals.tokens import (
    CLOCK_SLACK,
    Authority,
    load_certificates,
    request_token,
    system_roots,
    verify_token,
    write_chain,
)
from purport.seals.unpacking import Limits, opened_archive, opened_bag, walked
from purport.seals.wacz_signatures import WaczSignature, verify_wacz_signature
from purport.seals.writing import BagWriter

__all__ = [
    "CLOCK_SLACK",
    "Authority",
    "BagReport",
    "BagWriter",
    "CheckedBag",
    "Difference",
    "Ending",
    "Environment",
    "Evidence",
    "FaultKind",
    "KeyRing",
    "KnownParties",
    "KnownToken",
    "Limits",
    "Profile",
    "PublicKey",
    "SealFault",
    "SealStatement",
    "Tolerance",
    "WaczSignature",
    "build_wheel",
    "check_bag",
    "compare",
    "describe_environment",
    "fingerprint_of",
    "inspect_bag",
    "layout",
    "load_certificates",
    "load_public_keys",
    "lock_lines",
    "opened_archive",
    "opened_bag",
    "public_key_page",
    "read_custody",
    "read_public_pem",
    "read_rows",
    "read_statement",
    "readme_text",
    "request_token",
    "system_roots",
    "verify_token",
    "verify_wacz_signature",
    "visible",
    "walked",
    "wheel_name",
    "write_chain",
    "write_row",
]
