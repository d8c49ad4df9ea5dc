"""Publishing a case: what readers would see, asked for by one person and decided by another."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from purport.casework.jobs import FILMS, ask_for_work
from purport.casework.publishing import (
    MOST_SUMMARY,
    MOST_TITLE,
    EditionDraft,
    ask_for_edition,
    decide_edition,
    editions_of,
    withdraw_edition,
)
from purport.core.digests import Digest
from purport.core.editions import LEAST_EMBARGO_H, EditionState, Safety, published_edition
from purport.core.errors import ConflictError, InputError
from purport.core.ratings import Rating, ReviewState
from purport.readers.announcing import announce_editions
from purport.store.accounts.ledger import members_of
from purport.web.access import Right, Visit, for_members
from purport.web.details_forms import tell_beside

__all__ = ["ask", "decide", "publish", "withdraw"]

_USUAL = Safety()


class EditionForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """What an edition is called, and what its readers are not shown."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=MOST_TITLE)
    summary = forms.CharField(
        label=gettext_lazy("What it comes to"),
        max_length=MOST_SUMMARY,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("A few sentences, for readers who know nothing of the case."),
    )
    correction = forms.CharField(
        label=gettext_lazy("What it puts right"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Of an edition before; it stands in the public log of corrections."),
    )
    blur_positions = forms.BooleanField(
        label=gettext_lazy("Publish no coordinates, in figures, words or pictures"), required=False
    )
    hide_uploader = forms.BooleanField(
        label=gettext_lazy("Keep back who uploaded the footage, and where"),
        required=False,
        initial=_USUAL.hide_uploader,
    )
    embargo_h = forms.IntegerField(
        label=gettext_lazy("Hours from first publication until positions are public"),
        min_value=LEAST_EMBARGO_H,
        initial=_USUAL.embargo_h,
    )
    shown_plain = forms.MultipleChoiceField(
        label=gettext_lazy("Fit for everybody: these do not open blurred"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    shown_on_request = forms.MultipleChoiceField(
        label=gettext_lazy("Graphic, but readers may see these clear behind a warning"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("All others are played blurred, grey and without sound."),
    )


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def publish(visit: Visit) -> HttpResponse:
    """Show the editions of a case, and the form that asks for another."""
    return _page(visit, _form(visit, None))


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def ask(visit: Visit) -> HttpResponse:
    """Put an edition up for review."""
    form = _form(visit, visit.request)
    if not form.is_valid():
        return _page(visit, form, status=422)
    said = form.cleaned_data
    try:
        safety = Safety(
            blur_positions=said["blur_positions"],
            hide_uploader=said["hide_uploader"],
            embargo_h=said["embargo_h"],
            shown_plain=tuple(Digest(digest) for digest in said["shown_plain"]),
            shown_on_request=tuple(Digest(digest) for digest in said["shown_on_request"]),
        )
        draft = EditionDraft(
            key=visit.key,
            title=said["title"],
            summary=said["summary"],
            correction=said["correction"] or None,
            safety=safety,
        )
        ask_for_edition(visit.workspace(), draft, author=visit.agent)
    except ConflictError:
        raise
    except InputError as error:
        tell_beside(form, error.subject if error.subject in form.fields else None, error)
        return _page(visit, form, status=422)
    messages.success(visit.request, _("It waits for somebody else to look at it."))
    return redirect("publish", visit.key)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.JUDGE)
def decide(visit: Visit, number: int) -> HttpResponse:
    """Publish an edition that waits, or send it back."""
    said = visit.request.POST
    publish_it = said.get("decision") == "publish"
    decide_edition(
        visit.workspace(),
        number,
        publish=publish_it,
        author=visit.agent,
        reason=said.get("reason", ""),
    )
    _announce(visit)
    messages.success(visit.request, _("Published.") if publish_it else _("Sent back."))
    return redirect("publish", visit.key)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.CHANGE)
def withdraw(visit: Visit) -> HttpResponse:
    """Take the published edition back from its readers."""
    reason = visit.request.POST.get("reason", "")
    withdraw_edition(visit.workspace(), author=visit.agent, reason=reason)
    _announce(visit)
    messages.success(visit.request, _("Withdrawn: its readers are told why."))
    return redirect("publish", visit.key)


def _announce(visit: Visit) -> None:
    """Have films made or removed, and let followers hear of it.

    A server that dies before followers heard is made up for by `purport notify`.
    """
    ask_for_work(visit.room, visit.key, FILMS, agent=visit.agent)
    announce_editions(visit.key, [one.record for one in editions_of(visit.workspace())])


def _form(visit: Visit, sent: HttpRequest | None) -> EditionForm:
    initial = {"title": visit.outline().name}
    form = EditionForm(None if sent is None else sent.POST, initial=initial)
    items = [(item.record.digest, item.record.name) for item in visit.outline().items]
    form.fields["shown_plain"].choices = form.fields["shown_on_request"].choices = items
    return form


def _page(visit: Visit, form: EditionForm, *, status: int = 200) -> HttpResponse:
    case = visit.outline()
    editions = [one.record for one in editions_of(visit.workspace())]
    rated = [one for one in case.verdicts if one.rating is not Rating.NOT_CHECKABLE]
    confirmed = [one for one in rated if one.review is ReviewState.REVIEWED]
    waiting = next((one for one in editions if one.state is EditionState.IN_REVIEW), None)
    seen = published_edition(tuple(editions))
    shown = {
        "visit": visit,
        "case": case,
        "tab": "publish",
        "form": form,
        "editions": editions[::-1],
        "waiting": waiting,
        "may_publish": waiting is not None
        and visit.may(Right.JUDGE)
        and waiting.asked_by != visit.agent,
        "may_judge": visit.may(Right.JUDGE),
        "seen": seen if seen is not None and seen.state is EditionState.PUBLISHED else None,
        "confirmed": len(confirmed),
        "rated": len(rated),
        "alone": visit.request.user.is_superuser
        and all(one.user == visit.request.user.pk for one in members_of(visit.key)),
    }
    return render(visit.request, "room/publish.html", shown, status=status)
