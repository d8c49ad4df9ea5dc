"""What a bag must not take in, and what becomes of sealings that go wrong."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.unit.casework.test_contributing import correction

from purport.casework import Workspace, collect_story, reproduce_bag, seal_case
from purport.casework.captured import CAPTURE_FORMAT, RECORD_FILE
from purport.casework.contributing import contributions_of
from purport.casework.importing import import_bag
from purport.casework.opening_bags import open_verified
from purport.casework.workspace import Act
from purport.cli._main import purport
from purport.core.digests import Digest
from purport.core.errors import InputError
from purport.core.records import to_json
from purport.seals import Authority, BagWriter, KeyRing
from purport.sources import CaptureRecord
from purport.store import Attachment, AttachmentKind

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def capture_of(workspace: Workspace, film: bytes) -> Digest:
    """Record a failed capture that brought a film."""
    digest = workspace.vault.put_bytes(film, name="film.mp4")
    record = CaptureRecord(
        format=CAPTURE_FORMAT,
        url="https://example.org/1",
        final_url=None,
        started_utc=NOW,
        ended_utc=NOW,
        state=None,
        signs=(),
        fault="a log-in wall",
        title=None,
        text_sha256=None,
        exchanges=(),
        refused=(),
        media=(("film.mp4", digest),),
        archive=None,
        screenshot=None,
        tools=(),
        settings={},
        software="purport",
    )
    about = workspace.vault.put_bytes(json.dumps(to_json(record)).encode(), name=RECORD_FILE)
    attachment = Attachment(
        kind=AttachmentKind.ATTEMPT,
        digest=about,
        name=RECORD_FILE,
        companions=((RECORD_FILE, about),),
    )
    workspace.record([attachment], Act(kind="collected", details={"bytes": [digest, about]}))
    return digest


def test_a_film_that_became_no_item_is_withheld_too(
    workspace: Workspace, story: Path, tmp_path: Path
) -> None:
    collect_story(workspace, story)
    film = capture_of(workspace, b"footage that nobody could read")
    sealed = seal_case(workspace, tmp_path / "bag", keys=KeyRing(tmp_path / "keys"), media=False)
    assert not [path for path in sealed.bag.rglob("*") if path.name.startswith(film)]
    assert film in (sealed.bag / "data/seal.json").read_text()


def test_readers_evidence_comes_in_with_a_bag_and_what_cannot_be_compared_does_not_agree(
    workspace: Workspace, tmp_path: Path
) -> None:
    given = correction()
    workspace.record([given], Act(kind="contributed"))
    sealed = seal_case(workspace, tmp_path / "bag", keys=KeyRing(tmp_path / "keys"))
    with (
        open_verified(sealed.bag) as (root, report),
        Workspace.open(tmp_path / "other", create=True) as other,
    ):
        import_bag(other, root, report)
        assert contributions_of(other) == (given,)
    again = reproduce_bag(sealed.bag, workers=1)
    assert (again.records, again.agrees, again.identical) == ((), False, False)
    told = CliRunner().invoke(
        purport, ["reproduce", str(sealed.bag), "--workers", "1"], standalone_mode=False
    )
    assert told.return_value == 1
    assert "nothing that could be compared" in told.output


def test_a_case_is_run_again_in_a_fresh_workspace_alone(
    workspace: Workspace, story: Path, tmp_path: Path
) -> None:
    collect_story(workspace, story)
    sealed = seal_case(workspace, tmp_path / "bag", keys=KeyRing(tmp_path / "keys"))
    with Workspace.open(tmp_path / "mine", create=True) as mine:
        events = len(mine.store.custody())
    with pytest.raises(InputError, match="is a workspace already"):
        reproduce_bag(sealed.bag, into=tmp_path / "mine", workers=1)
    with Workspace.open(tmp_path / "mine") as mine:
        assert len(mine.store.custody()) == events


def test_events_that_are_yet_to_come_are_not_stamped(story: Path, tmp_path: Path) -> None:
    """Its clock was an hour ahead, or is an hour late now: nobody can tell."""
    folder, bag = tmp_path / "case", tmp_path / "bag"
    with Workspace.open(folder, create=True, clock=lambda: NOW) as ahead:
        collect_story(ahead, story)
    asked = (Authority(url="http://127.0.0.1:9/"),)
    with (
        Workspace.open(folder, clock=lambda: NOW - timedelta(hours=1)) as late,
        pytest.raises(InputError, match=r"^custody event \d+: states 2026-11-27T12:00:00Z"),
    ):
        seal_case(late, bag, keys=KeyRing(tmp_path / "keys"), authorities=asked)
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_what_a_killed_sealing_left_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / f".bag.{os.getpid()}.part").mkdir()  # of a container, whose numbers come again
    writer = BagWriter(tmp_path / "bag")
    writer.add("data/a.txt", b"a")
    assert writer.finish() == tmp_path / "bag"


@pytest.mark.parametrize(
    "taken", [lambda out: (out.mkdir(), (out / "x").touch()), lambda out: out.touch()]
)
def test_of_two_that_seal_to_one_place_the_later_is_told(
    tmp_path: Path, taken: Callable[[Path], object]
) -> None:
    writer = BagWriter(tmp_path / "bag")
    writer.add("data/a.txt", b"a")
    taken(tmp_path / "bag")
    with pytest.raises(InputError, match="is already there"):
        writer.finish()
    writer.abandon()
    assert [path.name for path in tmp_path.iterdir()] == ["bag"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"packages": [["a"]]}', b'{"packages": [5], "optional": []}']
)
def test_a_bag_that_does_not_say_with_what_it_was_checked_is_told(
    tmp_path: Path, content: bytes
) -> None:
    from purport.casework.reproducing import _read_environment  # noqa: PLC0415 - private, for speed

    (tmp_path / "data/environment").mkdir(parents=True)
    with pytest.raises(InputError, match=r"environment\.json"):
        _read_environment(tmp_path)
    (tmp_path / "data/environment/environment.json").write_bytes(content)
    with pytest.raises(InputError, match=r"environment\.json"):
        _read_environment(tmp_path)


def test_a_bag_is_no_workspace_whatever_lies_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    with Workspace.open(folder, create=True):
        pass
    told = CliRunner().invoke(purport, ["verify", str(folder), "--key", "ab" * 32])
    assert told.exit_code == 2, "a key that nobody looks at"
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    told = CliRunner().invoke(purport, ["verify", str(folder)])
    assert told.exit_code != 0
    assert "Whole" not in told.output
