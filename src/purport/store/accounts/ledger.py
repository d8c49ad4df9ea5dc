"""Who may work in which case, and the links that let people in once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from purport.core.errors import AbsentError

__all__ = [
    "Invitation",
    "Member",
    "cases_of",
    "invite",
    "make_entrance",
    "members_of",
    "open_invitation",
    "redeem",
    "remove_member",
    "role_in",
    "set_role",
]

_TOKEN_BYTES = 32
_ENTRANCE_LASTS = timedelta(minutes=15)
_INVITATION_LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who works in a case."""

    user: int
    """Primary key of the account."""
    name: str
    """Name of the account."""
    role: str
    """"owner", "editor" or "reviewer"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a link lets somebody do."""

    user: int | None
    """Primary key of the account that it signs in; None when it invites somebody new."""
    case: str | None
    """Key of the case; None for none."""
    role: str
    """Role there; empty for none."""
    invited_by: str
    """Who invited."""


def role_in(case: str, user: int) -> str | None:
    """Return an account's role in a case; None for a stranger."""
    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django

    found = MembershipRow.objects.filter(case__key=case, user_id=user).values_list(
        "role", flat=True
    )
    role: str | None = found.first()
    return role


def cases_of(user: int) -> Mapping[str, str]:
    """Return the keys of the cases in which an account works, with its role there."""
    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django

    return dict(MembershipRow.objects.filter(user_id=user).values_list("case__key", "role"))


def members_of(case: str) -> tuple[Member, ...]:
    """Return who works in a case, by name."""
    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django

    rows = MembershipRow.objects.filter(case__key=case).select_related("user")
    return tuple(
        Member(user=row.user_id, name=row.user.get_username(), role=row.role)
        for row in rows.order_by("user__username")
    )


def set_role(case: str, user: int, role: str) -> None:
    """Give an account a role in a case, in place of any that it has."""
    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django
    from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

    row = CaseRow.objects.get(key=case)
    MembershipRow.objects.update_or_create(case=row, user_id=user, defaults={"role": role})


def remove_member(case: str, user: int) -> None:
    """Take an account's role in a case away; nothing happens when it has none."""
    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django

    MembershipRow.objects.filter(case__key=case, user_id=user).delete()


def make_entrance(user: int) -> str:
    """Return a token that signs an account in once, within a quarter of an hour."""
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import InvitationRow  # noqa: PLC0415 - needs Django

    token = secrets.token_urlsafe(_TOKEN_BYTES)
    InvitationRow.objects.create(
        token_digest=_digest(token), user_id=user, expires=now() + _ENTRANCE_LASTS
    )
    return token


def invite(case: str, *, role: str, invited_by: str) -> str:
    """Return a token that lets somebody take a role in a case once, within a week."""
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import InvitationRow  # noqa: PLC0415 - needs Django
    from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

    token = secrets.token_urlsafe(_TOKEN_BYTES)
    InvitationRow.objects.create(
        token_digest=_digest(token),
        case=CaseRow.objects.get(key=case),
        role=role,
        invited_by=invited_by,
        expires=now() + _INVITATION_LASTS,
    )
    return token


def open_invitation(token: str) -> Invitation:
    """Return what a link lets somebody do, without using it up.

    Raises:
        AbsentError: There is no such link, or it was used or is too old.
    """
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import InvitationRow  # noqa: PLC0415 - needs Django

    row = (
        InvitationRow.objects.filter(
            token_digest=_digest(token), used__isnull=True, expires__gt=now()
        )
        .select_related("case")
        .first()
    )
    if row is None:
        raise _gone()
    return Invitation(
        user=row.user_id,
        case=None if row.case is None else row.case.key,
        role=row.role,
        invited_by=row.invited_by,
    )


def redeem(token: str) -> Invitation:
    """Use a link up, and return what it lets somebody do; of two at once, one gets it.

    Raises:
        AbsentError: There is no such link, or it was used or is too old.
    """
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import InvitationRow  # noqa: PLC0415 - needs Django

    invitation = open_invitation(token)
    taken = InvitationRow.objects.filter(
        token_digest=_digest(token), used__isnull=True, expires__gt=now()
    ).update(used=now())
    if not taken:
        raise _gone()
    return invitation


def _gone() -> AbsentError:
    return AbsentError(
        "link", "was used already, or is too old", remedy="Ask for a new one, or sign in."
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
