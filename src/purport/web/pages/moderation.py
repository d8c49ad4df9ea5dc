"""The desk's side of what readers write: the queue, evidence, words, and ending a discussion."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purport.core.discussion import ModerationAction
from purport.core.errors import InputError
from purport.readers.discussing import close_discussion, moderate_comment
from purport.readers.offering import Decision, accept_offer, refuse_offer
from purport.readers.standing import standing_of
from purport.store.readers.comments import (
    Word,
    comment_of,
    list_waiting,
    remove_word,
    set_word,
    words,
)
from purport.store.readers.evidence import list_offers, offer_of
from purport.store.readers.people import trust_record
from purport.web.access import Right, enter, keys_with
from purport.web.apps import room

__all__ = ["comment", "evidence", "forum", "queue", "word_list"]

PageArgs = ParamSpec("PageArgs")


class WordForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """A word that is not wanted, or is looked at first."""

    word = forms.CharField(label=gettext_lazy("Word or words"), max_length=100)
    language = forms.ChoiceField(
        label=gettext_lazy("In which language"),
        choices=[
            ("*", gettext_lazy("any")),
            ("en", "English"),
            ("ar", "العربية"),
            ("ru", "Русский"),
        ],
    )
    banned = forms.ChoiceField(
        label=gettext_lazy("What is done"),
        choices=[
            ("", gettext_lazy("a moderator looks first")),
            ("banned", gettext_lazy("the comment is refused")),
        ],
        required=False,
    )


def _for_desk(
    page: Callable[Concatenate[HttpRequest, PageArgs], HttpResponse],
) -> Callable[Concatenate[HttpRequest, PageArgs], HttpResponse]:
    """Make a page for those who moderate any case or may take evidence over into one."""

    @never_cache  # type: ignore[untyped-decorator]  # Django ships no types
    @login_required  # type: ignore[untyped-decorator]  # Django ships no types
    @wraps(page)
    def entered(
        request: HttpRequest, *args: PageArgs.args, **rest: PageArgs.kwargs
    ) -> HttpResponse:
        if not any(
            keys is None or keys
            for keys in (keys_with(request, right) for right in (Right.MODERATE, Right.CHANGE))
        ):
            raise PermissionDenied
        return page(request, *args, **rest)

    return entered  # type: ignore[no-any-return]  # Django ships no types


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@_for_desk
def queue(request: HttpRequest) -> HttpResponse:
    """Show what waits: comments for moderators, evidence for those who work in the case."""
    moderated, changed = (keys_with(request, right) for right in (Right.MODERATE, Right.CHANGE))
    waiting = list_waiting(moderated)
    offers = list_offers(changed)
    names = {one.key: one.name or one.key for one in room().listed()}
    shown = {
        "comments": [(one, names[one.case], _standing(one.author)) for one in waiting],
        "offers": [(one, names[one.case], _standing(one.author)) for one in offers],
        "moderates": moderated is None or bool(moderated),
    }
    return render(request, "desk/queue.html", shown)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@_for_desk
def comment(request: HttpRequest, identifier: str) -> HttpResponse:
    """Show, hide or point at a comment."""
    found = comment_of(identifier)
    visit = enter(request, found.case, Right.MODERATE)
    action = _action(request.POST.get("action", ""))
    reason = request.POST.get("reason", "")
    moderate_comment(identifier, action, reason, visit.agent, datetime.now(UTC))
    messages.success(request, _("Done; the log has it."))
    return redirect("moderation")


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@_for_desk
def evidence(request: HttpRequest, identifier: str) -> HttpResponse:
    """Take a reader's evidence over into its case, or say no to it."""
    offer = offer_of(identifier)
    visit = enter(request, offer.case, Right.CHANGE)
    decision = Decision(by=visit.agent, note=request.POST.get("reason", ""), when=datetime.now(UTC))
    chosen = request.POST.get("decision", "")
    if chosen == "accept":
        accept_offer(visit.workspace(), identifier, decision)
        messages.success(request, _("The case has it; it can be linked to claims in the ledger."))
    elif chosen in {"refuse", "misleading"}:
        refuse_offer(identifier, decision, misleading=chosen == "misleading")
        messages.success(request, _("Refused; its author is told why."))
    else:
        raise InputError("decision", f"{chosen!r} is none", remedy="Accept it, or say no.")
    return redirect("moderation")


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@_for_desk
def forum(request: HttpRequest, key: str) -> HttpResponse:
    """End the discussion of a case, or begin it again."""
    visit = enter(request, key, Right.MODERATE)
    close_discussion(
        key,
        closed=request.POST.get("closed") == "yes",
        reason=request.POST.get("reason", ""),
        moderator=visit.agent,
        now=datetime.now(UTC),
    )
    messages.success(request, _("Done; the log has it."))
    return redirect("published_case", key)


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@_for_desk
def word_list(request: HttpRequest) -> HttpResponse:
    """Show and change the words that are not wanted, or looked at first, in all cases."""
    keys = keys_with(request, Right.MODERATE)
    if keys is not None and not keys:
        raise PermissionDenied
    form = WordForm(request.POST or None)
    if request.method == "POST" and "remove" in request.POST:
        language, _sep, word = request.POST["remove"].partition(":")
        remove_word(language, word)
        return redirect("word_list")
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        set_word(
            Word(
                language=said["language"],
                word=said["word"].strip(),
                banned=said["banned"] == "banned",
            )
        )
        return redirect("word_list")
    shown = {"form": form, "words": words()}
    return render(request, "desk/words.html", shown, status=422 if form.errors else 200)


def _action(text: str) -> ModerationAction:
    wanted = {
        one.value: one
        for one in ModerationAction
        if one not in {ModerationAction.CLOSED, ModerationAction.OPENED}
    }
    if text not in wanted:
        raise InputError("action", f"{text!r} is none", remedy="Choose one that the page offers.")
    return wanted[text]


def _standing(user: int | None) -> str:
    return "" if user is None else standing_of(trust_record(user)).value
