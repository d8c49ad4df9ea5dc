"""The ground under a frame, as the place check found it; read from its finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.contract import Evidence
from purport.core.digests import JsonValue
from purport.core.errors import ConsistencyError
from purport.core.homographies import GroundHomography
from purport.core.records import from_json
from purport.scene import Scene

__all__ = ["ShotMap", "find_map", "pixel_in_anchor"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotMap:
    """The ground homography of the shot that a frame belongs to."""

    anchor: int
    """Frame whose pixels it maps."""
    homography: GroundHomography
    """Anchor pixel to ground."""


def find_map(evidence: Evidence, scene: Scene, frame: int) -> ShotMap | None:
    """Return the map of the shot of `frame` that the place check found; None without a match."""
    finding = evidence.earlier_finding("place")
    if finding is None or not finding.values.get("matched"):
        return None
    grounds = finding.values.get("ground")
    if not isinstance(grounds, Sequence):
        return None
    for ground in grounds:
        if not isinstance(ground, Mapping):
            continue
        inside = _whole(ground["first"]) <= frame <= _whole(ground["last"])
        anchor = _whole(ground["anchor"])
        if inside and anchor == scene.shot_of(frame).anchor:
            homography = from_json(GroundHomography, ground["homography"])
            return ShotMap(anchor=anchor, homography=homography)
    return None


def pixel_in_anchor(
    matrix: FloatArray, pixel: tuple[float, float]
) -> tuple[tuple[float, float], FloatArray]:
    """Return a pixel in the anchor frame and the Jacobian of the way there (2, 2).

    Args:
        matrix: From the pixel's frame to the anchor frame (3, 3).
        pixel: (x, y). [px]
    """
    x, y, w = matrix @ np.array([pixel[0], pixel[1], 1.0])
    mapped = np.array([x / w, y / w])
    jacobian = (matrix[:2, :2] - np.outer(mapped, matrix[2, :2])) / w
    return (float(mapped[0]), float(mapped[1])), jacobian


def _whole(value: JsonValue) -> int:
    """Read a frame index of the place finding."""
    if isinstance(value, int):
        return value
    raise ConsistencyError(
        "place finding", f"{value!r} is no frame index", remedy="Run the place check again."
    )
