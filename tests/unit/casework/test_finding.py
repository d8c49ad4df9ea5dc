import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from purport.casework import Workspace, find_items
from purport.casework.workspace import Act
from purport.cli._main import purport
from purport.core.case import ClaimedPlace, ItemRecord, Publication
from purport.core.digests import digest_bytes
from purport.core.instants import parse_stated_time


def item(number: int, **rest: object) -> ItemRecord:
    digest = digest_bytes(b"%d" % number)
    return ItemRecord(digest=digest, name=f"clip {number}.mp4", size_bytes=number, **rest)  # type: ignore[arg-type]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "case", create=True) as opened:
        published = Publication(
            published=parse_stated_time("2015-09-30"),
            basis="recorded by user",
            publisher="Ministry",
        )
        records = [
            item(0, publication=published),
            item(1, claimed_place=ClaimedPlace(name="Саламия")),
            *(item(number) for number in range(2, 60)),
        ]
        opened.record(records, Act(kind="recorded"))
        yield opened


def test_items_come_by_page(workspace: Workspace) -> None:
    first = find_items(workspace)
    assert [one.name for one in first.items] == [f"clip {number}.mp4" for number in range(50)]
    assert first.more
    second = find_items(workspace, skip=50)
    assert len(second.items) == 10
    assert not second.more


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("ministry", ["clip 0.mp4"]),
        ("саламия CLIP", ["clip 1.mp4"]),
        (digest_bytes(b"7")[:16], ["clip 7.mp4"]),
        ("clip 59", ["clip 59.mp4"]),
        ("nothing", []),
        ("size_bytes", []),
        ("recorded by user", []),
    ],
    ids=str,
)
def test_items_are_found_by_what_is_said_of_them_and_not_by_names_of_members(
    workspace: Workspace, words: str, names: list[str]
) -> None:
    found = find_items(workspace, words)
    assert [one.name for one in found.items] == names
    assert not found.more


def test_the_command_lists_pages(workspace: Workspace) -> None:
    folder = str(workspace.folder)
    first = CliRunner().invoke(purport, ["items", "-w", folder])
    assert first.stdout.count("\n") == 50
    assert "More follow: --page 2" in first.stderr
    found = CliRunner().invoke(purport, ["items", "саламия", "clip", "-w", folder, "--json"])
    assert [one["name"] for one in json.loads(found.stdout)["items"]] == ["clip 1.mp4"]


def test_pages_of_a_search(workspace: Workspace) -> None:
    pages = [find_items(workspace, "clip 1", skip=skip, most=5) for skip in (0, 5, 10)]
    names = [one.name for page in pages for one in page.items]
    holds_one = [number for number in range(60) if "1" in str(number)]
    assert names == [f"clip {number}.mp4" for number in holds_one]
    assert [page.more for page in pages] == [True, True, False]
