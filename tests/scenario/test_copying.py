"""A served workspace goes to PostgreSQL and S3 and back: each row and byte stays the same."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from purport.casework import Workspace, collect_story, copy_workspace, verify_workspace
from purport.core.errors import InputError
from purport.store import open_store
from purport.vault import FolderVault, ObjectVault

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

STORY = "30 September 2015\n\nThe ministry said it struck eight targets. Nobody was there.\n"
TABLES_OF_A_ROOM = {
    *("auth_user", "purport_membership", "account_emailaddress", "django_session"),
    *("purport_reader", "purport_comment", "purport_follow", "mfa_authenticator"),
}
READERS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from purport.store.configuration import add_database, configure_whole
configure_whole()
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from purport.store.models import CaseRow
from purport.store.readers.models import CommentRow, FollowRow, ReaderRow
alias = add_database(Path(sys.argv[1]), whole=True)
now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
user = get_user_model().objects.using(alias).get(username="reader")
case = CaseRow.objects.using(alias).first()
ReaderRow.objects.using(alias).create(user=user, joined=now, salt="ü'\\"\\\\")
common = dict(case=case, author=user, thread="b", anchor="case", body="ع\\n…", created=now)
first = CommentRow.objects.using(alias).create(id="b", longitude=0.1 + 0.2, state="shown", **common)
CommentRow.objects.using(alias).create(id="a", parent=first, state="held", **common)
FollowRow.objects.using(alias).create(user=user, case=case, created=now)
Authenticator.objects.using(alias).create(user=user, type="totp", data={"secret": [1, None, "x"]})
"""


def command(*words: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "purport.cli", *map(str, words)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, serve_room: Callable[..., Any]) -> Path:
    """A workspace that was served: two cases, an owner, a colleague and a reader."""
    folder = tmp_path_factory.mktemp("served") / "case"
    with serve_room(folder, "--sign-up", "--background", "0", "--senders", "0") as room:
        owner = room.owner()
        made = owner.post("/example")
        key = made.headers["location"].rstrip("/").rsplit("/", 1)[-1]
        assert owner.post("/", {"name": "Second"}).status_code == 302
        room.newcomer(owner, key, "editor", "colleague")
        room.reader("reader")
    subprocess.run([sys.executable, "-c", READERS, folder / "purport.sqlite3"], check=True)
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    with Workspace.open(tmp_path / "case", create=True) as opened:
        collect_story(opened, tmp_path / "story.txt")
    return tmp_path / "case"


def report(folder: Path) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads((folder / "copied.json").read_text())
    return told


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"lock", "purport.sqlite3-shm"}
    }


def test_there_and_back_every_row_and_byte_is_the_same(
    served: Path,
    database: str,
    s3: Any,  # noqa: ANN401 - loaded by its path
    tmp_path: Path,
) -> None:
    before = files_of(served)
    away, back = tmp_path / "away", tmp_path / "back"
    vault = f"s3://archive/{uuid4().hex}"
    first = command(*("copy", away, "-w", served, "--to-database", database, "--to-vault", vault))
    assert first.returncode == 0, first.stderr
    second = command("copy", back, "-w", away, PURPORT_DATABASE=database)
    assert second.returncode == 0, second.stderr
    assert report(away)["tables"] == report(back)["tables"]
    assert report(away)["cases"] == report(back)["cases"]
    assert len(report(back)["cases"]) == 2
    rows = {name: one["rows"] for name, one in report(back)["tables"].items()}
    assert {name for name in TABLES_OF_A_ROOM if rows[name] == 0} == set()
    assert rows["purport_item"] > 0
    assert report(back)["objects"] == len(list(FolderVault(back / "vault").digests())) > 2
    assert files_of(back / "vault") == files_of(served / "vault")
    assert (back / "web" / "secret").read_bytes() == (served / "web" / "secret").read_bytes()
    assert files_of(served) == before, "the source is left as it was"
    assert not (away / "vault").exists()
    assert not (away / "purport.sqlite3").exists()
    for folder, address in ((away, database), (back, None)):
        assert verify_workspace(folder, database=address).objects == report(back)["objects"]
    del s3


def test_a_copied_room_is_served_as_before(  # noqa: PLR0917 - pytest gives them by name
    served: Path,
    database: str,
    s3: Any,  # noqa: ANN401 - as above
    tmp_path: Path,
    serve_room: Callable[..., Any],
) -> None:
    del s3
    away = tmp_path / "away"
    vault = f"s3://archive/{uuid4().hex}"
    made = command("copy", away, "-w", served, "--to-database", database, "--to-vault", vault)
    assert made.returncode == 0, made.stderr
    with serve_room(away, environment={"PURPORT_DATABASE": database}) as room:
        owner = room.owner()
        assert "Second" in owner.get("/").text
        again = owner.post("/", {"name": "Third"})
        assert again.status_code == 302, "new rows get numbers after those copied"
        assert "Third" in owner.get("/").text
        guest = room.stranger()
        guest.get("/accounts/login/")
        entered = guest.post(
            "/accounts/login/",
            {"login": "colleague", "password": "correct horse battery staple"},
        )
        assert entered.status_code == 302, entered.text


def test_a_copy_that_is_killed_is_opened_by_nobody_and_goes_on(
    served: Path,
    database: str,
    s3: Any,  # noqa: ANN401 - as above
    tmp_path: Path,
) -> None:
    away, vault = tmp_path / "away", f"s3://archive/{uuid4().hex}"
    words = ("copy", away, "-w", served, "--to-database", database, "--to-vault", vault)
    sent: list[str] = []

    def stall(method: str, path: str) -> str | None:
        if method == "PUT" and "incoming" in path:
            sent.append(path)
            if len(sent) > 2:
                time.sleep(1.0)
        return None

    s3.misdeed = stall
    with subprocess.Popen(
        [sys.executable, "-m", "purport.cli", *map(str, words)], stderr=subprocess.DEVNULL
    ) as run:
        while len(sent) < 3 and run.poll() is None:
            time.sleep(0.01)
        run.kill()
    s3.misdeed = lambda *_: None
    assert len(sent) == 3
    refused = command("verify", "-w", away, PURPORT_DATABASE=database)
    assert refused.returncode == 3
    assert "not whole yet" in refused.stderr
    elsewhere = command("copy", away, "-w", served, "--to-database", database)
    assert elsewhere.returncode == 3
    assert "to somewhere else" in elsewhere.stderr
    again = command(*words)
    assert again.returncode == 0, again.stderr
    held = set(ObjectVault(vault, tmp_path / "kept").digests())
    assert held == set(FolderVault(served / "vault").digests())
    verify_workspace(away, database=database)


def test_a_database_that_holds_something_else_is_refused(
    workspace: Path, database: str, tmp_path: Path
) -> None:
    open_store(database, case="another").close()
    with pytest.raises(InputError, match="target database: holds something else"):
        copy_workspace(workspace, tmp_path / "copy", to_database=database)


def test_a_prefix_that_holds_something_else_is_refused(
    workspace: Path,
    s3: Any,  # noqa: ANN401 - as above
    tmp_path: Path,
) -> None:
    prefix = uuid4().hex
    s3.put(f"{prefix}/notes.txt", b"somebody else's")
    with pytest.raises(InputError, match=r"holds something else \(s3://archive/.*notes\.txt\)"):
        copy_workspace(workspace, tmp_path / "copy", to_vault=f"s3://archive/{prefix}")
    other = f"s3://archive/{uuid4().hex}"
    ObjectVault(other, tmp_path / "kept").put_bytes(b"another case's", name="x")
    with pytest.raises(InputError, match="holds something else"):
        copy_workspace(workspace, tmp_path / "second", to_vault=other)


def test_a_folder_that_holds_something_else_is_refused(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds something else \(notes\.txt\)"):
        copy_workspace(workspace, tmp_path / "full")
    with pytest.raises(InputError, match="lies in the workspace that is copied"):
        copy_workspace(workspace, workspace / "copy")


def test_a_copy_that_was_killed_before_it_said_so_begins_anew(
    workspace: Path, tmp_path: Path
) -> None:
    """Found by `benchmarks/kills.py`: such a folder was refused as holding something else."""
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "lock").touch()
    (tmp_path / "copy" / "copying.part").write_text("{")
    assert copy_workspace(workspace, tmp_path / "copy").objects == 1
    verify_workspace(tmp_path / "copy")


def test_a_copy_that_was_killed_just_before_it_could_be_opened_goes_on(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the note of what was compared and the end of the mark nobody opens it, and then."""
    target, unlink = tmp_path / "copy", Path.unlink

    def stop(path: Path, *, missing_ok: bool = False) -> None:
        if path == target / "copying":
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", stop)
        with pytest.raises(KeyboardInterrupt):
            copy_workspace(workspace, target)
    assert (target / "copied.json").exists()
    with pytest.raises(InputError, match="under way"):
        verify_workspace(target, record=False)
    copy_workspace(workspace, target)
    assert verify_workspace(target, record=False) == verify_workspace(workspace, record=False)


def test_a_copy_goes_on_its_own_way_and_the_source_too(workspace: Path, tmp_path: Path) -> None:
    copied = copy_workspace(workspace, tmp_path / "copy")
    assert copied.objects == 1
    heads = []
    for folder in (workspace, tmp_path / "copy"):
        verify_workspace(folder)
        heads.append(verify_workspace(folder, record=False).events)
    assert heads[0] == heads[1]
    with pytest.raises(InputError, match="holds something else"):
        copy_workspace(workspace, tmp_path / "copy")
