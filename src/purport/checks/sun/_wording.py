"""What the sun check answers, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from purport.checks.sun._claim import Asked
from purport.checks.sun._ephemeris import UP_DEG
from purport.checks.sun._evidence import SOLAR, Gathered
from purport.checks.sun._measuring import Measured
from purport.checks.sun.records import (
    PlaceBasis,
    ShadowState,
    Span,
    SunAnswer,
    SunValues,
)
from purport.core.marks import NoShadowReason

__all__ = ["Bars", "answer_of", "limits_of"]

_ALONE = 2
_ABSENT = {
    NoShadowReason.DIFFUSE: "the light is diffuse and casts no clear shadow",
    NoShadowReason.INDOORS: "it was filmed indoors",
    NoShadowReason.NIGHT: "it is night in the footage",
    NoShadowReason.TIP_OUT_OF_FRAME: "the tips of the shadows lie outside the picture",
}
_LIMITS = (
    (
        "Foot and tip are taken to belong to one upright thing, the shadow to be the sun's (not a "
        "lamp's or the moon's), and both to lie on the ground that was registered."
    ),
    (
        "A direction fits some time on almost every day: that the time of day fits says little "
        "about the date, and nothing about the year."
    ),
    (
        "How far things lean and the ground slopes is assumed, not measured; refraction is that of "
        "standard air."
    ),
)
_FEW = "With one or two shadows a wrongly paired one cannot be noticed."
_SOLAR = (
    "No time zone is stated for the place: local times are mean solar time, which a clock may "
    "depart from by hours."
)
_CLAIMED = "The sun is computed for the place claimed; if that is wrong, so are the times."
_YEAR = "No year is known: the sun's way of {year} is taken, from which others depart by minutes."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """How much chi-squared may exceed the smallest one."""

    inside: float
    """Up to this a claimed time fits."""
    outside: float
    """Beyond this it does not."""


def answer_of(
    gathered: Gathered, asked: Asked, measured: Measured, bars: Bars
) -> tuple[SunAnswer, str]:
    """Return the answer and its reason."""
    silent = _silence(gathered, asked, measured)
    if silent is not None:
        return SunAnswer.CANNOT_TELL, silent
    values = measured.values
    odd = _odd_words(values)
    if not measured.fits_scope:
        return SunAnswer.OUTSIDE, f"{_nothing_fits(values)}{odd}"
    if asked.instant_s is not None:
        answer, reason = _compare(values, bars)
        return answer, f"{reason}{odd}"
    extra = " The time of day claimed names no zone and was not compared." if asked.unzoned else ""
    return SunAnswer.TIMES_FOUND, f"{_times_words(values)}{extra}{odd}"


def limits_of(values: SunValues) -> tuple[str, ...]:
    """Return what the finding cannot exclude."""
    used = sum(one.state is ShadowState.USED for one in values.shadows)
    limits = [*_LIMITS]
    if values.shadows and used <= _ALONE:
        limits.append(_FEW)
    if values.zone == SOLAR:
        limits.append(_SOLAR)
    if values.place_basis is PlaceBasis.CLAIMED:
        limits.append(_CLAIMED)
    if values.year_assumed and values.first_day:
        limits.append(_YEAR.format(year=values.first_day[:4]))
    return tuple(limits)


def _silence(gathered: Gathered, asked: Asked, measured: Measured) -> str | None:
    """Return why nothing can be told; None when something can."""
    if gathered.shadows is None:
        absent = sorted({_ABSENT[mark.reason] for mark in gathered.absent})
        why = [*absent, *gathered.unused] or ["no shadow is marked"]
        words = "; ".join(one.rstrip(".") for one in why)
        return f"Cannot tell the time by shadows: {words}."
    if gathered.place is None:
        return "Cannot tell the time by shadows: nothing tells where they were filmed."
    if not asked.covered:
        return "Cannot tell the time by shadows: the ephemeris covers 1900 to 2052."
    if not measured.agree:
        if len(measured.values.shadows) == 1:
            return (
                "Cannot tell the time: the sun never stands opposite this shadow at this place; "
                "the mark, the registration or the place is wrong."
            )
        return (
            "Cannot tell the time: the shadows disagree with each other by more than their "
            f"uncertainties allow ({_azimuths(measured.values)}), and which one is wrong is not "
            "clear."
        )
    return None


def _compare(values: SunValues, bars: Bars) -> tuple[SunAnswer, str]:
    """Compare a claimed instant with the times that fit."""
    sun = values.claimed_sun
    fits = _spans_words(values.intervals_95)
    if sun is not None and sun.elevation_deg <= UP_DEG:
        return SunAnswer.OUTSIDE, (
            f"At the time claimed ({values.claimed}) the sun was {-sun.elevation_deg:.1f}° below "
            f"the horizon there, but shadows are marked; times that fit at 95 %: {fits}."
        )
    excess = values.claimed_chi2 if values.claimed_chi2 is not None else float("inf")
    away = values.claimed_away_min or 0.0
    if excess <= bars.inside:
        return SunAnswer.INSIDE, (
            f"The time claimed ({values.claimed}) fits the shadows; times that fit at 95 %: {fits}."
        )
    how_far = f"{_duration(abs(away))} {'after' if away > 0 else 'before'} the nearest of them"
    if excess <= bars.outside:
        return SunAnswer.CANNOT_TELL, (
            f"The time claimed ({values.claimed}) lies {how_far}, too close to exclude it; times "
            f"that fit at 95 %: {fits}."
        )
    return SunAnswer.OUTSIDE, (
        f"The time claimed ({values.claimed}) does not fit the shadows: it lies {how_far}; times "
        f"that fit at 95 %: {fits}."
    )


def _times_words(values: SunValues) -> str:
    if values.scope == "day":
        count = len(values.intervals_95)
        some = "one stretch" if count == 1 else f"{count} stretches (a direction can recur)"
        return (
            f"On {values.day} the shadows fit {some} at 95 %: {_spans_words(values.intervals_95)}."
        )
    rows = "; ".join(
        one.first if one.first == one.last else f"{one.first} to {one.last}"
        for one in values.seasons
    )
    return (
        f"Between {values.first_day} and {values.last_day} some time of day fits the shadows at "
        f"95 % on {len(values.days)} days ({rows}); best at {_minute(values.best_utc or '')} UTC."
    )


def _nothing_fits(values: SunValues) -> str:
    when = (
        f"on {values.day}"
        if values.scope == "day"
        else f"between {values.first_day} and {values.last_day}"
    )
    return (
        f"At no time {when} does the sun stand opposite the shadows marked ({_azimuths(values)})."
    )


def _odd_words(values: SunValues) -> str:
    odd = [one for one in values.shadows if one.state is ShadowState.ODD]
    if not odd:
        return ""
    named = ", ".join(f"{one.mark} (towards {one.azimuth_deg:.0f}°)" for one in odd)
    return (
        f" Left out, because the others speak against it: mark {named}; perhaps foot and tip "
        "belong to different things."
    )


def _azimuths(values: SunValues) -> str:
    return ", ".join(
        f"{one.mark} towards {one.azimuth_deg:.0f}° ± {one.azimuth_sd_deg:.0f}°"
        for one in values.shadows
        if one.state is not ShadowState.ODD
    )


def _spans_words(spans: Sequence[Span]) -> str:
    return "; ".join(_span_words(span) for span in spans) or "none"


def _span_words(span: Span) -> str:
    return (
        f"{_minute(span.start_utc)} to {span.end_utc[11:16]} UTC "
        f"({span.start_local[11:16]} to {span.end_local[11:16]} local)"
    )


def _minute(utc: str) -> str:
    return f"{utc[:10]} {utc[11:16]}"


def _duration(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"
