"""What the edits check answers and the signs that it lists."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "Coding",
    "Edit",
    "EditKind",
    "EditsAnswer",
    "EditsValues",
    "Graphics",
    "Quantisation",
    "QuantiserStep",
    "Sound",
    "TimeGap",
    "Timing",
    "Trace",
    "TraceKind",
]


class EditsAnswer(StrEnum):
    """Whether the footage runs as it was filmed."""

    EDITED = "edited"
    """At least one sign that time was cut, stopped, repeated or blanked."""
    NO_EDIT_FOUND = "no_edit_found"
    """None was found; that does not prove that there is none."""
    CANNOT_TELL = "cannot_tell"
    """Too short, or nothing moves and nothing is seen."""


class EditKind(StrEnum):
    """What kind of sign."""

    BLACK = "black"
    """Pictures without light."""
    CADENCE = "cadence"
    """Frames shown again at a pattern throughout: a frame rate that was converted."""
    CROP = "crop"
    """A part of the picture enlarged for a while."""
    CUT = "cut"
    """One shot ends, another begins."""
    DISSOLVE = "dissolve"
    """One shot turns into another over several frames."""
    DROP = "drop"
    """Time is missing within a shot."""
    FADE = "fade"
    """The picture goes to black or comes from it."""
    FREEZE = "freeze"
    """One picture is shown on."""
    LOOP = "loop"
    """A stretch is shown three times or more in a row."""
    OVERLAY = "overlay"
    """Burnt-in graphics."""
    REPEAT = "repeat"
    """A stretch is shown again."""
    REVERSE = "reverse"
    """A stretch is shown backwards."""
    SILENCE = "silence"
    """A hole in the sound, or no sound in the track."""
    SLOW_MOTION = "slow_motion"
    """A stretch runs slower than what lies about it."""
    SOUND_CHANGE = "sound_change"
    """The background of the sound becomes another."""
    SOUND_LOOP = "sound_loop"
    """A stretch of sound is heard again."""


class Graphics(StrEnum):
    """What kind of burnt-in graphics."""

    BLUR_BOX = "blur_box"
    """A box in which the picture is blurred or pixelated."""
    CAPTION = "caption"
    """A wide plate with text, laid over the picture."""
    LETTERBOX = "letterbox"
    """Bars along the borders."""
    LOGO = "logo"
    """A small plate, laid over the picture."""
    SYMBOLOGY = "symbology"
    """Lines and letters such as a sighting system draws: crosshair, brackets, clock, numbers."""


class TraceKind(StrEnum):
    """What kind of trace of coding."""

    DURATION_DIFFERS = "duration_differs"
    FAULTY_TIMES = "faulty_times"
    PLATFORM_SIZE = "platform_size"
    QUANTISER_STEPS = "quantiser_steps"
    RATE_DIFFERS = "rate_differs"
    SOFTWARE_ENCODER = "software_encoder"
    SPACING_CHANGES = "spacing_changes"


class Sound(StrEnum):
    """What the sound track holds."""

    NONE = "none"
    """There is no sound track that can be decoded."""
    SILENT = "silent"
    """There is one, and it holds silence from end to end."""
    HEARD = "heard"
    """There is sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A sign of editing on the footage's own time."""

    kind: EditKind
    """What kind."""
    start_s: float
    """Start after the first frame, by presentation time. [s]"""
    end_s: float
    """End after the first frame; of a cut the same as its start. [s]"""
    strength: float
    """How clearly the sign stands out from what unedited footage shows: 0.5 at the limit of being
    listed among the edits, 1 when nothing is left to doubt. Not a probability of deceit."""
    start_frame: int | None
    """First frame; of a cut or fade the first frame of the new shot; None for silence."""
    end_frame: int | None
    """Last frame; None for silence."""
    innocent: tuple[str, ...]
    """Explanations without any wish to deceive."""
    other_start_s: float | None = None
    """For a repeat, where the same seconds were shown first; None for other kinds. [s]"""
    other_end_s: float | None = None
    """For a repeat, where that first showing ends; None for other kinds. [s]"""
    picture_share: float | None = None
    """For an overlay, the part of the picture that it covers; None for other kinds. [0 to 1]"""
    graphics: Graphics | None = None
    """For an overlay, its kind; None for other kinds."""
    box: tuple[float, float, float, float] | None = None
    """For a plate or a crop, or the digit of a clock that goes too slowly, left, top, right and
    bottom as shares of the picture's width and height; None where the sign has no place in the
    picture."""
    factor: float | None = None
    """How many times slower, how many times enlarged, or how many frames are shown for one that
    was filmed; None for other kinds."""
    factor_sd: float | None = None
    """Standard uncertainty of `factor`, where a burnt-in clock tells it; None elsewhere."""
    shown_frames: tuple[int, ...] = ()
    """Frames to look at, which show the sign; none for sound."""
    false_alarm_rate: float | None = None
    """Upper 95 % bound of the share of unedited clips in which a sign of this kind was listed
    wrongly, as measured; None for kinds that were not measured, for graphics that are stated
    without a claim of editing, and for hints. [0 to 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeGap:
    """A frame shown much longer than usual, as if frames after it had been dropped."""

    start_s: float
    """Presentation time of the frame before the gap. [s]"""
    end_s: float
    """Presentation time of the next frame. [s]"""
    frame: int
    """Index of the frame before the gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How evenly frames follow one another."""

    usual_s: float
    """Median time from a frame to the next. [s]"""
    uneven_share: float
    """Part of the steps that differ from the median by more than a tenth of it. [0 to 1]"""
    gaps: tuple[TimeGap, ...]
    """Gaps, where frames are otherwise even; empty when the whole recording is uneven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Something in how the file was coded that does not come from a camera, or does not fit."""

    kind: TraceKind
    """What kind."""
    words: str
    """What was found."""
    innocent: str
    """How it comes about without any editing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantiserStep:
    """A key frame with which a file goes on to be coded at another level."""

    frame: int
    """Index of the key frame."""
    before: float
    """Median quantiser of the P frames before it."""
    after: float
    """The same of those from it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantisation:
    """How coarsely the frames were coded, on the codec's own scale, on which more is coarser."""

    mean: float
    """Mean over all frames."""
    lowest: float
    """Mean of the finest frame."""
    highest: float
    """Mean of the coarsest frame."""
    by_type: tuple[tuple[str, float], ...]
    """Mean of frames coded alone (I), from others (P) and from both sides (B)."""
    steps: tuple[QuantiserStep, ...]
    """Where the level changes at once; always empty for codecs whose scale is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How the file was coded."""

    codec: str
    """FFmpeg's name of the codec."""
    container: str
    """FFmpeg's name of the format."""
    encoder: str | None
    """What encoder and container say of who wrote them; None when they say nothing."""
    group_frames: float | None
    """Median number of frames from a key frame to the next; None without key frames."""
    longest_group_frames: int | None
    """Longest such number; None without key frames."""
    picture_shares: tuple[tuple[str, float], ...]
    """Shares of frames coded alone (I), from others (P) and from both sides (B); empty when the
    codec does not say. [0 to 1]"""
    quantisation: Quantisation | None
    """How coarsely; None where the decoder does not tell it (HEVC, VP9, AV1)."""
    bits_per_pixel: float | None
    """Mean size; None when the stream was not read to its end. [bit]"""
    missing_times: int
    """Frames without a time of their own."""
    repeated_times: int
    """Frames that share the time of another."""
    declared_s: float | None
    """Duration as declared; None when not declared. [s]"""
    actual_s: float
    """Time from the first frame to the end of the last. [s]"""
    declared_rate: float | None
    """Frames a second as declared; None when not declared."""
    actual_rate: float | None
    """Frames by time; None for a single frame."""
    traces: tuple[Trace, ...]
    """What speaks of coding after the recording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditsValues:
    """Numbers of the edits check."""

    edits: tuple[Edit, ...]
    """Signs of editing, by start."""
    hints: tuple[Edit, ...]
    """Signs too weak to be called editing (strength below 0.5), by start."""
    overlay_fraction: float | None
    """Part of the picture covered by burnt-in graphics, mean over the time for which it could be
    told; None when it could not be told for any shot. [0 to 1]"""
    sound: Sound
    """What the sound track holds."""
    coding: Coding
    """How the file was coded."""
    timing: Timing | None
    """How evenly frames follow one another; None for fewer than three frames."""
    frames: int
    """Decoded frames."""
    frames_declared: int | None
    """Frames that the container declares; None when it does not say. Frames that its edit list
    hides count here and not in `frames`."""
