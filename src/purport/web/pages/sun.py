"""Marking shadows in a frame, and when they can have fallen."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purport.casework.bench import gather_bench
from purport.casework.second_look import open_look
from purport.casework.sun_room import sun_desk, sun_told
from purport.core.marks import NoShadowReason
from purport.core.records import to_json
from purport.web.access import Right, Visit, for_members

__all__ = ["sun"]


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def sun(visit: Visit, digest: str) -> HttpResponse:
    """Show an item's frames, the shadows marked in them, and the times that fit."""
    workspace, case = visit.workspace(), visit.item_file(digest)
    bench = gather_bench(workspace, digest)
    if open_look(workspace, digest, visit.agent) is not None:
        bench = replace(bench, place=None)
    told = sun_told(case, digest)
    shown: dict[str, Any] = {
        "visit": visit,
        "case": case,
        "tab": "case",
        "item": bench.item,
        "may_change": visit.may(Right.CHANGE),
        "reasons": [one.value for one in NoShadowReason],
        "desk": {
            "case": visit.key,
            "desk": to_json(sun_desk(workspace, bench)),
            "may_change": visit.may(Right.CHANGE),
            "result": None if told is None else to_json(told),
        },
    }
    return render(visit.request, "room/sun.html", shown)
