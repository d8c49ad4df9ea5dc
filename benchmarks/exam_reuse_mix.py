"""The questions of the exam of reuse: an archive of clips, changed excerpts of them, and pairs.

The mix and the seeds are FROZEN from the commit that added this file, which was made before any
aligner was tuned on them: whoever changes a range, a share or a seed makes another exam and must
say so. Development and final set differ in their seeds and sizes only.

**Archive.** Eight clips to a ground (made by rule), 15 to 30 s, 426×240 (4 of 5) or 640×360, 10 or
12.5 frames/s, x264 ultrafast at CRF 22 to 30. Near-misses come by design: clips 0 and 1 of a ground
are two cameras at one moment; 2 is the flight path, camera type and symbology of 0 on another
occasion; 3 the same later on the same day; the others are flights of their own, on one of two days
(other sun, season, tones), visible, white-hot or black-hot; one in eight is a view that stands
still, one in six is cut together from two or three flights. Twelve drawings of symbology are shared
by all. Vehicles drive, bombs burst, the sensor's gain drifts.

**Queries.** 3 to 20 s of a clip of the archive, shown at its speed, under 1 to 3 different changes,
all equally likely: off-centre crop that keeps 60 to 90 % of the area, logo, caption, letter-box (or
pillar-box), mirror, re-encoding to 240 rows or fewer at CRF 30 to 36, grey or other colours,
polarity turned over, speed 0.5 to 2, other frame rate, picture in picture (40 to 65 % of the
width, beside moving footage of elsewhere). Then all are encoded again. Views that stand still are
not asked for: their seconds cannot be told from one another. **Absent** queries are made in the
same way from flights over the same grounds that are in no clip of the archive.

**Pairs** that must never match: two clips with one symbology over different grounds, two strikes on
one building in two flights of one path, black or saturated stretches, views that stand still.

Every frame of every clip says SYNTHETIC.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate import GroundStyle, procedural_ground

__all__ = [
    "ABSENT",
    "ITEMS",
    "PAIRS",
    "QUERIES",
    "Change",
    "Clip",
    "Flight",
    "PairKind",
    "Query",
    "clip_of",
    "draw_frames",
    "make_query",
    "pair_clips",
]

FIRST_SEED = {"dev": 3_000_000, "final": 9_700_000}
"""Seed of each set."""
ITEMS = {"dev": 200, "final": 2000}
QUERIES = {"dev": 40, "final": 300}
ABSENT = {"dev": 20, "final": 60}
PAIRS = {"dev": 20, "final": 100}
FLIGHTS_EACH = 8
"""Clips of the archive over each ground; further flights over it are in no clip."""

_SIDE_M = 720.0
_GSD_M = 0.6
_BLAST_S = 7.0
_SYMBOLOGIES = 12

Pixels = NDArray[np.uint8]


class Change(StrEnum):
    """What is done to an excerpt."""

    CROP = "crop"
    LOGO = "logo"
    CAPTION = "caption"
    LETTERBOX = "letterbox"
    MIRROR = "mirror"
    LOW = "low"
    COLOUR = "colour"
    INVERTED = "inverted"
    SPEED = "speed"
    RATE = "rate"
    INSET = "inset"


class PairKind(StrEnum):
    """Why two clips could be taken for one."""

    SYMBOLOGY = "symbology"
    BUILDING = "building"
    BLIND = "blind"
    STILL = "still"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flight:
    """One camera over one ground for a while."""

    ground: int
    """Seed of the ground."""
    day: int
    """0 or 1: sun, season and tones."""
    timeline: int
    """Seed of what happens there."""
    path: int
    """Seed of the flight path."""
    wobble: int
    """Seed of its unsteadiness."""
    modality: str
    """visible, white or black (hot)."""
    starts_s: float
    """When it starts on the timeline. [s]"""
    length_s: float
    still: bool = False
    blind: tuple[tuple[float, float, int], ...] = ()
    """Stretches without picture: from, to [s after the start] and their level (0 to 255)."""
    burst_at: tuple[float, float] | None = None
    """Pair `building`: where both strikes land, as shares of the ground; None: by the timeline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A clip of the archive (or one that is not in it)."""

    name: str
    seed: int
    size: tuple[int, int]
    rate: float
    crf: int
    symbology: int
    flights: tuple[Flight, ...]

    @property
    def length_s(self) -> float:
        return sum(flight.length_s for flight in self.flights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """An excerpt and what is done to it."""

    index: int
    source: Clip
    item: int | None
    """Index of its clip in the archive; None for one that is not there."""
    twin: int | None
    """Index of the clip of the other camera at the same moment; None when there is none."""
    start_s: float
    end_s: float
    """Seconds of the clip that it shows. [s]"""
    speed: float
    rate: float
    changes: tuple[Change, ...]
    crop: tuple[float, float, float, float]
    """Left, top, width and height of what is kept, as shares."""
    seed: int
    crf: int

    @property
    def length_s(self) -> float:
        return (self.end_s - self.start_s) / self.speed


def clip_of(set_name: str, index: int) -> Clip:
    """Return clip `index` of a set; those of `ITEMS` and above are in no archive."""
    place, turn = divmod(index, FLIGHTS_EACH)
    places = ITEMS[set_name] // FLIGHTS_EACH
    if index >= ITEMS[set_name]:
        place, turn = (index - ITEMS[set_name]) % places, FLIGHTS_EACH + index
    seed = FIRST_SEED[set_name] + 1000 * place
    again = turn >= FLIGHTS_EACH and turn % 2 == 1
    twin_of = 0 if turn in {1, 2, 3} or again else turn
    own = np.random.default_rng([seed, twin_of, 1])
    other = np.random.default_rng([seed, turn, 2])
    first = _draw_flight(own, other, seed, 2 if again else turn)
    flights = [first]
    if turn >= 4 and not again and other.random() < 1 / 3:
        flights = _cut_together(other, first, seed, set_name)
    size = (426, 240) if own.random() < 0.8 else (640, 360)
    symbology = int(own.integers(_SYMBOLOGIES))
    if turn == 1:
        symbology = int(other.integers(_SYMBOLOGIES))
    return Clip(
        name=f"clip-{index:05d}.mp4",
        seed=seed + turn,
        size=size,
        rate=10.0 if other.random() < 0.5 else 12.5,
        crf=int(other.integers(22, 31)),
        symbology=symbology,
        flights=tuple(flights),
    )


def _draw_flight(
    own: np.random.Generator, other: np.random.Generator, seed: int, turn: int
) -> Flight:
    """Draw a flight: `own` is shared by a ground's clips 0, 2 and 3 (and 1), `other` is not."""
    path = int(own.integers(1 << 30))
    modality = str(own.choice(["visible", "white", "black"]))
    day = int(own.integers(2))
    starts_s = float(own.uniform(0.0, 20.0))
    length_s = float(own.triangular(15.0, 17.0, 30.0))
    timeline = int(own.integers(1 << 30))
    if turn == 1:  # another camera at the same moment
        path, modality = int(other.integers(1 << 30)), str(other.choice(["visible", "white"]))
        starts_s += float(other.uniform(-4.0, 4.0))
    if turn == 2:  # the same flight path on another occasion
        timeline, day = int(other.integers(1 << 30)), 1 - day
    if turn == 3:  # and again, later the same day
        starts_s += 60.0
    return Flight(
        ground=seed,
        day=day,
        timeline=timeline,
        path=path,
        wobble=int(other.integers(1 << 30)),
        modality=modality,
        starts_s=starts_s,
        length_s=length_s,
        still=turn >= 4 and bool(other.random() < 1 / 4),
    )


def _cut_together(
    generator: np.random.Generator, first: Flight, seed: int, set_name: str
) -> list[Flight]:
    """Cut two or three flights together; the others are over the next ground."""
    count = int(generator.integers(2, 4))
    places = ITEMS[set_name] // FLIGHTS_EACH
    place = (seed - FIRST_SEED[set_name]) // 1000
    neighbour = FIRST_SEED[set_name] + 1000 * ((place + 1) % places)
    flights = [_shortened(first, first.length_s / count)]
    for _ in range(count - 1):
        another = _draw_flight(generator, generator, neighbour, FLIGHTS_EACH)
        flights.append(_shortened(another, first.length_s / count))
    return flights


def _shortened(flight: Flight, length_s: float) -> Flight:
    return Flight(
        ground=flight.ground,
        day=flight.day,
        timeline=flight.timeline,
        path=flight.path,
        wobble=flight.wobble,
        modality=flight.modality,
        starts_s=flight.starts_s,
        length_s=length_s,
        still=False,
    )


def make_query(set_name: str, index: int) -> Query:
    """Draw query `index` of a set; those of `QUERIES` and above are absent from the archive."""
    generator = np.random.default_rng([FIRST_SEED[set_name], index, 7])
    absent = index >= QUERIES[set_name]
    while True:
        number = int(generator.integers(ITEMS[set_name])) + (ITEMS[set_name] if absent else 0)
        clip = clip_of(set_name, number)
        if not any(flight.still for flight in clip.flights):
            break
    count = int(generator.integers(1, 4))
    changes = tuple(
        Change(str(name)) for name in sorted(generator.choice(list(Change), count, replace=False))
    )
    speed = float(2.0 ** generator.uniform(-1, 1)) if Change.SPEED in changes else 1.0
    longest_s = min(20.0, clip.length_s / speed)
    length_s = float(generator.uniform(3.0, longest_s))
    start_s = float(generator.uniform(0.0, clip.length_s - length_s * speed))
    rate = clip.rate
    if Change.RATE in changes:
        rate = float(generator.choice([6.25, 8.0, 15.0, 20.0, 25.0, 30.0]))
    turn = number % FLIGHTS_EACH
    return Query(
        index=index,
        source=clip,
        item=None if absent else number,
        twin=number ^ 1 if not absent and turn in {0, 1} else None,
        start_s=start_s,
        end_s=start_s + length_s * speed,
        speed=speed,
        rate=rate,
        changes=changes,
        crop=_draw_crop(generator) if Change.CROP in changes else (0.0, 0.0, 1.0, 1.0),
        seed=FIRST_SEED[set_name] + 500_000 + index,
        crf=int(
            generator.integers(30, 37) if Change.LOW in changes else generator.integers(22, 30)
        ),
    )


def _draw_crop(generator: np.random.Generator) -> tuple[float, float, float, float]:
    """Keep 60 to 90 % of the area, pushed towards a corner or an edge."""
    area = float(generator.uniform(0.6, 0.9))
    stretch = float(math.exp(generator.uniform(-0.1, 0.1)))
    width = min(1.0, math.sqrt(area) * stretch)
    height = min(1.0, area / width)
    towards = [float(generator.choice([0.0, 1.0])) for _ in range(2)]
    pushed = [float(abs(side - generator.uniform(0.0, 0.3))) for side in towards]
    return ((1.0 - width) * pushed[0], (1.0 - height) * pushed[1], width, height)


def pair_clips(set_name: str, index: int) -> tuple[PairKind, Clip, Clip]:
    """Draw pair `index`: two clips that must not match, and why they could."""
    kinds = [PairKind.SYMBOLOGY] * 3 + [PairKind.BUILDING] * 3 + [PairKind.BLIND] * 2
    kind = (kinds + [PairKind.STILL] * 2)[index % 10]
    seed = FIRST_SEED[set_name] + 700_000 + 10 * index
    shared = np.random.default_rng([seed, 3])
    base = _draw_flight(shared, shared, seed, 0)
    symbology, size = int(shared.integers(_SYMBOLOGIES)), (426, 240)
    flights = []
    for turn in (0, 1):
        own = np.random.default_rng([seed, turn, 4])
        same_place = kind in {PairKind.BUILDING, PairKind.STILL} and index % 4 != 3
        flights.append(
            Flight(
                ground=seed if same_place else seed + turn,
                day=base.day if index % 2 else turn,
                timeline=int(own.integers(1 << 30)),
                path=base.path if kind is not PairKind.BLIND else int(own.integers(1 << 30)),
                wobble=int(own.integers(1 << 30)),
                modality=base.modality,
                starts_s=0.0,
                length_s=float(own.uniform(10.0, 16.0)),
                still=kind is PairKind.STILL,
                blind=_draw_blind(own) if kind is PairKind.BLIND else (),
                burst_at=(0.5, 0.5) if kind is PairKind.BUILDING else None,
            )
        )
    clips = [
        Clip(
            name=f"pair-{index:03d}-{turn}.mp4",
            seed=seed + turn,
            size=size,
            rate=12.5,
            crf=25,
            symbology=symbology,
            flights=(flight,),
        )
        for turn, flight in enumerate(flights)
    ]
    return kind, clips[0], clips[1]


def _draw_blind(generator: np.random.Generator) -> tuple[tuple[float, float, int], ...]:
    """Three stretches of black or white, 1 to 3 s each."""
    level = 255 if generator.random() < 0.5 else 0
    return tuple(
        (first, first + float(generator.uniform(1.0, 3.0)), level) for first in (0.0, 3.5, 7.0)
    )


def draw_frames(clip: Clip) -> Iterator[Pixels]:
    """Yield the frames of a clip, blue green red."""
    generator = np.random.default_rng([clip.seed, 11])
    noise = generator.normal(0.0, 2.5, (clip.size[1] + 32, clip.size[0] + 32, 1))
    moving = noise.astype(np.int8)
    number = 0
    began_s = 0.0
    for flight in clip.flights:
        scene = _Scene(flight, clip.size)
        while number / clip.rate < began_s + flight.length_s - 1e-9:
            picture = scene.picture(number / clip.rate - began_s)
            x, y = (int(value) for value in generator.integers(32, size=2))
            grain = moving[y : y + clip.size[1], x : x + clip.size[0]].astype(np.int16)
            picture = np.clip(picture.astype(np.int16) + grain, 0, 255).astype(np.uint8)
            if picture.shape[2] == 1:
                picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
            _draw_symbology(picture, clip.symbology, number / clip.rate)
            mark_synthetic(picture, at=clip.symbology % 4)
            yield picture
            number += 1
        began_s += flight.length_s


class _Scene:
    """Draws what a flight sees."""

    def __init__(self, flight: Flight, size: tuple[int, int]) -> None:
        self._flight, self._size = flight, size
        ground = _ground(flight.ground, flight.day)
        self._ground = _seen_by(ground, flight.modality)
        self._camera = np.random.default_rng([flight.path, 21]).uniform(-1, 1, 16)
        wobble = np.random.default_rng([flight.wobble, 22])
        self._wobble = wobble.uniform(0, 2 * math.pi, (4, 4))
        self._unsteady_m = float(wobble.uniform(0.5, 3.0))
        happening = np.random.default_rng([flight.timeline, 23])
        self._vehicles = happening.uniform(-1, 1, (10, 5))
        self._bursts = happening.uniform(0, 1, (3, 4))
        self._bursts[:, 3] = happening.uniform(0, 30.0, 3)
        if flight.burst_at is not None:
            self._bursts[0, :2] = flight.burst_at
            self._bursts[0, 3] = float(happening.uniform(2.0, 6.0))
        self._gain = wobble.uniform(-1, 1, 4)

    def picture(self, t_s: float) -> Pixels:
        for first, end, level in self._flight.blind:
            if first <= t_s < end:
                shape = (self._size[1], self._size[0], self._ground.shape[2])
                return np.full(shape, level, dtype=np.uint8)
        to_picture = self._homography(t_s)
        seen = cv2.warpPerspective(
            self._ground,
            to_picture,
            self._size,
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        seen = seen.reshape(self._size[1], self._size[0], -1)
        when_s = self._flight.starts_s + t_s
        self._drive(seen, to_picture, when_s)
        flash = self._burst(seen, to_picture, when_s)
        gain = 1.0 + 0.08 * math.sin(0.3 * t_s + 3 * self._gain[0]) + 0.5 * flash
        offset = 6.0 * math.sin(0.21 * t_s + 3 * self._gain[1])
        return np.asarray(cv2.convertScaleAbs(seen, alpha=gain, beta=offset)).reshape(seen.shape)

    def _homography(self, t_s: float) -> NDArray[np.float64]:
        """Map ground pixels to picture pixels: centre, width, heading and tilt of the view."""
        drawn, t = self._camera, 0.0 if self._flight.still else t_s
        side = self._ground.shape[0]
        width = (220.0 + 90.0 * drawn[0]) / _GSD_M * (1.0 + 0.15 * drawn[1] * math.sin(0.12 * t))
        heading = math.pi * drawn[2] + 0.035 * drawn[3] * t
        centre = np.array([0.5 + 0.1 * drawn[4], 0.5 + 0.1 * drawn[5]]) * side
        drift = np.array([drawn[6], drawn[7]]) * 4.0 / _GSD_M
        centre = centre + drift * (t - 12.0)
        if not self._flight.still:
            centre = centre + self._unsteady_m / _GSD_M * self._swing(t_s)
        tilt = 0.12 + 0.12 * drawn[8]
        height = width * self._size[1] / self._size[0]
        corners = np.array([[-0.5 - tilt, -0.5], [0.5 + tilt, -0.5], [0.5, 0.5], [-0.5, 0.5]])
        turned = np.array(
            [[math.cos(heading), -math.sin(heading)], [math.sin(heading), math.cos(heading)]]
        )
        ground = corners * [width, height] @ turned.T + centre
        right, low = self._size[0] - 1, self._size[1] - 1
        picture = np.array([[0, 0], [right, 0], [right, low], [0, low]])
        return np.asarray(
            cv2.getPerspectiveTransform(ground.astype(np.float32), picture.astype(np.float32))
        )

    def _swing(self, t_s: float) -> NDArray[np.float64]:
        rates = np.array([0.5, 1.1, 2.3, 3.9])
        waves = np.sin(rates * t_s + self._wobble[:2]) / rates
        return np.asarray(waves.sum(axis=1))

    def _drive(self, seen: Pixels, to_picture: NDArray[np.float64], when_s: float) -> None:
        side = self._ground.shape[0]
        tone = [235, 30][self._flight.modality == "black"]
        for x, y, heading, speed, shade in self._vehicles:
            bearing = math.pi * heading
            ahead = np.array([math.cos(bearing), math.sin(bearing)])
            at = np.array([0.5 + 0.25 * x, 0.5 + 0.25 * y]) * side
            at = at + ahead * (6.0 * speed / _GSD_M) * (when_s - 15.0)
            across = np.array([-ahead[1], ahead[0]])
            corners = [
                at + a * ahead * 3.5 / _GSD_M + b * across * 1.6 / _GSD_M
                for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
            placed = cv2.perspectiveTransform(np.array([corners]), to_picture)
            colour = tone if self._flight.modality != "visible" else int(128 + 100 * shade)
            cv2.fillConvexPoly(seen, np.round(placed[0]).astype(np.int32), [colour] * 3)

    def _burst(self, seen: Pixels, to_picture: NDArray[np.float64], when_s: float) -> float:
        """Draw the bursts; return how much the sensor is blinded, 0 to 1."""
        flash = 0.0
        side = self._ground.shape[0]
        for number, (x, y, size, begins_s) in enumerate(self._bursts):
            age_s = when_s - begins_s
            if not 0.0 <= age_s < _BLAST_S:
                continue
            at = np.array([0.3 + 0.4 * x, 0.3 + 0.4 * y]) * side
            if self._flight.burst_at is not None and number == 0:
                at = np.array(self._flight.burst_at) * side
            puffs = np.random.default_rng([self._flight.timeline, number, 24])
            grown_m = (6.0 + 10.0 * size) * (1.0 - math.exp(-age_s / 1.5))
            hot = 255 if age_s < 0.8 else 150
            if self._flight.modality == "black":
                hot = 255 - hot
            for dx, dy, share, shade in puffs.normal(0.0, 1.0, (12, 4)):
                spot = at + np.array([dx, dy]) * grown_m / _GSD_M * 0.6
                placed = cv2.perspectiveTransform(np.array([[spot]]), to_picture)[0, 0]
                edge = cv2.perspectiveTransform(
                    np.array([[spot + np.array([1.0, 0.0])]]), to_picture
                )[0, 0]
                scale = float(np.hypot(*(edge - placed)))
                radius = max(1, round(scale * grown_m / _GSD_M * (0.35 + 0.1 * abs(share))))
                if np.abs(placed).max() < 4000:
                    tone = int(np.clip(hot + 12 * shade, 0, 255))
                    middle = (round(float(placed[0])), round(float(placed[1])))
                    cv2.circle(seen, middle, radius, [tone] * 3, -1)
            if age_s < 0.3 and size > 0.4:
                flash = max(flash, size)
        return flash


@lru_cache(maxsize=6)
def _ground(seed: int, day: int) -> Pixels:
    generator = np.random.default_rng([seed, 31])
    style = GroundStyle(str(generator.choice([GroundStyle.MIXED] * 3 + [GroundStyle.TOWN])))
    drawn = np.random.default_rng([seed, day, 32])
    ground = procedural_ground(
        seed,
        size_m=_SIDE_M,
        gsd_m=_GSD_M,
        sun_azimuth_deg=float(drawn.uniform(90.0, 270.0)),
        season=float(drawn.uniform(0.0, 1.0)),
        style=style,
    )
    return ground.picture


def _seen_by(ground: Pixels, modality: str) -> Pixels:
    """Return the ground as a sensor shows it: in colour, or warm and cold in greys."""
    if modality == "visible":
        return ground
    blue, green, red = (ground[..., band].astype(np.float32) for band in range(3))
    warm = 128.0 + 1.3 * (0.5 * red + 0.2 * green - 0.6 * blue) - 10.0
    grey = np.clip(warm if modality == "white" else 255.0 - warm, 0, 255).astype(np.uint8)
    return grey[..., None]


def mark_synthetic(picture: Pixels, *, at: int) -> None:
    """Write SYNTHETIC into a corner (0 to 3), clockwise from the upper left."""
    rows, columns = picture.shape[:2]
    scale = max(0.3, rows / 700)
    (width, height), _ = cv2.getTextSize("SYNTHETIC", cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    x = 4 if at in {0, 3} else columns - width - 4
    y = height + 4 if at in {0, 1} else rows - 5
    cv2.putText(picture, "SYNTHETIC", (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 3)
    cv2.putText(picture, "SYNTHETIC", (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), 1)


def _draw_symbology(picture: Pixels, kind: int, t_s: float) -> None:
    """Draw one of twelve sets of burnt-in graphics; numbers run."""
    rows, columns = picture.shape[:2]
    drawn = np.random.default_rng([kind, 41])
    colour = [(255, 255, 255), (60, 255, 60), (20, 20, 20), (60, 220, 255)][kind % 4]
    cx, cy, arm = columns // 2, rows // 2, round(rows * float(drawn.uniform(0.06, 0.2)))
    gap = round(arm * 0.25)
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        near, far = (cx + gap * dx, cy + gap * dy), (cx + arm * dx, cy + arm * dy)
        cv2.line(picture, near, far, colour, 1)
    if kind % 3 == 0:
        half = round(rows * 0.3)
        for sx in (-1, 1):
            for sy in (-1, 1):
                corner = (cx + sx * half, cy + sy * half)
                cv2.line(picture, corner, (corner[0] - sx * 14, corner[1]), colour, 1)
                cv2.line(picture, corner, (corner[0], corner[1] - sy * 14), colour, 1)
    if kind % 3 == 1:
        for step in range(-6, 7):
            x = cx + round(step * columns * 0.05)
            cv2.line(picture, (x, rows - 30), (x, rows - (22 if step % 3 else 17)), colour, 1)
    for line in range(2 + kind % 4):
        text = f"{drawn.choice(['TGT', 'LSR', 'ALT', 'HDG', 'RNG', 'NFOV', 'WFOV'])} "
        text += f"{(drawn.integers(9000) + int(7 * t_s)) % 10000:04d}"
        place = (round(columns * (0.02 if line % 2 else 0.72)), 26 + 14 * line)
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.35, colour, 1)
