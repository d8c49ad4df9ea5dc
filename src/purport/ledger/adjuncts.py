"""What stands between a cue and what was said: addressee, venue, medium, day, "that"."""

from dataclasses import dataclass

from purport.ledger.cues import Cue, CueKind
from purport.ledger.lexicon import (
    COMMUNICATIONS,
    DETERMINERS,
    FINITE,
    OUTLETS,
    PEOPLE,
    TIMES,
    country_of,
)
from purport.ledger.passages import Passage
from purport.ledger.wordlists import words

__all__ = ["NO_ADJUNCTS", "Adjuncts", "read_adjuncts"]

_MAX_ADJUNCT = 14
_ADDRESSEES = PEOPLE | words(
    "reporters journalists press parliament lawmakers audience crowd viewers listeners him "
    "her them us me conference meeting"
)
_VENUES = COMMUNICATIONS | words(
    "assembly meeting summit session event hearing ceremony rally forum council conference "
    "nations un "
    "parliament headquarters"
)
_OCCASIONS = words(
    "assembly meeting summit session event hearing ceremony rally forum council conference nations "
    "un parliament headquarters"
)
_LONGER_VENUES = _VENUES | words("general security")
_MANNER = words("repeatedly again later also only")
_AFTER_MANNER = words("that on in at") | TIMES
_WHERE = words("at in on during via through by")


@dataclass(frozen=True, slots=True)
class Adjuncts:
    """What was found after a cue, by token ranges."""

    end: int = 0
    """First token of what was said."""
    addressee: tuple[int, int] | None = None
    """To whom."""
    venue: tuple[int, int] | None = None
    """At what occasion or place."""
    medium: tuple[int, int] | None = None
    """Where it appeared."""
    that: bool = False
    """Whether "that" introduces what was said."""


NO_ADJUNCTS = Adjuncts()


def read_adjuncts(passage: Passage, cue: Cue, bounds: tuple[int, int]) -> Adjuncts:
    """Read what follows a cue up to what was said."""
    high = bounds[1]
    index = cue.end
    addressee: tuple[int, int] | None = None
    venue: tuple[int, int] | None = None
    medium: tuple[int, int] | None = None
    if cue.kind is CueKind.ADDRESSED and index < high:
        addressee = _addressee(passage, index, high)
        index = addressee[1] if addressee else index
    elif passage.lower(index) == "to" and (found := _addressee(passage, index + 1, high)):
        addressee, index = found, found[1]
    while index < high:
        step = _adjunct_end(passage, index, high)
        if step == index:
            break
        if _is_venue(passage, index, step):
            venue = (index, step)
        elif _is_communication(passage, index, step):
            medium = (index, step)
        index = step
    comma = index < high and passage.lower(index) == ","
    that = passage.lower(index + 1 if comma else index) == "that"
    if that or (comma and passage.quoted[min(index + 1, high - 1)] >= 0):
        index += 1 if comma else 0
    if passage.lower(index) == ":":
        index += 1
    return Adjuncts(min(index + (1 if that else 0), high), addressee, venue, medium, that)


def _addressee(passage: Passage, first: int, high: int) -> tuple[int, int] | None:
    """Find who was told: a role, an outlet, a short name; it stops where a clause begins."""
    index = first
    limit = min(high, first + _MAX_ADJUNCT)
    while index < limit and passage.lower(index) in DETERMINERS:
        index += 1
    started = index
    while index < limit and passage.tokens[index].is_word and passage.quoted[index] < 0:
        word = passage.lower(index)
        if word in FINITE | TIMES | _WHERE | {"that", "how"} | DETERMINERS and index > started:
            break
        index += 1
        if word in _ADDRESSEES or (word in OUTLETS and not _goes_on(passage, index, limit)):
            return first, index
        if index - started >= 3 and _clause_follows(passage, index, limit):  # noqa: PLR2004
            break
    if index >= limit or passage.lower(index) in {"that", ",", "."} | _WHERE | TIMES:
        return (first, index) if index > started else None
    return _short_name(passage, first, started, index)


def _goes_on(passage: Passage, index: int, limit: int) -> bool:
    return index < limit and passage.lower(index) in OUTLETS


def _clause_follows(passage: Passage, index: int, limit: int) -> bool:
    return any(passage.lower(at) in FINITE for at in range(index, min(limit, index + 3)))


def _short_name(passage: Passage, first: int, started: int, index: int) -> tuple[int, int] | None:
    """Take one name before a clause ("told Reuters the strikes were …")."""
    end = started + 1
    if end > index or not passage.tokens[started].is_capitalised:
        return None
    while end < index and passage.tokens[end].is_capitalised and index - end > 1:
        if country_of(passage.lower(end)) != passage.lower(end):
            break
        end += 1
    return first, end


def _adjunct_end(passage: Passage, index: int, high: int) -> int:
    """Return where a day, medium or venue that begins here ends; `index` when none begins."""
    word = passage.lower(index)
    if (word in _MANNER or word.endswith("ly")) and passage.lower(index + 1) in _AFTER_MANNER:
        return index + 1
    if word in TIMES and passage.lower(index + 1) not in FINITE | {"the"} | {"'s"}:
        return index + 1
    if word == "on" and passage.lower(index + 1) in TIMES:
        return index + 2
    return _phrase_end(passage, index, high) if word in _WHERE else index


def _phrase_end(passage: Passage, index: int, high: int) -> int:
    for at in range(index + 1, min(high, index + _MAX_ADJUNCT)):
        if passage.lower(at) == "that" and at > index + 1:
            return at  # "in Kelder that …": whatever stands before "that" was not said
        if not passage.tokens[at].is_word or passage.lower(at) in FINITE | {"that"}:
            return index
        if passage.lower(at) in _VENUES and passage.lower(at + 1) not in _LONGER_VENUES:
            return _with_date(passage, _with_owner(passage, at + 1, high), high)
    return index


def _with_owner(passage: Passage, index: int, high: int) -> int:
    """Step over "of the Coastal League" after a venue."""
    if passage.lower(index) != "of":
        return index
    at = index + 1
    while at < high and (passage.lower(at) in {"the", "of"} or passage.tokens[at].is_capitalised):
        at += 1
    return at if at > index + 1 else index


def _with_date(passage: Passage, index: int, high: int) -> int:
    if passage.lower(index) in {"published", "released", "posted", "issued"} and index + 1 < high:
        index += 1
    if passage.lower(index) == "on" and passage.lower(index + 1) in TIMES:
        return min(index + 2, high)
    return index


def _is_venue(passage: Passage, first: int, end: int) -> bool:
    if passage.lower(first) not in {"at", "in", "during"} or end - first < 2:  # noqa: PLR2004
        return False
    told = [passage.lower(at) for at in range(first, end)]
    return any(word in _OCCASIONS for word in told) or passage.lower(first) == "at"


def _is_communication(passage: Passage, first: int, end: int) -> bool:
    return any(passage.lower(at) in COMMUNICATIONS for at in range(first, end))
