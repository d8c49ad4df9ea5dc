"""find_fades: slow changes of a shot into black."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._fading import FadingRules, find_fades, measure_light
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
RULES = FadingRules()


def dimmed(footage: Thumbnails, light: NDArray[np.float64]) -> Thumbnails:
    """Darken each frame to a share of its light; black is 16."""
    dark = 16.0 + (footage.astype(np.float64) - 16.0) * light[:, None, None]
    return np.clip(dark, 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("length", [8, 15, 30])
def test_a_fade_through_black_is_found_to_the_frame(
    ground: Ground, build_scene: BuildScene, length: int
) -> None:
    down = 1.0 - np.arange(1, length + 1) / (length + 1)
    one, other = ground(100, seed=1, pace=0.5), ground(100, seed=2, pace=0.5)
    shown = np.concatenate(
        (
            one[:60],
            dimmed(one[60 : 60 + length], down),
            dimmed(other[:length], down[::-1]),
            other[length:],
        )
    )
    (fade,) = find_fades(measure_light(build_scene(shown)), RULES)
    assert abs(fade.span.first - 60) <= 2
    assert abs(fade.span.last - (60 + 2 * length - 1)) <= 2


def test_a_blinded_sensor_does_not_fade(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(150)
    recovering = 1.0 - np.exp(-np.arange(40) / 8.0)
    film[60:100] = dimmed(film[60:100], recovering)
    film[55:60] = 16
    assert find_fades(measure_light(build_scene(film)), RULES) == ()


@pytest.mark.parametrize("seed", range(5))
def test_a_moving_camera_does_not_fade(ground: Ground, build_scene: BuildScene, seed: int) -> None:
    scene = build_scene(ground(160, seed=seed, pace=0.5 + 0.5 * seed), cuts=[80])
    assert find_fades(measure_light(scene), RULES) == ()
