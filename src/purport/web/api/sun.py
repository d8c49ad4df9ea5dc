"""What the sun check made of the shadows that people marked, by the API, ready to be drawn."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from purport.casework import item_of
from purport.casework.sun_room import sun_told
from purport.core.records import to_json
from purport.web.access import Right, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["sun"])


@router.get(
    "/{slug:key}/items/{slug:digest}/sun",
    response={200: dict[str, Any], **FAULTS},
    summary="When the shadows of an item can have fallen",
)
def read_sun(request: HttpRequest, key: str, digest: str) -> Any:  # noqa: ANN401 - JSON
    """Return the times that fit, and the sun's way that they come from; null before a check."""
    case = enter(request, key, Right.SEE).item_file(digest)
    told = sun_told(case, item_of(case, digest).record.digest)
    return {"result": None if told is None else to_json(told)}
