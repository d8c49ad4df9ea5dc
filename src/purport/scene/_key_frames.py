"""Key frames: sharp, unsaturated frames spread over each shot, kept whole for registration.

While frames come, the sharpest of every few is written to disk, and of a long segment ever fewer,
so that memory does not grow. Once the shots are known, the sound ones among them are chosen.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from purport.core.media_time import FrameSpan
from purport.media import LumaFrame
from purport.scene._measuring import Measured
from purport.scene._spool import Spool
from purport.scene._survey import Survey
from purport.scene.records import KeyFrame, Shot

__all__ = ["KeyFrameKeeper", "choose_in", "keep_frames", "thin_evenly"]

_MOST_IN_A_SHOT = 12
_MOST_BYTES = 160_000_000
_FRAMES_EACH = 12
_SHORTEST_SEGMENT = 3
_SATURATED_SHARE = 0.2
_LEAST_CONTRAST = 0.5
_ABOUT_FRAMES = 30

Image = NDArray[np.uint8]


class KeyFrameKeeper:
    """Keeps candidates on disk as frames come.

    Args:
        size: Width and height of the display picture. [px]
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._spool = Spool((size[1], size[0]))
        self._most = max(_MOST_BYTES // (size[0] * size[1]), 1)
        self._places: dict[int, int] = {}
        self._sharpness: dict[int, float] = {}
        self._of_segment: list[int] = []
        self._each = _FRAMES_EACH
        self._best: Measured | None = None
        self._seen = 0

    def offer(self, frame: Measured, *, begins: bool) -> None:
        """Take the next frame.

        Args:
            frame: The frame.
            begins: Whether it begins a segment.
        """
        if begins:
            self._end_segment()
        self._seen += 1
        sound = frame.saturated < _SATURATED_SHARE
        if sound and (self._best is None or frame.sharpness > self._best.sharpness):
            self._best = frame
        if self._seen % self._each == 0:
            self._commit()

    def select(
        self, survey: Survey, shots: Sequence[Shot], *, again: Iterable[LumaFrame]
    ) -> tuple[KeyFrame, ...]:
        """Choose up to 12 sound candidates of each shot, fewer when there are very many shots.

        Args:
            survey: What was measured of all frames.
            shots: The shots.
            again: All frames once more, for shots of which no candidate was kept.
        """
        self._end_segment()
        chosen = [self._choose(survey, shot) for shot in shots]
        share = min(1.0, self._most / max(sum(len(indices) for indices in chosen), 1))
        wanted = [
            index
            for indices in chosen
            for index in thin_evenly(indices, max(int(len(indices) * share), 1))
        ]
        missing = [index for index in wanted if index not in self._places]
        for frame in keep_frames(again, missing):
            self._places[frame.index] = self._spool.put(frame.luma)
        pictures = self._spool.select(self._places[index] for index in wanted)
        return tuple(
            KeyFrame(index=index, luma=luma) for index, luma in zip(wanted, pictures, strict=True)
        )

    def _choose(self, survey: Survey, shot: Shot) -> tuple[int, ...]:
        inside = sorted(index for index in self._places if index in shot.span)
        sound = [index for index in inside if _is_sound(survey, index)]
        if sound:
            return thin_evenly(sound, _MOST_IN_A_SHOT)
        best = choose_in(survey, shot.span)
        return (shot.anchor if best is None else best,)

    def _commit(self) -> None:
        """Write the sharpest frame since the last time to disk."""
        if self._best is None:
            return
        index = self._best.index
        self._places[index] = self._spool.put(self._best.luma)
        self._sharpness[index] = self._best.sharpness
        self._of_segment.append(index)
        self._best = None
        if len(self._of_segment) >= 2 * _MOST_IN_A_SHOT:
            self._halve()

    def _halve(self) -> None:
        """Keep the sharper of every two candidates of the segment; add half as many from now."""
        kept = []
        for pair in zip(self._of_segment[::2], self._of_segment[1::2], strict=True):
            worse, better = sorted(pair, key=lambda index: self._sharpness[index])
            self._spool.give_back(self._places.pop(worse))
            kept.append(better)
        self._of_segment = kept
        self._each *= 2

    def _end_segment(self) -> None:
        if self._seen >= _SHORTEST_SEGMENT and (self._seen % self._each or not self._of_segment):
            self._commit()
        self._of_segment, self._each, self._best, self._seen = [], _FRAMES_EACH, None, 0


def choose_in(survey: Survey, span: FrameSpan) -> int | None:
    """Return the sharpest frame of a span that is neither blank nor saturated; None if all are."""
    sound = [index for index in range(span.first, span.last + 1) if _is_sound(survey, index)]
    return max(sound, key=lambda index: float(survey.sharpness[index]), default=None)


def _is_sound(survey: Survey, index: int) -> bool:
    return (
        bool(survey.saturated[index] < _SATURATED_SHARE)
        and not survey.is_blind(index)
        and bool(survey.luma_sd[index] > _LEAST_CONTRAST * _usual_contrast(survey, index))
    )


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


def keep_frames(frames: Iterable[LumaFrame], indices: Sequence[int]) -> Iterator[LumaFrame]:
    """Yield the frames with these indices, in order, and read no further than the last."""
    wanted = set(indices)
    if not wanted:
        return
    last = max(wanted)
    for frame in frames:
        if frame.index in wanted:
            yield frame
        if frame.index >= last:
            return
