"""Stretches shown backwards.

*Again, backwards*: frames match earlier frames in falling order, picture by picture. (1) The
fingerprints of all pairs are compared along lines on which one runs forward as the other runs back;
(2) a run of matches is kept when the pictures differ by far less from their mirror frames than
frames of the stretch differ among themselves. A camera that comes back the way it went shows other
pictures: its shake, its clock and what moves do not come back.

*Turned round in place*: the view jumps ahead, comes back the same way, and jumps ahead again by
as much, to where it would have been.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._gaps import Gap
from purport.checks.edits._paths import Path
from purport.checks.edits._pictures import Pictures, pictures_of
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene
from purport.scene.fingerprints import fingerprint_scene

__all__ = ["Reversal", "ReversalRules", "find_reversals"]

Floats = NDArray[np.float64]

_BLOCK = 512
_SAMPLES = 48
_SLOWEST_PACE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalRules:
    """When frames count as shown backwards."""

    shortest_s: float = 0.5
    """Shortest stretch. [s]"""
    longest_s: float = 20.0
    """Longest time from a frame to its mirror frame. [s]"""
    farthest_bits: int = 40
    """Most differing bits of two fingerprints, of 256."""
    least_share: float = 0.85
    """Least share of frames in the stretch that match by fingerprint."""
    least_structure: float = 1.0
    """Least mean luma difference of neighbours in a thumbnail."""
    least_change: float = 1.0
    """Least change within the stretch, root mean square over its thumbnails. [luma]"""
    largest_ratio: float = 0.3
    """Largest difference from the mirror frames, as a share of that change."""
    back_share: float = 0.25
    """In place: largest departure of the way back and of the second jump from the first, as a
    share of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """A stretch shown backwards."""

    span: FrameSpan
    """Its frames."""
    mirrored: FrameSpan | None
    """Frames that show the same forwards; None when it was turned round in place."""
    strength: float
    """0.5 to 1."""


def find_reversals(
    scene: Scene, path: Path, gaps: Sequence[Gap], rules: ReversalRules
) -> tuple[Reversal, ...]:
    """Find stretches shown backwards, in order."""
    again = list(_again(scene, rules))
    placed = [
        one
        for one in _in_place(scene, path, gaps, rules)
        if not any(meet(one.span, other.span) for other in again)
    ]
    return tuple(sorted([*again, *placed], key=lambda one: one.span.first))


def _again(scene: Scene, rules: ReversalRules) -> Iterator[Reversal]:
    bits, structure = fingerprint_scene(scene)
    usable = structure >= rules.least_structure
    step_s = scene.frame_s or 1.0
    reach = round(rules.longest_s / step_s)
    shortest = max(round(rules.shortest_s / step_s), 4)
    candidates: list[tuple[float, int, int, int]] = []
    for total in range(2 * shortest, 2 * len(bits) - 2 * shortest):
        first = total // 2 + 1
        late = np.arange(first, min(first + reach // 2, len(bits), total + 1))
        if len(late) < shortest:
            continue
        early = total - late
        apart = np.bitwise_count(bits[late] ^ bits[early]).sum(axis=1)
        like = (apart <= rules.farthest_bits) & usable[late] & usable[early]
        for start, stop in _runs(like, shortest, rules.least_share):
            score = float(np.maximum(rules.farthest_bits - apart[start:stop], 0).sum())
            candidates.append((score, total, int(late[start]), int(late[stop - 1])))
    found: list[Reversal] = []
    for _, total, first, last in sorted(candidates, reverse=True)[:200]:
        if any(meet(FrameSpan(first=first, last=last), one.span) for one in found):
            continue
        reversal = _compared(scene, total, first, last, rules=rules)
        if reversal is not None:
            found.append(reversal)
    yield from found


def _runs(like: NDArray[np.bool_], shortest: int, share: float) -> Iterator[tuple[int, int]]:
    """Yield runs of True that bridge single gaps."""
    places = np.flatnonzero(like)
    if len(places) < shortest:
        return
    for piece in np.split(places, np.flatnonzero(np.diff(places) > 2) + 1):  # noqa: PLR2004
        length = int(piece[-1] - piece[0]) + 1
        if length >= shortest and len(piece) >= share * length:
            yield int(piece[0]), int(piece[-1]) + 1


def _compared(
    scene: Scene, total: int, first: int, last: int, *, rules: ReversalRules
) -> Reversal | None:
    """Keep a candidate when its pictures are those of its mirror frames; put its ends right."""
    frames = np.arange(first, last + 1)
    sample = frames[np.linspace(0, len(frames) - 1, min(len(frames), _SAMPLES)).astype(int)]
    pictures = pictures_of(scene)
    apart = _rms(pictures.apart(sample, total - sample))
    change = pictures.change(sample)
    gain = float(scene.luma_sd[sample].mean())
    if change * gain < rules.least_change or apart > rules.largest_ratio * change:
        return None
    if not _runs_back(pictures, sample, total, apart):
        return None
    ratio = apart / change
    limit = 2.5 * apart + 0.03
    begin, end = first, last
    while begin - 1 > total // 2 and _mirrors(pictures, begin - 1, total) <= limit:
        begin -= 1
    while end + 1 < min(scene.frames, total + 1) and _mirrors(pictures, end + 1, total) <= limit:
        end += 1
    return Reversal(
        span=FrameSpan(first=begin, last=end),
        mirrored=FrameSpan(first=total - end, last=total - begin),
        strength=1.0 - 0.5 * ratio / rules.largest_ratio,
    )


def _runs_back(pictures: Pictures, late: NDArray[np.intp], total: int, apart: float) -> bool:
    """Tell whether frames match their mirror frames better than those a few frames off."""
    shift = max(len(late) // 6, 1)
    early = total - late
    off = _rms(pictures.apart(late[shift:], early[:-shift]))
    back = _rms(pictures.apart(late[:-shift], early[shift:]))
    return min(off, back) >= 1.5 * apart


def _mirrors(pictures: Pictures, frame: int, total: int) -> float:
    """Return how far a frame differs from its mirror frame."""
    return float(pictures.apart(np.array([frame]), np.array([total - frame]))[0])


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.square(values).mean()))


def _in_place(
    scene: Scene, path: Path, gaps: Sequence[Gap], rules: ReversalRules
) -> Iterator[Reversal]:
    """Yield stretches between two jumps ahead through which the view comes back.

    (1) Both jumps are as long and go the same way. (2) Between them the view moves back by as
    much, (3) at the pace that it has outside.
    """
    jumps = [gap for gap in gaps if not gap.in_times]
    for one, other in pairwise(jumps):
        first, stop = one.frame, other.frame
        length_s = scene.seconds(stop) - scene.seconds(first)
        if not rules.shortest_s <= length_s <= rules.longest_s or not path.known[first:stop].all():
            continue
        ahead, again = path.moved_px[first], path.moved_px[stop]
        size = float(np.hypot(*ahead))
        back = path.moved_px[first + 1 : stop].sum(axis=0)
        if np.hypot(*(ahead - again)) > rules.back_share * size:  # 1
            continue
        gone = float(np.hypot(*(ahead + back)))
        if gone > rules.back_share * size:  # 2
            continue
        outside = np.concatenate(
            [path.moved_px[max(0, first - 12) : first], path.moved_px[stop + 1 : stop + 13]]
        )
        pace = float(outside.mean(axis=0) @ ahead) / size
        needed = size / (stop - first)
        if not _SLOWEST_PACE * needed <= pace <= needed / _SLOWEST_PACE:  # 3
            continue
        yield Reversal(
            span=FrameSpan(first=first, last=stop - 1),
            mirrored=None,
            strength=1.0 - 0.5 * gone / (rules.back_share * size),
        )
