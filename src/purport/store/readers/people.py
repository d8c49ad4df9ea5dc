"""Readers as rows of the served database: since when, how they read, and what was found of them."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from purport.core.discussion import CommentState, EvidenceState, TrustRecord

__all__ = [
    "Reader",
    "Surroundings",
    "choose_language",
    "leave",
    "leaving_by",
    "note_mail_language",
    "reader_of",
    "shown_comments",
    "stay",
    "surroundings_of",
    "trust_record",
]

_SALT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody with an account, as a reader."""

    user: int
    """Primary key of the account."""
    name: str
    """Their name."""
    joined: datetime
    """Since when they have an account."""
    language: str
    """In which they read the pages; empty where the browser says."""
    frozen: bool
    """Whether the desk took from them the right to write."""
    salt: str
    """What makes commitments to their name unguessable; gone with the account. [hexadecimal]"""
    leaves: datetime | None
    """When their account will be removed, as they asked; None when they stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every page shows to somebody with an account, around its own content."""

    language: str
    """In which they chose to read the pages; empty where they chose none."""
    unseen: int
    """How many notices they have not seen."""
    works: bool
    """Whether they have a role in any case."""
    contributed: bool
    """Whether a case took evidence of theirs over."""
    waits: bool
    """Whether a comment of theirs waits for a moderator, in whatever case."""


def reader_of(user: int) -> Reader:
    """Return somebody as a reader; what is kept of them is made on first use."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    account = get_user_model().objects.get(pk=user)
    row, _ = ReaderRow.objects.get_or_create(
        user_id=user,
        defaults={"joined": account.date_joined, "salt": secrets.token_hex(_SALT_BYTES)},
    )
    return Reader(
        user=user,
        name=account.get_username(),
        joined=row.joined,
        language=row.language,
        frozen=row.frozen,
        salt=row.salt,
        leaves=row.leaves,
    )


def surroundings_of(user: int) -> Surroundings:
    """Return what every page shows to somebody with an account, by one question."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415 - needs Django
    from django.db.models import Count, Exists, OuterRef, Subquery  # noqa: PLC0415 - needs Django

    from purport.store.accounts.models import MembershipRow  # noqa: PLC0415 - needs Django
    from purport.store.readers.models import (  # noqa: PLC0415 - needs Django
        CommentRow,
        EvidenceRow,
        NoticeRow,
    )

    noticed = NoticeRow.objects.filter(user_id=OuterRef("pk"), listed=True, seen__isnull=True)
    unseen = noticed.order_by().values("user").annotate(all=Count("pk")).values("all")
    taken = EvidenceRow.objects.filter(author_id=OuterRef("pk"), state=EvidenceState.ACCEPTED)
    waiting = CommentRow.objects.filter(author_id=OuterRef("pk"), state=CommentState.WAITING)
    told = get_user_model().objects.filter(pk=user)
    language, all_unseen, works, contributed, waits = (
        told.annotate(
            unseen=Subquery(unseen),
            works=Exists(MembershipRow.objects.filter(user_id=OuterRef("pk"))),
            contributed=Exists(taken),
            waits=Exists(waiting),
        )
        .values_list("reader__language", "unseen", "works", "contributed", "waits")
        .get()
    )
    return Surroundings(
        language=language or "",
        unseen=all_unseen or 0,
        works=works,
        contributed=contributed,
        waits=waits,
    )


def choose_language(user: int, language: str) -> None:
    """Keep the language that somebody chose for the pages and their mails."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    reader_of(user)
    ReaderRow.objects.filter(user_id=user).update(language=language, mail_language=language)


def note_mail_language(user: int, language: str) -> None:
    """Keep in which language somebody read last; mails come in it where they chose none."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    reader_of(user)
    unchosen = ReaderRow.objects.filter(user_id=user, language="")
    unchosen.exclude(mail_language=language).update(mail_language=language)


def trust_record(user: int) -> TrustRecord:
    """Return what the desk found of somebody's work."""
    from purport.store.readers.models import (  # noqa: PLC0415 - needs Django
        CommentRow,
        EvidenceRow,
        FlagRow,
    )

    offers = EvidenceRow.objects.filter(author_id=user)
    flags = FlagRow.objects.filter(user_id=user)
    return TrustRecord(
        accepted=offers.filter(state=EvidenceState.ACCEPTED).count(),
        misleading=offers.filter(state=EvidenceState.REFUSED, misleading=True).count(),
        hidden=CommentRow.objects.filter(author_id=user, state=CommentState.HIDDEN).count(),
        flags_upheld=flags.filter(settled="upheld").count(),
        flags_dismissed=flags.filter(settled="dismissed").count(),
    )


def shown_comments(user: int) -> int:
    """Return how many comments of somebody's stand."""
    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    return int(CommentRow.objects.filter(author_id=user, state=CommentState.SHOWN).count())


def leave(user: int, when: datetime) -> None:
    """Write down when somebody's account is to be removed."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    reader_of(user)
    ReaderRow.objects.filter(user_id=user).update(leaves=when)


def stay(user: int) -> None:
    """Take back that somebody's account is to be removed."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    ReaderRow.objects.filter(user_id=user).update(leaves=None)


def leaving_by(now: datetime) -> tuple[int, ...]:
    """Return the accounts whose time to be removed has come."""
    from purport.store.readers.models import ReaderRow  # noqa: PLC0415 - needs Django

    due = ReaderRow.objects.filter(leaves__lte=now).order_by("leaves")
    return tuple(due.values_list("user_id", flat=True))
