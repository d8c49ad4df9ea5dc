"""A page as a browser shows it: Chromium, without a network of its own.

Everything that the page asks for goes through the same `Visitor` as the page itself: judged,
pinned, bounded and recorded; Chromium itself can resolve no name and reach no machine. What it is
given is what is on record, so the archive holds all that the picture shows.
"""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from purport.core.errors import MissingToolError, PurportError
from purport.sources.addresses import shown_url
from purport.sources.bodies import read_body
from purport.sources.records import Ending, Exchange, Shown
from purport.sources.visiting import Visitor, location_of

__all__ = ["Renderer", "find_browser", "render"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = (
    "--no-sandbox",  # in containers it cannot be had; the browser reaches nothing but us
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",  # discards: what is not answered by us goes nowhere
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--mute-audio",
)
"""Chromium asks us for everything by interception; what might slip through finds no way out."""
_WIDTH, _HEIGHT = 1280, 900
_TALLEST = 12_000
"""Tallest picture of a page. [px]"""
_MOST_TOLD = 500
"""Requests that were refused; a page may ask for ever."""
_LOAD_MS = 60_000
_QUIET_MS = 5_000
_SETTLE_MS = 1_500
_UNSENT = frozenset({"host", "connection", "content-length", "accept-encoding", "cookie"})
_UNTOLD = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection"})
_SHOWN_TEXT = "document.body ? document.body.innerText : ''"
_PLAYABLE = (
    "Array.from(document.querySelectorAll('video')).some(v => (v.currentSrc || v.src) && "
    "!v.error && v.networkState !== 3)"
)


_STOP_SCRIPTS: tuple[tuple[str, dict[str, bool]], ...] = (
    ("Emulation.setScriptExecutionDisabled", {"value": True}),
    ("Runtime.terminateExecution", {}),
)
"""Chromium hears these while a script runs without end, and nothing else: what a page shows could
not be asked for until it ended."""


class Renderer:
    """What a page asks for, answered by a visitor; pictures and scripts within limits."""

    def __init__(self, visitor: Visitor, first: Exchange) -> None:
        self._visitor = visitor
        self._first: Exchange | None = first
        self._asked = 0
        self.refused: list[tuple[str, str]] = []

    def left_ms(self, most_ms: int) -> int:
        """Return how long the browser may still wait for something. [ms]"""
        return max(1, min(most_ms, int(self._visitor.line.left_s() * 1000)))

    def answer(self, route: Any) -> None:  # noqa: ANN401 - Playwright is optional
        """Answer one request of the browser; one that it gave up meanwhile is answered in vain."""
        with suppress(_broken()):
            self._answer(route)

    def _answer(self, route: Any) -> None:  # noqa: ANN401 - as above
        request = route.request
        first = self._first
        if first is not None and request.is_navigation_request() and request.url == first.url:
            self._first = None  # the page itself came already, and is not asked for twice
            self._give(route, first)
            return
        limits = self._visitor.line.limits
        self._asked += 1
        try:
            if self._asked > limits.parts:
                self._refuse(route, f"is beyond the first {limits.parts} parts")
                return
            headers = [
                (name, value)
                for name, value in request.all_headers().items()
                if not name.startswith(":") and name.lower() not in _UNSENT
            ]
            found = self._ask(request, headers)
        except PurportError as error:
            self._refuse(route, str(error))
            return
        self._give(route, found)

    def _ask(self, request: Any, headers: Sequence[tuple[str, str]]) -> Exchange:  # noqa: ANN401
        """Ask as the browser does; redirects are followed here, for it must not do so itself."""
        most = self._visitor.line.limits.largest_part_bytes
        url = request.url
        if request.method != "GET":
            found = self._visitor.ask(
                url,
                headers,
                method=request.method,
                content=request.post_data_buffer or b"",
                largest_bytes=most,
            )
            leads_to = location_of(found)
            if leads_to is None:
                return found
            url = leads_to
        return self._visitor.visit(url, headers=headers, largest_bytes=most)

    def _give(self, route: Any, found: Exchange) -> None:  # noqa: ANN401 - as above
        limits = self._visitor.line.limits
        if found.status is None or found.ending is not Ending.WHOLE:
            self._refuse(route, f"ended as {found.ending.value}")
            return
        try:
            body = read_body(found, most_bytes=limits.largest_part_bytes)
        except PurportError as error:
            self._refuse(route, str(error))
            return
        headers = {name: value for name, value in found.headers if name not in _UNTOLD}
        headers.pop("set-cookie", None)  # the visitor keeps them
        route.fulfill(status=found.status, headers=headers, body=body)

    def _refuse(self, route: Any, why: str) -> None:  # noqa: ANN401 - as above
        if len(self.refused) < _MOST_TOLD:
            self.refused.append((shown_url(route.request.url), why))
        elif len(self.refused) == _MOST_TOLD:
            self.refused.append(("", "more was asked for, and is not listed"))
        route.abort()


def find_browser() -> Path | None:
    """Return the Chromium that is installed, None when there is none or nothing to steer it by."""
    from importlib.util import find_spec  # noqa: PLC0415 - to look without loading

    if find_spec("playwright") is None:
        return None
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return None if found is None else Path(found)


def render(visitor: Visitor, first: Exchange, browser: Path) -> tuple[Shown, Renderer]:
    """Show a page that came, with everything that it loads.

    Args:
        visitor: Who asks for what it loads.
        first: The page.
        browser: Chromium.

    Raises:
        MissingToolError: The browser does not start, or breaks down.
    """
    renderer = Renderer(visitor, first)
    with ThreadPoolExecutor(1, thread_name_prefix="browser") as thread:
        shown = thread.submit(_show, renderer, first.url, browser).result()
    return shown, renderer


def _show(renderer: Renderer, url: str, browser: Path) -> Shown:
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - optional, and slow

    try:
        with sync_playwright() as playwright:
            running = playwright.chromium.launch(
                executable_path=str(browser), args=list(_ARGUMENTS)
            )
            try:
                return _look(running, renderer, url)
            finally:
                running.close()
    except Error as error:
        raise MissingToolError(
            "chromium",
            f"broke down ({str(error).splitlines()[0][:200]})",
            remedy="Capture the page without it: --no-browser.",
        ) from error


def _look(running: Any, renderer: Renderer, url: str) -> Shown:  # noqa: ANN401 - as above
    context = running.new_context(
        viewport={"width": _WIDTH, "height": _HEIGHT},
        service_workers="block",
        accept_downloads=False,
    )
    context.route("**/*", renderer.answer)
    context.route_web_socket("**/*", lambda socket: socket.close())
    page = context.new_page()
    page.set_default_timeout(_LOAD_MS)
    page.on("dialog", lambda dialog: dialog.dismiss())
    session = context.new_cdp_session(page)
    late = _late()
    with suppress(late):
        page.goto(url, wait_until="load", timeout=renderer.left_ms(_LOAD_MS))
    with suppress(late):
        page.wait_for_load_state("networkidle", timeout=renderer.left_ms(_QUIET_MS))
    page.wait_for_timeout(_SETTLE_MS)
    for method, given in _STOP_SCRIPTS:
        session.send(method, given)
    shown = Shown(
        html=page.content().encode(),
        text=str(page.evaluate(_SHOWN_TEXT)),
        screenshot=_picture(page),
        final_url=page.url,
        version=running.version,
        has_playable=bool(page.evaluate(_PLAYABLE)),
    )
    context.close()
    return shown


def _picture(page: Any) -> bytes | None:  # noqa: ANN401 - as above
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0, "y": 0, "width": _WIDTH, "height": max(1, min(height, _TALLEST))}
    take: Callable[..., bytes] = page.screenshot
    with suppress(_late()):
        return take(full_page=True, clip=clip, animations="disabled")
    return None


def _broken() -> type[Exception]:
    from playwright.sync_api import Error  # noqa: PLC0415 - optional

    return Error


def _late() -> type[Exception]:
    from playwright.sync_api import TimeoutError as LateError  # noqa: PLC0415 - optional

    return LateError
