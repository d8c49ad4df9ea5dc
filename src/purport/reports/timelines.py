"""The edit timeline of an item: one lane a kind, by time code."""

from collections.abc import Sequence
from dataclasses import dataclass

from purport.reports.phrases import format_seconds, humanise
from purport.reports.readings import EditReading, MatchReading, StrikeReading

__all__ = ["Bar", "Lane", "Tick", "Timeline", "draw_timeline"]

_LANES = (
    ("drop", "Missing time"),
    ("freeze", "Frozen"),
    ("slow_motion", "Slow motion"),
    ("reverse", "Backwards"),
    ("black", "Black"),
    ("silence", "Silence"),
    ("sound_loop", "Looped sound"),
    ("sound_change", "Other sound"),
    ("overlay", "Burnt-in graphics"),
    ("fade", "Fades"),
    ("dissolve", "Dissolves"),
)
_AGAIN = ("repeat", "loop")
_SHOWN_ELSEWHERE = frozenset({"cut", *_AGAIN, *(kind for kind, _ in _LANES)})
_JOINTS = frozenset({"cut", "dissolve", "fade"})
_TICK_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_MOST_TICKS = 6
_NARROWEST = 0.004


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a lane, in parts of the whole (0 to 1)."""

    start: float
    """Start."""
    width: float
    """Width; never invisibly thin."""
    role: str
    """Names its style."""
    title: str
    """What it is, with its time codes."""
    start_s: float
    """Start after the first frame. [s]"""
    end_s: float
    """End after the first frame. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One row of the timeline."""

    name: str
    """What it shows."""
    bars: tuple[Bar, ...]
    """Its stretches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark of the time axis."""

    at: float
    """Where, 0 to 1."""
    text: str
    """Its time code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All lanes over the length of an item."""

    lanes: tuple[Lane, ...]
    """The lanes that hold anything, shots first."""
    ticks: tuple[Tick, ...]
    """The time axis."""


def draw_timeline(
    duration_s: float,
    *,
    edits: Sequence[EditReading],
    matches: Sequence[MatchReading],
    strikes: Sequence[StrikeReading],
    item: str,
) -> Timeline:
    """Lay out shots, edits, repeats and strikes over the length of an item.

    Args:
        duration_s: Length of the item, above 0. [s]
        edits: Edits found.
        matches: Stretches seen again.
        strikes: Strikes found.
        item: Digest of the item, to tell a repeat from another item's footage.
    """
    lanes = [Lane(name="Shots", bars=_shots(duration_s, edits))]
    for kind, name in _LANES:
        bars = tuple(_bar(duration_s, edit, kind) for edit in edits if edit.kind == kind)
        lanes.append(Lane(name=name, bars=bars))
    others = tuple(
        _bar(duration_s, edit, "other") for edit in edits if edit.kind not in _SHOWN_ELSEWHERE
    )
    lanes.append(Lane(name="Other edits", bars=others))
    repeats = [_bar(duration_s, edit, "repeat") for edit in edits if edit.kind in _AGAIN]
    repeats += [_match_bar(duration_s, match, item) for match in matches]
    lanes.append(Lane(name="Repeats and reuse", bars=tuple(repeats)))
    lanes.append(Lane(name="Strikes", bars=tuple(_strike_bar(duration_s, s) for s in strikes)))
    return Timeline(
        lanes=tuple(lane for lane in lanes if lane.bars),
        ticks=_ticks(duration_s),
    )


def _shots(duration_s: float, edits: Sequence[EditReading]) -> tuple[Bar, ...]:
    """Return the stretches between cuts and fades."""
    cuts = sorted({edit.start_s for edit in edits if edit.kind in _JOINTS})
    starts = [0.0, *(cut for cut in cuts if 0.0 < cut < duration_s)]
    ends = [*starts[1:], duration_s]
    return tuple(
        Bar(
            start=start / duration_s,
            width=(end - start) / duration_s,
            role=f"shot{number % 2}",
            title=f"Shot {number}: {format_seconds(start)} to {format_seconds(end)}",
            start_s=start,
            end_s=end,
        )
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    )


def _bar(duration_s: float, edit: EditReading, role: str) -> Bar:
    span = f"{format_seconds(edit.start_s)} to {format_seconds(edit.end_s)}"
    return _stretch(duration_s, (edit.start_s, edit.end_s), role, f"{humanise(edit.kind)}: {span}")


def _match_bar(duration_s: float, match: MatchReading, item: str) -> Bar:
    where = "of this item" if match.other == item else "of another item"
    title = (
        f"{format_seconds(match.start_s)} to {format_seconds(match.end_s)} is also "
        f"{format_seconds(match.other_start_s)} to {format_seconds(match.other_end_s)} {where}"
    )
    return _stretch(duration_s, (match.start_s, match.end_s), "repeat", title)


def _strike_bar(duration_s: float, strike: StrikeReading) -> Bar:
    again = f", strike {strike.same_strike_as} again" if strike.same_strike_as else ""
    title = f"Strike {strike.number}: onset at {format_seconds(strike.onset_s)}{again}"
    return _stretch(duration_s, (strike.onset_s, strike.onset_s), "strike", title)


def _stretch(duration_s: float, span_s: tuple[float, float], role: str, title: str) -> Bar:
    start = min(max(span_s[0] / duration_s, 0.0), 1.0 - _NARROWEST)
    end = min(max(span_s[1] / duration_s, start + _NARROWEST), 1.0)
    return Bar(
        start=start,
        width=end - start,
        role=role,
        title=title,
        start_s=span_s[0],
        end_s=span_s[1],
    )


def _ticks(duration_s: float) -> tuple[Tick, ...]:
    step = next(
        (step for step in _TICK_STEPS_S if duration_s / step <= _MOST_TICKS), _TICK_STEPS_S[-1]
    )
    count = int(duration_s / step)
    return tuple(
        Tick(at=number * step / duration_s, text=_tick_text(number * step))
        for number in range(count + 1)
    )


def _tick_text(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}" if rest % 1 else f"{int(minutes)}:{int(rest):02d}"
