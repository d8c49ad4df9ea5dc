"""Everything that the served database holds of somebody, and its removal."""

import json
from typing import Any

from purport.core.digests import JsonObject
from purport.core.discussion import CommentState, EvidenceState
from purport.core.errors import InputError

__all__ = ["everything_of", "remove_account", "require_free_to_leave"]


def everything_of(user: int) -> JsonObject:
    """Return everything that is kept of somebody, table by table, as JSON values."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django

    account = get_user_model().objects.get(pk=user)
    told: dict[str, Any] = {
        "account": {
            "name": account.get_username(),
            "email": account.email,
            "joined": account.date_joined.isoformat(),
            "last_sign_in": None if account.last_login is None else account.last_login.isoformat(),
        }
    }
    for name, rows, hidden in _tables(user):
        told[name] = [_plain(row, hidden) for row in rows]
    return told


def require_free_to_leave(user: int) -> None:
    """Check that nothing would be left without an owner.

    Raises:
        InputError: They own the room, or are the only owner of a case.
    """
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django

    if get_user_model().objects.get(pk=user).is_superuser:
        raise InputError(
            "account", "owns this room", remedy="Have the room served for another owner first."
        )
    owned = MembershipRow.objects.filter(user_id=user, role="owner").values_list("case", flat=True)
    for case in owned:
        if not MembershipRow.objects.filter(case=case, role="owner").exclude(user_id=user).exists():
            raise InputError(
                "account",
                "is the only owner of a case",
                remedy="Make somebody else an owner of it first.",
            )


def remove_account(user: int) -> None:
    """Remove somebody with all that is kept of them.

    Their comments lose their words and keep their place for the answers to them. Evidence that a
    case took over stays, without its author and without the salt by which its commitment opens.
    """
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django
    from django.db import transaction  # noqa: PLC0415 - needs Django
    from django.utils.timezone import now  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import (  # noqa: PLC0415 - needs Django
        ChangeRow,
        CommentRow,
        EvidenceRow,
    )

    with transaction.atomic():
        comments = CommentRow.objects.filter(author_id=user)
        ChangeRow.objects.bulk_create(
            ChangeRow(case_id=case, comment=comment, created=now())
            for case, comment in comments.values_list("case", "pk")
        )
        comments.update(body="", state=CommentState.DELETED, reason="", author=None)
        offers = EvidenceRow.objects.filter(author_id=user)
        offers.filter(state=EvidenceState.ACCEPTED).update(author=None, opening="", credited=False)
        offers.exclude(state=EvidenceState.ACCEPTED).delete()
        get_user_model().objects.get(pk=user).delete()


def _tables(user: int) -> list[tuple[str, Any, frozenset[str]]]:
    """Return the tables that hold something of somebody: name, rows, and columns kept back."""
    from allauth.account.models import EmailAddress  # noqa: PLC0415 - needs Django
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - needs Django
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django
    from purport.store.readers import models  # noqa: PLC0415 - needs Django

    nothing: frozenset[str] = frozenset()
    secret = frozenset({"data"})
    of_user = {"user_id": user}
    return [
        ("addresses", EmailAddress.objects.filter(**of_user), nothing),
        ("sessions", UserSession.objects.filter(**of_user), frozenset({"session_key", "data"})),
        ("second_factors", Authenticator.objects.filter(**of_user), secret),
        ("roles", MembershipRow.objects.filter(**of_user), nothing),
        ("reader", models.ReaderRow.objects.filter(**of_user), nothing),
        ("comments", models.CommentRow.objects.filter(author_id=user), nothing),
        ("flags", models.FlagRow.objects.filter(**of_user), nothing),
        ("evidence", models.EvidenceRow.objects.filter(author_id=user), frozenset({"decided_by"})),
        ("follows", models.FollowRow.objects.filter(**of_user), nothing),
        ("open_pages", models.ReadingRow.objects.filter(**of_user), nothing),
        ("wishes", models.WishRow.objects.filter(**of_user), nothing),
        ("notices", models.NoticeRow.objects.filter(**of_user), nothing),
        ("browsers", models.PushRow.objects.filter(**of_user), nothing),
        ("deliveries", models.DeliveryRow.objects.filter(**of_user), nothing),
    ]


def _plain(row: Any, hidden: frozenset[str]) -> dict[str, Any]:  # noqa: ANN401 - Django ships no types
    told = {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields  # noqa: SLF001 - Django's own way
        if column.attname not in hidden
    }
    plain: dict[str, Any] = json.loads(json.dumps(told, default=str, ensure_ascii=False))
    return plain
