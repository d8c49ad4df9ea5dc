"""Open pages of published cases hear of comments at once, by server-sent events.

One task of the server asks the database for changes, whatever number of pages are open, and draws
each comment once a language, as anybody may see it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_GET

from purport.core.discussion import CommentState
from purport.core.errors import AbsentError
from purport.readers.discussing import covering_of, show_comment
from purport.store.readers.comments import changes_since, comment_of, last_change
from purport.web.access import read_published
from purport.web.apps import room
from purport.web.drawing import draw_comment

__all__ = ["LivePages", "live"]

AnswerT = TypeVar("AnswerT")
_EVERY_S = 0.5
_BEAT_S = 15.0
_BEHIND = 200
"""Changes before the last one that are asked for again: writers commit in any order."""
_MOST_PAGES = 5000
_MOST_WAITING = 200
_TOLD_KEPT = 4 * _BEHIND


@dataclass
class LivePages:
    """The pages that are open, by case and language, and what they are still to be told."""

    pages: dict[str, dict[str, set["asyncio.Queue[str]"]]] = field(default_factory=dict)
    _task: "asyncio.Task[None] | None" = None

    def open(self, key: str, language: str) -> "asyncio.Queue[str] | None":
        """Return what a page reads from; None when too many are open."""
        if (
            sum(len(pages) for case in self.pages.values() for pages in case.values())
            >= _MOST_PAGES
        ):
            return None
        page: asyncio.Queue[str] = asyncio.Queue(_MOST_WAITING)
        self.pages.setdefault(key, {}).setdefault(language, set()).add(page)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())
        return page

    def close(self, key: str, page: "asyncio.Queue[str]") -> None:
        """Forget a page."""
        of_case = self.pages.get(key, {})
        for language, pages in tuple(of_case.items()):
            pages.discard(page)
            if not pages:
                del of_case[language]
        if not of_case:
            self.pages.pop(key, None)

    async def _watch(self) -> None:
        last = await _apart(last_change)
        told: dict[int, None] = {}
        while self.pages:
            await asyncio.sleep(_EVERY_S)
            after = max(0, last - _BEHIND) if told else last
            changes = await _apart(partial(changes_since, after))
            for number, key, comment in changes:
                if number in told:
                    continue
                told[number] = None
                last = max(last, number)
                for language in tuple(self.pages.get(key, ())):
                    drawn = await _apart(partial(_draw, key, comment, language))
                    self._tell(key, language, drawn)
            while len(told) > _TOLD_KEPT:
                del told[next(iter(told))]

    def _tell(self, key: str, language: str, drawn: str) -> None:
        for page in tuple(self.pages.get(key, {}).get(language, ())):
            try:
                page.put_nowait(drawn)
            except asyncio.QueueFull:  # it does not read; its browser comes back by itself
                self.close(key, page)


_OPEN = LivePages()


@require_GET  # type: ignore[untyped-decorator]  # Django ships no types
async def live(request: HttpRequest, key: str) -> HttpResponse:
    """Tell an open page of comments as they come, go and are hidden."""
    await sync_to_async(read_published)(request, key)
    page = _OPEN.open(key, str(request.LANGUAGE_CODE))
    if page is None:
        return HttpResponse(status=503, headers={"Retry-After": "60"})
    answer = StreamingHttpResponse(_events(key, page), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer


async def _events(key: str, page: "asyncio.Queue[str]") -> AsyncIterator[bytes]:
    try:
        # this request lasts as long as its page is open: it must not keep a connection all the time
        await sync_to_async(connections.close_all)()
        yield b"retry: 2000\n\n"
        while True:
            try:
                drawn = await asyncio.wait_for(page.get(), _BEAT_S)
            except TimeoutError:
                yield b": still there\n\n"
            else:
                yield f"event: comment\ndata: {drawn}\n\n".encode()
    finally:
        _OPEN.close(key, page)


async def _apart(ask: Callable[[], AnswerT]) -> AnswerT:
    def asked() -> AnswerT:
        try:
            return ask()
        finally:
            connections.close_all()

    return await sync_to_async(asked, thread_sensitive=False)()


def _draw(key: str, identifier: str, language: str) -> str:
    """Return a comment as anybody may see it in a language, or that nobody may."""
    gone = json.dumps({"id": identifier, "html": None})
    edition = room().published_case(key, datetime.now(UTC))
    if edition is None or edition.document is None:
        return gone
    try:
        comment = comment_of(identifier)
    except AbsentError:
        return gone
    if comment.state is CommentState.WAITING:
        return gone
    shown = show_comment(comment, covering_of(edition.document, edition.names))
    with override(language):
        drawn = draw_comment(shown, key, edition.document)
    told = {
        "id": identifier,
        "parent": comment.parent,
        "claim": comment.anchor.claim,
        "html": drawn,
    }
    return json.dumps(told)
