"""What happens on the ground: blasts, smoke, scars, vehicles and glints, drawn into radiance."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._camera import Modality, Pose
from purport.simulate._puffs import (
    TEXTURE_SIDE,
    TEXTURES,
    Picture,
    Puff,
    blend,
    clip_box,
    draw_puff,
    fill_polygon,
    ragged_textures,
    tone_of,
)
from purport.simulate._script import Glint, Strike, Vehicle

__all__ = ["draw_glint", "draw_scar", "draw_strike", "draw_vehicle"]

_SMOKE_PUFFS = 26
_FIRE_PUFFS = 8
_SPARKS = 14
_SPARK_LIFE_S = 0.9
_GRAVITY_MPS2 = 9.81
_FLASH_LIFE_S = 0.5
_FIRE_LIFE_S = 1.6


def draw_strike(
    picture: Picture, pose: Pose, strike: Strike, *, age_s: float, modality: Modality
) -> None:
    """Draw what a strike shows `age_s` after its detonation."""
    generator = np.random.default_rng([strike.seed, 7003])
    shape = generator.standard_normal((_SMOKE_PUFFS + _FIRE_PUFFS + _SPARKS, 6))
    if age_s < strike.dark_s:
        draw_puff(picture, pose, _dark_spot(strike), modality)
        return
    puffs = _puffs(strike, age_s - strike.dark_s, shape)
    for puff in (*puffs, *_debris(strike, age_s - strike.dark_s)):
        draw_puff(picture, pose, puff, modality)
    for later_s, east, north in strike.secondary:
        if 0.0 <= age_s - later_s < 2.0 * _FIRE_LIFE_S:
            moved = (strike.place[0] + east, strike.place[1] + north)
            again = replace(strike, place=moved, size_m=0.5 * strike.size_m)
            for puff in _fire(again, 0.5 * (age_s - later_s), shape[:_FIRE_PUFFS]):
                draw_puff(picture, pose, puff, modality)


def _puffs(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[Puff]:
    """List smoke, fire, sparks and flash in the order in which they are drawn."""
    puffs = _smoke(strike, age_s, shape[:_SMOKE_PUFFS])
    if age_s < _FIRE_LIFE_S and strike.fire > 0.0:
        puffs += _fire(strike, age_s, shape[_SMOKE_PUFFS : _SMOKE_PUFFS + _FIRE_PUFFS])
    if age_s < _SPARK_LIFE_S and strike.flash > 0.0:
        puffs += _sparks(strike, age_s, shape[_SMOKE_PUFFS + _FIRE_PUFFS :])
    if age_s < _FLASH_LIFE_S and strike.flash > 0.0:
        puffs.append(_flash(strike, age_s))
    return puffs


def draw_scar(
    picture: Picture, pose: Pose, strike: Strike, *, age_s: float, modality: Modality
) -> None:
    """Draw the burnt patch that stays on the ground, `age_s` after the detonation."""
    scale = 1.7 * strike.size_m / TEXTURE_SIDE
    half = (TEXTURE_SIDE - 1) / 2
    east, north = np.subtract(strike.place, pose.origin)
    to_ground = np.array(
        [[scale, 0.0, east - scale * half], [0.0, -scale, north + scale * half], [0.0, 0.0, 1.0]]
    )
    to_picture = pose.ground_to_pixel() @ to_ground
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]) * (TEXTURE_SIDE - 1)
    mapped = cv2.perspectiveTransform(corners[None], to_picture)[0]
    box = clip_box(mapped.min(axis=0), mapped.max(axis=0), picture)
    if box is None:
        return
    left, top, right, bottom = box
    shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    texture = ragged_textures()[(strike.seed + 3) % TEXTURES]
    alpha = cv2.warpPerspective(texture, shift @ to_picture, (right - left, bottom - top))
    alpha *= 0.75 * (1.0 - math.exp(-age_s / 0.25))
    heat = 0.45 + 0.5 * math.exp(-age_s / 6.0)
    blend(picture[top:bottom, left:right], alpha, tone_of((0.10, 0.11, 0.13), heat, modality))


def draw_vehicle(
    picture: Picture, pose: Pose, vehicle: Vehicle, *, time_s: float, modality: Modality
) -> None:
    """Draw a vehicle at a scene time."""
    velocity = np.array(vehicle.velocity_mps)
    ahead = velocity / float(np.hypot(*velocity)) * vehicle.length_m / 2
    aside = np.array([-ahead[1], ahead[0]]) * 0.42
    middle = np.array(vehicle.start) + velocity * time_s
    shadow = np.array([0.5, -0.7])
    dark = tone_of((0.05, 0.05, 0.05), 0.3, modality)
    body = tone_of((vehicle.brightness,) * 3, 0.8, modality)
    for shift, colour, opacity in ((shadow, dark, 0.5), (np.zeros(2), body, 1.0)):
        corners = [
            pose.project(tuple(middle + shift + a * ahead + b * aside))
            for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))
        ]
        fill_polygon(picture, np.array(corners), colour, opacity)


def draw_glint(
    picture: Picture, pose: Pose, glint: Glint, *, age_s: float, modality: Modality
) -> None:
    """Draw a glint `age_s` after it began; infrared sees none."""
    if modality is not Modality.VISIBLE:
        return
    puff = Puff(
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
    draw_puff(picture, pose, puff, modality)


def _flash(strike: Strike, age_s: float) -> Puff:
    radius = strike.size_m * (0.38 + 0.62 * (1.0 - math.exp(-age_s / 0.06)))
    return Puff(
        place=strike.place,
        height_m=0.25 * radius,
        radius_m=radius,
        strength=strike.flash * 2.2 * math.exp(-age_s / 0.11),
        colour=(0.75, 0.92, 1.0),
        heat=1.0,
        texture=-1,
        turn_deg=0.0,
        adds=True,
    )


def _fire(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[Puff]:
    spread = strike.size_m * 0.42 * (1.0 - math.exp(-age_s / 0.16))
    radius = strike.size_m * (0.25 + 0.42 * (1.0 - math.exp(-age_s / 0.2)))
    glow = strike.fire * math.exp(-age_s / 0.42)
    return [
        Puff(
            place=(strike.place[0] + spread * row[0], strike.place[1] + spread * row[1]),
            height_m=0.3 * radius + abs(row[2]) * strike.size_m * 0.9 * age_s,
            radius_m=radius * (0.8 + 0.2 * math.tanh(row[3])),
            strength=1.1 * glow,
            colour=(0.12 + 0.3 * glow, 0.45 + 0.3 * glow, 1.0),
            heat=1.0,
            texture=index % TEXTURES,
            turn_deg=60.0 * row[4],
            adds=True,
        )
        for index, row in enumerate(shape)
    ]


def _smoke(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[Puff]:
    grown = 1.0 - math.exp(-age_s / 0.7)
    size = strike.size_m * max(1.0, strike.smoke)
    density = 0.8 * min(1.0, strike.smoke)
    puffs = []
    for index, row in enumerate(shape):
        share = index / len(shape)
        climb = size * (0.3 + 2.6 * share * (1.0 - math.exp(-age_s / 2.5)))
        carried = age_s * (0.25 + 0.75 * share)
        spread = size * 0.75 * grown * (1.0 - 0.45 * share)
        grey = strike.smoke_tone * (0.3 + 0.22 * share + 0.07 * math.tanh(row[5]))
        puffs.append(
            Puff(
                place=(
                    strike.place[0] + spread * row[0] + strike.wind_mps[0] * carried,
                    strike.place[1] + spread * row[1] + strike.wind_mps[1] * carried,
                ),
                height_m=climb * grown,
                radius_m=size * (0.25 + 0.65 * grown) * (1.0 + 0.25 * math.tanh(row[3]))
                + 0.25 * age_s,
                strength=density * min(1.0, age_s / 0.12) * math.exp(-age_s / strike.smoke_s),
                colour=(0.86 * grey, 0.94 * grey, grey),
                heat=strike.smoke_heat
                + 0.07 * math.tanh(row[5])
                + strike.fire * 0.5 * math.exp(-age_s / 1.1),
                texture=index % TEXTURES,
                turn_deg=90.0 * row[4] + 9.0 * age_s * row[2],
                adds=False,
            )
        )
    return puffs


def _sparks(strike: Strike, age_s: float, shape: NDArray[np.float64]) -> list[Puff]:
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
            Puff(
                place=(
                    strike.place[0] + travelled * math.sin(azimuth),
                    strike.place[1] + travelled * math.cos(azimuth),
                ),
                height_m=height,
                radius_m=0.45,
                strength=strike.flash * 1.3 * math.exp(-age_s / 0.35),
                colour=(0.3, 0.7, 1.0),
                heat=1.0,
                texture=-1,
                turn_deg=0.0,
                adds=True,
            )
        )
    return puffs


def _dark_spot(strike: Strike) -> Puff:
    return Puff(
        place=strike.place,
        height_m=0.0,
        radius_m=0.6 * strike.size_m,
        strength=0.9,
        colour=(0.06, 0.06, 0.06),
        heat=0.08,
        texture=strike.seed % TEXTURES,
        turn_deg=0.0,
        adds=False,
    )


def _debris(strike: Strike, age_s: float) -> list[Puff]:
    """List the pieces that are in the air."""
    generator = np.random.default_rng([strike.seed, 7015])
    pieces = []
    for _ in range(strike.debris):
        azimuth = float(generator.uniform(0.0, 2.0 * math.pi))
        outward, rise = generator.uniform((2.0, 6.0), (11.0, 20.0))
        height = float(rise) * age_s - _GRAVITY_MPS2 / 2 * age_s**2
        radius = float(generator.uniform(0.4, 1.1))
        if height < 0.0:
            continue
        pieces.append(
            Puff(
                place=(
                    strike.place[0] + float(outward) * age_s * math.sin(azimuth),
                    strike.place[1] + float(outward) * age_s * math.cos(azimuth),
                ),
                height_m=height,
                radius_m=radius,
                strength=1.0,
                colour=(0.08, 0.09, 0.1),
                heat=0.3,
                texture=0,
                turn_deg=90.0 * age_s,
                adds=False,
            )
        )
    return pieces
