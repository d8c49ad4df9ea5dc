"""Django models and migrations; frozen records at the border.

Django is configured and imported when a store is opened, not before, so that whoever only needs
the records (a worker process, a quick command) does not pay for it.
"""

from purport.store.leases import Job, JobState, LeaseLedger, LeaseLostError
from purport.store.opening import (
    copy_database,
    database_options,
    is_empty_database,
    open_store,
    serve_records,
)
from purport.store.records import (
    Attachment,
    AttachmentKind,
    CopiedDatabase,
    CopiedTable,
    Entry,
    InputFault,
    Later,
    Outcome,
    Past,
    Review,
    Setting,
    ShelvedCase,
    Store,
    Stored,
    Survey,
)
from purport.store.shelf import CaseShelf
from purport.store.snapshot import read_once

__all__ = [
    "Attachment",
    "AttachmentKind",
    "CaseShelf",
    "CopiedDatabase",
    "CopiedTable",
    "Entry",
    "InputFault",
    "Job",
    "JobState",
    "Later",
    "LeaseLedger",
    "LeaseLostError",
    "Outcome",
    "Past",
    "Review",
    "Setting",
    "ShelvedCase",
    "Store",
    "Stored",
    "Survey",
    "copy_database",
    "database_options",
    "is_empty_database",
    "open_store",
    "read_once",
    "serve_records",
]
