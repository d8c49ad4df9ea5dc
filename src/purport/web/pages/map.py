"""A case on the map, and the tiles that people brought along."""

from itertools import groupby

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purport.casework.map_features import MapFeature, MapKind
from purport.casework.mapping import case_map, get_tile_archive
from purport.web.access import Right, Visit, for_members
from purport.web.byte_ranges import ServedFile, serve_bytes

__all__ = ["case_on_map", "tiles"]


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def case_on_map(visit: Visit) -> HttpResponse:
    """Show a case on the map, and the same facts as a list."""
    case = visit.case_file()
    drawn = case_map(visit.workspace(), case)
    shown = {
        "visit": visit,
        "case": case,
        "tab": "map",
        "drawn": drawn,
        "items": _by_item(drawn.features),
        "held": [one for one in drawn.features if one.kind is MapKind.CONTROL],
        "kinds": {one.kind.value for one in drawn.features},
    }
    return render(visit.request, "room/map.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def tiles(visit: Visit, name: str) -> HttpResponseBase:
    """Give a map in tiles, or a part of it."""
    archive = get_tile_archive(visit.room.folder, name)
    told = archive.path.stat()
    served = ServedFile(
        path=archive.path,
        name=archive.name,
        media_type="application/vnd.pmtiles",
        tag=f"{told.st_size:x}-{told.st_mtime_ns:x}",
    )
    return serve_bytes(visit.request, served)


def _by_item(features: tuple[MapFeature, ...]) -> list[tuple[str, str, list[MapFeature]]]:
    """Return the features of each item, with its digest and name, in their order."""
    about = [one for one in features if one.item is not None]
    return [
        (str(digest), name, list(group))
        for (digest, name), group in groupby(about, key=lambda one: (one.item, one.item_name))
    ]
