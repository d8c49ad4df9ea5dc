"""Where fire, smoke and dust of earlier bursts move, and where graphics are being drawn.

What goes on inside the zone is the earlier burst's own, unless it is a burst by its own strength.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._bursts import Setting
from purport.checks.impacts._changes import compare
from purport.checks.impacts._structure import find_lost_texture
from purport.checks.impacts._views import View, Views

__all__ = ["EffectZone", "grow", "is_fading", "touching"]

_FADE = 0.985
_CLEARING = 0.85
_LEVEL = 0.3
_MARGIN_PX = 2
_FRONT_PX = 5
_INSIDE_SHARE = 0.3
_DRAWN_MARGIN_PX = 6
_DRAWN_FRAMES = 12
_RING_PX = (2, 7)
_FADING = 1.3
"""How much more a patch must have stood out before."""

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


class EffectZone:
    """The zone of one shot, carried from view to view.

    Args:
        views: The views of the shot.
        kept_score: Change over its noise that counts as changed.
        disturbed_share: Share of the picture from which a change is not local.
    """

    def __init__(self, views: Views, kept_score: float, disturbed_share: float) -> None:
        self._views = views
        self._kept_score = kept_score
        self._disturbed_share = disturbed_share
        self._level = np.zeros(views.size[::-1], dtype=np.float32)
        self._drawn = np.zeros(views.size[::-1], dtype=np.int16)
        self._before: View | None = None
        self._valid: Mask = np.zeros(views.size[::-1], dtype=np.bool_)

    @property
    def mask(self) -> Mask:
        """Return where effects go on, in the latest view."""
        return np.asarray(self._level > _LEVEL, dtype=np.bool_)

    def setting(self, patch: Mask) -> Setting:
        """Tell where a patch of the latest view lies."""
        active = self.mask
        if np.count_nonzero(patch & active) > _INSIDE_SHARE * np.count_nonzero(patch):
            return Setting.INSIDE
        return Setting.BESIDE if np.any(patch & grow(active, _FRONT_PX)) else Setting.QUIET

    @property
    def drawn(self) -> Mask:
        """Return where graphics were drawn a moment ago; they stand still on the picture."""
        return np.asarray(self._drawn > 0, dtype=np.bool_)

    def begin(self, before: View) -> None:
        """Keep the ground as it was before the first burst, to see what has changed since."""
        if self._before is None:
            self._before = before

    def carry(self, last: View, view: View) -> None:
        """Bring the zone into the next view."""
        np.maximum(self._drawn - 1, 0, out=self._drawn)
        if not self._level.any():
            self._before = None
            return
        matrix = self._views.between(last, view)
        warped = cv2.warpPerspective(self._level, matrix, self._views.size)
        self._level = np.asarray(warped * np.float32(_FADE), dtype=np.float32)

    def spread(self, mask: Mask) -> None:
        """Add a patch of the latest view."""
        self._level[grow(mask, _MARGIN_PX)] = 1.0

    def mark_drawn(self, mask: Mask) -> None:
        """Note a patch of the latest view as graphics."""
        self._drawn[grow(mask, _DRAWN_MARGIN_PX)] = _DRAWN_FRAMES

    def seed(self, before: View, view: View) -> None:
        """Take for the zone what a disturbance has left, by the view before it."""
        self.begin(before)
        self.spread(self._changed_since(before, view))

    def refresh(self, view: View) -> None:
        """Spread to what has changed since before the first burst and hangs together with it."""
        if self._before is None:
            return
        changed = self._changed_since(self._before, view)
        self._level[self._valid & ~changed] *= _CLEARING
        self.spread(touching(changed, self.mask))

    def _changed_since(self, earlier: View, view: View) -> Mask:
        before, valid = self._views.warp(earlier, view)
        self._valid = valid
        change = compare(before, view.picture, valid, threshold=self._kept_score)
        changed = find_lost_texture(before, view.picture, valid)
        if change.sound and change.share < self._disturbed_share:
            changed |= np.abs(change.score) > self._kept_score
        square = np.ones((3, 3), np.uint8)
        opened = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, square)
        return np.asarray(opened > 0, dtype=np.bool_)

    def clear(self) -> None:
        """Forget everything."""
        self._level[:] = 0.0
        self._before = None


def grow(mask: Mask, margin_px: int) -> Mask:
    """Grow a mask by a margin."""
    side = 2 * margin_px + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def touching(mask: Mask, region: Mask) -> Mask:
    """Return the connected patches of `mask` that touch `region`."""
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    kept = np.unique(labels[region & mask])
    return np.isin(labels, kept[kept > 0])


def is_fading(earlier: Image, view: View, mask: Mask) -> bool:
    """Tell whether a patch stood out from what is around it, and does so less by now.

    Args:
        earlier: The picture some frames ago, in the same view.
        view: The view.
        mask: The patch.
    """
    ring = grow(mask, _RING_PX[1]) & ~grow(mask, _RING_PX[0])
    if not np.any(ring):
        return False
    before, now = (
        abs(float(np.median(picture[mask])) - float(np.median(picture[ring])))
        for picture in (earlier, view.picture)
    )
    return before > _FADING * now
