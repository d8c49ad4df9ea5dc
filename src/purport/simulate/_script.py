"""A script: everything that a simulated clip shows, as frozen records.

Two clocks run. *Scene time* is when something happens on the ground; each camera films it from
scene time 0 at the clip's rate. *Output frames* are what the file holds after editing: segments of
camera footage, freezes and black, in order. The same scene frame of the same camera is the same
picture wherever the edit shows it, noise, overlay clock and all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from purport.simulate._camera import Camera
from purport.simulate._ground import Ground

__all__ = [
    "Encoding",
    "Fire",
    "Flare",
    "GainJump",
    "Glint",
    "MuzzleFlash",
    "Overlay",
    "Script",
    "Segment",
    "SegmentKind",
    "Strike",
    "Vehicle",
    "plain_script",
]

_LARGEST_SIDE_PX = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """An explosion at a place on the ground."""

    time_s: float
    """Scene time of the detonation. [s]"""
    place: tuple[float, float]
    """Easting and northing. [m]"""
    size_m: float = 7.0
    """Radius of the fireball at its largest. [m]"""
    smoke_s: float = 4.0
    """Time constant with which the smoke thins. [s]"""
    wind_mps: tuple[float, float] = (1.0, 0.5)
    """Velocity of the smoke to east and north. [m/s]"""
    flash: float = 1.0
    """Strength of flash and sparks; 0: dust rises without any light."""
    fire: float = 1.0
    """Strength of the fireball and of the smoke's heat; 0: none."""
    smoke: float = 1.0
    """Density of the smoke, and above 1 its size too, so that it hides the scene."""
    smoke_tone: float = 1.0
    """Brightness of the smoke in visible light; about 1.9 is dust, 0.4 an oil fire."""
    smoke_heat: float = 0.44
    """Warmth in infrared of smoke that has cooled, 0 to 1; the ground's is 0.1 to 0.9."""
    debris: int = 0
    """Number of dark pieces that are thrown up and fall."""
    height_m: float | None = None
    """Height of the place above the plane; None: on the surface there, a roof or the ground. [m]"""
    dark_s: float = 0.0
    """How long the place shows but a dark spot before flash, fire and smoke follow. [s]"""
    secondary: tuple[tuple[float, float, float], ...] = ()
    """Fires that flare up later: seconds after the detonation, metres east, metres north."""
    seed: int = 0
    """Seed of its shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A vehicle that drives straight on; a distractor, not an effect."""

    start: tuple[float, float]
    """Easting and northing at scene time 0. [m]"""
    velocity_mps: tuple[float, float]
    """Velocity to east and north, not zero. [m/s]"""
    length_m: float = 4.6
    """Length; the width is 0.42 of it. [m]"""
    brightness: float = 0.85
    """Radiance of its roof, 0 to 1."""

    def place_at(self, time_s: float) -> tuple[float, float]:
        """Return easting and northing of its middle at a scene time. [m]"""
        return (
            self.start[0] + self.velocity_mps[0] * time_s,
            self.start[1] + self.velocity_mps[1] * time_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Glint:
    """Sun flashing off something that stands still; a distractor."""

    time_s: float
    """Scene time at which it begins. [s]"""
    duration_s: float
    """How long it lasts. [s]"""
    place: tuple[float, float]
    """Easting and northing. [m]"""
    size_m: float = 1.2
    """Radius. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flare:
    """A countermeasure that burns while it falls through the picture; a distractor."""

    time_s: float
    """Scene time at which it lights. [s]"""
    place: tuple[float, float]
    """Easting and northing below the point where it lights. [m]"""
    height_m: float = 60.0
    """Height at which it lights. [m]"""
    velocity_mps: tuple[float, float] = (12.0, 0.0)
    """Velocity to east and north, which air drag takes away. [m/s]"""
    duration_s: float = 1.6
    """How long it burns. [s]"""
    size_m: float = 1.4
    """Radius of its glow. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MuzzleFlash:
    """A gun that fires at intervals; a distractor."""

    time_s: float
    """Scene time of the first shot. [s]"""
    place: tuple[float, float]
    """Easting and northing. [m]"""
    shots: int = 3
    """How many shots."""
    interval_s: float = 0.25
    """From one shot to the next. [s]"""
    duration_s: float = 0.04
    """How long each flash lasts; one that falls between two frames is not seen. [s]"""
    size_m: float = 1.3
    """Radius of its glow. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """A fire with smoke that burns all the time; it began before the footage."""

    place: tuple[float, float]
    """Easting and northing. [m]"""
    size_m: float = 3.0
    """Radius of the flames. [m]"""
    flicker: float = 0.35
    """Standard deviation of its brightness, as a share."""
    wind_mps: tuple[float, float] = (1.5, 0.5)
    """Velocity of the smoke to east and north. [m/s]"""
    seed: int = 0
    """Seed of its flicker and shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GainJump:
    """The sensor changes its exposure from one frame to the next; a distractor."""

    time_s: float
    """Scene time. [s]"""
    gain: float = 1.0
    """Contrast from then on, relative to the nominal."""
    offset: float = 0.0
    """Brightness added from then on, 1 being full scale."""
    recovery_s: float | None = None
    """Time constant with which both go back to nominal; None: they stay. [s]"""


class SegmentKind(StrEnum):
    """What a stretch of the edit shows."""

    FOOTAGE = "footage"
    FREEZE = "freeze"
    BLACK = "black"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of the edit."""

    kind: SegmentKind = SegmentKind.FOOTAGE
    """What it shows."""
    camera: int = 0
    """Index of the camera; of no meaning for black."""
    start_s: float = 0.0
    """Scene time of its first frame, rounded to the nearest scene frame; a freeze holds this
    frame. [s]"""
    duration_s: float
    """How long it lasts in the edit. [s]"""
    speed: float = 1.0
    """Scene time that passes in a second of the edit; below 1 is slow motion, by frames shown
    again."""
    fade_in_s: float = 0.0
    """How long it takes to come up from black at its start. [s]"""
    fade_out_s: float = 0.0
    """How long it takes to go to black at its end. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Burnt-in graphics; the SYNTHETIC band is always there and no choice."""

    crosshair: bool = False
    """A cross in the middle of the picture."""
    clock: bool = False
    """A clock that runs with scene time."""
    symbology: bool = False
    """Corner brackets, a north arrow and numbers that change."""
    gate: bool = False
    """Tracking brackets that wander about the middle of the picture."""
    logo: str | None = None
    """Text of a channel's logo; None for none."""
    caption: str | None = None
    """Text that runs along the lower edge from right to left; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How the file is compressed."""

    crf: int = 20
    """Constant rate factor of x264; more is worse."""
    gop: int = 50
    """Longest distance between key frames. [frames]"""
    preset: str = "veryfast"
    """Preset of x264."""
    audio: bool = False
    """Whether there is a sound track (a low hum)."""
    silences: tuple[tuple[float, float], ...] = ()
    """Start and end, in output time, of stretches in which it falls silent. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Script:
    """All parameters of a simulated clip."""

    ground: Ground
    """What lies below."""
    cameras: tuple[Camera, ...]
    """Who films."""
    edit: tuple[Segment, ...]
    """What of it is shown, in order."""
    width_px: int = 640
    """Width of the picture, even."""
    height_px: int = 360
    """Height of the picture, even."""
    rate: Fraction = Fraction(25)
    """Scene frames a second, and output frames a second unless frames are dropped."""
    strikes: tuple[Strike, ...] = ()
    """Explosions."""
    targets: tuple[tuple[float, float], ...] = ()
    """Stated targets, easting and northing. [m]"""
    vehicles: tuple[Vehicle, ...] = ()
    """Vehicles."""
    glints: tuple[Glint, ...] = ()
    """Glints."""
    flares: tuple[Flare, ...] = ()
    """Countermeasures."""
    muzzle_flashes: tuple[MuzzleFlash, ...] = ()
    """Guns."""
    fires: tuple[Fire, ...] = ()
    """Fires that burn from before the footage."""
    gain_jumps: tuple[GainJump, ...] = ()
    """Exposure changes, of all cameras."""
    overlay: Overlay = Overlay()
    """Graphics."""
    clock_start: str = "11:42:07"
    """What the burnt-in clock shows at scene time 0, hours:minutes:seconds."""
    encoding: Encoding = Encoding()
    """Compression."""
    dropped: float = 0.0
    """Probability with which a frame is left out, which makes the rate variable."""
    damaged: float = 0.0
    """Probability with which a frame has runs of 16×16 blocks left over from the frame before, as
    after losses in transmission."""
    seed: int = 0
    """Seed of noise and dropped frames."""

    def __post_init__(self) -> None:
        """Refuse what cannot be rendered."""
        sides = (self.width_px, self.height_px)
        if any(side % 2 or not 0 < side <= _LARGEST_SIDE_PX for side in sides):
            message = f"width and height must be even, 2 to {_LARGEST_SIDE_PX}, got {sides}"
            raise ValueError(message)
        if any(segment.speed <= 0.0 for segment in self.edit):
            message = "a segment's speed must be positive; hold a frame by a freeze"
            raise ValueError(message)
        if not 0.0 <= self.damaged <= 1.0:
            message = f"the share of damaged frames must be in 0 to 1, got {self.damaged}"
            raise ValueError(message)
        if not 0.0 <= self.dropped < 1.0:
            message = f"the share of dropped frames must be in 0 to 1, got {self.dropped}"
            raise ValueError(message)
        if not self.edit or not self.cameras:
            message = "a script needs at least one camera and one segment"
            raise ValueError(message)


def plain_script(
    ground: Ground,
    camera: Camera,
    *,
    duration_s: float,
    strikes: Sequence[Strike] = (),
    seed: int = 0,
) -> Script:
    """Return a script of one uncut take; vary it with `dataclasses.replace`."""
    return Script(
        ground=ground,
        cameras=(camera,),
        edit=(Segment(duration_s=duration_s),),
        strikes=tuple(strikes),
        seed=seed,
    )
