"""A small grammar of amounts: "eight", "1,200", "between 5 and 7", "at least 20", "dozens"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from purport.core.claims import Quantifier
from purport.ledger.wordlists import word_sequence

__all__ = ["VAGUE_BOUNDS", "Amount", "find_amounts"]

_UNITS = word_sequence(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = word_sequence("twenty thirty forty fifty sixty seventy eighty ninety")
_SMALL = {name: number for number, name in enumerate(_UNITS)}
_LARGE = {name: 10 * number for number, name in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_WORD = "|".join((*_UNITS[1:], *_TENS))
_NUMBER = (
    rf"(?:(?:a|{_WORD}) dozen(?!s)"
    r"|\d+(?:[.,]\d+)? (?:hundred|thousand|million)(?!s)"
    rf"|\d{{1,3}}(?:[ ,]\d{{3}})+|\d+(?:[.,]\d{{1,2}})?|(?:a|an|{_WORD})[ -](?:hundred|thousand)"
    rf"|(?:{'|'.join(_TENS)})[ -](?:{'|'.join(_UNITS[1:10])})|(?:{_WORD}))"
)
_BOUND = {
    "at least": Quantifier.AT_LEAST,
    "no fewer than": Quantifier.AT_LEAST,
    "no less than": Quantifier.AT_LEAST,
    "more than": Quantifier.AT_LEAST,
    "as many as": Quantifier.AT_MOST,
    "a maximum of": Quantifier.AT_MOST,
    "a minimum of": Quantifier.AT_LEAST,
    "upwards of": Quantifier.AT_LEAST,
    "over": Quantifier.AT_LEAST,
    "at most": Quantifier.AT_MOST,
    "up to": Quantifier.AT_MOST,
    "no more than": Quantifier.AT_MOST,
    "fewer than": Quantifier.AT_MOST,
    "less than": Quantifier.AT_MOST,
    "under": Quantifier.AT_MOST,
    "about": Quantifier.ABOUT,
    "around": Quantifier.ABOUT,
    "some": Quantifier.ABOUT,
    "roughly": Quantifier.ABOUT,
    "nearly": Quantifier.ABOUT,
    "almost": Quantifier.ABOUT,
    "approximately": Quantifier.ABOUT,
    "exactly": Quantifier.EXACTLY,
    "precisely": Quantifier.EXACTLY,
    "all": Quantifier.ALL,
}
_VAGUE = (
    r"a number of|a handful of|a series of|a couple of dozen|a couple of|a few dozen|a few|"
    r"several dozen|several hundred|several|many|numerous|various|a (?:large|small) number of|"
    r"dozens(?: of)?|scores(?: of)?|hundreds(?: of)?|multiple|few|countless"
)
_AMOUNT = re.compile(
    rf"\b(?:(?P<bound>{'|'.join(_BOUND)})\s+(?:the\s+|a\s+)?)?"
    rf"(?:(?:between\s+)?(?P<low>{_NUMBER})(?:\s+(?:to|and|or)\s+|\s*[-–]\s*(?=\d))(?P<high>{_NUMBER})(?![\w])"
    rf"|(?P<one>{_NUMBER})(?![\w])|(?P<vague>{_VAGUE})\b)",
    re.IGNORECASE,
)


VAGUE_BOUNDS = {
    "couple": (2.0, 4.0),
    "few": (1.0, 12.0),
    "handful": (2.0, 12.0),
    "several": (2.0, 24.0),
    "couple of dozen": (18.0, 40.0),
    "few dozen": (20.0, 100.0),
    "several dozen": (20.0, 200.0),
    "dozens": (20.0, float("inf")),
    "scores": (30.0, float("inf")),
    "several hundred": (150.0, 2000.0),
    "hundreds": (150.0, float("inf")),
    "multiple": (2.0, float("inf")),
    "many": (3.0, float("inf")),
    "numerous": (3.0, float("inf")),
    "countless": (10.0, float("inf")),
}
"""What a vague amount can mean at the widest. Used only to tell that two amounts cannot be the
same: "dozens" and "three". Ours, wider than any usage that we know, since a false contradiction
costs more than a missed one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """An amount as stated."""

    start: int
    """First character."""
    end: int
    """One past the last."""
    value: float | None = None
    """When definite."""
    range: tuple[float, float] | None = None
    """When a range."""
    vague: str | None = None
    """When vague."""
    quantifier: Quantifier | None = None
    """How it is bounded."""


def find_amounts(text: str, start: int, end: int) -> Iterator[Amount]:
    """Yield the amounts in `[start, end)` of a text, in order."""
    for match in _AMOUNT.finditer(text, start, end):
        bound = match.group("bound")
        quantifier = _BOUND[" ".join(bound.lower().split())] if bound else None
        start, stop = match.span()
        if match.group("vague"):
            vague = " ".join(match.group("vague").lower().split()).removesuffix(" of")
            said = vague.removeprefix("a ")
            yield Amount(start=start, end=stop, vague=said, quantifier=quantifier)
        elif match.group("one"):
            one = _number(match.group("one"))
            yield Amount(start=start, end=stop, value=one, quantifier=quantifier)
        else:
            low, high = _number(match.group("low")), _number(match.group("high"))
            if low <= high:
                yield Amount(start=start, end=stop, range=(low, high), quantifier=quantifier)


def _number(text: str) -> float:
    if text[0].isdigit():
        figure, _, scale = text.partition(" ")
        if scale.lower() in _SCALES:
            return _digits(figure) * _SCALES[scale.lower()]
        return _digits(text)
    total = 0
    for word in re.split(r"[ -]", text.lower()):
        if word in _SCALES:
            total = max(total, 1) * _SCALES[word]
        elif word == "dozen":
            total = max(total, 1) * 12
        else:
            total += _SMALL.get(word, 0) + _LARGE.get(word, 0)
    return float(total)


def _digits(text: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:[ ,]\d{3})+", text):
        return float(re.sub("[ ,]", "", text))
    return float(text.replace(",", "."))
