"""find_slowings: stretches in which all movement runs at a fraction of its speed."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._paths import trace_path
from purport.checks.edits._slowing import SlowingRules, find_slowings
from purport.scene import Scene
from tests.unit.checks.edits.paths import drift, with_fine_steps, with_movement

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
RULES = SlowingRules()


def slowed(
    build_scene: BuildScene, ground: Ground, *, factor: float, first: int = 70, stop: int = 140
) -> Scene:
    moved = drift(220, shake=0.2)
    moved[first:stop] /= factor
    random = np.random.default_rng(8)
    steps = (0.3 + 2.0 * np.hypot(*moved.T)) * np.exp(random.normal(scale=0.05, size=220))
    return with_fine_steps(with_movement(build_scene(ground(220)), moved), steps)


@pytest.mark.parametrize("factor", [2.0, 3.0, 4.0])
def test_a_slowed_stretch_is_found_with_its_factor(
    ground: Ground, build_scene: BuildScene, factor: float
) -> None:
    scene = slowed(build_scene, ground, factor=factor)
    (slowing,) = find_slowings(scene, trace_path(scene), RULES)
    assert abs(slowing.span.first - 70) <= 2
    assert abs(slowing.span.last - 139) <= 2
    assert slowing.factor == pytest.approx(factor, rel=0.1)
    assert slowing.strength >= 0.5


def test_a_camera_that_slows_down_for_good_is_not_slowed(
    ground: Ground, build_scene: BuildScene
) -> None:
    scene = slowed(build_scene, ground, factor=3.0, stop=220)
    assert find_slowings(scene, trace_path(scene), RULES) == ()


def test_a_camera_that_slows_down_little_by_little_is_not_slowed(
    ground: Ground, build_scene: BuildScene
) -> None:
    moved = drift(220, shake=0.1) * (0.65 + 0.35 * np.cos(np.arange(220) / 20))[:, None]
    steps = 0.3 + 2.0 * np.hypot(*moved.T)
    scene = with_fine_steps(with_movement(build_scene(ground(220)), moved), steps)
    assert find_slowings(scene, trace_path(scene), RULES) == ()


@pytest.mark.parametrize("seed", range(6))
def test_even_movement_is_not_slowed(ground: Ground, build_scene: BuildScene, seed: int) -> None:
    moved = drift(220, seed=seed, shake=1.0)
    steps = 0.3 + 2.0 * np.hypot(*moved.T)
    scene = with_fine_steps(with_movement(build_scene(ground(220)), moved), steps)
    assert find_slowings(scene, trace_path(scene), RULES) == ()
