"""What all shots gave on one reference, and what is answered from it: values, reason, limits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._geometry import apply_homography
from purport.checks.place._registration import CONTROL_POINTS, Registered
from purport.checks.place._remedies import remedy_for
from purport.checks.place._views import Mapped
from purport.checks.place.records import (
    FrameGround,
    PlaceAnswer,
    PlaceValues,
    PowerTest,
    ReferenceDisagreement,
    ReferenceUsed,
    ShotGround,
)
from purport.checks.place.search import Searched
from purport.core.positions import GeoPoint, MapPoint, from_geographic, to_geographic
from purport.scene import Scene

__all__ = ["Outcome", "answer_of", "best_of", "choose", "limits_of", "values_of"]

_MOST_FRAMES_LISTED = 600
_HORIZON = (
    "The ground is taken as a plane: buildings and slopes lean away from the camera, and a point "
    "above the ground is placed too far from it."
)
_BY_PEOPLE = (
    "Where no match was found, the view rests on points that people placed: that the picture shows "
    "this place is their reading, which the points can only contradict."
)
_CHI_SQUARED_95 = 5.991
"""Of two degrees of freedom."""
_FOUR = 4
_ABSENT = (
    "Footage of this very place in another season, after great changes, or by another kind of "
    "sensor may not match."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What all shots gave on one reference."""

    mapped: Mapped
    """The stretch of it that was looked at last."""
    results: tuple[Registered, ...]
    """The shots."""
    used: ReferenceUsed
    """The reference."""
    searched: Searched | None = None
    """The search of all of it; None when it is no larger than one stretch, or a shot was found
    near the point claimed."""


def best_of(results: Sequence[Registered]) -> Registered | None:
    """Return the accepted shot with most inliers; None when none is accepted.

    Shots that were found come before those that rest on control points alone.
    """
    accepted = [result for result in results if result.ground]
    return max(
        accepted,
        key=lambda each: (each.evidence.rung != CONTROL_POINTS, each.evidence.inliers),
        default=None,
    )


def choose(
    scene: Scene, outcomes: Sequence[Outcome]
) -> tuple[Outcome, tuple[ReferenceDisagreement, ...]]:
    """Choose the reference to use, and measure how far the others lie from it.

    The one on which most shots were found; of several, the most accurate. Where another puts the
    same picture elsewhere than the uncertainties of both allow, that of the chosen one grows until
    it covers the other.
    """

    def merit(outcome: Outcome) -> tuple[int, float, int]:
        found = [each for each in outcome.results if each.ground]
        closest = max(each.evidence.first_inliers for each in outcome.results)
        by_itself = sum(each.evidence.rung != CONTROL_POINTS for each in found)
        return by_itself, -outcome.used.accuracy_m if found else 0.0, closest

    chosen = max(outcomes, key=merit)
    compared = [_disagreement(scene, chosen, other) for other in outcomes if other is not chosen]
    disagreements = tuple(each for each in compared if each is not None)
    extra_m = max((each.extra_sd_m for each in disagreements), default=0.0)
    return (_widened(chosen, extra_m) if extra_m > 0.0 else chosen), disagreements


def _disagreement(scene: Scene, chosen: Outcome, other: Outcome) -> ReferenceDisagreement | None:
    """Compare where two references put the best shot; None when not both show it."""
    best = best_of(chosen.results)
    if best is None:
        return None
    there = next(
        (each for each in other.results if each.ground and each.shot.span == best.shot.span), None
    )
    here_point, there_point = _centre(scene, best), _centre(scene, there)
    if here_point is None or there_point is None:
        return None
    moved = from_geographic(to_geographic(there_point), here_point.crs)
    away = np.array(
        [moved.easting_m - here_point.easting_m, moved.northing_m - here_point.northing_m]
    )
    covariance = here_point.covariance() + there_point.covariance()
    excess = float(away @ away - np.trace(covariance)) / 2.0
    agree = float(away @ np.linalg.solve(covariance, away)) <= _CHI_SQUARED_95
    return ReferenceDisagreement(
        number=other.used.number,
        away_m=float(np.hypot(*away)),
        expected_m=math.sqrt(float(np.trace(covariance)) / 2.0),
        extra_sd_m=0.0 if agree else math.sqrt(max(0.0, excess)),
    )


def _widened(outcome: Outcome, extra_sd_m: float) -> Outcome:
    """Let the reference be less certain by what another contradicts it."""

    def widen(stretch: ShotGround) -> ShotGround:
        sd_m = math.hypot(stretch.homography.reference_sd_m, extra_sd_m)
        return replace(stretch, homography=replace(stretch.homography, reference_sd_m=sd_m))

    return replace(
        outcome,
        results=tuple(
            replace(each, ground=tuple(widen(stretch) for stretch in each.ground))
            for each in outcome.results
        ),
    )


def values_of(
    scene: Scene,
    outcome: Outcome,
    *,
    claimed: tuple[GeoPoint | None, str | None],
    power: PowerTest | None,
    disagreements: tuple[ReferenceDisagreement, ...] = (),
) -> PlaceValues:
    """Gather the numbers of the check."""
    best = best_of(outcome.results)
    matched = [result for result in outcome.results if result.ground]
    centre = _centre(scene, best)
    place = to_geographic(centre) if centre is not None else None
    distance = _distance(centre, claimed[0])
    return PlaceValues(
        matched=_matched(best, power),
        centre=(place.longitude_deg, place.latitude_deg) if place is not None else None,
        centre_frame=best.shot.anchor if best is not None else None,
        covariance_m2=centre.covariance_m2 if centre is not None else None,
        homographies=_frames(scene, matched),
        ground=tuple(stretch for result in matched for stretch in result.ground),
        shots=tuple(result.evidence for result in outcome.results),
        reference=outcome.used,
        claimed_basis=claimed[1],
        claimed_distance_m=distance[0] if distance is not None else None,
        claimed_distance_sd_m=distance[1] if distance is not None else None,
        claimed_in_view=_in_view(scene, matched, claimed[0]),
        power=power,
        disagreements=disagreements,
        search=None if outcome.searched is None else outcome.searched.as_record(),
    )


def _matched(best: Registered | None, power: PowerTest | None) -> bool | None:
    if best is not None:
        return None if _rests_on_four(best) else True
    return False if power is not None and power.passed else None


def _rests_on_four(best: Registered) -> bool:
    """Tell whether nothing but four points by people carries a shot: they cannot contradict."""
    return best.evidence.rung == CONTROL_POINTS and best.evidence.inliers <= _FOUR


def _centre(scene: Scene, best: Registered | None) -> MapPoint | None:
    if best is None:
        return None
    middle = ((scene.width_px - 1) / 2, (scene.height_px - 1) / 2)
    stretch = next(each for each in best.ground if each.first <= best.shot.anchor <= each.last)
    return stretch.homography.project(middle, pixel_covariance=np.zeros((2, 2)))


def _distance(centre: MapPoint | None, claimed: GeoPoint | None) -> tuple[float, float] | None:
    """Return distance and its standard uncertainty along the line. [m]"""
    if centre is None or claimed is None:
        return None
    there = from_geographic(claimed, centre.crs)
    away = np.array([there.easting_m - centre.easting_m, there.northing_m - centre.northing_m])
    distance = float(np.hypot(*away))
    covariance = centre.covariance()
    if distance == 0.0:
        return 0.0, math.sqrt(float(np.trace(covariance)) / 2)
    along = away / distance
    return distance, math.sqrt(float(along @ covariance @ along))


def _in_view(scene: Scene, matched: list[Registered], claimed: GeoPoint | None) -> bool | None:
    if claimed is None or not matched:
        return None
    return any(
        _shows(
            scene, _to_map(scene, stretch, index), from_geographic(claimed, stretch.homography.crs)
        )
        for index, stretch in _linked_frames(scene, matched)
    )


def _shows(scene: Scene, to_map: NDArray[np.float64], point: MapPoint) -> bool:
    """Tell whether a frame shows a point of the ground."""
    middle = to_map @ np.array([(scene.width_px - 1) / 2, (scene.height_px - 1) / 2, 1.0])
    to_pixel = np.linalg.inv(to_map)
    # The sign that puts the ground seen in the middle before the camera.
    facing = np.sign(float(to_pixel[2] @ (middle / middle[2])))
    there = np.array([[point.easting_m, point.northing_m]])
    x, y = apply_homography(to_pixel * facing, there)[0]
    return bool(0 <= x <= scene.width_px - 1 and 0 <= y <= scene.height_px - 1)


def _linked_frames(scene: Scene, matched: list[Registered]) -> list[tuple[int, ShotGround]]:
    """List the linked frames of the shots that match, thinned evenly."""
    listed = [
        (index, stretch)
        for result in matched
        for stretch in result.ground
        for index in range(stretch.first, stretch.last + 1)
        if scene.linked[index]
    ]
    if len(listed) > _MOST_FRAMES_LISTED:
        places = np.linspace(0, len(listed) - 1, _MOST_FRAMES_LISTED).round().astype(int)
        listed = [listed[place] for place in places]
    return listed


def _to_map(scene: Scene, stretch: ShotGround, index: int) -> NDArray[np.float64]:
    """Return the plain homography of a frame to the ground, h33 = 1 (3, 3)."""
    whole = stretch.homography.to_map() @ scene.to_anchor[index]
    return np.asarray(whole / whole[2, 2], dtype=np.float64)


def _frames(scene: Scene, matched: list[Registered]) -> tuple[FrameGround, ...]:
    return tuple(
        FrameGround(
            frame=index,
            to_map=tuple(
                (float(a), float(b), float(c)) for a, b, c in _to_map(scene, stretch, index)
            ),
            crs=stretch.homography.crs,
        )
        for index, stretch in _linked_frames(scene, matched)
    )


def answer_of(values: PlaceValues, outcome: Outcome) -> tuple[PlaceAnswer, str]:
    """Return the answer and its reason."""
    best = best_of(outcome.results)
    tried = len(outcome.results)
    if best is not None and best.evidence.rung == CONTROL_POINTS:
        words = f"Nothing was found by matching; {best.evidence.reason}."
        if values.matched:
            return PlaceAnswer.MATCHES, words
        return PlaceAnswer.CANNOT_TELL, (
            f"{words} Four points fit any view exactly; one or two more would show whether they "
            "are right."
        )
    if best is not None:
        placed = sum(shot.accepted for shot in values.shots)
        return PlaceAnswer.MATCHES, (
            f"{placed} of {tried} shots lie on the reference; in the best one "
            f"{best.evidence.reason}, against {best.evidence.decoy_inliers} by chance."
        )
    closest = max(outcome.results, key=lambda result: result.evidence.first_inliers)
    if values.matched is False and values.power is not None:
        return PlaceAnswer.DOES_NOT_MATCH, (
            f"None of {tried} shots lies on the reference, while {values.power.views_found} of "
            f"{values.power.views} views of it made as poor as the footage are found."
        )
    return PlaceAnswer.CANNOT_TELL, (
        f"None of {tried} shots could be laid on the reference with certainty; in the closest one "
        f"{closest.evidence.reason}. {remedy_for(closest.evidence)}"
    )


def limits_of(values: PlaceValues, shots_left_out: int) -> tuple[str, ...]:
    """Return what the answer does not cover, a sentence each."""
    limits = [_HORIZON] if values.ground else [_ABSENT]
    if any(shot.accepted and shot.rung == CONTROL_POINTS for shot in values.shots):
        limits.append(_BY_PEOPLE)
    if values.reference.accuracy_basis.startswith("assumed"):
        limits.append(
            "Nothing states how accurate the reference is: "
            f"{values.reference.accuracy_m:.2f} m per axis is {values.reference.accuracy_basis}."
        )
    limits.extend(
        f"Reference {each.number + 1} puts the same picture {each.away_m:.1f} m away, where "
        f"{each.expected_m:.1f} m were to be expected per axis; the uncertainty covers both."
        for each in values.disagreements
        if each.extra_sd_m > 0.0
    )
    if values.matched is False:
        limits.append(
            "Only the stretch that the reference covers was searched; the place claimed may extend "
            "beyond it."
        )
    if shots_left_out:
        limits.append(f"{shots_left_out} of the shortest shots were not tried.")
    return tuple(limits)
