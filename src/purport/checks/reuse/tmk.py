"""Hashes of whole videos from other archives: TMK+PDQF, a file a video.

A *frame feature* is PDQ before it is rounded to bits: 256 coefficients of a cosine transform of the
picture's luma at 64×64. TMK keeps its average over a video, sampled at a constant rate, and its
sums weighted by cosines and sines of some long periods, each brought to a fixed length. Two videos
are alike at *level 1* by the cosine between their averages, which says nothing of order in time,
and at *level 2* by the best agreement of the weighted sums at any lag.

A file holds no pictures, so that what it recognises cannot be proven by placement and change.
Numbers are little-endian.

References:
    S. Poullot et al. (2015), "Temporal matching kernel with explicit feature maps".
    facebook/ThreatExchange, tmk/README.md and hashing.pdf: parameters, layout and limits;
    https://github.com/facebook/ThreatExchange (BSD-3-Clause).
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._whole import whole_pictures
from purport.checks.reuse.prints import VideoPrint
from purport.core.errors import InputError
from purport.scene.fingerprints import frequencies

__all__ = [
    "TmkHash",
    "TmkMatch",
    "compare_with_tmk",
    "find_near",
    "hash_print",
    "is_tmk",
    "level_1",
    "level_2",
    "parse_tmk",
]

_MAGIC = b"TMK1FVEC"
_ALGORITHM = b"PDQF"
_HEAD = struct.Struct("<8s4s5i")
_DIMENSION = 256
_MOST_PERIODS, _MOST_COEFFICIENTS, _LONGEST_PERIOD, _HIGHEST_RATE = 16, 128, 100_000, 240
_NEAR = 0.7
_REMEDY = "Give a .tmk file as `tmk-hash-video` writes it (TMK1, FVEC, PDQF)."

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TmkHash:
    """What TMK keeps of a video; p periods, m coefficients."""

    rate: int
    """Frames a second at which the video was sampled."""
    frames: int
    """How many frames that gave."""
    periods: NDArray[np.int64]
    """Periods of the weights (p,). [frames]"""
    coefficients: Floats
    """Weight of each multiple of a period's frequency (m,)."""
    average: Floats
    """Mean of the frame features (256,)."""
    cosines: Floats
    """Sums weighted by cosines, the j-th of length √coefficient j (p, m, 256)."""
    sines: Floats
    """The same by sines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TmkMatch:
    """How much a video is like one of which only the hash is known."""

    level_1: float
    """Cosine between the averages. [-1 to 1]"""
    level_2: float
    """Agreement in order at the best lag. [0 to 1]"""

    @property
    def is_near(self) -> bool:
        """Tell whether both levels reach the published limit of 0.7.

        That is a reason to ask for the footage and no more: of 319 pairs of unrelated real clips
        none reaches it (highest 0.56 and 0.49), but of 19,900 pairs of different simulated clips
        63 do, all flights of one camera over one place, up to 0.99 (`benchmarks/tmk_hashes.py`).
        """
        return min(self.level_1, self.level_2) >= _NEAR


def is_tmk(content: bytes) -> bool:
    """Tell whether bytes begin as a TMK file does."""
    return content.startswith(_MAGIC[:4])


def parse_tmk(content: bytes | memoryview, *, name: str) -> TmkHash:
    """Read a TMK file.

    Raises:
        InputError: It is none of frame features by PDQ, or is not whole.
    """
    if len(content) < _HEAD.size:
        raise InputError(name, "ends within its head", remedy=_REMEDY)
    magic, algorithm, rate, *counts, frames = _HEAD.unpack_from(content)
    periods, coefficients, dimension = counts
    if (magic, algorithm, dimension) != (_MAGIC, _ALGORITHM, _DIMENSION):
        told = f"{magic!r}, {algorithm!r}, {dimension} numbers a frame"
        raise InputError(name, f"is no TMK file of PDQ features ({told})", remedy=_REMEDY)
    if not (
        0 < periods <= _MOST_PERIODS
        and 0 < coefficients <= _MOST_COEFFICIENTS
        and 0 < rate <= _HIGHEST_RATE
        and frames > 0
    ):
        raise InputError(name, f"impossible counts {(rate, *counts, frames)}", remedy=_REMEDY)
    whole = _HEAD.size + 4 * (
        periods + coefficients + _DIMENSION + 2 * periods * coefficients * _DIMENSION
    )
    if len(content) != whole:
        raise InputError(name, f"{len(content)} bytes, {whole} expected", remedy=_REMEDY)
    lengths = np.frombuffer(content, dtype="<i4", count=periods, offset=_HEAD.size)
    numbers = np.frombuffer(content, dtype="<f4", offset=_HEAD.size + 4 * periods)
    weights, average, sums = np.split(numbers, [coefficients, coefficients + _DIMENSION])
    if not np.isfinite(numbers).all() or weights.min() < 0 or not weights.any():
        raise InputError(name, "numbers that cannot be", remedy=_REMEDY)
    if lengths.min() < 1 or lengths.max() > _LONGEST_PERIOD:
        raise InputError(name, f"impossible periods {lengths.tolist()}", remedy=_REMEDY)
    cosines, sines = sums.reshape(2, periods, coefficients, _DIMENSION)
    return TmkHash(
        rate=rate,
        frames=frames,
        periods=lengths.astype(np.int64),
        coefficients=weights,
        average=average,
        cosines=cosines,
        sines=sines,
    )


def compare_with_tmk(asking: VideoPrint, known: TmkHash) -> TmkMatch:
    """Tell how much a video is like one of which the hash is known, by TMK's two levels."""
    asked = hash_print(asking, like=known)
    return TmkMatch(level_1=level_1(asked, known), level_2=level_2(asked, known))


def find_near(
    asking: VideoPrint, known: Iterable[tuple[str, TmkHash]]
) -> list[tuple[str, TmkMatch]]:
    """Find the hashes, by name, that a video is like by both levels (`TmkMatch.is_near`).

    The second level is computed only where the first reaches the limit.
    """
    asked: dict[bytes, TmkHash] = {}
    near = []
    for name, one in known:
        weights = b"%d" % one.rate + one.periods.tobytes() + one.coefficients.tobytes()
        mine = asked.get(weights)
        if mine is None:
            mine = asked[weights] = hash_print(asking, like=one)
        first = level_1(mine, one)
        if first < _NEAR:
            continue
        match = TmkMatch(level_1=first, level_2=level_2(mine, one))
        if match.is_near:
            near.append((name, match))
    return near


def hash_print(made: VideoPrint, *, like: TmkHash) -> TmkHash:
    """Compute what TMK keeps from a print, with the rate and weights of another hash.

    A print has a sample every 0.2 s or so. Each stands for the frames from its time to the next
    one's; the weights go round once in some seconds at the fastest, so that little is lost.
    """
    frames = max(round(made.length_s * like.rate), 1)
    at_s = np.arange(frames) / like.rate
    shown = np.maximum(np.searchsorted(made.times_s, at_s, side="right") - 1, 0)
    features = frequencies(whole_pictures(made))
    unit = _at_length(features, np.ones(len(features)))
    times = np.bincount(shown, minlength=len(features))
    multiples = np.arange(len(like.coefficients))
    cosines, sines = [], []
    for period in like.periods:
        turn = 2.0 * np.pi * (np.outer(multiples, np.arange(frames)) % period) / period
        cosines.append(_weighted(np.cos(turn), shown, unit, like.coefficients))
        sines.append(_weighted(np.sin(turn), shown, unit, like.coefficients))
    return TmkHash(
        rate=like.rate,
        frames=frames,
        periods=like.periods,
        coefficients=like.coefficients,
        average=(times @ features / frames).astype(np.float32),
        cosines=np.array(cosines, dtype=np.float32),
        sines=np.array(sines, dtype=np.float32),
    )


def _weighted(
    weights: NDArray[np.float64],
    shown: NDArray[np.int64],
    unit: NDArray[np.float64],
    coefficients: Floats,
) -> NDArray[np.float64]:
    """Sum features over frames with weights (m, frames), and bring the sums to their lengths."""
    summed = [np.bincount(shown, row, minlength=len(unit)) for row in weights]
    return _at_length(np.array(summed) @ unit, np.sqrt(coefficients.astype(np.float64)))


def level_1(one: TmkHash, other: TmkHash) -> float:
    """Return the cosine between the averages; 0 where one of them is nothing."""
    lengths = float(np.linalg.norm(one.average) * np.linalg.norm(other.average))
    return float(one.average @ other.average) / lengths if lengths else 0.0


def level_2(one: TmkHash, other: TmkHash) -> float:
    """Return the agreement at the best lag of any period, 1 for a video with itself.

    References:
        Poullot et al. (2015), equation for K(Δ) of two kernels as a trigonometric polynomial.
    """
    best = 0.0
    for number, period in enumerate(one.periods):
        c, s = one.cosines[number], one.sines[number]
        d, t = other.cosines[number], other.sines[number]
        even = (c * d + s * t).sum(axis=1, dtype=np.float64)
        odd = (s * d - c * t).sum(axis=1, dtype=np.float64)
        # K(Δ) = Σ even cos jΔ + odd sin jΔ at all lags of whole frames: one inverse transform
        spectrum = np.zeros(int(period), dtype=np.complex128)
        np.add.at(spectrum, np.arange(len(even)) % period, even - 1j * odd)
        best = max(best, float((np.fft.ifft(spectrum).real * period).max()))
    return best / float(one.coefficients[0] + 2.0 * one.coefficients[1:].sum())


def _at_length(rows: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring rows to given lengths; a row of nothing stays so."""
    norms = np.linalg.norm(rows, axis=1)
    scale = np.divide(lengths, norms, out=np.zeros_like(norms), where=norms > 0)
    scaled: NDArray[np.float64] = rows * scale[:, None]
    return scaled
