"""What is wrong with a file of layers, or with one feature of it."""

from purport.core.errors import UnreadableControlError

__all__ = ["REMEDY", "FaultyFeatureError", "unreadable"]

REMEDY = "Correct the file; its format stands in the documentation of the control check."
_SAVE_AGAIN = "Give GeoJSON, KML, a table of assertions (UTF-8) or a GeoPackage."


class FaultyFeatureError(Exception):
    """What is wrong with one feature; it never leaves this package."""


def unreadable(subject: str, fault: str, *, remedy: str = _SAVE_AGAIN) -> UnreadableControlError:
    """Form the error for a file that cannot be used."""
    return UnreadableControlError(subject, fault, remedy=remedy)
