"""Placing points on a frame and an orthophoto, and measuring between what was placed."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from purport.casework.bench import Bench, gather_bench
from purport.casework.checking import examine_item
from purport.casework.placing_desk import desk_of
from purport.casework.second_look import open_look
from purport.core.digests import Digest
from purport.core.records import to_json
from purport.core.second_looks import SecondLook
from purport.web.access import Right, Visit, for_members

__all__ = ["place"]


@require_http_methods(["GET", "POST"])  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def place(visit: Visit, digest: str) -> HttpResponse:
    """Show an item's frames beside its orthophotos; go over its frames first when asked to."""
    if visit.request.method == "POST":
        visit.require(Right.CHANGE)
        examine_item(visit.workspace(), Digest(digest))
        return redirect("place", visit.key, digest)
    workspace = visit.workspace()
    bench = gather_bench(workspace, digest)
    look = open_look(workspace, digest, visit.agent)
    if look is not None:
        bench = replace(bench, place=None)
    shown: dict[str, Any] = {
        "visit": visit,
        "case": visit.front().file,
        "tab": "case",
        "item": bench.item,
        "may_change": visit.may(Right.CHANGE),
        "may_look": visit.may(Right.LOOK_AGAIN),
        "look": look,
        "desk": None if bench.scene is None else _told(visit, bench, look),
    }
    return render(visit.request, "room/place.html", shown)


def _told(visit: Visit, bench: Bench, look: SecondLook | None) -> dict[str, Any]:
    """Return what the page's script begins with."""
    return {
        "case": visit.key,
        "desk": to_json(desk_of(bench)),
        "me": visit.agent,
        "may_change": visit.may(Right.CHANGE),
        "look": None if look is None else look.id,
    }
