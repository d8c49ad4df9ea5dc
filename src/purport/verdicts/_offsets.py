"""Probabilities from a measured offset: from its table, else from its median and two intervals."""

import math
from collections.abc import Sequence
from itertools import pairwise

from purport.verdicts._reading import StrikeSeen

__all__ = ["probability_between", "probability_of_hit", "probability_within"]

_KNOTS_95 = 1.959964
_KNOTS_68 = 0.994458


def probability_of_hit(strike: StrikeSeen, hit_radius_m: float) -> float | None:
    """Return the probability that a strike is on target; None when it was not measured.

    Inside the outline when the target is an outline, else within `hit_radius_m` of its point.
    """
    if strike.p_inside is not None:
        return strike.p_inside
    return probability_within(strike, hit_radius_m)


def probability_between(strike: StrikeSeen, low_m: float, high_m: float) -> float | None:
    """Return the probability that the offset lies in a range; None when it was not measured."""
    above, below = probability_within(strike, low_m), probability_within(strike, high_m)
    return None if above is None or below is None else max(0.0, below - above)


def probability_within(strike: StrikeSeen, radius_m: float) -> float | None:
    """Return the probability that the offset is at most `radius_m`; None when not measured.

    Read off the table that the check gives. A finding of an earlier version has none: then the ends
    of the 68 % and 95 % intervals and the value are taken as quantiles (2.5, 16, 50, 84 and 97.5 %)
    and joined by straight lines on normal probability paper, continued at both ends.

    Args:
        strike: The strike with its offset and intervals.
        radius_m: Largest offset asked about. [m]
    """
    if radius_m < 0.0:
        return 0.0
    if strike.offset_m is None or strike.offset_68_m is None or strike.offset_95_m is None:
        return None
    if strike.p_farther_m:
        return 1.0 - _read_off(strike.p_farther_m, radius_m)
    (low_68, high_68), (low_95, high_95) = strike.offset_68_m, strike.offset_95_m
    knots = _increasing(
        [
            (low_95, -_KNOTS_95),
            (low_68, -_KNOTS_68),
            (strike.offset_m, 0.0),
            (high_68, _KNOTS_68),
            (high_95, _KNOTS_95),
        ]
    )
    return 0.5 * math.erfc(-_on_paper(knots, radius_m) / math.sqrt(2.0))


def _read_off(table: Sequence[tuple[float, float]], distance_m: float) -> float:
    """Return the probability to lie farther than a distance: straight lines between the pairs."""
    if distance_m < table[0][0]:
        return 1.0
    for (near, above), (far, below) in pairwise(table):
        if distance_m < far:
            return above + (below - above) * (distance_m - near) / (far - near)
    return table[-1][1]


def _increasing(knots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Drop knots that do not rise above the one before (intervals that end at zero)."""
    kept: list[tuple[float, float]] = []
    for distance, normal in knots:
        if kept and distance <= kept[-1][0]:
            continue
        kept.append((distance, normal))
    return kept


def _on_paper(knots: Sequence[tuple[float, float]], radius_m: float) -> float:
    """Interpolate linearly, continuing the first and last line."""
    if len(knots) == 1:
        return float("inf") if radius_m >= knots[0][0] else float("-inf")
    after = next((i for i, (x, _) in enumerate(knots) if x >= radius_m), len(knots) - 1)
    right = max(1, after)
    (x0, z0), (x1, z1) = knots[right - 1], knots[right]
    return z0 + (z1 - z0) * (radius_m - x0) / (x1 - x0)
