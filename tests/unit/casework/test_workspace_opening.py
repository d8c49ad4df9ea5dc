import errno
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from purport.casework import Workspace, collect_item, describe_case, verify_workspace
from purport.core.errors import InputError, StorageFullError, WorkspaceBusyError


def test_new_workspace_is_a_folder_with_a_database(folder: Path, workspace: Workspace) -> None:
    assert (folder / "purport.sqlite3").is_file()
    assert workspace.store.custody() == ()


def test_folder_that_is_no_workspace_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="is not a workspace") as caught:
        Workspace.open(folder)
    assert "purport init" in caught.value.remedy


def test_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other files \(thesis\.txt\)"):
        Workspace.open(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_file_is_refused_as_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        Workspace.open(tmp_path / "file", create=True)


def test_second_writer_is_told_who_is_working(folder: Path, workspace: Workspace) -> None:
    code = (
        "import sys; from pathlib import Path; from purport.casework import Workspace\n"
        f"Workspace.open(Path({str(folder)!r}))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert found.returncode == 1
    assert "WorkspaceBusyError" in found.stderr
    with pytest.raises(WorkspaceBusyError, match=r"process \d+ is working") as caught:
        Workspace.open(folder)
    assert "Wait until it has finished" in caught.value.remedy
    describe_case(workspace, name="still whole")


def test_reader_looks_beside_a_writer(folder: Path, workspace: Workspace) -> None:
    describe_case(workspace, name="seen")
    with Workspace.open(folder, writing=False) as reader:
        assert len(reader.store.custody()) == 1


def test_lock_is_let_go(folder: Path) -> None:
    Workspace.open(folder, create=True).close()
    Workspace.open(folder).close()


def test_failed_opening_lets_the_lock_go(folder: Path) -> None:
    folder.mkdir()
    (folder / "purport.sqlite3").write_text("this is no database at all, but long enough" * 40)
    for _ in range(2):
        with pytest.raises(Exception, match="database is damaged"):
            Workspace.open(folder)


def test_leftovers_of_a_dead_process_are_swept(folder: Path, clip: Callable[..., Path]) -> None:
    with Workspace.open(folder, create=True) as workspace:
        collect_item(workspace, clip())
    leftovers = [
        folder / "vault" / "incoming-x",
        folder / "cache" / ".scene.npz.1.part",
        folder / "dossier" / ".case.html.x.part",
    ]
    for path in leftovers:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    Workspace.open(folder).close()
    assert not any(path.exists() for path in leftovers)
    assert verify_workspace(folder).objects == 1


def test_half_made_workspace_is_finished(folder: Path) -> None:
    (folder / "vault").mkdir(parents=True)
    (folder / "lock").touch()
    Workspace.open(folder, create=True).close()
    assert (folder / "purport.sqlite3").is_file()


def test_working_copy_has_the_name_and_the_bytes(
    workspace: Workspace, clip: Callable[..., Path]
) -> None:
    path = clip("with name.mp4")
    item = collect_item(workspace, path)
    copy = workspace.working_copy(item.digest, item.name)
    assert copy.name == "with name.mp4"
    assert copy.read_bytes() == path.read_bytes()
    assert workspace.working_copy(item.digest, item.name) == copy


@pytest.mark.parametrize("place", ["pathlib.Path.mkdir", "purport.casework.locking.os.open"])
def test_folder_that_may_not_be_written_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(place, refuse)
    with pytest.raises(InputError, match="the folder cannot be") as caught:
        Workspace.open(folder, create=True)
    assert "may write" in caught.value.remedy


def test_lock_file_without_room_is_a_full_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("purport.casework.locking.os.pwrite", refuse)
    with pytest.raises(StorageFullError):
        Workspace.open(folder, create=True)
    monkeypatch.undo()
    Workspace.open(folder, create=True).close()
