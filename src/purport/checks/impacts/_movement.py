"""How much of what can be followed in a picture moves against the rest of it.

Seen from the air the ground is nearly one plane: held still, its corners stay where they are, but
for vehicles and what burns. Near the camera people, hands and what stands at another distance move
against the rest, slowly and softly often, so that few pixels change by much from one frame to the
next; followed from corner to corner it shows all the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._changes import match_tones
from purport.checks.impacts._judging import Seen
from purport.checks.impacts._views import View, Views
from purport.checks.impacts._zones import grow
from purport.scene import Scene

__all__ = ["Followed", "Movement", "follow"]

_LAG_S = 0.3
"""Time over which movement is told. [s]"""
_MOST_LAG_S = 0.5
"""Longest such time; frames farther apart are not compared. [s]"""
_EVERY_S = 0.15
"""Time from one look to the next. [s]"""
_SPEED = 1 / 48
"""Speed against the rest from which a corner moves: 2 px in 0.3 s at a picture width of 320.
[picture widths/s]"""
_LEAST_SHARE = 0.05
"""Share of the corners that move from which the picture does."""
_LOOKS_ASIDE = 2
"""Looks on either side with which one look is weighed: about half a second."""
_FEWEST_MOVING = 6
"""Corners that move, below which it is a thing and not the picture: a vehicle on bare ground."""
_BEFORE_S = 1.0
"""Time before a strike in which that is told; what it throws up moves afterwards, too. [s]"""
_MOST_CORNERS, _FEWEST_CORNERS = 600, 20
_CORNER_SLOPE = 2.0
"""Least slope of tones at a corner in any direction, above that of noise. [grey levels/px]"""
_CORNERS_APART = 1 / 36
"""Least distance of corners, so that they tell of area and not of contrast. [picture widths]"""
_BLOCK_PX = 3
_WINDOW_PX = 11
_LEVELS = 3
_STEPS, _STEP_PX = 20, 0.03
_RETURN_PX = 0.7
"""How near a corner must come back when it is followed back. [px]"""
_EDGE_PX = 7
_EFFECT_PX = 10
"""What an effect may have spread by, beside its own radius. [px]"""

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """Corners that were followed from one picture to another."""

    points: Points
    """Where they were (n, 2). [px]"""
    moves: Points
    """By how much they moved against the rest (n,). [px]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    start: int
    end: int
    corners: Points  # in the anchor's view (n, 2)
    moved: Mask  # (n,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Effect:
    onset: int
    to_base: NDArray[np.float64]  # from the anchor's view to that in which the strike began
    reach: Mask  # where it may have spread there


class Movement:
    """Gathers how much moves in one shot.

    Args:
        scene: The scene.
        views: The views of the shot.
    """

    def __init__(self, scene: Scene, views: Views) -> None:
        self._scene = scene
        self._views = views
        self._looks: list[_Look] = []
        self._effects: list[_Effect] = []

    def add(self, good: Sequence[View], view: View) -> None:
        """Look at a view, if it is time to, against one of the earlier ones; frames in order."""
        now_s = self._scene.seconds(view.index)
        if self._looks and now_s - self._scene.seconds(self._looks[-1].end) < _EVERY_S:
            return
        earlier = self._some_before(good, now_s)
        if earlier is None:
            return
        picture, valid = self._views.warp(earlier, view)
        expected, sound = match_tones(picture, view.picture, np.flatnonzero(valid))
        if not sound:
            return
        tones = np.clip(np.rint(expected), 0, 255).astype(np.uint8)
        followed = follow(tones, view.picture, valid)
        if len(followed.moves) < _FEWEST_CORNERS:
            return
        lag_s = now_s - self._scene.seconds(earlier.index)
        corners = cv2.perspectiveTransform(followed.points[:, None], view.to_anchor)[:, 0]
        self._looks.append(
            _Look(
                start=earlier.index,
                end=view.index,
                corners=np.asarray(corners, dtype=np.float32),
                moved=followed.moves > _SPEED * self._views.size[0] * lag_s,
            )
        )

    def _some_before(self, good: Sequence[View], now_s: float) -> View | None:
        """Return the latest view that is old enough and not too old; None where there is none."""
        ages_s = (now_s - self._scene.seconds(view.index) for view in good)
        fit = [
            view for view, age_s in zip(good, ages_s, strict=True) if _LAG_S <= age_s <= _MOST_LAG_S
        ]
        return fit[-1] if fit else None

    def told(self, strikes: Sequence[Seen]) -> tuple[Seen, ...]:
        """Return the strikes before whose moment little moved, beside what those have left.

        Args:
            strikes: Strikes of the shot, by onset.
        """
        told: list[Seen] = []
        self._effects.clear()
        for seen in strikes:
            effect = _effect_of(seen)
            if not self._is_stirring(seen, [*self._effects, effect]):
                told.append(seen)
                self._effects.append(effect)
        return tuple(told)

    def _is_stirring(self, seen: Seen, effects: Sequence[_Effect]) -> bool:
        onset_s = self._scene.seconds(seen.onset)
        base = seen.candidate.base.index
        before = [
            look
            for look in self._looks
            if look.end <= base and onset_s - self._scene.seconds(look.end) <= _BEFORE_S
        ]
        shares = [_share(look, effects) for look in before]
        return bool(shares) and float(np.median(shares)) > _LEAST_SHARE

    def frames(self) -> NDArray[np.intp]:
        """Return the frames about which much moves, beside what the strikes told have left."""
        moving = np.zeros(self._scene.frames, dtype=np.bool_)
        shares = [_share(look, self._effects) for look in self._looks]
        for place, look in enumerate(self._looks):
            about = shares[max(place - _LOOKS_ASIDE, 0) : place + _LOOKS_ASIDE + 1]
            if float(np.median(about)) > _LEAST_SHARE:
                moving[look.start : look.end + 1] = True
        return np.flatnonzero(moving & self._scene.linked)


def _effect_of(seen: Seen) -> _Effect:
    radius = math.sqrt(np.count_nonzero(seen.region) / math.pi)
    return _Effect(
        onset=seen.onset,
        to_base=np.asarray(np.linalg.inv(seen.candidate.base.to_anchor), dtype=np.float64),
        reach=grow(seen.region | seen.lasting, _EFFECT_PX + int(radius)),
    )


def _share(look: _Look, effects: Sequence[_Effect]) -> float:
    """Return the share of the corners that moved, outside of what strikes have left.

    It is 0 where so few moved that they may be one thing.
    """
    kept = np.ones(len(look.moved), dtype=np.bool_)
    for effect in effects:
        if effect.onset <= look.end:
            there = cv2.perspectiveTransform(look.corners[:, None], effect.to_base)[:, 0]
            kept &= ~_lie_in(effect.reach, np.asarray(there, dtype=np.float32))
    moved = int(np.count_nonzero(look.moved & kept))
    return moved / int(np.count_nonzero(kept)) if moved >= _FEWEST_MOVING else 0.0


def follow(earlier: Image, later: Image, valid: Mask) -> Followed:
    """Follow corners from one picture to another, there and back, and take the common move out.

    Args:
        earlier: Earlier picture, in the view and at the tones of the later one.
        later: The later picture.
        valid: Where both show ground (height, width).
    """
    square = np.ones((_EDGE_PX, _EDGE_PX), np.uint8)
    where = cv2.erode(valid.astype(np.uint8), square)
    found = _find_corners(earlier, where)
    if len(found) == 0:
        return Followed(points=np.zeros((0, 2), np.float32), moves=np.zeros(0, np.float32))
    there, seen = _track(earlier, later, found)
    back, seen_back = _track(later, earlier, there)
    kept = seen & seen_back & (np.hypot(*(back - found)[:, 0].T) < _RETURN_PX)
    kept &= _lie_in(valid, there[:, 0])
    moves = (there - found)[kept, 0]
    apart = moves - np.median(moves, axis=0) if len(moves) else moves
    return Followed(
        points=np.asarray(found[kept, 0], dtype=np.float32),
        moves=np.asarray(np.hypot(*apart.T), dtype=np.float32),
    )


def _find_corners(picture: Image, where: NDArray[np.uint8]) -> Points:
    """Find corners (n, 1, 2) by slopes alone, however sharp the sharpest one is."""
    sharpness = cv2.cornerMinEigenVal(picture, _BLOCK_PX)
    sharpest = float(sharpness[where > 0].max(initial=0.0))
    least = (_BLOCK_PX * 8.0 * _CORNER_SLOPE / (_BLOCK_PX * 4.0 * 255.0)) ** 2  # OpenCV's scale
    if sharpest <= least:
        return np.zeros((0, 1, 2), dtype=np.float32)
    found = cv2.goodFeaturesToTrack(
        picture,
        _MOST_CORNERS,
        least / sharpest,
        round(_CORNERS_APART * picture.shape[1]),
        mask=where,
        blockSize=_BLOCK_PX,
    )
    return np.asarray(found, dtype=np.float32)


def _track(one: Image, other: Image, points: Points) -> tuple[Points, Mask]:
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _STEPS, _STEP_PX)
    moved, seen, _ = cv2.calcOpticalFlowPyrLK(
        one,
        other,
        points,
        np.empty_like(points),
        winSize=(_WINDOW_PX, _WINDOW_PX),
        maxLevel=_LEVELS,
        criteria=criteria,
    )
    return np.asarray(moved, dtype=np.float32), np.asarray(seen[:, 0] > 0, dtype=np.bool_)


def _lie_in(mask: Mask, points: Points) -> Mask:
    """Tell which points (n, 2) lie in a mask."""
    height, width = mask.shape
    columns, rows = np.rint(points).T.astype(np.intp)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    inside[inside] = mask[rows[inside], columns[inside]]
    return np.asarray(inside, dtype=np.bool_)
