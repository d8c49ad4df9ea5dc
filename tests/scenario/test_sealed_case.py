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
from purport.core.errors import ForgedBagError
from purport.seals import KeyRing

ROAD = Path(__file__).parents[2] / "examples" / "harbour-road"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Check and seal the bundled case, then move the bag and remove the workspace."""
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
        sealed = seal_case(workspace, place / "bag", keys=KeyRing(place / "keys"))
    assert verify_workspace(place / "case").events > 0
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    shutil.move(sealed.bag, moved)
    shutil.rmtree(place / "case")
    return moved


def test_a_moved_bag_holds_and_gives_the_same_numbers(bag: Path) -> None:
    assert verify_bag(bag).faults == ()
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
