"""The subject of a reporting verb as a whole, and the verb group that it governs.

A phrase that names who speaks has a core, by which the claimant is known, and an extent: with
titles, what belongs to it ("of Kelder", "in the north") and an apposition. Without a parser, what
stands between the start of a clause and its verb is taken for the subject when it begins like one
and holds no other verb.
"""

from purport.ledger.lexicon import (
    ADVERBS,
    AMBIGUOUS,
    DETERMINERS,
    DOCUMENTS,
    FINITE,
    ORGANISATIONS,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    SPEECH,
    STOPPERS,
    TIMES,
    TITLES,
)
from purport.ledger.passages import Passage
from purport.ledger.sources import Range, is_source, source_from

__all__ = ["before_day", "extent_of", "first_subject", "is_verb", "whole_subject"]

_BREAKS = frozenset({",", ";", ":", "–", "—", "-", "(", ")", "“", "”", '"'})
_CONJOINING = frozenset({"and", "but", "while", "whereas", "although", "though", "yet"})
_NEVER_FIRST = (
    STOPPERS
    | PREPOSITIONS
    | PRONOUNS
    | frozenset({"there", "such", "according", "asked", "citing"})
)
_RELATIVE = frozenset({"who", "which", "whose", "that"})
_MAX_SUBJECT = 24
_MAX_APPOSITION = 22
_KNOWN = PEOPLE | ORGANISATIONS | TITLES


def whole_subject(passage: Passage, verb: int, low: int) -> Range | None:
    """Return the core of the subject that reaches from the start of a clause to its verb group.

    None when the clause does not begin like a subject, or when another verb or a mark stands
    between: then the words right before the verb decide.
    """
    end = _before_adverbs(passage, verb, low)
    first = _clause_start(passage, end, low)
    if not 0 < end - first <= _MAX_SUBJECT or not _may_begin(passage, first):
        return None
    document = any(passage.lower(at) in DOCUMENTS for at in range(first, min(end, first + 4)))
    if any(
        is_verb(passage, at) and not (document and _is_reduced(passage, at))
        for at in range(first + 1, end)
    ):
        return None
    if _ends_in_name(passage, first, end):
        return first, end
    stop = next((at for at in range(first + 1, end) if is_verb(passage, at)), end)
    core = source_from(passage, first, stop)
    if core is None or core[0] != first:
        return None
    return _named_next(passage, core, stop) or core


def _named_next(passage: Passage, core: Range, stop: int) -> Range | None:
    """Return the name after a description without comma ("Medical charity the Kelder Society")."""
    at = core[1]
    described = passage.lower(at - 1) in ORGANISATIONS and passage.lower(at) == "the"
    if at + 1 >= stop or not described or not passage.tokens[at + 1].is_capitalised:
        return None
    return source_from(passage, at, stop)


def _ends_in_name(passage: Passage, first: int, end: int) -> bool:
    """Tell whether a role leads to a name ("the coordinator for relief affairs Ilse Varga")."""
    start = end
    while start > first and passage.tokens[start - 1].is_capitalised:
        start -= 1
    before = [passage.lower(at) for at in range(first, start)]
    named = end - start in {2, 3} and passage.lower(start) not in _KNOWN
    plain = all(passage.tokens[at].is_word for at in range(first, end))
    return named and plain and any(word in PEOPLE for word in before) and "and" not in before[-2:]


def first_subject(passage: Passage, low: int, high: int) -> Range | None:
    """Return the subject of the first verb of a clause ("X relies on Y and says …")."""
    for index in range(low + 1, min(high, low + _MAX_SUBJECT)):
        if is_verb(passage, index):
            return whole_subject(passage, index, low)
    return None


def before_day(passage: Passage, verb: int, low: int) -> int:
    """Step back over a day between subject and verb ("Ilse Varga, on Sunday accused …")."""
    at = verb
    while at > low + 1 and passage.lower(at - 1) in TIMES:
        at -= 1
    return at - 1 if at < verb and passage.lower(at - 1) in {"on", "in"} else at


def extent_of(passage: Passage, phrase: Range, verb: Range, high: int) -> Range:
    """Return a source phrase with what belongs to it: "… in the north", ", a fish trader,".

    Args:
        passage: The paragraph.
        phrase: The core.
        verb: The verb group.
        high: End of the sentence.
    """
    first, end = _leftward(passage, phrase[0]), phrase[1]
    if passage.lower(end) in {"(", "["}:
        end = _closing(passage, end, high)
    if verb[1] - verb[0] > 1 and passage.lower(verb[0]) == "according":
        return phrase[0], _extent_according(passage, phrase, high)
    if end <= verb[0]:
        return first, _extent_before(passage, end, verb[0])
    return first, _extent_after(passage, (first, end), high)


def _leftward(passage: Passage, first: int) -> int:
    """Include "Medical charity" before "the Kelder Relief Society" at the start of a clause."""
    if passage.lower(first) not in DETERMINERS:
        return first
    at = first
    while at > 0 and first - at < 5 and at not in passage.starts:  # noqa: PLR2004 - a short title
        before = passage.tokens[at - 1]
        if not before.is_word or is_verb(passage, at - 1) or before.lower in _NEVER_FIRST:
            break
        at -= 1
    told = [passage.lower(index) for index in range(at, first)]
    opens = at in passage.starts or passage.tokens[at - 1].text in _BREAKS
    return at if opens and told and told[-1] in ORGANISATIONS else first


def _extent_before(passage: Passage, end: int, verb: int) -> int:
    verb = before_day(passage, verb, end)
    if end == verb:
        return end
    opening = passage.tokens[end].text
    if opening in {",", "–", "—", "-"}:
        closed = verb - 1 > end + 1 and passage.tokens[verb - 1].text == opening
        aside = passage.lower(end + 1)
        named = aside not in _RELATIVE | PREPOSITIONS and not aside.endswith("ing")
        return verb - 1 if closed and named else end
    if opening in _BREAKS or passage.lower(end) in _RELATIVE:
        return end
    stop = end
    while stop < verb and passage.lower(stop) not in _RELATIVE:
        if is_verb(passage, stop) and not _is_reduced(passage, stop):
            break
        if passage.tokens[stop].text == "(":
            stop = max(stop, _closing(passage, stop, verb) - 1)
        if passage.tokens[stop].text in _BREAKS - {")"}:
            break
        stop += 1
    while stop > end and passage.lower(stop - 1) in ADVERBS | TIMES | PREPOSITIONS:
        stop -= 1
    return stop


def _extent_according(passage: Passage, phrase: Range, high: int) -> int:
    """Take everything up to a mark ("people familiar with the matter,"), where no verb comes."""
    stop = phrase[1]
    while stop < high and passage.tokens[stop].text not in _BREAKS | {".", "!", "?"}:
        if is_verb(passage, stop) or passage.lower(stop) in _RELATIVE | {"there", "as"}:
            return _extent_after(passage, phrase, high)
        stop += 1
    if passage.lower(stop) == "(":
        return _extent_after(passage, phrase, high)
    while stop > phrase[1] and passage.lower(stop - 1) in TIMES | {"on"}:
        stop -= 1
    return max(stop, _extent_after(passage, phrase, high))


def _extent_after(passage: Passage, phrase: Range, high: int) -> int:
    end = phrase[1]
    at = end + 1 if passage.lower(end) == "," else end
    named = passage.tokens[end - 1].is_capitalised
    if at >= high or not named or not _opens_apposition(passage, at):
        return end
    stop = at
    while stop < min(high, at + _MAX_APPOSITION) and passage.tokens[stop].text not in _BREAKS:
        word = passage.lower(stop)
        if word in _RELATIVE | _CONJOINING - {"and"} or word in TIMES or is_verb(passage, stop):
            break
        if word == "." or passage.tokens[stop].text in {".", "!", "?"}:
            break
        stop += 1
    while stop > at and passage.lower(stop - 1) in PREPOSITIONS | STOPPERS | {"while", "as"}:
        stop -= 1
    return stop if stop > at else end


def _opens_apposition(passage: Passage, at: int) -> bool:
    if passage.lower(at) in {"the", "a", "an", "its", "his", "her", "their", "one"}:
        return True
    head = [passage.lower(index) for index in range(at, at + 5)]
    return passage.lower(at) not in PREPOSITIONS | STOPPERS and any(w in _KNOWN for w in head[:4])


def _closing(passage: Passage, opening: int, high: int) -> int:
    for at in range(opening + 1, min(high, opening + 8)):
        if passage.tokens[at].text in {")", "]"}:
            return at + 1
    return opening


def _before_adverbs(passage: Passage, verb: int, low: int) -> int:
    index = verb
    while index > low and passage.quoted[index - 1] < 0 and _is_adverb(passage, index - 1):
        index -= 1
    return index


def _is_adverb(passage: Passage, index: int) -> bool:
    word = passage.lower(index)
    return word in ADVERBS or (word.endswith("ly") and not passage.tokens[index].is_capitalised)


def _clause_start(passage: Passage, end: int, low: int) -> int:
    index = end
    while index > low:
        before = passage.tokens[index - 1]
        if before.text in {")", "]"} and (opening := _opening(passage, index - 1, low)) > low:
            index = opening
            continue
        if before.text in _BREAKS or passage.quoted[index - 1] >= 0:
            break
        if before.lower in _CONJOINING - {"and"}:
            break
        index -= 1
    while index < end and passage.lower(index) in {"but", "and", "however", "meanwhile", "yet"}:
        index += 1
    return _after_time(passage, index, end)


def _opening(passage: Passage, closing: int, low: int) -> int:
    """Return where a short bracket like "(UNICEF)" opens; `low` when none does."""
    for at in range(closing - 1, max(low, closing - 8), -1):
        if passage.tokens[at].text in {"(", "["}:
            return at
    return low


def _is_reduced(passage: Passage, at: int) -> bool:
    """Tell whether a participle only describes ("a poll released on Thursday")."""
    after = passage.lower(at + 1)
    return passage.lower(at).endswith("ed") and (
        after in PREPOSITIONS | TIMES or after.endswith("ly")
    )


_TIMING = (
    TIMES | DETERMINERS | ADVERBS | frozenset({"recent", "on", "in", "at", "since", "by", "of"})
)


def _after_time(passage: Passage, first: int, end: int) -> int:
    """Step over "On Sunday", "Earlier this month", "In recent days" at the start of a clause."""
    index = timed = first
    if passage.lower(first) not in TIMES | ADVERBS | PREPOSITIONS | {"since"}:
        return first
    while index < end and (passage.lower(index) in _TIMING or passage.lower(index).isdigit()):
        index += 1
        if passage.lower(index - 1) in TIMES - {"last", "this", "early", "late"}:
            timed = index
    return timed if timed < end else first


def _may_begin(passage: Passage, first: int) -> bool:
    word = passage.lower(first)
    if word.endswith("ing") and word not in _KNOWN:
        return False
    if word in _NEVER_FIRST - {"both", "all"} or word in TIMES or word in ADVERBS - {"both", "all"}:
        return False
    return is_source(passage, (first, first + 1)) or word in DETERMINERS or (
        word in _KNOWN or passage.tokens[first].text[0].isdigit()
    )  # fmt: skip


def is_verb(passage: Passage, index: int) -> bool:
    """Tell whether a word is surely a verb, or opens a clause."""
    token = passage.tokens[index]
    if token.is_capitalised and index not in passage.starts:
        return False
    if token.lower in FINITE | {"that", "than", "if", "because", "when", "as"}:
        return True
    if "-" in token.text or token.lower in _ADJECTIVES:
        return False
    spoken = token.lower in SPEECH.keys() - AMBIGUOUS and not token.lower.endswith("ing")
    return spoken or token.lower.endswith("ed")


_ADJECTIVES = frozenset(
    {"armed", "united", "opposed", "displaced", "combined", "retired", "led", "backed", "based"}
)
