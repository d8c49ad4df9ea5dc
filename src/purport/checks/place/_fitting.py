"""The joint fit: one homography for each stretch of a shot over which the links hold.

Every key frame, laid on the reference by its own matches, says where the anchor frame lies; were
the links perfect, all would say the same. How far they differ is measured, and each homography is
adjusted to the matches of all key frames, those of a frame that differs weighing less. Where
nothing differs, one homography serves the whole shot and all matches bear on it; where the links
drift, each key frame's stretch gets its own, and what is left of the drift goes into its
covariance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import TerrainSource
from purport.checks.place._adjustment import (
    Adjusted,
    Adjustment,
    Observations,
    adjust_homography,
    normalisation_of,
)
from purport.checks.place._control_points import Placed, control_observations
from purport.checks.place._geometry import apply_homography, local_affine
from purport.checks.place._terrain import adjust_on_terrain, read_ground
from purport.checks.place._tracing import Traced
from purport.checks.place._views import Mapped
from purport.core.media_time import FrameSpan

__all__ = ["INLIER_WEIGHT", "Basis", "Fitted", "fit_shot", "fitted_at", "patch_to_local"]

FloatArray = NDArray[np.float64]

INLIER_WEIGHT = 0.3
"""Cauchy weight of a residual of 3.6 standard deviations."""

_SPOT_M = 6.0
"""Ground within which blocks of several frames are one spot of the reference. [m]"""
_STEADY_PX = 0.3
"""Drift below which a frame's residuals tell of the ground. [px]"""
_LOST_PX = 0.8
"""Drift above which a frame says nothing of another. [px]"""
_MOST_HELD = 6
"""Key frames in one fit; more show the same points again."""
_SHARED_DRIFT_PX = 0.15
"""Drift below which a shot is one stretch. [px]"""
_FIT_NOISE = 12.0
"""Mean square of a homography's error over the picture, in units of variance over matches."""
_SUDDEN = 6.0
"""Times the usual change from frame to frame that stand out."""
_QUIET_LUMA = 1.0
"""Least usual change from frame to frame that is reckoned with. [luma]"""
_COMMON_SHARE = 0.3
"""Standard deviation of what all matches of a frame share, over that of their scatter."""
_COMMON_LEAST = 0.03
"""Its least, in pixels of the coarser of picture and reference."""
_MATCHES_A_PART = 4.0
"""Matches that err together, about."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Basis:
    """What the homographies of a shot are fitted to, and how."""

    mapped: Mapped
    """The stretch of the reference."""
    size: tuple[int, int]
    """Width and height of the picture. [px]"""
    origin_m: tuple[float, float]
    """Easting and northing of the local origin. [m]"""
    settings: Adjustment
    """How to adjust."""
    placed: Placed
    """Control points to adjust along with the matches; may be none."""
    terrain: TerrainSource | None = None
    """Heights of the ground; None when none were given."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A homography and the stretch of frames for which it is meant."""

    span: FrameSpan
    """The frames."""
    frame: int
    """The key frame that it is centred on."""
    seen: Observations
    """The matches adjusted."""
    adjusted: Adjusted
    """The outcome; its matrix maps normalised pixels of the anchor frame."""
    covariance: FloatArray
    """Covariance of its parameters, drift of the links included (8, 8)."""
    to_patch: FloatArray
    """The homography from anchor frame to patch pixels (3, 3)."""
    plane: tuple[float, float, float] | None
    """The plane that the matches were brought down to, as of `GroundHomography`; None: as they lie
    on the map."""


def fit_shot(
    traced: Sequence[Traced], basis: Basis, *, span: FrameSpan, step: NDArray[np.float32]
) -> list[Fitted]:
    """Adjust a homography for each stretch of a shot.

    Args:
        traced: Key frames laid by their own matches, by index; at least one.
        basis: What they are fitted to.
        span: The shot's frames.
        step: Mean luma difference of each frame to the one before, over the whole video.

    Returns:
        The stretches in order; empty when the matches determine none.
    """
    drift = _drift_px(traced, basis.size)
    if len(traced) == 1 or drift.max() <= _SHARED_DRIFT_PX:
        centres = [len(traced) // 2]
    else:
        centres = list(range(len(traced)))
    borders = [_border(here.view.index, there.view.index, step) for here, there in pairwise(traced)]
    fitted = [_fit(traced, basis, centre, drift=drift, borders=borders) for centre in centres]
    return _covering([one for one in fitted if one is not None], span, step)


def fitted_at(fitted: Sequence[Fitted], frame: int) -> Fitted:
    """Return the homography of the stretch that holds a frame of the shot."""
    return next(each for each in fitted if frame in each.span)


def patch_to_local(mapped: Mapped, origin_m: tuple[float, float]) -> FloatArray:
    """Return the matrix from patch pixels to metres from the origin (3, 3)."""
    shift = np.array([[1.0, 0.0, -origin_m[0]], [0.0, 1.0, -origin_m[1]], [0.0, 0.0, 1.0]])
    return np.asarray(shift @ mapped.patch.to_map, dtype=np.float64)


def _drift_px(traced: Sequence[Traced], size: tuple[int, int]) -> FloatArray:
    """Return how far each two key frames differ on where the anchor frame lies (m, m). [px]

    Root mean square over the picture, less what the noise of the matches alone lets expect.
    """
    across, down = np.meshgrid(np.linspace(0.15, 0.85, 3), np.linspace(0.15, 0.85, 3))
    marks = np.column_stack([across.ravel(), down.ravel()]) * (np.array(size) - 1)
    places = [apply_homography(each.from_anchor(), marks) for each in traced]
    noise = [_FIT_NOISE * _match_variance(each) / len(each.picture) for each in traced]
    drift = np.zeros((len(traced), len(traced)))
    for row, each in enumerate(traced):
        back = np.linalg.inv(each.from_anchor())
        facing = np.sign(back[2] @ np.r_[places[row].mean(axis=0), 1.0])
        for column, there in enumerate(places):
            away = apply_homography(back * facing, there) - marks
            square = float((away**2).sum(axis=1).mean()) / 2.0 - noise[row] - noise[column]
            drift[row, column] = math.sqrt(max(0.0, square)) if row != column else 0.0
    return np.maximum(drift, drift.T)


def _match_variance(each: Traced) -> float:
    """Return about the variance per axis of a match in the frame. [px²]"""
    return float(np.median(each.sd_px**2)) * 2.0


def _border(here: int, there: int, step: NDArray[np.float32]) -> tuple[int, bool]:
    """Return the first of the frames between two key frames that goes with the later one.

    Links are lost where the picture suddenly changes, as when a blast blinds the sensor: the frame
    of the largest change, if it stands out; else the frame half way. Also whether it stood out.
    """
    between = step[here + 1 : there + 1]
    largest = int(np.argmax(between))
    if between[largest] > _SUDDEN * max(float(np.median(step)), _QUIET_LUMA):
        return here + 1 + largest, True
    return (here + there) // 2 + 1, False


def _covering(fitted: Sequence[Fitted], span: FrameSpan, step: NDArray[np.float32]) -> list[Fitted]:
    """Divide the frames of the shot among the homographies."""
    if not fitted:
        return []
    borders = [_border(here.frame, there.frame, step)[0] for here, there in pairwise(fitted)]
    firsts = [span.first, *borders]
    lasts = [*(border - 1 for border in borders), span.last]
    return [
        replace(each, span=FrameSpan(first=first, last=last))
        for each, first, last in zip(fitted, firsts, lasts, strict=True)
    ]


def _fit(
    traced: Sequence[Traced],
    basis: Basis,
    centre: int,
    *,
    drift: FloatArray,
    borders: Sequence[tuple[int, bool]],
) -> Fitted | None:
    local = patch_to_local(basis.mapped, basis.origin_m)
    away = drift[centre]
    nearest = sorted(range(len(traced)), key=lambda place: (away[place], abs(place - centre)))
    near = sorted(place for place in nearest[:_MOST_HELD] if away[place] <= _LOST_PX)
    held = [traced[place] for place in near]
    own = traced[centre].view.index
    seen = _observe(held, basis.mapped, local, drift_px=away[near])
    if basis.placed.ids:
        seen = _together(seen, control_observations(basis.placed, frame=own))
    normal = normalisation_of(basis.size)
    start = local @ traced[centre].from_anchor() @ np.linalg.inv(normal)
    adjusted = adjust_homography(seen, start, size=basis.size, settings=basis.settings)
    if adjusted is None:
        return None
    seen, adjusted, plane = _on_terrain(seen, adjusted, basis)
    to_patch = np.linalg.inv(local) @ adjusted.matrix @ normal
    link = _link_variance(held, seen, adjusted, drift_px=away[near])
    link += _border_variance(centre, borders, drift_px=away)
    link += _common_variance(adjusted, to_patch, basis.size)
    return Fitted(
        span=FrameSpan(first=own, last=own),
        frame=own,
        seen=seen,
        adjusted=adjusted,
        covariance=adjusted.covariance + _shift_covariance(adjusted.matrix, basis.size) * link,
        to_patch=to_patch / to_patch[2, 2],
        plane=plane,
    )


def _on_terrain(
    seen: Observations, adjusted: Adjusted, basis: Basis
) -> tuple[Observations, Adjusted, tuple[float, float, float] | None]:
    """Bring the matches down to the plane of the ground, where its heights are known and help."""
    if basis.terrain is None:
        return seen, adjusted, None
    inlier = adjusted.weight > INLIER_WEIGHT
    ground = read_ground(
        basis.terrain,
        seen.ground[inlier],
        origin_m=basis.origin_m,
        crs=basis.mapped.patch.crs,
    )
    if ground is None:
        return seen, adjusted, None
    found = adjust_on_terrain(seen, adjusted, ground, size=basis.size, settings=basis.settings)
    return (seen, adjusted, None) if found is None else (*found, ground.plane)


def _observe(
    traced: Sequence[Traced], mapped: Mapped, local: FloatArray, *, drift_px: FloatArray
) -> Observations:
    """Gather the matches of all key frames at the anchor frame.

    A frame that differs by d errs in all its n matches together, so that each bears a variance of
    n / 4 times d² besides its own.
    """
    pixels, own = [], []
    for each in traced:
        pixels.append(apply_homography(each.view.to_anchor, each.picture))
        jacobian = local_affine(each.view.to_anchor, each.picture)
        own.append(each.sd_px * np.sqrt(np.abs(np.linalg.det(jacobian))))
    counts = [len(each.picture) for each in traced]
    common = [
        np.full(count, away * math.sqrt(max(1.0, count / _MATCHES_A_PART)))
        for count, away in zip(counts, drift_px, strict=True)
    ]
    patch = np.concatenate([each.patch for each in traced])
    cell = np.floor(patch * mapped.patch.gsd_m / _SPOT_M).astype(np.int64)
    return Observations(
        pixels=np.concatenate(pixels),
        pixel_sd=np.hypot(np.concatenate(own), np.concatenate(common)),
        ground=apply_homography(local, patch),
        ground_sd=np.zeros(len(patch)),
        feature=cell[:, 0] * 1_000_000 + cell[:, 1],
        frame=np.repeat([each.view.index for each in traced], counts).astype(np.int64),
        steady=np.repeat(np.asarray(drift_px) <= _STEADY_PX, counts),
    )


def _together(seen: Observations, placed: Observations) -> Observations:
    """Return the observations of both."""
    return Observations(
        pixels=np.concatenate([seen.pixels, placed.pixels]),
        pixel_sd=np.concatenate([seen.pixel_sd, placed.pixel_sd]),
        ground=np.concatenate([seen.ground, placed.ground]),
        ground_sd=np.concatenate([seen.ground_sd, placed.ground_sd]),
        feature=np.concatenate([seen.feature, placed.feature]),
        frame=np.concatenate([seen.frame, placed.frame]),
        steady=np.concatenate([seen.steady, placed.steady]),
    )


def _link_variance(
    traced: Sequence[Traced], seen: Observations, adjusted: Adjusted, *, drift_px: FloatArray
) -> float:
    """Return the variance per axis that drifting frames leave in the fit. [px²]"""
    strength = adjusted.weight / seen.pixel_sd**2
    shares = np.array([strength[seen.frame == each.view.index].sum() for each in traced])
    shares = shares / shares.sum()
    return float((shares**2 * drift_px**2).sum())


def _common_variance(adjusted: Adjusted, to_patch: FloatArray, size: tuple[int, int]) -> float:
    """Return the variance per axis of what displaces all matches of a frame together. [px²]

    Strong compression lets the picture lag behind a camera that shakes, and shadows that have
    moved pull edges to one side. No part of the picture shows this against another, but where it
    happens parts differ more, and part of it is in what the links and the relief already state.
    Measured on 157 simulated clips (CRF 20 to 34, frames at random): with the shares here the 95 %
    ellipses without the reference's own error hold 95.2 % and the 68 % ones 77.9 %, without this
    term 93.8 and 74.4 %. Of what shows in the picture nothing tells better which clips lag: the
    strength of the compression would, but it does not show in what was decoded.
    """
    inlier = adjusted.weight > INLIER_WEIGHT
    scatter = float((adjusted.residual_px[inlier] ** 2).mean()) if inlier.any() else 0.0
    middle = np.array([[(size[0] - 1) / 2, (size[1] - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(to_patch, middle)[0]))))
    coarser_px = max(1.0, 1.0 / scale)
    return _COMMON_SHARE**2 * scatter + (_COMMON_LEAST * coarser_px) ** 2


def _border_variance(
    centre: int, borders: Sequence[tuple[int, bool]], *, drift_px: FloatArray
) -> float:
    """Return the variance per axis of drift on the way to the ends of a stretch. [px²]

    Drift that grows evenly to the next key frame has a mean square of d² / 12 up to half way. Where
    it comes with a sudden change, the frames before that are free of it.
    """
    before = drift_px[centre - 1] if centre > 0 else 0.0
    after = 0.0
    if centre < len(borders) and not borders[centre][1]:
        after = drift_px[centre + 1]
    return float(max(before, after) ** 2 / 12.0)


def _shift_covariance(matrix: FloatArray, size: tuple[int, int]) -> FloatArray:
    """Return the covariance of the parameters when all pixels shift by 1 px on each axis (8, 8)."""
    step = normalisation_of(size)[0, 0]
    columns = []
    for axis in (0, 1):
        shift = np.eye(3)
        shift[axis, 2] = step
        whole = matrix @ shift
        columns.append((whole / whole[2, 2] - matrix).ravel()[:8])
    jacobian = np.column_stack(columns)
    return np.asarray(jacobian @ jacobian.T, dtype=np.float64)
