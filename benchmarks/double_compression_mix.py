"""The questions about footage coded once and twice: what is filmed, and how it is coded.

The mix and the seeds are FROZEN from the commit that added this file, which was made before any
rule was tuned on them: whoever changes a range, a share or a seed makes another exam and must say
so. Development and final sets differ in nothing but their seeds; the final set is run once.

A question is a piece of footage of 6 to 9 s and 320×180, which is coded in five ways: twice in one
go (two draws: `once`), and three times by one encoder and then by another (three draws: `twice`).
Three in four pieces are simulated like the unedited ones of the exam of edits, with all of its
innocent look-alikes (a clock whose seconds change, switches of gain and polarity, steps of zoom,
blasts, still scenes, frames spread over a faster clock, dropped frames); one in four is real: 200
frames of a clip of `../shared/data`, brought to 320 px of width by area. Real clips were coded
before, with key frames too far apart for several to fall into 200 frames.

Encoders: x264 (80 %: constant rate factor 18 to 34, of those 15 % by bit rate instead; key frames
every 12, 25, 30 or 250 frames at most, and where the scene changes; 0 or 3 B frames; presets
veryfast or medium; 5 % refresh by columns instead of key frames) and MPEG-4 part 2 (20 %: fixed
quantiser 2 to 10; key frames every 12, 25 or 30; 0 or 2 B frames). Between two codings the size
changes in a quarter of cases (to 0.75 or 1.25 of it), and in a third a stretch of 3 to 40 frames is
taken out from the middle.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from exam_edits_mix import _CADENCES, _draw_script, _special

from purport.simulate import Script

__all__ = ["COUNT", "FIRST_SEED", "REAL", "Encoder", "Question", "Variant", "make_question"]

COUNT = {"dev": 60, "final": 100}
"""How many pieces of footage a set has; each is coded in five ways."""
FIRST_SEED = {"dev": 4_410_000, "final": 7_730_000}
"""Seed of the first question of each set."""
REAL = (
    "strikes/3.mp4",
    "strikes/5.mp4",
    "strikes/ISPT0186.mp4",
    "strikes/ISPT0215.mp4",
    "strikes/UM00129.mp4",
    "strikes/UM00132.mp4",
    "strikes/UM0067.mp4",
    "strikes/UM0074.mp4",
    "reuse/concert.mp4",
    "cuts/bikes.mp4",
    "cuts/testvideo.mp4",
)
"""Real footage, in `../shared/data`."""
_SIZE = (320, 180)
_RATES = (Fraction(25), Fraction(30), Fraction(30000, 1001))


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """How a file is coded."""

    codec: str
    """FFmpeg's name of the encoder."""
    key_frames: int
    """Most frames from one key frame to the next."""
    b_frames: int
    """Most B frames in a row."""
    quality: int
    """Constant rate factor of x264, quantiser of MPEG-4 part 2."""
    bit_rate: int | None = None
    """Bits a second; None where the quality rules."""
    preset: str = "veryfast"
    """Preset of x264."""
    refresh: bool = False
    """Whether columns are coded anew one after another in place of key frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How a piece of footage is coded."""

    first: Encoder | None
    """The earlier encoder; None: there is none."""
    last: Encoder
    """The encoder of the file."""
    scale: float = 1.0
    """Change of size between the two."""
    taken_out: tuple[float, int] | None = None
    """Where frames are taken out between the two, as a share of all, and how many; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A piece of footage and its codings."""

    index: int
    script: Script | None
    """What is simulated; None for real footage."""
    recorder_rate: Fraction | None
    """Frames a second into which a recorder spreads the camera's; None: none does."""
    real: str | None
    """Which real clip; None for simulated footage."""
    start: float
    """Where in a real clip its frames begin, 0 to 1 of what there is to choose."""
    traits: tuple[str, ...]
    """Innocent look-alikes in it."""
    variants: tuple[Variant, ...]


def make_question(set_name: str, index: int) -> Question:
    """Draw question `index` of a set."""
    seed = FIRST_SEED[set_name] + index
    generator = np.random.default_rng([seed, 8800])
    variants = tuple(_draw_variant(generator, twice=number >= 2) for number in range(5))
    if index % 4 == 3:
        return Question(
            index=index,
            script=None,
            recorder_rate=None,
            real=REAL[int(generator.integers(len(REAL)))],
            start=float(generator.random()),
            traits=("real",),
            variants=variants,
        )
    still, cadence, low = _special(generator, unedited=True)
    rates = _CADENCES[int(generator.integers(len(_CADENCES)))]
    low_rate = Fraction(int(generator.integers(10, 16)))
    rate = _RATES[int(generator.integers(3))]
    rate = rates[0] if cadence else low_rate if low else rate
    duration_s = float(generator.uniform(6.0, 9.0))
    script, traits = _draw_script(generator, seed, _SIZE, (duration_s, rate, still, True))
    said = (("still", still), ("cadence", cadence), ("low_rate", low))
    return Question(
        index=index,
        script=script,
        recorder_rate=rates[1] if cadence else None,
        real=None,
        start=0.0,
        traits=traits + tuple(name for name, has in said if has),
        variants=variants,
    )


def _draw_variant(generator: np.random.Generator, *, twice: bool) -> Variant:
    first, last = _draw_encoder(generator), _draw_encoder(generator)
    resized, broken = generator.random(2) < (0.25, 1 / 3)
    scale = float(generator.choice([0.75, 1.25]))
    place, count = float(generator.uniform(0.35, 0.65)), int(generator.integers(3, 41))
    if not twice:
        return Variant(first=None, last=last)
    return Variant(
        first=first,
        last=last,
        scale=scale if resized else 1.0,
        taken_out=(place, count) if broken else None,
    )


def _draw_encoder(generator: np.random.Generator) -> Encoder:
    of_x264, by_rate, medium, refresh = generator.random(4) < (0.8, 0.15, 0.5, 0.05)
    factor, quantiser = int(generator.integers(18, 35)), int(generator.integers(2, 11))
    spacing = (12, 25, 30, 250)[int(generator.integers(4))]
    short = (12, 25, 30)[int(generator.integers(3))]
    between = bool(generator.integers(2))
    bit_rate = round(float(2.0 ** generator.uniform(6.0, 9.0))) * 1000
    if not of_x264:
        return Encoder(codec="mpeg4", key_frames=short, b_frames=2 * between, quality=quantiser)
    return Encoder(
        codec="libx264",
        key_frames=spacing,
        b_frames=3 * between,
        quality=factor,
        bit_rate=bit_rate if by_rate else None,
        preset="medium" if medium else "veryfast",
        refresh=bool(refresh),
    )
