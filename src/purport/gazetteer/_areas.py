"""From words about a place to the ground that they can mean, and how far a point is from it.

Words never name a point. "South-west of Raqqa" is a sector, "Homs province" an area, "Talbiseh" a
town that extends for kilometres. A distance to what was claimed is therefore a range, from the
nearest ground that the words can mean to the farthest, and every reading of the words counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from purport.core.positions import GeoPoint, bearing_deg, compass_point, geodesic_distance_m
from purport.gazetteer._phrases import PlacePhrase, Relation
from purport.gazetteer._search import Gazetteer
from purport.gazetteer.records import NameMatch, Place, PlaceKind

__all__ = ["ClaimedDistance", "PhraseReach", "Reading", "measure_claimed_distance", "read_phrase"]

_GEOD = Geod(ellps="WGS84")
_KILOMETRE_M = 1000.0
_HALF_SECTOR_DEG = 45.0
"""Half the width of a direction in words: "south-west" is anything from south to west."""
_RAYS = 91
_STEPS = 101
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseReach:
    """How far words about a place can reach. [m]

    Conventions, wide on purpose: what lies outside was not claimed by anybody's reading of the
    words.
    """

    settlement_m: float = 5000.0
    """From the point of a town or village to ground that its name alone can mean."""
    near_m: float = 15000.0
    """From its point to ground that "near" or "outskirts" can mean."""
    direction_m: float = 100000.0
    """From its point to ground that "south-west of" can mean: farther off another town would have
    been named. Of Syria's 62 districts one alone (Douma, in the desert) has a listed place more
    than 100 km from its middle."""
    member_m: float = 10000.0
    """From a listed settlement of an area to ground of that area: half the usual spacing, so that
    the area reaches beyond its outermost settlements."""
    offset_share: float = 0.25
    """A stated distance stands for itself give or take this share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One place that the words can mean, and the ground around it."""

    place: Place
    """The place."""
    match: NameMatch
    """How its name was found."""
    words: str
    """The ground in words ("from south to west of Ar-Raqqa, up to 100 km")."""
    least_m: float
    """Nearest ground, from the place's point. [m]"""
    most_m: float
    """Farthest ground, from the place's point. [m]"""
    azimuth_deg: float | None
    """Middle direction of the ground from the point; None: all around. [deg]"""
    members: tuple[Place, ...] = ()
    """For an area: the settlements listed in it."""
    aside: bool = False
    """Whether the words point to another place of this name; it is measured and kept visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDistance:
    """How far a point is from the ground that words can mean, by one reading. [m]"""

    reading: Reading
    """The reading."""
    to_place_m: float
    """Distance to the place's own point."""
    nearest_m: float
    """Distance to the nearest ground meant; 0 inside it."""
    farthest_m: float
    """Distance to the farthest ground meant."""


def read_phrase(
    phrase: PlacePhrase, gazetteer: Gazetteer, *, reach: PhraseReach
) -> tuple[Reading, ...]:
    """Return every reading of a phrase; empty when no place of that name is listed.

    Where a town and an area share a name, "governorate" or "province" means the area; without such
    a word the town is meant, and the others are kept as readings set aside.
    """
    candidates = gazetteer.find_within(phrase.name, phrase.context)
    meant = _meant(phrase, {one.place.kind for one in candidates})
    readings = [
        _reading(
            phrase,
            one.place,
            one.match,
            reach,
            members=gazetteer.members(one.place) if one.place.kind.is_area else (),
            aside=one.place.kind not in meant,
        )
        for one in candidates
    ]
    return tuple(sorted(readings, key=lambda one: one.aside))


def measure_claimed_distance(point: GeoPoint, reading: Reading) -> ClaimedDistance:
    """Measure how far a point is from the ground of one reading, nearest and farthest.

    Uncertainty:
        The edge of a sector is stood for by points at most 2.5 % of its reach apart; the range is
        too narrow by no more than that.
    """
    anchor = reading.place.point
    to_place = geodesic_distance_m(point, anchor)
    if reading.members:
        return _to_members(point, reading, to_place)
    longitudes, latitudes = _ground(reading)
    distances = _distances(point, longitudes, latitudes)
    nearest = 0.0 if _covers(reading, point, to_place) else float(distances.min())
    return ClaimedDistance(
        reading=reading,
        to_place_m=to_place,
        nearest_m=nearest,
        farthest_m=float(distances.max()),
    )


def _meant(phrase: PlacePhrase, kinds: set[PlaceKind]) -> set[PlaceKind]:
    """Return the kinds of places that a phrase means, of those that its name can mean."""
    areas = {kind for kind in kinds if kind.is_area}
    if phrase.relation is Relation.WITHIN:
        return areas & {phrase.area_kind} or areas or kinds
    return kinds - areas or kinds


def _reading(
    phrase: PlacePhrase,
    place: Place,
    match: NameMatch,
    reach: PhraseReach,
    *,
    members: Sequence[Place],
    aside: bool,
) -> Reading:
    if members:
        return Reading(
            place=place,
            match=match,
            words=f"anywhere in {place.name} ({place.kind.value}, {len(members)} places listed)",
            least_m=0.0,
            most_m=reach.member_m,
            azimuth_deg=None,
            members=tuple(members),
            aside=aside,
        )
    least, most = _limits(phrase, place, reach)
    return Reading(
        place=place,
        match=match,
        words=_describe(phrase, place, least, most),
        least_m=least,
        most_m=most,
        azimuth_deg=phrase.azimuth_deg,
        aside=aside,
    )


def _limits(phrase: PlacePhrase, place: Place, reach: PhraseReach) -> tuple[float, float]:
    if phrase.relation is Relation.OFFSET and phrase.distance_m is not None:
        slack = reach.settlement_m + phrase.distance_m * reach.offset_share
        return max(0.0, phrase.distance_m - slack), phrase.distance_m + slack
    if phrase.relation is Relation.TOWARDS:
        return 0.0, reach.direction_m
    if phrase.relation is Relation.NEAR:
        return 0.0, reach.near_m
    wide = place.kind.is_area or place.kind is PlaceKind.OTHER
    return 0.0, reach.near_m if wide else reach.settlement_m


def _describe(phrase: PlacePhrase, place: Place, least: float, most: float) -> str:
    km = f"{most / _KILOMETRE_M:.0f} km"
    span = f"{least / _KILOMETRE_M:.0f} to {km}" if least else f"up to {km}"
    if phrase.azimuth_deg is None:
        return f"{span} around {place.name}"
    start, end = (
        compass_point((phrase.azimuth_deg + turn) % 360)
        for turn in (-_HALF_SECTOR_DEG, _HALF_SECTOR_DEG)
    )
    return f"from {start} to {end} of {place.name}, {span}"


def _ground(reading: Reading) -> tuple[FloatArray, FloatArray]:
    """Return points on the edges of the ground: its arcs and, of a sector, its two sides."""
    middle = reading.azimuth_deg
    half = 180.0 if middle is None else _HALF_SECTOR_DEG
    azimuths = (middle or 0.0) + np.linspace(-half, half, 4 * _RAYS if middle is None else _RAYS)
    radii = np.linspace(reading.least_m, reading.most_m, _STEPS)
    arcs = [(azimuths, np.full_like(azimuths, r)) for r in (reading.least_m, reading.most_m)]
    sides = [(np.full_like(radii, end), radii) for end in (azimuths[0], azimuths[-1])]
    azimuth = np.concatenate([one for one, _ in (*arcs, *sides)])
    radius = np.concatenate([one for _, one in (*arcs, *sides)])
    anchor = reading.place.point
    longitudes, latitudes, _ = _GEOD.fwd(
        np.full_like(azimuth, anchor.longitude_deg),
        np.full_like(azimuth, anchor.latitude_deg),
        azimuth,
        radius,
    )
    return np.asarray(longitudes), np.asarray(latitudes)


def _covers(reading: Reading, point: GeoPoint, to_place_m: float) -> bool:
    if not reading.least_m <= to_place_m <= reading.most_m:
        return False
    if reading.azimuth_deg is None or to_place_m == 0.0:
        return True
    turn = abs((bearing_deg(reading.place.point, point) - reading.azimuth_deg + 180) % 360 - 180)
    return turn <= _HALF_SECTOR_DEG


def _to_members(point: GeoPoint, reading: Reading, to_place_m: float) -> ClaimedDistance:
    """Measure to an area by its listed settlements, each of which stands for its surroundings."""
    longitudes = np.array([one.point.longitude_deg for one in reading.members])
    latitudes = np.array([one.point.latitude_deg for one in reading.members])
    distances = _distances(point, longitudes, latitudes)
    return ClaimedDistance(
        reading=reading,
        to_place_m=to_place_m,
        nearest_m=max(0.0, float(distances.min()) - reading.most_m),
        farthest_m=float(distances.max()) + reading.most_m,
    )


def _distances(point: GeoPoint, longitudes: FloatArray, latitudes: FloatArray) -> FloatArray:
    _, _, distances = _GEOD.inv(
        np.full_like(longitudes, point.longitude_deg),
        np.full_like(latitudes, point.latitude_deg),
        longitudes,
        latitudes,
    )
    return np.asarray(distances, dtype=np.float64)
