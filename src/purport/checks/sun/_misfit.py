"""How badly the sun at some place in the sky explains shadows: a chi-squared for each position.

For the true position the sum is distributed as chi-squared, one degree of freedom for each shadow
and one more for each known height: what is compared with zero is Gaussian and its spread is known.

1. Across: an upright thing's shadow lies in the vertical plane of the sun whatever the slope of the
   ground, so the part of each vector across the sun's direction is nothing but marking,
   registration and lean (a top that leans by an angle moves the tip by height times that).
2. Along, where the height h is known: h - d · tan(e) is zero on level ground, d the length along
   the direction away from the sun and e its elevation. Slope adds d · slope (shared by all), lean
   h · tan(e) · lean, the blur of the tip by the sun's disc and what the air does to refraction
   d · u(e) / cos²(e) (shared by all).
3. A shadow does not point towards the sun.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.sun._ephemeris import UP_DEG, SunPositions
from purport.checks.sun._shadows import ShadowSet

__all__ = ["Spreads", "count_constraints", "misfit"]

FloatArray = NDArray[np.float64]

_CHUNK = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreads:
    """What is not marked but assumed; standard uncertainties."""

    lean_rad: float
    """Of an upright thing from the vertical, per axis. [rad]"""
    slope: float
    """Of the ground from level, per axis; shared by all shadows. [1]"""
    elevation_rad: float
    """Of the elevation that the marked tip stands for. [rad]"""


def count_constraints(shadows: ShadowSet) -> int:
    """Return how many numbers are compared with zero: the degrees of freedom of `misfit`."""
    return len(shadows.shadows) + sum(one.height_m is not None for one in shadows.shadows)


def misfit(shadows: ShadowSet, sun: SunPositions, spreads: Spreads) -> FloatArray:
    """Return chi-squared for each position of the sun (n,); infinite where it is not up."""
    chi2 = np.full(len(sun.azimuth_deg), np.inf)
    up = np.flatnonzero(sun.elevation_deg > UP_DEG)
    for start in range(0, len(up), _CHUNK):
        part = up[start : start + _CHUNK]
        chi2[part] = _misfit(
            shadows,
            np.radians(sun.azimuth_deg[part]),
            np.tan(np.radians(sun.elevation_deg[part])),
            spreads,
        )
    return chi2


def _misfit(
    shadows: ShadowSet, azimuth: FloatArray, tangent: FloatArray, spreads: Spreads
) -> FloatArray:
    away = -np.stack([np.sin(azimuth), np.cos(azimuth)], axis=1)
    beside = np.stack([away[:, 1], -away[:, 0]], axis=1)
    vectors = shadows.vectors()
    across, along = beside @ vectors.T, away @ vectors.T  # (n, k)
    blocks = shadows.covariance_m2
    measured = [index for index, one in enumerate(shadows.shadows) if one.height_m is not None]
    count, k = len(azimuth), len(vectors)
    size = k + len(measured)
    residual = np.empty((count, size))
    jacobian = np.zeros((count, size, 2 * k))
    own = np.zeros((count, size, size))
    # 1. across
    heights = _heights(shadows, tangent)
    for index in range(k):
        residual[:, index] = across[:, index]
        jacobian[:, index, 2 * index : 2 * index + 2] = beside
        own[:, index, index] = (heights[:, index] * spreads.lean_rad) ** 2
    # 2. along
    for row, index in enumerate(measured, start=k):
        one = shadows.shadows[index]
        residual[:, row] = float(one.height_m or 0.0) - along[:, index] * tangent
        jacobian[:, row, 2 * index : 2 * index + 2] = -away * tangent[:, None]
        lean = heights[:, index] * tangent * spreads.lean_rad
        own[:, row, row] = one.height_sd_m**2 + lean**2
    if measured:
        length = along[:, measured]
        shared = (spreads.slope**2 + (spreads.elevation_rad * (1.0 + tangent**2)) ** 2)[:, None]
        own[:, k:, k:] += (length * shared)[:, :, None] * length[:, None, :]
    covariance = jacobian @ blocks @ jacobian.transpose(0, 2, 1) + own
    solved = np.linalg.solve(covariance, residual[:, :, None])[:, :, 0]
    # 3. not towards the sun
    spread = np.stack(
        [
            np.einsum("na,ab,nb->n", away, blocks[2 * i : 2 * i + 2, 2 * i : 2 * i + 2], away)
            for i in range(k)
        ],
        axis=1,
    )
    behind = np.full_like(along, np.inf)  # what is known exactly does not point backwards
    np.divide(along**2, spread, out=behind, where=spread > 0.0)
    backwards = np.where(along < 0.0, behind, 0.0).sum(axis=1)
    return np.asarray((residual * solved).sum(axis=1) + backwards, dtype=np.float64)


def _heights(shadows: ShadowSet, tangent: FloatArray) -> FloatArray:
    """Return the heights that lean acts on (n, k): known, or as the sun and length make them."""
    return np.stack(
        [
            np.full(len(tangent), one.height_m)
            if one.height_m is not None
            else one.length_m() * tangent
            for one in shadows.shadows
        ],
        axis=1,
    )
