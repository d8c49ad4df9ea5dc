"""What every page shows around its own content."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from purport import __version__

__all__ = ["surroundings"]


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page needs."""
    del request
    return {"purport_version": __version__, "may_sign_up": settings.PURPORT_SIGN_UP}
