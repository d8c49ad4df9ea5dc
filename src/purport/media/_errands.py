"""What the process that reads a file and the one that asked tell each other.

An errand is a function that is called, by its name, with a channel and its arguments, in a process
of its own. It answers by messages on a socket that keeps their bounds; the first byte is the kind.
Pictures lie in memory that both share, cut into slots; a message names the slot, and the slot's
number comes back when the picture is no longer looked at. Nothing that comes from the errand is
ever unpickled: it is JSON, or numbers of fixed size.
"""

import json
import math
import mmap
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from purport.core.digests import JsonValue
from purport.media._walls import Limits

__all__ = [
    "FRAME",
    "QUANTISER_PARTS",
    "SLOT",
    "UNTOLD",
    "Call",
    "Channel",
    "Message",
    "Ring",
]

FRAME = struct.Struct("<IqqBi")
"""Slot, presentation time stamp, duration, how it was coded, and how coarsely."""
QUANTISER_PARTS = 100
"""Parts of a quantiser that are told."""
UNTOLD = -(1 << 31)
"""Stands for a quantiser that the codec does not tell."""
SLOT = struct.Struct("<I")
_PIECE_BYTES = 48 << 10
_AT_ONCE_BYTES = 32 << 20
_PULSE_S = 5.0


class Message(IntEnum):
    """Kinds of messages from an errand."""

    ANSWER = 1
    """A piece of its answer, JSON."""
    FRAME = 2
    """Pictures lie in slots."""
    FAULT = 3
    """Something was wrong with the stream: [kind, index, words]."""
    ERROR = 4
    """It failed: {error, subject, fault, remedy}."""
    DONE = 5
    """It is finished."""
    PULSE = 7
    """It is at work, and has nothing to say."""
    ENDED = 6
    """The process ended; said by the warden: exit code, or minus the signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An errand to be done, as the warden is told."""

    function: Callable[..., None]
    """The function; given by module and name."""
    arguments: tuple[object, ...]
    """Its arguments after the channel."""
    limits: Limits
    """What it may use."""
    ring: "Ring | None" = None
    """The shared memory; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Shared memory cut into slots for pictures of one shape."""

    shape: tuple[int, ...]
    """Shape of a picture."""
    slots: int
    """How many."""

    @property
    def slot_bytes(self) -> int:
        """Return the length of a slot."""
        return math.prod(self.shape)

    @property
    def batch(self) -> int:
        """Return how many slots are spoken of at once: every message wakes a process."""
        return max(self.slots // 4, 1)

    def open(self, handle: int) -> mmap.mmap:
        """Map the shared memory; a small one whole at once, as page after page takes longer."""
        size = self.slots * self.slot_bytes
        at_once = getattr(mmap, "MAP_POPULATE", 0) if size <= _AT_ONCE_BYTES else 0
        return mmap.mmap(handle, size, flags=mmap.MAP_SHARED | at_once)

    def picture(self, memory: mmap.mmap, slot: int) -> NDArray[np.uint8]:
        """Return the picture in a slot, not copied."""
        # made in one step: a view of it then holds on to this very array, and to no other
        return np.ndarray(self.shape, np.uint8, buffer=memory, offset=slot * self.slot_bytes)


class Channel:
    """The errand's end.

    Args:
        line: The socket.
        ring: How the shared memory is cut; None for none.
        memory: The shared memory; None for none.

    Attributes:
        walls: Behind which walls the errand is done.
    """

    def __init__(
        self, line: socket.socket, *, ring: Ring | None = None, memory: mmap.mmap | None = None
    ) -> None:
        self.walls: tuple[str, ...] = ()
        self._line = line
        self._slots = (
            []
            if ring is None or memory is None
            else [ring.picture(memory, slot) for slot in range(ring.slots)]
        )
        self._batch = 1 if ring is None else ring.batch
        self._free = list(range(len(self._slots)))
        self._filled: list[bytes] = []
        self._last = time.monotonic()

    def answer(self, value: JsonValue) -> None:
        """Give the answer, in pieces."""
        text = json.dumps(value, allow_nan=False).encode()
        for start in range(0, len(text), _PIECE_BYTES):
            self._send(Message.ANSWER, text[start : start + _PIECE_BYTES])

    def fault(self, kind: str, index: int, words: str) -> None:
        """Say that something is wrong with the stream."""
        self._send(Message.FAULT, json.dumps([kind, index, words]).encode())

    def picture(
        self,
        picture: NDArray[np.uint8],
        *,
        pts: int,
        duration: int,
        coded: int = 0,
        quantiser: float | None = None,
    ) -> None:
        """Copy a picture into a free slot and say so; wait while none is free."""
        if not self._slots:
            message = "this errand has no memory for pictures"
            raise RuntimeError(message)
        while not self._free:
            self.flush()
            given = self._line.recv(1 << 12)
            if not given:
                raise BrokenPipeError
            self._free += [slot for (slot,) in SLOT.iter_unpack(given)]
        slot = self._free.pop()
        self._slots[slot][...] = picture
        parts = UNTOLD if quantiser is None else round(quantiser * QUANTISER_PARTS)
        self._filled.append(FRAME.pack(slot, pts, duration, coded, parts))
        if len(self._filled) >= self._batch:
            self.flush()

    def flush(self) -> None:
        """Tell of the pictures that have not been told of."""
        if self._filled:
            told = b"".join(self._filled)
            self._filled.clear()
            self._line.send(bytes([Message.FRAME]) + told)

    def pulse(self) -> None:
        """Give a sign of life, when the last one was some seconds ago."""
        if time.monotonic() - self._last > _PULSE_S:
            self._send(Message.PULSE, b"")

    def failed(self, *, error: str, subject: str, fault: str, remedy: str) -> None:
        """Say that the errand failed."""
        words = {"error": error, "subject": subject, "fault": fault, "remedy": remedy}
        self._send(Message.ERROR, json.dumps(words).encode()[: 4 * _PIECE_BYTES])

    def done(self) -> None:
        """Say that the errand is finished."""
        self._send(Message.DONE, b"")

    def _send(self, kind: Message, payload: bytes) -> None:
        self.flush()
        self._last = time.monotonic()
        self._line.send(bytes([kind]) + payload)
