"""Orthophotos and outlines: open, place, window and read them with their uncertainty."""

from purport.imagery.areas import load_area
from purport.imagery.patches import LumaPatch, MapWindow, read_luma
from purport.imagery.references import (
    Reference,
    open_reference,
    reference_pixel,
    require_inside,
)
from purport.imagery.terrain import Heights, Terrain, fit_plane, open_terrain, read_heights

__all__ = [
    "Heights",
    "LumaPatch",
    "MapWindow",
    "Reference",
    "Terrain",
    "fit_plane",
    "load_area",
    "open_reference",
    "open_terrain",
    "read_heights",
    "read_luma",
    "reference_pixel",
    "require_inside",
]
