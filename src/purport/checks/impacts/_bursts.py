"""What a patch of sudden change must be to count as a burst, given what went on just before.

On quiet ground little is needed. Right after a burst, debris, blast wave and gain throw up patches
of their own; inside fire and smoke everything moves. There only a patch that outdoes them counts.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from purport.checks.impacts._changes import Blob

__all__ = ["LEAST_PEAK", "BurstHistory", "Setting"]

_SETTLING_S = 0.18
_FRAGMENTS_S = 0.3
_FRAGMENT_SHARE = 0.2
_THROWING_S = 1.0
_DEBRIS_SHARE = 0.08
_REMEMBERED_S = 0.34
_OUTDOES = 3.0
_BESIDE_SHARE = 0.15
_RENEWED_SHARE = 1 / 600
_RENEWED_PEAK = 60.0
_RENEWED_BRIGHT = 120.0
LEAST_PEAK = 20.0
"""Least change of a burst where it is strongest. [grey levels]"""


class Setting(Enum):
    """What there is where a patch of change lies."""

    QUIET = auto()
    """Ground that nothing has touched."""
    BESIDE = auto()
    """Ground at the edge of fire, smoke or dust, to which they may have spread."""
    INSIDE = auto()
    """Fire, smoke or dust."""


@dataclass(slots=True, kw_only=True)
class BurstHistory:
    """The patches of change of the last moments, and the latest burst."""

    _patches: deque[tuple[float, float]] = field(default_factory=deque)
    _began: list[tuple[float, float]] = field(default_factory=list)

    def is_burst(self, blob: Blob, now_s: float, picture_px: int, *, setting: Setting) -> bool:
        """Tell whether a patch is more than what an earlier burst makes of itself.

        Args:
            blob: The patch.
            now_s: Its time. [s]
            picture_px: Pixels of the scanned picture.
            setting: What there is where it lies.
        """
        while self._patches and now_s - self._patches[0][0] > _REMEMBERED_S:
            self._patches.popleft()
        if blob.peak < LEAST_PEAK:
            return False
        earlier = [(now_s - at, strength) for at, strength in self._began if at < now_s]
        if not all(blob.strength >= _share_to_exceed(ago) * size for ago, size in earlier):
            return False
        if setting is Setting.QUIET:
            return True
        large = blob.area_px >= _RENEWED_SHARE * picture_px or blob.peak >= _RENEWED_BRIGHT
        if setting is Setting.BESIDE:
            strongest = max((size for _, size in earlier), default=0.0)
            return large and blob.strength >= _BESIDE_SHARE * strongest
        if any(ago < _SETTLING_S for ago, _ in earlier) or blob.peak < _RENEWED_PEAK:
            return False
        usual = max((strength for at, strength in self._patches if at < now_s), default=0.0)
        return large and blob.strength >= _OUTDOES * usual

    def add(self, blob: Blob, now_s: float) -> None:
        """Remember a patch; one that follows a burst at once is that burst, growing."""
        self._patches.append((now_s, blob.strength))
        for number, (at, strength) in enumerate(self._began):
            if 0.0 < now_s - at < _SETTLING_S:
                self._began[number] = (at, max(strength, blob.strength))

    def begin(self, blob: Blob, now_s: float) -> None:
        """Remember that a candidate began with a patch."""
        self._began.append((now_s, blob.strength))


def _share_to_exceed(ago_s: float) -> float:
    """Return the share of an earlier burst's strength that its fragments may have by now."""
    if ago_s < _FRAGMENTS_S:
        return _FRAGMENT_SHARE
    return _DEBRIS_SHARE if ago_s < _THROWING_S else 0.0
