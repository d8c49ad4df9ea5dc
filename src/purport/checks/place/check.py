"""The place check: does the footage show the place of the reference, and where exactly?"""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import cast

from purport.checks.contract import Evidence, Need, ReferenceSource, make_finding, parameters_of
from purport.checks.place._acceptance import (
    AcceptanceRule,
    agrees_in_mirror,
    hints_at_place,
)
from purport.checks.place._adjustment import Adjustment
from purport.checks.place._geometry import ViewLimits
from purport.checks.place._outcomes import Outcome, answer_of, best_of, choose, limits_of, values_of
from purport.checks.place._power import PowerRule, test_power
from purport.checks.place._registration import Given, MatchSettings, Registered, register_shot
from purport.checks.place._views import Mapped, map_patch, views_ahead
from purport.checks.place.learned import load_matcher
from purport.checks.place.records import (
    PowerTest,
    ReferenceUsed,
)
from purport.checks.place.search import (
    Searched,
    SearchRule,
    finer_stretch,
    needs_index,
    open_index,
    possible_stretches,
    search_shots,
    stretches,
    test_search_power,
)
from purport.core.case import ItemRecord
from purport.core.digests import JsonObject
from purport.core.findings import Finding
from purport.core.marks import control_points
from purport.core.positions import GeoPoint
from purport.core.records import to_json
from purport.imagery import LumaPatch, Reference, open_reference
from purport.scene import Scene, Shot

__all__ = ["PlaceCheck"]

_THREADS = 2
_FEW_FRAMES = 3
"""Key frames of a shot that are looked at where a search found no place: as many as are pooled."""

_Found = tuple[Mapped, tuple[Registered, ...]]
"""A stretch of a reference, and what each shot gave on it."""


@dataclass(frozen=True, kw_only=True)
class PlaceCheck:
    """Compares the footage with an aerial picture of the place where it is said to be filmed.

    The check looks for distinctive points (corners, crossings, edges of fields) in still frames of
    each shot and for the same points in the orthophoto, also with bright and dark exchanged, as
    infrared cameras may show them. If too few agree, it looks again at the frame stretched, as if
    it were seen from nearer to straight above, and then at nothing but the directions of edges.
    Where many points, spread over the picture, agree on one possible view from above, small squares
    of every frame are fitted to the orthophoto to a fraction of a pixel; the shot is laid on the
    map, and each of its pixels gets a position on the ground with an uncertainty. Where heights of
    the ground are given, what stands above a plane is reckoned with. Points that
    people placed on frame and map are used along with that, or alone where nothing matches: the
    answer then rests on their reading of the picture. Of several orthophotos the best is used, and
    where they contradict each other the uncertainty covers both.

    Of an orthophoto too large to be compared in one piece, the surroundings of the point claimed
    are looked at first. If no shot is found there, or nothing is claimed, all of it is searched:
    the points of a frame vote for where it may lie, and the few places with more votes than the
    mirrored frame gets anywhere are then looked at closely, by the same rule.

    A false match would be worse than none. It is therefore accepted only when far more points
    agree than with a mirrored orthophoto (which shows no place on Earth, and so tells what chance
    does), when they are spread out, when the view could be had from the air, when the frames
    agree with each other when asked one by one, and when blocks of the picture, laid on the
    orthophoto, fit best exactly where they were put. "Does not show this place" is said only when
    the footage is sharp enough, and views cut from the orthophoto, some of them very oblique, and
    made as poor as the footage are found by the same rule; otherwise the answer is "cannot tell".
    """

    name: str = "place"
    version: str = "4"
    question: str = "Was it filmed at the place claimed, and where exactly?"
    needs: frozenset[Need] = frozenset({Need.MEDIA, Need.REFERENCE})
    uses: frozenset[Need] = frozenset(
        {Need.CLAIMED_PLACE, Need.TARGET, Need.MARKS, Need.MATCHER, Need.TERRAIN}
    )
    after: frozenset[str] = frozenset()
    key_frames: int = 12
    frame_features: int = 2000
    reference_features: int = 12_000
    reference_side_px: int = 2400
    most_shots: int = 24
    ladder_shots: tuple[int, int] = (3, 1)
    ratio: float = 0.8
    threshold_px: float = 4.0
    assumed_accuracy_px: float = 1.0
    seed: int = 20150930
    limits: ViewLimits = field(default_factory=ViewLimits)
    rule: AcceptanceRule = field(default_factory=AcceptanceRule)
    adjustment: Adjustment = field(default_factory=Adjustment)
    power: PowerRule = field(default_factory=PowerRule)
    search: SearchRule = field(default_factory=SearchRule)

    def parameters(self) -> JsonObject:
        """Return every parameter by name."""
        return parameters_of(self)

    def prepare(
        self,
        item: ItemRecord,
        references: Sequence[ReferenceSource],
        *,
        cache: Path,
        progress: Callable[[str, float], None],
    ) -> None:
        """Index the references that will be searched: large ones, of an item without a point.

        Where a point is claimed, its surroundings may do; the index is then made when it is wanted.

        Args:
            item: The item.
            references: Its references.
            cache: See `Evidence.cache`.
            progress: Told what is being made, and the share that is done, 0 to 1.

        Raises:
            UnreadableReferenceError: A reference cannot be read.
        """
        if _claimed_point(item)[0] is not None:
            return
        for source in references:
            reference = open_reference(source.path, accuracy_m=source.accuracy_m)
            if needs_index(reference, side_px=self.reference_side_px):
                tell = partial(progress, f"index of {reference.name}")
                open_index(reference, source.digest, cache, progress=tell)

    def look_ahead(self, item: ItemRecord, references: Sequence[ReferenceSource]) -> Mapped | None:
        """Find the points of the first reference, in the stretch that is looked at without search.

        Args:
            item: The item.
            references: Its references.

        Returns:
            The stretch with its points; None when there is none.

        Raises:
            UnreadableReferenceError: The reference cannot be read.
        """
        if not references:
            return None
        source = references[0]
        reference = open_reference(source.path, accuracy_m=source.accuracy_m)
        near = stretches(reference, _claimed_point(item)[0], side_px=self.reference_side_px)
        patch = next(near, None)
        return None if patch is None else self._mapped(patch)

    def run(self, evidence: Evidence) -> Sequence[Finding]:
        """Compare all shots of the item with its reference.

        Raises:
            ValueError: No reference is given.
            UnreadableReferenceError: The reference cannot be read.
        """
        if not evidence.references:
            message = "the place check was run without a reference"
            raise ValueError(message)
        scene = evidence.load_scene()
        claimed, basis = _claimed_point(evidence.item)
        matcher = evidence.matcher
        given = Given(
            points=control_points(evidence.marks),
            matcher=load_matcher(matcher.path) if matcher is not None else None,
            terrain=evidence.terrain,
        )
        outcomes = [
            self._try(scene, number, evidence, claimed=claimed, given=given)
            for number, source in enumerate(evidence.references)
        ]
        chosen, disagreements = choose(scene, outcomes)
        power = self._power(scene, outcomes)
        values = values_of(
            scene, chosen, claimed=(claimed, basis), power=power, disagreements=disagreements
        )
        answer, reason = answer_of(values, chosen)
        finding = make_finding(
            self,
            evidence,
            answer=answer.value,
            reason=reason,
            values=cast("JsonObject", to_json(values)),
            limits=limits_of(values, len(scene.shots) - len(chosen.results)),
            libraries=("numpy", "opencv-python-headless", "pyproj", "rasterio", "scipy"),
            seed=self.seed,
        )
        return (finding,)

    def _try(
        self,
        scene: Scene,
        number: int,
        evidence: Evidence,
        *,
        claimed: GeoPoint | None,
        given: Given,
    ) -> Outcome:
        """Compare the item with one reference: near the claim, then, if it is large, all over."""
        source = evidence.references[number]
        reference = open_reference(source.path, accuracy_m=source.accuracy_m)
        ahead = evidence.looked if number == 0 else None
        near: Iterable[LumaPatch | Mapped] = (
            (ahead,)
            if isinstance(ahead, Mapped)
            else stretches(reference, claimed, side_px=self.reference_side_px)
        )
        found = self._search(scene, reference, near, given=given)
        searched: Searched | None = None
        placed = found is not None and best_of(found[1]) is not None
        if not placed and needs_index(reference, side_px=self.reference_side_px):
            index = open_index(reference, source.digest, evidence.cache)
            hint = evidence.item.view_hint
            searched = search_shots(scene, reference, index, hint=hint, rule=self.search)
            possible = possible_stretches(searched, side_px=self.reference_side_px)
            # Where no place stands above chance, one rung and few frames say so.
            closely = (
                self
                if searched.standing
                else replace(self, ladder_shots=(0, 0), key_frames=_FEW_FRAMES)
            )
            found = closely._search(  # noqa: SLF001 - the same check, with fewer rungs
                scene, reference, possible, given=given
            )
        if found is None:
            message = "a reference has at least one stretch"
            raise ValueError(message)
        return Outcome(
            mapped=found[0],
            results=found[1],
            used=self._used(reference, found[0], number=number),
            searched=searched,
        )

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

    def _search(
        self,
        scene: Scene,
        reference: Reference,
        patches: Iterable[LumaPatch | Mapped],
        *,
        given: Given,
    ) -> _Found | None:
        """Look in one stretch of the reference after the other until a shot is found."""
        found: _Found | None = None
        for patch in patches:
            found = self._register(scene, reference, patch, given=given)
            best = best_of(found[1])
            if best is not None:
                return self._refined(scene, reference, found, best, given=given)
        return found

    def _refined(
        self,
        scene: Scene,
        reference: Reference,
        found: _Found,
        best: Registered,
        *,
        given: Given,
    ) -> _Found:
        """Look again, more finely, where the best shot was found; keep what is not worse."""
        if best.to_patch is None:
            return found
        finer = finer_stretch(
            reference,
            found[0].patch,
            to_patch=best.to_patch,
            size=(scene.width_px, scene.height_px),
            side_px=self.reference_side_px,
        )
        if finer is None:
            return found
        again = self._register(scene, reference, finer, given=given)
        accepted = [sum(bool(result.ground) for result in each[1]) for each in (found, again)]
        return again if accepted[1] >= accepted[0] else found

    def _register(
        self,
        scene: Scene,
        reference: Reference,
        patch: LumaPatch | Mapped,
        *,
        given: Given,
    ) -> _Found:
        by_length = sorted(scene.shots, key=lambda shot: -len(shot.span))[: self.most_shots]
        rank = {shot.span.first: place for place, shot in enumerate(by_length)}
        tried: list[Shot] = sorted(by_length, key=lambda shot: shot.span.first)
        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            mapping = pool.submit(self._mapped, patch)
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
                    reference_sd_m=self.accuracy_m(reference),
                    rungs=self._rungs(rank[shot.span.first]),
                    given=given,
                )
                for shot, views in ahead
            )
            return mapping.result(), results

    def _mapped(self, patch: LumaPatch | Mapped) -> Mapped:
        """Find the points of a stretch, if they are not known."""
        if isinstance(patch, Mapped):
            return patch
        return map_patch(patch, most_features=self.reference_features)

    def _rungs(self, place: int) -> int:
        """Return how many rungs to climb for a shot, by its place among the shots by length."""
        return 1 + sum(place < count for count in self.ladder_shots)

    def _power(self, scene: Scene, outcomes: Sequence[Outcome]) -> PowerTest | None:
        """Test each reference; return the first test that fails, or the first."""
        results = [result for outcome in outcomes for result in outcome.results]
        counts = [
            (rung.inliers, rung.decoy_inliers) for each in results for rung in each.evidence.rungs
        ]
        hinted = any(
            hints_at_place(*count, self.rule) or agrees_in_mirror(*count, self.rule)
            for count in counts
        )
        stands = any(
            outcome.searched is not None and outcome.searched.standing for outcome in outcomes
        )
        if hinted or stands or best_of(results) is not None:
            # Something agrees more than by chance: too much for "no", too little for "yes".
            return None
        first: PowerTest | None = None
        for outcome in outcomes:
            settings = self._settings()
            if outcome.searched is not None:
                test = test_search_power(outcome.searched, settings=settings, rule=self.power)
            else:
                test = test_power(scene, outcome.mapped, settings=settings, rule=self.power)
            if not test.passed:
                return test
            first = first or test
        return first

    def accuracy_m(self, reference: Reference) -> float:
        """Return the standard uncertainty per axis of an orthophoto: stated, else assumed. [m]"""
        if reference.accuracy_m is not None:
            return reference.accuracy_m
        return self.assumed_accuracy_px * reference.gsd_m

    def _used(self, reference: Reference, mapped: Mapped, *, number: int) -> ReferenceUsed:
        basis = reference.accuracy_basis
        if reference.accuracy_m is None:
            basis = f"assumed: {self.assumed_accuracy_px:g} pixel of the reference per axis"
        return ReferenceUsed(
            crs=reference.crs,
            metric_crs=reference.metric_crs,
            gsd_m=reference.gsd_m,
            patch_gsd_m=mapped.patch.gsd_m,
            features=len(mapped.features),
            accuracy_m=self.accuracy_m(reference),
            accuracy_basis=basis,
            number=number,
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
