"""Candidates for strikes, each watched for a second to see whether its change stays on the ground.

A glint is gone after some frames, a vehicle has driven on, an exposure step leaves nothing local; a
blast leaves fire, smoke or a scar. What was seen is gathered in the view of the last good frame
before the onset (the *base*).
"""

from dataclasses import dataclass, field
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._changes import compare, look_closer
from purport.checks.impacts._structure import find_lost_texture
from purport.checks.impacts._views import View, Views

__all__ = ["Candidate", "Cause", "Rules", "Sighting"]

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Float = NDArray[np.float32]

_MOST_LOST = 0.8
_GONE_SHARE = 0.3
_SPENT_SHARE = 0.1
_LAST_SIGHTINGS = 3
_CLEAR_NOISE = 4.5
_LEAST_SMOKE_PX = 100


class Cause(StrEnum):
    """What gave a candidate away."""

    SUDDEN = "sudden"
    """A local change from one frame to the next."""
    GRADUAL = "gradual"
    """A local change over several frames."""
    DISTURBANCE = "disturbance"
    """The whole picture was disturbed, and a local change was there afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The parameters of the scan; sizes at scanning width."""

    sudden_score: float
    gradual_score: float
    kept_score: float
    least_area_px: int
    least_grown_px: int
    watched_s: float
    kept_share: float
    disturbed_share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sighting:
    """The change at one moment, in the base view."""

    index: int
    """Frame index."""
    changed: Mask
    """Where tone or texture differ from before (height, width)."""
    residual: Float
    """Residuals (height, width)."""
    valid: Mask
    """Where both moments show ground."""
    noise: float
    """Standard deviation of the residual where nothing changed. [grey levels]"""


@dataclass(slots=True, kw_only=True, eq=False)
class Candidate:
    """A possible strike while it is watched."""

    cause: Cause
    """What gave it away."""
    onset: int
    """First frame that shows it."""
    base: View
    """Last good frame before."""
    before: Image
    """The ground before, in the base view."""
    before_valid: Mask
    """Where that is known."""
    region: Mask
    """Where the change began, in the base view; nowhere yet for a disturbance."""
    until_s: float
    """When watching ends."""
    strength: float = 0.0
    """Sum of its absolute residuals at the onset. [grey levels · px]"""
    area_px: int = 0
    """Largest patch of its first moments."""
    blinding: bool = False
    """Whether the picture broke down just after the onset."""
    hint: bool = False
    """Whether it only tells where a disturbance began, if one follows."""
    close: bool = False
    """Whether it only stood out when looked at closely."""
    compact: bool = False
    """Whether it is one strong patch, lighter or darker throughout."""
    earlier: list[View] = field(default_factory=list)
    """The last good frames before `base`, in order: a flash may show there before it blinds."""
    blinded: list[View] = field(default_factory=list)
    """The first frames of the disturbance that it began with, be they linked or not."""
    early: list[View] = field(default_factory=list)
    """The first good frames from the onset on, for the point."""
    sightings: list[Sighting] = field(default_factory=list)
    """What was seen later."""

    def watch(self, views: Views, view: View, rules: Rules) -> None:
        """Look at the base's ground again."""
        picture, seen = views.warp(view, self.base)
        valid = seen & self.before_valid
        change = compare(self.before, picture, valid, threshold=rules.kept_score)
        if self.close:
            change = look_closer(change)
        changed = find_lost_texture(self.before, picture, valid)
        if self.cause is Cause.GRADUAL or (
            self.cause is Cause.SUDDEN and self.area_px < _LEAST_SMOKE_PX
        ):
            changed[:] = False
        lost = int(np.count_nonzero(changed)) / max(int(np.count_nonzero(valid)), 1)
        if change.sound and change.share < rules.disturbed_share:
            changed |= np.abs(change.score) > rules.kept_score
        elif lost > _MOST_LOST:
            return
        self.sightings.append(
            Sighting(
                index=view.index,
                changed=changed,
                residual=change.residual,
                valid=valid,
                noise=change.noise,
            )
        )

    def is_gone(self) -> bool:
        """Tell whether the change was no longer where it began soon after the onset."""
        seen = [int(np.count_nonzero(look.changed & self.region)) for look in self.sightings[:3]]
        soon = [
            count
            for count, look in zip(seen[1:], self.sightings[1:3], strict=True)
            if look.noise < _CLEAR_NOISE
        ]
        return bool(soon) and all(count <= _GONE_SHARE * seen[0] for count in soon)

    def is_clear(self) -> bool:
        """Tell whether the ground could be compared well to the end."""
        return max(look.noise for look in self.sightings[-_LAST_SIGHTINGS:]) < _CLEAR_NOISE

    def is_spent(self) -> bool:
        """Tell whether one small patch had faded where it began when it was last seen, as a flare.

        A larger burst may do so too, and yet leave smoke beside.
        """
        if not self.compact or self.area_px >= _LEAST_SMOKE_PX:
            return False
        seen = [int(np.count_nonzero(look.changed & self.region)) for look in self.sightings]
        return max(seen[-_LAST_SIGHTINGS:]) < _SPENT_SHARE * max(seen)

    def lasting(self, rules: Rules) -> Mask:
        """Return where the change was seen in most sightings and in the last ones."""
        late = self.sightings[-max(1, len(self.sightings) // 3) :]
        return self._share(self.sightings, rules) & self._share(late, rules)

    def _share(self, sightings: list[Sighting], rules: Rules) -> Mask:
        changed = np.sum([s.changed for s in sightings], axis=0)
        seen = np.sum([s.valid for s in sightings], axis=0)
        mask = (changed >= rules.kept_share * np.maximum(seen, 1)) & (seen > 0)
        closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
        return np.asarray(closed > 0, dtype=np.bool_)

    def mean_change(self) -> Float:
        """Return the mean absolute residual over the sightings, in the base view. [grey levels]"""
        total = np.zeros(self.before.shape, dtype=np.float32)
        for sighting in self.sightings:
            total += np.abs(sighting.residual)
        return total / np.float32(max(len(self.sightings), 1))
