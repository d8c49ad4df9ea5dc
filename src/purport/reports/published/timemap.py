"""Places that are public, as events of TimeMap.

References:
    Forensic Architecture, TimeMap, and Bellingcat's ukraine-timemap: an event has text fields,
    above all `id`, `description`, `date`, `time`, `location`, `latitude` with `longitude`, and the
    lists `associations` and `sources`; it needs a date or a place.
"""

from collections.abc import Mapping
from typing import Any

from purport.core.digests import JsonObject, JsonValue

__all__ = ["places_as_timemap"]

_SAID = {
    "claimed": "Said to have been filmed here",
    "filmed": "Filmed here",
    "impact": "A strike landed here",
}


def places_as_timemap(document: Mapping[str, Any], *, url: str) -> list[JsonObject]:
    """Write what readers see as a list of TimeMap events; empty while places are withheld.

    Args:
        document: What readers see of the case.
        url: Address of the case's page, the source of each event.
    """
    return [
        _event(document, item, place, f"{item['sha256'][:12]}-{number}", url)
        for item in document["items"]
        for number, place in enumerate(item["places"], 1)
    ]


def _event(  # noqa: PLR0917 - what an event is put together from
    document: Mapping[str, Any],
    item: Mapping[str, Any],
    place: Mapping[str, Any],
    identifier: str,
    url: str,
) -> JsonObject:
    longitude, latitude = place["position"]
    within = "" if place["radius_95_m"] is None else f" (± {place['radius_95_m']:.1f} m, 95 %)"
    date = document["date"] or ""
    associations: list[JsonValue] = [place["kind"]]
    sources: list[JsonValue] = [url]
    return {
        "id": identifier,
        "description": f"{document['title']}: {item['name']}. {_SAID[place['kind']]}{within}.",
        "date": date[:10],
        "time": date[11:16],
        "location": item["claimed_place"] or "",
        "latitude": f"{latitude:.6f}",
        "longitude": f"{longitude:.6f}",
        "category": place["kind"],
        "graphic": "TRUE" if item["opens_blurred"] else "FALSE",
        "associations": associations,
        "sources": sources,
    }
