"""What is recorded of one item, and its correction by somebody who saw what stood there."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from purport.casework import ask_for_work, describe_item, item_with_version
from purport.casework.jobs import CHECK
from purport.core.digests import Digest
from purport.core.errors import ConflictError, InputError
from purport.web.access import Right, Visit, for_members
from purport.web.details_forms import DetailsForm, details_of, initial_of, tell_beside

__all__ = ["details"]


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def details(visit: Visit, digest: str) -> HttpResponse:
    """Show and correct what is recorded of an item; a correction starts the checks."""
    item = Digest(digest)
    record, version = item_with_version(visit.workspace(), item)
    request = visit.request
    form = DetailsForm(request.POST or None, initial=dict(initial_of(record)))
    status = 200
    if request.method == "POST":
        status = 422
        outline = record.target if record.target and record.target.outline else None
        said = details_of(form, target=outline) if form.is_valid() else None
        if said is not None:
            try:
                seen = Digest(request.POST.get("seen", ""))
                describe_item(visit.workspace(), item, said, seen=seen)
            except ConflictError as error:
                tell_beside(form, None, error)
                status = 409
            except InputError as error:
                tell_beside(form, "target", error)
            else:
                ask_for_work(visit.room, visit.key, CHECK, agent=visit.agent)
                messages.success(request, _("Recorded. The checks run again where it matters."))
                return redirect("case", visit.key)
    shown = {
        "visit": visit,
        "case": visit.front().file,
        "tab": "",
        "record": record,
        "seen": version,
        "form": form,
        "conflict": status == 409,  # noqa: PLR2004 - the status just above
    }
    return render(request, "room/details.html", shown, status=status)
