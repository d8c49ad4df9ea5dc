"""What somebody who marks shadows has before them, and what the sun check made of the marks.

Nothing is computed: the numbers are the finding's, brought to the form in which they are drawn.
Azimuths are told about the side on which the sun culminates, so that its way is not cut in two:
0 to 360 where that is the south, -180 to 180 where it is the north.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from purport.casework.bench import Bench
from purport.casework.frame_tables import frame_table
from purport.casework.placing import how_registered
from purport.casework.workspace import Workspace
from purport.checks.sun import ShadowState, Span, SunCheck, SunValues
from purport.core.casefile import CaseFile
from purport.core.digests import Digest
from purport.core.findings import Finding
from purport.core.records import from_json
from purport.reports import view_sun

__all__ = ["RegisteredShot", "ShadowTold", "SunDesk", "SunTold", "sun_desk", "sun_told"]

_SOUTH_DEG = 180.0
_TURN_DEG = 360.0
_UNKNOWN = "–"

Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredShot:
    """A stretch in which a shadow can be measured, because its frames lie on the map."""

    first: int
    """First frame."""
    last: int
    """Last frame."""
    by: str
    """"automatically" or "by points"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunDesk:
    """All that the page needs to begin."""

    item: Digest
    """The item."""
    name: str
    """Its file name."""
    frames: int
    """How many frames it has."""
    width: int
    """Width of its display picture. [px]"""
    height: int
    """Height of its display picture. [px]"""
    registered: tuple[RegisteredShot, ...]
    """Where a shadow placed in a frame can be measured; empty when nothing lies on the map yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowTold:
    """A shadow, and the direction of the sun that it speaks for."""

    mark: str
    """Identifier of the mark."""
    sun_azimuth_deg: float
    """Opposite of where it points. [deg]"""
    sd_deg: float
    """Its standard uncertainty by marking and registration. [deg]"""
    used: bool
    """Whether the times come from it."""
    words: tuple[str, ...]
    """Its direction, length, ratio, and what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanTold:
    """Times that fit."""

    level: str
    """"95 %" or "68 %"."""
    seconds: Pair
    """Start and end, seconds of Unix time. [s]"""
    words: tuple[str, str]
    """In UTC and in local time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTold:
    """Times of one day that fit."""

    second: float
    """Its beginning as if in UTC, seconds of Unix time. [s]"""
    spans_95: tuple[Pair, ...]
    """Start and end at 95 %, from the day's beginning in the zone. [h]"""
    spans_68: tuple[Pair, ...]
    """The same at 68 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SunTold:
    """What the sun check answers, ready to be drawn."""

    answer: str
    """Its answer."""
    reason: str
    """Why, in words."""
    limits: tuple[str, ...]
    """What it does not say."""
    zone: str
    """What local times are told in."""
    claimed: str | None
    """The time claimed, as stated; None when none was."""
    claimed_second: float | None
    """The same when the sun's place was told for it; seconds of Unix time. [s]"""
    spans: tuple[SpanTold, ...]
    """Times of the day that fit; empty for several days."""
    days: tuple[DayTold, ...]
    """For several days, those on which some time fits; empty for one."""
    seasons: tuple[tuple[str, str], ...]
    """First and last day of each row of such days."""
    seconds: tuple[float, ...]
    """When the sun's way is told (n), seconds of Unix time; empty for several days. [s]"""
    azimuths_deg: tuple[float, ...]
    """Where it stood (n). [deg]"""
    elevations_deg: tuple[float, ...]
    """How high (n). [deg]"""
    shadows: tuple[ShadowTold, ...]
    """Every shadow that could be measured."""
    unused: tuple[str, ...]
    """Marks that could not be measured, each with the reason."""


def sun_desk(workspace: Workspace, bench: Bench) -> SunDesk:
    """Describe an item to somebody who is to mark shadows in it.

    Args:
        workspace: The case.
        bench: The item, as whoever marks may see it.

    Raises:
        UnreadableMediaError: Not a single frame can be decoded.
    """
    table = frame_table(workspace, bench.item.digest)
    shots = () if bench.scene is None else bench.scene.shots
    return SunDesk(
        item=bench.item.digest,
        name=bench.item.name,
        frames=table.frames,
        width=table.width_px,
        height=table.height_px,
        registered=tuple(
            RegisteredShot(first=shot.span.first, last=shot.span.last, by=by)
            for shot in shots
            if (by := how_registered(bench, first=shot.span.first, last=shot.span.last))
        ),
    )


def sun_told(case: CaseFile, item: str) -> SunTold | None:
    """Return what the sun check answered for an item; None when it has not run."""
    for finding in case.findings:
        if finding.check == SunCheck.name and finding.item == item:
            return _told(finding)
    return None


def _told(finding: Finding) -> SunTold:
    values = from_json(SunValues, finding.values)
    view = view_sun(finding)
    highest = max(values.path, key=lambda point: point.elevation_deg, default=None)
    south = highest is None or abs(highest.azimuth_deg - _SOUTH_DEG) < _SOUTH_DEG / 2
    return SunTold(
        answer=finding.answer,
        reason=finding.reason,
        limits=finding.limits,
        zone=values.zone,
        claimed=values.claimed,
        claimed_second=None if values.claimed_sun is None else _second(values.claimed_sun.utc),
        spans=_spans(values, () if view is None else view.spans),
        days=tuple(
            DayTold(second=_midnight(one.day), spans_95=one.spans_95, spans_68=one.spans_68)
            for one in values.days
        ),
        seasons=tuple((one.first, one.last) for one in values.seasons),
        seconds=tuple(_second(point.utc) for point in values.path),
        azimuths_deg=tuple(_about(point.azimuth_deg, south=south) for point in values.path),
        elevations_deg=tuple(point.elevation_deg for point in values.path),
        shadows=_shadows(values, () if view is None else view.shadows, south=south),
        unused=values.unused,
    )


def _spans(values: SunValues, words: Sequence[tuple[str, str, str]]) -> tuple[SpanTold, ...]:
    found: list[Span] = [*values.intervals_95, *values.intervals_68]
    return tuple(
        SpanTold(
            level=level,
            seconds=(_second(span.start_utc), _second(span.end_utc)),
            words=(utc, local),
        )
        for span, (level, utc, local) in zip(found, words, strict=False)
    )


def _shadows(
    values: SunValues, words: Sequence[tuple[str, ...]], *, south: bool
) -> tuple[ShadowTold, ...]:
    return tuple(
        ShadowTold(
            mark=one.mark,
            sun_azimuth_deg=_about(one.azimuth_deg + _SOUTH_DEG, south=south),
            sd_deg=one.azimuth_sd_deg,
            used=one.state is ShadowState.USED,
            words=tuple(cell for cell in row[1:] if cell != _UNKNOWN),
        )
        for one, row in zip(values.shadows, words, strict=False)
    )


def _about(azimuth_deg: float, *, south: bool) -> float:
    turned = azimuth_deg % _TURN_DEG
    return turned if south or turned <= _SOUTH_DEG else turned - _TURN_DEG


def _second(utc: str) -> float:
    return datetime.fromisoformat(utc).timestamp()


def _midnight(day: str) -> float:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC).timestamp()
