"""Where a line of sight first meets the surface: terrain, roofs and walls."""

import numpy as np
from numpy.typing import NDArray

from purport.simulate._camera import Pose
from purport.simulate._relief import Building, HeightField, Relief

__all__ = ["is_hidden", "meet_surface", "meet_terrain"]

FloatArray = NDArray[np.float64]

_ROUNDS = 60
_SETTLED_M = 1e-4
_NEARER_M = 0.3
"""A surface that much nearer to the camera hides a place. [m]"""


def meet_terrain(pose: Pose, terrain: HeightField | None, pixels: FloatArray) -> FloatArray:
    """Return east, north and height, about the pose's origin, where sight meets the ground (n, 3).

    Args:
        pose: The camera.
        terrain: The lie of the land; None: the plane.
        pixels: (x, y) (n, 2). [px]
    """
    centre, rays = pose.centre(), pose.rays(pixels)
    heights = np.zeros(len(pixels))
    points = _at_height(centre, rays, heights)
    if terrain is None:
        return points
    for _ in range(_ROUNDS):
        east, north = points[:, 0] + pose.origin[0], points[:, 1] + pose.origin[1]
        found = terrain.at(east, north)
        settled = float(np.abs(found - heights).max()) < _SETTLED_M
        heights = found
        points = _at_height(centre, rays, heights)
        if settled:
            break
    return points


def meet_surface(pose: Pose, relief: Relief, pixel: tuple[float, float]) -> FloatArray:
    """Return easting, northing and height of what a pixel shows (3,). [m]"""
    pixels = np.array([pixel])
    centre, ray = pose.centre(), pose.rays(pixels)[0]
    met = [meet_terrain(pose, relief.terrain, pixels)[0]]
    for building in relief.buildings:
        met += _meet_building(centre, ray, building, relief=relief, origin=pose.origin)
    nearest = min(met, key=lambda point: float(np.linalg.norm(point - centre)))
    return np.asarray(nearest + np.array([*pose.origin, 0.0]), dtype=np.float64)


def is_hidden(pose: Pose, relief: Relief, place: tuple[float, float], height_m: float) -> bool:
    """Return whether something stands between the camera and a place."""
    met = meet_surface(pose, relief, pose.project(place, height_m))
    local = np.array([*pose.origin, 0.0])
    here = np.linalg.norm(np.array([*place, height_m]) - local - pose.centre())
    return bool(np.linalg.norm(met - local - pose.centre()) < here - _NEARER_M)


def _at_height(centre: FloatArray, rays: FloatArray, heights: FloatArray) -> FloatArray:
    reach = (heights - centre[2]) / rays[:, 2]
    return np.asarray(centre + reach[:, None] * rays, dtype=np.float64)


def _meet_building(
    centre: FloatArray, ray: FloatArray, building: Building, *, relief: Relief, origin: FloatArray
) -> list[FloatArray]:
    """List the points in which a ray meets roof and walls of a building."""
    floor, roof = relief.floor_m(building), relief.roof_m(building)
    top = centre + (roof - centre[2]) / ray[2] * ray
    met = []
    if building.covers((float(top[0] + origin[0]), float(top[1] + origin[1]))):
        met.append(top)
    corners = np.array(building.corners) - origin
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        # start + share · (end − start) = centre + reach · ray, in the plan
        sides = np.column_stack([end - start, -ray[:2]])
        if abs(np.linalg.det(sides)) < np.finfo(np.float64).eps:
            continue
        share, reach = np.linalg.solve(sides, centre[:2] - start)
        point = centre + reach * ray
        if reach > 0.0 and 0.0 <= share <= 1.0 and floor <= point[2] <= roof:
            met.append(point)
    return met
