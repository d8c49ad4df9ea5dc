"""Which candidates are strikes: those that leave something, and those that blind the camera."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._candidates import Candidate, Cause, Rules
from purport.checks.impacts._glare import find_glimpse
from purport.checks.impacts._views import Views
from purport.checks.impacts._zones import grow, touching
from purport.scene import Scene

__all__ = ["Jury", "Seen"]

_INSIDE_SHARE = 0.3
_SAME_MOMENT_S = 0.2
_BESIDE_PX = 6
_ORIGIN_S = 0.18
_LEAST_WATCHED_S = 0.4
_LEAST_WATCHED_CLOSE_S = 0.5
_LEAST_GROWING_S = 0.18
_GROWN = 2.0
_GROWTH = 1.5
_KEPT = 0.3
_KEPT_COMPACT = 0.15
_NEXT_SHARE = 0.5
"""Strength of a patch that a disturbance left, over that of the strongest, from which it may be
what it hid, where the strongest is known."""
_ENOUGH_SHARE = 1 / 150

Mask = NDArray[np.bool_]
Float = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """A strike as the scan saw it."""

    candidate: Candidate
    """All that was gathered."""
    region: Mask
    """Where it began, in the base view."""
    lasting: Mask
    """Where its change lasts, in the base view."""
    elsewhere: Mask
    """Where any change lasts, this one included, in the base view; nowhere when nothing was seen
    afterwards."""
    take: int
    """How often the footage had gone back in time within the shot."""
    weight: Float
    """Mean size of the change while it was watched, in the base view. [grey levels]"""

    @property
    def onset(self) -> int:
        """Return its first frame."""
        return self.candidate.onset


class Jury:
    """Judges the candidates of one shot.

    Args:
        scene: The scene.
        views: The views of the shot.
        rules: The parameters.
    """

    def __init__(self, scene: Scene, views: Views, rules: Rules) -> None:
        self._scene = scene
        self._views = views
        self._rules = rules
        self._seen: list[Seen] = []
        self._fallen: list[Candidate] = []
        self._since = 0
        self._takes = 0

    def strikes(self) -> tuple[Seen, ...]:
        """Return the strikes so far, by onset."""
        return tuple(sorted(self._seen, key=lambda seen: seen.onset))

    def recent(self) -> tuple[Seen, ...]:
        """Return the strikes since the footage last went back in time."""
        return tuple(self._seen[self._since :])

    def go_back(self) -> None:
        """Note that the footage goes back in time: what was struck is whole again."""
        self._since = len(self._seen)
        self._takes += 1
        self._fallen.clear()

    def expect(self, candidate: Candidate) -> tuple[Seen, ...]:
        """Return what would be kept of a sudden patch if it were judged by now."""
        if candidate.cause is not Cause.SUDDEN:
            return ()
        kept = len(self._seen)
        self._judge_watched(candidate)
        expected = tuple(self._seen[kept:])
        del self._seen[kept:]
        return expected

    def judge(self, candidate: Candidate) -> None:
        """Keep a candidate that was watched if its change lasts.

        One that falls may still tell where a disturbance that followed it began.
        """
        kept = len(self._seen)
        self._judge_watched(candidate)
        if candidate.blinding and len(self._seen) == kept:
            self._fallen.append(candidate)

    def _judge_watched(self, candidate: Candidate) -> None:
        if not candidate.sightings or candidate.hint:
            return
        lasting = candidate.lasting(self._rules)
        if self._is_cut_short(candidate, lasting):
            return
        if candidate.cause is Cause.DISTURBANCE:
            self._judge_disturbance(candidate, lasting)
            return
        if candidate.cause is Cause.SUDDEN and (candidate.is_gone() or candidate.is_spent()):
            return
        touched = touching(lasting, grow(candidate.region, 2))
        if int(np.count_nonzero(touched)) < self._least_area(candidate):
            return
        known = (
            self._is_same_burst(candidate)
            if candidate.cause is Cause.SUDDEN
            else self._is_known(candidate, touched)
        )
        if not known:
            self._keep(candidate, candidate.region, touched)

    def judge_blinded(self, candidates: list[Candidate]) -> None:
        """Keep one of the candidates after which the picture broke down and did not come back.

        Nothing could be watched; that the picture broke down just after stands in for it. A patch
        that was gone before is none; of the others the strongest, or what it grew from.
        """
        blinding = [candidate for candidate in candidates if not candidate.is_gone()]
        if not blinding:
            return
        strongest = max(blinding, key=lambda candidate: candidate.strength)
        origin = self._origin(strongest, blinding)
        self._keep(origin, origin.region, origin.region)

    def _origin(self, strongest: Candidate, blinded: list[Candidate]) -> Candidate:
        """Return the earliest patch beside the strongest one, a moment before it."""
        for candidate in sorted(blinded, key=lambda candidate: candidate.onset):
            before_s = self._apart_s(strongest.onset, candidate.onset)
            if not 0.0 < before_s <= _ORIGIN_S:
                continue
            there = self._views.warp_mask(candidate.region, candidate.base, strongest.base)
            radius = int(np.sqrt(np.count_nonzero(strongest.region) / np.pi))
            if np.any(grow(there, max(radius, 2)) & strongest.region):
                return candidate
        return strongest

    def _is_cut_short(self, candidate: Candidate, lasting: Mask) -> bool:
        """Tell whether a candidate could not be watched long enough.

        One strong patch that has grown since can be told sooner: glints keep their size.
        """
        watched_s = self._apart_s(candidate.sightings[-1].index, candidate.onset)
        if candidate.close and (watched_s < _LEAST_WATCHED_CLOSE_S or not candidate.is_clear()):
            return True
        if watched_s >= _LEAST_WATCHED_S or not candidate.compact:
            return watched_s < _LEAST_WATCHED_S
        grown = int(np.count_nonzero(touching(lasting, candidate.region)))
        return watched_s < _LEAST_GROWING_S or (
            grown < _GROWN * int(np.count_nonzero(candidate.region))
        )

    def _least_area(self, candidate: Candidate) -> int:
        rules = self._rules
        began = int(np.count_nonzero(candidate.region))
        if candidate.cause is Cause.GRADUAL:
            return max(int(_GROWTH * began), rules.least_grown_px)
        most = int(_ENOUGH_SHARE * candidate.region.size)
        if candidate.compact and began >= rules.least_area_px:
            return max(min(int(_KEPT_COMPACT * began), most), rules.least_grown_px // 2)
        least = rules.least_grown_px // 2 if candidate.blinding else rules.least_grown_px
        return max(min(int(_KEPT * began), most), least)

    def _judge_disturbance(self, candidate: Candidate, lasting: Mask) -> None:
        """Take where a disturbance was seen to begin, else the strongest patch that lasts.

        One disturbance tells of one strike; how many it hid is not to be told.
        """
        if any(
            seen.candidate.cause is Cause.SUDDEN
            and self._apart_s(candidate.onset, seen.onset) < _SAME_MOMENT_S
            for seen in self.recent()
        ):
            return
        inner = lasting & self._views.inner
        beginning = self._find_beginning(candidate, inner)
        if beginning is not None:
            self._keep(beginning, beginning.region, beginning.region)
            return
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            grow(inner, 1).astype(np.uint8), connectivity=8
        )
        weight = candidate.mean_change()
        strengths = [float(weight[labels == label].sum()) for label in range(1, count)]
        for label in sorted(range(1, count), key=lambda label: -strengths[label - 1]):
            if int(stats[label, cv2.CC_STAT_AREA]) < 2 * self._rules.least_grown_px:
                continue
            if strengths[label - 1] < _NEXT_SHARE * max(strengths):
                return
            patch = (labels == label) & inner
            if not (self._is_known(candidate, patch) or self._burned_before(candidate, patch)):
                self._keep(candidate, patch, patch)
                return

    def _find_beginning(self, candidate: Candidate, lasting: Mask) -> Candidate | None:
        """Return a disturbance as it was seen to begin.

        Best by a flash where the ground is changed afterwards; else by the strongest patch of the
        moment before, where something was left; else by a flash that nothing was left of.
        """
        glimpse = find_glimpse(self._scene, self._views, candidate, lasting)
        fallen = self._find_fallen(candidate, lasting)
        if glimpse is None or (fallen is not None and not glimpse.supported):
            return fallen
        return glimpse.begin(candidate)

    def _find_fallen(self, candidate: Candidate, lasting: Mask) -> Candidate | None:
        """Return the strongest patch of the moment before, where a disturbance left something."""
        beside = [
            fallen
            for fallen in self._fallen
            if 0.0 < self._apart_s(candidate.onset, fallen.onset) < _SAME_MOMENT_S
            and fallen.onset < candidate.onset
            and np.any(self._reach_of(fallen, candidate) & lasting)
        ]
        return max(beside, key=lambda fallen: fallen.strength, default=None)

    def _reach_of(self, candidate: Candidate, other: Candidate) -> Mask:
        """Return where a patch may have spread to, in the base view of another candidate."""
        there = self._views.warp_mask(candidate.region, candidate.base, other.base)
        radius = math.sqrt(np.count_nonzero(there) / math.pi)
        return grow(there, math.ceil(radius) + _BESIDE_PX)

    def _keep(self, candidate: Candidate, region: Mask, lasting: Mask) -> None:
        self._seen.append(
            Seen(
                candidate=candidate,
                region=region,
                lasting=lasting,
                elsewhere=candidate.lasting(self._rules) if candidate.sightings else region & False,
                take=self._takes,
                weight=candidate.mean_change(),
            )
        )

    def _is_same_burst(self, candidate: Candidate) -> bool:
        """Tell whether a strike began beside the patch at the same moment.

        Later patches were told from its effect when they arose.
        """
        for seen in self.recent():
            if self._apart_s(seen.onset, candidate.onset) > _ORIGIN_S:
                continue
            there = self._views.warp_mask(seen.region, seen.candidate.base, candidate.base)
            reach = np.sqrt(np.count_nonzero(there) / np.pi)
            reach += np.sqrt(np.count_nonzero(candidate.region) / np.pi)
            if np.any(grow(there, int(reach) + _BESIDE_PX) & candidate.region):
                return True
        return False

    def _is_known(self, candidate: Candidate, patch: Mask) -> bool:
        """Tell whether the patch belongs to a strike seen at about the same time."""
        for seen in self.recent():
            if self._apart_s(seen.onset, candidate.onset) > self._rules.watched_s:
                continue
            there = self._there(seen, candidate)
            if np.any(grow(there, 3) & patch):
                return True
        return False

    def _burned_before(self, candidate: Candidate, patch: Mask) -> bool:
        """Tell whether the patch lies where an earlier strike left its effect.

        What a disturbance leaves there is that fire or smoke going on, not another strike.
        """
        for seen in self.recent():
            overlap = np.count_nonzero(grow(self._there(seen, candidate), 3) & patch)
            if overlap > _INSIDE_SHARE * np.count_nonzero(patch):
                return True
        return False

    def _there(self, seen: Seen, candidate: Candidate) -> Mask:
        """Return where a strike and its effect lie in the base view of a candidate."""
        return self._views.warp_mask(
            seen.lasting | seen.region, seen.candidate.base, candidate.base
        )

    def _apart_s(self, one: int, other: int) -> float:
        return abs(self._scene.seconds(one) - self._scene.seconds(other))
