"""Comments: written, answered, flagged, taken back, and looked after by moderators."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from purport.core.digests import JsonObject
from purport.core.discussion import (
    Anchor,
    AnchorKind,
    Comment,
    CommentState,
    FlagKind,
    ModerationAction,
)
from purport.core.errors import AbsentError, ConflictError, InputError
from purport.readers.announcing import announce_comment
from purport.readers.moderating import Author, Draft, Outcome, Rules, hides, judge
from purport.readers.plain import Covering, shown_words
from purport.readers.standing import flag_weight, standing_of
from purport.store.readers import as_one, people
from purport.store.readers import comments as rows

__all__ = [
    "THREADS_A_PAGE",
    "ShownComment",
    "ShownPage",
    "Wish",
    "Writer",
    "anchor_in",
    "close_discussion",
    "covering_of",
    "flag_comment",
    "moderate_comment",
    "post_comment",
    "show_comment",
    "show_threads",
    "show_waiting",
    "take_back",
]

THREADS_A_PAGE = 20
"""Threads on one page of a discussion."""
_DEEPEST = 3
_LONGEST_REASON = 500
_LONGEST_NOTE = 500
_SETTLING: Mapping[ModerationAction, tuple[frozenset[CommentState], CommentState, bool | None]] = {
    ModerationAction.APPROVED: (
        frozenset({CommentState.WAITING, CommentState.SHOWN}),
        CommentState.SHOWN,
        False,
    ),
    ModerationAction.HIDDEN: (
        frozenset({CommentState.WAITING, CommentState.SHOWN}),
        CommentState.HIDDEN,
        True,
    ),
    ModerationAction.RESTORED: (frozenset({CommentState.HIDDEN}), CommentState.SHOWN, None),
}
"""From which states an action leads to which, and whether flags were right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes."""

    user: int
    """Primary key of the account."""
    language: str
    """In which they read the pages."""
    moderates: bool = False
    """Whether they moderate the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A comment that somebody wants to make."""

    body: str
    """Its words."""
    anchor: Anchor
    """What it is about."""
    parent: str | None = None
    """The comment that it answers; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComment:
    """A comment as somebody sees it."""

    id: str
    """Its identifier."""
    parent: str | None
    """The comment that it answers; None for none."""
    depth: int
    """How far it is moved in, from 0."""
    name: str
    """Who wrote it; empty when the account was removed."""
    own: bool
    """Whether whoever looks wrote it."""
    state: CommentState
    """How it stands."""
    html: str
    """Its words, safe to show, with covered positions; empty when it is hidden or deleted."""
    reason: str
    """Why it is hidden; empty else."""
    anchor: Anchor
    """What it is about; the place of a point is left out while positions are covered."""
    featured: bool
    """Whether the desk points at it."""
    created: datetime
    """When it was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    """A page of a discussion as anybody sees it."""

    comments: tuple[ShownComment, ...]
    """The comments, threads one after the other."""
    page: int
    """Which page it is, from 1."""
    pages: int
    """How many there are."""
    total: int
    """How many comments there are in all."""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the pages."""
        return tuple(range(1, self.pages + 1))


def covering_of(document: JsonObject, names: Sequence[str] = ()) -> Covering:
    """Return what is covered in the words of a case's readers.

    Args:
        document: What readers see of the case at this moment, from `readers_view`.
        names: Names and addresses of uploaders that the edition keeps back.
    """
    return Covering(
        withheld=bool(document["positions_withheld"]),
        blurred=bool(document["positions_blurred"]),
        names=tuple(names),
    )


def anchor_in(document: JsonObject, anchor: Anchor) -> Anchor:
    """Check that what a comment is about is in the published case.

    Raises:
        InputError: It is not, or its time or place is impossible.
    """
    told: Any = document  # JSON
    items = {one["sha256"]: one for one in told["items"]}
    claims = {one["id"] for one in told["claims"]}
    faults = {
        AnchorKind.CASE: None,
        AnchorKind.CLAIM: None if anchor.claim in claims else "there is no such published claim",
        AnchorKind.FRAME: None if anchor.item in items else "there is no such published item",
        AnchorKind.POINT: _fault_of_point(anchor),
    }
    fault = faults[anchor.kind]
    if anchor.kind is AnchorKind.FRAME and fault is None:
        fault = _fault_of_time(anchor.time_s, items[anchor.item]["duration_s"])
    if fault is not None:
        raise InputError(f"{anchor.kind.value}", fault, remedy="Choose it on the case's page.")
    return anchor


def post_comment(
    case: str, wish: Wish, writer: Writer, *, unnamed: Sequence[str], now: datetime
) -> Comment:
    """Take a comment, once the steps of moderation have looked at it.

    Args:
        case: Key of the case.
        wish: The comment.
        writer: Who writes.
        unnamed: Names that the case keeps back.
        now: The moment.

    Returns:
        The comment as it was stored: it may wait for a moderator.

    Raises:
        InputError: A step refused it, and says why; or the author may not write.
        AbsentError: What it answers is not there.
        ConflictError: What it answers does not stand any more.
    """
    parent = None if wish.parent is None else _answered(case, wish.parent)
    anchor = wish.anchor if parent is None else parent.anchor
    reader = people.reader_of(writer.user)
    if reader.frozen:
        raise InputError(
            "comment", "you may not write at present", remedy="Ask the desk why, by mail."
        )
    draft = Draft(
        body=wish.body,
        language=writer.language,
        anchor=wish.anchor,
        author=Author(
            joined=reader.joined,
            standing=standing_of(people.trust_record(writer.user)),
            shown=people.shown_comments(writer.user),
            moderates=writer.moderates,
            recent=rows.recent_by(writer.user, now),
        ),
        others=rows.recent_in(case, writer.user, now),
        now=now,
    )
    judgement = judge(draft, _rules(case, unnamed))
    if judgement.outcome is Outcome.REFUSE:
        raise InputError("comment", judgement.why, remedy="Nothing of it is lost: change it here.")
    identifier = uuid4().hex
    held = judgement.outcome is Outcome.HOLD
    comment = Comment(
        id=identifier,
        case=case,
        author=writer.user,
        name=reader.name,
        parent=None if parent is None else parent.id,
        thread=identifier if parent is None else parent.thread,
        anchor=anchor,
        body=wish.body,
        state=CommentState.WAITING if held else CommentState.SHOWN,
        held_by=judgement.steps,
        reason="",
        featured=False,
        created=now,
    )
    with as_one():
        rows.add_comment(comment)
        announce_comment(comment, answered=None if parent is None else parent.author)
    return comment


def take_back(identifier: str, user: int, now: datetime) -> None:
    """Take one's own comment back: its words are gone, its place is kept for the answers to it.

    Raises:
        AbsentError: There is no such comment of theirs.
    """
    comment = rows.comment_of(identifier)
    if comment.author != user or comment.state is CommentState.DELETED:
        raise AbsentError(identifier, "is no comment of yours", remedy="Look at the case again.")
    rows.change_comment(identifier, now, state=CommentState.DELETED, body="", reason="")


def flag_comment(  # noqa: PLR0917 - who says what of which
    identifier: str, user: int, kind: FlagKind, note: str, now: datetime
) -> None:
    """Say that a comment should not stand; enough flags hide it until a moderator has looked.

    Raises:
        AbsentError: There is no such comment.
        InputError: It is one's own, or the note is too long.
    """
    comment = rows.comment_of(identifier)
    if comment.state is not CommentState.SHOWN:
        raise AbsentError(identifier, "is not shown", remedy="There is nothing to flag.")
    if comment.author == user:
        raise InputError("flag", "the comment is your own", remedy="Take it back instead.")
    if len(note) > _LONGEST_NOTE:
        raise InputError(
            "flag", f"{len(note)} characters are too many", remedy=f"Use {_LONGEST_NOTE} at most."
        )
    weight = flag_weight(standing_of(people.trust_record(user)))
    if hides(rows.add_flag(identifier, user, kind, note.strip(), weight, now)):
        rows.change_comment(identifier, now, state=CommentState.WAITING, held_by="flags")


def moderate_comment(  # noqa: PLR0917 - who does what to which, and why
    identifier: str, action: ModerationAction, reason: str, moderator: str, now: datetime
) -> Comment:
    """Show, hide or point at a comment; its words are never changed, and the log is public.

    Raises:
        AbsentError: There is no such comment.
        InputError: No reason is given to hide it, or it is too long.
        ConflictError: It stands otherwise by now.
    """
    reason = reason.strip()
    if action in {ModerationAction.HIDDEN, ModerationAction.RESTORED} and not reason:
        raise InputError("reason", "is empty", remedy="Say why; readers see it in the log.")
    if len(reason) > _LONGEST_REASON:
        raise InputError(
            "reason",
            f"has {len(reason)} characters",
            remedy=f"Use {_LONGEST_REASON} at most.",
        )
    with as_one():
        changed = _moderated(identifier, action, reason, now)
        rows.log_moderation(changed.case, identifier, action, reason, moderator, now)
        if action is ModerationAction.APPROVED:
            above = None if changed.parent is None else rows.comment_of(changed.parent)
            announce_comment(changed, answered=None if above is None else above.author)
    return changed


def _moderated(identifier: str, action: ModerationAction, reason: str, now: datetime) -> Comment:
    comment = rows.comment_of(identifier)
    if action in _SETTLING:
        before, state, upheld = _SETTLING[action]
        _require_state(comment, before)
        hidden = reason if state is CommentState.HIDDEN else ""
        rows.change_comment(identifier, now, state=state, held_by="", reason=hidden)
        if upheld is not None:
            rows.settle_flags(identifier, upheld=upheld)
    else:
        _require_state(comment, frozenset({CommentState.SHOWN}))
        rows.change_comment(identifier, now, featured=action is ModerationAction.FEATURED)
    return rows.comment_of(identifier)


def close_discussion(
    case: str, *, closed: bool, reason: str, moderator: str, now: datetime
) -> None:
    """End the discussion of a case, or begin it again; the log says why.

    Raises:
        InputError: No reason is given to end it, or it is too long.
    """
    reason = reason.strip()
    if closed and not reason:
        raise InputError("reason", "is empty", remedy="Say why; readers are told.")
    if len(reason) > _LONGEST_REASON:
        raise InputError("reason", "is too long", remedy=f"Use {_LONGEST_REASON} at most.")
    rows.set_forum(case, rows.Forum(closed=closed, reason=reason if closed else ""))
    action = ModerationAction.CLOSED if closed else ModerationAction.OPENED
    rows.log_moderation(case, "", action, reason, moderator, now)


def show_threads(
    case: str, covering: Covering, *, page: int = 1, claim: str | None = None
) -> ShownPage:
    """Return a page of a discussion as anybody sees it.

    Args:
        case: Key of the case.
        covering: What may not be told.
        page: Which page, from 1.
        claim: Of threads about one claim alone; None for all.
    """
    found = rows.list_threads(case, page, THREADS_A_PAGE, claim=claim)
    shown = [
        show_comment(one, covering, depth=depth)
        for thread in found.threads
        for one, depth in _in_order(thread)
    ]
    return ShownPage(
        comments=tuple(shown), page=found.page, pages=found.pages, total=found.comments
    )


def show_waiting(case: str, covering: Covering, user: int) -> tuple[ShownComment, ...]:
    """Return the comments of somebody that wait for a moderator, as they see them."""
    return tuple(show_comment(one, covering, viewer=user) for one in rows.waiting_of(case, user))


def show_comment(
    comment: Comment, covering: Covering, *, viewer: int | None = None, depth: int = 0
) -> ShownComment:
    """Return a comment as somebody sees it.

    Args:
        comment: The comment.
        covering: What may not be told.
        viewer: Account of whoever looks; None for anybody.
        depth: How far it is moved in.
    """
    own = viewer is not None and comment.author == viewer
    seen = comment.state is CommentState.SHOWN or (own and comment.state is CommentState.WAITING)
    anchor = comment.anchor
    if covering.covers_positions and anchor.kind is AnchorKind.POINT:
        anchor = replace(anchor, longitude=None, latitude=None)
    return ShownComment(
        id=comment.id,
        parent=comment.parent,
        depth=depth,
        name=comment.name if comment.state is not CommentState.DELETED else "",
        own=own,
        state=comment.state,
        html=shown_words(comment.body, covering) if seen else "",
        reason=covering(comment.reason),
        anchor=anchor,
        featured=comment.featured and comment.state is CommentState.SHOWN,
        created=comment.created,
    )


def _in_order(thread: Sequence[Comment]) -> Iterable[tuple[Comment, int]]:
    """Return a thread as it is read: answers below what they answer, moved in."""
    below: dict[str | None, list[Comment]] = {}
    known = {one.id for one in thread}
    for one in thread:
        below.setdefault(one.parent if one.parent in known else None, []).append(one)
    waiting = [(one, 0) for one in reversed(below.get(None, []))]
    while waiting:
        one, depth = waiting.pop()
        yield one, min(depth, _DEEPEST)
        waiting += [(answer, depth + 1) for answer in reversed(below.get(one.id, []))]


def _answered(case: str, identifier: str) -> Comment:
    parent = rows.comment_of(identifier)
    if parent.case != case:
        raise AbsentError(identifier, "is no comment of this case", remedy="Look at it again.")
    if parent.state is not CommentState.SHOWN:
        raise ConflictError(
            "comment", "what you answer is not shown any more", remedy="Write a comment of its own."
        )
    return parent


def _require_state(comment: Comment, wanted: frozenset[CommentState]) -> None:
    if comment.state not in wanted:
        raise ConflictError(
            "comment", f"is {comment.state.value} by now", remedy="Look at the queue again."
        )


def _rules(case: str, unnamed: Sequence[str]) -> Rules:
    forum = rows.forum_of(case)
    listed: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for word in rows.words():
        listed[word.banned].setdefault(word.language, set()).add(word.word)
    banned, suspect = (
        {language: frozenset(some) for language, some in listed[kind].items()}
        for kind in (True, False)
    )
    return Rules(
        closed=forum.reason if forum.closed else None,
        banned=banned,
        suspect=suspect,
        unnamed=tuple(unnamed),
    )


def _fault_of_point(anchor: Anchor) -> str | None:
    longitude, latitude = anchor.longitude, anchor.latitude
    if longitude is None or latitude is None:
        return "it has no place"
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):  # noqa: PLR2004 - the whole Earth
        return "it is not on the Earth"
    return None


def _fault_of_time(time_s: float | None, duration_s: object) -> str | None:
    if time_s is None:
        return "it has no time"
    longest = float(duration_s) if isinstance(duration_s, int | float) else float("inf")
    return None if 0 <= time_s <= longest else "that time is not in the item"
