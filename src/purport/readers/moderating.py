"""May a comment stand? Small steps, asked in order, each of which passes, holds or refuses it.

The steps are pure: all that they look at is in the draft and the rules.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from purport.core.discussion import Anchor, AnchorKind
from purport.readers.plain import compared_words, fold, links_in, plain_words
from purport.readers.standing import Standing
from purport.reports.published import cover_positions

__all__ = [
    "FLAGS_THAT_HIDE",
    "MOST_CHARACTERS",
    "STEPS",
    "Author",
    "Draft",
    "Judgement",
    "Outcome",
    "Rules",
    "carries_position",
    "hides",
    "judge",
]

MOST_CHARACTERS = 5000
"""Longest comment. [characters]"""
FLAGS_THAT_HIDE = 3.0
"""Flags, weighted by who flags, after which a comment waits for a moderator."""
_MOST_LINKS = 4
_NEW_FOR = timedelta(hours=24)
_PAUSE = timedelta(seconds=5)
_HOUR = timedelta(hours=1)
_MOST_AN_HOUR: Mapping[Standing, int] = {
    Standing.WATCHED: 3,
    Standing.USUAL: 20,
    Standing.TRUSTED: 60,
}
_NEWCOMERS_AN_HOUR = 5
_REPEATED_WITHIN = timedelta(days=1)
_LONG_ENOUGH_TO_COPY = 40


class Outcome(StrEnum):
    """What a step says of a comment."""

    PASS = "pass"  # noqa: S105 - no password
    """Nothing against it."""
    HOLD = "hold"
    """A moderator is to look first."""
    REFUSE = "refuse"
    """It is not taken; its author is told why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes, as far as it matters here."""

    joined: datetime
    """Since when they have an account."""
    standing: Standing
    """How far they are trusted."""
    shown: int
    """How many comments of theirs a moderator or time has let stand."""
    moderates: bool
    """Whether they moderate this case themselves."""
    recent: tuple[tuple[datetime, str], ...]
    """When and what they wrote within a day, anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for a case's discussion."""

    closed: str | None = None
    """Why it is closed; None when it is open."""
    banned: Mapping[str, frozenset[str]] | None = None
    """Words that are not wanted, by language."""
    suspect: Mapping[str, frozenset[str]] | None = None
    """Words that a moderator looks at first, by language."""
    unnamed: tuple[str, ...] = ()
    """Names that the case keeps back: of uploaders, their sites and addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A comment that somebody wants to make."""

    body: str
    """Its words."""
    language: str
    """In which the author reads the pages."""
    anchor: Anchor
    """What it is about."""
    author: Author
    """Who writes."""
    others: tuple[str, ...]
    """What others wrote of this case within a day."""
    now: datetime
    """The moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a step, or all of them, say of a comment."""

    outcome: Outcome
    """What is to become of it."""
    steps: tuple[str, ...] = ()
    """Which steps held or refused it."""
    why: str = ""
    """What its author is told when it is refused."""


Step: TypeAlias = Callable[[Draft, Rules], Judgement]
_PASSED = Judgement(outcome=Outcome.PASS)


def judge(draft: Draft, rules: Rules) -> Judgement:
    """Ask all steps, in order; the first that refuses ends it, and all that hold are named.

    Args:
        draft: The comment.
        rules: What holds for the case.
    """
    held: list[str] = []
    for name, step in STEPS:
        said = step(draft, rules)
        if said.outcome is Outcome.REFUSE:
            return Judgement(outcome=Outcome.REFUSE, steps=(name,), why=said.why)
        if said.outcome is Outcome.HOLD:
            held.append(name)
    if held and not draft.author.moderates:
        return Judgement(outcome=Outcome.HOLD, steps=tuple(held))
    return _PASSED


def hides(weights: Sequence[float]) -> bool:
    """Tell whether flags, weighted by who flags, are enough for a comment to wait."""
    return sum(weights) >= FLAGS_THAT_HIDE


def carries_position(body: str, anchor: Anchor) -> bool:
    """Tell whether a comment tells a position on the ground, in words, links or as its place."""
    words = plain_words(body)
    return anchor.kind is AnchorKind.POINT or cover_positions(words) != words


def _length(draft: Draft, rules: Rules) -> Judgement:
    del rules
    if not plain_words(draft.body):
        return _refuse("There is nothing in it.")
    if len(draft.body) > MOST_CHARACTERS:
        return _refuse(
            f"It has {len(draft.body)} characters, and {MOST_CHARACTERS} is the most; shorten it."
        )
    return _PASSED


def _closed(draft: Draft, rules: Rules) -> Judgement:
    del draft
    if rules.closed is None:
        return _PASSED
    return _refuse(f"The discussion of this case is closed. {rules.closed}".strip())


def _flood(draft: Draft, rules: Rules) -> Judgement:
    del rules
    author, now = draft.author, draft.now
    if author.moderates:
        return _PASSED
    times = [when for when, _ in author.recent]
    if times and now - max(times) < _PAUSE:
        return _refuse("That was very quick; wait a few seconds and send it again.")
    most = _NEWCOMERS_AN_HOUR if _is_new(draft) else _MOST_AN_HOUR[author.standing]
    if sum(now - when < _HOUR for when in times) >= most:
        return _refuse(f"You wrote {most} comments within an hour; come back later.")
    return _PASSED


def _repeats(draft: Draft, rules: Rules) -> Judgement:
    del rules
    words = compared_words(draft.body)
    own = (
        compared_words(said)
        for when, said in draft.author.recent
        if draft.now - when < _REPEATED_WITHIN
    )
    if words in own:
        return _refuse("You wrote this already today.")
    copied = len(words) >= _LONG_ENOUGH_TO_COPY and words in (
        compared_words(said) for said in draft.others
    )
    return _hold() if copied else _PASSED


def _banned_words(draft: Draft, rules: Rules) -> Judgement:
    found = _languages_with(draft.body, rules.banned or {})
    if not found:
        return _PASSED
    if found & {draft.language, "*"}:
        return _refuse("It has a word that is not wanted here; say it in another way.")
    return _hold()  # in another language the word may mean no harm


def _suspect_words(draft: Draft, rules: Rules) -> Judgement:
    return _hold() if _languages_with(draft.body, rules.suspect or {}) else _PASSED


def _links(draft: Draft, rules: Rules) -> Judgement:
    del rules
    links = links_in(plain_words(draft.body))
    trusted = draft.author.standing is Standing.TRUSTED
    if len(links) > _MOST_LINKS or (links and _is_new(draft) and not trusted):
        return _hold()
    return _PASSED


def _positions(draft: Draft, rules: Rules) -> Judgement:
    del rules
    return _hold() if carries_position(draft.body, draft.anchor) else _PASSED


def _names(draft: Draft, rules: Rules) -> Judgement:
    words = compared_words(draft.body)
    return _hold() if any(name and fold(name) in words for name in rules.unnamed) else _PASSED


def _new_commenter(draft: Draft, rules: Rules) -> Judgement:
    del rules
    if draft.author.standing is Standing.TRUSTED:
        return _PASSED
    if draft.author.standing is Standing.WATCHED or draft.author.shown == 0:
        return _hold()
    return _PASSED


STEPS: Sequence[tuple[str, Step]] = (
    ("length", _length),
    ("closed case", _closed),
    ("flood", _flood),
    ("repeats", _repeats),
    ("banned words", _banned_words),
    ("suspect words", _suspect_words),
    ("links", _links),
    ("positions", _positions),
    ("names kept back", _names),
    ("new commenter", _new_commenter),
)
"""The steps, in the order in which they are asked; flags are asked of what stands (`hides`)."""


def _is_new(draft: Draft) -> bool:
    return draft.author.shown == 0 or draft.now - draft.author.joined < _NEW_FOR


def _languages_with(body: str, words: Mapping[str, frozenset[str]]) -> set[str]:
    """Return the languages of whose words a text holds one, as whole words."""
    said = "".join(one if one.isalnum() else " " for one in compared_words(body))
    padded = f" {' '.join(said.split())} "
    return {
        language
        for language, listed in words.items()
        if any(f" {fold(word)} " in padded for word in listed)
    }


def _refuse(why: str) -> Judgement:
    return Judgement(outcome=Outcome.REFUSE, why=why)


def _hold() -> Judgement:
    return Judgement(outcome=Outcome.HOLD)
