"""Registering one shot to a stretch of the reference: scout, guide, adjust, count, decide."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from purport.checks.place._acceptance import (
    AcceptanceRule,
    Counted,
    first_failure,
    stands_above_chance,
)
from purport.checks.place._adjustment import (
    Adjusted,
    Adjustment,
    Observations,
    adjust_homography,
    normalisation_of,
)
from purport.checks.place._blocks import count_fitting_blocks
from purport.checks.place._features import moved, take
from purport.checks.place._geometry import (
    ViewLimits,
    apply_homography,
    find_homography,
    implausibility,
    local_affine,
    view_obliquity_deg,
)
from purport.checks.place._matching import guided_matches
from purport.checks.place._scouting import Scouted, in_polarity, scout, scout_views
from purport.checks.place._views import Mapped, View, shot_views
from purport.checks.place.records import Polarity, ShotEvidence, ShotGround
from purport.core.homographies import GroundHomography, Matrix3
from purport.scene import Scene, Shot

__all__ = ["MatchSettings", "Registered", "register_shot"]

FloatArray = NDArray[np.float64]

_FEWEST_FEATURES = 40
_POOLED_VIEWS = 3
_GUIDED_RADII_PX = (10.0, 5.0)
_SD_PER_SIZE = 0.12
"""Standard uncertainty of a keypoint's position, as a share of its diameter."""
_INLIER_WEIGHT = 0.3
"""Cauchy weight of a residual of 3.6 standard deviations."""
_AGREES_WITHIN = 0.05
"""Of the diagonal of the picture's footprint."""
_FEWEST_TO_AGREE = 6
_CELL_GRID = (8, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchSettings:
    """How to match."""

    key_frames: int
    """Key frames of a shot that are matched, at most."""
    frame_features: int
    """Distinctive points of a frame, at most."""
    ratio: float
    """Of descriptor distances, best to second best."""
    threshold_px: float
    """Largest residual of a right match in the picture. [px]"""
    limits: ViewLimits
    """What a view may look like."""
    rule: AcceptanceRule
    """When a match is accepted."""
    adjustment: Adjustment
    """How to adjust."""
    seed: int
    """Of the random samples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Registered:
    """The outcome for one shot."""

    shot: Shot
    """The shot."""
    evidence: ShotEvidence
    """What was counted."""
    ground: ShotGround | None
    """Its adjusted homography; None when it is not accepted."""
    to_patch: FloatArray | None
    """Anchor pixel to pixel of the patch; None when it is not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Joint:
    """The joint solution before it is judged."""

    seen: Observations
    adjusted: Adjusted
    to_patch: FloatArray
    origin_m: tuple[float, float]


def register_shot(
    scene: Scene, shot: Shot, mapped: Mapped, *, settings: MatchSettings, reference_sd_m: float
) -> Registered:
    """Register a shot to a stretch of the reference, and decide whether it shows it.

    Args:
        scene: The video.
        shot: One of its shots.
        mapped: The stretch, with its points.
        settings: How.
        reference_sd_m: Standard uncertainty of the reference per axis. [m]
    """
    size = (scene.width_px, scene.height_px)
    views = shot_views(scene, shot, most=settings.key_frames, most_features=settings.frame_features)
    evidence = _blank(shot, views)
    if not views or len(views[0].features) < _FEWEST_FEATURES:
        return _refused(shot, evidence, "too few distinctive points in the picture")
    first = _first_look(views, mapped, size[0], settings)
    evidence = replace(
        evidence,
        polarity=first.polarity,
        tentative=first.tentative,
        first_inliers=first.inliers,
        decoy_inliers=first.decoy_inliers,
    )
    if first.matrix is None or not stands_above_chance(
        first.inliers, first.decoy_inliers, settings.rule
    ):
        words = f"{first.inliers} points agree, against {first.decoy_inliers} by chance"
        return _refused(shot, evidence, words)
    fault = implausibility(first.matrix, size, settings.limits)
    if fault is not None:
        return _refused(shot, evidence, f"the view cannot be: {fault}")
    joint = _solve_jointly(views, mapped, first, size=size, settings=settings)
    if joint is None:
        return _refused(shot, evidence, "the points that agree do not determine a view")
    evidence = _count(evidence, views, mapped, joint=joint, size=size, settings=settings)
    fault = implausibility(joint.to_patch, size, settings.limits)
    failure = first_failure(_counted(evidence, fault), settings.rule)
    if failure is not None:
        return _refused(shot, evidence, failure)
    ground = _shot_ground(
        shot, views, mapped, joint=joint, size=size, reference_sd_m=reference_sd_m
    )
    reason = f"{evidence.inliers} points agree over {evidence.spread:.0%} of the picture"
    return Registered(
        shot=shot,
        evidence=replace(evidence, accepted=True, reason=reason),
        ground=ground,
        to_patch=joint.to_patch,
    )


def _blank(shot: Shot, views: list[View]) -> ShotEvidence:
    return ShotEvidence(
        first=shot.span.first,
        last=shot.span.last,
        accepted=False,
        reason="",
        polarity=Polarity.SAME,
        key_frames=tuple(sorted(view.index for view in views)),
        features=len(views[0].features) if views else 0,
        tentative=0,
        first_inliers=0,
        decoy_inliers=0,
        inliers=0,
        cells=0,
        spread=0.0,
        frames_agreeing=0,
        frames_disagreeing=0,
        blocks=0,
        blocks_agreeing=0,
    )


def _refused(shot: Shot, evidence: ShotEvidence, reason: str) -> Registered:
    return Registered(
        shot=shot, evidence=replace(evidence, reason=reason), ground=None, to_patch=None
    )


def _counted(evidence: ShotEvidence, implausible: str | None) -> Counted:
    return Counted(
        implausible=implausible,
        first_inliers=evidence.first_inliers,
        decoy_inliers=evidence.decoy_inliers,
        inliers=evidence.inliers,
        cells=evidence.cells,
        spread=evidence.spread,
        frames_agreeing=evidence.frames_agreeing,
        frames_disagreeing=evidence.frames_disagreeing,
        blocks=evidence.blocks,
        blocks_agreeing=evidence.blocks_agreeing,
    )


def _first_look(
    views: list[View], mapped: Mapped, width_px: int, settings: MatchSettings
) -> Scouted:
    """Match the middle view alone; where it stays at the chance level, several together."""
    found = scout(
        views[0].features,
        mapped,
        width_px=width_px,
        ratio=settings.ratio,
        threshold_px=settings.threshold_px,
        seed=settings.seed,
    )
    if found.matrix is not None:
        found = replace(found, matrix=found.matrix @ np.linalg.inv(views[0].to_anchor))
    if stands_above_chance(found.inliers, found.decoy_inliers, settings.rule) or len(views) == 1:
        return found
    return scout_views(
        views[:_POOLED_VIEWS],
        mapped,
        width_px=width_px,
        ratio=settings.ratio,
        threshold_px=settings.threshold_px,
        seed=settings.seed,
    )


def _solve_jointly(
    views: list[View],
    mapped: Mapped,
    first: Scouted,
    *,
    size: tuple[int, int],
    settings: MatchSettings,
) -> _Joint | None:
    """Match all views again near where they should lie, and adjust."""
    matrix = first.matrix
    seen: Observations | None = None
    origin = _origin(mapped)
    for radius_px in _GUIDED_RADII_PX:
        if matrix is None:
            return None
        seen = _observe(
            views, mapped, matrix, polarity=first.polarity, radius_px=radius_px, origin=origin
        )
        patch_points = mapped.features.points[seen.feature]
        found = find_homography(
            patch_points,
            seen.pixels,
            threshold_px=min(settings.threshold_px, radius_px),
            seed=settings.seed,
        )
        if found is None:
            return None
        backward = np.linalg.inv(found[0])
        matrix = np.asarray(backward / backward[2, 2], dtype=np.float64)
    if seen is None or matrix is None:
        return None
    start = _patch_to_local(mapped, origin) @ matrix @ np.linalg.inv(normalisation_of(size))
    adjusted = adjust_homography(seen, start, size=size, settings=settings.adjustment)
    if adjusted is None:
        return None
    whole = np.linalg.inv(_patch_to_local(mapped, origin)) @ adjusted.matrix
    to_patch = whole @ normalisation_of(size)
    return _Joint(seen=seen, adjusted=adjusted, to_patch=to_patch / to_patch[2, 2], origin_m=origin)


def _origin(mapped: Mapped) -> tuple[float, float]:
    height, width = mapped.patch.luma.shape
    middle = mapped.patch.to_map @ np.array([width / 2, height / 2, 1.0])
    return float(np.round(middle[0])), float(np.round(middle[1]))


def _patch_to_local(mapped: Mapped, origin: tuple[float, float]) -> FloatArray:
    """Return the matrix from patch pixels to metres from the origin (3, 3)."""
    shift = np.array([[1.0, 0.0, -origin[0]], [0.0, 1.0, -origin[1]], [0.0, 0.0, 1.0]])
    return np.asarray(shift @ mapped.patch.to_map, dtype=np.float64)


def _observe(
    views: list[View],
    mapped: Mapped,
    matrix: FloatArray,
    *,
    polarity: Polarity,
    radius_px: float,
    origin: tuple[float, float],
) -> Observations:
    """Match every view near where the homography puts it."""
    pixels, sizes, features, frames = [], [], [], []
    for view in views:
        picture = in_polarity(view.features, polarity)
        pairs = guided_matches(
            picture, mapped.features, matrix @ view.to_anchor, tree=mapped.tree, radius_px=radius_px
        )
        at_anchor = moved(take(picture, pairs.picture), view.to_anchor)
        pixels.append(at_anchor.points)
        sizes.append(at_anchor.sizes)
        features.append(pairs.patch)
        frames.append(np.full(len(pairs.patch), view.index))
    feature = np.concatenate(features).astype(np.int64)
    local = _patch_to_local(mapped, origin)
    return Observations(
        pixels=np.concatenate(pixels),
        pixel_sd=_SD_PER_SIZE * np.concatenate(sizes),
        ground=apply_homography(local, mapped.features.points[feature]),
        ground_sd=_SD_PER_SIZE * mapped.features.sizes[feature] * mapped.patch.gsd_m,
        feature=feature,
        frame=np.concatenate(frames).astype(np.int64),
    )


def _count(
    evidence: ShotEvidence,
    views: list[View],
    mapped: Mapped,
    *,
    joint: _Joint,
    size: tuple[int, int],
    settings: MatchSettings,
) -> ShotEvidence:
    """Count what speaks for the joint homography."""
    inlier = joint.adjusted.weight > _INLIER_WEIGHT
    pixels = joint.seen.pixels[inlier]
    cell = np.floor(pixels / np.array(size) * np.array(_CELL_GRID)).astype(np.int64)
    inside = ((cell >= 0) & (cell < np.array(_CELL_GRID))).all(axis=1)
    agreeing, disagreeing = _poll(
        views, mapped, joint, polarity=evidence.polarity, size=size, settings=settings
    )
    blocks, fitting = count_fitting_blocks(
        views[0],
        mapped.patch,
        joint.to_patch @ views[0].to_anchor,
        inverted=evidence.polarity is Polarity.INVERTED,
    )
    return replace(
        evidence,
        inliers=len(np.unique(joint.seen.feature[inlier])),
        cells=len(np.unique(cell[inside], axis=0)),
        spread=_hull_area(pixels) / (size[0] * size[1]),
        frames_agreeing=agreeing,
        frames_disagreeing=disagreeing,
        blocks=blocks,
        blocks_agreeing=fitting,
    )


def _hull_area(points: FloatArray) -> float:
    """Return the area that points span; 0 when they lie on one line. [px²]"""
    try:
        return float(ConvexHull(points).volume)
    except (QhullError, ValueError):
        return 0.0


def _poll(
    views: list[View],
    mapped: Mapped,
    joint: _Joint,
    *,
    polarity: Polarity,
    size: tuple[int, int],
    settings: MatchSettings,
) -> tuple[int, int]:
    """Ask every view by itself; return how many say the joint place, and how many another."""
    width, height = size
    marks = np.array([[0.25, 0.25], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0.75, 0.75]])
    marks = marks * np.array([width - 1, height - 1])
    agreeing = disagreeing = 0
    for view in views:
        alone = scout(
            view.features,
            mapped,
            width_px=width,
            ratio=settings.ratio,
            threshold_px=settings.threshold_px,
            seed=settings.seed,
            polarities=(polarity,),
            decoys=False,
        )
        if alone.matrix is None or alone.inliers < _FEWEST_TO_AGREE:
            continue
        expected = apply_homography(joint.to_patch @ view.to_anchor, marks)
        found = apply_homography(alone.matrix, marks)
        diagonal = 2.0 * float(np.hypot(*(expected[4] - expected[0])))
        if float(np.median(np.hypot(*(found - expected).T))) <= _AGREES_WITHIN * diagonal:
            agreeing += 1
        elif alone.inliers >= settings.rule.fewest_first_inliers:
            disagreeing += 1
    return agreeing, disagreeing


def _shot_ground(
    shot: Shot,
    views: list[View],
    mapped: Mapped,
    *,
    joint: _Joint,
    size: tuple[int, int],
    reference_sd_m: float,
) -> ShotGround:
    adjusted = joint.adjusted
    inlier = adjusted.weight > _INLIER_WEIGHT
    centre = np.array([[(size[0] - 1) / 2, (size[1] - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(joint.to_patch, centre)[0]))))
    covariance = adjusted.covariance + _link_covariance(views, joint, size)
    return ShotGround(
        first=shot.span.first,
        last=shot.span.last,
        anchor=shot.anchor,
        homography=GroundHomography(
            matrix=_rows3(adjusted.matrix),
            normalisation=_rows3(normalisation_of(size)),
            origin_m=joint.origin_m,
            crs=mapped.patch.crs,
            covariance=tuple(tuple(float(value) for value in row) for row in covariance),
            ground_sd_m=adjusted.ground_sd_m,
            reference_sd_m=reference_sd_m,
        ),
        gsd_m=scale * mapped.patch.gsd_m,
        obliquity_deg=view_obliquity_deg(joint.to_patch, size),
        residual_px=_rms(adjusted.residual_px[inlier]),
        residual_m=_rms(adjusted.residual_m[inlier]),
    )


def _link_covariance(views: list[View], joint: _Joint, size: tuple[int, int]) -> FloatArray:
    """Return what the uncertainty of the links between frames adds to the parameters (8, 8).

    A link that is off shifts all matches of its frame together. How far the frames' mean residuals
    scatter, or how far the links say that they may be off, whichever is larger.
    """
    inlier = joint.adjusted.weight > _INLIER_WEIGHT
    frames, which = np.unique(joint.seen.frame[inlier], return_inverse=True)
    share = np.bincount(which) / len(which)
    sd = {view.index: view.link_sd_px for view in views}
    stated = float((share**2 * np.array([sd[int(frame)] for frame in frames]) ** 2).sum())
    scattered = 0.0
    if len(frames) > 1:
        means = np.zeros((len(frames), 2))
        np.add.at(means, which, joint.adjusted.residual_px[inlier])
        means /= np.bincount(which)[:, None]
        scattered = float(means.var(axis=0, ddof=1).mean()) / len(frames)
    jacobian = np.column_stack([_shifted(joint.adjusted.matrix, size, axis) for axis in (0, 1)])
    return np.asarray(jacobian @ jacobian.T * max(stated, scattered), dtype=np.float64)


def _shifted(matrix: FloatArray, size: tuple[int, int], axis: int) -> FloatArray:
    """Return by how much the parameters change when all pixels shift by one pixel (8,)."""
    shift = np.eye(3)
    shift[axis, 2] = normalisation_of(size)[0, 0]
    whole = matrix @ shift
    return np.asarray((whole / whole[2, 2] - matrix).ravel()[:8], dtype=np.float64)


def _rms(residual: FloatArray) -> float:
    return float(np.sqrt((residual**2).mean()))


def _rows3(matrix: FloatArray) -> Matrix3:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)
