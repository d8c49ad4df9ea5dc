"""The sun's way with what was marked and found, as a drawing and a table.

Over one day: azimuth to the right, elevation upwards, the way thick where the time fits. Over
several days: day to the right, time of day upwards, dark where it fits at 68 %, light at 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from purport.checks.sun import (
    DayTimes,
    PathPoint,
    ShadowReading,
    ShadowState,
    Span,
    SunValues,
)
from purport.core.findings import Finding
from purport.core.records import from_json

__all__ = ["Line", "SunView", "Text", "view_sun"]

_WIDTH, _HEIGHT = 900.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 16.0, 18.0, 46.0
_MARGIN_DEG = 12.0
_SOUTH_DEG = 180.0
_TURN_DEG = 360.0
_HOUR_S = 3600.0
_DAY_H = 24.0
_COMPASS = {0: "N", 45: "NE", 90: "E", 135: "SE", 180: "S", 225: "SW", 270: "W", 315: "NW"}
_HIGHEST_DEG = 90.0
_MOST_MONTHS_DAYS = 70

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line through points, or a filled outline."""

    role: str
    """Names its style."""
    points: tuple[Point, ...]
    """Corners in the drawing. [px]"""
    title: str = ""
    """What it is; empty for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A word in the drawing."""

    role: str
    """Names its style."""
    x: float
    """Where. [px]"""
    y: float
    """Where. [px]"""
    text: str
    """The word."""
    anchor: str = "middle"
    """Which part of it stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunView:
    """What the dossier shows of a sun finding."""

    width: float
    """Width of the drawing. [px]"""
    height: float
    """Height. [px]"""
    alt: str
    """The drawing in words."""
    lines: tuple[Line, ...]
    """Its lines, from below; empty when there is nothing to draw."""
    texts: tuple[Text, ...]
    """Its words."""
    legend: tuple[tuple[str, str], ...]
    """Styles and what they mean."""
    spans: tuple[tuple[str, str, str], ...]
    """Probability, UTC and local time of each stretch that fits."""
    shadows: tuple[tuple[str, str, str, str, str], ...]
    """Mark, direction, length, ratio and what became of each shadow."""
    zone: str
    """What local time is."""
    scope: str
    """"day" or "days"."""


def view_sun(finding: Finding) -> SunView | None:
    """Arrange a sun finding; None when no shadow was measured."""
    values = from_json(SunValues, finding.values)
    if not values.shadows:
        return None
    drawn = _DayDrawing(values) if values.path else _DaysDrawing(values)
    return SunView(
        width=_WIDTH,
        height=_HEIGHT,
        alt=drawn.alt,
        lines=drawn.lines,
        texts=drawn.texts,
        legend=drawn.legend,
        spans=(
            *(("95 %", *_both(span)) for span in values.intervals_95),
            *(("68 %", *_both(span)) for span in values.intervals_68),
        ),
        shadows=tuple(_shadow_row(one) for one in values.shadows),
        zone=values.zone,
        scope=values.scope,
    )


def _both(span: Span) -> tuple[str, str]:
    utc = f"{span.start_utc[:10]} {span.start_utc[11:16]} to {span.end_utc[11:16]}"
    start, end = span.start_local, span.end_local
    return utc, f"{start[:10]} {start[11:16]} to {end[11:16]} (UTC{start[19:25]})"


def _shadow_row(one: ShadowReading) -> tuple[str, str, str, str, str]:
    state = {
        ShadowState.USED: "used",
        ShadowState.ODD: "left out: the others speak against it",
        ShadowState.NOT_USED: "not used",
    }[one.state]
    return (
        one.mark,
        f"{one.azimuth_deg:.1f}° (u = {one.azimuth_sd_deg:.1f}°)",
        _measured(one.length_m, one.length_sd_m, digits=1, unit=" m"),
        _measured(one.ratio, one.ratio_sd, digits=2, unit=""),
        state,
    )


def _measured(value: float | None, sd: float | None, *, digits: int, unit: str) -> str:
    """Tell a number with its standard uncertainty, which findings of an older version lack."""
    if value is None:
        return "–"
    told = f"{value:.{digits}f}{unit}"
    return told if sd is None else f"{told} (u = {sd:.{digits}f}{unit})"


def _y(part: float) -> float:
    """Return where a part (0 to 1) of the upright axis lies. [px]"""
    return _HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM)


def _x(part: float) -> float:
    """Return where a part (0 to 1) of the level axis lies. [px]"""
    return _LEFT + part * (_WIDTH - _LEFT - _RIGHT)


def _box(role: str, x: Point, y: Point, title: str = "") -> Line:
    (x0, x1), (y0, y1) = x, y
    return Line(role=role, points=((x0, y0), (x1, y0), (x1, y1), (x0, y1)), title=title)


def _frame() -> Line:
    return _box("sun-frame", (_x(0.0), _x(1.0)), (_y(0.0), _y(1.0)))


class _DayDrawing:
    """The sun's way over one day."""

    def __init__(self, values: SunValues) -> None:
        self.values = values
        highest = max(values.path, key=lambda point: point.elevation_deg)
        # The way is drawn about the side where it culminates, so that it is not cut in two.
        south = _SOUTH_DEG / 2 < highest.azimuth_deg < _SOUTH_DEG * 1.5
        self._middle = _SOUTH_DEG if south else 0.0
        seen = [self._turn(point.azimuth_deg) for point in values.path]
        seen += [self._turn(one.azimuth_deg + _SOUTH_DEG) for one in values.shadows]
        self._low = max(min(seen) - _MARGIN_DEG, -_SOUTH_DEG)
        self._high = min(max(seen) + _MARGIN_DEG, _SOUTH_DEG)
        self._top = min(highest.elevation_deg * 1.12 + 3.0, _HIGHEST_DEG)
        self.lines = (*self._shadow_lines(), _frame(), *self._ways(), *self._claim_lines())
        self.texts = (*self._ticks(), *self._hours(), *self._claim_texts())
        self.alt = (
            f"The sun's way on {values.day} over the place: azimuth to the right, elevation "
            "upwards. " + " ".join(f"{text}." for _, text in self.legend)
        )

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        rows = [
            ("sun-way", "Way of the sun, whole hours UTC written on it"),
            ("sun-95", "Times that fit at 95 %"),
            ("sun-68", "Times that fit at 68 %"),
            ("sun-shadow", "Opposite of each shadow marked, with its standard uncertainty"),
        ]
        if any(one.state is ShadowState.ODD for one in self.values.shadows):
            rows.append(("sun-odd", "The same of a shadow that the others speak against"))
        if self._claim is not None:
            rows.append(("sun-claim", f"The sun at the time claimed ({self.values.claimed})"))
        elif self.values.claimed_sun is not None:
            rows.append(("sun-claim", "At the time claimed the sun was down; it is not drawn"))
        return tuple(rows)

    @property
    def _claim(self) -> PathPoint | None:
        claim = self.values.claimed_sun
        return claim if claim is not None and claim.elevation_deg > 0.0 else None

    def _turn(self, azimuth_deg: float) -> float:
        """Return an azimuth from the middle of the drawing, -180 to 180. [deg]"""
        return (azimuth_deg - self._middle + _SOUTH_DEG) % _TURN_DEG - _SOUTH_DEG

    def _at(self, azimuth_deg: float, elevation_deg: float) -> Point:
        across = (self._turn(azimuth_deg) - self._low) / (self._high - self._low)
        return _x(across), _y(elevation_deg / self._top)

    def _shadow_lines(self) -> list[Line]:
        lines = []
        for one in self.values.shadows:
            role = "sun-odd" if one.state is ShadowState.ODD else "sun-shadow"
            x, _ = self._at(one.azimuth_deg + _SOUTH_DEG, 0.0)
            half = one.azimuth_sd_deg / (self._high - self._low) * (_x(1.0) - _x(0.0))
            title = f"{one.mark}: shadow towards {one.azimuth_deg:.1f}°"
            band = (max(x - half, _x(0.0)), min(x + half, _x(1.0)))
            lines.append(_box(f"{role}-band", band, (_y(0.0), _y(1.0)), title))
            lines.append(Line(role=role, points=((x, _y(0.0)), (x, _y(1.0))), title=title))
        return lines

    def _ways(self) -> list[Line]:
        path = self.values.path
        whole = tuple(self._at(point.azimuth_deg, point.elevation_deg) for point in path)
        lines = [self._stretch("sun-95", span, "fits at 95 %") for span in self.values.intervals_95]
        lines += [
            self._stretch("sun-68", span, "fits at 68 %") for span in self.values.intervals_68
        ]
        return [*lines, Line(role="sun-way", points=whole)]

    def _stretch(self, role: str, span: Span, title: str) -> Line:
        path = self.values.path
        times = np.array([_seconds(point.utc) for point in path])
        turned = np.array([self._turn(point.azimuth_deg) for point in path])
        up = np.array([point.elevation_deg for point in path])
        start, end = _seconds(span.start_utc), _seconds(span.end_utc)
        inner = times[(times > start) & (times < end)]
        wanted = np.concatenate([[start], inner, [end]])
        across = np.interp(wanted, times, turned) + self._middle
        heights = np.interp(wanted, times, up)
        points = tuple(self._at(float(a), float(e)) for a, e in zip(across, heights, strict=True))
        return Line(role=role, points=points, title=f"{_both(span)[0]} UTC {title}")

    def _claim_lines(self) -> list[Line]:
        if self._claim is None:
            return []
        x, y = self._at(self._claim.azimuth_deg, self._claim.elevation_deg)
        arm = 9.0
        return [
            Line(role="sun-claim", points=((x - arm, y - arm), (x + arm, y + arm))),
            Line(role="sun-claim", points=((x - arm, y + arm), (x + arm, y - arm))),
        ]

    def _claim_texts(self) -> list[Text]:
        if self._claim is None:
            return []
        x, y = self._at(self._claim.azimuth_deg, self._claim.elevation_deg)
        return [Text(role="sun-claim", x=x, y=y + 27.0, text="claimed")]

    def _ticks(self) -> list[Text]:
        texts = []
        for azimuth, name in _COMPASS.items():
            turned = self._turn(azimuth)
            if self._low <= turned <= self._high:
                x, _ = self._at(azimuth, 0.0)
                label = f"{name} {azimuth}°"
                texts.append(Text(role="sun-axis", x=x, y=_HEIGHT - 20.0, text=label))
        step = 5.0 if self._top < 30.0 else 10.0  # noqa: PLR2004 - about six marks
        for height in np.arange(0.0, self._top, step):
            y = _y(float(height) / self._top) + 4.0
            label = f"{height:.0f}°"
            texts.append(Text(role="sun-axis", x=_LEFT - 8.0, y=y, text=label, anchor="end"))
        return texts

    def _hours(self) -> list[Text]:
        texts = []
        for point in self.values.path:
            if point.utc[14:16] == "00":
                x, y = self._at(point.azimuth_deg, point.elevation_deg)
                texts.append(Text(role="sun-hour", x=x, y=y - 8.0, text=point.utc[11:13]))
        return texts


class _DaysDrawing:
    """Days and times of day that fit."""

    def __init__(self, values: SunValues) -> None:
        first = date.fromisoformat(values.first_day or values.day or "2024-01-01")
        last = date.fromisoformat(values.last_day or first.isoformat())
        self._first, self._count = first, (last - first).days + 1
        self.lines = (
            *(line for day in values.days for line in self._bars(day)),
            _frame(),
        )
        self.texts = (*self._day_ticks(), *self._hour_ticks())
        self.legend = (
            ("sun-95", "Days and times that fit at 95 %"),
            ("sun-68", "Days and times that fit at 68 %"),
        )
        self.alt = (
            f"Days from {first} to {last} to the right, time of day ({values.zone}) upwards; "
            f"{len(values.days)} days have times that fit."
        )

    def _bars(self, day: DayTimes) -> list[Line]:
        place = (date.fromisoformat(day.day) - self._first).days
        across = (_x(place / self._count), _x((place + 1) / self._count))
        spans: Sequence[tuple[str, tuple[tuple[float, float], ...]]] = (
            ("sun-95", day.spans_95),
            ("sun-68", day.spans_68),
        )
        return [
            _box(f"{role}-area", across, (_y(start / _DAY_H), _y(end / _DAY_H)))
            for role, stretches in spans
            for start, end in stretches
        ]

    def _day_ticks(self) -> list[Text]:
        texts = []
        for place in range(self._count):
            day = date.fromordinal(self._first.toordinal() + place)
            monthly = self._count > _MOST_MONTHS_DAYS
            if day.day == 1 if monthly else day.day % 5 == 0:
                label = f"{day:%b}" if monthly else f"{day:%d %b}"
                x = _x((place + 0.5) / self._count)
                texts.append(Text(role="sun-axis", x=x, y=_HEIGHT - 20.0, text=label))
        return texts

    def _hour_ticks(self) -> list[Text]:
        return [
            Text(
                role="sun-axis",
                x=_LEFT - 8.0,
                y=_y(hour / _DAY_H) + 4.0,
                text=f"{hour:02d} h",
                anchor="end",
            )
            for hour in range(0, 25, 3)
        ]


def _seconds(utc: str) -> float:
    return datetime.fromisoformat(utc).timestamp()
