"""From an adjusted homography to what relief and the lens add to its points.

A lens that bends the picture and ground that swells leave residuals that grow towards the edges.
The lens is fitted along with the homography, robustly, and kept where it stands out; what is then
left is taken apart by `_relief_scatter`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._adjustment import Adjusted, Observations, normalisation_of
from purport.checks.place._geometry import hull_area, local_affine
from purport.checks.place._relief import Lean, find_lean
from purport.checks.place._relief_heights import Displaced, tall_height_sd_m
from purport.checks.place._relief_scatter import ReliefSample, ReliefScatter, estimate_scatter
from purport.core.homographies import GroundHomography

__all__ = ["Relief", "assess_relief", "with_relief"]

FloatArray = NDArray[np.float64]

_LEAST_WEIGHT = 0.1
"""Cauchy weight of a residual of 7 standard deviations: beyond it a match is wrong. Nearer ones
tell of relief, which the weights hold down."""
_CAUCHY = 2.3849
_RAYLEIGH_MEDIAN = 1.1774
_ITERATIONS = 20
_PARAMETERS = 8
_WORTH_A_LOOK = 6.0
"""Of independent standard uncertainties by which a lens must stand out to be looked into."""
_TELLING = 4.0
"""Standard uncertainties, relief and all, by which it must stand out to be kept."""
_GRID = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """How points off the plane move, and how far off they seem to be."""

    lean: Lean | None
    """Which way, and how far per metre of height; None from nearly straight above."""
    scatter: ReliefScatter | None
    """How much; None when the matches are too few to tell."""
    lens: float | None
    """Radial distortion as of `GroundHomography.lens`; None when it does not stand out."""
    matrix: FloatArray
    """Normalised pixel to metres from the origin, adjusted along with the lens (3, 3)."""
    covariance: FloatArray
    """Of its first eight elements, and with `lens` of that, too (8, 8) or (9, 9)."""
    shared: FloatArray | None = None
    """How much of that is by relief that near points share, of the same shape; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Linear:
    """The matches, linearised at the adjusted homography; n of them."""

    ground: FloatArray
    residual: FloatArray
    covariance: FloatArray
    jacobian: FloatArray
    steady: NDArray[np.bool_]


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
    linear = _linearise(seen, adjusted, size)
    lean = find_lean(adjusted.matrix, covariance)
    bare = Relief(lean=lean, scatter=None, lens=None, matrix=adjusted.matrix, covariance=covariance)
    shift, weight = _refit(linear)
    if _stands_out(linear, shift, weight):
        scatter = _scatter(linear, shift, weight, bare)
        if scatter is not None and abs(shift[-1]) > _TELLING * _last_sd(scatter):
            return _bent(bare, adjusted, scatter, shift)
    scatter = _scatter(linear, np.zeros(_PARAMETERS), adjusted.weight, bare)
    if scatter is None:
        return bare
    swollen = scatter.parameter_covariance
    least = adjusted.covariance
    apart = _larger(swollen - scatter.shared_covariance, least, bare.matrix)
    together = _larger(swollen, least, bare.matrix)
    return replace(
        bare,
        scatter=scatter,
        covariance=together + covariance - least,
        shared=together - apart,
    )


def _larger(one: FloatArray, other: FloatArray, matrix: FloatArray) -> FloatArray:
    """Return the covariance that makes ground points more uncertain."""
    return max(one, other, key=lambda each: _mean_variance(each, matrix))


def with_relief(
    homography: GroundHomography, relief: Relief, *, sighted: Displaced | None = None
) -> GroundHomography:
    """Return a homography that states what relief and lens add.

    Where the matches cannot tell, its own `ground_sd_m` stands, independent from point to point.

    Args:
        homography: As adjusted.
        relief: What the plane leaves out.
        sighted: What was found when looking for tall things; None when nobody looked.
    """
    if sighted is not None:
        homography = replace(homography, height_sd_m=tall_height_sd_m(sighted))
    if relief.lean is not None:
        east, north = relief.lean.at_middle
        homography = replace(
            homography,
            lean=(float(east), float(north)),
            lean_growth_per_m=relief.lean.growth_per_m,
        )
    if relief.scatter is None:
        return homography
    rows = _rows(relief.covariance)
    return replace(
        homography,
        matrix=tuple((float(a), float(b), float(c)) for a, b, c in relief.matrix),
        covariance=tuple(row[:_PARAMETERS] for row in rows[:_PARAMETERS]),
        relief_covariance=() if relief.shared is None else _rows(relief.shared),
        relief_left_share=relief.scatter.left_share,
        lens=0.0 if relief.lens is None else relief.lens,
        lens_covariance=() if relief.lens is None else rows[_PARAMETERS],
        ground_sd_m=relief.scatter.ground_sd_m,
        relief_own_share=relief.scatter.own_share,
        relief_range_m=relief.scatter.range_m,
        height_sd_m=max(relief.scatter.height_sd_m, homography.height_sd_m),
        swell_sd_m=relief.scatter.swell_sd_m,
    )


def _rows(covariance: FloatArray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in covariance)


def _linearise(seen: Observations, adjusted: Adjusted, size: tuple[int, int]) -> _Linear:
    normal, matrix = normalisation_of(size), adjusted.matrix
    unit = seen.pixels @ normal[:2, :2].T + normal[:2, 2]
    by_unit = local_affine(matrix, unit)
    by_pixel = by_unit * normal[0, 0]
    noise = by_pixel @ np.swapaxes(by_pixel, 1, 2) * seen.pixel_sd[:, None, None] ** 2
    return _Linear(
        ground=seen.ground,
        residual=adjusted.residual_m,
        covariance=noise + np.eye(2) * seen.ground_sd[:, None, None] ** 2,
        jacobian=_jacobian(matrix, unit),
        steady=seen.steady,
    )


def _jacobian(matrix: FloatArray, unit: FloatArray) -> FloatArray:
    """Return the Jacobian of ground points by matrix and lens (n, 2, 9)."""
    row = np.column_stack([unit, np.ones(len(unit))])
    depth = row @ matrix[2]
    ground = row @ matrix[:2].T / depth[:, None]
    row = row / depth[:, None]
    zero = np.zeros_like(row)
    outward = unit * (unit**2).sum(axis=1, keepdims=True)
    by_lens = np.einsum("nij,nj->ni", local_affine(matrix, unit), outward)
    return np.stack(
        [
            np.column_stack([row, zero, -ground[:, :1] * row[:, :2], by_lens[:, 0]]),
            np.column_stack([zero, row, -ground[:, 1:] * row[:, :2], by_lens[:, 1]]),
        ],
        axis=1,
    )


def _refit(linear: _Linear) -> tuple[FloatArray, FloatArray]:
    """Adjust matrix and lens together; return how they shift (9,) and the weights (n,)."""
    whiten = np.swapaxes(np.linalg.cholesky(np.linalg.inv(linear.covariance)), 1, 2)
    design = whiten @ linear.jacobian
    white = np.einsum("nij,nj->ni", whiten, linear.residual)
    scale = np.sqrt((design**2).sum(axis=(0, 1)))
    design = design / scale
    shift = np.zeros(design.shape[2])
    weight = np.ones(len(white))
    for _ in range(_ITERATIONS):
        length = np.linalg.norm(white + design @ shift, axis=1)
        spread = float(np.median(length)) / _RAYLEIGH_MEDIAN
        if spread == 0.0:
            break
        weight = 1.0 / (1.0 + (length / (_CAUCHY * spread)) ** 2)
        root = np.sqrt(np.repeat(weight, 2))
        shift = -np.linalg.lstsq(
            design.reshape(len(root), -1) * root[:, None], white.ravel() * root, rcond=None
        )[0]
    return shift / scale, weight


def _stands_out(linear: _Linear, shift: FloatArray, weight: FloatArray) -> bool:
    """Tell whether the lens stands out of what independent matches let expect."""
    inverse = np.linalg.inv(linear.covariance) * weight[:, None, None]
    normal = np.einsum("nij,nik,nkl->jl", linear.jacobian, inverse, linear.jacobian, optimize=True)
    scale = np.sqrt(np.diag(normal))
    if (scale == 0.0).any():
        return False
    left = linear.residual + linear.jacobian @ shift
    square = float(np.einsum("ni,nij,nj->", left, inverse, left)) / float(2.0 * weight.sum())
    inverted = np.linalg.pinv(normal / np.outer(scale, scale))
    sd = np.sqrt(inverted[-1, -1] * square) / scale[-1]
    return bool(abs(shift[-1]) > _WORTH_A_LOOK * sd)


def _scatter(
    linear: _Linear, shift: FloatArray, weight: FloatArray, bare: Relief
) -> ReliefScatter | None:
    used = np.flatnonzero((weight > _LEAST_WEIGHT) & linear.steady)
    if len(used) == 0:
        return None
    ground = linear.ground[used]
    extent_m = float(np.sqrt(hull_area(ground)))
    if extent_m == 0.0:
        return None
    jacobian = linear.jacobian[:, :, : len(shift)]
    residual = linear.residual + jacobian @ shift
    lean, middle = bare.lean, bare.matrix[:2, 2] / bare.matrix[2, 2]
    leaning = None if lean is None else lean.at(linear.ground, middle)
    scatter = estimate_scatter(
        ReliefSample(
            ground=ground,
            residual_m=residual[used],
            covariance=linear.covariance[used],
            jacobian=jacobian[used],
            lean=None if leaning is None else leaning[used],
        ),
        extent_m=extent_m,
    )
    if scatter is None or leaning is None:
        return scatter
    spread = np.trace(linear.covariance, axis1=1, axis2=2) / 2.0 * scatter.noise_factor**2
    displaced = _displaced(residual, leaning, np.sqrt(spread + scatter.ground_sd_m**2))
    return replace(scatter, height_sd_m=max(scatter.height_sd_m, tall_height_sd_m(displaced)))


def _displaced(residual: FloatArray, leaning: FloatArray, sd: FloatArray) -> Displaced:
    """Return how the matches lie to the lean; the weights take no part, as they shun roofs."""
    length = np.maximum(np.hypot(*leaning.T), np.finfo(np.float64).tiny)
    ahead = leaning / length[:, None]
    return Displaced(
        along=(residual * ahead).sum(axis=1),
        across=residual[:, 0] * ahead[:, 1] - residual[:, 1] * ahead[:, 0],
        sd=sd,
        for_a_metre=length,
    )


def _last_sd(scatter: ReliefScatter) -> float:
    return float(np.sqrt(scatter.parameter_covariance[-1, -1]))


def _bent(bare: Relief, adjusted: Adjusted, scatter: ReliefScatter, shift: FloatArray) -> Relief:
    """Return what holds with the lens; nowhere more certain than without."""
    matrix = adjusted.matrix.ravel().copy()
    matrix[:_PARAMETERS] += shift[:_PARAMETERS]
    covariance = scatter.parameter_covariance
    wider = _mean_variance(adjusted.covariance, adjusted.matrix) / _mean_variance(
        covariance[:_PARAMETERS, :_PARAMETERS], adjusted.matrix
    )
    covariance = covariance * max(1.0, wider)
    # Where the jackknife is larger, nothing is known to be due to relief.
    shared = scatter.shared_covariance if wider <= 1.0 else None
    covariance[:_PARAMETERS, :_PARAMETERS] += bare.covariance - adjusted.covariance
    return replace(
        bare,
        scatter=scatter,
        lens=float(shift[-1]),
        matrix=matrix.reshape(3, 3),
        covariance=covariance,
        shared=shared,
    )


def _mean_variance(covariance: FloatArray, matrix: FloatArray) -> float:
    """Return the variance of ground points per axis that it makes, mean over the picture. [m²]"""
    across, down = np.meshgrid(np.linspace(-0.8, 0.8, _GRID), np.linspace(-0.5, 0.5, _GRID))
    jacobian = _jacobian(matrix, np.column_stack([across.ravel(), down.ravel()]))
    jacobian = jacobian[:, :, : len(covariance)]
    return float(np.einsum("nij,jk,nik->", jacobian, covariance, jacobian) / (2 * _GRID**2))
