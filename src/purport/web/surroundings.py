"""What every page shows around its own content."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from purport import __version__
from purport.web.configuration import LANGUAGES
from purport.web.languages import is_readers_page
from purport.web.signed_in import signed_in

__all__ = ["surroundings"]


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page needs."""
    return {
        "purport_version": __version__,
        "account": partial(signed_in, request),
        "may_sign_up": settings.PURPORT_SIGN_UP,
        "page_language": translation.get_language(),
        "page_direction": "rtl" if translation.get_language_bidi() else "ltr",
        "languages": LANGUAGES if is_readers_page(request.path_info) else (),
        "back_here": request.get_full_path() if request.method == "GET" else reverse("published"),
    }
