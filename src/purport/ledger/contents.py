"""What was said: where content begins and ends, and whether it fits its cue."""

import itertools

from purport.ledger.adjuncts import Adjuncts
from purport.ledger.cues import Cue
from purport.ledger.lexicon import FINITE, Complement
from purport.ledger.passages import Passage
from purport.ledger.sources import Range
from purport.ledger.wordlists import words

__all__ = [
    "LOOSE",
    "MIN_QUOTED_WORDS",
    "SUBORDINATORS",
    "complements",
    "content_of",
    "is_over",
    "quotation_ending",
    "trimmed",
    "with_second_half",
]

SUBORDINATORS = words("but while whereas although though and as")
_OPENING = frozenset("\"'“„«‹‘")
_TRIMMED = frozenset({",", ";", ":", ".", "–", "—", "-", "…"})
_LEADING = frozenset({"that", "however", "but", "and", "yet"})
MIN_QUOTED_WORDS = 2


def content_of(
    passage: Passage, cue: Cue, phrase: Range, *, adjuncts: Adjuncts, bounds: Range
) -> tuple[Range, ...]:
    """Return what is said by "X said …" or "…, X said", for a known X."""
    low, high = bounds
    rest = adjuncts.end
    if passage.lower(cue.start).endswith("ing"):  # ", adding …": what follows, nothing before
        return ((rest, high),) if rest < high else ()
    quote = quotation_ending(passage, phrase[0], low)
    parenthetic = passage.lower(phrase[0] - 1) == "," and passage.lower(rest) == ","
    if quote is not None:
        return with_second_half(passage, quote, rest, high)
    turns = parenthetic and _turns(passage, rest + 1)
    trails = phrase[0] > low + 1 and not parenthetic and _turns(passage, rest)
    if turns or trails or is_over(passage, rest, high):
        return ((low, phrase[0]),) if phrase[0] > low else ()
    if parenthetic and phrase[0] - 1 > low and not _opens_with_adjunct(passage, low):
        return ((low, phrase[0]), (rest + 1, high))
    return ((rest, _aside_end(passage, cue, bounds)),)


def _turns(passage: Passage, at: int) -> bool:
    """Tell whether what follows "…, X said" is another clause or a participle, not more of it."""
    word = passage.lower(at)
    if at >= len(passage.tokens) or passage.quoted[at] >= 0 or word == "as":
        return False
    return word in SUBORDINATORS | {"who", "which"} or word in _PARTICIPLES


_PARTICIPLES = words("updating citing adding quoting referring describing calling giving putting")


def quotation_ending(passage: Passage, index: int, low: int) -> Range | None:
    """Return the quotation that ends right before a token, a comma between allowed."""
    before = index - 1
    if before >= low and passage.tokens[before].text in {",", "–", "—", "-"}:
        before -= 1
    if before < low or passage.quoted[before] < 0:
        return None
    quotation = passage.quotations[passage.quoted[before]]
    if quotation.end - quotation.start < MIN_QUOTED_WORDS + 2:
        return None
    if quotation.start > low and not _starts_clause(passage, quotation.start, low):
        return (low, quotation.end)
    return (quotation.start, quotation.end)


def _starts_clause(passage: Passage, index: int, low: int) -> bool:
    """Tell whether what stands before a quotation is no part of the statement."""
    return passage.lower(index - 1) in {":", ".", "”", '"'} or all(
        not passage.tokens[at].is_word for at in range(low, index)
    )


def with_second_half(passage: Passage, quote: Range, rest: int, high: int) -> tuple[Range, ...]:
    """Return a quotation with the second half that follows "…," he said, "…"."""
    while rest < high and passage.tokens[rest].text in {",", ".", ":", "–"}:
        rest += 1
    if rest < high and passage.quoted[rest] >= 0:
        second = passage.quotations[passage.quoted[rest]]
        if second.start >= quote[1] and second.end - second.start >= MIN_QUOTED_WORDS:
            return (quote, (second.start, min(high, second.end)))
    if passage.lower(rest) in {"who", "which", "the", "a", "an"}:
        later = next((at for at in range(rest, high) if passage.quoted[at] >= 0), high)
        if later < high and passage.lower(later - 1) == ",":
            return (quote, (later, min(high, passage.quotations[passage.quoted[later]].end)))
    return (quote,)


def is_over(passage: Passage, rest: int, high: int) -> bool:
    """Tell whether nothing is said any more up to the end of the sentence."""
    while rest < high and not passage.tokens[rest].is_word:
        if passage.tokens[rest].text in _OPENING:
            return False
        rest += 1
    return rest >= high


def _opens_with_adjunct(passage: Passage, low: int) -> bool:
    return passage.lower(low) in {"in", "on", "at", "but", "however", "earlier", "meanwhile"}


def _aside_end(passage: Passage, cue: Cue, bounds: Range) -> int:
    """Return where content ends: at the closing dash or comma of a relative clause, or the end."""
    low, high = bounds
    pronoun = cue.span[0] - 1
    if passage.lower(pronoun) not in {"who", "which"}:
        return high
    opening = passage.tokens[pronoun - 1].text if pronoun - 1 >= low else ""
    if opening not in {",", "–", "—", "-", "("}:
        return high
    wanted = ")" if opening == "(" else opening
    for index in range(cue.end, high):
        if passage.tokens[index].text == wanted and passage.quoted[index] < 0:
            return index
    return high


def complements(passage: Passage, cue: Cue, adjuncts: Adjuncts, content: tuple[Range, ...]) -> bool:
    """Tell whether what stands beside a cue is what its verb takes, so that it was said."""
    first = content[0]
    quoted = any(passage.quoted[index] >= 0 for index in range(*first))
    if cue.complement is Complement.SHOWN:
        return adjuncts.that
    if cue.complement in LOOSE:
        return _loosely_complements(passage, cue, content, quoted=quoted)
    if cue.complement in {Complement.QUOTE, Complement.QUOTING}:
        return _quotes(passage, cue, first, quoted=quoted)
    return _is_told(passage, cue, adjuncts, content)


def _quotes(passage: Passage, cue: Cue, first: Range, *, quoted: bool) -> bool:
    """Tell whether there are words in marks, "as …", or somebody "as saying" something."""
    if cue.complement is Complement.QUOTING:
        words_there = [passage.lower(at) for at in range(*first)]
        return ("as", "saying") in itertools.pairwise(words_there)
    if cue.lemma in {"call", "dub"} and first[0] >= cue.end:
        return quoted
    return passage.quoted[first[0]] >= 0 or passage.lower(first[0]) == "as"


def _is_told(passage: Passage, cue: Cue, adjuncts: Adjuncts, content: tuple[Range, ...]) -> bool:
    quoted = any(passage.quoted[index] >= 0 for index in range(*content[0]))
    if quoted or cue.complement is Complement.ANY or adjuncts.that:
        told = (passage.tokens[at].is_word for start, end in content for at in range(start, end))
        return sum(told) > 1 or quoted
    words = [passage.lower(index) for index in range(*content[0])]
    if (
        cue.complement is Complement.ADDRESSEE
        and adjuncts.addressee is None
        and content[0][0] >= cue.end
    ):
        return False
    return words[:1] != ["to"] and any(word in FINITE or word.endswith("ed") for word in words)


LOOSE = frozenset({Complement.JUDGED, Complement.DEMANDED, Complement.INTENDED})
_JUDGING = words("of for on as")


def _loosely_complements(
    passage: Passage, cue: Cue, content: tuple[Range, ...], *, quoted: bool
) -> bool:
    """Tell whether what follows fits a verb of judging, demanding or intending."""
    told = [passage.lower(at) for start, end in content for at in range(start, end)]
    if content[0][0] < cue.start and not quoted:  # "…, he promised"
        return cue.complement is Complement.INTENDED and any(word in FINITE for word in told)
    fits = {
        Complement.JUDGED: any(word in _JUDGING for word in told[1:12]),
        Complement.DEMANDED: len(told) > 1,
        Complement.INTENDED: "to" in told[:8]
        or any(word in FINITE or word.endswith("ed") for word in told),
    }
    return quoted or fits[cue.complement]


def trimmed(passage: Passage, content: tuple[Range, ...], bounds: Range) -> list[Range]:
    """Take stops, outer quotation marks, "that" and "but" off the ends of content."""
    spans: list[Range] = []
    for first, end in content:
        start, stop = max(first, bounds[0]), end
        while start < stop and _drops_first(passage, start):
            start += 1
        while start < stop and passage.tokens[stop - 1].text in _TRIMMED:
            stop -= 1
        start, stop = _without_marks(passage, start, stop)
        if any(passage.tokens[index].is_word for index in range(start, stop)):
            spans.append((start, stop))
    return spans


def _drops_first(passage: Passage, index: int) -> bool:
    token = passage.tokens[index]
    if passage.quoted[index] >= 0:
        return False
    return token.text in _TRIMMED | {")", "]"} or token.lower in _LEADING


def _without_marks(passage: Passage, start: int, stop: int) -> Range:
    """Take the marks off content that is one whole quotation."""
    if start >= stop or passage.quoted[start] < 0:
        return start, stop
    quotation = passage.quotations[passage.quoted[start]]
    if quotation.start != start or stop < quotation.end:
        return start, stop
    if stop > quotation.end:
        return start, stop
    start += 1
    if quotation.closed:
        stop -= 1
    while start < stop and passage.tokens[stop - 1].text in _TRIMMED:
        stop -= 1
    return start, stop
