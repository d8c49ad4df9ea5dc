"""The tree of errors: what the program could not do, by what the caller can do about it.

What the evidence says is a finding and never an error. ::

    PurportError
    ├── InputError            fix the input
    │   ├── UnreadableMediaError      a video or image cannot be read
    │   ├── UnreadableStoryError      a source document cannot be read
    │   ├── UnreadableReferenceError  an orthophoto cannot be read or placed
    │   ├── UnreadableControlError    a control layer cannot be read
    │   ├── UnreadableSheetError      a table of items, target area or mark cannot be read
    │   ├── OutsideReferenceError     a point lies outside the orthophoto
    │   ├── CrsMismatchError          two positions are in different systems
    │   ├── UnreviewedError           a rating that nobody confirmed is to be published
    │   ├── AbsentError               something is named that is not there
    │   ├── GoneError                 an item's bytes are not here: withheld, or lost
    │   ├── RefusedAddressError       an address that is not to be visited
    │   ├── ConflictError             somebody else changed it meanwhile
    │   └── SeveralFaultsError        several of these at once
    ├── IntegrityError        stop: bytes or records differ from what was recorded
    │   ├── DigestMismatchError
    │   ├── BrokenChainError
    │   └── ForgedBagError            a sealed bag is not as it was sealed
    ├── UnavailableError      retry or install
    │   ├── WorkspaceBusyError
    │   ├── StorageFullError
    │   ├── NotCapturedError          a web page did not come, or another came in its place
    │   └── MissingToolError
    └── ConsistencyError      our bug
"""

from collections.abc import Sequence

_LISTED_FAULTS = 5

__all__ = [
    "AbsentError",
    "BrokenChainError",
    "ConflictError",
    "ConsistencyError",
    "CrsMismatchError",
    "DigestMismatchError",
    "ForgedBagError",
    "GoneError",
    "InputError",
    "IntegrityError",
    "MissingToolError",
    "NotCapturedError",
    "OutsideReferenceError",
    "PurportError",
    "RefusedAddressError",
    "SeveralFaultsError",
    "StorageFullError",
    "UnavailableError",
    "UnreadableControlError",
    "UnreadableMediaError",
    "UnreadableReferenceError",
    "UnreadableSheetError",
    "UnreadableStoryError",
    "UnreviewedError",
    "WorkspaceBusyError",
]


class PurportError(Exception):
    """Base of everything that Purport raises on purpose.

    Args:
        subject: The file, record or setting concerned, as the user knows it.
        fault: What was wrong, with the offending and the expected value.
        remedy: What the user can do next.
    """

    def __init__(self, subject: str, fault: str, *, remedy: str) -> None:
        super().__init__(subject, fault, remedy)
        self.subject = subject
        self.fault = fault
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by fields, so that errors cross process borders whole."""
        return _rebuild, (type(self), self.subject, self.fault, self.remedy)

    def __str__(self) -> str:
        """Return subject and fault in one line."""
        return f"{self.subject}: {self.fault}"

    def diagnostics(self) -> str:
        """Return subject, fault and remedy, a line each, for people."""
        return f"{self.subject}: {self.fault}\n  {self.remedy}"


def _rebuild(kind: type[PurportError], subject: str, fault: str, remedy: str) -> PurportError:
    return kind(subject, fault, remedy=remedy)


class InputError(PurportError):
    """Something given to us cannot be used; fix the input."""


class UnreadableMediaError(InputError):
    """A video or image cannot be read."""


class UnreadableStoryError(InputError):
    """A source document cannot be read."""


class UnreadableReferenceError(InputError):
    """An orthophoto cannot be read, or says not where it lies."""


class UnreadableControlError(InputError):
    """A control layer cannot be read, or says not when it held."""


class UnreadableSheetError(InputError):
    """A table of items, a target area or a mark cannot be read."""


class OutsideReferenceError(InputError):
    """A point lies outside the orthophoto that should show it."""


class CrsMismatchError(InputError):
    """Two positions that should be compared are in different systems."""


class UnreviewedError(InputError):
    """A rating that no person has confirmed is to be published."""


class AbsentError(InputError):
    """A case, item, claim or job is named that does not exist."""


class GoneError(InputError):
    """The bytes of an item are not here: they were withheld, or lost."""


class RefusedAddressError(InputError):
    """An address is of this machine, of its network, or of no web page at all."""


class ConflictError(InputError):
    """What is to be corrected was changed by somebody else since it was looked at."""


class SeveralFaultsError(InputError):
    """Several faults in one input, collected and raised together."""

    @classmethod
    def collect(cls, subject: str, faults: Sequence[PurportError]) -> "SeveralFaultsError":
        """Join `faults` under one `subject`: the first five, and how many more there are."""
        listed = [
            fault.fault if fault.subject == subject else str(fault)
            for fault in faults[:_LISTED_FAULTS]
        ]
        if len(faults) > _LISTED_FAULTS:
            listed.append(f"and {len(faults) - _LISTED_FAULTS} more")
        joined = "; ".join(listed)
        remedies = " ".join(dict.fromkeys(fault.remedy for fault in faults))
        return cls(subject, f"{len(faults)} faults: {joined}", remedy=remedies)


class IntegrityError(PurportError):
    """Bytes or records are not what was recorded; stop."""


class DigestMismatchError(IntegrityError):
    """Bytes do not have the digest under which they were recorded."""


class BrokenChainError(IntegrityError):
    """The custody chain does not follow from its first event."""


class ForgedBagError(IntegrityError):
    """A sealed bag is not as it was sealed, or was never whole."""


class UnavailableError(PurportError):
    """Something is not to be had now; retry, free room or install."""


class WorkspaceBusyError(UnavailableError):
    """Another process holds the workspace."""


class StorageFullError(UnavailableError):
    """No room is left on the disk or in the quota."""


class NotCapturedError(UnavailableError):
    """A web page did not come whole, or something else came in its place."""


class MissingToolError(UnavailableError):
    """An optional tool or library is not installed."""


class ConsistencyError(PurportError):
    """An invariant of Purport itself does not hold: our bug."""
