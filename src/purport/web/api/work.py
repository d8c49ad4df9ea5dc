"""Work in the background by the API."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from purport.casework import ask_for_work
from purport.store import Job, LeaseLedger
from purport.web.access import Right, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["work"])


class JobTold(Schema):
    """A piece of work, and how it stands."""

    id: str
    kind: str
    agent: str
    state: str
    created: datetime
    finished: datetime | None
    attempts: int
    cancel_asked: bool
    stage: str
    done: int
    total: int
    label: str
    outcome: dict[str, Any]


class WorkWanted(Schema):
    """What is to be done."""

    kind: str
    """"check" or "dossier"."""


@router.get("/{slug:key}/work", response={200: list[JobTold], **FAULTS}, summary="Work of a case")
def list_work(request: HttpRequest, key: str) -> list[Job]:
    """Return the work of a case, the newest first."""
    enter(request, key, Right.SEE)
    return list(LeaseLedger().of_case(key))  # ninja takes a pair for status and answer


@router.post("/{slug:key}/work", response={201: JobTold, **FAULTS}, summary="Ask for work")
def ask(request: HttpRequest, key: str, wanted: WorkWanted) -> tuple[int, Job]:
    """Ask for something to be done; who asks twice before it begins gets the same job."""
    visit = enter(request, key, Right.CHANGE)
    return 201, ask_for_work(visit.room, key, wanted.kind, agent=visit.agent)


@router.delete(
    "/{slug:key}/work/{slug:job}", response={200: JobTold, **FAULTS}, summary="Stop work"
)
def cancel(request: HttpRequest, key: str, job: str) -> Job:
    """Stop a piece of work: at once when it waits, soon when it runs."""
    enter(request, key, Right.CHANGE)
    return LeaseLedger().cancel(key, job)
