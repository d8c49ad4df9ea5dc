"""Comparing pictures by the structure that they share, whatever their contrast."""

from purport.checks.place.structure._scout import scout_structure

__all__ = ["scout_structure"]
