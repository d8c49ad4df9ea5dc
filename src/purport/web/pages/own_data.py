"""What is kept of somebody: looked at, taken along, removed."""

from datetime import UTC, datetime

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purport.readers.leaving import TIME_TO_THINK, ask_to_leave, change_ones_mind
from purport.store.readers.people import reader_of
from purport.store.readers.privacy import everything_of

__all__ = ["data", "leave", "stay", "take_along"]

_HOUR_S = 3600


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def data(request: HttpRequest) -> HttpResponse:
    """Show how much is kept of somebody, and what they can do about it."""
    kept = everything_of(request.user.pk)
    shown = {
        "kept": [(name, len(rows)) for name, rows in kept.items() if isinstance(rows, list)],
        "leaves": reader_of(request.user.pk).leaves,
        "hours": int(TIME_TO_THINK.total_seconds() // _HOUR_S),
    }
    return render(request, "readers/data.html", shown)


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def take_along(request: HttpRequest) -> HttpResponse:
    """Return everything that is kept of somebody as a file."""
    answer = JsonResponse(
        everything_of(request.user.pk), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = 'attachment; filename="purport-data.json"'
    return answer


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
def leave(request: HttpRequest) -> HttpResponse:
    """Have one's account removed; who it is is asked again first."""
    if request.method == "POST":
        ask_to_leave(request.user.pk, datetime.now(UTC))
        messages.success(request, _("Your account will be removed; until then you can keep it."))
    return redirect("own_data")


@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
def stay(request: HttpRequest) -> HttpResponse:
    """Keep one's account after all."""
    change_ones_mind(request.user.pk)
    messages.success(request, _("Your account stays."))
    return redirect("own_data")
