"""From a document to claims, fact slots and relations.

Rules only: no model, no network; what a model proposes from outside is validated here and kept only
if its words stand in the story. Preserved text is never normalised, and every span slices it.
"""

from purport.ledger.extraction import extract_claims
from purport.ledger.proposals import (
    PROPOSAL_SCHEMA,
    Dropped,
    DropReason,
    Parsed,
    Settled,
    chat_request,
    parse_answer,
    portions,
    settle_proposals,
)
from purport.ledger.reading import byte_range, read_document
from purport.ledger.relations import relate_claims
from purport.ledger.slots import LookUp
from purport.ledger.view import visible_runs, visible_text

__all__ = [
    "PROPOSAL_SCHEMA",
    "DropReason",
    "Dropped",
    "LookUp",
    "Parsed",
    "Settled",
    "byte_range",
    "chat_request",
    "extract_claims",
    "parse_answer",
    "portions",
    "read_document",
    "relate_claims",
    "settle_proposals",
    "visible_runs",
    "visible_text",
]
