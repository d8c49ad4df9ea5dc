"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

from purport.reports.claim_views import CaseIndex, view_claims
from purport.reports.document import case_document, case_schema
from purport.reports.dossier import write_dossier
from purport.reports.phrases import RATING_ICONS, format_seconds, humanise
from purport.reports.sheet_views import claimed_words, distance_words, group_words, holder_words

__all__ = [
    "RATING_ICONS",
    "CaseIndex",
    "case_document",
    "case_schema",
    "claimed_words",
    "distance_words",
    "format_seconds",
    "group_words",
    "holder_words",
    "humanise",
    "view_claims",
    "write_dossier",
]
