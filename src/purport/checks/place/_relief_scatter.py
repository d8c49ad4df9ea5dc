"""How much of what a plane leaves out is each point's own, shared by neighbours, or height.

The residuals of the matches are taken as the sum of independent parts: the noise of the matches,
as they state it up to a factor; scatter that each point has to itself; what near points share,
falling off with distance; and, where the lean is known, heights that move points along it, each
point's own (roofs) and shared (gentle ground). Their variances are those under which the residuals
are most likely once the homography has been adjusted to them (restricted maximum likelihood).

References:
    Patterson and Thompson (1971), Recovery of inter-block information when block sizes are unequal.
    Gilmour, Thompson and Cullis (1995), Average information REML.
    Stein (1999), Interpolation of spatial data, section 6.4.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.spatial import cKDTree

__all__ = ["ReliefSample", "ReliefScatter", "estimate_scatter"]

FloatArray = NDArray[np.float64]

_MOST_POINTS = 120
_FEWEST_POINTS = 24
_APART = 0.02
"""Least distance of two points, as a share of the extent: one spot found twice errs alike."""
_RANGES = (0.1, 0.3, 1.0)
"""Ranges of the swell that are tried, as shares of the extent."""
_ITERATIONS = 20
_HALVINGS = 10
_SETTLED = 1e-3
"""Gain of the log likelihood at which to stop."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliefSample:
    """Matches adjusted to a plane; n of them."""

    ground: FloatArray
    """Metres east and north of the origin (n, 2)."""
    residual_m: FloatArray
    """Adjusted minus reference position (n, 2). [m]"""
    covariance: FloatArray
    """Of the match itself, up to a common factor (n, 2, 2). [m²]"""
    jacobian: FloatArray
    """Of the position by the parameters adjusted (n, 2, p)."""
    lean: FloatArray | None
    """Displacement of a point 1 m high at each (n, 2); None when not known. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReliefScatter:
    """What a plane leaves out; fields as of `GroundHomography`."""

    ground_sd_m: float
    """Standard uncertainty per axis, own and shared. [m]"""
    own_share: float
    """Share of its variance that no other point shares. [1]"""
    range_m: float
    """Distance over which the rest is shared; 0 when nothing is. [m]"""
    height_sd_m: float
    """Standard deviation of heights about the plane; 0 when the lean is not known. [m]"""
    swell_sd_m: float
    """Standard deviation of heights that near points share; 0 when the lean is not known. [m]"""
    noise_factor: float
    """Times its stated size, the noise of the matches. [1]"""
    parameter_covariance: FloatArray
    """Of the parameters adjusted, by all of these parts (p, p)."""
    shared_covariance: FloatArray
    """How much of that is by what near points share (p, p)."""
    left_share: float
    """Share of the variance of what near points share that the adjustment leaves at a point: it
    follows what swells widely."""


def estimate_scatter(sample: ReliefSample, *, extent_m: float) -> ReliefScatter | None:
    """Estimate the parts of the residuals.

    Args:
        sample: The matches, gross mismatches left out.
        extent_m: Side of a square as large as the ground that the picture shows. [m]

    Returns:
        The most likely parts; None when too few points lie apart, or nothing is left to explain.
    """
    kept = _spread_out(sample.ground, _APART * extent_m)
    if len(kept) < _FEWEST_POINTS:
        return None
    kept_only = _take(sample, kept)
    best: tuple[float, FloatArray, FloatArray] | None = None
    best_range_m = 0.0
    for share in _RANGES:
        parts = _parts(kept_only, range_m=share * extent_m)
        found = _most_likely(kept_only.residual_m.ravel(), _design(kept_only), parts)
        if found is not None and (best is None or found[0] > best[0]):
            best = (*found, parts)
            best_range_m = share * extent_m
    if best is None:
        return None
    return _scatter(kept_only, best[1], best[2], range_m=best_range_m)


def _take(sample: ReliefSample, kept: NDArray[np.intp]) -> ReliefSample:
    return ReliefSample(
        ground=sample.ground[kept],
        residual_m=sample.residual_m[kept],
        covariance=sample.covariance[kept],
        jacobian=sample.jacobian[kept],
        lean=None if sample.lean is None else sample.lean[kept],
    )


def _design(sample: ReliefSample) -> FloatArray:
    """Return the Jacobian as a matrix (2 n, p) with columns of length 1."""
    design = sample.jacobian.reshape(2 * len(sample.ground), -1)
    return np.asarray(design / np.linalg.norm(design, axis=0), dtype=np.float64)


def _parts(sample: ReliefSample, *, range_m: float) -> FloatArray:
    """Return the covariances of the parts (k, 2 n, 2 n): noise, own, shared[, heights, swell]."""
    apart = np.linalg.norm(sample.ground[:, None] - sample.ground[None], axis=2)
    shared = np.exp(-apart / range_m)
    parts = [
        _diagonal_blocks(sample.covariance),
        np.eye(2 * len(apart)),
        np.kron(shared, np.eye(2)),
    ]
    if sample.lean is not None:
        along = sample.lean.ravel()
        leaning = np.outer(along, along)
        own = _diagonal_blocks(np.ones((len(apart), 2, 2)))
        parts += [leaning * own, leaning * np.kron(shared, np.ones((2, 2)))]
    return np.array(parts)


def _scatter(
    sample: ReliefSample, variance: FloatArray, parts: FloatArray, *, range_m: float
) -> ReliefScatter:
    own, shared = float(variance[1]), float(variance[2])
    heights, swell = (float(variance[3]), float(variance[4])) if len(variance) > 3 else (0.0, 0.0)  # noqa: PLR2004 - with a lean there are five parts
    total = own + shared
    solving = _solving(sample)
    # Shared, and with a lean the swell: every other part from the third on.
    common = np.tensordot(variance[2::2], parts[2::2], axes=1)
    return ReliefScatter(
        ground_sd_m=math.sqrt(total),
        own_share=own / total if total > 0.0 else 1.0,
        range_m=range_m if shared + swell > 0.0 else 0.0,
        height_sd_m=math.sqrt(heights),
        swell_sd_m=math.sqrt(swell),
        noise_factor=math.sqrt(float(variance[0])),
        parameter_covariance=solving @ np.tensordot(variance, parts, axes=1) @ solving.T,
        shared_covariance=solving @ common @ solving.T,
        left_share=_left_share(sample, solving, common),
    )


def _solving(sample: ReliefSample) -> FloatArray:
    """Return the matrix from residuals to parameters weighted by the noise alone (p, 2 n)."""
    size = 2 * len(sample.ground)
    design = sample.jacobian.reshape(size, -1)
    weighted = (np.linalg.inv(sample.covariance) @ sample.jacobian).reshape(size, -1)
    scale = np.linalg.norm(weighted, axis=0)
    # Columns of length 1, so that the normal equations are well conditioned.
    solved = np.linalg.solve((weighted / scale).T @ (design / scale), (weighted / scale).T)
    return np.asarray(solved / scale[:, None], dtype=np.float64)


def _left_share(sample: ReliefSample, solving: FloatArray, common: FloatArray) -> float:
    """Return the share of a covariance of the residuals that is left when they are adjusted."""
    whole = float(np.trace(common))
    if whole == 0.0:
        return 1.0
    leaving = np.eye(len(common)) - sample.jacobian.reshape(len(common), -1) @ solving
    return float(np.einsum("ij,jk,ik->", leaving, common, leaving, optimize=True)) / whole


def _spread_out(points: FloatArray, apart_m: float) -> NDArray[np.intp]:
    """Return the places of points that lie apart, evenly thinned to what can be solved."""
    near = cKDTree(points).query_ball_point(points, r=np.nextafter(apart_m, 0.0))
    taken: list[int] = []
    open_places = np.ones(len(points), dtype=np.bool_)
    for place, neighbours in enumerate(near):
        if open_places[place]:
            taken.append(place)
            open_places[neighbours] = False
    count = min(len(taken), _MOST_POINTS)
    chosen = np.linspace(0, len(taken) - 1, count).round().astype(np.intp)
    return np.array(taken, dtype=np.intp)[chosen]


def _diagonal_blocks(blocks: FloatArray) -> FloatArray:
    """Return the matrix with blocks (n, 2, 2) along its diagonal (2 n, 2 n)."""
    count = len(blocks)
    whole = np.zeros((count, 2, count, 2))
    whole[np.arange(count), :, np.arange(count), :] = blocks
    return whole.reshape(2 * count, 2 * count)


def _most_likely(
    residual: FloatArray, design: FloatArray, parts: FloatArray
) -> tuple[float, FloatArray] | None:
    """Climb to the variances of the parts under which the residuals are most likely.

    Returns:
        Log likelihood (up to a constant) and the variances; None when the start is singular.
    """
    square = float(residual @ residual) / len(parts)
    if square == 0.0:
        return None
    variance = np.array([square / float(np.trace(part)) for part in parts])
    here = _likelihood(residual, design, parts, variance)
    if here is None:
        return None
    for _ in range(_ITERATIONS):
        gradient, information = _slope(parts, here[1], here[2])
        free = (variance > 0.0) | (gradient > 0.0)
        step = np.zeros_like(variance)
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], gradient[free], rcond=1e-10)[
            0
        ]
        climbed = _climb(residual, design, parts, start=(variance, step, here[0]))
        if climbed is None:
            break
        gain = climbed[1][0] - here[0]
        variance, here = climbed
        if gain < _SETTLED:
            break
    return here[0], variance


def _climb(
    residual: FloatArray,
    design: FloatArray,
    parts: FloatArray,
    *,
    start: tuple[FloatArray, FloatArray, float],
) -> tuple[FloatArray, tuple[float, FloatArray, FloatArray]] | None:
    """Halve the step until the likelihood grows; None when it never does."""
    variance, step, least = start
    for halving in range(_HALVINGS):
        tried = np.maximum(variance + step * 0.5**halving, 0.0)
        # Some noise is always left: without any, a singular matrix would explain everything.
        tried[0] = max(float(tried[0]), 0.1 * float(variance[0]))
        reached = _likelihood(residual, design, parts, tried)
        if reached is not None and reached[0] > least:
            return tried, reached
    return None


def _likelihood(
    residual: FloatArray, design: FloatArray, parts: FloatArray, variance: FloatArray
) -> tuple[float, FloatArray, FloatArray] | None:
    """Return log likelihood, projection P (m, m) and P y (m,); None when singular."""
    whole = np.tensordot(variance, parts, axes=1)
    factor, failed = dpotrf(whole, lower=1)
    if failed:
        return None
    lower, _ = dpotri(factor, lower=1)
    inverse = np.tril(lower) + np.tril(lower, -1).T
    through = inverse @ design
    normal = design.T @ through
    sign, log_normal = np.linalg.slogdet(normal)
    if sign <= 0.0:
        return None
    projection = inverse - through @ np.linalg.solve(normal, through.T)
    projected = projection @ residual
    log_whole = 2.0 * float(np.log(np.diag(factor)).sum())
    value = -0.5 * (log_whole + float(log_normal) + float(residual @ projected))
    return value, projection, projected


def _slope(
    parts: FloatArray, projection: FloatArray, projected: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the gradient (k,) and the average information (k, k)."""
    moved = parts @ projected
    trace = parts.reshape(len(parts), -1) @ projection.ravel()
    gradient = 0.5 * (moved @ projected - trace)
    return gradient, 0.5 * moved @ projection @ moved.T
