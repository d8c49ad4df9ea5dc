"""Places that are public, for maps: GeoJSON (RFC 7946) and KML (OGC 2.2)."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from purport.core.digests import JsonObject, JsonValue
from purport.reports.published.words_in_xml import words_in_xml

__all__ = ["places_as_geojson", "places_as_kml"]

_KML = "http://www.opengis.net/kml/2.2"
_SAID = {
    "claimed": "Where it is said to have been filmed",
    "filmed": "Where it was filmed",
    "impact": "Where a strike landed",
}


def places_as_geojson(document: Mapping[str, Any]) -> JsonObject:
    """Write what readers see as a FeatureCollection; it is empty while places are withheld."""
    features: list[JsonValue] = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(place["position"])},
            "properties": {
                "item": item["name"],
                **{name: value for name, value in place.items() if name != "position"},
            },
        }
        for item, place in _places(document)
    ]
    return {"type": "FeatureCollection", "features": features}


def places_as_kml(document: Mapping[str, Any]) -> bytes:
    """Write what readers see as a KML document."""
    ET.register_namespace("", _KML)
    root = ET.Element(f"{{{_KML}}}kml")
    whole = ET.SubElement(root, f"{{{_KML}}}Document")
    _tell(whole, "name", document["title"])
    for item, place in _places(document):
        mark = ET.SubElement(whole, f"{{{_KML}}}Placemark")
        _tell(mark, "name", f"{item['name']}: {_SAID[place['kind']]}")
        _tell(mark, "description", _described(place))
        point = ET.SubElement(mark, f"{{{_KML}}}Point")
        longitude, latitude = place["position"]
        _tell(point, "coordinates", f"{longitude:.7f},{latitude:.7f}")  # to a centimetre
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _places(
    document: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for item in document["items"]:
        for place in item["places"]:
            yield item, place


def _described(place: Mapping[str, Any]) -> str:
    lines = []
    if place["radius_95_m"] is not None:
        lines.append(f"Known to {place['radius_95_m']:.1f} m (95 %).")
    if place.get("offset_m") is not None:
        known = place.get("offset_95_m")
        within = "" if known is None else f" (95 %: {known[0]:.1f} to {known[1]:.1f} m)"
        lines.append(f"{place['offset_m']:.1f} m from the {place['target_basis']}{within}.")
    return " ".join(lines)


def _tell(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_KML}}}{name}").text = words_in_xml(text)
