"""What readers are shown of a case: chosen piece by piece, never the case with pieces taken out."""

from purport.reports.published.covering import (
    cover_measures,
    cover_names,
    cover_positions,
    withhold_names,
)
from purport.reports.published.feeds import FeedEntry, write_feed
from purport.reports.published.films import LONGEST_FILM_S, Stretch, film_stretches
from purport.reports.published.geography import places_as_geojson, places_as_kml
from purport.reports.published.linked_data import claim_reviews, media_reviews
from purport.reports.published.opening import (
    is_open,
    is_plain,
    may_be_clear,
    may_become_clear,
    readers_view,
)
from purport.reports.published.printing import (
    MISSING_PRINTER,
    pages_as_pdf,
    pages_digest,
    printer_missing,
)
from purport.reports.published.snapshot import (
    PUBLISHED_SCHEMA,
    Wording,
    names_kept_back,
    published_document,
)
from purport.reports.published.tables import ratings_as_csv
from purport.reports.published.timemap import places_as_timemap

__all__ = [
    "LONGEST_FILM_S",
    "MISSING_PRINTER",
    "PUBLISHED_SCHEMA",
    "FeedEntry",
    "Stretch",
    "Wording",
    "claim_reviews",
    "cover_measures",
    "cover_names",
    "cover_positions",
    "film_stretches",
    "is_open",
    "is_plain",
    "may_be_clear",
    "may_become_clear",
    "media_reviews",
    "names_kept_back",
    "pages_as_pdf",
    "pages_digest",
    "places_as_geojson",
    "places_as_kml",
    "places_as_timemap",
    "printer_missing",
    "published_document",
    "ratings_as_csv",
    "readers_view",
    "withhold_names",
    "write_feed",
]
