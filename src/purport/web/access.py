"""Who may do what in a case: the one place where it is decided and enforced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from purport.casework import CaseRoom, Workspace
from purport.casework.glance import CaseFront
from purport.casework.publishing import ReadersEdition
from purport.casework.second_look import veil_case
from purport.core.casefile import CaseFile
from purport.core.digests import JsonObject
from purport.core.errors import AbsentError
from purport.readers.discussing import covering_of
from purport.readers.plain import Covering
from purport.store.accounts.ledger import cases_of, role_in
from purport.web.apps import room
from purport.web.signed_in import signed_in

__all__ = [
    "GIVEN_ROLES",
    "RIGHTS",
    "ForbiddenError",
    "Reading",
    "Right",
    "Role",
    "Visit",
    "enter",
    "for_members",
    "for_readers",
    "keys_with",
    "read_published",
    "reading_of",
    "role_of",
]

PageArgs = ParamSpec("PageArgs")


class Right(StrEnum):
    """What somebody may do in a case."""

    SEE = "see"
    """Look at everything in it."""
    LOOK_AGAIN = "look_again"
    """Place points of their own without seeing those of others."""
    JUDGE = "judge"
    """Confirm or replace ratings."""
    CHANGE = "change"
    """Add material, run checks, place marks, correct claims, link findings."""
    MANAGE = "manage"
    """Say who works in it."""
    MODERATE = "moderate"
    """Look after what readers write: show it, hide it, end the discussion."""
    WRITE = "write"
    """Comment, flag and offer evidence once the case is published."""


class Role(StrEnum):
    """What somebody is in a case, or to it once it is published."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    CONTRIBUTOR = "contributor"
    READER = "reader"


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.EDITOR: frozenset({Right.SEE, Right.LOOK_AGAIN, Right.JUDGE, Right.CHANGE, Right.WRITE}),
    Role.REVIEWER: frozenset({Right.SEE, Right.LOOK_AGAIN, Right.JUDGE, Right.WRITE}),
    Role.MODERATOR: frozenset({Right.MODERATE, Right.WRITE}),
    Role.CONTRIBUTOR: frozenset({Right.WRITE}),
    Role.READER: frozenset({Right.WRITE}),
}
"""What each role may do. A stranger may do nothing, and is not told whether a case exists."""
GIVEN_ROLES = (Role.OWNER, Role.EDITOR, Role.REVIEWER, Role.MODERATOR)
"""Roles that somebody is invited to; contributors and readers are so by what they did."""


class ForbiddenError(Exception):
    """Somebody who may see a case may not do this in it."""

    def __init__(self, role: Role, right: Right) -> None:
        super().__init__(role, right)
        self.role = role
        self.right = right


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at work in a case, with the right to do so."""

    request: HttpRequest
    """The request."""
    room: CaseRoom
    """The workspace."""
    key: str
    """Key of the case."""
    role: Role
    """What they are in it."""

    @property
    def agent(self) -> str:
        """Who acts, as the custody chain names it."""
        return str(self.request.user.get_username())

    def may(self, right: Right) -> bool:
        """Tell whether they may do something."""
        return right in RIGHTS[self.role]

    @property
    def may_change(self) -> bool:
        """Tell whether they may add and correct things."""
        return self.may(Right.CHANGE)

    def require(self, right: Right) -> None:
        """Check that they may do something.

        Raises:
            ForbiddenError: They may not.
        """
        if not self.may(right):
            raise ForbiddenError(self.role, right)

    def workspace(self) -> Workspace:
        """Return the case, to be worked on in their name."""
        return self.room.case(self.key, agent=self.agent)

    def case_file(self) -> CaseFile:
        """Return everything of the case as it stands, but what a second look is not to see."""
        return veil_case(self.workspace(), self.room.case_file(self.key), self.agent)

    def front(self) -> CaseFront:
        """Return the case without its footage; as `case_file`, but for what a second look hides."""
        front = self.room.front(self.key)
        return replace(front, file=veil_case(self.workspace(), front.file, self.agent))

    def item_file(self, digest: str) -> CaseFile:
        """Return the case with one item alone, but what a second look is not to see.

        Raises:
            AbsentError: The case has no such item.
        """
        file = self.room.item_file(self.key, digest)
        return veil_case(self.workspace(), file, self.agent)

    def outline(self) -> CaseFile:
        """Return the case as `case_file` does, its findings without their numbers."""
        return veil_case(self.workspace(), self.room.outline(self.key), self.agent)


def role_of(request: HttpRequest, key: str) -> Role | None:
    """Return what somebody is in a case; None for a stranger. The room's owner owns every case."""
    if not request.user.is_authenticated:
        return None
    if request.user.is_superuser:
        return Role.OWNER
    role = role_in(key, request.user.pk)
    return None if role is None else Role(role)


def keys_with(request: HttpRequest, right: Right) -> frozenset[str] | None:
    """Return the keys of the cases in which somebody has a right; None for all cases there are."""
    if request.user.is_superuser:
        return None
    roles = cases_of(request.user.pk) if request.user.is_authenticated else {}
    return frozenset(key for key, role in roles.items() if right in RIGHTS[Role(role)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Somebody at a published case: anybody, or a reader with an account."""

    request: HttpRequest
    """The request."""
    key: str
    """Key of the case."""
    edition: ReadersEdition
    """What is published."""
    document: JsonObject
    """What readers see of it at this moment."""
    role: Role | None
    """What they are to it; None for whoever is not signed in."""

    @property
    def covering(self) -> Covering:
        """Return what may not be told in words of readers."""
        return covering_of(self.document, self.edition.names)

    @property
    def user(self) -> int | None:
        """Primary key of their account; None for whoever is not signed in."""
        return self.request.user.pk if self.request.user.is_authenticated else None

    @property
    def account(self) -> int:
        """Primary key of the account of whoever is signed in."""
        return int(self.request.user.pk)

    def may(self, right: Right) -> bool:
        """Tell whether they may do something."""
        return self.role is not None and right in RIGHTS[self.role]


def read_published(request: HttpRequest, key: str) -> Reading:
    """Open a published case to anybody.

    Raises:
        AbsentError: No such case is published, or it was withdrawn.
    """
    edition = room().published_case(key, datetime.now(UTC))
    if edition is None:
        raise AbsentError(key, "no such case is published", remedy="Look at the published cases.")
    return reading_of(request, key, edition)


def reading_of(request: HttpRequest, key: str, edition: ReadersEdition) -> Reading:
    """Open a published case of which the edition is known.

    Raises:
        AbsentError: It was withdrawn.
    """
    if edition.document is None:
        raise AbsentError(key, "was withdrawn", remedy="Its page says why.")
    return Reading(
        request=request,
        key=key,
        edition=edition,
        document=edition.document,
        role=_role_as_reader(request, key),
    )


def _role_as_reader(request: HttpRequest, key: str) -> Role | None:
    reader = signed_in(request)
    if reader is None:
        return None
    given = role_of(request, key) if reader.works or request.user.is_superuser else None
    if given is not None:
        return given
    return Role.CONTRIBUTOR if reader.contributed else Role.READER


def for_readers(
    right: Right,
) -> Callable[
    [Callable[Concatenate[Reading, PageArgs], HttpResponse]],
    Callable[Concatenate[HttpRequest, str, PageArgs], HttpResponse],
]:
    """Make a page of a published case for whoever is signed in and has a right there.

    Whoever is not signed in is sent to sign in; a script is told so, as it asked for a part of a
    page that is open.
    """

    def decorate(
        page: Callable[Concatenate[Reading, PageArgs], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, str, PageArgs], HttpResponse]:
        @wraps(page)
        def entered(
            request: HttpRequest, key: str, *args: PageArgs.args, **rest: PageArgs.kwargs
        ) -> HttpResponse:
            reading = read_published(request, key)
            if reading.role is None:
                if "application/json" in request.headers.get("Accept", ""):
                    return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
                return redirect_to_login(reverse("published_case", args=[key]))
            if not reading.may(right):
                raise ForbiddenError(reading.role, right)
            response = page(reading, *args, **rest)
            patch_cache_control(response, private=True, no_store=True)
            return response

        entered.right = right  # type: ignore[attr-defined]  # read by the test of routes and roles
        return entered  # type: ignore[return-value]  # Django gives the key by its name

    return decorate


def enter(request: HttpRequest, key: str, right: Right) -> Visit:
    """Let somebody into a case.

    Raises:
        AbsentError: There is no such case, or none for them.
        ForbiddenError: They may see it, but not do this.
    """
    role = role_of(request, key)
    if role is None:
        raise AbsentError(key, "there is no such case", remedy="Look at the list of cases.")
    room().require(key)
    if right not in RIGHTS[role]:
        raise ForbiddenError(role, right)
    return Visit(request=request, room=room(), key=key, role=role)


def for_members(
    right: Right,
) -> Callable[
    [Callable[Concatenate[Visit, PageArgs], HttpResponse]],
    Callable[Concatenate[HttpRequest, str, PageArgs], HttpResponse],
]:
    """Make a page of a case: `page(visit, ...)` is called for those who have the right.

    Whoever is not signed in is sent to sign in; what a page shows is kept by no cache between.
    """

    def decorate(
        page: Callable[Concatenate[Visit, PageArgs], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, str, PageArgs], HttpResponse]:
        @wraps(page)
        def entered(
            request: HttpRequest, key: str, *args: PageArgs.args, **rest: PageArgs.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            response = page(enter(request, key, right), *args, **rest)
            if "Cache-Control" not in response:
                patch_cache_control(response, private=True, no_store=True)
            return response

        entered.right = right  # type: ignore[attr-defined]  # read by the test of routes and roles
        return entered  # type: ignore[return-value]  # Django gives the key by its name

    return decorate
