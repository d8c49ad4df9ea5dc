"""What stands above the plane: box buildings of known height, and the lie of the land.

Heights are metres above the plane of height 0, in which cameras have their aim. Places are easting
and northing in the ground's system. A building's floor is the lowest terrain at its corners, its
roof is level.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Building", "HeightField", "Relief", "ReliefPlan", "rolling_terrain"]

FloatArray = NDArray[np.float64]

_WAVES = 9
_STEP_M = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefPlan:
    """What is to stand up on ground made by rule."""

    building_height_m: tuple[float, float] = (3.0, 8.0)
    """Least and greatest height of its buildings, which their shadows show. [m]"""
    terrain_m: float = 0.0
    """From its lowest to its highest point; 0: level. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """An upright prism on a convex footprint."""

    corners: tuple[tuple[float, float], ...]
    """Easting and northing of the footprint's corners, in order. [m]"""
    height_m: float
    """From floor to roof. [m]"""
    tone: tuple[float, float, float] = (0.5, 0.5, 0.5)
    """Blue, green, red of the walls, 0 to 1."""
    seed: int = 0
    """Seed of windows and warmth."""

    @property
    def middle(self) -> FloatArray:
        """Return easting and northing of the mean of the corners (2,). [m]"""
        return np.asarray(np.mean(self.corners, axis=0), dtype=np.float64)

    def covers(self, place: tuple[float, float]) -> bool:
        """Return whether a place lies in the footprint."""
        corners = np.array(self.corners)
        sides = np.roll(corners, -1, axis=0) - corners
        gaps = np.array(place) - corners
        turns = sides[:, 0] * gaps[:, 1] - sides[:, 1] * gaps[:, 0]
        return bool(np.all(turns >= 0.0) or np.all(turns <= 0.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeightField:
    """Heights on a grid, linear between its points and level beyond its edge."""

    heights_m: FloatArray
    """Height at each point, from north to south and west to east (rows, columns). [m]"""
    step_m: float
    """Distance between points. [m]"""
    west_m: float
    """Easting of the first point. [m]"""
    north_m: float
    """Northing of the first point. [m]"""

    def at(self, east: FloatArray, north: FloatArray) -> FloatArray:
        """Return the heights at places, in the shape given. [m]"""
        rows, columns = self.heights_m.shape
        x = np.clip((east - self.west_m) / self.step_m, 0.0, columns - 1.001)
        y = np.clip((self.north_m - north) / self.step_m, 0.0, rows - 1.001)
        left, top = x.astype(np.intp), y.astype(np.intp)
        across, along = x - left, y - top
        grid = self.heights_m
        upper = grid[top, left] * (1.0 - across) + grid[top, left + 1] * across
        lower = grid[top + 1, left] * (1.0 - across) + grid[top + 1, left + 1] * across
        return np.asarray(upper * (1.0 - along) + lower * along, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """All that stands above the plane of a ground."""

    buildings: tuple[Building, ...] = ()
    """Buildings."""
    terrain: HeightField | None = None
    """The lie of the land; None: level at height 0."""

    def terrain_m(self, place: tuple[float, float]) -> float:
        """Return the height of the bare ground at a place. [m]"""
        if self.terrain is None:
            return 0.0
        return float(self.terrain.at(np.array(place[0]), np.array(place[1])))

    def floor_m(self, building: Building) -> float:
        """Return the height of a building's floor. [m]"""
        return min(self.terrain_m(corner) for corner in building.corners)

    def roof_m(self, building: Building) -> float:
        """Return the height of a building's roof. [m]"""
        return self.floor_m(building) + building.height_m

    def surface_m(self, place: tuple[float, float]) -> float:
        """Return the height of what a plumb line meets first: a roof or the ground. [m]"""
        roofs = [self.roof_m(one) for one in self.buildings if one.covers(place)]
        return max([self.terrain_m(place), *roofs])


def rolling_terrain(
    seed: int,
    *,
    west_m: float,
    north_m: float,
    side_m: float,
    relief_m: float,
    length_m: float = 150.0,
) -> HeightField:
    """Make smooth hills whose height is 0 in the middle.

    Args:
        seed: The lie of the land.
        west_m: Easting of the western edge. [m]
        north_m: Northing of the northern edge. [m]
        side_m: Side of the square. [m]
        relief_m: From the lowest to the highest point. [m]
        length_m: Shortest wave. [m]
    """
    generator = np.random.default_rng([seed, 7017])
    count = max(3, math.ceil(side_m / _STEP_M) + 1)
    axis = np.arange(count) * _STEP_M
    east, south = np.meshgrid(axis, axis)
    heights = np.zeros((count, count))
    for _ in range(_WAVES):
        wave = 2.0 * math.pi / (length_m * float(generator.uniform(1.0, 4.0)))
        course, phase = generator.uniform(0.0, 2.0 * math.pi, 2)
        along = east * math.cos(course) + south * math.sin(course)
        heights += np.sin(wave * along + phase) / wave
    heights *= relief_m / np.ptp(heights)
    heights -= heights[count // 2, count // 2]
    return HeightField(heights_m=heights, step_m=_STEP_M, west_m=west_m, north_m=north_m)
