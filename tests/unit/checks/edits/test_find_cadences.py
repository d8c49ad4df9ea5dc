"""find_cadences: frames shown again at a pattern, in a part or throughout."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._cadences import CadenceRules, find_cadences
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
Measured = Callable[..., Scene]
RULES = CadenceRules()


def stepping(
    factor: float, first: int, stop: int, *, count: int = 200, level: float = 3.0, seed: int = 5
) -> NDArray[np.float64]:
    """Frames that differ by about `level`, from `first` to `stop` shown again by a factor."""
    random = np.random.default_rng(seed)
    steps = level * np.exp(random.normal(scale=0.15, size=count))
    places = np.arange(first, stop)
    shown = np.floor((places - first) / factor)
    again = np.concatenate(([False], np.diff(shown) == 0))
    steps[places[again]] *= 0.15
    return np.asarray(steps)


@pytest.mark.parametrize("factor", [1.25, 1.5, 2.0, 2.5, 3.0, 4.0])
def test_slow_motion_of_a_stretch_is_apart(measured: Measured, factor: float) -> None:
    scene = measured(stepping(factor, 60, 140))
    (cadence,) = find_cadences(scene, RULES)
    assert cadence.factor == pytest.approx(factor, rel=0.04)
    assert abs(cadence.span.first - 60) <= factor + 1
    assert abs(cadence.span.last - 139) <= 2 * factor + 1
    assert cadence.apart


@pytest.mark.parametrize("factor", [1.25, 2.0, 2.5])
def test_a_converted_rate_runs_throughout(measured: Measured, factor: float) -> None:
    scene = measured(stepping(factor, 1, 200))
    cadences = find_cadences(scene, RULES)
    assert cadences
    assert not any(cadence.apart for cadence in cadences)


@pytest.mark.parametrize(("seed", "count"), [(1, 160), (4, 160), (1, 212)])
def test_nothing_lies_before_a_pattern_that_begins_with_the_video(
    measured: Measured, seed: int, count: int
) -> None:
    """The frames before the first are none, and not the whole video counted from its end."""
    scene = measured(stepping(5 / 3, 0, count, count=count, seed=seed))
    (cadence,) = find_cadences(scene, RULES)
    assert cadence.span.first == 1
    assert not cadence.apart


@pytest.mark.parametrize("seed", range(8))
def test_uneven_movement_has_no_pattern(measured: Measured, seed: int) -> None:
    random = np.random.default_rng(seed)
    steps = 2.0 * np.exp(random.normal(scale=0.6, size=300))
    scene = measured(steps)
    assert find_cadences(scene, RULES) == ()


def test_the_codec_s_own_pattern_in_a_still_scene_is_none(measured: Measured) -> None:
    scene = measured(stepping(4.0, 1, 200, level=0.4))
    assert find_cadences(scene, RULES) == ()


def test_without_fine_measures_nothing_is_said(ground: Ground, build_scene: BuildScene) -> None:
    assert find_cadences(build_scene(ground(100)), RULES) == ()
