"""Where an item was filmed and where its strikes landed, each with its uncertainty.

Strike by strike: nothing is summed up over several, and nothing is said of how well anybody aims.
"""

import math
from collections.abc import Mapping, Sequence

from purport.core.case import ItemRecord
from purport.core.digests import JsonObject, JsonValue
from purport.core.findings import Finding

__all__ = ["places_of"]

_QUANTILE_95_TWO_AXES = 2.4477468306808166
"""Radius that holds 95 % of a circular normal distribution, in its standard deviations: the square
root of the 0.95 quantile of chi-squared with 2 degrees of freedom."""


def places_of(record: ItemRecord, findings: Sequence[Finding]) -> list[JsonValue]:
    """Return the places of an item as JSON objects.

    Args:
        record: The item.
        findings: Its findings that are published.

    Returns:
        Of each its `kind` ("claimed", "filmed" or "impact"), `position` (longitude and latitude on
        WGS 84, degrees), `radius_95_m` (None where not known) and, for an impact, `strike`,
        `onset_s`, `offset_m`, `offset_95_m` and `bearing_deg` (None where not measured).
    """
    places: list[JsonValue] = []
    claimed = record.claimed_place
    if claimed is not None and claimed.point is not None:
        point = claimed.point
        places.append(
            {
                "kind": "claimed",
                "position": [point.longitude_deg, point.latitude_deg],
                "radius_95_m": None,
            }
        )
    for finding in findings:
        if finding.check == "place" and finding.answer == "matches":
            places += _filmed(finding.values)
        elif finding.check == "impacts":
            places += _impacts(finding.values)
    return places


def _filmed(values: JsonObject) -> list[JsonValue]:
    centre = values.get("centre")
    if not isinstance(centre, Sequence):
        return []
    radius = _radius_95_m(values.get("covariance_m2"))
    return [{"kind": "filmed", "position": list(centre), "radius_95_m": radius}]


def _impacts(values: JsonObject) -> list[JsonValue]:
    strikes = values.get("strikes")
    told: list[JsonValue] = []
    for number, strike in enumerate(strikes if isinstance(strikes, Sequence) else (), 1):
        if not isinstance(strike, Mapping) or strike.get("position") is None:
            continue
        told.append(
            {
                "kind": "impact",
                "strike": number,
                "same_strike_as": strike.get("same_strike_as"),
                "position": strike["position"],
                "radius_95_m": _radius_95_m(strike.get("position_covariance_m2")),
                "onset_s": strike.get("onset_s"),
                "offset_m": strike.get("offset_m"),
                "offset_95_m": strike.get("offset_95_m"),
                "bearing_deg": strike.get("bearing_deg"),
                "target_basis": strike.get("target_basis"),
            }
        )
    return told


def _radius_95_m(covariance: object) -> float | None:
    """Return the radius of the 95 % ellipse along its long axis. [m]"""
    if not isinstance(covariance, Sequence):
        return None
    (xx, xy), (_, yy) = covariance
    longest = (xx + yy) / 2 + math.hypot((xx - yy) / 2, xy)
    return round(_QUANTILE_95_TWO_AXES * math.sqrt(longest), 2)
