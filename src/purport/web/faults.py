"""What went wrong, told to a browser: the web's one broad catch, and the one map to statuses."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from purport.core.errors import (
    AbsentError,
    ConflictError,
    GoneError,
    InputError,
    IntegrityError,
    PurportError,
    StorageFullError,
    UnavailableError,
)
from purport.web.access import ForbiddenError
from purport.web.words import VOCABULARY, spoken, told

__all__ = [
    "FaultMiddleware",
    "explain",
    "failed",
    "not_found",
    "refused",
    "refused_form",
    "status_of",
]

_LOG = logging.getLogger("purport.web")
_STATUSES: tuple[tuple[type[PurportError], HTTPStatus], ...] = (
    (AbsentError, HTTPStatus.NOT_FOUND),
    (GoneError, HTTPStatus.GONE),
    (ConflictError, HTTPStatus.CONFLICT),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (StorageFullError, HTTPStatus.INSUFFICIENT_STORAGE),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (IntegrityError, HTTPStatus.INTERNAL_SERVER_ERROR),
)


def status_of(error: Exception) -> HTTPStatus:
    """Return the status that tells an error."""
    if isinstance(error, ForbiddenError):
        return HTTPStatus.FORBIDDEN
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


class FaultMiddleware:
    """Turns what a page raises into an answer that says what was wrong and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Explain an error; None leaves Django's own (a missing page) to Django."""
        if isinstance(error, PurportError | ForbiddenError):
            return explain(request, error)
        return None


def explain(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the answer that tells an error: JSON to programs, a page to people."""
    status = status_of(error)
    if isinstance(error, ForbiddenError):
        said = {
            "subject": error.right.value,
            "fault": f"your role in this case ({error.role.value}) does not allow it",
            "remedy": "Ask an owner of the case.",
        }
    elif isinstance(error, PurportError):
        said = {"subject": error.subject, "fault": error.fault, "remedy": error.remedy}
    else:
        said = {"subject": "Purport", "fault": "met a bug of its own", "remedy": "Report it."}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s: %s", request.path, error)
    if request.path.startswith("/api/") or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(_in_its_language(said), status=status)
    return _page(request, said, status)


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Tell that a form came without the secret that its page gave it."""
    del reason
    said = {
        "subject": "the form",
        "fault": "came without the secret of its page; nothing was changed",
        "remedy": "Go back, reload the page and send it again.",
    }
    return _page(request, said, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell that there is no such page."""
    del exception
    absent = AbsentError("page", "there is none at this address", remedy="Go back to the cases.")
    return explain(request, absent)


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Tell that something is not allowed, for want of a fresh sign-in above all."""
    del exception
    said = {
        "subject": "this",
        "fault": "needs you to show again who you are, and you have no password or passkey for it",
        "remedy": "Set a password first (in the menu); with it you can show who you are.",
    }
    return _page(request, said, HTTPStatus.FORBIDDEN)


def failed(request: HttpRequest) -> HttpResponse:
    """Tell that Purport met a bug of its own."""
    return explain(request, RuntimeError("unhandled"))


def _page(request: HttpRequest, said: Mapping[str, str], status: HTTPStatus) -> HttpResponse:
    shown = {"told": _in_its_language(said), "status": status}
    return render(request, "room/fault.html", shown, status=status)


def _in_its_language(said: Mapping[str, str]) -> dict[str, str]:
    subject = said["subject"]
    return {
        "subject": spoken(subject, "subject") if subject in VOCABULARY["subject"] else subject,
        "fault": told(said["fault"]),
        "remedy": told(said["remedy"]),
    }
