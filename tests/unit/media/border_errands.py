"""What the tests have a child process do; imported there by its name, so that it stands alone."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from purport.core.digests import JsonValue
from purport.core.errors import ConsistencyError, UnreadableMediaError
from purport.media import Channel, ask


def answer(channel: Channel, value: JsonValue) -> None:
    channel.answer(value)


def tell_who_is_above(channel: Channel) -> None:
    channel.answer(os.getppid())


def ask_who_is_above(_: int) -> int:
    """Run in a worker process: ask a child whose child it is."""
    above: int = ask(tell_who_is_above, subject="clip")
    return above


def say_nothing(channel: Channel) -> None:
    del channel


def crash(channel: Channel) -> None:
    del channel
    ctypes.string_at(0)


def abort(channel: Channel) -> None:
    del channel
    os.abort()


def leave(channel: Channel) -> None:
    del channel
    os._exit(3)


def sleep(channel: Channel, seconds: float) -> None:
    del channel
    time.sleep(seconds)


def work_for_long(channel: Channel, seconds: float) -> None:
    channel._last -= 60.0
    channel.pulse()
    time.sleep(seconds)
    channel._last -= 60.0
    channel.pulse()
    channel.pulse()
    time.sleep(seconds)
    channel.answer("done")


def spin(channel: Channel) -> None:
    del channel
    while True:
        pass


def grow(channel: Channel) -> None:
    held = []
    while True:
        held.append(bytearray(64 << 20))
    channel.answer(len(held))


def refuse(channel: Channel) -> None:
    del channel
    raise UnreadableMediaError("clip", "shows nothing", remedy="Collect it again.")


def system_error(channel: Channel, path: Path) -> None:
    channel.answer(len(path.read_bytes()))


def stumble(channel: Channel) -> None:
    del channel
    message = "seven is not eight"
    raise ValueError(message)


def stumble_on_purpose(channel: Channel) -> None:
    del channel
    raise ConsistencyError("a", "b is c", remedy="d")


def speak_nonsense(channel: Channel) -> None:
    channel._line.send(b"\xff\xff\xff")


def speak_broken_json(channel: Channel) -> None:
    channel._line.send(b"\x04{")


def kill_itself(channel: Channel) -> None:
    """Stand in for the kernel's hand when memory runs out; the walls forbid signals to others."""
    del channel
    signal.raise_signal(signal.SIGKILL)


def tell_what_is_refused(channel: Channel, path: Path) -> None:
    """Try what a stranger's file should not be able to do; answer with what worked."""
    tries: dict[str, Callable[[], object]] = {
        "socket": socket.socket,
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "fork": os.fork,
        "write": lambda: path.with_name("written").write_text("x"),
        "append": lambda: path.open("a").write("x"),
        "remove": path.unlink,
        "rename": lambda: path.rename(path.with_name("moved")),
        "folder": lambda: path.with_name("folder").mkdir(),
        "kill": lambda: os.kill(os.getppid(), 0),
        "mode": lambda: path.chmod(0o777),
    }
    worked = []
    for name, attempt in tries.items():
        try:
            attempt()
        except OSError:
            continue
        worked.append(name)
    channel.answer({"worked": worked, "reads": len(path.read_bytes())})


def tell_what_is_open(channel: Channel) -> None:
    handles = Path("/proc/self/fd")
    found = []
    for handle in sorted(handles.iterdir()):
        try:
            found.append(str(handle.readlink()).partition(":")[0])
        except OSError:
            continue
    channel.answer(found)


def tell_environment(channel: Channel) -> None:
    channel.answer(dict(os.environ))


def use_threads(channel: Channel) -> None:
    seen: list[int] = []
    threads = [threading.Thread(target=seen.append, args=(one,)) for one in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    channel.answer(sorted(seen))


def send_pictures(channel: Channel, count: int, shape: tuple[int, ...]) -> None:
    for index in range(count):
        if index == 1:
            channel.fault("corrupt_frame", 1, "odd")
        channel.picture(np.full(shape, index % 256, np.uint8), pts=10 * index, duration=10)


def send_then_crash(channel: Channel, shape: tuple[int, ...]) -> None:
    for index in range(3):
        channel.picture(np.full(shape, index, np.uint8), pts=index, duration=1)
    channel.flush()
    os.abort()


def send_forever(channel: Channel, shape: tuple[int, ...]) -> None:
    while True:
        channel.picture(np.zeros(shape, np.uint8), pts=0, duration=0)
