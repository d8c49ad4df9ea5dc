"""The walls around a process that reads a stranger's file: limits of the system, and no network.

Two walls stand one behind the other. Resource limits (processor time, address space, no file may
be written, no core dump) are kept by every Unix. On Linux a seccomp filter takes away, for good,
the calls by which a process reaches anything beyond its own memory and the files that it may read:
sockets, other programs and processes, writing, renaming and removing files, and raising its own
limits. What the filter refuses fails with "operation not permitted".

References:
    Linux kernel documentation, userspace-api/seccomp_filter. linux/filter.h, linux/seccomp.h,
    linux/audit.h; system call numbers from the kernel's tables for x86-64 and arm64.
"""

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Limits", "build_walls", "end_with", "filter_program"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one errand about a file may use."""

    cpu_s: int = 600
    """Processor time of all its threads. [s]"""
    memory_bytes: int = 6 << 30
    """Address space, on top of what the process has when it begins. It is reserved, not used: a
    thread reserves 72 MB. Eight threads on the largest picture that is let in (100 megapixels at
    16 bits and full colour, 600 MB each) come to about 5 GB."""
    silence_s: float = 120.0
    """How long it may give no sign while it is waited for; a busy machine may leave it without a
    processor for a while. [s]"""
    output_bytes: int = 64 << 20
    """Most bytes that it may answer with, pictures apart."""


_LAST_WORDS_S = 5
_CLONE_THREAD = 0x0001_0000
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_X32_CALLS = 0x4000_0000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """What the filter has to know of a kind of processor."""

    audit: int
    """AUDIT_ARCH constant."""
    refused: tuple[int, ...]
    """Calls that are refused whatever their arguments."""
    absent: tuple[int, ...]
    """Calls that are said not to exist, so that the C library takes the older ones."""
    opening: tuple[tuple[int, int], ...]
    """Calls that open a file, each with the place of its flags."""
    clone: int
    tgkill: int
    prlimit: int


_MACHINES = {
    "x86_64": _Machine(
        audit=0xC000_003E,
        # Line by line: sockets; other programs and processes; files by path; files by folder;
        # attributes, files by handle, modules and restart; limits, mounts, namespaces, keys,
        # performance counters, programs in the kernel, its rings of requests.
        refused=(
            *(41, 42, 43, 49, 50, 53, 288),
            *(57, 58, 59, 322, 62, 200, 101, 310, 311, 424, 434, 438),
            *(76, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 132, 133, 235),
            *(258, 259, 260, 261, 263, 264, 265, 266, 268, 280, 316),
            *(188, 189, 190, 197, 198, 199, 304, 169, 175, 246, 313, 320),
            *(160, 161, 165, 166, 155, 272, 308, 248, 249, 250, 298, 321, 323, 425, 426, 427),
        ),
        absent=(435, 437, 452),
        opening=((2, 1), (257, 2)),
        clone=56,
        tgkill=234,
        prlimit=302,
    ),
    "aarch64": _Machine(
        audit=0xC000_00B7,
        refused=(
            *(198, 199, 200, 201, 202, 203, 242),
            *(221, 281, 129, 130, 117, 270, 271, 424, 434, 438),
            *(45, 33, 34, 35, 36, 37, 38, 276, 52, 53, 54, 55, 88),
            *(5, 6, 7, 14, 15, 16, 265, 142, 105, 104, 273, 294),
            *(164, 51, 40, 39, 41, 97, 268, 217, 218, 219, 241, 280, 282, 425, 426, 427),
        ),
        absent=(435, 437, 452),
        opening=((56, 2),),
        clone=220,
        tgkill=131,
        prlimit=261,
    ),
}

_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_FROM, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF_0000, 0x8000_0000, 0x0005_0000
_EPERM, _ENOSYS = 1, 38
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER_MODE = 1, 22, 38, 2
_SIGKILL = 9

Instruction = tuple[int, int, int, int]


def build_walls(limits: Limits) -> tuple[str, ...]:
    """Put this process behind the walls; there is no way back.

    Returns:
        The walls that stand: "limits", and "system calls" where the machine has the filter.
    """
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, _address_space() + limits.memory_bytes),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        # at the hard limit of time the system kills without saying why: say why a little before
        spare = _LAST_WORDS_S if what == resource.RLIMIT_CPU and least == most else 0
        resource.setrlimit(what, (least, least + spare if hard < 0 else min(least + spare, hard)))
    machine = _MACHINES.get(platform.machine()) if sys.platform == "linux" else None
    if machine is None or not _install(filter_program(machine, os.getpid())):
        return ("limits",)
    return ("limits", "system calls")


def end_with(parent: int) -> None:
    """Let this process end when process `parent`, which started it, does; at once if it has."""
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def filter_program(machine: _Machine, process: int) -> Sequence[Instruction]:
    """Write the filter, in the instructions of the kernel's packet filter.

    Args:
        machine: The kind of processor.
        process: The process, the only one to which it may send a signal (`abort` does so).
    """
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_FROM, 0, 1, _X32_CALLS),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]
    for numbers, error in ((machine.refused, _EPERM), (machine.absent, _ENOSYS)):
        for number in numbers:
            program += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | error)]
    for number, place in machine.opening:
        program += _when(number, place, (_JUMP_SET, 0, 1, _WRITES))
    program += _when(machine.clone, 0, (_JUMP_SET, 1, 0, _CLONE_THREAD))
    program += _when(machine.tgkill, 0, (_JUMP_EQUAL, 1, 0, process))
    # a pointer to new limits: either half of it
    program += _when(machine.prlimit, 2, (_JUMP_EQUAL, 1, 0, 0))
    program.append((_RETURN, 0, 0, _ALLOW))
    return program


def _when(number: int, argument: int, test: Instruction) -> Iterable[Instruction]:
    """Refuse call `number` where `test` on the lower half of an argument goes on, not past one."""
    body = [
        (_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument),
        test,
        (_RETURN, 0, 0, _ERRNO | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return [(_JUMP_EQUAL, 0, len(body), number), *body]


def _install(program: Sequence[Instruction]) -> bool:
    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    packed = b"".join(struct.pack("<HBBI", *instruction) for instruction in program)
    described = Program(len(program), packed)
    return (
        _prctl(_PR_SET_NO_NEW_PRIVS, 1) == 0
        and _prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(described)) == 0
    )


def _prctl(what: int, first: int, second: int = 0) -> int:
    call = ctypes.CDLL(None, use_errno=True).prctl
    call.argtypes = (ctypes.c_int, *[ctypes.c_ulong] * 4)
    return int(call(what, first, second, 0, 0))


def _address_space() -> int:
    """Return what this process has of it; 0 where the system does not say. [bytes]"""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:  # noqa: PTH123 - not ours to walk
            return int(stream.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0
