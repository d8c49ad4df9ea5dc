"""The scan of a shot, frame by frame in order: candidates arise, are watched, and stay or fall."""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._bursts import LEAST_PEAK, BurstHistory, Setting
from purport.checks.impacts._candidates import Candidate, Cause, Rules
from purport.checks.impacts._changes import Blob, Change, compare, find_blobs, look_closer
from purport.checks.impacts._drawn import is_drawn, is_one_patch
from purport.checks.impacts._judging import Jury, Seen
from purport.checks.impacts._movement import Movement
from purport.checks.impacts._rewinds import is_whole_again
from purport.checks.impacts._unrest import Unrest
from purport.checks.impacts._views import BORDER_SHARE, View, Views, median_view
from purport.checks.impacts._zones import EffectZone, grow, is_fading
from purport.scene import Scene, Shot

__all__ = ["GoingOn", "ShotScan"]

_KEPT_VIEWS = 14
_BEFORE_LAGS = (1, 3, 5, 8)
_GRADUAL_LAG = 10
_GRADUAL_EVERY = 3
_GRADUAL_RATIO = 3
_EARLIER_FRAMES = 3
_EARLY_FRAMES = 4
_YOUNG_S = 0.24
_GROWING_S = 0.18
_SPREADING_PX = 4
_INSIDE_SHARE = 0.3
_LONGEST_DISTURBANCE_S = 4.0
_RECOVERY_S = 0.5
_MOST_PENDING = 24
_MOST_AT_ONCE = 2
_MOST_QUIET = 5
_COMPARABLE = 1 / 20
"""Most patches on quiet ground, of at least that share of the strongest's strength, that may arise
at once. Of 246 strikes on development and labelled real clips one had four; where the picture was
not held still on what is near the camera, six or more arose along its edges."""
_FEWEST_BEFORE = 3
_EARLY_SHARE = 1 / 250
"""Least share of the picture that a patch covers when fewer frames than that were seen before it:
whether it began or was on its way is not told by one step. Strikes of labelled real clips had 1/47
to 1/40; glitter on water 1/600."""
_QUIET_S = 10.0
_BLINDED_FRAMES = 2
_BLINDING_S = 0.4
_LEAST_BLINDED_FRAMES = 3
_LEAST_JUMP = 8.0
"""Step of a picture that a blast breaks down over the usual step of the second before, from which
it counts though it is not seen again. Four strikes had 42 to 236; a camera that turned away 1.4,
a cut while it turned 2.6."""
_STALL_FRAMES = 3
_STALL_STEP = 0.05
_SHAKEN_NOISE = 4.5
_SHAKEN_RATIO = 3.0
_SHAKEN_LUMA = 12.0
_REFRESH_EVERY = 2
_BLACK_LUMA = 24.0
_STEADY_FRAMES = 2
_STEADY_LUMA = 8.0
"""Most that the mean luma moves over the first frames after black that lay between takes. A sensor
that a blast has blacked out recovers: on development clips by 18 to 160. [grey levels]"""
_FADING_FRAMES = 6
_FADED_SHARE = 0.8
"""Mean luma just before black over that of some frames earlier, below which it was a fade."""
_CALM_S = 1.0
_CALM_SHARE = 0.3
_CALM_PEAK = 30.0
_CALM_PEAK_SMALL = 80.0
_SETTLED_S = 0.4
"""What grows slowly or arises faintly so soon after the first frame began before it. [s]"""
_FADED_S = 1.5
"""What fades so soon after the first frame began before it. [s]"""
_FAINT_PEAK = 30.0
"""Peak below which a patch is faint. [grey levels]"""
_BLINDED_LUMA = 30.0
"""Change of mean luma since before a patch from which the picture is taken to have broken down."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoingOn:
    """A patch that grew from the first frames of a shot on."""

    view: View
    """The view in which it was told."""
    blob: Blob
    """The patch, at scanning size."""


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
        self._jury = Jury(scene, self.views, rules)
        self._zone = EffectZone(self.views, rules.kept_score, rules.disturbed_share)
        self._history = BurstHistory()
        self._noise: deque[float] = deque(maxlen=25)
        self._first = shot.span.first
        self._going_on: list[GoingOn] = []
        self._disturbed_since: int | None = None
        self._blinded_frames = 0
        self._recovering_until_s = -math.inf
        self._misfit_s = -math.inf
        self._unrest = Unrest(scene)
        self._movement = Movement(scene, self.views)

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
            if self._was_black(index) and self._lay_between(self._disturbed_since, index):
                if not self._just_before(self._disturbed_since):
                    self._drop_since(self._disturbed_since)
                if self._is_back(last, view):
                    self._go_back(self._disturbed_since)
                    self._good.append(view)
                    return
            self._disturbed_since = None
            self._recovering_until_s = self._seconds(index) + _RECOVERY_S
            self._zone.carry(last, view)
            self._zone.seed(last, view)
        else:
            self._zone.carry(last, view)
            self._unrest.add(index, change.share)
        self._find_sudden(view, change, shaken=self._is_shaken(index, change))
        self._watch(view)
        self._movement.add(self._good, view)
        self._good.append(view)
        if index % _REFRESH_EVERY == 0:
            self._zone.refresh(view)
        if index % _GRADUAL_EVERY == 0:
            self._find_gradual(view)

    def going_on(self) -> tuple[GoingOn, ...]:
        """Return the patches that grew from the first frames on: they began before."""
        moving = self._movement.frames()
        return tuple(
            one
            for one in self._going_on
            if not self._unrest.is_restless(one.view.index) and one.view.index not in moving
        )

    def restless_frames(self) -> int:
        """Return in how many frames so much moves that a strike could not be told."""
        return len(np.union1d(self._unrest.frames(), self._movement.frames()))

    def finish(self) -> tuple[Seen, ...]:
        """End the shot and return the strikes seen, by onset."""
        self._judge_blinded()
        self._judge_cut_off()
        self._judge(self._pending)
        self._pending.clear()
        seen = self._jury.strikes()
        return self._movement.told([one for one in seen if not self._unrest.is_restless(one.onset)])

    # Going back in time

    def _is_back(self, last: View, view: View) -> bool:
        kept_score = self._rules.kept_score
        watched = (one for candidate in self._pending for one in self._jury.expect(candidate))
        return any(
            is_whole_again(self.views, seen, last, view, kept_score=kept_score)
            for seen in (*self._jury.strikes(), *watched)
        )

    def _was_black(self, index: int) -> bool:
        """Tell whether the picture was black while it could not be compared, as between takes."""
        return float(self._scene.luma_mean[self._disturbed_since : index].min()) < _BLACK_LUMA

    def _lay_between(self, first: int, index: int) -> bool:
        """Tell whether a black stretch lay between takes, and no blast blacked out the sensor.

        A blast comes at once, and then the sensor recovers. Between takes the picture comes back as
        it stays, or had faded out.
        """
        means = self._scene.luma_mean
        if float(np.ptp(means[index : index + 1 + _STEADY_FRAMES])) <= _STEADY_LUMA:
            return True
        before = means[max(first - _FADING_FRAMES, self._first) : max(first - 1, self._first + 1)]
        return float(before[-1]) < _FADED_SHARE * float(before[0])

    def _drop_since(self, first: int) -> None:
        """Drop what began with a black stretch: it lies between takes and is no blast.

        Where hot is black a blast blacks the picture out as well, after a burst.
        """
        self._pending = [one for one in self._pending if one.onset < first]

    def _go_back(self, first: int) -> None:
        """Begin anew, with a view of what was before; nothing that began since `first` is told."""
        self._judge([one for one in self._pending if one.onset < first])
        self._pending.clear()
        self._jury.go_back()
        self._zone.clear()
        self._history = BurstHistory()
        self._good.clear()
        self._first = first
        self._disturbed_since = None

    # Changes

    def _change_since(self, earlier: View, view: View) -> Change:
        picture, valid = self.views.warp(earlier, view)
        return compare(picture, view.picture, valid, threshold=self._rules.sudden_score)

    def _is_shaken(self, index: int, change: Change) -> bool:
        """Tell whether all of the picture changed a little at once: gain, a skip, a breakup."""
        usual = float(np.median(self._noise)) if self._noise else change.noise
        self._noise.append(change.noise)
        means = self._scene.luma_mean
        jump = abs(float(means[index]) - float(means[index - 1]))
        return change.noise > max(_SHAKEN_NOISE, _SHAKEN_RATIO * usual) or jump > _SHAKEN_LUMA

    def _find_sudden(self, view: View, change: Change, *, shaken: bool) -> None:
        """Open a candidate for each new patch; after a disturbance its own candidate does that.

        While the picture recovers, links to the ground are still being mended. When all of it is
        shaken, only the strongest patch can be more than a part of that.
        """
        blobs, labels = find_blobs(
            change,
            ~self.views.clear,
            threshold=self._rules.sudden_score,
            least_area_px=self._rules.least_area_px,
        )
        telling = len(blobs) > 1 or any(blob.peak >= LEAST_PEAK for blob in blobs)
        telling &= not shaken and self._good[-1].index == view.index - 1
        if telling and self._is_back(self._good[-1], view):
            self._go_back(view.index)
            return
        if not shaken and not any(blob.peak >= LEAST_PEAK for blob in blobs):
            self._look_closer(view, change)
            return
        now_s = self._seconds(view.index)
        recovering = now_s < self._recovering_until_s
        drawn, stalled = self._zone.drawn, self._has_stalled(view.index)
        misfit = not shaken and self._note_misfit(blobs, labels, now_s)
        opened = _MOST_AT_ONCE if misfit else 0
        for rank, blob in enumerate(blobs):
            mask = labels == blob.label
            if np.count_nonzero(mask & drawn) > _INSIDE_SHARE * blob.area_px:
                self._zone.mark_drawn(mask)
                continue
            setting = Setting.INSIDE if stalled else self._zone.setting(mask)
            fresh = self._history.is_burst(blob, now_s, view.picture.size, setting=setting)
            if not shaken:
                self._history.add(blob, now_s)
            late = opened >= _MOST_AT_ONCE or (shaken and rank > 0)
            self._grow_latest(blob, mask, view)
            if recovering or not fresh or late or self._is_untold(blob):
                self._zone.spread(mask)
                continue
            if is_drawn(self.views, self._good[-1], view, mask):
                self._zone.mark_drawn(mask)
                continue
            if blob.peak < _FAINT_PEAK and self._since_first_s(view.index) < _SETTLED_S:
                self._go_on(view, mask, blob)
                continue
            opened += 1
            hint = shaken and setting is Setting.INSIDE
            if not hint:
                self._history.begin(blob, now_s)
            self._open(Cause.SUDDEN, view.index, view, mask, blob, hint=hint)

    def _look_closer(self, view: View, change: Change) -> None:
        """Open a candidate for a small flash that only stands out where all is quiet."""
        now_s = self._seconds(view.index)
        low, high, _, _ = cv2.minMaxLoc(change.residual)
        if max(-low, high) < _CALM_PEAK:
            return
        if now_s < self._recovering_until_s or self._has_stalled(view.index):
            return
        blobs, labels = find_blobs(
            look_closer(change),
            ~self.views.clear,
            threshold=self._rules.sudden_score,
            least_area_px=self._rules.least_area_px // 2,
        )
        if not blobs or self._is_untold(blobs[0]):
            return
        blob, mask = blobs[0], labels == blobs[0].label
        small = blob.area_px < self._rules.least_area_px
        if blob.peak < (_CALM_PEAK_SMALL if small else _CALM_PEAK):
            return
        setting = self._zone.setting(mask)
        fresh = self._history.is_burst(blob, now_s, view.picture.size, setting=setting)
        if not fresh or np.any(mask & self._zone.drawn) or self._is_beside_burst(blob, now_s):
            return
        if not is_one_patch(self.views, self._good[-1], view, mask):
            return
        self._open(Cause.SUDDEN, view.index, view, mask, blob, close=True)

    def _is_beside_burst(self, blob: Blob, now_s: float) -> bool:
        """Tell whether a burst of a moment ago is so much stronger that a patch may be its own."""
        return any(
            now_s - self._seconds(one.onset) < _CALM_S
            and blob.strength < _CALM_SHARE * one.strength
            for one in self._pending
        )

    def _grow_latest(self, blob: Blob, mask: Mask, view: View) -> None:
        """Note for the candidates of the moment how large their burst grows."""
        for candidate in self._pending:
            ago_s = self._seconds(view.index) - self._seconds(candidate.onset)
            if not 0.0 < ago_s < _GROWING_S or blob.area_px <= candidate.area_px:
                continue
            there = self.views.warp_mask(candidate.region, candidate.base, view)
            if np.any(grow(there, _SPREADING_PX) & mask):
                candidate.area_px = blob.area_px

    def _has_stalled(self, index: int) -> bool:
        """Tell whether the picture stood still until now and then jumped: time was left out."""
        step = self._scene.step
        held = step[max(index - _STALL_FRAMES, 0) : index]
        return len(held) == _STALL_FRAMES and float(held.max()) < _STALL_STEP < step[index]

    def _note_misfit(self, blobs: Sequence[Blob], labels: NDArray[np.int32], now_s: float) -> bool:
        """Tell whether patches arise all over quiet ground, as where one view misses another.

        Where they do, links are mended in the next moments, and nothing is told meanwhile.
        """
        least = _COMPARABLE * max((blob.strength for blob in blobs), default=0.0)
        strong = [one for one in blobs if one.peak >= LEAST_PEAK and one.strength >= least]
        if len(strong) <= _MOST_QUIET:
            return False
        settings = [self._zone.setting(labels == blob.label) for blob in strong]
        if settings.count(Setting.QUIET) <= _MOST_QUIET:
            return False
        self._misfit_s = now_s
        self._recovering_until_s = now_s + _CALM_S
        return True

    def _is_untold(self, blob: Blob) -> bool:
        """Tell whether a patch may have come into the picture, or been under way before."""
        early = len(self._good) < _FEWEST_BEFORE
        small = blob.area_px < _EARLY_SHARE * self.views.size[0] * self.views.size[1]
        return self._is_at_border(blob) or (early and small)

    def _is_at_border(self, blob: Blob) -> bool:
        """Tell whether a patch lies at the border, where new ground comes into the picture."""
        width, height = self.views.size
        reach = BORDER_SHARE * height
        x, y = blob.centre
        return min(x, y, width - 1 - x, height - 1 - y) < reach

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
        active = self._zone.mask
        for blob in blobs:
            mask = labels == blob.label
            if np.any(mask & active):
                self._zone.spread(mask)
                continue
            if np.any(mask & self._zone.drawn) or is_drawn(self.views, earlier[-1], view, mask):
                continue
            onset = self._began(mask, view, earlier[-1])
            since_s = self._since_first_s(onset)
            if since_s < _SETTLED_S or (since_s < _FADED_S and is_fading(picture, view, mask)):
                self._go_on(view, mask, blob)
            else:
                self._open(Cause.GRADUAL, onset, view, mask, blob)

    def _go_on(self, view: View, mask: Mask, blob: Blob) -> None:
        """Note a patch of what began before the first frame."""
        self._zone.spread(mask)
        self._going_on.append(GoingOn(view=view, blob=blob))

    def _since_first_s(self, index: int) -> float:
        return self._seconds(index) - self._seconds(self._first)

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
        """Tell whether something burns or smokes already, so that slow changes are its own.

        So they are where the picture was not held still.
        """
        began_s = [self._seconds(candidate.onset) for candidate in self._pending]
        began_s += [self._seconds(seen.onset) for seen in self._jury.strikes()]
        now_s = self._seconds(index)
        return any(now_s - at_s < _QUIET_S for at_s in (*began_s, self._misfit_s))

    # Candidates

    def _open(  # noqa: PLR0917 - one call site each for the two kinds of change
        self,
        cause: Cause,
        onset: int,
        view: View,
        mask: Mask,
        blob: Blob | None,
        *,
        hint: bool = False,
        close: bool = False,
    ) -> None:
        """Begin to watch a patch of change seen in `view`."""
        earlier = [other for other in self._good if other.index < onset]
        if not earlier or len(self._pending) >= _MOST_PENDING:
            return
        base = earlier[-1]
        chosen = [earlier[-lag] for lag in _BEFORE_LAGS if lag <= len(earlier)]
        before, valid = median_view(self.views, chosen, base)
        region = self.views.warp_mask(mask, view, base)
        compact = close  # it was found to be one patch
        if cause is Cause.SUDDEN and not close:
            compact = is_one_patch(self.views, self._good[-1], view, mask)
        candidate = Candidate(
            cause=cause,
            onset=onset,
            base=base,
            before=before,
            before_valid=valid,
            region=region,
            until_s=self._seconds(view.index) + self._rules.watched_s,
            strength=0.0 if blob is None else blob.strength,
            area_px=0 if blob is None else blob.area_px,
            hint=hint,
            close=close,
            compact=compact,
        )
        candidate.earlier.extend(earlier[-1 - _EARLIER_FRAMES : -1])
        candidate.early.extend(other for other in self._good if other.index >= onset)
        self._pending.append(candidate)
        self._zone.begin(base)
        if blob is not None and not close:
            self._zone.spread(mask)

    def _disturb(self, view: View) -> None:
        """Note a frame that cannot be compared; the first of a run opens a candidate."""
        if self._disturbed_since is None:
            self._disturbed_since = view.index
            for candidate in self._just_before(view.index):
                candidate.blinding = True
            if self._seconds(view.index) >= self._recovering_until_s:
                nowhere = np.zeros(self.views.size[::-1], dtype=np.bool_)
                self._open(Cause.DISTURBANCE, view.index, self._good[-1], nowhere, None)
            self._blinded_frames = 0
        self._blinded_frames += 1
        self._keep_blinded(view)
        wait = self._seconds(view.index) - self._seconds(self._disturbed_since)
        for candidate in self._pending:
            if candidate.onset <= self._disturbed_since:
                candidate.until_s += self._frame_seconds(view.index)
        if wait > _LONGEST_DISTURBANCE_S and self._scene.linked[view.index]:
            self._judge_blinded()
            self._good.clear()
            self._good.append(view)
            self._zone.clear()
            self._disturbed_since = None

    def _keep_blinded(self, view: View) -> None:
        """Keep the first frames of a disturbance, for the point."""
        for candidate in self._pending:
            late = len(candidate.blinded) >= _BLINDED_FRAMES
            if candidate.onset == self._disturbed_since and not late:
                candidate.blinded.append(view)

    def _judge_blinded(self) -> None:
        """Judge the candidates just before a disturbance that did not end."""
        since = self._disturbed_since
        if since is None or self._blinded_frames < _LEAST_BLINDED_FRAMES:
            return
        before = self._just_before(since)
        if before and self._has_jumped(min(one.onset for one in before), since):
            self._jury.judge_blinded(before)
        self._pending.clear()

    def _has_jumped(self, onset: int, since: int) -> bool:
        """Tell whether the picture broke down by a jump, and was not lost as the camera moved.

        Args:
            onset: First frame of what changed just before.
            since: First frame that could not be compared.
        """
        step, moments_s = self._scene.step, self._scene.pts * float(self._scene.time_base)
        frames = np.arange(len(step))
        ago_s = moments_s[onset] - moments_s
        usual = step[(frames > self._first) & (ago_s > 0.0) & (ago_s <= _CALM_S)]
        late_s = moments_s - moments_s[since]
        during = step[(frames >= onset) & (late_s <= _BLINDING_S)]
        if len(usual) == 0:
            return False
        return float(during.max()) >= _LEAST_JUMP * float(np.median(usual))

    def _judge_cut_off(self) -> None:
        """Judge the candidates after which the picture broke down for the rest of the shot."""
        if not self._good:
            return
        means, last = self._scene.luma_mean, self._good[-1].index
        cut_off = [
            candidate
            for candidate in self._pending
            if candidate.compact and not candidate.hint
            if self._seconds(last) - self._seconds(candidate.onset) < _BLINDING_S
            if abs(float(means[last]) - float(means[candidate.base.index])) > _BLINDED_LUMA
        ]
        if cut_off:
            self._jury.judge_blinded(cut_off)
            self._pending.clear()

    def _just_before(self, index: int) -> list[Candidate]:
        """Return the sudden patches of the moment before a frame."""
        return [
            candidate
            for candidate in self._pending
            if candidate.cause is Cause.SUDDEN
            and 0.0 < self._seconds(index) - self._seconds(candidate.onset) <= _BLINDING_S
        ]

    def _watch(self, view: View) -> None:
        for candidate in self._pending:
            if len(candidate.early) < _EARLY_FRAMES:
                candidate.early.append(view)
            young = self._seconds(view.index) - self._seconds(candidate.onset)
            if (view.index - candidate.onset) % 2 == 0 or young < _YOUNG_S:
                candidate.watch(self.views, view, self._rules)

    def _retire(self, index: int) -> None:
        """Judge the candidates that were watched long enough."""
        done = [c for c in self._pending if c.until_s < self._seconds(index)]
        self._pending = [c for c in self._pending if c.until_s >= self._seconds(index)]
        self._judge(done)

    def _judge(self, candidates: Iterable[Candidate]) -> None:
        """Judge candidates and let go of what was seen of them."""
        for candidate in candidates:
            self._jury.judge(candidate)
            candidate.sightings.clear()

    def _seconds(self, index: int) -> float:
        return self._scene.seconds(index)

    def _frame_seconds(self, index: int) -> float:
        return self._seconds(index) - self._seconds(max(index - 1, 0))
