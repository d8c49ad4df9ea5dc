"""Records of the sun check: what it answers, and its numbers."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "DayTimes",
    "PathPoint",
    "PlaceBasis",
    "PlacesRow",
    "SeasonSpan",
    "ShadowReading",
    "ShadowState",
    "Span",
    "SunAnswer",
    "SunValues",
]


class SunAnswer(StrEnum):
    """Answers of the sun check."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    TIMES_FOUND = "times_found"
    CANNOT_TELL = "cannot_tell"


class PlaceBasis(StrEnum):
    """Where the place comes from, at which the sun is computed."""

    GROUND = "registered_ground"
    MARKS = "marks"
    CLAIMED = "claimed_place"


class ShadowState(StrEnum):
    """What became of a shadow."""

    USED = "used"
    ODD = "odd_one_out"
    NOT_USED = "not_used"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowReading:
    """One shadow as it was marked."""

    mark: str
    """Identifier of the mark."""
    state: ShadowState
    """What became of it."""
    azimuth_deg: float
    """Where it points, clockwise from true north; the sun stands opposite. [deg]"""
    azimuth_sd_deg: float
    """Standard uncertainty of that by marking and registration, lean apart. [deg]"""
    length_m: float | None
    """Its length on the map; None where only its direction was stated. [m]"""
    ratio: float | None
    """Height over length; None when the height is not known. [1]"""
    length_sd_m: float | None = None
    """Standard uncertainty of the length, of the same origin; None as `length_m`, and in findings
    of version 2. [m]"""
    ratio_sd: float | None = None
    """Standard uncertainty of the ratio, with that of the height; None likewise. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time, in UTC and in the zone of the place."""

    start_utc: str
    """Start, ISO 8601 with Z, to the second."""
    end_utc: str
    """End."""
    start_local: str
    """Start in the zone, ISO 8601 with its offset."""
    end_local: str
    """End in the zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPoint:
    """Where the sun stood at an instant."""

    utc: str
    """The instant, ISO 8601 with Z."""
    azimuth_deg: float
    """Clockwise from true north. [deg]"""
    elevation_deg: float
    """Apparent. [deg]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTimes:
    """The times of one day that fit."""

    day: str
    """The day, in the zone."""
    spans_95: tuple[tuple[float, float], ...]
    """Start and end at 95 %, from the day's beginning in the zone. [h]"""
    spans_68: tuple[tuple[float, float], ...]
    """The same at 68 %; may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonSpan:
    """Days in a row on which some time fits at 95 %."""

    first: str
    """First day."""
    last: str
    """Last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesRow:
    """Where on a parallel the shadows are possible at the time claimed."""

    latitude_deg: float
    """The parallel. [deg]"""
    longitudes_deg: tuple[tuple[float, float], ...]
    """From and to, eastwards, at 95 %; the second may exceed 180. [deg]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunValues:
    """The numbers of a sun finding."""

    place: tuple[float, float] | None
    """Longitude, latitude at which the sun was computed; None when there is no place."""
    place_basis: PlaceBasis | None
    """Where it comes from; None as `place`."""
    zone: str
    """What local times are told in: a zone of tzdata, or "mean solar time"."""
    claimed: str | None
    """The time claimed, as stated; None when none was."""
    scope: str
    """"day": the times of one day; "days": days and times of a month or year."""
    day: str | None
    """The day looked at, in the zone; None for several."""
    first_day: str | None
    """First of several days looked at; None for one."""
    last_day: str | None
    """Last of them; None for one."""
    year_assumed: bool
    """Whether no year is known and one was taken: the sun's way hardly differs between years."""
    shadows: tuple[ShadowReading, ...]
    """Every shadow that could be measured."""
    unused: tuple[str, ...]
    """Marks that could not be measured, each with the reason."""
    intervals_95: tuple[Span, ...]
    """Times of the day that fit at 95 %, in order; a day may have two. Empty for several days."""
    intervals_68: tuple[Span, ...]
    """The same at 68 %."""
    days: tuple[DayTimes, ...]
    """For several days: those on which some time fits at 95 %."""
    seasons: tuple[SeasonSpan, ...]
    """The same in rows."""
    best_utc: str | None
    """The instant that fits best; None when nothing fits."""
    sun_azimuth_deg: float | None
    """Of the sun then; None as `best_utc`. [deg]"""
    sun_elevation_deg: float | None
    """Apparent elevation of the sun then; None as `best_utc`. [deg]"""
    chi2: float | None
    """Smallest chi-squared of the shadows used; None when nothing was measured."""
    constraints: int
    """Its degrees of freedom for the true time: shadows used and heights known."""
    claimed_chi2: float | None
    """By how much the claimed time exceeds it; None when no single time is claimed, or the sun
    was not up then."""
    claimed_away_min: float | None
    """From the nearest interval at 95 % to the claimed time, positive when it is later, 0 inside;
    None when no single time is claimed. [min]"""
    claimed_sun: PathPoint | None
    """The sun at the time claimed, the middle of the minute that is named; None when no single time
    is claimed."""
    path: tuple[PathPoint, ...]
    """The sun's way on the day looked at while it was up; empty for several days."""
    places: tuple[PlacesRow, ...]
    """Where on Earth such shadows are possible at the time claimed; empty without a single one."""
