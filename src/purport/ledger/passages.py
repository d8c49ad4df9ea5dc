"""A paragraph cut into tokens, sentences and quotations, in visible characters.

Nothing here knows what a claim is. All work is linear in the length of the paragraph.
"""

import re
from dataclasses import dataclass

from purport.ledger.quotations import Quotation, find_quotations
from purport.ledger.wordlists import words

__all__ = ["Passage", "Token", "cut_passage"]

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*(?:-\w+)?|\w+(?:['’\-‑]\w+)*|[^\w\s]")
_CLOSERS = frozenset("\"'”’»›)]")
_FUNCTION_WORDS = words(
    "who is it as or so at in on be has had do are am he by no not but and that"
)
_ABBREVIATIONS = words(
    "mr mrs ms dr gen lt col maj capt sgt adm sen rep gov prof st no vs etc jan feb mar apr "
    "jun jul aug sep sept oct nov dec inc ltd co corp approx brig cmdr hon rev pres fig dept"
)
_ARABIC_NAME = re.compile(r"(?:a[lnrstdz]|ash|el)-[A-Z]")
_MAX_SENTENCE_TOKENS = 400
_MAX_KEPT_QUOTATION = 300


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign."""

    start: int
    """First visible character."""
    end: int
    """One past the last."""
    text: str
    """As written."""
    lower: str
    """In lower case, with typographic apostrophes as typewriter ones."""

    @property
    def is_word(self) -> bool:
        """Whether it is a word or number rather than a sign."""
        return self.text[0].isalnum()

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper() or _ARABIC_NAME.match(self.text) is not None


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph."""

    tokens: tuple[Token, ...]
    """Its tokens, in order."""
    sentences: tuple[tuple[int, int], ...]
    """First and one-past-last token of each sentence."""
    quotations: tuple[Quotation, ...]
    """Quotations, by tokens, marks included."""
    quoted: tuple[int, ...]
    """For each token the index of its quotation; -1 outside."""
    starts: frozenset[int]
    """First token of each sentence."""

    def lower(self, index: int) -> str:
        """Return a token in lower case; an empty string outside the passage."""
        return self.tokens[index].lower if 0 <= index < len(self.tokens) else ""


def cut_passage(text: str, start: int, end: int) -> Passage:
    """Cut visible `[start, end)` of a text."""
    shouted = not any(letter.islower() for letter in text[start:end])
    tokens = tuple(
        Token(match.start(), match.end(), match.group(), _lower(match.group(), shouted=shouted))
        for match in _TOKEN.finditer(text, start, end)
    )
    ranges = find_quotations(text, start, end)
    quotations, quoted = _to_tokens(tokens, ranges)
    sentences = tuple(_sentences(tokens, quotations, quoted))
    starts = frozenset(first for first, _ in sentences)
    return Passage(tokens, sentences, quotations, quoted, starts)


def _lower(word: str, *, shouted: bool) -> str:
    """Lower a word; "WHO" and "IS" stay as they are, so that they are not "who" and "is"."""
    lowered = word.lower().replace("’", "'")
    is_acronym = not shouted and len(word) > 1 and word.isupper()
    return word if is_acronym and lowered in _FUNCTION_WORDS else lowered


def _to_tokens(
    tokens: tuple[Token, ...], ranges: list[Quotation]
) -> tuple[tuple[Quotation, ...], tuple[int, ...]]:
    quotations: list[Quotation] = []
    quoted = [-1] * len(tokens)
    index = 0
    for number, found in enumerate(ranges):
        while index < len(tokens) and tokens[index].end <= found.start:
            index += 1
        first = index
        while index < len(tokens) and tokens[index].start < found.end:
            quoted[index] = number
            index += 1
        quotations.append(Quotation(first, index, closed=found.closed))
    return tuple(quotations), tuple(quoted)


def _sentences(
    tokens: tuple[Token, ...],
    quotations: tuple[Quotation, ...],
    quoted: list[int] | tuple[int, ...],
) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    first = 0
    index = 0
    while index < len(tokens):
        after = index + 1
        if tokens[index].text in {".", "!", "?", "…"}:
            while after < len(tokens) and _closes(tokens, after, quoted, index):
                after += 1
            if _may_end(tokens, index, after) and not _inside(quotations, quoted, index, after):
                found.append((first, after))
                first = after
        elif after - first >= _MAX_SENTENCE_TOKENS:
            found.append((first, after))
            first = after
        index = after
    if first < len(tokens):
        found.append((first, len(tokens)))
    return found


def _closes(
    tokens: tuple[Token, ...], index: int, quoted: list[int] | tuple[int, ...], stop: int
) -> bool:
    text = tokens[index].text
    if text in {".", "!", "?", "…"}:
        return True
    if text not in _CLOSERS or tokens[index].start != tokens[index - 1].end:
        return False
    return text in {")", "]"} or quoted[index] < 0 or quoted[index] == quoted[stop]


def _may_end(tokens: tuple[Token, ...], stop: int, after: int) -> bool:
    if after >= len(tokens):
        return True
    if tokens[stop].text != ".":
        return not tokens[after].text[0].islower()
    before = tokens[stop - 1] if stop else None
    if before is not None and before.end == tokens[stop].start:
        initial = len(before.text) == 1 and before.text.isupper()
        if initial or before.lower in _ABBREVIATIONS:
            return False
    following = tokens[after]
    return following.start > tokens[after - 1].end and not following.text[0].islower()


def _inside(
    quotations: tuple[Quotation, ...], quoted: list[int] | tuple[int, ...], stop: int, after: int
) -> bool:
    """Tell whether a quotation goes on after the stop and is short enough to be kept whole."""
    number = quoted[stop]
    if number < 0 or after >= quotations[number].end:
        return False
    return quotations[number].end - quotations[number].start <= _MAX_KEPT_QUOTATION
