"""find_slowings: stretches in which all movement runs at a fraction of its speed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._paths import trace_path
from purport.checks.edits._slowing import SlowingRules, find_slowings
from purport.scene import Scene

Measured = Callable[..., Scene]
Drift = Callable[..., NDArray[np.float64]]
RULES = SlowingRules()


def slowed(
    measured: Measured, drift: Drift, *, factor: float, first: int = 70, stop: int = 140
) -> Scene:
    moved = drift(220, shake=0.2)
    moved[first:stop] /= factor
    random = np.random.default_rng(8)
    steps = (0.3 + 2.0 * np.hypot(*moved.T)) * np.exp(random.normal(scale=0.05, size=220))
    return measured(steps, moved)


@pytest.mark.parametrize("factor", [2.0, 3.0, 4.0])
def test_a_slowed_stretch_is_found_with_its_factor(
    measured: Measured, drift: Drift, factor: float
) -> None:
    scene = slowed(measured, drift, factor=factor)
    (slowing,) = find_slowings(scene, trace_path(scene), RULES)
    assert abs(slowing.span.first - 70) <= 2
    assert abs(slowing.span.last - 139) <= 2
    assert slowing.factor == pytest.approx(factor, rel=0.1)
    assert slowing.strength >= 0.5


def test_a_camera_that_slows_down_for_good_is_not_slowed(measured: Measured, drift: Drift) -> None:
    scene = slowed(measured, drift, factor=3.0, stop=220)
    assert find_slowings(scene, trace_path(scene), RULES) == ()


def test_a_camera_that_slows_down_little_by_little_is_not_slowed(
    measured: Measured, drift: Drift
) -> None:
    moved = drift(220, shake=0.1) * (0.65 + 0.35 * np.cos(np.arange(220) / 20))[:, None]
    steps = 0.3 + 2.0 * np.hypot(*moved.T)
    scene = measured(steps, moved)
    assert find_slowings(scene, trace_path(scene), RULES) == ()


@pytest.mark.parametrize("seed", range(6))
def test_even_movement_is_not_slowed(measured: Measured, drift: Drift, seed: int) -> None:
    moved = drift(220, seed=seed, shake=1.0)
    steps = 0.3 + 2.0 * np.hypot(*moved.T)
    scene = measured(steps, moved)
    assert find_slowings(scene, trace_path(scene), RULES) == ()


def test_a_sensor_blinded_beside_it_does_not_hide_it(measured: Measured, drift: Drift) -> None:
    """Frames that cannot be linked lie shortly before; the pace before them is taken."""
    scene = slowed(measured, drift, factor=3.0)
    linked = np.ones(scene.frames, dtype=np.bool_)
    linked[48:58] = False
    blind = replace(scene, linked=linked)
    (slowing,) = find_slowings(blind, trace_path(blind), RULES)
    assert abs(slowing.span.first - 70) <= 2
    assert abs(slowing.span.last - 139) <= 2
    assert slowing.factor == pytest.approx(3.0, rel=0.1)


@pytest.mark.parametrize("factor", [3, 4])
def test_frames_shown_again_pull_differences_down_further_than_movement(
    measured: Measured, drift: Drift, factor: int
) -> None:
    moved = drift(220, shake=0.1)
    again = (np.arange(220) >= 70) & (np.arange(220) < 150) & (np.arange(220) % factor != 0)
    moved[again] = 0.0
    steps = np.where(again, 0.0, 0.3 + 2.0 * np.hypot(*moved.T))
    scene = measured(steps, moved)
    (slowing,) = find_slowings(scene, trace_path(scene), RULES)
    assert slowing.factor == pytest.approx(factor, rel=0.1)
    assert abs(slowing.span.first - 70) <= factor
    assert abs(slowing.span.last - 149) <= factor
