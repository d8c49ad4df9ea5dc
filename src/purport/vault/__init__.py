"""Preserved bytes: content-addressed store and custody chain."""

from purport.vault.custody import GENESIS, EventDraft, next_event, verify_chain
from purport.vault.folder import FolderVault, translate_storage_faults
from purport.vault.rows import Row, live_rows, row_digest

__all__ = [
    "GENESIS",
    "EventDraft",
    "FolderVault",
    "Row",
    "live_rows",
    "next_event",
    "row_digest",
    "translate_storage_faults",
    "verify_chain",
]
