"""Ground made by rule: fields, roads, tracks, farms, villages and trees, never repeating.

The lie of the land follows from the seed alone; the position of the sun and the season change how
it looks, so that one seed gives footage and orthophoto of different days.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._ground import Ground

__all__ = ["procedural_ground"]

Picture = NDArray[np.float32]
Points = NDArray[np.float64]

_SUBPIXEL_BITS = 4
_DEFAULT_WEST_M = 380_000.0
_DEFAULT_NORTH_M = 3_930_000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Land:
    """A picture that is being painted."""

    colour: Picture
    shade: Picture
    gsd_m: float
    shadow_per_m: tuple[float, float]
    season: float

    @property
    def side_px(self) -> int:
        return int(self.colour.shape[0])


def procedural_ground(
    seed: int,
    *,
    size_m: float = 400.0,
    gsd_m: float = 0.2,
    sun_azimuth_deg: float = 140.0,
    season: float = 0.5,
    crs: str = "EPSG:32637",
) -> Ground:
    """Make a square of plausible ground.

    Args:
        seed: The lie of the land.
        size_m: Side of the square. [m]
        gsd_m: Ground sample distance. [m]
        sun_azimuth_deg: Grid azimuth of the sun; shadows fall away from it. [deg]
        season: From dry (0) to green (1).
        crs: Projected system in metres.

    Returns:
        Ground whose western and northern edges depend on the seed (a made-up place).
    """
    side = round(size_m / gsd_m)
    away = math.radians(sun_azimuth_deg + 180.0)
    land = _Land(
        colour=np.empty((side, side, 3), dtype=np.float32),
        shade=np.ones((side, side), dtype=np.float32),
        gsd_m=gsd_m,
        shadow_per_m=(math.sin(away) / gsd_m * 0.9, -math.cos(away) / gsd_m * 0.9),
        season=season,
    )
    _paint_fields(land, np.random.default_rng([seed, 1]))
    roads = _paint_roads(land, np.random.default_rng([seed, 2]))
    _paint_settlements(land, np.random.default_rng([seed, 3]), roads)
    _paint_trees(land, np.random.default_rng([seed, 4]), roads)
    _weather(land, np.random.default_rng([seed, 5]))
    picture = np.clip(land.colour * land.shade[..., None] * 255.0, 0.0, 255.0).astype(np.uint8)
    place = np.random.default_rng([seed, 6]).integers(0, 40, size=2) * 1000.0
    return Ground(
        picture=picture,
        gsd_m=gsd_m,
        west_m=_DEFAULT_WEST_M + float(place[0]),
        north_m=_DEFAULT_NORTH_M + float(place[1]),
        crs=crs,
    )


def _noise(land: _Land, generator: np.random.Generator, sizes_m: tuple[float, ...]) -> Picture:
    """Sum noise of several sizes, scaled to unit spread (side, side)."""
    total = np.zeros((land.side_px, land.side_px), dtype=np.float32)
    for number, size_m in enumerate(sizes_m):
        cells = max(4, math.ceil(land.side_px * land.gsd_m / size_m) + 3)
        cells = min(cells, land.side_px)
        coarse = generator.standard_normal((cells, cells)).astype(np.float32)
        fine = cv2.resize(coarse, (land.side_px, land.side_px), interpolation=cv2.INTER_CUBIC)
        total += fine * np.float32(0.75**number)
    return np.asarray(total / total.std(), dtype=np.float32)


def _paint_fields(land: _Land, generator: np.random.Generator) -> None:
    side_m = land.side_px * land.gsd_m
    whole = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * side_m
    fields = _split(whole, generator, float(generator.uniform(0.0, math.pi)), 2200.0)
    labels = np.zeros((land.side_px, land.side_px), dtype=np.uint16)
    for number, field in enumerate(fields):
        cv2.fillPoly(labels, [_to_pixels(field, land)], int(number), cv2.LINE_8, _SUBPIXEL_BITS)
    soil, crop = np.array([0.33, 0.46, 0.56]), np.array([0.17, 0.35, 0.27])
    count = len(fields)
    greenness = np.clip(generator.normal(land.season - 0.15, 0.35, count), 0.0, 1.0)
    bright = generator.normal(1.0, 0.16, count)
    tint = generator.normal(0.0, 0.02, (count, 3))
    mean = (soil + (crop - soil) * greenness[:, None]) * bright[:, None] + tint
    land.colour[:] = mean.astype(np.float32)[labels]
    _plough(land, generator, labels, count)
    for field in fields:
        if _happens(generator, 0.55):
            tone = np.array([0.16, 0.26, 0.22]) if _happens(generator, 0.6) else soil * 1.2
            start = int(generator.integers(len(field)))
            edge = np.vstack([field[start], field[(start + 1) % len(field)]])
            _paint_line(
                land, _wobble(edge, generator, 0.8), float(generator.uniform(0.8, 2.2)), tone
            )


def _plough(
    land: _Land, generator: np.random.Generator, labels: NDArray[np.uint16], count: int
) -> None:
    """Add rows, tramlines and patchiness to the fields."""
    axis = np.arange(land.side_px, dtype=np.float32) * np.float32(land.gsd_m)
    bend = _noise(land, generator, (70.0, 25.0))
    turn = generator.uniform(0.0, math.pi, count)
    period = generator.uniform(1.2, 7.0, count)
    wave_x = (2.0 * np.pi * np.cos(turn) / period).astype(np.float32)[labels]
    wave_y = (2.0 * np.pi * np.sin(turn) / period).astype(np.float32)[labels]
    phase = wave_x * axis[None, :] + wave_y * axis[:, None] + np.float32(1.4) * bend
    depth = np.clip(generator.normal(0.04, 0.035, count), 0.0, 0.12).astype(np.float32)[labels]
    patchy = generator.uniform(0.02, 0.10, count).astype(np.float32)[labels]
    factor = 1.0 + depth * np.sin(phase) + patchy * _noise(land, generator, (45.0, 17.0, 6.0, 2.0))
    np.multiply(land.colour, factor[..., None], out=land.colour)


def _split(
    field: Points, generator: np.random.Generator, lie: float, smallest_m2: float
) -> list[Points]:
    """Split a convex polygon by lines until its parts are small."""
    area = float(abs(_signed_area(field)))
    if area < smallest_m2 * float(generator.uniform(0.8, 5.0)):
        return [field]
    middle = field.mean(axis=0) + generator.normal(0.0, 0.08, 2) * math.sqrt(area)
    extent = field - field.mean(axis=0)
    along = np.array([math.cos(lie), math.sin(lie)])
    longer = np.ptp(extent @ along) > np.ptp(extent @ np.array([-along[1], along[0]]))
    turn = lie + (0.0 if longer else math.pi / 2) + float(generator.normal(0.0, 0.13))
    normal = np.array([math.cos(turn), math.sin(turn)])
    side = (field - middle) @ normal
    parts = [_clip(field, side), _clip(field, -side)]
    if any(len(part) < 3 for part in parts):  # noqa: PLR2004 - a polygon
        return [field]
    return [leaf for part in parts for leaf in _split(part, generator, lie, smallest_m2)]


def _happens(generator: np.random.Generator, probability: float) -> bool:
    return bool(generator.random() < probability)


def _clip(field: Points, side: Points) -> Points:
    kept: list[Points] = []
    for index in range(len(field)):
        following = (index + 1) % len(field)
        here, there = side[index], side[following]
        if here >= 0.0:
            kept.append(field[index])
        if here * there < 0.0:
            share = here / (here - there)
            kept.append(field[index] + share * (field[following] - field[index]))
    return np.array(kept).reshape(-1, 2)


def _signed_area(field: Points) -> float:
    x, y = field[:, 0], field[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2.0


def _paint_roads(land: _Land, generator: np.random.Generator) -> list[Points]:
    side_m = land.side_px * land.gsd_m
    asphalt, dirt = np.array([0.36, 0.37, 0.38]), np.array([0.50, 0.61, 0.69])
    roads = []
    for number in range(max(3, round(side_m / 90.0))):
        azimuth = float(generator.uniform(0.0, math.pi))
        middle = generator.uniform(0.15, 0.85, 2) * side_m
        half = np.array([math.cos(azimuth), math.sin(azimuth)]) * side_m * 1.5
        line = _wobble(np.vstack([middle - half, middle + half]), generator, 14.0)
        roads.append(line)
        if number < 2:  # noqa: PLR2004 - main roads
            width = float(generator.uniform(5.5, 8.0))
            _paint_line(land, line, width + 2.4, dirt * 0.85)
            _paint_line(land, line, width, asphalt * float(generator.uniform(0.8, 1.1)))
            _paint_line(land, line, 0.3, np.array([0.72, 0.74, 0.74]))
        else:
            tone = dirt * float(generator.uniform(0.8, 1.05))
            width = float(generator.uniform(2.2, 3.6))
            _paint_line(land, line, width, tone)
            _paint_line(land, line, 0.7, tone * 0.82)
    return roads


def _wobble(line: Points, generator: np.random.Generator, spread_m: float) -> Points:
    """Bend a straight line smoothly (points, 2)."""
    length = float(np.hypot(*(line[1] - line[0])))
    share = np.linspace(0.0, 1.0, max(8, round(length / 4.0)))
    knots = generator.normal(0.0, spread_m, max(4, round(length / 60.0) + 3))
    aside = np.interp(share * (len(knots) - 1), np.arange(len(knots)), knots)
    window = max(3, len(share) // 24)
    aside = np.convolve(np.pad(aside, window, mode="edge"), np.ones(window) / window, "same")
    aside = aside[window:-window]
    normal = np.array([-(line[1] - line[0])[1], (line[1] - line[0])[0]]) / max(length, 1e-9)
    return np.asarray(line[0] + share[:, None] * (line[1] - line[0]) + aside[:, None] * normal)


def _paint_line(land: _Land, line: Points, width_m: float, tone: Points) -> None:
    thickness = max(1, round(width_m / land.gsd_m))
    cv2.polylines(
        land.colour,
        [_to_pixels(line, land)],
        isClosed=False,
        color=[float(value) for value in tone],
        thickness=thickness,
        lineType=cv2.LINE_8,
        shift=_SUBPIXEL_BITS,
    )


def _to_pixels(points: Points, land: _Land) -> NDArray[np.int32]:
    scaled = points / land.gsd_m * 2**_SUBPIXEL_BITS
    return np.asarray(np.round(scaled), dtype=np.int32).reshape(-1, 1, 2)


def _paint_settlements(land: _Land, generator: np.random.Generator, roads: list[Points]) -> None:
    side_m = land.side_px * land.gsd_m
    placed: list[tuple[Points, float]] = []
    for _ in range(max(3, round((side_m / 130.0) ** 2))):
        road = roads[int(generator.integers(len(roads)))]
        inside = road[np.all((road > 0.05 * side_m) & (road < 0.95 * side_m), axis=1)]
        if len(inside) == 0:
            continue
        heart = inside[int(generator.integers(len(inside)))]
        azimuth = float(generator.uniform(0.0, math.pi))
        for _ in range(int(generator.integers(3, 11))):
            middle = heart + generator.normal(0.0, 17.0, 2)
            reach = float(generator.uniform(4.0, 11.0))
            if any(np.hypot(*(middle - other)) < reach + taken for other, taken in placed):
                continue
            placed.append((middle, reach))
            turn = azimuth + float(generator.choice([0.0, math.pi / 2])) + generator.normal(0, 0.05)
            _paint_building(land, generator, middle, reach=reach, turn=float(turn))


def _paint_building(
    land: _Land, generator: np.random.Generator, middle: Points, *, reach: float, turn: float
) -> None:
    aspect = float(generator.uniform(0.45, 0.9))
    along = np.array([math.cos(turn), math.sin(turn)]) * reach
    aside = np.array([-math.sin(turn), math.cos(turn)]) * reach * aspect
    yard = [middle + a * 1.7 * along + b * 1.9 * aside for a, b in _CORNERS]
    if _happens(generator, 0.6):
        ground = np.array([0.46, 0.55, 0.62]) * float(generator.uniform(0.8, 1.1))
        _fill(land, np.array(yard), ground)
        if _happens(generator, 0.6):
            _paint_line(land, np.array([*yard, yard[0]]), 0.5, np.array([0.62, 0.66, 0.70]))
    roof = np.array([middle + a * along + b * aside for a, b in _CORNERS])
    height_m = float(generator.uniform(3.0, 8.0))
    fall = np.array(land.shadow_per_m) * land.gsd_m * height_m
    hull = cv2.convexHull(np.vstack([roof, roof + fall]).astype(np.float32)).reshape(-1, 2)
    cv2.fillPoly(land.shade, [_to_pixels(hull, land)], 0.42, cv2.LINE_8, _SUBPIXEL_BITS)
    cv2.fillPoly(land.shade, [_to_pixels(roof, land)], 1.0, cv2.LINE_8, _SUBPIXEL_BITS)
    tone = _ROOFS[int(generator.integers(len(_ROOFS)))] * float(generator.uniform(0.85, 1.15))
    _fill(land, roof, tone)
    if _happens(generator, 0.55):
        ridge = np.array([middle + along, middle - along])
        lit = np.array([roof[0], roof[3], ridge[1], ridge[0]])
        sunny = 1.0 if float(np.dot(aside, fall)) < 0.0 else -1.0
        _fill(land, lit, tone * (1.0 + 0.16 * sunny))
    for _ in range(int(generator.integers(1, 5))):
        at = middle + generator.uniform(-0.7, 0.7) * along + generator.uniform(-0.7, 0.7) * aside
        size = float(generator.uniform(0.4, 1.1))
        box = np.array([at + size * np.array(corner) for corner in _CORNERS])
        _fill(land, box, tone * float(generator.choice([0.55, 1.35])))


_CORNERS = ((1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0))
_ROOFS = (
    np.array([0.66, 0.70, 0.72]),
    np.array([0.30, 0.38, 0.58]),
    np.array([0.52, 0.56, 0.58]),
    np.array([0.78, 0.80, 0.80]),
    np.array([0.58, 0.48, 0.40]),
)


def _fill(land: _Land, polygon: Points, tone: Points) -> None:
    cv2.fillPoly(
        land.colour,
        [_to_pixels(polygon, land)],
        [float(value) for value in tone],
        cv2.LINE_8,
        _SUBPIXEL_BITS,
    )


def _paint_trees(land: _Land, generator: np.random.Generator, roads: list[Points]) -> None:
    side_m = land.side_px * land.gsd_m
    density = _noise(land, generator, (90.0, 35.0))
    wanted = round((side_m / 9.0) ** 2)
    spots = generator.uniform(0.0, side_m, (wanted, 2))
    lines = np.vstack(roads)
    chosen = lines[generator.integers(len(lines), size=wanted // 6)]
    spots = np.vstack([spots, chosen + generator.normal(0.0, 6.0, chosen.shape)])
    pixels = np.clip((spots / land.gsd_m).astype(int), 0, land.side_px - 1)
    likely = 1.0 / (1.0 + np.exp(-(density[pixels[:, 1], pixels[:, 0]] - 1.0) * 3.0))
    kept = generator.random(len(spots)) < likely + 0.02
    for spot in spots[kept]:
        _paint_tree(land, generator, spot, float(generator.uniform(0.7, 3.6)))


def _paint_tree(land: _Land, generator: np.random.Generator, spot: Points, radius_m: float) -> None:
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
    land: _Land,
) -> None:
    unit = 2**_SUBPIXEL_BITS / land.gsd_m
    centre = (round(float(middle[0]) * unit), round(float(middle[1]) * unit))
    cv2.circle(
        layer, centre, max(1, round(radius_m * unit)), tone, cv2.FILLED, cv2.LINE_8, _SUBPIXEL_BITS
    )


def _weather(land: _Land, generator: np.random.Generator) -> None:
    """Soften edges, add grain, stains and the penumbra of shadows."""
    cv2.GaussianBlur(land.colour, (0, 0), 0.7, dst=land.colour)
    cv2.GaussianBlur(land.shade, (0, 0), 1.0, dst=land.shade)
    grain = 0.045 * _noise(land, generator, (3.0, 1.0, 0.5))
    stains = 0.05 * _noise(land, generator, (120.0, 30.0, 10.0))
    np.multiply(land.colour, (1.0 + grain + stains)[..., None], out=land.colour)
