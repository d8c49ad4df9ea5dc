"""Orthophotos and outlines: open, place, window and read them with their uncertainty."""

from purport.imagery.areas import load_area
from purport.imagery.patches import LumaPatch, MapWindow, read_luma
from purport.imagery.references import (
    Reference,
    open_reference,
    pixels_of_map,
    reference_pixel,
    reference_position,
    require_inside,
)
from purport.imagery.terrain import Heights, Terrain, fit_plane, open_terrain, read_heights
from purport.imagery.tile_archives import TileArchive, TileKind, open_tile_archive
from purport.imagery.windows import PixelWindow, encode_picture, read_window

__all__ = [
    "Heights",
    "LumaPatch",
    "MapWindow",
    "PixelWindow",
    "Reference",
    "Terrain",
    "TileArchive",
    "TileKind",
    "encode_picture",
    "fit_plane",
    "load_area",
    "open_reference",
    "open_terrain",
    "open_tile_archive",
    "pixels_of_map",
    "read_heights",
    "read_luma",
    "read_window",
    "reference_pixel",
    "reference_position",
    "require_inside",
]
