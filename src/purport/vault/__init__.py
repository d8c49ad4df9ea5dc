"""Preserved bytes: content-addressed store and custody chain."""

from purport.vault.custody import GENESIS, EventDraft, next_event, verify_chain
from purport.vault.folder import FolderVault, translate_storage_faults

__all__ = [
    "GENESIS",
    "EventDraft",
    "FolderVault",
    "next_event",
    "translate_storage_faults",
    "verify_chain",
]
