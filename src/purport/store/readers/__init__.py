"""What readers write and wish: kept beside the records of a case, never in its custody chain.

Rows may be changed and deleted, as the law asks of personal data. What a case takes over from a
reader (accepted evidence) becomes a record of the case without a name, behind a salted commitment.
"""

from contextlib import AbstractContextManager

__all__ = ["as_one"]


def as_one() -> AbstractContextManager[None]:
    """Return within what several things are stored together, or none of them."""
    from django.db import transaction  # noqa: PLC0415 - needs Django

    together: AbstractContextManager[None] = transaction.atomic()
    return together
