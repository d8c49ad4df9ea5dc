"""Finding the words that name who speaks, to the left or right of a cue.

Ranges are first and one-past-last token of a passage.
"""

from purport.ledger.lexicon import (
    ADVERBS,
    AMBIGUOUS,
    AUXILIARIES,
    DETERMINERS,
    FINITE,
    MEDIA,
    NEGATIONS,
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
from purport.ledger.wordlists import words

__all__ = [
    "Range",
    "antecedent_of",
    "has_medium",
    "is_source",
    "source_before",
    "source_from",
    "subject_of",
]

Range = tuple[int, int]

_MAX_NAME = 16
_MAX_ASIDE = 40
_MAX_NAMED = 6
_PAIRED = {",": ",", "–": "–", "—": "—", "-": "-", ")": "("}
_COMPLETING = words("in into of from at near on with among for outside inside across about")
_OPENERS = words("but and meanwhile however yet also then")
_ADJECTIVES = words("armed united opposed leading monitoring displaced commanding combined retired")
_ROLE_WORDS = PEOPLE | TITLES
_BARE = PEOPLE | ORGANISATIONS | MEDIA
_SHARES = words("one some many most several two three all both none each")
_SHORT = words("jr sr st inc corp co ltd sens reps gens")
_NOT_BEFORE_NAMES = words("service services court house front hospital state centre center police")
"""Bodies that no name follows directly ("out of service Abdel Rahman said")."""
_DIRECTIONS = words("northern southern eastern western central north south east west")
_SPEECH_FORMS = frozenset(SPEECH) - words(
    "state states report reports call calls hold brand label estimate note notes fear claim "
    "monitor warning warnings comment comments claims"
)
"""Reporting verbs that cannot stand inside a name."""
_ENDING_VERBS = FINITE | (STOPPERS - {"and"}) | frozenset(SPEECH)
_ENDING_WORDS = FINITE | (STOPPERS - {"and"}) | PRONOUNS | _SPEECH_FORMS


def source_before(passage: Passage, cue: int, low: int) -> Range | None:
    """Find the noun phrase that is the subject of a cue, to its left.

    Args:
        passage: The paragraph.
        cue: First token of the cue.
        low: First token that may be used.

    Returns:
        The phrase, with an apposition between commas or dashes left out; None when there is
        none, or when the cue is negated ("did not say").
    """
    index = cue - 1
    while index >= low and _is_skipped(passage, index):
        if passage.lower(index) in NEGATIONS:
            return None
        index -= 1
    if index < low:
        return None
    if passage.tokens[index].text in _PAIRED:
        opening = _opening_of_aside(passage, index, low)
        if opening is None:
            return None
        index = opening - 1
    found = _phrase_ending(passage, index, low)
    if found is None or _hangs_on(passage, found[0], low):
        return _leading_phrase(passage, low, cue) or (found if found is not None else None)
    return found


def _hangs_on(passage: Passage, first: int, low: int) -> bool:
    """Tell whether a phrase only completes another: "(a commission on rights) in Syria"."""
    return first - 1 > low and passage.lower(first - 1) in _COMPLETING


def _leading_phrase(passage: Passage, low: int, cue: int) -> Range | None:
    """Find the subject at the start of the clause when a relative clause or place follows it."""
    first = cue
    while first > low and passage.tokens[first - 1].text not in {",", ";", ":", "–", "—"}:
        first -= 1
    while first < cue and passage.lower(first) in _OPENERS:
        first += 1
    if passage.lower(first).endswith("ing") and passage.lower(first) not in _BARE:
        return None  # "Citing its partners, the agency said"
    found = source_from(passage, first, cue)
    if found is None or found[1] >= cue:
        return found
    follows = passage.lower(found[1])
    if follows in {"which", "who", "whose"}:
        return found
    between = range(found[1], cue)
    verbs = any(
        passage.lower(at) in FINITE | {"that"}
        or passage.quoted[at] >= 0
        or not passage.tokens[at].is_word
        for at in between
        if not _is_skipped(passage, at)
    )
    joined = follows in PREPOSITIONS | _COMPLETING | {"a", "an", "based", "known", "going"}
    return found if joined and not verbs and not _is_time(passage, found) else None


def _is_time(passage: Passage, phrase: Range) -> bool:
    return all(
        passage.lower(at) in TIMES | DETERMINERS or passage.tokens[at].text[0].isdigit()
        for at in range(*phrase)
    )


def antecedent_of(passage: Passage, pronoun: int, low: int) -> Range | None:
    """Find the noun phrase that a relative "who" or "which" stands for."""
    index = pronoun - 1
    if index >= low and passage.tokens[index].text in {*_PAIRED, "("}:
        index -= 1
    return _phrase_ending(passage, index, low) if index >= low else None


def source_from(passage: Passage, first: int, high: int) -> Range | None:
    """Find the noun phrase that begins at a token ("said Hadi Abdullah, an activist")."""
    index = first
    while index < high and index - first < _MAX_NAME and _continues(passage, index, first):
        index += 1
    while index > first and passage.lower(index - 1) in PREPOSITIONS | DETERMINERS | {"and"}:
        index -= 1
    return (first, index) if index > first and is_source(passage, (first, index)) else None


def subject_of(passage: Passage, low: int, high: int) -> Range | None:
    """Find the subject of a clause that starts at `low`: what stands before its first verb."""
    for index in range(low, min(high, low + _MAX_ASIDE)):
        if passage.lower(index) in AUXILIARIES or (
            index > low and passage.lower(index) in SPEECH and not passage.quoted[index] >= 0
        ):
            found = source_before(passage, index, low)
            if found is not None:
                return found
    return None


def is_source(passage: Passage, phrase: Range) -> bool:
    """Tell whether a noun phrase can speak: a name, a role, an organisation, a pronoun."""
    words = [passage.tokens[index] for index in range(*phrase) if passage.tokens[index].is_word]
    if not words or all(
        word.lower.removesuffix("s") in TIMES or word.text[0].isdigit() for word in words
    ):
        return False
    if len(words) == 1 and words[0].lower in {"i", "we", "you"}:
        return False
    if len(words) == 3 and words[2].lower == "them":  # noqa: PLR2004 - "one of them"
        return True
    if any(word.lower in PRONOUNS or word.lower in _BARE | TITLES for word in words):
        return True
    if any(word.lower.endswith(("man's", "men")) for word in words):
        return True
    return any(_is_name(passage, index) for index in range(*phrase))


def has_medium(passage: Passage, phrase: Range) -> bool:
    """Tell whether a phrase is about footage ("the ministry's video")."""
    return any(passage.lower(index) in MEDIA for index in range(*phrase))


def _is_name(passage: Passage, index: int) -> bool:
    token = passage.tokens[index]
    if not token.is_capitalised or token.lower in TIMES | DETERMINERS | STOPPERS | ADVERBS:
        return False
    return index not in passage.starts or index + 1 < len(passage.tokens)


def _is_skipped(passage: Passage, index: int) -> bool:
    word = passage.lower(index)
    if passage.tokens[index].text[0] in "\"'“”‘’":
        return False
    is_adverb = word.endswith("ly") and not passage.tokens[index].is_capitalised
    return word in AUXILIARIES | ADVERBS | NEGATIONS or is_adverb


def _opening_of_aside(passage: Passage, closing: int, low: int) -> int | None:
    wanted = _PAIRED[passage.tokens[closing].text]
    for index in range(closing - 1, max(low, closing - _MAX_ASIDE), -1):
        if passage.tokens[index].text == wanted and passage.quoted[index] < 0:
            first = passage.lower(index + 1)
            opens = (
                wanted != ","
                or _begins_apposition(passage, index + 1, closing)
                or _is_named_role(passage, index, closing)
            )
            return index if opens and first not in {"and", "but"} else None
    return None


def _is_named_role(passage: Passage, opening: int, closing: int) -> bool:
    """Tell whether an aside is the name of the role before it ("its minister, Ilse Varga,")."""
    if closing - opening > _MAX_NAMED or passage.lower(opening - 1) not in _ROLE_WORDS:
        return False
    return all(passage.tokens[at].is_capitalised for at in range(opening + 1, closing))


def _begins_apposition(passage: Passage, first: int, end: int) -> bool:
    if passage.lower(first) in {
        "who",
        "which",
        "whose",
        "speaking",
        "writing",
        "citing",
        "quoting",
    }:
        return True
    if passage.lower(first) in DETERMINERS | {"about", "based", "formerly", "now"}:
        return True
    if passage.tokens[first].text[0].isdigit():
        return True
    head = [passage.lower(index) for index in range(first, min(end, first + 8))]
    return any(word in _BARE for word in head)


def _phrase_ending(passage: Passage, last: int, low: int) -> Range | None:
    if not passage.tokens[last].is_word or passage.quoted[last] >= 0:
        return None
    if passage.lower(last) == "them" and passage.lower(last - 1) == "of":
        return (last - 2, last + 1) if last - 2 >= low else None
    if passage.lower(last) in PRONOUNS:
        return (last, last + 1) if passage.lower(last) not in {"i", "we", "you"} else None
    first = last + 1
    index = last
    while index >= low and last - index < _MAX_NAME and _extends(passage, index, first, last):
        first = index
        if passage.lower(index) in DETERMINERS:
            before = _before_determiner(passage, index, low)
            if before is None:
                break
            index, first = before, before + 1
            continue
        index -= 1
    first = _trim_start(passage, first, last)
    found = (first, last + 1)
    return found if first <= last and is_source(passage, found) else None


def _before_determiner(passage: Passage, index: int, low: int) -> int | None:
    """Step over "of the" into the noun phrase before it, if one is there."""
    before = index - 1
    if before > low and passage.lower(before) == "and" and passage.lower(before - 1) in _BARE:
        return before - 1
    if before <= low or passage.lower(before) not in {"of", "for", "from", "at", "in", "with"}:
        return None
    if passage.lower(before - 1) in _ROLE_WORDS | ORGANISATIONS | _SHARES:
        return before - 1
    return None


def _extends(passage: Passage, index: int, first: int, last: int) -> bool:
    """Tell whether a word belongs to the noun phrase that begins right after it."""
    token = passage.tokens[index]
    if not token.is_word or passage.quoted[index] >= 0:
        return token.text in {"/", "&"} or _abbreviates(passage, index)
    if token.lower in _ENDING_WORDS:
        inside = token.is_capitalised and not _at_start(passage, index) and first <= last
        return inside and token.lower in STOPPERS and passage.tokens[index - 1].is_capitalised
    if token.lower == "and":
        return _joins(passage, index)
    if token.lower in PREPOSITIONS:
        return _joins_by_preposition(passage, index)
    if token.lower in TIMES - {"last", "late"}:
        return index < last and token.is_capitalised and not _at_start(passage, index)
    known = token.is_capitalised or token.lower in DETERMINERS
    return known or _premodifies(passage, index, first)


def _premodifies(passage: Passage, index: int, first: int) -> bool:
    """Tell whether a lower-case word belongs to the phrase to its right."""
    if first > index + 1 or (index + 1 == first and first > index):
        word = passage.lower(index)
        following = passage.tokens[first] if first < len(passage.tokens) else None
        if following is not None and following.is_capitalised and index + 1 == first:
            known = word in _BARE - _NOT_BEFORE_NAMES or word.endswith("based")
            return known or word in _DIRECTIONS
        return not _is_participle(word)
    return True


def _is_participle(word: str) -> bool:
    return word.endswith(("ed", "ing")) and "-" not in word and word not in _ADJECTIVES


def _joins(passage: Passage, index: int) -> bool:
    before = passage.lower(index - 1)
    after = passage.tokens[index + 1]
    plural = before in _BARE or passage.tokens[max(0, index - 1)].is_capitalised
    return plural and (after.is_capitalised or after.lower in DETERMINERS | _BARE)


def _joins_by_preposition(passage: Passage, index: int) -> bool:
    before = index - 1
    return before >= 0 and (
        passage.lower(before) in _ROLE_WORDS | ORGANISATIONS
        or (passage.lower(index) in {"of", "for"} and passage.tokens[before].is_capitalised)
    )


def _at_start(passage: Passage, index: int) -> bool:
    return index in passage.starts


def _trim_start(passage: Passage, first: int, last: int) -> int:
    while first <= last and (
        passage.lower(first) in STOPPERS | PREPOSITIONS | ADVERBS - {"both", "all"}
        or not passage.tokens[first].is_word
    ):
        first += 1
    return first


def _continues(passage: Passage, index: int, first: int) -> bool:
    """Tell whether a word belongs to the noun phrase that begins at `first`."""
    token = passage.tokens[index]
    if not token.is_word:
        return token.text in {"/", "&"} or _abbreviates(passage, index)
    noun = index == first + 1 and token.lower in AMBIGUOUS and passage.lower(first) in DETERMINERS
    if noun or _is_inside_name(passage, index, first):
        return True
    named = index > first and token.is_capitalised and passage.lower(index - 1) == "of"
    if (token.lower in _ENDING_VERBS | {"based"} and not named) or (
        token.lower in TIMES and index > first
    ):
        return False
    if index == first:
        return token.lower not in PREPOSITIONS | {"and"}
    if token.lower in PREPOSITIONS | {"and"}:
        joins = _joins if token.lower == "and" else _leads_on
        return index + 1 < len(passage.tokens) and joins(passage, index)
    begins = token.lower in DETERMINERS and passage.lower(index - 1) not in PREPOSITIONS | {"and"}
    return not begins and token.lower not in PRONOUNS


def _abbreviates(passage: Passage, index: int) -> bool:
    """Tell whether a stop belongs to a title or an initial ("Mr. Alden", "John F. Reke")."""
    if passage.tokens[index].text != "." or index == 0 or index + 1 >= len(passage.tokens):
        return False
    before, after = passage.tokens[index - 1], passage.tokens[index + 1]
    short = before.lower in TITLES | _SHORT or (len(before.text) == 1 and before.text.isupper())
    return short and before.end == passage.tokens[index].start and after.is_capitalised


def _is_inside_name(passage: Passage, index: int, first: int) -> bool:
    """Tell whether a capitalised preposition stands inside a name ("Doctors Without Borders")."""
    token = passage.tokens[index]
    if token.lower not in STOPPERS or not token.is_capitalised or index <= first:
        return False
    return index + 1 < len(passage.tokens) and passage.tokens[index + 1].is_capitalised


def _leads_on(passage: Passage, index: int) -> bool:
    """Tell whether a preposition goes on with the noun phrase before it ("head of the …")."""
    before = passage.tokens[index - 1]
    if passage.lower(index) in {"of", "for"} and before.is_capitalised:
        return True
    known = before.lower in _ROLE_WORDS | ORGANISATIONS
    return known and passage.lower(index) in {"of", "for", "at", "in"}
