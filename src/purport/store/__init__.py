"""Django models and migrations; frozen records at the border.

Django is configured and imported when a store is opened, not before, so that whoever only needs
the records (a worker process, a quick command) does not pay for it.
"""

from purport.store.opening import open_store
from purport.store.records import (
    Attachment,
    AttachmentKind,
    Entry,
    InputFault,
    Outcome,
    Review,
    Setting,
    Store,
    Stored,
    Survey,
)

__all__ = [
    "Attachment",
    "AttachmentKind",
    "Entry",
    "InputFault",
    "Outcome",
    "Review",
    "Setting",
    "Store",
    "Stored",
    "Survey",
    "open_store",
]
