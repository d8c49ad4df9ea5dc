"""The bundled case, sealed, moved, verified, run again, imported and sealed once more."""

import json
import shutil
from pathlib import Path

import pytest

from purport.casework import (
    CheckRequest,
    Workspace,
    check_case,
    import_bag,
    open_verified,
    reproduce_bag,
    seal_case,
    verify_bag,
    verify_workspace,
)
from purport.core.digests import digest_bytes
from purport.core.errors import ForgedBagError
from purport.seals import KeyRing

ROAD = Path(__file__).parents[2] / "examples" / "harbour-road"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bags(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Check and seal the bundled case, with its footage and without, and remove the workspace."""
    place = tmp_path_factory.mktemp("sealing")
    request = CheckRequest(
        workspace=place / "case",
        story=ROAD / "story.html",
        items_sheet=ROAD / "items.csv",
        control=(ROAD / "control.geojson",),
        target_area=ROAD / "target.geojson",
        date="2019-03-13",
        workers=1,
    )
    check_case(request)
    with Workspace.open(place / "case") as workspace:
        keys = KeyRing(place / "keys")
        whole = seal_case(workspace, place / "bag", keys=keys)
        lean = seal_case(workspace, place / "lean", keys=keys, media=False)
    assert verify_workspace(place / "case").events > 0
    shutil.rmtree(place / "case")
    return whole.bag, lean.bag


@pytest.fixture(scope="module")
def bag(bags: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bag with footage, moved elsewhere."""
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    shutil.move(bags[0], moved)
    return moved


def test_a_moved_bag_holds_and_gives_the_same_numbers(bag: Path) -> None:
    assert verify_bag(bag).faults == ()
    exported = {path.name for path in (bag / "data/exports").iterdir()}
    assert exported == {"map.geojson", "strikes.csv", "verdicts.csv"}
    again = reproduce_bag(bag, workers=1)
    assert again.same_environment
    assert again.identical, [record for record in again.records if record.differences]
    assert again.numbers > 10_000
    assert again.withheld == ()


def test_an_imported_bag_keeps_its_chain_and_gets_one_on_top(bag: Path, tmp_path: Path) -> None:
    with (
        open_verified(bag) as (root, report),
        Workspace.open(tmp_path / "case", create=True, agent="Second Desk") as workspace,
    ):
        import_bag(workspace, root, report)
        first, *_ = workspace.store.custody()
        sealed = seal_case(workspace, tmp_path / "bag", keys=KeyRing(tmp_path / "keys"))
    assert report.statement is not None
    assert first.details["head"] == report.statement.custody_head
    assert first.agent == "Second Desk"
    assert verify_bag(sealed.bag).faults == ()
    statement = json.loads((sealed.bag / "data/seal.json").read_bytes())
    (chain,) = [
        each for each in statement["evidence"] if each["digest"] == first.details["custody"]
    ]
    kept = (sealed.bag / chain["file"]).read_bytes()
    assert kept == (bag / "data/custody.jsonl").read_bytes()


def test_a_bag_that_was_changed_is_not_run_again(bag: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(bag, forged)
    with (forged / "data/custody.jsonl").open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(ForgedBagError, match="custody"):
        reproduce_bag(forged, workers=1)


FOOTAGE = ("command-post.mp4", "coordination-centre.mp4")


def test_a_bag_without_footage_holds_its_digests_and_none_of_its_pictures(
    bags: tuple[Path, Path],
) -> None:
    _, lean = bags
    assert verify_bag(lean).faults == ()
    clips = {name: (ROAD / "footage" / name).read_bytes() for name in FOOTAGE}
    kept = {digest_bytes(path.read_bytes()) for path in lean.rglob("*") if path.is_file()}
    assert not kept & {digest_bytes(content) for content in clips.values()}
    dossier = (lean / "data/dossier.html").read_text(encoding="utf-8")
    assert dossier.count("data:image/jpeg") == dossier.count('aria-label="Orthophoto') > 0
    statement = json.loads((lean / "data/seal.json").read_bytes())
    withheld = {
        one["digest"]: one["size_bytes"] for one in statement["evidence"] if not one["file"]
    }
    assert withheld == {digest_bytes(content): len(content) for content in clips.values()}
    assert "WITHHELD" in (lean / "data/README.txt").read_text(encoding="utf-8")


def test_who_has_the_footage_runs_a_bag_without_it_again(
    bags: tuple[Path, Path], tmp_path: Path
) -> None:
    _, lean = bags
    alone = reproduce_bag(lean, workers=1)
    assert sorted(alone.withheld) == sorted(FOOTAGE)
    assert {record.table for record in alone.records} == {"claim", "proposal"}
    # found by what it is, not by what it is called; one that was changed is not taken
    for number, name in enumerate(FOOTAGE):
        shutil.copyfile(ROAD / "footage" / name, tmp_path / f"{number}.bin")
    with (tmp_path / "1.bin").open("ab") as stream:
        stream.write(b"\0")
    assert reproduce_bag(lean, media=tmp_path, workers=1).withheld == (FOOTAGE[1],)
    shutil.copyfile(ROAD / "footage" / FOOTAGE[1], tmp_path / "1.bin")
    again = reproduce_bag(lean, media=tmp_path, workers=1)
    assert again.withheld == ()
    assert again.identical
    assert again.numbers > 10_000
