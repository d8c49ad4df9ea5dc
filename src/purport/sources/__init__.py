"""Where evidence comes from: web pages that are captured, archives that others made.

Nothing here knows the vault or the case: it gives files in a folder with what is known of them.
"""

from purport.sources.addresses import Door, address_fault, shown_url
from purport.sources.bodies import (
    body_digest,
    declared_encoding,
    declared_type,
    is_film,
    raw_head,
    seen_type,
)
from purport.sources.catching import Caught, Film, Helpers, catch
from purport.sources.comparing import differences
from purport.sources.downloading import find_downloader
from purport.sources.exchanging import Line
from purport.sources.listings import Listing, ListingKind, StatedFile, read_listing
from purport.sources.pages import Page, parse_page
from purport.sources.reading_wacz import WaczReport, read_wacz
from purport.sources.reading_warc import ArchivedFilm, WarcReport, read_warc
from purport.sources.recognising import Arrival, recognise
from purport.sources.records import (
    CaptureRecord,
    Ending,
    Exchange,
    ExchangeNote,
    Limits,
    PageState,
    Recognised,
    ToolNote,
)
from purport.sources.rendering import find_browser
from purport.sources.wacz import PageEntry, write_wacz
from purport.sources.warc import Resource, write_warc

__all__ = [
    "ArchivedFilm",
    "Arrival",
    "CaptureRecord",
    "Caught",
    "Door",
    "Ending",
    "Exchange",
    "ExchangeNote",
    "Film",
    "Helpers",
    "Limits",
    "Line",
    "Listing",
    "ListingKind",
    "Page",
    "PageEntry",
    "PageState",
    "Recognised",
    "Resource",
    "StatedFile",
    "ToolNote",
    "WaczReport",
    "WarcReport",
    "address_fault",
    "body_digest",
    "catch",
    "declared_encoding",
    "declared_type",
    "differences",
    "find_browser",
    "find_downloader",
    "is_film",
    "parse_page",
    "raw_head",
    "read_listing",
    "read_wacz",
    "read_warc",
    "recognise",
    "seen_type",
    "shown_url",
    "write_wacz",
    "write_warc",
]
