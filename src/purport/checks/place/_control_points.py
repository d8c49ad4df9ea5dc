"""A homography from control points that people placed, with a covariance, and blunders by name.

The points are few and each has a stated uncertainty in the picture and on the map, so that the fit
rests on those: least squares in both spaces, to first order. What more than four points contradict
each other by tells whether the statements hold. One wrong point among six or more can be named, by
leaving out one after the other; among five it can only be noticed, among four not even that.

References:
    Förstner and Wrobel (2016), Photogrammetric Computer Vision, sections 4.6 and 10.6.
    Baarda (1968), A testing procedure for use in geodetic networks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from purport.checks.place._adjustment import Observations, normalisation_of, widening
from purport.core.homographies import GroundHomography
from purport.core.marks import ControlPoint
from purport.core.media_time import FrameSpan
from purport.core.positions import compass_point, from_geographic
from purport.scene import Scene

__all__ = [
    "Blunder",
    "ControlFit",
    "ControlRefusal",
    "Placed",
    "RefusalKind",
    "control_observations",
    "fit_control_points",
    "leverages",
    "place_points",
]

FloatArray = NDArray[np.float64]

_PARAMETERS = 8
_FEWEST = 4
_FEWEST_NAMEABLE = 6
_ITERATIONS = 30
_CONVERGED = 1e-10
_DOUBT = 0.99
"""Share of honest sets of points that pass the test of the whole."""
_BLUNDER = 0.999
"""Share of honest points that pass the test of one."""
_TOLD_APART = 0.95
"""A suspect is cleared when another explains the contradiction better than chance does in this
share of cases."""
_WEAK_SHARE = 0.5
"""Standard uncertainty amid the points, over their distance from each other, from which they do not
determine a view."""
_ROUNDING_PX = 0.289
"""Standard uncertainty of a whole pixel: no mark is better. [px]"""
_LARGEST_FACTOR = 25.0
"""Variance factor beyond which points contradict each other too much to be of use."""

_GRID = 7
_TELLING_GROWTH = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """Control points of a stretch of a shot, moved to its anchor frame; n of them."""

    ids: tuple[str, ...]
    """The marks that they are."""
    pixels: FloatArray
    """Pixel in the anchor frame (n, 2)."""
    pixel_sd: FloatArray
    """Its standard uncertainty per axis, with that of the link (n,). [px]"""
    ground: FloatArray
    """Metres east and north of the origin (n, 2)."""
    ground_sd: FloatArray
    """Its standard uncertainty per axis, without the map's own (n,). [m]"""

    def take(self, which: NDArray[np.bool_]) -> "Placed":
        """Return those of the points that `which` (n,) names."""
        return Placed(
            ids=tuple(name for name, kept in zip(self.ids, which, strict=True) if kept),
            pixels=self.pixels[which],
            pixel_sd=self.pixel_sd[which],
            ground=self.ground[which],
            ground_sd=self.ground_sd[which],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Blunder:
    """A control point that the others contradict; it was left out."""

    mark: str
    """The mark."""
    away_m: float
    """How far it lies from where the others put it. [m]"""
    expected_m: float
    """Standard uncertainty of that distance per axis, had it been honest. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlFit:
    """What control points say of the view; n of them."""

    matrix: FloatArray
    """Normalised pixel to metres from the origin (3, 3), h33 = 1."""
    covariance: FloatArray
    """Of its first eight elements (8, 8)."""
    size: tuple[int, int]
    """Width and height of the picture. [px]"""
    used: NDArray[np.bool_]
    """Which points bear on it (n,)."""
    residual_m: FloatArray
    """Fitted minus placed position on the ground (n, 2). [m]"""
    redundancy: int
    """How many more numbers the used points give than the view has."""
    variance_factor: float
    """By how much the variances were widened, as the points contradict each other; 1 if not."""
    blunders: tuple[Blunder, ...]
    """Points left out."""
    words: tuple[str, ...]
    """What to say of them, a sentence each: blunders, widening, and where more would help."""
    plane: tuple[float, float, float] | None = None
    """The plane that the points were brought down to, as of `GroundHomography`; None: as placed."""

    def to_ground(
        self, *, origin_m: tuple[float, float], crs: str, reference_sd_m: float
    ) -> GroundHomography:
        """Return the ground homography.

        Args:
            origin_m: The origin that the points' metres count from. [m]
            crs: Their projected system.
            reference_sd_m: Standard uncertainty of the map that they were read from. [m]
        """
        return GroundHomography(
            matrix=_rows3(self.matrix),
            normalisation=_rows3(normalisation_of(self.size)),
            origin_m=origin_m,
            crs=crs,
            covariance=tuple(tuple(float(value) for value in row) for row in self.covariance),
            ground_sd_m=0.0,
            reference_sd_m=reference_sd_m,
            plane=self.plane,
        )


class RefusalKind(StrEnum):
    """What kind of fault keeps control points from giving a view."""

    TOO_FEW = "too_few"
    UNDETERMINED = "undetermined"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRefusal:
    """Why control points give no view."""

    kind: RefusalKind
    """What kind of fault it is."""
    fault: str
    """What is wrong, in words."""
    remedy: str
    """What would help, in words."""
    suspects: tuple[str, ...] = ()
    """Marks of which any one may be the wrong one; empty when that cannot be told."""


def place_points(
    scene: Scene,
    points: Sequence[ControlPoint],
    *,
    crs: str,
    origin_m: tuple[float, float],
    span: FrameSpan,
) -> Placed:
    """Move the control points of a stretch of a shot to its anchor frame, in local metres.

    Args:
        scene: Gives the links.
        points: All control points of the item; those of other frames, or of frames that could not
            be linked, are left out.
        crs: Projected system to measure in.
        origin_m: Easting and northing to count from. [m]
        span: The stretch.
    """
    usable = [point for point in points if point.frame in span and scene.linked[point.frame]]
    pixels, spreads = [], []
    for point in usable:
        link = scene.to_anchor[point.frame]
        x, y, w = link @ np.array([*point.pixel, 1.0])
        moved = np.array([x, y]) / w
        jacobian = (link[:2, :2] - np.outer(moved, link[2, :2])) / w
        pixels.append(moved)
        own = max(point.pixel_sd_px, _ROUNDING_PX)
        own *= math.sqrt(abs(float(np.linalg.det(jacobian))))
        spreads.append(math.hypot(own, float(scene.link_sd_px[point.frame])))
    places = [from_geographic(point.point, crs) for point in usable]
    return Placed(
        ids=tuple(point.mark for point in usable),
        pixels=np.array(pixels, dtype=np.float64).reshape(-1, 2),
        pixel_sd=np.array(spreads, dtype=np.float64),
        ground=np.array(
            [[one.easting_m - origin_m[0], one.northing_m - origin_m[1]] for one in places],
            dtype=np.float64,
        ).reshape(-1, 2),
        ground_sd=np.array([point.point_sd_m for point in usable], dtype=np.float64),
    )


def leverages(placed: Placed, fit: ControlFit) -> FloatArray:
    """Return how much each used point decides its own residual, 0 to 1 (n,); NaN for unused ones.

    1: nothing else says where it lies, so that its residual is 0 whatever it is.

    References:
        Förstner and Wrobel (2016), Photogrammetric Computer Vision, section 4.6 (redundancy
        numbers, of which this is the complement).
    """
    unit = _unit(placed.pixels, fit.size)
    theta = (fit.matrix / fit.matrix[2, 2]).ravel()[:_PARAMETERS]
    root, _, jacobian = _linearise(theta, unit, placed, scale=2.0 / max(fit.size))
    design = np.asarray(np.linalg.solve(root, jacobian), dtype=np.float64)
    rows = design[fit.used].reshape(-1, _PARAMETERS)
    covariance = np.asarray(np.linalg.pinv(rows.T @ rows), dtype=np.float64)
    own = ((design @ covariance) * design).sum(axis=(1, 2))
    return np.where(fit.used, np.clip(own / 2.0, 0.0, 1.0), np.nan)


def control_observations(placed: Placed, *, frame: int) -> Observations:
    """Return control points as observations that join the adjustment of automatic matches.

    Args:
        placed: The points, blunders left out.
        frame: The key frame that they are counted with.
    """
    count = len(placed.ids)
    return Observations(
        pixels=placed.pixels,
        pixel_sd=placed.pixel_sd,
        ground=placed.ground,
        ground_sd=placed.ground_sd,
        feature=-1 - np.arange(count, dtype=np.int64),
        frame=np.full(count, frame, dtype=np.int64),
        steady=np.zeros(count, dtype=np.bool_),
    )


def fit_control_points(placed: Placed, *, size: tuple[int, int]) -> ControlFit | ControlRefusal:
    """Fit a view to control points; name blunders, or refuse with the remedy.

    Args:
        placed: At least four points, no three on a line.
        size: Width and height of the anchor frame. [px]

    Uncertainty:
        From the stated ones, to first order; widened by what redundant points contradict each other
        by, where that is more than chance gives in one set of a hundred.
    """
    if len(placed.ids) < _FEWEST:
        return _too_few(placed, size)
    used = np.ones(len(placed.ids), dtype=np.bool_)
    suspects: list[int] = []
    while True:
        fit = _fit(placed.take(used), size)
        if fit is None:
            return _degenerate()
        redundancy = 2 * int(used.sum()) - _PARAMETERS
        if redundancy == 0 or fit.misfit <= _chi_squared_quantile(_DOUBT, redundancy):
            break
        suspects = _suspects(placed, used, size)
        if len(suspects) != 1:
            break
        used[suspects[0]] = False
    factor = fit.misfit / redundancy if redundancy > 0 else 1.0
    if redundancy == 0 or fit.misfit <= _chi_squared_quantile(_DOUBT, redundancy):
        factor = 1.0
    if factor > _LARGEST_FACTOR:
        return _contradiction(placed, used, fit, suspects=suspects)
    if factor > 1.0:
        factor *= widening(redundancy)
    names = ", ".join(placed.ids[number] for number in suspects)
    doubt = f" The wrong one may be any of {names}." if len(suspects) > 1 else ""
    return _report(placed, used, fit, size=size, factor=factor, doubt=doubt)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """Least squares of some points."""

    matrix: FloatArray
    covariance: FloatArray
    misfit: float


def _fit(placed: Placed, size: tuple[int, int]) -> _Fit | None:
    """Fit by least squares in both spaces; None when the points do not determine a view."""
    unit = _unit(placed.pixels, size)
    start = _start(unit, placed.ground)
    if start is None:
        return None
    theta = start
    for _ in range(_ITERATIONS):
        root, residual, jacobian = _linearise(theta, unit, placed, scale=2.0 / max(size))
        design = np.linalg.solve(root, jacobian).reshape(-1, _PARAMETERS)
        white = np.linalg.solve(root, residual[..., None]).ravel()
        step, _, rank, _ = np.linalg.lstsq(design, white, rcond=1e-12)
        if rank < _PARAMETERS or not np.isfinite(step).all():
            return None
        theta = theta - step
        if float(np.sum((design @ step) ** 2)) < _CONVERGED:
            break
    root, residual, jacobian = _linearise(theta, unit, placed, scale=2.0 / max(size))
    design = np.linalg.solve(root, jacobian).reshape(-1, _PARAMETERS)
    white = np.linalg.solve(root, residual[..., None]).ravel()
    inverse = np.linalg.pinv(design, rcond=1e-12)
    fit = _Fit(
        matrix=np.append(theta, 1.0).reshape(3, 3),
        covariance=inverse @ inverse.T,
        misfit=float(white @ white),
    )
    return fit if _is_view(fit, unit, placed.ground) else None


def _start(unit: FloatArray, ground: FloatArray) -> FloatArray | None:
    """Return a first view by the direct linear transformation (8,), in balanced coordinates."""
    middle, spread = ground.mean(axis=0), float(ground.std())
    if spread == 0.0:
        return None
    matrix, _ = cv2.findHomography(unit, (ground - middle) / spread, 0)
    if matrix is None or not np.isfinite(matrix).all():
        return None
    back = np.array([[spread, 0.0, middle[0]], [0.0, spread, middle[1]], [0.0, 0.0, 1.0]])
    whole = back @ matrix
    if abs(float(whole[2, 2])) < np.finfo(np.float64).eps:
        return None
    return np.asarray((whole / whole[2, 2]).ravel()[:_PARAMETERS], dtype=np.float64)


def _linearise(
    theta: FloatArray, unit: FloatArray, placed: Placed, *, scale: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return roots of covariances (n, 2, 2), residuals (n, 2) and Jacobians (n, 2, 8)."""
    matrix = np.append(theta, 1.0).reshape(3, 3)
    ground, jacobian, by_unit = _project(matrix, unit)
    by_pixel = by_unit * scale
    covariance = (
        by_pixel @ np.swapaxes(by_pixel, 1, 2) * placed.pixel_sd[:, None, None] ** 2
        + np.eye(2) * placed.ground_sd[:, None, None] ** 2
    )
    root = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
    return root, ground - placed.ground, jacobian


def _project(matrix: FloatArray, unit: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ground points (n, 2), their Jacobians by parameters (n, 2, 8) and unit (n, 2, 2)."""
    homogeneous = np.column_stack([unit, np.ones(len(unit))])
    east, north, depth = (homogeneous @ matrix.T).T
    ground = np.column_stack([east, north]) / depth[:, None]
    row = homogeneous / depth[:, None]
    zero = np.zeros_like(row)
    by_parameters = np.stack(
        [
            np.column_stack([row, zero, -ground[:, :1] * row[:, :2]]),
            np.column_stack([zero, row, -ground[:, 1:] * row[:, :2]]),
        ],
        axis=1,
    )
    by_unit = (matrix[None, :2, :2] - ground[:, :, None] * matrix[None, 2:, :2]) / (
        depth[:, None, None]
    )
    return ground, by_parameters, by_unit


def _is_view(fit: _Fit, unit: FloatArray, ground: FloatArray) -> bool:
    """Tell whether points are seen from above, unmirrored, and determine their own middle."""
    depth = np.column_stack([unit, np.ones(len(unit))]) @ fit.matrix[2]
    if (depth <= 0.0).any():
        return False
    _, by_parameters, by_unit = _project(fit.matrix, np.vstack([unit, unit.mean(axis=0)]))
    if (np.linalg.det(by_unit) >= 0.0).any():  # pixels count downwards, northing upwards
        return False
    spread = math.sqrt(float(ground.var(axis=0).sum()))
    middle = by_parameters[-1] @ fit.covariance @ by_parameters[-1].T
    return math.sqrt(float(np.trace(middle)) / 2.0) < _WEAK_SHARE * spread


def _suspects(placed: Placed, used: NDArray[np.bool_], size: tuple[int, int]) -> list[int]:
    """Return the points of which any one may be the wrong one, likeliest first; empty for none.

    Without the wrong one the others agree far better; those without which they agree almost as well
    as without the likeliest stay under suspicion.
    """
    members = np.flatnonzero(used)
    whole = _fit(placed.take(used), size)
    if len(members) < _FEWEST_NAMEABLE or whole is None:
        return []
    misfits = []
    for member in members:
        others = used.copy()
        others[member] = False
        fit = _fit(placed.take(others), size)
        misfits.append(math.inf if fit is None else fit.misfit)
    order = np.argsort(misfits, kind="stable")
    best = misfits[int(order[0])]
    if whole.misfit - best <= _chi_squared_quantile(_BLUNDER, 2):
        return []
    reach = _chi_squared_quantile(_TOLD_APART, 2)
    return [int(members[place]) for place in order if misfits[int(place)] - best <= reach]


def _report(
    placed: Placed,
    used: NDArray[np.bool_],
    fit: _Fit,
    *,
    size: tuple[int, int],
    factor: float,
    doubt: str,
) -> ControlFit:
    unit = _unit(placed.pixels, size)
    covariance = fit.covariance * factor
    ground, by_parameters, by_unit = _project(fit.matrix, unit)
    blunders = []
    for number in np.flatnonzero(~used):
        by_pixel = by_unit[number] * 2.0 / max(size)
        expected = (
            by_parameters[number] @ covariance @ by_parameters[number].T
            + by_pixel @ by_pixel.T * placed.pixel_sd[number] ** 2
            + np.eye(2) * placed.ground_sd[number] ** 2
        )
        blunders.append(
            Blunder(
                mark=placed.ids[number],
                away_m=float(np.hypot(*(ground[number] - placed.ground[number]))),
                expected_m=math.sqrt(float(np.trace(expected)) / 2.0),
            )
        )
    words = [
        f"Control point {one.mark} is {one.away_m:.1f} m off what the others say and was left out."
        for one in blunders
    ]
    redundancy = 2 * int(used.sum()) - _PARAMETERS
    if redundancy == 0:
        words.append("Four control points check nothing: a wrong one among them cannot be noticed.")
    if factor > 1.0:
        words.append(
            "The control points differ from each other by more than their stated uncertainties "
            f"explain; these are widened {math.sqrt(factor):.1f} times.{doubt}"
        )
    words.extend(_weak_side(fit.matrix, covariance, placed.ground[used], size))
    return ControlFit(
        matrix=fit.matrix,
        covariance=covariance,
        size=size,
        used=used,
        residual_m=ground - placed.ground,
        redundancy=redundancy,
        variance_factor=factor,
        blunders=tuple(blunders),
        words=tuple(words),
    )


def _weak_side(
    matrix: FloatArray, covariance: FloatArray, ground: FloatArray, size: tuple[int, int]
) -> list[str]:
    """Say where in the picture the points leave the view uncertain, and what would help."""
    steps = np.linspace(0.02, 0.98, _GRID)
    across, down = np.meshgrid(steps * (size[0] - 1), steps * (size[1] - 1))
    unit = _unit(np.column_stack([across.ravel(), down.ravel()]), size)
    unit = unit[np.column_stack([unit, np.ones(len(unit))]) @ matrix[2] > 0.0]
    places, by_parameters, _ = _project(matrix, unit)
    spread = np.einsum("nij,jk,nik->n", by_parameters, covariance, by_parameters)
    sd = np.sqrt(spread / 2.0)
    if float(sd.max()) < _TELLING_GROWTH * float(sd.min()):
        return []
    worst = int(np.argmax(sd))
    side = _direction(places[worst] - ground.mean(axis=0))
    words = (
        f"Towards the {side} of the picture the view is uncertain by {sd[worst]:.1f} m, against "
        f"{sd.min():.1f} m amid the points: two more control points {side} of those there would "
        "help."
    )
    return [words]


def _direction(vector: FloatArray) -> str:
    """Return the nearest of eight compass directions of a vector east and north."""
    turn = math.degrees(math.atan2(float(vector[0]), float(vector[1])))
    return compass_point(turn)


def _too_few(placed: Placed, size: tuple[int, int]) -> ControlRefusal:
    count = len(placed.ids)
    lacking = _FEWEST - count
    where = "far apart in the picture"
    if count:
        away = (np.array(size) - 1.0) / 2.0 - placed.pixels.mean(axis=0)
        across, down = ("right" if away[0] > 0 else "left"), ("lower" if away[1] > 0 else "upper")
        where = f"first in the {down} {across} of the picture, where none lies"
    return ControlRefusal(
        kind=RefusalKind.TOO_FEW,
        fault=f"{count} of the four control points that a view needs are placed in this shot",
        remedy=f"Place {lacking} more control point{'s' if lacking > 1 else ''}, {where}.",
    )


def _degenerate() -> ControlRefusal:
    return ControlRefusal(
        kind=RefusalKind.UNDETERMINED,
        fault="the control points do not determine a view from above",
        remedy=(
            "Check that no two points are swapped, and place more away from the line on which "
            "three of them lie."
        ),
    )


def _contradiction(
    placed: Placed, used: NDArray[np.bool_], fit: _Fit, *, suspects: Sequence[int]
) -> ControlRefusal:
    count = int(used.sum())
    times = math.sqrt(fit.misfit / (2 * count - _PARAMETERS))
    names = ", ".join(placed.ids[number] for number in suspects)
    which = f"the wrong one may be any of {names}" if names else "which is wrong cannot be told"
    more = "one more control point" if count < _FEWEST_NAMEABLE else "two more control points"
    return ControlRefusal(
        kind=RefusalKind.CONTRADICTION,
        fault=(
            f"the {len(placed.ids)} control points contradict each other: they differ by "
            f"{times:.0f} times what their uncertainties explain, and {which}"
        ),
        remedy=f"Check the points, and place {more} so that the wrong one can be named.",
        suspects=tuple(placed.ids[number] for number in suspects),
    )


def _unit(pixels: FloatArray, size: tuple[int, int]) -> FloatArray:
    normal = normalisation_of(size)
    return np.asarray(pixels @ normal[:2, :2].T + normal[:2, 2], dtype=np.float64)


def _rows3(matrix: FloatArray) -> tuple[tuple[float, float, float], ...]:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)


def _chi_squared_quantile(share: float, freedom: int) -> float:
    """Return what chi-squared stays below so often, without SciPy's slow-loading `stats`."""
    return float(2.0 * gammaincinv(freedom / 2, share))
