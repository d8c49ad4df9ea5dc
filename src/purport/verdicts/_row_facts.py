"""From a row of a sheet to facts: distances to what was claimed, and who held the place found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from typing import cast

import numpy as np
from pyproj import Geod

from purport.checks.control import (
    AskedPoint,
    ControlLayer,
    Overall,
    PointAnswer,
    PointBasis,
    Rules,
    ask_layers,
    first_and_last_day,
    normal_lattice,
)
from purport.core.digests import Digest, JsonObject, JsonValue, digest_json
from purport.core.findings import Derivation, Finding
from purport.core.instants import StatedTime
from purport.core.positions import GeoPoint
from purport.core.records import to_json
from purport.gazetteer import (
    Gazetteer,
    NameMatch,
    PhraseReach,
    Place,
    PlaceKind,
    Reading,
    Relation,
    measure_claimed_distance,
    parse_place_phrase,
    read_phrase,
)
from purport.verdicts.rows import Known, ReadingDistance, RowFacts, StatedRow

__all__ = ["SheetAnswer", "Surroundings", "establish_facts", "form_finding"]

_VERSION = "1"
_LIBRARIES = ("numpy", "pyproj", "shapely")
_LIMITS = (
    "Nothing of the footage was looked at; it rests on what the sheet states.",
    "What words about a place can mean is a convention, wide on purpose.",
    "A source of control says who held a place, not who was there, and not who was hit.",
)
_KILOMETRE_M = 1000.0
_OVERALL_WORDS = {
    Overall.AGREE: "the sources of control agree",
    Overall.DISPUTED: "the sources of control differ",
    Overall.BOUNDARY: "it lies too close to a boundary of control",
    Overall.NO_DATA: "no source of control names a holder",
}

_GEOD = Geod(ellps="WGS84")
_LATTICE = normal_lattice(64)
_STATED_SD_M = 100.0
"""Standard uncertainty of coordinates that come without one: a street corner, not a pixel. [m]"""
_CERTAIN_M = 10_000.0
"""Ground whose nearest point is so far away, beside six standard uncertainties, is not reached."""


class SheetAnswer(StrEnum):
    """Answers of the finding that a row makes."""

    PLACED = "placed"
    """The row has a position, and what it implies was computed."""
    CANNOT_TELL = "cannot_tell"
    """It has none; what the sheet itself compares is on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What rows are held against."""

    gazetteer: Gazetteer
    """Where names are looked up."""
    layers: tuple[ControlLayer, ...] = ()
    """Layers of control."""
    reach: PhraseReach
    """How far words about a place can reach."""
    control_rules: Rules
    """Parameters of the look-up of control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """The place found, as a point."""

    point: GeoPoint
    sd_m: float
    basis: str
    names_town: bool = False


def establish_facts(claim: str, stated: StatedRow, around: Surroundings) -> RowFacts:
    """Compute what follows from a row.

    Args:
        claim: Identifier of the claim that the row makes.
        stated: The row.
        around: Gazetteer, layers and rules.
    """
    missing: list[str] = []
    found = _found(stated, around, missing)
    distances: tuple[ReadingDistance, ...] = ()
    if found is not None and (stated.claimed_place or stated.claimed_point):
        distances = _distances(stated, found, around, missing)
    date, date_basis = _date(stated)
    control = None
    if found is not None and date is not None and around.layers:
        control = _control(stated, found, date, around)
    placed = found is not None or stated.found_place is not None
    missing.extend(_lacking(stated, placed=placed, dated=date is not None, around=around))
    return RowFacts(
        claim=claim,
        stated=stated,
        point=None if found is None else (found.point.longitude_deg, found.point.latitude_deg),
        point_sd_m=None if found is None else found.sd_m,
        point_basis=None if found is None else found.basis,
        distances=distances,
        date=None if date is None else date.stated,
        date_basis=date_basis,
        control=control,
        missing=tuple(missing),
    )


def _found(stated: StatedRow, around: Surroundings, missing: list[str]) -> _Found | None:
    """Return the place found: its coordinates, or the one town that its name means."""
    if stated.found_point is not None:
        sd_m = stated.found_sd_m
        basis = "coordinates of the sheet"
        if sd_m is None:
            basis += f", taken as good to {_STATED_SD_M:g} m, as it states no uncertainty"
        return _Found(
            point=stated.found_point, sd_m=_STATED_SD_M if sd_m is None else sd_m, basis=basis
        )
    if stated.found_place is None:
        return None
    phrase = parse_place_phrase(stated.found_place)
    readings = read_phrase(phrase, around.gazetteer, reach=around.reach)
    towns = [one for one in readings if not one.aside and not one.place.kind.is_area]
    if phrase.relation in {Relation.AT, Relation.NEAR} and len(towns) == 1:
        (town,) = towns
        return _Found(
            point=town.place.point,
            sd_m=town.most_m / 2,
            basis=(
                f"the town of the name in the gazetteer ({town.place.name}, {town.place.id}), up "
                f"to {town.most_m / 1000:g} km around its point"
            ),
            names_town=phrase.relation is Relation.AT,
        )
    many = f"{len(towns)} places are called so" if len(towns) > 1 else "it names no single town"
    missing.append(f"a position of the place found: “{stated.found_place}” is no point ({many})")
    return None


def _distances(
    stated: StatedRow, found: _Found, around: Surroundings, missing: list[str]
) -> tuple[ReadingDistance, ...]:
    readings = _readings(stated, around)
    if not readings:
        missing.append(f"the place claimed: “{stated.claimed_place}” is not in the gazetteer")
    return tuple(_distance(found, reading) for reading in readings)


def _readings(stated: StatedRow, around: Surroundings) -> tuple[Reading, ...]:
    if stated.claimed_point is None:
        phrase = parse_place_phrase(stated.claimed_place or "")
        return read_phrase(phrase, around.gazetteer, reach=around.reach)
    name = stated.claimed_place or "the point claimed"
    place = Place(
        id="stated",
        name=name,
        kind=PlaceKind.SETTLEMENT,
        point=stated.claimed_point,
        names=(name,),
    )
    most = around.reach.settlement_m
    words = f"up to {most / 1000:g} km around the coordinates claimed"
    return (
        Reading(
            place=place,
            match=NameMatch.SPELLED,
            words=words,
            least_m=0.0,
            most_m=most,
            azimuth_deg=None,
        ),
    )


def _distance(found: _Found, reading: Reading) -> ReadingDistance:
    middle = measure_claimed_distance(found.point, reading)
    if middle.nearest_m > _CERTAIN_M + 6 * found.sd_m or found.sd_m == 0.0:
        share = float(middle.nearest_m == 0.0)
    else:
        nodes = [measure_claimed_distance(node, reading).nearest_m for node in _nodes(found)]
        share = sum(metres == 0.0 for metres in nodes) / len(nodes)
    return ReadingDistance(
        place=reading.place.id,
        name=reading.place.name,
        words=reading.words,
        aside=reading.aside,
        to_place_m=middle.to_place_m,
        nearest_m=middle.nearest_m,
        farthest_m=middle.farthest_m,
        p_inside=share,
    )


def _nodes(found: _Found) -> list[GeoPoint]:
    offsets = _LATTICE * found.sd_m
    longitudes, latitudes, _ = _GEOD.fwd(
        np.full(len(offsets), found.point.longitude_deg),
        np.full(len(offsets), found.point.latitude_deg),
        np.degrees(np.arctan2(offsets[:, 0], offsets[:, 1])),
        np.hypot(offsets[:, 0], offsets[:, 1]),
    )
    return [
        GeoPoint(longitude_deg=float(longitude), latitude_deg=float(latitude))
        for longitude, latitude in zip(longitudes, latitudes, strict=True)
    ]


def _date(stated: StatedRow) -> tuple[StatedTime | None, str | None]:
    """Return the date for control: the one claimed, else that of publication, else the sheet's."""
    if stated.claimed_time is not None:
        return stated.claimed_time, "the date claimed"
    if stated.published is not None:
        return stated.published, "the date of publication, as no date of the event is stated"
    if stated.default_time is not None:
        return stated.default_time, "the date given for the whole sheet"
    return None, None


def _control(
    stated: StatedRow, found: _Found, date: StatedTime, around: Surroundings
) -> PointAnswer:
    variance = found.sd_m**2
    asked = AskedPoint(
        point=found.point,
        covariance_m2=((variance, 0.0), (0.0, variance)),
        basis=PointBasis.STATED,
        strike=None,
        names_town=found.names_town,
    )
    groups: Sequence[str] = () if stated.group is None else (stated.group,)
    (answer,) = ask_layers(
        around.layers,
        [asked],
        days=first_and_last_day(date),
        groups=groups,
        rules=around.control_rules,
    )
    return answer


def _lacking(
    stated: StatedRow, *, placed: bool, dated: bool, around: Surroundings
) -> Iterator[str]:
    """Yield what the sheet does not say."""
    if stated.place_known is Known.UNKNOWN:
        yield "what place is claimed"
    if stated.group_known is Known.UNKNOWN:
        yield "which group is said to have been hit"
    if not placed:
        yield "where the footage was filmed, as coordinates or as the name of one town"
    if not dated:
        yield "a date, without which no map of control can be read (`--date`)"
    if not around.layers:
        yield "dated layers or assertions of control (`--control`)"
    if stated.source is None:
        yield "who placed the footage, and how it can be checked (`source`)"


def form_finding(
    facts: RowFacts, around: Surroundings, inputs: Sequence[tuple[str, Digest]]
) -> Finding:
    """Put a row's facts on record; the finding takes no side.

    Args:
        facts: The row with what was computed.
        around: What it was held against; its rules are the finding's parameters.
        inputs: Name and digest of the sheet, the layers and the gazetteers.
    """
    derivation = Derivation(
        inputs=tuple(sorted(inputs)),
        parameters={
            "reach": to_json(around.reach),
            "max_age_days": around.control_rules.max_age_days,
            "decided_probability": around.control_rules.decided_probability,
            "town_radius_m": around.control_rules.town_radius_m,
        },
        libraries=tuple(sorted((name, version(name)) for name in _LIBRARIES)),
    )
    answer = (SheetAnswer.CANNOT_TELL if facts.point is None else SheetAnswer.PLACED).value
    reason, values = _describe(facts), cast("JsonObject", to_json(facts))
    body = ["sheet", _VERSION, answer, reason, values, to_json(derivation)]
    return Finding(
        id="f" + digest_json(cast("JsonValue", body))[:12],
        check="sheet",
        version=_VERSION,
        item=None,
        answer=answer,
        reason=reason,
        values=values,
        limits=_LIMITS,
        derivation=derivation,
    )


def _describe(facts: RowFacts) -> str:
    if facts.point is None:
        words = facts.stated.comparison_words
        said = f"; the sheet itself says “{words}”" if words else ""
        return f"{facts.stated.row}: it states no position of the place found{said}."
    longitude, latitude = facts.point
    meant = [one for one in facts.distances if not one.aside]
    far = ""
    if meant:
        low = min(one.nearest_m for one in meant) / _KILOMETRE_M
        high = max(one.farthest_m for one in meant) / _KILOMETRE_M
        far = f"; from what is claimed it lies {low:.1f} to {high:.1f} km"
    held = ""
    if facts.control is not None:
        held = f"; for {facts.date} {_OVERALL_WORDS[facts.control.overall]}"
        if facts.control.holder is not None:
            held += f" on {facts.control.holder}"
        denied = [group for layer in facts.control.layers for group in layer.not_held_by]
        if denied:
            held += f", not held by {', '.join(dict.fromkeys(denied))}"
    return f"{facts.stated.row}: found at {latitude:.5f} N {longitude:.5f} E{far}{held}."
