"""Shadows on the ground, as vectors from the foot of an upright thing to the tip of its shadow.

East and true north, in metres; a shadow of which only the direction is known has length 1. What
makes several of them uncertain together (the registration) stands in one joint covariance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CastShadow", "ShadowSet", "join_shadows"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CastShadow:
    """One shadow."""

    mark: str
    """Identifier of the mark that it comes from."""
    vector_m: tuple[float, float]
    """East and true north from foot to tip. [m]"""
    height_m: float | None = None
    """Height of what casts it; None when not known. [m]"""
    height_sd_m: float = 0.0
    """Standard uncertainty of the height. [m]"""

    def length_m(self) -> float:
        """Return its length on the map. [m]"""
        return float(np.hypot(*self.vector_m))

    def azimuth_deg(self) -> float:
        """Return the azimuth that it points to, clockwise from true north. [deg]"""
        east, north = self.vector_m
        return float(np.degrees(np.arctan2(east, north)) % 360.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShadowSet:
    """Shadows of one moment with what makes their vectors uncertain."""

    shadows: tuple[CastShadow, ...]
    """The shadows."""
    covariance_m2: FloatArray
    """Covariance of all vectors, east and north of each in turn (2n, 2n). [m²]"""

    def vectors(self) -> FloatArray:
        """Return the vectors (n, 2). [m]"""
        return np.array([shadow.vector_m for shadow in self.shadows])

    def without(self, place: int) -> "ShadowSet":
        """Return the set without one of its shadows."""
        kept = [index for index in range(len(self.shadows)) if index != place]
        rows = [2 * index + axis for index in kept for axis in (0, 1)]
        return ShadowSet(
            shadows=tuple(self.shadows[index] for index in kept),
            covariance_m2=self.covariance_m2[np.ix_(rows, rows)],
        )

    def azimuth_sd_deg(self, place: int) -> float:
        """Return the standard uncertainty of a shadow's azimuth as marked, lean apart. [deg]"""
        east, north = self.shadows[place].vector_m
        return float(np.degrees(self._sd_m(place, (north, -east)) / np.hypot(east, north)))

    def length_sd_m(self, place: int) -> float:
        """Return the standard uncertainty of a shadow's length as marked. [m]"""
        return self._sd_m(place, self.shadows[place].vector_m)

    def ratio_sd(self, place: int) -> float | None:
        """Return the standard uncertainty of height over length; None when none is known. [1]"""
        shadow = self.shadows[place]
        if shadow.height_m is None:
            return None
        parts = shadow.height_sd_m / shadow.height_m, self.length_sd_m(place) / shadow.length_m()
        return float(shadow.height_m / shadow.length_m() * np.hypot(*parts))

    def _sd_m(self, place: int, way: tuple[float, float]) -> float:
        """Return the standard uncertainty of a vector along a way. [m]"""
        along = np.array(way) / np.hypot(*way)
        block = self.covariance_m2[2 * place : 2 * place + 2, 2 * place : 2 * place + 2]
        return float(np.sqrt(along @ block @ along))


def join_shadows(sets: Sequence[ShadowSet]) -> ShadowSet:
    """Put sets that share no cause of uncertainty together."""
    size = sum(2 * len(one.shadows) for one in sets)
    covariance = np.zeros((size, size))
    start = 0
    for one in sets:
        end = start + 2 * len(one.shadows)
        covariance[start:end, start:end] = one.covariance_m2
        start = end
    return ShadowSet(
        shadows=tuple(shadow for one in sets for shadow in one.shadows), covariance_m2=covariance
    )
