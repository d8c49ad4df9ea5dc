"""The pages' scripts and styles, small enough to be answered whole."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware

__all__ = ["WholeFilesMiddleware"]


class WholeFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise ships no types
    """Answers a static file in one piece: an asynchronous server would complain of a stream."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:  # noqa: ANN401
        """Return a static file, or what the browser needs to know about it."""
        found = static_file.get_response(request.method, request.META)
        body = b"" if found.file is None else found.file.read()
        if found.file is not None:
            found.file.close()
        answer = HttpResponse(body, status=int(found.status))
        for name, value in found.headers:
            answer[name] = value
        return answer
