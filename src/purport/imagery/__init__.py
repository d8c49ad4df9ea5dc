"""Orthophotos and outlines: open, place, window and read them with their uncertainty."""

from purport.imagery.areas import load_area
from purport.imagery.patches import LumaPatch, MapWindow, read_luma
from purport.imagery.references import (
    Reference,
    open_reference,
    reference_pixel,
    require_inside,
)

__all__ = [
    "LumaPatch",
    "MapWindow",
    "Reference",
    "load_area",
    "open_reference",
    "read_luma",
    "reference_pixel",
    "require_inside",
]
