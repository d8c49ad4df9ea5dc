"""list_slow_motion: what a recorder's frame rate explains is not called slow motion."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._cadences import Cadence
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
    signs = list(list_slow_motion(scene, [], [cadence(40, 90, 2.0, apart=True)]))
    assert [sign.kind for sign in signs] == [EditKind.SLOW_MOTION]


def test_a_pattern_that_goes_on_elsewhere_is_the_recorder_s(scene: Scene) -> None:
    patterns = [cadence(10, 80, 1.25, apart=False), cadence(120, 200, 1.26, apart=True)]
    signs = list(list_slow_motion(scene, [], patterns))
    assert [sign.kind for sign in signs] == [EditKind.CADENCE, EditKind.CADENCE]


def test_another_factor_than_the_recorder_s_is_slow_motion(scene: Scene) -> None:
    patterns = [cadence(10, 80, 1.25, apart=False), cadence(120, 200, 2.5, apart=True)]
    signs = list(list_slow_motion(scene, [], patterns))
    assert [sign.kind for sign in signs] == [EditKind.CADENCE, EditKind.SLOW_MOTION]


def test_slowed_movement_within_a_recorder_s_pattern_is_a_hint(scene: Scene) -> None:
    patterns = [cadence(10, 80, 1.25, apart=False)]
    signs = list(list_slow_motion(scene, [slowing(60, 120), slowing(150, 200)], patterns))
    strengths = [sign.strength for sign in signs if sign.kind is EditKind.SLOW_MOTION]
    assert strengths[0] < 0.5
    assert strengths[1] == 0.9
