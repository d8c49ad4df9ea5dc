"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

from purport.reports.claim_views import CaseIndex, view_claims
from purport.reports.document import case_document, case_schema
from purport.reports.dossier import write_dossier
from purport.reports.frame_pictures import PictureForm, encode_frame, encode_poster
from purport.reports.phrases import RATING_ICONS, format_seconds, humanise
from purport.reports.player_views import (
    FOUND_LAYERS,
    PlayerView,
    Shown,
    graphic_from,
    shown_in_picture,
    view_for_player,
)
from purport.reports.sheet_views import claimed_words, distance_words, group_words, holder_words

__all__ = [
    "FOUND_LAYERS",
    "RATING_ICONS",
    "CaseIndex",
    "PictureForm",
    "PlayerView",
    "Shown",
    "case_document",
    "case_schema",
    "claimed_words",
    "distance_words",
    "encode_frame",
    "encode_poster",
    "format_seconds",
    "graphic_from",
    "group_words",
    "holder_words",
    "humanise",
    "shown_in_picture",
    "view_claims",
    "view_for_player",
    "write_dossier",
]
