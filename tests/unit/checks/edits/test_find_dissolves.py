"""find_dissolves: one shot mixed into another while the cameras move on."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from purport.checks.edits._dissolves import Dissolve, DissolveRules, find_dissolves
from purport.checks.edits._fading import measure_light
from purport.checks.edits._paths import trace_path
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Floats = NDArray[np.float64]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
RULES = DissolveRules()
FIRST, COUNT = 60, 140


def found_in(scene: Scene) -> tuple[Dissolve, ...]:
    return find_dissolves(scene, trace_path(scene), measure_light(scene), RULES)


def pan(seed: int, pace: tuple[float, float], *, shake: float = 0.0) -> tuple[Floats, Floats]:
    """Film ground from a camera at an even pace [px/frame]; return pictures and where it looks."""
    random = np.random.default_rng(seed)
    rough = random.normal(size=(500, 500))
    rolling = sum(width**1.5 * gaussian_filter(rough, width) for width in (1.0, 2.0, 4.0, 8.0))
    land = (128 + 40 * rolling / np.std(rolling)).astype(np.float32)
    looks = 250.0 + (np.arange(COUNT) - COUNT / 2)[:, None] * np.array(pace)
    looks += random.normal(scale=shake, size=looks.shape)
    pictures = [cv2.getRectSubPix(land, (64, 64), (float(x), float(y))) for x, y in looks]
    return np.array(pictures) + random.normal(scale=1.0, size=(COUNT, 64, 64)), looks


def linked(scene: Scene, looks: Floats) -> Scene:
    """Give a scene the links of a camera that looks there."""
    to_anchor = np.tile(np.eye(3), (scene.frames, 1, 1))
    to_anchor[:, :2, 2] = looks - looks[0]
    return replace(scene, to_anchor=to_anchor)


def dissolved(one: Floats, other: Floats, length: int) -> Thumbnails:
    """Mix the one into the other over `length` frames from FIRST on."""
    share = np.clip((np.arange(COUNT) - FIRST + 1) / (length + 1), 0.0, 1.0)[:, None, None]
    return np.clip((1.0 - share) * one + share * other, 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("length", [10, 18, 30])
@pytest.mark.parametrize("shake", [0.0, 0.4])
def test_a_dissolve_between_moving_cameras_is_found(
    build_scene: BuildScene, length: int, shake: float
) -> None:
    (one, at_one), (other, at_other) = (
        pan(3, (0.45, 0.2), shake=shake),
        pan(4, (-0.3, 0.4), shake=shake),
    )
    steps = np.diff(at_one, axis=0)
    steps[FIRST + length // 2 :] = np.diff(at_other, axis=0)[FIRST + length // 2 :]
    looks = np.concatenate(([[0.0, 0.0]], np.cumsum(steps, axis=0)))
    (dissolve,) = found_in(linked(build_scene(dissolved(one, other, length)), looks))
    assert abs(dissolve.span.first - FIRST) <= 2
    assert abs(dissolve.span.last - (FIRST + length - 1)) <= 2
    assert 0.5 <= dissolve.strength <= 1.0


@pytest.mark.parametrize("length", [8, 14, 24])
def test_a_dissolve_is_found_without_links(
    ground: Ground, build_scene: BuildScene, length: int
) -> None:
    one, other = (ground(COUNT, seed=seed, pace=0.1).astype(np.float64) for seed in (3, 4))
    scene = build_scene(dissolved(one, other, length), cuts=[FIRST + length // 2])
    (dissolve,) = found_in(scene)
    assert abs(dissolve.span.first - FIRST) <= 2
    assert abs(dissolve.span.last - (FIRST + length - 1)) <= 2


def test_a_cut_is_no_dissolve(build_scene: BuildScene) -> None:
    (one, at_one), (other, _) = pan(3, (0.45, 0.2)), pan(4, (-0.3, 0.4))
    assert found_in(linked(build_scene(dissolved(one, other, 0), cuts=[FIRST]), at_one)) == ()


@pytest.mark.parametrize("pace", [0.2, 0.5, 1.0, 1.5, 2.5])
@pytest.mark.parametrize("known", [True, False])
def test_a_camera_that_moves_on_dissolves_nothing(
    build_scene: BuildScene, pace: float, *, known: bool
) -> None:
    """Whether the links tell its movement or not."""
    shown, looks = pan(5, (pace, -0.3 * pace), shake=0.3)
    scene = build_scene(np.clip(shown, 0, 255).round().astype(np.uint8))
    assert found_in(linked(scene, looks) if known else scene) == ()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pace", [0.5, 1.0, 2.5])
def test_a_camera_of_uneven_pace_dissolves_nothing(
    ground: Ground, build_scene: BuildScene, seed: int, pace: float
) -> None:
    assert found_in(build_scene(ground(160, seed=seed, pace=pace), cuts=[80])) == ()


def test_a_picture_that_goes_grey_is_no_dissolve(build_scene: BuildScene) -> None:
    """Haze or smoke that takes the whole picture shows nothing of its own."""
    one, looks = pan(3, (0.45, 0.2))
    smoke = np.full_like(one, 140.0) + np.random.default_rng(1).normal(scale=1.0, size=one.shape)
    assert found_in(linked(build_scene(dissolved(one, smoke, 18)), looks)) == ()
