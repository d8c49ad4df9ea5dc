"""Work in the background: what can be asked for, and how one piece of it is done.

A job can be begun again at any instant: what it stored stays, and what is on record is not
computed a second time.
"""

from collections.abc import Callable, Mapping

from purport.casework.checking import run_checks
from purport.casework.filming import make_films
from purport.casework.judging import judge_case
from purport.casework.progress import Progress
from purport.casework.reporting import write_case_dossier
from purport.casework.room import CaseRoom
from purport.casework.workspace import Workspace
from purport.core.digests import JsonObject
from purport.core.errors import AbsentError
from purport.store import Job, LeaseLedger

__all__ = ["CHECK", "DOSSIER", "FILMS", "ask_for_work", "do_work"]

CHECK = "check"
"""Run every check that the inputs allow, judge, and write the dossier."""
DOSSIER = "dossier"
"""Write the dossier anew."""
FILMS = "films"
"""Make what readers of the published edition may play."""


def ask_for_work(room: CaseRoom, key: str, kind: str, *, agent: str) -> Job:
    """Ask for something to be done in a case.

    Args:
        room: Where.
        key: Key of the case.
        kind: `CHECK`, `DOSSIER` or `FILMS`.
        agent: Who asks, as the custody chain will name it.

    Returns:
        The job; the one that waits already when it was asked for before.

    Raises:
        AbsentError: There is no such case or kind of work.
    """
    _work_of(kind)
    room.require(key)
    return LeaseLedger().ask(key, kind, arguments={}, agent=agent)


def do_work(workspace: Workspace, job: Job, *, progress: Progress) -> JsonObject:
    """Do a job.

    Args:
        workspace: The case, opened in the name of whoever asked.
        job: What to do.
        progress: Is told how far it is; what it raises stops the job.

    Returns:
        A summary of what came of it.
    """
    return _work_of(job.kind)(workspace, job.case, progress)


def _check(workspace: Workspace, _key: str, progress: Progress) -> JsonObject:
    summary = run_checks(workspace, progress=progress)
    progress("judge", done=0, total=1, label="verdicts")
    verdicts = judge_case(workspace)
    progress("report", done=0, total=1, label="dossier")
    write_case_dossier(workspace)
    return {
        "computed": summary.computed,
        "cached": summary.cached,
        "faults": len(summary.faults),
        "verdicts": len(verdicts),
    }


def _write_dossier(workspace: Workspace, _key: str, progress: Progress) -> JsonObject:
    progress("report", done=0, total=1, label="dossier")
    return {"dossier": write_case_dossier(workspace).name}


def _make_films(workspace: Workspace, key: str, progress: Progress) -> JsonObject:
    def tell(done: int, total: int) -> None:
        progress("films", done=done, total=total, label="films")

    made, faults = make_films(workspace, key, progress=tell)
    return {"films": made, "faults": len(faults)}


_KINDS: Mapping[str, Callable[[Workspace, str, Progress], JsonObject]] = {
    CHECK: _check,
    DOSSIER: _write_dossier,
    FILMS: _make_films,
}


def _work_of(kind: str) -> Callable[[Workspace, str, Progress], JsonObject]:
    if kind not in _KINDS:
        raise AbsentError(kind, "is no kind of work", remedy=f"Known are: {', '.join(_KINDS)}.")
    return _KINDS[kind]
