"""Records of the control check: what a layer says, and what the check answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from purport.core.positions import Matrix2
from purport.core.ratings import Confidence

__all__ = [
    "ControlAnswer",
    "ControlLayer",
    "ControlValues",
    "HolderProbability",
    "LayerAnswer",
    "LayerKind",
    "Overall",
    "PointAnswer",
    "PointBasis",
    "Territory",
    "TownDistance",
]


class ControlAnswer(StrEnum):
    """Answers of the control check."""

    AGREE = "agree"
    DISPUTED = "disputed"
    BOUNDARY = "boundary"
    NO_DATA = "no_data"
    CANNOT_TELL = "cannot_tell"


class Overall(StrEnum):
    """How the layers stand to each other at a point."""

    AGREE = "agree"
    """Every layer that lists a holder there lists the same."""
    DISPUTED = "disputed"
    """Layers name different holders, or one calls the place contested."""
    BOUNDARY = "boundary"
    """The point is too close to a boundary, for its uncertainty, to name a holder."""
    NO_DATA = "no_data"
    """No layer lists a holder there."""


class LayerKind(StrEnum):
    """Of what a layer speaks."""

    AREAS = "areas"
    """Of areas with outlines."""
    TOWNS = "towns"
    """Of towns: what lies between them is not told."""
    AREAS_AND_TOWNS = "areas and towns"
    """Of both."""


class PointBasis(StrEnum):
    """What a point is."""

    STRIKE = "strike"
    """Where a strike landed."""
    PLACE = "place"
    """The middle of the ground that the footage shows."""
    STATED = "stated"
    """A position that a sheet states."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Territory:
    """One feature of a layer: an area, or a town, and who held it when."""

    label: str
    """How messages name it ("feature 3 (Northern Shore)")."""
    name: str | None
    """As given; None when the feature has no name."""
    holder: str | None
    """As given; None when the source only says who did not hold it."""
    not_held_by: tuple[str, ...]
    """Groups that the source says did not hold it, as given."""
    first_day: date
    """First day for which it is said."""
    last_day: date | None
    """Last day for which it is said; None: until further notice."""
    stated_date: str
    """The dates as given."""
    geometry: Any
    """Shapely polygon, multipolygon or point; longitude, latitude on WGS 84. [deg]"""
    radius_m: float | None
    """For a town: how far around it the statement holds; None when not given or an area. [m]"""
    nearest_held_m: tuple[tuple[str, float], ...] = ()
    """For a town: groups and how far, as the source says, their nearest territory is. [m]"""
    placed_by: str | None = None
    """By which gazetteer's place a town was put on the map; None: the source gives its position."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlLayer:
    """One publisher's map."""

    name: str
    """Its name."""
    publisher: str | None
    """Who publishes it; None: not recorded."""
    definition: str | None
    """What "held" means there; None: not recorded."""
    licence: str | None
    """Terms of use; None: not recorded."""
    accuracy_m: float | None
    """Standard uncertainty of its boundaries; None: not recorded. [m]"""
    territories: tuple[Territory, ...]
    """Its features, in the order of the file."""
    unplaced: tuple[str, ...] = ()
    """Statements that could not be put on the map, with the reason; nothing is asked of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderProbability:
    """One holder's share of where the point may lie."""

    holder: str
    """As the layer names it."""
    p_inside: float
    """Probability, under the position's uncertainty, that the point lies in its territory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TownDistance:
    """A listed town near the point asked about."""

    name: str
    """Its name."""
    holder: str | None
    """Who held it; None when the source only says who did not."""
    not_held_by: tuple[str, ...]
    """Groups that the source says did not hold it."""
    date: str
    """The date, or dates, of the statement, as given."""
    age_days: int
    """Days from the statement to the date asked about, as in the answer of the layer. [d]"""
    distance_m: float
    """From the point to the town's point. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerAnswer:
    """What one layer says of one point on the date."""

    name: str
    """Name of the layer."""
    publisher: str | None
    """Who publishes it; None: not recorded."""
    definition: str | None
    """What "held" means there; None: not recorded."""
    licence: str | None
    """Terms of use; None: not recorded."""
    date: str
    """The date, or dates, of the map that was read, as given."""
    age_days: int
    """Days from the map to the date asked about: positive when the map is older, negative when it
    is later, 0 when it holds on the date. [d]"""
    stale: bool
    """Whether it is further from the date than the check's `max_age_days`."""
    holder: str | None
    """Who most probably held the point; None when the layer lists no holder there."""
    p_inside: float | None
    """Probability that the point lies in that holder's territory; None when there is none."""
    candidates: tuple[HolderProbability, ...]
    """Every holder that cannot be excluded there, most probable first."""
    boundary: bool
    """Whether the point is too close to a boundary, for its uncertainty, to decide."""
    contested: bool
    """Whether the layer itself leaves the holder open there, or names two."""
    not_held_by: tuple[str, ...]
    """Groups that the layer says did not hold the point, as given."""
    distance_to_group_m: Mapping[str, float | None]
    """Distance from the point to the nearest territory of each group that the claims name, 0
    inside it, by the group's canonical name; None when the layer lists no territory of it. [m]"""
    distance_to_group_95_m: Mapping[str, tuple[float, float] | None]
    """95 % interval of that distance under the position's uncertainty. [m]"""
    kind: LayerKind = LayerKind.AREAS
    """Of what the layer speaks: areas, or towns only."""
    nearest_towns: tuple[TownDistance, ...] = ()
    """For a list of towns: the three nearest to the point, nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointAnswer:
    """What the layers say of one point."""

    point: tuple[float, float]
    """Longitude, latitude on WGS 84. [deg]"""
    basis: PointBasis
    """What the point is."""
    strike: int | None
    """Index among the strikes of the impacts finding; None for the place."""
    covariance_m2: Matrix2
    """Covariance of the point, east and north (2, 2). [m²]"""
    layers: tuple[LayerAnswer, ...]
    """One answer a layer, in the order of the files."""
    overall: Overall
    """How they stand to each other, layers close to the date first: those far from it count only
    when no other lists a holder."""
    holder: str | None
    """The holder on which they agree; None unless `overall` is agree."""
    confidence: Confidence
    """Quality of that basis."""
    confidence_reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlValues:
    """The numbers of a control finding."""

    point: tuple[float, float] | None
    """The first point asked about, longitude, latitude; None when the footage is not located."""
    point_basis: PointBasis | None
    """What it is; None when there is none."""
    date: str | None
    """The date asked about, as stated; None when none was given."""
    groups: tuple[str, ...]
    """Canonical names of the groups asked about."""
    layers: tuple[LayerAnswer, ...]
    """What each layer says of the first point."""
    overall: Overall
    """Over all points: disputed or on a boundary if any point is; agree when each point agrees."""
    points: tuple[PointAnswer, ...]
    """Every point asked about: each distinct located strike, else the place."""
