"""Confirmed ratings as a table (CSV, RFC 4180) that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Mapping
from typing import Any

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
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
            writer.writerow([_harmless(row[name]) for name in _COLUMNS])
    return sink.getvalue()


def _harmless(value: object) -> str:
    """Put an apostrophe before what a spreadsheet would work out (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
