"""Films by yt-dlp, when it is installed: a program of its own, behind our proxy, within limits.

It is never told more than the address, reads no settings or plug-ins of the user, runs nothing
after it, and its files are read as strangers' files are. It is a program beside Purport, not part
of it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from purport.core.errors import MissingToolError
from purport.sources.addresses import Door
from purport.sources.proxying import open_proxy
from purport.sources.records import Download, Limits

__all__ = ["Fetched", "fetch_media", "find_downloader"]

_ABOUT = ".info.json"
_PARTIAL = re.compile(r"\.(?:part(?:-Frag\d+(?:\.part)?)?|ytdl|temp(?:\.\w+)?)$")
"""What it leaves when it is stopped: pieces, its notes of them, and what ffmpeg was joining."""
_MOST_FILES = 50
_VERSION_S = 30.0
_FORMAT = "bv*+ba/b"
_LONGEST_TOLD = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What yt-dlp did."""

    files: tuple[Download, ...]
    """What it brought, the largest first."""
    version: str
    """As it states it."""
    told: str | None
    """Why it brought nothing, in its words; None when it brought something."""
    refused: tuple[tuple[str, str], ...]
    """What the proxy did not let it ask for."""


def find_downloader() -> Path | None:
    """Return yt-dlp, None when it is not installed."""
    beside = str(Path(sys.executable).parent)  # of this environment, whether or not it is on PATH
    found = shutil.which("yt-dlp") or shutil.which("yt-dlp", path=beside)
    return None if found is None else Path(found)


def fetch_media(program: Path, url: str, folder: Path, *, door: Door, limits: Limits) -> Fetched:
    """Let yt-dlp bring the films of a page.

    Args:
        program: yt-dlp.
        url: The page.
        folder: An empty folder.
        door: The way to the network.
        limits: How much it may bring, and how long it may take.

    Raises:
        MissingToolError: It does not run.
    """
    version = _version(program)
    with open_proxy(door, limits) as proxy:
        told, finished = _run(program, url, folder, proxy=proxy.address, limits=limits)
    files = _brought(folder, limits)
    if not finished:
        told = f"was stopped after {limits.exchange_s:.0f} s"
    return Fetched(
        files=files,
        version=version,
        told=None if files else (told or "found no film"),
        refused=tuple(proxy.refused),
    )


def _version(program: Path) -> str:
    try:
        run = subprocess.run(  # noqa: S603 - the program that was found, with nothing of the page
            [str(program), "--ignore-config", "--version"],
            capture_output=True,
            text=True,
            timeout=_VERSION_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise MissingToolError(
            "yt-dlp", f"does not run ({error})", remedy="Install it anew, or give --no-media."
        ) from error
    return run.stdout.strip()[:40]


def _run(
    program: Path, url: str, folder: Path, *, proxy: str, limits: Limits
) -> tuple[str | None, bool]:
    """Run yt-dlp; returns what it complained of, and whether it ended by itself."""
    command = [
        str(program),
        *("--ignore-config", "--no-plugin-dirs", "--no-exec", "--no-playlist", "--no-cache-dir"),
        *("--no-progress", "--no-color", "--no-mtime", "--no-continue", "--restrict-filenames"),
        *("--no-overwrites", "--keep-video", "--no-cookies-from-browser", "--no-remote-components"),
        *("--proxy", proxy, "--socket-timeout", f"{limits.silence_s:g}", "--retries", "2"),
        *("--max-filesize", str(limits.largest_bytes), "--fragment-retries", "2"),
        *("--downloader", "native", "--write-info-json", "--format", _FORMAT),
        *("--output", "%(extractor)s-%(id).80s.%(ext)s", "--paths", str(folder)),
        *("--", url),
    ]
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        environment[name] = proxy  # for ffmpeg, which it may start
    environment["HOME"] = str(folder)
    if "SSL_CERT_FILE" in os.environ:
        environment["SSL_CERT_FILE"] = os.environ["SSL_CERT_FILE"]
    with subprocess.Popen(  # noqa: S603 - a list of arguments, the address after "--"
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as run:
        try:
            _, said = run.communicate(timeout=limits.exchange_s)
        except subprocess.TimeoutExpired:
            return None, False
        finally:
            _end(run)
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if "ERROR" in line]
    return (lines[-1][:_LONGEST_TOLD] if lines else None), True


def _end(run: "subprocess.Popen[bytes]") -> None:
    """End it with whatever it started; its group is its own."""
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()


def _brought(folder: Path, limits: Limits) -> tuple[Download, ...]:
    found = []
    told = _told_about(folder)
    for path in sorted(folder.iterdir()):
        if path.name.endswith(_ABOUT) or path.is_symlink() or not path.is_file():
            continue
        if _PARTIAL.search(path.name) is None and 0 < path.stat().st_size <= limits.largest_bytes:
            found.append(Download(path=path, about=_about(path, told)))
    found.sort(key=lambda each: (-each.path.stat().st_size, each.path.name))
    return tuple(found[:_MOST_FILES])


def _about(film: Path, told: Sequence[Path]) -> Path | None:
    """Return what was written about a film and no other: `a.info.json` is of `a.f137.mp4`."""
    own = [path for path in told if film.name.startswith(path.name.removesuffix(_ABOUT) + ".")]
    return max(own, key=lambda path: len(path.name), default=None)


def _told_about(folder: Path) -> Sequence[Path]:
    """Return the files about films that can be read."""
    found = []
    for path in sorted(folder.glob(f"*{_ABOUT}")):
        with suppress(ValueError, OSError, RecursionError):
            if isinstance(json.loads(path.read_text(encoding="utf-8")), dict):
                found.append(path)
    return found
