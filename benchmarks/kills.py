"""Kill whatever writes, at random instants: add, upload to a store, check, seal, copy.

For every kill: an act runs in a process of its own and writes a line for all that it reports as
stored; SIGKILL comes at an instant drawn evenly over the time that an undisturbed run takes. Then,
in another process: does the workspace verify, is all there that was reported, is a bag that has its
name whole, is a copy either refused or equal? Then the act runs again to its end and must succeed.
Counted is what was reported and is gone, and what looks whole and is not; both must be 0.

SIGKILL takes the process, not the machine: what a power cut does depends on the disk's promises.
Uploads go to moto's S3 server on this machine, through HTTP. Prints JSON.

    python benchmarks/kills.py --kills 1000
    python benchmarks/kills.py --kills 10 --acts add,seal
"""

import argparse
import json
import os
import random
import resource
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from purport.casework import (
    CheckRequest,
    Workspace,
    case_file,
    check_case,
    collect_control,
    collect_story,
    copy_workspace,
    seal_case,
    verify_bag,
    verify_workspace,
)
from purport.core.errors import InputError
from purport.seals import KeyRing
from purport.store import Outcome, Survey
from purport.vault import ObjectVault

SHARES = {"add": 0.45, "upload": 0.20, "copy": 0.27, "seal": 0.05, "check": 0.03}
"""Which share of the kills goes to which act: the longer it takes, the smaller."""
FINISHED_EVERY = {"seal": 5, "check": 5}
OTHERS_FINISHED_EVERY = 3
"""After every how many kills the act is run again to its end: that takes longest."""
STORIES = 5
KILLS_A_WORKSPACE = 10
FRESH_EVERY = 5
"""Every how many workspaces one is begun from nothing; the others from an empty one."""
BUCKET = "kills"
STORY = (
    "Raid {number}\n\n30 September 2015\n\nThe harbour ministry said that it had destroyed "
    "{number} militia targets. A fisherman said the bombs missed by several metres.\n"
)
CONTROL = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {
                "holder": "militia",
                "date": "2015-09-01",
                "layer": "a simulated layer",
                "publisher": "nobody",
                "definition": "none",
                "licence": "CC0",
                "accuracy_m": 500,
                "synthetic": True,
            },
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[36, 35], [37, 35], [37, 36], [36, 36], [36, 35]]],
            },
        }
    ],
}
Report = Callable[[str], None]


class Act(Protocol):
    """Something that writes, how it is run again, and what must hold after it was killed."""

    def run(self, report: Report) -> None:
        """Write, and report all that is stored."""
        ...

    def inspect(self, reported: set[str]) -> list[str]:
        """Return what is wrong after a kill: what was reported and is gone, what is not whole."""
        ...

    def finish(self) -> list[str]:
        """Run to the end, and return what is wrong then."""
        ...


@dataclass
class Adding:
    """Stories and a layer of control into a workspace, in a folder or on a store."""

    folder: Path
    inputs: Path
    vault: str | None
    turn: int

    def run(self, report: Report) -> None:
        with Workspace.open(self.folder, create=True, vault=self.vault) as workspace:
            for path in self._stories():
                report(collect_story(workspace, path).document.digest)
            report(collect_control(workspace, self.inputs / "control.geojson"))

    def _stories(self) -> list[Path]:
        """Write this turn's stories; no two turns have one in common."""
        place = self.inputs / f"turn-{self.turn}"
        place.mkdir(exist_ok=True)
        paths = []
        for number in range(STORIES):
            path = place / f"story {number}.txt"
            path.write_text(STORY.format(number=self.turn * STORIES + number + 2))
            paths.append(path)
        return paths

    def inspect(self, reported: set[str]) -> list[str]:
        try:
            verify_workspace(self.folder, record=False)
        except InputError as error:  # killed before there was a workspace
            return [f"lost: {one} ({error})" for one in sorted(reported)]
        with Workspace.open(self.folder) as workspace:
            held = set(workspace.vault.digests())
            case = case_file(workspace)
            known = {story.document.digest for story in case.stories}
            collected = {
                str(digest)
                for event in case.custody
                for digest in event.details.get("bytes", [])  # type: ignore[union-attr]
            }
            leftovers = self._leftovers()
        wrong = [f"lost bytes: {one}" for one in reported if one not in held]
        wrong += [f"lost record: {one}" for one in reported if one not in known | collected]
        return wrong + [f"left behind: {one}" for one in leftovers]

    def _leftovers(self) -> list[str]:
        """Return what of a killed run is still in the vault after it was swept."""
        if self.vault is None:
            return [path.name for path in (self.folder / "vault").glob("incoming-*")]
        kept = ObjectVault(self.vault, self.folder / "cache" / "vault")
        prefix = self.vault.removeprefix(f"s3://{BUCKET}/") + "/incoming/"
        return list(kept._bucket.keys(prefix))  # noqa: SLF001 - what no user asks for

    def finish(self) -> list[str]:
        reported: set[str] = set()
        self.run(reported.add)
        return self.inspect(reported)


@dataclass
class Checking:
    """The whole job on a story and a clip of noise."""

    folder: Path
    inputs: Path

    def run(self, report: Report) -> None:
        def tell(stage: str, *, done: int, total: int, label: str) -> None:
            if done > 0 and total > 0 and stage in {"read", "collect", "analyse"}:
                report(label)

        request = CheckRequest(
            workspace=self.folder,
            story=self.inputs / "story.txt",
            footage=(self.inputs / "noise.mp4",),
            workers=1,
        )
        check_case(request, progress=tell)

    def inspect(self, reported: set[str]) -> list[str]:
        try:
            verify_workspace(self.folder, record=False)
        except InputError as error:
            return [f"lost: {one} ({error})" for one in sorted(reported)]
        with Workspace.open(self.folder, writing=False) as workspace:
            case = case_file(workspace)
            names = {item.record.digest: item.record.name for item in case.items}
            surveys = [stored.record for stored in workspace.store.live(Survey)]
            outcomes = [stored.record for stored in workspace.store.live(Outcome)]
        stored = {
            *(story.document.name for story in case.stories),
            *names.values(),
            *(f"{names[survey.item]}: survey" for survey in surveys),
            *(f"{names[outcome.item]}: {outcome.check}" for outcome in outcomes),
        }
        return [f"lost: {one}" for one in sorted(reported - stored)]

    def finish(self) -> list[str]:
        reported: set[str] = set()
        self.run(reported.add)
        return self.inspect(reported)


@dataclass
class Sealing:
    """A bag of a checked case."""

    workspace: Path
    out: Path
    keys: Path

    def run(self, report: Report) -> None:
        with Workspace.open(self.workspace) as workspace:
            report(str(seal_case(workspace, self.out, keys=KeyRing(self.keys)).bag))

    def inspect(self, reported: set[str]) -> list[str]:
        wrong = [f"lost: {one}" for one in reported if not Path(one).exists()]
        if self.out.exists():
            verify_bag(self.out)
        verify_workspace(self.workspace, record=False)
        return wrong

    def finish(self) -> list[str]:
        if self.out.exists():
            return []
        self.run(lambda _: None)
        return self.inspect({str(self.out)})


@dataclass
class Copying:
    """A copy of a workspace to another folder, and its files to a store when one is named."""

    source: Path
    target: Path
    vault: str | None

    def run(self, report: Report) -> None:
        copy_workspace(self.source, self.target, to_vault=self.vault)
        report(str(self.target))

    def inspect(self, reported: set[str]) -> list[str]:
        verify_workspace(self.source, record=False)
        try:
            copied = verify_workspace(self.target, record=False)
        except InputError as error:  # refused, as it must be until it is whole
            return [f"lost: {one} ({error})" for one in reported]
        source = verify_workspace(self.source, record=False)
        return [] if copied == source else [f"a copy that looks whole has {copied}, not {source}"]

    def finish(self) -> list[str]:
        whole = (self.target / "copied.json").exists() and not (self.target / "copying").exists()
        if not whole:
            self.run(lambda _: None)
        return self.inspect({str(self.target)})


@dataclass(kw_only=True)
class Tally:
    """What the kills of an act did."""

    kills: int = 0
    undisturbed_s: float = 0.0
    wrong: list[str] = field(default_factory=list)
    had_reported: int = 0


class Bench:
    """Where the acts take place."""

    def __init__(self, root: Path, store: str | None) -> None:
        self._root = root
        self._store = store
        self._inputs = root / "inputs"
        self._inputs.mkdir()
        (self._inputs / "control.geojson").write_text(json.dumps(CONTROL))
        (self._inputs / "story.txt").write_text(STORY.format(number=8))
        _noise(self._inputs / "noise.mp4")
        self._turns = 0
        self._checked = root / "checked"
        self._folder = root / "none"

    def prepare(self) -> None:
        """Make the workspace that is sealed and copied, and load here what every act needs.

        All connections are closed again, and nothing has threads, so that this process can fork.
        """
        if wrong := in_child(Checking(self._checked, self._inputs).finish):
            raise SystemExit(wrong[0])
        Workspace.open(self._root / "empty", create=True).close()
        Adding(self._root / "warm", self._inputs, None, 0).finish()
        copy_workspace(self._root / "warm", self._root / "warm-copy")
        for name in ("s3fs", "aiobotocore.session", "purport.casework.sealing", "rfc3161_client"):
            import_module(name)

    def act(self, name: str, kill: int) -> Act:
        """Return an act that was not begun yet; adding goes on in one workspace for a while."""
        self._turns += 1
        place = self._root / f"{name}-{self._turns}"
        if name == "check":
            return Checking(place, self._inputs)
        if name == "seal":
            return Sealing(self._checked, place, self._root / "keys")
        if name == "copy":
            vault = f"s3://{BUCKET}/{uuid4().hex}" if self._store and kill % 2 else None
            return Copying(self._checked, place, vault)
        if kill % KILLS_A_WORKSPACE == 0 or self._folder.name.partition("-")[0] != name:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = place
            if name == "add" and kill // KILLS_A_WORKSPACE % FRESH_EVERY:
                shutil.copytree(self._root / "empty", place)
        vault = f"s3://{BUCKET}/{self._folder.name}" if name == "upload" else None
        return Adding(self._folder, self._inputs, vault, self._turns)

    def clear(self, act: Act) -> None:
        """Remove what an act made, unless the next one goes on with it."""
        made = {Checking: "folder", Sealing: "out", Copying: "target"}.get(type(act))
        if made is not None:
            shutil.rmtree(getattr(act, made), ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--acts", default=",".join(SHARES))
    options = parser.parse_args(arguments)
    acts = options.acts.split(",")
    with tempfile.TemporaryDirectory(prefix="purport-kills-of-all-") as folder:
        server = ObjectServer(Path(folder)) if {"upload", "copy"} & set(acts) else None
        try:
            tallies = run(Bench(Path(folder), server and server.address), acts, options)
        finally:
            if server is not None:
                server.close()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    figures = {
        "kills": sum(tally.kills for tally in tallies.values()),
        "lost_or_not_whole": sum(len(tally.wrong) for tally in tallies.values()),
        "cpu_s": round(sum(one.ru_utime + one.ru_stime for one in used)),
        "acts": {name: vars(tally) for name, tally in tallies.items()},
    }
    print(json.dumps(figures, indent=1))
    return 1 if figures["lost_or_not_whole"] else 0


def run(bench: Bench, acts: Sequence[str], options: argparse.Namespace) -> dict[str, Tally]:
    whole = sum(SHARES[name] for name in acts)
    instants = random.Random(options.seed)
    bench.prepare()
    tallies = {}
    for name in acts:
        tally = tallies[name] = Tally()
        wanted = max(1, round(options.kills * SHARES[name] / whole))
        act = bench.act(name, 0)
        in_child(act.finish)
        bench.clear(act)
        act = bench.act(name, 1)
        start = time.monotonic()
        tally.wrong += in_child(act.finish)
        tally.undisturbed_s = round(time.monotonic() - start, 3)
        bench.clear(act)
        while tally.kills < wanted:
            act = bench.act(name, tally.kills)
            finishing = tally.kills % FINISHED_EVERY.get(name, OTHERS_FINISHED_EVERY) == 0
            delay_s = instants.uniform(0, tally.undisturbed_s)
            kill_once(act, tally, delay_s=delay_s, finishing=finishing)
            bench.clear(act)
        sys.stderr.write(f"{name}: {tally.kills} kills, {len(tally.wrong)} wrong\n")
    return tallies


def kill_once(act: Act, tally: Tally, *, delay_s: float, finishing: bool) -> None:
    with tempfile.NamedTemporaryFile("r", suffix=".lines") as lines:
        pid = os.fork()
        if pid == 0:
            _end_as(lambda: act.run(_reporter(lines.name)))
        time.sleep(delay_s)
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        reported = {line.rstrip("\n") for line in lines if line.endswith("\n")}
    if not os.WIFSIGNALED(status):
        if os.waitstatus_to_exitcode(status) != 0:
            tally.wrong.append("a run that nobody killed failed")
        return  # it had finished: no kill
    tally.kills += 1
    tally.had_reported += bool(reported)
    where = f"killed after {delay_s:.3f} s: "
    for look in (lambda: act.inspect(reported), *([act.finish] if finishing else [])):
        tally.wrong += [where + one for one in in_child(look)]


def _reporter(path: str) -> Report:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND)
    return lambda line: (os.write(handle, f"{line}\n".encode()), None)[1]


def in_child(look: Callable[[], list[str]]) -> list[str]:
    """Look in a process of its own, so that this one stays as bare as it is when it forks."""
    with tempfile.NamedTemporaryFile("r", suffix=".found") as found:
        pid = os.fork()
        if pid == 0:
            _end_as(lambda: Path(found.name).write_text(json.dumps(_tried(look))))
        _, status = os.waitpid(pid, 0)
        text = found.read()
    if status != 0 or not text:
        return [f"the process that looked ended with {status}"]
    wrong: list[str] = json.loads(text)
    return wrong


def _tried(look: Callable[[], list[str]]) -> list[str]:
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure to be counted
        traceback.print_exc()
        return [f"{type(error).__name__}: {error}"]


def _end_as(work: Callable[[], object]) -> None:
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


class ObjectServer:
    """moto's S3 server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        with (folder / "moto.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own server
                [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
                stdout=log,
                stderr=log,
            )
        os.environ.update(
            AWS_ENDPOINT_URL=self.address,
            AWS_ACCESS_KEY_ID="nobody",
            AWS_SECRET_ACCESS_KEY="nobody",  # noqa: S106 - our own server takes any
            AWS_DEFAULT_REGION="us-east-1",
            AWS_EC2_METADATA_DISABLED="true",
        )
        for _ in range(300):
            try:
                request = urllib.request.Request(  # noqa: S310 - our own server
                    f"{self.address}/{BUCKET}", method="PUT"
                )
                with urllib.request.urlopen(request):  # noqa: S310 - the same
                    return
            except OSError:
                time.sleep(0.2)
        self.close()
        raise SystemExit("moto does not start")

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def _noise(path: Path) -> None:
    """Encode a clip of noise in a process of its own, so that FFmpeg stays out of this one."""

    def write() -> list[str]:
        made = runpy.run_path(str(Path(__file__).parents[1] / "tests" / "noise.py"))
        made["write_noise"](path)
        return []

    if wrong := in_child(write):
        raise SystemExit(wrong[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
