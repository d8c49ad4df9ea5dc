"""The list of cases, and how a new one is made."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from purport.casework import open_example
from purport.core.errors import InputError
from purport.store import ShelvedCase
from purport.store.accounts.ledger import set_role
from purport.web.access import Right, Role, keys_with
from purport.web.apps import room

__all__ = ["cases", "example_case"]

_CASES_A_PAGE = 50


class NewCaseForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """What a new case is called, and when it is said to have happened."""

    name = forms.CharField(label=_("What is it called?"), max_length=200)
    date = forms.CharField(
        label=_("When is it said to have happened?"),
        required=False,
        max_length=40,
        help_text=_("2015-09-30, or 2015-09; leave it empty when nobody says."),
    )


@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
def cases(request: HttpRequest) -> HttpResponse:
    """Show the cases of whoever is signed in; make a new one."""
    form = NewCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            key = room().new_case(
                form.cleaned_data["name"],
                agent=request.user.get_username(),
                date=form.cleaned_data["date"] or None,
            )
        except InputError as error:
            form.add_error(
                error.subject if error.subject in form.fields else None,
                f"{error.fault}. {error.remedy}",
            )
        else:
            set_role(key, request.user.pk, Role.OWNER)
            return redirect("case", key)
    theirs = keys_with(request, Right.SEE)
    wanted = request.GET.get("q", "").strip()
    listed = [one for one in room().listed(theirs) if wanted.casefold() in _called(one).casefold()]
    shown = {
        "cases": Paginator(listed, _CASES_A_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "form": form,
    }
    return render(request, "room/cases.html", shown, status=422 if form.errors else 200)


def _called(case: ShelvedCase) -> str:
    return case.name or case.key


@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
def example_case(request: HttpRequest) -> HttpResponse:
    """Make a case of the bundled example."""
    key = open_example(room(), agent=request.user.get_username())
    set_role(key, request.user.pk, Role.OWNER)
    return redirect("case", key)
