"""Items of a workspace by page and by words, also when there are a hundred thousand."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from purport.casework.workspace import Workspace
from purport.core.case import ItemRecord
from purport.core.digests import Digest

__all__ = ["ITEMS_A_PAGE", "FoundItems", "find_items"]

ITEMS_A_PAGE = 50
_LEAST_OF_A_DIGEST = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItems:
    """A page of items."""

    items: tuple[ItemRecord, ...]
    """They, in the order in which they were first recorded; among those found by words one that was
    corrected comes last."""
    more: bool
    """Whether further ones follow."""


def find_items(
    workspace: Workspace, words: str = "", *, skip: int = 0, most: int = ITEMS_A_PAGE
) -> FoundItems:
    """Find items by words in their name, address, collector, publisher or place, or by digest.

    Args:
        workspace: Where.
        words: All of them must occur, in capitals or not, or begin the digest; empty for all items.
        skip: How many of the first found are left out.
        most: How many are returned.
    """
    wanted = words.casefold().split()
    if not wanted:
        listed, more = workspace.store.live_page(ItemRecord, skip=skip, most=most)
        return FoundItems(items=tuple(stored.record for stored in listed), more=more)
    found = islice(_matching(workspace, words.split(), wanted), skip, None)
    page = tuple(islice(found, most + 1))
    return FoundItems(items=page[:most], more=len(page) > most)


def _matching(workspace: Workspace, words: list[str], wanted: list[str]) -> Iterator[ItemRecord]:
    for stored in workspace.store.live_containing(ItemRecord, words):
        said, digest = _said_of(stored.record), stored.record.digest
        if all(word in said or _begins(digest, word) for word in wanted):
            yield stored.record


def _begins(digest: Digest, word: str) -> bool:
    """Tell whether a digest begins so; too short a beginning is a number in a name."""
    return len(word) >= _LEAST_OF_A_DIGEST and digest.startswith(word)


def _said_of(item: ItemRecord) -> str:
    """Return what an item is found by."""
    published, place = item.publication, item.claimed_place
    said = (
        item.name,
        item.url,
        item.collector,
        published.publisher if published else None,
        published.url if published else None,
        place.name if place else None,
    )
    return "\n".join(text for text in said if text).casefold()
