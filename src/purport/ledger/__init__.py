"""From a document to claims, fact slots and relations.

Rules only: no model, no network. Preserved text is never normalised, and every span slices it.
"""

from purport.ledger.extraction import extract_claims
from purport.ledger.reading import byte_range, read_document
from purport.ledger.relations import relate_claims
from purport.ledger.view import visible_text

__all__ = ["byte_range", "extract_claims", "read_document", "relate_claims", "visible_text"]
