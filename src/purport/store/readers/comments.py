"""Readers' comments, flags and the log of moderation, as rows of the served database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from purport.core.discussion import (
    Anchor,
    AnchorKind,
    Comment,
    CommentState,
    FlagKind,
    ModerationAction,
    ModerationLine,
)
from purport.core.errors import AbsentError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from purport.store.readers.models import CommentRow

__all__ = [
    "CommentPage",
    "Forum",
    "Word",
    "add_comment",
    "add_flag",
    "change_comment",
    "changes_since",
    "comment_of",
    "forget_changes",
    "forum_of",
    "last_change",
    "list_threads",
    "list_waiting",
    "log_moderation",
    "moderation_log",
    "recent_by",
    "recent_in",
    "remove_word",
    "set_forum",
    "set_word",
    "settle_flags",
    "talk_version",
    "waiting_of",
    "words",
]

_NEVER_WITHIN = timedelta(days=1)
_MOST_RECENT = 200
_MOST_CHANGES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage:
    """Some threads of a case, the latest first, each with all its answers."""

    threads: tuple[tuple[Comment, ...], ...]
    """The comments of each thread, in the order in which they were written."""
    page: int
    """Which page it is, from 1."""
    pages: int
    """How many there are."""
    comments: int
    """How many comments of the case stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """How a case is talked about."""

    closed: bool = False
    """Whether no more comments are taken."""
    reason: str = ""
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that moderators do not want, or want to look at first."""

    language: str
    """Of which language it is; "*" for any."""
    word: str
    """The word."""
    banned: bool
    """True where it is not wanted, False where it is looked at first."""


def add_comment(comment: Comment) -> None:
    """Store a comment; open pages are told of it if it is shown.

    Raises:
        AbsentError: There is no such case.
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    case = _case(comment.case)
    anchor = comment.anchor
    with transaction.atomic():
        CommentRow.objects.create(
            id=comment.id,
            case_id=case,
            author_id=comment.author,
            parent_id=comment.parent,
            thread=comment.thread,
            anchor=anchor.kind,
            claim=anchor.claim,
            item=anchor.item,
            time_s=anchor.time_s,
            longitude=anchor.longitude,
            latitude=anchor.latitude,
            body=comment.body,
            state=comment.state,
            held_by=",".join(comment.held_by),
            created=comment.created,
        )
        if comment.state is CommentState.SHOWN:
            _tell_pages(case, comment.id, comment.created)


def change_comment(identifier: str, now: datetime, **changes: object) -> None:
    """Change how a comment stands; open pages are told.

    Args:
        identifier: The comment's.
        now: The moment.
        changes: New values by field: `state`, `reason`, `featured`, `body` (to empty it).
    """
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    with transaction.atomic():
        row = CommentRow.objects.select_for_update().filter(pk=identifier).first()
        if row is None:
            raise _absent(identifier)
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(update_fields=list(changes))
        _tell_pages(row.case_id, identifier, now)


def comment_of(identifier: str) -> Comment:
    """Return a comment.

    Raises:
        AbsentError: There is none.
    """
    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    row = _joined(CommentRow.objects.filter(pk=identifier)).first()
    if row is None:
        raise _absent(identifier)
    return _read(row)


def list_threads(case: str, page: int, a_page: int, *, claim: str | None = None) -> CommentPage:
    """Return some threads of a case as anybody may see them.

    Args:
        case: Key of the case.
        page: Which page, from 1; the last one where there are fewer.
        a_page: Threads a page.
        claim: Of threads about one claim alone; None for all.
    """
    from django.db.models import Q  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    of_case = CommentRow.objects.filter(case__key=case)
    visible = of_case.filter(state__in=(CommentState.SHOWN, CommentState.HIDDEN))
    # a comment that was taken back keeps its place while somebody's answer to it stands
    kept = Q(state=CommentState.DELETED, pk__in=visible.values("thread"))
    roots = of_case.filter(parent=None).filter(
        Q(state__in=(CommentState.SHOWN, CommentState.HIDDEN)) | kept
    )
    if claim is not None:
        roots = roots.filter(claim=claim)
    pages = max(1, -(-roots.count() // a_page))
    page = min(max(page, 1), pages)
    wanted = list(
        roots.order_by("-featured", "-created", "pk").values_list("pk", flat=True)[
            (page - 1) * a_page : page * a_page
        ]
    )
    rows = (
        of_case.filter(thread__in=wanted)
        .exclude(state=CommentState.WAITING)
        .select_related("author")
        .order_by("created", "pk")
    )
    threads: dict[str, list[Comment]] = {thread: [] for thread in wanted}
    for row in rows:
        threads[row.thread].append(_read(row, case=case))
    return CommentPage(
        threads=tuple(tuple(thread) for thread in threads.values()),
        page=page,
        pages=pages,
        comments=visible.filter(state=CommentState.SHOWN).count(),
    )


def waiting_of(case: str, user: int) -> tuple[Comment, ...]:
    """Return the comments of somebody in a case that wait for a moderator, the latest first."""
    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    rows = CommentRow.objects.filter(
        case__key=case, author_id=user, state=CommentState.WAITING
    ).select_related("author")
    return tuple(_read(row, case=case) for row in rows.order_by("-created", "pk"))


def talk_version(case: str) -> tuple[int, int]:
    """Return what differs whenever a comment of a case came, went or was hidden."""
    from django.db.models import Count, Max  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import ChangeRow  # noqa: PLC0415 - needs Django

    # writers commit in any order: the count tells of one that comes in behind the last
    told = ChangeRow.objects.filter(case__key=case).aggregate(Count("pk"), Max("pk"))
    return told["pk__count"], told["pk__max"] or 0


def list_waiting(cases: Iterable[str] | None) -> tuple[Comment, ...]:
    """Return comments that wait for a moderator or are flagged, the oldest first.

    Args:
        cases: Keys of the cases; None for all.
    """
    from django.db.models import Q  # noqa: PLC0415 - needs Django

    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    rows = CommentRow.objects.all()
    if cases is not None:
        rows = rows.filter(case__key__in=list(cases))
    flagged = Q(state=CommentState.SHOWN, flags__settled="", flags__isnull=False)
    rows = rows.filter(Q(state=CommentState.WAITING) | flagged).distinct()
    return tuple(_read(row) for row in _joined(rows).order_by("created", "pk")[:_MOST_RECENT])


def recent_by(user: int, now: datetime) -> tuple[tuple[datetime, str], ...]:
    """Return when and what somebody wrote within a day, the latest first."""
    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    rows = CommentRow.objects.filter(author_id=user, created__gt=now - _NEVER_WITHIN)
    return tuple(rows.order_by("-created").values_list("created", "body")[:_MOST_RECENT])


def recent_in(case: str, user: int, now: datetime) -> tuple[str, ...]:
    """Return what others wrote of a case within a day, the latest first."""
    from purport.store.readers.models import CommentRow  # noqa: PLC0415 - needs Django

    rows = CommentRow.objects.filter(case__key=case, created__gt=now - _NEVER_WITHIN)
    others = rows.exclude(author_id=user).order_by("-created")
    return tuple(others.values_list("body", flat=True)[:_MOST_RECENT])


def add_flag(  # noqa: PLR0917 - one row, field by field
    comment: str, user: int, kind: FlagKind, note: str, weight: float, now: datetime
) -> tuple[float, ...]:
    """Store somebody's flag, in place of one that they set before.

    Returns:
        The weights of all flags of the comment that nobody answered yet.
    """
    from purport.store.readers.models import FlagRow  # noqa: PLC0415 - needs Django

    FlagRow.objects.update_or_create(
        comment_id=comment,
        user_id=user,
        defaults={"kind": kind, "note": note, "weight": weight, "created": now, "settled": ""},
    )
    rows = FlagRow.objects.filter(comment_id=comment, settled="")
    return tuple(rows.values_list("weight", flat=True))


def settle_flags(comment: str, *, upheld: bool) -> None:
    """Answer the flags of a comment: they were right, or they were not."""
    from purport.store.readers.models import FlagRow  # noqa: PLC0415 - needs Django

    settled = "upheld" if upheld else "dismissed"
    FlagRow.objects.filter(comment_id=comment, settled="").update(settled=settled)


def log_moderation(  # noqa: PLR0917 - one row, field by field
    case: str, comment: str, action: ModerationAction, reason: str, moderator: str, now: datetime
) -> None:
    """Write a line of the public log."""
    from purport.store.readers.models import ModerationRow  # noqa: PLC0415 - needs Django

    ModerationRow.objects.create(
        case_id=_case(case),
        comment=comment,
        action=action,
        reason=reason,
        moderator=moderator,
        created=now,
    )


def moderation_log(case: str) -> tuple[ModerationLine, ...]:
    """Return the public log of a case, the latest line first."""
    from purport.store.readers.models import ModerationRow  # noqa: PLC0415 - needs Django

    rows = ModerationRow.objects.filter(case__key=case).order_by("-created", "-pk")
    return tuple(
        ModerationLine(
            comment=row.comment,
            action=ModerationAction(row.action),
            reason=row.reason,
            created=row.created,
        )
        for row in rows
    )


def forum_of(case: str) -> Forum:
    """Return how a case is talked about."""
    from purport.store.readers.models import ForumRow  # noqa: PLC0415 - needs Django

    row = ForumRow.objects.filter(case__key=case).first()
    return Forum() if row is None else Forum(closed=row.closed, reason=row.reason)


def set_forum(case: str, forum: Forum) -> None:
    """Say how a case is talked about."""
    from purport.store.readers.models import ForumRow  # noqa: PLC0415 - needs Django

    ForumRow.objects.update_or_create(
        case_id=_case(case), defaults={"closed": forum.closed, "reason": forum.reason}
    )


def words() -> tuple[Word, ...]:
    """Return the words that moderators do not want or look at first, by language."""
    from purport.store.readers.models import WordRow  # noqa: PLC0415 - needs Django

    rows = WordRow.objects.order_by("language", "word")
    return tuple(Word(language=row.language, word=row.word, banned=row.banned) for row in rows)


def set_word(word: Word) -> None:
    """Add a word, or say otherwise of one that is there."""
    from purport.store.readers.models import WordRow  # noqa: PLC0415 - needs Django

    WordRow.objects.update_or_create(
        language=word.language, word=word.word, defaults={"banned": word.banned}
    )


def remove_word(language: str, word: str) -> None:
    """Take a word from the list; nothing happens when it is not on it."""
    from purport.store.readers.models import WordRow  # noqa: PLC0415 - needs Django

    WordRow.objects.filter(language=language, word=word).delete()


def last_change() -> int:
    """Return the number of the last change of any comment; 0 for none."""
    from purport.store.readers.models import ChangeRow  # noqa: PLC0415 - needs Django

    last: int | None = ChangeRow.objects.order_by("-pk").values_list("pk", flat=True).first()
    return last or 0


def changes_since(number: int) -> tuple[tuple[int, str, str], ...]:
    """Return number, case and comment of the changes after one, in order.

    Writers commit in any order: ask from a little before what was seen, and pass over what was.
    """
    from purport.store.readers.models import ChangeRow  # noqa: PLC0415 - needs Django

    rows = ChangeRow.objects.filter(pk__gt=number).order_by("pk")
    return tuple(rows.values_list("pk", "case__key", "comment")[:_MOST_CHANGES])


def forget_changes(before: datetime) -> None:
    """Forget changes of which every open page has heard."""
    from purport.store.readers.models import ChangeRow  # noqa: PLC0415 - needs Django

    ChangeRow.objects.filter(created__lt=before).delete()


def _tell_pages(case: int, comment: str, now: datetime) -> None:
    from purport.store.readers.models import ChangeRow  # noqa: PLC0415 - needs Django

    ChangeRow.objects.create(case_id=case, comment=comment, created=now)


def _joined(rows: "QuerySet[CommentRow]") -> Any:  # noqa: ANN401 - Django ships no types
    from django.db.models import Count, Q  # noqa: PLC0415 - needs Django

    open_flags = Count("flags", filter=Q(flags__settled=""), distinct=True)
    return rows.select_related("case", "author").annotate(open_flags=open_flags)


def _case(key: str) -> int:
    from purport.store.models import CaseRow  # noqa: PLC0415 - needs Django

    found: int | None = CaseRow.objects.filter(key=key).values_list("pk", flat=True).first()
    if found is None:
        raise AbsentError(key, "there is no such case", remedy="Look at the published cases.")
    return found


def _absent(identifier: str) -> AbsentError:
    return AbsentError(identifier, "there is no such comment", remedy="Look at the case again.")


def _read(row: Any, case: str | None = None) -> Comment:  # noqa: ANN401 - Django ships no types
    return Comment(
        id=row.pk,
        case=case or row.case.key,
        author=row.author_id,
        name="" if row.author is None else row.author.get_username(),
        parent=row.parent_id,
        thread=row.thread,
        anchor=Anchor(
            kind=AnchorKind(row.anchor),
            claim=row.claim,
            item=row.item,
            time_s=row.time_s,
            longitude=row.longitude,
            latitude=row.latitude,
        ),
        body=row.body,
        state=CommentState(row.state),
        held_by=tuple(filter(None, row.held_by.split(","))),
        reason=row.reason,
        featured=row.featured,
        created=row.created,
        flags=getattr(row, "open_flags", 0),
    )
