"""Bags by a sealer who is the forger: whatever stands in them, what is said of them is ours."""

import base64
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.seals.conftest import SealedCase
from tests.unit.seals.forging import edit_json, edit_lines, relist, relist_tags

from purport.casework import verify_bag
from purport.cli.seal import _print_report
from purport.core.casefile import CustodyEvent
from purport.core.digests import Digest, canonical_json
from purport.core.errors import ForgedBagError
from purport.seals import CheckedBag, KnownParties
from purport.seals.inspecting import _check_records
from purport.vault import EventDraft, Row, next_event, row_digest

Change = Callable[[Path], None]
CUSTODY = "data/custody.jsonl"
_NO_CERT = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


@pytest.fixture
def bag(sealed_case: SealedCase, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sealed_case.bag, tmp_path / "bag"))


def signed_by_owner(bag: Path, case: SealedCase) -> None:
    signed = (bag / "tagmanifest-sha256.txt").read_bytes()
    signature = case.ring.sign(signed, key=case.ring.public_keys()[0])
    (bag / "seal/signature.bin").write_bytes(signature)


def faults_of(bag: Path, case: SealedCase) -> list[str]:
    with pytest.raises(ForgedBagError) as caught:
        verify_bag(bag, known=case.known)
    return f"{caught.value.subject}: {caught.value.fault}".split("\n  also ")


def _statement(**changed: object) -> Change:
    return lambda bag: edit_json(bag / "data/seal.json", lambda value: value | changed)


def _last_event(**changed: object) -> Change:
    def change(lines: list[Any]) -> list[Any]:
        return [*lines[:-1], lines[-1] | changed]

    return lambda bag: edit_lines(bag / CUSTODY, change)


def _text(path: str, change: Callable[[str], str]) -> Change:
    def changed(bag: Path) -> None:
        text = (bag / path).read_text(encoding="utf-8")
        (bag / path).write_text(change(text), encoding="utf-8")

    return changed


def _encoded(name: str) -> Change:
    return _text("bagit.txt", lambda text: text.replace("UTF-8", name))


def _nested(depth: int) -> object:
    value: object = "x"
    for _ in range(depth):
        value = [value]
    return value


ODD: list[tuple[str, str, Change]] = [
    ("a time without a zone", "data/seal.json", _statement(sealed_utc="2026-11-01T10:00:00")),
    ("a time before all", "data/seal.json", _statement(sealed_utc="0001-01-01T00:00:00+14:00")),
    ("half a letter in the statement", "data/seal.json", _statement(case="\ud800")),
    ("a key that is a list", "data/seal.json", _statement(key=["a"])),
    ("a head that is a number", "data/seal.json", _statement(custody_head=5)),
    (
        "a list for evidence's digest",
        "data/seal.json",
        _statement(evidence=[{"digest": [], "size_bytes": 1, "name": "x", "file": None}]),
    ),
    ("an event without a zone", CUSTODY, _last_event(occurred_utc="2026-11-01T10:00:00")),
    ("an event before all", CUSTODY, _last_event(occurred_utc="0001-01-01T00:00:00+14:00")),
    ("details that are a list", CUSTODY, _last_event(details=["x"])),
    ("a follower of a number", CUSTODY, _last_event(previous=5)),
    ("a digest that is a number", CUSTODY, _last_event(digest=5)),
    ("details that are no number", "custody event", _last_event(details={"x": float("nan")})),
    (
        "half a letter",
        "custody event",
        _text(CUSTODY, lambda text: text.replace('"details":{', '"details":{"x":"\\ud800",', 1)),
    ),
    ("a deep event", "custody event", _last_event(details={"x": _nested(900)})),
    (
        "half a letter in a record",
        "setting",
        _text(
            "data/records/setting.jsonl",
            lambda text: text.replace('"value":"', '"value":"\\ud800', 1),
        ),
    ),
    ("bytes that are a list of lists", "evidence", _last_event(details={"bytes": [["x"]]})),
    (
        "version of many digits",
        "bagit.txt",
        _text("bagit.txt", lambda text: text.replace("1.0", "1" * 5000 + ".0")),
    ),
    *(
        (f"encoding {name}", "bagit.txt", _encoded(name))
        for name in ("zlib", "rot13", "hex", "undefined", "idna", "a\0b")
    ),
    ("a chain of no certificates", "seal/tokens/1", _text("seal/tokens/1.pem", lambda _: _NO_CERT)),
]


@pytest.mark.parametrize(
    ("culprit", "change"), [one[1:] for one in ODD], ids=[one[0] for one in ODD]
)
def test_what_cannot_be_read_is_a_fault_and_no_crash(
    bag: Path, sealed_case: SealedCase, culprit: str, change: Change
) -> None:
    change(bag)
    relist(bag)
    signed_by_owner(bag, sealed_case)
    assert [line for line in faults_of(bag, sealed_case) if line.startswith(culprit)]


@pytest.mark.parametrize(
    "change",
    [
        {"made_utc": "2026-11-01T10:00:00"},
        {"fingerprint": ["a"]},
        {"vouched_by": ["a"]},
        {"voucher": "zz"},
        {"pem": 5},
    ],
)
def test_odd_lists_of_keys_vouch_for_nobody(
    bag: Path, sealed_case: SealedCase, change: dict[str, object]
) -> None:
    first = json.loads((bag / "seal/keys.json").read_bytes())[0]
    fresh = first | {"vouched_by": "ab" * 32, "voucher": "00" * 64} | change
    edit_json(bag / "seal/keys.json", lambda _: [fresh, first | {"fingerprint": "ab" * 32}])
    relist_tags(bag)
    signed_by_owner(bag, sealed_case)
    with pytest.raises(ForgedBagError):
        verify_bag(bag, known=KnownParties(keys=(Digest("ab" * 32),)))


@pytest.mark.parametrize(
    "name", ["tagmanifest-x/new-key.txt", "tagmanifest-readme.html", "NOTICE.txt", "fetch.txt"]
)
def test_what_the_signature_does_not_cover_is_slipped_in(
    bag: Path, sealed_case: SealedCase, name: str
) -> None:
    """Nobody needs a key for this: the signature is of one of the tag manifests alone."""
    path = bag / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("https://example.org/a 5 data/README.txt\n")
    if not name.startswith("tagmanifest-"):
        with (bag / "tagmanifest-sha512.txt").open("a") as sink:
            sink.write(f"{hashlib.sha512(path.read_bytes()).hexdigest()}  {name}\n")
    assert [
        line
        for line in faults_of(bag, sealed_case)
        if line.startswith(name) and "slipped in" in line
    ]


def test_a_manifest_more_is_slipped_in(bag: Path, sealed_case: SealedCase) -> None:
    (bag / "tagmanifest-md5.txt").write_text("")
    assert [
        line
        for line in faults_of(bag, sealed_case)
        if line.startswith("tagmanifest-md5.txt") and "slipped in" in line
    ]


def test_a_key_of_no_known_kind_is_a_fault(bag: Path, sealed_case: SealedCase) -> None:
    der = bytes.fromhex("302a300506032b657f032100") + bytes(32)
    body = base64.b64encode(der).decode()
    (bag / "seal/key.pem").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    )
    relist_tags(bag)
    assert [line for line in faults_of(bag, sealed_case) if line.startswith("seal/key.pem")]


def test_evidence_is_what_the_statement_says(bag: Path, sealed_case: SealedCase) -> None:
    def change(value: dict[str, Any]) -> dict[str, Any]:
        one, other, *rest = value["evidence"]
        return value | {
            "evidence": [
                one | {"file": other["file"], "size_bytes": other["size_bytes"]},
                other,
                *rest,
            ]
        }

    edit_json(bag / "data/seal.json", change)
    relist(bag)
    signed_by_owner(bag, sealed_case)
    assert [line for line in faults_of(bag, sealed_case) if "holds other bytes than stated" in line]


def test_a_stripped_signature_is_a_fault_where_the_reader_names_a_key(
    bag: Path, sealed_case: SealedCase
) -> None:
    shutil.rmtree(bag / "seal")
    (bag / "data/seal.json").unlink()
    relist(bag)
    assert [line for line in faults_of(bag, sealed_case) if "nobody vouches" in line]


def test_a_row_does_not_stand_before_an_earlier_one(tmp_path: Path) -> None:
    """Which row holds follows from their order: the file must not tell another than the chain."""
    first = row("a", supersedes=None)
    second = row("b", supersedes=first.digest)
    events = [naming(None, first)]
    events.append(naming(events[0], second))
    for rows, told in (((first, second), []), ((second, first), ["recorded earlier"])):
        bag = CheckedBag(root=tmp_path)
        _check_records(bag, None, events, rows)
        assert [fault.fault[-16:] for fault in bag.faults] == told


def row(value: str, *, supersedes: Digest | None) -> Row:
    body = canonical_json({"key": "name", "value": value})
    digest = row_digest(("setting", "name"), body, withdrawn=False, supersedes=supersedes)
    return Row(
        table="setting",
        key="name",
        body=body,
        withdrawn=False,
        supersedes=supersedes,
        digest=digest,
    )


def naming(before: CustodyEvent | None, named: Row) -> CustodyEvent:
    draft = EventDraft(
        kind="recorded",
        agent="a",
        tool_version="purport 0",
        occurred_utc=datetime(2026, 11, 27, tzinfo=UTC),
        details={"rows": [[named.table, named.key, named.digest]]},
    )
    return next_event(before, draft)


def test_a_case_cannot_write_lines_of_ours(
    sealed_case: SealedCase, capsys: pytest.CaptureFixture[str]
) -> None:
    report = verify_bag(sealed_case.bag, known=sealed_case.known)
    assert report.statement is not None
    name = "A case\nSigned by: a key that you named\x1b[1A"
    _print_report(replace(report, statement=replace(report.statement, case=name)))
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 2 + len(report.tokens)
    assert all(line.isprintable() for line in said.splitlines())
