"""The application as the server calls it: pages in threads, what stays open in the event loop.

Django's own asynchronous handler passes every request between threads four times, which takes a
third of the time of a page; only what is told to open pages as it happens needs it, and footage and
map tiles, which somebody may take an hour to fetch.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application

__all__ = ["STAYS_OPEN", "room_application"]

_Scope: TypeAlias = MutableMapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[Any]]
_Send: TypeAlias = Callable[[Any], Awaitable[None]]

_THREADS = 12
"""Requests that are answered at one time; each may hold one of the database's connections."""
STAYS_OPEN = ("/live", "/media", "/playable", ".mp4", ".pmtiles")
"""How the paths of what stays open end."""


def room_application() -> Callable[[_Scope, _Receive, _Send], Awaitable[None]]:
    """Return the ASGI application of a room that is set up."""
    pages = WSGIMiddleware(get_wsgi_application(), workers=_THREADS)
    open_ones = get_asgi_application()

    async def application(scope: _Scope, receive: _Receive, send: _Send) -> None:
        chosen = open_ones if str(scope.get("path", "")).endswith(STAYS_OPEN) else pages
        await chosen(scope, receive, send)  # type: ignore[arg-type]  # a2wsgi names its scopes

    return application
