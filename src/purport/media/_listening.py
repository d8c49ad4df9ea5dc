"""Adding up the loudness of a sound track; done in a child process (`border`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from av import AudioFrame, AudioResampler
from av.container import InputContainer
from av.error import EOFError as EndOfStreamError
from av.error import FFmpegError
from av.error import MemoryError as OutOfMemoryError
from numpy.typing import NDArray

from purport.core.digests import JsonObject
from purport.media._containers import open_container
from purport.media._errands import Channel

__all__ = ["BLOCK_BYTES", "SoundWanted", "send_energy", "send_sound"]

_WINDOW_S = 0.1
_LONGEST_S = 48 * 3600
"""Sound is measured up to so long after its start; stamps beyond it are faults. [s]"""
_LEAST_GAP_S = 0.05
BLOCK_BYTES = 1 << 18
"""Length of a block of samples."""


def send_energy(channel: Channel, path: Path, index: int, rate_hz: int) -> None:
    """Send the sums of squares of stream `index` by window, placed by presentation time.

    The answer is null without a sample, else {start_s, window, faults, sums, counts}.
    """
    energy = _Energy(rate_hz=rate_hz)
    with open_container(path) as container:
        for frame in _sound(container, index, energy):
            energy.add(frame)
            channel.pulse()
    if energy.start_s is not None:
        channel.answer(energy.to_json())


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundWanted:
    """Which sound is to be sent."""

    index: int
    """Index of the stream."""
    rate_hz: int
    """Samples a second."""
    most: int
    """Most samples."""


def send_sound(channel: Channel, path: Path, wanted: SoundWanted) -> None:
    """Send the sound of a stream, one channel of 32-bit floats.

    It goes in blocks as pictures do: the stamp is the time of the first sample in nanoseconds, the
    duration the number of samples in the block. Gaps in the stream are sent as silence.
    """
    resampler = AudioResampler(format="fltp", layout="mono", rate=wanted.rate_hz)
    blocks: _Blocks | None = None
    with open_container(path) as container:
        for frame in _frames(container, wanted.index, lambda: None):
            at_ns = _time_ns(frame)
            if blocks is None:
                blocks = _Blocks(channel, start_ns=at_ns)
            place = (at_ns - blocks.start_ns) * wanted.rate_hz // 1_000_000_000
            if place - blocks.count > _LEAST_GAP_S * wanted.rate_hz:
                blocks.skip(min(place, wanted.most) - blocks.count)
            for part in resampler.resample(frame):
                blocks.add(part.to_ndarray().reshape(-1))
            channel.pulse()
            if blocks.count >= wanted.most:
                break
    if blocks is not None:
        blocks.finish()


class _Blocks:
    """Sends samples in blocks of one length; the last may be shorter."""

    def __init__(self, channel: Channel, *, start_ns: int) -> None:
        self.start_ns = start_ns
        self.count = 0
        self._channel = channel
        self._block = np.zeros(BLOCK_BYTES // 4, dtype=np.float32)
        self._filled = 0

    def add(self, samples: NDArray[np.float32]) -> None:
        """Add samples."""
        self.count += len(samples)
        while len(samples):
            taken = min(len(samples), len(self._block) - self._filled)
            self._block[self._filled : self._filled + taken] = samples[:taken]
            self._filled, samples = self._filled + taken, samples[taken:]
            if self._filled == len(self._block):
                self.finish()

    def skip(self, samples: int) -> None:
        """Add silence where the stream has a gap."""
        while samples > 0:
            some = min(samples, len(self._block))
            self.add(np.zeros(some, dtype=np.float32))
            samples -= some

    def finish(self) -> None:
        """Send what is left."""
        if self._filled:
            picture = self._block.view(np.uint8)
            self._channel.picture(picture, pts=self.start_ns, duration=self._filled)
            self._filled = 0


def _time_ns(frame: AudioFrame) -> int:
    if frame.pts is None or frame.time_base is None:
        return 0
    time_s: Fraction = frame.pts * Fraction(frame.time_base)
    return round(time_s * 1_000_000_000)


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
        if first > _LONGEST_S * self.rate_hz:
            self.faults += 1
            return
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

    def count_fault(self) -> None:
        """Count a packet that could not be decoded."""
        self.faults += 1

    def to_json(self) -> JsonObject:
        """Return the sums so far."""
        return {
            "start_s": str(self.start_s),
            "window": self.window,
            "faults": self.faults,
            "sums": self._sums,
            "counts": self._counts,
        }

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


def _sound(container: InputContainer, index: int, energy: _Energy) -> Iterator[AudioFrame]:
    """Yield the sound as planar floats at the stated rate."""
    resampler = AudioResampler(format="fltp", rate=energy.rate_hz)
    for frame in _frames(container, index, energy.count_fault):
        try:
            yield from resampler.resample(frame)
        except FFmpegError:
            energy.count_fault()


def _frames(
    container: InputContainer, index: int, tell_fault: Callable[[], None]
) -> Iterator[AudioFrame]:
    """Yield what the decoder gives; a packet that fails is told of and left out."""
    packets = container.demux(container.streams[index])
    while True:
        try:
            for frame in next(packets).decode():
                if isinstance(frame, AudioFrame):
                    yield frame
        except (StopIteration, EndOfStreamError):
            return
        except OutOfMemoryError as error:
            raise MemoryError from error
        except FFmpegError:
            tell_fault()
