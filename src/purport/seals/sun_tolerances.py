"""By how much what the sun check finds again may differ: instants, and what follows from them.

Its times are told as instants with stretches around them, which state their uncertainty by their
width; the sun's direction and how badly a time fits follow from the same marks.
"""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from purport.core.digests import JsonValue
from purport.seals.tolerances import LEVELS, SHARE, Allowance, Tolerance, is_list, is_number

__all__ = ["sun_allowance"]

_ENDS = frozenset({"end_local", "end_utc", "start_local", "start_utc"})
_TOLD_S = 1.0
"""Instants are told to the second: one of two that agree may be rounded the other way. [s]"""
_TOLD_H = 0.001
"""Hours of a day are told to a thousandth. [h]"""
_ELEVATION_DEG_S = 15.05 / 3600
"""The sun's elevation changes by no more than the Earth turns. [deg/s]"""


def sun_allowance(values: Mapping[str, JsonValue], name: str, path: str) -> Allowance | None:
    """Return by how much a member of a sun finding may differ, None where nothing is stated.

    Args:
        values: The mapping that holds it.
        name: Its name there.
        path: What the mapping is called, `values.intervals_95.0`.
    """
    by: JsonValue = None
    if name in _ENDS:
        by = _of_end(values, path)
    elif name in {"spans_68", "spans_95"}:
        by = _of_hours(values[name], LEVELS[name[-2:]])
    elif {"intervals_95", "shadows", "chi2"} <= values.keys():
        by = _of_time(values, name)
    return None if by is None else Allowance(tolerance=Tolerance.UNCERTAINTY, by=by)


def _of_end(values: Mapping[str, JsonValue], path: str) -> float | None:
    """Return what the end of a stretch may differ by. [s]"""
    level = re.search(r"_(68|95)\.\d+$", path)
    width_s = _width_s(values)
    if level is None or width_s is None:
        return None
    return _TOLD_S + SHARE * width_s / (2 * LEVELS[level[1]])


def _of_hours(spans: JsonValue, level: float) -> JsonValue:
    """Return what the ends of stretches of a day may differ by, a number for each stretch. [h]"""
    if not is_list(spans):
        return None
    return [
        _TOLD_H + SHARE * abs(span[1] - span[0]) / (2 * level)
        if is_list(span) and len(span) == 2 and is_number(span[0]) and is_number(span[1])  # noqa: PLR2004
        else 0.0
        for span in spans
    ]


def _of_time(values: Mapping[str, JsonValue], name: str) -> float | None:
    """Return what an instant, and what follows from it, may differ by."""
    widths_s = list(_widths_s(values["intervals_95"]))
    sd_s = min(widths_s) / (2 * LEVELS["95"]) if widths_s else 0.0
    by = {
        "best_utc": _TOLD_S + SHARE * sd_s,
        "claimed_away_min": (_TOLD_S + SHARE * sd_s) / 60.0,
        "sun_azimuth_deg": SHARE * min(_azimuth_sds_deg(values["shadows"]), default=0.0),
        "sun_elevation_deg": _ELEVATION_DEG_S * SHARE * sd_s,
        "chi2": _of_chi2(values, values["chi2"]),
        "claimed_chi2": _of_chi2(values, values.get("claimed_chi2")),
    }
    return by.get(name) or None


def _of_chi2(values: Mapping[str, JsonValue], chi2: JsonValue) -> float:
    """Return what a sum of squares may differ by, each term's root by a tenth: 2 Σ|r| / 10 + k/100.

    By Cauchy and Schwarz, Σ|r| is at most the root of k chi-squared.
    """
    count, least = values.get("constraints"), values["chi2"]
    if not (is_number(chi2) and is_number(count) and is_number(least)):
        return 0.0
    return 2 * SHARE * math.sqrt(count * (abs(chi2) + abs(least))) + SHARE**2 * count


def _widths_s(spans: JsonValue) -> Iterator[float]:
    for span in spans if is_list(spans) else ():
        width_s = _width_s(span) if isinstance(span, Mapping) else None
        if width_s is not None:
            yield width_s


def _width_s(span: Mapping[str, JsonValue]) -> float | None:
    try:
        start, end = (datetime.fromisoformat(str(span[name])) for name in ("start_utc", "end_utc"))
        return abs((end - start).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None


def _azimuth_sds_deg(shadows: JsonValue) -> Iterator[float]:
    for shadow in shadows if is_list(shadows) else ():
        sd = shadow.get("azimuth_sd_deg") if isinstance(shadow, Mapping) else None
        if is_number(sd):
            yield sd
