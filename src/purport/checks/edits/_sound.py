"""Sound that was looped or replaced.

*Loops.* The sound is whitened in short windows, so that each pitch counts alike and a hum, a beep
or a rotor that goes round is not like itself; recorded noise never comes again. A stretch that was
copied correlates with its copy sample by sample, even after lossy coding. One self-correlation of
a minute gives the lags to look at; along each lag the stretches that agree are found.

*Changes.* The background (what is left in the quieter moments) has a colour: its level by band.
A colour that changes from one moment to the next, and is steady on either side, is another
recording or another place. A change of level alone is a gain control.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from purport.media import SoundSamples

__all__ = ["SoundChange", "SoundLoop", "SoundRules", "find_sound_changes", "find_sound_loops"]

Floats = NDArray[np.float64]

_BLOCK = 256
_BAND_SMOOTHING = 3
_PIECE_S = 60.0
_LAG_TRIES = 8
_LAG_APART_S = 0.05
_NEAR_S = 0.02
_HOP_S = 0.02
_BANDS = 20
_LOWEST_HZ, _FLOOR_DB = 80.0, -75.0
_QUIET_QUANTILE = 0.3
_BACK_SHARE = 0.5
_SILENT_DB = -70.0
_TINY = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundRules:
    """When sound counts as looped or changed."""

    rate_hz: int = 8000
    """Samples a second that are compared."""
    longest_s: float = 1200.0
    """How much of a sound track is compared. [s]"""
    shortest_lag_s: float = 0.5
    """Shortest time from a sound to its copy. [s]"""
    shortest_loop_s: float = 0.8
    """Shortest copy. [s]"""
    lag_deviations: float = 7.0
    """How far a lag must stand out of the self-correlation, in standard deviations."""
    agreement: float = 0.25
    """Correlation of whitened sound above which two moments agree."""
    least_mean: float = 0.4
    """Least mean correlation over a copy."""
    side_s: float = 1.2
    """Sound compared on either side of a change. [s]"""
    least_change_db: float = 4.0
    """Least change of colour, mean over bands. [dB]"""
    sharp_s: float = 0.15
    """Sound next to the change that must show it too. [s]"""
    sharp_share: float = 0.5
    """How much of the change it must show."""
    steady_ratio: float = 2.5
    """Least change, of what the colour changes within either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLoop:
    """A stretch of sound that is heard again."""

    start_s: float
    """Start of the copies, after the first picture. [s]"""
    end_s: float
    """End of the copies. [s]"""
    lag_s: float
    """Time from a sound to its copy. [s]"""
    agreement: float
    """Mean correlation of whitened sound and copy, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundChange:
    """A moment at which the background becomes another, or a stretch of another background."""

    start_s: float
    """When it becomes another, after the first picture. [s]"""
    end_s: float
    """When the first background is back; the same as the start when it does not come back. [s]"""
    change_db: float
    """Change of colour, mean over bands. [dB]"""


def find_sound_loops(sound: SoundSamples, rules: SoundRules) -> tuple[SoundLoop, ...]:
    """Find stretches of sound that are heard again, by start."""
    white = _whitened(sound.wave.astype(np.float64))
    found: list[SoundLoop] = []
    piece, hop = round(_PIECE_S * sound.rate_hz), round(_PIECE_S * sound.rate_hz / 2)
    for start in range(0, max(len(white) - hop, 1), hop):
        part = white[start : start + piece]
        offset_s = sound.start_s + start / sound.rate_hz
        for loop in _loops(part, offset_s, sound.rate_hz, rules):
            if not any(_covers(known, loop) for known in found):
                found.append(loop)
    return tuple(sorted(found, key=lambda loop: loop.start_s))


def _covers(known: SoundLoop, loop: SoundLoop) -> bool:
    shared = min(known.end_s, loop.end_s) - max(known.start_s, loop.start_s)
    return shared >= 0.5 * (loop.end_s - loop.start_s)


def _whitened(wave: Floats) -> Floats:
    """Give every pitch the same strength in windows of 32 ms, and silence none.

    Windows overlap by half and are put together again with the same taper.
    """
    half = _BLOCK // 2
    padded = np.concatenate([np.zeros(half), wave, np.zeros(_BLOCK)])
    taper = np.sin(np.pi * (np.arange(_BLOCK) + 0.5) / _BLOCK)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK)[::half]
    spectra = np.fft.rfft(frames * taper, axis=1)
    size = uniform_filter1d(np.abs(spectra), _BAND_SMOOTHING, axis=1, mode="nearest")
    floor = 10.0 ** (_FLOOR_DB / 20.0) * np.sqrt(_BLOCK)
    made = np.fft.irfft(spectra / np.maximum(size, floor), _BLOCK, axis=1) * taper
    white = np.zeros(len(padded) + _BLOCK)
    for parity in (0, 1):
        part = made[parity::2].reshape(-1)
        white[parity * half : parity * half + len(part)] += part
    return white[half : half + len(wave)]


def _loops(white: Floats, offset_s: float, rate_hz: int, rules: SoundRules) -> Iterator[SoundLoop]:
    """Yield the copies within a piece, the shortest lag first."""
    size = 1 << int(np.ceil(np.log2(max(2 * len(white), 2))))
    spectrum = np.fft.rfft(white, size)
    likeness = np.fft.irfft(np.abs(spectrum) ** 2, size)[: len(white)]
    first, last = round(rules.shortest_lag_s * rate_hz), len(white) - rate_hz // 2
    if last <= first:
        return
    usable = likeness[first:last]
    spread = 1.4826 * float(np.median(np.abs(usable)))
    lags: list[int] = []
    for place in np.argsort(-usable)[: 50 * _LAG_TRIES].tolist():
        if usable[place] < rules.lag_deviations * spread or len(lags) == _LAG_TRIES:
            break
        if all(abs(first + place - lag) > _LAG_APART_S * rate_hz for lag in lags):
            lags.append(first + place)
    for lag in sorted(lags):
        yield from _along(white, lag, offset_s=offset_s, rate_hz=rate_hz, rules=rules)


def _along(
    white: Floats, lag: int, *, offset_s: float, rate_hz: int, rules: SoundRules
) -> Iterator[SoundLoop]:
    """Yield the stretches that agree with what is heard `lag` samples before.

    The stretch with the largest sum of agreement above the limit is taken, then the next.
    """
    one, other = white[:-lag], white[lag:]
    width = max(round(_NEAR_S * rate_hz), 1)
    usable = len(one) // width * width
    products = (one * other)[:usable].reshape(-1, width).sum(axis=1)
    powers = [(part[:usable] ** 2).reshape(-1, width).sum(axis=1) for part in (one, other)]
    norm = np.sqrt(powers[0] * powers[1])
    agree = np.divide(products, norm, out=np.zeros_like(products), where=norm > _TINY)
    gain = agree - rules.agreement
    for _ in range(_LAG_TRIES):
        first, stop = _best_run(gain)
        length_s = (stop - first) * width / rate_hz
        if length_s < rules.shortest_loop_s:
            return
        mean = float(agree[first:stop].mean())
        if mean >= rules.least_mean:
            start_s = offset_s + (first * width + lag) / rate_hz
            yield SoundLoop(
                start_s=start_s,
                end_s=start_s + length_s,
                lag_s=lag / rate_hz,
                agreement=min(mean, 1.0),
            )
        gain[first:stop] = -1.0


def _best_run(gain: Floats) -> tuple[int, int]:
    """Return the run with the largest sum, as (start, stop)."""
    sums = np.concatenate([[0.0], np.cumsum(gain)])
    lowest = np.minimum.accumulate(sums)
    stop = int(np.argmax(sums - lowest))
    return int(np.argmin(sums[: stop + 1])), stop


def find_sound_changes(sound: SoundSamples, rules: SoundRules) -> tuple[SoundChange, ...]:
    """Find moments at which the background becomes another, in order."""
    levels = _band_levels(sound)
    side, sharp = round(rules.side_s / _HOP_S), round(rules.sharp_s / _HOP_S)
    count = len(levels)
    scores = np.zeros(count)
    for place in range(side, count - side + 1):
        scores[min(place, count - 1)] = _change(levels, place, side=side, sharp=sharp, rules=rules)
    places: list[tuple[int, float]] = []
    while scores.any():
        place = int(np.argmax(scores))
        places.append((place, float(scores[place])))
        scores[max(0, place - side) : place + side] = 0.0
    return tuple(_paired(sound, levels, sorted(places), side=side, sharp=sharp))


def _paired(
    sound: SoundSamples,
    levels: Floats,
    places: list[tuple[int, float]],
    *,
    side: int,
    sharp: int,
) -> Iterator[SoundChange]:
    """Yield changes; two are one stretch when the background after is that before."""
    rest = list(places)
    while rest:
        place, change_db = rest.pop(0)
        start_s = sound.start_s + _sharpest(levels, place, side, sharp) * _HOP_S
        end_s = start_s
        if rest:
            before = _colour(levels[place - side : place - 2])
            after = _colour(levels[rest[0][0] + 2 : rest[0][0] + side])
            if _distance(before, after) <= _BACK_SHARE * change_db:
                end_s = sound.start_s + _sharpest(levels, rest.pop(0)[0], side, sharp) * _HOP_S
        yield SoundChange(start_s=start_s, end_s=end_s, change_db=change_db)


def _band_levels(sound: SoundSamples) -> Floats:
    """Return the level in bands of equal ratio every 20 ms (m, bands). [dB]"""
    hop = round(_HOP_S * sound.rate_hz)
    count = max(len(sound.wave) // hop - 1, 0)
    if count == 0:
        return np.zeros((0, _BANDS))
    frames = np.lib.stride_tricks.sliding_window_view(sound.wave, 2 * hop)[::hop][:count]
    power = np.abs(np.fft.rfft(frames * np.hanning(2 * hop), axis=1)) ** 2
    edges = np.geomspace(_LOWEST_HZ, 0.48 * sound.rate_hz, _BANDS + 1)
    bins = np.round(edges * 2 * hop / sound.rate_hz).astype(int)
    bins = np.maximum.accumulate(np.maximum(bins, np.arange(_BANDS + 1) + 1))
    bands = np.add.reduceat(power, bins[:-1], axis=1) / np.diff(bins)
    scale = 10.0 * np.log10(hop)
    return np.asarray(np.maximum(10.0 * np.log10(bands + _TINY) - scale, _FLOOR_DB - 10.0))


def _change(levels: Floats, place: int, *, side: int, sharp: int, rules: SoundRules) -> float:
    """Return the change of colour at a moment, nought where it is not sharp or not steady. [dB]

    The half of either side next to the moment and the half away from it tell how steady it is.
    """
    gap = 2
    before, after = levels[place - side : place - gap], levels[place + gap : place + side]
    if min(float(part.max(axis=1).mean()) for part in (before, after)) < _SILENT_DB:
        return 0.0
    half = len(before) // 2
    whole = _colour(after) - _colour(before)
    change = float(np.abs(whole - np.median(whole)).mean())
    if change < rules.least_change_db:
        return 0.0
    unsteady = max(
        _distance(_colour(part[:half]), _colour(part[half:])) for part in (before, after)
    )
    near = _colour(levels[place + gap : place + gap + sharp]) - _colour(
        levels[place - gap - sharp : place - gap]
    )
    shown = float(((near - np.median(near)) * np.sign(whole - np.median(whole))).mean())
    if change < rules.steady_ratio * unsteady or shown < rules.sharp_share * change:
        return 0.0
    return change


def _colour(levels: Floats) -> Floats:
    """Return the background level by band. [dB]"""
    return np.asarray(np.quantile(levels, _QUIET_QUANTILE, axis=0))


def _distance(one: Floats, other: Floats) -> float:
    gone = one - other
    return float(np.abs(gone - np.median(gone)).mean())


def _sharpest(levels: Floats, place: int, side: int, sharp: int) -> float:
    """Return the moment, within reach, that splits the two colours best. [hops]"""
    before = _colour(levels[place - side : place - 2])
    after = _colour(levels[place + 2 : place + side])
    first, last = max(0, place - 2 * sharp), min(len(levels), place + 2 * sharp)
    nearer = [
        float(np.abs(row - after).mean() - np.abs(row - before).mean())
        for row in levels[first:last]
    ]
    sums = np.concatenate([[0.0], np.cumsum(nearer)])
    return first + float(np.argmax(sums)) + 0.5
