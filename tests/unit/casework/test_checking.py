import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from purport.casework import (
    Workspace,
    case_file,
    collect_item,
    collect_story,
    describe_case,
    run_checks,
)
from purport.casework.checking import discover_checks, order_checks
from purport.casework.collecting import ItemDetails
from purport.casework.workspace import Act
from purport.checks.contract import Check, Need, ReferenceSource
from purport.core.case import ClaimedPlace, ItemRecord
from purport.core.errors import ConsistencyError, InputError, StorageFullError, UnavailableError
from purport.store import Attachment, AttachmentKind

MakeClip = Callable[..., Path]
MakeCheck = Callable[..., Check]


@pytest.fixture
def check(request: pytest.FixtureRequest, tmp_path: Path) -> MakeCheck:
    plugins = request.config.pluginmanager.get_plugins()
    fakes = next(plugin for plugin in plugins if hasattr(plugin, "FakeCheck"))

    def make(**fields: object) -> Check:
        made: Check = fakes.FakeCheck(diary=tmp_path / "diary", **fields)
        return made

    return make


@pytest.fixture
def looker(request: pytest.FixtureRequest, tmp_path: Path) -> MakeCheck:
    plugins = request.config.pluginmanager.get_plugins()
    fakes = next(plugin for plugin in plugins if hasattr(plugin, "FakeLooker"))

    def make(**fields: object) -> Check:
        made: Check = fakes.FakeLooker(
            name="looker",
            after=frozenset({"first"}),
            uses=frozenset({Need.EARLIER}),
            diary=tmp_path / "diary",
            **fields,
        )
        return made

    return make


@pytest.fixture
def scout(request: pytest.FixtureRequest, tmp_path: Path) -> MakeCheck:
    plugins = request.config.pluginmanager.get_plugins()
    fakes = next(plugin for plugin in plugins if hasattr(plugin, "FakeScout"))

    def make(**fields: object) -> Check:
        made: Check = fakes.FakeScout(name="scout", diary=tmp_path / "diary", **fields)
        return made

    return make


@pytest.fixture
def three(check: MakeCheck, looker: MakeCheck) -> list[Check]:
    """Return one for the first process, one for the second, and one that looks beforehand."""
    first = check(name="first", uses=frozenset({Need.REFERENCE}))
    return [first, check(name="pictures"), looker()]


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let any clip count as long, and let there be two cores."""
    monkeypatch.setattr("purport.casework.steps._LONG_S", 1.0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


@pytest.fixture
def diary(tmp_path: Path) -> Callable[[], list[str]]:
    """Return what ran since the last call."""

    def read() -> list[str]:
        path = tmp_path / "diary"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return sorted(lines)

    return read


def test_registered_checks_are_found_in_order() -> None:
    names = [check.name for check in discover_checks()]
    assert set(names) >= {"edits", "place", "impacts", "control", "reuse"}
    assert names.index("place") < names.index("impacts") < names.index("control")


def test_checks_stand_after_those_they_read(check: MakeCheck) -> None:
    first, second = check(name="b"), check(name="a", after=frozenset({"b", "not installed"}))
    assert order_checks([second, first]) == (first, second)


def test_no_check_at_all_proves_nothing() -> None:
    with pytest.raises(ConsistencyError, match="no check is registered"):
        order_checks([])


def test_two_checks_of_one_name_are_refused(check: MakeCheck) -> None:
    with pytest.raises(ConsistencyError, match="share a name"):
        order_checks([check(), check(version="2")])


def test_checks_that_wait_for_each_other_are_refused(check: MakeCheck) -> None:
    with pytest.raises(ConsistencyError, match="wait for each other"):
        order_checks([check(name="a", after=frozenset("b")), check(name="b", after=frozenset("a"))])


def test_second_run_computes_nothing(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, diary: Callable[[], list[str]]
) -> None:
    collect_item(workspace, clip())
    first = run_checks(workspace, checks=[check()])
    assert (first.computed, first.cached, first.faults) == (2, 0, ())
    assert diary() == ["fake on clip.mp4"]
    before = case_file(workspace)
    second = run_checks(workspace, checks=[check()])
    assert (second.computed, second.cached) == (0, 2)
    assert diary() == []
    assert case_file(workspace) == before
    assert before.items[0].frames == 12
    assert before.items[0].duration_s == pytest.approx(1.2)


def test_deleted_cache_is_made_again_when_needed(
    workspace: Workspace, clip: MakeClip, check: MakeCheck
) -> None:
    item = collect_item(workspace, clip())
    run_checks(workspace, checks=[check()])
    (scene,) = workspace.cache.glob(f"scene-{item.digest}-*.npz")
    scene.unlink()
    assert run_checks(workspace, checks=[check()]).computed == 0
    assert not scene.exists()


@pytest.mark.parametrize("change", [{"version": "2"}, {"setting": 2}])
def test_new_version_or_parameter_computes_again(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, change: dict[str, object]
) -> None:
    collect_item(workspace, clip())
    run_checks(workspace, checks=[check()])
    assert run_checks(workspace, checks=[check(**change)]).computed == 1
    assert len(case_file(workspace).findings) == 1
    back = run_checks(workspace, checks=[check()])
    assert back.computed == 0
    assert case_file(workspace).findings[0].version == "1"


def test_changed_input_computes_only_what_looks_at_it(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, diary: Callable[[], list[str]]
) -> None:
    path = clip()
    collect_item(workspace, path)
    pictures = check(name="pictures")
    places = check(name="places", uses=frozenset({Need.REFERENCE}))
    reader = check(name="reader", uses=frozenset({Need.EARLIER}), after=frozenset({"places"}))
    checks = [pictures, places, reader]
    run_checks(workspace, checks=checks)
    diary()
    details = ItemDetails(claimed_place=ClaimedPlace(name="Harbour road"))
    collect_item(workspace, path, details=details)
    run_checks(workspace, checks=checks)
    assert diary() == ["places on clip.mp4", "reader on clip.mp4"]


def test_check_reads_findings_of_those_before_it_and_of_no_others(
    workspace: Workspace, clip: MakeClip, check: MakeCheck
) -> None:
    collect_item(workspace, clip())
    reads = {"uses": frozenset({Need.EARLIER}), "after": frozenset({"a", "b"})}
    run_checks(workspace, checks=[check(name="z", **reads), check(name="a"), check(name="c")])
    values = {finding.check: finding.values for finding in case_file(workspace).findings}
    assert values["z"]["earlier"] == ["a"]
    assert values["c"]["earlier"] == []


def test_missing_input_is_named_with_how_to_give_it(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, diary: Callable[[], list[str]]
) -> None:
    collect_item(workspace, clip())
    needs = frozenset({Need.MEDIA, Need.REFERENCE, Need.DATE})
    run_checks(workspace, checks=[check(needs=needs)])
    case = case_file(workspace)
    assert case.findings == ()
    assert diary() == []
    (not_run,) = case.not_run
    assert not_run.missing == (
        "the date claimed (--date 2015-09-30)",
        "an orthophoto of the place claimed (--reference ORTHO.tif)",
    )


def test_broken_check_is_a_fault_and_stops_nothing(
    workspace: Workspace, clip: MakeClip, check: MakeCheck
) -> None:
    collect_item(workspace, clip())
    checks = [check(name="bad", breaks_on="clip.mp4"), check(name="good")]
    summary = run_checks(workspace, checks=checks)
    case = case_file(workspace)
    assert [finding.check for finding in case.findings] == ["good"]
    assert case.faults == summary.faults
    (fault,) = case.faults
    assert (fault.subject, fault.kind) == ("clip.mp4", "RuntimeError")
    assert "this check is broken" in fault.fault
    mended = [check(name="bad"), check(name="good")]
    assert run_checks(workspace, checks=mended).computed == 1
    assert case_file(workspace).faults == ()


def test_several_items_are_worked_on_in_processes_with_the_same_result(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, tmp_path: Path
) -> None:
    paths = [clip(f"{name}.mp4", seed=seed) for seed, name in enumerate("abc")]
    for path in paths:
        collect_item(workspace, path)
    compares = check(name="compares", uses=frozenset({Need.ITEMS}))
    checks = [compares, check(name="fake", breaks_on="b.mp4")]
    summary = run_checks(workspace, checks=checks, workers=2)
    assert (summary.computed, len(summary.faults)) == (9, 1)
    with Workspace.open(tmp_path / "alone", create=True) as alone:
        for path in paths:
            collect_item(alone, path)
        run_checks(alone, checks=checks, workers=1)
        expected, found = case_file(alone), case_file(workspace)
    assert found.findings == expected.findings
    assert found.faults == expected.faults
    assert found.items == expected.items
    assert found.findings[0].values["others"] == [12, 12]


@pytest.mark.usefixtures("two_cores")
def test_second_process_looks_at_a_long_item_meanwhile_with_the_same_result(
    workspace: Workspace, clip: MakeClip, three: list[Check], tmp_path: Path
) -> None:
    path, checks = clip(), three
    collect_item(workspace, path)
    assert run_checks(workspace, checks=checks).computed == 4
    diary = (tmp_path / "diary").read_text().splitlines()
    (line,) = [line for line in diary if line.startswith("looked")]
    looked_in, ran_in = line.removeprefix("looked in ").split(", ran in ")
    assert int(ran_in) == os.getpid() != int(looked_in)
    with Workspace.open(tmp_path / "alone", create=True) as alone:
        collect_item(alone, path)
        run_checks(alone, checks=checks, workers=1)
        assert case_file(alone).findings == case_file(workspace).findings
    assert f"looked in {os.getpid()}, ran in {os.getpid()}" in (tmp_path / "diary").read_text()
    assert run_checks(workspace, checks=checks).computed == 0


@pytest.mark.usefixtures("two_cores")
def test_what_goes_wrong_while_looking_is_a_fault_of_that_check(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, looker: MakeCheck
) -> None:
    collect_item(workspace, clip())
    first = check(name="first", uses=frozenset({Need.REFERENCE}))
    summary = run_checks(workspace, checks=[first, looker(stumbles=True)])
    assert [fault.kind for fault in summary.faults] == ["RuntimeError"]
    assert [finding.check for finding in case_file(workspace).findings] == ["first"]


@pytest.mark.usefixtures("two_cores")
def test_second_process_looks_ahead_while_footage_is_analysed_with_the_same_result(
    workspace: Workspace, clip: MakeClip, scout: MakeCheck, tmp_path: Path
) -> None:
    path = clip()
    collect_item(workspace, path)
    assert run_checks(workspace, checks=[scout()]).computed == 2
    diary = (tmp_path / "diary").read_text().splitlines()
    (line,) = [line for line in diary if line.startswith("scouted")]
    scouted_in, ran_in = line.removeprefix("scouted in ").split(", ran in ")
    assert int(ran_in) == os.getpid() != int(scouted_in)
    with Workspace.open(tmp_path / "alone", create=True) as alone:
        collect_item(alone, path)
        run_checks(alone, checks=[scout()], workers=1)
        assert case_file(alone).findings == case_file(workspace).findings
    assert f"scouted in {os.getpid()}, ran in {os.getpid()}" in (tmp_path / "diary").read_text()
    # The scene is on record now: there is nothing to be ahead of.
    run_checks(workspace, checks=[replace(scout(), setting=2)])  # type: ignore[type-var]
    assert "scouted in None" in (tmp_path / "diary").read_text()


@pytest.mark.usefixtures("two_cores")
def test_what_goes_wrong_while_looking_ahead_is_a_fault_of_that_check(
    workspace: Workspace, clip: MakeClip, scout: MakeCheck
) -> None:
    collect_item(workspace, clip())
    summary = run_checks(workspace, checks=[scout(stumbles=True)])
    assert [fault.kind for fault in summary.faults] == ["RuntimeError"]


@pytest.mark.usefixtures("two_cores")
def test_look_waits_for_what_its_check_needs(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, looker: MakeCheck
) -> None:
    collect_item(workspace, clip())
    first = check(name="first", uses=frozenset({Need.REFERENCE}))
    needy = replace(looker(stumbles=True), needs=frozenset({Need.REFERENCE}))  # type: ignore[type-var]
    summary = run_checks(workspace, checks=[first, needy])
    assert summary.faults == ()
    assert [one.check for one in case_file(workspace).not_run] == ["looker"]


@pytest.mark.usefixtures("two_cores")
def test_second_process_that_dies_is_one_clear_error(
    workspace: Workspace, clip: MakeClip, check: MakeCheck
) -> None:
    collect_item(workspace, clip())
    with pytest.raises(UnavailableError, match="a worker process ended"):
        run_checks(workspace, checks=[check(kills=True)])
    assert run_checks(workspace, checks=[check()], workers=1).faults == ()


def test_item_added_later_computes_only_what_compares_items(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, diary: Callable[[], list[str]]
) -> None:
    collect_item(workspace, clip("a.mp4"))
    checks = [check(name="alone"), check(name="compares", uses=frozenset({Need.ITEMS}))]
    run_checks(workspace, checks=checks, workers=1)
    diary()
    collect_item(workspace, clip("b.mp4", seed=1))
    run_checks(workspace, checks=checks, workers=1)
    assert diary() == ["alone on b.mp4", "compares on a.mp4", "compares on b.mp4"]


def test_item_that_turns_out_unreadable_is_listed_and_stops_nothing(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_item(workspace, clip("good.mp4"))
    bad = clip("bad.mp4", seed=1)
    monkeypatch.setattr("purport.casework.collecting.probe_media", lambda *_, **__: None)
    bad.write_bytes(bad.read_bytes()[:400])
    collect_item(workspace, bad)
    run_checks(workspace, checks=[check(uses=frozenset({Need.ITEMS}))], workers=1)
    case = case_file(workspace)
    assert [finding.values["others"] for finding in case.findings] == [[]]
    assert [fault.subject for fault in case.faults] == ["bad.mp4"]
    assert case.faults[0].kind == "UnreadableMediaError"
    assert "footage that can be read" in case.not_run[0].missing[0]


def test_full_disk_stops_the_run_and_keeps_what_was_stored(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_item(workspace, clip())

    def refuse(*_: object) -> None:
        raise StorageFullError("scene", "no room", remedy="free some")

    monkeypatch.setattr("purport.casework.steps.save_scene", refuse)
    with pytest.raises(StorageFullError, match="no room"):
        run_checks(workspace, checks=[check()])
    monkeypatch.undo()
    assert case_file(workspace).faults == ()
    assert run_checks(workspace, checks=[check()]).computed == 2
    assert workspace.store.verify() == 3


def test_progress_counts_every_step(workspace: Workspace, clip: MakeClip, check: MakeCheck) -> None:
    collect_item(workspace, clip())
    steps: list[tuple[str, int, int, str]] = []

    def note(stage: str, *, done: int, total: int, label: str) -> None:
        steps.append((stage, done, total, label))

    run_checks(workspace, checks=[check()], progress=note)
    assert steps == [
        ("analyse", 1, 2, "clip.mp4: survey"),
        ("analyse", 2, 2, "clip.mp4: fake"),
    ]


@dataclass(frozen=True, kw_only=True)
class Preparing:
    """A check that prepares, in front of another that answers."""

    fake: Check
    fails: bool = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.fake, name)

    def prepare(
        self,
        item: ItemRecord,
        references: Sequence[ReferenceSource],
        *,
        cache: Path,
        progress: Callable[[str, float], None],
    ) -> None:
        progress(f"{item.name} with {len(references)}", 0.25)
        if self.fails:
            raise InputError("ortho.tif", "is broken", remedy="mend it")
        cache.mkdir(parents=True, exist_ok=True)
        (cache / "prepared").touch()


@pytest.mark.parametrize("fails", [False, True])
def test_check_prepares_once_before_it_runs(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, *, fails: bool
) -> None:
    collect_item(workspace, clip())
    steps: list[tuple[str, int, int, str]] = []

    def note(stage: str, *, done: int, total: int, label: str) -> None:
        steps.append((stage, done, total, label))

    preparing = cast("Check", Preparing(fake=check(), fails=fails))
    assert run_checks(workspace, checks=[preparing], progress=note, workers=1).faults == ()
    assert steps[0] == ("prepare", 25, 100, "clip.mp4 with 0")
    assert (workspace.cache / "prepared").is_file() is not fails
    steps.clear()
    run_checks(workspace, checks=[preparing], progress=note, workers=1)
    assert [step for step in steps if step[0] == "prepare"] == []


def test_groups_named_by_claims_reach_the_check(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, tmp_path: Path
) -> None:
    story = tmp_path / "page.txt"
    story.write_text("30 September 2015\n\nThe ministry said it struck eight ISIS targets.\n")
    collect_story(workspace, story)
    collect_item(workspace, clip())
    run_checks(workspace, checks=[check()])
    assert case_file(workspace).findings[0].values["groups"] == ["isis"]


def test_worker_that_dies_is_one_clear_error(
    workspace: Workspace, clip: MakeClip, check: MakeCheck
) -> None:
    for seed, name in enumerate("ab"):
        collect_item(workspace, clip(f"{name}.mp4", seed=seed))
    with pytest.raises(UnavailableError, match="a worker process ended"):
        run_checks(workspace, checks=[check(kills=True)], workers=2)
    assert run_checks(workspace, checks=[check()], workers=1).faults == ()


def test_workers_know_no_database() -> None:
    code = "import sys, purport.casework.steps; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_was_collected_reaches_the_check(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, tmp_path: Path
) -> None:
    orthophoto, layer = tmp_path / "ortho.tif", tmp_path / "control.geojson"
    for path in (orthophoto, layer):
        path.write_bytes(path.name.encode())
    world = workspace.vault.put_bytes(b"1 0 0 -1 0 0", name="ortho.tfw")
    reference = Attachment(
        kind=AttachmentKind.REFERENCE,
        digest=workspace.vault.put_file(orthophoto),
        name=orthophoto.name,
        companions=(("ortho.tfw", world),),
    )
    control = Attachment(
        kind=AttachmentKind.CONTROL, digest=workspace.vault.put_file(layer), name=layer.name
    )
    workspace.record([reference, control], Act(kind="collected"))
    collect_item(workspace, clip(), details=ItemDetails(references=(reference.digest,)))
    describe_case(workspace, date="2015-09")
    needs = frozenset({Need.REFERENCE, Need.CONTROL, Need.DATE})
    run_checks(workspace, checks=[check(needs=needs)])
    values = case_file(workspace).findings[0].values
    assert values["references"] == ["ortho.tif"]
    assert values["control"] == ["control.geojson"]
    assert values["date"] == "2015-09"
    changed = replace(reference, companions=(("ortho.tfw", control.digest),))
    workspace.record([changed], Act(kind="collected"))
    assert run_checks(workspace, checks=[check(needs=needs)]).computed == 1


def test_step_that_returns_nonsense_is_our_own_fault(
    workspace: Workspace, clip: MakeClip, check: MakeCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_item(workspace, clip())
    monkeypatch.setattr("purport.casework.checking.survey", lambda _: None)
    with pytest.raises(ConsistencyError, match="a step returned None"):
        run_checks(workspace, checks=[check()])
