"""What a person sees who looks at an item: what was found by time, and where in the picture."""

from dataclasses import replace
from typing import cast

from purport.casework.copies import cached_scene
from purport.casework.frame_tables import frame_table, item_probe
from purport.casework.workspace import Workspace
from purport.core.casefile import CaseFile, CaseItem
from purport.core.digests import Digest, JsonObject
from purport.core.errors import AbsentError
from purport.core.records import to_json
from purport.reports import PlayerView, Shown, shown_in_picture, view_for_player

__all__ = ["item_of", "player_view", "shown_over"]


def item_of(case: CaseFile, digest: str) -> CaseItem:
    """Return an item of a case.

    Raises:
        AbsentError: The case has no such item.
    """
    for item in case.items:
        if item.record.digest == Digest(digest):
            return item
    raise AbsentError(
        digest[:12], "there is no such item in this case", remedy="Look at the case's footage."
    )


def player_view(workspace: Workspace, case: CaseFile, item: CaseItem) -> PlayerView:
    """Arrange an item for the player; one that was not examined yet is looked at first.

    Raises:
        UnreadableMediaError: Not a single frame can be decoded.
        StorageFullError: There is no room in the cache.
    """
    digest = item.record.digest
    table = frame_table(workspace, digest)
    if item.container is None:
        probe = cast("JsonObject", to_json(item_probe(workspace, digest)))
        item = replace(item, container=probe, frames=table.frames, duration_s=table.seconds[-1])
    return view_for_player(case, item, table.seconds)


def shown_over(workspace: Workspace, case: CaseFile, item: CaseItem) -> tuple[Shown, ...]:
    """Return all that can be drawn over the pictures of an item."""
    return shown_in_picture(case, item, cached_scene(workspace, item.record.digest))
