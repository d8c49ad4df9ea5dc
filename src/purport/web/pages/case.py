"""A case at a glance, its history, and who works in it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purport.casework.finding import ITEMS_A_PAGE
from purport.casework.glance import CaseFront, items_page
from purport.casework.history import case_history
from purport.core.digests import canonical_json
from purport.core.errors import InputError
from purport.core.ratings import Rating
from purport.reports import CaseIndex, view_claims
from purport.store.accounts.ledger import invite, members_of, remove_member, set_role
from purport.web.access import GIVEN_ROLES, Right, Role, Visit, for_members

__all__ = ["case", "history", "member", "people"]

_SETTLED = frozenset({Rating.SUPPORTED, Rating.CONTRADICTED, Rating.NOT_CHECKABLE})
_MOST_QUESTIONS = 12
_EVENTS_A_PAGE = 50
_LONGEST_SEARCH = 200
_PAGE_DIGITS = 6
_MAY = {
    Role.OWNER: gettext_lazy("all that an editor does, and says who works in the case"),
    Role.EDITOR: gettext_lazy("adds, marks, corrects, judges, runs checks, asks for editions"),
    Role.REVIEWER: gettext_lazy("confirms or replaces ratings, publishes editions of others"),
    Role.MODERATOR: gettext_lazy("looks after what readers write, and sees nothing else"),
}
"""What somebody may do by a role, as those are told who invite to it."""


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def case(visit: Visit) -> HttpResponse:
    """Show a case: a page of its footage, claims with their ratings, and what is open."""
    front = visit.front()
    wanted = " ".join(visit.request.GET.get("q", "").split())[:_LONGEST_SEARCH]
    shown = {
        "visit": visit,
        "case": front.file,
        "tab": "case",
        "page": items_page(visit.workspace(), wanted, number=_page_number(visit)),
        "items": front.items,
        "pages": max(1, -(-front.items // ITEMS_A_PAGE)),
        "wanted": wanted,
        "claims": view_claims(front.file, CaseIndex.of(front.file)),
        "questions": _open_questions(front),
        "checked": front.tally.outcomes > 0,
    }
    return render(visit.request, "room/case.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def history(visit: Visit) -> HttpResponse:
    """Show all that was done, in words, the last at the top; by kind, by who, and about what."""
    file = visit.outline()
    asked = {name: visit.request.GET.get(name, "") for name in ("kind", "who", "about")}
    events = [
        event
        for event in file.custody[::-1]
        if asked["kind"] in {"", event.kind}
        and asked["who"] in {"", event.agent}
        and (not asked["about"] or asked["about"] in canonical_json(event.details))
    ]
    page = Paginator(events, _EVENTS_A_PAGE).get_page(visit.request.GET.get("page"))
    shown = {
        "visit": visit,
        "case": file,
        "tab": "history",
        "page": page,
        "events": case_history(visit.workspace(), list(page)),
        "asked": asked,
        "kinds": sorted({event.kind for event in file.custody}),
        "people": sorted({event.agent for event in file.custody}),
        "about_claims": [(claim.id, claim.claimant) for claim in file.claims],
    }
    return render(visit.request, "room/history.html", shown)


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def people(visit: Visit) -> HttpResponse:
    """Show who works in a case; make a link that lets somebody in."""
    link = None
    if visit.request.method == "POST":
        visit.require(Right.MANAGE)
        role = _role(visit.request.POST.get("role", ""))
        token = invite(visit.key, role=role, invited_by=visit.agent)
        link = visit.request.build_absolute_uri(reverse("enter", args=[token]))
    shown = {
        "visit": visit,
        "case": visit.front().file,
        "tab": "people",
        "members": members_of(visit.key),
        "roles": [role.value for role in GIVEN_ROLES],
        "usual_role": Role.REVIEWER.value,
        "meanings": [(role.value, _MAY[role]) for role in GIVEN_ROLES],
        "may_manage": visit.may(Right.MANAGE),
        "link": link,
    }
    return render(visit.request, "room/people.html", shown)


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.MANAGE)
def member(visit: Visit, user: int) -> HttpResponse:
    """Change somebody's role, or take it away; a case always keeps an owner."""
    chosen = visit.request.POST.get("role", "")
    owners = [one.user for one in members_of(visit.key) if one.role == Role.OWNER]
    if owners == [user] and chosen != Role.OWNER:
        raise InputError(
            "role", "the case would have no owner", remedy="Make somebody else an owner first."
        )
    if user not in [one.user for one in members_of(visit.key)]:
        raise InputError("member", "does not work in this case", remedy="Invite them.")
    if chosen:
        set_role(visit.key, user, _role(chosen))
    else:
        remove_member(visit.key, user)
    messages.success(visit.request, _("Changed."))
    return redirect("people", visit.key)


def _role(text: str) -> Role:
    role = next((one for one in GIVEN_ROLES if one == text), None)
    if role is None:
        raise InputError(
            "role",
            f"{text!r} is none that is given",
            remedy="Choose owner, editor, reviewer or moderator.",
        )
    return role


def _page_number(visit: Visit) -> int:
    asked = visit.request.GET.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= _PAGE_DIGITS else 1


def _open_questions(front: CaseFront) -> tuple[str, ...]:
    """Return what would settle the parts that are not settled, each once."""
    wanted = (
        question
        for verdict in front.file.verdicts
        if verdict.rating not in _SETTLED
        for question in verdict.would_change
    )
    return tuple(dict.fromkeys((*wanted, *front.lacking)))[:_MOST_QUESTIONS]
