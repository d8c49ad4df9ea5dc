"""From a chi-squared along the sun's way to the stretches of time that fit.

A time fits at 95 % when its chi-squared exceeds the smallest one by no more than the 95 % quantile
of chi-squared with as many degrees of freedom as the way has: one for a day, two for days and
times of a year.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.sun._chi_squared import chance_above, quantile

__all__ = ["Fit", "TimeSpan", "fit_day", "spans_below", "tail_chance"]

FloatArray = NDArray[np.float64]

STEP_S = 60.0
"""Step at which a day is looked at first. [s]"""
_FINEST_S = 1.0
_FINE_STEPS = 1500
_KEPT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """A stretch of time."""

    start_s: float
    """Start, seconds since 1970-01-01 UTC. [s]"""
    end_s: float
    """End. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """How well the times of a stretch explain shadows."""

    times_s: FloatArray
    """Instants looked at, in order (n,). [s]"""
    chi2: FloatArray
    """Chi-squared of each; infinite with the sun down (n,)."""

    def best(self) -> int:
        """Return the index of the instant that fits best."""
        return int(np.argmin(self.chi2))

    def least(self) -> float:
        """Return the smallest chi-squared; infinite when the sun was never up."""
        return float(self.chi2.min())

    def spans(self, probability: float) -> tuple[TimeSpan, ...]:
        """Return the stretches that fit at a probability, in order; the sun up in all of them."""
        bar = self.least() + quantile(probability, 1)
        return spans_below(self.times_s, self.chi2, bar)

    def excess(self, start_s: float, end_s: float) -> float:
        """Return by how much the best instant of a stretch exceeds the smallest chi-squared."""
        inside = (self.times_s >= start_s) & (self.times_s <= end_s)
        ends = np.interp([start_s, end_s], self.times_s, _finite(self.chi2))
        return float(min(self.chi2[inside].min(initial=math.inf), *ends) - self.least())


def fit_day(chi2_of: Callable[[FloatArray], FloatArray], start_s: float, end_s: float) -> Fit:
    """Look at a stretch of a day or two: every minute, and closer where it fits.

    Args:
        chi2_of: Gives chi-squared at instants.
        start_s: Start. [s]
        end_s: End. [s]
    """
    times = np.append(np.arange(start_s, end_s, STEP_S), end_s)
    chi2 = chi2_of(times)
    least = chi2.min()
    if not math.isfinite(least):
        return Fit(times_s=times, chi2=chi2)
    near = spans_below(times, chi2, least + _KEPT)
    whole = sum(span.end_s - span.start_s for span in near)
    step = max(whole / _FINE_STEPS, _FINEST_S)
    if step >= STEP_S:
        return Fit(times_s=times, chi2=chi2)
    fine = np.concatenate(
        [np.arange(span.start_s - STEP_S, span.end_s + STEP_S, step) for span in near]
    )
    fine = fine[(fine >= start_s) & (fine <= end_s)]
    times = np.concatenate([times, fine])
    chi2 = np.concatenate([chi2, chi2_of(fine)])
    times, order = np.unique(times, return_index=True)
    return Fit(times_s=times, chi2=chi2[order])


def spans_below(times_s: FloatArray, chi2: FloatArray, bar: float) -> tuple[TimeSpan, ...]:
    """Return the stretches where chi-squared does not exceed a bar, ends interpolated."""
    inside = chi2 <= bar
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    return tuple(
        TimeSpan(
            start_s=_crossing(times_s, chi2, bar, outside=int(first) - 1, inside=int(first)),
            end_s=_crossing(times_s, chi2, bar, outside=int(after), inside=int(after) - 1),
        )
        for first, after in edges.reshape(-1, 2)
    )


def tail_chance(chi2: float, freedom: int) -> float:
    """Return how often chi-squared with that freedom exceeds a value."""
    return chance_above(chi2, freedom)


def _crossing(
    times_s: FloatArray, chi2: FloatArray, bar: float, *, outside: int, inside: int
) -> float:
    """Return where chi-squared passes the bar; the last instant inside where it ends or jumps."""
    if not 0 <= outside < len(times_s) or not math.isfinite(chi2[outside]):
        return float(times_s[inside])
    part = (bar - chi2[inside]) / (chi2[outside] - chi2[inside])
    return float(times_s[inside] + part * (times_s[outside] - times_s[inside]))


def _finite(chi2: FloatArray) -> FloatArray:
    """Return chi-squared with a number beyond all bars for the sun down."""
    return np.where(np.isfinite(chi2), chi2, 1e9)
