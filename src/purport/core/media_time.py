"""Spans of frames, which are counted in presentation order from 0."""

from dataclasses import dataclass

__all__ = ["FrameSpan"]


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
