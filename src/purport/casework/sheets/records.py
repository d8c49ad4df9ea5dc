"""What judging sheets gives: the case as records, and a summary a sheet."""

from dataclasses import dataclass

from purport.casework.sheets._origins import Origin
from purport.core.casefile import CaseFile
from purport.core.digests import Digest
from purport.verdicts import GroupTally, PlaceTally

__all__ = ["JudgedSheets", "SheetSummary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSummary:
    """One sheet."""

    document: Digest
    """The sheet."""
    name: str
    """Its file name."""
    origin: Origin
    """Which tool wrote it."""
    claims: tuple[str, ...]
    """Identifiers of the claims that its rows make, in order."""
    places: PlaceTally
    """The tally of places."""
    groups: tuple[GroupTally, ...]
    """The tally of each group claimed."""
    unread: tuple[str, ...]
    """Columns that are not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSheets:
    """Sheets with the verdicts on the claims of their rows."""

    case: CaseFile
    """Documents, claims, findings and verdicts."""
    sheets: tuple[SheetSummary, ...]
    """A summary a sheet."""
    unplaced: tuple[str, ...]
    """Statements of control that could not be put on the map."""
