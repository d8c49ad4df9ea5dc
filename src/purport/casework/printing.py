"""Published cases as PDF, printed once for all who ask for the same."""

import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path

from purport.casework.workspace import Workspace
from purport.reports.published import pages_as_pdf, pages_digest
from purport.vault import translate_storage_faults

__all__ = ["printed"]

_MOST_KEPT = 300
"""PDFs kept in a workspace; the oldest go first."""
_ONE_AT_A_TIME = threading.Lock()
"""Printing takes a processor for some seconds; readers who ask for the same find it made."""


def printed(workspace: Workspace, html: str, pieces: Mapping[str, bytes]) -> bytes:
    """Return a page as PDF.

    Args:
        workspace: Where it is kept.
        html: The page, holding what an anonymous reader sees.
        pieces: Its pictures, by the name after "piece:" by which the page asks for them.

    Raises:
        MissingToolError: WeasyPrint or Pango is not installed.
        StorageFullError: There is no room in the cache.
    """
    kept = workspace.cache / "printed" / f"{pages_digest(html, pieces)}.pdf"
    with contextlib.suppress(FileNotFoundError):
        return kept.read_bytes()
    with _ONE_AT_A_TIME:
        with contextlib.suppress(FileNotFoundError):  # made while we waited
            return kept.read_bytes()
        content = pages_as_pdf(html, pieces)
        with translate_storage_faults("PDF"):
            kept.parent.mkdir(parents=True, exist_ok=True)
            unfinished = workspace.unfinished(workspace.cache / kept.name)
            try:
                unfinished.write_bytes(content)
                unfinished.replace(kept)
            finally:
                unfinished.unlink(missing_ok=True)
        _prune(kept.parent)
    return content


def _prune(folder: Path) -> None:
    """Remove the oldest PDFs when there are too many."""
    by_age = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in by_age[:-_MOST_KEPT]:
        path.unlink(missing_ok=True)
