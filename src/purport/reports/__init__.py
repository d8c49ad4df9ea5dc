"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

from purport.reports.document import case_document, case_schema
from purport.reports.dossier import write_dossier
from purport.reports.sheet_views import claimed_words, distance_words, group_words, holder_words

__all__ = [
    "case_document",
    "case_schema",
    "claimed_words",
    "distance_words",
    "group_words",
    "holder_words",
    "write_dossier",
]
