"""How probable it is that an impact lies farther from its target than any distance."""

from dataclasses import dataclass

from purport.core.casefile import CaseFile
from purport.reports import read_strikes

__all__ = ["OffsetCurve", "offset_curves"]

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetCurve:
    """The offset of one strike as a curve; n distances, joined by straight lines."""

    number: int
    """The strike's number, from 1."""
    distances_m: tuple[float, ...]
    """Distances (n), rising. [m]"""
    p_farther: tuple[float, ...]
    """Probability that the impact lies farther than each (n). [1]"""
    offset_m: float
    """The offset, 0 inside an outline. [m]"""
    offset_68_m: Pair | None
    """68 % interval; None when not given. [m]"""
    offset_95_m: Pair | None
    """95 % interval; None when not given. [m]"""
    p_inside: float | None
    """Probability that it lies inside the target's outline; None without one."""


def offset_curves(case: CaseFile, item: str) -> tuple[OffsetCurve, ...]:
    """Return the offsets of an item's strikes, those shown again left out, as curves.

    Args:
        case: The case, as whoever looks may see it.
        item: The item.
    """
    return tuple(
        OffsetCurve(
            number=strike.number,
            distances_m=tuple(distance for distance, _ in strike.p_farther_m),
            p_farther=tuple(probability for _, probability in strike.p_farther_m),
            offset_m=strike.offset_m,
            offset_68_m=strike.offset_68_m,
            offset_95_m=strike.offset_95_m,
            p_inside=strike.p_inside,
        )
        for finding in case.findings
        if finding.check == "impacts" and finding.item == item
        for strike in read_strikes(finding)
        if strike.offset_m is not None and strike.p_farther_m and strike.same_strike_as is None
    )
