import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from purport.casework import (
    Condition,
    Workspace,
    check_fixity,
    collect_story,
    verify_workspace,
)
from purport.casework.workspace import lock_workspace
from purport.cli._main import purport
from purport.core.digests import Digest, digest_bytes, digest_file
from purport.core.errors import InputError, WorkspaceBusyError
from purport.vault import FolderVault

STORIES = 7


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A workspace with seven preserved stories."""
    folder = tmp_path / "case"
    with Workspace.open(folder, create=True) as workspace:
        for number in range(STORIES):
            path = tmp_path / f"story {number}.txt"
            path.write_text(f"30 September 2015\n\nStory {number}. Nobody was there.\n")
            collect_story(workspace, path)
    return folder


def vault_of(folder: Path) -> FolderVault:
    return FolderVault(folder / "vault")


def spoil(folder: Path, digest: Digest) -> None:
    path = vault_of(folder).path_of(digest)
    path.chmod(0o644)
    path.write_bytes(b"spoiled")


def test_all_are_whole_and_the_run_stands_in_the_chain(filled: Path) -> None:
    report = check_fixity(filled, agent="timer")
    assert (report.objects, report.checked, report.whole) == (STORIES, STORIES, STORIES)
    assert (report.faults, report.never_checked, report.broken_off) == ((), 0, False)
    assert report.oldest_check_utc is not None
    assert report.report is not None
    with Workspace.open(filled, writing=False) as workspace:
        last = workspace.store.custody()[-1]
    assert (last.kind, last.agent) == ("verified", "timer")
    assert last.details["what"] == "fixity"
    assert last.details["report"] == digest_file(report.report)
    assert json.loads(report.report.read_text())["format"] == "purport.fixity/1"
    verify_workspace(filled)


def test_parts_go_round_each_once_longest_unchecked_first(filled: Path) -> None:
    counts = [check_fixity(filled, parts=3) for _ in range(3)]
    assert [one.checked for one in counts] == [3, 3, 3]
    assert [one.never_checked for one in counts] == [4, 1, 0]
    state = json.loads((filled / "fixity" / "checked.json").read_text())
    assert set(state) == set(vault_of(filled).digests())
    in_order = sorted(state, key=lambda digest: state[digest])
    check_fixity(filled, parts=7)
    again = json.loads((filled / "fixity" / "checked.json").read_text())
    assert [digest for digest in state if again[digest] != state[digest]] == [in_order[0]]


def test_what_is_off_is_named_and_the_others_are_checked_all_the_same(filled: Path) -> None:
    altered, missing, unreadable, *_ = vault_of(filled).digests()
    spoil(filled, altered)
    vault_of(filled).path_of(missing).unlink()
    path = vault_of(filled).path_of(unreadable)
    path.unlink()
    path.mkdir()
    report = check_fixity(filled)
    assert {fault.digest: fault.condition for fault in report.faults} == {
        altered: Condition.ALTERED,
        missing: Condition.MISSING,
        unreadable: Condition.UNREADABLE,
    }
    assert (report.checked, report.whole) == (STORIES, STORIES - 3)
    first = next(fault for fault in report.faults if fault.digest == altered)
    assert first.found == digest_bytes(b"spoiled")
    assert first.names[0].startswith("story ")
    with Workspace.open(filled, writing=False) as workspace:
        details = workspace.store.custody()[-1].details
    assert details["altered"] == [altered]
    assert details["missing"] == [missing]
    assert report.never_checked == 1, "what could not be read was not checked"


def test_what_lies_in_the_vault_unnamed_is_checked_too(filled: Path) -> None:
    digest = vault_of(filled).put_bytes(b"left by a run that was killed", name="x")
    spoil(filled, digest)
    (fault,) = check_fixity(filled).faults
    assert (fault.digest, fault.names) == (digest, ())


def test_files_of_every_case_count(filled: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("1 October 2015\n\nAnother case. Nobody was there.\n")
    with Workspace.open(filled, case="second") as workspace:
        digest = collect_story(workspace, path).document.digest
    vault_of(filled).path_of(Digest(digest)).unlink()
    (fault,) = check_fixity(filled).faults
    assert (fault.condition, fault.names) == (Condition.MISSING, ("other.txt",))


def test_it_runs_beside_a_server_but_not_beside_a_writer(filled: Path) -> None:
    lock = lock_workspace(filled, create=False)
    with pytest.raises(WorkspaceBusyError):
        check_fixity(filled)
    lock.share()
    assert check_fixity(filled).whole == STORIES
    lock.release()


def test_two_runs_at_once_are_one(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def again(_: object, digest: Digest) -> Digest:
        monkeypatch.undo()
        with pytest.raises(WorkspaceBusyError, match="fixity check of"):
            check_fixity(filled)
        return digest

    monkeypatch.setattr(FolderVault, "find_digest", again)
    assert check_fixity(filled).whole == STORIES


def test_a_state_that_cannot_be_read_is_told(filled: Path) -> None:
    check_fixity(filled)
    (filled / "fixity" / "checked.json").write_text("[")
    with pytest.raises(InputError, match=r"checked\.json: cannot be read"):
        check_fixity(filled)


@pytest.mark.parametrize("state", ['{"a": 5}', '{"a": "yesterday"}', '{"a": "2026-11-01"}', "[5]"])
def test_a_state_that_says_no_times_is_told_at_once(filled: Path, state: str) -> None:
    check_fixity(filled)
    digest = next(vault_of(filled).digests())
    (filled / "fixity" / "checked.json").write_text(state.replace('"a"', f'"{digest}"'))
    with pytest.raises(InputError, match=r"checked\.json: cannot be read"):
        check_fixity(filled)


def test_what_was_dated_ahead_by_a_wrong_clock_is_checked_next(filled: Path) -> None:
    check_fixity(filled)
    path = filled / "fixity" / "checked.json"
    ahead = max(vault_of(filled).digests())
    path.write_text(json.dumps(json.loads(path.read_text()) | {ahead: "2099-01-01T00:00:00Z"}))
    spoil(filled, ahead)
    assert [fault.digest for fault in check_fixity(filled, parts=STORIES).faults] == [ahead]


def test_some_that_cannot_be_read_do_not_keep_others_from_being_checked(filled: Path) -> None:
    unreadable = list(vault_of(filled).digests())[:3]
    for digest in unreadable:
        path = vault_of(filled).path_of(digest)
        path.unlink()
        path.mkdir()
    first = check_fixity(filled)
    assert (first.broken_off, first.checked) == (True, 3)
    for parts, checked in ((1, STORIES), (7, 4)):
        report = check_fixity(filled, parts=parts)
        assert (report.checked, report.whole) == (checked, checked - 3)
        assert {fault.digest for fault in report.faults} == set(unreadable)
    for digest in unreadable:
        vault_of(filled).path_of(digest).rmdir()
    assert [one.condition for one in check_fixity(filled).faults] == [Condition.MISSING] * 3
    assert check_fixity(filled).never_checked == 0


def test_what_a_stopped_run_found_off_is_found_again(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered = next(vault_of(filled).digests())
    spoil(filled, altered)
    monkeypatch.setattr("purport.casework.fixity._SAVED_EVERY", 1)

    def stop(stage: str, *, done: int, total: int, label: str) -> None:
        del stage, total, label
        if done == STORIES - 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check_fixity(filled, progress=stop)
    report = check_fixity(filled, parts=STORIES)
    assert [fault.digest for fault in report.faults] == [altered]


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda _: None, 0),
        (lambda path: path.unlink(), 4),
        (lambda path: (path.unlink(), path.mkdir()), 5),
    ],
    ids=["whole", "missing", "unreadable"],
)
def test_the_command_lists_what_is_off_and_says_so_by_its_code(
    filled: Path, harm: Callable[[Path], object], code: int
) -> None:
    digest = next(vault_of(filled).digests())
    harm(vault_of(filled).path_of(digest))
    told = CliRunner().invoke(purport, ["fixity", "-w", str(filled)], standalone_mode=False)
    assert told.return_value == code, told.output
    assert (digest in told.output) == bool(code)
    assert f"{STORIES - bool(code)} of {STORIES} checked are whole" in told.output
    asked = ["fixity", "-w", str(filled), "--json", "--parts", "7"]
    as_json = json.loads(CliRunner().invoke(purport, asked).stdout)
    assert as_json["checked"] == 1 + (code == 5), "what was not read before, beside its part"
