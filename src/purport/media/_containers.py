"""Opening a file with FFmpeg, safely, and saying in our words what was wrong with it.

Only formats that hold their own pictures and sound are let in: a playlist (HLS, concat, SDP) could
make FFmpeg read other files or the network, and FFmpeg draws a plain text file named .txt as a
video of its letters. The library's own log stays silent; its errors become ours.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError

from purport.core.errors import UnreadableMediaError

__all__ = ["LARGEST_AREA_PX", "LARGEST_SIDE_PX", "file_name", "open_container", "refuse_size"]

LARGEST_SIDE_PX = 16_384
"""Longest side of a frame that is decoded."""
LARGEST_AREA_PX = 100_000_000
"""Most pixels of a frame that is decoded: 100 MB a luma plane."""

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,mpegtsraw,flv,asf,mxf,ogg,"
    "h264,hevc,av1,obu,ivf,m4v,h263,dv,rm,nut,yuv4mpegpipe,gif,apng,png_pipe,jpeg_pipe,bmp_pipe,"
    "tiff_pipe,webp_pipe,wav,mp3,aac,flac"
)
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}


def file_name(path: Path, name: str | None) -> str:
    """Return what messages call the file: the name it was given under, else its own."""
    return path.name if name is None else name


@contextmanager
def open_container(path: Path, *, name: str | None = None) -> Iterator[InputContainer]:
    """Open a file for reading and close it afterwards.

    Args:
        path: The file.
        name: What messages call it.

    Raises:
        UnreadableMediaError: The file is empty, or no format that we read.
        OSError: The file cannot be opened at all.
    """
    called = file_name(path, name)
    if path.stat().st_size == 0:
        raise UnreadableMediaError(
            called, "the file is empty (0 bytes)", remedy="Collect the file again."
        )
    try:
        container = av.open(str(path.absolute()), options=dict(_OPTIONS), metadata_errors="replace")
    except FFmpegError as error:
        raise UnreadableMediaError(
            called,
            f"this is not a video that can be read ({error.strerror})",
            remedy=(
                "Check that the file is whole and is a video (MP4, MOV, MKV, WebM, TS, AVI) or a "
                "picture; a download that broke off must be collected again."
            ),
        ) from error
    with container:
        yield container


def refuse_size(width_px: int, height_px: int, *, name: str) -> None:
    """Refuse a frame that has no pixels or too many.

    Raises:
        UnreadableMediaError: It has.
    """
    if width_px < 1 or height_px < 1:
        raise UnreadableMediaError(
            name,
            f"the video's frames are {width_px} x {height_px} px: they show nothing",
            remedy="Collect the file again; its header is damaged or it was never a video.",
        )
    if max(width_px, height_px) > LARGEST_SIDE_PX or width_px * height_px > LARGEST_AREA_PX:
        raise UnreadableMediaError(
            name,
            f"the video's frames are {width_px} x {height_px} px; at most {LARGEST_SIDE_PX:,} px "
            f"a side and {LARGEST_AREA_PX:,} px in all are read",
            remedy="Give a working copy scaled down to a usual size, and say so in its record.",
        )
