"""The ladder of ways to match, from the cheapest and best known to the last resort.

Each rung looks at a shot by itself and says how many points agree on one view, and how many do
with the mirrored picture. A rung is climbed only when the ones below it were not accepted.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._acceptance import AcceptanceRule, stands_above_chance
from purport.checks.place._features import Features, detect_features, take
from purport.checks.place._scouting import Scouted, scout, scout_views
from purport.checks.place._views import Mapped, View
from purport.checks.place.learned import LearnedMatcher, scout_learned
from purport.checks.place.structure import scout_structure

__all__ = [
    "Look",
    "Matching",
    "Rung",
    "affine_look",
    "feature_look",
    "learned_look",
    "structure_look",
]

FloatArray = NDArray[np.float64]

_POOLED_VIEWS = 3
_SCOUT_FEATURES = 1500
_TILT = 2.0
"""Stretch that makes up for foreshortening: 60 degrees, within a factor of 1.4: 45 to 69."""
_LARGEST_STRETCHED_PX = 1.1e6
"""Largest stretched picture; one of 640×360 px has 1.0e6 at most. [px²]"""
_TILT_AZIMUTHS_DEG = (90.0, 0.0, 45.0, 135.0)
"""Directions of the stretch, clockwise from the x axis: a level camera foreshortens downwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """How to look."""

    frame_features: int
    """Distinctive points of a frame, at most."""
    ratio: float
    """Of descriptor distances, best to second best."""
    threshold_px: float
    """Largest residual of a right match in the picture. [px]"""
    rule: AcceptanceRule
    """What stands above chance."""
    seed: int
    """Of the random samples."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What one rung found."""

    place: int
    """Place among the views of the one that the homography belongs to."""
    found: Scouted
    """What it found, in that view."""
    again: Callable[[View], Scouted]
    """Looks at another view by itself in the same way, in the polarity found."""


Rung = Callable[[Sequence[View], Mapped, Matching], Look]
"""One way to look."""


def feature_look(views: Sequence[View], mapped: Mapped, matching: Matching) -> Look:
    """Match the richest view asked alone; where it stays at the chance level, several together."""
    asked = [place for place, view in enumerate(views) if view.asked]
    place = max(asked, key=lambda each: len(views[each].features))
    width_px = views[place].luma.shape[1]
    found = _scout(_fewer(views[place].features), mapped, matching, width_px=width_px)
    if len(views) > 1 and not _stands(found, matching):
        richest = sorted(range(len(views)), key=lambda each: -len(views[each].features))
        richest = richest[:_POOLED_VIEWS]
        found = scout_views(
            [views[each] for each in sorted(richest)],
            mapped,
            width_px=width_px,
            ratio=matching.ratio,
            threshold_px=matching.threshold_px,
            seed=matching.seed,
        )
        if found.matrix is not None:
            found = replace(found, matrix=found.matrix @ views[place].to_anchor)

    def again(view: View) -> Scouted:
        return scout(
            _fewer(view.features),
            mapped,
            width_px=width_px,
            ratio=matching.ratio,
            threshold_px=matching.threshold_px,
            seed=matching.seed,
            polarities=(found.polarity,),
            decoys=False,
        )

    return Look(place=place, found=found, again=again)


def affine_look(views: Sequence[View], mapped: Mapped, matching: Matching) -> Look:
    """Match the richest view stretched, as if it were seen from nearer to straight above.

    The directions are tried in turn until one stands above chance, which is the most that the
    mirrored picture reached in any of them.

    References:
        Yu and Morel (2011), ASIFT: an algorithm for fully affine invariant comparison.
    """
    place = int(np.argmax([len(view.features) for view in views]))
    best: tuple[Scouted, FloatArray] | None = None
    chance = tentative = 0
    for stretch in _stretches():
        found = _look_stretched(views[place], mapped, matching, stretch=stretch)
        chance = max(chance, found.decoy_inliers)
        tentative += found.tentative
        if best is None or found.inliers > best[0].inliers:
            best = (found, stretch)
        if _stands(replace(best[0], decoy_inliers=chance), matching):
            break
    if best is None:
        message = "no direction was given to stretch in"
        raise ValueError(message)
    found, stretch = best

    def again(view: View) -> Scouted:
        return _look_stretched(view, mapped, matching, stretch=stretch, alone=found)

    return Look(
        place=place,
        found=replace(found, tentative=tentative, decoy_inliers=chance, rung="affine features"),
        again=again,
    )


def structure_look(views: Sequence[View], mapped: Mapped, matching: Matching) -> Look:
    """Match the richest view by the directions of its edges, whatever its tones."""
    place = int(np.argmax([len(view.features) for view in views]))

    def look(view: View, *, decoys: bool) -> Scouted:
        found = scout_structure(
            view,
            mapped,
            threshold_px=matching.threshold_px,
            seed=matching.seed,
            decoys=decoys,
        )
        return replace(found, rung="structure")

    return Look(
        place=place,
        found=look(views[place], decoys=True),
        again=lambda view: look(view, decoys=False),
    )


def learned_look(
    views: Sequence[View], mapped: Mapped, matching: Matching, *, matcher: LearnedMatcher
) -> Look:
    """Match the richest view by a model that the user provides."""
    place = int(np.argmax([len(view.features) for view in views]))

    def look(view: View, *, decoys: bool) -> Scouted:
        return scout_learned(
            view,
            mapped,
            matcher,
            threshold_px=matching.threshold_px,
            seed=matching.seed,
            decoys=decoys,
        )

    return Look(
        place=place,
        found=look(views[place], decoys=True),
        again=lambda view: look(view, decoys=False),
    )


def _stretches() -> Iterator[FloatArray]:
    """Yield matrices that stretch a picture along one direction (2, 2)."""
    for azimuth_deg in _TILT_AZIMUTHS_DEG:
        along = np.array([math.cos(math.radians(azimuth_deg)), math.sin(math.radians(azimuth_deg))])
        yield np.eye(2) + (_TILT - 1.0) * np.outer(along, along)


def _look_stretched(
    view: View,
    mapped: Mapped,
    matching: Matching,
    *,
    stretch: FloatArray,
    alone: Scouted | None = None,
) -> Scouted:
    """Look for a view as it appears stretched; with `alone`, only in its polarity."""
    height, width = view.luma.shape
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], float)
    there = corners @ stretch.T
    # Finding points takes some 240 bytes a pixel; what is larger is reduced.
    reduced = min(1.0, math.sqrt(_LARGEST_STRETCHED_PX / float(np.prod(np.ptp(there, axis=0)))))
    there *= reduced
    low = there.min(axis=0)
    size = np.ceil(there.max(axis=0) - low).astype(int) + 1
    matrix = np.eye(3)
    matrix[:2, :2] = reduced * stretch
    matrix[:2, 2] = -low
    sized = (int(size[0]), int(size[1]))
    luma = cv2.warpAffine(view.luma, matrix[:2], sized, flags=cv2.INTER_LINEAR)
    usable = cv2.warpAffine(
        view.usable.astype(np.uint8), matrix[:2], sized, flags=cv2.INTER_NEAREST
    )
    features = detect_features(
        np.asarray(luma, dtype=np.uint8),
        np.asarray(usable, dtype=bool),
        most=matching.frame_features,
    )
    if alone is None:
        found = _scout(_fewer(features), mapped, matching, width_px=sized[0])
    else:
        found = scout(
            _fewer(features),
            mapped,
            width_px=sized[0],
            ratio=matching.ratio,
            threshold_px=matching.threshold_px,
            seed=matching.seed,
            polarities=(alone.polarity,),
            decoys=False,
        )
    if found.matrix is None:
        return found
    whole = found.matrix @ matrix
    return replace(found, matrix=np.asarray(whole / whole[2, 2], dtype=np.float64))


def _scout(features: Features, mapped: Mapped, matching: Matching, *, width_px: int) -> Scouted:
    return scout(
        features,
        mapped,
        width_px=width_px,
        ratio=matching.ratio,
        threshold_px=matching.threshold_px,
        seed=matching.seed,
    )


def _stands(found: Scouted, matching: Matching) -> bool:
    return stands_above_chance(found.inliers, found.decoy_inliers, matching.rule)


def _fewer(features: Features) -> Features:
    """Return the points thinned evenly to what a first look needs."""
    count = min(len(features), _SCOUT_FEATURES)
    return take(features, np.linspace(0, len(features) - 1, count).round().astype(np.intp))
