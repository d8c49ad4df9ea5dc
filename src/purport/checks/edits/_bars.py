"""Bars along the borders: letter-box and pillar-box."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.scene import Scene

__all__ = ["BarRules", "Bars", "find_bars"]

_SIDE_PX = 64
_MOST_FRAMES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRules:
    """When the borders count as bars."""

    brightest: int = 26
    """Largest mean luma of a bar. [0 to 255]"""
    largest_spread: float = 1.5
    """Largest standard deviation within a bar, over its pixels and all frames. [luma]"""
    fewest_px: int = 2
    """Fewest rows or columns of a bar, of 64."""
    least_inside: float = 30.0
    """Least mean luma of the picture between the bars in its brightest frame: a dark picture has
    no border."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars, and the picture between them."""

    box: tuple[float, float, float, float]
    """Left, top, right, bottom of the picture proper, as shares of the whole."""


def find_bars(scene: Scene, rules: BarRules) -> Bars | None:
    """Find bars on two opposite borders, or on all, that stand through the video; None: none."""
    places = np.linspace(0, scene.frames - 1, min(scene.frames, _MOST_FRAMES)).round().astype(int)
    frames = scene.thumbnails[np.unique(places)].astype(np.float32)
    low, high = frames.min(axis=0), frames.max(axis=0)
    rows = _dark(low, high, rules)
    columns = _dark(low.T, high.T, rules)
    top, bottom = _ends(rows)
    left, right = _ends(columns)
    if min(top, bottom) < rules.fewest_px:
        top, bottom = 0, 0
    if min(left, right) < rules.fewest_px:
        left, right = 0, 0
    if not (top or left) or top + bottom >= _SIDE_PX or left + right >= _SIDE_PX:
        return None
    inside = frames[:, top : _SIDE_PX - bottom, left : _SIDE_PX - right]
    if float(inside.mean(axis=(1, 2)).max()) < rules.least_inside:
        return None
    side = float(_SIDE_PX)
    return Bars(box=(left / side, top / side, 1.0 - right / side, 1.0 - bottom / side))


def _dark(
    low: NDArray[np.float32], high: NDArray[np.float32], rules: BarRules
) -> NDArray[np.bool_]:
    """Tell which rows are dark and the same in all pixels and frames."""
    even = high.max(axis=1) - low.min(axis=1) <= 4.0 * rules.largest_spread
    return np.asarray(even & (high.max(axis=1) <= rules.brightest), dtype=np.bool_)


def _ends(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Return how many are True from either end; nought and nought when all are."""
    if flags.all():
        return 0, 0
    return int(np.argmin(flags)), int(np.argmin(flags[::-1]))
