"""The border: whatever reads the inside of a stranger's file does so in a process of its own.

`ask` has a function do its work on one file in a child process behind walls (`_walls`), and gives
back what it answers. A child that crashes, gives no sign, or takes more than its limits is one
clear error that names the file; nothing of this process is touched. Pictures come back through
shared memory without being copied once more: a frame's array *is* its slot, and the slot goes back
to the child when the last view of the array is gone.

Children are forked by a warden (`_warden`), of which every process that asks has one; `get_ready`
starts it ahead of the first question, so that nobody waits for it.
"""

import atexit
import contextlib
import json
import math
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from purport.core.errors import (
    ConsistencyError,
    MissingToolError,
    PurportError,
    UnavailableError,
    UnreadableMediaError,
)
from purport.media._errands import (
    FRAME,
    QUANTISER_PARTS,
    SLOT,
    UNTOLD,
    Call,
    Channel,
    Message,
    Ring,
)
from purport.media._walls import Limits

__all__ = [
    "Channel",
    "Limits",
    "PictureSeen",
    "TellFault",
    "ask",
    "ask_for_pictures",
    "believe",
    "borrow",
    "get_ready",
    "lend",
    "limits_for",
]

_LARGEST_MESSAGE = 256 << 10
_RING_BYTES = 6 << 20
_SLOTS = ((4 << 20, 8, 64), (16 << 20, 6, 6))
"""Up to which size of a picture there are at least and at most how many slots."""
_FEWEST_SLOTS = 4
_SPARE_SLOTS = 2
_KEPT_VARIABLES = ("LANG", "LC_", "LD_LIBRARY_PATH", "MALLOC_", "PATH", "TZ")
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
"""As `purport` sets up its own processes (`cli._process`): pictures come out of memory that is
kept, not mapped again each time."""
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from purport.media._warden import serve; serve(int(sys.argv[1]))"
)
_NONSENSE = "the process that read it answered with nonsense"
_COLLECT = (
    "Treat the file with care: it may have been made to do harm, or is damaged. Collect it again, "
    "or give a working copy that was re-encoded elsewhere, and say so in its record."
)


ParsedT = TypeVar("ParsedT")
PictureSeen: TypeAlias = tuple[NDArray[np.uint8], int, int, int, float | None]
"""A picture that the child decoded, read-only; its presentation time stamp and its duration; how it
was coded, as FFmpeg numbers it; its mean quantiser, None where that is not told. A tuple, as there
can be hundreds of thousands. [ticks]"""
TellFault: TypeAlias = Callable[[str, int, str], None]
"""Is told kind, frame index and words of what is wrong with a stream."""


def get_ready() -> None:
    """Start this process's warden, if it has none, and don't wait for it."""
    _warden()


def lend() -> socket.socket:
    """Return what a process that this one starts gives to `borrow`: one warden serves both.

    It can be handed over as an argument of a `multiprocessing` process.
    """
    return _warden().control


def borrow(lent: socket.socket) -> None:
    """Use the warden of the process that started this one."""
    with _starting:
        _wardens[os.getpid()] = _Borrowed(lent)


def limits_for(size_bytes: int) -> Limits:
    """Return what work on a file of a length may use.

    Processor time grows with the bytes that are to be read: 100 s a megabyte, on top of ten
    minutes. The dearest ordinary footage, 4K at a very low rate (5 kB a second of footage, about a
    fifth of a second of processor time for each), needs 40 s a megabyte; usual clips need under 1.
    Silence grows with what may have to be read between two signs: a second for 20 MB (slow disk).
    """
    usual = Limits()
    return replace(
        usual,
        cpu_s=usual.cpu_s + size_bytes // 10_000,
        silence_s=usual.silence_s + size_bytes / 20e6,
    )


def ask(
    function: Callable[..., None], *arguments: object, subject: str, limits: Limits | None = None
) -> Any:  # noqa: ANN401 - JSON, parsed by the caller
    """Have a function do its work in a child process, and return its answer.

    Args:
        function: A function of a module, called with a `Channel` and the arguments.
        arguments: What else it is given; must be picklable.
        subject: What messages call the file.
        limits: What the child may use.

    Returns:
        What it gave to `Channel.answer`, as JSON values; None when it gave nothing.

    Raises:
        UnreadableMediaError: The file cannot be read, or reading it crashed, hung, or took more
            than the limits.
        UnavailableError: No child process can be had.
    """
    limits = limits or Limits()
    text = bytearray()
    with contextlib.closing(_Line(function, arguments, subject=subject, limits=limits)) as line:
        while True:
            kind, payload = line.receive()
            if kind == Message.DONE:
                return json.loads(text) if text else None
            if kind == Message.PULSE:
                continue
            if kind != Message.ANSWER:
                raise line.nonsense()
            text += payload
            if len(text) > limits.output_bytes:
                raise line.too_much(
                    "answers with more than it may", f"{limits.output_bytes:,} bytes"
                )


def believe(parse: Callable[[], ParsedT], *, subject: str) -> ParsedT:
    """Turn an answer into a record, or say that it is none: the child may have been taken over.

    Raises:
        UnreadableMediaError: It cannot be parsed.
    """
    try:
        return parse()
    except Exception as error:
        raise _harmful(subject, _NONSENSE) from error


def ask_for_pictures(
    function: Callable[..., None],
    *arguments: object,
    shape: tuple[int, ...],
    subject: str,
    tell: TellFault,
    limits: Limits | None = None,
) -> Iterator[PictureSeen]:
    """Have a function decode pictures in a child process, and yield them as they come.

    Args:
        function: A function of a module, called with a `Channel` and the arguments.
        arguments: What else it is given; must be picklable.
        shape: Shape of the pictures.
        subject: What messages call the file.
        tell: Is told what is wrong with the stream, before the picture that comes next.
        limits: What the child may use.

    Raises:
        UnreadableMediaError: As `ask`.
        UnavailableError: As `ask`.
    """
    ring = Ring(shape=shape, slots=_slots_for(math.prod(shape)))
    line = _Line(function, arguments, subject=subject, limits=limits or Limits(), ring=ring)
    with contextlib.closing(line):
        while True:
            kind, payload = line.receive()
            if kind == Message.FRAME:
                yield from line.pictures(payload)
            elif kind == Message.FAULT:
                _pass_on(payload, line, tell)
            elif kind == Message.DONE:
                return
            elif kind != Message.PULSE:
                raise line.nonsense()


def _harmful(subject: str, fault: str) -> UnreadableMediaError:
    return UnreadableMediaError(subject, fault, remedy=_COLLECT)


def _slots_for(size: int) -> int:
    for largest, least, most in _SLOTS:
        if size <= largest:
            return min(max(_RING_BYTES // max(size, 1), least), most)
    return _FEWEST_SLOTS


def _pass_on(payload: bytes, line: "_Line", tell: TellFault) -> None:
    try:
        kind, index, words = json.loads(payload)
        told = str(kind), int(index), str(words)
    except (TypeError, ValueError) as error:
        raise line.nonsense() from error
    tell(*told)


class _Looked(weakref.ref[NDArray[np.uint8]]):
    """Knows of which slot the last view has gone."""

    __slots__ = ("slot",)
    slot: int


class _Line:
    """This end of the talk with one child."""

    def __init__(
        self,
        function: Callable[..., None],
        arguments: tuple[object, ...],
        *,
        subject: str,
        limits: Limits,
        ring: Ring | None = None,
    ) -> None:
        self._subject = subject
        self._limits = limits
        self._ring = ring
        self._looked_at: dict[int, _Looked] = {}
        # The child waits when no slot is free. Those that come back are told of in batches, so
        # that more than a batch must always be on its way back.
        self._batch = 0 if ring is None else ring.batch
        self._most_looked_at = 0 if ring is None else ring.slots - _SPARE_SLOTS - ring.batch
        self._returned: deque[int] = deque()
        self._heard = memoryview(bytearray(_LARGEST_MESSAGE))
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.settimeout(limits.silence_s)
        handles = [theirs.fileno()]
        shared = None
        with theirs:
            try:
                if ring is not None:
                    shared = _shared_memory(ring.slots * ring.slot_bytes)
                    self._memory = ring.open(shared)
                    handles.append(shared)
                whole = tuple(
                    each.absolute() if isinstance(each, Path) else each for each in arguments
                )  # the child stands in another folder
                call = Call(function=function, arguments=whole, limits=limits, ring=ring)
                _call(pickle.dumps(call), handles)
            except BaseException:
                self._line.close()
                raise
            finally:
                if shared is not None:
                    os.close(shared)

    def receive(self) -> tuple[int, bytes]:
        """Return the next message's kind and content.

        Raises:
            PurportError: The errand failed, or its process did.
        """
        length = self._hear()
        if not length:
            raise _no_warden()
        kind, content = self._heard[0], bytes(self._heard[1:length])
        if kind == Message.ERROR:
            raise self._error(content)
        if kind == Message.ENDED:
            raise self._ended(int.from_bytes(content, "little", signed=True))
        return kind, content

    def _hear(self) -> int:
        try:
            return self._line.recv_into(self._heard)
        except TimeoutError as error:
            raise self.too_much(
                "gives no sign when it is read", f"{self._limits.silence_s:g} s of silence"
            ) from error
        except ConnectionResetError:
            # The other end was closed before it had read which slots are free. That is told once;
            # what it had said before is still there to be heard.
            return self._line.recv_into(self._heard)
        except OSError:
            return 0

    def pictures(self, payload: bytes) -> Iterator[PictureSeen]:
        """Yield the pictures that a message names."""
        try:
            told = list(FRAME.iter_unpack(payload))
        except struct.error as error:
            raise self.nonsense() from error
        for slot, pts, duration, coded, parts in told:
            quantiser = None if parts == UNTOLD else parts / QUANTISER_PARTS
            yield self._picture(slot), pts, duration, coded, quantiser

    def _picture(self, slot: int) -> NDArray[np.uint8]:
        """Return the picture in a slot; copied only when few slots are left."""
        ring = self._ring
        if ring is None or slot >= ring.slots or slot in self._looked_at:
            raise self.nonsense()
        picture = ring.picture(self._memory, slot)
        if len(self._looked_at) > self._most_looked_at:
            picture = picture.copy()
            self._give_back(slot)
        else:
            looked = self._looked_at[slot] = _Looked(picture, self._let_go)
            looked.slot = slot
        picture.flags.writeable = False
        return picture

    def close(self) -> None:
        """Hang up: what is still at work is ended. Pictures that were given stay whole."""
        self._line.close()

    def nonsense(self) -> UnreadableMediaError:
        """Return the error for a child that speaks out of turn: it is no longer itself."""
        return _harmful(self._subject, _NONSENSE)

    def too_much(self, what: str, limit: str) -> UnreadableMediaError:
        """Return the error for a file that takes more than it may."""
        return _harmful(self._subject, f"the file {what} (limit: {limit})")

    def _let_go(self, gone: "weakref.ref[NDArray[np.uint8]]") -> None:
        if isinstance(gone, _Looked):
            self._looked_at.pop(gone.slot, None)
            self._give_back(gone.slot)

    def _give_back(self, slot: int) -> None:
        """Give a slot back; from any thread, and from within the collection of garbage."""
        self._returned.append(slot)
        if len(self._returned) < self._batch:
            return
        packed = b""
        with contextlib.suppress(IndexError):  # another thread took the rest
            while True:
                packed += SLOT.pack(self._returned.popleft())
        if packed:
            with contextlib.suppress(OSError):  # the child is through, or this line is closed
                self._line.send(packed, socket.MSG_NOSIGNAL)

    def _error(self, payload: bytes) -> Exception:
        try:
            told = json.loads(payload)
            kind, fault = str(told["error"]), str(told["fault"])
            remedy = str(told["remedy"])
        except (KeyError, TypeError, ValueError):
            return self.nonsense()
        if kind == "unreadable":
            return UnreadableMediaError(self._subject, fault, remedy=remedy)
        if kind == "memory":
            return self._over_memory()
        if kind == "system":
            return UnreadableMediaError(
                self._subject, f"cannot be read ({fault})", remedy="Give a file that you may read."
            )
        return ConsistencyError(
            self._subject,
            fault,
            remedy="This is a fault of Purport and says nothing about the item; please report it.",
        )

    def _over_memory(self) -> UnreadableMediaError:
        most = self._limits.memory_bytes >> 20
        return self.too_much("asks for more memory than it may", f"{most:,} MiB")

    def _ended(self, code: int) -> PurportError:
        """Put into words how a process ended that did not say it was done."""
        if code == -signal.SIGXCPU:
            return self.too_much("takes too long to read", f"{self._limits.cpu_s:,} s of processor")
        if code == -signal.SIGKILL:
            return UnreadableMediaError(
                self._subject,
                "the process that read it was killed, as the system does when memory runs out",
                remedy="Free memory and run again; if it happens again, the file is to blame.",
            )
        if code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
            return _harmful(self._subject, f"reading the file crashed the decoder ({name})")
        return _harmful(self._subject, "the process that read it ended without an answer")


def _shared_memory(size: int) -> int:
    """Return a handle on memory of a size that nobody can change."""
    handle = _memory_handle(size)
    if sys.platform == "linux":
        import fcntl  # noqa: PLC0415 - not everywhere

        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, seals)
    return handle


def _memory_handle(size: int) -> int:
    """Return a handle on memory, or a file, that no path names."""
    if sys.platform == "linux":
        handle = os.memfd_create("purport", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    else:
        handle, path = tempfile.mkstemp()
        Path(path).unlink()
    os.ftruncate(handle, size)
    return handle


class _Warden:
    """The process that forks children for this one, and for those to which it was lent."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-I", *(["-B"] if sys.dont_write_bytecode else []), "-c", _START]
        places = json.dumps([str(Path(each).absolute()) for each in sys.path])
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - ourselves
                    [*command, str(theirs.fileno()), places],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                    start_new_session=True,
                    cwd="/",
                )
            except OSError as error:
                self.control.close()
                raise MissingToolError(
                    "media",
                    f"no process can be started that reads media ({error.strerror})",
                    remedy="Free memory or processes, then run again.",
                ) from error

    def is_alive(self) -> bool:
        """Tell whether it is there."""
        return self.control.fileno() >= 0 and self._process.poll() is None

    def close(self) -> None:
        """Let it go, and its children with it."""
        self.control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Borrowed:
    """The warden of the process that started this one."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control

    def is_alive(self) -> bool:
        """Tell whether nobody has hung up yet."""
        return self.control.fileno() >= 0

    def close(self) -> None:
        """Let it go; it goes on for others."""
        self.control.close()


_wardens: dict[int, _Warden | _Borrowed] = {}
"""This process's warden; a fork of this process finds its parent's, and starts its own."""
_starting = threading.Lock()


def _warden() -> _Warden | _Borrowed:
    with _starting:
        here = os.getpid()
        warden = _wardens.get(here)
        if warden is None or not warden.is_alive():
            if warden is not None:
                warden.close()
            warden = _wardens[here] = _Warden()
            atexit.register(warden.close)
        return warden


def _call(packed: bytes, handles: list[int]) -> None:
    """Have the warden fork a child for a call; one that is gone is replaced, once.

    Raises:
        UnavailableError: There is none.
    """
    told = _memory_handle(len(packed))
    try:
        with open(told, "wb", closefd=False) as stream:
            stream.write(packed)
        for last in (False, True):
            warden = _warden()
            try:
                socket.send_fds(warden.control, [b"\1"], [handles[0], told, *handles[1:]])
            except OSError as error:
                warden.close()
                if last:
                    raise _no_warden() from error
            else:
                return
    finally:
        os.close(told)


def _no_warden() -> UnavailableError:
    return UnavailableError(
        "media",
        "the process that reads media ended",
        remedy="Free memory, then run again; what was stored is kept.",
    )


def _environment() -> dict[str, str]:
    """Return what a reader needs of the environment; passwords and addresses stay here."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT_VARIABLES)}
    return {**_MEMORY, **kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
