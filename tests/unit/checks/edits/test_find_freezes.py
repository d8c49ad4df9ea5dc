"""find_freezes: frozen pictures are found; still scenes and resting cameras are not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fine_measures import even_measures

from purport.checks.edits._freezes import FreezeRules, find_freezes
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
RULES = FreezeRules()


def held(footage: Thumbnails, frame: int, repeats: int) -> Thumbnails:
    """Show a frame so many times more."""
    stay = np.repeat(footage[frame : frame + 1], repeats, axis=0)
    return np.concatenate((footage[: frame + 1], stay, footage[frame + 1 :]))


@pytest.mark.parametrize("repeats", [5, 12, 60])
def test_a_held_picture_is_a_freeze(ground: Ground, build_scene: BuildScene, repeats: int) -> None:
    (freeze,) = find_freezes(build_scene(held(ground(100), 50, repeats)), RULES)
    assert (freeze.first, freeze.last) == (50, 50 + repeats)
    assert freeze.strength > 0.9


def test_a_codec_that_touches_up_the_picture_does_not_hide_it(
    ground: Ground, build_scene: BuildScene
) -> None:
    shown = held(ground(100), 40, 20)
    shown[52:61, ::2, ::2] += 1
    (freeze,) = find_freezes(build_scene(shown), RULES)
    assert freeze.first <= 40
    assert freeze.last >= 60
    assert freeze.strength >= 0.5


@pytest.mark.parametrize("repeats", [1, 2, 4])
def test_less_than_a_fifth_of_a_second_is_no_freeze(
    ground: Ground, build_scene: BuildScene, repeats: int
) -> None:
    assert find_freezes(build_scene(held(ground(100), 50, repeats)), RULES) == ()


@pytest.mark.parametrize("seed", range(6))
def test_movement_is_no_freeze(ground: Ground, build_scene: BuildScene, seed: int) -> None:
    assert find_freezes(build_scene(ground(200, seed=seed, pace=0.3 * (seed + 1))), RULES) == ()


def test_a_still_scene_with_noise_is_no_freeze(ground: Ground, build_scene: BuildScene) -> None:
    random = np.random.default_rng(2)
    grain = random.normal(scale=0.6, size=(150, 64, 64))
    still = np.clip(ground(1) + grain, 0, 255).round().astype(np.uint8)
    assert find_freezes(build_scene(still), RULES) == ()


def test_a_hold_in_a_still_scene_with_noise_is_a_freeze(
    ground: Ground, build_scene: BuildScene
) -> None:
    random = np.random.default_rng(2)
    grain = random.normal(scale=0.8, size=(150, 64, 64))
    still = np.clip(ground(1) + grain, 0, 255).round().astype(np.uint8)
    (freeze,) = find_freezes(build_scene(held(still, 70, 20)), RULES)
    assert (freeze.first, freeze.last) == (70, 90)
    assert freeze.strength >= 0.5


def test_a_still_scene_without_noise_is_only_a_hint(
    ground: Ground, build_scene: BuildScene
) -> None:
    (freeze,) = find_freezes(build_scene(np.repeat(ground(1), 100, axis=0)), RULES)
    assert (freeze.first, freeze.last) == (0, 99)
    assert freeze.strength < 0.5


def test_a_camera_that_comes_to_rest_is_only_a_hint(
    ground: Ground, build_scene: BuildScene
) -> None:
    land = ground(1, noise=0.0)[0].astype(float)
    slow = np.linspace(1.0, 0.0, 25) ** 2
    pace = np.concatenate((np.ones(40), slow, np.zeros(40), slow[::-1], np.ones(40)))
    place = np.cumsum(pace)
    whole = np.floor(place).astype(int)
    part = (place - whole)[:, None, None]
    here = np.stack([np.roll(land, -shift, axis=1) for shift in whole])
    there = np.stack([np.roll(land, -shift - 1, axis=1) for shift in whole])
    film = ((1 - part) * here + part * there).round().astype(np.uint8)
    assert [freeze.strength < 0.5 for freeze in find_freezes(build_scene(film), RULES)] == [True]


def test_a_blinded_sensor_is_only_a_hint(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(100)
    film[50:58] = 235
    film[50:58, :4] = 16
    (freeze,) = find_freezes(build_scene(film), RULES)
    assert (freeze.first, freeze.last) == (50, 57)
    assert freeze.strength < 0.5


def test_a_cut_ends_a_freeze(ground: Ground, build_scene: BuildScene) -> None:
    first, second = ground(60, seed=1), ground(60, seed=2)
    shown = np.concatenate((held(first, 59, 15), second))
    (freeze,) = find_freezes(build_scene(shown, cuts=[75]), RULES)
    assert (freeze.first, freeze.last) == (59, 74)
    assert freeze.strength >= 0.5


def test_every_second_frame_repeated_is_no_freeze(ground: Ground, build_scene: BuildScene) -> None:
    assert find_freezes(build_scene(np.repeat(ground(60), 2, axis=0)), RULES) == ()


def coded(scene: Scene, key: int) -> Scene:
    """Say that a frame is a key frame, which the codec codes anew."""
    types = np.full(scene.frames, b"P", dtype="S1")
    types[key] = b"I"
    return replace(scene, fine=even_measures(scene.frames, picture_types=types))


def test_a_key_frame_does_not_part_a_freeze(ground: Ground, build_scene: BuildScene) -> None:
    film = held(ground(100), 50, 24)
    film[60:75] = np.clip(film[60:75].astype(int) + 1, 0, 255)
    film[60:75, ::2] += 1
    (freeze,) = find_freezes(coded(build_scene(film), 60), RULES)
    assert (freeze.first, freeze.last) == (50, 74)
    assert freeze.strength >= 0.5
    parts = find_freezes(coded(build_scene(film), 20), RULES)
    assert len(parts) == 2


def test_two_freezes_are_not_joined_over_a_key_frame(
    ground: Ground, build_scene: BuildScene
) -> None:
    film = held(held(ground(100, pace=1.0), 60, 15), 50, 15)
    assert len(find_freezes(coded(build_scene(film), 70), RULES)) == 2


def test_a_gain_that_jumps_over_a_still_scene_is_only_a_hint(
    ground: Ground, build_scene: BuildScene
) -> None:
    """The picture stays the same in one light: question 420 of the exam's development set."""
    still = np.repeat(ground(1).astype(np.float64), 100, axis=0)
    lit = 1.0 + 0.25 * np.exp(-np.arange(62) / 12.0)
    still[38:] *= lit[:, None, None]
    shown = np.clip(still, 0, 255).round().astype(np.uint8)
    assert all(freeze.strength < 0.5 for freeze in find_freezes(build_scene(shown), RULES))


def test_a_sensor_blinded_nearby_does_not_hide_a_freeze(
    ground: Ground, build_scene: BuildScene
) -> None:
    shown = held(ground(110, pace=1.0), 20, 16)
    shown[47:64] = 235
    found = [one for one in find_freezes(build_scene(shown), RULES) if one.strength >= 0.5]
    assert [(one.first, one.last) for one in found] == [(20, 36)]


def test_a_short_freeze_whose_end_is_coded_anew_is_found(
    ground: Ground, build_scene: BuildScene
) -> None:
    shown = held(ground(100), 50, 8)
    random = np.random.default_rng(4)
    for frame in range(55, 59):  # each a little other than the one before
        touched = random.random((64, 64)) < 0.08 * (frame - 53)
        shown[frame] = shown[50] + touched.astype(np.uint8)
    (freeze,) = find_freezes(build_scene(shown), RULES)
    assert (freeze.first, freeze.last) == (50, 58)
    assert freeze.strength >= 0.5
