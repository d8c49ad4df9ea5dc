"""Which language a page is in: the reader's own on the reader's side, English at the desk."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import get_supported_language_variant
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from purport.store.readers import people
from purport.web.configuration import LANGUAGES
from purport.web.signed_in import signed_in

__all__ = [
    "ReadersLocaleMiddleware",
    "choose_language",
    "is_readers_page",
    "note_mail_language",
]

_READERS_PATHS = ("/published/", "/me/", "/accounts/")
_FILES = (".atom", ".csv", ".geojson", ".jpg", ".js", ".json", ".kml", ".webmanifest")
"""What is the same in every language."""


def is_readers_page(path: str) -> bool:
    """Tell whether a path leads to a page of the reader's side, which comes in their language.

    Examples:
        >>> is_readers_page("/published/case/"), is_readers_page("/cases/case/")
        (True, False)
        >>> is_readers_page("/published/case/places.kml")
        False
    """
    return path.startswith(_READERS_PATHS) and not path.endswith(_FILES)


class ReadersLocaleMiddleware(LocaleMiddleware):  # type: ignore[misc]  # Django ships no types
    """Chooses the language: what was chosen in this browser, else for this account, else asked for.

    It stands behind the one that knows who is signed in.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Let the page be in its language."""
        readers = is_readers_page(request.path_info)
        translation.activate(_language_for(request) if readers else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Tell caches that the page comes in several languages."""
        if is_readers_page(request.path_info):
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
            response.headers.setdefault("Content-Language", translation.get_language())
        return response


def _language_for(request: HttpRequest) -> str:
    chosen = _known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    if chosen is None and (reader := signed_in(request)) is not None:
        chosen = _known(reader.language)
    return chosen or str(translation.get_language_from_request(request))


def _known(language: str) -> str | None:
    try:
        return str(get_supported_language_variant(language)) if language else None
    except LookupError:
        return None


@require_POST  # type: ignore[untyped-decorator]  # Django ships no types
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep which language somebody wants, in this browser and for their account."""
    answer: HttpResponse = set_language(request)
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(LANGUAGES):
        people.choose_language(request.user.pk, chosen)
    return answer


def note_mail_language(user: Any) -> None:  # noqa: ANN401 - a primary key of Django's
    """Keep in which language somebody reads, for mails, where they have not chosen one.

    It is called where somebody does what mails follow from.
    """
    people.note_mail_language(int(user), translation.get_language() or settings.LANGUAGE_CODE)
