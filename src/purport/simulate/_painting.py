"""A picture of the ground that is being painted, and the strokes: lines, areas, houses, trees."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CORNERS",
    "SUBPIXEL_BITS",
    "Land",
    "Picture",
    "Points",
    "fill_area",
    "happens",
    "paint_building",
    "paint_line",
    "paint_tree",
    "spread_noise",
    "to_pixels",
]

Picture = NDArray[np.float32]
Points = NDArray[np.float64]

SUBPIXEL_BITS = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Land:
    """A picture that is being painted."""

    colour: Picture
    shade: Picture
    gsd_m: float
    shadow_per_m: tuple[float, float]
    season: float
    height_m: tuple[float, float] = (3.0, 8.0)
    roofs: list[tuple[Points, float, Points]] = field(default_factory=list)

    @property
    def side_px(self) -> int:
        return int(self.colour.shape[0])


def spread_noise(land: Land, generator: np.random.Generator, sizes_m: tuple[float, ...]) -> Picture:
    """Sum noise of several sizes, scaled to unit spread (side, side)."""
    total = np.zeros((land.side_px, land.side_px), dtype=np.float32)
    for number, size_m in enumerate(sizes_m):
        cells = max(4, math.ceil(land.side_px * land.gsd_m / size_m) + 3)
        cells = min(cells, land.side_px)
        coarse = generator.standard_normal((cells, cells)).astype(np.float32)
        fine = cv2.resize(coarse, (land.side_px, land.side_px), interpolation=cv2.INTER_CUBIC)
        total += fine * np.float32(0.75**number)
    return np.asarray(total / total.std(), dtype=np.float32)


def paint_line(land: Land, line: Points, width_m: float, tone: Points) -> None:
    thickness = max(1, round(width_m / land.gsd_m))
    cv2.polylines(
        land.colour,
        [to_pixels(line, land)],
        isClosed=False,
        color=[float(value) for value in tone],
        thickness=thickness,
        lineType=cv2.LINE_8,
        shift=SUBPIXEL_BITS,
    )


def fill_area(land: Land, polygon: Points, tone: Points) -> None:
    cv2.fillPoly(
        land.colour,
        [to_pixels(polygon, land)],
        [float(value) for value in tone],
        cv2.LINE_8,
        SUBPIXEL_BITS,
    )


def paint_building(
    land: Land, generator: np.random.Generator, middle: Points, *, reach: float, turn: float
) -> None:
    aspect = float(generator.uniform(0.45, 0.9))
    along = np.array([math.cos(turn), math.sin(turn)]) * reach
    aside = np.array([-math.sin(turn), math.cos(turn)]) * reach * aspect
    yard = [middle + a * 1.7 * along + b * 1.9 * aside for a, b in CORNERS]
    if happens(generator, 0.6):
        ground = np.array([0.46, 0.55, 0.62]) * float(generator.uniform(0.8, 1.1))
        fill_area(land, np.array(yard), ground)
        if happens(generator, 0.6):
            paint_line(land, np.array([*yard, yard[0]]), 0.5, np.array([0.62, 0.66, 0.70]))
    roof = np.array([middle + a * along + b * aside for a, b in CORNERS])
    height_m = float(generator.uniform(*land.height_m))
    fall = np.array(land.shadow_per_m) * land.gsd_m * height_m
    hull = cv2.convexHull(np.vstack([roof, roof + fall]).astype(np.float32)).reshape(-1, 2)
    cv2.fillPoly(land.shade, [to_pixels(hull, land)], 0.42, cv2.LINE_8, SUBPIXEL_BITS)
    cv2.fillPoly(land.shade, [to_pixels(roof, land)], 1.0, cv2.LINE_8, SUBPIXEL_BITS)
    tone = _ROOFS[int(generator.integers(len(_ROOFS)))] * float(generator.uniform(0.85, 1.15))
    fill_area(land, roof, tone)
    land.roofs.append((roof, height_m, tone))
    if happens(generator, 0.55):
        ridge = np.array([middle + along, middle - along])
        lit = np.array([roof[0], roof[3], ridge[1], ridge[0]])
        sunny = 1.0 if float(np.dot(aside, fall)) < 0.0 else -1.0
        fill_area(land, lit, tone * (1.0 + 0.16 * sunny))
    for _ in range(int(generator.integers(1, 5))):
        at = middle + generator.uniform(-0.7, 0.7) * along + generator.uniform(-0.7, 0.7) * aside
        size = float(generator.uniform(0.4, 1.1))
        box = np.array([at + size * np.array(corner) for corner in CORNERS])
        fill_area(land, box, tone * float(generator.choice([0.55, 1.35])))


def paint_tree(land: Land, generator: np.random.Generator, spot: Points, radius_m: float) -> None:
    fall = np.array(land.shadow_per_m) * land.gsd_m * radius_m * 1.1
    _disc(land.shade, spot + fall, radius_m, 0.5, land=land)
    _disc(land.shade, spot, radius_m * 0.9, 1.0, land=land)
    dry, lush = np.array([0.22, 0.33, 0.36]), np.array([0.11, 0.25, 0.17])
    leaf = (dry + (lush - dry) * land.season) * float(generator.uniform(0.7, 1.25))
    toward = -fall / max(float(np.hypot(*fall)), 1e-9)
    for step, (size, tone) in enumerate(((1.0, 0.75), (0.72, 1.0), (0.4, 1.35))):
        middle = spot + toward * radius_m * 0.16 * step + generator.normal(0, 0.1, 2) * radius_m
        _disc(land.colour, middle, radius_m * size, tuple(leaf * tone), land=land)


def _disc(
    layer: Picture,
    middle: Points,
    radius_m: float,
    tone: float | tuple[float, ...],
    *,
    land: Land,
) -> None:
    unit = 2**SUBPIXEL_BITS / land.gsd_m
    centre = (round(float(middle[0]) * unit), round(float(middle[1]) * unit))
    cv2.circle(
        layer, centre, max(1, round(radius_m * unit)), tone, cv2.FILLED, cv2.LINE_8, SUBPIXEL_BITS
    )


def to_pixels(points: Points, land: Land) -> NDArray[np.int32]:
    scaled = points / land.gsd_m * 2**SUBPIXEL_BITS
    return np.asarray(np.round(scaled), dtype=np.int32).reshape(-1, 1, 2)


def happens(generator: np.random.Generator, probability: float) -> bool:
    return bool(generator.random() < probability)


CORNERS = ((1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0))
_ROOFS = (
    np.array([0.66, 0.70, 0.72]),
    np.array([0.30, 0.38, 0.58]),
    np.array([0.52, 0.56, 0.58]),
    np.array([0.78, 0.80, 0.80]),
    np.array([0.58, 0.48, 0.40]),
)
