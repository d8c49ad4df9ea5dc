"""The dossier of a workspace, and its machine-readable result."""

import re
from functools import partial
from pathlib import Path

from purport.casework.captured import captures_told, page_picture
from purport.casework.copies import cached_scene, media_path, reference_path
from purport.casework.holdings import setting
from purport.casework.reading import case_file
from purport.casework.workspace import Act, Workspace
from purport.core.digests import Digest, digest_file
from purport.core.errors import InputError, UnreadableMediaError
from purport.reports import CapturedPages, CaptureView, write_dossier
from purport.vault import translate_storage_faults

__all__ = ["dossier_path", "write_case_dossier"]


def write_case_dossier(
    workspace: Workspace, *, out: Path | None = None, pictures: bool = True
) -> Path:
    """Write the dossier of the case as it stands.

    Args:
        workspace: Where.
        out: The HTML file; None for one in the workspace, named after the case.
        pictures: Whether it shows frames of the footage and pictures of pages.

    Returns:
        The file; it appears whole or not at all.

    Raises:
        StorageFullError: There is no room for it.
    """
    case = case_file(workspace)
    target = out or dossier_path(workspace)
    with translate_storage_faults(target.name):
        written = write_dossier(
            case,
            media_path=partial(media_path, workspace) if pictures else _withheld,
            reference_path=partial(reference_path, workspace),
            scene=partial(cached_scene, workspace),
            captured=CapturedPages(
                captures=captures_told(workspace).all,
                picture=partial(_page, workspace) if pictures else _no_page,
            ),
            out=target,
        )
    digest = digest_file(written)
    workspace.record([], Act(kind="exported", subject=digest, details={"what": "dossier"}))
    return written


def dossier_path(workspace: Workspace) -> Path:
    """Return where the dossier of a case lies, or would lie."""
    name = setting(workspace, "name") or workspace.folder.name
    return workspace.dossiers / f"{_file_name(name)}.html"


def _withheld(_: Digest) -> Path:
    raise UnreadableMediaError(
        "the footage", "is withheld", remedy="Ask whoever sealed the case for it."
    )


def _page(workspace: Workspace, capture: CaptureView, veiled: bool) -> bytes | None:  # noqa: FBT001 - as the dossier asks for it
    """Return the picture of a page; None where it is withheld, or is none that can be shown."""
    try:
        return page_picture(workspace, capture, veiled=veiled)
    except InputError:
        return None


def _no_page(_capture: CaptureView, _veiled: bool) -> None:  # noqa: FBT001 - as the dossier asks for it
    return None


def _file_name(name: str) -> str:
    """Make a file name of a case's name: letters and digits of any script, else hyphens."""
    return re.sub(r"\W+", "-", name).strip("-") or "case"
