"""Comments drawn as pieces of a page: once for all who see the same."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language

from purport.core.digests import JsonObject
from purport.readers.discussing import ShownComment, ShownPage, show_threads
from purport.readers.plain import Covering
from purport.store.readers.comments import talk_version

__all__ = ["DrawnTalk", "draw_comment", "draw_talk"]

_KEPT = 20_000
_PAGES_KEPT = 2_000
_Asked: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnTalk:
    """A page of a discussion, drawn as anybody sees it."""

    page: ShownPage
    """The page."""
    html: str
    """Its comments."""


@dataclass
class _Memo:
    """Pages of discussions that were drawn before, each for the comments of which it was drawn."""

    kept: "OrderedDict[_Asked, tuple[tuple[int, int], DrawnTalk]]" = field(
        default_factory=OrderedDict
    )
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, asked: _Asked, version: tuple[int, int]) -> DrawnTalk | None:
        with self.lock:
            found = self.kept.get(asked)
            if found is None or found[0] != version:
                return None
            self.kept.move_to_end(asked)
            return found[1]

    def put(self, asked: _Asked, version: tuple[int, int], drawn: DrawnTalk) -> None:
        with self.lock:
            self.kept[asked] = (version, drawn)
            while len(self.kept) > _PAGES_KEPT:
                self.kept.popitem(last=False)


_MEMO = _Memo()


def draw_talk(
    key: str, document: JsonObject, covering: Covering, *, page: int, claim: str | None
) -> DrawnTalk:
    """Return a page of a discussion as anybody sees it; drawn anew only when a comment changed.

    Args:
        key: Key of the case.
        document: What readers see of the case at this moment.
        covering: What may not be told in words of readers.
        page: Which page, from 1.
        claim: Of threads about one claim alone; None for all.
    """
    asked = (key, document["edition"], covering, page, claim, get_language())
    version = talk_version(key)  # before the comments are read, so that none is missed
    known = _MEMO.get(asked, version)
    if known is None:
        shown = show_threads(key, covering, page=page, claim=claim)
        html = "".join(draw_comment(one, key, document) for one in shown.comments)
        known = DrawnTalk(page=shown, html=html)
        _MEMO.put(asked, version, known)
    return known


def draw_comment(
    one: ShownComment, key: str, document: JsonObject, request: HttpRequest | None = None
) -> str:
    """Return a comment as HTML.

    Args:
        one: The comment as somebody sees it.
        key: Key of the case.
        document: What readers see of the case.
        request: Of whoever looks; needed for their own comments, which they can take back.
    """
    told: Any = document  # JSON
    named = next((item["name"] for item in told["items"] if item["sha256"] == one.anchor.item), "")
    if one.own:
        return _draw(one, key, named, request)
    return _draw_for_anybody(one, key, named, get_language())


@lru_cache(maxsize=_KEPT)
def _draw_for_anybody(one: ShownComment, key: str, item: str, language: str | None) -> str:
    del language  # tells drawn pieces apart
    return _draw(one, key, item, None)


def _draw(one: ShownComment, key: str, item: str, request: HttpRequest | None) -> str:
    around = {"one": one, "key": key, "item": item}
    return str(render_to_string("readers/_comment.html", around, request=request))
