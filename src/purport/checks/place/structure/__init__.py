"""Comparing pictures by the structure that they share, whatever their contrast."""

from purport.checks.place.structure._dense import DenseMatches, dense_matches
from purport.checks.place.structure._scout import scout_structure

__all__ = ["DenseMatches", "dense_matches", "scout_structure"]
