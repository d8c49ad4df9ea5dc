"""The lease ledger: what is to be done in the background, and who may do it just now.

Invariants: a job is held by one owner at a time, who has to say again and again that it is alive;
who has not said so for a lease's length may lose the job to another, and from then on can change
nothing of it. Of one case one job runs at a time. All times are the database's own, so that clocks
of several machines need not agree. Each step is one conditional UPDATE.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from purport.core.digests import JsonObject
from purport.core.errors import AbsentError, ConflictError

if TYPE_CHECKING:
    from purport.store.models import JobRow

__all__ = ["LEASE_S", "Job", "JobState", "LeaseLedger", "LeaseLostError", "Standing"]

LEASE_S = 10.0
"""How long an owner may be silent before it counts as dead. [s]"""
MOST_ATTEMPTS = 5
"""How often a job is begun before it counts as one that kills whoever takes it."""
_CLAIMS_TRIED = 5
_LABEL = 300


class JobState(StrEnum):
    """How a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)


class LeaseLostError(Exception):
    """The job is another's by now; whoever held it has to stop without a further word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done in the background."""

    id: str
    """Its identifier."""
    case: str
    """Key of the case."""
    kind: str
    """What is to be done."""
    arguments: JsonObject
    """With what."""
    agent: str
    """Who asked for it."""
    state: JobState
    """How it stands."""
    created: datetime
    """When it was asked for."""
    finished: datetime | None
    """When it ended; None before."""
    attempts: int
    """How often it was begun."""
    cancel_asked: bool
    """Whether somebody asked to stop it."""
    stage: str
    """What is under way; empty before it begins."""
    done: int
    """Steps of the stage that are finished."""
    total: int
    """Steps of the stage in all; 0 when not known."""
    label: str
    """What was finished last, or is under way."""
    outcome: JsonObject
    """What came of it: its own summary, or subject, fault and remedy of what went wrong."""

    @property
    def is_open(self) -> bool:
        """Tell whether it has not ended."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an owner learns when it says that it is alive."""

    cancel_asked: bool
    """Whether somebody asked to stop the job."""


class LeaseLedger:
    """The jobs of a database.

    Args:
        alias: Under which Django knows the database.
        lease_s: How long an owner may be silent. [s]
    """

    def __init__(self, alias: str = "default", *, lease_s: float = LEASE_S) -> None:
        self._alias = alias
        self._lease = timedelta(seconds=lease_s)

    def ask(self, case: str, kind: str, *, arguments: JsonObject, agent: str) -> Job:
        """Ask for something to be done; who asks twice before it begins gets the same job.

        Args:
            case: Key of the case.
            kind: What.
            arguments: With what.
            agent: Who asks.

        Raises:
            AbsentError: There is no such case.
        """
        from django.db import transaction  # noqa: PLC0415 - needs Django
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        from purport.store.models import CaseRow, JobRow  # noqa: PLC0415 - needs Django

        said = json.dumps(arguments, sort_keys=True)
        with transaction.atomic(using=self._alias):
            row = CaseRow.objects.using(self._alias).select_for_update().filter(key=case).first()
            if row is None:
                raise AbsentError(case, "there is no such case", remedy="Look at the cases.")
            same = self._rows(case=row, kind=kind, arguments=said, state=JobState.WAITING).first()
            if same is not None:
                return _read(same)
            made = JobRow.objects.using(self._alias).create(
                id=uuid4().hex,
                case=row,
                kind=kind,
                arguments=said,
                agent=agent,
                state=JobState.WAITING,
                created=Now(),
            )
        return self.get(made.pk)

    def get(self, job: str) -> Job:
        """Return a job.

        Raises:
            AbsentError: There is none of this identifier.
        """
        row = self._rows(pk=job).first()
        if row is None:
            raise AbsentError(job, "there is no such job", remedy="Look at the case's work.")
        return _read(row)

    def of_case(self, case: str, *, most: int = 50) -> tuple[Job, ...]:
        """Return the jobs of a case, the newest first."""
        return tuple(_read(row) for row in self._rows(case__key=case).order_by("-created")[:most])

    def claim(self, owner: str) -> Job | None:
        """Take the oldest job that waits, or whose owner has fallen silent; None for none.

        Args:
            owner: Who takes it; no other process may call itself so.
        """
        from django.db.models import F  # noqa: PLC0415 - needs Django
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        self._give_up_on_killers()
        for _ in range(_CLAIMS_TRIED):
            row = self._next()
            if row is None:
                return None
            taken = self._rows(pk=row.pk, state=row.state, owner=row.owner, attempts=row.attempts)
            changed = taken.update(
                state=JobState.RUNNING, owner=owner, heartbeat=Now(), attempts=F("attempts") + 1
            )
            if changed:
                return self.get(row.pk)
        return None

    def beat(
        self,
        job: str,
        owner: str,
        *,
        stage: str = "",
        done: int = 0,
        total: int = 0,
        label: str = "",
    ) -> Standing:
        """Say that one is alive, and, with a stage, how far the job is.

        Raises:
            LeaseLostError: The job is not this owner's any more.
        """
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        progress: dict[str, object] = (
            {"stage": stage, "done": done, "total": total, "label": label[:_LABEL]} if stage else {}
        )
        held = self._rows(pk=job, owner=owner, state=JobState.RUNNING)
        if not held.update(heartbeat=Now(), **progress):
            raise LeaseLostError(job)
        return Standing(cancel_asked=bool(held.values_list("cancel_asked", flat=True).first()))

    def finish(self, job: str, owner: str, state: JobState, outcome: JsonObject) -> None:
        """End a job.

        Raises:
            LeaseLostError: The job is not this owner's any more.
        """
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        held = self._rows(pk=job, owner=owner, state=JobState.RUNNING)
        if not held.update(state=state, finished=Now(), outcome=json.dumps(outcome)):
            raise LeaseLostError(job)

    def cancel(self, case: str, job: str) -> Job:
        """Stop a job: at once when it waits, as soon as its owner hears of it when it runs.

        Raises:
            AbsentError: The case has no such job.
            ConflictError: It has ended.
        """
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        if not self._rows(pk=job, case__key=case).exists():
            raise AbsentError(job, "there is no such job", remedy="Look at the case's work.")
        waiting = self._rows(pk=job, state=JobState.WAITING)
        if not waiting.update(state=JobState.CANCELLED, finished=Now()):
            running = self._rows(pk=job, state=JobState.RUNNING)
            if not running.update(cancel_asked=True):
                raise ConflictError(job, "it has ended already", remedy="There is nothing to stop.")
        return self.get(job)

    def _next(self) -> "JobRow | None":
        from django.db.models import Exists, OuterRef, Q  # noqa: PLC0415 - needs Django
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        silent = Q(state=JobState.RUNNING, heartbeat__lt=Now() - self._lease)
        alive = self._rows(
            case=OuterRef("case"), state=JobState.RUNNING, heartbeat__gte=Now() - self._lease
        )
        free = self._rows().filter(Q(state=JobState.WAITING) | silent).exclude(Exists(alive))
        row: JobRow | None = free.order_by("created", "pk").first()
        return row

    def _give_up_on_killers(self) -> None:
        """End jobs that were begun too often: each time whoever had them died."""
        from django.db.models.functions import Now  # noqa: PLC0415 - needs Django

        fault = {
            "subject": "the work",
            "fault": f"was begun {MOST_ATTEMPTS} times, and each time its process died",
            "remedy": "Look whether the machine runs out of memory; then ask for it again.",
        }
        self._rows(
            state=JobState.RUNNING,
            attempts__gte=MOST_ATTEMPTS,
            heartbeat__lt=Now() - self._lease,
        ).update(state=JobState.FAILED, finished=Now(), outcome=json.dumps(fault))

    def _rows(self, **which: object) -> Any:  # noqa: ANN401 - Django ships no types
        from purport.store.models import JobRow  # noqa: PLC0415 - needs Django

        return JobRow.objects.using(self._alias).filter(**which).select_related("case")


def _read(row: "JobRow") -> Job:
    arguments: Mapping[str, Any] = json.loads(row.arguments)
    return Job(
        id=row.pk,
        case=row.case.key,
        kind=row.kind,
        arguments=dict(arguments),
        agent=row.agent,
        state=JobState(row.state),
        created=row.created,
        finished=row.finished,
        attempts=row.attempts,
        cancel_asked=row.cancel_asked,
        stage=row.stage,
        done=row.done,
        total=row.total,
        label=row.label,
        outcome=json.loads(row.outcome),
    )
