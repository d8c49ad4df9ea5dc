"""The application as the server calls it: pages in threads, what stays open in the event loop.

Django's own asynchronous handler passes every request between threads four times, which takes a
third of the time of a page; only what is told to open pages as it happens needs it, and footage and
map tiles, which somebody may take an hour to fetch.

Readers' pages have few threads of their own. Each takes ten milliseconds of the processor and a
dozen questions to the database; with more threads at once they only hand the interpreter's lock
round, and with twelve the slowest twentieth of answers took four times as long as with four
(docs/benchmarks.md, "Published cases under load"). What is slow by nature (the desk's pages, what
is sent to us, papers that are made when asked for) has other threads, so that neither waits for the
other.
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

_READING, _WORKING = 4, 8
"""Readers' pages, and other requests, that are answered at one time; each may hold one of the
database's connections."""
STAYS_OPEN = ("/live", "/media", "/playable", ".mp4", ".pmtiles")
"""How the paths of what stays open end."""
_READ = ("/published/", "/me/")
"""How the paths of readers' pages begin."""
_MADE = ".pdf"
"""How the paths of readers' papers end, which are made when they are asked for."""


def room_application() -> Callable[[_Scope, _Receive, _Send], Awaitable[None]]:
    """Return the ASGI application of a room that is set up."""
    pages = get_wsgi_application()
    readers = WSGIMiddleware(pages, workers=_READING)
    others = WSGIMiddleware(pages, workers=_WORKING)
    open_ones = get_asgi_application()

    async def application(scope: _Scope, receive: _Receive, send: _Send) -> None:
        if str(scope.get("path", "")).endswith(STAYS_OPEN):
            await open_ones(scope, receive, send)
        else:
            chosen = readers if _is_reading(scope) else others
            await chosen(scope, receive, send)  # type: ignore[arg-type]  # a2wsgi names its scopes

    return application


def _is_reading(scope: _Scope) -> bool:
    """Return whether a page of the readers is looked at; what has a body may come in slowly."""
    path = str(scope.get("path", ""))
    return (
        scope.get("method") in {"GET", "HEAD"}
        and path.startswith(_READ)
        and not path.endswith(_MADE)
    )
