"""What a case looks like to its readers: the JSON document, its schema, and the HTML dossier."""

from purport.reports.document import case_document, case_schema

__all__ = ["case_document", "case_schema"]
