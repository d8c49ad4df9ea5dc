"""Sound by rule for the exam of edits, and what is done to it afterwards. Frozen with the mix."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

__all__ = ["RATE_HZ", "loop_sound", "make_sound", "mute_sound", "replace_sound"]

RATE_HZ = 16_000
"""Samples a second."""

Samples = NDArray[np.float32]
Range = tuple[float, float]


def make_sound(
    names: Sequence[str], duration_s: float, seed: int, blasts_s: Sequence[float]
) -> Samples:
    """Return what is heard (n,), -1 to 1."""
    generator = np.random.default_rng([seed, 7410])
    time_s = np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
    wave = 0.004 * generator.standard_normal(len(time_s))
    for name in names:
        wave += _MADE[name](time_s, generator)
    for at_s in blasts_s:
        since = np.maximum(time_s - at_s - 0.3, 0.0)
        boom = lfilter([0.08], [1.0, -0.92], generator.standard_normal(len(time_s)))
        wave += (time_s > at_s + 0.3) * np.exp(-since / 0.25) * boom
    return np.clip(wave, -0.95, 0.95).astype(np.float32)


def _wind(time_s: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    noise = lfilter([0.05], [1.0, -0.95], generator.standard_normal(len(time_s)))
    slow = np.interp(time_s, np.arange(0.0, 40.0, 0.7), generator.uniform(0.4, 1.0, 58))
    return np.asarray(0.4 * noise * slow)


def _engine(time_s: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    base_hz = float(generator.uniform(60.0, 120.0))
    wander = np.interp(time_s, np.arange(0.0, 40.0, 0.5), generator.normal(0.0, 0.004, 80))
    phase = 2.0 * np.pi * np.cumsum(base_hz * (1.0 + wander)) / RATE_HZ
    wave = sum(np.sin(n * phase + n) / n for n in range(1, 9))
    return np.asarray(0.05 * wave + 0.01 * generator.standard_normal(len(time_s)))


def _rotor(time_s: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    beat_hz = float(generator.uniform(9.0, 22.0))
    beat = np.maximum(np.sin(2.0 * np.pi * beat_hz * time_s), 0.0) ** 6
    noise = lfilter([0.1], [1.0, -0.9], generator.standard_normal(len(time_s)))
    return np.asarray(0.35 * noise * (0.15 + beat))


def _syllables(time_s: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    wave = np.zeros(len(time_s))
    at_s = float(generator.uniform(0.0, 1.0))
    while at_s < time_s[-1]:
        length_s, pitch = float(generator.uniform(0.08, 0.25)), float(generator.uniform(90, 220))
        inside = (time_s >= at_s) & (time_s < at_s + length_s)
        local = time_s[inside] - at_s
        formant = float(generator.uniform(300.0, 2200.0))
        tone = np.sin(2 * np.pi * pitch * local) * np.sin(2 * np.pi * formant * local)
        wave[inside] += 0.15 * np.sin(np.pi * local / length_s) * tone
        at_s += length_s + float(generator.exponential(0.12))
        at_s += float(generator.uniform(0.4, 1.2)) if generator.random() < 0.12 else 0.0
    return wave


def _beeps(time_s: NDArray[np.float64], generator: np.random.Generator) -> NDArray[np.float64]:
    """Beeps of a device, one exactly like the other."""
    every_s, tone_hz = float(generator.uniform(0.5, 2.0)), float(generator.uniform(700.0, 2000.0))
    on = (time_s % every_s) < 0.12
    return np.asarray(0.08 * on * np.sin(2.0 * np.pi * tone_hz * (time_s % every_s)))


_MADE = {
    "wind": _wind,
    "engine": _engine,
    "rotor": _rotor,
    "syllables": _syllables,
    "beeps": _beeps,
}


def _ends(wave: Samples, place: float, length_s: float) -> tuple[int, int]:
    """Return where a stretch lies, at least half a second from either end."""
    room_s = max(len(wave) / RATE_HZ - 1.0 - length_s, 0.0)
    first = round((0.5 + place * room_s) * RATE_HZ)
    return first, min(first + round(length_s * RATE_HZ), len(wave))


def loop_sound(
    wave: Samples, place: float, generator: np.random.Generator
) -> tuple[Samples, Range]:
    """Put a stretch over what follows it; return where the copies lie. [s]"""
    length_s, times = float(generator.uniform(1.0, 2.5)), int(generator.integers(1, 4))
    whole_s = len(wave) / RATE_HZ - 1.0
    times = max(1, min(times, int(whole_s / length_s) - 1))
    first, stop = _ends(wave, place, (times + 1) * length_s)
    piece = round(length_s * RATE_HZ)
    made = wave.copy()
    for number in range(1, times + 1):
        to = slice(first + number * piece, min(first + (number + 1) * piece, len(wave)))
        made[to] = wave[first : first + to.stop - to.start]
    stop = min(first + (times + 1) * piece, len(wave))
    return made, ((first + piece) / RATE_HZ, stop / RATE_HZ)


def replace_sound(
    wave: Samples, place: float, generator: np.random.Generator, *, heard: Sequence[str], seed: int
) -> tuple[Samples, Range]:
    """Put another sound in place of a stretch; return where it lies. [s]"""
    first, stop = _ends(wave, place, float(generator.uniform(2.0, 3.5)))
    others = [name for name in ("wind", "engine", "rotor") if name not in heard]
    name = others[int(generator.integers(len(others)))]
    made = wave.copy()
    made[first:stop] = make_sound((name,), (stop - first) / RATE_HZ + 0.1, seed + 5, ())[
        : stop - first
    ]
    return made, (first / RATE_HZ, stop / RATE_HZ)


def mute_sound(
    wave: Samples, place: float, generator: np.random.Generator
) -> tuple[Samples, Range]:
    """Put nothing in place of a stretch; return where it lies. [s]"""
    first, stop = _ends(wave, place, float(generator.uniform(1.0, 2.0)))
    made = wave.copy()
    made[first:stop] = 0.0
    return made, (first / RATE_HZ, stop / RATE_HZ)
