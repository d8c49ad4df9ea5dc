"""The sound itself, as samples of one channel; enough to compare one second with another."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av import AudioFrame, AudioResampler
from av.error import EOFError as EndOfStreamError
from av.error import FFmpegError
from numpy.typing import NDArray

from purport.media._containers import open_container
from purport.media.records import Probe

__all__ = ["SoundSamples", "decode_sound"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoundSamples:
    """The sound of a video, mixed to one channel."""

    wave: NDArray[np.float32]
    """Samples (m,), full scale being 1; nought where the stream has a gap."""
    rate_hz: int
    """Samples a second."""
    start_s: float
    """Time of the first sample after the first video frame; negative before it. [s]"""
    whole: bool
    """Whether the sound goes no further than what was read."""


def decode_sound(
    path: Path, *, probe: Probe, rate_hz: int, longest_s: float
) -> SoundSamples | None:
    """Decode the first audio stream to one channel at a lower rate.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        rate_hz: Samples a second wanted.
        longest_s: Where to stop, after the first sample. [s]

    Returns:
        The samples; None when the file has no sound that can be decoded. A packet that cannot be
        decoded leaves a gap.
    """
    audio = next((stream for stream in probe.streams if stream.kind == "audio"), None)
    if audio is None or audio.sample_rate_hz is None:
        return None
    resampler = AudioResampler(format="fltp", layout="mono", rate=rate_hz)
    pieces: list[NDArray[np.float32]] = []
    start_s: Fraction | None = None
    count, most, whole = 0, round(longest_s * rate_hz), True
    with open_container(path) as container:
        packets = container.demux(container.streams[audio.index])
        while whole:
            try:
                frames = next(packets).decode()
            except (StopIteration, EndOfStreamError):
                break
            except FFmpegError:
                continue
            for frame in frames:
                if not isinstance(frame, AudioFrame):
                    continue
                if start_s is None:
                    start_s = _time_of(frame)
                for part in resampler.resample(frame):
                    samples = part.to_ndarray().reshape(-1).astype(np.float32)
                    pieces.append(samples)
                    count += len(samples)
            whole = count < most
    if start_s is None or not pieces:
        return None
    wave = np.concatenate(pieces)[:most]
    wave.flags.writeable = False
    video = probe.streams[probe.video]
    picture_s = (
        Fraction(0)
        if video.start_pts is None or video.time_base is None
        else video.start_pts * video.time_base
    )
    return SoundSamples(wave=wave, rate_hz=rate_hz, start_s=float(start_s - picture_s), whole=whole)


def _time_of(frame: AudioFrame) -> Fraction:
    if frame.pts is None or frame.time_base is None:
        return Fraction(0)
    time_s: Fraction = frame.pts * Fraction(frame.time_base)
    return time_s
