"""From single agreements of samples to guesses of which seconds are which.

Every *hit* says that a moment of the asking video looks like a moment of a kept one. Moments of a
stretch that is shown again lie on a line: kept time = lag + speed × asking time. So for every
speed on a ladder the hits of an item vote for a lag, and the fullest bins are the guesses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._tracing import Candidate

__all__ = ["SPEEDS", "Hits", "find_guesses"]

SPEEDS = 2.0 ** np.linspace(-1.1, 1.1, 23)
"""Speeds that are tried, 7 % apart."""

_BIN_S = 0.6
_ITEMS = 24
_GUESSES = 40
_MOST_EACH = 6
_GUESSES_EACH = 3
_APART_S = 1.2
_LEAST_SCORE = 1.5
_LESS = 0.7
_MORE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hits:
    """Agreements of samples, n of them."""

    asking_s: NDArray[np.float64]
    """When in the asking video (n,). [s]"""
    items: NDArray[np.int64]
    """Number of the kept item (n,)."""
    kept_s: NDArray[np.float64]
    """When in the kept video (n,). [s]"""
    ways: NDArray[np.int64]
    """0 as it is, 1 mirrored, 2 negative, 3 both (n,)."""
    weights: NDArray[np.float64]
    """How much each says (n,)."""


def find_guesses(hits: Hits, length_s: float) -> Iterator[tuple[int, Candidate]]:
    """Yield the items and guesses for which most speaks, best first, some for each item and way."""
    owners = hits.items * 4 + hits.ways
    names, inverse = np.unique(owners, return_inverse=True)
    totals = np.bincount(inverse, weights=hits.weights)
    guesses: list[tuple[int, Candidate]] = []
    for place in np.argsort(-totals, kind="stable")[: 2 * _ITEMS]:
        some = np.flatnonzero(inverse == place)
        item, way = divmod(int(names[place]), 4)
        guesses += [(item, guess) for guess in _lines(hits, some, way, length_s)]
    guesses.sort(key=lambda guess: (-guess[1].score, guess[0], guess[1].lag_s))
    told: dict[int, int] = {}
    for item, guess in guesses[:_GUESSES]:
        told[item] = told.get(item, 0) + 1
        if told[item] <= _MOST_EACH:
            yield item, guess


def _lines(hits: Hits, some: NDArray[np.intp], way: int, length_s: float) -> Iterator[Candidate]:
    """Yield the lines on which most hits of an item lie."""
    asking_s, kept_s, weights = hits.asking_s[some], hits.kept_s[some], hits.weights[some]
    found: list[tuple[float, float, float]] = []
    middle_s = length_s / 2.0
    for speed in SPEEDS:
        centre_s = kept_s - speed * (asking_s - middle_s)
        low = float(centre_s.min()) - _BIN_S
        bins = ((centre_s - low) / _BIN_S).astype(np.int64)
        counts = _votes(bins, asking_s, weights)
        smooth = counts[:-1] + counts[1:]
        for best in np.argsort(-smooth, kind="stable")[:_GUESSES_EACH]:
            score = float(smooth[best]) * _even(speed)
            found.append((score, low + (float(best) + 1.0) * _BIN_S, float(speed)))
    kept: list[tuple[float, float, float]] = []
    for score, centre, speed in sorted(found, reverse=True):
        if score < _LEAST_SCORE or len(kept) == _GUESSES_EACH:
            break
        if all(abs(centre - other) >= _APART_S for _, other, _ in kept):
            kept.append((score, centre, speed))
            off_s = np.abs(kept_s - speed * (asking_s - middle_s) - centre)
            start_s, end_s = _extent(asking_s[off_s <= _BIN_S], length_s)
            yield Candidate(
                lag_s=centre - speed * middle_s,
                speed=speed,
                mirrored=bool(way & 1),
                negative=bool(way & 2),
                start_s=start_s,
                end_s=end_s,
                score=score,
            )


def _extent(asking_s: NDArray[np.float64], length_s: float) -> tuple[float, float]:
    """Return between which seconds of the asking video most hits lie, and some more. [s]"""
    first, last = np.quantile(asking_s, [0.05, 0.95])
    more_s = _MORE_S + 0.1 * float(last - first)
    return max(float(first) - more_s, 0.0), min(float(last) + more_s, length_s)


def _even(speed: float) -> float:
    """Prefer, among equals, footage at its own speed."""
    return 1.0 - 0.05 * abs(float(np.log2(speed)))


def _votes(
    bins: NDArray[np.int64], asking_s: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Add up what speaks for each bin; what one asking sample says counts less the more it is."""
    samples, which = np.unique(asking_s, return_inverse=True)
    names, inverse = np.unique(bins * len(samples) + which, return_inverse=True)
    each = np.bincount(inverse, weights=weights) ** _LESS
    counts = np.bincount(names // len(samples), weights=each, minlength=int(bins.max()) + 2)
    return np.asarray(counts, dtype=np.float64)
