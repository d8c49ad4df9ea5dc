"""Work in the background: asked for, watched and stopped."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from purport.casework import ask_for_work, dossier_path
from purport.casework.second_look import require_no_open_look
from purport.core.errors import AbsentError
from purport.store import LeaseLedger
from purport.web.access import Right, Visit, for_members

__all__ = ["ask", "background", "cancel", "dossier", "progress"]


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def background(visit: Visit) -> HttpResponse:
    """Show the work of a case, the newest first."""
    shown = {"visit": visit, "case": visit.front().file, "tab": "work", **_work(visit)}
    return render(visit.request, "room/work.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def progress(visit: Visit) -> HttpResponse:
    """Return the list of work alone, for a page that renews it."""
    return render(visit.request, "room/_work.html", {"visit": visit, **_work(visit)})


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def ask(visit: Visit) -> HttpResponse:
    """Ask for something to be done in the background."""
    ask_for_work(visit.room, visit.key, visit.request.POST.get("kind", ""), agent=visit.agent)
    return redirect("background", visit.key)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def cancel(visit: Visit, job: str) -> HttpResponse:
    """Stop a piece of work."""
    LeaseLedger().cancel(visit.key, job)
    return redirect("background", visit.key)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def dossier(visit: Visit) -> HttpResponse:
    """Return the dossier as it was written last: a page of its own, with no rights here."""
    workspace = visit.workspace()
    require_no_open_look(workspace, visit.agent, what="dossier")
    path = dossier_path(workspace)
    if not path.is_file():
        raise AbsentError("dossier", "was not written yet", remedy="Run the checks first.")
    response = HttpResponse(path.read_bytes(), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    )
    response._csp_exempt = True  # noqa: SLF001 - django-csp's own way to keep a page's policy
    return response


def _work(visit: Visit) -> dict[str, object]:
    jobs = LeaseLedger().of_case(visit.key)
    return {
        "jobs": jobs,
        "at_work": any(job.is_open for job in jobs),
        "may_change": visit.may(Right.CHANGE),
    }
