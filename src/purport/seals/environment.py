"""With what a case was checked: versions, machine, and Purport itself, so that it can be run again.

The bag holds Purport as a wheel, made from the installed package, and the exact versions of all
that it needs: a virtual environment can be built from the bag alone (and a package index, or a
mirror of one), also when Purport is gone.
"""

import hashlib
import io
import os
import platform
import re
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path

from packaging.requirements import Requirement

from purport import __version__

__all__ = ["Environment", "build_wheel", "describe_environment", "lock_lines", "wheel_name"]

_EPOCH = (1980, 1, 1, 0, 0, 0)
_SKIPPED = frozenset({"__pycache__"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where a case was checked."""

    purport: str
    """Version of Purport."""
    python: str
    """Version and implementation of Python."""
    system: str
    """Operating system, its release, and its C library."""
    machine: str
    """Architecture: x86_64, aarch64."""
    processor: str
    """Model of the processor, by which libraries choose their routines, and what they are told
    to leave; empty when not known."""
    packages: tuple[tuple[str, str], ...]
    """Name and version of every package that Purport needs, sorted."""
    optional: tuple[tuple[str, str], ...]
    """Name and version of optional packages that were installed, sorted."""


def describe_environment() -> Environment:
    """Describe where this process runs."""
    needed = dict(_closure("purport", extras=False))
    everything = dict(_closure("purport", extras=True))
    libc = " ".join(platform.libc_ver()).strip()
    return Environment(
        purport=__version__,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=f"{platform.system()} {platform.release()} {libc}".strip(),
        machine=platform.machine(),
        processor=_processor(),
        packages=tuple(sorted(needed.items())),
        optional=tuple(sorted(everything.items() - needed.items())),
    )


def lock_lines(environment: Environment) -> str:
    """Write the packages as a requirements file with exact versions."""
    lines = [
        f"# Python {environment.python}, {environment.machine}, {environment.system}",
        "# python -m venv again && again/bin/pip install -r requirements.txt",
        f"# again/bin/pip install --no-deps {wheel_name()}",
        *(f"{name}=={version}" for name, version in environment.packages),
        *(f"# optional: {name}=={version}" for name, version in environment.optional),
    ]
    return "\n".join(lines) + "\n"


def wheel_name() -> str:
    """Return the file name of Purport's wheel."""
    return f"purport-{__version__}-py3-none-any.whl"


def build_wheel() -> bytes:
    """Make a wheel of the installed Purport; the same package gives the same bytes.

    References:
        PEP 427, the wheel format 1.0.
    """
    info = f"purport-{__version__}.dist-info"
    files = [(f"purport/{name}", content) for name, content in _package_files()]
    distribution = metadata.distribution("purport")
    for name in ("METADATA", "entry_points.txt"):
        text = distribution.read_text(name)
        if text is not None:
            files.append((f"{info}/{name}", text.encode()))
    tags = "Wheel-Version: 1.0\nGenerator: purport\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files.append((f"{info}/WHEEL", tags.encode()))
    record = "".join(f"{name},{_wheel_hash(data)},{len(data)}\n" for name, data in files)
    files.append((f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(_member(name), data, compresslevel=9)
    return buffer.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _wheel_hash(content: bytes) -> str:
    encoded = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={encoded}"


def _package_files() -> Iterator[tuple[str, bytes]]:
    root = Path(str(resources.files("purport")))
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.is_file() and not _SKIPPED & set(parts) and path.suffix != ".pyc":
            yield "/".join(parts), path.read_bytes()


def _closure(name: str, *, extras: bool) -> Iterator[tuple[str, str]]:
    """Give all installed packages that one needs, itself left out.

    Args:
        name: Of the package.
        extras: Whether what it can do without counts too.
    """
    own = metadata.distribution(name).metadata.get_all("Provides-Extra") or () if extras else ()
    waiting, seen = [(name, frozenset(own))], set[tuple[str, frozenset[str]]]()
    given = {_normal(name)}
    while waiting:
        asking, wanted = waiting.pop()
        for needed in _needs(asking, wanted):
            normal = _normal(needed.name)
            if (normal, frozenset(needed.extras)) in seen:
                continue
            seen.add((normal, frozenset(needed.extras)))
            try:
                version = metadata.version(normal)
            except metadata.PackageNotFoundError:
                continue
            waiting.append((normal, frozenset(needed.extras)))
            if normal not in given:
                given.add(normal)
                yield normal, version


def _needs(name: str, extras: frozenset[str]) -> Iterator[Requirement]:
    """Give what a package, with some of its extras, requires on this platform."""
    for line in metadata.distribution(name).requires or ():
        needed = Requirement(line)
        marker = needed.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield needed


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _processor() -> str:
    """Return the processor's model as the system states it, and what libraries are told to leave.

    A name alone tells too little: virtual machines call several generations by one.
    """
    model = platform.processor()
    path = Path("/proc/cpuinfo")
    if sys.platform == "linux" and path.is_file():
        model = _stated_model(path.read_text(encoding="utf-8", errors="replace")) or model
    left = [f"{name}={os.environ[name]}" for name in _ROUTINES if os.environ.get(name)]
    return ", ".join([model, *left])


_ROUTINES = ("OPENCV_CPU_DISABLE", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")
"""Variables by which a library chooses other routines than the processor's."""
_STATED = ("model name", "cpu family", "model", "stepping", "CPU implementer", "CPU part")


def _stated_model(cpuinfo: str) -> str:
    """Read the first processor of `/proc/cpuinfo`."""
    lines = (line.partition(":") for line in cpuinfo.split("\n\n", 1)[0].splitlines())
    first = {name.strip(): value.strip() for name, _, value in lines}
    name = first.get("model name", "")
    rest = [f"{key} {first[key]}" for key in _STATED[1:] if key in first]
    return ", ".join([name, *rest] if name else rest)
