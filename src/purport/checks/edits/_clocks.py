"""The burnt-in clock's own rate: stretches in which it goes slower than the presentation time.

Slow motion made after the recording slows the clock in the picture as well. Between two runs in
which a clock goes evenly, a line is sought that leaves the first run at one frame and meets the
second at another; its slope is the clock's rate, known but for whole seconds. The line is kept when
frame after frame along it looks like the part of a second that it says, and explains the frames far
better than a clock that goes evenly and jumps. What digits look like is known from the even runs
alone. A clock that goes at another rate from end to end is not told: nothing says what its digits
count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._clock_reading import PARTS, ClockReading, ReadingRules, Run, read_clock
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene, TickingCell

__all__ = ["ClockRules", "ClockSlowing", "Clocks", "read_clocks"]

_WINDOW_FRAMES, _HOP_FRAMES = 1500, 1000
_COARSE, _LONGEST_REACH, _GRID = 3, 24, 9
_NEXT_RUNS = 3
_ALIKE_FRAMES = 3.0
"""Frames that show one digit, on the same ground, and err together."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """When a burnt-in clock counts as slowed."""

    reading: ReadingRules = field(default_factory=ReadingRules)
    """When a cell counts as the digit of a clock."""
    shortest_s: float = 0.8
    """Shortest stretch. [s]"""
    longest_s: float = 12.0
    """Longest stretch. [s]"""
    fastest: float = 0.85
    """Largest rate, of the presentation time's."""
    slowest: float = 0.22
    """Least rate."""
    least_gain: float = 0.6
    """Least mean gain of information a frame along the line. [nat]"""
    least_third_gain: float = 0.3
    """The same for each third. [nat]"""
    least_advantage: float = 20.0
    """Least by how much the line explains the frames better than even runs and jumps. [nat]"""
    sure_advantage: float = 80.0
    """From how much on the sign is as strong as any. [nat]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSlowing:
    """A stretch in which a burnt-in clock goes too slowly."""

    span: FrameSpan
    """Its frames."""
    factor: float
    """Presentation time over the clock's."""
    factor_sd: float
    """Standard uncertainty of that."""
    advantage: float
    """By how much it explains what the clock shows better than even runs and jumps. [nat]"""
    strength: float
    """0.5 to 0.98."""
    box: tuple[int, int, int, int]
    """The digit: left, top, right, bottom in the display picture. [px]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """What burnt-in clocks say."""

    slowings: tuple[ClockSlowing, ...] = ()
    """Slowed stretches, in order."""
    even: tuple[FrameSpan, ...] = ()
    """Frames over which a clock goes on at the right rate without a jump."""

    def share_even(self, span: FrameSpan) -> float:
        """Return the largest share of a stretch over which one clock goes on evenly. [0 to 1]"""
        shared = [min(span.last, one.last) - max(span.first, one.first) + 1 for one in self.even]
        return max([0, *shared]) / len(span)


def read_clocks(scene: Scene, rules: ClockRules) -> Clocks:
    """Read the burnt-in clocks of a video."""
    found: list[ClockSlowing] = []
    even: list[FrameSpan] = []
    for cell in scene.cells:
        for first, reading in _readings(scene, cell, rules.reading):
            found += _slowings(reading, first, cell, rules)
            even += [
                FrameSpan(first=first + run.first, last=first + run.stop - 1)
                for run in reading.runs
            ]
    best: list[ClockSlowing] = []
    for slowing in sorted(found, key=lambda one: -one.advantage):
        if not any(meet(slowing.span, known.span) for known in best):
            best.append(slowing)
    return Clocks(
        slowings=tuple(sorted(best, key=lambda slowing: slowing.span.first)), even=tuple(even)
    )


def _readings(
    scene: Scene, cell: TickingCell, rules: ReadingRules
) -> Iterator[tuple[int, ClockReading]]:
    """Read a cell a minute or so at a time; yield what could be, with the frame it begins at."""
    count = len(cell.pictures)
    times_s = (scene.pts[cell.first : cell.first + count] - scene.pts[0]) * float(scene.time_base)
    for begin in range(0, max(count - _WINDOW_FRAMES + _HOP_FRAMES, 1), _HOP_FRAMES):
        part = slice(begin, begin + _WINDOW_FRAMES)
        reading = read_clock(cell.pictures[part], times_s[part], rules)
        if reading is not None:
            yield cell.first + begin, reading


def _slowings(
    reading: ClockReading, first: int, cell: TickingCell, rules: ClockRules
) -> Iterator[ClockSlowing]:
    for number, before in enumerate(reading.runs):
        for after in reading.runs[number + 1 : number + 1 + _NEXT_RUNS]:
            found = _slowing(_Gap(reading=reading, before=before, after=after), rules)
            if found is None:
                continue
            line, factor_sd, advantage = found
            sure = np.log(advantage / rules.least_advantage) / np.log(
                rules.sure_advantage / rules.least_advantage
            )
            yield ClockSlowing(
                # the frame at which the line leaves the run still shows what the run says
                span=FrameSpan(first=first + line.first + 1, last=first + line.stop - 1),
                factor=line.factor,
                factor_sd=factor_sd,
                advantage=advantage,
                strength=float(np.clip(0.6 + 0.38 * sure, 0.5, 0.98)),
                box=cell.box,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A clock that leaves a run at a frame and meets the next one at another."""

    first: int
    """The last frame that still shows what the run before says."""
    stop: int
    """The first that shows what the run after says."""
    factor: float
    """Presentation time over the clock's, between them."""
    total: float
    """What it gains over both runs and what lies between. [nat]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Two runs, between which the clock may go slowly."""

    reading: ClockReading
    before: Run
    after: Run

    def along(self, first: int, stop: int, factor: float) -> Floats:
        """Return the gains along a line that leaves the run before at a frame (stop - first,)."""
        times_s = self.reading.times_s[first:stop]
        clock_s = times_s[0] + self.before.shift_s + (times_s - times_s[0]) / factor
        return self.reading.gains_of(first, stop, clock_s)

    def gained(self, run: Run) -> Floats:
        """Return what going on as a run does gains, from the run before on, frame by frame."""
        span = slice(self.before.first, self.after.stop)
        clock_s = self.reading.times_s[span] + run.shift_s
        gains = self.reading.gains_of(span.start, span.stop, clock_s)
        return np.concatenate([[0.0], np.cumsum(gains)])


def _slowing(gap: _Gap, rules: ClockRules) -> tuple[_Line, float, float] | None:
    """Return the best line between two runs, its uncertainty and advantage; None: not good enough.

    The uncertainty is that of the factor, the advantage that over even runs and jumps.
    """
    before, after = gap.before, gap.after
    firsts = np.arange(
        max(before.first, before.stop - _LONGEST_REACH), min(before.stop + _GRID, after.first)
    )
    stops = np.arange(
        max(after.first - _GRID, before.stop), min(after.first + _LONGEST_REACH, after.stop)
    )
    coarse = list(_lines(gap, firsts[::_COARSE], stops[::_COARSE], rules))
    if not coarse:
        return None
    top = max(coarse, key=lambda line: line.total)
    near = firsts[np.abs(firsts - top.first) <= _COARSE], stops[np.abs(stops - top.stop) <= _COARSE]
    fine = list(_lines(gap, *near, rules))
    top = max(fine, key=lambda line: line.total)
    advantage = top.total - gap.reading.explained(before.first, after.stop)
    if advantage < rules.least_advantage or not _is_read(gap, top, rules):
        return None
    weights = np.exp((np.array([line.total for line in fine]) - top.total) / _ALIKE_FRAMES)
    factors = np.array([line.factor for line in fine])
    spread = float(np.sqrt(np.average((factors - top.factor) ** 2, weights=weights)))
    return top, float(np.hypot(spread, _least_sd(gap, top))), advantage


def _lines(
    gap: _Gap, firsts: NDArray[np.intp], stops: NDArray[np.intp], rules: ClockRules
) -> Iterator[_Line]:
    """Join two runs by lines from every first to every stop, by every number of whole seconds."""
    times_s, origin = gap.reading.times_s, gap.before.first
    early, late = gap.gained(gap.before), gap.gained(gap.after)
    for first in firsts.tolist():
        for stop in stops.tolist():
            length_s = float(times_s[stop] - times_s[first]) if stop > first else 0.0
            if not rules.shortest_s <= length_s <= rules.longest_s:
                continue
            outside = float(early[first - origin] + late[-1] - late[stop - origin])
            for factor in _factors(length_s, gap.after.shift_s - gap.before.shift_s, rules):
                inside = float(gap.along(first, stop, factor).sum())
                yield _Line(first=first, stop=stop, factor=factor, total=outside + inside)


def _factors(length_s: float, gained_s: float, rules: ClockRules) -> Iterator[float]:
    """Yield how many times slower the clock may go over a stretch so that it meets the next run.

    It advances by the stretch's length and the difference of the runs' shifts, but for whole
    seconds.
    """
    advance_s = length_s + gained_s
    least, most = rules.slowest * length_s, rules.fastest * length_s
    whole = np.arange(np.ceil(advance_s - most), np.floor(advance_s - least) + 1.0)
    yield from (length_s / (advance_s - whole)).tolist()


def _is_read(gap: _Gap, line: _Line, rules: ClockRules) -> bool:
    """Tell whether the frames along a line show what it says, in each third of it."""
    gains = gap.along(line.first, line.stop, line.factor)
    thirds = [float(part.mean()) for part in np.array_split(gains, 3)]
    return float(gains.mean()) >= rules.least_gain and min(thirds) >= rules.least_third_gain


def _least_sd(gap: _Gap, line: _Line) -> float:
    """Return what half a frame and a part of a second at either end leave open in the factor."""
    times_s = gap.reading.times_s[line.first : line.stop]
    length_s = float(times_s[-1] - times_s[0])
    frame_s = length_s / (len(times_s) - 1)
    ends_s = np.sqrt(2.0 / 12.0) * frame_s * (1.0 - 1.0 / line.factor)
    parts_s = np.sqrt(2.0) / PARTS
    return float(line.factor**2 * np.hypot(ends_s, parts_s) / length_s)
