"""The one broad catch around checks: what goes wrong with one item is recorded, not passed on."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from purport.core.casefile import Fault
from purport.core.errors import IntegrityError, PurportError, UnavailableError
from purport.vault import translate_storage_faults

__all__ = ["Stopped", "attempt", "fault_of"]

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Something that no item is to blame for: the whole run stops."""

    error: PurportError
    """What is to be raised where the run began."""


def attempt(subject: str, action: Callable[[], AnswerT]) -> AnswerT | Fault | Stopped:
    """Do something about one input, and turn what goes wrong into a record.

    Args:
        subject: The input, as the user knows it.
        action: What to do.

    Returns:
        Its result; a fault of this input; or `Stopped` for a full disk, altered bytes and the like.
    """
    try:
        with translate_storage_faults(subject):
            return action()
    except (UnavailableError, IntegrityError) as error:
        return Stopped(error=error)
    except Exception as error:  # noqa: BLE001 - the check runner's broad catch, which records
        return fault_of(subject, error)


def fault_of(subject: str, error: Exception) -> Fault:
    """Write an error down as a fault of an input."""
    if isinstance(error, PurportError):
        return Fault(
            subject=error.subject,
            kind=type(error).__name__,
            fault=error.fault,
            remedy=error.remedy,
        )
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return Fault(
        subject=subject,
        kind=type(error).__name__,
        fault=f"{error} ({where})",
        remedy="This is a fault of Purport and says nothing about the item; please report it.",
    )
