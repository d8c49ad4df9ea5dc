"""Where a strike hit: from the first frames of its effect, or from what it left on the ground."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._candidates import Cause
from purport.checks.impacts._changes import compare
from purport.checks.impacts._judging import Seen
from purport.checks.impacts._outlines import irregularity_px
from purport.checks.impacts._views import View, Views
from purport.checks.impacts._zones import grow
from purport.checks.impacts.records import PointBasis
from purport.scene import Scene

__all__ = ["ImpactPoint", "PointRules", "coarseness", "estimate_point"]

_FIRST_FRAMES = 2
_WINDOW_RADII = 5.0
_LEAST_WINDOW_PX = 48
_CORE = 0.5
_LEAST_CORE_PX = 5
_LEVEL = 75.0
"""Percentile of the levels in the core that is taken for the effect's own."""
_LEAST_ROOM_2 = 45.0
"""Square of the least difference of levels that tells of an effect. [grey levels²]"""
_OTHER_CORES = (0.3, 0.7)
_WANDER = 0.8
"""Standard uncertainty of the middle over how far it moves with the opacity that counts."""
_CHANGE_SHARE = 0.13
"""Standard uncertainty of the middle of the strongest change, over its radius."""
_LARGEST_HULL = 2.0
_VAGUE = 0.15
"""Wander of the middle over the radius from which the outline is not to be told."""
_LEAST_PIECE = 0.5
"""Area of a piece of the effect, over that of the largest."""
_HIDDEN_SHIFT = 1.2
"""By how much of its radius the middle of an effect shifts, over the square of the share of it that
is hidden by graphics or cut off by the picture's edge."""
_BESIDE_PX = 4
_VEILED_LINK_SD_PX = 0.3
"""Standard uncertainty of the link of a frame that glare has all but wiped out, at scanning width.
[px]"""
_COARSER = 0.7
"""Power of the lack of bits with which outlines become less certain: development clips of 0.013 to
0.44 bits a pixel have points off by 0.47 to 0.16 px (robust standard deviation along rows)."""
_SQUARE_5 = np.ones((5, 5), np.uint8)

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


def coarseness(bits: float, *, full_bits: float) -> float:
    """Return by how much compression makes outlines less certain than they are where it is slight.

    Args:
        bits: Bits of the file for each pixel of each frame.
        full_bits: From how many the picture counts as whole.
    """
    return float(max(full_bits / bits, 1.0) ** _COARSER)


def estimate_point(scene: Scene, views: Views, seen: Seen, rules: PointRules) -> ImpactPoint:
    """Estimate the impact point of a strike."""
    candidate = seen.candidate
    if candidate.cause is Cause.SUDDEN:
        first = [view for view in candidate.early if view.index < candidate.onset + _FIRST_FRAMES]
        for view in first:
            core = _from_core(views, seen, view)
            if core is not None:
                link_sd_px = _link_sd_px(scene, views, (candidate.base, view))
                return _state(core, rules, link_sd_px=link_sd_px)
    return _from_remains(views, seen, rules)


def _link_sd_px(scene: Scene, views: Views, pair: tuple[View, View]) -> float:
    """Return the standard uncertainty of the link between two frames. [px]"""
    if not all(scene.linked[view.index] for view in pair):
        return _VEILED_LINK_SD_PX / views.scale
    one, other = (float(scene.link_sd_px[view.index]) for view in pair)
    return math.sqrt(abs(one**2 - other**2))


def _state(core: "_Core", rules: PointRules, *, link_sd_px: float) -> ImpactPoint:
    """State the middle of an effect; by its strongest change where its outline is not to be told.

    Gain that jumps with the flash, haze and blocks of a poor copy give opacity no sharp outline;
    then the middle wanders with the opacity that counts; that of the strongest change does not.
    """
    sd_px = math.hypot(
        rules.floor_px,
        rules.first_share * core.radius,
        _HIDDEN_SHIFT * core.hidden**2 * core.radius,
        _WANDER * core.wander,
        core.irregularity,
        link_sd_px,
    )
    middle, radius = core.middle, core.radius
    by_change_px = math.hypot(
        rules.floor_px, _CHANGE_SHARE * core.change_radius, core.irregularity, link_sd_px
    )
    if sd_px > by_change_px and core.wander > _VAGUE * core.radius:
        middle, radius, sd_px = core.change_middle, core.change_radius, by_change_px
    return ImpactPoint(
        point_px=middle, sd_px=sd_px, radius_px=radius, basis=PointBasis.FIRST_FRAMES
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Early:
    """The neighbourhood of a strike before and in an early frame, in the base frame's pixels."""

    now: NDArray[np.uint8]
    """The early frame (height, width)."""
    residual: NDArray[np.float32]
    """Its change to the ground before (height, width). [grey levels]"""
    valid: Mask
    """Where both show ground: not beneath graphics, not beyond the picture (height, width)."""
    began: Mask
    """Where the scan saw it begin (height, width)."""
    reach: Mask
    """Where the effect may lie (height, width)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """The effect in an early frame, full size."""

    middle: tuple[float, float]
    """(x, y). [px]"""
    radius: float
    """Of the circle of the same area. [px]"""
    hidden: float
    """Share of it that graphics hide or the picture's edge cuts off."""
    wander: float
    """How far the middle moves with the opacity from which the effect counts. [px]"""
    irregularity: float
    """Standard uncertainty of where an effect of this outline began, per axis. [px]"""
    change_middle: tuple[float, float]
    """Middle of the strongest change, (x, y). [px]"""
    change_radius: float
    """Radius of the circle of its area. [px]"""


def _from_core(views: Views, seen: Seen, view: View) -> _Core | None:
    """Measure the effect in an early frame; None when too little of it is seen."""
    window = _window(views, seen, seen.candidate.base.full.shape)
    early = _look(views, seen, view=view, window=window)
    opacity = _opacity(early)
    if opacity is None:
        return None
    discs = [_disc(opacity > level, early.began) for level in (_CORE, *_OTHER_CORES)]
    if min(int(np.count_nonzero(disc)) for disc in discs) < _LEAST_CORE_PX:
        return None
    places = np.array([_centroid(disc) for disc in discs])
    strongest = _strongest(early)
    change_x, change_y = _middle(strongest, early.residual)
    rim = cv2.dilate(discs[0].astype(np.uint8), _SQUARE_5) > 0
    return _Core(
        middle=(float(places[0, 0]) + window[0], float(places[0, 1]) + window[1]),
        radius=math.sqrt(np.count_nonzero(discs[0]) / math.pi),
        hidden=float(np.mean(~early.valid[rim])),
        wander=float(np.hypot(*places.std(axis=0))),
        irregularity=irregularity_px(opacity > _CORE, discs[0], valid=early.valid),
        change_middle=(change_x + window[0], change_y + window[1]),
        change_radius=math.sqrt(np.count_nonzero(strongest) / math.pi),
    )


def _middle(core: Mask, residual: NDArray[np.float32]) -> tuple[float, float]:
    """Return the middle of the hull of the strongest change, or of its pieces by their weight.

    A flash over something as bright as itself shows no change there, so that the core has a bay;
    its hull has none. A hull far larger than the core spans several pieces.
    """
    hull = _hull(core)
    if int(np.count_nonzero(hull)) <= _LARGEST_HULL * int(np.count_nonzero(core)):
        return _centroid(hull)
    rows, columns = np.nonzero(core)
    weight = np.abs(residual[core])
    total = float(weight.sum())
    return float((columns * weight).sum()) / total, float((rows * weight).sum()) / total


def _centroid(disc: Mask) -> tuple[float, float]:
    rows, columns = np.nonzero(disc)
    return float(columns.mean()), float(rows.mean())


def _look(views: Views, seen: Seen, *, view: View, window: tuple[int, int, int, int]) -> _Early:
    """Bring an early frame to the base frame about the strike, and compare."""
    base = seen.candidate.base
    left, top, right, bottom = window
    matrix = views.between_full(view, base)
    shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    size = (right - left, bottom - top)
    now = cv2.warpPerspective(view.full, shift @ matrix, size, flags=cv2.INTER_LINEAR)
    white = np.full(view.full.shape, 255, dtype=np.uint8)
    white[views.graphics] = 0
    valid = cv2.warpPerspective(white, shift @ matrix, size, flags=cv2.INTER_NEAREST) > 0
    valid &= ~views.graphics[top:bottom, left:right]
    before = np.ascontiguousarray(base.full[top:bottom, left:right])
    change = compare(before, np.asarray(now, dtype=np.uint8), valid, threshold=_LEAST_CORE_PX)
    began = _at_full_size(seen.region, base)[top:bottom, left:right]
    allowed = _at_full_size(grow(seen.region, _reach_px(seen.region)), base)
    return _Early(
        now=np.asarray(now, dtype=np.uint8),
        residual=change.residual,
        valid=np.asarray(valid, dtype=np.bool_),
        began=began,
        reach=_hull(allowed[top:bottom, left:right]),
    )


def _at_full_size(mask: Mask, view: View) -> Mask:
    """Bring a mask from scanning to display size (height, width)."""
    size = (view.full.shape[1], view.full.shape[0])
    whole = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole > 0, dtype=np.bool_)


def _reach_px(region: Mask) -> int:
    """Return how far beyond a patch its effect may lie, at scanning width: its radius and some."""
    return math.ceil(math.sqrt(np.count_nonzero(region) / math.pi)) + _BESIDE_PX


def _strongest(early: _Early) -> Mask:
    """Return where an effect changes the picture at least half as much as where it does most."""
    strength = cv2.GaussianBlur(np.abs(early.residual), (0, 0), 1.0)
    strength = np.where(early.reach & early.valid, strength, np.float32(0.0))
    there = strength[early.began]
    most = float(there.max()) if there.any() else float(strength.max())
    return np.asarray(strength > _CORE * most, dtype=np.bool_)


def _opacity(early: _Early) -> NDArray[np.float32] | None:
    """Return how far the effect covers the ground, 0 to 1 about; None when nothing is seen.

    Change alone misleads: over ground as bright as itself (or as dark, in black-hot) a flash shows
    none. Its level is taken from where it is strongest; what it changes is divided by what it could
    change, by least squares over a pixel's neighbourhood, so that ground of its own level says
    nothing rather than no.
    """
    core = _strongest(early)
    if int(np.count_nonzero(core)) < _LEAST_CORE_PX:
        return None
    brighter = float(np.median(early.residual[core])) > 0.0
    level = np.float32(np.percentile(early.now[core], _LEVEL if brighter else 100.0 - _LEVEL))
    room = level - (early.now.astype(np.float32) - early.residual)
    weight = early.valid.astype(np.float32)
    found = cv2.GaussianBlur(early.residual * room * weight, (0, 0), 1.0)
    could = cv2.GaussianBlur(room**2 * weight, (0, 0), 1.0)
    return np.asarray(
        np.where(early.reach, found / np.maximum(could, _LEAST_ROOM_2), 0.0), dtype=np.float32
    )


def _disc(core: Mask, began: Mask) -> Mask:
    """Return the hull of the pieces of a core that are like the largest where the effect began.

    A piece beside it that is far larger is something else. Where nothing lies on the place where it
    began, the effect is all beside it.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(core.astype(np.uint8))
    if count == 1:
        return core
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0.0
    touching = [label for label in np.unique(labels[began & core]) if label > 0]
    largest = float(areas[touching].max()) if touching else float(areas.max())
    kept = np.flatnonzero((areas >= _LEAST_PIECE * largest) & (areas <= largest / _LEAST_PIECE))
    return _hull(np.isin(labels, kept))


def _hull(mask: Mask) -> Mask:
    """Return the convex hull of a mask (height, width)."""
    rows, columns = np.nonzero(mask)
    filled = np.zeros(mask.shape, dtype=np.uint8)
    if len(rows):
        hull = cv2.convexHull(np.column_stack([columns, rows]).astype(np.int32))
        cv2.fillConvexPoly(filled, hull, 1)
    return filled > 0


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
    """Take the centroid of the lasting change; less sure the more of it lies elsewhere."""
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
        sd_px=math.hypot(
            rules.remained_floor_px,
            rules.remained_share * radius,
            _distance_elsewhere(seen, centre) / views.scale,
        ),
        radius_px=radius,
        basis=PointBasis.WHAT_REMAINED,
    )


def _distance_elsewhere(seen: Seen, centre: tuple[float, float]) -> float:
    """Return the root mean square distance, per axis, of all lasting change from a point.

    A disturbance does not tell which of the changes it left is the strike's.
    """
    if seen.candidate.cause is not Cause.DISTURBANCE or not seen.elsewhere.any():
        return 0.0
    rows, columns = np.nonzero(seen.elsewhere)
    weight = seen.weight[seen.elsewhere]
    away = (columns - centre[0]) ** 2 + (rows - centre[1]) ** 2
    return math.sqrt(float((weight * away).sum()) / max(2.0 * float(weight.sum()), 1.0))
