"""Numbers found again, held against those that were sealed, each within its own tolerance.

A number may differ by a tenth of the standard uncertainty that is stated for it; one without a
stated uncertainty, by what rounding does (a millionth of itself), or not at all when it is a whole
number. Where machine and versions are the same, nothing may differ.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from purport.core.digests import JsonValue

__all__ = ["Difference", "Tolerance", "compare"]

_SHARE = 0.1
"""Of the stated standard uncertainty, by which a number may differ on other versions."""
_ROUNDING = 1e-6
"""Of a number without a stated uncertainty: two libraries sum in another order."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?")
_LEVELS = {"68": 0.994458, "95": 1.959964}
"""Half-widths of intervals in standard uncertainties (normal distribution)."""
_UNITS = ("_px", "_m", "_s", "_deg", "")
_IGNORED = frozenset({"id", "inputs", "parameters", "libraries"})
"""Digests that follow from other members, and versions, which are compared by themselves."""


class Tolerance(StrEnum):
    """By what two numbers were held against each other."""

    EXACT = "exact"
    """They had to be the same."""
    UNCERTAINTY = "a tenth of the stated standard uncertainty"
    ROUNDING = "a millionth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A place where what was found again is not what was sealed."""

    path: str
    """Where: names and places, dots between."""
    sealed: JsonValue
    """As sealed; None when it was not there."""
    found: JsonValue
    """As found again; None when it is not there."""
    tolerance: Tolerance
    """By what they were held against each other."""
    allowed: float | None
    """By how much they might have differed; None for what is no number."""
    within: bool
    """Whether they lie within it."""


def compare(
    sealed: JsonValue, found: JsonValue, *, path: str = "", exactly: bool = False
) -> tuple[Difference, ...]:
    """Hold a value found again against the sealed one.

    Args:
        sealed: As sealed.
        found: As found again.
        path: What it is called.
        exactly: Whether nothing may differ: same machine, same versions.

    Returns:
        Every place where they are not the same, those within their tolerance too.
    """
    return tuple(_compare(sealed, found, _Place(path=path, exactly=exactly)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a comparison has come to."""

    path: str
    exactly: bool
    sd: JsonValue = None
    """Stated standard uncertainty of the value, or of its parts one by one; None: none stated."""
    ground_sd_m: float | None = None
    """Of a point on the ground, where the finding states one. [m]"""

    def into(self, name: str, sd: JsonValue = None) -> "_Place":
        path = f"{self.path}.{name}" if self.path else name
        return replace(self, path=path, sd=sd)


def _compare(sealed: JsonValue, found: JsonValue, at: _Place) -> Iterator[Difference]:
    if isinstance(sealed, Mapping) and isinstance(found, Mapping):
        at = _with_ground(sealed, at)
        for name in sorted(sealed.keys() | found.keys()):
            if name not in _IGNORED:
                sd = _stated_sd(sealed, name)
                yield from _compare(sealed.get(name), found.get(name), at.into(name, sd))
    elif at.path.endswith(".to_map") and at.ground_sd_m and not at.exactly:
        yield from _compare_maps(sealed, found, at)
    elif _is_list(sealed) and _is_list(found) and len(sealed) == len(found):  # type: ignore[arg-type]
        sds = _spread(at.sd, len(sealed))  # type: ignore[arg-type]
        for number, (one, other) in enumerate(zip(sealed, found, strict=True)):  # type: ignore[arg-type]
            yield from _compare(one, other, at.into(str(number), sds[number]))
    elif _is_number(sealed) and _is_number(found):
        yield from _compare_numbers(float(sealed), float(found), at, whole=_is_whole(sealed, found))  # type: ignore[arg-type]
    elif sealed != found:
        alike = isinstance(sealed, str) and isinstance(found, str) and _masked(sealed, found)
        yield Difference(
            path=at.path,
            sealed=sealed,
            found=found,
            tolerance=Tolerance.EXACT if not alike else Tolerance.ROUNDING,
            allowed=None,
            within=alike and not at.exactly,
        )


def _with_ground(values: Mapping[str, JsonValue], at: _Place) -> _Place:
    """Note the standard uncertainty of points on the ground, which holds for what lies below."""
    covariance = values.get("covariance_m2")
    if at.ground_sd_m is not None or not _is_list(covariance):
        return at
    flat = list(_flat(covariance))
    return replace(at, ground_sd_m=math.sqrt(max(flat))) if flat and max(flat) > 0 else at


def _compare_maps(sealed: JsonValue, found: JsonValue, at: _Place) -> Iterator[Difference]:
    """Hold two homographies against each other by where they put points, not by their elements."""
    one, other = list(_flat(sealed)), list(_flat(found))
    if one == other:
        return
    allowed = _SHARE * (at.ground_sd_m or 0.0)
    farthest = math.inf
    if len(one) == len(other) == 9:  # noqa: PLR2004 - three by three
        farthest = max(math.dist(_put(one, x, y), _put(other, x, y)) for x, y in _PROBED_PX)
    yield Difference(
        path=at.path,
        sealed=sealed,
        found=found,
        tolerance=Tolerance.UNCERTAINTY,
        allowed=allowed,
        within=farthest <= allowed,
    )


_PROBED_PX = ((0.0, 0.0), (639.0, 0.0), (0.0, 359.0), (639.0, 359.0))
"""Pixels at which homographies are compared: within any picture that can be placed."""


def _put(homography: Sequence[float], x: float, y: float) -> tuple[float, float]:
    """Map a pixel, x' ~ H x."""
    east, north, scale = (
        homography[row] * x + homography[row + 1] * y + homography[row + 2] for row in (0, 3, 6)
    )
    return (east / scale, north / scale) if scale else (math.inf, math.inf)


def _compare_numbers(
    sealed: float, found: float, at: _Place, *, whole: bool
) -> Iterator[Difference]:
    if sealed == found:
        return
    tolerance, allowed = _allowance(sealed, at, whole=whole)
    yield Difference(
        path=at.path,
        sealed=sealed,
        found=found,
        tolerance=tolerance,
        allowed=allowed,
        within=abs(found - sealed) <= allowed,
    )


def _allowance(sealed: float, at: _Place, *, whole: bool) -> tuple[Tolerance, float]:
    if at.exactly or whole or not math.isfinite(sealed):
        return Tolerance.EXACT, 0.0
    if isinstance(at.sd, float | int) and at.sd > 0:
        return Tolerance.UNCERTAINTY, _SHARE * float(at.sd)
    return Tolerance.ROUNDING, _ROUNDING * max(abs(sealed), 1e-6)


def _stated_sd(values: Mapping[str, JsonValue], name: str) -> JsonValue:
    """Return the standard uncertainty that the members beside one state for it.

    `x_m` has `x_sd_m`; `value` has `standard_uncertainty`; an interval `x_95_m` has its own width;
    a point has its covariance or a circular `point_sd_px`; a covariance or an uncertainty has a
    tenth of itself, as that of an uncertainty from some fifty degrees of freedom (JCGM 100, E.4.3).
    """
    if name == "value" and "standard_uncertainty" in values:
        return values["standard_uncertainty"]
    for unit in _UNITS:
        stem = name.removesuffix(unit) if unit else name
        beside = values.get(f"{stem}_sd{unit}")
        if _is_number(beside) and (not unit or name.endswith(unit)):
            return beside
    if name == "matrix" and _is_list(values.get("covariance")):
        return _matrix_sd(values["covariance"])
    interval = re.search(r"_(68|95)(_[a-z]+)?$", name)
    own = values.get(name)
    if interval is not None and _is_pair(own):
        low, high = (float(end) for end in own)  # type: ignore[union-attr, arg-type]
        return (high - low) / (2 * _LEVELS[interval[1]])
    if re.search(r"(^|_)(sd|covariance)(_|$)", name) or name == "standard_uncertainty":
        return _tenth_of(own)
    return _point_sd(values, name)


def _matrix_sd(covariance: JsonValue) -> JsonValue:
    """Return the standard uncertainties of a homography's elements, row by row."""
    if not isinstance(covariance, list | tuple):
        return None
    rows = [list(_flat(row)) for row in covariance]
    diagonal = [
        math.sqrt(max(row[place], 0.0)) for place, row in enumerate(rows) if place < len(row)
    ]
    if len(diagonal) not in {8, 9}:
        return None
    padded = [*diagonal, 0.0][:9]
    return [padded[start : start + 3] for start in (0, 3, 6)]


_METRES_A_DEGREE = 111_320.0
"""Of latitude; of longitude at the equator, where it is longest."""


def _point_sd(values: Mapping[str, JsonValue], name: str) -> JsonValue:
    """Return the standard uncertainties of a position on the map with a covariance beside it."""
    covariance = values.get(f"{name}_covariance_m2")
    if covariance is None and name in {"centre", "point"}:
        covariance = values.get("covariance_m2")
    if not _is_list(covariance) or name not in {"centre", "point", "position"}:
        return None
    flat = list(_flat(covariance))
    if len(flat) != 4 or min(flat[0], flat[3]) < 0:  # noqa: PLR2004 - two by two
        return None
    return [math.sqrt(each) / _METRES_A_DEGREE for each in (flat[0], flat[3])]


def _tenth_of(value: JsonValue) -> JsonValue:
    if _is_number(value):
        return 0.1 * abs(float(value))  # type: ignore[arg-type]
    if not _is_list(value):
        return None
    flat = [abs(each) for each in _flat(value)]
    return 0.1 * max(flat) if flat else None


def _flat(value: JsonValue) -> Iterator[float]:
    if _is_number(value):
        yield float(value)  # type: ignore[arg-type]
    elif _is_list(value):
        for each in value:  # type: ignore[union-attr]
            yield from _flat(each)


def _spread(sd: JsonValue, count: int) -> Sequence[JsonValue]:
    if _is_list(sd):
        return sd if len(sd) == count else [None] * count  # type: ignore[arg-type, return-value]
    return [sd] * count


def _masked(sealed: str, found: str) -> bool:
    """Tell whether two texts differ in their numbers alone; those stand as values beside them."""
    return _NUMBER.sub("#", sealed) == _NUMBER.sub("#", found)


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _is_pair(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_number, value))  # noqa: PLR2004


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(sealed: object, found: object) -> bool:
    return isinstance(sealed, int) and isinstance(found, int)
