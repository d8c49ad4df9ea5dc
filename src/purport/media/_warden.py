"""A small process that starts another for each file to be read, and says how that one ended.

It is started once by a process that reads media, which may lend it to others that it starts. It
loads the libraries, reads no file itself, and forks for each errand: that takes milliseconds, where
a start from nothing takes a third of a second. It ends when nobody is left to call it, and ends an
errand whose caller has hung up.
"""

import os
import pickle
import selectors
import signal
import socket
import struct
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from purport.core.errors import PurportError, UnreadableMediaError
from purport.media._errands import Call, Channel, Message
from purport.media._walls import build_walls, end_with

__all__ = ["serve"]

_MOST_HANDLES = 3
_MOST_OPEN = 1 << 16
_STATUS = struct.Struct("<Bi")
_LOOK_EVERY_S = 0.25
"""How often to look for callers that have hung up; an errand that talks notices by itself. [s]"""


@dataclass(slots=True, kw_only=True)
class _Errand:
    """A process at work."""

    line: socket.socket
    process: int
    ended: int | None = None
    """How it ended; None while it has not."""


def serve(handle: int) -> None:
    """Take calls from the socket `handle` until it is closed; then end all errands."""
    control = socket.socket(fileno=handle)
    wake, waker = socket.socketpair()
    wake.setblocking(False)
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    errands: dict[int, _Errand] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select(_LOOK_EVERY_S if errands else None)}
            if control in ready and not _take(control, errands):
                break
            if wake in ready:
                wake.recv(1 << 12)
            _reap(errands)
            _settle(errands)
    for errand in errands.values():
        if errand.ended is None:
            os.kill(errand.process, signal.SIGKILL)


def _take(control: socket.socket, errands: dict[int, _Errand]) -> bool:
    """Start the errand that is called for; False when there is nobody left to call.

    A call is one message of one byte, with two or three handles: the line to the caller, memory
    that holds the call, and memory for pictures. So callers in several processes can share the
    socket, and no call is too long.
    """
    message, handles, _, _ = socket.recv_fds(control, 1, _MOST_HANDLES)
    if not message:
        return False
    line, packed, *memory = handles
    here = os.getpid()
    process = os.fork()
    if process == 0:
        end_with(here)
        _run(socket.socket(fileno=line), packed, *memory)
    for handle in (packed, *memory):
        os.close(handle)
    errands[process] = _Errand(line=socket.socket(fileno=line), process=process)
    return True


def _reap(errands: dict[int, _Errand]) -> None:
    """Learn which processes have ended, and how."""
    while True:
        try:
            process, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if process == 0:
            return
        if process in errands:
            errands[process].ended = os.waitstatus_to_exitcode(status)


def _settle(errands: dict[int, _Errand]) -> None:
    """Tell callers how their errand ended; end those whose caller has hung up."""
    for process, errand in list(errands.items()):
        if errand.ended is None:
            if _has_hung_up(errand.line):
                os.kill(process, signal.SIGKILL)
            continue
        try:
            status = _STATUS.pack(Message.ENDED, errand.ended)
            errand.line.send(status, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            continue
        except OSError:
            pass
        errand.line.close()
        del errands[process]


def _has_hung_up(line: socket.socket) -> bool:
    poll = selectors.PollSelector()
    with poll:
        poll.register(line, selectors.EVENT_READ)
        if not poll.select(0):
            return False
    try:
        return not line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _run(line: socket.socket, packed: int, memory: int | None = None) -> NoReturn:
    """Do one errand in this process, then end it without looking back."""
    code = 1
    try:
        _let_go_of_the_rest({line.fileno(), packed, *([] if memory is None else [memory])})
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with os.fdopen(packed, "rb") as stream:
            stream.seek(0)
            call: Call = pickle.load(stream)  # noqa: S301 - from the process that started us
        channel = _channel(line, memory, call)
        channel.walls = build_walls(call.limits)
        _do(call, channel)
        channel.done()
        code = 0
    except BrokenPipeError:
        code = 0  # the caller has what it wanted
    finally:
        os._exit(code)


def _let_go_of_the_rest(kept: set[int]) -> None:
    """Close what this process has of the warden's: calls, and the lines of other errands."""
    first = 3  # input, output and errors lead nowhere
    for handle in sorted(kept):
        os.closerange(first, handle)
        first = handle + 1
    os.closerange(first, _MOST_OPEN)


def _channel(line: socket.socket, memory: int | None, call: Call) -> Channel:
    if memory is None or call.ring is None:
        return Channel(line)
    return Channel(line, ring=call.ring, memory=call.ring.open(memory))


def _do(call: Call, channel: Channel) -> None:
    """Do it; what goes wrong is told in the caller's words."""
    try:
        call.function(channel, *call.arguments)
    except BrokenPipeError:
        raise
    except MemoryError:
        channel.failed(error="memory", subject="", fault="", remedy="")
    except UnreadableMediaError as error:
        channel.failed(
            error="unreadable", subject=error.subject, fault=error.fault, remedy=error.remedy
        )
    except OSError as error:
        words = error.strerror or str(error)
        channel.failed(error="system", subject="", fault=words, remedy="")
    except Exception as error:  # noqa: BLE001 - this process ends; its caller is told all of it
        channel.failed(error="bug", subject="", fault=_describe(error), remedy="")


def _describe(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    words = error.fault if isinstance(error, PurportError) else str(error)
    return f"{type(error).__name__}: {words} ({Path(last.filename).name}, line {last.lineno})"
