"""An item's frames by the API: when each is shown, as pictures, and what was found in them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from purport.casework import (
    Way,
    frame_picture,
    frame_table,
    item_of,
    poster,
    shown_over,
    watchable,
)
from purport.core.casefile import CaseItem
from purport.core.records import to_json
from purport.reports import PictureForm
from purport.web.access import Right, Visit, enter
from purport.web.api.told import FAULTS
from purport.web.making import playables

__all__ = ["router"]

router = Router(tags=["frames"])

_KEPT_S = 3600
_NOT_HERE = "This browser does not play the file with the times of its frames."
_TYPES = {PictureForm.JPEG: "image/jpeg", PictureForm.PNG: "image/png"}


class Frames(Schema):
    """When each frame of an item is shown; n frames."""

    frames: int
    """How many."""
    ticks: list[int]
    """Presentation time stamps (n), strictly increasing. [ticks]"""
    durations: list[int]
    """How long each is shown (n). [ticks]"""
    time_base: str
    """Length of a tick, as a fraction. [s]"""
    start: int
    """Presentation time stamp of the first frame. [ticks]"""
    width: int
    """Width of the display picture. [px]"""
    height: int
    """Height of the display picture. [px]"""
    rotation: int
    """By which the coded picture was turned clockwise for display. [deg]"""


class Playable(Schema):
    """How an item is played, and how far its derivative is."""

    way: str
    """"itself", "derivative" or "stills"."""
    reason: str
    """Why it is not played itself; empty when it is."""
    state: str
    """"ready", "making", "failed" or "busy"."""
    done: float
    """Which part of the derivative is made (0 to 1)."""
    fault: str
    """What went wrong with it; empty when nothing did."""


@router.get(
    "/{slug:key}/items/{slug:digest}/frames",
    response={200: Frames, **FAULTS},
    summary="When each frame of an item is shown",
)
def read_frames(request: HttpRequest, response: HttpResponse, key: str, digest: str) -> Any:  # noqa: ANN401 - JSON
    """Return the presentation times of all frames, as the checks number them."""
    visit, item = _entered(request, key, digest)
    table = frame_table(visit.workspace(), item.record.digest)
    response["Cache-Control"] = f"private, max-age={_KEPT_S}"
    return {
        "frames": table.frames,
        "ticks": table.ticks,
        "durations": table.durations,
        "time_base": str(table.time_base),
        "start": table.start,
        "width": table.width_px,
        "height": table.height_px,
        "rotation": table.rotation_deg,
    }


@router.get(
    "/{slug:key}/items/{slug:digest}/frames/{int:index}.png",
    response={200: None, **FAULTS},
    summary="A frame as decoded",
)
def read_frame(request: HttpRequest, key: str, digest: str, index: int) -> HttpResponse:
    """Return a decoded frame in display orientation, lossless, as PNG."""
    return _frame(request, _entered(request, key, digest), index, PictureForm.PNG)


@router.get(
    "/{slug:key}/items/{slug:digest}/frames/{int:index}.jpg",
    response={200: None, **FAULTS},
    summary="A frame, light",
)
def read_light_frame(request: HttpRequest, key: str, digest: str, index: int) -> HttpResponse:
    """Return a decoded frame in display orientation as JPEG, for looking at."""
    return _frame(request, _entered(request, key, digest), index, PictureForm.JPEG)


@router.get(
    "/{slug:key}/items/{slug:digest}/poster.jpg",
    response={200: None, **FAULTS},
    summary="A small picture of an item",
)
def read_poster(request: HttpRequest, key: str, digest: str) -> HttpResponse:
    """Return the first key frame, small; veiled where it may be graphic."""
    visit, item = _entered(request, key, digest)
    content = poster(visit.workspace(), visit.item_file(digest), item)
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=60"
    return answer


@router.get(
    "/{slug:key}/items/{slug:digest}/shown",
    response={200: dict[str, Any], **FAULTS},
    summary="What was found in the pictures of an item",
)
def read_shown(request: HttpRequest, key: str, digest: str) -> Any:  # noqa: ANN401 - JSON
    """Return outlines and points over the display picture, with the frames that they hold for."""
    visit, item = _entered(request, key, digest)
    return {"shown": to_json(shown_over(visit.workspace(), visit.item_file(digest), item))}


@router.get(
    "/{slug:key}/items/{slug:digest}/playable",
    response={200: Playable, **FAULTS},
    summary="How an item is played",
)
def read_playable(request: HttpRequest, key: str, digest: str, *, needed: bool = False) -> Any:  # noqa: ANN401 - JSON
    """Say how browsers play an item; begin its derivative where one is needed.

    `needed` says that this browser does not play the working copy, whatever others do.
    """
    visit, item = _entered(request, key, digest)
    workspace = visit.workspace()
    way = watchable(workspace, item.record.digest)
    reason = way.reason or (_NOT_HERE if needed else "")
    told = {"way": way.way.value, "reason": reason}
    if way.way is Way.STILLS or not (needed or way.way is Way.DERIVATIVE):
        return {**told, "state": "ready", "done": 1.0, "fault": ""}
    making = playables.ask(workspace, item.record.digest)
    return {**told, "state": making.state.value, "done": making.done, "fault": making.fault}


def _entered(request: HttpRequest, key: str, digest: str) -> tuple[Visit, CaseItem]:
    visit = enter(request, key, Right.SEE)
    return visit, item_of(visit.item_file(digest), digest)


def _frame(
    request: HttpRequest, entered: tuple[Visit, CaseItem], index: int, form: PictureForm
) -> HttpResponse:
    visit, item = entered
    tag = f'"{item.record.digest}-{index}-{form.value}"'
    if request.headers.get("If-None-Match") == tag:
        answer = HttpResponse(status=304)
    else:
        content = frame_picture(visit.workspace(), item.record.digest, index, form)
        answer = HttpResponse(content, content_type=_TYPES[form])
        answer["Purport-Frame"] = str(index)
    answer["ETag"] = tag
    answer["Cache-Control"] = f"private, max-age={_KEPT_S}"
    return answer
