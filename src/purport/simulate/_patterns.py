"""Land that repeats itself: strips of fields in rows, and streets of like houses.

Places of one style look alike without being the same: each has its own direction, spacing and
small irregularities, all from the seed.
"""

import math
from collections.abc import Iterator
from enum import StrEnum

import numpy as np

from purport.simulate._painting import (
    CORNERS,
    Land,
    Points,
    fill_area,
    happens,
    paint_building,
    paint_line,
    paint_tree,
    spread_noise,
)

__all__ = ["GroundStyle", "paint_farmland", "paint_town"]


class GroundStyle(StrEnum):
    """What kind of land."""

    MIXED = "mixed"
    FARMLAND = "farmland"
    TOWN = "town"


_SOIL = np.array([0.33, 0.46, 0.56])
_CROP = np.array([0.17, 0.35, 0.27])
_TRACK = np.array([0.50, 0.61, 0.69])
_ASPHALT = np.array([0.36, 0.37, 0.38])


def paint_farmland(land: Land, generator: np.random.Generator) -> None:
    """Paint strips of like fields in rows, with tracks, furrows and rows of trees between."""
    land.colour[:] = (0.6 * _SOIL + 0.4 * _CROP).astype(np.float32)
    lie = float(generator.uniform(0.0, math.pi))
    wide, long = float(generator.uniform(18.0, 30.0)), float(generator.uniform(90.0, 150.0))
    tones = [
        _SOIL + (_CROP - _SOIL) * min(1.0, max(0.0, land.season + s)) for s in (-0.3, 0.0, 0.3)
    ]
    for column, row, middle in _lattice(land, lie, (long, wide)):
        tone = tones[(row + 2 * column) % 3] * float(generator.normal(1.0, 0.06))
        shift = float(generator.normal(0.0, 0.04)) * long
        field = _box(middle + shift * _ahead(lie), lie, (0.49 * long, 0.47 * wide))
        fill_area(land, field, tone)
        _furrow(land, generator, field, tone)
    for _, _, middle in _lattice(land, lie, (long, 1e9)):
        _cross(land, middle, lie + math.pi / 2, 3.0)
    for _, row, middle in _lattice(land, lie, (9.0, 4.0 * wide)):
        if row % 2 == 0 and happens(generator, 0.8):
            spot = middle + generator.normal(0.0, 0.5, 2)
            paint_tree(land, generator, spot, float(generator.uniform(1.2, 2.4)))
    _vary(land, generator)


def paint_town(land: Land, generator: np.random.Generator) -> None:
    """Paint a grid of streets with like houses in like yards."""
    land.colour[:] = (0.7 * _SOIL + 0.3 * _CROP).astype(np.float32)
    lie = float(generator.uniform(0.0, math.pi))
    deep, wide = float(generator.uniform(17.0, 22.0)), float(generator.uniform(15.0, 19.0))
    for _, _, middle in _lattice(land, lie, (6.0 * deep, 1e9)):
        _cross(land, middle, lie + math.pi / 2, 5.0)
    for _, _, middle in _lattice(land, lie, (1e9, 2.0 * wide + 7.0)):
        _cross(land, middle, lie, 6.0)
    for column, _, middle in _lattice(land, lie, (deep, 2.0 * wide + 7.0)):
        if column % 6 == 0:
            continue
        for side in (-1.0, 1.0):
            if happens(generator, 0.1):
                continue
            heart = middle + side * (wide / 2 + 5.0) * _ahead(lie + math.pi / 2)
            heart = heart + generator.normal(0.0, 0.7, 2)
            reach = float(generator.uniform(5.0, 6.5))
            turn = lie + float(generator.normal(0.0, 0.02))
            paint_building(land, generator, heart, reach=reach, turn=turn)
            if happens(generator, 0.5):
                spot = heart + generator.normal(0.0, 0.45 * wide, 2)
                paint_tree(land, generator, spot, float(generator.uniform(0.8, 2.2)))
    _vary(land, generator)


def _lattice(
    land: Land, lie: float, spacing_m: tuple[float, float]
) -> Iterator[tuple[int, int, Points]]:
    """Yield column, row and place of the points of a turned grid on the land."""
    side_m = land.side_px * land.gsd_m
    along, aside = _ahead(lie), _ahead(lie + math.pi / 2)
    middle = np.array([side_m, side_m]) / 2
    reach = [min(math.ceil(0.75 * side_m / step), 2000) for step in spacing_m]
    for column in range(-reach[0], reach[0] + 1) if spacing_m[0] < side_m else (0,):
        for row in range(-reach[1], reach[1] + 1) if spacing_m[1] < side_m else (0,):
            place = middle + column * spacing_m[0] * along + row * spacing_m[1] * aside
            if np.all((place > -0.25 * side_m) & (place < 1.25 * side_m)):
                yield column, row, place


def _ahead(lie: float) -> Points:
    return np.array([math.cos(lie), math.sin(lie)])


def _box(middle: Points, lie: float, half_m: tuple[float, float]) -> Points:
    along, aside = _ahead(lie) * half_m[0], _ahead(lie + math.pi / 2) * half_m[1]
    return np.array([middle + a * along + b * aside for a, b in CORNERS])


def _furrow(land: Land, generator: np.random.Generator, field: Points, tone: Points) -> None:
    """Draw a few furrows along a field whose corners are in the order of `CORNERS`."""
    for share in generator.uniform(0.05, 0.95, 4):
        start = field[0] + share * (field[1] - field[0])
        end = field[3] + share * (field[2] - field[3])
        shade = tone * float(generator.choice([0.85, 1.12]))
        paint_line(land, np.array([start, end]), 0.6, shade)


def _cross(land: Land, middle: Points, lie: float, width_m: float) -> None:
    """Draw a straight road right across the land."""
    reach = 1.5 * land.side_px * land.gsd_m * _ahead(lie)
    tone = _ASPHALT if width_m > 4.0 else _TRACK  # noqa: PLR2004 - wider roads are paved
    paint_line(land, np.array([middle - reach, middle + reach]), width_m, tone)


def _vary(land: Land, generator: np.random.Generator) -> None:
    """Add the patchiness that is each place's own."""
    factor = 1.0 + 0.07 * spread_noise(land, generator, (45.0, 17.0, 6.0, 2.0))
    np.multiply(land.colour, factor[..., None], out=land.colour)
