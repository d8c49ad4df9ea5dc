"""Registering one shot to a stretch of the reference: scout, trace, fit, count, decide."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import TerrainSource
from purport.checks.place._acceptance import (
    AcceptanceRule,
    agrees_in_mirror,
    first_failure,
    stands_above_chance,
)
from purport.checks.place._adjustment import Adjustment, normalisation_of
from purport.checks.place._control_points import (
    ControlFit,
    ControlRefusal,
    Placed,
    place_points,
)
from purport.checks.place._counting import area_in_words, count_evidence
from purport.checks.place._fitting import (
    INLIER_WEIGHT,
    Basis,
    Fitted,
    fit_shot,
    fitted_at,
    patch_to_local,
)
from purport.checks.place._geometry import (
    ViewLimits,
    hull_area,
    implausibility,
    local_affine,
    view_obliquity_deg,
)
from purport.checks.place._ladder import (
    Look,
    Matching,
    Rung,
    affine_look,
    feature_look,
    learned_look,
    structure_look,
)
from purport.checks.place._relief_budget import Relief, assess_relief, with_relief
from purport.checks.place._relief_heights import Displaced, look_for_heights
from purport.checks.place._scouting import Scouted
from purport.checks.place._terrain import fit_points_on_terrain, read_ground
from purport.checks.place._tracing import Traced, trace_views
from purport.checks.place._views import Mapped, View
from purport.checks.place.learned import LearnedMatcher
from purport.checks.place.records import Polarity, RungTried, ShotEvidence, ShotGround
from purport.core.homographies import GroundHomography, Matrix3
from purport.core.marks import ControlPoint
from purport.scene import Scene, Shot

__all__ = ["CONTROL_POINTS", "Given", "MatchSettings", "Registered", "register_shot"]

FloatArray = NDArray[np.float64]

CONTROL_POINTS = "control points"
"""Name of the last rung."""
_FEWEST_FEATURES = 40
_RUNGS: tuple[Rung, ...] = (feature_look, affine_look, structure_look)


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

    def matching(self) -> Matching:
        """Return what the rungs of the ladder need."""
        return Matching(
            frame_features=self.frame_features,
            ratio=self.ratio,
            threshold_px=self.threshold_px,
            rule=self.rule,
            seed=self.seed,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """What people gave beside the footage and the reference."""

    points: Sequence[ControlPoint] = ()
    """Control points that they placed on the item."""
    matcher: LearnedMatcher | None = None
    """A learned matcher; None when none was given."""
    terrain: TerrainSource | None = None
    """Heights of the ground; None when none were given."""


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
    placed: Placed
    terrain: TerrainSource | None
    reference_sd_m: float


def register_shot(
    scene: Scene,
    shot: Shot,
    mapped: Mapped,
    *,
    views: list[View],
    settings: MatchSettings,
    reference_sd_m: float,
    rungs: int = len(_RUNGS),
    given: Given | None = None,
) -> Registered:
    """Register a shot to a stretch of the reference, and decide whether it shows it.

    Args:
        scene: The video.
        shot: One of its shots.
        mapped: The stretch, with its points.
        views: Key frames of the shot, with their points.
        settings: How.
        reference_sd_m: Standard uncertainty of the reference per axis. [m]
        rungs: How many rungs of the ladder to climb, at most.
        given: What people gave beside the footage; None for nothing.
    """
    given = given or Given()
    task = _Task(
        shot=shot,
        step=scene.step,
        views=views,
        mapped=mapped,
        size=(scene.width_px, scene.height_px),
        settings=settings,
        placed=place_points(
            scene, given.points, crs=mapped.patch.crs, origin_m=_origin(mapped), span=shot.span
        ),
        terrain=given.terrain,
        reference_sd_m=reference_sd_m,
    )
    ladder = list(_RUNGS[:rungs])
    if given.matcher is not None and rungs == len(_RUNGS):
        ladder.append(partial(learned_look, matcher=given.matcher))
    result = _climb(task, _blank(shot, views), ladder)
    return result if result.ground or not task.placed.ids else _by_points(task, result)


def _climb(task: _Task, blank: ShotEvidence, ladder: Sequence[Rung]) -> Registered:
    """Try one rung after the other until one is accepted; else return what came closest."""
    if blank.features < _FEWEST_FEATURES:
        return _refused(task.shot, blank, "too few distinctive points in the picture")
    tried: list[RungTried] = []
    closest: Registered | None = None
    for rung in ladder:
        look = rung(task.views, task.mapped, task.settings.matching())
        tried.append(_tried(look.found))
        result = _judge(task, blank, look)
        if closest is None or bool(result.ground) or _is_closer(result, closest):
            closest = result
        if result.ground:
            break
    if closest is None:
        message = "the ladder has at least one rung"
        raise ValueError(message)
    return replace(closest, evidence=replace(closest.evidence, rungs=tuple(tried)))


def _trusted(task: _Task) -> Placed:
    """Return the control points of the shot without those that the others contradict."""
    fit = _fit_points(task)
    return task.placed.take(fit.used) if isinstance(fit, ControlFit) else task.placed


def _fit_points(task: _Task) -> ControlFit | ControlRefusal:
    """Fit a view to the control points, on the ground's heights where they are known."""
    ground = None
    if task.terrain is not None:
        crs = task.mapped.patch.crs
        ground = read_ground(
            task.terrain, task.placed.ground, origin_m=_origin(task.mapped), crs=crs
        )
    return fit_points_on_terrain(task.placed, ground, size=task.size)


def _by_points(task: _Task, refused: Registered) -> Registered:
    """Lay a shot that no way of matching found by the points that people placed, if they do."""
    fit = _fit_points(task)
    evidence = refused.evidence
    if isinstance(fit, ControlRefusal):
        words = f"{evidence.reason}; {fit.fault} {fit.remedy}"
        return replace(refused, evidence=replace(evidence, reason=words))
    used = int(fit.used.sum())
    origin = _origin(task.mapped)
    homography = fit.to_ground(
        origin_m=origin, crs=task.mapped.patch.crs, reference_sd_m=task.reference_sd_m
    )
    to_patch = np.linalg.inv(task.mapped.patch.to_map) @ homography.to_map()
    to_patch = to_patch / to_patch[2, 2]
    fault = implausibility(to_patch, task.size, task.settings.limits)
    if fault is not None:
        words = f"{evidence.reason}; by the control points the view cannot be: {fault}"
        return replace(refused, evidence=replace(evidence, reason=words))
    rung = RungTried(name=CONTROL_POINTS, tentative=len(fit.used), inliers=used, decoy_inliers=0)
    pixels = task.placed.pixels[fit.used]
    words = " ".join([f"{used} points that people placed agree.", *fit.words]).rstrip(".")
    return Registered(
        shot=task.shot,
        evidence=replace(
            evidence,
            accepted=True,
            reason=words,
            rung=rung.name,
            rungs=(*evidence.rungs, rung),
            inliers=used,
            spread=hull_area(pixels) / (task.size[0] * task.size[1]),
            cells=0,
        ),
        ground=(_ground_by_points(task, fit, homography, to_patch=to_patch),),
        to_patch=to_patch,
    )


def _ground_by_points(
    task: _Task, fit: ControlFit, homography: GroundHomography, *, to_patch: FloatArray
) -> ShotGround:
    centre = np.array([[(task.size[0] - 1) / 2, (task.size[1] - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(to_patch, centre)[0]))))
    residual_m = _rms(fit.residual_m[fit.used])
    return ShotGround(
        first=task.shot.span.first,
        last=task.shot.span.last,
        anchor=task.shot.anchor,
        homography=homography,
        gsd_m=scale * task.mapped.patch.gsd_m,
        obliquity_deg=view_obliquity_deg(to_patch, task.size),
        residual_px=residual_m / (scale * task.mapped.patch.gsd_m),
        residual_m=residual_m,
    )


def _tried(found: Scouted) -> RungTried:
    return RungTried(
        name=found.rung,
        tentative=found.tentative,
        inliers=found.inliers,
        decoy_inliers=found.decoy_inliers,
    )


def _is_closer(result: Registered, other: Registered) -> bool:
    """Tell whether a refusal came closer to acceptance than another."""
    here, there = result.evidence, other.evidence
    margin = here.first_inliers - here.decoy_inliers
    return (here.inliers, margin) > (there.inliers, there.first_inliers - there.decoy_inliers)


def _judge(task: _Task, blank: ShotEvidence, look: Look) -> Registered:
    """Decide on what one rung found."""
    first, settings = look.found, task.settings
    evidence = replace(
        blank,
        polarity=first.polarity,
        tentative=first.tentative,
        first_inliers=first.inliers,
        decoy_inliers=first.decoy_inliers,
        rung=first.rung,
    )
    if first.matrix is None or not stands_above_chance(
        first.inliers, first.decoy_inliers, settings.rule
    ):
        words = f"{first.inliers} points agree, against {first.decoy_inliers} by chance"
        if agrees_in_mirror(first.inliers, first.decoy_inliers, settings.rule):
            words = f"{first.decoy_inliers} points agree only in a mirror: it may be mirrored"
        return _refused(task.shot, evidence, words)
    fault = implausibility(first.matrix, task.size, settings.limits)
    if fault is not None:
        return _refused(task.shot, evidence, f"the view cannot be: {fault}")
    return _decide(task, evidence, look)


def _decide(task: _Task, evidence: ShotEvidence, look: Look) -> Registered:
    """Trace the shot from the view found first, fit, count, and apply the rule."""
    if look.found.matrix is None:
        return _refused(task.shot, evidence, "nothing agrees")
    traced = trace_views(
        task.views,
        task.mapped,
        start=look.place,
        matrix=look.found.matrix,
        again=look.again,
        seed=task.settings.seed,
    )
    origin = _origin(task.mapped)
    basis = Basis(
        mapped=task.mapped,
        size=task.size,
        origin_m=origin,
        settings=task.settings.adjustment,
        placed=_trusted(task),
        terrain=task.terrain,
    )
    fitted = fit_shot(traced, basis, span=task.shot.span, step=task.step) if traced else []
    if not fitted:
        return _refused(task.shot, evidence, "the points that agree do not determine a view")
    evidence = count_evidence(
        evidence,
        traced,
        fitted,
        basis=basis,
        look=look,
        rule=task.settings.rule,
        anchor=task.shot.anchor,
    )
    faults = [implausibility(each.to_patch, task.size, task.settings.limits) for each in fitted]
    fault = next((fault for fault in faults if fault is not None), None)
    failure = first_failure(evidence, task.settings.rule, implausible=fault)
    if failure is not None:
        return _refused(task.shot, evidence, failure)
    reason = f"{evidence.inliers} points agree over {area_in_words(evidence.spread)}"
    return Registered(
        shot=task.shot,
        evidence=replace(evidence, accepted=True, reason=reason),
        ground=tuple(_ground(task, each, origin=origin, traced=traced) for each in fitted),
        to_patch=fitted_at(fitted, task.shot.anchor).to_patch,
    )


def _blank(shot: Shot, views: list[View]) -> ShotEvidence:
    return ShotEvidence(
        first=shot.span.first,
        last=shot.span.last,
        accepted=False,
        reason="",
        polarity=Polarity.SAME,
        key_frames=tuple(view.index for view in views),
        features=max((len(view.features) for view in views if view.asked), default=0),
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


def _origin(mapped: Mapped) -> tuple[float, float]:
    height, width = mapped.patch.luma.shape
    middle = mapped.patch.to_map @ np.array([width / 2, height / 2, 1.0])
    return float(np.round(middle[0])), float(np.round(middle[1]))


def _ground(
    task: _Task, fitted: Fitted, *, origin: tuple[float, float], traced: Sequence[Traced]
) -> ShotGround:
    adjusted = fitted.adjusted
    inlier = adjusted.weight > INLIER_WEIGHT
    inlier &= fitted.seen.frame == fitted.frame
    centre = np.array([[(task.size[0] - 1) / 2, (task.size[1] - 1) / 2]])
    scale = math.sqrt(abs(float(np.linalg.det(local_affine(fitted.to_patch, centre)[0]))))
    relief = assess_relief(fitted.seen, adjusted, covariance=fitted.covariance, size=task.size)
    own = next((each for each in traced if each.view.index == fitted.frame), None)
    sighted = None if own is None else _sight(task, own, relief, origin=origin, traced=traced)
    return ShotGround(
        first=fitted.span.first,
        last=fitted.span.last,
        anchor=task.shot.anchor,
        homography=with_relief(
            GroundHomography(
                matrix=_rows3(adjusted.matrix),
                normalisation=_rows3(normalisation_of(task.size)),
                origin_m=origin,
                crs=task.mapped.patch.crs,
                covariance=tuple(tuple(float(value) for value in row) for row in fitted.covariance),
                ground_sd_m=adjusted.ground_sd_m,
                reference_sd_m=task.reference_sd_m,
                plane=fitted.plane,
            ),
            relief,
            sighted=sighted,
        ),
        gsd_m=scale * task.mapped.patch.gsd_m,
        obliquity_deg=view_obliquity_deg(fitted.to_patch, task.size),
        residual_px=_rms(adjusted.residual_px[inlier]),
        residual_m=_rms(adjusted.residual_m[inlier]),
    )


def _sight(
    task: _Task,
    own: Traced,
    relief: Relief,
    *,
    origin: tuple[float, float],
    traced: Sequence[Traced],
) -> Displaced | None:
    """Look for tall things in a view, by the points of the nearest one that was asked.

    Returns:
        What was found; None from nearly straight above.
    """
    if relief.lean is None:
        return None
    shown = min(
        (each for each in traced if each.view.asked),
        key=lambda each: abs(each.view.index - own.view.index),
        default=own,
    )
    return look_for_heights(
        own.view,
        task.mapped,
        own.matrix,
        lean=relief.lean,
        to_local=patch_to_local(task.mapped, origin),
        pointed=(shown.view, shown.matrix),
    )


def _rms(residual: FloatArray) -> float:
    return float(np.sqrt((residual**2).mean())) if len(residual) else 0.0


def _rows3(matrix: FloatArray) -> Matrix3:
    return tuple((float(a), float(b), float(c)) for a, b, c in matrix)
