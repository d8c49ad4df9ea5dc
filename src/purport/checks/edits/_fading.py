"""Fades to and from black.

The middle of the brightness falls in a straight line to black, or rises from it so. A sensor that a
blast blinds goes dark at once, and sees again along a curve.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = [
    "Fade",
    "FadingRules",
    "Light",
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
    """When pictures count as faded."""

    darkest: float = 30.0
    """Largest median luma at the dark end of a fade. [0 to 255]"""
    least_fall: float = 25.0
    """Least change of the median. [luma]"""
    fewest_frames: int = 5
    """Fewest frames that a fade takes."""
    longest_frames: int = 90
    """Most frames of one fade."""
    largest_residual: float = 0.035
    """Largest departure from the straight line, of the whole fall."""
    edge_frames: int = 3
    """How near to an end of the video a fade that only falls or rises must reach."""
    darkest_frames: int = 12
    """Most frames between fall and rise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fade:
    """A fade to black, from black, or through black."""

    span: FrameSpan
    """Its dimmed frames."""
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
