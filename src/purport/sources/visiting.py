"""Going to an address: redirects followed within a limit, cookies kept for the visit."""

from collections.abc import Sequence
from contextlib import suppress
from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urldefrag, urljoin
from urllib.request import Request

from purport import __version__
from purport.core.errors import NotCapturedError
from purport.sources.addresses import split_url
from purport.sources.exchanging import Line, exchange
from purport.sources.records import Ending, Exchange

__all__ = ["USER_AGENT", "Visitor", "location_of"]

USER_AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    f"Chrome/140.0.0.0 Safari/537.36 purport/{__version__}"
)
"""Browser-like, for many sites serve nothing else a page; and says who asks."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_COOKIES = 300


class Visitor:
    """Somebody who goes from address to address, with the cookies that were given to him."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._jar = CookieJar(
            DefaultCookiePolicy(strict_ns_domain=DefaultCookiePolicy.DomainStrict)
        )

    def visit(
        self,
        url: str,
        *,
        headers: Sequence[tuple[str, str]] = (("Accept", "*/*"),),
        largest_bytes: int | None = None,
    ) -> Exchange:
        """Ask for an address and go where it leads.

        Args:
            url: The address.
            headers: What to say beside cookies and who asks.
            largest_bytes: Longest body; None: as the limits say.

        Returns:
            The last exchange; all stand in the line.

        Raises:
            RefusedAddressError: It is no web address, or leads to a machine that is not to be
                visited.
            NotCapturedError: It leads nowhere, in a circle, or on and on.
        """
        split_url(url)
        current = urldefrag(url).url
        seen: list[tuple[str, str]] = []
        for _ in range(self.line.limits.redirects + 1):
            found = self.ask(current, headers, largest_bytes=largest_bytes)
            leads_to = location_of(found)
            if leads_to is None or found.ending is not Ending.WHOLE:
                return found
            seen.append((current, self._cookies(current)))
            current = leads_to
            if (current, self._cookies(current)) in seen:
                raise NotCapturedError(
                    url,
                    f"redirects in a circle: {current} was there before",
                    remedy="Open it in a browser; it may need to be logged in or to accept "
                    "cookies.",
                )
        raise NotCapturedError(
            url,
            f"redirects more than {self.line.limits.redirects} times, last to {current[:200]}",
            remedy="Give the address of the page itself.",
        )

    def ask(
        self,
        url: str,
        headers: Sequence[tuple[str, str]],
        *,
        method: str = "GET",
        content: bytes = b"",
        largest_bytes: int | None = None,
    ) -> Exchange:
        """Ask for one address with the cookies that belong to it, following nothing."""
        request = Request(url)  # noqa: S310 - carries cookies, and is never sent
        self._jar.add_cookie_header(request)
        cookie = request.get_header("Cookie")
        names = {name.lower() for name, _ in headers}
        whole = [
            *headers,
            *([] if "user-agent" in names else [("User-Agent", USER_AGENT)]),
            *([] if "accept-language" in names else [("Accept-Language", "en;q=0.8, *;q=0.5")]),
            ("Accept-Encoding", "gzip, deflate"),
            *([("Cookie", cookie)] if cookie else []),
        ]
        found = exchange(
            self.line, url, whole, method=method, content=content, largest_bytes=largest_bytes
        )
        if len(self._jar) < _MOST_COOKIES:
            self._jar.extract_cookies(_Response(found), request)  # type: ignore[arg-type]
        return found

    def _cookies(self, url: str) -> str:
        request = Request(url)  # noqa: S310 - as above
        self._jar.add_cookie_header(request)
        return request.get_header("Cookie") or ""


class _Response:
    """What `http.cookiejar` asks of a response."""

    def __init__(self, exchange: Exchange) -> None:
        self._headers = Message()
        for name, value in exchange.headers:
            self._headers[name] = value

    def info(self) -> Message:
        return self._headers


def location_of(found: Exchange) -> str | None:
    """Return where a response redirects to; None when it does not.

    Raises:
        RefusedAddressError: It redirects to no web address.
    """
    location = found.header("location")
    if found.status not in _REDIRECTS or not location:
        return None
    with suppress(UnicodeError):  # else it was written in Latin-1 indeed
        location = location.encode("latin-1").decode("utf-8")
    try:
        leads_to = urldefrag(urljoin(found.url, location.strip().replace(" ", "%20"))).url
    except ValueError:  # of brackets and the like; told as any other that is none
        leads_to = location
    split_url(leads_to)
    return leads_to
