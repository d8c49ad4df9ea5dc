"""find_plates and find_bars: what is laid over the picture or stands at its borders."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._bars import BarRules, find_bars
from purport.checks.edits._plates import PlateRules, find_plates, overlap_of
from purport.scene import KeyFrame, Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
RULES = PlateRules()
BOX = (4 / 64, 48 / 64, 24 / 64, 56 / 64)


def plated(footage: Thumbnails, first: int, stop: int) -> Thumbnails:
    """Lay a plate with letters over frames."""
    shown = footage.copy()
    shown[first:stop, 48:56, 4:24] = 240
    shown[first:stop, 50:54, 6:22:2] = 60
    return shown


def mask() -> NDArray[np.bool_]:
    graphics = np.zeros((64, 64), np.bool_)
    graphics[48:56, 4:24] = True
    return graphics


def test_a_plate_that_comes_and_goes_is_found_to_the_frame(
    ground: Ground, build_scene: BuildScene
) -> None:
    (plate,) = find_plates(build_scene(plated(ground(120, pace=0.3), 40, 90)), RULES)
    assert (plate.span.first, plate.span.last) == (40, 89)
    assert overlap_of(plate.box, BOX) > 0.8
    assert 0.5 <= plate.strength <= 1.0


def test_a_plate_that_stays_needs_the_scene_s_word(ground: Ground, build_scene: BuildScene) -> None:
    shown = plated(ground(120, pace=0.3), 40, 120)
    assert find_plates(build_scene(shown), RULES) == ()
    (plate,) = find_plates(build_scene(shown, overlay=mask()), RULES)
    assert (plate.span.first, plate.span.last) == (40, 119)


def test_a_plate_that_stands_throughout_is_found_in_key_frames(
    ground: Ground, build_scene: BuildScene
) -> None:
    shown = plated(ground(120, pace=0.3), 0, 120)
    scene = build_scene(shown, overlay=mask())
    keys = tuple(KeyFrame(index=index, luma=shown[index]) for index in range(0, 120, 15))
    (plate,) = find_plates(replace(scene, key_frames=keys), RULES)
    assert (plate.span.first, plate.span.last) == (0, 119)
    assert overlap_of(plate.box, BOX) > 0.7


@pytest.mark.parametrize("seed", range(6))
def test_bare_ground_has_no_plate(ground: Ground, build_scene: BuildScene, seed: int) -> None:
    film = ground(150, seed=seed)
    scene = build_scene(film)
    keys = tuple(KeyFrame(index=index, luma=film[index]) for index in range(0, 150, 15))
    assert find_plates(replace(scene, key_frames=keys), RULES) == ()


def test_a_blast_is_no_plate(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120).astype(np.float64)
    rows, columns = np.mgrid[:64, :64]
    for frame in range(50, 120):
        reach = 5.0 + 0.1 * (frame - 50)
        inside = np.hypot(rows - 40, columns - 30) < reach
        film[frame][inside] = 230 - 1.2 * (frame - 50)
    shown = np.clip(film, 0, 255).round().astype(np.uint8)
    assert find_plates(build_scene(shown), RULES) == ()


def test_bars_are_found(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(80)
    film[:, :8] = 16
    film[:, -8:] = 16
    bars = find_bars(build_scene(film), BarRules())
    assert bars is not None
    assert bars.box == pytest.approx((0.0, 8 / 64, 1.0, 56 / 64))


def test_a_bar_on_one_side_only_is_none(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(80)
    film[:, :8] = 16
    assert find_bars(build_scene(film), BarRules()) is None


def test_a_black_video_has_no_bars(build_scene: BuildScene) -> None:
    assert find_bars(build_scene(np.full((40, 64, 64), 16, np.uint8)), BarRules()) is None
