"""The questions of the exam of the sun: where shadows fell, and what a person marked of them.

The mix and the seeds are FROZEN from the commit that added this file, which was made before the
check was written: whoever changes a range, a share or a seed makes another exam and must say so.
Development and final set differ in nothing but their seeds. Nothing is rendered: it is arithmetic.

A scene is one instant at one place: latitude uniform in -60 to 60°, any longitude, any day of
2010 to 2025, any time with the sun 5° or more above the horizon (uniform). 1 to 5 upright things in
equal parts stand 15 m or more apart on ground that is tilted by 0 to 2° (uniform, any direction);
each leans by 0 to 2° (uniform, any direction), is 1 to 15 m high (log-uniform) and casts a shadow
of 2 to 30 m. The tip that can be marked is blurred by the sun's disc: it lies where the sun would
put it if it stood up to 0.2° higher or lower. Air of 850 to 1,030 hPa and -10 to 40 °C refracts.

The camera looks down at 0 to 60° from the vertical, 0.08 to 0.2 m to a pixel in the middle
(log-uniform), 1280×720. Its homography is what 12 control points with 1.5 px yield: off by a draw
from its stated covariance. Base and tip are marked with 1 to 3 px per axis (uniform, the same for
all marks of a scene, and stated). Of three things in ten the height is known, with 5 %.

- `day` (2,000): the day is claimed. 400 scenes of each number of shadows.
- `wrong` (1,200): as `day` with 3 to 5 shadows, but one base is paired with the tip of another
  upright thing, 3 to 25 m away, that was not marked.
- `year` (120): no day is known.
- `width` (400): one or five shadows of 6 m at 0.13 m to a pixel seen from straight above; no
  height is known.
"""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from skyfield.api import wgs84

from purport.checks.sun._ephemeris import sky
from purport.core.homographies import GroundHomography
from purport.core.positions import GeoPoint, from_geographic, metric_crs, true_north_deg

__all__ = ["COUNTS", "FIRST_SEED", "PART_SEED", "Part", "Question", "Thing", "make_question"]

FloatArray = NDArray[np.float64]


class Part(StrEnum):
    """What is asked."""

    DAY = "day"
    WRONG = "wrong"
    YEAR = "year"
    WIDTH = "width"


COUNTS = {Part.DAY: 2000, Part.WRONG: 1200, Part.YEAR: 120, Part.WIDTH: 400}
"""How many questions the final set has of each part."""
FIRST_SEED = {"dev": 3_000_000, "final": 8_600_000, "final2": 12_400_000}
"""Seed of the first question of each set."""
PART_SEED = {Part.DAY: 0, Part.WRONG: 100_000, Part.YEAR: 200_000, Part.WIDTH: 300_000}
"""What each part adds to it."""

_FIRST_S, _LAST_S = 1262304000.0, 1767225600.0  # 2010-01-01, 2026-01-01
_SIZE_PX = (1280, 720)
_LEAST_ELEVATION_DEG = 5.0
_FIELD_DEG = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An upright thing with its shadow, as a person marked it."""

    base_px: tuple[float, float]
    """Where its foot was marked. [px]"""
    tip_px: tuple[float, float]
    """Where the tip of its shadow was marked. [px]"""
    height_m: float | None
    """Its height, where it is known. [m]"""
    height_sd_m: float
    """Standard uncertainty of that. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One scene."""

    seed: int
    """Its seed."""
    place: GeoPoint
    """Where it is."""
    true_s: float
    """When it is: seconds since 1970-01-01 UTC. [s]"""
    homography: GroundHomography
    """What brings pixels to the ground, with its covariance."""
    things: tuple[Thing, ...]
    """What was marked."""
    marking_sd_px: float
    """Standard uncertainty of every mark per axis, as stated. [px]"""
    wrong: int | None
    """Which pair is wrong; None for none."""
    elevation_deg: float
    """How high the sun stands."""


def make_question(part: Part, seed: int, number: int) -> Question:
    """Make the question of a part with a seed; `number` counts within the part."""
    rng = np.random.default_rng(seed)
    while True:
        made = _try(part, rng, number)
        if made is not None:
            return replace(made, seed=seed)


def _try(part: Part, rng: np.random.Generator, number: int) -> Question | None:
    place = GeoPoint(
        longitude_deg=float(rng.uniform(-180, 180)), latitude_deg=float(rng.uniform(-60, 60))
    )
    true_s = float(np.floor(rng.uniform(_FIRST_S, _LAST_S)))
    air = (float(rng.uniform(850, 1030)), float(rng.uniform(-10, 40)))
    azimuth, elevation = _sun(true_s, place, air)
    if elevation < _LEAST_ELEVATION_DEG:
        return None
    count = {
        Part.DAY: 1 + number % 5,
        Part.WRONG: 3 + number % 3,
        Part.YEAR: 1 + number % 5,
        Part.WIDTH: (1, 5)[number % 2],
    }[part]
    fixed = part is Part.WIDTH
    gsd_m = 0.13 if fixed else float(np.exp(rng.uniform(math.log(0.08), math.log(0.2))))
    obliquity = 0.0 if fixed else float(rng.uniform(0, 60))
    true, believed = _homographies(rng, gsd_m, obliquity, place)
    sun = (azimuth - true_north_deg(place, believed.crs), elevation)
    ground = _gradient(rng)
    bases = _bases(rng, count, true)
    if bases is None:
        return None
    shadows = [_shadow(rng, sun, ground, length_m=6.0 if fixed else None) for _ in bases]
    if any(one is None for one in shadows):
        return None
    pairs = [(base, base + one[0], one[1]) for base, one in zip(bases, shadows, strict=True) if one]
    wrong = None
    if part is Part.WRONG:
        wrong = int(rng.integers(count))
        stranger = _shadow(rng, sun, ground, length_m=None)
        if stranger is None:
            return None
        away, towards = rng.uniform(3, 25), rng.uniform(0, 2 * math.pi)
        base, _, height = pairs[wrong]
        foot = base + away * np.array([math.sin(towards), math.cos(towards)])
        pairs[wrong] = (base, foot + stranger[0], height)
    sd = float(rng.uniform(1, 3))
    things = tuple(_mark(rng, true, pair, sd_px=sd, known=not fixed) for pair in pairs)
    return Question(
        seed=0,
        place=place,
        true_s=true_s,
        homography=believed,
        things=things,
        marking_sd_px=sd,
        wrong=wrong,
        elevation_deg=elevation,
    )


def _sun(true_s: float, place: GeoPoint, air: tuple[float, float]) -> tuple[float, float]:
    """Return azimuth and apparent elevation in that air, with the full nutation series."""
    timescale, kernel = sky()
    instant = timescale.utc(1970, 1, 1, 0, 0, true_s)
    seen = (kernel["earth"] + wgs84.latlon(place.latitude_deg, place.longitude_deg)).at(instant)
    elevation, azimuth, _ = (
        seen.observe(kernel["sun"]).apparent().altaz(pressure_mbar=air[0], temperature_C=air[1])
    )
    return float(azimuth.degrees), float(elevation.degrees)


def _direction(azimuth_deg: float) -> FloatArray:
    return np.array([math.sin(math.radians(azimuth_deg)), math.cos(math.radians(azimuth_deg))])


def _gradient(rng: np.random.Generator) -> FloatArray:
    """Draw a slope of 0 to 2° in any direction."""
    return math.tan(math.radians(rng.uniform(0, 2))) * _direction(rng.uniform(0, 360))


def _shadow(
    rng: np.random.Generator,
    sun: tuple[float, float],
    ground: FloatArray,
    *,
    length_m: float | None,
) -> tuple[FloatArray, float] | None:
    """Draw an upright thing: from its foot to the tip of its shadow (2,), and its height. [m]"""
    blurred = math.radians(sun[1] + rng.uniform(-0.2, 0.2))
    away = -_direction(sun[0])
    drop = math.tan(blurred) + float(ground @ away)
    lean = _gradient(rng)
    for _ in range(60):
        height = float(np.exp(rng.uniform(0.0, math.log(15))))
        if length_m is not None:
            height = length_m * math.tan(math.radians(sun[1]))
        top = height * lean
        vector = top + away * (height - float(ground @ top)) / drop
        if length_m is not None or 2.0 <= float(np.hypot(*vector)) <= 30.0:
            return vector, height
    return None


def _bases(rng: np.random.Generator, count: int, true: GroundHomography) -> list[FloatArray] | None:
    """Draw feet in the picture, 15 m or more apart."""
    found: list[FloatArray] = []
    for _ in range(200):
        pixel = rng.uniform([0.1, 0.15], [0.9, 0.9]) * _SIZE_PX
        point = _to_ground(true, pixel)
        if all(float(np.hypot(*(point - other))) >= 15.0 for other in found):
            found.append(point)
        if len(found) == count:
            return found
    return None


def _mark(
    rng: np.random.Generator,
    true: GroundHomography,
    pair: tuple[FloatArray, FloatArray, float],
    *,
    sd_px: float,
    known: bool,
) -> Thing:
    base, tip, height = pair
    base_px, tip_px = (_to_pixel(true, point) + rng.normal(0, sd_px, 2) for point in (base, tip))
    height_sd = 0.05 * height
    measured = height + rng.normal(0, height_sd)
    stated = bool(rng.uniform() < 0.3) and known
    return Thing(
        base_px=(float(base_px[0]), float(base_px[1])),
        tip_px=(float(tip_px[0]), float(tip_px[1])),
        height_m=float(measured) if stated else None,
        height_sd_m=float(0.05 * measured) if stated else 0.0,
    )


def _homographies(
    rng: np.random.Generator, gsd_m: float, obliquity_deg: float, place: GeoPoint
) -> tuple[GroundHomography, GroundHomography]:
    """Return the true homography, and the one that 12 control points yield with its covariance."""
    width, height = _SIZE_PX
    focal = width / 2 / math.tan(math.radians(_FIELD_DEG / 2))
    normalisation = ((2 / width, 0.0, -1.0), (0.0, 2 / width, -height / width), (0.0, 0.0, 1.0))
    range_m = gsd_m * focal
    tilt, turn = math.radians(obliquity_deg), float(rng.uniform(0, 2 * math.pi))
    # Camera axes in the scene, x to the right, y down the picture, z along the line of sight.
    right = np.array([1.0, 0.0, 0.0])
    ahead = np.array([0.0, math.sin(tilt), -math.cos(tilt)])
    down = np.cross(ahead, right)
    spin = np.array(
        [[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    )
    axes = spin @ np.column_stack([right, down, ahead])
    camera = -range_m * (spin @ ahead)
    rays = axes @ np.diag([width / 2 / focal, width / 2 / focal, 1.0])  # from normalised pixels
    matrix = np.vstack([camera[2] * rays[0] - camera[0] * rays[2],
                        camera[2] * rays[1] - camera[1] * rays[2], -rays[2]])  # fmt: skip
    matrix = matrix / matrix[2, 2]
    covariance = _control_covariance(rng, matrix, gsd_m)
    drawn = rng.multivariate_normal(np.zeros(8), covariance, method="cholesky")
    believed = matrix + np.append(drawn, 0.0).reshape(3, 3)
    crs = metric_crs("EPSG:4326", place)
    make = _HomographyMaker(normalisation, crs, covariance, place)
    return make(matrix), make(believed)


@dataclass(frozen=True, slots=True)
class _HomographyMaker:
    normalisation: tuple[tuple[float, ...], ...]
    crs: str
    covariance: FloatArray
    place: GeoPoint

    def __call__(self, matrix: FloatArray) -> GroundHomography:
        origin = from_geographic(self.place, self.crs)
        return GroundHomography(
            matrix=tuple(tuple(float(x) for x in row) for row in matrix),
            normalisation=self.normalisation,
            origin_m=(origin.easting_m, origin.northing_m),
            crs=self.crs,
            covariance=tuple(tuple(float(x) for x in row) for row in self.covariance),
            ground_sd_m=0.0,
            reference_sd_m=0.3,
        )


def _control_covariance(rng: np.random.Generator, matrix: FloatArray, gsd_m: float) -> FloatArray:
    seen = rng.uniform([-0.9, -0.5], [0.9, 0.5], (12, 2))
    rows = []
    for x, y in seen:
        east, north, scale = matrix @ (x, y, 1.0)
        row = np.array([x, y, 1.0]) / scale
        ground = np.array([east, north]) / scale
        rows.append(np.concatenate([row, np.zeros(3), -ground[0] * row[:2]]))
        rows.append(np.concatenate([np.zeros(3), row, -ground[1] * row[:2]]))
    design = np.array(rows)
    return np.asarray(np.linalg.inv(design.T @ design) * (1.5 * gsd_m) ** 2)


def _to_ground(homography: GroundHomography, pixel: FloatArray) -> FloatArray:
    x, y, w = homography.to_map() @ np.append(pixel, 1.0)
    return np.array([x / w, y / w])


def _to_pixel(homography: GroundHomography, ground: FloatArray) -> FloatArray:
    x, y, w = np.linalg.solve(homography.to_map(), np.append(ground, 1.0))
    return np.array([x / w, y / w])
