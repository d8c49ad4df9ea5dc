"""Time inside a video: integer presentation time stamps and a fraction, never frame / fps.

Frame index is presentation order from 0. Seconds are counted from the first presented frame and
are a view for people.
"""

from dataclasses import dataclass
from fractions import Fraction

__all__ = ["FrameSpan", "MediaTime"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MediaTime:
    """An instant of a stream."""

    pts: int
    """Presentation time stamp, in ticks of `time_base`."""
    time_base: Fraction
    """Length of a tick. [s]"""

    def seconds_after(self, start_pts: int) -> float:
        """Return the time since the frame stamped `start_pts`. [s]"""
        return float((self.pts - start_pts) * self.time_base)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSpan:
    """Frames `first` to `last`, both inclusive, in presentation order."""

    first: int
    """Index of the first frame."""
    last: int
    """Index of the last frame."""

    def __post_init__(self) -> None:
        """Refuse an empty span."""
        if not 0 <= self.first <= self.last:
            message = f"a span of frames needs 0 <= first <= last, got {self.first}, {self.last}"
            raise ValueError(message)

    def __len__(self) -> int:
        """Return the number of frames."""
        return self.last - self.first + 1

    def __contains__(self, index: int) -> bool:
        """Tell whether frame `index` lies inside."""
        return self.first <= index <= self.last
