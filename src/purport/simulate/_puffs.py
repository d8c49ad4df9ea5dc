"""Soft patches and filled shapes drawn into radiance, of which all effects are made.

Radiance is a float picture (rows, columns, channels), about 0 to 1 for ground and above 1 for what
glows; one channel in infrared, blue, green and red in visible light.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._camera import Modality, Pose

__all__ = [
    "TEXTURES",
    "TEXTURE_SIDE",
    "Picture",
    "Puff",
    "blend",
    "clip_box",
    "draw_puff",
    "fill_polygon",
    "ragged_textures",
    "tone_of",
]

Picture = NDArray[np.float32]

TEXTURE_SIDE = 96
TEXTURES = 8
_FAINTEST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Puff:
    """A soft round patch facing the camera."""

    place: tuple[float, float]
    height_m: float
    radius_m: float
    strength: float
    colour: tuple[float, float, float]
    heat: float
    texture: int
    turn_deg: float
    adds: bool


def tone_of(
    colour: tuple[float, float, float], heat: float, modality: Modality
) -> tuple[float, ...]:
    return colour if modality is Modality.VISIBLE else (heat,)


def draw_puff(picture: Picture, pose: Pose, puff: Puff, modality: Modality) -> None:
    if puff.strength < _FAINTEST:
        return
    x, y = pose.project(puff.place, puff.height_m)
    radius = max(puff.radius_m * pose.scale_px(puff.place), 0.6)
    middle = np.array([x, y])
    box = clip_box(middle - radius, middle + radius, picture)
    if box is None:
        return
    left, top, right, bottom = box
    scale = 2.0 * radius / (TEXTURE_SIDE - 2)
    turn = math.radians(puff.turn_deg)
    rotation = scale * np.array(
        [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    )
    half = (TEXTURE_SIDE - 1) / 2
    offset = middle - (left, top) - rotation @ (half, half)
    matrix = np.column_stack([rotation, offset])
    size = (right - left, bottom - top)
    part = picture[top:bottom, left:right]
    colour = tone_of(puff.colour, puff.heat, modality)
    if puff.adds:
        texture = _disc() if puff.texture < 0 else ragged_textures()[puff.texture]
        alpha = cv2.warpAffine(texture, matrix, size) * np.float32(puff.strength)
        for channel, value in enumerate(colour):
            part[..., channel] += alpha * value
    else:
        layers = cv2.warpAffine(_shaded_textures()[puff.texture], matrix, size)
        alpha = np.minimum(layers[..., 0] * np.float32(puff.strength), 1.0)
        for channel, value in enumerate(colour):
            plane = part[..., channel]
            plane += alpha * (layers[..., 1] * np.float32(value) - plane)


def blend(part: Picture, alpha: NDArray[np.float32], colour: tuple[float, ...]) -> None:
    for channel, value in enumerate(colour):
        plane = part[..., channel]
        plane += alpha * (np.float32(value) - plane)


def fill_polygon(
    picture: Picture, corners: NDArray[np.float64], colour: tuple[float, ...], opacity: float
) -> None:
    box = clip_box(corners.min(axis=0) - 1, corners.max(axis=0) + 1, picture)
    if box is None:
        return
    left, top, right, bottom = box
    finer = 4
    mask = np.zeros(((bottom - top) * finer, (right - left) * finer), dtype=np.uint8)
    scaled = (corners - (left - 0.5, top - 0.5)) * finer - 0.5
    cv2.fillConvexPoly(mask, np.round(scaled * 16).astype(np.int32), 255, cv2.LINE_8, 4)
    alpha = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    blend(picture[top:bottom, left:right], alpha.astype(np.float32) * (opacity / 255.0), colour)


def clip_box(
    low: NDArray[np.float64], high: NDArray[np.float64], picture: Picture
) -> tuple[int, int, int, int] | None:
    rows, columns = picture.shape[:2]
    left, top = max(0, math.floor(low[0])), max(0, math.floor(low[1]))
    right, bottom = min(columns, math.ceil(high[0]) + 1), min(rows, math.ceil(high[1]) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


@lru_cache(maxsize=1)
def ragged_textures() -> tuple[NDArray[np.float32], ...]:
    """Ragged round patches, 0 at the border (side, side)."""
    generator = np.random.default_rng(7004)
    return tuple(_ragged(generator) for _ in range(TEXTURES))


def _ragged(generator: np.random.Generator) -> NDArray[np.float32]:
    noise = _clouded(generator)
    radius = _radius(TEXTURE_SIDE)
    body = 1.0 / (1.0 + np.exp((radius + 0.16 * noise - 0.62) / 0.075))
    patchy = np.clip(0.8 + 0.22 * noise, 0.25, 1.1)
    edge = np.clip((1.0 - radius) / 0.2, 0.0, 1.0)
    return np.asarray(body * patchy * edge, dtype=np.float32)


def _clouded(generator: np.random.Generator) -> NDArray[np.float32]:
    """Noise of several sizes with unit spread (side, side)."""
    side = TEXTURE_SIDE
    noise = np.zeros((side, side), dtype=np.float32)
    for octave, cells in enumerate((4, 8, 16, 32)):
        coarse = generator.standard_normal((cells, cells)).astype(np.float32)
        noise += cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC) / 1.6**octave
    return np.asarray(noise / noise.std(), dtype=np.float32)


@lru_cache(maxsize=1)
def _shaded_textures() -> tuple[NDArray[np.float32], ...]:
    """The ragged patches with the light and shade on them as a second channel (side, side, 2)."""
    generator = np.random.default_rng(7009)
    shaded = []
    for texture in ragged_textures():
        billows = _clouded(generator)
        shade = np.clip(1.0 + 0.17 * billows, 0.6, 1.45).astype(np.float32)
        shaded.append(np.dstack([texture, shade]))
    return tuple(shaded)


@lru_cache(maxsize=1)
def _disc() -> NDArray[np.float32]:
    """A soft disc: full to 0.55 of the radius, 0 at the border (side, side)."""
    radius = _radius(TEXTURE_SIDE)
    ramp = np.clip((1.0 - radius) / 0.45, 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), dtype=np.float32)


def _radius(side: int) -> NDArray[np.float32]:
    axis = (np.arange(side, dtype=np.float32) - (side - 1) / 2) / ((side - 2) / 2)
    return np.asarray(np.hypot(axis[None, :], axis[:, None]), dtype=np.float32)
