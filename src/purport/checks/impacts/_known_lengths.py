"""Metres from lengths that a person knows in the picture, where nothing places it on a map.

The ground is taken as a plane, seen by a camera of unknown tilt, direction of tilt and angle of
view. All views up to a stated obliquity count, each weighing by how well it brings the known
lengths together; what they differ by is the cost of not knowing the view. Lengths in several
directions narrow it down, one length alone tells the scale along itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from purport.checks.impacts._distances import TargetShape, offset_interval, tabulate_farther
from purport.checks.impacts._offsets import Offset

__all__ = ["LARGEST_OBLIQUITY_DEG", "PictureLength", "PicturePoint", "measure_in_picture"]

LARGEST_OBLIQUITY_DEG = 65.0
"""Obliquity up to which views are reckoned with where nobody states one. [deg]"""

_TILTS = 14
_TURNS = 24
_VIEW_ANGLES_DEG = (2.0, 5.0, 10.0, 20.0)
"""Horizontal angles of view reckoned with; cameras that film strikes from afar have few degrees."""
_DRAWS = 64
_LEAST_SLOPE = 0.05
"""Cosine to the vertical below which a ray meets the ground too near the horizon."""
_STEP_PX = 0.5
_SETTLED = 1e-6

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureLength:
    """A known length between two pixels of the picture measured in."""

    from_px: tuple[float, float]
    """One end. [px]"""
    to_px: tuple[float, float]
    """The other. [px]"""
    pixel_sd_px: float
    """Standard uncertainty of either end per axis. [px]"""
    length_m: float
    """The length. [m]"""
    length_sd_m: float
    """Its standard uncertainty. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturePoint:
    """A point in the picture measured in."""

    pixel: tuple[float, float]
    """(x, y). [px]"""
    sd_px: float
    """Standard uncertainty per axis. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Views:
    """Cameras above a plane at height 1; k of them."""

    normal: FloatArray
    """Straight down, in the camera's axes (k, 3)."""
    far: FloatArray
    """Along the ground, away from the camera (k, 3)."""
    across: FloatArray
    """Along the ground, across (k, 3)."""
    focal_px: FloatArray
    """Focal length (k,). [px]"""
    middle: FloatArray
    """Centre of the picture (2,). [px]"""

    def ground(self, pixel: FloatArray) -> FloatArray:
        """Return where a pixel (2,) meets the ground, in camera heights; infinite beyond (k, 2)."""
        ray = np.column_stack(
            [np.broadcast_to(pixel - self.middle, (len(self.focal_px), 2)), self.focal_px]
        )
        ray = ray / np.linalg.norm(ray, axis=1, keepdims=True)
        slope = (ray * self.normal).sum(axis=1)
        seen = slope > _LEAST_SLOPE
        point = ray / np.where(seen, slope, 1.0)[:, None]
        plane = np.column_stack([(point * self.far).sum(axis=1), (point * self.across).sum(axis=1)])
        return np.where(seen[:, None], plane, np.inf)

    def jacobian(self, pixel: FloatArray) -> FloatArray:
        """Return by how much that moves with the pixel (k, 2, 2). [1/px]"""
        columns = [
            (self.ground(pixel + step) - self.ground(pixel - step)) / (2.0 * _STEP_PX)
            for step in np.eye(2) * _STEP_PX
        ]
        return np.stack(columns, axis=-1)


def measure_in_picture(
    impact: PicturePoint,
    target: PicturePoint,
    lengths: Sequence[PictureLength],
    *,
    size: tuple[int, int],
    obliquity_deg: tuple[float, float] = (0.0, LARGEST_OBLIQUITY_DEG),
) -> Offset | None:
    """Measure the distance between two points of a picture by known lengths in it.

    Args:
        impact: Where it struck.
        target: What it is measured from.
        lengths: At least one.
        size: Width and height of the picture. [px]
        obliquity_deg: Least and largest obliquity reckoned with, each between as likely. [deg]

    Returns:
        The offset, without bearing; None when no view of a plane explains the points, or none the
        lengths: they contradict each other.

    Uncertainty:
        The plane is an assumption: a point that stands above it is not where it seems.
    """
    views = _all_views(size, obliquity_deg)
    scale, scale_sd, weight = _fit_scale(views, lengths)
    start, end = (views.ground(np.array(point.pixel)) for point in (target, impact))
    usable = np.isfinite(start).all(axis=1) & np.isfinite(end).all(axis=1) & (weight > _SETTLED)
    if not usable.any():
        return None
    vector = ((end - start) * scale[:, None])[usable]
    share = weight[usable] / weight[usable].sum()
    parts = [_pixel_covariance(views, point, scale)[usable] for point in (impact, target)]
    return _summarise(vector, parts, scale_sd[usable], share)


def _all_views(size: tuple[int, int], obliquity_deg: tuple[float, float]) -> _Views:
    """Return the views reckoned with: even steps of tilt, direction of tilt and angle of view."""
    low, high = np.radians(obliquity_deg)
    tilts = low + (high - low) * (np.arange(_TILTS) + 0.5) / _TILTS
    turns = 2.0 * math.pi * np.arange(_TURNS) / _TURNS
    tilt, turn, angle = (
        grid.ravel()
        for grid in np.meshgrid(tilts, turns, np.radians(_VIEW_ANGLES_DEG), indexing="ij")
    )
    away = np.column_stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)])
    axis = np.array([0.0, 0.0, 1.0])
    cosine, sine = np.cos(tilt)[:, None], np.sin(tilt)[:, None]
    return _Views(
        normal=cosine * axis - sine * away,
        far=cosine * away + sine * axis,
        across=np.cross(axis, away),
        focal_px=size[0] / 2.0 / np.tan(angle / 2.0),
        middle=(np.array(size) - 1.0) / 2.0,
    )


def _fit_scale(
    views: _Views, lengths: Sequence[PictureLength]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return each view's scale, its relative standard uncertainty, and how likely the view is.

    In logarithms, so that a scale has no preferred size; a length that lies beyond the horizon
    rules the view out.
    """
    logs, variances = [], []
    for length in lengths:
        ends = [np.array(pixel) for pixel in (length.from_px, length.to_px)]
        start, end = (views.ground(pixel) for pixel in ends)
        with np.errstate(invalid="ignore"):
            apart = end - start
        seen = np.asarray(np.isfinite(apart).all(axis=1), dtype=np.bool_)
        apart = np.where(seen[:, None], apart, 1.0)
        unit = np.hypot(*apart.T)
        along = apart / unit[:, None]
        with np.errstate(invalid="ignore"):
            slopes = [np.einsum("ki,kij->kj", along, views.jacobian(pixel)) for pixel in ends]
        by_pixel = ((slopes[0] ** 2).sum(axis=1) + (slopes[1] ** 2).sum(axis=1)) * (
            length.pixel_sd_px**2
        )
        logs.append(np.where(seen, math.log(length.length_m) - np.log(unit), np.nan))
        variances.append((length.length_sd_m / length.length_m) ** 2 + by_pixel / unit**2)
    precision = 1.0 / np.maximum(np.array(variances), _SETTLED**2)
    mean = (precision * logs).sum(axis=0) / precision.sum(axis=0)
    misfit = (precision * (np.array(logs) - mean) ** 2).sum(axis=0)
    spread = 1.0 / np.sqrt(precision.sum(axis=0))
    fits = np.less(np.nan_to_num(misfit, nan=np.inf), _largest_misfit(len(lengths)))
    weight = np.where(fits, np.exp(-misfit / 2.0) * spread, 0.0)
    return np.exp(np.nan_to_num(mean)), spread, weight / max(float(weight.max()), _SETTLED**2)


def _largest_misfit(count: int) -> float:
    """Return the misfit of so many lengths that chance alone exceeds about once in a thousand."""
    return 10.0 + 4.0 * count


def _pixel_covariance(views: _Views, point: PicturePoint, scale: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore"):
        jacobian = views.jacobian(np.array(point.pixel)) * scale[:, None, None]
    return np.asarray(jacobian @ np.swapaxes(jacobian, 1, 2) * point.sd_px**2, dtype=np.float64)


def _summarise(
    vector: FloatArray, parts: Sequence[FloatArray], scale_sd: FloatArray, share: FloatArray
) -> Offset:
    """Join the views: the distances that they and the uncertainty of the points allow."""
    noise = parts[0] + parts[1]
    distance = np.hypot(*vector.T)
    normal = _draws()
    root = np.linalg.cholesky(noise)
    places = vector[:, None] + np.einsum("kij,nj->kni", root, normal[:, :2])
    drawn = np.hypot(places[..., 0], places[..., 1]) * np.exp(
        scale_sd[:, None] * normal[None, :, 2]
    )
    weights = np.repeat(share / _DRAWS, _DRAWS)
    middle = float(_quantiles(distance, share, np.array([0.5]))[0])
    nearest = int(np.argmin(np.abs(distance - middle)))
    ends = {
        coverage: _interval(
            drawn.ravel(), weights, vector[nearest], noise[nearest], coverage=coverage
        )
        for coverage in (0.68, 0.95)
    }
    budget = _budget(vector, parts, scale_sd, share)
    return Offset(
        distance_m=middle,
        interval_68_m=ends[0.68],
        interval_95_m=ends[0.95],
        bearing_deg=None,
        bearing_sd_deg=None,
        p_inside=None,
        p_farther_m=tabulate_farther(drawn.ravel(), weights),
        sd_m=math.sqrt(sum(size**2 for size in budget.values())),
        budget_m=budget,
    )


def _draws() -> FloatArray:
    """Return fixed, evenly spread standard normal numbers (n, 3) (a rank-1 lattice)."""
    number = np.arange(_DRAWS)
    lattice = [(number * step + 0.5) / _DRAWS % 1.0 for step in (1, 19, 27)]
    return np.asarray(np.column_stack([ndtri(axis) for axis in lattice]), dtype=np.float64)


def _interval(
    drawn: FloatArray,
    weights: FloatArray,
    vector: FloatArray,
    covariance: FloatArray,
    *,
    coverage: float,
) -> tuple[float, float]:
    """Cut equal tails off the distances; near the target the interval begins at 0."""
    tails = np.array([(1.0 - coverage) / 2.0, (1.0 + coverage) / 2.0])
    low, high = _quantiles(drawn, weights, tails)
    at_target = offset_interval(
        TargetShape(vertices=np.zeros((1, 2))), vector, covariance, coverage=coverage
    )
    return (0.0 if at_target[0] == 0.0 else float(low)), float(high)


def _quantiles(values: FloatArray, weights: FloatArray, shares: FloatArray) -> FloatArray:
    order = np.argsort(values, kind="stable")
    below = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
    return np.asarray(np.interp(shares, below, values[order]), dtype=np.float64)


def _budget(
    vector: FloatArray, parts: Sequence[FloatArray], scale_sd: FloatArray, share: FloatArray
) -> dict[str, float]:
    """Return the standard uncertainty along the line by cause. [m]"""
    distance = np.hypot(*vector.T)
    along = vector / np.maximum(distance, _SETTLED)[:, None]
    mean = float(share @ distance)
    marking, target = (
        float(share @ np.einsum("ki,kij,kj->k", along, part, along)) for part in parts
    )
    squares = {
        "marking": marking,
        "target": target,
        "length": float(share @ (scale_sd * distance) ** 2),
        "view": float(share @ (distance - mean) ** 2),
    }
    return {cause: math.sqrt(square) for cause, square in squares.items()}
