"""One homography from picture to ground for a whole shot, with a covariance that holds.

All matches of all key frames, moved to the anchor frame, are adjusted together by iteratively
reweighted least squares. Matches in one part of the picture err together (relief, compression, the
same spot seen in several frames), so that the textbook covariance is far too small; ours comes from
leaving out one part of the picture after the other (cluster jackknife).

References:
    Hartley and Zisserman (2004), Multiple view geometry, sections 4.5 and 5.2.
    Cameron and Miller (2015), A practitioner's guide to cluster-robust inference, section VI.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Adjusted",
    "Adjustment",
    "Observations",
    "adjust_homography",
    "normalisation_of",
    "widening",
]

FloatArray = NDArray[np.float64]

_CAUCHY = 2.3849
"""Tuning constant of the Cauchy weight: 95 % efficient on normal residuals."""
_PARAMETERS = 8
_ITERATIONS = 40
_SCALE_ITERATIONS = 8
"""Iterations after which the scale of the residuals is held, so that the weights settle."""
_CONVERGED = 1e-4
"""Length of the last step, in standard deviations of the parameters, squared."""
_COVERAGE = 0.95
_RAYLEIGH_MEDIAN = 1.1774
"""Median length of a vector of two standard normal numbers."""
_FEWEST_IN_CLUSTER = 3
_OUTLIER_WEIGHT = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Matches between anchor frame and ground; n of them."""

    pixels: FloatArray
    """Pixel in the anchor frame (n, 2)."""
    pixel_sd: FloatArray
    """Its standard uncertainty per axis (n,). [px]"""
    ground: FloatArray
    """Metres east and north of the origin (n, 2)."""
    ground_sd: FloatArray
    """Its standard uncertainty per axis, without the reference's own (n,). [m]"""
    feature: NDArray[np.int64]
    """Which point of the reference it is (n,): seen in several frames it counts once."""
    frame: NDArray[np.int64]
    """Key frame that it was seen in (n,)."""
    steady: NDArray[np.bool_]
    """Whether the link of that frame holds, so that its residuals tell of the ground (n,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """How to adjust."""

    cells: tuple[int, int] = (8, 6)
    """Parts of the picture, across and down, whose matches err together."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Adjusted:
    """What came out."""

    matrix: FloatArray
    """Normalised pixel to metres from the origin (3, 3), h33 = 1."""
    covariance: FloatArray
    """Of its first eight elements (8, 8)."""
    clusters: int
    """Parts of the picture that hold matches."""
    weight: FloatArray
    """Final weight of each match, 0 to 1 (n,)."""
    residual_m: FloatArray
    """Adjusted minus reference position on the ground (n, 2). [m]"""
    residual_px: FloatArray
    """The same, brought back to the anchor frame (n, 2). [px]"""
    ground_sd_m: float
    """Standard deviation per axis of residuals that parts of the picture share: relief and what
    else a plane leaves out. [m]"""


def normalisation_of(size: tuple[int, int]) -> FloatArray:
    """Return the matrix that brings the pixels of a picture to about -1 to 1 (3, 3)."""
    width, height = size
    half = max(width, height) / 2.0
    return np.array(
        [
            [1.0 / half, 0.0, -(width - 1) / 2.0 / half],
            [0.0, 1.0 / half, -(height - 1) / 2.0 / half],
            [0.0, 0.0, 1.0],
        ]
    )


def adjust_homography(
    seen: Observations, start: FloatArray, *, size: tuple[int, int], settings: Adjustment
) -> Adjusted | None:
    """Adjust a homography to all matches.

    Args:
        seen: The matches.
        start: Normalised pixel to metres, to start from (3, 3), h33 = 1.
        size: Width and height of the anchor frame. [px]
        settings: How.

    Returns:
        The adjusted homography; None when the matches do not determine it without one part of the
        picture, or the iteration does not settle.
    """
    normal = normalisation_of(size)
    unit = seen.pixels @ normal[:2, :2].T + normal[:2, 2]
    theta = (start / start[2, 2]).ravel()[:_PARAMETERS]
    weight = np.ones(len(unit))
    spread = 0.0
    settled = False
    for iteration in range(_ITERATIONS):
        whiten, residual, jacobian = _linearise(theta, unit, seen, scale=normal[0, 0])
        white = _whitened(whiten, residual[..., None])[..., 0]
        length = np.hypot(white[:, 0], white[:, 1])
        if iteration < _SCALE_ITERATIONS:
            spread = float(np.median(length)) / _RAYLEIGH_MEDIAN
        if not np.isfinite(spread) or spread == 0.0:
            break
        weight = 1.0 / (1.0 + (length / (spread * _CAUCHY)) ** 2)
        design = _whitened(whiten, jacobian).reshape(-1, _PARAMETERS)
        weighted = design * np.repeat(weight, 2)[:, None]
        normal_matrix = weighted.T @ design
        score = weighted.T @ white.ravel()
        step = _solve(normal_matrix, score)
        if step is None:
            return None
        theta = theta - step
        if float(step @ normal_matrix @ step) < _CONVERGED * spread**2:
            settled = True
            break
    if not settled:
        return None
    return _assess(theta, unit, seen, spread, size=size, settings=settings)


def _linearise(
    theta: FloatArray, unit: FloatArray, seen: Observations, *, scale: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return whitening (n, 2, 2), residuals (n, 2) and Jacobians (n, 2, 8) at the parameters."""
    matrix = np.append(theta, 1.0).reshape(3, 3)
    homogeneous = np.column_stack([unit, np.ones(len(unit))])
    east, north, depth = (homogeneous @ matrix.T).T
    ground = np.column_stack([east, north]) / depth[:, None]
    row = homogeneous / depth[:, None]
    zero = np.zeros_like(row)
    jacobian = np.stack(
        [
            np.column_stack([row, zero, -ground[:, :1] * row[:, :2]]),
            np.column_stack([zero, row, -ground[:, 1:] * row[:, :2]]),
        ],
        axis=1,
    )
    by_pixel = (matrix[None, :2, :2] - ground[:, :, None] * matrix[None, 2:, :2]) * (
        scale / depth[:, None, None]
    )
    covariance = (
        by_pixel @ np.swapaxes(by_pixel, 1, 2) * seen.pixel_sd[:, None, None] ** 2
        + np.eye(2) * seen.ground_sd[:, None, None] ** 2
    )
    return _whitening(covariance), ground - seen.ground, jacobian


def _whitening(covariance: FloatArray) -> FloatArray:
    """Return the inverses of the lower Cholesky factors of covariances (n, 2, 2)."""
    first = 1.0 / np.sqrt(covariance[:, 0, 0])
    slope = covariance[:, 1, 0] * first**2
    second = 1.0 / np.sqrt(covariance[:, 1, 1] - slope * covariance[:, 1, 0])
    whiten = np.zeros_like(covariance)
    whiten[:, 0, 0] = first
    whiten[:, 1, 0] = -slope * second
    whiten[:, 1, 1] = second
    return whiten


def _whitened(whiten: FloatArray, columns: FloatArray) -> FloatArray:
    """Multiply lower triangular matrices (n, 2, 2) with matrices (n, 2, k)."""
    return np.stack(
        [
            whiten[:, 0, 0, None] * columns[:, 0],
            whiten[:, 1, 0, None] * columns[:, 0] + whiten[:, 1, 1, None] * columns[:, 1],
        ],
        axis=1,
    )


def _solve(matrix: FloatArray, vector: FloatArray) -> FloatArray | None:
    """Solve the normal equations; None when they do not determine the parameters."""
    size = np.sqrt(np.diag(matrix))
    if not np.isfinite(matrix).all() or (size == 0.0).any():
        return None
    balanced = matrix / np.outer(size, size)
    if np.linalg.cond(balanced) > 1e12:  # noqa: PLR2004 - beyond it nothing but noise is solved
        return None
    return np.asarray(np.linalg.solve(balanced, vector / size) / size, dtype=np.float64)


def _assess(
    theta: FloatArray,
    unit: FloatArray,
    seen: Observations,
    spread: float,
    *,
    size: tuple[int, int],
    settings: Adjustment,
) -> Adjusted | None:
    scale = 2.0 / max(size)
    whiten, residual, jacobian = _linearise(theta, unit, seen, scale=scale)
    cluster = _clusters(seen.pixels, size, settings.cells)
    design = _whitened(whiten, jacobian)
    white = _whitened(whiten, residual[..., None])[..., 0]
    weight = 1.0 / (1.0 + (white**2).sum(axis=1) / (spread * _CAUCHY) ** 2)
    # How the weighted residual changes with the residual: less than the weight, as it falls.
    bend = (
        weight[:, None, None] * np.eye(2)
        - 2.0
        * (weight**2)[:, None, None]
        * (white[:, :, None] * white[:, None, :])
        / (spread * _CAUCHY) ** 2
    )
    own = np.einsum("nij,nil,nlk->njk", design, bend, design, optimize=True)
    score = np.einsum("n,nij,ni->nj", weight, design, white)
    covariance = _jackknife(own, score, cluster)
    if covariance is None:
        return None
    matrix = np.append(theta, 1.0).reshape(3, 3)
    depth = np.column_stack([unit, np.ones(len(unit))]) @ matrix[2]
    moved = residual + seen.ground
    by_pixel = (matrix[None, :2, :2] - moved[:, :, None] * matrix[None, 2:, :2]) * (
        scale / depth[:, None, None]
    )
    return Adjusted(
        matrix=matrix,
        covariance=covariance,
        clusters=int(cluster.max()) + 1,
        weight=weight,
        residual_m=residual,
        residual_px=np.linalg.solve(by_pixel, residual[..., None])[..., 0],
        ground_sd_m=_shared_sd(
            residual, (weight > _OUTLIER_WEIGHT) & seen.steady, cluster, seen.feature
        ),
    )


def _clusters(
    pixels: FloatArray, size: tuple[int, int], cells: tuple[int, int]
) -> NDArray[np.intp]:
    """Return the part of the picture of each match, numbered from 0 without gaps (n,)."""
    cell = np.floor(pixels / np.array(size) * np.array(cells)).astype(np.int64)
    _, number = np.unique(cell[:, 0] * 1000 + cell[:, 1], return_inverse=True)
    return np.asarray(number, dtype=np.intp)


def _jackknife(own: FloatArray, score: FloatArray, cluster: NDArray[np.intp]) -> FloatArray | None:
    """Return the covariance by leaving out one cluster after the other, one step each (8, 8).

    Args:
        own: What each match adds to the derivative of the estimating equations (n, 8, 8).
        score: What it adds to the equations themselves (n, 8).
        cluster: The part of the picture that it lies in (n,).

    Few clusters make it uncertain itself: it is widened so that the 95 % ellipse is that of
    Fisher's F with clusters - 4 degrees of freedom.
    """
    count = int(cluster.max()) + 1
    freedom = count - _PARAMETERS // 2
    if freedom < 1:
        return None
    matrices = np.zeros((count, _PARAMETERS, _PARAMETERS))
    scores = np.zeros((count, _PARAMETERS))
    np.add.at(matrices, cluster, own)
    np.add.at(scores, cluster, score)
    whole = matrices.sum(axis=0)
    shifts = []
    for matrix, part in zip(matrices, scores, strict=True):
        shift = _solve(whole - matrix, part)
        if shift is None:
            return None
        shifts.append(shift)
    away = np.array(shifts)
    covariance = (count - 1) / count * away.T @ away
    return np.asarray(covariance * widening(freedom), dtype=np.float64)


def widening(freedom: int) -> float:
    """Return by how much Fisher's F (2, freedom) widens the 95 % ellipse of a known covariance.

    With two degrees of freedom in its numerator, F has a quantile in closed form; half of
    chi-squared (2) is its limit for many in the denominator.
    """
    outside = 1.0 - _COVERAGE
    return float(freedom * np.expm1(-2.0 / freedom * np.log(outside)) / (-2.0 * np.log(outside)))


def _shared_sd(
    residual: FloatArray,
    used: NDArray[np.bool_],
    cluster: NDArray[np.intp],
    feature: NDArray[np.int64],
) -> float:
    """Estimate how much of the residuals is shared within the parts of the picture. [m]

    One-way analysis of variance over parts, each point of the reference counted once.
    """
    excess, total = 0.0, 0
    for number in range(int(cluster.max()) + 1):
        members = np.flatnonzero((cluster == number) & used)
        _, which = np.unique(feature[members], return_inverse=True)
        count = int(which.max()) + 1 if len(members) else 0
        if count < _FEWEST_IN_CLUSTER:
            continue
        means = np.zeros((count, 2))
        np.add.at(means, which, residual[members])
        means /= np.bincount(which)[:, None]
        within = means.var(axis=0, ddof=1).mean() / count
        excess += float((means.mean(axis=0) ** 2).mean()) - float(within)
        total += 1
    return float(np.sqrt(max(0.0, excess / total))) if total else 0.0
