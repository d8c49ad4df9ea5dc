"""From an adjusted homography to what relief adds to its points."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._adjustment import Adjusted, Observations, normalisation_of
from purport.checks.place._geometry import hull_area, local_affine
from purport.checks.place._relief import Lean, find_lean
from purport.checks.place._relief_scatter import ReliefSample, ReliefScatter, estimate_scatter
from purport.core.homographies import GroundHomography

__all__ = ["Relief", "assess_relief", "with_relief"]

FloatArray = NDArray[np.float64]

_LEAST_WEIGHT = 0.3
"""Cauchy weight of a residual of 3.6 standard deviations: beyond it a match is wrong, or stands far
above the ground."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """How points off the plane move, and how far off they seem to be."""

    lean: Lean | None
    """Which way, and how far per metre of height; None from nearly straight above."""
    scatter: ReliefScatter | None
    """How much; None when the matches are too few to tell."""


def assess_relief(
    seen: Observations, adjusted: Adjusted, *, covariance: FloatArray, size: tuple[int, int]
) -> Relief:
    """Assess what the plane leaves out of a stretch of a shot.

    Args:
        seen: The matches that were adjusted.
        adjusted: The outcome.
        covariance: Of its parameters, drift of the links included (8, 8).
        size: Width and height of the picture. [px]
    """
    lean = find_lean(adjusted.matrix, covariance)
    used = np.flatnonzero((adjusted.weight > _LEAST_WEIGHT) & seen.steady)
    if len(used) == 0:
        return Relief(lean=lean, scatter=None)
    sample = _sample(seen, adjusted, used, size=size, lean=lean)
    extent_m = float(np.sqrt(hull_area(sample.ground)))
    scatter = estimate_scatter(sample, extent_m=extent_m) if extent_m > 0.0 else None
    return Relief(lean=lean, scatter=scatter)


def with_relief(homography: GroundHomography, relief: Relief) -> GroundHomography:
    """Return a homography that states what relief adds.

    Where the matches cannot tell, its own `ground_sd_m` stands, independent from point to point.
    """
    if relief.lean is not None:
        east, north = relief.lean.at_middle
        homography = replace(
            homography,
            lean=(float(east), float(north)),
            lean_growth_per_m=relief.lean.growth_per_m,
        )
    if relief.scatter is None:
        return homography
    return replace(
        homography,
        ground_sd_m=relief.scatter.ground_sd_m,
        relief_own_share=relief.scatter.own_share,
        relief_range_m=relief.scatter.range_m,
        height_sd_m=relief.scatter.height_sd_m,
    )


def _sample(
    seen: Observations,
    adjusted: Adjusted,
    used: NDArray[np.intp],
    *,
    size: tuple[int, int],
    lean: Lean | None,
) -> ReliefSample:
    normal, matrix = normalisation_of(size), adjusted.matrix
    unit = seen.pixels[used] @ normal[:2, :2].T + normal[:2, 2]
    by_pixel = local_affine(matrix, unit) * normal[0, 0]
    ground = seen.ground[used]
    return ReliefSample(
        ground=ground,
        residual_m=adjusted.residual_m[used],
        covariance=by_pixel @ np.swapaxes(by_pixel, 1, 2) * seen.pixel_sd[used, None, None] ** 2
        + np.eye(2) * seen.ground_sd[used, None, None] ** 2,
        jacobian=_by_parameters(matrix, unit),
        lean=None if lean is None else lean.at(ground, matrix[:2, 2] / matrix[2, 2]),
    )


def _by_parameters(matrix: FloatArray, unit: FloatArray) -> FloatArray:
    """Return the Jacobian of ground points by the first eight elements of the matrix (n, 2, 8)."""
    row = np.column_stack([unit, np.ones(len(unit))])
    depth = row @ matrix[2]
    ground = row @ matrix[:2].T / depth[:, None]
    row = row / depth[:, None]
    zero = np.zeros_like(row)
    return np.stack(
        [
            np.column_stack([row, zero, -ground[:, :1] * row[:, :2]]),
            np.column_stack([zero, row, -ground[:, 1:] * row[:, :2]]),
        ],
        axis=1,
    )
