"""What a container says of its streams; one frame is decoded to see that the video is one."""

from pathlib import Path

from purport.core.records import from_json
from purport.media._containers import file_name
from purport.media._probing import send_probe
from purport.media.border import ask, believe, limits_for
from purport.media.records import Probe

__all__ = ["probe_media"]


def probe_media(path: Path, *, name: str | None = None) -> Probe:
    """Read what a video file says of itself.

    The stream that is analysed is the one FFmpeg holds best: the largest that is not a cover
    picture. Its first frame is decoded, for the rotation, the pixel format and the first
    presentation time, and because a video without a frame is none. Tags that name a person or a
    single device are withheld.

    Args:
        path: The file.
        name: What messages call the file (a file in the vault is named by its digest).

    Raises:
        UnreadableMediaError: The file is empty, not a video, without a video stream, with frames
            of no or too many pixels, not one frame of it can be decoded, or reading it crashed,
            hung, or took more than its limits.
        OSError: The file cannot be opened.
        UnavailableError: No process can be had in which to read it.
    """
    with path.open("rb") as stream:  # what the system refuses is refused here, in its own words
        size_bytes = stream.seek(0, 2)
    called = file_name(path, name)
    said = ask(send_probe, path, called, subject=called, limits=limits_for(size_bytes))
    return believe(lambda: from_json(Probe, said), subject=called)
