"""Who said what: source, cue and content of every attribution in a paragraph.

Rules over tokens; no model. Ranges are first and one-past-last token of the passage. The order of
the cues in the sentence decides: what a later cue takes is not content of an earlier one.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from purport.ledger.adjuncts import NO_ADJUNCTS, Adjuncts, read_adjuncts
from purport.ledger.contents import (
    LOOSE,
    MIN_QUOTED_WORDS,
    SUBORDINATORS,
    complements,
    content_of,
    is_over,
    quotation_ending,
    trimmed,
    with_second_half,
)
from purport.ledger.cues import Cue, CueKind, find_cues
from purport.ledger.datelines import opening_of
from purport.ledger.headlines import source_beside_colon
from purport.ledger.lexicon import (
    AUXILIARIES,
    CAPITALS,
    COMMUNICATIONS,
    DETERMINERS,
    FINITE,
    MEDIA,
    NEGATIONS,
    ORGANISATIONS,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    PUBLISHING,
    Complement,
)
from purport.ledger.passages import Passage
from purport.ledger.sources import (
    Range,
    antecedent_of,
    has_medium,
    source_before,
    source_from,
    subject_of,
)
from purport.ledger.subjects import before_day, extent_of, first_subject, is_verb, whole_subject
from purport.ledger.verification import find_unverified
from purport.ledger.wordlists import words

__all__ = ["Attribution", "Speaker", "find_attributions", "find_headline"]

_QUOTING = words("quoted quotes quoting quote cited cites citing reported reports reporting")
_MAX_QUOTED = 20
_OPEN_QUESTIONS = words("whether if how what who when where why which")
_ABLE = words("can could cannot can't couldn't")
_MIN_REPORTING = 5
"""Words of the shortest quotation that can report what somebody else said."""
_MAX_CUES = 10
"""No sentence that a person wrote attributes more often."""
_LONG_SENTENCE = 300
_MAX_CUES_OF_LONG = 2
"""Of what runs on for 300 words without a full stop, which no person wrote."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is meant by the source words."""

    phrase: Range | None
    """The words by which the claimant is known; None when the narrator speaks."""
    extent: Range | None = None
    """The same with what belongs to it: titles, "in Kelder", an apposition."""
    narrator: bool = False
    """Whether it is the reporter's own statement."""
    medium: Range | None = None
    """The footage that is said to show something; None when none is meant."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attributed statement, by token ranges."""

    speaker: Speaker
    """Who."""
    cue: Range | None
    """The words that attribute; None for narrator's statements without one."""
    content: tuple[Range, ...]
    """What."""
    adjuncts: Adjuncts = NO_ADJUNCTS
    """To whom, and where it appeared."""
    cue_lemma: str = ""
    """Dictionary form of the cue."""


def find_headline(passage: Passage, told: str) -> list[Attribution]:
    """Return the attributions of a headline, such as "Envoy: raid missed" among them."""
    plain = find_attributions(passage)
    beside = None if plain else source_beside_colon(passage, told)
    if beside is None:
        return plain
    source, content = beside
    said = tuple(trimmed(passage, (content,), content))
    return [Attribution(Speaker(source, extent=source), None, said)] if said else []


def find_attributions(passage: Passage) -> list[Attribution]:
    """Return the attributions of a paragraph, in order of their contents.

    What somebody quoted in it says of others ("…, the mayor said that …" inside a quotation) is
    found as well.
    """
    found: list[Attribution] = []
    for low, high in passage.sentences:
        made = _in_sentence(passage, low, high)
        if not made and found and _is_bare_quotation(passage, low, high):
            further = trimmed(passage, ((low, high),), (low, high))
            found[-1] = replace(found[-1], content=(*found[-1].content, *further))
        found.extend(made)
    if found:
        found.extend(_inside_quotations(passage))
    return [item for item in found if item.content]


def _inside_quotations(passage: Passage) -> Iterator[Attribution]:
    """Yield what a quoted speaker attributes to others by name."""
    for quotation in passage.quotations:
        first, end = quotation.start + 1, quotation.end - (1 if quotation.closed else 0)
        if end - first < _MIN_REPORTING:
            continue
        opened = _opened(passage, (first, end))
        for low, high in opened.sentences:
            for item in _in_clause(opened, low, high):
                phrase = item.speaker.phrase
                if phrase is not None and opened.lower(phrase[0]) not in PRONOUNS:
                    yield item


def _opened(passage: Passage, inside: Range) -> Passage:
    """Return the passage as if the marks around a quotation were not there."""
    first, end = inside
    quoted = tuple(-1 if first <= at < end else found for at, found in enumerate(passage.quoted))
    stops = [
        at + 1
        for at in range(first, end - 1)
        if passage.tokens[at].text in {".", "!", "?"} and passage.tokens[at + 1].is_capitalised
    ]
    edges = [first, *stops, end]
    sentences = tuple((a, b) for a, b in itertools.pairwise(edges) if b > a)
    starts = frozenset(a for a, _ in sentences)
    return replace(passage, quoted=quoted, sentences=sentences, starts=starts)


def _in_sentence(passage: Passage, low: int, high: int) -> list[Attribution]:
    headline, start = opening_of(passage, low, high)
    before = _in_headline(passage, low, headline) if headline > low else []
    return [*before, *_in_clause(passage, start, high)]


def _in_headline(passage: Passage, low: int, high: int) -> list[Attribution]:
    """Read a headline whose line end was lost; its last word may be its source ("…: NGO")."""
    made = _in_clause(passage, low, high)
    if made or high - low < _MIN_HEADLINE:
        return made
    last = high - 1
    source = passage.tokens[last].is_capitalised and passage.lower(last) in _HEADLINE_SOURCES
    if not source:
        return []
    return [Attribution(Speaker((last, high), extent=(last, high)), None, ((low, last),))]


_HEADLINE_SOURCES = ORGANISATIONS | PEOPLE | CAPITALS | words("un nato who")
_MIN_HEADLINE = 4


def _in_clause(passage: Passage, low: int, high: int) -> list[Attribution]:
    most = _MAX_CUES if high - low <= _LONG_SENTENCE else _MAX_CUES_OF_LONG
    found: list[Attribution] = []
    used: list[Cue] = []
    for cue in islice(find_cues(passage, low, high), most):
        made = _attribute(passage, cue, (low, high), found)
        if made is not None:
            found.append(made)
            used.append(cue)
    found = (
        [
            _cut_before(passage, _within(passage, item, later), following, high)
            for item, later, following in zip(
                found, [*found[1:], None], [*used[1:], None], strict=True
            )
        ]
        if found
        else []
    )
    found.extend(_unverified(passage, low, high, found))
    return [_finished(passage, item, (low, high)) for item in found]


def _finished(passage: Passage, item: Attribution, bounds: Range) -> Attribution:
    """Trim the content and widen the source to its whole phrase."""
    speaker = item.speaker
    if speaker.phrase is not None and item.cue is not None and speaker.medium is None:
        extent = extent_of(passage, speaker.phrase, item.cue, bounds[1])
        speaker = replace(speaker, extent=extent)
    content = tuple(trimmed(passage, item.content, bounds))
    return replace(item, speaker=speaker, content=content)


def _attribute(
    passage: Passage, cue: Cue, bounds: Range, earlier: list[Attribution]
) -> Attribution | None:
    if (reading := _READINGS.get(cue.kind)) is not None:
        return reading(passage, cue, bounds)
    if _is_negated(passage, cue) and not _tells_ignorance(passage, cue):
        return None
    phrase = _subject(passage, cue, bounds, earlier)
    leads = phrase is not None and _leads(passage, phrase, cue, bounds[0])
    if not leads and cue.start > bounds[0] and _ends_with_source(passage, cue, bounds[1]):
        return _inverted(passage, cue, bounds, bare=True)
    if phrase is None:
        return _inverted(passage, cue, bounds)
    return _plain(passage, cue, phrase, bounds)


def _leads(passage: Passage, phrase: Range, cue: Cue, low: int) -> bool:
    """Tell whether a subject opens the sentence, with no other verb before the cue."""
    between = range(phrase[1], cue.span[0])
    return phrase[0] <= low and not any(is_verb(passage, at) for at in between)


def _is_negated(passage: Passage, cue: Cue) -> bool:
    return any(passage.lower(at) in NEGATIONS for at in range(cue.span[0], cue.start))


def _tells_ignorance(passage: Passage, cue: Cue) -> bool:
    """Tell whether "could not say" is followed by what it could not, or rules nothing out."""
    if cue.lemma == "rule out":
        return True
    able = any(passage.lower(at) in _ABLE for at in range(cue.span[0], cue.start))
    return able and passage.lower(cue.end) in _OPEN_QUESTIONS


def _quoted(passage: Passage, cue: Cue, bounds: Range) -> Attribution | None:
    """Read "quoted an official as saying …": the official's words."""
    reach = range(cue.start - 1, max(bounds[0], cue.start - _MAX_QUOTED) - 1, -1)
    verb = next((at for at in reach if passage.lower(at) in _QUOTING), None)
    if verb is None or verb + 1 >= cue.start:
        return None
    phrase = (verb + 1, cue.start)
    that = passage.lower(cue.end) == "that"
    content = ((cue.end + 1 if that else cue.end, bounds[1]),)
    return Attribution(Speaker(phrase), (cue.start, cue.end), content, NO_ADJUNCTS, cue.lemma)


def _plain(passage: Passage, cue: Cue, phrase: Range, bounds: Range) -> Attribution | None:
    """Read "X said that …" and "…, X said", for a known X."""
    if has_medium(passage, phrase) and cue.kind is CueKind.SPEECH:
        return None
    adjuncts = read_adjuncts(passage, cue, bounds)
    content = content_of(passage, cue, phrase, adjuncts=adjuncts, bounds=bounds)
    if not content or not complements(passage, cue, adjuncts, content):
        return None
    if adjuncts.medium is None:
        adjuncts = replace(adjuncts, medium=_opening_medium(passage, bounds[0], phrase[0]))
    return Attribution(Speaker(phrase), cue.span, content, adjuncts, cue.lemma)


def _subject(passage: Passage, cue: Cue, bounds: Range, earlier: list[Attribution]) -> Range | None:
    low, verb = bounds[0], cue.span[0]
    before = passage.lower(verb - 1) if verb > low else ""
    if before in {"who", "which"}:
        return antecedent_of(passage, verb - 1, low)
    if passage.lower(cue.start).endswith("ing") and verb == cue.start:
        same = next(
            (item.speaker.phrase for item in reversed(earlier) if item.speaker.phrase), None
        )
        return same or subject_of(passage, low, verb)
    if before in {"and", "but"}:
        return earlier[-1].speaker.phrase if earlier else first_subject(passage, low, verb)
    low = _clause_start(passage, verb, low)
    verb = before_day(passage, verb, low)
    return whole_subject(passage, verb, low) or source_before(passage, verb, low)


def _clause_start(passage: Passage, index: int, low: int) -> int:
    while index > low and passage.tokens[index - 1].text not in {";", ":"}:
        index -= 1
    return index


def _ends_with_source(passage: Passage, cue: Cue, high: int) -> bool:
    """Tell whether "said" and a speaker end the sentence, as where commas were lost."""
    if cue.lemma != "say" or passage.lower(cue.start - 1) in PRONOUNS:
        return False
    found = source_from(passage, cue.end, high)
    if found is None or passage.lower(found[0]) in PRONOUNS:
        return False
    end = extent_of(passage, found, (cue.start, cue.end), high)[1]
    return is_over(passage, end, high) or passage.lower(end) == "who"


def _inverted(
    passage: Passage, cue: Cue, bounds: Range, *, bare: bool = False
) -> Attribution | None:
    """Read "…", said X, and headlines that end in ", says X" or ", claim activists"."""
    low, high = bounds
    before = passage.tokens[cue.start - 1].text if cue.start > low else ""
    quoted = cue.start > low and passage.quoted[cue.start - 1] >= 0
    if cue.complement in LOOSE | {Complement.QUOTING, Complement.SHOWN}:
        return None
    if cue.kind is not CueKind.SPEECH or not (bare or quoted or before in {",", "–", "—", "-"}):
        return None
    phrase = source_from(passage, cue.end, high)
    if phrase is None:
        return None
    quote = quotation_ending(passage, cue.start, low)
    adjuncts = read_adjuncts(passage, replace(cue, end=phrase[1]), bounds)
    if quote is not None:
        content = with_second_half(passage, quote, adjuncts.end, high)
    else:
        content = ((low, cue.start),)
    return Attribution(Speaker(phrase), (cue.start, cue.end), content, adjuncts, cue.lemma)


def _according(passage: Passage, cue: Cue, bounds: Range) -> Attribution | None:
    low, high = bounds
    phrase = source_from(passage, cue.end, high)
    if phrase is None:
        return None
    rest = extent_of(passage, phrase, (cue.start, cue.end), high)[1]
    if cue.start == low or all(not passage.tokens[at].is_word for at in range(low, cue.start)):
        if passage.lower(rest) in PREPOSITIONS | {",", "which", "who"}:
            rest = _next_comma(passage, rest, high)
        if passage.lower(rest + 1) in {"which", "who"}:
            rest = _next_comma(passage, rest + 1, high)
        content: tuple[Range, ...] = ((rest, high),) if rest < high else ()
    else:
        content = ((low, cue.start), *_going_on(passage, rest, high))
    return Attribution(Speaker(phrase), (cue.start, cue.end), content, NO_ADJUNCTS, cue.lemma)


def _going_on(passage: Passage, rest: int, high: int) -> tuple[Range, ...]:
    """Return what goes on after "…, according to X,": "as well as …", "including …"."""
    at = rest + 1 if passage.lower(rest) == "," else rest
    well = passage.lower(at) == "as" and passage.lower(at + 1) == "well"
    start = at + 3 if well else at
    goes_on = well or passage.lower(at) == "including"
    return ((start, high),) if goes_on and start < high else ()


def _next_comma(passage: Passage, index: int, high: int) -> int:
    while index < high and passage.tokens[index].text != ",":
        index += 1
    return index


def _shown(passage: Passage, cue: Cue, bounds: Range) -> Attribution | None:
    """Read "video purports to show …" (its publisher says so) and "appears to show" (we say)."""
    low, high = bounds
    phrase = source_before(passage, cue.start, _clause_start(passage, cue.start, low))
    if phrase is None:
        return None
    if not has_medium(passage, phrase):
        medium = _medium_before(passage, phrase[0], low)
        if medium is None:
            return None
        own = cue.kind is CueKind.SEEMING
        speaker = Speaker(None if own else phrase, narrator=own, medium=medium)
    elif cue.kind is CueKind.SEEMING:
        speaker = Speaker(None, narrator=True, medium=phrase)
    else:
        speaker = Speaker(_medium_only(passage, phrase), medium=phrase)
    return Attribution(speaker, (cue.start, cue.end), ((cue.end, high),), NO_ADJUNCTS, cue.lemma)


def _medium_before(passage: Passage, index: int, low: int) -> Range | None:
    """Find the footage in "video released by the navy"."""
    if passage.lower(index - 1) != "by":
        return None
    reach = range(index - 2, max(low, index - 7) - 1, -1)
    verb = next((at for at in reach if passage.lower(at) in PUBLISHING), low)
    return (verb - 1, verb) if verb > low and passage.lower(verb - 1) in MEDIA else None


def _medium_only(passage: Passage, phrase: Range) -> Range:
    """Shorten "… has released footage" to what stands after the verb."""
    for index in range(phrase[1] - 1, phrase[0] - 1, -1):
        if passage.lower(index) in MEDIA:
            first = index
            while first > phrase[0] and passage.lower(first) not in FINITE | DETERMINERS:
                if passage.lower(first - 1).endswith("ed"):
                    break
                first -= 1
            return (first, phrase[1])
    return phrase


def _opening_medium(passage: Passage, low: int, high: int) -> Range | None:
    """Find "In a blog post published on Wednesday," before the source."""
    if passage.lower(low) not in {"in", "on"}:
        return None
    for index in range(low, high):
        if passage.tokens[index].text == ",":
            named = any(passage.lower(at) in COMMUNICATIONS | MEDIA for at in range(low, index))
            return (low, index) if named else None
    return None


def _unverified(
    passage: Passage, low: int, high: int, found: list[Attribution]
) -> list[Attribution]:
    taken = [span for item in found for span in item.content if not item.speaker.narrator]
    made: list[Attribution] = []
    for statement in find_unverified(passage, low, high):
        inside = any(start <= statement.verb < end for start, end in taken)
        if not inside:
            narrator = statement.speaker is None
            speaker = Speaker(statement.speaker, narrator=narrator, medium=statement.medium)
            made.append(Attribution(speaker, None, (statement.content,), NO_ADJUNCTS, "verify"))
    return made


def _cut_before(
    passage: Passage, item: Attribution, following: Cue | None, high: int
) -> Attribution:
    """End content where the next attribution of the same sentence begins."""
    if following is None or not item.content or item.content[-1][1] < following.start:
        return item
    first, last = item.content[-1]
    at = following.start - 1
    before = passage.lower(at)
    if following.kind is CueKind.ACCORDING and first < following.start:
        return item if item.cue and item.cue[0] > first else _ended(item, following.start)
    if passage.lower(following.start).endswith("ing") and before not in AUXILIARIES:
        return _ended(item, at if before in {",", "–", "—", "and"} else following.start)
    if before in {"and", "but"} and following.start > first:
        return _ended(item, at)
    limit = max(first, following.start - 12)
    for index in range(following.start - 1, limit, -1):
        comma = passage.tokens[index - 1].text in {",", ";"}
        if passage.lower(index) in SUBORDINATORS and comma and passage.quoted[index] < 0:
            return _ended(item, index - 1)
    return item if last <= high else _ended(item, high)


def _within(passage: Passage, item: Attribution, later: Attribution | None) -> Attribution:
    """End content before the source of an attribution that reports it, or follows a semicolon."""
    if later is None or later.speaker.phrase is None or item.cue is None or not item.content:
        return item
    start = later.speaker.phrase[0]
    if not item.content[-1][0] < start < item.content[-1][1]:
        return item
    before = passage.tokens[start - 1].text
    reports = (
        bool(later.content)
        and later.content[0][0] <= item.cue[0]
        and (later.content[0][1] <= start)
    )
    if not reports and before != ";":
        return item
    return _ended(item, start - 1 if before in {",", ";", "–", "—"} else start)


def _ended(item: Attribution, end: int) -> Attribution:
    first = item.content[-1][0]
    last = ((first, end),) if first < end else ()
    return replace(item, content=(*item.content[:-1], *last))


def _is_bare_quotation(passage: Passage, low: int, high: int) -> bool:
    """Tell whether a sentence is one quotation and nothing else: the speaker goes on."""
    if passage.quoted[low] < 0:
        return False
    quotation = passage.quotations[passage.quoted[low]]
    words = [index for index in range(quotation.end, high) if passage.tokens[index].is_word]
    return quotation.start == low and not words and high - low > MIN_QUOTED_WORDS + 2


_READINGS: dict[CueKind, Callable[[Passage, Cue, Range], Attribution | None]] = {
    CueKind.ACCORDING: _according,
    CueKind.PURPORTED: _shown,
    CueKind.QUOTED: _quoted,
    CueKind.SEEMING: _shown,
}
