"""From a pixel of a frame to the map, with every cause of error."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._lifting import Stature, find_lift
from purport.checks.registered_ground import ShotMap, find_map, pixel_in_anchor
from purport.core.positions import MapPoint
from purport.scene import Scene

__all__ = ["Mapped", "ShotMap", "find_map", "map_effect", "map_pixel"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mapped:
    """A pixel of a frame, on the ground."""

    point: MapPoint
    """Where, with absolute covariance."""
    shot_map: ShotMap
    """What brought it there."""
    frame: int
    """The frame whose pixel it is."""
    anchor_px: tuple[float, float]
    """The same in the anchor frame. [px]"""
    marking_px2: FloatArray
    """Covariance of the pixel as marked, in the anchor frame (2, 2). [px²]"""
    link_px2: FloatArray
    """Covariance of the link to the anchor frame (2, 2). [px²]"""
    height_m: float | None = None
    """Height above the plane by a model of the heights; None without one. [m]"""
    height_m2: FloatArray | None = None
    """What is left uncertain of it, on the ground (2, 2); None as `height_m`. [m²]"""

    def marking(self) -> FloatArray:
        """Return what the marking of the pixel adds to the covariance (2, 2). [m²]"""
        return self._on_ground(self.marking_px2)

    def link(self) -> FloatArray:
        """Return what the link to the anchor frame adds to the covariance (2, 2). [m²]"""
        return self._on_ground(self.link_px2)

    def causes(self) -> dict[str, FloatArray]:
        """Return the parts of the absolute covariance by cause, (2, 2) each. [m²]"""
        ground = self.shot_map.homography.point_causes(self.anchor_px)
        if self.height_m2 is not None:
            ground["height"] = self.height_m2
        return {"marking": self.marking(), "link": self.link(), **ground}

    def moved(self, shift_m: FloatArray, *, height_m: float, height_m2: FloatArray) -> "Mapped":
        """Return the point where it stands at a height above the plane, by a model of heights."""
        there = replace(self, height_m=height_m, height_m2=height_m2)
        covariance = np.sum(list(there.causes().values()), axis=0)
        point = replace(
            self.point,
            easting_m=self.point.easting_m + float(shift_m[0]),
            northing_m=self.point.northing_m + float(shift_m[1]),
            covariance_m2=(
                (float(covariance[0, 0]), float(covariance[0, 1])),
                (float(covariance[1, 0]), float(covariance[1, 1])),
            ),
        )
        return replace(there, point=point)

    def lean_m(self) -> float | None:
        """Return how far a point 1 m above the plane is displaced here; None when unknown. [m]"""
        lean = self.shot_map.homography.lean_at(self.anchor_px)
        return None if lean is None else float(np.hypot(*lean))

    def _on_ground(self, covariance: FloatArray) -> FloatArray:
        jacobian = self.shot_map.homography.ground_jacobian(self.anchor_px)
        return np.asarray(jacobian @ covariance @ jacobian.T, dtype=np.float64)


def map_effect(
    scene: Scene,
    shot_map: ShotMap,
    frame: int,
    pixel: tuple[float, float],
    *,
    sd_px: float,
    radius_px: float,
    stature: Stature,
) -> Mapped:
    """Project the ground below the middle of an effect; the arguments are those of `map_pixel`."""
    seen = map_pixel(scene, shot_map, frame, pixel, sd_px=sd_px)
    growth = math.sqrt(float(np.linalg.det(seen.marking_px2))) / sd_px**2
    lift = find_lift(
        shot_map.homography,
        seen.anchor_px,
        radius_px=radius_px * math.sqrt(growth),
        stature=stature,
    )
    if lift is None:
        return seen
    below = np.array(seen.anchor_px) - lift.shift_px
    anchor_px = (float(below[0]), float(below[1]))
    marking = seen.marking_px2 + lift.covariance_px2
    return replace(
        seen,
        point=shot_map.homography.project(anchor_px, pixel_covariance=marking + seen.link_px2),
        anchor_px=anchor_px,
        marking_px2=marking,
    )


def map_pixel(
    scene: Scene, shot_map: ShotMap, frame: int, pixel: tuple[float, float], *, sd_px: float
) -> Mapped:
    """Project a pixel of a linked frame to the ground.

    Args:
        scene: Gives the link from the frame to the anchor.
        shot_map: The map of its shot.
        frame: The frame.
        pixel: (x, y). [px]
        sd_px: Standard uncertainty of the pixel per axis. [px]

    Raises:
        ConsistencyError: The pixel lies beyond the horizon of the homography.
    """
    anchor_px, jacobian = pixel_in_anchor(scene.to_anchor[frame], pixel)
    marking = jacobian @ jacobian.T * sd_px**2
    link = np.eye(2) * float(scene.link_sd_px[frame]) ** 2
    return Mapped(
        point=shot_map.homography.project(anchor_px, pixel_covariance=marking + link),
        shot_map=shot_map,
        frame=frame,
        anchor_px=anchor_px,
        marking_px2=marking,
        link_px2=link,
    )
