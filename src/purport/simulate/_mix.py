"""The random mix: scripts and orthophoto looks drawn from stated ranges by a seed."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from purport.simulate._camera import Camera, Modality, Sensor
from purport.simulate._ground import Ground
from purport.simulate._hardships import Hardships, add_hardships
from purport.simulate._reference import ReferenceLook
from purport.simulate._script import (
    Encoding,
    GainJump,
    Glint,
    Overlay,
    Script,
    Segment,
    Strike,
    Vehicle,
)
from purport.simulate._truth import PoseBook, derive_truth

__all__ = ["Mix", "random_look", "random_script"]

_RATES = (Fraction(25), Fraction(30), Fraction(30000, 1001))
_FIRST_STRIKE_S = 1.2
_LAST_QUIET_S = 1.6
_TRIES = 400
_EDGE_PX = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Ranges from which a clip is drawn, evenly unless said otherwise."""

    gsd_m: tuple[float, float] = (0.2, 0.5)
    """GSD in the middle of the picture. [m]"""
    obliquity_deg: tuple[float, float] = (0.0, 50.0)
    """Angle from nadir. [deg]"""
    modalities: tuple[Modality, ...] = (Modality.VISIBLE, Modality.WHITE_HOT, Modality.BLACK_HOT)
    """Sensors."""
    jitter_px: tuple[float, float] = (0.0, 2.5)
    """Shake. [px]"""
    drift_mps: tuple[float, float] = (0.0, 4.0)
    """Speed of the aim. [m/s]"""
    orbit_dps: tuple[float, float] = (-1.2, 1.2)
    """Turn of the heading. [deg/s]"""
    crf: tuple[int, int] = (20, 32)
    """Compression, both inclusive."""
    saturation_frames: tuple[int, int] = (0, 8)
    """Frames for which a blast blinds the sensor, both inclusive."""
    strikes: tuple[int, int] = (4, 6)
    """Number of strikes, both inclusive."""
    miss_m: tuple[float, float] = (0.0, 40.0)
    """Distance of the strikes from the target. [m]"""
    strike_gap_s: tuple[float, float] = (1.4, 2.4)
    """Time from one strike to the next. [s]"""
    strike_gap_m: float = 14.0
    """Least distance between two strikes. [m]"""
    size_m: tuple[float, float] = (4.5, 10.0)
    """Radius of the fireballs. [m]"""
    hardships: Hardships | None = None
    """What makes it harder; None: nothing."""


def random_script(seed: int, ground: Ground, *, mix: Mix | None = None) -> Script:
    """Draw a clip over a ground.

    One target; strikes at random distances from it, each inside the picture at its onset; motion,
    shake, zoom, sensor, exposure jumps, blinding, overlay, compression and distractors at random.

    Args:
        seed: The same seed and ground give the same script.
        ground: Large enough for the whole of the view.
        mix: Ranges; the default is the mix of the benchmark of the main job.

    Raises:
        ValueError: The ground is too small for the mix.
    """
    mix = mix or Mix()
    generator = np.random.default_rng([seed, 7011])
    count = int(generator.integers(mix.strikes[0], mix.strikes[1] + 1))
    gaps = generator.uniform(*mix.strike_gap_s, count)
    times = _FIRST_STRIKE_S + np.concatenate([[0.0], np.cumsum(gaps[1:])])
    duration_s = float(times[-1]) + _LAST_QUIET_S
    camera = _draw_camera(generator, ground, mix=mix, duration_s=duration_s)
    empty = Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=duration_s),),
        rate=_RATES[int(generator.integers(len(_RATES)))],
        overlay=_draw_overlay(generator),
        encoding=Encoding(
            crf=int(generator.integers(mix.crf[0], mix.crf[1] + 1)),
            gop=int(generator.integers(12, 101)),
        ),
        dropped=0.05 if generator.random() < 0.2 else 0.0,  # noqa: PLR2004 - share of the mix
        gain_jumps=_draw_jumps(generator, duration_s),
        seed=seed,
    )
    _demand_covered(empty)
    target, places = _draw_places(generator, empty, times=times, mix=mix)
    strikes = tuple(
        Strike(
            time_s=float(time_s),
            place=place,
            size_m=float(generator.uniform(*mix.size_m)),
            smoke_s=float(generator.uniform(0.8, 3.0)),
            wind_mps=(float(generator.normal(0.0, 1.5)), float(generator.normal(0.0, 1.5))),
            seed=seed * 100 + number,
        )
        for number, (time_s, place) in enumerate(zip(times, places, strict=True))
    )
    vehicles, glints = _draw_distractors(generator, target, duration_s)
    script = replace(empty, strikes=strikes, targets=(target,), vehicles=vehicles, glints=glints)
    return script if mix.hardships is None else add_hardships(script, mix.hardships)


def random_look(seed: int, *, gsd_m: tuple[float, float] = (0.3, 0.6)) -> ReferenceLook:
    """Draw how an orthophoto differs from the footage's ground."""
    generator = np.random.default_rng([seed, 7012])
    blue, green, red = (float(gain) for gain in generator.uniform(0.8, 1.15, 3))
    return ReferenceLook(
        gsd_m=float(generator.uniform(*gsd_m)),
        gamma=float(generator.uniform(0.75, 1.35)),
        gains=(blue, green, red),
        offset=float(generator.uniform(-15.0, 15.0)),
        noise_sd=float(generator.uniform(1.0, 5.0)),
        blur_px=float(generator.uniform(0.3, 0.8)),
        shadows=int(generator.integers(0, 4)),
        patches=int(generator.integers(2, 12)),
        seed=seed,
    )


def _draw_camera(
    generator: np.random.Generator, ground: Ground, *, mix: Mix, duration_s: float
) -> Camera:
    modality = mix.modalities[int(generator.integers(len(mix.modalities)))]
    gsd_m = float(generator.uniform(*mix.gsd_m))
    speed = float(generator.uniform(*mix.drift_mps))
    course = float(generator.uniform(0.0, 2.0 * math.pi))
    drift = (speed * math.cos(course), speed * math.sin(course))
    zoomed = gsd_m * float(generator.uniform(0.8, 1.0))
    zoom = ((0.3 * duration_s, gsd_m), (0.7 * duration_s, zoomed))
    east, north = ground.centre
    sensor = Sensor(
        modality=modality,
        warm_is_dark=bool(generator.integers(2)),
        gamma=float(generator.uniform(0.75, 1.3)),
        noise_sd=float(generator.uniform(1.0, 5.0)),
        blur_px=float(generator.uniform(0.0, 0.8)),
        saturation_frames=int(
            generator.integers(mix.saturation_frames[0], mix.saturation_frames[1] + 1)
        ),
        recovery_s=float(generator.uniform(0.08, 0.4)),
    )
    return Camera(
        aim=(east - drift[0] * duration_s / 2, north - drift[1] * duration_s / 2),
        gsd_m=gsd_m,
        obliquity_deg=float(generator.uniform(*mix.obliquity_deg)),
        heading_deg=float(generator.uniform(0.0, 360.0)),
        slant_range_m=float(generator.uniform(2000.0, 6000.0)),
        drift_mps=drift,
        orbit_dps=float(generator.uniform(*mix.orbit_dps)),
        zoom=zoom if generator.random() < 0.3 else (),  # noqa: PLR2004 - share of the mix
        jitter_px=float(generator.uniform(*mix.jitter_px)),
        jitter_roll_deg=float(generator.uniform(0.0, 0.08)),
        jitter_time_s=float(generator.uniform(0.05, 0.3)),
        seed=int(generator.integers(1 << 30)),
        sensor=sensor,
    )


def _draw_overlay(generator: np.random.Generator) -> Overlay:
    on, crosshair, clock, symbology, logo = generator.random(5) < (0.6, 0.7, 0.7, 0.5, 0.4)
    return Overlay(
        crosshair=bool(on and crosshair),
        clock=bool(on and clock),
        symbology=bool(on and symbology),
        logo="CHANNEL 0" if on and logo else None,
    )


def _draw_jumps(generator: np.random.Generator, duration_s: float) -> tuple[GainJump, ...]:
    return tuple(
        GainJump(
            time_s=float(generator.uniform(0.3, duration_s - 0.3)),
            gain=float(generator.uniform(0.75, 1.2)),
            offset=float(generator.uniform(-0.08, 0.08)),
        )
        for _ in range(int(generator.integers(0, 3)))
    )


def _draw_distractors(
    generator: np.random.Generator, target: tuple[float, float], duration_s: float
) -> tuple[tuple[Vehicle, ...], tuple[Glint, ...]]:
    def near(spread_m: float) -> tuple[float, float]:
        east, north = generator.normal(0.0, spread_m, 2)
        return target[0] + float(east), target[1] + float(north)

    vehicles = tuple(
        Vehicle(
            start=near(25.0),
            velocity_mps=(float(generator.uniform(2.0, 12.0)), float(generator.normal(0.0, 5.0))),
            brightness=float(generator.uniform(0.1, 0.95)),
        )
        for _ in range(int(generator.integers(0, 3)))
    )
    glints = tuple(
        Glint(
            time_s=float(generator.uniform(0.3, duration_s - 0.6)),
            duration_s=float(generator.uniform(0.12, 0.5)),
            place=near(25.0),
        )
        for _ in range(int(generator.integers(0, 2)))
    )
    return vehicles, glints


def _draw_places(
    generator: np.random.Generator, script: Script, *, times: np.ndarray, mix: Mix
) -> tuple[tuple[float, float], list[tuple[float, float]]]:
    """Draw a target and the places of strikes about it, visible and apart from each other."""
    book = PoseBook(script)
    longest = round(script.edit[0].duration_s * script.rate) - 1
    middle = book.pose(0, longest // 2)
    inner = _pixel_box(script, 0.3)
    target = _to_ground(middle.to_map(), generator.uniform(inner[0], inner[1]))
    places: list[tuple[float, float]] = []
    low, high = _pixel_box(script, _EDGE_PX / script.width_px)
    for time_s in times:
        pose = book.pose(0, math.ceil(float(time_s) * script.rate))
        for _ in range(_TRIES):
            distance = float(generator.uniform(*mix.miss_m))
            course = float(generator.uniform(0.0, 2.0 * math.pi))
            place = (
                target[0] + distance * math.sin(course),
                target[1] + distance * math.cos(course),
            )
            pixel = np.array(pose.project(place))
            apart = all(math.dist(place, other) >= mix.strike_gap_m for other in places)
            if apart and np.all(pixel > low) and np.all(pixel < high):
                places.append(place)
                break
        else:
            message = f"found no room for {len(times)} strikes in clip {script.seed}"
            raise ValueError(message)
    return target, places


def _pixel_box(script: Script, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the picture less a margin, in shares of the width."""
    edge = margin * script.width_px
    top = max(edge * script.height_px / script.width_px, 0.1 * script.height_px)
    low = np.array([edge, top])
    return low, np.array([script.width_px - 1, script.height_px - 1]) - (edge, top)


def _to_ground(to_map: np.ndarray, pixel: np.ndarray) -> tuple[float, float]:
    x, y, w = to_map @ np.array([pixel[0], pixel[1], 1.0])
    return float(x / w), float(y / w)


def _demand_covered(script: Script) -> None:
    """Refuse a script whose view leaves the ground."""
    ground = script.ground
    corners = [
        np.array([x, y], dtype=np.float64)
        for x in (0, script.width_px - 1)
        for y in (0, script.height_px - 1)
    ]
    for frame in derive_truth(script).frames[::5]:
        for corner in corners:
            east, north = _to_ground(np.array(frame.to_map), corner)
            across, along = east - ground.west_m, ground.north_m - north
            if not (0 < across < ground.width_m and 0 < along < ground.height_m):
                message = f"the view of clip {script.seed} leaves the ground at ({east}, {north})"
                raise ValueError(message)
