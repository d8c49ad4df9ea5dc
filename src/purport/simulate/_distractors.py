"""What may be taken for a strike and is none: flares, muzzle flashes, fires that burn all along."""

import math

import numpy as np

from purport.simulate._camera import Modality, Pose
from purport.simulate._puffs import TEXTURES, Picture, Puff, draw_puff
from purport.simulate._script import Fire, Flare, MuzzleFlash

__all__ = ["draw_fire", "draw_flare", "draw_muzzle_flash"]

_DRAG_S = 1.5
_FALL_MPS = 9.0
_FLICKERS_PER_S = 8.0
_FLAMES = 5
_SMOKE = 10
_SMOKE_LIFE_S = 6.0


def draw_flare(
    picture: Picture, pose: Pose, flare: Flare, *, age_s: float, modality: Modality
) -> None:
    """Draw a flare `age_s` after it lit."""
    carried = _DRAG_S * (1.0 - math.exp(-age_s / _DRAG_S))
    place = (
        flare.place[0] + flare.velocity_mps[0] * carried,
        flare.place[1] + flare.velocity_mps[1] * carried,
    )
    height_m = max(0.0, flare.height_m - _FALL_MPS * age_s)
    burn = min(1.0, age_s / 0.06, (flare.duration_s - age_s) / 0.2)
    for share, spread in ((1.0, 1.0), (0.35, 2.2)):
        puff = _glow(place, flare.size_m * spread, 2.0 * share * burn, height_m=height_m)
        draw_puff(picture, pose, puff, modality)


def draw_muzzle_flash(
    picture: Picture, pose: Pose, gun: MuzzleFlash, *, time_s: float, modality: Modality
) -> None:
    """Draw a gun's flash at a scene time, if it fires then."""
    for shot in range(gun.shots):
        age_s = time_s - gun.time_s - shot * gun.interval_s
        if 0.0 <= age_s < gun.duration_s:
            draw_puff(picture, pose, _glow(gun.place, gun.size_m, 2.0, height_m=1.0), modality)


def draw_fire(
    picture: Picture, pose: Pose, fire: Fire, *, time_s: float, modality: Modality
) -> None:
    """Draw a fire and its smoke at a scene time."""
    generator = np.random.default_rng([fire.seed, 7013])
    shape = generator.standard_normal((_SMOKE + _FLAMES, 4))
    for index, row in enumerate(shape[:_SMOKE]):
        age_s = (time_s + _SMOKE_LIFE_S * index / _SMOKE) % _SMOKE_LIFE_S
        draw_puff(picture, pose, _smoke(fire, index, age_s, row), modality)
    for index, row in enumerate(shape[_SMOKE:]):
        draw_puff(picture, pose, _flame(fire, index, time_s, row), modality)


def _glow(place: tuple[float, float], radius_m: float, strength: float, *, height_m: float) -> Puff:
    return Puff(
        place=place,
        height_m=height_m,
        radius_m=radius_m,
        strength=strength,
        colour=(0.7, 0.9, 1.0),
        heat=1.0,
        texture=-1,
        turn_deg=0.0,
        adds=True,
    )


def _smoke(fire: Fire, index: int, age_s: float, row: np.ndarray) -> Puff:
    share = age_s / _SMOKE_LIFE_S
    grey = 0.16 + 0.1 * share
    return Puff(
        place=(
            fire.place[0] + fire.wind_mps[0] * age_s + 0.2 * fire.size_m * float(row[0]),
            fire.place[1] + fire.wind_mps[1] * age_s + 0.2 * fire.size_m * float(row[1]),
        ),
        height_m=fire.size_m * 4.0 * share,
        radius_m=fire.size_m * (0.6 + 1.2 * share),
        strength=0.7 * math.sin(math.pi * min(1.0, share + 0.05)),
        colour=(0.9 * grey, 0.95 * grey, grey),
        heat=0.5,
        texture=index % TEXTURES,
        turn_deg=90.0 * float(row[2]) + 12.0 * age_s,
        adds=False,
    )


def _flame(fire: Fire, index: int, time_s: float, row: np.ndarray) -> Puff:
    """Return a flame whose brightness runs between random values at fixed times."""
    step = math.floor(time_s * _FLICKERS_PER_S)
    values = [
        float(np.random.default_rng([fire.seed, 7014, index, step + ahead + 64]).standard_normal())
        for ahead in (0, 1)
    ]
    share = time_s * _FLICKERS_PER_S - step
    flicker = values[0] * (1.0 - share) + values[1] * share
    radius = 0.5 * fire.size_m * max(0.4, 1.0 + 0.5 * fire.flicker * flicker)
    return Puff(
        place=(
            fire.place[0] + 0.4 * fire.size_m * float(row[0]),
            fire.place[1] + 0.4 * fire.size_m * float(row[1]),
        ),
        height_m=0.5 * fire.size_m,
        radius_m=radius,
        strength=max(0.0, 1.0 + fire.flicker * flicker),
        colour=(0.15, 0.5, 1.0),
        heat=1.0,
        texture=index % TEXTURES,
        turn_deg=60.0 * float(row[3]),
        adds=True,
    )
