"""Published cases as PDF, printed once for all who ask for the same."""

import contextlib
import json
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

from purport.casework.workspace import Workspace, keep_newest
from purport.core.errors import ConsistencyError, UnavailableError
from purport.reports.published import MISSING_PRINTER, pages_digest, printer_missing

__all__ = ["printed"]

_MOST_KEPT = 300
"""PDFs kept in a workspace; the oldest go first."""
_LONGEST_S = 240.0
_ONE_AT_A_TIME = threading.Lock()
"""Printing takes a processor for some seconds; readers who ask for the same find it made."""
_IN_TURN = threading.BoundedSemaphore(3)
"""How many may wait for a PDF, so that those who read pages are not kept waiting by them."""
_BUSY = UnavailableError("PDF", "several are being made just now", remedy="Try again in a minute.")
_PROGRAM = "from purport.reports.published.printing import print_one; print_one()"


def printed(workspace: Workspace, html: str, pieces: Mapping[str, bytes]) -> bytes:
    """Return a page as PDF.

    Args:
        workspace: Where it is kept.
        html: The page, holding what an anonymous reader sees.
        pieces: Its pictures, by the name after "piece:" by which the page asks for them.

    A process of its own makes it: it is large work, which the server's threads would all feel.

    Raises:
        MissingToolError: WeasyPrint or Pango is not installed.
        UnavailableError: Too many are being made, or it takes too long.
        StorageFullError: There is no room in the cache.
    """
    kept = workspace.cache / "printed" / f"{pages_digest(html, pieces)}.pdf"
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    if not _IN_TURN.acquire(blocking=False):
        raise _BUSY
    try:
        return _make(workspace, kept, html, pieces)
    finally:
        _IN_TURN.release()


def _make(workspace: Workspace, kept: Path, html: str, pieces: Mapping[str, bytes]) -> bytes:
    with _ONE_AT_A_TIME:
        with contextlib.suppress(FileNotFoundError):  # made while we waited
            return kept.read_bytes()
        content = _print_apart(html, pieces)
        with workspace.writing(kept, subject="PDF") as unfinished:
            unfinished.write_bytes(content)
        keep_newest(kept.parent.iterdir(), _MOST_KEPT)
    return content


def _print_apart(html: str, pieces: Mapping[str, bytes]) -> bytes:
    """Print in a process of its own."""
    told = {"html": html, "pieces": {name: b64encode(one).decode() for name, one in pieces.items()}}
    try:
        done = subprocess.run(  # noqa: S603 - ourselves
            [sys.executable, "-P", "-c", _PROGRAM],
            input=json.dumps(told).encode(),
            capture_output=True,
            timeout=_LONGEST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(
            "PDF", f"takes longer than {_LONGEST_S:.0f} s", remedy="Try again later."
        ) from error
    if done.returncode == MISSING_PRINTER:
        raise printer_missing()
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise ConsistencyError(
            "PDF", done.stderr.decode(errors="replace")[-500:], remedy="Report this fault."
        )
    return done.stdout
