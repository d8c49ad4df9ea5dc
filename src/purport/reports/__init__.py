"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

from purport.reports.document import case_document, case_schema
from purport.reports.dossier import write_dossier

__all__ = ["case_document", "case_schema", "write_dossier"]
