"""When the frames of a video are shown: one walk that decodes and looks at no picture."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from purport.core.digests import JsonValue
from purport.media._containers import file_name
from purport.media._decoding import DecodeFaultKind, Stream, presented_frames
from purport.media.border import Channel, ask, believe, limits_for
from purport.media.records import Probe

__all__ = ["FrameTimes", "read_frame_times"]

_MOST_FRAMES = 3_000_000
_MENDED = frozenset({DecodeFaultKind.BACKWARD_PTS, DecodeFaultKind.MISSING_PTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTimes:
    """The presentation times of a video's frames; n frames."""

    pts: tuple[int, ...]
    """Presentation time stamps (n), strictly increasing, as `decode_luma` gives them. [ticks]"""
    mended: bool
    """Whether a frame bore no time, or one that goes back, so that stamps differ from those that
    the stream bears and cannot be sought."""


def read_frame_times(path: Path, *, probe: Probe) -> FrameTimes:
    """Read when each frame is shown, in presentation order.

    The stream is decoded, as only that tells which frames there are: numbers and times are those
    of `decode_luma`.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.

    Raises:
        UnreadableMediaError: Not a single frame can be decoded, or decoding crashed, hung or took
            more than its limits.
        UnavailableError: No process can be had in which to decode.
    """
    called = file_name(path, None)
    said = ask(
        send_frame_times,
        path,
        Stream.of(probe),
        subject=called,
        limits=limits_for(probe.size_bytes),
    )
    return believe(lambda: _times(said), subject=called)


def _times(said: Any) -> FrameTimes:  # noqa: ANN401 - from the border
    pts = tuple(int(stamp) for stamp in said["pts"])
    if not pts or any(after <= before for before, after in pairwise(pts)):
        message = "times of frames increase"
        raise ValueError(message)
    return FrameTimes(pts=pts, mended=bool(said["mended"]))


def send_frame_times(channel: Channel, path: Path, stream: Stream) -> None:
    """Send {pts: the presentation time stamp of every frame, mended}."""
    kinds: set[str] = set()
    pts: list[JsonValue] = []
    for _, stamp, _ in presented_frames(
        path, stream, lambda kind, _index, _words: kinds.add(kind), alive=channel.pulse
    ):
        pts.append(stamp)
        if len(pts) == _MOST_FRAMES:
            break
    channel.answer({"pts": pts, "mended": not kinds.isdisjoint(_MENDED)})
