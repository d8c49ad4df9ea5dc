"""What a case puts on a map, as GeoJSON (RFC 7946: longitude, latitude on WGS 84).

Every feature carries its facts in words, so that a list of them tells what the map draws. Nothing
is measured here: positions, ellipses and offsets are those of the findings and of what is recorded.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

import shapely
from numpy.typing import NDArray

from purport.casework.shadow_places import shadow_places
from purport.checks.control import ControlLayer, Territory, first_and_last_day, territories_read
from purport.core.case import Target
from purport.core.casefile import CaseFile, CaseItem
from purport.core.digests import Digest, JsonObject, JsonValue
from purport.core.findings import Finding
from purport.core.instants import StatedTime
from purport.core.marks import MarkKind, point_marks
from purport.core.positions import (
    GeoPoint,
    MapPoint,
    Matrix2,
    compass_point,
    destination,
    from_geographic,
    metric_crs,
    to_geographic,
)
from purport.core.records import from_json
from purport.media import Probe, display_size
from purport.reports import (
    PlaceReading,
    StrikeReading,
    ellipse_axes,
    footprint,
    format_length,
    read_place,
    read_strikes,
)

__all__ = ["MapFeature", "MapKind", "as_geojson", "bounds_of", "features_of"]

_WGS84 = "EPSG:4326"
_CORNERS = 64
_DIGITS = 8
_HALF_TURN_DEG = 180.0
_NEARLY_SURE = 0.99

Bounds = tuple[float, float, float, float]


class MapKind(StrEnum):
    """What a feature is."""

    SHADOWS = "shadows"
    """Where on Earth shadows are possible at the time claimed."""
    CLAIMED = "claimed"
    """Where footage is said to have been filmed."""
    FOUND = "found"
    """The middle of the picture, as the place check found it."""
    FOOTPRINT = "footprint"
    """The ground that registered frames show."""
    TARGET = "target"
    """Where a target is said to be, or was marked."""
    IMPACT = "impact"
    """Where something struck."""
    CONTROL = "control"
    """Who held an area or a town, according to whom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFeature:
    """One thing on the map, with its facts."""

    id: str
    """Names it within the case's map."""
    kind: MapKind
    """What it is."""
    geometry: JsonObject
    """Its geometry as GeoJSON. [deg]"""
    title: str
    """What it is called."""
    label: str
    """A word to stand beside it on the map."""
    facts: tuple[str, ...]
    """What is known of it, a sentence each."""
    item: Digest | None = None
    """The media item concerned; None for what is not about one."""
    item_name: str = ""
    """Its file name; empty as `item`."""
    holder: str = ""
    """Of an area: who held it, as the source says; empty for everything else."""
    area_95: JsonObject | None = None
    """95 % ellipse about it as a polygon; None without a known uncertainty. [deg]"""
    offset: JsonObject | None = None
    """Of an impact: the line from its target to it; None without an offset. [deg]"""


def features_of(case: CaseFile, layers: Sequence[ControlLayer] = ()) -> tuple[MapFeature, ...]:
    """Return what a case puts on a map: the areas first, so that points lie above them.

    Args:
        case: The case, as whoever looks may see it.
        layers: Layers of who held what; read for the case's date as the control check reads them,
            and left out when the case has none.
    """
    found: list[MapFeature] = []
    if case.date is not None:
        found += _control(layers, case.date)
    for item in case.items:
        found += _of_item(case, item)
    return tuple(found)


def as_geojson(features: Iterable[MapFeature]) -> JsonObject:
    """Return features as a FeatureCollection; ellipses and offsets are features of their own.

    The member `part` of the properties tells them apart: "self", "area_95", "offset".
    """
    return {
        "type": "FeatureCollection",
        "features": tuple(one for feature in features for one in _parts(feature)),
    }


def bounds_of(features: Sequence[MapFeature]) -> Bounds | None:
    """Return west, south, east and north of the features; None when there is none.

    Areas of control and places claimed count only when there is nothing else: the one would show a
    whole country, the other may lie far off. Where shadows are possible does not count. [deg]
    """
    for wanted in (
        {MapKind.FOUND, MapKind.FOOTPRINT, MapKind.TARGET, MapKind.IMPACT},
        {MapKind.CLAIMED},
        {MapKind.CONTROL},
    ):
        shapes = [shapely.geometry.shape(one.geometry) for one in features if one.kind in wanted]
        if shapes:
            west, south, east, north = shapely.total_bounds(shapes)
            return float(west), float(south), float(east), float(north)
    return None


def _parts(feature: MapFeature) -> Iterator[JsonObject]:
    for part, geometry in (
        ("area_95", feature.area_95),
        ("self", feature.geometry),
        ("offset", feature.offset),
    ):
        if geometry is not None:
            yield {
                "type": "Feature",
                "geometry": geometry,
                "properties": {
                    "id": feature.id,
                    "kind": feature.kind.value,
                    "part": part,
                    "title": feature.title,
                    "label": feature.label,
                    "facts": feature.facts,
                    "item": feature.item,
                    "holder": feature.holder,
                },
            }


# ---- who held what --------------------------------------------------------------------------


def _control(layers: Sequence[ControlLayer], asked: StatedTime) -> Iterator[MapFeature]:
    days = first_and_last_day(asked)
    for number, layer in enumerate(layers):
        if layer.territories:
            for place, (territory, age) in enumerate(territories_read(layer, days)):
                yield _territory(f"control-{number}-{place}", layer, territory, age_days=age)


def _territory(key: str, layer: ControlLayer, one: Territory, *, age_days: int) -> MapFeature:
    holder = one.holder or ""
    denied = ", ".join(one.not_held_by)
    held = f"held by {holder}" if holder else f"not held by {denied}"
    called = one.name or ("Area" if one.geometry.geom_type != "Point" else "Town")
    publisher = f", published by {layer.publisher}" if layer.publisher else ""
    facts = [
        f"{held[0].upper()}{held[1:]}, according to {layer.name}{publisher}.",
        _dated(one, age_days),
    ]
    if holder and denied:
        facts.append(f"Not held by {denied}, says the same source.")
    if layer.definition:
        facts.append(f"What it counts: {layer.definition}.")
    if layer.accuracy_m:
        facts.append(f"Its boundaries are good to {format_length(layer.accuracy_m)} (one sigma).")
    if one.radius_m is not None:
        facts.append(f"It speaks for {format_length(one.radius_m)} around the town.")
    return MapFeature(
        id=key,
        kind=MapKind.CONTROL,
        geometry=_rounded(one.geometry),
        title=f"{called}, {held}" if one.name else f"{called} {held}",
        label=holder or f"not {denied}",
        facts=tuple(facts),
        holder=holder,
    )


def _dated(one: Territory, age_days: int) -> str:
    if age_days == 0:
        return f"Drawn for {one.stated_date}, which holds on the case's date."
    days = f"{abs(age_days)} day{'s' if abs(age_days) != 1 else ''}"
    when = "before" if age_days > 0 else "after"
    return f"Drawn for {one.stated_date}, {days} {when} the case's date."


# ---- items ----------------------------------------------------------------------------------


def _of_item(case: CaseFile, item: CaseItem) -> Iterator[MapFeature]:
    findings = {one.check: one for one in case.findings if one.item == item.record.digest}
    yield from _shadows(item, findings)
    place = _read_place(findings)
    crs = place.frames[0].crs if place is not None and place.frames else None
    if place is not None:
        yield from _found(item, place)
    yield from _claimed(item)
    yield from _targets(case, item)
    if "impacts" in findings:
        for strike in read_strikes(findings["impacts"]):
            if strike.position is not None and strike.same_strike_as is None:
                yield _impact(item, strike, strike.position, crs=crs)


def _shadows(item: CaseItem, findings: dict[str, Finding]) -> Iterator[MapFeature]:
    possible = shadow_places(findings["sun"]) if "sun" in findings else None
    if possible is None:
        return
    area, values = possible
    claimed = f" ({values.claimed})" if values.claimed else ""
    yield _feature(
        item,
        MapKind.SHADOWS,
        "",
        geometry=_rounded(area),
        title=f"Where shadows fall as in {item.record.name} at the time claimed",
        label="",
        facts=[
            f"At the time claimed{claimed} shadows can fall here as those marked do (95 %).",
            "Told in steps of a degree, between the polar circles.",
            "A direction alone leaves a band around the Earth; a known height narrows it.",
        ],
    )


def _read_place(findings: dict[str, Finding]) -> PlaceReading | None:
    if "place" not in findings or "homographies" not in findings["place"].values:
        return None
    place = read_place(findings["place"])
    return place if place.matched else None


def _feature(  # noqa: PLR0913 - the members of a record
    item: CaseItem,
    kind: MapKind,
    key: str,
    *,
    geometry: JsonObject,
    title: str,
    label: str,
    facts: Iterable[str],
    area_95: JsonObject | None = None,
    offset: JsonObject | None = None,
) -> MapFeature:
    return MapFeature(
        id=f"{kind.value}-{item.record.digest[:12]}{key}",
        kind=kind,
        geometry=geometry,
        title=title,
        label=label,
        facts=tuple(facts),
        item=item.record.digest,
        item_name=item.record.name,
        area_95=area_95,
        offset=offset,
    )


def _found(item: CaseItem, place: PlaceReading) -> Iterator[MapFeature]:
    name = item.record.name
    outline = _footprints(item, place)
    if outline is not None:
        yield _feature(
            item,
            MapKind.FOOTPRINT,
            "",
            geometry=outline,
            title=f"Ground that {name} shows",
            label="",
            facts=[f"Laid on the orthophoto by {len(place.frames)} of its frames."],
        )
    if place.centre is None:
        return
    facts = [_position_words("The middle of the picture lies at", place.centre)]
    if place.covariance_m2 is not None:
        facts.append(_spread_words(place.covariance_m2))
    if place.claimed_distance_m is not None:
        away = format_length(place.claimed_distance_m)
        facts.append(f"{away} from where it is said to be.")
    yield _feature(
        item,
        MapKind.FOUND,
        "",
        geometry=_point(place.centre),
        title=f"Where {name} was filmed, as found",
        label=name,
        facts=facts,
        area_95=_ellipse(
            place.centre, place.covariance_m2, place.frames[0].crs if place.frames else None
        ),
    )


def _footprints(item: CaseItem, place: PlaceReading) -> JsonObject | None:
    """Return the union of the ground that the registered frames show; None when none can be."""
    if item.container is None:
        return None
    size = display_size(from_json(Probe, item.container))
    found: list[shapely.Geometry] = []
    for frame in place.frames:
        corners = footprint(frame, size)
        if corners is not None:
            found.append(_on_earth(corners, frame.crs))
    return _rounded(shapely.union_all(found)) if found else None


def _on_earth(corners: NDArray[Any], crs: str) -> shapely.Geometry:
    ring = [
        to_geographic(MapPoint(easting_m=float(x), northing_m=float(y), crs=crs))
        for x, y in corners
    ]
    polygon = shapely.Polygon([(one.longitude_deg, one.latitude_deg) for one in ring])
    return polygon if polygon.is_valid else polygon.buffer(0.0)


def _claimed(item: CaseItem) -> Iterator[MapFeature]:
    claimed = item.record.claimed_place
    if claimed is None or claimed.point is None:
        return
    called = claimed.name or "the place claimed"
    yield _feature(
        item,
        MapKind.CLAIMED,
        "",
        geometry=_point(claimed.point),
        title=f"Where {item.record.name} is said to have been filmed",
        label=called,
        facts=[_position_words(f"{called[0].upper()}{called[1:]}:", claimed.point)],
    )


def _targets(case: CaseFile, item: CaseItem) -> Iterator[MapFeature]:
    stated = item.record.target
    if stated is not None:
        yield _target(item, "", stated, facts=[f"By: {stated.basis}."])
    marks = [one for one in case.marks if one.item == item.record.digest]
    for mark in point_marks(marks, MarkKind.TARGET):
        if mark.point is None and mark.outline is None:
            continue
        target = Target(
            point=mark.point,
            outline=None if mark.point is not None else mark.outline,
            standard_uncertainty_m=mark.point_sd_m,
            basis=f"marked by {mark.author}",
        )
        yield _target(item, f"-{mark.mark}", target, facts=[f"Marked by {mark.author}."])


def _target(item: CaseItem, key: str, target: Target, *, facts: list[str]) -> MapFeature:
    if target.standard_uncertainty_m:
        spread = format_length(target.standard_uncertainty_m)
        facts = [*facts, f"Its position is good to {spread} (one sigma, each way)."]
    area = None
    if target.point is not None:
        geometry = _point(target.point)
        facts = [_position_words("It lies at", target.point), *facts]
        variance = target.standard_uncertainty_m**2
        area = _ellipse(target.point, ((variance, 0.0), (0.0, variance)), None)
    else:
        corners = target.outline or ()
        geometry = _rounded(
            shapely.Polygon([(one.longitude_deg, one.latitude_deg) for one in corners])
        )
        facts = [f"An outline of {len(corners)} corners.", *facts]
    return _feature(
        item,
        MapKind.TARGET,
        key,
        geometry=geometry,
        title=f"Target of {item.record.name}",
        label="target",
        facts=facts,
        area_95=area,
    )


def _impact(
    item: CaseItem, strike: StrikeReading, position: GeoPoint, *, crs: str | None
) -> MapFeature:
    facts = [_position_words(f"First seen in frame {strike.onset_frame}, at", position)]
    if strike.covariance_m2 is not None:
        facts.append(_spread_words(strike.covariance_m2))
    label = str(strike.number)
    if strike.offset_m is not None:
        facts.append(_offset_words(strike))
        away = format_length(strike.offset_m) if strike.offset_m else "inside"
        label = f"{strike.number}: {away}"
    elif strike.not_measured:
        facts.append(strike.not_measured)
    if strike.p_inside is not None:
        facts.append(f"It lies inside the target's outline with {_percent(strike.p_inside)}.")
    if strike.mark:
        facts.append(strike.mark)
    return _feature(
        item,
        MapKind.IMPACT,
        f"-{strike.number}",
        geometry=_point(position),
        title=f"Impact {strike.number} in {item.record.name}",
        label=label,
        facts=facts,
        area_95=_ellipse(position, strike.covariance_m2, crs),
        offset=_offset_line(strike, position),
    )


def _offset_line(strike: StrikeReading, position: GeoPoint) -> JsonObject | None:
    """Return the line that the offset measures: from the target's nearest point to the impact."""
    if not strike.offset_m or strike.bearing_deg is None:
        return None
    back = (strike.bearing_deg + _HALF_TURN_DEG) % (2 * _HALF_TURN_DEG)
    start = destination(position, back, strike.offset_m)
    return {"type": "LineString", "coordinates": (_pair(start), _pair(position))}


# ---- words and shapes -----------------------------------------------------------------------


def _offset_words(strike: StrikeReading) -> str:
    if not strike.offset_m:
        return "The point found lies inside the target's outline, so at no distance from it."
    words = f"{format_length(strike.offset_m)} from the target"
    if strike.bearing_deg is not None:
        words += f", to the {compass_point(strike.bearing_deg)} of it"
    if strike.offset_95_m is not None:
        low, high = (format_length(end) for end in strike.offset_95_m)
        words += f" (95 %: {low} to {high})"
    return f"{words}."


def _percent(probability: float) -> str:
    if probability > _NEARLY_SURE:
        return "more than 99 %"
    if probability < 1.0 - _NEARLY_SURE:
        return "less than 1 %"
    return f"{100.0 * probability:.0f} %"


def _position_words(lead: str, point: GeoPoint) -> str:
    north = "north" if point.latitude_deg >= 0.0 else "south"
    east = "east" if point.longitude_deg >= 0.0 else "west"
    latitude, longitude = abs(point.latitude_deg), abs(point.longitude_deg)
    return f"{lead} {latitude:.5f}° {north}, {longitude:.5f}° {east}."


def _spread_words(covariance_m2: Matrix2) -> str:
    major, minor, _ = ellipse_axes(covariance_m2)
    return f"It lies with 95 % within {format_length(major)} by {format_length(minor)} of that."


def _point(point: GeoPoint) -> JsonObject:
    return {"type": "Point", "coordinates": _pair(point)}


def _pair(point: GeoPoint) -> tuple[float, float]:
    return round(point.longitude_deg, _DIGITS), round(point.latitude_deg, _DIGITS)


def _ellipse(centre: GeoPoint, covariance_m2: Matrix2 | None, crs: str | None) -> JsonObject | None:
    """Return the 95 % ellipse of a covariance as a polygon; None for a point without any.

    Args:
        centre: Its middle.
        covariance_m2: Easting and northing. [m²]
        crs: Of which system; None for the UTM zone there.
    """
    if covariance_m2 is None:
        return None
    major, minor, turn_deg = ellipse_axes(covariance_m2)
    if not major > 0.0:
        return None
    middle = from_geographic(centre, metric_crs(crs or _WGS84, centre))
    turn = math.radians(turn_deg)
    ring = []
    for step in range(_CORNERS):
        along = 2.0 * math.pi * step / _CORNERS
        east, north = major * math.cos(along), minor * math.sin(along)
        corner = MapPoint(
            easting_m=middle.easting_m + east * math.cos(turn) - north * math.sin(turn),
            northing_m=middle.northing_m + east * math.sin(turn) + north * math.cos(turn),
            crs=middle.crs,
        )
        ring.append(_pair(to_geographic(corner)))
    return {"type": "Polygon", "coordinates": ((*ring, ring[0]),)}


def _rounded(shape: shapely.Geometry) -> JsonObject:
    """Return a geometry as GeoJSON with hundred-millionths of a degree: about a millimetre."""
    told = cast("JsonObject", shapely.geometry.mapping(shape))
    return {**told, "coordinates": _round(told["coordinates"])}


def _round(value: JsonValue) -> JsonValue:
    if isinstance(value, list | tuple):
        return tuple(_round(part) for part in value)
    return round(value, _DIGITS) if isinstance(value, float) else value
