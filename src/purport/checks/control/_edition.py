"""One edition of a layer, prepared so that thousands of points can be asked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from purport.checks.control._local import BoolArray, FloatArray, Outline, space_points
from purport.checks.control.records import ControlLayer, Territory
from purport.core.groups import canonical_group

__all__ = ["Edition", "edition_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edition:
    """The territories and towns of one edition."""

    areas: tuple[Territory, ...]
    """The areas."""
    towns: tuple[Territory, ...]
    """The towns."""
    group_outlines: dict[str, Outline]
    """The outlines of each group's areas, by its canonical name."""
    town_tree: cKDTree | None
    """The towns in space; None when there are none. [m]"""
    town_positions_deg: FloatArray
    """The towns (n, 2), longitude and latitude. [deg]"""
    town_radii_m: FloatArray
    """How far each town's statement holds (n,). [m]"""

    def held(self, group: str) -> tuple[list[int], list[int]]:
        """Return the indices of the areas and of the towns that a group holds."""
        return _held_by(group, self.areas), _held_by(group, self.towns)

    def inside(self, area: int, positions_deg: FloatArray) -> BoolArray:
        """Tell which positions (n, 2) lie in an area or on its edge."""
        shape = self.areas[area].geometry
        return np.asarray(
            shapely.intersects_xy(shape, positions_deg[:, 0], positions_deg[:, 1]), dtype=np.bool_
        )

    def reached(self, area: int, boxes: NDArray[np.object_]) -> tuple[BoolArray, BoolArray]:
        """Tell which boxes (n,) reach an area, and which lie wholly inside it."""
        shape = self.areas[area].geometry
        touched = np.asarray(shapely.intersects(shape, boxes), dtype=np.bool_)
        whole = np.zeros(len(boxes), dtype=np.bool_)
        whole[touched] = shapely.contains_properly(shape, boxes[touched])
        return touched, whole


@lru_cache(maxsize=32)
def edition_of(layer: ControlLayer, chosen: tuple[int, ...], town_radius_m: float) -> Edition:
    """Prepare some of a layer's territories.

    Args:
        layer: The layer.
        chosen: Indices of the territories of the edition.
        town_radius_m: How far around a town its statement holds, when the layer gives no radius.
    """
    territories = [layer.territories[index] for index in chosen]
    towns = tuple(one for one in territories if one.geometry.geom_type == "Point")
    areas = tuple(one for one in territories if one.geometry.geom_type != "Point")
    for area in areas:
        shapely.prepare(area.geometry)
    positions = np.array([[one.geometry.x, one.geometry.y] for one in towns]).reshape(-1, 2)
    holders = sorted({canonical_group(one.holder) for one in areas if one.holder is not None})
    outlines = {
        group: Outline.of([areas[index].geometry for index in _held_by(group, areas)])
        for group in holders
    }
    return Edition(
        areas=areas,
        towns=towns,
        group_outlines={group: one for group, one in outlines.items() if one is not None},
        town_tree=cKDTree(space_points(positions)) if towns else None,
        town_positions_deg=positions,
        town_radii_m=np.array([one.radius_m or town_radius_m for one in towns]),
    )


def _held_by(group: str, territories: Sequence[Territory]) -> list[int]:
    return [
        index
        for index, one in enumerate(territories)
        if one.holder is not None and canonical_group(one.holder) == group
    ]
