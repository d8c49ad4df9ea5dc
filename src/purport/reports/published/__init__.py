"""What readers are shown of a case: chosen piece by piece, never the case with pieces taken out."""

from purport.reports.published.covering import cover_measures, cover_names, cover_positions
from purport.reports.published.opening import is_open, readers_view
from purport.reports.published.snapshot import PUBLISHED_SCHEMA, Wording, published_document

__all__ = [
    "PUBLISHED_SCHEMA",
    "Wording",
    "cover_measures",
    "cover_names",
    "cover_positions",
    "is_open",
    "published_document",
    "readers_view",
]
