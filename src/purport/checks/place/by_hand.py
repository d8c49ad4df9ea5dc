"""The view of a shot by the points that a person placed: what the place check makes of the same.

It is the last rung of the check alone, so that it can be asked again with every movement of a
point; the numbers are the check's own. What keeps points from giving a view is told apart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import TerrainSource
from purport.checks.place._control_points import (
    ControlFit,
    ControlRefusal,
    Placed,
    RefusalKind,
    leverages,
    place_points,
)
from purport.checks.place._geometry import (
    ViewLimits,
    implausibility,
    local_affine,
    view_obliquity_deg,
)
from purport.checks.place._terrain import fit_points_on_terrain, read_ground
from purport.checks.place.records import ShotGround
from purport.core.homographies import GroundHomography
from purport.core.marks import ControlPoint
from purport.core.positions import Matrix2
from purport.imagery import Reference
from purport.scene import Scene, Shot

__all__ = ["HandAnswer", "HandFit", "HandPoint", "fit_by_hand"]

FloatArray = NDArray[np.float64]

_STRAIGHT = 0.03
"""Height of a triangle over its longest side up to which three points count as on one line."""


class HandAnswer(StrEnum):
    """What comes of control points."""

    FITTED = "fitted"
    TOO_FEW = "too_few"
    COLLINEAR = "collinear"
    SWAPPED = "swapped"
    UNDETERMINED = "undetermined"
    CONTRADICTION = "contradiction"
    IMPOSSIBLE_VIEW = "impossible_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandPoint:
    """What a view says of one of the points that it was fitted to."""

    mark: str
    """The mark."""
    used: bool
    """False for one that the others contradict: it was left out."""
    anchor_px: tuple[float, float]
    """Where it lies in the anchor frame. [px]"""
    residual_px: tuple[float, float] | None
    """Placed pixel minus where the view puts the map point, in the anchor frame; None for one left
    out that lies beyond the view's horizon. [px]"""
    residual_m: tuple[float, float]
    """Where the view puts the pixel minus the placed map point, east and north. [m]"""
    leverage: float | None
    """How much it decides its own residual, 0 to 1: at 1 nothing else checks it; None when it
    was left out."""
    covariance_m2: Matrix2 | None
    """Of where the view puts its pixel, without the map's own error and the pixel's; None as
    `residual_px`. [m²]"""
    away_m: float | None = None
    """How far it lies from where the others put it; None when it was used. [m]"""
    expected_m: float | None = None
    """Standard uncertainty of that per axis, had it been honest; None when it was used. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HandFit:
    """A view by control points, or why there is none."""

    answer: HandAnswer
    """Whether there is one, and what is wrong if not."""
    words: tuple[str, ...]
    """What is to be said of it, a sentence each."""
    suspects: tuple[str, ...] = ()
    """Marks that may be wrong, or lie on one line."""
    ground: ShotGround | None = None
    """The view, as the place check states it; None when there is none."""
    points: tuple[HandPoint, ...] = ()
    """The points that it was fitted to, in their order; empty when there is none."""
    rmse_px: float | None = None
    """Root mean square length of the residuals in the anchor frame; None when there is none. [px]
    """
    rmse_m: float | None = None
    """Root mean square length of the residuals on the ground; None as `rmse_px`. [m]"""
    redundancy: int = 0
    """How many more numbers the points give than a view has."""
    widened: float = 1.0
    """By how much the standard uncertainties were widened, as the points contradict each other."""


def fit_by_hand(
    scene: Scene,
    shot: Shot,
    points: Sequence[ControlPoint],
    *,
    reference: Reference,
    reference_sd_m: float,
    terrain: TerrainSource | None = None,
) -> HandFit:
    """Fit the view of a shot to the points that people placed in it.

    Args:
        scene: Gives the links between its frames.
        shot: The shot; points of other shots, or of frames that could not be linked, are left out.
        points: The points.
        reference: The orthophoto that they were read from.
        reference_sd_m: Its standard uncertainty per axis. [m]
        terrain: Heights of the ground; None when none were given.
    """
    west, south, east, north = reference.bounds
    origin = (float(round((west + east) / 2)), float(round((south + north) / 2)))
    size = (scene.width_px, scene.height_px)
    placed = place_points(scene, points, crs=reference.metric_crs, origin_m=origin, span=shot.span)
    heights = None
    if terrain is not None:
        heights = read_ground(terrain, placed.ground, origin_m=origin, crs=reference.metric_crs)
    fit = fit_points_on_terrain(placed, heights, size=size)
    if isinstance(fit, ControlRefusal):
        return _refused(fit, placed)
    homography = fit.to_ground(
        origin_m=origin, crs=reference.metric_crs, reference_sd_m=reference_sd_m
    )
    to_grid = np.linalg.inv(_grid(reference)) @ homography.to_map()
    to_grid = to_grid / to_grid[2, 2]
    fault = implausibility(to_grid, size, ViewLimits())
    if fault is not None:
        return HandFit(
            answer=HandAnswer.IMPOSSIBLE_VIEW,
            words=(f"By these control points the view cannot be: {fault}.",),
        )
    return _fitted(shot, fit, placed, homography=homography, to_grid=to_grid, gsd=reference.gsd_m)


def _fitted(
    shot: Shot,
    fit: ControlFit,
    placed: Placed,
    *,
    homography: GroundHomography,
    to_grid: FloatArray,
    gsd: float,
) -> HandFit:
    points = _points(fit, placed, homography)
    straight = _straight(placed.take(fit.used))
    weak = () if straight is None else (f"{straight[0]}: across it the view is weak.",)
    used = [point for point in points if point.used]
    centre = np.array([[(fit.size[0] - 1) / 2, (fit.size[1] - 1) / 2]])
    scale = gsd * math.sqrt(abs(float(np.linalg.det(local_affine(to_grid, centre)[0]))))
    per_axis = float(np.sqrt((fit.residual_m[fit.used] ** 2).mean()))
    ground = ShotGround(
        first=shot.span.first,
        last=shot.span.last,
        anchor=shot.anchor,
        homography=homography,
        gsd_m=scale,
        obliquity_deg=view_obliquity_deg(to_grid, fit.size),
        residual_px=per_axis / scale,
        residual_m=per_axis,
    )
    return HandFit(
        answer=HandAnswer.FITTED,
        words=(*fit.words, *weak),
        suspects=tuple(one.mark for one in fit.blunders),
        ground=ground,
        points=points,
        rmse_px=_rms_length([point.residual_px for point in used if point.residual_px]),
        rmse_m=_rms_length([point.residual_m for point in used]),
        redundancy=fit.redundancy,
        widened=math.sqrt(fit.variance_factor),
    )


def _points(fit: ControlFit, placed: Placed, homography: GroundHomography) -> tuple[HandPoint, ...]:
    own = leverages(placed, fit)
    blunders = {one.mark: one for one in fit.blunders}
    points = []
    for number, mark in enumerate(placed.ids):
        pixel = (float(placed.pixels[number][0]), float(placed.pixels[number][1]))
        residual = fit.residual_m[number]
        seen = _seen(homography, pixel, residual)
        blunder = blunders.get(mark)
        points.append(
            HandPoint(
                mark=mark,
                used=bool(fit.used[number]),
                anchor_px=pixel,
                residual_px=None if seen is None else seen[0],
                residual_m=(float(residual[0]), float(residual[1])),
                leverage=float(own[number]) if fit.used[number] else None,
                covariance_m2=None if seen is None else seen[1],
                away_m=None if blunder is None else blunder.away_m,
                expected_m=None if blunder is None else blunder.expected_m,
            )
        )
    return tuple(points)


def _seen(
    homography: GroundHomography, pixel: tuple[float, float], residual_m: FloatArray
) -> tuple[tuple[float, float], Matrix2] | None:
    """Return a residual in pixels and the covariance there; None beyond the horizon."""
    if float(homography.to_map()[2] @ np.array([*pixel, 1.0])) <= 0.0:
        return None
    back = np.linalg.solve(homography.ground_jacobian(pixel), residual_m)
    spread = homography.point_causes(pixel)["registration"]
    return (float(back[0]), float(back[1])), (
        (float(spread[0, 0]), float(spread[0, 1])),
        (float(spread[1, 0]), float(spread[1, 1])),
    )


def _refused(fit: ControlRefusal, placed: Placed) -> HandFit:
    words = (f"{fit.fault[:1].upper()}{fit.fault[1:]}.", fit.remedy)
    if fit.kind is RefusalKind.TOO_FEW:
        return HandFit(answer=HandAnswer.TOO_FEW, words=words)
    if fit.kind is RefusalKind.CONTRADICTION:
        return HandFit(answer=HandAnswer.CONTRADICTION, words=words, suspects=fit.suspects)
    straight = _straight(placed)
    if straight is not None:
        words = (
            f"{straight[0]}: they do not determine a view.",
            "Move one of them off that line, or place one more away from it.",
        )
        return HandFit(answer=HandAnswer.COLLINEAR, words=words, suspects=straight[1])
    if _is_turned_over(placed):
        return HandFit(
            answer=HandAnswer.SWAPPED,
            words=(
                "The points follow each other the other way round in the picture than on the map.",
                "Two of them may be swapped; else the footage is mirrored.",
            ),
        )
    return HandFit(answer=HandAnswer.UNDETERMINED, words=words)


def _straight(placed: Placed) -> tuple[str, tuple[str, ...]] | None:
    """Say which points lie on one line, and where; None when they do not."""
    for where, places in (("in the picture", placed.pixels), ("on the map", placed.ground)):
        line = _on_one_line(places)
        if line:
            count = len(placed.ids)
            which = f"All {count}" if len(line) == count else f"{len(line)} of the {count}"
            words = f"{which} points lie (nearly) on one line {where}"
            return words, tuple(placed.ids[number] for number in line)
    return None


def _on_one_line(places: FloatArray) -> tuple[int, ...]:
    """Return the points of a line that holds all of them but one at most; empty for none."""
    count = len(places)
    for left_out in (None, *range(count)):
        kept = [number for number in range(count) if number != left_out]
        centred = places[kept] - places[kept].mean(axis=0)
        long, short = np.linalg.svd(centred, compute_uv=False)
        if long == 0.0 or short / long < _STRAIGHT:
            return tuple(kept)
    return ()


def _is_turned_over(placed: Placed) -> bool:
    """Tell whether most triples of points go round the other way than seen from above.

    Pixels count downwards and northing upwards, so that what is not mirrored has turns of
    opposite sign.
    """
    turns = [
        _turn(placed.pixels, a, b, c) * _turn(placed.ground, a, b, c)
        for a in range(len(placed.ids))
        for b in range(a)
        for c in range(b)
    ]
    return any(turn > 0.0 for turn in turns)


def _turn(places: FloatArray, *corners: int) -> float:
    a, b, c = (places[corner] for corner in corners)
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def _grid(reference: Reference) -> FloatArray:
    """Return the matrix from square pixels of the reference, north up, to metres (3, 3)."""
    west, _, _, north = reference.bounds
    gsd = reference.gsd_m
    return np.array([[gsd, 0.0, west], [0.0, -gsd, north], [0.0, 0.0, 1.0]])


def _rms_length(residuals: Sequence[tuple[float, float]]) -> float:
    return math.sqrt(sum(x * x + y * y for x, y in residuals) / len(residuals))
