"""The place check: does the footage show the place of the reference, and where exactly?"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import Evidence, Need, make_finding, parameters_of
from purport.checks.place._acceptance import (
    AcceptanceRule,
    agrees_in_mirror,
    hints_at_place,
)
from purport.checks.place._adjustment import Adjustment
from purport.checks.place._geometry import ViewLimits, apply_homography
from purport.checks.place._power import PowerRule, test_power
from purport.checks.place._registration import MatchSettings, Registered, register_shot
from purport.checks.place._search import finer_stretch, stretches
from purport.checks.place._views import Mapped, map_patch, views_ahead
from purport.checks.place.records import (
    FrameGround,
    PlaceAnswer,
    PlaceValues,
    PowerTest,
    ReferenceUsed,
    ShotGround,
)
from purport.core.case import ItemRecord
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.positions import GeoPoint, MapPoint, from_geographic, to_geographic
from purport.core.records import to_json
from purport.imagery import LumaPatch, Reference, open_reference
from purport.scene import Scene, Shot

__all__ = ["PlaceCheck"]

_MOST_FRAMES_LISTED = 600
_THREADS = 2
_HORIZON = (
    "The ground is taken as a plane: buildings and slopes lean away from the camera, and a point "
    "above the ground is placed too far from it."
)
_ABSENT = (
    "Footage of this very place in another season, after great changes, or by another kind of "
    "sensor may not match."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What all shots gave on one stretch of the reference."""

    mapped: Mapped
    results: tuple[Registered, ...]

    def best(self) -> Registered | None:
        """Return the accepted shot with most inliers; None when none is accepted."""
        accepted = [result for result in self.results if result.ground]
        return max(accepted, key=lambda result: result.evidence.inliers, default=None)


@dataclass(frozen=True, kw_only=True)
class PlaceCheck:
    """Compares the footage with an aerial picture of the place where it is said to be filmed.

    The check looks for distinctive points (corners, crossings, edges of fields) in still frames of
    each shot and for the same points in the orthophoto, also with bright and dark exchanged, as
    infrared cameras may show them. Where many points, spread over the picture, agree on one
    possible view from above, the shot is laid on the map and each of its pixels gets a position on
    the ground with an uncertainty.

    A false match would be worse than none. It is therefore accepted only when far more points
    agree than with a mirrored orthophoto (which shows no place on Earth, and so tells what chance
    does), when they are spread out, when the view could be had from the air, when the frames
    agree with each other when asked one by one, and when blocks of the picture, laid on the
    orthophoto, fit best exactly where they were put. "Does not show this place" is said only when
    views cut from the orthophoto and made as poor as the footage are found by the same rule;
    otherwise the answer is "cannot tell".
    """

    name: str = "place"
    version: str = "1"
    question: str = "Was it filmed at the place claimed, and where exactly?"
    needs: frozenset[Need] = frozenset({Need.MEDIA, Need.REFERENCE})
    uses: frozenset[Need] = frozenset({Need.CLAIMED_PLACE, Need.TARGET})
    after: frozenset[str] = frozenset()
    key_frames: int = 12
    frame_features: int = 2000
    reference_features: int = 12_000
    reference_side_px: int = 2400
    most_shots: int = 24
    ratio: float = 0.8
    threshold_px: float = 4.0
    assumed_accuracy_px: float = 1.0
    seed: int = 20150930
    limits: ViewLimits = field(default_factory=ViewLimits)
    rule: AcceptanceRule = field(default_factory=AcceptanceRule)
    adjustment: Adjustment = field(default_factory=Adjustment)
    power: PowerRule = field(default_factory=PowerRule)

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Compare all shots of the item with its reference.

        Raises:
            ValueError: No reference is given.
            UnreadableReferenceError: The reference cannot be read.
        """
        if not evidence.references:
            message = "the place check was run without a reference"
            raise ValueError(message)
        reference = open_reference(
            evidence.references[0].path, accuracy_m=evidence.references[0].accuracy_m
        )
        scene = evidence.load_scene()
        claimed, basis = _claimed_point(evidence.item)
        outcome = self._search(scene, reference, claimed)
        power = self._power(scene, outcome)
        values = _values(
            scene,
            outcome,
            used=self._used(reference, outcome.mapped),
            claimed=(claimed, basis),
            power=power,
        )
        answer, reason = _answer(values, outcome)
        finding = make_finding(
            self,
            evidence,
            answer=answer.value,
            reason=reason,
            values=cast("JsonObject", to_json(values)),
            limits=_limits(values, len(scene.shots) - len(outcome.results)),
            libraries=("numpy", "opencv-python-headless", "pyproj", "rasterio", "scipy"),
            seed=self.seed,
        )
        return (finding,)

    def _settings(self) -> MatchSettings:
        return MatchSettings(
            key_frames=self.key_frames,
            frame_features=self.frame_features,
            ratio=self.ratio,
            threshold_px=self.threshold_px,
            limits=self.limits,
            rule=self.rule,
            adjustment=self.adjustment,
            seed=self.seed,
        )

    def _search(self, scene: Scene, reference: Reference, claimed: GeoPoint | None) -> _Outcome:
        """Look in one stretch of the reference after the other until a shot is found."""
        outcome: _Outcome | None = None
        for patch in stretches(reference, claimed, side_px=self.reference_side_px):
            outcome = self._register(scene, reference, patch)
            best = outcome.best()
            if best is not None:
                return self._refined(scene, reference, outcome, best)
        if outcome is None:
            message = "a reference has at least one stretch"
            raise ValueError(message)
        return outcome

    def _refined(
        self, scene: Scene, reference: Reference, outcome: _Outcome, best: Registered
    ) -> _Outcome:
        """Look again, more finely, where the best shot was found; keep what is not worse."""
        if best.to_patch is None:
            return outcome
        finer = finer_stretch(
            reference,
            outcome.mapped.patch,
            to_patch=best.to_patch,
            size=(scene.width_px, scene.height_px),
            side_px=self.reference_side_px,
        )
        if finer is None:
            return outcome
        again = self._register(scene, reference, finer)
        accepted = [sum(bool(r.ground) for r in o.results) for o in (outcome, again)]
        return again if accepted[1] >= accepted[0] else outcome

    def _register(self, scene: Scene, reference: Reference, patch: LumaPatch) -> _Outcome:
        by_length = sorted(scene.shots, key=lambda shot: -len(shot.span))[: self.most_shots]
        tried: list[Shot] = sorted(by_length, key=lambda shot: shot.span.first)
        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            mapping = pool.submit(map_patch, patch, most_features=self.reference_features)
            ahead = views_ahead(
                pool, scene, tried, most=self.key_frames, most_features=self.frame_features
            )
            results = tuple(
                register_shot(
                    scene,
                    shot,
                    mapping.result(),
                    views=views,
                    settings=self._settings(),
                    reference_sd_m=self._accuracy_m(reference),
                )
                for shot, views in ahead
            )
            return _Outcome(mapped=mapping.result(), results=results)

    def _power(self, scene: Scene, outcome: _Outcome) -> PowerTest | None:
        if outcome.best() is not None:
            return None
        counts = [(r.evidence.first_inliers, r.evidence.decoy_inliers) for r in outcome.results]
        hinted = any(
            hints_at_place(*count, self.rule) or agrees_in_mirror(*count, self.rule)
            for count in counts
        )
        if hinted:
            # Something agrees more than by chance: too much for "no", too little for "yes".
            return None
        return test_power(scene, outcome.mapped, settings=self._settings(), rule=self.power)

    def _accuracy_m(self, reference: Reference) -> float:
        if reference.accuracy_m is not None:
            return reference.accuracy_m
        return self.assumed_accuracy_px * reference.gsd_m

    def _used(self, reference: Reference, mapped: Mapped) -> ReferenceUsed:
        basis = reference.accuracy_basis
        if reference.accuracy_m is None:
            basis = f"assumed: {self.assumed_accuracy_px:g} pixel of the reference per axis"
        return ReferenceUsed(
            crs=reference.crs,
            metric_crs=reference.metric_crs,
            gsd_m=reference.gsd_m,
            patch_gsd_m=mapped.patch.gsd_m,
            features=len(mapped.features),
            accuracy_m=self._accuracy_m(reference),
            accuracy_basis=basis,
        )


def _claimed_point(item: ItemRecord) -> tuple[GeoPoint | None, str | None]:
    """Return the point where the item is said to be filmed, or its target, and which it is."""
    if item.claimed_place is not None and item.claimed_place.point is not None:
        return item.claimed_place.point, "claimed place"
    if item.target is None:
        return None, None
    if item.target.point is not None:
        return item.target.point, "target"
    ring = item.target.outline or ()
    middle = GeoPoint(
        longitude_deg=sum(point.longitude_deg for point in ring) / len(ring),
        latitude_deg=sum(point.latitude_deg for point in ring) / len(ring),
    )
    return middle, "middle of the target's outline"


def _values(
    scene: Scene,
    outcome: _Outcome,
    *,
    used: ReferenceUsed,
    claimed: tuple[GeoPoint | None, str | None],
    power: PowerTest | None,
) -> PlaceValues:
    best = outcome.best()
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
        reference=used,
        claimed_basis=claimed[1],
        claimed_distance_m=distance[0] if distance is not None else None,
        claimed_distance_sd_m=distance[1] if distance is not None else None,
        claimed_in_view=_in_view(scene, matched, claimed[0]),
        power=power,
    )


def _matched(best: Registered | None, power: PowerTest | None) -> bool | None:
    if best is not None:
        return True
    return False if power is not None and power.passed else None


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


def _answer(values: PlaceValues, outcome: _Outcome) -> tuple[PlaceAnswer, str]:
    best = outcome.best()
    tried = len(outcome.results)
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
        f"{closest.evidence.reason}."
    )


def _limits(values: PlaceValues, shots_left_out: int) -> tuple[str, ...]:
    limits = [_HORIZON] if values.matched else [_ABSENT]
    if values.reference.accuracy_basis.startswith("assumed"):
        limits.append(
            "Nothing states how accurate the reference is: "
            f"{values.reference.accuracy_m:.2f} m per axis is {values.reference.accuracy_basis}."
        )
    if values.matched is False:
        limits.append(
            "Only the stretch that the reference covers was searched; the place claimed may extend "
            "beyond it."
        )
    if shots_left_out:
        limits.append(f"{shots_left_out} of the shortest shots were not tried.")
    return tuple(limits)
