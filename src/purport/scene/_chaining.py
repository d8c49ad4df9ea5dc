"""Second pass over a video: every frame is linked to its shot's anchor, across flashes too.

Each frame is followed from a *key*, a frame whose corners it can still see, so that drift grows
with the number of keys and not with the number of frames; a key seen again is used again. When a
frame cannot be followed the next ones wait until features match again (a disturbance) or it is
plain that they do not (a cut); then the frames that waited are linked backwards, or begin a shot.
"""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.scene._links import Links, between, inverse
from purport.scene._losses import (
    Attempt,
    Judgement,
    find_replacement,
    is_break,
    is_jump,
    judge_loss,
    should_attempt,
)
from purport.scene._matching import (
    Features,
    Reference,
    find_features,
    find_reference,
    match_features,
    recognise,
)
from purport.scene._overlays import OverlayMask
from purport.scene._shot_graphics import ShotGraphics
from purport.scene._survey import Survey
from purport.scene._tracking import (
    NEAR_LEVELS,
    Link,
    Track,
    Tracked,
    agreement,
    find_corners,
    follow,
    prepare,
)
from purport.scene._zooms import find_zoom, is_zoom
from purport.scene.records import Transition

__all__ = ["Chained", "Chainer", "ShotStart"]

_LEAST_CORNERS = 30
_RENEW_SHARE = 0.55
_RENEW_SEEN = 0.65
_REUSE_OVERLAP = 0.8
_REUSE_SHARE = 0.65
_MOST_KEYS = 24
_LONGEST_WAIT = 150
_BACKWARD_MISSES = 3
_MARGIN_PX = 4
_FAR_PX = 1e6
_MOST_EARLY = 40
_LEAST_AGREEMENT = 0.2
_KEPT_AGREEMENT = 0.25
_FOUND_AGREEMENT = 0.4
_DIM_AGREEMENT = 0.5
_DIM_SHARE = 0.15
_PATIENT_FRAMES = 24
_REMEMBERED = 50
_ZOOM_ATTEMPTS = 3
_SKIP_PX = 5.0
_SKIP_RATIO = 8.0
_SKIP_AGREEMENT = 0.75
_SKIP_LUMA = 12.0
_SKIP_SPREAD = 1.5
_SHORT_LOSS = 6
_LEAST_REMEMBERED = 5

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotStart:
    """Where a shot begins."""

    first: int
    """Its first frame."""
    begins_with: Transition
    """How it begins."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chained:
    """What the second pass found; matrices at working size."""

    starts: tuple[ShotStart, ...]
    """Where shots begin, in order."""
    anchors: tuple[int, ...]
    """Anchor frame of each shot."""
    to_anchor: Matrix
    """Homography to the anchor of the shot (n, 3, 3)."""
    sd_px: NDArray[np.float64]
    """Standard uncertainty at the picture's centre (n,). [px]"""
    linked: NDArray[np.bool_]
    """Whether the frame is linked (n,)."""
    overlays: tuple[OverlayMask, ...]
    """Burnt-in graphics of each shot, told from frames between which the camera moved."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Key:
    track: Track
    small: Image
    to_anchor: Matrix
    sd_px: float
    reference: Reference | None = None


@dataclass(slots=True, eq=False)
class _Loss:
    references: tuple[_Key, ...]
    frames: list[tuple[int, Image]] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    tried: Features | None = None
    sighted: int = 0
    unbroken: int = 0


class Chainer:
    """Links frames as they come, in presentation order.

    Args:
        survey: What the first pass found.
    """

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self._links = Links()
        self._starts = [ShotStart(first=0, begins_with=Transition.START)]
        self._anchors: list[int] = []
        self._keys: list[_Key] = []
        self._current: _Key | None = None
        self._last: tuple[Tracked, Image] | None = None
        self._motion: list[float] = []
        self._agreements: list[float] = []
        self._loss: _Loss | None = None
        self._size = (survey.shape[1], survey.shape[0])
        self._open: tuple[OverlayMask, OverlayMask, Image] | None = None
        self._graphics = ShotGraphics(survey.shape)
        self._sampled: int | None = None
        self._shown: Image | None = None
        self._shown_of: tuple[NDArray[np.bool_], OverlayMask] | None = None
        self._overlays: list[OverlayMask] = []
        self._early: list[tuple[Tracked, Image]] | None = []

    def feed(self, frame: Tracked, small: Image) -> None:
        """Take the next frame, made ready, with the picture at working size."""
        if self._early is not None:
            self._early.append((frame, small))
            if len(self._early) > _MOST_EARLY:
                self._early = None
        self._take(frame, small)

    def _take(self, frame: Tracked, small: Image) -> None:
        if self._loss is not None:
            self._wait(self._loss, frame, small)
            return
        if not self._advance(frame, small):
            self._loss = _Loss(self._references())
            self._wait(self._loss, frame, small)

    def finish(self) -> Chained:
        """Close the last shot and return everything."""
        if self._loss is not None and self._loss.frames:
            self._settle(self._loss, ended=True)
        self._close_shot()
        to_anchor, sd_px, linked = self._links.columns(self._survey.count)
        return Chained(
            starts=tuple(self._starts),
            anchors=tuple(self._anchors),
            to_anchor=to_anchor,
            sd_px=sd_px,
            linked=linked,
            overlays=tuple(self._overlays),
        )

    # Following

    def _advance(self, frame: Tracked, small: Image) -> bool:
        """Follow to the next frame; False when that fails."""
        if self._current is None:
            return self._begin(frame, small)
        if self._survey.is_blind(frame.index):
            return self._advance_dimly(self._current, frame)
        link = self._follow(self._current.track, frame, self._guess(self._current))
        if link is None and self._last is not None:
            link = self._follow_from_last(frame, *self._last)
        if link is None:
            return False
        key = self._current
        self._record(frame.index, key, link)
        if self._is_skip(frame):
            self._links.unlink(frame.index)
            self._restart([(frame.index, small)], frame.index, Transition.CUT)
            return True
        if link.share < _RENEW_SHARE or link.seen < _RENEW_SEEN:
            self._renew(frame, small)
        self._last = (frame, small)
        self._see_graphics(frame, small, key)
        return True

    def _advance_dimly(self, key: _Key, frame: Tracked) -> bool:
        """Follow to a frame that shows next to nothing, as the first of a blast may.

        Few corners stand out of its noise. As a picture it must agree with the others nearly as
        they do, and nothing is followed from it.
        """
        link = follow(
            key.track, frame, guess=self._guess(key), levels=NEAR_LEVELS, least_share=_DIM_SHARE
        )
        if link is None or not self._agrees(key.track.frame, frame, link, _DIM_AGREEMENT):
            return False
        self._links.link(frame.index, link, key=key.to_anchor, key_sd_px=key.sd_px)
        return True

    def _is_skip(self, frame: Tracked) -> bool:
        """Tell whether time was cut out of a view that stayed nearly the same.

        The view jumps by far more than it moves from frame to frame, and at the same moment the
        picture changes all over, though neither light nor contrast do, as they would in a blast.
        """
        if self._last is None or len(self._motion) < _LEAST_REMEMBERED:
            return False
        last, index = self._last[0], frame.index
        moved = self._moved(last.index, index)
        usual = float(np.median(self._motion)) * (index - last.index)
        if moved < max(_SKIP_PX, _SKIP_RATIO * usual):
            return False
        mean = self._survey.luma_mean[last.index : index + 1]
        spread = self._survey.luma_sd[last.index : index + 1]
        if np.ptp(mean) > _SKIP_LUMA or spread.max() > _SKIP_SPREAD * spread.min():
            return False
        onto = between(self._links.matrix(index), self._links.matrix(last.index))
        found = abs(agreement(frame, last, onto, self._usable_at(index)))
        return found < _SKIP_AGREEMENT * float(np.median(self._agreements))

    def _see_graphics(self, frame: Tracked, small: Image, key: _Key) -> None:
        """Learn about graphics from a linked frame; leave them out from then on.

        A shot's first frames were linked without knowing of them, and are linked once more.
        """
        index = frame.index
        moved = _FAR_PX if self._sampled is None else self._moved(self._sampled, index)
        if self._graphics.average(small, moved):
            self._sampled = index
        onto = between(key.to_anchor, self._links.matrix(index))
        away = self._links.moved_px(key.track.frame.index, index, self._size)
        told = self._graphics.compare(
            index, frame.picture, key.track.frame.picture, onto=onto, moved_px=away
        )
        mask = self._graphics.mask
        if mask is None:
            return
        throughout = self._survey.overlay
        if self._shown_of is None or not (
            mask is self._shown_of[0] and throughout is self._shown_of[1]
        ):
            self._shown_of = (mask, throughout)
            self._shown = _usable(mask | throughout.mask)
        if told and self._shown is not None:
            for other in self._keys:
                other.track = _without(other.track, self._shown)
        early, self._early = self._early, None
        if early is not None:
            self._link_again(early)

    def _link_again(self, frames: list[tuple[Tracked, Image]]) -> None:
        """Link the first frames of the shot again, now that its graphics are known."""
        for frame, _ in frames:
            self._links.unlink(frame.index)
        self._anchors = self._anchors[: len(self._starts) - 1]
        self._keys, self._current, self._last = [], None, None
        self._motion, self._agreements, self._sampled = [], [], None
        for frame, small in frames:
            self._take(frame, small)

    def _follow(
        self, track: Track, frame: Tracked, guess: Matrix, *, share: float = _KEPT_AGREEMENT
    ) -> Link | None:
        """Follow corners to a frame; None also when the pictures do not agree afterwards."""
        link = follow(track, frame, guess=guess, levels=NEAR_LEVELS)
        if link is None or link.share < _RENEW_SHARE:
            link = follow(track, frame, guess=guess)
        if link is None or not self._agrees(track.frame, frame, link, share):
            return None
        return link

    def _agrees(self, key: Tracked, frame: Tracked, link: Link, share: float) -> bool:
        """Tell whether two linked pictures agree nearly as well as others of the shot do."""
        found = abs(agreement(frame, key, link.matrix, self._usable_at(frame.index)))
        usual = float(np.median(self._agreements)) if self._agreements else 0.0
        if found <= max(_LEAST_AGREEMENT, share * usual):
            return False
        if self._loss is None:
            self._agreements.append(found)
            del self._agreements[:-_REMEMBERED]
        return True

    def _begin(self, frame: Tracked, small: Image) -> bool:
        """Make the first frame with enough corners the anchor of the shot."""
        blank = self._survey.is_blind(frame.index)
        track = find_corners(frame, self._usable_at(frame.index))
        if blank or len(track.corners) < _LEAST_CORNERS:
            started = self._starts[-1].first
            changed = frame.index > started and self._survey.alike[frame.index] < 0.25  # noqa: PLR2004
            return blank or not changed
        self._anchors.append(frame.index)
        self._current = _Key(track=track, small=small, to_anchor=np.eye(3), sd_px=0.0)
        self._keys = [self._current]
        self._links.anchor(frame.index)
        self._last = (frame, small)
        return True

    def _guess(self, key: _Key) -> Matrix:
        """Return about where the key's corners lie now: where they lay in the last frame."""
        if self._last is None:
            return np.eye(3)
        return between(key.to_anchor, self._links.matrix(self._last[0].index))

    def _follow_from_last(self, frame: Tracked, last: Tracked, small: Image) -> Link | None:
        """Follow from the frame before, which becomes a key when that works."""
        track = find_corners(last, self._usable_at(last.index))
        link = self._follow(track, frame, np.eye(3))
        if link is not None:
            self._add_key(track, small)
        return link

    def _add_key(self, track: Track, small: Image) -> _Key:
        index = track.frame.index
        key = _Key(
            track=track,
            small=small,
            to_anchor=self._links.matrix(index),
            sd_px=self._links.sd_px(index),
        )
        if len(self._keys) >= _MOST_KEYS:
            del self._keys[1]
        self._keys.append(key)
        self._current = key
        return key

    def _renew(self, frame: Tracked, small: Image) -> None:
        """Go over to an older key that shows the same part, else make this frame one."""
        here = self._links.matrix(frame.index)
        size = (frame.picture.shape[1], frame.picture.shape[0])
        older = [key for key in self._keys if key is not self._current]
        overlaps = [_overlap(between(here, key.to_anchor), size) for key in older]
        if overlaps and max(overlaps) > _REUSE_OVERLAP:
            key = older[int(np.argmax(overlaps))]
            link = self._follow(key.track, frame, between(key.to_anchor, here))
            if link is not None and link.share > _REUSE_SHARE:
                self._current = key
                self._record(frame.index, key, link)
                return
        track = find_corners(frame, self._usable_at(frame.index))
        if len(track.corners) >= _LEAST_CORNERS:
            self._add_key(track, small)

    def _record(self, index: int, key: _Key, link: Link) -> None:
        self._links.link(index, link, key=key.to_anchor, key_sd_px=key.sd_px)
        if self._last is not None and self._last[0].index == index - 1:
            self._motion.append(self._moved(index - 1, index))
            del self._motion[:-_REMEMBERED]

    def _moved(self, start: int, end: int) -> float:
        return self._links.moved_px(start, end, self._size)

    # Losing and finding

    def _wait(self, loss: _Loss, frame: Tracked, small: Image) -> None:
        """Keep a frame that could not be followed, try to find the place, judge the loss."""
        loss.frames.append((frame.index, small))
        if not self._survey.is_blind(frame.index):
            found = self._search(loss, frame)
            if found is not None:
                self._resume(loss, found)
                return
        self._settle(loss, ended=False)

    def _search(self, loss: _Loss, frame: Tracked) -> tuple[_Key, Link] | None:
        """Look for the place before the loss: by following, now and then by features."""
        share = _FOUND_AGREEMENT if loss.sighted < _PATIENT_FRAMES else 0.0
        if len(loss.frames) > 1:
            for key in loss.references:
                link = self._follow(key.track, frame, self._guess(key), share=share)
                if link is not None:
                    return key, link
        loss.sighted += 1
        # a picture that appears at once is tried as often as the first one
        loss.unbroken = 1 if is_break(self._survey, frame.index) else loss.unbroken + 1
        if not should_attempt(loss.unbroken - 1):
            return None
        features = find_features(frame.picture, self._usable_at(frame.index))
        for key in loss.references:
            link = recognise(features, self._reference_of(key))
            if link is not None and self._agrees(key.track.frame, frame, link, share):
                return key, link
        holds = loss.tried is not None and match_features(features, loss.tried) is not None
        if not holds or loss.tried is None:
            loss.tried = features
        zoomed = self._search_zoom(loss, frame) if len(loss.attempts) < _ZOOM_ATTEMPTS else None
        if zoomed is not None:
            return zoomed
        loss.attempts.append(Attempt(index=frame.index, features=len(features), holds=holds))
        return None

    def _search_zoom(self, loss: _Loss, frame: Tracked) -> tuple[_Key, Link] | None:
        """Look for the place before the loss magnified or reduced."""
        for key in loss.references:
            link = find_zoom(loss.frames[-1][1], key.small, self._usable_at(frame.index))
            if link is not None:
                return key, link
        return None

    def _references(self) -> tuple[_Key, ...]:
        """Return the frames to match to after a loss: the current key and the last linked frame."""
        if self._current is None or self._last is None:
            return ()
        key, (last, small) = self._current, self._last
        if last.index == key.track.frame.index:
            return (key,)
        return key, self._add_key(find_corners(last, self._usable_at(last.index)), small)

    def _reference_of(self, key: _Key) -> Reference:
        if key.reference is None:
            key.reference = find_reference(key.small, self._usable_at(key.track.frame.index))
        return key.reference

    def _resume(self, loss: _Loss, found: tuple[_Key, Link]) -> None:
        """Link the frame at which the place was found again, and those before it backwards."""
        key, coarse = found
        index, small = loss.frames[-1]
        first = loss.frames[0][0]
        frame = prepare(index, small)
        link = self._follow(key.track, frame, inverse(coarse.matrix)) or coarse
        self._record(index, key, link)
        if self._is_another_view(loss, frame):
            self._links.unlink(index)
            self._restart(loss.frames, first, Transition.CUT)
            return
        self._loss = None
        track = find_corners(frame, self._usable_at(index))
        if len(track.corners) >= _LEAST_CORNERS:
            self._add_key(track, small)
        self._link_backwards(frame, loss.frames[:-1])
        self._last = (frame, small)

    def _is_another_view(self, loss: _Loss, frame: Tracked) -> bool:
        """Tell whether the place was found again in another view, so that the loss was a cut."""
        first, index = loss.frames[0][0], frame.index
        if not self._links.is_linked(first - 1):
            return False
        step = between(self._links.matrix(index), self._links.matrix(first - 1))
        if is_zoom(step, self._size):
            return False
        usual = float(np.median(self._motion)) if self._motion else 0.0
        moved = self._moved(first - 1, index)
        if is_jump(self._survey, first, moved, usual * (index - first + 1)):
            return True
        return len(loss.frames) <= _SHORT_LOSS and self._is_skip(frame)

    def _link_backwards(self, frame: Tracked, waiting: list[tuple[int, Image]]) -> None:
        """Follow from a frame found again to the frames before it, until that fails."""
        track = find_corners(frame, self._usable_at(frame.index))
        start = _Key(
            track=track,
            small=waiting[0][1] if waiting else np.empty((0, 0), np.uint8),
            to_anchor=self._links.matrix(frame.index),
            sd_px=self._links.sd_px(frame.index),
        )
        guess, misses = np.eye(3), 0
        for index, small in reversed(waiting):
            link = self._follow(track, prepare(index, small), guess)
            if link is None:
                misses += 1
                if misses >= _BACKWARD_MISSES:
                    return
                continue
            self._links.link(index, link, key=start.to_anchor, key_sd_px=start.sd_px)
            guess, misses = inverse(link.matrix), 0

    def _settle(self, loss: _Loss, *, ended: bool) -> None:
        """End a loss that proves to be a cut or fade; let the oldest frames go when it lasts."""
        first, last = loss.frames[0][0], loss.frames[-1][0]
        judgement = judge_loss(
            self._survey,
            first,
            loss.attempts,
            last=last,
            features_before=self._most_features(loss) if loss.attempts else 0,
            ended=ended,
        )
        if judgement is Judgement.CUT:
            self._restart(loss.frames, first, Transition.CUT)
        elif judgement is Judgement.FADE:
            self._restart(loss.frames, first, Transition.FADE)
        elif not self._begin_replaced(loss) and len(loss.frames) > _LONGEST_WAIT:
            del loss.frames[1 : len(loss.frames) // 2]

    def _begin_replaced(self, loss: _Loss) -> bool:
        """Begin a shot where another picture took the place of one that was lost anyway."""
        begins = find_replacement(
            self._survey,
            loss.frames[0][0],
            loss.attempts,
            last=loss.frames[-1][0],
            features_before=self._most_features(loss) if loss.attempts else 0,
        )
        if begins is None:
            return False
        kept = [(index, small) for index, small in loss.frames if index >= begins]
        self._restart(kept, begins, Transition.CUT)
        return True

    def _most_features(self, loss: _Loss) -> int:
        return max((len(self._reference_of(key)) for key in loss.references), default=0)

    def _restart(
        self, frames: list[tuple[int, Image]], first: int, begins_with: Transition
    ) -> None:
        """Begin a new shot at `first` and feed it the frames that waited."""
        self._close_shot()
        self._starts.append(ShotStart(first=first, begins_with=begins_with))
        self._keys, self._current, self._last = [], None, None
        self._motion, self._agreements, self._loss = [], [], None
        self._early = []
        for index, small in frames:
            self.feed(prepare(index, small), small)

    def _close_shot(self) -> None:
        """Tell its graphics; a shot without a frame to anchor on is anchored on its first."""
        self._overlays.append(self._graphics.finish())
        self._graphics, self._sampled = ShotGraphics(self._survey.shape), None
        if len(self._anchors) < len(self._starts):
            first = self._starts[-1].first
            self._anchors.append(first)
            self._links.anchor(first)

    def _usable_at(self, index: int) -> Image:
        """Return the pixels to work with in a frame: 0 on graphics and at borders."""
        if self._shown is not None:
            return self._shown
        here, throughout = self._survey.graphics_at(index)
        if self._open is None or not (here is self._open[0] and throughout is self._open[1]):
            self._open = (here, throughout, _usable(here.mask | throughout.mask))
        return self._open[2]


def _overlap(matrix: Matrix, size: tuple[int, int]) -> float:
    """Return the share of a picture that another one covers."""
    width, height = size
    frame = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = cv2.perspectiveTransform(frame[:, None].astype(np.float64), matrix)
    polygon = moved[:, 0].astype(np.float32)
    if not cv2.isContourConvex(polygon):
        return 0.0
    area, _ = cv2.intersectConvexConvex(polygon, frame)
    return float(area) / max(float(cv2.contourArea(polygon)), float(width * height))


def _without(track: Track, usable: Image) -> Track:
    """Leave out the corners that lie where `usable` is 0."""
    columns, rows = track.corners[:, 0].round().astype(np.int64).T
    return replace(track, corners=track.corners[usable[rows, columns] > 0])


def _usable(overlay: NDArray[np.bool_]) -> Image:
    usable = np.where(overlay, 0, 255).astype(np.uint8)
    usable[:_MARGIN_PX] = usable[-_MARGIN_PX:] = 0
    usable[:, :_MARGIN_PX] = usable[:, -_MARGIN_PX:] = 0
    return usable
