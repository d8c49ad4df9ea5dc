"""list_slow_motion: what a recorder's frame rate explains is not called slow motion."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._cadences import Cadence
from purport.checks.edits._clocks import Clocks, ClockSlowing
from purport.checks.edits._signs import list_slow_motion
from purport.checks.edits._slowing import Slowing
from purport.checks.edits.records import EditKind
from purport.core.media_time import FrameSpan
from purport.scene import Scene


@pytest.fixture
def scene(build_scene: Callable[..., Scene], ground: Callable[..., NDArray[np.uint8]]) -> Scene:
    return build_scene(ground(240))


def cadence(first: int, last: int, factor: float, *, apart: bool) -> Cadence:
    span = FrameSpan(first=first, last=last)
    return Cadence(span=span, factor=factor, strength=0.8, apart=apart)


def slowing(first: int, last: int) -> Slowing:
    span = FrameSpan(first=first, last=last)
    return Slowing(span=span, factor=2.0, strength=0.9, residual=0.1)


def test_a_pattern_of_its_own_is_slow_motion(scene: Scene) -> None:
    signs = list(list_slow_motion(scene, [], [cadence(40, 90, 2.0, apart=True)], Clocks()))
    assert [sign.kind for sign in signs] == [EditKind.SLOW_MOTION]


def test_a_pattern_that_goes_on_elsewhere_is_the_recorder_s(scene: Scene) -> None:
    patterns = [cadence(10, 80, 1.25, apart=False), cadence(120, 200, 1.26, apart=True)]
    signs = list(list_slow_motion(scene, [], patterns, Clocks()))
    assert [sign.kind for sign in signs] == [EditKind.CADENCE, EditKind.CADENCE]


def test_another_factor_than_the_recorder_s_is_slow_motion(scene: Scene) -> None:
    patterns = [cadence(10, 80, 1.25, apart=False), cadence(120, 200, 2.5, apart=True)]
    signs = list(list_slow_motion(scene, [], patterns, Clocks()))
    assert [sign.kind for sign in signs] == [EditKind.CADENCE, EditKind.SLOW_MOTION]


def test_slowed_movement_within_a_recorder_s_pattern_is_a_hint(scene: Scene) -> None:
    patterns = [cadence(10, 80, 1.25, apart=False)]
    signs = list(list_slow_motion(scene, [slowing(60, 120), slowing(150, 200)], patterns, Clocks()))
    strengths = [sign.strength for sign in signs if sign.kind is EditKind.SLOW_MOTION]
    assert strengths[0] < 0.5
    assert strengths[1] == 0.9


def clock(first: int, last: int) -> ClockSlowing:
    return ClockSlowing(
        span=FrameSpan(first=first, last=last),
        factor=2.1,
        factor_sd=0.05,
        advantage=90.0,
        strength=0.97,
        box=(16, 32, 24, 48),
    )


def test_a_slow_clock_is_slow_motion_at_its_place_with_its_uncertainty(scene: Scene) -> None:
    (sign,) = list_slow_motion(scene, [], [], Clocks(slowings=(clock(60, 120),)))
    assert sign.kind is EditKind.SLOW_MOTION
    assert (sign.factor, sign.factor_sd) == (2.1, 0.05)
    assert sign.box == (0.25, 0.5, 0.375, 0.75)


def test_a_slow_clock_goes_before_slowed_movement(scene: Scene) -> None:
    (sign,) = list_slow_motion(scene, [slowing(55, 118)], [], Clocks(slowings=(clock(60, 120),)))
    assert (sign.start_frame, sign.end_frame) == (60, 120)


def test_a_pattern_of_frames_goes_before_a_slow_clock_and_is_made_sure_by_it(scene: Scene) -> None:
    patterns = [cadence(61, 119, 2.0, apart=True)]
    (sign,) = list_slow_motion(scene, [], patterns, Clocks(slowings=(clock(60, 120),)))
    assert (sign.start_frame, sign.end_frame) == (61, 119)
    assert sign.strength == 0.97


def test_a_pattern_that_was_lost_half_way_gives_way_to_the_clock(scene: Scene) -> None:
    patterns = [cadence(61, 85, 2.0, apart=True)]
    (sign,) = list_slow_motion(scene, [], patterns, Clocks(slowings=(clock(60, 120),)))
    assert (sign.start_frame, sign.end_frame) == (60, 120)


def test_a_clock_that_goes_on_evenly_makes_slow_motion_a_hint(scene: Scene) -> None:
    even = Clocks(even=(FrameSpan(first=0, last=239),))
    signs = list_slow_motion(scene, [slowing(60, 120)], [cadence(150, 200, 2.0, apart=True)], even)
    strengths = [sign.strength for sign in signs if sign.kind is EditKind.SLOW_MOTION]
    assert len(strengths) == 2
    assert max(strengths) < 0.5


def test_a_clock_read_over_half_of_it_does_not(scene: Scene) -> None:
    part = Clocks(even=(FrameSpan(first=0, last=90),))
    (sign,) = list_slow_motion(scene, [slowing(60, 120)], [], part)
    assert sign.strength == 0.9
