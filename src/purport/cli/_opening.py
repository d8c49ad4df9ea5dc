"""How every command opens its workspace: folder, agent and database by the same settings."""

from purport.casework import Workspace
from purport.cli._options import workspace_folder
from purport.cli._settings import resolve

__all__ = ["open_workspace"]


def open_workspace(option: str | None, *, create: bool = False) -> Workspace:
    """Open for writing the workspace that option, environment, file or default name.

    Raises:
        InputError: There is none, and `create` is not asked for.
        WorkspaceBusyError: Another process writes in it.
    """
    return Workspace.open(
        workspace_folder(option),
        create=create,
        agent=resolve("agent") or "purport",
        database=resolve("database"),
        case=resolve("case"),
        vault=resolve("vault"),
    )
