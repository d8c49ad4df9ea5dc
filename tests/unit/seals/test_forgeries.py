"""Forged bags, three of each of 22 kinds: all are refused, and the right culprit is named."""

# ruff: noqa: ARG001 - every forgery takes the bag and the case

import io
import json
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.seals.conftest import SealedCase
from tests.unit.seals.forging import (
    edit_json,
    edit_lines,
    evidence,
    flip,
    relist,
    relist_tags,
    resign,
    swap,
)

from purport.casework import verify_bag
from purport.core.digests import digest_json
from purport.core.errors import ForgedBagError
from purport.seals import KnownParties, Limits, opened_bag

Change = Callable[[Path, SealedCase], Path | None]

MANIFESTS = ("manifest-sha256.txt", "manifest-sha512.txt")
CUSTODY = "data/custody.jsonl"


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """Something that was done to a bag, and what must be said of it."""

    kind: str
    how: str
    change: Change
    culprit: str
    """What must be named; "first" of all where the forger did not list the bag anew."""
    words: str
    first: bool = True
    """Whether the culprit must be the first thing named."""
    known: bool = True
    """Whether the reader knows key and roots by other ways."""


FORGERIES: list[Forgery] = []


def forged(
    kind: str, how: str, culprit: str, words: str, *, first: bool = True, known: bool = True
) -> Callable[[Change], Change]:
    def keep(change: Change) -> Change:
        FORGERIES.append(
            Forgery(
                kind=kind,
                how=how,
                change=change,
                culprit=culprit,
                words=words,
                first=first,
                known=known,
            )
        )
        return change

    return keep


# 1. A changed byte of the evidence


@forged("changed byte", "nothing else", "data/evidence/", "was altered")
def _(bag: Path, case: SealedCase) -> None:
    flip(evidence(bag, ".mp4")[0], at=5000)


@forged("changed byte", "listed anew", "data/evidence/", "it was swapped", first=False)
def _(bag: Path, case: SealedCase) -> None:
    flip(evidence(bag, ".mp4")[0], at=5000)
    relist(bag)


@forged("changed byte", "signed anew", "data/evidence/", "it was swapped", first=False)
def _(bag: Path, case: SealedCase) -> None:
    flip(evidence(bag, ".mp4")[0], at=5000)
    resign(bag, own_statement=True)


# 2. A changed record


@forged("changed record", "nothing else", "data/records/item.jsonl", "was altered")
def _(bag: Path, case: SealedCase) -> None:
    _rename_item(bag)


@forged("changed record", "listed anew", "item ", "was altered: its content gives", first=False)
def _(bag: Path, case: SealedCase) -> None:
    _rename_item(bag)
    relist(bag)


@forged("changed record", "digest too", "item ", "no custody event names it", first=False)
def _(bag: Path, case: SealedCase) -> None:
    def change(lines: list[Any]) -> list[Any]:
        record = lines[0]["record"] | {"name": "other.mp4"}
        return [lines[0] | {"record": record, "digest": digest_json("other")}, *lines[1:]]

    edit_lines(bag / "data/records/item.jsonl", change)
    relist(bag)


def _rename_item(bag: Path) -> None:
    path = bag / "data/records/item.jsonl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("command-post.mp4", "command-pose.mp4"), encoding="utf-8")


# 3. A changed custody event


@forged("changed event", "nothing else", CUSTODY, "was altered")
def _(bag: Path, case: SealedCase) -> None:
    _rename_agent(bag)


@forged("changed event", "listed anew", "custody event 2", "was altered", first=False)
def _(bag: Path, case: SealedCase) -> None:
    _rename_agent(bag)
    relist(bag)


@forged("changed event", "its digest too", "custody event 3", "replaced or removed", first=False)
def _(bag: Path, case: SealedCase) -> None:
    def change(lines: list[Any]) -> list[Any]:
        event = lines[2] | {"agent": "Somebody Else"}
        told = event | {"occurred_utc": event["occurred_utc"].replace("+00:00", "Z")}
        event["digest"] = digest_json({k: v for k, v in told.items() if k != "digest"})
        return [*lines[:2], event, *lines[3:]]

    edit_lines(bag / CUSTODY, change)
    relist(bag)


def _rename_agent(bag: Path) -> None:
    def change(lines: list[Any]) -> list[Any]:
        return [*lines[:2], lines[2] | {"agent": "Somebody Else"}, *lines[3:]]

    edit_lines(bag / CUSTODY, change)


# 4. A removed custody event


@forged("removed event", "the first", "custody event 0", "missing or out of order", first=False)
def _(bag: Path, case: SealedCase) -> None:
    edit_lines(bag / CUSTODY, lambda lines: lines[1:])
    relist(bag)


@forged("removed event", "one between", "custody event 3", "missing or out of order", first=False)
def _(bag: Path, case: SealedCase) -> None:
    edit_lines(bag / CUSTODY, lambda lines: lines[:3] + lines[4:])
    relist(bag)


@forged("removed event", "the last", "custody chain", "cut off", first=False)
def _(bag: Path, case: SealedCase) -> None:
    edit_lines(bag / CUSTODY, lambda lines: lines[:-1])
    resign(bag, own_statement=True)


# 5. Swapped files


@forged("swapped files", "nothing else", "data/evidence/", "was altered")
def _(bag: Path, case: SealedCase) -> None:
    swap(*evidence(bag, ".mp4"))


@forged("swapped files", "listed anew", "data/evidence/", "it was swapped", first=False)
def _(bag: Path, case: SealedCase) -> None:
    swap(*evidence(bag, ".mp4"))
    relist(bag)


@forged("swapped files", "tables of records", "data/records/mark.jsonl", "was altered")
def _(bag: Path, case: SealedCase) -> None:
    swap(bag / "data/records/mark.jsonl", bag / "data/records/review.jsonl")


# 6. A manifest that was signed again


@forged("signed again", "key beside it", "seal/key.pem", "somebody else signed", known=False)
def _(bag: Path, case: SealedCase) -> None:
    resign(bag)


@forged("signed again", "statement too", "seal/key.pem", "none of the keys that you know")
def _(bag: Path, case: SealedCase) -> None:
    resign(bag, own_statement=True)


@forged("signed again", "a false voucher", "seal/key.pem", "none of them vouches", first=False)
def _(bag: Path, case: SealedCase) -> None:
    resign(bag, own_statement=True)
    key = json.loads((bag / "data/seal.json").read_bytes())["key"]

    def vouch(keys: list[Any]) -> list[Any]:
        fresh = keys[0] | {"fingerprint": key, "pem": (bag / "seal/key.pem").read_text()}
        return [*keys, fresh | {"vouched_by": keys[0]["fingerprint"], "voucher": "00" * 64}]

    edit_json(bag / "seal/keys.json", vouch)


# 7. No true signature


@forged("signature", "removed", "seal/signature.bin", "nobody vouches")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "seal/signature.bin").unlink()


@forged("signature", "one byte", "seal/signature.bin", "does not fit")
def _(bag: Path, case: SealedCase) -> None:
    flip(bag / "seal/signature.bin", at=3)


@forged("signature", "of the other manifest", "seal/signature.bin", "does not fit")
def _(bag: Path, case: SealedCase) -> None:
    signed = case.ring.sign(
        (bag / "manifest-sha256.txt").read_bytes(), key=case.ring.public_keys()[0]
    )
    (bag / "seal/signature.bin").write_bytes(signed)


# 8. Time stamps that state another time


@forged("back-dated", "the stated time", "seal/tokens/1.tsr", "was not valid", first=False)
def _(bag: Path, case: SealedCase) -> None:
    path = bag / "seal/tokens/1.tsr"
    answer = path.read_bytes()
    at = answer.index(b"Z", answer.index(b"\x18\x0f20")) - 14  # GeneralizedTime, 15 characters
    path.write_bytes(answer[:at] + b"2016" + answer[at + 4 :])
    relist_tags(bag)


@forged("back-dated", "before the events", "seal/tokens/1.tsr", "dated back", first=False)
def _(bag: Path, case: SealedCase) -> None:
    def change(lines: list[Any]) -> list[Any]:
        year = str(int(lines[-1]["occurred_utc"][:4]) + 1)
        return [*lines[:-1], lines[-1] | {"occurred_utc": year + lines[-1]["occurred_utc"][4:]}]

    edit_lines(bag / CUSTODY, change)
    resign(bag, own_statement=True)
    _stamp_anew(bag, case.authorities[0], number=1)


@forged("back-dated", "by a reader's clock", "seal/tokens/1.tsr", "yet to come")
def _(bag: Path, case: SealedCase) -> None:
    """The reader's clock stands a day before: see `verified`."""


# 9. Time stamps of something else


@forged("stamp of another", "an earlier manifest", "seal/tokens/1.tsr", "stamps another")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "seal/tokens/1.tsr").write_bytes(case.authorities[0].stamp(b"an earlier manifest"))
    _resigned_by_owner(bag, case)


@forged("stamp of another", "the changed manifest's", "seal/tokens/2.tsr", "another", first=False)
def _(bag: Path, case: SealedCase) -> None:
    edit_json(bag / "data/case.json", lambda value: value | {"name": "Another case"})
    relist(bag)


@forged("stamp of another", "no stamp at all", "seal/tokens/1.tsr", "no time-stamp response")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "seal/tokens/1.tsr").write_bytes(b"\x30\x03\x02\x01\x02")
    _resigned_by_owner(bag, case)


# 10. Removed time stamps


@forged("removed stamp", "the response", "seal/tokens/1.tsr", "missing")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "seal/tokens/1.tsr").unlink()


@forged("removed stamp", "listed anew", "seal/tokens/2.tsr", "was removed", first=False)
def _(bag: Path, case: SealedCase) -> None:
    (bag / "seal/tokens/2.tsr").unlink()
    relist_tags(bag)


@forged("removed stamp", "all of them", "seal/tokens/1.tsr", "was removed", first=False)
def _(bag: Path, case: SealedCase) -> None:
    shutil.rmtree(bag / "seal/tokens")
    relist_tags(bag)


# 11. Time stamps of an authority of the forger's own


@forged("own authority", "in place of one", "seal/tokens/1.tsr", "none that you named")
def _(bag: Path, case: SealedCase) -> None:
    _stamp_by_stranger(bag, case, number=1)
    _resigned_by_owner(bag, case)


@forged("own authority", "the true root beside it", "seal/tokens/1.tsr", "that you named")
def _(bag: Path, case: SealedCase) -> None:
    _stamp_by_stranger(bag, case, number=1)
    chain = bag / "seal/tokens/1.pem"
    chain.write_bytes(case.authorities[0].root.read_bytes() + chain.read_bytes())
    _resigned_by_owner(bag, case)


@forged("own authority", "no root", "seal/tokens/1.tsr", "names a signer", known=False)
def _(bag: Path, case: SealedCase) -> None:
    answer = case.stranger.stamp((bag / "manifest-sha256.txt").read_bytes())
    serial = bytes.fromhex(_serial(case.stranger.folder / "signer.pem"))
    at = answer.rindex(serial)  # that of the signer's statement, behind the certificates
    (bag / "seal/tokens/1.tsr").write_bytes(answer[: at + 1] + b"\x55" + answer[at + 2 :])
    _resigned_by_owner(bag, case)


def _stamp_by_stranger(bag: Path, case: SealedCase, *, number: int) -> None:
    _stamp_anew(bag, case.stranger, number=number)
    root = case.stranger.root.read_bytes()
    (bag / f"seal/tokens/{number}.pem").write_bytes(root)


def _stamp_anew(bag: Path, authority: Any, *, number: int) -> None:  # noqa: ANN401
    answer = authority.stamp((bag / "manifest-sha256.txt").read_bytes())
    (bag / f"seal/tokens/{number}.tsr").write_bytes(answer)


def _serial(pem: Path) -> str:
    from cryptography import x509  # noqa: PLC0415 - for this forgery alone

    number = x509.load_pem_x509_certificate(pem.read_bytes()).serial_number
    return number.to_bytes((number.bit_length() + 7) // 8, "big").hex()


def _resigned_by_owner(bag: Path, case: SealedCase) -> None:
    """Let the owner of the key be the forger: only the stamps can tell."""
    relist_tags(bag)
    signed = case.ring.sign(
        (bag / "tagmanifest-sha256.txt").read_bytes(), key=case.ring.public_keys()[0]
    )
    (bag / "seal/signature.bin").write_bytes(signed)


# 12. Paths in manifests that lead out of the bag


def _traversal(named: str) -> Change:
    def change(bag: Path, case: SealedCase) -> None:
        for name in MANIFESTS:
            path = bag / name
            digits = 64 if "256" in name else 128
            text = path.read_text(encoding="utf-8") + "0" * digits + f"  {named}\n"
            path.write_text(text, encoding="utf-8")
        relist_tags(bag)

    return change


for _named, _words in (
    ("data/../../../etc/passwd", "leaves the bag"),
    ("/etc/passwd", "absolute path"),
    ("C:\\Windows\\System32\\setx.exe", "backslash"),
):
    forged("path in a manifest", _named, _named, _words)(_traversal(_named))


# 13. Paths in zip files, 14. in tar files


def _zipped(name: str, *, mode: int = 0o644, content: bytes = b"x") -> Change:
    def change(bag: Path, case: SealedCase) -> Path:
        archive = _zip(bag)
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        with zipfile.ZipFile(archive, "a") as target:
            target.writestr(member, content)
        return archive

    return change


for _named, _words in (
    ("bag/../../escaped.txt", "leaves the bag"),
    ("/tmp/escaped.txt", "absolute path"),  # noqa: S108 - never written
    ("C:/escaped.txt", "names a drive"),
):
    forged("path in a zip", _named, _named, _words)(_zipped(_named))


def _tarred(change_member: Callable[[tarfile.TarInfo], None], content: bytes = b"x") -> Change:
    def change(bag: Path, case: SealedCase) -> Path:
        archive = bag.with_suffix(".tar")
        with tarfile.open(archive, "w") as target:
            target.add(bag, "bag")
            member = tarfile.TarInfo("bag/data/extra")
            member.size = len(content)
            change_member(member)
            target.addfile(member, io.BytesIO(content) if member.isreg() else None)
        return archive

    return change


def _call(name: str) -> Callable[[tarfile.TarInfo], None]:
    return lambda member: setattr(member, "name", name)


for _named, _words in (
    ("bag/../../escaped.txt", "leaves the bag"),
    ("/tmp/escaped.txt", "absolute path"),  # noqa: S108 - never written
    ("bag/data/..", "leaves the bag"),
):
    forged("path in a tar", _named, _named, _words)(_tarred(_call(_named)))


# 15. Links in a folder, 16. in archives


@forged("link", "to a file elsewhere", "data/extra", "symbolic link")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "data/extra").symlink_to("/etc/passwd")


@forged("link", "in place of evidence", "data/evidence/", "symbolic link")
def _(bag: Path, case: SealedCase) -> None:
    clip = evidence(bag, ".mp4")[0]
    elsewhere = bag.with_name("elsewhere.mp4")
    clip.rename(elsewhere)
    clip.symlink_to(elsewhere)


@forged("link", "to a folder", "data/records", "symbolic link")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "data/records").rename(bag.with_name("records"))
    (bag / "data/records").symlink_to(bag.with_name("records"))


def _link(kind: bytes) -> Callable[[tarfile.TarInfo], None]:
    def change(member: tarfile.TarInfo) -> None:
        member.type, member.linkname, member.size = kind, "/etc/passwd", 0

    return change


_extra = "bag/data/extra"
forged("link in an archive", "symbolic, tar", _extra, "link")(_tarred(_link(tarfile.SYMTYPE)))
forged("link in an archive", "hard, tar", _extra, "link")(_tarred(_link(tarfile.LNKTYPE)))
forged("link in an archive", "symbolic, zip", _extra, "link or device")(
    _zipped(_extra, mode=stat.S_IFLNK | 0o777, content=b"/etc/passwd")
)


# 17. Zip bombs, 18. tar bombs


@forged("zip bomb", "zeros", "bag/data/extra", "bomb")
def _(bag: Path, case: SealedCase) -> Path:
    archive = bag.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(_extra, bytes(8 << 20), compresslevel=9)
    return archive


@forged("zip bomb", "shared bytes", "bag/data/twin", "overlaps")
def _(bag: Path, case: SealedCase) -> Path:
    archive = bag.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("bag/data/once", bytes(100_000))
        twin = zipfile.ZipInfo("bag/data/twin")
        first = target.infolist()[0]
        for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
            setattr(twin, name, getattr(first, name))
        target.filelist.append(twin)
    return archive


@forged("zip bomb", "a false length", "bag/data/extra", "cannot give")
def _(bag: Path, case: SealedCase) -> Path:
    archive = bag.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(_extra, bytes(1000))
        target.filelist[0].file_size = 900_000
    return archive


def _tar_of_zeros(mode: str) -> Change:
    def change(bag: Path, case: SealedCase) -> Path:
        archive = bag.with_suffix(".tar")
        with tarfile.open(archive, mode) as target:  # type: ignore[call-overload]
            member = tarfile.TarInfo(_extra)
            member.size = 8 << 20
            target.addfile(member, io.BytesIO(bytes(8 << 20)))
        return archive

    return change


forged("tar bomb", "gzip", _extra, "bomb")(_tar_of_zeros("w:gz"))
forged("tar bomb", "xz", _extra, "bomb")(_tar_of_zeros("w:xz"))


@forged("tar bomb", "very many members", "bag/100", "more than 90 members")
def _(bag: Path, case: SealedCase) -> Path:
    archive = bag.with_suffix(".tar")
    with tarfile.open(archive, "w:gz") as target:
        for number in range(10, 110):
            target.addfile(tarfile.TarInfo(f"bag/{number}"))
    return archive


# 19. Names that differ by case alone, 20. by how their letters are composed


def _twin(of: str, name: str) -> Change:
    def change(bag: Path, case: SealedCase) -> None:
        shutil.copyfile(bag / of, bag / name)
        relist(bag)

    return change


forged("case twin", "a file", "data/readme.TXT", "by case", first=False)(
    _twin("data/README.txt", "data/readme.TXT")
)


@forged("case twin", "a folder", "data/records", "by case", first=False)
def _(bag: Path, case: SealedCase) -> None:
    (bag / "data/Records").mkdir()
    (bag / "data/Records/more.jsonl").write_bytes(b"")
    relist(bag)


@forged("case twin", "in a zip", "bag/data/readme.TXT", "by case")
def _(bag: Path, case: SealedCase) -> Path | None:
    return _zipped("bag/data/readme.TXT")(bag, case)


def _pair(one: str, other: str) -> Change:
    def change(bag: Path, case: SealedCase) -> None:
        for name in (one, other):
            (bag / name).write_text(name, encoding="utf-8")
        relist(bag)

    return change


for _how, _one, _other in (
    ("composed and not", "data/Nu\u0301n\u0303ez", "data/Núñez"),
    ("a ligature", "data/office", "data/o\ufb03ce"),
    ("full width", "data/a1", "data/a\uff11"),
):
    forged("Unicode twin", _how, _other, "composition", first=False)(_pair(_one, _other))


# 21. What was slipped in


@forged("slipped in", "into the payload", "data/extra", "slipped in")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "data/extra").write_bytes(b"")


@forged("slipped in", "beside the signature", "seal/extra", "slipped in")
def _(bag: Path, case: SealedCase) -> None:
    (bag / "seal/extra").write_bytes(b"")


@forged("slipped in", "among the evidence", "data/evidence/", "slipped in", first=False)
def _(bag: Path, case: SealedCase) -> None:
    (bag / "data/evidence/extra").write_bytes(b"")
    relist(bag)


# 22. Names that cannot be seen for what they are, and what is no file


@forged("no plain file", "a pipe", "data/extra", "neither file nor folder")
def _(bag: Path, case: SealedCase) -> None:
    os.mkfifo(bag / "data/extra")


@forged("no plain file", "text that runs backwards", "data/gpj.\u202etxt", "not seen", first=False)
def _(bag: Path, case: SealedCase) -> None:
    (bag / "data/gpj.\u202etxt").write_bytes(b"")
    relist(bag)


@forged("no plain file", "a member twice", "bag/bagit.txt", "twice")
def _(bag: Path, case: SealedCase) -> Path:
    archive = bag.with_suffix(".tar")
    with tarfile.open(archive, "w") as target:
        target.add(bag, "bag")
        target.add(bag / "bagit.txt", "bag/bagit.txt")
    return archive


def _zip(bag: Path) -> Path:
    archive = bag.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(bag.rglob("*")):
            target.write(path, f"bag/{path.relative_to(bag).as_posix()}")
    return archive


def verified(path: Path, forgery: Forgery, case: SealedCase) -> None:
    """Verify as a reader does; bombs against small limits, so that the test is quick."""
    known = case.known if forgery.known else KnownParties()
    if forgery.words == "yet to come":
        stamped = case.sealed.stamps[0][1]
        known = replace(known, now_utc=stamped.replace(year=stamped.year - 1))
    if "bomb" in forgery.kind:
        limits = Limits(free_bytes=1 << 20, members=90)
        with opened_bag(path, limits=limits):
            return
    verify_bag(path, known=known)


def test_there_are_three_of_each_of_twenty_kinds_and_more() -> None:
    kinds = [forgery.kind for forgery in FORGERIES]
    assert len(set(kinds)) >= 20
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(kinds, 3)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: f"{one.kind}: {one.how}")
def test_a_forged_bag_is_refused_by_name(
    forgery: Forgery, sealed_case: SealedCase, tmp_path: Path
) -> None:
    bag = tmp_path / "bag"
    shutil.copytree(sealed_case.bag, bag)
    path = forgery.change(bag, sealed_case) or bag
    with pytest.raises(ForgedBagError) as caught:
        verified(path, forgery, sealed_case)
    named = [caught.value.subject, *caught.value.fault.split("\n  also ")[1:]]
    said = [f"{caught.value.subject}: {caught.value.fault}".split("\n  also ")[0], *named[1:]]
    chosen = said[:1] if forgery.first else said
    assert [
        line for line in chosen if line.startswith(forgery.culprit) and forgery.words in line
    ], caught.value.diagnostics()
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_the_untouched_bag_holds(sealed_case: SealedCase, tmp_path: Path) -> None:
    report = verify_bag(sealed_case.bag, known=sealed_case.known)
    assert (report.faults, report.warnings, report.signer_known) == ((), (), True)
    assert [token.trusted for token in report.tokens] == [True, True]
    for archive in (_zip(sealed_case.bag), _tar(sealed_case.bag)):
        moved = archive.rename(tmp_path / archive.name)
        assert verify_bag(moved, known=sealed_case.known).statement == report.statement


def _tar(bag: Path) -> Path:
    archive = bag.with_suffix(".tar.gz")
    with tarfile.open(archive, "w:gz") as target:
        target.add(bag, "bag")
    return archive
