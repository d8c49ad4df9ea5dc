"""Kill -9, a full disk, a busy workspace: whatever was reported as stored is there and whole."""

import importlib.util
import json
import os
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.noise import write_noise

from purport.casework import CheckRequest, Workspace, case_file, check_case, verify_workspace
from purport.core.errors import StorageFullError

ENDS_WITHIN_S = 30.0
ROOT = Path(__file__).parents[2]
STORY = (
    "Raid on the harbour road\n\n30 September 2015\n\n"
    "The harbour ministry said that it had destroyed eight militia targets. A fisherman said the "
    "bombs missed by several metres.\n"
)


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story and two clips of noise."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    for seed, name in enumerate(("one.mp4", "two.mp4")):
        write_noise(folder / name, seed=seed)
    return folder


def test_kills_at_random_instants_lose_nothing(inputs: Path) -> None:
    """Eight kills here; `benchmarks/kill_main_job.py` does the fifty that we publish."""
    script = ROOT / "benchmarks" / "kill_main_job.py"
    found = subprocess.run(
        [
            *(sys.executable, script, "--kills", "8", "--story", inputs / "story.txt"),
            inputs / "one.mp4",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    figures = json.loads(found.stdout)
    assert figures["kills"] == 8
    assert figures["lost"] == []
    assert figures["not_verified"] == []
    assert figures["different_results"] == 0


def test_kills_over_all_that_writes_lose_nothing_and_leave_nothing_that_looks_whole() -> None:
    """Ten kills here; the figure that we publish is that of `benchmarks/kills.py --kills 1000`."""
    pytest.importorskip("s3fs")
    pytest.importorskip("moto")
    found = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "kills.py", "--kills", "10"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    figures = json.loads(found.stdout)
    assert figures["kills"] >= 10
    assert {name: one["wrong"] for name, one in figures["acts"].items()} == {
        name: [] for name in ("add", "upload", "copy", "seal", "check")
    }


def test_what_a_kill_took_would_be_told(tmp_path: Path) -> None:
    """The benchmark can fail: it sees bytes that are gone, and a copy that is not what it seems."""
    spec = importlib.util.spec_from_file_location("kills", ROOT / "benchmarks" / "kills.py")
    assert spec is not None
    assert spec.loader is not None
    kills = importlib.util.module_from_spec(spec)
    sys.modules["kills"] = kills
    spec.loader.exec_module(kills)
    (tmp_path / "control.geojson").write_text(json.dumps(kills.CONTROL))
    adding = kills.Adding(tmp_path / "case", tmp_path, None, 0)
    assert adding.finish() == []
    assert len(adding.inspect({"0" * 64})) == 2
    copying = kills.Copying(tmp_path / "case", tmp_path / "copy", None)
    assert copying.inspect({str(tmp_path / "copy")})[0].startswith("lost: ")
    assert copying.finish() == []
    with Workspace.open(tmp_path / "copy") as workspace:
        workspace.vault.put_bytes(b"more", name="x")
    assert copying.inspect(set())[0].startswith("a copy that looks whole has")


PARALLEL = """
import sys
from pathlib import Path
from purport.casework import CheckRequest, check_case

def tell(stage, *, done, total, label):
    if stage == "analyse":
        print(label, flush=True)

folder, *footage = map(Path, sys.argv[1:])
check_case(CheckRequest(workspace=folder, footage=tuple(footage), workers=2), progress=tell)
"""


KILLED_MIGRATING = """
import os, signal, sys
from pathlib import Path
from django.db.migrations.executor import MigrationExecutor
from purport.casework import Workspace

noted = 0

def note(self, migration, before=MigrationExecutor.record_migration):
    global noted
    noted += 1
    if noted == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    before(self, migration)

MigrationExecutor.record_migration = note
Workspace.open(Path(sys.argv[2]), create=True, database=sys.argv[3] or None).close()
"""


@pytest.mark.parametrize("noted", [1, 2, 5])
def test_a_kill_while_the_tables_are_made_leaves_a_workspace_that_opens(
    tmp_path: Path, noted: int
) -> None:
    _kill_while_migrating(tmp_path / "case", noted, None)


@pytest.mark.postgres
@pytest.mark.parametrize("noted", [1, 5])
def test_a_kill_while_the_tables_are_made_leaves_a_postgres_database_that_opens(
    tmp_path: Path, noted: int, database: str
) -> None:
    _kill_while_migrating(tmp_path / "case", noted, database)


def _kill_while_migrating(folder: Path, noted: int, database: str | None) -> None:
    """Kill a process that has changed tables and not yet noted it; then open the workspace."""
    command = [sys.executable, "-c", KILLED_MIGRATING, str(noted), str(folder), database or ""]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    Workspace.open(folder, create=True, database=database).close()
    verify_workspace(folder, database=database)


def test_workers_of_a_killed_run_end_and_the_next_run_finishes(
    inputs: Path, tmp_path: Path
) -> None:
    footage = (inputs / "one.mp4", inputs / "two.mp4")
    folder = tmp_path / "case"
    with subprocess.Popen(
        [sys.executable, "-c", PARALLEL, folder, *footage], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        reported = run.stdout.readline().strip()
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        workers = [os.pidfd_open(int(child)) for child in children]
        run.kill()
    assert len(workers) >= 2
    for worker in workers:
        assert select.select([worker], [], [], ENDS_WITHIN_S)[0], "a worker outlived its parent"
        os.close(worker)
    verify_workspace(folder)
    with Workspace.open(folder, writing=False) as workspace:
        surveyed = [item.record.name for item in case_file(workspace).items if item.frames]
    assert reported.removesuffix(": survey") in surveyed
    request = CheckRequest(workspace=folder, footage=footage, workers=1, dossier=False)
    outcome = check_case(request)
    assert outcome.cached >= 1
    assert len(outcome.case.items) == 2


@dataclass(frozen=True)
class Disk:
    """A place that can be made full: a file system of 2 MiB where we may mount one; elsewhere a
    limit on the size of files stands in for it."""

    folder: Path
    mounted: bool

    @contextmanager
    def full(self, *, free_kib: int) -> Iterator[None]:
        """Leave only so much free."""
        if not self.mounted:
            before = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (free_kib * 1024, before[1]))
            yield
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            return
        filler = self.folder / "filler"
        with filler.open("wb", buffering=0) as stream:
            with suppress(OSError):
                while stream.write(bytes(4096)):
                    pass
            stream.truncate(max(0, stream.tell() - free_kib * 1024))
        yield
        filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    yield Disk(place, mounted)
    if mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_item_too_large_for_the_disk_is_one_clear_error(disk: Disk, inputs: Path) -> None:
    folder = disk.folder / "case"
    first = check_case(_request(folder, inputs, footage=("one.mp4",)))
    before = verify_workspace(folder, record=False)
    large = inputs / "large.mp4"
    large.write_bytes((inputs / "two.mp4").read_bytes() + os.urandom(4 << 20))
    with (
        disk.full(free_kib=900),
        pytest.raises(StorageFullError, match=r"large\.mp4: there is no room") as caught,
    ):
        check_case(_request(folder, inputs, footage=("large.mp4",)))
    assert "Free disk space" in caught.value.remedy
    assert not list((folder / "vault").glob("incoming-*"))
    assert verify_workspace(folder, record=False) == before
    with Workspace.open(folder, writing=False) as workspace:
        assert case_file(workspace) == first.case


@pytest.mark.parametrize("free_kib", [0, 40, 120])
def test_disk_that_fills_during_the_job_leaves_the_workspace_whole(
    disk: Disk, inputs: Path, free_kib: int
) -> None:
    folder = disk.folder / "case"
    footage = ("one.mp4", "two.mp4")
    Workspace.open(folder, create=True).close()
    with disk.full(free_kib=free_kib), pytest.raises(StorageFullError) as caught:
        check_case(_request(folder, inputs, footage=footage))
    assert caught.value.remedy
    assert verify_workspace(folder, record=False).objects <= 3
    assert len(check_case(_request(folder, inputs, footage=footage)).case.items) == 2
    assert verify_workspace(folder).objects == 3


def _request(folder: Path, inputs: Path, *, footage: tuple[str, ...]) -> CheckRequest:
    return CheckRequest(
        workspace=folder,
        story=inputs / "story.txt",
        footage=tuple(inputs / name for name in footage),
        workers=1,
        dossier=False,
    )
