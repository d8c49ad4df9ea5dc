"""Numbers found again, held against those that were sealed, each within its own tolerance.

`tolerances` says which that is, `compared_maps` how homographies are compared. Where machine and
versions are the same, nothing may differ.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from purport.core.digests import JsonValue
from purport.seals.compared_maps import ComparedMaps, StretchedGround, is_ground_homography
from purport.seals.sun_tolerances import sun_allowance
from purport.seals.tolerances import (
    Allowance,
    Tolerance,
    allowance_beside,
    is_list,
    is_number,
)

__all__ = ["Difference", "Tolerance", "compare"]

_ROUNDING = 1e-6
"""Of a number without a stated uncertainty: two libraries sum in another order."""
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?")
_IGNORED = frozenset({"id", "inputs", "parameters", "libraries"})
"""Digests that follow from other members, and versions, which are compared by themselves."""


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
    allowance: Allowance | None = None
    """What is stated for the value, or for its parts one by one; None: nothing."""
    ground: StretchedGround | None = None
    """The ground that frames of the finding lie on, where it states one."""

    def into(self, name: str, allowance: Allowance | None = None) -> "_Place":
        path = f"{self.path}.{name}" if self.path else name
        return replace(self, path=path, allowance=allowance)


def _compare(sealed: JsonValue, found: JsonValue, at: _Place) -> Iterator[Difference]:
    if isinstance(sealed, Mapping) and isinstance(found, Mapping):
        if is_ground_homography(sealed) and not at.exactly:
            yield from _compare_by_place(sealed, found, at, ComparedMaps(sealed, found).farthest())
        else:
            yield from _compare_members(sealed, found, at)
    elif is_list(sealed) and is_list(found) and len(sealed) == len(found):
        parts = _spread(at.allowance, len(sealed))
        for number, (one, other) in enumerate(zip(sealed, found, strict=True)):
            yield from _compare(one, other, at.into(str(number), parts[number]))
    elif is_number(sealed) and is_number(found):
        yield from _compare_numbers(sealed, found, at)
    elif sealed != found:
        yield _compare_words(sealed, found, at)


def _compare_members(
    sealed: Mapping[str, JsonValue], found: Mapping[str, JsonValue], at: _Place
) -> Iterator[Difference]:
    if "ground" in sealed and at.ground is None:
        at = replace(at, ground=StretchedGround(sealed["ground"]))
    for name in sorted(sealed.keys() | found.keys()):
        one, other = sealed.get(name), found.get(name)
        if name == "to_map" and not at.exactly:
            ground, frame = at.ground or StretchedGround(()), sealed.get("frame")
            away = ground.farthest(frame if isinstance(frame, int) else 0, one, other)
            yield from _compare_by_place(one, other, at.into(name), away)
        elif name not in _IGNORED:
            budget = at.allowance if at.path.rpartition(".")[2].startswith("budget_") else None
            stated = (
                budget or allowance_beside(sealed, name) or sun_allowance(sealed, name, at.path)
            )
            yield from _compare(one, other, at.into(name, stated))


def _compare_by_place(
    sealed: JsonValue, found: JsonValue, at: _Place, away: tuple[float, float]
) -> Iterator[Difference]:
    """Compare by how far off a point is, and may be. [m]"""
    if sealed != found:
        yield Difference(
            path=at.path,
            sealed=sealed,
            found=found,
            tolerance=Tolerance.UNCERTAINTY,
            allowed=away[1],
            within=away[0] <= away[1],
        )


def _compare_numbers(sealed: float, found: float, at: _Place) -> Iterator[Difference]:
    if sealed == found:
        return
    tolerance, allowed = _allowed(sealed, found, at)
    yield Difference(
        path=at.path,
        sealed=sealed,
        found=found,
        tolerance=tolerance,
        allowed=allowed,
        within=abs(found - sealed) <= allowed,
    )


def _compare_words(sealed: JsonValue, found: JsonValue, at: _Place) -> Difference:
    """Compare what is neither the same nor both numbers: instants, texts, and what is not alike."""
    tolerance, allowed, within = Tolerance.EXACT, None, False
    if isinstance(sealed, str) and isinstance(found, str) and not at.exactly:
        apart_s, stated = _seconds_apart(sealed, found), at.allowance
        if apart_s is not None and stated is not None and is_number(stated.by):
            tolerance, allowed = stated.tolerance, stated.by
            within = apart_s <= stated.by
        elif _is_prose(sealed) and _masked(sealed, found):
            tolerance, within = Tolerance.ROUNDING, True
    return Difference(
        path=at.path,
        sealed=sealed,
        found=found,
        tolerance=tolerance,
        allowed=allowed,
        within=within,
    )


def _seconds_apart(sealed: str, found: str) -> float | None:
    """Return how far two instants lie apart; None where one is no instant. [s]"""
    try:
        one, other = (datetime.fromisoformat(each) for each in (sealed, found))
        return abs((other - one).total_seconds())
    except (ValueError, TypeError):
        return None


def _allowed(sealed: float, found: float, at: _Place) -> tuple[Tolerance, float]:
    stated = at.allowance
    whole = isinstance(sealed, int) and isinstance(found, int)
    points = stated is not None and stated.tolerance is Tolerance.POINTS
    if at.exactly or (whole and not points) or not math.isfinite(sealed):
        return Tolerance.EXACT, 0.0
    if stated is not None and is_number(stated.by) and stated.by > 0:
        return stated.tolerance, stated.by
    return Tolerance.ROUNDING, _ROUNDING * max(abs(sealed), 1e-6)


def _spread(allowance: Allowance | None, count: int) -> Sequence[Allowance | None]:
    """Give each part of a list what is stated for it."""
    if allowance is None or not is_list(allowance.by):
        return [allowance] * count
    if len(allowance.by) != count:
        return [None] * count
    return [replace(allowance, by=each) for each in allowance.by]


def _is_prose(text: str) -> bool:
    """Tell whether a text is one for people; instants, days and identifiers are single words."""
    return len(text.split()) > 1


def _masked(sealed: str, found: str) -> bool:
    """Tell whether two texts differ in their numbers alone; those stand as values beside them."""
    return _NUMBER.sub("#", sealed) == _NUMBER.sub("#", found)
