from collections.abc import Callable
from pathlib import Path

import pytest

from purport.casework import (
    Workspace,
    collect_item,
    collect_story,
    describe_case,
    verify_workspace,
)
from purport.core.errors import DigestMismatchError, InputError, WorkspaceBusyError
from purport.vault import FolderVault


@pytest.fixture
def filled(folder: Path, clip: Callable[..., Path], story: Path) -> Path:
    """A workspace with a story and a clip."""
    with Workspace.open(folder, create=True) as workspace:
        describe_case(workspace, name="Verified")
        collect_story(workspace, story)
        collect_item(workspace, clip())
    return folder


def test_whole_workspace_verifies_and_says_so(filled: Path) -> None:
    first = verify_workspace(filled)
    assert first.objects == 2
    assert first.records >= 4
    second = verify_workspace(filled, record=False)
    assert second.events == first.events + 1
    assert second.head != first.head
    assert verify_workspace(filled, record=False) == second
    with Workspace.open(filled, writing=False) as workspace:
        last = workspace.store.custody()[-1]
    assert (last.kind, last.details["head"]) == ("verified", first.head)


def test_altered_byte_is_named_by_file(filled: Path) -> None:
    with Workspace.open(filled, writing=False) as workspace:
        digest = next(
            event.subject
            for event in workspace.store.custody()
            if event.kind == "collected" and event.subject is not None
        )
    path = FolderVault(filled / "vault").path_of(digest)
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[7] ^= 1
    path.write_bytes(content)
    with pytest.raises(DigestMismatchError, match=r"story\.txt: the preserved bytes were altered"):
        verify_workspace(filled)


def test_missing_file_is_named(filled: Path, tmp_path: Path) -> None:
    for path in (filled / "vault").rglob("*"):
        if path.is_file() and path.stat().st_size == (tmp_path / "clip.mp4").stat().st_size:
            path.unlink()
    with pytest.raises(DigestMismatchError, match=r"clip\.mp4: the preserved bytes are missing"):
        verify_workspace(filled)


def test_altered_bytes_that_no_record_names_are_caught_too(filled: Path) -> None:
    vault = FolderVault(filled / "vault")
    digest = vault.put_bytes(b"left by a kill before its record", name="x")
    assert verify_workspace(filled).objects == 3
    vault.path_of(digest).chmod(0o644)
    vault.path_of(digest).write_bytes(b"altered")
    with pytest.raises(DigestMismatchError, match=digest):
        verify_workspace(filled)


def test_failed_verification_leaves_no_event(filled: Path) -> None:
    before = verify_workspace(filled, record=False)
    path = next(path for path in (filled / "vault").rglob("*") if path.is_file())
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"")
    with pytest.raises(DigestMismatchError):
        verify_workspace(filled)
    path.write_bytes(content)
    assert verify_workspace(filled, record=False) == before


def test_workspace_in_use_is_not_verified(filled: Path) -> None:
    with Workspace.open(filled), pytest.raises(WorkspaceBusyError):
        verify_workspace(filled)


def test_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a workspace"):
        verify_workspace(tmp_path / "none")
