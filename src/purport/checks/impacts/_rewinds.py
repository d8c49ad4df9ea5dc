"""Footage that goes back in time within one linked view, as when a strike is shown again at once.

Fires do not go out and craters do not heal from one frame to the next. Where the ground that a
strike had changed is whole again all of a sudden, what follows was filmed before.
"""

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._changes import compare
from purport.checks.impacts._judging import Seen
from purport.checks.impacts._structure import find_lost_texture
from purport.checks.impacts._views import View, Views

__all__ = ["is_whole_again"]

_LEAST_PX = 24
"""Least changed ground that tells, at scanning size."""
_HEALED_SHARE = 0.2
"""Share of it that may still be changed. On development clips it was at most 0.15 after jumps back
in time."""

Mask = NDArray[np.bool_]


def is_whole_again(views: Views, seen: Seen, last: View, view: View, *, kept_score: float) -> bool:
    """Tell whether the ground that a strike changed is suddenly as it was before the strike.

    Args:
        views: The views of the shot.
        seen: The strike.
        last: The last good view before.
        view: The view.
        kept_score: Change over its noise that counts as changed.
    """
    struck = seen.lasting | seen.region
    now, seen_now = _changed(views, seen, view, kept_score)
    changed = int(np.count_nonzero(now & struck))
    if changed > _HEALED_SHARE * int(np.count_nonzero(struck)):
        return False
    then, seen_then = _changed(views, seen, last, kept_score)
    both = struck & seen_now & seen_then
    before = int(np.count_nonzero(then & both))
    if before < _LEAST_PX:
        return False
    return int(np.count_nonzero(now & both)) < _HEALED_SHARE * before


def _changed(views: Views, seen: Seen, view: View, kept_score: float) -> tuple[Mask, Mask]:
    """Return where the ground differs from before a strike, in its base view, and where seen.

    Nothing is seen where the pictures cannot be compared.
    """
    candidate = seen.candidate
    picture, valid = views.warp(view, candidate.base)
    valid &= candidate.before_valid
    change = compare(candidate.before, picture, valid, threshold=kept_score)
    lost = find_lost_texture(candidate.before, picture, valid)
    if not change.sound:
        valid[:] = False
    return np.asarray((np.abs(change.score) > kept_score) | lost, dtype=np.bool_), valid
