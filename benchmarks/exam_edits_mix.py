"""The questions of the exam of edits: what is filmed, and what is done to it afterwards.

The mix and the seeds are FROZEN from the commit that added this file, which was made before any
detector was tuned on them: whoever changes a range, a share or a seed makes another exam and must
say so. Development and final sets differ in nothing but their seeds.

Each question is a clip of 6 to 9 s of camera footage (ground made by rule; visible, white-hot or
black-hot; 320×180 to 640×360; 25, 30 or 29.97 frames a second; 0 to 2 strikes that may blind the
sensor, collapse its gain and hide the place in smoke; vehicles; crosshair, clock, symbology and
tracking brackets), compressed by the camera (CRF 18 to 26). Even questions are unedited, odd ones
carry one or two edits out of a fixed rota, and are compressed again (CRF 20 to 32).

Innocent look-alikes, of all clips unless said otherwise: jumps of the sensor's gain (40 %), a
switch of polarity (25 % of infrared), a step of the sensor's zoom (20 %), block losses (10 %),
frames left out by the camera with their time (15 %). Of the unedited alone: a hovering camera over
a still scene (15 %), 12 to 24 frames a second spread over 25 or 30 by the recorder (15 %), 10 to 15
frames a second (10 %), quick shake (0 to 2.5 px; of the edited 0 to 1.2 px), one compression only
(35 %), another size by a platform (30 %).

Sound (two thirds of the clips): wind, an engine, a rotor, syllables, beeps that are exactly alike;
blasts. It is cut along with the picture where that is possible, in half of the clips.

What the edits are:

- `cut`: other footage (another camera over the same ground, or other ground) from a frame on, or
  put in for 1.2 to 2 s;
- `freeze`: 0.2 to 1.5 s; the copy is exact, or noise of 1 to 3 levels is put on it anew;
- `repeat`: 1 to 2.2 s shown again at once or 0.3 to 1 s later; `loop`: 0.4 to 0.9 s shown 3 to 5
  times in a row; `reverse`: 0.8 to 2 s shown again backwards, or turned round in place;
- `slow`: 0.8 to 1.8 s stretched 1.25, 1.5, 2, 2.5, 3 or 4 times, by frames shown again or blended;
- `drop`: 0.2 s or more are taken out, so much that the ground moves 4 px and 4 times the shake: a
  gap in a picture that does not move leaves nothing to see; a quarter leave the gap in the times;
- `overlay`: a logo, a caption, or a box that blurs or pixelates 12 to 30 % of the picture's width;
  from a frame to another, from a frame to the end, or throughout (logo, caption);
- `fade` to black and back (0.3 to 1 s each way) where a cut is; `dissolve` into other footage over
  0.3 to 1 s; `black` for 0.3 to 1 s; `crop`: from a frame to another the picture is enlarged 1.3
  to 2 times about a random point;
- `audio_loop`: 1 to 2.5 s of the sound, put 1 to 3 times over what follows; `audio_replaced`: 2 to
  3.5 s of another sound; `silence`: 1 to 2 s of nothing.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from purport.simulate import (
    Camera,
    GainJump,
    Modality,
    Overlay,
    Script,
    Segment,
    Sensor,
    Strike,
    Vehicle,
    procedural_ground,
)

__all__ = ["COUNT", "FIRST_SEED", "MAIN_KINDS", "Coding", "EditPlan", "Question", "make_question"]

COUNT = 200
"""How many questions the final set has."""
FIRST_SEED = {
    "dev": 3_100_000,
    "final": 9_810_000,
    "final2": 6_270_000,
    "final3": 8_540_000,
    "final4": 4_760_000,
}
"""Seed of the first question of each set. `final`, `final2` and `final3` were run once each, on 27
November 2026; `final4` was added after that and before the burnt-in clock was looked at, and is as
yet unseen."""
MAIN_KINDS = ("cut", "freeze", "repeat", "slow", "drop", "overlay", "audio_loop")
"""The kinds that the aim names."""

_FIRST = ("cut", "freeze", "repeat", "slow", "drop", "overlay")
_SECOND = (
    "audio_loop",
    "drop",
    "reverse",
    "fade",
    "overlay",
    "audio_loop",
    "crop",
    "silence",
    "freeze",
    "dissolve",
    "audio_loop",
    "loop",
    "slow",
    "black",
    "audio_replaced",
    "cut",
    "audio_loop",
    "repeat",
    None,
)
_OF_SOUND = frozenset({"audio_loop", "audio_replaced", "silence"})
_SIZES = ((320, 180), (426, 240), (480, 270), (640, 360))
_RATES = (Fraction(25), Fraction(30), Fraction(30000, 1001))
_CADENCES = (
    (Fraction(25, 2), Fraction(25)),
    (Fraction(15), Fraction(30)),
    (Fraction(12), Fraction(30)),
    (Fraction(15), Fraction(25)),
    (Fraction(24), Fraction(30)),
)
"""Frames a second of the camera, and of the recorder that writes its newest frame each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """One compression by x264."""

    crf: int
    gop: int
    scale: float = 1.0
    """Size of the picture, of what it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPlan:
    """An edit to be made."""

    kind: str
    place: float
    """Where, as a share of the stretch that it may lie in."""
    seed: int
    """Seed of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A clip to make."""

    index: int
    seed: int
    script: Script
    other: Script | None
    """What a cut shows; None without one."""
    camera: Coding
    publisher: Coding | None
    """None: the camera's file as it is."""
    recorder_rate: Fraction | None
    """Frames a second into which a recorder spreads the camera's; None: none does."""
    sound: tuple[str, ...]
    """What is heard; empty: no sound track."""
    sound_follows: bool
    """Whether the sound is cut along with the picture, where that is possible."""
    edits: tuple[EditPlan, ...]
    traits: tuple[str, ...]
    """The innocent look-alikes in it."""


def make_question(set_name: str, index: int) -> Question:
    """Draw question `index` of a set."""
    seed = FIRST_SEED[set_name] + index
    generator = np.random.default_rng([seed, 7400])
    kinds = _kinds(index)
    width, height = _SIZES[int(generator.choice(4, p=(0.4, 0.35, 0.15, 0.1)))]
    unedited = not kinds
    still, cadence, low = _special(generator, unedited=unedited)
    rate = _RATES[int(generator.integers(3))]
    rates = _CADENCES[int(generator.integers(len(_CADENCES)))]
    low_rate = Fraction(int(generator.integers(10, 16)))
    rate = rates[0] if cadence else low_rate if low else rate
    duration_s = float(generator.uniform(6.0, 9.0))
    script, traits = _draw_script(
        generator, seed, (width, height), (duration_s, rate, still, unedited)
    )
    other = _draw_other(generator, script) if {"cut", "fade", "dissolve"} & set(kinds) else None
    camera, publisher, platform = _draw_codings(generator, unedited=unedited)
    traits += tuple(
        name
        for name, has in (
            ("still", still),
            ("cadence", cadence),
            ("low_rate", low),
            ("platform", platform),
        )
        if has
    )
    return Question(
        index=index,
        seed=seed,
        script=script,
        other=other,
        camera=camera,
        publisher=publisher,
        recorder_rate=rates[1] if cadence else None,
        sound=_draw_sound(generator, needed=bool(_OF_SOUND & set(kinds))),
        sound_follows=bool(generator.random() < 0.5),
        edits=tuple(
            EditPlan(kind=kind, place=float(generator.uniform(0.0, 1.0)), seed=seed * 10 + number)
            for number, kind in enumerate(kinds)
        ),
        traits=traits,
    )


def _kinds(index: int) -> tuple[str, ...]:
    if index % 2 == 0:
        return ()
    number = index // 2
    second = _SECOND[number % len(_SECOND)]
    return (_FIRST[number % len(_FIRST)], *((second,) if second else ()))


def _special(generator: np.random.Generator, *, unedited: bool) -> tuple[bool, bool, bool]:
    chance = generator.random()
    if not unedited:
        return False, False, False
    return bool(chance < 0.15), bool(0.15 <= chance < 0.3), bool(0.3 <= chance < 0.4)


def _draw_codings(
    generator: np.random.Generator, *, unedited: bool
) -> tuple[Coding, Coding | None, bool]:
    camera = Coding(crf=int(generator.integers(18, 27)), gop=int(generator.integers(12, 61)))
    scale = float(generator.choice([2.0 / 3.0, 0.8, 1.25]))
    resized, once = generator.random() < 0.3, generator.random() < 0.35
    publisher = Coding(
        crf=int(generator.integers(20, 33)),
        gop=int(generator.integers(25, 251)),
        scale=scale if resized else 1.0,
    )
    if unedited and once:
        return camera, None, False
    return camera, publisher, True


def _draw_sound(generator: np.random.Generator, *, needed: bool) -> tuple[str, ...]:
    chance = generator.random()
    base = ("wind", "engine", "rotor")[int(generator.integers(3))]
    more = tuple(
        name for name, share in (("syllables", 0.35), ("beeps", 0.25)) if generator.random() < share
    )
    return (base, *more) if needed or chance < 0.66 else ()


def _draw_script(
    generator: np.random.Generator,
    seed: int,
    size: tuple[int, int],
    how: tuple[float, Fraction, bool, bool],
) -> tuple[Script, tuple[str, ...]]:
    """Draw the footage; return it with the names of its look-alikes."""
    duration_s, rate, still, unedited = how
    gsd_m = float(generator.uniform(0.25, 0.55)) * 320.0 / size[0]
    camera, traits = _draw_camera(generator, gsd_m, size, (duration_s, still, unedited))
    jumps = _draw_jumps(generator, duration_s)
    dropped, damaged = generator.random(2) < (0.15, 0.1)
    reach_m = math.hypot(*camera.drift_mps) * duration_s
    ground = procedural_ground(
        seed,
        size_m=2.4 * size[0] * gsd_m + reach_m + 30.0,
        gsd_m=0.65 * gsd_m,
        season=float(generator.uniform(0.0, 1.0)),
        sun_azimuth_deg=float(generator.uniform(90.0, 270.0)),
    )
    east, north = ground.centre
    drift = camera.drift_mps
    camera = replace(
        camera, aim=(east - drift[0] * duration_s / 2, north - drift[1] * duration_s / 2)
    )
    spread_m = 0.28 * size[0] * gsd_m

    def near() -> tuple[float, float]:
        return east + float(generator.normal(0, spread_m)), north + float(
            generator.normal(0, 0.5 * spread_m)
        )

    count = int(generator.integers(0, 3))
    times = sorted(float(one) for one in generator.uniform(0.8, duration_s - 1.0, count))
    strikes = tuple(
        Strike(
            time_s=time_s,
            place=near(),
            size_m=float(generator.uniform(10.0, 28.0)) * gsd_m,
            smoke_s=float(generator.uniform(0.8, 4.0)),
            smoke=float(generator.choice([1.0, 1.0, 3.0])),
            wind_mps=(float(generator.normal(0.0, 1.5)), float(generator.normal(0.0, 1.5))),
            seed=seed * 10 + number,
        )
        for number, time_s in enumerate(times)
    )
    vehicles = tuple(
        Vehicle(
            start=near(),
            velocity_mps=(float(generator.uniform(2.0, 9.0)), float(generator.normal(0.0, 4.0))),
            brightness=float(generator.uniform(0.1, 0.95)),
        )
        for _ in range(0 if still else int(generator.integers(0, 3)))
    )
    on, crosshair, clock, symbology, gate = generator.random(5) < (0.75, 0.7, 0.7, 0.5, 0.25)
    script = Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=duration_s),),
        width_px=size[0],
        height_px=size[1],
        rate=rate,
        strikes=() if still else strikes,
        vehicles=vehicles,
        gain_jumps=jumps,
        overlay=Overlay(
            crosshair=bool(on and crosshair),
            clock=bool(on and clock and not still),
            symbology=bool(on and symbology and not still),
            gate=bool(on and gate and not still),
        ),
        dropped=0.05 if dropped else 0.0,
        damaged=0.1 if damaged else 0.0,
        seed=seed,
    )
    names = (("gain", bool(jumps)), ("uneven", bool(dropped)), ("damaged", bool(damaged)))
    traits += tuple(name for name, has in names if has)
    return script, traits + (("blinded",) if strikes and camera.sensor.saturation_frames else ())


def _draw_camera(
    generator: np.random.Generator,
    gsd_m: float,
    size: tuple[int, int],
    how: tuple[float, bool, bool],
) -> tuple[Camera, tuple[str, ...]]:
    duration_s, still, unedited = how
    speed = float(generator.uniform(12.0, 40.0)) * gsd_m * size[0] / 320.0
    course = float(generator.uniform(0.0, 2.0 * math.pi))
    jitter = float(generator.uniform(0.0, 1.0)) * (2.5 if unedited else 1.2)
    closer = gsd_m * float(generator.uniform(0.55, 0.85))
    at_s = float(generator.uniform(0.2, 0.8)) * duration_s
    stepped, slow, switched = generator.random(3) < (0.2, 0.15, 0.25)
    zoom: tuple[tuple[float, float], ...] = ()
    if stepped:
        zoom = ((at_s, gsd_m), (at_s + 0.02, closer))
    elif slow:
        zoom = ((0.3 * duration_s, gsd_m), (0.7 * duration_s, closer))
    sensor = _draw_sensor(generator)
    switch_s = float(generator.uniform(0.2, 0.8)) * duration_s
    switched = bool(switched and sensor.modality is not Modality.VISIBLE and not still)
    camera = Camera(
        gsd_m=gsd_m,
        aim=(0.0, 0.0),
        obliquity_deg=float(generator.uniform(0.0, 50.0)),
        heading_deg=float(generator.uniform(0.0, 360.0)),
        slant_range_m=float(generator.uniform(2000.0, 6000.0)),
        drift_mps=(speed * math.cos(course), speed * math.sin(course)),
        orbit_dps=float(generator.uniform(-1.2, 1.2)),
        zoom=zoom,
        jitter_px=jitter,
        jitter_roll_deg=float(generator.uniform(0.0, 0.06)),
        jitter_time_s=float(generator.uniform(0.08, 0.3)),
        seed=int(generator.integers(1 << 30)),
        sensor=sensor,
        polarity_switches_s=(switch_s,) if switched else (),
    )
    if still:
        camera = replace(
            camera, drift_mps=(0.0, 0.0), orbit_dps=0.0, zoom=(), jitter_px=0.0, jitter_roll_deg=0.0
        )
    names = (("zoom_step", bool(stepped and not still)), ("polarity", switched))
    return camera, tuple(name for name, has in names if has)


def _draw_sensor(generator: np.random.Generator) -> Sensor:
    blinded = int(generator.choice([0, 0, 2, 5, 9, 16]))
    dimmed, collapsed = generator.random(2) < (0.3, 0.3)
    depth, slow_s = float(generator.uniform(0.2, 0.6)), float(generator.uniform(1.0, 3.0))
    return Sensor(
        modality=tuple(Modality)[int(generator.integers(3))],
        warm_is_dark=bool(generator.integers(2)),
        gamma=float(generator.uniform(0.75, 1.3)),
        noise_sd=float(generator.uniform(1.0, 4.0)),
        blur_px=float(generator.uniform(0.0, 0.7)),
        saturation_frames=blinded,
        recovery_s=float(generator.uniform(0.08, 0.4)),
        collapse_frames=int(blinded > 0 and collapsed),
        agc_depth=depth if dimmed else 0.0,
        agc_recovery_s=slow_s,
    )


def _draw_jumps(generator: np.random.Generator, duration_s: float) -> tuple[GainJump, ...]:
    if generator.random() >= 0.4:
        return ()
    slow, recovery_s = generator.random() < 0.4, float(generator.uniform(0.5, 3.0))
    return tuple(
        GainJump(
            time_s=float(generator.uniform(0.1, 0.9)) * duration_s,
            gain=float(generator.uniform(0.6, 1.25)),
            offset=float(generator.uniform(-0.12, 0.12)),
            recovery_s=recovery_s if slow else None,
        )
        for _ in range(int(generator.integers(1, 3)))
    )


def _draw_other(generator: np.random.Generator, script: Script) -> Script:
    """Draw what a cut shows: another camera over the same ground, or other ground."""
    camera = script.cameras[0]
    turned = float(generator.uniform(40.0, 320.0))
    elsewhere = bool(generator.random() < 0.5)
    aside_m = 0.5 * script.width_px * camera.gsd_m
    other = replace(
        camera,
        heading_deg=camera.heading_deg + turned,
        obliquity_deg=float(generator.uniform(0.0, 50.0)),
        aim=(camera.aim[0] + aside_m, camera.aim[1] - 0.5 * aside_m),
        zoom=(),
        seed=int(generator.integers(1 << 30)),
    )
    ground = script.ground
    if elsewhere:
        ground = procedural_ground(
            script.seed + 5_000_000, size_m=ground.width_m, gsd_m=ground.gsd_m, season=0.4
        )
        east, north = ground.centre
        old_east, old_north = script.ground.centre
        other = replace(
            other, aim=(other.aim[0] - old_east + east, other.aim[1] - old_north + north)
        )
    return replace(
        script, ground=ground, cameras=(other,), strikes=(), vehicles=(), seed=script.seed + 77
    )
