"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

from purport.reports.capture_views import (
    CapturedPages,
    CaptureKind,
    CaptureView,
    FilmOrigin,
    view_archive,
    view_capture,
)
from purport.reports.claim_views import (
    CaseIndex,
    ClaimView,
    LinkView,
    MatrixView,
    PartView,
    name_finding,
    view_claims,
    view_matrix,
)
from purport.reports.disputes import DisputeView, view_disputes
from purport.reports.document import case_document, case_schema
from purport.reports.dossier import write_dossier
from purport.reports.frame_pictures import PictureForm, encode_frame, encode_page, encode_poster
from purport.reports.map_drawings import ellipse_axes, footprint
from purport.reports.phrases import (
    PART_NAMES,
    RATING_ICONS,
    SLOT_NAMES,
    format_commitment,
    format_length,
    format_seconds,
    format_slot,
    humanise,
)
from purport.reports.player_views import (
    FOUND_LAYERS,
    PlayerView,
    Shown,
    graphic_from,
    shown_in_picture,
    view_for_player,
)
from purport.reports.readings import PlaceReading, StrikeReading, read_place, read_strikes
from purport.reports.sheet_views import claimed_words, distance_words, group_words, holder_words
from purport.reports.source_pages import SourceRun, lay_out_source
from purport.reports.spreadsheets import strikes_as_csv, verdicts_as_csv
from purport.reports.sun_drawings import SunView, view_sun

__all__ = [
    "FOUND_LAYERS",
    "PART_NAMES",
    "RATING_ICONS",
    "SLOT_NAMES",
    "CaptureKind",
    "CaptureView",
    "CapturedPages",
    "CaseIndex",
    "ClaimView",
    "DisputeView",
    "FilmOrigin",
    "LinkView",
    "MatrixView",
    "PartView",
    "PictureForm",
    "PlaceReading",
    "PlayerView",
    "Shown",
    "SourceRun",
    "StrikeReading",
    "SunView",
    "case_document",
    "case_schema",
    "claimed_words",
    "distance_words",
    "ellipse_axes",
    "encode_frame",
    "encode_page",
    "encode_poster",
    "footprint",
    "format_commitment",
    "format_length",
    "format_seconds",
    "format_slot",
    "graphic_from",
    "group_words",
    "holder_words",
    "humanise",
    "lay_out_source",
    "name_finding",
    "read_place",
    "read_strikes",
    "shown_in_picture",
    "strikes_as_csv",
    "verdicts_as_csv",
    "view_archive",
    "view_capture",
    "view_claims",
    "view_disputes",
    "view_for_player",
    "view_matrix",
    "view_sun",
    "write_dossier",
]
