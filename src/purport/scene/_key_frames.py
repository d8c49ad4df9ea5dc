"""Key frames: sharp, unsaturated frames spread over each shot, kept whole for registration."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from purport.core.media_time import FrameSpan
from purport.media import LumaFrame
from purport.scene._survey import Survey
from purport.scene.records import KeyFrame

__all__ = ["choose_in", "keep_frames", "plan_key_frames", "thin_evenly"]

MOST_IN_A_SHOT = 12
"""Key frames of one shot."""

_MOST_BYTES = 160_000_000
_FRAMES_EACH = 12
_SHORTEST_SEGMENT = 3
_SATURATED_SHARE = 0.2
_LEAST_CONTRAST = 0.5
_ABOUT_FRAMES = 30


def plan_key_frames(survey: Survey) -> tuple[int, ...]:
    """Choose frames from every segment before shots are known, within a bound on memory."""
    width, height = survey.size
    budget = max(_MOST_BYTES // (width * height), len(survey.segments))
    lengths = [len(segment.span) for segment in survey.segments]
    share = budget / max(sum(min(_wanted(length), MOST_IN_A_SHOT) for length in lengths), 1)
    chosen: set[int] = set()
    for segment, length in zip(survey.segments, lengths, strict=True):
        count = int(min(_wanted(length), MOST_IN_A_SHOT) * min(share, 1.0))
        for part in _parts(segment.span, max(count, 1) if _wanted(length) else 0):
            best = choose_in(survey, part)
            if best is not None:
                chosen.add(best)
    return tuple(sorted(chosen))


def _wanted(length: int) -> int:
    return 0 if length < _SHORTEST_SEGMENT else 1 + length // _FRAMES_EACH


def _parts(span: FrameSpan, count: int) -> Iterator[FrameSpan]:
    edges = np.linspace(span.first, span.last + 1, count + 1).astype(int) if count else np.array([])
    for start, end in pairwise(edges):
        if end > start:
            yield FrameSpan(first=int(start), last=int(end) - 1)


def choose_in(survey: Survey, span: FrameSpan) -> int | None:
    """Return the sharpest frame of a span that is neither blank nor saturated; None if all are."""
    sound = [
        index
        for index in range(span.first, span.last + 1)
        if survey.saturated[index] < _SATURATED_SHARE
        and not survey.blind[index]
        and survey.luma_sd[index] > _LEAST_CONTRAST * _usual_contrast(survey, index)
    ]
    return max(sound, key=lambda index: float(survey.sharpness[index]), default=None)


def _usual_contrast(survey: Survey, index: int) -> float:
    """Return the highest spread of luma within a second or so."""
    about = slice(max(0, index - _ABOUT_FRAMES), index + _ABOUT_FRAMES + 1)
    return float(survey.luma_sd[about].max())


def thin_evenly(indices: Sequence[int], most: int) -> tuple[int, ...]:
    """Keep at most `most` of the indices, spread evenly, first and last among them."""
    if len(indices) <= most:
        return tuple(indices)
    places = np.linspace(0, len(indices) - 1, most).round().astype(int)
    return tuple(indices[place] for place in places)


def keep_frames(frames: Iterable[LumaFrame], indices: Sequence[int]) -> Iterator[KeyFrame]:
    """Keep the frames with these indices, in order, and read no further than the last."""
    wanted = set(indices)
    if not wanted:
        return
    last = max(wanted)
    for frame in frames:
        if frame.index in wanted:
            yield KeyFrame(index=frame.index, luma=freeze(frame.luma))
        if frame.index >= last:
            return


def freeze(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Copy a picture, read-only."""
    copy = np.array(luma, dtype=np.uint8, order="C")
    copy.flags.writeable = False
    return copy
