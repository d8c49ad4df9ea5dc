"""Confirmed ratings as a table (CSV, RFC 4180) that no spreadsheet takes for formulas."""

from collections.abc import Mapping
from typing import Any

from purport.reports.spreadsheets import write_table

__all__ = ["ratings_as_csv"]

_COLUMNS = (
    "claim",
    "claimant",
    "words",
    "part",
    "rating",
    "likelihood",
    "confidence",
    "because",
    "confirmed_utc",
)


def ratings_as_csv(document: Mapping[str, Any]) -> str:
    """Write what readers see, a line for each part of each claim."""
    return write_table(
        _COLUMNS,
        (
            {
                **verdict,
                "claim": claim["id"],
                "claimant": claim["claimant"],
                "words": claim["words"],
                "because": " ".join(verdict["because"]),
            }
            for claim in document["claims"]
            for verdict in claim["verdicts"]
        ),
    )
