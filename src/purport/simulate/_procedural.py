"""Ground made by rule: fields, roads, tracks, farms, villages and trees, never repeating.

The lie of the land follows from the seed alone; the position of the sun and the season change how
it looks, so that one seed gives footage and orthophoto of different days.
"""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._ground import Ground
from purport.simulate._painting import (
    SUBPIXEL_BITS,
    Land,
    Points,
    happens,
    paint_building,
    paint_line,
    paint_tree,
    spread_noise,
    to_pixels,
)
from purport.simulate._patterns import GroundStyle, paint_farmland, paint_town
from purport.simulate._relief import Building, Relief, ReliefPlan, rolling_terrain

__all__ = ["procedural_ground"]

_DEFAULT_WEST_M = 380_000.0
_DEFAULT_NORTH_M = 3_930_000.0


def procedural_ground(
    seed: int,
    *,
    size_m: float = 400.0,
    gsd_m: float = 0.2,
    sun_azimuth_deg: float = 140.0,
    season: float = 0.5,
    style: GroundStyle = GroundStyle.MIXED,
    relief: ReliefPlan | None = None,
    crs: str = "EPSG:32637",
) -> Ground:
    """Make a square of plausible ground.

    Args:
        seed: The lie of the land.
        size_m: Side of the square. [m]
        gsd_m: Ground sample distance. [m]
        sun_azimuth_deg: Grid azimuth of the sun; shadows fall away from it. [deg]
        season: From dry (0) to green (1).
        style: What kind of land; the regular ones repeat themselves, as traps for matching.
        relief: What stands up; None: flat, and roofs are but painted.
        crs: Projected system in metres.

    Returns:
        Ground whose western and northern edges depend on the seed (a made-up place).
    """
    side = round(size_m / gsd_m)
    away = math.radians(sun_azimuth_deg + 180.0)
    land = Land(
        colour=np.empty((side, side, 3), dtype=np.float32),
        shade=np.ones((side, side), dtype=np.float32),
        gsd_m=gsd_m,
        shadow_per_m=(math.sin(away) / gsd_m * 0.9, -math.cos(away) / gsd_m * 0.9),
        season=season,
        height_m=(relief or ReliefPlan()).building_height_m,
    )
    if style is GroundStyle.MIXED:
        _paint_fields(land, np.random.default_rng([seed, 1]))
        roads = _paint_roads(land, np.random.default_rng([seed, 2]))
        _paint_settlements(land, np.random.default_rng([seed, 3]), roads)
        _paint_trees(land, np.random.default_rng([seed, 4]), roads)
    elif style is GroundStyle.FARMLAND:
        paint_farmland(land, np.random.default_rng([seed, 1]))
    else:
        paint_town(land, np.random.default_rng([seed, 1]))
    _weather(land, np.random.default_rng([seed, 5]))
    picture = np.clip(land.colour * land.shade[..., None] * 255.0, 0.0, 255.0).astype(np.uint8)
    place = np.random.default_rng([seed, 6]).integers(0, 40, size=2) * 1000.0
    ground = Ground(
        picture=picture,
        gsd_m=gsd_m,
        west_m=_DEFAULT_WEST_M + float(place[0]),
        north_m=_DEFAULT_NORTH_M + float(place[1]),
        crs=crs,
    )
    if relief is None:
        return ground
    return replace(ground, relief=_raise(land, ground, terrain_m=relief.terrain_m, seed=seed))


def _raise(land: Land, ground: Ground, *, terrain_m: float, seed: int) -> Relief:
    """Return the painted buildings as bodies, and the terrain below them."""
    terrain = rolling_terrain(
        seed,
        west_m=ground.west_m,
        north_m=ground.north_m,
        side_m=ground.width_m,
        relief_m=terrain_m,
    )
    return Relief(
        buildings=tuple(
            Building(
                corners=tuple(
                    (ground.west_m + float(x), ground.north_m - float(y)) for x, y in roof
                ),
                height_m=height_m,
                tone=(float(tone[0]), float(tone[1]), float(tone[2])),
                seed=seed * 1000 + number,
            )
            for number, (roof, height_m, tone) in enumerate(land.roofs)
        ),
        terrain=terrain if terrain_m > 0.0 else None,
    )


def _paint_fields(land: Land, generator: np.random.Generator) -> None:
    side_m = land.side_px * land.gsd_m
    whole = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]) * side_m
    fields = _split(whole, generator, float(generator.uniform(0.0, math.pi)), 2200.0)
    labels = np.zeros((land.side_px, land.side_px), dtype=np.uint16)
    for number, field in enumerate(fields):
        cv2.fillPoly(labels, [to_pixels(field, land)], int(number), cv2.LINE_8, SUBPIXEL_BITS)
    soil, crop = np.array([0.33, 0.46, 0.56]), np.array([0.17, 0.35, 0.27])
    count = len(fields)
    greenness = np.clip(generator.normal(land.season - 0.15, 0.35, count), 0.0, 1.0)
    bright = generator.normal(1.0, 0.16, count)
    tint = generator.normal(0.0, 0.02, (count, 3))
    mean = (soil + (crop - soil) * greenness[:, None]) * bright[:, None] + tint
    land.colour[:] = mean.astype(np.float32)[labels]
    _plough(land, generator, labels, count)
    for field in fields:
        if happens(generator, 0.55):
            tone = np.array([0.16, 0.26, 0.22]) if happens(generator, 0.6) else soil * 1.2
            start = int(generator.integers(len(field)))
            edge = np.vstack([field[start], field[(start + 1) % len(field)]])
            paint_line(
                land, _wobble(edge, generator, 0.8), float(generator.uniform(0.8, 2.2)), tone
            )


def _plough(
    land: Land, generator: np.random.Generator, labels: NDArray[np.uint16], count: int
) -> None:
    """Add rows, tramlines and patchiness to the fields."""
    axis = np.arange(land.side_px, dtype=np.float32) * np.float32(land.gsd_m)
    bend = spread_noise(land, generator, (70.0, 25.0))
    turn = generator.uniform(0.0, math.pi, count)
    period = generator.uniform(1.2, 7.0, count)
    wave_x = (2.0 * np.pi * np.cos(turn) / period).astype(np.float32)[labels]
    wave_y = (2.0 * np.pi * np.sin(turn) / period).astype(np.float32)[labels]
    phase = wave_x * axis[None, :] + wave_y * axis[:, None] + np.float32(1.4) * bend
    depth = np.clip(generator.normal(0.04, 0.035, count), 0.0, 0.12).astype(np.float32)[labels]
    patchy = generator.uniform(0.02, 0.10, count).astype(np.float32)[labels]
    factor = (
        1.0 + depth * np.sin(phase) + patchy * spread_noise(land, generator, (45.0, 17.0, 6.0, 2.0))
    )
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


def _paint_roads(land: Land, generator: np.random.Generator) -> list[Points]:
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
            paint_line(land, line, width + 2.4, dirt * 0.85)
            paint_line(land, line, width, asphalt * float(generator.uniform(0.8, 1.1)))
            paint_line(land, line, 0.3, np.array([0.72, 0.74, 0.74]))
        else:
            tone = dirt * float(generator.uniform(0.8, 1.05))
            width = float(generator.uniform(2.2, 3.6))
            paint_line(land, line, width, tone)
            paint_line(land, line, 0.7, tone * 0.82)
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


def _paint_settlements(land: Land, generator: np.random.Generator, roads: list[Points]) -> None:
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
            paint_building(land, generator, middle, reach=reach, turn=float(turn))


def _paint_trees(land: Land, generator: np.random.Generator, roads: list[Points]) -> None:
    side_m = land.side_px * land.gsd_m
    density = spread_noise(land, generator, (90.0, 35.0))
    wanted = round((side_m / 9.0) ** 2)
    spots = generator.uniform(0.0, side_m, (wanted, 2))
    lines = np.vstack(roads)
    chosen = lines[generator.integers(len(lines), size=wanted // 6)]
    spots = np.vstack([spots, chosen + generator.normal(0.0, 6.0, chosen.shape)])
    pixels = np.clip((spots / land.gsd_m).astype(int), 0, land.side_px - 1)
    likely = 1.0 / (1.0 + np.exp(-(density[pixels[:, 1], pixels[:, 0]] - 1.0) * 3.0))
    kept = generator.random(len(spots)) < likely + 0.02
    for spot in spots[kept]:
        paint_tree(land, generator, spot, float(generator.uniform(0.7, 3.6)))


def _weather(land: Land, generator: np.random.Generator) -> None:
    """Soften edges, add grain, stains and the penumbra of shadows."""
    cv2.GaussianBlur(land.colour, (0, 0), 0.7, dst=land.colour)
    cv2.GaussianBlur(land.shade, (0, 0), 1.0, dst=land.shade)
    grain = 0.045 * spread_noise(land, generator, (3.0, 1.0, 0.5))
    stains = 0.05 * spread_noise(land, generator, (120.0, 30.0, 10.0))
    np.multiply(land.colour, (1.0 + grain + stains)[..., None], out=land.colour)
