"""How loud the sound is over time; enough to find silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av import AudioFrame, AudioResampler
from av.container import InputContainer
from av.error import EOFError as EndOfStreamError
from av.error import FFmpegError
from numpy.typing import NDArray

from purport.media._containers import open_container
from purport.media.records import Probe, StreamProbe

__all__ = ["AudioLevels", "decode_audio_levels"]

_WINDOW_S = 0.1


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
    audio = next((stream for stream in probe.streams if stream.kind == "audio"), None)
    if audio is None or audio.sample_rate_hz is None:
        return None
    energy = _Energy(rate_hz=audio.sample_rate_hz)
    with open_container(path) as container:
        for frame in _sound(container, audio, energy):
            energy.add(frame)
    return None if energy.start_s is None else energy.levels(_first_picture_s(probe))


class _Energy:
    """Sums of squares by window, placed by presentation time."""

    def __init__(self, *, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.window = max(round(rate_hz * _WINDOW_S), 1)
        self.start_s: Fraction | None = None
        self.faults = 0
        self._next = 0
        self._sums: list[float] = []
        self._counts: list[int] = []

    def add(self, frame: AudioFrame) -> None:
        """Add the samples of a frame."""
        samples = np.atleast_2d(frame.to_ndarray())
        squares = np.mean(np.square(samples, dtype=np.float64), axis=0)
        first = self._place(frame)
        ends = np.arange(self.window - first % self.window, len(squares), self.window)
        bounds = np.concatenate(([0], ends)).astype(np.intp)
        windows = (first + bounds) // self.window
        sums = np.add.reduceat(squares, bounds)
        counts = np.diff(np.concatenate((bounds, [len(squares)])))
        for window, total, count in zip(windows, sums, counts, strict=True):
            self._grow(int(window) + 1)
            self._sums[window] += float(total)
            self._counts[window] += int(count)
        self._next = first + len(squares)

    def levels(self, picture_s: Fraction) -> AudioLevels:
        """Return the levels so far, counted from the first picture."""
        sums, counts = np.array(self._sums), np.array(self._counts)
        squares = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
        with np.errstate(divide="ignore"):
            decibels = 10.0 * np.log10(squares)
        return AudioLevels(
            rms_dbfs=decibels,
            covered=counts * 2 >= self.window,
            window_s=self.window / self.rate_hz,
            start_s=float((self.start_s or Fraction(0)) - picture_s),
            faults=self.faults,
        )

    def _place(self, frame: AudioFrame) -> int:
        """Return the sample, from the first, at which the frame begins; time never runs back."""
        if frame.pts is None or frame.time_base is None:
            self.start_s = Fraction(0) if self.start_s is None else self.start_s
            return self._next
        time_s: Fraction = frame.pts * Fraction(frame.time_base)
        if self.start_s is None:
            self.start_s = time_s
        stated: int = round((time_s - self.start_s) * self.rate_hz)
        return max(stated, self._next)

    def _grow(self, windows: int) -> None:
        missing = windows - len(self._sums)
        if missing > 0:
            self._sums.extend([0.0] * missing)
            self._counts.extend([0] * missing)


def _sound(container: InputContainer, audio: StreamProbe, energy: _Energy) -> Iterator[AudioFrame]:
    """Yield the sound as planar floats at the stated rate."""
    resampler = AudioResampler(format="fltp", rate=audio.sample_rate_hz)
    packets = container.demux(container.streams[audio.index])
    while True:
        try:
            packet = next(packets)
            for frame in packet.decode():
                if isinstance(frame, AudioFrame):
                    yield from resampler.resample(frame)
        except (StopIteration, EndOfStreamError):
            return
        except FFmpegError:
            energy.faults += 1


def _first_picture_s(probe: Probe) -> Fraction:
    video = probe.streams[probe.video]
    if video.start_pts is None or video.time_base is None:
        return Fraction(0)
    return video.start_pts * video.time_base
