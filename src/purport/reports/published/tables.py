"""Confirmed ratings as a table (CSV, RFC 4180) that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from purport.reports.spreadsheets import harmless_cell

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
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow(_COLUMNS)
    for claim in document["claims"]:
        for verdict in claim["verdicts"]:
            row = {
                **verdict,
                "claim": claim["id"],
                "claimant": claim["claimant"],
                "words": claim["words"],
                "because": " ".join(verdict["because"]),
            }
            writer.writerow([harmless_cell(row[name]) for name in _COLUMNS])
    return sink.getvalue()
