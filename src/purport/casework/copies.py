"""Working copies by digest: what the checks and the dossier read."""

from pathlib import Path

from purport.casework.holdings import live_attachments, live_item
from purport.casework.workspace import Workspace
from purport.core.digests import Digest
from purport.core.errors import ConsistencyError, DigestMismatchError, GoneError
from purport.scene import SCENE_VERSION, Scene, load_scene
from purport.store import Attachment, AttachmentKind

__all__ = ["attachment_path", "cached_scene", "media_path", "reference_path", "scene_path"]


def media_path(workspace: Workspace, digest: Digest) -> Path:
    """Return the working copy of a media item.

    Raises:
        ConsistencyError: The workspace has no such item.
        GoneError: Its bytes are not here.
    """
    stored = live_item(workspace, digest)
    if stored is None:
        raise _absent(digest, "media item")
    name = stored.record.name
    try:
        path = workspace.working_copy(digest, name)
    except DigestMismatchError as error:  # a remote store looks for it at once
        if workspace.vault.holds(digest):
            raise
        raise _gone(digest, name) from error
    if not path.exists():
        raise _gone(digest, name)
    return path


def reference_path(workspace: Workspace, digest: Digest) -> Path:
    """Return the working copy of an orthophoto, its world file beside it.

    Raises:
        ConsistencyError: The workspace has no such orthophoto.
    """
    for attachment in live_attachments(workspace, AttachmentKind.REFERENCE):
        if attachment.digest == digest:
            return attachment_path(workspace, attachment)
    raise _absent(digest, "orthophoto")


def attachment_path(workspace: Workspace, attachment: Attachment) -> Path:
    """Return the working copy of an attachment, with the files that belong to it."""
    return workspace.working_copy(
        attachment.digest, attachment.name, companions=attachment.companions
    )


def scene_path(workspace: Workspace, digest: Digest) -> Path:
    """Return where the scene of an item is cached."""
    return workspace.cache / f"scene-{digest}-{SCENE_VERSION}.npz"


def cached_scene(workspace: Workspace, digest: Digest) -> Scene | None:
    """Return the scene of an item; None when it is not in the cache."""
    path = scene_path(workspace, digest)
    return load_scene(path) if path.is_file() else None


def _gone(digest: Digest, name: str) -> GoneError:
    return GoneError(
        name,
        f"its bytes (SHA-256 {digest}) are not in this workspace",
        remedy="Ask whoever sealed the case for the file and add it, or restore it from a backup.",
    )


def _absent(digest: Digest, what: str) -> ConsistencyError:
    return ConsistencyError(
        digest, f"is no {what} of the workspace", remedy="Report this bug, with the command."
    )
