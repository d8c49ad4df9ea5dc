"""Everything that can be known of a bag offline: whole or not, and every single thing that is off.

Nothing stops at the first fault. Names and bytes come first, then who signed, when, and then what
the records say of each other, so that the first fault listed is the nearest to what was done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest
from purport.core.errors import BrokenChainError, InputError
from purport.core.instants import format_utc
from purport.seals.bags import NEWEST, CheckedBag, check_bag
from purport.seals.keys import (
    fingerprint_of,
    is_succession,
    load_public_keys,
    read_public_pem,
    verify_signature,
)
from purport.seals.layout import (
    ALGORITHMS,
    EVIDENCE,
    FORMAT,
    KEY_FILE,
    KEYS_FILE,
    MANIFEST,
    SIGNATURE_FILE,
    STATEMENT_FILE,
    TAG_MANIFEST,
    TOKENS,
    chain_file,
    token_file,
)
from purport.seals.names import twins
from purport.seals.reading import read_custody, read_events, read_rows, read_statement
from purport.seals.records import (
    BagReport,
    FaultKind,
    KnownToken,
    Profile,
    SealStatement,
)
from purport.seals.tokens import CLOCK_SLACK, read_certificates, verify_token
from purport.vault import Row, row_digest, verify_chain

__all__ = ["KnownParties", "inspect_bag"]


_UNSIGNED = "is missing: nobody vouches for this bag"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParties:
    """Whom the reader knows by other ways than the bag."""

    keys: tuple[Digest, ...] = ()
    """Fingerprints of keys; empty: none is known, and the signer's cannot be told."""
    roots: tuple[x509.Certificate, ...] = ()
    """Roots that the system trusts; a token that ends at another is only reported."""
    named_roots: tuple[x509.Certificate, ...] = ()
    """Roots of time-stamp authorities that the reader named; with one, a token that ends at none of
    these or of the system's is a fault."""
    now_utc: datetime = field(default_factory=lambda: datetime.now(UTC))
    """The time by the reader's clock: no token can be from later."""


def inspect_bag(root: Path, *, known: KnownParties | None = None) -> BagReport:
    """Verify a bag in a folder.

    Args:
        root: The folder.
        known: Whom the reader knows; None for nobody.

    Returns:
        What it is, and all that is off; a bag without `seal/` and statement is a plain one.
    """
    known = known or KnownParties()
    bag = check_bag(root)
    is_sealed = STATEMENT_FILE in bag.files or any(path.startswith("seal/") for path in bag.files)
    if not is_sealed:
        if known.keys:
            bag.blame(FaultKind.SIGNATURE, SIGNATURE_FILE, f"{_UNSIGNED}, and you named a key")
        return BagReport(
            profile=Profile.PLAIN,
            faults=tuple(bag.faults),
            warnings=bag.warnings,
            files=len(bag.payload),
        )
    _require_strict(bag)
    statement = read_statement(bag)
    signer_known = _check_signature(bag, statement, known)
    events = read_custody(bag)
    tokens = _check_tokens(bag, statement, events, known)
    _check_custody(bag, statement, events)
    rows = read_rows(bag)
    _check_records(bag, statement, events, rows)
    _check_evidence(bag, statement, events)
    return BagReport(
        profile=Profile.SEALED,
        faults=tuple(bag.faults),
        warnings=bag.warnings,
        files=len(bag.payload),
        statement=statement,
        signer_known=signer_known,
        tokens=tokens,
        events=len(events),
        records=len(rows),
    )


def _require_strict(bag: CheckedBag) -> None:
    """What is only unusual in others' bags is off in one of ours, which never writes so."""
    for each in bag.doubts:
        bag.blame(each.kind, each.subject, f"{each.fault}: no sealed bag is like that")
    bag.doubts.clear()
    if (bag.version, bag.encoding) != (NEWEST, "utf-8"):
        bag.blame(FaultKind.BAG, "bagit.txt", "is not of BagIt 1.0 in UTF-8, as sealed bags are")
    for earlier, later in twins(path for listed in bag.manifests.values() for path in listed):
        if later not in bag.files or earlier not in bag.files:
            bag.blame(FaultKind.NAME, later, f"is listed beside its twin {earlier}")
    for algorithm in ALGORITHMS:
        for kind, lists in (("manifest", bag.manifests), ("tagmanifest", bag.tag_manifests)):
            if algorithm not in lists:
                bag.blame(FaultKind.MISSING, f"{kind}-{algorithm}.txt", "is missing")
    signed = bag.tag_manifests.get("sha256", {})
    bare = {SIGNATURE_FILE, *(f"tagmanifest-{algorithm}.txt" for algorithm in ALGORITHMS)}
    for path in sorted(bag.files.keys() - bag.payload.keys() - signed.keys() - bare):
        bag.blame(FaultKind.EXTRA, path, f"is not listed in {TAG_MANIFEST}: it was slipped in")


def _check_signature(
    bag: CheckedBag, statement: SealStatement | None, known: KnownParties
) -> bool | None:
    """Verify who signed; return whether the reader knows the key, None when no key is known."""
    pem, signature = bag.read(KEY_FILE), bag.read(SIGNATURE_FILE)
    signed = bag.read(TAG_MANIFEST)
    for path, content in ((KEY_FILE, pem), (SIGNATURE_FILE, signature), (TAG_MANIFEST, signed)):
        if content is None:
            bag.blame(FaultKind.SIGNATURE, path, _UNSIGNED)
    if pem is None or signature is None or signed is None:
        return None
    try:
        key = read_public_pem(pem.decode("ascii", errors="replace"), subject=KEY_FILE)
    except InputError as error:
        bag.blame(FaultKind.KEY, KEY_FILE, error.fault)
        return None
    if not verify_signature(key, signature, signed):
        bag.blame(
            FaultKind.SIGNATURE,
            SIGNATURE_FILE,
            f"does not fit {TAG_MANIFEST}: the manifest was made again by somebody without the key",
        )
    signer = fingerprint_of(key)
    if statement is not None and statement.key != signer:
        bag.blame(
            FaultKind.KEY,
            KEY_FILE,
            f"is {signer[:16]}…, but the case was sealed with {statement.key[:16]}…: "
            "somebody else signed this bag again",
        )
    return _is_known(bag, signer, known)


def _is_known(bag: CheckedBag, signer: Digest, known: KnownParties) -> bool | None:
    if not known.keys:
        return None
    if signer in known.keys:
        return True
    content = bag.read(KEYS_FILE)
    try:
        keys = () if content is None else load_public_keys(content, subject=KEYS_FILE)
    except InputError as error:
        bag.blame(FaultKind.KEY, KEYS_FILE, error.fault)
        return False
    if any(is_succession(keys, known=one, signer=signer) for one in known.keys):
        return True
    bag.blame(
        FaultKind.KEY,
        KEY_FILE,
        f"{signer[:16]}… is none of the keys that you know, and none of them vouches for it",
    )
    return False


def _check_tokens(
    bag: CheckedBag,
    statement: SealStatement | None,
    events: Sequence[CustodyEvent],
    known: KnownParties,
) -> tuple[KnownToken, ...]:
    """Verify every time stamp that was asked for, and that there is no other."""
    asked = range(1, len(statement.authorities) + 1) if statement is not None else ()
    expected = {name(number) for number in asked for name in (token_file, chain_file)}
    present = {path for path in bag.files if path.startswith(TOKENS)}
    for path in sorted(present - expected) if statement is not None else ():
        bag.blame(FaultKind.TOKEN, path, "is of no authority that was asked: it was slipped in")
    for path in sorted(expected - present):
        bag.blame(FaultKind.TOKEN, path, "is missing: the time stamp was removed")
    content = bag.read(MANIFEST)
    if content is None:
        return ()
    latest = [event.occurred_utc for event in events]
    latest += [] if statement is None else [statement.sealed_utc]
    tokens = []
    for path in sorted(present):
        if path.endswith(".tsr"):
            token = _check_token(bag, path, content, known)
            if token is not None and _is_in_time(bag, token, latest=latest, now_utc=known.now_utc):
                tokens.append(token)
    return tuple(tokens)


def _check_token(
    bag: CheckedBag, path: str, content: bytes, known: KnownParties
) -> KnownToken | None:
    trusted = (*known.named_roots, *known.roots)
    answer = bag.read(path, most=1 << 20) or b""
    pem = bag.read(path.removesuffix(".tsr") + ".pem", most=1 << 20)
    try:
        chain = () if pem is None else read_certificates(pem, subject=path)
        token, _ = verify_token(answer, content, chain=chain, trusted=trusted, file=path)
    except InputError as error:
        bag.blame(FaultKind.TOKEN, path, error.fault)
        return None
    if not token.trusted and trusted:
        doubt = (
            f"its authority's root, {token.root}, is none that you named or that this system "
            "trusts: whoever holds that root can state any time"
        )
        if known.named_roots:
            bag.blame(FaultKind.TOKEN, path, doubt)
            return None
        bag.doubt(FaultKind.TOKEN, path, doubt)
    return token


def _is_in_time(
    bag: CheckedBag, token: KnownToken, *, latest: Sequence[datetime], now_utc: datetime
) -> bool:
    """A stamp on a list of events is later than each of them, and earlier than now."""
    stated = format_utc(token.time_utc)
    if latest and token.time_utc < max(latest) - CLOCK_SLACK:
        bag.blame(
            FaultKind.TOKEN,
            token.file,
            f"states {stated}, before what it stamps was done ({format_utc(max(latest))}): "
            "it is dated back",
        )
        return False
    if token.time_utc > now_utc + CLOCK_SLACK:
        bag.blame(FaultKind.TOKEN, token.file, f"states {stated}, which is yet to come")
        return False
    return True


def _check_custody(
    bag: CheckedBag, statement: SealStatement | None, events: Sequence[CustodyEvent]
) -> None:
    head = _verify_events(bag, events, chain="custody chain")
    if statement is None:
        return
    if len(events) != statement.custody_events or head not in {None, statement.custody_head}:
        bag.blame(
            FaultKind.CUSTODY,
            "custody chain",
            f"has {len(events)} events, sealed were {statement.custody_events} with the head "
            f"{statement.custody_head[:12]}: events were cut off or added at its end",
        )
    if statement.format != FORMAT:
        bag.blame(FaultKind.STATEMENT, STATEMENT_FILE, f"is of another format, {statement.format}")
    for event in events:
        imported = event.details.get("custody")
        if isinstance(imported, str):
            _check_imported(bag, event, Digest(imported))


def _verify_events(bag: CheckedBag, events: Sequence[CustodyEvent], *, chain: str) -> Digest | None:
    try:
        return verify_chain(events)
    except BrokenChainError as error:
        subject = error.subject if chain == "custody chain" else f"{chain}, {error.subject}"
        bag.blame(FaultKind.CUSTODY, subject, error.fault)
        return None


def _check_imported(bag: CheckedBag, event: CustodyEvent, digest: Digest) -> None:
    """The chain that an imported bag brought lies among the evidence, and is held to the same."""
    path = next((each for each in bag.files if each.startswith(f"{EVIDENCE}{digest}")), None)
    if path is None:
        return  # the evidence itself says what is missing
    name = f"imported chain {digest[:12]}"
    head = _verify_events(bag, read_events(bag, path), chain=name)
    if head is not None and head != event.details.get("head"):
        bag.blame(
            FaultKind.CUSTODY, name, f"ends at {head[:12]}, event {event.sequence} says otherwise"
        )


def _check_records(
    bag: CheckedBag,
    statement: SealStatement | None,
    events: Sequence[CustodyEvent],
    rows: Sequence[Row],
) -> None:
    """Hold every row against the event that names it, as the store does with its own."""
    unnamed: dict[tuple[str, str, str], int] = {
        (row.table, row.key, row.digest): place for place, row in enumerate(rows)
    }
    if len(unnamed) < len(rows):
        bag.blame(FaultKind.RECORD, "records", "hold a row twice")
    last: dict[tuple[str, str], int] = {}
    for event in events:
        for table, key, digest in _named_by(event):
            place = unnamed.pop((table, key, digest), None)
            subject = f"{table} {key}"
            if place is None:
                bag.blame(
                    FaultKind.RECORD,
                    subject,
                    f"custody event {event.sequence} names it, but it is not among the records as "
                    f"recorded (digest {digest[:12]})",
                )
                continue
            _check_row(bag, rows[place], subject)
            if place < last.get((table, key), 0):
                bag.blame(
                    FaultKind.RECORD, subject, "stands before the row that was recorded earlier"
                )
            last[table, key] = place
    for table, key, _ in unnamed:
        bag.blame(
            FaultKind.RECORD, f"{table} {key}", "no custody event names it: altered or slipped in"
        )
    if statement is not None and statement.records != len(rows):
        bag.blame(
            FaultKind.RECORD, "records", f"are {len(rows)} rows, sealed were {statement.records}"
        )


def _check_row(bag: CheckedBag, row: Row, subject: str) -> None:
    try:
        computed = row_digest(
            (row.table, row.key), row.body, withdrawn=row.withdrawn, supersedes=row.supersedes
        )
    except UnicodeEncodeError:  # half a letter, which no digest is of
        bag.blame(FaultKind.RECORD, subject, "was altered: it holds what is no text")
        return
    if computed != row.digest:
        bag.blame(FaultKind.RECORD, subject, f"was altered: its content gives {computed[:12]}")


def _named_by(event: CustodyEvent) -> Sequence[tuple[str, str, str]]:
    named = event.details.get("rows", [])
    if not isinstance(named, list):
        return ()
    return [
        (str(each[0]), str(each[1]), str(each[2]))
        for each in named
        if isinstance(each, list) and len(each) == 3  # noqa: PLR2004 - table, key, digest
    ]


def _check_evidence(
    bag: CheckedBag, statement: SealStatement | None, events: Sequence[CustodyEvent]
) -> None:
    """Every preserved file lies under its own digest, and none is there that was not preserved."""
    digests = bag.manifests.get("sha256", {})
    for path in sorted(path for path in bag.files if path.startswith(EVIDENCE)):
        named = path.removeprefix(EVIDENCE)[:64]
        if path in digests and digests[path] != named:
            bag.blame(
                FaultKind.EVIDENCE,
                path,
                f"holds other bytes than its name says (SHA-256 {digests[path][:12]}…): "
                "it was swapped",
            )
    if statement is not None:
        _check_stated(bag, statement, events)


def _check_stated(
    bag: CheckedBag, statement: SealStatement, events: Sequence[CustodyEvent]
) -> None:
    """Hold the evidence against what the sealer says was sealed, and that against the chain."""
    for each in statement.evidence:
        if each.file is not None and each.file not in bag.files:
            bag.blame(FaultKind.EVIDENCE, each.file, f"is missing from the bag ({each.name})")
        elif each.file is not None and bag.files[each.file] != each.size_bytes:
            bag.blame(
                FaultKind.EVIDENCE,
                each.file,
                f"is {bag.files[each.file]} bytes long, sealed were {each.size_bytes}",
            )
        elif each.file is not None and not each.file.startswith(f"{EVIDENCE}{each.digest}"):
            bag.blame(
                FaultKind.EVIDENCE,
                each.file,
                f"holds other bytes than stated, {each.digest[:12]} ({each.name})",
            )
    files = {each.file for each in statement.evidence}
    for path in sorted(path for path in bag.files if path.startswith(EVIDENCE)):
        if path not in files:
            bag.blame(FaultKind.EVIDENCE, path, "is no evidence that was sealed: it was slipped in")
    stated = {each.digest for each in statement.evidence}
    for event in events:
        preserved = event.details.get("bytes", [])
        for digest in map(str, preserved) if isinstance(preserved, list) else ():
            if digest not in stated:
                bag.blame(
                    FaultKind.EVIDENCE,
                    f"evidence {digest[:12]}",
                    f"was preserved in custody event {event.sequence} and is not stated as sealed",
                )
