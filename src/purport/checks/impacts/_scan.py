"""The scan of a shot, frame by frame in order: candidates arise, are watched, and stay or fall."""

import math
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._candidates import Candidate, Cause, Rules
from purport.checks.impacts._changes import Change, compare, find_blobs
from purport.checks.impacts._views import View, Views, median_view
from purport.scene import Scene, Shot

__all__ = ["Seen", "ShotScan"]

_KEPT_VIEWS = 14
_BEFORE_LAGS = (1, 3, 5, 8)
_GRADUAL_LAG = 10
_GRADUAL_EVERY = 3
_GRADUAL_RATIO = 3
_EARLY_FRAMES = 4
_SETTLING_S = 0.24
_ZONE_FADE = 0.985
_ZONE_LEVEL = 0.3
_INSIDE_SHARE = 0.3
_RENEWED_RATIO = 2.5
_RENEWED_LEAST = 25.0
_LONGEST_DISTURBANCE_S = 4.0
_RECOVERY_S = 0.5
_MOST_PENDING = 24
_SAME_MOMENT_S = 0.2
_MOST_AT_ONCE = 2
_LEAST_WATCHED_S = 0.4
_GROWTH = 1.5
_KEPT = 0.3
_QUIET_S = 10.0

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
    weight: Float
    """Mean size of the change while it was watched, in the base view. [grey levels]"""


class ShotScan:
    """Scans the frames of one shot.

    Args:
        scene: The scene.
        shot: The shot.
        rules: The parameters.
    """

    def __init__(self, scene: Scene, shot: Shot, rules: Rules) -> None:
        self._scene = scene
        self._rules = rules
        self.views = Views(scene, shot)
        self._good: deque[View] = deque(maxlen=_KEPT_VIEWS)
        self._pending: list[Candidate] = []
        self._seen: list[Seen] = []
        self._zone = np.zeros(self.views.size[::-1], dtype=np.float32)
        self._restless: deque[float] = deque(maxlen=10)
        self._disturbed_since: int | None = None
        self._recovering_until_s = -math.inf

    def feed(self, index: int, luma: NDArray[np.uint8]) -> None:
        """Take the next frame of the shot."""
        view = self.views.make(index, luma)
        self._retire(index)
        if not self._good:
            if self._scene.linked[index]:
                self._good.append(view)
            return
        last = self._good[-1]
        change = self._change_since(last, view) if self._scene.linked[index] else None
        if change is None or not change.sound or change.share > self._rules.disturbed_share:
            self._disturb(view)
            return
        if self._disturbed_since is not None:
            self._disturbed_since = None
            self._recovering_until_s = self._seconds(index) + _RECOVERY_S
        self._carry_zone(last, view)
        recovering = self._seconds(index) < self._recovering_until_s
        self._find_sudden(view, change, recovering=recovering)
        self._watch(view)
        self._good.append(view)
        if index % _GRADUAL_EVERY == 0:
            self._find_gradual(view)

    def finish(self) -> tuple[Seen, ...]:
        """End the shot and return the strikes seen, by onset."""
        for candidate in self._pending:
            self._judge(candidate)
            candidate.sightings.clear()
        self._pending.clear()
        return tuple(sorted(self._seen, key=lambda seen: seen.candidate.onset))

    # Changes

    def _change_since(self, earlier: View, view: View) -> Change:
        picture, valid = self.views.warp(earlier, view)
        return compare(picture, view.picture, valid, threshold=self._rules.sudden_score)

    def _find_sudden(self, view: View, change: Change, *, recovering: bool) -> None:
        """Open a candidate for each new patch; after a disturbance its own candidate does that.

        While the picture recovers, links to the ground are still being mended.
        """
        blobs, labels = find_blobs(
            change,
            ~self.views.clear,
            threshold=self._rules.sudden_score,
            least_area_px=self._rules.least_area_px,
        )
        active = self._zone > _ZONE_LEVEL
        usual = max(self._restless, default=0.0)
        restless = 0.0
        opened = 0
        for blob in blobs:
            mask = labels == blob.label
            if recovering:
                self._spread_zone(mask)
                continue
            if np.count_nonzero(mask & active) > _INSIDE_SHARE * blob.area_px:
                restless = max(restless, blob.peak)
                self._spread_zone(mask)
                if blob.peak < max(_RENEWED_LEAST, _RENEWED_RATIO * usual) or self._is_settling(
                    view.index
                ):
                    continue
            opened += 1
            if opened <= _MOST_AT_ONCE:
                self._open(Cause.SUDDEN, view.index, view, mask)
        self._restless.append(restless)

    def _find_gradual(self, view: View) -> None:
        earlier = [other for other in self._good if other.index <= view.index - _GRADUAL_LAG]
        if not earlier or self._is_unquiet(view.index):
            return
        picture, valid = median_view(self.views, earlier[-3:], view)
        change = compare(picture, view.picture, valid, threshold=self._rules.gradual_score)
        if not change.sound or change.share > self._rules.disturbed_share:
            return
        blobs, labels = find_blobs(
            change,
            ~self.views.clear,
            threshold=self._rules.gradual_score,
            least_area_px=_GRADUAL_RATIO * self._rules.least_area_px,
        )
        active = self._zone > _ZONE_LEVEL
        for blob in blobs:
            mask = labels == blob.label
            if np.any(mask & active):
                self._spread_zone(mask)
                continue
            self._open(Cause.GRADUAL, self._began(mask, view, earlier[-1]), view, mask)

    def _began(self, mask: Mask, view: View, reference: View) -> int:
        """Return the first of the kept frames in which the patch had changed."""
        for other in self._good:
            if other.index <= reference.index:
                continue
            picture, seen = self.views.warp(other, view)
            before, known = self.views.warp(reference, view)
            change = compare(before, picture, seen & known, threshold=self._rules.kept_score)
            if float(np.median(np.abs(change.score[mask]))) > self._rules.kept_score / 2:
                return other.index
        return view.index

    def _is_unquiet(self, index: int) -> bool:
        """Tell whether something burns or smokes already, so that slow changes are its own."""
        onsets = [candidate.onset for candidate in self._pending]
        onsets += [seen.candidate.onset for seen in self._seen]
        return any(self._seconds(index) - self._seconds(onset) < _QUIET_S for onset in onsets)

    def _is_settling(self, index: int) -> bool:
        """Tell whether a candidate is so young that everything near it is still its own."""
        return any(
            self._seconds(index) - self._seconds(candidate.onset) < _SETTLING_S
            for candidate in self._pending
        )

    # Candidates

    def _open(self, cause: Cause, onset: int, view: View, mask: Mask) -> None:
        """Begin to watch a patch of change seen in `view`."""
        earlier = [other for other in self._good if other.index < onset]
        if not earlier or len(self._pending) >= _MOST_PENDING:
            return
        base = earlier[-1]
        chosen = [earlier[-lag] for lag in _BEFORE_LAGS if lag <= len(earlier)]
        before, valid = median_view(self.views, chosen, base)
        region = self.views.warp_mask(mask, view, base)
        candidate = Candidate(
            cause=cause,
            onset=onset,
            base=base,
            before=before,
            before_valid=valid,
            region=region,
            until_s=self._seconds(view.index) + self._rules.watched_s,
        )
        candidate.early.extend(other for other in self._good if other.index >= onset)
        self._pending.append(candidate)
        self._spread_zone(mask)

    def _disturb(self, view: View) -> None:
        """Note a frame that cannot be compared; the first of a run opens a candidate."""
        if self._disturbed_since is None:
            self._disturbed_since = view.index
            self._open(
                Cause.DISTURBANCE,
                view.index,
                self._good[-1],
                np.ones(self.views.size[::-1], dtype=np.bool_) & False,
            )
        wait = self._seconds(view.index) - self._seconds(self._disturbed_since)
        for candidate in self._pending:
            if candidate.onset <= self._disturbed_since:
                candidate.until_s += self._frame_seconds(view.index)
        if wait > _LONGEST_DISTURBANCE_S and self._scene.linked[view.index]:
            self._good.clear()
            self._good.append(view)
            self._zone[:] = 0.0
            self._disturbed_since = None

    def _watch(self, view: View) -> None:
        for candidate in self._pending:
            if len(candidate.early) < _EARLY_FRAMES:
                candidate.early.append(view)
            young = self._seconds(view.index) - self._seconds(candidate.onset)
            if (view.index - candidate.onset) % 2 == 0 or young < _SETTLING_S:
                candidate.watch(self.views, view, self._rules)

    def _retire(self, index: int) -> None:
        """Judge the candidates that were watched long enough."""
        done = [c for c in self._pending if c.until_s < self._seconds(index)]
        self._pending = [c for c in self._pending if c.until_s >= self._seconds(index)]
        for candidate in done:
            self._judge(candidate)
            candidate.sightings.clear()

    def _judge(self, candidate: Candidate) -> None:
        if not candidate.sightings:
            return
        watched = candidate.sightings[-1].index
        if self._seconds(watched) - self._seconds(candidate.onset) < _LEAST_WATCHED_S:
            return
        lasting = candidate.lasting(self._rules)
        if candidate.cause is Cause.DISTURBANCE:
            self._judge_disturbance(candidate, lasting)
            return
        touched = _touching(lasting, _grown(candidate.region, 2))
        if int(np.count_nonzero(touched)) < self._least_area(candidate):
            return
        if not self._is_known(candidate, touched):
            self._keep(candidate, candidate.region, touched)

    def _least_area(self, candidate: Candidate) -> int:
        rules = self._rules
        began = int(np.count_nonzero(candidate.region))
        if candidate.cause is Cause.GRADUAL:
            return max(int(_GROWTH * began), rules.least_grown_px)
        return max(int(_KEPT * began), rules.least_grown_px)

    def _judge_disturbance(self, candidate: Candidate, lasting: Mask) -> None:
        """Take the lasting patches that a disturbance left, unless its strike was seen begin."""
        if any(
            seen.candidate.cause is Cause.SUDDEN
            and abs(self._seconds(candidate.onset) - self._seconds(seen.candidate.onset))
            < _SAME_MOMENT_S
            for seen in self._seen
        ):
            return
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            _grown(lasting, 1).astype(np.uint8), connectivity=8
        )
        weight = candidate.mean_change()
        strengths = [float(weight[labels == label].sum()) for label in range(1, count)]
        for label in range(1, count):
            area = int(stats[label, cv2.CC_STAT_AREA])
            strong = strengths[label - 1] >= 0.4 * max(strengths)
            if area < 2 * self._rules.least_grown_px or not strong:
                continue
            patch = (labels == label) & lasting
            if not (self._is_known(candidate, patch) or self._burned_before(candidate, patch)):
                self._keep(candidate, patch, patch)

    def _keep(self, candidate: Candidate, region: Mask, lasting: Mask) -> None:
        weight = candidate.mean_change()
        self._seen.append(Seen(candidate=candidate, region=region, lasting=lasting, weight=weight))

    def _is_known(self, candidate: Candidate, patch: Mask) -> bool:
        """Tell whether the patch belongs to a strike seen at about the same time."""
        for seen in self._seen:
            other = seen.candidate
            apart_s = abs(self._seconds(other.onset) - self._seconds(candidate.onset))
            if apart_s > self._rules.watched_s:
                continue
            there = self.views.warp_mask(seen.lasting | seen.region, other.base, candidate.base)
            if np.any(_grown(there, 3) & patch):
                return True
        return False

    def _burned_before(self, candidate: Candidate, patch: Mask) -> bool:
        """Tell whether the patch lies where an earlier strike left its effect.

        What a disturbance leaves there is that fire or smoke going on, not another strike.
        """
        for seen in self._seen:
            other = seen.candidate
            there = self.views.warp_mask(seen.lasting | seen.region, other.base, candidate.base)
            overlap = np.count_nonzero(_grown(there, 3) & patch)
            if overlap > _INSIDE_SHARE * np.count_nonzero(patch):
                return True
        return False

    # Zone of effects still going on

    def _carry_zone(self, last: View, view: View) -> None:
        if not self._zone.any():
            return
        matrix = np.linalg.solve(view.to_anchor, last.to_anchor)
        warped = cv2.warpPerspective(self._zone, matrix, self.views.size)
        self._zone = np.asarray(warped * np.float32(_ZONE_FADE), dtype=np.float32)

    def _spread_zone(self, mask: Mask) -> None:
        self._zone[_grown(mask, 2)] = 1.0

    def _seconds(self, index: int) -> float:
        return self._scene.seconds(index)

    def _frame_seconds(self, index: int) -> float:
        return self._seconds(index) - self._seconds(max(index - 1, 0))


def _grown(mask: Mask, margin_px: int) -> Mask:
    side = 2 * margin_px + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _touching(mask: Mask, region: Mask) -> Mask:
    """Return the connected patches of `mask` that touch `region`."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    kept = np.unique(labels[region & mask])
    return np.isin(labels, kept[kept > 0])
