"""The JSON API, described by OpenAPI: what pages ask while somebody works, and programs may too."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError
from ninja.security import SessionAuth

from purport import __version__
from purport.core.errors import PurportError
from purport.web.access import ForbiddenError
from purport.web.api import cases, frames, ledger, place, second_looks, sun, work
from purport.web.api import map as mapping
from purport.web.faults import explain

__all__ = ["api"]

api = NinjaAPI(
    title="Purport",
    version=__version__,
    description="A case room's data. The same rights hold as for its pages.",
    auth=SessionAuth(csrf=True),
    urls_namespace="api",
    openapi_url="openapi.json",
    docs_url=None,
)
api.add_router("/cases", cases.router)
api.add_router("/cases", frames.router)
api.add_router("/cases", ledger.router)
api.add_router("/cases", mapping.router)
api.add_router("/cases", place.router)
api.add_router("/cases", second_looks.router)
api.add_router("/cases", sun.router)
api.add_router("/cases", work.router)


@api.exception_handler(PurportError)
def _told(request: HttpRequest, error: PurportError) -> HttpResponse:
    return explain(request, error)


@api.exception_handler(ForbiddenError)
def _forbidden(request: HttpRequest, error: ForbiddenError) -> HttpResponse:
    return explain(request, error)


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    del error
    return api.create_response(
        request,
        {"subject": "you", "fault": "are not signed in", "remedy": "Sign in first."},
        status=HTTPStatus.UNAUTHORIZED,
    )
