"""Opening a bag that somebody else made: unpacked within limits, verified, and then read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from purport.core.errors import ForgedBagError, InputError
from purport.seals import BagReport, KnownParties, Profile, inspect_bag, opened_bag

__all__ = ["open_verified", "verify_bag"]

_REMEDY = (
    "Do not rely on this copy. Ask for the bag again by another way, and compare the fingerprint "
    "of the key with the one that the sealer publishes."
)


@contextmanager
def open_verified(
    path: Path, *, known: KnownParties | None = None
) -> Iterator[tuple[Path, BagReport]]:
    """Give the folder of a sealed bag that is whole, with what was verified.

    Raises:
        ForgedBagError: Something is off; it names the first thing, and every other.
        InputError: It is no bag, or one that is not sealed.
    """
    with opened_bag(path) as root:
        report = inspect_bag(root, known=known)
        _raise_faults(report)
        if report.profile is not Profile.SEALED:
            raise InputError(
                path.name,
                "is a bag, but no case that Purport sealed",
                remedy="Give a bag that purport seal made.",
            )
        yield root, report


def verify_bag(path: Path, *, known: KnownParties | None = None) -> BagReport:
    """Verify a bag, sealed or not, offline.

    Args:
        path: A folder, or a zip or tar of one.
        known: Whom the reader knows; None for nobody.

    Raises:
        ForgedBagError: Something is off; it names the first thing, and every other.
        InputError: It is no bag.
    """
    with opened_bag(path) as root:
        report = inspect_bag(root, known=known)
    _raise_faults(report)
    return report


def _raise_faults(report: BagReport) -> None:
    if not report.faults:
        return
    first, *others = report.faults
    more = "".join(f"\n  also {fault}" for fault in others)
    raise ForgedBagError(first.subject, f"{first.fault}{more}", remedy=_REMEDY)
