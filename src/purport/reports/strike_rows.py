"""Strikes, put into words: offsets with their intervals, chances, budgets, and what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from purport.core.positions import compass_point
from purport.reports.phrases import (
    format_interval_m,
    format_length,
    format_position,
    format_seconds,
    humanise,
)
from purport.reports.readings import StrikeReading

__all__ = ["StrikeRow", "StrikeTable", "describe_strike", "tabulate_strikes"]

_ROUND_M = (1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000)
"""Distances that people ask about. [m]"""
_MOST_DISTANCES = 6
_DECIDED = 0.005
"""A chance below this, or as near to 1, says nothing new. """
_MISSING = "not measurable"
_TELLING_LEAN = 0.05
"""Displacement for a metre of height, below which it is not worth a word. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeRow:
    """A strike, in words."""

    number: int
    """Its number."""
    time: str
    """Time code of the onset, and frame."""
    position: str
    """Its position with the half axis of the 95 % ellipse."""
    offset: str
    """Offset from the target."""
    interval_68: str
    """68 % interval."""
    interval_95: str
    """95 % interval."""
    bearing: str
    """Direction from the target."""
    inside: str
    """Probability that it lies inside the target."""
    again: int | None
    """Number of the strike that it shows again; None for a first showing."""
    budget: tuple[tuple[str, str], ...]
    """Standard uncertainty by cause."""
    together: str
    """Standard uncertainty of the offset per axis, all causes together; "–" when not stated."""
    farther: tuple[str, ...]
    """Probability to lie farther from the target than each distance of the table."""
    notes: tuple[str, ...]
    """What else is to be said: what is missing and would help, where point and metres come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeTable:
    """All strikes of an item."""

    rows: tuple[StrikeRow, ...]
    """The strikes."""
    causes: tuple[str, ...]
    """Causes of uncertainty that any strike's budget names."""
    distances: tuple[str, ...]
    """Distances for which the chance to lie farther is stated; empty when none is measured."""
    outlined: bool
    """Whether any strike has a probability to lie inside an outline."""


def tabulate_strikes(strikes: Sequence[StrikeReading]) -> StrikeTable:
    """Put the strikes of an item into words."""
    distances_m = _telling_distances_m(strikes)
    causes = (humanise(cause) for strike in strikes for cause, _ in sorted(strike.budget_m))
    return StrikeTable(
        rows=tuple(describe_strike(strike, distances_m=distances_m) for strike in strikes),
        causes=tuple(dict.fromkeys(causes)),
        distances=tuple(f"{distance:g} m" for distance in distances_m),
        outlined=any(strike.p_inside is not None for strike in strikes),
    )


def describe_strike(strike: StrikeReading, *, distances_m: Sequence[float] = ()) -> StrikeRow:
    """Put a strike into words."""
    inside = strike.p_inside
    return StrikeRow(
        number=strike.number,
        time=f"{format_seconds(strike.onset_s)} (frame {strike.onset_frame})",
        position=format_position(strike.position) if strike.position else _MISSING,
        offset=_MISSING if strike.offset_m is None else format_length(strike.offset_m),
        interval_68=format_interval_m(strike.offset_68_m) if strike.offset_68_m else _MISSING,
        interval_95=format_interval_m(strike.offset_95_m) if strike.offset_95_m else _MISSING,
        bearing=_bearing_words(strike),
        inside="no outline given" if inside is None else f"{inside * 100:.0f} %",
        again=strike.same_strike_as,
        budget=tuple((humanise(cause), format_length(size)) for cause, size in strike.budget_m),
        together="–" if strike.offset_sd_m is None else format_length(strike.offset_sd_m),
        farther=tuple(_chance_words(strike, distance) for distance in distances_m),
        notes=_notes(strike),
    )


def _telling_distances_m(strikes: Sequence[StrikeReading]) -> tuple[float, ...]:
    """Return round distances at which the chance of some strike is undecided, thinned evenly."""
    telling = [
        float(distance)
        for distance in _ROUND_M
        if any(
            strike.p_farther_m and _DECIDED < _chance(strike, distance) < 1.0 - _DECIDED
            for strike in strikes
        )
    ]
    if len(telling) <= _MOST_DISTANCES:
        return tuple(telling)
    places = np.linspace(0, len(telling) - 1, _MOST_DISTANCES).round().astype(int)
    return tuple(telling[place] for place in places)


def _chance(strike: StrikeReading, distance_m: float) -> float:
    distances, chances = zip(*strike.p_farther_m, strict=True)
    return float(np.interp(distance_m, distances, chances, left=1.0, right=0.0))


def _chance_words(strike: StrikeReading, distance_m: float) -> str:
    if not strike.p_farther_m:
        return "–"
    chance = _chance(strike, distance_m)
    if chance < _DECIDED:
        return "under 1 %"
    if chance > 1.0 - _DECIDED:
        return "over 99 %"
    return f"{min(max(chance * 100, 1.0), 99.0):.0f} %"


def _bearing_words(strike: StrikeReading) -> str:
    if strike.bearing_deg is None:
        return "none at distance 0" if strike.offset_m == 0 else _MISSING
    words = f"{strike.bearing_deg:.0f}° ({compass_point(strike.bearing_deg)})"
    if strike.bearing_sd_deg is None:
        return f"{words}, too near to be sure"
    return f"{words}, u {strike.bearing_sd_deg:.0f}°"


def _notes(strike: StrikeReading) -> tuple[str, ...]:
    notes = []
    if strike.not_measured:
        notes.append(" ".join(filter(None, (strike.not_measured, strike.remedy))))
    if strike.scale_basis and strike.scale_basis != "map":
        notes.append(f"Metres from: {strike.scale_basis}.")
    if strike.lean_m is not None and strike.lean_m >= _TELLING_LEAN:
        notes.append(
            f"A point 1 m above the ground appears {strike.lean_m:.2f} m away from where it "
            "stands; on a roof or slope the offset is off by that much for each metre."
        )
    if strike.mark is not None:
        notes.append(strike.mark)
    notes.extend(strike.marks_not_used)
    return tuple(notes)
