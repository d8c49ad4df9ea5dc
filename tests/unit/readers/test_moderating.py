"""Each step of moderation by itself, and all of them in order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.core.discussion import Anchor, AnchorKind
from purport.readers.moderating import (
    MOST_CHARACTERS,
    STEPS,
    Author,
    Draft,
    Outcome,
    Rules,
    carries_position,
    hides,
    judge,
)
from purport.readers.standing import Standing

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
KNOWN = Author(
    joined=NOW - timedelta(days=30),
    standing=Standing.USUAL,
    shown=5,
    moderates=False,
    recent=(),
)
CASE = Anchor(kind=AnchorKind.CASE)


def draft(body: str = "The shutters were green.", **changes: object) -> Draft:
    """Return a comment of somebody known."""
    usual = Draft(body=body, language="en", anchor=CASE, author=KNOWN, others=(), now=NOW)
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields by name


def by(**changes: object) -> Author:
    """Return somebody who differs from the known one."""
    return replace(KNOWN, **changes)  # type: ignore[arg-type]  # fields by name


def said(minutes: float, words: str = "Something else.") -> tuple[datetime, str]:
    """Return a comment of some minutes ago."""
    return NOW - timedelta(minutes=minutes), words


def test_what_nothing_speaks_against_passes() -> None:
    assert judge(draft(), Rules()).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("comment", "rules", "step", "outcome"),
    [
        (draft(" \n\t"), Rules(), "length", Outcome.REFUSE),
        (draft("\u200b\u2060"), Rules(), "length", Outcome.REFUSE),
        (draft("x" * (MOST_CHARACTERS + 1)), Rules(), "length", Outcome.REFUSE),
        (draft(), Rules(closed="All is said."), "closed case", Outcome.REFUSE),
        (draft(author=by(recent=(said(0.05),))), Rules(), "flood", Outcome.REFUSE),
        (
            draft(author=by(recent=tuple(said(n + 1) for n in range(20)))),
            Rules(),
            "flood",
            Outcome.REFUSE,
        ),
        (
            draft(author=by(recent=(said(30, "the  SHUTTERS were **green**."),))),
            Rules(),
            "repeats",
            Outcome.REFUSE,
        ),
        (
            draft("word " * 20, others=("WORD " * 20,)),
            Rules(),
            "repeats",
            Outcome.HOLD,
        ),
        (
            draft("a Foul-word!"),
            Rules(banned={"en": frozenset({"foul word"})}),
            "banned words",
            Outcome.REFUSE,
        ),
        (
            draft("сквернословие\u0301"),
            Rules(banned={"*": frozenset({"сквернословие"})}),
            "banned words",
            Outcome.REFUSE,
        ),
        (draft("كَلِمـــة"), Rules(banned={"ar": frozenset({"كلمة"})}), "banned words", Outcome.HOLD),
        (
            draft("cheap pills"),
            Rules(suspect={"en": frozenset({"pills"})}),
            "suspect words",
            Outcome.HOLD,
        ),
        (
            draft("see https://example.org", author=by(joined=NOW - timedelta(hours=2))),
            Rules(),
            "links",
            Outcome.HOLD,
        ),
        (draft(" ".join(f"https://e{n}.org" for n in range(5))), Rules(), "links", Outcome.HOLD),
        (draft("at 36.20124, 37.13433"), Rules(), "positions", Outcome.HOLD),
        (
            draft("[here](https://www.google.com/maps/@36.2,37.1,15z)"),
            Rules(),
            "positions",
            Outcome.HOLD,
        ),
        (
            draft(anchor=Anchor(kind=AnchorKind.POINT, longitude=37.1, latitude=36.2)),
            Rules(),
            "positions",
            Outcome.HOLD,
        ),
        (
            draft("It was Café Zoë's channel"),
            Rules(unnamed=("cafe zoe",)),
            "names kept back",
            Outcome.HOLD,
        ),
        (draft(author=by(shown=0)), Rules(), "new commenter", Outcome.HOLD),
        (draft(author=by(standing=Standing.WATCHED)), Rules(), "new commenter", Outcome.HOLD),
    ],
)
def test_each_step_sees_what_it_is_for(
    comment: Draft, rules: Rules, step: str, outcome: Outcome
) -> None:
    judgement = judge(comment, rules)
    assert judgement.outcome is outcome
    assert step in judgement.steps
    if outcome is Outcome.REFUSE:
        assert judgement.why


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        (draft("a foulwords lover"), Rules(banned={"en": frozenset({"foul"})})),
        (draft("on 12 May 2015 at 14:30, 36 people"), Rules()),
        (draft("see https://example.org"), Rules()),
        (draft(author=by(recent=(said(0.2),))), Rules()),
        (draft("Yes.", others=("Yes.",)), Rules()),
        (
            draft(author=by(standing=Standing.TRUSTED, shown=0, joined=NOW)),
            Rules(),
        ),
    ],
)
def test_no_step_sees_more_than_it_is_for(comment: Draft, rules: Rules) -> None:
    assert judge(comment, rules).outcome is Outcome.PASS


def test_moderators_are_not_held_but_may_be_refused() -> None:
    moderator = by(moderates=True, shown=0, recent=(said(0.01),))
    assert judge(draft("at 36.20124, 37.13433", author=moderator), Rules()).outcome is Outcome.PASS
    refused = judge(draft(author=moderator), Rules(closed="Over."))
    assert refused.outcome is Outcome.REFUSE


def test_all_that_hold_are_named_in_order() -> None:
    newcomer = by(shown=0, joined=NOW)
    judgement = judge(
        draft("pills at 36.20124, 37.13433 https://example.org", author=newcomer),
        Rules(suspect={"en": frozenset({"pills"})}),
    )
    assert judgement.steps == ("suspect words", "links", "positions", "new commenter")


def test_three_flags_hide_and_those_of_the_watched_count_nothing() -> None:
    assert not hides([1.0, 1.0])
    assert hides([1.0, 1.0, 1.0])
    assert hides([1.5, 1.5])
    assert not hides([0.0] * 50)


@given(
    body=st.text(max_size=300),
    author=st.builds(
        Author,
        joined=st.just(NOW - timedelta(days=2)),
        standing=st.sampled_from(Standing),
        shown=st.integers(0, 3),
        moderates=st.booleans(),
        recent=st.just(()),
    ),
)
def test_a_position_that_is_put_into_any_words_is_held(body: str, author: Author) -> None:
    told = f"{body}\n\nIt is at 36.20124, 37.13433 there."
    judgement = judge(draft(told, author=author), Rules())
    if judgement.outcome is Outcome.PASS:
        assert author.moderates
    assert carries_position(told, CASE)


@given(st.text(max_size=200))
def test_steps_are_pure_and_never_fail(body: str) -> None:
    comment = draft(body)
    first = [step(comment, Rules()) for _, step in STEPS]
    assert first == [step(comment, Rules()) for _, step in STEPS]
