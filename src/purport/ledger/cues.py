"""Finding the words that attribute: reporting verbs and their relatives."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from purport.ledger.lexicon import (
    ADVERBS,
    AMBIGUOUS,
    AUXILIARIES,
    DETERMINERS,
    FINITE,
    NEGATIONS,
    NOUN_CUE_VERBS,
    NOUN_CUES,
    ORGANISATIONS,
    PHRASAL,
    PHRASAL_FORMS,
    PREPOSITIONS,
    SPEECH,
    Complement,
)
from purport.ledger.passages import Passage
from purport.ledger.wordlists import words

__all__ = ["Cue", "CueKind", "find_cues"]

_SHOWING = words("show shows showing depict depicts depicting capture document prove be")
_PURPORT = words("purport purports purported purporting claims claim")
_SEEM = words("appear appears appeared appearing seem seems seemed seeming")
_PURPORTEDLY = words("purportedly allegedly reportedly supposedly")
_MAX_NOUN_GAP = 4
_MAX_HEADLINE = 40
_TITLE_SHARE = 0.6


class CueKind(Enum):
    """How a cue attributes."""

    SPEECH = auto()
    ADDRESSED = auto()
    NOUN = auto()
    ACCORDING = auto()
    QUOTED = auto()
    """As in "quoted an official as saying"."""
    PURPORTED = auto()
    SEEMING = auto()


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that attribute."""

    start: int
    """First token of the word that reports."""
    end: int
    """One past the last."""
    kind: CueKind
    """How they attribute."""
    complement: Complement
    """What must follow."""
    lemma: str
    """Dictionary form of the verb, or the phrase."""
    group: int = -1
    """First token of the verb group, auxiliaries and negation included ("has also said")."""

    @property
    def span(self) -> tuple[int, int]:
        """Tokens of the verb group."""
        return (self.start if self.group < 0 else self.group), self.end


def find_cues(passage: Passage, low: int, high: int) -> Iterator[Cue]:
    """Yield the cues of a sentence, outside quotations, in order."""
    index = low
    while index < high:
        cue = None if passage.quoted[index] >= 0 else _cue_at(passage, index, low, high)
        if cue is not None:
            yield replace(cue, group=_group_start(passage, cue.start, low))
        index = cue.end if cue is not None else index + 1


def _group_start(passage: Passage, cue: int, low: int) -> int:
    index = first = cue
    while index > low and passage.quoted[index - 1] < 0:
        word = passage.lower(index - 1)
        if word in AUXILIARIES | NEGATIONS:
            first = index - 1
        elif word not in ADVERBS and not word.endswith("ly"):
            break
        index -= 1
    return first


def _cue_at(passage: Passage, index: int, low: int, high: int) -> Cue | None:
    word = passage.lower(index)
    if (fixed := _FIXED.get((word, passage.lower(index + 1)))) is not None:
        kind, complement, lemma = fixed
        return Cue(index, index + 2, kind, complement, lemma)
    if (shown := _showing(passage, index, high)) is not None:
        return shown
    if word in NOUN_CUE_VERBS and (noun := _noun_cue(passage, index, high)) is not None:
        return noun
    if word in PHRASAL_FORMS and (phrasal := _phrasal(passage, index, low, high)) is not None:
        return phrasal
    if word in SPEECH and _is_verb(passage, index, low, high):
        lemma, complement = SPEECH[word]
        addressed = complement is Complement.ADDRESSEE
        kind = CueKind.ADDRESSED if addressed else CueKind.SPEECH
        return Cue(index, index + 1, kind, complement, lemma)
    return None


_FIXED = {
    ("according", "to"): (CueKind.ACCORDING, Complement.ANY, "according to"),
    ("as", "saying"): (CueKind.QUOTED, Complement.CLAUSE, "say"),
}


def _phrasal(passage: Passage, index: int, low: int, high: int) -> Cue | None:
    lemma = PHRASAL.get((PHRASAL_FORMS[passage.lower(index)], passage.lower(index + 1)))
    before = _before(passage, index, low)
    if lemma is None or index == low or before in DETERMINERS | _BE_FORMS | {"to", "of"}:
        return None
    plain = passage.lower(index).endswith(("ed", "ing"))
    if not plain and (passage.tokens[index - 1].text in _SIGNS or before in _DESCRIBING):
        return None
    return Cue(index, min(index + 2, high), CueKind.SPEECH, Complement.DEMANDED, lemma)


_SIGNS = frozenset('"“”‘’,;:–—-')


def _showing(passage: Passage, index: int, high: int) -> Cue | None:
    word = passage.lower(index)
    following = passage.lower(index + 1)
    third = passage.lower(index + 2)
    if index + 2 < high and following == "to" and third in _SHOWING:
        if word in _PURPORT:
            return Cue(index, index + 3, CueKind.PURPORTED, Complement.ANY, "purport")
        if word in _SEEM and third != "be":
            return Cue(index, index + 3, CueKind.SEEMING, Complement.ANY, "appear")
    if word in _PURPORTEDLY and index + 1 < high and following in _SHOWING - {"be"}:
        return Cue(index, index + 2, CueKind.PURPORTED, Complement.ANY, "purportedly")
    return None


def _noun_cue(passage: Passage, index: int, high: int) -> Cue | None:
    for noun in range(index + 1, min(high, index + _MAX_NOUN_GAP)):
        if passage.quoted[noun] >= 0:
            return None
        if passage.lower(noun) in NOUN_CUES:
            return Cue(index, noun + 1, CueKind.NOUN, Complement.CLAUSE, passage.lower(noun))
    return None


def _is_verb(passage: Passage, index: int, low: int, high: int) -> bool:
    token = passage.tokens[index]
    before = _before(passage, index, low)
    if before in {"to", "of", "without"} or _is_passive(passage, index):
        return False
    if token.is_capitalised and index > low and not _is_title_case(passage, low, high):
        return False
    if before in PREPOSITIONS - {"on", "in"} or (
        before in _BE_FORMS and not token.lower.endswith("ing")
    ):
        return False
    if token.lower not in AMBIGUOUS:
        return before not in DETERMINERS - _ALONE and not _describes(passage, index, low)
    if before in DETERMINERS | _DESCRIBING:
        return False
    return _is_plain_verb(passage, index, low, high)


def _is_passive(passage: Passage, index: int) -> bool:
    """Tell whether "by" names who did it; "said by phone" and "said by email" tell how."""
    how = {"phone", "telephone", "email", "e-mail", "video", "text"}
    return passage.lower(index + 1) == "by" and passage.lower(index + 2) not in how


def _describes(passage: Passage, index: int, low: int) -> bool:
    """Tell whether a participle describes what follows ("similar reported raids")."""
    token = passage.tokens[index]
    if token.lower in {"said", "says", "say"} or passage.lower(index + 1) == "that":
        return False
    return _before(passage, index, low) in _DESCRIBING - {"news", "media"}


_ALONE = words("some many several most another both one all those these this that")
"""Determiners that can stand for people by themselves ("some said")."""
_BE_FORMS = words("is are was were be been being")
_DESCRIBING = words("so-called media news earlier previous similar such more no")


def _is_title_case(passage: Passage, low: int, high: int) -> bool:
    """Tell whether most words are capitalised, as in an American headline."""
    words_there = [token for token in passage.tokens[low:high] if token.is_word]
    capitals = sum(token.is_capitalised for token in words_there)
    return high - low <= _MAX_HEADLINE and capitals > _TITLE_SHARE * len(words_there)


def _is_plain_verb(passage: Passage, index: int, low: int, high: int) -> bool:
    """Decide a form that may be a noun ("claims", "reports") by its neighbours."""
    if index == low or index + 1 >= high:
        return False
    following = passage.lower(index + 1)
    done = following == "to" and passage.lower(index + 2) in {"have", "be"}  # "claims to have hit"
    if not done and (following in _AFTER_NOUNS or following.endswith("ed")):
        return False
    before = passage.tokens[index - 1]
    if passage.lower(index).endswith("ing") and before.is_word:
        return before.lower in AUXILIARIES
    if before.text in {"“", '"', "”"}:
        return index - 1 > low
    if before.lower.endswith("'s") or before.lower in _DESCRIBING | {"and"}:
        return False
    return before.is_word or before.text in {"–", "—", ")", ","}


_AFTER_NOUNS = (
    ORGANISATIONS
    | PREPOSITIONS
    | FINITE
    | (SPEECH.keys() - {"reports"})
    | {"and", "or", "suggest", "suggests", "say", "says"}
)


def _before(passage: Passage, index: int, low: int) -> str:
    before = index - 1
    while before > low and (
        passage.lower(before).endswith("ly") or passage.lower(before) in ADVERBS
    ):
        before -= 1
    return passage.lower(before) if before >= low else ""
