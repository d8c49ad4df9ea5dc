"""Where an item was filmed and where its strikes landed, each with its uncertainty.

Strike by strike: nothing is summed up over several, and nothing is said of how well anybody aims.
"""

from collections.abc import Sequence

from purport.core.case import ItemRecord
from purport.core.digests import JsonObject, JsonValue
from purport.core.findings import Finding
from purport.core.positions import GeoPoint, Matrix2
from purport.reports.map_drawings import ellipse_axes
from purport.reports.readings import StrikeReading, read_place, read_strikes

__all__ = ["places_of"]


def places_of(record: ItemRecord, findings: Sequence[Finding]) -> list[JsonValue]:
    """Return the places of an item as JSON objects.

    Args:
        record: The item.
        findings: Its findings that are published.

    Returns:
        Of each its `kind` ("claimed", "filmed" or "impact"), `position` (longitude and latitude on
        WGS 84, degrees), `radius_95_m` (the long half axis of the 95 % ellipse; None where not
        known) and, for an impact, its number `strike` from 1, `same_strike_as` (the number of the
        strike that it shows again), `onset_s`, `offset_m`, `offset_95_m`, `bearing_deg` and
        `target_basis` (each None where not measured).
    """
    places: list[JsonValue] = []
    claimed = record.claimed_place
    if claimed is not None and claimed.point is not None:
        places.append(_place("claimed", claimed.point, None))
    for finding in findings:
        if finding.check == "place" and finding.answer == "matches":
            place = read_place(finding)
            if place.centre is not None:
                places.append(_place("filmed", place.centre, place.covariance_m2))
        elif finding.check == "impacts":
            places += [
                _impact(strike, strike.position)
                for strike in read_strikes(finding)
                if strike.position is not None
            ]
    return places


def _place(kind: str, point: GeoPoint, covariance_m2: Matrix2 | None) -> dict[str, JsonValue]:
    radius = None if covariance_m2 is None else round(ellipse_axes(covariance_m2)[0], 2)
    return {
        "kind": kind,
        "position": [point.longitude_deg, point.latitude_deg],
        "radius_95_m": radius,
    }


def _impact(strike: StrikeReading, position: GeoPoint) -> JsonObject:
    interval = strike.offset_95_m
    return {
        **_place("impact", position, strike.covariance_m2),
        "strike": strike.number,
        "same_strike_as": strike.same_strike_as,
        "onset_s": strike.onset_s,
        "offset_m": strike.offset_m,
        "offset_95_m": None if interval is None else list(interval),
        "bearing_deg": strike.bearing_deg,
        "target_basis": strike.target_basis,
    }
