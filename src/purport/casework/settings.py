"""What is said of a case as a whole."""

from purport.casework.workspace import Workspace
from purport.core.instants import StatedTime, parse_stated_time
from purport.store import Setting

__all__ = ["case_date", "setting"]


def setting(workspace: Workspace, key: str) -> str | None:
    """Return one thing said of the case; None when nothing was."""
    settings = {stored.record.key: stored.record for stored in workspace.store.live(Setting)}
    return settings[key].value if key in settings else None


def case_date(workspace: Workspace) -> StatedTime | None:
    """Return the date claimed for the case; None when none was given."""
    stated = setting(workspace, "date")
    return None if stated is None else parse_stated_time(stated)
