"""Two views of one ground: two cameras are told by what moves, and nothing else passes for them."""

from pathlib import Path

import pytest

from purport.checks.reuse._moments import Moment
from purport.checks.reuse.views import MomentRules, OtherMoment, View, ViewRelation, compare_views
from purport.media import probe_media
from purport.scene import analyse_scene

Films = dict[str, Path]


def compared(views: Films, one: str, other: str) -> OtherMoment | None:
    first, second = (
        (views[name], View(analyse_scene(views[name], probe=probe_media(views[name]))))
        for name in (one, other)
    )
    return compare_views(first, second, MomentRules())


@pytest.mark.parametrize("other", ["two", "negative"])
def test_two_cameras_at_one_moment_are_told_with_their_lag(views: Films, other: str) -> None:
    found = compared(views, "one", other)
    assert found is not None
    assert found.relation is ViewRelation.TWO_CAMERAS
    assert found.moment is not None
    assert found.moment.lag_s == pytest.approx(-1.6, abs=0.15)
    assert found.moment.things >= 2
    assert found.moment.turn_px > 6.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("one", "day_after"),  # other traffic on the same ground
        ("strike", "second_strike"),  # one event each, at one place
        ("one", "nothing"),
        ("one", "one"),  # no second camera: one picture lies still in the other
    ],
)
def test_other_days_and_single_events_cannot_be_told(views: Films, one: str, other: str) -> None:
    found = compared(views, one, other)
    assert found is not None
    assert found.relation is ViewRelation.CANNOT_TELL


def test_other_ground_is_no_view(views: Films) -> None:
    assert compared(views, "one", "elsewhere") is None


def moment(**changes: float) -> Moment:
    values = {
        "lag_s": 1.0, "start_s": 0.0, "end_s": 5.0, "alike": 0.8, "elsewhere": 0.2,
        "things": 3, "turn_px": 20.0,
    } | changes  # fmt: skip
    return Moment(**values)  # type: ignore[arg-type]  # things is whole


def test_each_rule_is_needed() -> None:
    rules = MomentRules()
    assert moment().holds(rules)
    for failing in (
        {"end_s": 2.0},
        {"alike": 0.55},
        {"elsewhere": 0.45},
        {"things": 1},
        {"turn_px": 4.0},
    ):
        assert not moment(**failing).holds(rules)
