"""Following cases, the list of notices, and how a reader wants to be told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, wraps
from http import HTTPStatus
from pathlib import Path
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purport.core.errors import AbsentError, InputError
from purport.core.notices import EventKind, MailPace, Notice, PushAddress, QuietHours, Wish
from purport.readers.following import (
    choose_habits,
    choose_wishes,
    follow,
    let_browser,
    renew_browser,
    stop_mails,
    unfollow,
    wishes_as_they_hold,
)
from purport.readers.pushing import vapid_keys
from purport.readers.telling import tell
from purport.store.readers.deliveries import browsers_of, remove_browser
from purport.store.readers.following import (
    Habits,
    end_reading,
    follows_of,
    habits_of,
    note_reading,
)
from purport.store.readers.telling import mark_seen, notices_of
from purport.web.apps import room
from purport.web.headlines import Headline, headline_of
from purport.web.languages import note_mail_language
from purport.web.mailing import read_stop_token

__all__ = [
    "choose",
    "follow_case",
    "let_push",
    "manifest",
    "notices",
    "reading",
    "renew_push",
    "seen",
    "stop",
    "worker",
]

PageArgs = ParamSpec("PageArgs")
_NOTICES_A_PAGE = 50
_LONGEST_BODY = 8192
_ICONS = (("icon", 192, "any"), ("icon", 512, "any"), ("maskable", 512, "maskable"))
"""Icons by name, side in pixels, and what for; drawn by scripts/make-icons."""
_KINDS: Mapping[EventKind, tuple[object, object]] = {
    EventKind.VERDICT_CHANGED: (
        gettext_lazy("A rating changed"),
        gettext_lazy("A new edition rates a claim that you follow otherwise."),
    ),
    EventKind.CORRECTION: (
        gettext_lazy("A correction"),
        gettext_lazy("Something was put right, or the case was withdrawn. Always in your list."),
    ),
    EventKind.REPLY: (
        gettext_lazy("An answer"),
        gettext_lazy("Somebody answered your comment."),
    ),
    EventKind.EVIDENCE_ACCEPTED: (
        gettext_lazy("Evidence"),
        gettext_lazy("Your evidence was decided on, or somebody's was taken over."),
    ),
    EventKind.COMMENT: (
        gettext_lazy("A comment"),
        gettext_lazy("Somebody wrote about what you follow."),
    ),
}
_PACES: Mapping[MailPace, object] = {
    MailPace.NONE: gettext_lazy("never"),
    MailPace.AT_ONCE: gettext_lazy("at once"),
    MailPace.HOURLY: gettext_lazy("once an hour"),
    MailPace.DAILY: gettext_lazy("once a day, at 8"),
}


def for_accounts(
    page: Callable[Concatenate[HttpRequest, PageArgs], HttpResponse],
) -> Callable[Concatenate[HttpRequest, PageArgs], HttpResponse]:
    """Make a page for everybody who is signed in, kept by no cache between."""

    @wraps(page)
    def entered(
        request: HttpRequest, *args: PageArgs.args, **rest: PageArgs.kwargs
    ) -> HttpResponse:
        if not request.user.is_authenticated:
            back = request.get_full_path() if request.method == "GET" else reverse("published")
            return redirect_to_login(back)
        response = page(request, *args, **rest)
        patch_cache_control(response, private=True, no_store=True)
        return response

    return entered  # type: ignore[return-value]  # Django calls it with whatever the path names


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A notice in the list."""

    notice: Notice
    """What happened."""
    headline: Headline
    """In words."""


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_accounts
def notices(request: HttpRequest) -> HttpResponse:
    """Show what a reader was told, the latest first, and what they follow."""
    before = request.GET.get("before", "")
    listed = notices_of(
        request.user.pk,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,  # noqa: PLR2004 - what a key has room for
        most=_NOTICES_A_PAGE,
    )
    now = datetime.now(UTC)
    editions = {key: room().published_case(key, now) for key in {one.event.case for one in listed}}
    shown = [
        Shown(notice=one, headline=headline_of(tell(one.event, editions[one.event.case])))
        for one in listed
    ]
    older = listed[-1].id if len(listed) == _NOTICES_A_PAGE else None
    followed = _followed(request.user.pk, now)
    return render(
        request, "readers/notices.html", {"notices": shown, "older": older, "followed": followed}
    )


def _followed(user: int, now: datetime) -> list[Mapping[str, str]]:
    """Return what somebody follows, of what is published now."""
    told: list[Mapping[str, str]] = []
    for key, claim in follows_of(user):
        edition = room().published_case(key, now)
        if edition is None or edition.document is None:
            told.append({"key": key, "claim": claim, "title": "", "claimant": ""})
            continue
        claims: list[Mapping[str, object]] = edition.document["claims"]  # type: ignore[assignment]  # JSON
        claimant = next((str(one["claimant"]) for one in claims if one["id"] == claim), "")
        title = str(edition.document["title"])
        told.append({"key": key, "claim": claim, "title": title, "claimant": claimant})
    return told


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_accounts
def seen(request: HttpRequest) -> HttpResponse:
    """Keep that a reader saw their notices."""
    mark_seen(request.user.pk, now=datetime.now(UTC))
    return redirect("notices")


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_accounts
def follow_case(request: HttpRequest, key: str) -> HttpResponse:
    """Follow a case or a claim, or follow it no more."""
    claim = request.POST.get("claim", "")
    if request.POST.get("follow") == "yes":
        follow(room(), request.user.pk, key, claim)
        note_mail_language(request.user.pk)
        messages.success(request, _("You follow it now."))
    else:
        unfollow(request.user.pk, key, claim)
        messages.success(request, _("You follow it no more."))
    if request.POST.get("from") == "notices":
        return redirect("notices")
    if claim:
        return redirect("published_claim", key, claim)
    return redirect("published_case", key)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_accounts
def reading(request: HttpRequest, key: str) -> HttpResponse:
    """Keep that a reader has a case open in front of them, and has seen what they were told of.

    Or that they have it so no more; a page that is closed without saying so counts for a minute.
    """
    if "left" in request.GET:
        end_reading(request.user.pk, key)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    now = datetime.now(UTC)
    note_reading(request.user.pk, key, now=now)
    mark_seen(request.user.pk, now=now, case=key)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_http_methods(["GET", "HEAD", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@for_accounts
def choose(request: HttpRequest) -> HttpResponse:
    """Show how a reader is told of things, and take how they want it."""
    if request.method != "POST":
        return _choices(request, None)
    user = request.user.pk
    try:
        habits = _habits(request.POST)
        choose_habits(user, habits)
        choose_wishes(user, _wishes(request.POST))
        note_mail_language(user)
    except InputError as error:
        return _choices(request, error)
    messages.success(request, _("Kept."))
    return redirect("wishes")


def _choices(request: HttpRequest, fault: InputError | None) -> HttpResponse:
    user = request.user.pk
    held, habits = wishes_as_they_hold(user), habits_of(user)
    rows = [
        {
            "kind": kind,
            "field": kind.name.lower(),
            "name": name,
            "help": text,
            "wish": held[kind],
            "always": kind is EventKind.CORRECTION,
            "paces": [
                (pace, words)
                for pace, words in _PACES.items()
                if kind is not EventKind.CORRECTION
                or pace is not MailPace.NONE
                or held[kind].mail is MailPace.NONE
            ],
        }
        for kind, (name, text) in _KINDS.items()
    ]
    quiet = habits.quiet
    shown = {
        "rows": rows,
        "zone": habits.zone,
        "zones": _zones(),
        "quiet": quiet,
        "quiet_from": _time(22 * 60 if quiet is None else quiet.from_min),
        "quiet_to": _time(7 * 60 if quiet is None else quiet.to_min),
        "browsers": browsers_of(user),
        "fault": fault,
        "mail": request.user.email,
    }
    status = HTTPStatus.OK if fault is None else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "readers/wishes.html", shown, status=status)


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """Return the names of all time zones; each is a file that is looked into."""
    return tuple(sorted(available_timezones()))


def _wishes(said: Mapping[str, str]) -> Mapping[EventKind, Wish]:
    wishes = {}
    for kind in EventKind:
        field = kind.name.lower()
        try:
            pace = MailPace(said.get(f"{field}-mail", ""))
        except ValueError as error:
            raise InputError(
                kind.value, "is to be mailed at no pace that there is", remedy="Choose one."
            ) from error
        wishes[kind] = Wish(
            in_app=f"{field}-listed" in said, mail=pace, push=f"{field}-push" in said
        )
    return wishes


def _habits(said: Mapping[str, str]) -> Habits:
    quiet = None
    if "quiet" in said:
        quiet = QuietHours(
            from_min=_minute(said.get("quiet-from", "")), to_min=_minute(said.get("quiet-to", ""))
        )
    return Habits(zone=said.get("zone", ""), quiet=quiet)


def _minute(text: str) -> int:
    hour, colon, minute = text.partition(":")
    figures = hour + minute[:2]
    if not colon or not figures.isascii() or not figures.isdigit() or len(hour) > 2:  # noqa: PLR2004 - two figures
        raise InputError("quiet hours", "are no times of a day", remedy="Write them as 22:30.")
    return int(hour) * 60 + int(minute[:2])


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@csrf_exempt  # type: ignore[untyped-decorator]  # Django ships no types; the token is the proof
@require_http_methods(["GET", "HEAD", "POST"])  # type: ignore[untyped-decorator]  # same
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop all mails to whoever holds a mail: by one POST, as mail programs send it (RFC 8058).

    A mere look at the link changes nothing, as mail scanners look at links.
    """
    user = read_stop_token(token)
    if request.method == "POST":
        stop_mails(user)
    shown = {"stopped": request.method == "POST", "publisher": settings.PURPORT_PUBLISHER}
    return render(request, "readers/stop.html", shown)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_accounts
def let_push(request: HttpRequest) -> HttpResponse:
    """Keep, or forget, the browser that asks."""
    said = _body(request)
    if "remove" in said:
        remove_browser(request.user.pk, said["remove"])
    else:
        let_browser(request.user.pk, _address(said), hosts=settings.PURPORT_PUSH_HOSTS)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@csrf_exempt  # type: ignore[untyped-decorator]  # Django ships no types; the old address is the proof
@require_POST  # type: ignore[untyped-decorator]  # same
def renew_push(request: HttpRequest) -> HttpResponse:
    """Take a browser's new address from its service worker, which knows the old one."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.get_host():
        raise AbsentError("browser", "is not known", remedy="Choose it anew in the settings.")
    said = _body(request)
    renew_browser(said.get("old", ""), _address(said), hosts=settings.PURPORT_PUSH_HOSTS)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _address(said: Mapping[str, str]) -> PushAddress:
    return PushAddress(
        endpoint=said.get("endpoint", ""), p256dh=said.get("p256dh", ""), auth=said.get("auth", "")
    )


def _body(request: HttpRequest) -> Mapping[str, str]:
    """Return the short texts that a script sent as JSON.

    Raises:
        InputError: It sent something else.
    """
    fault = InputError("browser", "sent what is no subscription", remedy="Reload the page.")
    if len(request.body) > _LONGEST_BODY:
        raise fault
    try:
        said = json.loads(request.body)
    except ValueError as error:
        raise fault from error
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise fault
    return said


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def worker(request: HttpRequest) -> HttpResponse:
    """Return the service worker that shows pushes; here, so that it serves all published pages."""
    del request
    found = finders.find("room/worker.js")
    if found is None:
        raise AbsentError("worker", "was not built", remedy="Build the pages' scripts.")
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
def manifest(request: HttpRequest) -> HttpResponse:
    """Return what lets a home screen keep the readers' pages; iOS pushes to nothing else.

    Its scope is the whole site, so that signing in does not lead out of the installed pages.
    """
    del request
    home = reverse("published")
    told = {
        "id": home,
        "name": settings.PURPORT_PUBLISHER,
        "short_name": settings.PURPORT_PUBLISHER,
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1b324a",
        "icons": [
            {
                "src": static(f"icons/{name}-{side}.png"),
                "sizes": f"{side}x{side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, side, purpose in _ICONS
        ],
    }
    body = json.dumps(told, ensure_ascii=False)
    answer = HttpResponse(body, content_type="application/manifest+json; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


def application_server_key() -> str:
    """Return the key by which browsers subscribe to this server's pushes."""
    return vapid_keys(settings.PURPORT_KEPT).application_server_key
