"""One row of a sheet: what it claims, what it says was found, and what follows from both.

A sheet is work done by hand elsewhere: somebody placed footage, and wrote down where. Nothing of
the footage is looked at here. What the sheet states stands beside what is computed from it.
"""

from dataclasses import dataclass
from enum import StrEnum

from purport.checks.control import PointAnswer
from purport.core.instants import StatedTime
from purport.core.positions import GeoPoint

__all__ = ["Comparison", "Known", "Presence", "ReadingDistance", "RowFacts", "StatedRow"]


class Comparison(StrEnum):
    """How the place found stands to the place claimed, as the sheet words it."""

    SAME = "same place"
    """It is the place claimed."""
    ELSEWHERE = "elsewhere"
    """It is another place."""
    NO_PLACE_CLAIMED = "no place claimed"
    """Nothing is claimed that could be compared."""
    NOT_PLACED = "not placed"
    """The footage could not be placed."""
    OTHER = "other"
    """Words that compare something else."""


class Known(StrEnum):
    """Whether a claim states something, as far as the sheet tells."""

    STATED = "stated"
    """It does, and the sheet says what."""
    NONE = "none"
    """It does not: the sheet says so."""
    UNKNOWN = "unknown"
    """The sheet does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Words of the sheet on who was at the place found."""

    group: str | None
    """Canonical name of the group of which they speak; None when they name none."""
    words: str
    """The words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRow:
    """A row as the sheet states it; None and empty: it does not say."""

    row: str
    """How messages name it."""
    place_known: Known
    """Whether a place is claimed."""
    claimed_place: str | None = None
    """The words for the place claimed."""
    claimed_point: GeoPoint | None = None
    """The place claimed, as coordinates."""
    group_known: Known = Known.UNKNOWN
    """Whether a group is claimed."""
    claimed_group: str | None = None
    """The words for it."""
    group: str | None = None
    """Its canonical name."""
    claimed_time: StatedTime | None = None
    """When it is said to have happened."""
    published: StatedTime | None = None
    """When it was made public."""
    default_time: StatedTime | None = None
    """The date given for the whole sheet."""
    found_place: str | None = None
    """The words for the place found."""
    found_point: GeoPoint | None = None
    """The place found, as coordinates."""
    found_sd_m: float | None = None
    """Circular standard uncertainty of these coordinates. [m]"""
    comparison: Comparison | None = None
    """How the sheet itself compares the two places."""
    comparison_words: str | None = None
    """Its words."""
    distance_km: tuple[float, float | None] | None = None
    """Distance between them, lowest and highest (None: open above), as the sheet has it. [km]"""
    presence: tuple[Presence, ...] = ()
    """What the sheet says of groups at the place found."""
    source: str | None = None
    """Where the row's facts come from."""
    links: tuple[tuple[str, str], ...] = ()
    """Where the item can be found: what it is ("published at", "archived at", "source"), and the
    address or digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDistance:
    """How far the place found is from one reading of the place claimed."""

    place: str
    """Identifier of the gazetteer's place, or "stated" for coordinates."""
    name: str
    """Its name."""
    words: str
    """The ground that the words can mean."""
    aside: bool
    """Whether the words point to another place of this name."""
    to_place_m: float
    """To the place's own point. [m]"""
    nearest_m: float
    """To the nearest ground meant; 0 inside it. [m]"""
    farthest_m: float
    """To the farthest ground meant. [m]"""
    p_inside: float
    """Probability, under the position's uncertainty, to lie on that ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """A row with what was computed from it."""

    claim: str
    """Identifier of the claim that the row makes."""
    stated: StatedRow
    """What the sheet states."""
    point: tuple[float, float] | None
    """The place found, longitude and latitude; None when it has no position."""
    point_sd_m: float | None
    """Its circular standard uncertainty; None when there is none. [m]"""
    point_basis: str | None
    """Where the position comes from, in words; None when there is none."""
    distances: tuple[ReadingDistance, ...]
    """From every reading of the place claimed; empty when the two cannot be compared."""
    date: str | None
    """The date for which control was looked up; None when there is none."""
    date_basis: str | None
    """What that date is, in words."""
    control: PointAnswer | None
    """Who held the place found, layer by layer; None when it could not be looked up."""
    missing: tuple[str, ...]
    """What the sheet lacks, in words."""
