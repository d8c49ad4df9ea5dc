"""Preserved bytes: content-addressed stores, custody chain, and objects that are read from afar."""

from purport.vault.contract import Vault
from purport.vault.custody import GENESIS, EventDraft, next_event, verify_chain
from purport.vault.durable import sync_folder, translate_storage_faults, write_whole, writing
from purport.vault.folder import FolderVault
from purport.vault.objects import ObjectVault
from purport.vault.remote import RemoteObject, fetched, is_remote, list_objects
from purport.vault.rows import Row, live_rows, row_digest

__all__ = [
    "GENESIS",
    "EventDraft",
    "FolderVault",
    "ObjectVault",
    "RemoteObject",
    "Row",
    "Vault",
    "fetched",
    "is_remote",
    "list_objects",
    "live_rows",
    "next_event",
    "row_digest",
    "sync_folder",
    "translate_storage_faults",
    "verify_chain",
    "write_whole",
    "writing",
]
