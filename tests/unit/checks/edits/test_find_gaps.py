"""find_gaps: time that is missing within a shot."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._gaps import GapRules, find_gaps
from purport.checks.edits._paths import trace_path
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
Measured = Callable[..., Scene]
Drift = Callable[..., NDArray[np.float64]]
RULES = GapRules()


def moving(measured: Measured, drift: Drift, *, jump: float, changes: bool = True) -> Scene:
    moved = drift(100)
    moved[50] += (jump, 0.0)
    steps = np.full(100, 2.0)
    steps[50] = 8.0 if changes else 2.0
    return measured(steps, moved)


@pytest.mark.parametrize("jump", [5.0, 12.0, 40.0])
def test_a_jump_ahead_is_missing_time(measured: Measured, drift: Drift, jump: float) -> None:
    scene = moving(measured, drift, jump=jump)
    (gap,) = find_gaps(scene, trace_path(scene), RULES)
    assert gap.frame == 50
    assert not gap.in_times
    assert gap.jump_px == pytest.approx(jump, abs=1.0)
    assert 0.5 <= gap.strength <= 1.0


def test_even_movement_has_no_gap(measured: Measured, drift: Drift) -> None:
    scene = moving(measured, drift, jump=0.0, changes=False)
    assert find_gaps(scene, trace_path(scene), RULES) == ()


def test_a_link_that_errs_is_no_gap(measured: Measured, drift: Drift) -> None:
    scene = moving(measured, drift, jump=12.0, changes=False)
    assert find_gaps(scene, trace_path(scene), RULES) == ()


def test_shake_is_no_gap(measured: Measured, drift: Drift) -> None:
    moved = drift(200, shake=2.5)
    scene = measured(2.0 + np.hypot(*moved.T), moved)
    assert find_gaps(scene, trace_path(scene), RULES) == ()


def test_a_gap_in_the_times_is_told_from_them_alone(
    ground: Ground, build_scene: BuildScene
) -> None:
    pts = np.arange(100, dtype=np.int64) * 512
    pts[60:] += 7 * 512
    scene = build_scene(ground(100), pts=pts)
    (gap,) = find_gaps(scene, trace_path(scene), RULES)
    assert (gap.frame, gap.in_times, gap.jump_px) == (60, True, None)


def test_a_varying_rate_has_no_gaps(ground: Ground, build_scene: BuildScene) -> None:
    steps = np.random.default_rng(4).choice([512, 1024, 4096], 99)
    pts = np.concatenate(([0], np.cumsum(steps))).astype(np.int64)
    scene = build_scene(ground(100), pts=pts)
    assert find_gaps(scene, trace_path(scene), RULES) == ()
