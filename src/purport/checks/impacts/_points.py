"""Where a strike hit: from the first frames of its effect, or from what it left on the ground."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._candidates import Cause
from purport.checks.impacts._changes import compare
from purport.checks.impacts._scan import Seen
from purport.checks.impacts._views import View, Views
from purport.checks.impacts.records import PointBasis
from purport.scene import Scene

__all__ = ["ImpactPoint", "PointRules", "estimate_point"]

_FIRST_FRAMES = 2
_WINDOW_RADII = 5.0
_LEAST_WINDOW_PX = 48
_CORE = 0.5
_LEAST_CORE_PX = 5
_BRIGHTEST = 255
_LARGEST_HULL = 2.0
_FILL_RADIUS_PX = 5.0

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRules:
    """How uncertain a point is, as shares of the radius of the effect."""

    floor_px: float
    first_share: float
    remained_floor_px: float
    remained_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactPoint:
    """An impact point in the base frame's display pixels."""

    point_px: tuple[float, float]
    """Where. [px]"""
    sd_px: float
    """Standard uncertainty per axis. [px]"""
    radius_px: float
    """Radius of the effect as measured. [px]"""
    basis: PointBasis
    """What it was taken from."""


def estimate_point(scene: Scene, views: Views, seen: Seen, rules: PointRules) -> ImpactPoint:
    """Estimate the impact point of a strike."""
    candidate = seen.candidate
    if candidate.cause is Cause.SUDDEN:
        first = [view for view in candidate.early if view.index < candidate.onset + _FIRST_FRAMES]
        for view in first:
            point = _from_core(scene, views, seen, view)
            if point is not None:
                centre, radius = point
                return ImpactPoint(
                    point_px=centre,
                    sd_px=math.hypot(rules.floor_px, rules.first_share * radius),
                    radius_px=radius,
                    basis=PointBasis.FIRST_FRAMES,
                )
    return _from_remains(views, seen, rules)


def _from_core(
    scene: Scene, views: Views, seen: Seen, view: View
) -> tuple[tuple[float, float], float] | None:
    """Return the centroid and radius of the strongest change in an early frame, full size. [px]"""
    base = seen.candidate.base
    window = _window(views, seen, base.full.shape)
    left, top, right, bottom = window
    matrix = np.linalg.solve(scene.to_anchor[base.index], scene.to_anchor[view.index])
    shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    size = (right - left, bottom - top)
    now = cv2.warpPerspective(view.full, shift @ matrix, size, flags=cv2.INTER_LINEAR)
    white = np.full(view.full.shape, 255, dtype=np.uint8)
    white[views.graphics] = 0
    valid = cv2.warpPerspective(white, shift @ matrix, size, flags=cv2.INTER_NEAREST) > 0
    valid &= ~views.graphics[top:bottom, left:right]
    before = np.ascontiguousarray(base.full[top:bottom, left:right])
    change = compare(before, np.asarray(now, dtype=np.uint8), valid, threshold=_LEAST_CORE_PX)
    allowed = cv2.resize(
        cv2.dilate(seen.region.astype(np.uint8), np.ones((5, 5), np.uint8)),
        (base.full.shape[1], base.full.shape[0]),
        interpolation=cv2.INTER_NEAREST,
    )[top:bottom, left:right]
    whole = _fill_hidden(np.abs(change.residual), valid)
    size_of_change = cv2.GaussianBlur(whole, (0, 0), 1.0) * (allowed > 0)
    core = size_of_change > _CORE * float(size_of_change.max())
    count = int(np.count_nonzero(core))
    if count < _LEAST_CORE_PX:
        return None
    x, y = _middle(core, size_of_change)
    return (x + left, y + top), math.sqrt(count / math.pi)


def _middle(core: Mask, size_of_change: NDArray[np.float32]) -> tuple[float, float]:
    """Return the middle of the strongest change, (x, y) in its window.

    A flash over something as bright as itself (or as dark, in black-hot) shows no change there, so
    that the core has a bay; its convex hull has none. When the hull is far larger, the core is
    several pieces, and its own weighted centroid is taken.
    """
    rows, columns = np.nonzero(core)
    hull = cv2.convexHull(np.column_stack([columns, rows]).astype(np.int32))
    filled = cv2.fillConvexPoly(np.zeros(core.shape, dtype=np.uint8), hull, 1)
    if int(np.count_nonzero(filled)) <= _LARGEST_HULL * len(rows):
        rows, columns = np.nonzero(filled)
        return float(columns.mean()), float(rows.mean())
    weight = size_of_change[core]
    return (
        float((columns * weight).sum() / weight.sum()),
        float((rows * weight).sum() / weight.sum()),
    )


def _fill_hidden(change: FloatArray | NDArray[np.float32], valid: Mask) -> NDArray[np.float32]:
    """Continue a change beneath burnt-in graphics from what surrounds them."""
    levels = np.minimum(change, _BRIGHTEST).astype(np.uint8)
    filled = cv2.inpaint(levels, (~valid).astype(np.uint8), _FILL_RADIUS_PX, cv2.INPAINT_TELEA)
    return np.asarray(filled, dtype=np.float32)


def _window(views: Views, seen: Seen, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the neighbourhood of a strike, in display pixels."""
    rows, columns = np.nonzero(seen.region)
    centre = views.to_full((float(columns.mean()), float(rows.mean())))
    radius = math.sqrt(len(rows) / math.pi) / views.scale
    half = max(_WINDOW_RADII * radius, _LEAST_WINDOW_PX)
    height, width = shape
    left, top = max(0, int(centre[0] - half)), max(0, int(centre[1] - half))
    right = min(width, int(centre[0] + half) + 1)
    bottom = min(height, int(centre[1] + half) + 1)
    return left, top, right, bottom


def _from_remains(views: Views, seen: Seen, rules: PointRules) -> ImpactPoint:
    """Take the centroid of the lasting change."""
    mask = seen.lasting if seen.lasting.any() else seen.region
    rows, columns = np.nonzero(mask)
    share = seen.weight[mask]
    if float(share.sum()) <= 0.0:
        share = np.ones_like(share)
    centre = (
        float((columns * share).sum() / share.sum()),
        float((rows * share).sum() / share.sum()),
    )
    radius = math.sqrt(len(rows) / math.pi) / views.scale
    return ImpactPoint(
        point_px=views.to_full(centre),
        sd_px=math.hypot(rules.remained_floor_px, rules.remained_share * radius),
        radius_px=radius,
        basis=PointBasis.WHAT_REMAINED,
    )
