"""The flash that blinds a camera, sought in the last frames before the picture is lost.

A flash is small in its first frame, and the glare that follows lays a veil over the whole picture
before it drowns it. Beneath the veil the flash still outshines the ground; whether a patch is the
flash is told by the ground there when the picture is seen again: it has changed to stay.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._candidates import Candidate, Cause
from purport.checks.impacts._changes import compare, find_blobs
from purport.checks.impacts._veils import link_veiled
from purport.checks.impacts._views import View, Views
from purport.checks.impacts._zones import grow
from purport.scene import Scene

__all__ = ["Glimpse", "find_glimpse"]

_SCORES = (6.0, 3.0)
"""Change over its noise from which a pixel belongs to a flash; the second where the first finds
none, as on ground full of edges."""
_MOST_NOISE = 8.0
"""Noise of a comparison from which the picture has broken up and shows no flash. [grey levels]"""
_LEAST_AREA_PX = 6
_REACH_PX = 2
_SUPPORTED = 0.5
"""Share of a flash's patch that must have changed when the picture is seen again."""
_PEAK = 40.0
"""Least peak of a flash that nothing supports. [grey levels]"""
_OUTDOES = 3.0
"""Strength of such a flash over that of what moved in the frames before."""
_SOON_FRAMES = 3
"""Frames of a disturbance's beginning in which a flash is still small."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glimpse:
    """A flash as it was glimpsed just before the picture was lost."""

    before: View
    """The last frame without it."""
    view: View
    """The frame that shows it."""
    region: Mask
    """Where, in the view before."""
    strength: float
    """Sum of its absolute residuals. [grey levels · px]"""
    peak: float
    """Its largest absolute residual. [grey levels]"""
    supported: bool
    """Whether the ground there was changed when the picture was seen again."""

    def begin(self, disturbance: Candidate) -> Candidate:
        """Return the disturbance as a strike that was seen to begin."""
        return replace(
            disturbance,
            cause=Cause.SUDDEN,
            onset=self.view.index,
            base=self.before,
            region=self.region,
            strength=self.strength,
            early=[self.view, *disturbance.early],
            sightings=[],
        )


def find_glimpse(scene: Scene, views: Views, candidate: Candidate, changed: Mask) -> Glimpse | None:
    """Find the flash that blinded the camera; None where no frame shows it.

    It is the strongest patch of the last frames that lies where the ground is changed afterwards.
    Where none does (the link across the blinding may be off), it is the strongest that outdoes by
    far whatever moved before.

    Args:
        scene: The scene.
        views: The views of the shot.
        candidate: A disturbance.
        changed: Where the ground was changed afterwards, in the base view.
    """
    there = grow(changed, _REACH_PX)
    pairs = list(_pairs(scene, views, candidate))
    for score in _SCORES:
        found = [
            _strongest(views, candidate.base, pair, there=there, score=score) for pair in pairs
        ]
        glimpses = [glimpse for glimpse in found if glimpse is not None]
        kept = [one for one in glimpses if one.supported] or _outstanding(glimpses)
        if kept:
            return max(kept, key=lambda glimpse: glimpse.strength)
    return None


def _outstanding(glimpses: Sequence[Glimpse]) -> list[Glimpse]:
    """Return those that outdo by far what moved in the frames before them."""
    kept, usual = [], 0.0
    for one in glimpses:
        if one.peak > _PEAK and one.strength > _OUTDOES * usual:
            kept.append(one)
        usual = max(usual, one.strength)
    return kept


def _strongest(
    views: Views, base: View, pair: tuple[View, View], *, there: Mask, score: float
) -> Glimpse | None:
    """Return the strongest patch of a frame, a supported one before all others."""
    before, view = pair
    picture, valid = views.warp(before, view)
    change = compare(picture, view.picture, valid, threshold=score)
    if change.noise > _MOST_NOISE:
        return None
    blobs, labels = find_blobs(change, ~views.clear, threshold=score, least_area_px=_LEAST_AREA_PX)
    where = views.warp_mask(there, base, view)
    glimpses = []
    for blob in blobs:
        patch = labels == blob.label
        glimpses.append(
            Glimpse(
                before=before,
                view=view,
                region=views.warp_mask(patch, view, before),
                strength=blob.strength,
                peak=blob.peak,
                supported=bool(
                    np.count_nonzero(patch & where) >= _SUPPORTED * np.count_nonzero(patch)
                ),
            )
        )
    return max(glimpses, key=lambda one: (one.supported, one.strength), default=None)


def _pairs(scene: Scene, views: Views, candidate: Candidate) -> Iterator[tuple[View, View]]:
    """Yield the last frames before and the first of the disturbance, each with one before it."""
    good = [*candidate.earlier, candidate.base]
    yield from pairwise(good)
    soon = [view for view in candidate.early if view.index <= candidate.onset + _SOON_FRAMES]
    for view in (*candidate.blinded, *soon):
        linked = view if scene.linked[view.index] else link_veiled(views, candidate.base, view)
        if linked is not None:
            yield candidate.base, linked
