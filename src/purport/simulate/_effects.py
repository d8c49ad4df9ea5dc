"""What happens on the ground: blasts, smoke, scars, vehicles and glints, drawn into radiance.

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
from purport.simulate._script import Glint, Strike, Vehicle

__all__ = ["draw_glint", "draw_scar", "draw_strike", "draw_vehicle"]

Picture = NDArray[np.float32]

_TEXTURE_SIDE = 96
_TEXTURES = 8
_FAINTEST = 0.01
_SMOKE_PUFFS = 26
_FIRE_PUFFS = 8
_SPARKS = 14
_SPARK_LIFE_S = 0.9
_GRAVITY_MPS2 = 9.81
_FLASH_LIFE_S = 0.5
_FIRE_LIFE_S = 1.6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Puff:
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


def draw_strike(
    picture: Picture, pose: Pose, strike: Strike, *, age_s: float, modality: Modality
) -> None:
    """Draw smoke, fire, sparks and flash of a strike `age_s` after its detonation."""
    generator = np.random.default_rng([strike.seed, 7003])
    shape = generator.standard_normal((_SMOKE_PUFFS + _FIRE_PUFFS + _SPARKS, 6))
    for puff in _smoke(strike, age_s, shape[:_SMOKE_PUFFS]):
        _draw_puff(picture, pose, puff, modality)
    if age_s < _FIRE_LIFE_S:
        for puff in _fire(strike, age_s, shape[_SMOKE_PUFFS : _SMOKE_PUFFS + _FIRE_PUFFS]):
            _draw_puff(picture, pose, puff, modality)
    if age_s < _SPARK_LIFE_S:
        for puff in _sparks(strike, age_s, shape[_SMOKE_PUFFS + _FIRE_PUFFS :]):
            _draw_puff(picture, pose, puff, modality)
    if age_s < _FLASH_LIFE_S:
        _draw_puff(picture, pose, _flash(strike, age_s), modality)


def draw_scar(
    picture: Picture, pose: Pose, strike: Strike, *, age_s: float, modality: Modality
) -> None:
    """Draw the burnt patch that stays on the ground, `age_s` after the detonation."""
    scale = 1.7 * strike.size_m / _TEXTURE_SIDE
    half = (_TEXTURE_SIDE - 1) / 2
    east, north = np.subtract(strike.place, pose.origin)
    to_ground = np.array(
        [[scale, 0.0, east - scale * half], [0.0, -scale, north + scale * half], [0.0, 0.0, 1.0]]
    )
    to_picture = pose.ground_to_pixel() @ to_ground
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]) * (_TEXTURE_SIDE - 1)
    mapped = cv2.perspectiveTransform(corners[None], to_picture)[0]
    box = _clip_box(mapped.min(axis=0), mapped.max(axis=0), picture)
    if box is None:
        return
    left, top, right, bottom = box
    shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    texture = _textures()[(strike.seed + 3) % _TEXTURES]
    alpha = cv2.warpPerspective(texture, shift @ to_picture, (right - left, bottom - top))
    alpha *= 0.75 * (1.0 - math.exp(-age_s / 0.25))
    heat = 0.45 + 0.5 * math.exp(-age_s / 6.0)
    _blend(picture[top:bottom, left:right], alpha, _tone((0.10, 0.11, 0.13), heat, modality))


def draw_vehicle(
    picture: Picture, pose: Pose, vehicle: Vehicle, *, time_s: float, modality: Modality
) -> None:
    """Draw a vehicle at a scene time."""
    velocity = np.array(vehicle.velocity_mps)
    ahead = velocity / float(np.hypot(*velocity)) * vehicle.length_m / 2
    aside = np.array([-ahead[1], ahead[0]]) * 0.42
    middle = np.array(vehicle.start) + velocity * time_s
    shadow = np.array([0.5, -0.7])
    dark = _tone((0.05, 0.05, 0.05), 0.3, modality)
    body = _tone((vehicle.brightness,) * 3, 0.8, modality)
    for shift, colour, opacity in ((shadow, dark, 0.5), (np.zeros(2), body, 1.0)):
        corners = [
            pose.project(tuple(middle + shift + a * ahead + b * aside))
            for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
        ]
        _fill(picture, np.array(corners), colour, opacity)


def draw_glint(
    picture: Picture, pose: Pose, glint: Glint, *, age_s: float, modality: Modality
) -> None:
    """Draw a glint `age_s` after it began; infrared sees none."""
    if modality is not Modality.VISIBLE:
        return
    puff = _Puff(
        place=glint.place,
        height_m=0.0,
        radius_m=glint.size_m,
        strength=1.5 * math.sin(math.pi * min(1.0, age_s / glint.duration_s)) ** 0.5,
        colour=(1.0, 1.0, 1.0),
        heat=1.0,
        texture=-1,
        turn_deg=0.0,
        adds=True,
    )
    _draw_puff(picture, pose, puff, modality)


def _flash(strike: Strike, age_s: float) -> _Puff:
    radius = strike.size_m * (0.38 + 0.62 * (1.0 - math.exp(-age_s / 0.06)))
    return _Puff(
        place=strike.place,
        height_m=0.25 * radius,
        radius_m=radius,
        strength=2.2 * math.exp(-age_s / 0.11),
        colour=(0.75, 0.92, 1.0),
        heat=1.0,
        texture=-1,
        turn_deg=0.0,
        adds=True,
    )


def _fire(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[_Puff]:
    spread = strike.size_m * 0.42 * (1.0 - math.exp(-age_s / 0.16))
    radius = strike.size_m * (0.25 + 0.42 * (1.0 - math.exp(-age_s / 0.2)))
    glow = math.exp(-age_s / 0.42)
    return [
        _Puff(
            place=(strike.place[0] + spread * row[0], strike.place[1] + spread * row[1]),
            height_m=0.3 * radius + abs(row[2]) * strike.size_m * 0.9 * age_s,
            radius_m=radius * (0.8 + 0.2 * math.tanh(row[3])),
            strength=1.1 * glow,
            colour=(0.12 + 0.3 * glow, 0.45 + 0.3 * glow, 1.0),
            heat=1.0,
            texture=index % _TEXTURES,
            turn_deg=60.0 * row[4],
            adds=True,
        )
        for index, row in enumerate(shape)
    ]


def _smoke(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[_Puff]:
    grown = 1.0 - math.exp(-age_s / 0.7)
    size = strike.size_m
    puffs = []
    for index, row in enumerate(shape):
        share = index / len(shape)
        climb = size * (0.3 + 2.6 * share * (1.0 - math.exp(-age_s / 2.5)))
        carried = age_s * (0.25 + 0.75 * share)
        spread = size * 0.75 * grown * (1.0 - 0.45 * share)
        grey = 0.3 + 0.22 * share + 0.07 * math.tanh(row[5])
        puffs.append(
            _Puff(
                place=(
                    strike.place[0] + spread * row[0] + strike.wind_mps[0] * carried,
                    strike.place[1] + spread * row[1] + strike.wind_mps[1] * carried,
                ),
                height_m=climb * grown,
                radius_m=size * (0.25 + 0.65 * grown) * (1.0 + 0.25 * math.tanh(row[3]))
                + 0.25 * age_s,
                strength=0.8 * min(1.0, age_s / 0.12) * math.exp(-age_s / strike.smoke_s),
                colour=(0.86 * grey, 0.94 * grey, grey),
                heat=0.44 + 0.07 * math.tanh(row[5]) + 0.5 * math.exp(-age_s / 1.1),
                texture=index % _TEXTURES,
                turn_deg=90.0 * row[4] + 9.0 * age_s * row[2],
                adds=False,
            )
        )
    return puffs


def _sparks(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[_Puff]:
    puffs = []
    for row in shape:
        speed = strike.size_m * (2.2 + math.tanh(row[0]))
        rise = strike.size_m * (1.6 + math.tanh(row[1]))
        height = rise * age_s - _GRAVITY_MPS2 / 2 * age_s**2
        if height <= 0.0:
            continue
        azimuth = math.pi * row[2] * 2
        travelled = speed * (1.0 - math.exp(-age_s / 0.5)) * 0.5
        puffs.append(
            _Puff(
                place=(
                    strike.place[0] + travelled * math.sin(azimuth),
                    strike.place[1] + travelled * math.cos(azimuth),
                ),
                height_m=height,
                radius_m=0.45,
                strength=1.3 * math.exp(-age_s / 0.35),
                colour=(0.3, 0.7, 1.0),
                heat=1.0,
                texture=-1,
                turn_deg=0.0,
                adds=True,
            )
        )
    return puffs


def _tone(colour: tuple[float, float, float], heat: float, modality: Modality) -> tuple[float, ...]:
    return colour if modality is Modality.VISIBLE else (heat,)


def _draw_puff(picture: Picture, pose: Pose, puff: _Puff, modality: Modality) -> None:
    if puff.strength < _FAINTEST:
        return
    x, y = pose.project(puff.place, puff.height_m)
    radius = max(puff.radius_m * pose.scale_px(puff.place), 0.6)
    middle = np.array([x, y])
    box = _clip_box(middle - radius, middle + radius, picture)
    if box is None:
        return
    left, top, right, bottom = box
    scale = 2.0 * radius / (_TEXTURE_SIDE - 2)
    turn = math.radians(puff.turn_deg)
    rotation = scale * np.array(
        [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    )
    half = (_TEXTURE_SIDE - 1) / 2
    offset = middle - (left, top) - rotation @ (half, half)
    matrix = np.column_stack([rotation, offset])
    size = (right - left, bottom - top)
    part = picture[top:bottom, left:right]
    colour = _tone(puff.colour, puff.heat, modality)
    if puff.adds:
        texture = _disc() if puff.texture < 0 else _textures()[puff.texture]
        alpha = cv2.warpAffine(texture, matrix, size) * np.float32(puff.strength)
        for channel, value in enumerate(colour):
            part[..., channel] += alpha * value
    else:
        layers = cv2.warpAffine(_shaded_textures()[puff.texture], matrix, size)
        alpha = np.minimum(layers[..., 0] * np.float32(puff.strength), 1.0)
        for channel, value in enumerate(colour):
            plane = part[..., channel]
            plane += alpha * (layers[..., 1] * np.float32(value) - plane)


def _blend(part: Picture, alpha: NDArray[np.float32], colour: tuple[float, ...]) -> None:
    for channel, value in enumerate(colour):
        plane = part[..., channel]
        plane += alpha * (np.float32(value) - plane)


def _fill(
    picture: Picture, corners: NDArray[np.float64], colour: tuple[float, ...], opacity: float
) -> None:
    box = _clip_box(corners.min(axis=0) - 1, corners.max(axis=0) + 1, picture)
    if box is None:
        return
    left, top, right, bottom = box
    finer = 4
    mask = np.zeros(((bottom - top) * finer, (right - left) * finer), dtype=np.uint8)
    scaled = (corners - (left - 0.5, top - 0.5)) * finer - 0.5
    cv2.fillConvexPoly(mask, np.round(scaled * 16).astype(np.int32), 255, cv2.LINE_8, 4)
    alpha = cv2.resize(mask, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    _blend(picture[top:bottom, left:right], alpha.astype(np.float32) * (opacity / 255.0), colour)


def _clip_box(
    low: NDArray[np.float64], high: NDArray[np.float64], picture: Picture
) -> tuple[int, int, int, int] | None:
    rows, columns = picture.shape[:2]
    left, top = max(0, math.floor(low[0])), max(0, math.floor(low[1]))
    right, bottom = min(columns, math.ceil(high[0]) + 1), min(rows, math.ceil(high[1]) + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


@lru_cache(maxsize=1)
def _textures() -> tuple[NDArray[np.float32], ...]:
    """Ragged round patches, 0 at the border (side, side)."""
    generator = np.random.default_rng(7004)
    return tuple(_ragged(generator) for _ in range(_TEXTURES))


def _ragged(generator: np.random.Generator) -> NDArray[np.float32]:
    noise = _clouded(generator)
    radius = _radius(_TEXTURE_SIDE)
    body = 1.0 / (1.0 + np.exp((radius + 0.16 * noise - 0.62) / 0.075))
    patchy = np.clip(0.8 + 0.22 * noise, 0.25, 1.1)
    edge = np.clip((1.0 - radius) / 0.2, 0.0, 1.0)
    return np.asarray(body * patchy * edge, dtype=np.float32)


def _clouded(generator: np.random.Generator) -> NDArray[np.float32]:
    """Noise of several sizes with unit spread (side, side)."""
    side = _TEXTURE_SIDE
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
    for texture in _textures():
        billows = _clouded(generator)
        shade = np.clip(1.0 + 0.17 * billows, 0.6, 1.45).astype(np.float32)
        shaded.append(np.dstack([texture, shade]))
    return tuple(shaded)


@lru_cache(maxsize=1)
def _disc() -> NDArray[np.float32]:
    """A soft disc: full to 0.55 of the radius, 0 at the border (side, side)."""
    radius = _radius(_TEXTURE_SIDE)
    ramp = np.clip((1.0 - radius) / 0.45, 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp), dtype=np.float32)


def _radius(side: int) -> NDArray[np.float32]:
    axis = (np.arange(side, dtype=np.float32) - (side - 1) / 2) / ((side - 2) / 2)
    return np.asarray(np.hypot(axis[None, :], axis[:, None]), dtype=np.float32)
