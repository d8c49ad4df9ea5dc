"""Headlines that name their source beside a colon or dash: "Envoy: raid missed", "… – monitor"."""

import re

from purport.ledger.lexicon import CAPITALS, ORGANISATIONS, PEOPLE, TITLES
from purport.ledger.passages import Passage
from purport.ledger.sources import Range
from purport.ledger.subjects import is_verb
from purport.ledger.wordlists import words

__all__ = ["source_beside_colon"]

_MAX_SOURCE = 6
_MIN_CONTENT = 3
_DASHES = frozenset({"-", "–", "—"})
_SPEAKING = PEOPLE | TITLES | ORGANISATIONS | words("un nato who pentagon kremlin")
_NO_SOURCE = words(
    "live video watch analysis opinion comment breaking exclusive explained explainer update "
    "updates factbox timeline pictures photos editorial review letters interview special report "
    "war crisis conflict attack attacks strikes strike"
)
_FIRST_PERSON = words("we i our us my")


def source_beside_colon(passage: Passage, told: str) -> tuple[Range, Range] | None:
    """Return source and content of such a headline; None when it is not one.

    A bare name before a colon is as often the topic ("Kelder: 30 killed"). It counts as a source
    when it is a person named in full in the story, or when what follows is quoted or says "we".

    Args:
        passage: The headline.
        told: The story, where a surname may stand with its full name.
    """
    high = len(passage.tokens)
    signs = [at for at, token in enumerate(passage.tokens) if token.text == ":"]
    if len(signs) == 1 and 0 < signs[0] <= _MAX_SOURCE:
        at = signs[0]
        if high - at - 1 >= _MIN_CONTENT and _speaks_first(passage, (0, at), told):
            return (0, at), (at + 1, high)
    ends = signs or [at for at, token in enumerate(passage.tokens) if token.text in _DASHES]
    if ends and _MIN_CONTENT <= ends[-1] < high - 1 and high - ends[-1] - 1 <= _MAX_SOURCE:
        source = (ends[-1] + 1, high)
        spaced = passage.tokens[ends[-1]].end < passage.tokens[ends[-1] + 1].start
        if spaced and _is_named(passage, source):
            return source, (0, ends[-1])
    return None


def _is_named(passage: Passage, phrase: Range) -> bool:
    said = [passage.lower(at) for at in range(*phrase)]
    plain = all(passage.tokens[at].is_word for at in range(*phrase))
    return plain and said[-1] in _SPEAKING | CAPITALS and not set(said) & _NO_SOURCE


def _speaks_first(passage: Passage, phrase: Range, told: str) -> bool:
    said = [passage.lower(at) for at in range(*phrase)]
    if set(said) & _NO_SOURCE or not all(passage.tokens[at].is_word for at in range(*phrase)):
        return False
    if any(is_verb(passage, at) for at in range(*phrase)):
        return False
    if said[-1] in _SPEAKING | CAPITALS:
        return True
    if not all(passage.tokens[at].is_capitalised for at in range(*phrase)):
        return False
    rest = range(phrase[1] + 1, len(passage.tokens))
    first_person = any(passage.lower(at) in _FIRST_PERSON for at in rest)
    if first_person or passage.quoted[phrase[1] + 1] >= 0:
        return True
    surname = re.escape(passage.tokens[phrase[1] - 1].text)
    form = re.compile(rf"\b[A-Z][\w'’-]+ {surname}(?:,? (?:has |have )?(?:said|says|told))")
    return form.search(told) is not None
