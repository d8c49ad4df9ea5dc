"""Fingerprints of frames, and the stretches of a video that are shown in it again.

Two rules in a row. A 256-bit fingerprint of each frame, which survives re-encoding, scaling and a
small logo, finds candidates: runs of like frames at one offset in time. A candidate is kept only if
the *change* in the pictures agrees as well: how far the aligned frames differ must be small beside
how far the frames of the run differ from one another. So a black screen, a still scene or a slowly
drifting view, each of which looks the same at any offset, yields nothing.

Measured: of 34 repeats of 1.1 to 2.4 s put into 17 published clips (re-encoded by x264 at crf 23
and 32), 30 are found to within 3 frames; two of a still picture and one of a nearly blank one are
not, and one is found in part. No repeat is found in 136 such clips without one.

References:
    Facebook (2019), "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm":
    the 16×16 lowest frequencies of a 64×64 picture, each compared with their median.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from purport.core.media_time import FrameSpan
from purport.scene.records import Scene

__all__ = [
    "MatchRules",
    "SameStretch",
    "find_repeats",
    "fingerprint",
    "fingerprint_scene",
    "frequencies",
]

_SIDE = 64
_FREQUENCIES = 16
_BLOCK = 512
_CELLS = 16_000_000
_SAMPLES = 160
_FEW_SAMPLES = 12
_HOPELESS = 2.0
_TRIES = 200
_KEPT_SHARE = 0.75
_GAP_S = 0.2
_END_GAP = 2
_NEAR_S = 0.5
_NO_MATCH = 999
_LEAST_BITS = 8
_FEWEST_FRAMES = 4
_TINY_S = 1e-6
_UNRELATED_BITS = 128
_SPREAD_SAMPLES = 32
_STANDING_OUT = 0.9
_END_FACTOR = 2.5
_END_LUMA = 1.0
_END_SHARE = 0.05

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchRules:
    """When two stretches count as the same seconds."""

    shortest_s: float = 1.0
    """Shortest stretch. [s]"""
    step_s: float = 0.04
    """Spacing of the frames compared at first; wider for long videos. [s]"""
    farthest_bits: int = 64
    """Most differing bits of two fingerprints, of 256 (unrelated pictures differ in about 128)."""
    least_structure: float = 1.0
    """Least mean luma difference of neighbours in a thumbnail; below, a frame matches nothing."""
    least_change: float = 1.0
    """Least change within the stretch, root mean square over its thumbnails. [luma, 0 to 255]"""
    largest_ratio: float = 0.6
    """Largest difference of the aligned frames, as a share of that change."""
    least_share: float = 0.8
    """Least share of frames in the stretch that match by fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameStretch:
    """Frames of a video that show the same seconds as later ones of it."""

    span: FrameSpan
    """Frames of the first showing."""
    other: FrameSpan
    """Frames of the later one."""
    distance_bits: float
    """Mean distance of the fingerprints of aligned frames, of 256."""
    change: float
    """Change within the stretch, root mean square over its thumbnails. [luma, 0 to 255]"""
    ratio: float
    """Difference of the aligned frames as a share of `change`; 0 for equal pictures."""
    exact: bool
    """Whether every aligned thumbnail is equal to the last digit, frame by frame."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Track:
    """A video for comparison."""

    thumbnails: NDArray[np.uint8]
    times_s: Floats
    bits: Words
    usable: NDArray[np.bool_]
    period_s: float

    def partners(
        self, frames: NDArray[np.intp], offset_s: float | Floats
    ) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the frames nearest in time to so much later, and whether each is near enough.

        Several offsets (m, 1) give rows of partners (m, k).
        """
        times = self.times_s
        wanted = times[frames] + offset_s
        after = np.clip(np.searchsorted(times, wanted), 1, len(times) - 1)
        late = np.abs(times[after] - wanted) < np.abs(times[after - 1] - wanted)
        nearest = np.where(late, after, after - 1)
        return nearest, np.abs(times[nearest] - wanted) <= self.period_s

    def apart(self, frames: NDArray[np.intp], partners: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the differing bits of aligned frames (…, k)."""
        differing = np.bitwise_count(self.bits[frames] ^ self.bits[partners])
        return np.asarray(differing.sum(axis=-1), dtype=np.int64)

    def pixels(
        self, frames: NDArray[np.intp], offset_s: float, kept: NDArray[np.bool_] | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
        """Return aligned thumbnails as standardised rows, and the contrast taken out of one."""
        partners, _ = self.partners(frames, offset_s)
        left = self.thumbnails[frames].reshape(len(frames), -1)
        right = self.thumbnails[partners].reshape(len(frames), -1)
        if kept is not None:
            left, right = left[:, kept], right[:, kept]
        shown, deviation = _standard(left.astype(np.float32))
        again, _ = _standard(right.astype(np.float32))
        return shown, again, float(deviation.mean())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Comparison:
    """How aligned frames differ, beside how the stretch changes."""

    change: float
    ratio: float
    differences: Floats
    kept: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Run:
    """A run of like frames on one diagonal of the comparison."""

    start: int
    stop: int
    offset: int
    level: int
    score: float
    distance_bits: float


def fingerprint(thumbnails: NDArray[np.uint8]) -> tuple[Words, Floats]:
    """Fingerprint luma thumbnails.

    Args:
        thumbnails: Luma (n, 64, 64).

    Returns:
        256 bits as four words (n, 4), and the structure of each thumbnail: mean absolute
        difference of neighbouring pixels (n,). [luma, 0 to 255]
    """
    count = len(thumbnails)
    bits = np.zeros((count, _FREQUENCIES * _FREQUENCIES // 64), dtype=np.uint64)
    structure = np.zeros(count, dtype=np.float64)
    for start in range(0, count, _BLOCK):
        block = thumbnails[start : start + _BLOCK].astype(np.float64)
        low = frequencies(block)
        above = low > np.median(low, axis=1, keepdims=True)
        bits[start : start + _BLOCK] = np.packbits(above, axis=1).view(np.uint64)
        across = np.abs(np.diff(block, axis=2)).mean(axis=(1, 2))
        down = np.abs(np.diff(block, axis=1)).mean(axis=(1, 2))
        structure[start : start + _BLOCK] = (across + down) / 2.0
    return bits, structure


def frequencies(thumbnails: NDArray[np.uint8] | Floats) -> Floats:
    """Return what a fingerprint is rounded from: 16×16 low frequencies of pictures (n, 256).

    They are rows 1 to 16 and columns 1 to 16 of the orthonormal cosine transform (type II), which
    is what the publishers of PDQ call its float form (PDQF).
    """
    transform = _cosines()
    pictures = thumbnails.astype(np.float64, copy=False)
    return (transform @ pictures @ transform.T).reshape(len(pictures), -1)


@lru_cache(maxsize=1)
def fingerprint_scene(scene: Scene) -> tuple[Words, Floats]:
    """Fingerprint a scene's thumbnails, once for all who ask in turn (read-only)."""
    bits, structure = fingerprint(scene.thumbnails)
    bits.flags.writeable = structure.flags.writeable = False
    return bits, structure


def find_repeats(scene: Scene, rules: MatchRules | None = None) -> tuple[SameStretch, ...]:
    """Find the stretches that are shown again later in the same video.

    Returns:
        Stretches by their first frame, each with its later showing; the two do not overlap.
    """
    return _repeats(scene, rules or MatchRules(farthest_bits=40, largest_ratio=0.35))


@lru_cache(maxsize=1)
def _repeats(scene: Scene, rules: MatchRules) -> tuple[SameStretch, ...]:
    """Find them once for the two checks that ask in turn."""
    return _find(_track(scene, rules), rules)


def _cosines() -> Floats:
    """Return the rows 1 to 16 of the type II cosine transform of 64 points (16, 64)."""
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    place = (2 * np.arange(_SIDE) + 1)[None, :]
    rows: Floats = np.sqrt(2.0 / _SIDE) * np.cos(np.pi / (2 * _SIDE) * frequency * place)
    return rows


def _track(scene: Scene, rules: MatchRules) -> _Track:
    bits, structure = fingerprint_scene(scene)
    times = (scene.pts - scene.pts[0]).astype(np.float64) * float(scene.time_base)
    return _Track(
        thumbnails=scene.thumbnails,
        times_s=times,
        bits=bits,
        usable=structure >= rules.least_structure,
        period_s=float(np.median(np.diff(times))) if len(times) > 1 else 0.0,
    )


def _find(track: _Track, rules: MatchRules) -> tuple[SameStretch, ...]:
    """Candidates on the grid, best first; each is verified and put to the frame.

    (1) The video is sampled on a grid of times. (2) Every diagonal of the table of distances
    is searched for runs. (3) Runs are tried by falling score; what an earlier one settled, found
    or refuted, is not tried again, nor what only says that a found stretch resembles itself.
    """
    if len(track.times_s) < _FEWEST_FRAMES:
        return ()
    area = (track.times_s[-1] + rules.step_s) ** 2
    step = max(rules.step_s, float(np.sqrt(area / _CELLS)))
    rows = _grid(track, step)  # 1
    table = _distances(track, rows)
    movement = _movement(track, rows, step)
    runs = _runs(table, movement, rules, step_s=step)
    found: list[SameStretch] = []
    settled: list[_Run] = []
    for run in sorted(runs, key=lambda run: (-run.score, run.offset, run.start)):  # 2, 3
        if len(settled) >= _TRIES:
            break
        if any(_same_place(run, earlier, step) for earlier in settled):
            continue
        if any(_explained(run, known, rows) for known in found):
            continue
        settled.append(run)
        if not _stands_out(track, rows[run.start : run.stop], run):
            continue
        stretch = _verified(track, run, rules, step_s=step)
        if stretch is not None and not any(_overlaps(stretch, known) for known in found):
            found.append(stretch)
    return tuple(sorted(found, key=lambda item: (item.span.first, item.other.first)))


def _stands_out(track: _Track, frames: NDArray[np.intp], run: _Run) -> bool:
    """Tell whether aligned frames are nearer to each other than frames of the run among them."""
    sample = track.bits[_thinned(frames, _SPREAD_SAMPLES)]
    apart = np.bitwise_count(sample[:, None] ^ sample[None, :]).sum(axis=2)
    spread = float(apart.sum()) / max(len(sample) * (len(sample) - 1), 1)
    return run.distance_bits <= _STANDING_OUT * spread


def _grid(track: _Track, step_s: float) -> NDArray[np.intp]:
    """Return the frame that is shown at each time of the grid."""
    times = np.arange(0.0, track.times_s[-1] + step_s / 2, step_s)
    return np.searchsorted(track.times_s, times + 1e-6, side="right") - 1


def _distances(track: _Track, rows: NDArray[np.intp]) -> NDArray[np.uint16]:
    """Return differing bits of every pair; 999 where a frame has too little structure."""
    table = np.empty((len(rows), len(rows)), dtype=np.uint16)
    right = track.bits[rows]
    for start in range(0, len(rows), _BLOCK):
        left = right[start : start + _BLOCK]
        table[start : start + _BLOCK] = sum(
            np.bitwise_count(left[:, None, word] ^ right[None, :, word]).astype(np.uint16)
            for word in range(left.shape[1])
        )
    blank = ~track.usable[rows]
    table[blank] = _NO_MATCH
    table[:, blank] = _NO_MATCH
    return table


def _movement(track: _Track, rows: NDArray[np.intp], step_s: float) -> Floats:
    """Return how far each sampled frame differs from the one half a second on. [luma, rms]"""
    lag = max(round(0.5 / step_s), 1)
    movement = np.zeros(len(rows))
    for start in range(0, len(rows) - lag, _BLOCK):
        here = rows[start : min(start + _BLOCK, len(rows) - lag)]
        there = rows[start + lag : start + lag + len(here)]
        change = track.thumbnails[here].astype(np.float32) - track.thumbnails[there]
        movement[start : start + len(here)] = np.sqrt(np.square(change).mean(axis=(1, 2)))
    if len(rows) > lag:
        movement[-lag:] = movement[-lag - 1]
    return movement


def _runs(
    distances: NDArray[np.uint16],
    movement: Floats,
    rules: MatchRules,
    *,
    step_s: float,
) -> Iterator[_Run]:
    """Yield the runs of like frames on all diagonals, at three levels of strictness."""
    columns = distances.shape[1]
    shortest, gap = _shortest_steps(rules, step_s), round(_GAP_S / step_s)
    for offset in range(shortest, columns):
        diagonal = distances.diagonal(offset)
        if np.count_nonzero(diagonal <= rules.farthest_bits) < shortest * rules.least_share:
            continue
        for level in (1, 2, 4):
            limit = rules.farthest_bits // level
            for start, stop in _spans(diagonal <= limit, gap):
                like = diagonal[start:stop] <= limit
                if stop - start < shortest or like.mean() < rules.least_share:
                    continue
                moving = movement[start:stop]
                if moving.max() < rules.least_change / 2:
                    continue
                gain = np.maximum(rules.farthest_bits - diagonal[start:stop].astype(np.int64), 0)
                yield _Run(
                    start=start,
                    stop=stop,
                    offset=offset,
                    level=level,
                    score=float(np.sum(gain * moving)),
                    distance_bits=float(np.median(diagonal[start:stop])),
                )


def _shortest_steps(rules: MatchRules, step_s: float) -> int:
    return max(int(rules.shortest_s / step_s), _FEWEST_FRAMES)


def _spans(like: NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """Return the runs of True, bridging gaps of so many, as (start, stop)."""
    places = np.flatnonzero(like)
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > gap + 1)
    starts = places[np.concatenate(([0], breaks + 1))]
    stops = places[np.concatenate((breaks, [len(places) - 1]))] + 1
    return [(int(start), int(stop)) for start, stop in zip(starts, stops, strict=True)]


def _same_place(run: _Run, earlier: _Run, step_s: float) -> bool:
    if run.level != earlier.level or abs(run.offset - earlier.offset) * step_s > _NEAR_S:
        return False
    shared = min(run.stop, earlier.stop) - max(run.start, earlier.start)
    union = max(run.stop, earlier.stop) - min(run.start, earlier.start)
    return 2 * shared > union


def _explained(run: _Run, known: SameStretch, rows: NDArray[np.intp]) -> bool:
    """Tell whether a run lies, on both sides, inside a stretch that was found."""
    inside = known.span.first <= rows[run.start] and rows[run.stop - 1] <= known.span.last
    first, last = rows[run.start + run.offset], rows[run.stop - 1 + run.offset]
    return bool(inside and known.other.first <= first and last <= known.other.last)


def _overlaps(stretch: SameStretch, known: SameStretch) -> bool:
    """Tell whether two results claim mostly the same frames on both sides."""
    return _shared(stretch.span, known.span) and _shared(stretch.other, known.other)


def _shared(span: FrameSpan, known: FrameSpan) -> bool:
    shared = min(span.last, known.last) - max(span.first, known.first) + 1
    return 2 * shared > min(len(span), len(known))


def _verified(track: _Track, run: _Run, rules: MatchRules, *, step_s: float) -> SameStretch | None:
    """Align a candidate to the frame, compare the change, find its ends; None: refuted."""
    start_s, stop_s = run.start * step_s, (run.stop - 1) * step_s
    inside = (track.times_s >= start_s - _TINY_S) & (track.times_s <= stop_s + _TINY_S)
    near = _align(track, np.flatnonzero(inside), run.offset * step_s)
    if _is_hopeless(track, np.flatnonzero(inside), near, rules):
        return None
    offset_s = _finest(track, np.flatnonzero(inside), near)
    frames = _by_bits(track, inside, offset_s, rules)
    if not _long_enough(track, frames, rules):
        return None
    compared = _compare(track, _thinned(frames, _SAMPLES), offset_s)
    if compared.change < rules.least_change or compared.ratio > rules.largest_ratio:
        return None
    frames = _by_pixels(track, frames, compared, offset_s)
    partners, _ = track.partners(frames, offset_s)
    if not _long_enough(track, frames, rules) or partners[0] <= frames[-1]:
        return None
    equal = np.array_equal(track.thumbnails[frames], track.thumbnails[partners])
    return SameStretch(
        span=FrameSpan(first=int(frames[0]), last=int(frames[-1])),
        other=FrameSpan(first=int(partners[0]), last=int(partners[-1])),
        distance_bits=float(track.apart(frames, partners).mean()),
        change=compared.change,
        ratio=compared.ratio,
        exact=equal and np.array_equal(np.diff(frames), np.diff(partners)),
    )


def _long_enough(track: _Track, frames: NDArray[np.intp], rules: MatchRules) -> bool:
    if len(frames) < _FEWEST_FRAMES:
        return False
    length_s = track.times_s[frames[-1]] - track.times_s[frames[0]]
    period_s = length_s / (len(frames) - 1)
    return bool(length_s + period_s >= rules.shortest_s)


def _align(track: _Track, frames: NDArray[np.intp], nominal_s: float) -> Floats:
    """Return the offsets about that at which fingerprints agree best, two frames each way. [s]"""
    anchor_s = track.times_s[frames[len(frames) // 2]]
    offsets = track.times_s - anchor_s
    offsets = offsets[np.abs(offsets - nominal_s) <= _NEAR_S]
    if not len(offsets):
        return np.array([nominal_s])
    sample = _thinned(frames, _SAMPLES)
    partners, near = track.partners(sample, offsets[:, None])
    bits = np.where(near, track.apart(sample, partners), _UNRELATED_BITS).mean(axis=1)
    best = int(np.argmin(bits))
    return np.asarray(offsets[max(best - 2, 0) : best + 3])


def _is_hopeless(
    track: _Track, frames: NDArray[np.intp], offsets_s: Floats, rules: MatchRules
) -> bool:
    """Tell from a few frames whether pictures are far from agreeing at any of some offsets.

    On 155 candidates of 73 clips the ratio of a few frames was at most 1.4 times that of all
    where the stretch was kept, and twice the limit refutes 7 in 10 of the others.
    """
    sample = _thinned(frames, _FEW_SAMPLES)
    ratios = [_compare(track, sample, float(offset)).ratio for offset in offsets_s]
    return min(ratios) > _HOPELESS * rules.largest_ratio


def _finest(track: _Track, frames: NDArray[np.intp], offsets_s: Floats) -> float:
    """Return that of some offsets at which pictures differ least. [s]"""
    sample = _thinned(frames, _SAMPLES // 4)
    costs = [float(_compare(track, sample, float(one)).differences.mean()) for one in offsets_s]
    return float(offsets_s[int(np.argmin(costs))])


def _by_bits(
    track: _Track, inside: NDArray[np.bool_], offset_s: float, rules: MatchRules
) -> NDArray[np.intp]:
    """Return the frames around the run whose fingerprints agree as well as within it."""
    partners, near = track.partners(np.arange(len(inside)), offset_s)
    bits = track.apart(np.arange(len(inside)), partners)
    usual = float(np.median(bits[inside]))
    limit = min(max(3.0 * usual, usual + _LEAST_BITS), rules.farthest_bits)
    good = (bits <= limit) & near & track.usable & track.usable[partners]
    blind = near & ~track.usable & ~track.usable[partners]
    return _longest(good, inside, bridged=blind)


def _by_pixels(
    track: _Track, frames: NDArray[np.intp], compared: _Comparison, offset_s: float
) -> NDArray[np.intp]:
    """Return the frames around the stretch whose pictures agree as well as within it.

    A logo that appears on one side can drive fingerprints apart where the rest still agrees; a
    repeat that ends inside a slow shot agrees by fingerprint beyond its end.
    """
    usual = float(np.median(compared.differences))
    limit = _END_FACTOR * usual + _END_LUMA + _END_SHARE * compared.change
    every = np.arange(len(track.times_s))
    inside = np.isin(every, frames)
    partners, near = track.partners(every, offset_s)
    candidates = np.flatnonzero(near & track.usable & track.usable[partners])
    good = np.zeros(len(every), dtype=np.bool_)
    for start in range(0, len(candidates), _BLOCK):
        block = candidates[start : start + _BLOCK]
        left, right, gain = track.pixels(block, offset_s, compared.kept)
        differences = np.sqrt(np.square(left - right).mean(axis=1)) * gain
        good[block] = differences <= limit
    blind = near & ~track.usable & ~track.usable[partners]
    return _longest(good, inside, bridged=blind)


def _longest(
    good: NDArray[np.bool_], inside: NDArray[np.bool_], *, bridged: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the run of True that has most inside.

    Bridges short gaps, and frames `bridged` on which both sides show nothing (a blinded sensor).
    """
    places = np.flatnonzero(good)
    if not len(places):
        return places
    seen = np.cumsum(~bridged)
    gaps = np.diff(seen[places]) - 1
    pieces = np.split(places, np.flatnonzero(gaps > _END_GAP) + 1)
    best = pieces[int(np.argmax([int(inside[piece].sum()) for piece in pieces]))]
    return np.arange(best[0], best[-1] + 1)


def _thinned(frames: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Keep at most so many, evenly."""
    if len(frames) <= most:
        return frames
    return frames[np.linspace(0, len(frames) - 1, most).round().astype(np.intp)]


def _compare(track: _Track, frames: NDArray[np.intp], offset_s: float) -> _Comparison:
    """Compare change within the stretch with difference across it.

    (1) Each thumbnail is brought to mean 0 and standard deviation 1, which takes out gain, offset
    and grading. (2) The quarter of the picture where the mean difference is largest (a logo on one
    side only) is left out, and (1) is done again on the rest.
    """
    left, right, _ = track.pixels(frames, offset_s, None)  # 1
    apart = np.abs((left - right).mean(axis=0))
    kept = np.asarray(apart <= np.quantile(apart, _KEPT_SHARE), dtype=np.bool_)  # 2
    left, right, gain = track.pixels(frames, offset_s, kept)
    change = float(np.sqrt(np.square(left - left.mean(axis=0)).mean()))
    differences = np.sqrt(np.square(left - right).mean(axis=1))
    difference = float(np.sqrt(np.square(differences).mean()))
    return _Comparison(
        change=change * gain,
        ratio=difference / change if change > 0 else float(_NO_MATCH),
        differences=np.asarray(differences * gain, dtype=np.float64),
        kept=kept,
    )


def _standard(pixels: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Bring each row to mean 0 and standard deviation 1 in place; a flat row becomes 0.

    Returns:
        The rows, and what their standard deviations were (n,). [luma]
    """
    pixels -= pixels.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.einsum("ij,ij->i", pixels, pixels) / pixels.shape[1])
    pixels *= np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)[:, None]
    return pixels, deviation
