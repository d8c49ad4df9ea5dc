"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

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
from purport.reports.phrases import (
    PART_NAMES,
    RATING_ICONS,
    SLOT_NAMES,
    format_seconds,
    humanise,
)
from purport.reports.sheet_views import claimed_words, distance_words, group_words, holder_words
from purport.reports.source_pages import SourceRun, lay_out_source

__all__ = [
    "PART_NAMES",
    "RATING_ICONS",
    "SLOT_NAMES",
    "CaseIndex",
    "ClaimView",
    "DisputeView",
    "LinkView",
    "MatrixView",
    "PartView",
    "SourceRun",
    "case_document",
    "case_schema",
    "claimed_words",
    "distance_words",
    "format_seconds",
    "group_words",
    "holder_words",
    "humanise",
    "lay_out_source",
    "name_finding",
    "view_claims",
    "view_disputes",
    "view_matrix",
    "write_dossier",
]
