"""What readers say of a published case: their comments and flags, and the log of moderation."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from purport.core.discussion import Anchor, AnchorKind, Comment, CommentState, FlagKind
from purport.core.errors import InputError
from purport.readers.discussing import (
    ShownComment,
    Wish,
    Writer,
    anchor_in,
    flag_comment,
    post_comment,
    show_comment,
    show_waiting,
    take_back,
)
from purport.store.readers.comments import comment_of, forum_of, moderation_log
from purport.web.access import Reading, Right, for_readers, read_published
from purport.web.drawing import draw_comment, draw_talk
from purport.web.languages import note_mail_language
from purport.web.signed_in import signed_in

__all__ = ["comment", "flag", "log", "session", "talk_of", "withdraw"]

_SEXAGESIMAL = 60


class CommentForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """A comment, and what it is about."""

    body = forms.CharField(strip=False, required=False, max_length=20_000)
    about = forms.CharField(required=False, max_length=300)
    parent = forms.SlugField(required=False, max_length=32)
    time = forms.CharField(required=False, max_length=20)
    latitude = forms.FloatField(required=False)
    longitude = forms.FloatField(required=False)


FLAG_KINDS = (
    (FlagKind.POSITION.value, gettext_lazy("It tells where somebody or something is")),
    (FlagKind.PERSON.value, gettext_lazy("It exposes a person")),
    (FlagKind.ABUSE.value, gettext_lazy("It insults or threatens")),
    (FlagKind.SPAM.value, gettext_lazy("It advertises")),
    (FlagKind.FALSE.value, gettext_lazy("It misleads")),
)
"""Why a comment should not stand, as readers choose it."""


class FlagForm(forms.Form):  # type: ignore[misc]  # Django ships no types
    """Why a comment should not stand."""

    kind = forms.ChoiceField(choices=FLAG_KINDS)
    note = forms.CharField(required=False, max_length=500)


def talk_of(reading: Reading, *, claim: str | None = None) -> dict[str, Any]:
    """Return what the discussion of a case or a claim needs in its page."""
    asked = reading.request.GET
    page = asked.get("talk", "1")
    drawn = draw_talk(
        reading.key,
        reading.document,
        reading.covering,
        page=int(page) if page.isdecimal() else 1,
        claim=claim,
    )
    reader = signed_in(reading.request)
    own: Sequence[ShownComment] = ()
    if reading.user is not None and reader is not None and reader.waits:
        own = show_waiting(reading.key, reading.covering, reading.user)
    forum = forum_of(reading.key)
    return {
        "talk": drawn.page,
        "drawn": drawn.html,
        "own_waiting": [
            draw_comment(one, reading.key, reading.document, reading.request) for one in own
        ],
        "closed": forum.reason if forum.closed else None,
        "about": f"claim:{claim}" if claim is not None else "case",
        "reply_to": asked.get("reply", ""),
        "flagged": asked.get("flag", ""),
        "flag_kinds": FLAG_KINDS,
        "may_write": reading.role is None or reading.may(Right.WRITE),
        "may_moderate": reading.may(Right.MODERATE),
    }


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_readers(Right.WRITE)
def comment(reading: Reading) -> HttpResponse:
    """Take a comment; it may wait for a moderator, and then its author is told so."""
    form = CommentForm(reading.request.POST)
    if not form.is_valid():
        field, faults = next(iter(form.errors.items()))
        raise InputError(str(field), " ".join(map(str, faults)), remedy="Change it here.")
    said = form.cleaned_data
    wish = Wish(
        body=said["body"].replace("\r\n", "\n"),
        anchor=anchor_in(reading.document, _anchor(said)),
        parent=said["parent"] or None,
    )
    writer = Writer(
        user=reading.account,
        language=get_language() or "en",
        moderates=reading.may(Right.MODERATE),
    )
    posted = post_comment(
        reading.key,
        wish,
        writer,
        unnamed=reading.edition.names,
        now=datetime.now(UTC),
    )
    note_mail_language(reading.account)
    waits = posted.state is CommentState.WAITING
    told = (
        _("Thank you. A moderator looks at it before others see it.")
        if waits
        else _("Thank you. It is shown.")
    )
    if _wants_json(reading.request):
        return JsonResponse({"id": posted.id, "told": told, "html": _drawn(reading, posted)})
    messages.success(reading.request, told)
    return redirect(f"{reverse('published_case', args=[reading.key])}#c-{posted.id}")


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_readers(Right.WRITE)
def flag(reading: Reading, identifier: str) -> HttpResponse:
    """Say that a comment should not stand."""
    _require_here(reading, identifier)
    form = FlagForm(reading.request.POST)
    if not form.is_valid():
        raise InputError("flag", "says not what is wrong", remedy="Choose one of the reasons.")
    said = form.cleaned_data
    now = datetime.now(UTC)
    flag_comment(identifier, reading.account, FlagKind(said["kind"]), said["note"], now)
    return _told(reading, _("Thank you. A moderator looks at it."))


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_readers(Right.WRITE)
def withdraw(reading: Reading, identifier: str) -> HttpResponse:
    """Take one's own comment back."""
    _require_here(reading, identifier)
    take_back(identifier, reading.account, datetime.now(UTC))
    return _told(reading, _("It is taken back."))


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def log(request: HttpRequest, key: str) -> HttpResponse:
    """Show what moderators did in a case, and why."""
    reading = read_published(request, key)
    lines = [(line, reading.covering(line.reason)) for line in moderation_log(key)]
    shown = {"key": key, "case": reading.document, "lines": lines}
    return render(request, "readers/moderation.html", shown)


@never_cache  # type: ignore[untyped-decorator]  # Django ships no types
@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def session(request: HttpRequest) -> HttpResponse:
    """Tell an open page who is signed in by now, and the secret for its forms."""
    known = request.user.is_authenticated
    return JsonResponse(
        {
            "user": request.user.pk if known else None,
            "name": request.user.get_username() if known else None,
            "token": get_token(request),
        }
    )


def _anchor(said: dict[str, Any]) -> Anchor:
    kind, _sep, which = (said["about"] or "case").partition(":")
    if kind == AnchorKind.CLAIM:
        return Anchor(kind=AnchorKind.CLAIM, claim=which)
    if kind == AnchorKind.FRAME:
        return Anchor(kind=AnchorKind.FRAME, item=which, time_s=_time(said["time"]))
    if kind == AnchorKind.POINT:
        return Anchor(kind=AnchorKind.POINT, longitude=said["longitude"], latitude=said["latitude"])
    return Anchor(kind=AnchorKind.CASE)


def _time(text: str) -> float:
    """Return seconds from "83", "1:23" or "1:23.5"."""
    try:
        pieces = [float(piece) for piece in text.strip().split(":")]
    except ValueError:
        pieces = []
    if not 1 <= len(pieces) <= 3 or any(piece < 0 for piece in pieces):  # noqa: PLR2004 - h:m:s
        raise InputError("time", f"{text!r} is none", remedy="Write it as 1:23 or 83.5.")
    total = 0.0
    for piece in pieces:
        total = total * _SEXAGESIMAL + piece
    return total


def _require_here(reading: Reading, identifier: str) -> None:
    if comment_of(identifier).case != reading.key:
        raise InputError("comment", "is of another case", remedy="Look at the case again.")


def _told(reading: Reading, words: str) -> HttpResponse:
    if _wants_json(reading.request):
        return JsonResponse({"told": words})
    messages.success(reading.request, words)
    return redirect("published_case", reading.key)


def _drawn(reading: Reading, posted: Comment) -> str:
    shown = show_comment(posted, reading.covering, viewer=reading.user)
    return draw_comment(shown, reading.key, reading.document, reading.request)


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")
