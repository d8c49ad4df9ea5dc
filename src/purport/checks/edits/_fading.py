"""Fades to and from black, and dissolves of one shot into another.

*Fades*: the middle of the brightness falls in a straight line to black, or rises from it so. A
sensor that a blast blinds goes dark at once, and sees again along a curve.

*Dissolves*: frames between two different pictures are mixtures of both, with shares that grow
evenly. Where a camera only moves on, the frames between are no mixture of the ends.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.edits._paths import Path
from purport.checks.edits._spans import meet
from purport.core.media_time import FrameSpan
from purport.scene import Scene
from purport.scene.fingerprints import fingerprint_scene

__all__ = [
    "Dissolve",
    "Fade",
    "FadingRules",
    "Light",
    "find_dissolves",
    "find_fades",
    "measure_light",
]

Floats = NDArray[np.float64]

_BAND_SHARE = 0.1
_THUMBNAIL_PX = 64
_DETAIL_QUANTILE = 0.65
_ON_SLOPE = 0.4
_BLOCK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class FadingRules:
    """When pictures count as faded or dissolved."""

    darkest: float = 30.0
    """Largest median luma at the dark end of a fade. [0 to 255]"""
    least_fall: float = 25.0
    """Least change of the median. [luma]"""
    fewest_frames: int = 5
    """Fewest frames that a fade or dissolve takes."""
    longest_frames: int = 90
    """Most frames of one fade."""
    largest_residual: float = 0.035
    """Largest departure from the straight line, of the whole fall."""
    edge_frames: int = 3
    """How near to an end of the video a fade that only falls or rises must reach."""
    darkest_frames: int = 12
    """Most frames between fall and rise."""
    steady_frames: int = 6
    """Frames before and after a dissolve that must show a picture of their own."""
    largest_drift: float = 4.0
    """Largest change of their median luma."""
    largest_spread_change: float = 0.12
    """Largest change of their spread, as a share: a sensor that recovers gains contrast."""
    least_detail: float = 1.0
    """Least detail of most of an end: a blinded sensor shows nothing. [luma]"""
    least_detail_share: float = 0.3
    """Least detail of one end, of the other's."""
    dissolve_frames: tuple[int, ...] = (9, 12, 17, 24, 33)
    """Distances at which the ends of a dissolve are looked for."""
    least_difference: float = 8.0
    """Least difference of the ends, root mean square over thumbnails. [luma]"""
    fewest_bits: int = 100
    """Fewest bits in which the fingerprints of the ends differ, of 256."""
    largest_mixing: float = 0.3
    """Largest difference of a frame between from the mixture, of the difference of the ends."""
    explained: float = 0.7
    """Up to which share of the difference of the ends is left where movement explains it."""
    least_seen: float = 0.2
    """Least share of the picture that both ends must show for that."""
    largest_uneven: float = 0.12
    """Largest departure of the shares from even growth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fade:
    """A fade to black, from black, or through black."""

    span: FrameSpan
    """Its dimmed frames."""
    strength: float
    """0.5 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve:
    """A dissolve."""

    span: FrameSpan
    """Its mixed frames."""
    strength: float
    """0.5 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Light:
    """Light and detail of each frame (n,)."""

    median: Floats
    """Median luma below the uppermost tenth."""
    spread: Floats
    """Standard deviation of luma there."""
    detail: Floats
    """Detail of most of the picture: graphics on a blank picture do not count. [luma]"""


def find_fades(light: Light, rules: FadingRules) -> tuple[Fade, ...]:
    """Find fades, in order.

    From each darkest frame a straight line is followed to either side. A fade falls; what only
    rises counts at the start of a video alone, for a blinded sensor recovers too.
    """
    middle = light.median
    found: list[Fade] = []
    for place in _valleys(middle, rules):
        if any(place in fade.span for fade in found):
            continue
        falls, fall_residual = _straight(middle[: place + 1][::-1], rules)
        bottom, rises, rise_residual = _next_rise(middle, place, rules)
        at_start = place < rules.edge_frames
        if not falls and not (rises and at_start):
            continue
        residual = max(fall_residual if falls else 0.0, rise_residual if rises else 0.0)
        found.append(
            Fade(
                span=FrameSpan(first=place - max(falls - 1, 0), last=bottom + max(rises - 1, 0)),
                strength=1.0 - 0.5 * residual / rules.largest_residual,
            )
        )
    return tuple(found)


def _valleys(middle: Floats, rules: FadingRules) -> Iterator[int]:
    """Yield the darkest frame of each dark stretch; where several are as dark, their middle."""
    dark = np.flatnonzero(middle <= rules.darkest)
    if not len(dark):
        return
    for piece in np.split(dark, np.flatnonzero(np.diff(dark) > 1) + 1):
        least = np.flatnonzero(middle[piece] <= middle[piece].min() + 1.0)
        yield int(piece[least[0]])
        if least[-1] != least[0]:
            yield int(piece[least[-1]])


def _next_rise(middle: Floats, place: int, rules: FadingRules) -> tuple[int, int, float]:
    """Return where the longest straight rise from a dark place begins, its steps and residual."""
    best = (place, 0, 0.0)
    for bottom in range(place, min(place + rules.darkest_frames, len(middle) - 1) + 1):
        if middle[bottom] > rules.darkest:
            break
        steps, residual = _straight(middle[bottom:], rules)
        if bottom + steps > best[0] + best[1] and steps:
            best = (bottom, steps, residual)
    return best


def _straight(levels: Floats, rules: FadingRules) -> tuple[int, float]:
    """Follow a line that rises from the first level.

    Returns:
        How many steps it goes on (0: it is no fade), and the largest departure as a share of all.
    """
    best, kept = 0, 0.0
    for steps in range(rules.fewest_frames, min(rules.longest_frames, len(levels) - 1) + 1):
        part = levels[: steps + 1]
        rise = float(part[-1] - part[0])
        if rise < rules.least_fall:
            continue
        line = part[0] + rise * np.arange(steps + 1) / steps
        residual = float(np.abs(part - line).max()) / rise
        if residual <= max(rules.largest_residual, 1.5 / rise):
            best, kept = steps, min(residual, rules.largest_residual)
    while best > 1 and (levels[best] - levels[best - 1]) * best < _ON_SLOPE * (
        levels[best] - levels[0]
    ):
        best -= 1
    return best, kept


def find_dissolves(
    scene: Scene, path: Path, light: Light, rules: FadingRules
) -> tuple[Dissolve, ...]:
    """Find dissolves, in order; the longest of those that overlap, for a part of one is one."""
    pixels = scene.thumbnails
    bits, _ = fingerprint_scene(scene)
    candidates: list[tuple[float, int, int]] = []
    for length in rules.dissolve_frames:
        for first in range(len(pixels) - length - 1):
            last = first + length
            apart = int(np.bitwise_count(bits[first] ^ bits[last]).sum())
            if apart < rules.fewest_bits or not _are_pictures(light, first, last, rules):
                continue
            fit = _mixing(pixels, first, last, rules)
            if fit is not None:
                candidates.append((fit, first, last))
    found: list[Dissolve] = []
    for fit, first, last in sorted(candidates, key=lambda one: (one[1] - one[2], one[0])):
        if any(meet(FrameSpan(first=first, last=last), one.span) for one in found):
            continue
        if _is_movement(scene, path, first, last, rules=rules):
            continue
        span = _ends(pixels, first, last)
        if len(span) >= rules.fewest_frames:
            found.append(Dissolve(span=span, strength=1.0 - 0.5 * fit / rules.largest_mixing))
    return tuple(sorted(found, key=lambda one: one.span.first))


def _below_band(thumbnails: NDArray[np.uint8]) -> Floats:
    """Return thumbnails (…, 64, 64) without their uppermost tenth, where captions often stand."""
    kept = thumbnails[..., int(_THUMBNAIL_PX * _BAND_SHARE) :, :].astype(np.float64)
    return kept.reshape(*thumbnails.shape[:-2], -1)


def _is_movement(scene: Scene, path: Path, first: int, last: int, *, rules: FadingRules) -> bool:
    """Tell whether the later end is the earlier one, moved as the links say."""
    if not path.known[first + 1 : last + 1].all():
        return False
    onto = np.linalg.solve(scene.to_anchor[last], scene.to_anchor[first])
    side = float(_THUMBNAIL_PX)
    down = np.array(
        [
            [side / scene.width_px, 0.0, 0.5 * side / scene.width_px - 0.5],
            [0.0, side / scene.height_px, 0.5 * side / scene.height_px - 0.5],
            [0.0, 0.0, 1.0],
        ]
    )
    matrix = down @ onto @ np.linalg.inv(down)
    size = (_THUMBNAIL_PX, _THUMBNAIL_PX)
    start, end = (scene.thumbnails[one].astype(np.float32) for one in (first, last))
    laid = cv2.warpPerspective(start, matrix, size)
    seen = cv2.warpPerspective(np.ones(size, np.float32), matrix, size) > 0.999  # noqa: PLR2004
    seen[: int(_THUMBNAIL_PX * _BAND_SHARE)] = False
    if seen.mean() < rules.least_seen:
        return False
    moved = float(np.sqrt(np.square(laid - end)[seen].mean()))
    stayed = float(np.sqrt(np.square(start - end)[seen].mean()))
    return moved <= rules.explained * stayed


def _shares(
    pixels: NDArray[np.uint8], first: int, last: int, frames: range
) -> tuple[Floats, Floats]:
    """Return the share of the later end in frames, and what is left of each. [luma, rms]"""
    start = _below_band(pixels[first])
    gone = _below_band(pixels[last]) - start
    size = float(gone @ gone)
    part = _below_band(pixels[frames.start : frames.stop]) - start
    shares = part @ gone / size if size > 0.0 else np.zeros(len(part))
    rest = part - shares[:, None] * gone
    return np.asarray(shares), np.sqrt(np.square(rest).mean(axis=1))


def _mixing(pixels: NDArray[np.uint8], first: int, last: int, rules: FadingRules) -> float | None:
    """Return how far frames between two are from mixtures of them; None: they are none."""
    gone = _below_band(pixels[last]) - _below_band(pixels[first])
    difference = float(np.sqrt(np.square(gone).mean()))
    if difference < rules.least_difference:
        return None
    shares, rest = _shares(pixels, first, last, range(first + 1, last))
    even = np.arange(1, last - first) / (last - first)
    if float(np.abs(shares - even).max()) > rules.largest_uneven:
        return None
    worst = float(rest.max()) / difference
    return worst if worst <= rules.largest_mixing else None


def measure_light(scene: Scene) -> Light:
    """Measure light and detail of every frame."""
    below = scene.thumbnails[:, int(_THUMBNAIL_PX * _BAND_SHARE) :, :]
    parts = [_light_of(below[start : start + _BLOCK]) for start in range(0, len(below), _BLOCK)]
    median, spread, detail = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Light(median=median, spread=spread, detail=detail)


def _light_of(pictures: NDArray[np.uint8]) -> tuple[Floats, Floats, Floats]:
    """Return median, spread and detail of pictures (k, rows, 64)."""
    rows = pictures.reshape(len(pictures), -1)
    steps = cv2.absdiff(pictures[:, :, 1:], pictures[:, :, :-1]).reshape(len(pictures), -1)
    return (
        np.median(rows, axis=1),
        rows.std(axis=1, dtype=np.float64),
        np.quantile(steps, _DETAIL_QUANTILE, axis=1),
    )


def _are_pictures(light: Light, first: int, last: int, rules: FadingRules) -> bool:
    """Tell whether both ends show something, in steady light before and after."""
    details = light.detail[[first, last]]
    if details.min() < max(rules.least_detail, rules.least_detail_share * details.max()):
        return False
    beyond = first - rules.steady_frames, last + rules.steady_frames
    if beyond[0] < 0 or beyond[1] >= len(light.median):
        return False
    return all(
        abs(light.median[one] - light.median[other]) <= rules.largest_drift
        and abs(light.spread[one] / max(light.spread[other], 1.0) - 1.0)
        <= rules.largest_spread_change
        for one, other in ((beyond[0], first), (beyond[1], last))
    )


def _ends(pixels: NDArray[np.uint8], first: int, last: int) -> FrameSpan:
    """Extend the even growth of shares to where it begins and ends."""
    shares, _ = _shares(pixels, first, last, range(first, last + 1))
    step = float(np.polyfit(np.arange(len(shares)), shares, 1)[0])
    margin = round(0.5 / step) if step > 0.0 else 0
    wide = range(max(first - margin, 0), min(last + margin + 1, len(pixels)))
    early, late = max(first - margin, 0), min(last + margin, len(pixels) - 1)
    shares, _ = _shares(pixels, early, late, wide)
    inner = np.flatnonzero((shares > 0.2) & (shares < 0.8))  # noqa: PLR2004 - the straight part
    if len(inner) < 3:  # noqa: PLR2004 - a line needs some points
        return FrameSpan(first=first + 1, last=last - 1)
    slope, level = np.polyfit(inner, shares[inner], 1)
    begin, end = (0.0 - level) / slope, (1.0 - level) / slope
    return FrameSpan(
        first=wide.start + max(int(np.ceil(begin + 0.25)), 0),
        last=min(wide.start + int(np.floor(end - 0.25)), len(pixels) - 1),
    )
