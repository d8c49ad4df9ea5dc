"""The homography that points agree on, with as little freedom as they leave it.

A similarity is fitted freely. What a homography adds to it, two ways of shearing and two of
tilting, is held near nothing by as much as the points do not speak for it: else a map is loose
where few points lie, above all when they crowd in one part of the picture.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fitted", "fit_held"]

_ROUNDS = 3
_FLOOR_PX = 0.05
_CORRELATED = 10.0
_LEAST_FREEDOM_PX = 0.5
_FREE = 4
_WILD_SD = 4.0
_RIDGE = 1e-12
_IDENTITY = np.eye(8)
_BEYOND = np.diag([0.0] * _FREE + [1.0] * (8 - _FREE))

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A fitted homography."""

    matrix: Matrix
    """From source to target, h33 = 1 (3, 3)."""
    centre_sd_px: float
    """Standard uncertainty of the mapped centre of the picture, per axis. [px]"""


def fit_held(source: Points, target: Points, matrix: Matrix, size: tuple[int, int]) -> Fitted:
    """Fit the homography from `source` to `target` (m, 2), m at least 4, gross errors left out.

    The parameters are shifts in pixels at half the picture's width from where its centre comes to
    lie. Those beyond a similarity are given a normal prior about 0, whose spread is what they
    have in excess of their own uncertainty, at least 0.5 px (empirical Bayes, by moments).

    Args:
        source: Points in the one picture. [px]
        target: The same points in the other. [px]
        matrix: A homography that already fits them about (3, 3).
        size: Width and height of the picture. [px]

    Uncertainty:
        From the residuals, taken to be correlated over a few points (their variance is multiplied
        by 10).

    References:
        Carlin and Louis, Bayesian Methods for Data Analysis, section 5.2.
    """
    similarity = _fit_similarity(source, target)
    half = size[0] / 2.0
    centre = _map(similarity, np.array([[size[0] / 2.0, size[1] / 2.0]]))[0]
    place = (_map(similarity, source) - centre) / half
    aim = (target - centre) / half
    steady = _steady_part(place)
    shift = _parameters(matrix @ np.linalg.inv(similarity), centre, half)
    covariance = _IDENTITY
    for _ in range(_ROUNDS):
        there = _map(_about(shift / half), place)
        design = _design(steady, place, there, shift / half)
        residual = (aim - there) * half
        size_px = np.sqrt((residual * residual).sum(axis=1))
        spread = max(1.48 * _middle(size_px) / 1.18, _FLOOR_PX)
        kept = np.maximum(1.0 - (size_px / (_WILD_SD * spread)) ** 2, 0.0) ** 2
        weight = np.repeat(kept / (_CORRELATED * spread**2), 2)
        weighted = (design * weight[:, None]).T
        normal = weighted @ design
        pull = weighted @ residual.ravel() + normal @ shift
        shift, covariance = _solve_held(normal, pull)
    scale = np.array([[half, 0.0, centre[0]], [0.0, half, centre[1]], [0.0, 0.0, 1.0]])
    matrix = scale @ _about(shift / half) @ _unscale(centre, half) @ similarity
    return Fitted(
        matrix=np.asarray(matrix / matrix[2, 2], dtype=np.float64),
        centre_sd_px=float(np.sqrt((covariance[0, 0] + covariance[1, 1]) / 2.0)),
    )


def _solve_held(normal: Matrix, pull: NDArray[np.float64]) -> tuple[NDArray[np.float64], Matrix]:
    """Solve the normal equations freely, then with the prior that the free solution suggests."""
    ridged = normal + (_RIDGE * normal.trace()) * _IDENTITY
    free = np.linalg.inv(ridged)
    loose = free[_FREE:] @ pull
    excess = float((loose @ loose - free.diagonal()[_FREE:].sum()) / len(loose))
    held = np.linalg.inv(ridged + _BEYOND / max(excess, _LEAST_FREEDOM_PX**2))
    covariance = np.asarray(held, dtype=np.float64)
    return covariance @ pull, covariance


def _steady_part(place: Points) -> NDArray[np.float64]:
    """Return how each point moves with each parameter where nothing tilts (m, 2, 8).

    In order: shifts, magnification and turn; two shears; two tilts, which are left at 0.
    """
    u, v = place.T
    design = np.zeros((len(place), 2, 8))
    design[:, 0, 0] = design[:, 1, 1] = 1.0
    design[:, 0, 2] = design[:, 0, 4] = design[:, 1, 3] = design[:, 1, 5] = u
    design[:, 0, 5] = design[:, 1, 2] = v
    design[:, 0, 3] = design[:, 1, 4] = -v
    return design


def _design(
    steady: NDArray[np.float64], place: Points, there: Points, shift: NDArray[np.float64]
) -> Matrix:
    """Return how each point moves with each parameter, x and y in turn (2m, 8)."""
    design = steady.copy()
    np.multiply(place[:, None, :], there[:, :, None], out=design[:, :, 6:])
    design /= (1.0 - place @ shift[6:])[:, None, None]
    return design.reshape(-1, 8)


def _about(shift: NDArray[np.float64]) -> Matrix:
    """Return the homography of the parameters, in half widths about the centre."""
    t_x, t_y, grow, turn, shear_u, shear_v, tilt_u, tilt_v = shift.tolist()
    return np.array(
        [
            [1.0 + grow + shear_u, shear_v - turn, t_x],
            [shear_v + turn, 1.0 + grow - shear_u, t_y],
            [-tilt_u, -tilt_v, 1.0],
        ]
    )


def _parameters(matrix: Matrix, centre: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """Return the parameters of a homography, about `centre`."""
    unscale = _unscale(centre, half)
    about = unscale @ matrix @ np.linalg.inv(unscale)
    (a, b, t_x), (c, d, t_y), (e, f, _) = about / about[2, 2]
    found = [t_x, t_y, (a + d) / 2 - 1, (c - b) / 2, (a - d) / 2, (b + c) / 2, -e, -f]
    return np.array(found) * half


def _unscale(centre: NDArray[np.float64], half: float) -> Matrix:
    """Return what brings pixels to half widths about the centre."""
    x, y = centre / half
    return np.array([[1.0 / half, 0.0, -x], [0.0, 1.0 / half, -y], [0.0, 0.0, 1.0]])


def _map(matrix: Matrix, points: Points) -> Points:
    mapped = points @ matrix[:2, :2].T + matrix[:2, 2]
    return np.asarray(mapped / (points @ matrix[2, :2] + matrix[2, 2])[:, None])


def _middle(values: NDArray[np.float64]) -> float:
    """Return the upper median."""
    place = len(values) // 2
    return float(np.partition(values, place)[place])


def _fit_similarity(source: Points, target: Points) -> Matrix:
    here = source @ np.array([1.0, 1.0j])
    there = target @ np.array([1.0, 1.0j])
    centred = here - here.mean()
    turn = np.vdot(centred, there - there.mean()) / np.vdot(centred, centred)
    shift = there.mean() - turn * here.mean()
    return np.array(
        [
            [turn.real, -turn.imag, shift.real],
            [turn.imag, turn.real, shift.imag],
            [0.0, 0.0, 1.0],
        ]
    )
