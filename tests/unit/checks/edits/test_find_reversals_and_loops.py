"""find_reversals and find_loops: frames shown backwards, or round and round."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._gaps import GapRules, find_gaps
from purport.checks.edits._loops import LoopRules, find_loops
from purport.checks.edits._paths import trace_path
from purport.checks.edits._reversals import Reversal, ReversalRules, find_reversals
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
Regrain = Callable[..., Thumbnails]
Measured = Callable[..., Scene]
Drift = Callable[..., NDArray[np.float64]]


def reversals(scene: Scene) -> tuple[Reversal, ...]:
    path = trace_path(scene)
    return find_reversals(scene, path, find_gaps(scene, path, GapRules()), ReversalRules())


def test_frames_shown_again_backwards_are_found(
    ground: Ground, build_scene: BuildScene, regrained: Regrain
) -> None:
    film = ground(150)
    back = regrained(film[60:100])[::-1]
    scene = build_scene(np.concatenate((regrained(film[:100], 3), back, regrained(film[100:], 4))))
    (reversal,) = reversals(scene)
    assert abs(reversal.span.first - 100) <= 1
    assert abs(reversal.span.last - 139) <= 1
    assert reversal.mirrored is not None
    assert abs(reversal.mirrored.first - 60) <= 1


@pytest.mark.parametrize("seed", range(6))
def test_a_moving_camera_is_not_reversed(
    ground: Ground, build_scene: BuildScene, seed: int
) -> None:
    assert reversals(build_scene(ground(200, seed=seed, pace=0.4 + 0.3 * seed))) == ()


def test_a_still_picture_is_not_reversed(ground: Ground, build_scene: BuildScene) -> None:
    assert reversals(build_scene(np.repeat(ground(1), 120, axis=0))) == ()


def test_a_stretch_turned_round_in_place_is_told_by_its_path(
    measured: Measured, drift: Drift
) -> None:
    moved = drift(160, shake=0.02)
    moved[60:100] *= -1.0
    moved[60] = 40 * moved[20:60].mean(axis=0)
    moved[100] = 40 * moved[20:60].mean(axis=0)
    steps = np.full(160, 2.0)
    steps[[60, 100]] = 9.0
    scene = measured(steps, moved)
    (reversal,) = reversals(scene)
    assert (reversal.span.first, reversal.span.last) == (60, 99)
    assert reversal.mirrored is None


@pytest.mark.parametrize(("period", "rounds"), [(10, 5), (20, 3), (30, 4)])
def test_a_loop_is_found_with_its_period(
    ground: Ground, build_scene: BuildScene, period: int, rounds: int
) -> None:
    film = ground(160)
    looped = np.concatenate((film[:70], *[film[70 : 70 + period]] * rounds, film[70 + period :]))
    (loop,) = find_loops(build_scene(looped), LoopRules())
    assert loop.period == period
    assert abs(loop.span.first - (70 + period)) <= 1
    assert abs(loop.span.last - (70 + rounds * period - 1)) <= 1


@pytest.mark.parametrize("seed", range(6))
def test_a_moving_camera_has_no_loop(ground: Ground, build_scene: BuildScene, seed: int) -> None:
    assert find_loops(build_scene(ground(200, seed=seed)), LoopRules()) == ()


def test_two_showings_are_no_loop(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(100)
    assert find_loops(build_scene(np.concatenate((film, film[20:70]))), LoopRules()) == ()
