"""Kill the main job at random instants; then verify, run again, and compare.

For every kill: a fresh workspace, a run of `check_case` in a process of its own, SIGKILL at an
instant drawn evenly over the time that an undisturbed run takes, `verify`, then a second run to its
end. Counted is what was reported as stored and is gone (must be 0), workspaces that do not verify
(must be 0), and results that differ from those of the undisturbed run (must be 0). Prints JSON.

    python benchmarks/kill_main_job.py --kills 50 --story STORY FOOTAGE...
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from purport.casework import CheckRequest, Workspace, case_file, check_case, verify_workspace
from purport.core.errors import InputError
from purport.store import Outcome, Survey
from purport.store.encoding import encode_record


@dataclass(kw_only=True)
class Tally:
    """What the kills did."""

    kills: int = 0
    lost: list[str] = field(default_factory=list)
    not_verified: list[str] = field(default_factory=list)
    different: int = 0
    killed_before_workspace: int = 0
    second_run_computed: list[int] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    options = _parse(arguments)
    with tempfile.TemporaryDirectory(prefix="purport-kills-") as folder:
        root = Path(folder)
        start = time.monotonic()
        _wait(_start(_request(options, root / "undisturbed"), root / "undisturbed.jsonl"))
        duration_s = time.monotonic() - start
        expected = _result(root / "undisturbed")
        tally = Tally()
        instants = random.Random(options.seed)
        while tally.kills < options.kills:
            delay_s = instants.uniform(0, duration_s)
            _kill_once(options, root, tally, delay_s=delay_s, expected=expected)
    figures = {
        "kills": tally.kills,
        "undisturbed_s": round(duration_s, 2),
        "lost": tally.lost,
        "not_verified": tally.not_verified,
        "different_results": tally.different,
        "killed_before_workspace": tally.killed_before_workspace,
        "steps_computed_by_second_runs": tally.second_run_computed,
    }
    print(json.dumps(figures, indent=2))
    return 1 if tally.lost or tally.not_verified or tally.different else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--story", type=Path)
    parser.add_argument("--reference", type=Path)
    parser.add_argument("--control", type=Path, action="append", default=[])
    parser.add_argument("--date")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("footage", type=Path, nargs="+")
    return parser.parse_args(arguments)


def _request(options: argparse.Namespace, workspace: Path) -> CheckRequest:
    return CheckRequest(
        workspace=workspace,
        story=options.story,
        footage=tuple(options.footage),
        references=(options.reference,) if options.reference else (),
        control=tuple(options.control),
        date=options.date,
        name="killed",
        workers=options.workers,
    )


def _start(request: CheckRequest, report: Path) -> int:
    """Run the job in a process of its own; it writes a line for everything that it has stored."""
    pid = os.fork()
    if pid != 0:
        return pid
    code = 1
    try:
        with report.open("w", buffering=1) as lines:
            outcome = check_case(request, progress=_reporter(lines.write))
            lines.write(json.dumps(["computed", outcome.computed]) + "\n")
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _reporter(write: Callable[[str], object]) -> Callable[..., None]:
    def tell(stage: str, *, done: int, total: int, label: str) -> None:
        if done > 0 and total > 0:
            write(json.dumps([stage, label]) + "\n")

    return tell


def _wait(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise SystemExit(f"a run that nobody disturbed ended with status {status}")


def _kill_once(
    options: argparse.Namespace, root: Path, tally: Tally, *, delay_s: float, expected: str
) -> None:
    folder = root / f"killed-{tally.kills}-{delay_s:.6f}"
    report = folder.with_suffix(".jsonl")
    pid = _start(_request(options, folder), report)
    time.sleep(delay_s)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status):
        return  # it had finished: not a kill
    tally.kills += 1
    where = f"killed after {delay_s:.3f} s"
    reported = _read_reports(report)
    try:
        verify_workspace(folder)
    except InputError:
        tally.killed_before_workspace += 1
        tally.lost.extend(f"{where}: {label}" for label in reported)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a failure to be counted
        tally.not_verified.append(f"{where}: {error}")
        return
    else:
        missing = reported - _stored(folder)
        tally.lost.extend(f"{where}: {label}" for label in sorted(missing))
    _wait(_start(_request(options, folder), report))
    tally.second_run_computed.append(dict(_lines(report))["computed"])
    tally.different += _result(folder) != expected


def _read_reports(report: Path) -> set[str]:
    stages = {"read", "collect", "analyse"}
    return {label for stage, label in _lines(report) if stage in stages}


def _lines(report: Path) -> list[tuple[str, Any]]:
    if not report.exists():
        return []
    return [json.loads(line) for line in report.read_text().splitlines() if line.endswith("]")]


def _stored(folder: Path) -> set[str]:
    """Return the labels under which everything that is on record would have been reported."""
    with Workspace.open(folder, writing=False) as workspace:
        case = case_file(workspace)
        names = {item.record.digest: item.record.name for item in case.items}
        surveys = [stored.record for stored in workspace.store.live(Survey)]
        outcomes = [stored.record for stored in workspace.store.live(Outcome)]
    return {
        *(story.document.name for story in case.stories),
        *names.values(),
        *(f"{names[survey.item]}: survey" for survey in surveys),
        *(f"{names[outcome.item]}: {outcome.check}" for outcome in outcomes),
    }


def _result(folder: Path) -> str:
    """Return all that the case came to; times stand in the custody chain alone."""
    with Workspace.open(folder, writing=False) as workspace:
        case = case_file(workspace)
    parts = (case.items, case.stories, case.claims, case.findings, case.not_run, case.verdicts)
    return encode_record((*parts, case.faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
