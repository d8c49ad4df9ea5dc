"""What readers see of an edition at a moment: positions only once their time has come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from purport.core.digests import JsonObject
from purport.reports.published.covering import cover_measures

__all__ = ["is_open", "may_be_clear", "readers_view"]


def is_open(item: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether an item's positions are public; never without a recorded first publication."""
    opens = item["positions_from_utc"]
    return opens is not None and datetime.fromisoformat(opens) <= now


def may_be_clear(item: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether readers may have a clear film of an item: the desk says so, and it is open.

    Graphics burnt into a picture may tell positions: while those are kept back, nothing is clear.
    """
    return may_become_clear(item) and is_open(item, now)


def may_become_clear(item: Mapping[str, Any]) -> bool:
    """Tell whether the desk lets readers have a clear film of an item, once it is open."""
    return not item["opens_blurred"] or bool(item.get("shown_on_request", False))


def is_plain(item: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether pictures of an item are for everybody by now, neither blurred nor grey."""
    return not item["opens_blurred"] and is_open(item, now)


def readers_view(document: JsonObject, now: datetime) -> JsonObject:
    """Leave out of a document what is not public yet.

    Of an item within its embargo its places; and while there is such an item, every position,
    distance and direction in all words of the document, which are covered.

    Args:
        document: The edition's document, `purport.published/1`.
        now: The moment, with a time zone.
    """
    whole: Any = document
    closed = {item["sha256"] for item in whole["items"] if not is_open(item, now)}
    shown = whole
    if closed:
        shown = {
            **_covered(whole),
            "items": [_item(item, closed=item["sha256"] in closed) for item in whole["items"]],
        }
    return {**shown, "positions_withheld": len(closed)}


_KEPT = frozenset(
    {"schema", "key", "made_utc", "date", "confirmed_utc", "published", "id", "sha256", "finding"}
)
"""Members that are no words."""


def _covered(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return value if name in _KEPT else cover_measures(value)
    if isinstance(value, Mapping):
        return {key: _covered(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_covered(inner, name) for inner in value]
    return value


def _item(item: Mapping[str, Any], *, closed: bool) -> dict[str, Any]:
    if not closed:
        return dict(item)
    words = {name: item[name] for name in ("name", "claimed_place", "publisher")}
    return {**item, **{name: _covered(text) for name, text in words.items()}, "places": []}
