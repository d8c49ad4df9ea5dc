"""How loud the sound is over time; enough to find silence."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from purport.media._containers import file_name
from purport.media._listening import send_energy
from purport.media.border import ask, believe, limits_for
from purport.media.records import Probe, StreamProbe

__all__ = ["AudioLevels", "decode_audio_levels"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioLevels:
    """Loudness of the sound in windows of equal length, m of them."""

    rms_dbfs: NDArray[np.float64]
    """Root mean square over all channels (m,); -inf for digital silence or without samples.
    [dB re full scale]"""
    covered: NDArray[np.bool_]
    """Whether at least half of the window has samples (m,); the rest is a gap in the stream."""
    window_s: float
    """Length of a window. [s]"""
    start_s: float
    """Start of the first window after the first video frame; negative before it. [s]"""
    faults: int = 0
    """Packets that could not be decoded."""


def decode_audio_levels(path: Path, *, probe: Probe) -> AudioLevels | None:
    """Measure the loudness of the first audio stream.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.

    Returns:
        The levels; None when the file has no sound that can be decoded.
    """
    audio = first_sound(probe)
    if audio is None or audio.sample_rate_hz is None:
        return None
    said = ask(
        send_energy,
        path,
        audio.index,
        audio.sample_rate_hz,
        subject=file_name(path, None),
        limits=limits_for(probe.size_bytes),
    )
    if said is None:
        return None
    rate_hz, picture_s = audio.sample_rate_hz, first_picture_s(probe)
    return believe(lambda: _levels(said, rate_hz, picture_s), subject=file_name(path, None))


def _levels(said: Any, rate_hz: int, picture_s: Fraction) -> AudioLevels:  # noqa: ANN401 - border
    """Turn sums of squares into levels, counted from the first picture."""
    sums = np.array(said["sums"], dtype=np.float64)
    counts = np.array(said["counts"], dtype=np.int64)
    squares = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    with np.errstate(divide="ignore"):
        decibels = 10.0 * np.log10(squares)
    window = int(said["window"])
    return AudioLevels(
        rms_dbfs=decibels,
        covered=counts * 2 >= window,
        window_s=window / rate_hz,
        start_s=float(Fraction(str(said["start_s"])) - picture_s),
        faults=int(said["faults"]),
    )


def first_sound(probe: Probe) -> StreamProbe | None:
    """Return the audio stream that is listened to; None when there is none."""
    return next((stream for stream in probe.streams if stream.kind == "audio"), None)


def first_picture_s(probe: Probe) -> Fraction:
    """Return the time of the first picture, from which times of sound are counted. [s]"""
    video = probe.streams[probe.video]
    if video.start_pts is None or video.time_base is None:
        return Fraction(0)
    return video.start_pts * video.time_base
