"""Fingerprints and shared stretches: what is the same is found, what only looks alike is not."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.fft import dctn

from purport.core.media_time import FrameSpan
from purport.scene import Scene
from purport.scene.fingerprints import (
    MatchRules,
    find_repeats,
    fingerprint,
)

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
Regrained = Callable[..., Thumbnails]


def differing(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.asarray(np.bitwise_count(one ^ other).sum(axis=1), dtype=np.int64)


def test_bits_are_the_low_frequencies_against_their_median(ground: Ground) -> None:
    thumbnails = ground(3)
    bits, _ = fingerprint(thumbnails)
    for picture, words in zip(thumbnails, bits, strict=True):
        low = dctn(picture.astype(float), norm="ortho")[1:17, 1:17].ravel()
        expected = np.packbits(low > np.median(low))
        assert np.array_equal(words.view(np.uint8), expected)


def test_half_of_the_bits_are_set(ground: Ground) -> None:
    bits, _ = fingerprint(ground(20))
    assert set(np.bitwise_count(bits).sum(axis=1).tolist()) == {128}


def test_gain_offset_and_grain_hardly_change_a_fingerprint(
    ground: Ground, regrained: Regrained
) -> None:
    thumbnails = ground(50)
    bits, _ = fingerprint(thumbnails)
    other, _ = fingerprint(regrained(thumbnails))
    assert differing(bits, other).max() <= 24


def test_unrelated_pictures_differ_in_about_half_of_the_bits(ground: Ground) -> None:
    bits, _ = fingerprint(ground(40, seed=1))
    other, _ = fingerprint(ground(40, seed=2))
    assert differing(bits, other).mean() == pytest.approx(128, abs=12)


def test_structure_is_the_mean_difference_of_neighbours() -> None:
    flat = np.full((1, 64, 64), 90, np.uint8)
    stripes = np.zeros((1, 64, 64), np.uint8)
    stripes[:, ::2] = 10
    _, structure = fingerprint(np.concatenate((flat, stripes)))
    assert structure == pytest.approx([0.0, 5.0])


def test_a_repeat_is_found_to_the_frame(ground: Ground, build_scene: BuildScene) -> None:
    footage = ground(200)
    shown = np.concatenate((footage, footage[60:110]))
    (repeat,) = find_repeats(build_scene(shown, cuts=[200]))
    assert repeat.span == FrameSpan(first=60, last=109)
    assert repeat.other == FrameSpan(first=200, last=249)
    assert repeat.exact
    assert repeat.ratio == 0.0


def test_a_repeat_goes_on_through_a_blinded_sensor(ground: Ground, build_scene: BuildScene) -> None:
    footage = ground(200)
    footage[75:85] = 235
    shown = np.concatenate((footage, footage[60:110]))
    (repeat,) = find_repeats(build_scene(shown, cuts=[200]))
    assert repeat.span == FrameSpan(first=60, last=109)


def test_a_repeat_survives_another_encoding(
    ground: Ground, build_scene: BuildScene, regrained: Regrained
) -> None:
    footage = ground(160)
    shown = np.concatenate((footage[:120], regrained(footage[40:80]), footage[120:]))
    (repeat,) = find_repeats(build_scene(shown))
    assert abs(repeat.span.first - 40) <= 1
    assert abs(repeat.span.last - 79) <= 1
    assert abs(repeat.other.first - 120) <= 1
    assert not repeat.exact


def test_three_showings_are_three_pairs(ground: Ground, build_scene: BuildScene) -> None:
    footage = ground(40)
    bridges = ground(60, seed=7)
    shown = np.concatenate((footage, bridges[:30], footage, bridges[30:], footage))
    found = find_repeats(build_scene(shown))
    firsts = sorted((repeat.span.first, repeat.other.first) for repeat in found)
    assert firsts == [(0, 70), (0, 140), (70, 140)]


def test_a_repeat_shorter_than_a_second_is_left_out(
    ground: Ground, build_scene: BuildScene
) -> None:
    footage = ground(120)
    shown = np.concatenate((footage, footage[20:40]))
    assert find_repeats(build_scene(shown)) == ()


@pytest.mark.parametrize("seed", range(8))
def test_honest_movement_repeats_nothing(
    ground: Ground, build_scene: BuildScene, seed: int
) -> None:
    assert find_repeats(build_scene(ground(250, seed=seed, pace=0.2 + 0.3 * seed))) == ()


def test_a_still_scene_repeats_nothing(ground: Ground, build_scene: BuildScene) -> None:
    picture = ground(1)
    random = np.random.default_rng(4)
    grain = random.normal(scale=0.6, size=(200, 64, 64))
    still = (picture + grain).round().clip(0, 255).astype(np.uint8)
    assert find_repeats(build_scene(still)) == ()
    assert find_repeats(build_scene(np.repeat(picture, 200, axis=0))) == ()


def test_a_slow_steady_drift_repeats_nothing(ground: Ground, build_scene: BuildScene) -> None:
    assert find_repeats(build_scene(ground(300, pace=0.04))) == ()


def test_black_and_flat_pictures_repeat_nothing(build_scene: BuildScene) -> None:
    levels = np.arange(100, dtype=np.uint8)[:, None, None]
    flat = np.broadcast_to(levels, (100, 64, 64)).copy()
    assert find_repeats(build_scene(np.concatenate((flat, flat)))) == ()


def test_codec_pulses_on_a_still_scene_repeat_nothing(
    ground: Ground, build_scene: BuildScene
) -> None:
    picture = ground(1).astype(float)
    pulse = np.tile(np.linspace(1.0, 0.985, 25), 8)[:, None, None]
    pulsing = (128 + (picture - 128) * pulse).round().astype(np.uint8)
    assert find_repeats(build_scene(pulsing)) == ()


def test_too_few_frames_repeat_nothing(ground: Ground, build_scene: BuildScene) -> None:
    assert find_repeats(build_scene(ground(1))) == ()
    assert find_repeats(build_scene(ground(3))) == ()


def test_stricter_rules_find_less(ground: Ground, build_scene: BuildScene) -> None:
    footage = ground(200)
    scene = build_scene(np.concatenate((footage, footage[60:110])), cuts=[200])
    assert find_repeats(scene, MatchRules(shortest_s=1.5))
    assert not find_repeats(scene, MatchRules(shortest_s=3.0))
    assert not find_repeats(scene, MatchRules(least_structure=200.0))
