"""find_sound_loops and find_sound_changes: sound that was looped or replaced."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from purport.checks.edits._sound import SoundRules, find_sound_changes, find_sound_loops
from purport.media import SoundSamples

RATE_HZ = 8000
RULES = SoundRules()
Wave = NDArray[np.float64]


def sound(wave: Wave, start_s: float = 0.0) -> SoundSamples:
    return SoundSamples(wave=wave.astype(np.float32), rate_hz=RATE_HZ, start_s=start_s, whole=True)


def noise(seconds: float, seed: int = 1, pole: float = 0.9) -> Wave:
    white = np.random.default_rng(seed).normal(size=round(seconds * RATE_HZ))
    return np.asarray(0.05 * lfilter([1.0 - pole], [1.0, -pole], white) / (1.0 - pole) ** 0.5)


def hum(seconds: float) -> Wave:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.asarray(sum(0.05 * np.sin(2 * np.pi * 110 * n * time_s) / n for n in range(1, 6)))


def beeps(seconds: float) -> Wave:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    on = time_s % 1.0 < 0.15
    return np.asarray(0.2 * on * np.sin(2 * np.pi * 1200 * (time_s % 1.0)))


@pytest.mark.parametrize("rounds", [1, 3])
def test_sound_heard_again_is_a_loop(rounds: int) -> None:
    wave = noise(12.0) + hum(12.0)
    piece = round(1.5 * RATE_HZ)
    first = 3 * RATE_HZ
    for number in range(1, rounds + 1):
        start = first + number * piece
        wave[start : start + piece] = wave[first : first + piece]
    (loop,) = find_sound_loops(sound(wave, 0.25), RULES)
    assert loop.lag_s == pytest.approx(1.5, abs=0.001)
    assert loop.start_s == pytest.approx(0.25 + 4.5, abs=0.05)
    assert loop.end_s == pytest.approx(0.25 + 4.5 + 1.5 * rounds, abs=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_a_hum_and_equal_beeps_are_no_loop(seed: int) -> None:
    wave = 0.1 * noise(15.0, seed) + hum(15.0) + beeps(15.0)
    assert find_sound_loops(sound(wave), RULES) == ()


def test_silence_is_no_loop() -> None:
    assert find_sound_loops(sound(np.zeros(10 * RATE_HZ)), RULES) == ()


def test_another_background_for_a_while_is_one_change() -> None:
    wave = noise(12.0, pole=0.95)
    first, stop = 4 * RATE_HZ, 7 * RATE_HZ
    wave[first:stop] = 0.5 * noise(3.0, 9, pole=-0.5)
    (change,) = find_sound_changes(sound(wave), RULES)
    assert change.start_s == pytest.approx(4.0, abs=0.08)
    assert change.end_s == pytest.approx(7.0, abs=0.08)


def test_a_background_that_stays_another_is_a_moment() -> None:
    wave = np.concatenate((noise(5.0, pole=0.95), 0.5 * noise(5.0, 9, pole=-0.5)))
    (change,) = find_sound_changes(sound(wave), RULES)
    assert change.start_s == change.end_s == pytest.approx(5.0, abs=0.08)


@pytest.mark.parametrize("gain", [0.2, 0.5, 2.0])
def test_a_gain_control_is_no_change(gain: float) -> None:
    wave = noise(10.0)
    wave[5 * RATE_HZ :] *= gain
    assert find_sound_changes(sound(wave), RULES) == ()


def test_a_bang_is_no_change() -> None:
    wave = noise(10.0, pole=0.95)
    since = np.maximum(np.arange(len(wave)) / RATE_HZ - 5.0, 0.0)
    burst = 0.5 * np.random.default_rng(3).normal(size=len(wave)) * np.exp(-since / 0.3)
    wave += np.where(since > 0.0, burst, 0.0)
    assert find_sound_changes(sound(wave), RULES) == ()


def test_a_sound_too_short_tells_nothing() -> None:
    assert find_sound_loops(sound(noise(0.3)), RULES) == ()
    assert find_sound_changes(sound(noise(0.3)), RULES) == ()
