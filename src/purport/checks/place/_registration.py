"""Registering one shot to a stretch of the reference: scout, trace, fit, count, decide."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._acceptance import (
    AcceptanceRule,
    agrees_in_mirror,
    first_failure,
    stands_above_chance,
)
from purport.checks.place._adjustment import Adjustment, normalisation_of
from purport.checks.place._blocks import count_fitting_blocks
from purport.checks.place._features import Features, take
from purport.checks.place._fitting import INLIER_WEIGHT, Fitted, fit_shot
from purport.checks.place._geometry import (
    ViewLimits,
    apply_homography,
    hull_area,
    implausibility,
    local_affine,
    view_obliquity_deg,
)
from purport.checks.place._scouting import Scouted, scout, scout_views
from purport.checks.place._tracing import Traced, trace_views
from purport.checks.place._views import Mapped, View
from purport.checks.place.records import Polarity, ShotEvidence, ShotGround
from purport.core.homographies import GroundHomography, Matrix3
from purport.scene import Scene, Shot

__all__ = ["MatchSettings", "Registered", "register_shot"]

FloatArray = NDArray[np.float64]

_FEWEST_FEATURES = 40
_POOLED_VIEWS = 3
_POLLED_VIEWS = 4
_SCOUT_FEATURES = 1500
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
    ground: tuple[ShotGround, ...]
    """Its adjusted homographies, in order; empty when it is not accepted."""
    to_patch: FloatArray | None
    """Anchor pixel to pixel of the patch; None when it is not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Task:
    """What all steps share."""

    shot: Shot
    step: NDArray[np.float32]
    views: list[View]
    mapped: Mapped
    size: tuple[int, int]
    settings: MatchSettings


def register_shot(
    scene: Scene,
    shot: Shot,
    mapped: Mapped,
    *,
    views: list[View],
    settings: MatchSettings,
    reference_sd_m: float,
) -> Registered:
    """Register a shot to a stretch of the reference, and decide whether it shows it.

    Args:
        scene: The video.
        shot: One of its shots.
        mapped: The stretch, with its points.
        views: Key frames of the shot, with their points.
        settings: How.
        reference_sd_m: Standard uncertainty of the reference per axis. [m]
    """
    size = (scene.width_px, scene.height_px)
    task = _Task(
        shot=shot, step=scene.step, views=views, mapped=mapped, size=size, settings=settings
    )
    evidence = _blank(shot, views)
    if evidence.features < _FEWEST_FEATURES:
        return _refused(shot, evidence, "too few distinctive points in the picture")
    place, first = _first_look(task)
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
        if agrees_in_mirror(first.inliers, first.decoy_inliers, settings.rule):
            words = f"{first.decoy_inliers} points agree only in a mirror: it may be mirrored"
        return _refused(shot, evidence, words)
    fault = implausibility(first.matrix, size, settings.limits)
    if fault is not None:
        return _refused(shot, evidence, f"the view cannot be: {fault}")
    return _decide(task, evidence, start=(place, first), reference_sd_m=reference_sd_m)


def _decide(
    task: _Task, evidence: ShotEvidence, *, start: tuple[int, Scouted], reference_sd_m: float
) -> Registered:
    """Trace the shot from the view found first, fit, count, and apply the rule."""
    place, first = start
    if first.matrix is None:
        return _refused(task.shot, evidence, "nothing agrees")
    traced = trace_views(
        task.views,
        task.mapped,
        start=place,
        matrix=first.matrix,
        polarity=first.polarity,
        ratio=task.settings.ratio,
        seed=task.settings.seed,
    )
    origin = _origin(task.mapped)
    fitted = (
        fit_shot(
            traced,
            task.mapped,
            span=task.shot.span,
            step=task.step,
            size=task.size,
            origin_m=origin,
            settings=task.settings.adjustment,
        )
        if traced
        else []
    )
    if not fitted:
        return _refused(task.shot, evidence, "the points that agree do not determine a view")
    evidence = _count(task, evidence, traced, fitted)
    faults = [implausibility(each.to_patch, task.size, task.settings.limits) for each in fitted]
    fault = next((fault for fault in faults if fault is not None), None)
    failure = first_failure(evidence, task.settings.rule, implausible=fault)
    if failure is not None:
        return _refused(task.shot, evidence, failure)
    reason = f"{evidence.inliers} points agree over {_area_in_words(evidence.spread)}"
    return Registered(
        shot=task.shot,
        evidence=replace(evidence, accepted=True, reason=reason),
        ground=tuple(
            _ground(task, each, origin=origin, reference_sd_m=reference_sd_m) for each in fitted
        ),
        to_patch=_at_anchor(fitted, task.shot).to_patch,
    )


def _blank(shot: Shot, views: list[View]) -> ShotEvidence:
    return ShotEvidence(
        first=shot.span.first,
        last=shot.span.last,
        accepted=False,
        reason="",
        polarity=Polarity.SAME,
        key_frames=tuple(view.index for view in views),
        features=max((len(view.features) for view in views), default=0),
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
        shot=shot, evidence=replace(evidence, reason=reason), ground=(), to_patch=None
    )


def _fewer(features: Features) -> Features:
    """Return the points thinned evenly to what a first look needs."""
    count = min(len(features), _SCOUT_FEATURES)
    return take(features, np.linspace(0, len(features) - 1, count).round().astype(np.intp))


def _first_look(task: _Task) -> tuple[int, Scouted]:
    """Match the richest view alone; where it stays at the chance level, several together.

    Returns:
        Place among the views, and what was found, as a homography of that view.
    """
    richness = [len(view.features) for view in task.views]
    place = int(np.argmax(richness))
    settings = task.settings
    found = scout(
        _fewer(task.views[place].features),
        task.mapped,
        width_px=task.size[0],
        ratio=settings.ratio,
        threshold_px=settings.threshold_px,
        seed=settings.seed,
    )
    if len(task.views) == 1 or stands_above_chance(
        found.inliers, found.decoy_inliers, settings.rule
    ):
        return place, found
    richest = sorted(range(len(task.views)), key=lambda each: -richness[each])[:_POOLED_VIEWS]
    pooled = scout_views(
        [task.views[each] for each in sorted(richest)],
        task.mapped,
        width_px=task.size[0],
        ratio=settings.ratio,
        threshold_px=settings.threshold_px,
        seed=settings.seed,
    )
    if pooled.matrix is None:
        return place, pooled
    return place, replace(pooled, matrix=pooled.matrix @ task.views[place].to_anchor)


def _origin(mapped: Mapped) -> tuple[float, float]:
    height, width = mapped.patch.luma.shape
    middle = mapped.patch.to_map @ np.array([width / 2, height / 2, 1.0])
    return float(np.round(middle[0])), float(np.round(middle[1]))


def _at_anchor(fitted: Sequence[Fitted], shot: Shot) -> Fitted:
    return next(each for each in fitted if shot.anchor in each.span)


def _count(
    task: _Task, evidence: ShotEvidence, traced: Sequence[Traced], fitted: Sequence[Fitted]
) -> ShotEvidence:
    """Count what speaks for the fit."""
    richest = max(fitted, key=lambda each: int((each.adjusted.weight > INLIER_WEIGHT).sum()))
    own = np.isin(richest.seen.frame, [each.view.index for each in traced])
    inlier = (richest.adjusted.weight > INLIER_WEIGHT) & own
    pixels = richest.seen.pixels[inlier]
    cell = np.floor(pixels / np.array(task.size) * np.array(_CELL_GRID)).astype(np.int64)
    inside = ((cell >= 0) & (cell < np.array(_CELL_GRID))).all(axis=1)
    agreeing, disagreeing = _poll(task, traced, evidence.polarity)
    clearest = max(traced, key=lambda each: len(each.feature))
    blocks, fitting = count_fitting_blocks(
        clearest.view,
        task.mapped.patch,
        clearest.matrix,
        inverted=evidence.polarity is Polarity.INVERTED,
    )
    return replace(
        evidence,
        inliers=len(np.unique(richest.seen.feature[inlier])),
        cells=len(np.unique(cell[inside], axis=0)),
        spread=hull_area(pixels) / (task.size[0] * task.size[1]),
        frames_agreeing=agreeing,
        frames_disagreeing=disagreeing,
        blocks=blocks,
        blocks_agreeing=fitting,
    )


def _poll(task: _Task, traced: Sequence[Traced], polarity: Polarity) -> tuple[int, int]:
    """Ask some key frames by themselves; return how many say this place, and how many another."""
    width, height = task.size
    marks = np.array([[0.25, 0.25], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0.75, 0.75]])
    marks = marks * np.array([width - 1, height - 1])
    count = min(_POLLED_VIEWS, len(traced))
    agreeing = disagreeing = 0
    for place in np.unique(np.linspace(0, len(traced) - 1, count).round().astype(int)):
        each = traced[place]
        alone = scout(
            _fewer(each.view.features),
            task.mapped,
            width_px=width,
            ratio=task.settings.ratio,
            threshold_px=task.settings.threshold_px,
            seed=task.settings.seed,
            polarities=(polarity,),
            decoys=False,
        )
        if alone.matrix is None or alone.inliers < _FEWEST_TO_AGREE:
            continue
        expected = apply_homography(each.matrix, marks)
        found = apply_homography(alone.matrix, marks)
        diagonal = 2.0 * float(np.hypot(*(expected[4] - expected[0])))
        if float(np.median(np.hypot(*(found - expected).T))) <= _AGREES_WITHIN * diagonal:
            agreeing += 1
        elif alone.inliers >= task.settings.rule.fewest_hint_inliers:
            disagreeing += 1
    return agreeing, disagreeing


def _ground(
    task: _Task, fitted: Fitted, *, origin: tuple[float, float], reference_sd_m: float
) -> ShotGround:
    adjusted = fitted.adjusted
    inlier = adjusted.weight > INLIER_WEIGHT
    inlier &= fitted.seen.frame == fitted.frame
    centre = np.array([[(task.size[0] - 1) / 2, (task.size[1] - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(fitted.to_patch, centre)[0]))))
    return ShotGround(
        first=fitted.span.first,
        last=fitted.span.last,
        anchor=task.shot.anchor,
        homography=GroundHomography(
            matrix=_rows3(adjusted.matrix),
            normalisation=_rows3(normalisation_of(task.size)),
            origin_m=origin,
            crs=task.mapped.patch.crs,
            covariance=tuple(tuple(float(value) for value in row) for row in fitted.covariance),
            ground_sd_m=adjusted.ground_sd_m,
            reference_sd_m=reference_sd_m,
        ),
        gsd_m=scale * task.mapped.patch.gsd_m,
        obliquity_deg=view_obliquity_deg(fitted.to_patch, task.size),
        residual_px=_rms(adjusted.residual_px[inlier]),
        residual_m=_rms(adjusted.residual_m[inlier]),
    )


def _rms(residual: FloatArray) -> float:
    return float(np.sqrt((residual**2).mean())) if len(residual) else 0.0


def _rows3(matrix: FloatArray) -> Matrix3:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)


def _area_in_words(spread: float) -> str:
    """Say how much ground points cover; a moving camera shows more than one picture does."""
    if spread <= 1.0:
        return f"{spread:.0%} of the picture"
    return f"{spread:.1f} times the ground that one picture shows"
