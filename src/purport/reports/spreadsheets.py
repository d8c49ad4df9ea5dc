"""Verdicts and strikes as tables (CSV, RFC 4180) that no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from purport.core.casefile import CaseFile
from purport.reports.readings import read_strikes

__all__ = ["harmless_cell", "strikes_as_csv", "verdicts_as_csv", "write_table"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_VERDICT_COLUMNS = (
    "claim",
    "claimant",
    "words",
    "part",
    "rating",
    "likelihood",
    "probability",
    "confidence",
    "review",
    "reviewer",
    "because",
)
_STRIKE_COLUMNS = (
    "item",
    "item_sha256",
    "strike",
    "same_strike_as",
    "onset_frame",
    "onset_s",
    "longitude_deg",
    "latitude_deg",
    "variance_east_m2",
    "variance_north_m2",
    "covariance_m2",
    "offset_m",
    "offset_sd_m",
    "offset_95_low_m",
    "offset_95_high_m",
    "bearing_deg",
    "bearing_sd_deg",
    "p_inside",
    "target_basis",
    "not_measured",
)


def verdicts_as_csv(case: CaseFile) -> str:
    """Write every verdict, a line for each part of each claim, proposed ones too."""
    claims = {claim.id: claim for claim in case.claims}
    return write_table(
        _VERDICT_COLUMNS,
        (
            {
                "claim": one.claim,
                "claimant": claims[one.claim].claimant,
                "words": " … ".join(span.exact for span in claims[one.claim].content),
                "part": one.part.value,
                "rating": one.rating.value,
                "likelihood": None if one.likelihood is None else one.likelihood.value,
                "probability": one.probability,
                "confidence": one.confidence.value,
                "review": one.review.value,
                "reviewer": one.reviewer,
                "because": " ".join(one.because),
            }
            for one in case.verdicts
        ),
    )


def strikes_as_csv(case: CaseFile) -> str:
    """Write every showing of a strike: position (WGS 84), offset, and how well both are known.

    Units stand in the names of the columns; what was not measured is empty.
    """
    return write_table(_STRIKE_COLUMNS, _strike_rows(case))


def _strike_rows(case: CaseFile) -> Iterator[Mapping[str, object]]:
    names = {item.record.digest: item.record.name for item in case.items}
    for finding in case.findings:
        if finding.check != "impacts" or "strikes" not in finding.values:
            continue
        for one in read_strikes(finding):
            known = one.covariance_m2
            low, high = one.offset_95_m or (None, None)
            yield {
                "item": None if finding.item is None else names.get(finding.item),
                "item_sha256": finding.item,
                "strike": one.number,
                "same_strike_as": one.same_strike_as,
                "onset_frame": one.onset_frame,
                "onset_s": one.onset_s,
                "longitude_deg": None if one.position is None else one.position.longitude_deg,
                "latitude_deg": None if one.position is None else one.position.latitude_deg,
                "variance_east_m2": None if known is None else known[0][0],
                "variance_north_m2": None if known is None else known[1][1],
                "covariance_m2": None if known is None else known[0][1],
                "offset_m": one.offset_m,
                "offset_sd_m": one.offset_sd_m,
                "offset_95_low_m": low,
                "offset_95_high_m": high,
                "bearing_deg": one.bearing_deg,
                "bearing_sd_deg": one.bearing_sd_deg,
                "p_inside": one.p_inside,
                "target_basis": one.target_basis,
                "not_measured": one.not_measured,
            }


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Write rows under their columns; what a column does not have is an error, None is empty."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless_cell(row[name]) for name in columns])
    return sink.getvalue()


def harmless_cell(value: object) -> str:
    """Put an apostrophe before text that a spreadsheet would work out (OWASP, CSV injection)."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
