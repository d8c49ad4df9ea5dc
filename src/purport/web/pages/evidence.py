"""Evidence as readers offer it: the form, and what came of their offers."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purport.core.discussion import EvidenceKind
from purport.core.errors import ConflictError, InputError
from purport.readers.offering import LONGEST_WORDS, OfferForm, offer_evidence, withdraw_offer
from purport.store.readers.evidence import offers_by
from purport.web.access import Reading, Right, for_readers
from purport.web.apps import room
from purport.web.languages import note_mail_language
from purport.web.words import told

__all__ = ["offer", "offers", "withdraw"]


class EvidenceForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """What a reader offers; each kind uses some of the fields."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you offer?"),
        choices=[
            (EvidenceKind.POSITION.value, gettext_lazy("Where something in the footage lies")),
            (EvidenceKind.APPEARANCE.value, gettext_lazy("That the footage was public before")),
            (EvidenceKind.CORRECTION.value, gettext_lazy("That something in the case is wrong")),
        ],
    )
    item = forms.ChoiceField(label=gettext_lazy("About which item"), required=False)
    claim = forms.ChoiceField(label=gettext_lazy("It bears on the claim"), required=False)
    what = forms.CharField(
        label=gettext_lazy("What lies there"),
        required=False,
        max_length=LONGEST_WORDS,
        help_text=gettext_lazy("The impact, the camera, the corner of a building."),
    )
    latitude = forms.FloatField(
        label=gettext_lazy("Latitude"),
        required=False,
        help_text=gettext_lazy("Decimal degrees, WGS 84."),
    )
    longitude = forms.FloatField(label=gettext_lazy("Longitude"), required=False)
    uncertainty_m = forms.FloatField(
        label=gettext_lazy("Within how many metres it lies"),
        required=False,
        help_text=gettext_lazy("So that you would be wrong one time in twenty."),
    )
    features = forms.CharField(
        label=gettext_lazy("By which features you see it"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Say what in the picture matches what on the map."),
    )
    url = forms.URLField(
        label=gettext_lazy("Where it was public"),
        required=False,
        max_length=2000,
        assume_scheme="https",
    )
    date = forms.CharField(
        label=gettext_lazy("Since when, as that page says"), required=False, max_length=40
    )
    words = forms.CharField(
        label=gettext_lazy("In your words"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    credited = forms.BooleanField(
        label=gettext_lazy("Name me as a contributor when it is accepted"), required=False
    )


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@for_readers(Right.WRITE)
def offer(reading: Reading) -> HttpResponse:
    """Offer evidence to a case; only the desk sees it until it is accepted."""
    form = _form(reading)
    if reading.request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        offered = OfferForm(**{**said, "kind": EvidenceKind(said["kind"])})
        try:
            note_mail_language(reading.account)
            offer_evidence(
                reading.key,
                offered,
                reading.document,
                user=reading.account,
                now=datetime.now(UTC),
            )
        except ConflictError:
            raise
        except InputError as error:
            _tell_beside(form, error)
        else:
            messages.success(reading.request, _("Thank you. The desk looks at it and tells you."))
            return redirect("offers")
    shown = {"key": reading.key, "case": reading.document, "form": form}
    status = 422 if form.errors else 200
    return render(reading.request, "readers/offer.html", shown, status=status)


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def offers(request: HttpRequest) -> HttpResponse:
    """Show what a reader offered, and what came of it."""
    offered = offers_by(request.user.pk)
    now = datetime.now(UTC)
    editions = {key: room().published_case(key, now) for key in {one.case for one in offered}}
    titles = {
        key: key if edition is None or edition.document is None else edition.document["title"]
        for key, edition in editions.items()
    }
    return render(request, "readers/offers.html", {"offers": offered, "titles": titles})


@login_required  # type: ignore[untyped-decorator]  # Django ships no types
@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
def withdraw(request: HttpRequest, identifier: str) -> HttpResponse:
    """Take one's own offer back before anybody decided."""
    withdraw_offer(identifier, request.user.pk, datetime.now(UTC))
    messages.success(request, _("It is taken back."))
    return redirect("offers")


def _tell_beside(form: EvidenceForm, error: InputError) -> None:
    """Tell an error beside the field that caused it, or above all fields."""
    field = error.subject if error.subject in form.fields else None
    form.add_error(field, f"{told(error.fault)}. {told(error.remedy)}")


def _form(reading: Reading) -> EvidenceForm:
    sent = reading.request.POST if reading.request.method == "POST" else None
    form = EvidenceForm(sent)
    told: Any = reading.document  # JSON
    nothing = ("", _("none"))
    form.fields["item"].choices = [
        nothing,
        *((one["sha256"], one["name"]) for one in told["items"]),
    ]
    form.fields["claim"].choices = [
        nothing,
        *((one["id"], f"{one['claimant']}: {one['words'][:80]}") for one in told["claims"]),
    ]
    return form
