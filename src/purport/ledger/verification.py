"""Statements that something cannot be verified: the narrator's, or an agency's by name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from purport.ledger.lexicon import MEDIA
from purport.ledger.passages import Passage
from purport.ledger.sources import Range, source_before

__all__ = ["UNESTABLISHED", "Unverified", "find_unverified"]

_VERIFY = r"(?:verif(?:y|ied)|confirm(?:ed)?|authenticated?|corroborated?)"
_ESTABLISH = r"(?:verif(?:y|ied)|confirm(?:ed)?|authenticated?|identif(?:y|ied)|establish(?:ed)?)"


def _form(verb: str) -> re.Pattern[str]:
    adverb = r"(?:(?:been |be )?(?:\w+ly )?)"
    negated = (
        r"(?:can ?not|can['’]t|could not|couldn['’]t|has not|have not|had not|hasn['’]t|"
        r"haven['’]t|not)"
    )
    unable = r"(?:impossible|not possible|unable|no way|failed|difficult)"
    return re.compile(
        rf"{negated} (?:yet )?{adverb}(?:be |been )?{verb}|{unable} to {adverb}{verb}"
        r"|(?:is|are|was|were|remains?) (?:still )?unverified",
        re.IGNORECASE,
    )


_UNVERIFIED = _form(_VERIFY)
UNESTABLISHED = _form(_ESTABLISH)
"""Matches "cannot be verified" and its like; words are separated by single spaces."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A statement that something cannot be verified."""

    content: Range
    """What is said."""
    verb: int
    """First token of the words that say so."""
    speaker: Range | None
    """Who could not verify; None for the narrator."""
    medium: Range | None
    """The footage meant; None when it is something else."""


def find_unverified(passage: Passage, low: int, high: int) -> Iterator[Unverified]:
    """Yield such statements in a sentence, outside quotations."""
    words = [passage.lower(index) for index in range(low, high)]
    line = " ".join(words)
    if "verif" not in line and "confirm" not in line and "authenticat" not in line:
        return
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word) + 1)
    for match in _UNVERIFIED.finditer(line):
        verb = low + max(index for index, at in enumerate(starts) if at <= match.start())
        end = low + next(index for index, at in enumerate(starts) if at > match.end() - 1)
        if passage.quoted[verb] >= 0:
            continue
        statement = _statement(passage, (low, high), verb, end)
        if statement is not None:
            yield statement


def _statement(passage: Passage, bounds: Range, verb: int, end: int) -> Unverified | None:
    low, high = bounds
    relative = next(
        (
            at
            for at in range(verb - 1, max(low, verb - 4) - 1, -1)
            if passage.lower(at) in {"which", "that"}
        ),
        None,
    )
    if relative is not None:
        return Unverified((relative, end), verb, None, _medium(passage, low, relative))
    phrase = source_before(passage, verb, low)
    passive = any(passage.lower(at) in {"be", "been", "unverified"} for at in range(verb, end))
    speaker = phrase if phrase is not None and not passive else None
    words = [passage.lower(at) for at in range(verb, end)]
    checked = any(word.startswith(("verif", "authent", "corrob", "unverif")) for word in words)
    if not checked and (speaker is not None or not any(word.endswith("ly") for word in words)):
        return None  # "was not confirmed" may be said of anything
    first = phrase[0] if phrase is not None else _clause_start(passage, low, verb)
    stop = next((at for at in range(end, high) if passage.tokens[at].text in {",", ";", "."}), high)
    return Unverified((first, stop), verb, speaker, _medium(passage, low, verb))


def _clause_start(passage: Passage, low: int, verb: int) -> int:
    at = verb
    while at > low and passage.tokens[at - 1].text not in {",", ";", ":", "–", "—"}:
        at -= 1
    return at


def _medium(passage: Passage, low: int, high: int) -> Range | None:
    for at in range(high - 1, low - 1, -1):
        if passage.lower(at) in MEDIA:
            return (at, at + 1)
    return None
