from dataclasses import replace
from typing import Any

import pytest

from purport.checks.place._acceptance import (
    AcceptanceRule,
    first_failure,
    hints_at_place,
    stands_above_chance,
)
from purport.checks.place.records import Polarity, ShotEvidence

GOOD = ShotEvidence(
    first=0,
    last=99,
    accepted=False,
    reason="",
    polarity=Polarity.SAME,
    key_frames=(0, 25, 50, 75),
    features=2000,
    tentative=300,
    first_inliers=40,
    decoy_inliers=4,
    inliers=120,
    cells=30,
    spread=0.6,
    frames_agreeing=4,
    frames_disagreeing=0,
    blocks=80,
    blocks_agreeing=60,
)


def test_a_match_that_meets_every_condition_is_accepted() -> None:
    assert first_failure(GOOD, AcceptanceRule(), implausible=None) is None


def test_a_view_that_cannot_be_is_refused() -> None:
    failure = first_failure(GOOD, AcceptanceRule(), implausible="it is flat")
    assert failure == "the view cannot be: it is flat"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first_inliers": 8}, "by chance"),
        ({"decoy_inliers": 30}, "against 30 by chance"),
        ({"inliers": 15}, "only 15"),
        ({"cells": 3}, "crowded"),
        ({"spread": 0.02}, "crowded"),
        ({"frames_agreeing": 0}, "0 key frames"),
        ({"frames_disagreeing": 4}, "4 another"),
        ({"blocks": 5, "blocks_agreeing": 5}, "5 of 5 blocks"),
        ({"blocks_agreeing": 20}, "20 of 80 blocks"),
        ({"first_inliers": 12, "blocks": 20, "blocks_agreeing": 7}, "7 of 20 blocks"),
    ],
)
def test_each_condition_alone_refuses(change: dict[str, Any], words: str) -> None:
    failure = first_failure(replace(GOOD, **change), AcceptanceRule(), implausible=None)
    assert failure is not None
    assert words in failure


def test_twenty_nine_inliers_on_one_spot_are_refused() -> None:
    # A trial with plain SIFT accepted a wrong place so.
    counted = replace(GOOD, first_inliers=29, inliers=29, cells=1, spread=0.001)
    failure = first_failure(counted, AcceptanceRule(), implausible=None)
    assert failure is not None
    assert "crowded" in failure


def test_standing_above_chance_needs_factor_and_margin() -> None:
    rule = AcceptanceRule()
    assert stands_above_chance(13, 6, rule)
    assert not stands_above_chance(12, 6, rule)
    assert not stands_above_chance(11, 0, rule)


def test_too_few_points_for_yes_may_be_too_many_for_no() -> None:
    rule = AcceptanceRule()
    assert hints_at_place(8, 0, rule)
    assert not stands_above_chance(9, 0, rule)
    assert not hints_at_place(7, 0, rule)
    assert not hints_at_place(8, 6, rule)
