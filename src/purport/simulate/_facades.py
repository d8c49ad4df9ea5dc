"""Drawing what stands above the plane: the ground on its terrain, walls and roofs of buildings."""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._camera import Pose
from purport.simulate._relief import Building, Relief
from purport.simulate._sightlines import meet_terrain

__all__ = ["cover_near", "drape", "draw_buildings", "nearer_buildings"]

FloatArray = NDArray[np.float64]
Bytes = NDArray[np.uint8]

_BLOCK = 8
_SUBPIXEL_BITS = 4
_STOREY_M = 3.0
_WINDOW_M = 1.3
_FINER = 4


def drape(
    level: Bytes, pose: Pose, relief: Relief, *, to_map: FloatArray, size: tuple[int, int]
) -> Bytes:
    """Sample a picture of the ground that lies on the terrain.

    The height is found exactly in the middle of each block of 8×8 pixels and is linear between; the
    place follows for each pixel from its own line of sight and that height.

    Args:
        level: Picture of the ground.
        pose: The camera, in pixels of the picture wanted.
        relief: The terrain.
        to_map: From pixel of `level` to easting and northing (3, 3).
        size: Width and height wanted, multiples of 8. [px]
    """
    columns, rows = size
    across = np.arange(-1, columns // _BLOCK + 1) * _BLOCK + (_BLOCK - 1) / 2
    along = np.arange(-1, rows // _BLOCK + 1) * _BLOCK + (_BLOCK - 1) / 2
    grid = np.stack(np.meshgrid(across, along), axis=-1)
    met = meet_terrain(pose, relief.terrain, grid.reshape(-1, 2))[:, 2]
    met = met.reshape(len(along), len(across))
    wide = (len(across) * _BLOCK, len(along) * _BLOCK)
    height = cv2.resize(met, wide, interpolation=cv2.INTER_LINEAR)
    height = height[_BLOCK : _BLOCK + rows, _BLOCK : _BLOCK + columns]
    centre = pose.centre()
    inverse = np.linalg.inv(pose.matrix[:, :3])
    x, y = np.meshgrid(np.arange(columns, dtype=np.float64), np.arange(rows, dtype=np.float64))
    ray = [row[0] * x + row[1] * y + row[2] for row in inverse]
    reach = (height - centre[2]) / ray[2]
    east = centre[0] + reach * ray[0] + pose.origin[0]
    north = centre[1] + reach * ray[1] + pose.origin[1]
    u = ((east - to_map[0, 2]) / to_map[0, 0]).astype(np.float32)
    v = ((north - to_map[1, 2]) / to_map[1, 1]).astype(np.float32)
    drawn = cv2.remap(level, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(drawn, dtype=np.uint8)


def draw_buildings(
    picture: Bytes, pose: Pose, relief: Relief, *, level: Bytes, to_map: FloatArray
) -> None:
    """Draw all buildings over the ground, the farthest first.

    Args:
        picture: Picture to draw into (rows, columns[, 3]).
        pose: The camera, in its pixels.
        relief: The buildings.
        level: Picture of the ground, which holds the roofs.
        to_map: From pixel of `level` to easting and northing (3, 3).
    """
    shift = np.eye(3)
    shift[:2, 2] = -pose.origin
    seen = [
        building
        for building in _roughly_in_view(pose, relief, picture)
        if not _off_picture(pose, relief, building, picture)
    ]
    for building in sorted(seen, key=lambda one: -_distance(pose, one.middle)):
        _draw_walls(picture, pose, relief, building)
        roof = pose.raised(relief.roof_m(building))
        corners = [roof.project(corner) for corner in building.corners]
        _paste(picture, level, roof.ground_to_pixel() @ shift @ to_map, np.array(corners))


def nearer_buildings(
    relief: Relief, pose: Pose, place: tuple[float, float]
) -> tuple[Building, ...]:
    """Return the buildings that stand nearer to the camera than a place that is not on them."""
    here = _distance(pose, np.array(place))
    return tuple(
        building
        for building in relief.buildings
        if _distance(pose, building.middle) < here and not building.covers(place)
    )


def cover_near(
    picture: NDArray[np.float32],
    before: NDArray[np.float32],
    pose: Pose,
    relief: Relief,
    *,
    buildings: tuple[Building, ...],
) -> None:
    """Put buildings back in front of what was drawn after them.

    Args:
        picture: Picture (rows, columns, channels), changed in place.
        before: The same before the drawing.
        pose: The camera.
        relief: The terrain.
        buildings: Those that stand in front.
    """
    rows, columns = picture.shape[:2]
    mask = np.zeros((rows * _FINER, columns * _FINER), dtype=np.uint8)
    for building in buildings:
        outline = cv2.convexHull(_outline(pose, relief, building).astype(np.float32))
        scaled = (outline.reshape(-1, 2) + 0.5) * _FINER - 0.5
        cv2.fillConvexPoly(mask, _fixed(scaled), 255, cv2.LINE_8, _SUBPIXEL_BITS)
    if not mask.any():
        return
    share = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
    alpha = share.astype(np.float32)[..., None] / np.float32(255.0)
    picture += alpha * (before - picture)


def _distance(pose: Pose, place: FloatArray) -> float:
    """Return the distance in the plan from the camera to a place. [m]"""
    return float(np.hypot(*(place - pose.origin - pose.centre()[:2])))


def _outline(pose: Pose, relief: Relief, building: Building) -> FloatArray:
    """Return the pixels of the corners of floor and roof (2n, 2)."""
    heights = (relief.floor_m(building), relief.roof_m(building))
    return np.array([pose.project(c, height) for height in heights for c in building.corners])


def _roughly_in_view(pose: Pose, relief: Relief, picture: Bytes) -> list[Building]:
    """Leave out buildings whose floor lies more than the picture's width outside of it."""
    if not relief.buildings:
        return []
    rows, columns = picture.shape[:2]
    middles = np.array([building.middle for building in relief.buildings]) - pose.origin
    x, y, w = pose.ground_to_pixel() @ np.column_stack([middles, np.ones(len(middles))]).T
    near = (np.abs(x / w - columns / 2) < 1.5 * columns) & (
        np.abs(y / w - rows / 2) < 1.5 * columns
    )
    return [relief.buildings[number] for number in np.flatnonzero(near)]


def _off_picture(pose: Pose, relief: Relief, building: Building, picture: Bytes) -> bool:
    outline = _outline(pose, relief, building)
    low, high = outline.min(axis=0), outline.max(axis=0)
    rows, columns = picture.shape[:2]
    return bool(high[0] < 0 or high[1] < 0 or low[0] > columns or low[1] > rows)


def _draw_walls(picture: Bytes, pose: Pose, relief: Relief, building: Building) -> None:
    floor, top = relief.floor_m(building), relief.roof_m(building)
    corners = np.array(building.corners) - pose.origin
    inside = corners.mean(axis=0)
    eye = pose.centre()[:2]
    for number, start in enumerate(corners):
        end = corners[(number + 1) % len(corners)]
        along = end - start
        outward = np.array([along[1], -along[0]])
        if np.dot(outward, start - inside) < 0.0:
            outward = -outward
        if np.dot(outward, eye - start) <= 0.0:
            continue
        length = float(np.hypot(*along))
        gsd_m = 0.1 * 2.0 ** max(0, math.floor(math.log2(max(pose.gsd_m, 0.1) / 0.1)))
        wall = _wall(
            (round(length, 2), round(building.height_m, 2)),
            (building.seed, number),
            building.tone if picture.ndim == 3 else None,  # noqa: PLR2004 - colour channels
            gsd_m=gsd_m,
        )
        # from pixel of the wall's picture to metres along it and down from the roof, to the scene
        plane = np.eye(4)[:, :3]
        plane[:, 0] = [*(along / length), 0.0, 0.0]
        plane[:, 1] = [0.0, 0.0, -1.0, 0.0]
        plane[:, 2] = [*start, top, 1.0]
        scale = np.array(
            [[gsd_m, 0.0, gsd_m / 2], [0.0, gsd_m, gsd_m / 2], [0.0, 0.0, 1.0]], dtype=np.float64
        )
        to_picture = pose.matrix @ plane @ scale
        places = [start, end, end, start]
        heights = [top, top, floor, floor]
        outline = [
            pose.project((p[0] + pose.origin[0], p[1] + pose.origin[1]), z)
            for p, z in zip(places, heights, strict=True)
        ]
        _paste(picture, wall, to_picture, np.array(outline))


def _paste(picture: Bytes, texture: Bytes, to_picture: FloatArray, outline: FloatArray) -> None:
    """Warp a texture into the part of a picture that an outline bounds."""
    rows, columns = picture.shape[:2]
    low = np.maximum(np.floor(outline.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(outline.max(axis=0)) + 1, (columns, rows)).astype(int)
    if np.any(low >= high):
        return
    shift = np.array([[1.0, 0.0, -low[0]], [0.0, 1.0, -low[1]], [0.0, 0.0, 1.0]])
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    warped = cv2.warpPerspective(
        texture, shift @ to_picture, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    mask = np.zeros((size[1], size[0]), dtype=np.uint8)
    cv2.fillConvexPoly(mask, _fixed(outline - low), 255, cv2.LINE_8, _SUBPIXEL_BITS)
    part = picture[low[1] : high[1], low[0] : high[0]]
    part[mask > 0] = warped.reshape(part.shape)[mask > 0]


def _fixed(points: FloatArray) -> NDArray[np.int32]:
    return np.asarray(np.round(points * 2**_SUBPIXEL_BITS), dtype=np.int32)


@lru_cache(maxsize=1024)
def _wall(
    size_m: tuple[float, float],
    seed: tuple[int, int],
    tone: tuple[float, float, float] | None,
    *,
    gsd_m: float,
) -> Bytes:
    """Make the picture of a wall with rows of windows, from the roof's edge down.

    Args:
        size_m: Length and height. [m]
        seed: Seeds of the building and of the wall.
        tone: Blue, green, red; None for infrared, where walls and panes differ in warmth.
        gsd_m: Ground sample distance of the picture. [m]
    """
    generator = np.random.default_rng([*seed, 7018])
    columns, rows = (max(2, math.ceil(extent / gsd_m)) for extent in size_m)
    light, pane = float(generator.uniform(0.55, 1.05)), float(generator.uniform(0.35, 0.7))
    warm, cold = float(generator.uniform(0.3, 0.7)), float(generator.uniform(-0.2, 0.2))
    spacing = float(generator.uniform(2.2, 3.4))
    across = (np.arange(columns) + 0.5) * gsd_m
    down = (np.arange(rows) + 0.5) * gsd_m
    in_column = np.abs(across % spacing - spacing / 2) < _WINDOW_M / 2
    in_row = np.abs(down % _STOREY_M - 0.5 * _STOREY_M) < _WINDOW_M / 2
    window = np.outer(in_row, in_column)
    stains = cv2.resize(
        generator.standard_normal((5, 9)).astype(np.float32),
        (columns, rows),
        interpolation=cv2.INTER_CUBIC,
    )
    if tone is None:
        warmth = warm + 0.04 * stains + cold * window
        return np.asarray(np.clip(warmth, 0.0, 1.0) * 255.0, dtype=np.uint8)
    bright = light * (1.0 + 0.08 * stains) * np.where(window, pane, 1.0)
    colours = bright[..., None] * np.array(tone)
    return np.asarray(np.clip(colours, 0.0, 1.0) * 255.0, dtype=np.uint8)
