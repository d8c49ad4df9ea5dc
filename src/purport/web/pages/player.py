"""Looking at an item: the player, and the bytes that it plays."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purport.casework import (
    item_of,
    item_probe,
    media_path,
    media_type,
    playable_path,
    player_view,
    watchable,
)
from purport.casework.offset_curves import offset_curves
from purport.core.errors import AbsentError, InputError
from purport.core.records import to_json
from purport.reports import FOUND_LAYERS, PictureForm, graphic_from
from purport.web.access import Right, Visit, for_members
from purport.web.byte_ranges import ServedFile, serve_bytes
from purport.web.faults import status_of

__all__ = ["media", "playable", "player"]


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def player(visit: Visit, digest: str) -> HttpResponse:
    """Show an item, frame by frame, with what was found in it."""
    case, workspace = visit.item_file(digest), visit.workspace()
    item = item_of(case, digest)
    shown = {
        "visit": visit,
        "case": case,
        "tab": "case",
        "item": item,
        "layers": FOUND_LAYERS.items(),
        "graphic_from": graphic_from(case, item),
        "curves": [to_json(one) for one in offset_curves(case, item.record.digest)],
        "forms": [form.value for form in PictureForm],
        "captures": visit.room.captures(visit.key).of(item.record.digest),
    }
    try:
        view = player_view(workspace, case, item)
        way = watchable(workspace, item.record.digest)
    except InputError as error:
        told = {**shown, "fault": error}
        return render(visit.request, "room/player.html", told, status=status_of(error))
    return render(visit.request, "room/player.html", {**shown, "view": view, "watchable": way})


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def media(visit: Visit, digest: str) -> HttpResponseBase:
    """Give the working copy of an item, or a part of it."""
    workspace = visit.workspace()
    record = item_of(visit.item_file(digest), digest).record
    served = ServedFile(
        path=media_path(workspace, record.digest),
        name=record.name,
        media_type=media_type(item_probe(workspace, record.digest)).value,
        tag=record.digest,
    )
    return serve_bytes(visit.request, served)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def playable(visit: Visit, digest: str) -> HttpResponseBase:
    """Give the derivative of an item that browsers play, or a part of it."""
    record = item_of(visit.item_file(digest), digest).record
    path = playable_path(visit.workspace(), record.digest)
    if not path.is_file():
        raise AbsentError(
            record.name, "its derivative is not made yet", remedy="Open the player and wait."
        )
    served = ServedFile(
        path=path, name=f"{record.name}.derivative.mp4", media_type="video/mp4", tag=path.stem
    )
    return serve_bytes(visit.request, served)
