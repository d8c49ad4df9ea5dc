"""What captures and archives brought into a case, failed ones too, with the pictures of pages."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from purport.casework.captured import page_picture
from purport.reports import CaptureKind, CaptureView
from purport.web.access import Right, Visit, for_members

__all__ = ["captures", "page_clear", "page_veiled"]

_CAPTURES_A_PAGE = 20
_KEPT_S = 3600


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def captures(visit: Visit) -> HttpResponse:
    """Show the captures and archives of a case, the last at the top."""
    told = visit.room.captures(visit.key)
    only, item = (visit.request.GET.get(name, "") for name in ("only", "of"))
    listed = told.of(item) if item else told.all
    if only in _CHOICES:
        listed = tuple(filter(_CHOICES[only], listed))
    shown = {
        "visit": visit,
        "case": visit.front().file,
        "tab": "captures",
        "only": only if only in _CHOICES else "",
        "of": item,
        "captures": told,
        "page": Paginator(listed[::-1], _CAPTURES_A_PAGE).get_page(visit.request.GET.get("page")),
    }
    return render(visit.request, "room/captures.html", shown)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def page_veiled(visit: Visit, digest: str) -> HttpResponse:
    """Give the picture of a captured page, blurred for good."""
    return _picture(visit, digest, veiled=True)


@require_safe  # type: ignore[untyped-decorator]  # Django ships no types
@for_members(Right.SEE)
def page_clear(visit: Visit, digest: str) -> HttpResponse:
    """Give the picture of a captured page."""
    return _picture(visit, digest, veiled=False)


def _picture(visit: Visit, digest: str, *, veiled: bool) -> HttpResponse:
    capture = visit.room.captures(visit.key).get(digest)
    content = page_picture(visit.workspace(), capture, veiled=veiled)
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = f"private, max-age={_KEPT_S}"
    return answer


def _failed(capture: CaptureView) -> bool:
    return capture.kind is CaptureKind.ATTEMPT


def _brought_nothing(capture: CaptureView) -> bool:
    return not capture.brought


_CHOICES = {"failed": _failed, "no-footage": _brought_nothing}
