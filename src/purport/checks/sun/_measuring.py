"""From gathered marks and the time claimed to the numbers of a finding."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

import numpy as np

from purport.checks.sun._agreement import Agreement, AgreementRules, find_agreement
from purport.checks.sun._claim import Asked
from purport.checks.sun._ephemeris import UP_DEG
from purport.checks.sun._evidence import SOLAR, Gathered
from purport.checks.sun._fitting import DayFit, DayView, YearView
from purport.checks.sun._intervals import Fit, TimeSpan, tail_chance
from purport.checks.sun._misfit import Spreads, count_constraints
from purport.checks.sun._places import possible_places
from purport.checks.sun._shadows import ShadowSet
from purport.checks.sun._windows import Window
from purport.checks.sun.records import (
    DayTimes,
    PathPoint,
    SeasonSpan,
    ShadowReading,
    ShadowState,
    Span,
    SunValues,
)
from purport.core.positions import GeoPoint

__all__ = ["Measured", "Trust", "measure"]

_HOUR_S = 3600.0
_PATH_STEP_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """When shadows agree, and with which assumptions."""

    spreads: Spreads
    """What is assumed."""
    day_rules: AgreementRules
    """When shadows disagree along a day."""
    year_rules: AgreementRules
    """When shadows disagree over a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of it."""

    values: SunValues
    """The numbers."""
    agree: bool
    """Whether the shadows used can be explained by one position of the sun at the place at all."""
    fits_scope: bool
    """Whether they can on the days looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Shadows, their place, and what is asked of them."""

    shadows: ShadowSet
    """The shadows."""
    place: GeoPoint
    """Where."""
    gathered: Gathered
    """Everything that was marked."""
    asked: Asked
    """What is asked about."""
    trust: Trust
    """When shadows agree."""


def measure(gathered: Gathered, asked: Asked, trust: Trust, *, claimed: str | None) -> Measured:
    """Measure the shadows against the sun's way.

    Args:
        gathered: What was marked.
        asked: What is asked about.
        trust: When shadows agree.
        claimed: The time claimed, as stated; None when none is.
    """
    blank = _blank_values(gathered, asked, claimed)
    if gathered.shadows is None or gathered.place is None or not asked.covered:
        return Measured(values=blank, agree=False, fits_scope=False)
    known = _Known(
        shadows=gathered.shadows,
        place=gathered.place,
        gathered=gathered,
        asked=asked,
        trust=trust,
    )
    return _measure_day(known, blank) if len(asked.windows) == 1 else _measure_days(known, blank)


def _blank_values(gathered: Gathered, asked: Asked, claimed: str | None) -> SunValues:
    """Return values that say what was asked, and no answer."""
    place, windows = gathered.place, asked.windows
    single = len(windows) == 1
    return SunValues(
        place=(place.longitude_deg, place.latitude_deg) if place else None,
        place_basis=gathered.basis,
        zone=gathered.zone_name or SOLAR,
        claimed=claimed,
        scope="day" if single else "days",
        day=windows[0].day.isoformat() if single else None,
        first_day=None if single or not windows else windows[0].day.isoformat(),
        last_day=None if single or not windows else windows[-1].day.isoformat(),
        year_assumed=asked.year_assumed,
        shadows=(),
        unused=gathered.unused,
        intervals_95=(),
        intervals_68=(),
        days=(),
        seasons=(),
        best_utc=None,
        sun_azimuth_deg=None,
        sun_elevation_deg=None,
        chi2=None,
        constraints=0,
        claimed_chi2=None,
        claimed_away_min=None,
        claimed_sun=None,
        path=(),
        places=(),
    )


def _measure_day(known: _Known, blank: SunValues) -> Measured:
    trust, window = known.trust, known.asked.windows[0]
    view = DayView(known.place, window, trust.spreads)
    agreement = find_agreement(known.shadows, view.least, trust.day_rules)
    fit = view.fit(agreement.kept)
    fits = agree = _explains(fit.least(), agreement.kept, trust)
    if not fits:  # is it the day that is wrong, or the shadows among each other?
        year = YearView.around(window.start_s, known.place, trust.spreads)
        agreement = find_agreement(known.shadows, year.least, trust.year_rules)
        agree = agreement.agree
        fit = view.fit(agreement.kept)
        fits = agree and _explains(fit.least(), agreement.kept, trust)
    values = replace(
        blank,
        shadows=_readings(known, agreement),
        constraints=count_constraints(agreement.kept),
        chi2=_number(fit.least()),
        path=_path(view),
    )
    if fits:
        values = _with_times(values, view, fit, known.gathered.zone())
    if known.asked.instant_s is not None:
        values = _with_claim(values, view, fit, known.asked.instant_s)
        places = possible_places(sum(known.asked.instant_s) / 2, agreement.kept, trust.spreads)
        values = replace(values, places=places)
    return Measured(values=values, agree=agree, fits_scope=fits)


def _measure_days(known: _Known, blank: SunValues) -> Measured:
    trust, windows = known.trust, known.asked.windows
    view = YearView(known.place, windows, trust.spreads)
    year = YearView.around(windows[0].start_s, known.place, trust.spreads)
    agreement = find_agreement(known.shadows, year.least, trust.year_rules)
    fit = view.fit(agreement.kept)
    fits = _explains(fit.least, agreement.kept, trust)
    values = replace(
        blank,
        shadows=_readings(known, agreement),
        constraints=count_constraints(agreement.kept),
        chi2=_number(fit.least),
    )
    if fits:
        starts = {window.day: window.start_s for window in windows}
        sun = view.track.at(np.array([fit.best_s]))
        values = replace(
            values,
            days=tuple(_day_row(one, starts[one.day]) for one in fit.days),
            seasons=tuple(
                SeasonSpan(first=one.first.isoformat(), last=one.last.isoformat())
                for one in fit.seasons
            ),
            best_utc=_utc(fit.best_s),
            sun_azimuth_deg=float(sun.azimuth_deg[0]),
            sun_elevation_deg=float(sun.elevation_deg[0]),
        )
    return Measured(values=values, agree=agreement.agree, fits_scope=fits)


def _explains(least: float, kept: ShadowSet, trust: Trust) -> bool:
    """Tell whether the smallest chi-squared is one that the true time could have."""
    if not math.isfinite(least):
        return False
    return tail_chance(least, count_constraints(kept)) >= trust.day_rules.disagree_chance


def _readings(known: _Known, agreement: Agreement) -> tuple[ShadowReading, ...]:
    return tuple(
        _reading(known, place, is_odd=one.mark in agreement.odd)
        for place, one in enumerate(known.shadows.shadows)
    )


def _reading(known: _Known, place: int, *, is_odd: bool) -> ShadowReading:
    one = known.shadows.shadows[place]
    is_direction = one.mark in known.gathered.directions
    return ShadowReading(
        mark=one.mark,
        state=ShadowState.ODD if is_odd else ShadowState.USED,
        azimuth_deg=one.azimuth_deg(),
        azimuth_sd_deg=known.shadows.azimuth_sd_deg(place),
        length_m=None if is_direction else one.length_m(),
        length_sd_m=None if is_direction else known.shadows.length_sd_m(place),
        ratio=None if one.height_m is None else one.height_m / one.length_m(),
        ratio_sd=known.shadows.ratio_sd(place),
    )


def _with_times(values: SunValues, view: DayView, fit: Fit, zone: tzinfo) -> SunValues:
    best_s = float(fit.times_s[fit.best()])
    sun = view.track.at(np.array([best_s]))
    return replace(
        values,
        intervals_95=tuple(_span(one, zone) for one in fit.spans(0.95)),
        intervals_68=tuple(_span(one, zone) for one in fit.spans(0.68)),
        best_utc=_utc(best_s),
        sun_azimuth_deg=float(sun.azimuth_deg[0]),
        sun_elevation_deg=float(sun.elevation_deg[0]),
    )


def _with_claim(
    values: SunValues, view: DayView, fit: Fit, instant_s: tuple[float, float]
) -> SunValues:
    start, end = instant_s
    middle = (start + end) / 2
    sun = view.track.at(np.array([middle]))
    azimuth, elevation = float(sun.azimuth_deg[0]), float(sun.elevation_deg[0])
    found = math.isfinite(fit.least())
    return replace(
        values,
        claimed_chi2=_number(fit.excess(start, end)) if found and elevation > UP_DEG else None,
        claimed_away_min=_away_min(fit.spans(0.95), start, end) if found else None,
        claimed_sun=PathPoint(utc=_utc(middle), azimuth_deg=azimuth, elevation_deg=elevation),
    )


def _away_min(spans: Sequence[TimeSpan], start_s: float, end_s: float) -> float:
    """Return how far a time lies from the nearest stretch, positive when later. [min]"""
    away = [
        0.0
        if start_s <= span.end_s and end_s >= span.start_s
        else (start_s - span.end_s if start_s > span.end_s else end_s - span.start_s)
        for span in spans
    ]
    return min(away, key=abs) / 60.0 + 0.0


def _path(view: DayView) -> tuple[PathPoint, ...]:
    window: Window = view.window
    times = np.arange(window.start_s, window.end_s + 1.0, _PATH_STEP_S)
    sun = view.track.at(times)
    return tuple(
        PathPoint(
            utc=_utc(float(time)),
            azimuth_deg=round(float(az), 3),
            elevation_deg=round(float(el), 3),
        )
        for time, az, el in zip(times, sun.azimuth_deg, sun.elevation_deg, strict=True)
        if el > UP_DEG
    )


def _day_row(one: DayFit, start_s: float) -> DayTimes:
    def hours(level: float) -> tuple[tuple[float, float], ...]:
        return tuple(
            (
                round((span.start_s - start_s) / _HOUR_S, 3),
                round((span.end_s - start_s) / _HOUR_S, 3),
            )
            for span in one.spans[level]
        )

    return DayTimes(day=one.day.isoformat(), spans_95=hours(0.95), spans_68=hours(0.68))


def _span(span: TimeSpan, zone: tzinfo) -> Span:
    start, end = (datetime.fromtimestamp(round(s), tz=UTC) for s in (span.start_s, span.end_s))
    return Span(
        start_utc=_utc(span.start_s),
        end_utc=_utc(span.end_s),
        start_local=start.astimezone(zone).isoformat(),
        end_local=end.astimezone(zone).isoformat(),
    )


def _utc(instant_s: float) -> str:
    instant = datetime.fromtimestamp(round(instant_s), tz=UTC)
    return instant.isoformat().replace("+00:00", "Z")


def _number(value: float) -> float | None:
    """Return a finite number; None for what no position of the sun gives."""
    return value if math.isfinite(value) else None
