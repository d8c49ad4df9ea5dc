"""Who published the footage that a story is about, from the story's own words."""

from collections.abc import Iterator

from purport.ledger.lexicon import MEDIA, ORGANISATIONS, PEOPLE, PUBLISHING
from purport.ledger.passages import Passage
from purport.ledger.sources import Range, source_before, source_from

__all__ = ["find_publishers"]

_REACH = 6


def find_publishers(passage: Passage) -> Iterator[Range]:
    """Yield the phrases that name a publisher of footage.

    "The ministry has released footage", "footage released by the ministry", "the ministry's
    video".
    """
    for low, high in passage.sentences:
        for index in range(low, high):
            if passage.lower(index) in PUBLISHING:
                yield from _around_verb(passage, index, low, high)
            elif passage.lower(index) in MEDIA:
                yield from _possessor(passage, index, low)


def _around_verb(passage: Passage, verb: int, low: int, high: int) -> Iterator[Range]:
    if passage.lower(verb + 1) == "by":
        if any(passage.lower(at) in MEDIA for at in range(max(low, verb - 3), verb)):
            found = source_from(passage, verb + 2, high)
            if found is not None:
                yield found
        return
    if any(passage.lower(at) in MEDIA for at in range(verb + 1, min(high, verb + _REACH))):
        found = source_before(passage, verb, low)
        if found is not None:
            yield found


def _possessor(passage: Passage, medium: int, low: int) -> Iterator[Range]:
    before = passage.lower(medium - 1) if medium > low else ""
    plain = before.removesuffix("'s")
    if plain in ORGANISATIONS | PEOPLE and passage.quoted[medium] < 0:
        first = medium - 1
        while first > low and medium - first < _REACH and passage.tokens[first - 1].is_word:
            first -= 1
            if passage.lower(first) in {"the", "a", "an"}:
                break
        yield first, medium
