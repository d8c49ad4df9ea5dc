"""A vault on a server of objects that vanishes, lies, and is busy: nothing is lost, all is told."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from tests.noise import write_noise

from purport.casework import (
    CheckRequest,
    Condition,
    Workspace,
    check_case,
    check_fixity,
    collect_story,
    seal_case,
    verify_bag,
    verify_workspace,
)
from purport.casework.workspace import set_vault
from purport.cli._main import purport
from purport.core.digests import digest_bytes
from purport.core.errors import DigestMismatchError, InputError, UnavailableError
from purport.seals import KeyRing
from purport.vault import ObjectVault
from purport.vault.bucket import Bucket

pytestmark = pytest.mark.slow

STORY = "30 September 2015\n\nThe ministry said it struck eight targets. Nobody was there.\n"
PART = 5 << 20
SHORT = b"evidence of a few bytes"
LONG = os.urandom(2 * PART + 7)


@pytest.fixture
def address(s3: Any) -> str:  # noqa: ANN401 - loaded by its path
    del s3
    return f"s3://archive/{uuid4().hex}"


@pytest.fixture
def open_vault(address: str, tmp_path: Path) -> Callable[..., ObjectVault]:
    """Open the vault: as the same machine does, or as another that has no copies."""

    def opened(machine: str = "this") -> ObjectVault:
        return ObjectVault(address, tmp_path / machine, part_bytes=PART)

    return opened


def asked_for(method: str, part_of_path: str, deed: str, *, times: int = 10**6) -> Any:  # noqa: ANN401
    """Do something to the first so many requests of a kind."""
    left = [times]

    def misdeed(asked: str, path: str) -> str | None:
        if asked == method and part_of_path in path and left[0]:
            left[0] -= 1
            return deed
        return None

    return misdeed


def visible(vault: ObjectVault) -> list[str]:
    return [*vault.digests(), *vault.strangers(set(vault.digests()))]


def test_strangers_are_all_but_the_known_and_what_is_on_its_way(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    address: str,
) -> None:
    vault = open_vault()
    known = vault.put_bytes(b"known", name="known")
    other = vault.put_bytes(b"other", name="other")
    below = address.removeprefix("s3://archive/")
    s3.put(f"{below}/incoming/{known}.x", b"half")
    s3.put(f"{below}/notes.txt", b"somebody else's")
    s3.asked.clear()
    found = set(vault.strangers({known}))
    assert found == {f"{address}/{other[:2]}/{other[2:]}", f"{address}/notes.txt"}
    assert [method for method, _ in s3.asked] == ["GET"]


def unfinished(s3: Any, address: str) -> bytes:  # noqa: ANN401 - as above
    """What the server has of uploads that were begun."""
    prefix = address.removeprefix("s3://archive/")
    s3.misdeed = lambda *_: None
    bucket = Bucket("archive", part_bytes=PART)
    told = bucket._call(prefix, "list_multipart_uploads", Prefix=prefix)
    return b" ".join(str(one["Key"]).encode() for one in told.get("Uploads", ())) + b" ".join(
        key.encode() for key in bucket.keys(f"{prefix}/incoming/")
    )


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "in parts"])
@pytest.mark.parametrize("deed", ["gone", "busy", "deaf", "flip-sent"])
def test_a_sending_that_fails_once_is_done_again(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    address: str,
    content: bytes,
    *,
    deed: str,
) -> None:
    s3.misdeed = asked_for("PUT", "incoming", deed, times=1)
    digest = open_vault().put_bytes(content, name="clip.mp4")
    open_vault("another").verify(digest, subject="clip.mp4")
    assert visible(open_vault()) == [digest]
    assert unfinished(s3, address) == b""


@pytest.mark.parametrize("deed", ["gone", "busy", "deaf"])
@pytest.mark.parametrize("part", ["uploads", "uploadId", "incoming", "copy", "DELETE"])
def test_each_request_of_a_sending_may_be_lost_once(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    part: str,
    deed: str,
) -> None:
    digest = digest_bytes(LONG)
    method, of_path = {
        "uploads": ("POST", "?uploads"),
        "uploadId": ("POST", "uploadId="),
        "incoming": ("GET", "incoming"),
        "copy": ("PUT", f"/{digest[:2]}/{digest[2:]}"),
        "DELETE": ("DELETE", "incoming"),
    }[part]
    s3.misdeed = asked_for(method, of_path, deed, times=1)
    open_vault().put_bytes(LONG, name="clip.mp4")
    assert any(method == asked and of_path in path for asked, path in s3.asked)
    open_vault("another").verify(digest, subject="clip.mp4")
    assert visible(open_vault()) == [digest]


@pytest.mark.parametrize("content", [SHORT, LONG], ids=["short", "in parts"])
@pytest.mark.parametrize(
    ("deed", "kind", "told"),
    [
        ("gone", UnavailableError, "failed 4 times"),
        ("busy", UnavailableError, "failed 4 times.*Service Unavailable"),
        ("flip-sent", DigestMismatchError, "did not keep what was sent"),
        ("drop", (DigestMismatchError, UnavailableError), "did not keep|failed 4 times"),
    ],
)
def test_what_never_arrives_whole_is_refused_and_leaves_nothing(  # noqa: PLR0917 - as above
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    address: str,
    content: bytes,
    deed: str,
    kind: Any,  # noqa: ANN401 - a class or several
    told: str,
) -> None:
    s3.misdeed = asked_for("PUT", "incoming", deed)
    digest = digest_bytes(content)
    with pytest.raises(kind, match=told) as caught:
        open_vault().put_bytes(content, name="clip.mp4")
    assert address in str(caught.value)
    assert not open_vault().holds(digest)
    assert unfinished(s3, address) == b""
    assert open_vault().put_bytes(content, name="clip.mp4") == digest
    assert visible(open_vault()) == [digest]


def test_a_store_that_vanishes_in_the_middle_is_cleaned_when_it_is_back(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    address: str,
) -> None:
    sent: list[str] = []

    def vanish(method: str, path: str) -> str | None:
        if method == "PUT":
            sent.append(path)
        return "gone" if len(sent) > 1 else None

    s3.misdeed = vanish
    with pytest.raises(UnavailableError, match=r"clip|incoming"):
        open_vault().put_bytes(LONG, name="clip.mp4")
    assert open_vault().sweep() == 0, "the store is away; it stays written down"
    assert unfinished(s3, address) != b""
    assert open_vault().sweep() == 1
    assert unfinished(s3, address) == b""
    assert open_vault().sweep() == 0


def test_a_copy_that_is_not_there_is_no_success(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
) -> None:
    digest = digest_bytes(SHORT)
    s3.misdeed = asked_for("PUT", f"/{digest[:2]}/{digest[2:]}", "drop")
    with pytest.raises((DigestMismatchError, UnavailableError), match=r"did not keep|failed"):
        open_vault().put_bytes(SHORT, name="clip.mp4")
    s3.misdeed = lambda *_: None
    assert visible(open_vault()) == []


@pytest.mark.parametrize("deed", ["gone", "busy", "cut", "short", "long", "flip"])
def test_a_reading_that_fails_once_is_done_again(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    deed: str,
) -> None:
    digest = open_vault().put_bytes(LONG, name="clip.mp4")
    s3.misdeed = asked_for("GET", f"/{digest[:2]}/{digest[2:]}", deed, times=1)
    assert open_vault("another").local_copy(digest).read_bytes() == LONG


@pytest.mark.parametrize(
    ("deed", "kind", "told"),
    [
        ("gone", UnavailableError, "failed 4 times"),
        ("busy", UnavailableError, "failed 4 times"),
        ("cut", UnavailableError, "failed 4 times"),
        ("short", UnavailableError, r"\d+ of \d+ bytes came"),
        ("long", UnavailableError, r"\d+ of \d+ bytes came"),
        ("flip", DigestMismatchError, "were altered"),
    ],
)
def test_what_never_comes_whole_is_an_error_that_names_it_and_is_not_kept(  # noqa: PLR0917
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    address: str,
    tmp_path: Path,
    deed: str,
    kind: type[Exception],
    told: str,
) -> None:
    digest = open_vault().put_bytes(LONG, name="clip.mp4")
    s3.misdeed = asked_for("GET", f"/{digest[:2]}/{digest[2:]}", deed)
    with pytest.raises(kind, match=told) as caught:
        open_vault("another").local_copy(digest)
    assert f"{address}/{digest[:2]}/{digest[2:]}" in str(caught.value)
    assert [path for path in (tmp_path / "another").rglob("*") if path.is_file()] == []
    s3.misdeed = lambda *_: None
    assert open_vault("another").local_copy(digest).read_bytes() == LONG


def test_a_bucket_that_is_not_there_is_told(s3: Any, tmp_path: Path) -> None:  # noqa: ANN401
    del s3
    with pytest.raises(InputError, match="the store has no place for it"):
        ObjectVault("s3://nowhere/x", tmp_path / "kept").put_bytes(SHORT, name="clip.mp4")


def test_a_local_copy_that_was_altered_is_never_sent(
    s3: Any,  # noqa: ANN401 - as above
    open_vault: Callable[..., ObjectVault],
    tmp_path: Path,
) -> None:
    del s3
    digest = open_vault("another").put_bytes(SHORT, name="clip.mp4")
    second = ObjectVault(f"s3://archive/{uuid4().hex}", tmp_path / "another", part_bytes=PART)
    path = second.local_copy(digest)
    path.unlink()
    path.write_bytes(SHORT.upper())
    assert second.put_bytes(SHORT, name="clip.mp4") == digest  # it is made whole first
    assert path.read_bytes() == SHORT
    assert second.find_digest(digest) == digest


def test_objects_longer_than_one_copy_may_be_are_copied_in_parts(
    s3: Any,  # noqa: ANN401 - as above
) -> None:
    del s3
    bucket = Bucket("archive", part_bytes=PART, copy_most=PART)
    source, target = f"{uuid4().hex}/a", f"{uuid4().hex}/b"
    bucket.write(source, iter([LONG[:100], LONG[100:]]), size=len(LONG))
    bucket.copy(source, target, size=len(LONG))
    assert b"".join(bucket.read(target)) == LONG


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/data/vault", "is no address of an S3 store"),
        ("gs://bucket/x", "is no address of an S3 store"),
        ("s3:///x", "is no address of an S3 store"),
        ("s3://key:secret@bucket/x", "holds a name or password"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(address: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told) as caught:
        ObjectVault(address, tmp_path)
    assert "secret" not in str(caught.value)


def test_a_case_whose_files_lie_on_a_store_is_that_of_a_folder(
    s3: Any,  # noqa: ANN401 - as above
    address: str,
    tmp_path: Path,
) -> None:
    clip = write_noise(tmp_path / "clip.mp4")
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    cases = {}
    for name, vault in (("folder", None), ("store", address)):
        request = CheckRequest(
            workspace=tmp_path / name / "case",
            story=tmp_path / "story.txt",
            footage=(clip,),
            workers=1,
            vault=vault,
        )
        cases[name] = replace(check_case(request).case, custody=())
    made = tmp_path / "store" / "case"
    assert cases["store"] == cases["folder"]
    assert not (made / "vault").exists()
    assert verify_workspace(made).objects == 2
    shutil.rmtree(made / "cache")
    again = check_case(CheckRequest(workspace=made, workers=1))
    assert replace(again.case, custody=()) == cases["folder"]
    with Workspace.open(made) as workspace:
        sealed = seal_case(workspace, tmp_path / "bag", keys=KeyRing(tmp_path / "keys"))
    assert verify_bag(sealed.bag).faults == ()
    s3.misdeed = lambda *_: "gone"
    with pytest.raises(UnavailableError, match=address):
        verify_workspace(made)


def test_the_setting_is_for_new_workspaces_and_is_remembered(
    s3: Any,  # noqa: ANN401 - as above
    address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del s3
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    add = ["add", "story", str(tmp_path / "story.txt")]
    for name in ("before", "with"):
        if name == "with":
            monkeypatch.setenv("PURPORT_VAULT", address)
        monkeypatch.setenv("PURPORT_WORKSPACE", str(tmp_path / name))
        assert CliRunner().invoke(purport, ["init"]).exit_code == 0
    monkeypatch.delenv("PURPORT_VAULT")
    assert CliRunner().invoke(purport, add).exit_code == 0
    assert not (tmp_path / "with" / "vault").exists()
    monkeypatch.setenv("PURPORT_VAULT", address)
    monkeypatch.setenv("PURPORT_WORKSPACE", str(tmp_path / "before"))
    assert CliRunner().invoke(purport, add).exit_code == 0
    assert (tmp_path / "before" / "vault").exists()
    for name in ("before", "with"):
        assert verify_workspace(tmp_path / name).objects == 1
    assert "nobody" not in (tmp_path / "with" / "vault-at").read_text()
    with pytest.raises(InputError, match="are not preserved at s3://archive/other"):
        set_vault(tmp_path / "with", "s3://archive/other")


@pytest.mark.parametrize(
    ("vault", "told"),
    [
        ("s3://nowhere/x", "there is no such bucket"),
        ("s3://archive/taken", r"holds something else \(s3://archive/taken/notes\.txt\)"),
    ],
)
def test_a_store_that_cannot_be_used_is_told_when_the_workspace_is_made(
    s3: Any,  # noqa: ANN401 - as above
    tmp_path: Path,
    vault: str,
    told: str,
) -> None:
    s3.put("taken/notes.txt", b"somebody else's")
    with pytest.raises(InputError, match=told):
        Workspace.open(tmp_path / "case", create=True, vault=vault)
    with Workspace.open(tmp_path / "case", create=True) as workspace:
        assert not (tmp_path / "case" / "vault-at").exists()
        assert list(workspace.vault.digests()) == []


def test_fixity_checks_go_on_over_objects_and_stop_when_the_store_is_away(
    s3: Any,  # noqa: ANN401 - as above
    address: str,
    tmp_path: Path,
    object_server: Any,  # noqa: ANN401 - as above
) -> None:
    with Workspace.open(tmp_path / "case", create=True, vault=address) as workspace:
        for number in range(6):
            (tmp_path / "story.txt").write_text(f"{STORY}{number}", encoding="utf-8")
            collect_story(workspace, tmp_path / "story.txt")
        first, second, *_ = workspace.vault.digests()
    key = f"{address.removeprefix('s3://')}/{first[:2]}/{first[2:]}"
    object_server.put(key, b"altered")
    object_server.remove(f"{address.removeprefix('s3://')}/{second[:2]}/{second[2:]}")
    report = check_fixity(tmp_path / "case")
    assert [(fault.digest, fault.condition) for fault in report.faults] == [
        (first, Condition.ALTERED),
        (second, Condition.MISSING),
    ]
    assert report.checked == 6
    s3.misdeed = lambda method, _: "busy" if method == "HEAD" else None
    away = check_fixity(tmp_path / "case")
    assert away.broken_off
    assert {fault.condition for fault in away.faults} == {Condition.UNREADABLE}
    assert all("failed 4 times" in fault.told for fault in away.faults)
    assert away.checked == 3
