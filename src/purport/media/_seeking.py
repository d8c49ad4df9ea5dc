"""Frames by their presentation times, from the key frame before each; done in a child process.

Most containers can be entered at a key frame, which saves decoding all that comes before. Whether
they can, and whether a time names one frame alone, depends on the file: what is not found this way
has to be found by walking the stream from its start.
"""

from collections.abc import Sequence
from pathlib import Path

from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.error import MemoryError as OutOfMemoryError
from av.video.stream import VideoStream

from purport.media._containers import open_container
from purport.media._decoding import Stream, geometry_of
from purport.media._errands import Channel
from purport.media._planes import bgr_view

__all__ = ["send_sought"]

_WALK_ON_S = 2.0
_FARTHEST_FRAMES = 2000


def send_sought(channel: Channel, path: Path, coded: Stream, stamps: Sequence[int]) -> None:
    """Send in colour the frames that bear these presentation times, as far as they are found.

    Args:
        channel: Where to.
        path: The file.
        coded: The stream.
        stamps: Presentation time stamps, ascending. [ticks]
    """
    geometry = geometry_of(coded)
    with open_container(path) as container:
        stream = container.streams[coded.index]
        if not isinstance(stream, VideoStream):
            return
        stream.thread_type = "AUTO"
        walk_on = round(_WALK_ON_S / coded.time_base)
        walk: _Walk | None = None
        for stamp in stamps:
            if walk is None or not walk.reached <= stamp <= walk.reached + walk_on:
                walk = _Walk(container, stream, stamp)
            frame = walk.to(stamp, channel)
            if frame is None:
                walk = None
            else:
                size = (frame.width, frame.height)
                if size == (coded.width_px, coded.height_px):
                    channel.picture(bgr_view(frame, geometry), pts=stamp, duration=0)


class _Walk:
    """Frames from the key frame before a time on."""

    def __init__(self, container: InputContainer, stream: VideoStream, stamp: int) -> None:
        self.reached = stamp
        """Presentation time of the frame reached."""
        self._begun = False
        self._container, self._stream = container, stream

    def to(self, stamp: int, channel: Channel) -> VideoFrame | None:
        """Return the frame of this time; None when the way there gives none, or a damaged one."""
        try:
            if not self._begun:
                self._container.seek(stamp, stream=self._stream)
                self._frames = self._container.decode(self._stream)
            for _ in range(_FARTHEST_FRAMES):
                frame = next(self._frames, None)
                channel.pulse()
                if frame is None or frame.pts is None or not self._is_entered(frame, stamp):
                    return None
                self.reached = frame.pts
                if frame.pts >= stamp:
                    return frame if frame.pts == stamp and not frame.is_corrupt else None
        except OutOfMemoryError as error:
            raise MemoryError from error
        except FFmpegError:
            pass
        return None

    def _is_entered(self, frame: VideoFrame, stamp: int) -> bool:
        """Tell whether the first frame is a key frame not after the time asked for.

        What a stream shows before its first key frame leans on pictures that were not decoded.
        """
        entered = self._begun or bool(frame.key_frame and frame.pts <= stamp)
        self._begun = True
        return entered
