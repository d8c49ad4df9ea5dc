"""By how much a number found again may differ from the sealed one: what the finding states for it.

Where a finding states a standard uncertainty, a tenth of it. What states none is one of these:

- an uncertainty, a covariance or a part of a budget: it is itself known to about 24 %, as one from
  ten observations is (JCGM 100:2008, table E.1), and may differ by a tenth of that;
- a statistic of a fit or a picture (residuals, pixel on the ground, likeness, a share of the
  picture): a fiftieth of itself;
- a number of points found or matched: a fiftieth of itself, and one, for some lie at the edge of
  every rule;
- any other: a millionth of itself, as two libraries sum in another order; counts and answers, not
  at all.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

from purport.core.digests import JsonValue

__all__ = [
    "LEVELS",
    "OF_ITSELF",
    "SHARE",
    "Allowance",
    "Tolerance",
    "allowance_beside",
    "flat",
    "is_list",
    "is_number",
]

LEVELS = {"68": 0.994458, "95": 1.959964}
"""Half-widths of intervals in standard uncertainties (normal distribution)."""
_UNITS = ("_px", "_m", "_s", "_deg", "")
OF_ITSELF = 0.24
"""Relative standard uncertainty of a standard uncertainty from ten observations."""
SHARE = 0.1
"""Of the stated standard uncertainty, by which a number may differ on other versions."""
_FIFTIETH = 0.02
_STATISTICS = frozenset(
    {"alike", "elsewhere", "gsd_m", "lean_m", "obliquity_deg", "overlay_fraction", "picture_share"}
    | {"radius_px", "residual_m", "residual_px", "spread", "turn_px"}
)
"""What describes a fit or a picture, and is no measurement of the scene."""
_POINTS = frozenset({"features", "first_inliers", "inliers", "tentative"})
"""Numbers of points in pictures."""
_METRES_A_DEGREE = 111_320.0
"""Of latitude; of longitude at the equator, where it is longest."""


class Tolerance(StrEnum):
    """By what two numbers were held against each other."""

    EXACT = "exact"
    """They had to be the same."""
    UNCERTAINTY = "a tenth of the stated standard uncertainty"
    STATISTIC = "a fiftieth, for a statistic"
    POINTS = "a fiftieth or one, for a number of points"
    ROUNDING = "a millionth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What may differ."""

    tolerance: Tolerance
    """By what."""
    by: JsonValue
    """By how much: a number, or one for each part of a list."""


def allowance_beside(values: Mapping[str, JsonValue], name: str) -> Allowance | None:
    """Return what the members beside one state for it, None where they state nothing.

    `x_m` has `x_sd_m`; `value` has `standard_uncertainty`; an interval `x_95_m` has its own width;
    `p_farther_m` that of `offset_95_m`; a point has its covariance or a circular `point_sd_px`.

    Args:
        values: The mapping that holds it.
        name: Its name there.
    """
    own = values.get(name)
    if name in _STATISTICS:
        return Allowance(tolerance=Tolerance.STATISTIC, by=_scaled(_FIFTIETH, own))
    if name in _POINTS:
        return Allowance(tolerance=Tolerance.POINTS, by=_points(own))
    if name.startswith("budget_") and isinstance(own, Mapping):
        whole = math.hypot(*flat(list(own.values())))
        return Allowance(tolerance=Tolerance.UNCERTAINTY, by=SHARE * OF_ITSELF * whole)
    sd = _stated_sd(values, name)
    return None if sd is None else Allowance(tolerance=Tolerance.UNCERTAINTY, by=_scaled(SHARE, sd))


def _stated_sd(values: Mapping[str, JsonValue], name: str) -> JsonValue:
    if name == "value" and "standard_uncertainty" in values:
        return values["standard_uncertainty"]
    for unit in _UNITS:
        stem = name.removesuffix(unit) if unit else name
        beside = values.get(f"{stem}_sd{unit}")
        if is_number(beside) and (not unit or name.endswith(unit)):
            return beside
    own = values.get("offset_95_m" if name == "p_farther_m" else name)
    interval = re.search(r"_(68|95)(_[a-z]+)?$", name)
    level = "95" if name == "p_farther_m" else interval[1] if interval is not None else None
    if level is not None and _is_pair(own):
        low, high = flat(own)
        return (high - low) / (2 * LEVELS[level])
    if re.search(r"(^|_)(sd|covariance)(_|$)", name) or name == "standard_uncertainty":
        return _of_itself(own)
    return _point_sd(values, name)


def _point_sd(values: Mapping[str, JsonValue], name: str) -> JsonValue:
    """Return the standard uncertainties of a position on the map with a covariance beside it."""
    covariance = values.get(f"{name}_covariance_m2")
    if covariance is None and name in {"centre", "point"}:
        covariance = values.get("covariance_m2")
    if not is_list(covariance) or name not in {"centre", "point", "position"}:
        return None
    parts = list(flat(covariance))
    if len(parts) != 4 or min(parts[0], parts[3]) < 0:  # noqa: PLR2004 - two by two
        return None
    return [math.sqrt(each) / _METRES_A_DEGREE for each in (parts[0], parts[3])]


def _of_itself(value: JsonValue) -> JsonValue:
    if is_number(value):
        return OF_ITSELF * abs(value)
    if not is_list(value):
        return None
    parts = [abs(each) for each in flat(value)]
    return OF_ITSELF * max(parts) if parts else None


def _points(value: JsonValue) -> JsonValue:
    return max(1.0, _FIFTIETH * value) if is_number(value) else None


def _scaled(by: float, value: JsonValue) -> JsonValue:
    if is_number(value):
        return by * abs(value)
    if is_list(value):
        return [_scaled(by, each) for each in value]
    return None


def flat(value: JsonValue) -> Iterator[float]:
    """Give every number of a value, lists within lists too."""
    if is_number(value):
        yield float(value)
    elif is_list(value):
        for each in value:
            yield from flat(each)


def is_list(value: JsonValue) -> TypeGuard[list[JsonValue] | tuple[JsonValue, ...]]:
    """Tell whether a value is a list."""
    return isinstance(value, list | tuple)


def is_number(value: JsonValue) -> TypeGuard[float]:
    """Tell whether a value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_pair(value: JsonValue) -> bool:
    return is_list(value) and len(value) == 2 and all(map(is_number, value))  # noqa: PLR2004
