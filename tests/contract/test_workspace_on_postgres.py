"""A workspace whose records lie on PostgreSQL does what one with a file does."""

from pathlib import Path

import pytest

from purport.casework import (
    Workspace,
    case_file,
    collect_story,
    describe_case,
    judge_case,
    verify_workspace,
)
from purport.core.errors import InputError, UnavailableError

pytestmark = pytest.mark.postgres

STORY = "30 September 2015\n\nThe ministry said it struck eight targets. Nobody was there.\n"


def test_case_on_postgres_is_worked_on_and_verified(postgres_address: str, tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(STORY)
    folder = tmp_path / "one" / "case"
    with Workspace.open(folder, create=True, database=postgres_address) as workspace:
        collect_story(workspace, story)
        verdicts = judge_case(workspace)
    assert not (folder / "purport.sqlite3").exists()
    assert verify_workspace(folder, database=postgres_address).objects == 1
    with Workspace.open(folder, writing=False, database=postgres_address) as workspace:
        case = case_file(workspace)
    assert case.verdicts == verdicts
    with Workspace.open(tmp_path / "file", create=True) as workspace:
        collect_story(workspace, story)
        assert judge_case(workspace) == verdicts


def test_folders_of_one_name_are_different_cases(postgres_address: str, tmp_path: Path) -> None:
    for parent in ("a", "b"):
        folder = tmp_path / parent / "case"
        with Workspace.open(folder, create=True, database=postgres_address) as workspace:
            assert workspace.store.custody() == ()
            describe_case(workspace, name=parent)


def test_folder_that_names_no_case_is_refused(postgres_address: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a workspace"):
        Workspace.open(tmp_path, database=postgres_address)


def test_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    address = f"postgresql://postgres@/postgres?host={tmp_path}"
    with pytest.raises(UnavailableError, match="database: the database cannot be used"):
        Workspace.open(tmp_path / "case", create=True, database=address)


@pytest.mark.parametrize("address", ["mysql://a/b", "postgresql://host", "case.db"])
def test_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError, match="is not the address of a PostgreSQL database"):
        Workspace.open(tmp_path / "case", create=True, database=address)
