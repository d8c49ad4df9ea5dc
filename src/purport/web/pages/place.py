"""Placing points on a frame and an orthophoto, and measuring between what was placed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from purport.casework.bench import Bench, gather_bench
from purport.casework.checking import examine_item
from purport.casework.placing_desk import desk_of
from purport.core.digests import Digest
from purport.core.records import to_json
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
    bench = gather_bench(visit.workspace(), digest)
    shown: dict[str, Any] = {
        "visit": visit,
        "case": visit.case_file(),
        "tab": "case",
        "item": bench.item,
        "may_change": visit.may(Right.CHANGE),
        "desk": None if bench.scene is None else _told(visit, bench),
    }
    return render(visit.request, "room/place.html", shown)


def _told(visit: Visit, bench: Bench) -> dict[str, Any]:
    """Return what the page's script begins with."""
    return {
        "case": visit.key,
        "desk": to_json(desk_of(bench)),
        "me": visit.agent,
        "may_change": visit.may(Right.CHANGE),
        "look": None,
    }
