"""Second looks by the API: begun blind, handed in once, and held against the first."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from purport.casework.bench import gather_bench, require_item
from purport.casework.marking import require_sayable
from purport.casework.second_look import (
    agreement_of,
    begin_look,
    give_up_look,
    hand_in,
    looks_at,
    open_look,
)
from purport.core.marks import MarkKind
from purport.core.records import to_json
from purport.core.second_looks import LookedAt
from purport.web.access import Right, enter
from purport.web.api.told import FAULTS

__all__ = ["router"]

router = Router(tags=["second looks"])

_MOST_POINTS = 200


class Placed(Schema):
    """One thing that was placed in a second look."""

    kind: MarkKind
    values: dict[str, Any]


class HandedIn(Schema):
    """What was placed in a second look."""

    placed: Annotated[list[Placed], Field(max_length=_MOST_POINTS)]
    note: Annotated[str, Field(max_length=2000)] | None = None


@router.get(
    "/{slug:key}/items/{slug:digest}/second-looks",
    response={200: dict[str, Any], **FAULTS},
    summary="Second looks, and how far they agree",
)
def read_looks(request: HttpRequest, key: str, digest: str) -> Any:  # noqa: ANN401 - JSON
    """Return the second looks that were handed in; to somebody who is at one, nobody else's."""
    visit = enter(request, key, Right.SEE)
    require_item(visit.workspace(), digest)
    workspace = visit.workspace()
    mine = open_look(workspace, digest, visit.agent)
    if mine is not None:
        return {"open": to_json(mine), "looks": []}
    done = [one.record for one in looks_at(workspace, digest) if one.record.handed_in_utc]
    return {
        "open": None,
        "looks": [
            {"look": to_json(one), "agreement": to_json(agreement_of(workspace, one))}
            for one in done
        ],
    }


@router.post(
    "/{slug:key}/items/{slug:digest}/second-looks",
    response={201: dict[str, Any], **FAULTS},
    summary="Begin a second look",
)
def begin(request: HttpRequest, key: str, digest: str) -> Any:  # noqa: ANN401 - JSON
    """Begin to place points without seeing those of others."""
    visit = enter(request, key, Right.LOOK_AGAIN)
    return 201, to_json(begin_look(visit.workspace(), item=digest, author=visit.agent))


@router.put(
    "/{slug:key}/items/{slug:digest}/second-looks",
    response={200: dict[str, Any], **FAULTS},
    summary="Hand a second look in",
)
def finish(request: HttpRequest, key: str, digest: str, handed: HandedIn) -> Any:  # noqa: ANN401 - JSON
    """Hand in what was placed; from then on it and the others' points are told to each other."""
    visit = enter(request, key, Right.LOOK_AGAIN)
    bench = gather_bench(visit.workspace(), digest)
    for one in handed.placed:
        require_sayable(bench, one.values, handed.note)
    placed = [LookedAt(kind=one.kind.value, values=one.values) for one in handed.placed]
    return to_json(
        hand_in(
            visit.workspace(),
            item=digest,
            author=visit.agent,
            placed=placed,
            note=handed.note or None,
        )
    )


@router.delete(
    "/{slug:key}/items/{slug:digest}/second-looks",
    response={204: None, **FAULTS},
    summary="Give a second look up",
)
def give_up(request: HttpRequest, key: str, digest: str) -> Any:  # noqa: ANN401 - JSON
    """Give up a second look that was begun; what was placed in it is not kept."""
    visit = enter(request, key, Right.LOOK_AGAIN)
    give_up_look(visit.workspace(), item=digest, author=visit.agent)
    return 204, None
