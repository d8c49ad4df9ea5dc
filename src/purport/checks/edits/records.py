"""What the edits check answers and the signs that it lists."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Edit", "EditKind", "EditsAnswer", "EditsValues", "Sound", "TimeGap", "Timing"]


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
    CUT = "cut"
    FADE = "fade"
    FREEZE = "freeze"
    OVERLAY = "overlay"
    REPEAT = "repeat"
    SILENCE = "silence"


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
    timing: Timing | None
    """How evenly frames follow one another; None for fewer than three frames."""
    frames: int
    """Decoded frames."""
    frames_declared: int | None
    """Frames that the container declares; None when it does not say. Frames that its edit list
    hides count here and not in `frames`."""
