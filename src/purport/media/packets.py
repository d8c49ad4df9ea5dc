"""The packets of a video stream as they lie in the file: sizes, key frames, times, encoder's words.

Nothing is decoded. What stands here tells how a file was coded, not what it shows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av import Packet
from av.error import FFmpegError
from av.error import MemoryError as OutOfMemoryError
from numpy.typing import NDArray

from purport.core.digests import JsonValue
from purport.media._containers import file_name, open_container
from purport.media.border import Channel, ask, believe, limits_for
from purport.media.records import Probe

__all__ = ["PacketTrack", "read_packets"]

_WORDS = re.compile(rb"(x26[45] (?:- core |\(build )[ -~]{4,900}|Lavc[0-9][ -~]{3,60})")
_FIRST_BYTES = 8192
_MOST_PACKETS = 1_500_000
"""Ten hours at 40 frames a second; the answer stays below what one may answer with."""
_MOST_WORDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PacketTrack:
    """The packets of the analysed video stream in the order of the file; m of them."""

    pts: NDArray[np.int64]
    """Presentation time stamps (m,); the smallest integer where a packet has none. [ticks]"""
    dts: NDArray[np.int64]
    """Decoding time stamps (m,); the smallest integer where a packet has none. [ticks]"""
    size_bytes: NDArray[np.int64]
    """Sizes (m,)."""
    key: NDArray[np.bool_]
    """Whether decoding can begin with the packet (m,)."""
    time_base: Fraction
    """Length of a tick. [s]"""
    encoder_words: str | None
    """What the encoder wrote of itself into the first packet; None when it wrote nothing that we
    know."""
    whole: bool
    """Whether the stream goes no further than what was read."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return which packets have a presentation time (m,)."""
        return np.asarray(self.pts != _UNKNOWN, dtype=np.bool_)


_UNKNOWN = int(np.iinfo(np.int64).min)


def read_packets(path: Path, *, probe: Probe) -> PacketTrack:
    """Read the packets of the analysed video stream.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.

    Raises:
        UnreadableMediaError: The file is no format that we read.
    """
    coded = probe.streams[probe.video]
    called = file_name(path, None)
    said = ask(send_packets, path, coded.index, subject=called, limits=limits_for(probe.size_bytes))
    time_base = coded.time_base or Fraction(1, 1)
    return believe(lambda: _track(said, time_base), subject=called)


def _track(said: Any, time_base: Fraction) -> PacketTrack:  # noqa: ANN401 - from the border
    table = np.array(said["rows"], dtype=np.int64).reshape(-1, 4)
    words = said["words"]
    return PacketTrack(
        pts=table[:, 0],
        dts=table[:, 1],
        size_bytes=table[:, 2],
        key=table[:, 3].astype(np.bool_),
        time_base=time_base,
        encoder_words=None if words is None else str(words)[:_MOST_WORDS],
        whole=len(table) < _MOST_PACKETS,
    )


def send_packets(channel: Channel, path: Path, index: int) -> None:
    """Send the packets of stream `index`: {rows: [pts, dts, size, key, pts, ...], words}."""
    rows: list[JsonValue] = []
    words: str | None = None
    with open_container(path) as container:
        for packet in _packets(container.demux(container.streams[index])):
            if not rows:
                words = _words_in(bytes(packet)[:_FIRST_BYTES])
            rows += [
                _UNKNOWN if packet.pts is None else packet.pts,
                _UNKNOWN if packet.dts is None else packet.dts,
                packet.size,
                int(packet.is_keyframe),
            ]
            channel.pulse()
            if len(rows) == 4 * _MOST_PACKETS:
                break
    channel.answer({"rows": rows, "words": words})


def _packets(packets: Iterator[Packet]) -> Iterator[Packet]:
    """Yield packets that hold anything, up to where the container can be read."""
    while True:
        try:
            packet = next(packets)
        except OutOfMemoryError as error:
            raise MemoryError from error
        except (StopIteration, FFmpegError):
            return
        if packet.size:
            yield packet


def _words_in(data: bytes) -> str | None:
    found = _WORDS.search(data)
    return None if found is None else found.group(1).decode("ascii", "replace").strip()
