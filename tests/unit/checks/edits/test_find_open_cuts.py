"""find_open_cuts: pictures replaced at once, where the scene calls no cut."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._cuts import Cut, CutRules, find_open_cuts
from purport.checks.edits._fading import measure_light
from purport.checks.edits._false_alarms import false_alarm_rate
from purport.checks.edits._paths import trace_path
from purport.checks.edits._zoom_steps import is_zoom_step
from purport.checks.edits.records import EditKind
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]


def cuts(scene: Scene, *, lost: int | None = 60) -> tuple[Cut, ...]:
    """Look for cuts in a scene whose links are lost at a frame."""
    linked = np.array(scene.linked)
    if lost is not None:
        linked[lost] = False
    scene = replace(scene, linked=linked)
    return find_open_cuts(scene, trace_path(scene), measure_light(scene), CutRules())


@pytest.fixture
def scene_of(build_scene: BuildScene) -> Callable[..., Scene]:
    """Give a scene of these thumbnails."""
    return lambda *thumbnails: build_scene(np.stack(thumbnails))


def test_another_picture_that_stays_is_a_cut(ground: Ground, build_scene: BuildScene) -> None:
    film = np.concatenate((ground(60, seed=1, pace=0.3), ground(60, seed=2, pace=0.3)))
    (cut,) = cuts(build_scene(film))
    assert cut.frame == 60
    assert cut.strength > 0.7


def test_what_is_linked_is_no_cut(ground: Ground, build_scene: BuildScene) -> None:
    film = np.concatenate((ground(60, seed=1, pace=0.3), ground(60, seed=2, pace=0.3)))
    assert cuts(build_scene(film), lost=None) == ()


def test_a_switch_of_polarity_is_no_cut(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120, pace=0.3)
    film[60:] = 255 - film[60:]
    assert cuts(build_scene(film)) == ()


@pytest.mark.parametrize("level", [16, 250])
def test_a_blinded_sensor_is_no_cut(ground: Ground, build_scene: BuildScene, level: int) -> None:
    film = ground(120, pace=0.3)
    film[60:75] = level
    assert cuts(build_scene(film)) == ()
    assert cuts(build_scene(film), lost=75) == ()


def test_a_step_of_gain_is_no_cut(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120, pace=0.3)
    film[60:] = (0.6 * film[60:] + 20).astype(np.uint8)
    assert cuts(build_scene(film)) == ()


def test_false_alarm_rates_are_upper_bounds_of_what_was_counted() -> None:
    assert false_alarm_rate(EditKind.REPEAT) == pytest.approx(1.0 - 0.05 ** (1.0 / 411.0))
    assert false_alarm_rate(EditKind.FREEZE) == pytest.approx(1.0 - 0.05 ** (1.0 / 300.0))
    # the chance of one or none among 411, and among 200, at the bound is 5 %
    for kind, clips in ((EditKind.CUT, 411), (EditKind.SLOW_MOTION, 200)):
        bound = false_alarm_rate(kind)
        assert bound is not None
        none = (1 - bound) ** clips
        assert none + clips * bound * (1 - bound) ** (clips - 1) == pytest.approx(0.05)
    assert false_alarm_rate(EditKind.CADENCE) is None


@pytest.mark.parametrize("scale", [1.2, 1.5, 2.0])
def test_a_step_of_zoom_is_told_from_a_cut(
    ground: Ground, scene_of: Callable[..., Scene], scale: float
) -> None:
    (before,) = ground(1, pace=0.3)
    shift = 31.5 * (1.0 - scale)
    matrix = np.array([[scale, 0.0, shift], [0.0, scale, shift]])
    closer = cv2.warpAffine(before, matrix, (64, 64)).astype(np.uint8)
    assert is_zoom_step(scene_of(before, closer), 1)
    assert is_zoom_step(scene_of(closer, before), 1)


def test_another_picture_is_no_step_of_zoom(ground: Ground, scene_of: Callable[..., Scene]) -> None:
    (before,), (after,) = ground(1, seed=1), ground(1, seed=2)
    assert not is_zoom_step(scene_of(before, after), 1)
