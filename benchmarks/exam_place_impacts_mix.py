"""The questions of the exam of place and impacts: what is filmed, and what reference is given.

The mix and the seeds are FROZEN from the commit that added this file, which was made before any
check was tuned on them: whoever changes a range, a share or a seed makes another exam and must
say so. Development and final set differ in nothing but their seeds.

Every question has ground of its own (made by rule, flat), filmed on one day and mapped on another:
other sun, season, colours, cloud shadows, patches that changed, its own GSD of 0.3 to 1 m and a
georeferencing error drawn from the standard uncertainty that is stated with it (0.1 to 0.5 m per
axis).

- `clips` (200): GSD 0.2 to 0.6 m, obliquity 0 to 65°, visible, white-hot and black-hot in equal
  parts, CRF 20 to 34, 0 to 5 strikes. Of the clips about: 60 % blind the sensor (1 to 25 frames),
  35 % take seconds to get the gain back, 20 % have strikes and begin dark; half of those with
  strikes show one or two of them again (the same frames, slow motion, a closer zoom, another
  angle); a third are cut from one camera to another between strikes; fades, black, glints,
  vehicles, flares, guns, fires that burn all along, strikes from before the footage; crosshair,
  clock, symbology, moving brackets, logo. 8 % lie over land that repeats itself. 5 % at 1280×720.
- `ellipses` (1,200): 0.5 to 1 s, the same ranges, no strikes; one random pixel each.
- `offsets` (260): GSD 0.2 to 0.35 m, 5 or 6 strikes each at 0 to 40 m from a target.
- `wrong` (500): footage of 100 places, each against five references of elsewhere: other ground of
  the same style, the same reference mirrored, the ground next to it (which shares none with it,
  but roads, rows and light run on), land of repeating fields, a town of like houses. Of the
  footage every third clip is itself over fields or a town that repeat.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

import numpy as np

from purport.simulate import (
    Camera,
    Encoding,
    Fire,
    Flare,
    GainJump,
    Glint,
    Ground,
    GroundStyle,
    Modality,
    MuzzleFlash,
    Overlay,
    ReferenceLook,
    Script,
    Segment,
    SegmentKind,
    Sensor,
    Strike,
    Vehicle,
    derive_truth,
    procedural_ground,
    random_look,
)

__all__ = ["COUNTS", "FIRST_SEED", "REFERENCES_EACH", "Part", "Question", "make_question"]


class Part(StrEnum):
    """What is asked."""

    CLIPS = "clips"
    ELLIPSES = "ellipses"
    OFFSETS = "offsets"
    WRONG = "wrong"


COUNTS = {Part.CLIPS: 200, Part.ELLIPSES: 1200, Part.OFFSETS: 260, Part.WRONG: 500}
"""How many questions the final set has of each part."""
FIRST_SEED = {"dev": 2_000_000, "final": 9_400_000, "final2": 15_300_000, "final3": 27_800_000}
"""Seed of the first question of each set. `final2` is of 27 November 2026, for what was done about
strike counts and the offsets' intervals after `final` had been asked; `final3` of the same day, for
what was done about strike counts after `final2`. Nothing else differs."""
PART_SEED = {Part.CLIPS: 0, Part.ELLIPSES: 100_000, Part.OFFSETS: 200_000, Part.WRONG: 300_000}
"""What each part adds to it."""
REFERENCES_EACH = 5
"""Part `wrong`: references for one clip."""

_EMPTY = Ground(
    picture=np.zeros((2, 2, 3), dtype=np.uint8), gsd_m=10_000.0, west_m=-10_000.0, north_m=10_000.0
)
"""Stands below a script until its ground is made; its middle is the origin."""
_CLEAR_M = 12.0
"""Least distance between two strikes of part `clips`. [m]"""
_BEFORE_S, _AFTER_S = 0.7, 0.9
"""What a repeat shows before and after the onset. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A clip to render, the reference to give with it, and what is right."""

    part: Part
    index: int
    script: Script
    reference: Ground
    look: ReferenceLook
    accuracy_m: float
    """Stated standard uncertainty of the reference per axis. [m]"""
    right_place: bool
    kind: str
    """Style of the ground; in part `wrong` also what is wrong."""
    pixel: tuple[float, float]
    """Part `ellipses`: the pixel asked for, as shares of the picture below its band."""
    moment: float
    """Part `ellipses`: the frame asked for, as a share of the clip."""


def make_question(set_name: str, part: Part, index: int) -> Question:
    """Draw question `index` of a part of a set."""
    clip = index // REFERENCES_EACH if part is Part.WRONG else index
    seed = FIRST_SEED[set_name] + PART_SEED[part] + clip
    generator = np.random.default_rng([seed, 7200])
    style = _draw_style(generator, part, clip)
    script = _DRAW[part](generator, seed)
    look = random_look(seed, gsd_m=(0.3, 1.0))
    accuracy_m = float(generator.uniform(0.1, 0.5))
    shift = generator.normal(0.0, accuracy_m, 2)
    look = replace(look, shift_m=(float(shift[0]), float(shift[1])))
    days = generator.uniform((90.0, 0.0, 90.0, 0.0), (270.0, 1.0, 270.0, 1.0))
    slack, place = float(generator.uniform(1.03, 1.25)), generator.uniform(0.0, 1.0, 2)
    middle, side_m = _footprint(script)
    gsd_m = min(0.65 * min(_gsds(script)), 0.9 * look.gsd_m)
    land = _Land(
        seed=seed, side_m=slack * side_m, gsd_m=gsd_m, style=style, days=tuple(map(float, days))
    )
    if part is Part.WRONG:
        filmed, mapped, beside = _two_neighbours(land)
    else:
        filmed, mapped = land.ground(0), land.ground(1)
        beside = mapped
    aside = (place - 0.5) * (slack - 1.0) * side_m - middle
    kind, wrong = style.value, None
    if part is Part.WRONG:
        wrong = _WRONG[index % REFERENCES_EACH]
        kind = f"{style.value}, {wrong}"
        mapped = beside if wrong == "next to it" else _elsewhere(wrong, mapped, land)
    return Question(
        part=part,
        index=index,
        script=_lay(script, filmed, aside),
        reference=mapped,
        look=look,
        accuracy_m=accuracy_m,
        right_place=part is not Part.WRONG,
        kind=kind,
        pixel=(float(generator.uniform(0.0, 1.0)), float(generator.uniform(0.0, 1.0))),
        moment=float(generator.uniform(0.0, 1.0)),
    )


# ----------------------------------------------------------------------------------- the ground


def _draw_style(generator: np.random.Generator, part: Part, clip: int) -> GroundStyle:
    chance = generator.random()
    if part is Part.WRONG:
        return (GroundStyle.MIXED, GroundStyle.FARMLAND, GroundStyle.TOWN)[max(0, clip % 6 - 3)]
    if chance < 0.92:
        return GroundStyle.MIXED
    return GroundStyle.FARMLAND if chance < 0.96 else GroundStyle.TOWN


_WRONG = ("other ground", "mirrored", "next to it", "other fields", "other town")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Land:
    """A stretch of land, seen on two days."""

    seed: int
    side_m: float
    gsd_m: float
    style: GroundStyle
    days: tuple[float, ...]

    def ground(self, day: int, *, larger: float = 1.0) -> Ground:
        return procedural_ground(
            self.seed,
            size_m=larger * self.side_m,
            gsd_m=self.gsd_m,
            sun_azimuth_deg=self.days[2 * day],
            season=self.days[2 * day + 1],
            style=self.style,
        )


@lru_cache(maxsize=1)
def _two_neighbours(land: _Land) -> tuple[Ground, Ground, Ground]:
    """Return the north-western quarter as filmed and as mapped, and another as mapped in its place.

    The other quarter is the south-eastern one, which touches the first in a single point.
    """
    filmed, mapped = land.ground(0, larger=2.0), land.ground(1, larger=2.0)
    half = filmed.picture.shape[0] // 2
    return (
        replace(filmed, picture=np.ascontiguousarray(filmed.picture[:half, :half])),
        replace(mapped, picture=np.ascontiguousarray(mapped.picture[:half, :half])),
        replace(mapped, picture=np.ascontiguousarray(mapped.picture[half:, half:])),
    )


def _elsewhere(wrong: str, mapped: Ground, land: _Land) -> Ground:
    """Put other ground at the coordinates of the right one."""
    if wrong == "mirrored":
        return replace(mapped, picture=np.ascontiguousarray(mapped.picture[:, ::-1]))
    styles = {"other fields": GroundStyle.FARMLAND, "other town": GroundStyle.TOWN}
    style = styles.get(wrong, land.style)
    other = replace(land, seed=land.seed + 40_000_000, style=style).ground(1)
    return replace(mapped, picture=other.picture)


def _gsds(script: Script) -> list[float]:
    return [
        gsd for camera in script.cameras for gsd in (camera.gsd_m, *(g for _, g in camera.zoom))
    ]


def _footprint(script: Script) -> tuple[np.ndarray, float]:
    """Return the middle and the side of the square that all frames show. [m]"""
    across = np.array([0.0, script.width_px - 1.0])
    along = np.array([0.0, script.height_px - 1.0])
    corners = np.array([[x, y, 1.0] for x in across for y in along]).T
    seen = []
    for frame in derive_truth(script).frames[::3]:
        if frame.to_map is not None:
            ground = np.array(frame.to_map) @ corners
            seen.append((ground[:2] / ground[2]).T)
    points = np.vstack(seen)
    low, high = points.min(axis=0), points.max(axis=0)
    return (low + high) / 2, float((high - low).max()) * 1.02 + 10.0


def _lay(script: Script, ground: Ground, aside: np.ndarray) -> Script:
    """Move all that was drawn about the origin onto the ground."""
    east, north = np.array(ground.centre) + aside

    def moved(place: tuple[float, float]) -> tuple[float, float]:
        return place[0] + float(east), place[1] + float(north)

    return replace(
        script,
        ground=ground,
        cameras=tuple(replace(one, aim=moved(one.aim)) for one in script.cameras),
        strikes=tuple(replace(one, place=moved(one.place)) for one in script.strikes),
        targets=tuple(moved(one) for one in script.targets),
        vehicles=tuple(replace(one, start=moved(one.start)) for one in script.vehicles),
        glints=tuple(replace(one, place=moved(one.place)) for one in script.glints),
        flares=tuple(replace(one, place=moved(one.place)) for one in script.flares),
        fires=tuple(replace(one, place=moved(one.place)) for one in script.fires),
        muzzle_flashes=tuple(replace(one, place=moved(one.place)) for one in script.muzzle_flashes),
    )


# ----------------------------------------------------------------------------------- the camera


def _draw_camera(
    generator: np.random.Generator, gsd_m: tuple[float, float], *, blast: bool, duration_s: float
) -> Camera:
    """Draw a camera that looks at the origin halfway through."""
    gsd = float(generator.uniform(*gsd_m))
    speed, course = float(generator.uniform(0.0, 4.0)), float(generator.uniform(0.0, 2 * math.pi))
    drift = (speed * math.cos(course), speed * math.sin(course))
    how = generator.random()
    zoom: tuple[tuple[float, float], ...] = ()
    closer = gsd * float(generator.uniform(0.7, 1.0))
    if how < 0.2:
        zoom = ((0.3 * duration_s, gsd), (0.7 * duration_s, max(closer, gsd_m[0])))
    elif how < 0.3:
        zoom = ((0.5 * duration_s, gsd), (0.5 * duration_s + 0.04, max(closer, gsd_m[0])))
    return Camera(
        aim=(-drift[0] * duration_s / 2, -drift[1] * duration_s / 2),
        gsd_m=gsd,
        obliquity_deg=float(generator.uniform(0.0, 65.0)),
        heading_deg=float(generator.uniform(0.0, 360.0)),
        slant_range_m=float(generator.uniform(2000.0, 6000.0)),
        drift_mps=drift,
        orbit_dps=float(generator.uniform(-1.2, 1.2)),
        zoom=zoom,
        jitter_px=float(generator.uniform(0.0, 2.5)),
        jitter_roll_deg=float(generator.uniform(0.0, 0.08)),
        jitter_time_s=float(generator.uniform(0.05, 0.3)),
        seed=int(generator.integers(1 << 30)),
        sensor=_draw_sensor(generator, blast=blast),
    )


def _draw_sensor(generator: np.random.Generator, *, blast: bool) -> Sensor:
    modality = tuple(Modality)[int(generator.integers(3))]
    sensor = Sensor(
        modality=modality,
        warm_is_dark=bool(generator.integers(2)),
        gamma=float(generator.uniform(0.75, 1.3)),
        noise_sd=float(generator.uniform(1.0, 5.0)),
        blur_px=float(generator.uniform(0.0, 0.8)),
    )
    chance = generator.random(3)
    few, many = int(generator.integers(1, 11)), int(generator.integers(11, 26))
    recovery_s, depth = float(generator.uniform(0.08, 0.4)), float(generator.uniform(0.2, 0.6))
    slow_s, collapse = float(generator.uniform(1.0, 3.0)), int(generator.integers(1, 3))
    if not blast:
        return sensor
    blinded = 0 if chance[0] < 0.4 else few if chance[0] < 0.85 else many
    return replace(
        sensor,
        saturation_frames=blinded,
        recovery_s=recovery_s,
        collapse_frames=collapse if blinded and chance[1] < 0.3 else 0,
        agc_depth=depth if chance[2] < 0.35 else 0.0,
        agc_recovery_s=slow_s,
    )


def _draw_overlay(generator: np.random.Generator) -> Overlay:
    on, crosshair, clock, symbology, gate, logo = generator.random(6) < (
        0.7,
        0.7,
        0.7,
        0.5,
        0.35,
        0.4,
    )
    return Overlay(
        crosshair=bool(on and crosshair),
        clock=bool(on and clock),
        symbology=bool(on and symbology),
        gate=bool(on and gate),
        logo="CHANNEL 0" if on and logo else None,
    )


def _draw_jumps(generator: np.random.Generator, duration_s: float) -> tuple[GainJump, ...]:
    jumps = []
    for _ in range(int(generator.integers(0, 3))):
        slow = generator.random() < 0.4
        recovery_s = float(generator.uniform(1.0, 4.0))
        jumps.append(
            GainJump(
                time_s=float(generator.uniform(0.05, 0.95)) * duration_s,
                gain=float(generator.uniform(0.6, 1.25)),
                offset=float(generator.uniform(-0.12, 0.12)),
                recovery_s=recovery_s if slow else None,
            )
        )
    return tuple(jumps)


def _encoding(generator: np.random.Generator) -> Encoding:
    return Encoding(crf=int(generator.integers(20, 35)), gop=int(generator.integers(12, 101)))


def _rate(generator: np.random.Generator) -> Fraction:
    return (Fraction(25), Fraction(30), Fraction(30000, 1001))[int(generator.integers(3))]


def _base(
    generator: np.random.Generator, seed: int, camera: Camera, *, duration_s: float
) -> Script:
    """Put together what all parts have."""
    return Script(
        ground=_EMPTY,
        cameras=(camera,),
        edit=(Segment(duration_s=duration_s),),
        rate=_rate(generator),
        overlay=_draw_overlay(generator),
        encoding=_encoding(generator),
        dropped=0.05 if generator.random() < 0.15 else 0.0,
        gain_jumps=_draw_jumps(generator, duration_s),
        seed=seed,
    )


# ----------------------------------------------------------------------------------- the parts


def _draw_ellipses(generator: np.random.Generator, seed: int) -> Script:
    duration_s = float(generator.uniform(0.5, 1.0))
    camera = _draw_camera(generator, (0.2, 0.6), blast=False, duration_s=duration_s)
    return _base(generator, seed, camera, duration_s=duration_s)


def _draw_wrong(generator: np.random.Generator, seed: int) -> Script:
    duration_s = float(generator.uniform(1.0, 2.0))
    camera = _draw_camera(generator, (0.2, 0.5), blast=False, duration_s=duration_s)
    return _base(generator, seed, camera, duration_s=duration_s)


def _draw_offsets(generator: np.random.Generator, seed: int) -> Script:
    count = int(generator.integers(5, 7))
    sensor = _draw_sensor(generator, blast=True)
    sensor = replace(sensor, saturation_frames=min(sensor.saturation_frames, 8))
    times = _draw_times(generator, count, sensor)
    duration_s = times[-1] + float(generator.uniform(0.9, 1.3))
    camera = _draw_camera(generator, (0.2, 0.35), blast=False, duration_s=duration_s)
    camera = replace(camera, sensor=sensor)
    script = _base(generator, seed, camera, duration_s=duration_s)
    script = replace(script, rate=Fraction(25))
    target = _place_in_view(generator, script, 0, 0.5 * duration_s, margin=0.35)
    strikes: list[Strike] = []
    for number, time_s in enumerate(times):
        near = generator.random() < 0.25
        for _ in range(400):
            distance = float(generator.uniform(0.0, 4.0 if near else 40.0))
            course = float(generator.uniform(0.0, 2.0 * math.pi))
            place = (
                target[0] + distance * math.sin(course),
                target[1] + distance * math.cos(course),
            )
            apart = 3.0 if near else 8.0
            if _clear(place, strikes, apart) and _in_view(script, 0, time_s, place):
                strikes.append(_strike(generator, time_s, place, seed * 10 + number))
                break
    return _distracted(generator, replace(script, strikes=tuple(strikes), targets=(target,)))


def _draw_clips(generator: np.random.Generator, seed: int) -> Script:
    count = int(generator.integers(0, 6))
    sensor = _draw_sensor(generator, blast=True)
    times = _draw_times(generator, count, sensor)
    last = times[-1] if times else float(generator.uniform(1.5, 4.0))
    duration_s = last + float(generator.uniform(1.0, 1.6))
    large = generator.random() < 0.05
    gsd_m = (0.2, 0.35) if large else (0.2, 0.6)
    camera = _draw_camera(generator, gsd_m, blast=False, duration_s=duration_s)
    camera = replace(camera, sensor=sensor)
    script = _base(generator, seed, camera, duration_s=duration_s)
    if large:
        script = replace(script, width_px=1280, height_px=720)
    script = _cut(generator, script, times, duration_s)
    strikes: list[Strike] = []
    for number, time_s in enumerate(times):
        here = _camera_at(script, time_s)
        for _ in range(400):
            place = _place_in_view(generator, script, here, time_s, margin=0.1)
            if _clear(place, strikes, _CLEAR_M):
                strikes.append(_strike(generator, time_s, place, seed * 10 + number))
                break
    target = _place_in_view(generator, script, 0, 0.2, margin=0.25)
    script = replace(script, strikes=tuple(strikes), targets=(target,))
    script = _with_repeats(generator, script)
    return _faded(generator, _distracted(generator, _burning(generator, script)))


_DRAW = {
    Part.CLIPS: _draw_clips,
    Part.ELLIPSES: _draw_ellipses,
    Part.OFFSETS: _draw_offsets,
    Part.WRONG: _draw_wrong,
}


def _draw_times(generator: np.random.Generator, count: int, sensor: Sensor) -> list[float]:
    """Draw when strikes happen: the sensor sees again before the next."""
    blind_s = (sensor.saturation_frames + sensor.collapse_frames) / 25.0
    blind_s += 2.0 * sensor.recovery_s if sensor.saturation_frames else 0.0
    gaps = generator.uniform(0.8, 1.4, max(count, 1)) + blind_s
    first = float(generator.uniform(0.7, 1.4))
    return [first + float(gap) for gap in np.concatenate([[0.0], np.cumsum(gaps[1:])])][:count]


def _strike(
    generator: np.random.Generator, time_s: float, place: tuple[float, float], seed: int
) -> Strike:
    return Strike(
        time_s=time_s,
        place=place,
        size_m=float(generator.uniform(4.0, 10.0)),
        smoke_s=float(generator.uniform(0.8, 3.5)),
        wind_mps=(float(generator.normal(0.0, 1.5)), float(generator.normal(0.0, 1.5))),
        seed=seed,
    )


# ----------------------------------------------------------------------------------- the edit


def _cut(
    generator: np.random.Generator, script: Script, times: Sequence[float], duration_s: float
) -> Script:
    """In a third of the clips, go over to another camera between two strikes."""
    chance, black = generator.random(), generator.random() < 0.25
    after = int(generator.integers(0, max(1, len(times) - 1)))
    other = _other_angle(generator, script.cameras[0])
    if chance >= 0.35 or len(times) < 2:
        return script
    at = (times[after] + times[after + 1]) / 2
    dark = (Segment(kind=SegmentKind.BLACK, duration_s=0.4),) if black else ()
    return replace(
        script,
        cameras=(script.cameras[0], other),
        edit=(
            Segment(duration_s=at),
            *dark,
            Segment(camera=1, start_s=at, duration_s=duration_s - at),
        ),
    )


def _other_angle(generator: np.random.Generator, camera: Camera) -> Camera:
    """Draw a camera that sees the same from elsewhere."""
    return replace(
        camera,
        heading_deg=camera.heading_deg + float(generator.uniform(25.0, 335.0)),
        obliquity_deg=float(generator.uniform(0.0, 60.0)),
        gsd_m=camera.gsd_m * float(generator.uniform(0.8, 1.1)),
        zoom=(),
        seed=int(generator.integers(1 << 30)),
    )


def _camera_at(script: Script, time_s: float) -> int:
    """Return the camera of the first take that shows a scene time."""
    return next(
        segment.camera
        for segment in script.edit
        if segment.kind is SegmentKind.FOOTAGE
        and segment.start_s <= time_s <= segment.start_s + segment.duration_s
    )


def _with_repeats(generator: np.random.Generator, script: Script) -> Script:
    """In half of the clips with strikes, show one or two of them again at the end."""
    chance, count = generator.random(), int(generator.integers(1, 3))
    if not script.strikes or chance >= 0.5:
        return script
    for _ in range(count):
        strike = script.strikes[int(generator.integers(len(script.strikes)))]
        how = ("later", "slow", "zoom", "angle")[int(generator.integers(4))]
        here = _camera_at(script, strike.time_s)
        cameras = script.cameras
        if how in {"zoom", "angle"}:
            cameras = (*cameras, _repeat_camera(generator, cameras[here], strike, how))
        number = len(cameras) - 1 if how in {"zoom", "angle"} else here
        speed = float(generator.choice([0.25, 0.5])) if how == "slow" else 1.0
        before, after = min(_BEFORE_S, strike.time_s - 0.05), _AFTER_S
        shown = Segment(
            camera=number,
            start_s=strike.time_s - before,
            duration_s=(before + after) / speed,
            speed=speed,
        )
        dark = (Segment(kind=SegmentKind.BLACK, duration_s=0.3),) * int(generator.random() < 0.25)
        script = replace(script, cameras=cameras, edit=(*script.edit, *dark, shown))
    return script


def _repeat_camera(
    generator: np.random.Generator, camera: Camera, strike: Strike, how: str
) -> Camera:
    """Aim a closer or another camera at about where a strike is, when it happens."""
    off = generator.normal(0.0, 12.0 * camera.gsd_m, 2)
    aim = tuple(
        float(place + shift - speed * strike.time_s)
        for place, shift, speed in zip(strike.place, off, camera.drift_mps, strict=True)
    )
    seen = _other_angle(generator, camera) if how == "angle" else camera
    closer = float(generator.uniform(0.5, 0.75)) if how == "zoom" else 1.0
    gsd_m = max(seen.gsd_at(strike.time_s) * closer, 0.12)
    return replace(seen, aim=(aim[0], aim[1]), gsd_m=gsd_m, zoom=())


def _faded(generator: np.random.Generator, script: Script) -> Script:
    """In some clips, come up from black or go to black."""
    rise, fall = generator.random(2) < (0.15, 0.2)
    edit = list(script.edit)
    if rise:
        edit[0] = replace(edit[0], fade_in_s=0.4)
    if fall:
        edit[-1] = replace(edit[-1], fade_out_s=0.4)
    return replace(script, edit=tuple(edit))


# ----------------------------------------------------------------------------------- the scene


def _burning(generator: np.random.Generator, script: Script) -> Script:
    """In some clips, have a strike from before the footage, and fires that burn all along."""
    before, fires = generator.random() < 0.1, int(generator.random() < 0.25)
    fires *= int(generator.integers(1, 3))
    strikes = script.strikes
    if before:
        place = _place_in_view(generator, script, 0, 0.0, margin=0.1)
        time_s = -float(generator.uniform(0.8, 3.0))
        strikes = (*strikes, _strike(generator, time_s, place, script.seed * 10 + 9))
    return replace(
        script,
        strikes=strikes,
        fires=tuple(
            Fire(
                place=_place_in_view(generator, script, 0, 0.2, margin=0.1),
                size_m=float(generator.uniform(1.5, 4.0)),
                flicker=float(generator.uniform(0.1, 0.4)),
                wind_mps=(float(generator.normal(0.0, 1.5)), float(generator.normal(0.0, 1.5))),
                seed=script.seed * 10 + number,
            )
            for number in range(fires)
        ),
    )


def _distracted(generator: np.random.Generator, script: Script) -> Script:
    """Add what moves or flashes and is no strike."""
    length = script.edit[0].duration_s

    def somewhere() -> tuple[float, float]:
        return _place_in_view(generator, script, 0, 0.5 * length, margin=0.08)

    def sometime() -> float:
        return float(generator.uniform(0.05, 0.9)) * length

    vehicles = tuple(
        Vehicle(
            start=somewhere(),
            velocity_mps=(float(generator.uniform(2.0, 12.0)), float(generator.normal(0.0, 5.0))),
            brightness=float(generator.uniform(0.1, 0.95)),
        )
        for _ in range(int(generator.integers(0, 4)))
    )
    glints = tuple(
        Glint(
            time_s=sometime(),
            duration_s=float(generator.uniform(0.12, 0.5)),
            place=somewhere(),
            size_m=float(generator.uniform(0.6, 1.6)),
        )
        for _ in range(int(generator.integers(0, 3)))
    )
    flares = tuple(
        Flare(
            time_s=sometime(),
            place=somewhere(),
            velocity_mps=(float(generator.normal(0.0, 15.0)), float(generator.normal(0.0, 15.0))),
            duration_s=float(generator.uniform(0.8, 2.0)),
            size_m=float(generator.uniform(0.8, 1.8)),
        )
        for _ in range(int(generator.random() < 0.15) * int(generator.integers(1, 4)))
    )
    guns = tuple(
        MuzzleFlash(
            time_s=sometime(),
            place=somewhere(),
            shots=int(generator.integers(1, 8)),
            interval_s=float(generator.uniform(0.1, 0.4)),
            size_m=float(generator.uniform(0.6, 1.6)),
        )
        for _ in range(int(generator.random() < 0.15))
    )
    return replace(script, vehicles=vehicles, glints=glints, flares=flares, muzzle_flashes=guns)


def _place_in_view(
    generator: np.random.Generator, script: Script, camera: int, time_s: float, *, margin: float
) -> tuple[float, float]:
    """Draw a place on the ground that a camera shows, at least `margin` of the picture inside."""
    pose = script.cameras[camera].pose(
        time_s, size_px=(script.width_px, script.height_px), shake=np.zeros(3), origin=np.zeros(2)
    )
    share = generator.uniform((margin, max(margin, 0.15)), (1.0 - margin, 1.0 - margin))
    pixel = np.array([share[0] * script.width_px, share[1] * script.height_px, 1.0])
    x, y, w = pose.to_map() @ pixel
    return float(x / w), float(y / w)


def _in_view(script: Script, camera: int, time_s: float, place: tuple[float, float]) -> bool:
    pose = script.cameras[camera].pose(
        time_s, size_px=(script.width_px, script.height_px), shake=np.zeros(3), origin=np.zeros(2)
    )
    x, y = pose.project(place)
    across, along = x / script.width_px, y / script.height_px
    return bool(0.06 < across < 0.94 and 0.12 < along < 0.94)


def _clear(place: tuple[float, float], strikes: Sequence[Strike], apart_m: float) -> bool:
    return all(math.dist(place, other.place) >= apart_m for other in strikes)
