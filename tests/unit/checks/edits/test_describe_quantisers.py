"""describe_quantisers: how coarsely frames were coded, and where files of two levels are joined."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fine_measures import even_measures

from purport.checks.edits._quantisers import QuantiserRules, describe_quantisers
from purport.checks.edits.records import Quantisation
from purport.scene import FineMeasures

RULES = QuantiserRules()


def measures(quantiser: NDArray[np.float64], *, every: int = 25) -> FineMeasures:
    count = len(quantiser)
    types = np.full(count, b"P", "S1")
    types[::every] = b"I"
    return even_measures(count, picture_types=types, quantiser=quantiser.astype(np.float32))


def level(value: float, count: int, *, sd: float = 0.6) -> NDArray[np.float64]:
    return value + np.random.default_rng(1).normal(0.0, sd, count)


def describe(fine: FineMeasures, *, codec: str = "h264") -> Quantisation:
    said = describe_quantisers(fine, fine.picture_types == b"I", codec, RULES)
    assert said is not None
    return said


def test_two_levels_step_at_the_key_frame_between_them() -> None:
    (step,) = describe(measures(np.concatenate([level(22, 75), level(31, 75)]))).steps
    assert step.frame == 75
    assert abs(step.before - 22) < 0.5
    assert abs(step.after - 31) < 0.5


def test_flanks_of_a_step_are_not_steps_of_their_own() -> None:
    joined = np.concatenate([level(22, 72), level(34, 72)])
    assert [step.frame for step in describe(measures(joined, every=12)).steps] == [72]


def test_key_frames_in_a_row_are_one_step() -> None:
    joined = measures(np.concatenate([level(22, 75), level(31, 75)]))
    joined.picture_types[75:79] = b"I"
    assert [step.frame for step in describe(joined).steps] == [75]


def test_one_level_has_no_step() -> None:
    assert describe(measures(level(26, 150, sd=1.5))).steps == ()


def test_a_level_that_drifts_has_no_step() -> None:
    assert describe(measures(np.linspace(20, 36, 250))).steps == ()


def test_a_change_between_key_frames_is_the_encoder_s_own() -> None:
    assert describe(measures(np.concatenate([level(22, 60), level(31, 60)]), every=200)).steps == ()


def test_a_level_that_jumps_about_has_no_step() -> None:
    restless = np.tile([20.0, 32.0], 75)
    assert describe(measures(np.concatenate([restless, restless + 7]))).steps == ()


def test_the_scale_is_the_codec_s_own() -> None:
    joined = measures(np.concatenate([level(4, 75, sd=0.1), level(9, 75, sd=0.1)]))
    assert len(describe(joined, codec="mpeg4").steps) == 1  # more than twice as coarse
    assert describe(joined, codec="h264").steps == ()  # not even a level that doubles
    assert describe(joined, codec="vp9").steps == ()  # a scale of its own


def test_what_the_frames_of_each_type_have_is_told() -> None:
    quantiser = level(26, 100, sd=0.0)
    quantiser[::25] = 23.0
    said = describe(measures(quantiser))
    assert said.by_type == (("I", 23.0), ("P", 26.0))
    assert (said.lowest, said.highest) == (23.0, 26.0)
    assert said.mean == pytest.approx(25.88)


def test_nothing_is_said_where_nothing_is_told() -> None:
    fine = measures(level(26, 50))
    untold = replace(fine, quantiser=np.full(50, np.nan, np.float32))
    assert describe_quantisers(untold, untold.picture_types == b"I", "hevc", RULES) is None
    assert describe_quantisers(None, np.zeros(50, np.bool_), "h264", RULES) is None
