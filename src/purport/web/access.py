"""Who may do what in a case: the one place where it is decided and enforced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from purport.casework import CaseRoom, Workspace
from purport.casework.second_look import veil_case
from purport.core.casefile import CaseFile
from purport.core.errors import AbsentError
from purport.store.accounts.ledger import role_in
from purport.web.apps import room

__all__ = ["RIGHTS", "ForbiddenError", "Right", "Role", "Visit", "enter", "for_members", "role_of"]

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


class Role(StrEnum):
    """What somebody is in a case."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.EDITOR: frozenset({Right.SEE, Right.LOOK_AGAIN, Right.JUDGE, Right.CHANGE}),
    Role.REVIEWER: frozenset({Right.SEE, Right.LOOK_AGAIN, Right.JUDGE}),
}
"""What each role may do. A stranger may do nothing, and is not told whether a case exists."""


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


def role_of(request: HttpRequest, key: str) -> Role | None:
    """Return what somebody is in a case; None for a stranger. The room's owner owns every case."""
    if not request.user.is_authenticated:
        return None
    if request.user.is_superuser:
        return Role.OWNER
    role = role_in(key, request.user.pk)
    return None if role is None else Role(role)


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
