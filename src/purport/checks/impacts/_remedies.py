"""When an offset is too uncertain to be stated, and what would help, by its largest cause."""

import math

import numpy as np

from purport.checks.impacts._ground import Mapped
from purport.checks.impacts._offsets import Offset
from purport.core.positions import compass_point

__all__ = ["LARGEST_SD_M", "find_refusal"]

LARGEST_SD_M = 25.0
"""Standard uncertainty from which a distance is not stated: its 95 % interval would span about
100 m, a whole block of houses. [m]"""

_REMEDY = {
    "marking": "Mark the impact by hand in the last frame in which the spot is clear.",
    "link": "Place control points in the frame of the impact itself.",
    "relief": "Give a model of the heights of the ground there.",
    "height": (
        "Give a model of the heights there, or place control points on what was struck, at its own "
        "height."
    ),
    "reference": "Give an orthophoto whose accuracy is stated, or a better one.",
    "target": "State the target's position more exactly.",
    "length": "Measure a longer length in the picture, or mark its ends more exactly.",
    "view": "Mark a second known length in another direction.",
}


def find_refusal(offset: Offset, mapped: Mapped | None) -> tuple[str, str] | None:
    """Return why an offset is too uncertain to be stated, with the remedy; None when it is not."""
    if offset.sd_m <= LARGEST_SD_M:
        return None
    cause = max(offset.budget_m, key=lambda name: offset.budget_m[name])
    reason = (
        f"The distance is not stated, because its standard uncertainty would be {offset.sd_m:.0f} "
        f"m, most of it from: {cause}."
    )
    if cause != "registration" or mapped is None:
        return reason, _REMEDY[cause]
    return reason, f"Place two more control points near the impact, {_side(mapped)}."


def _side(mapped: Mapped) -> str:
    """Say in which direction the impact lies from the middle of what was laid on the map."""
    homography = mapped.shot_map.homography
    middle = np.array(homography.matrix)[:2, 2] + np.array(homography.origin_m)
    east = mapped.point.easting_m - float(middle[0])
    north = mapped.point.northing_m - float(middle[1])
    turn = math.degrees(math.atan2(east, north))
    return f"{compass_point(turn)} of the picture's middle"
