"""From a story to its claims: attributions, claimants, slots, relations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from purport.core.casefile import StoryText
from purport.core.claims import Claim, Commitment, QuoteType, Slot, SlotAttr, Span
from purport.core.digests import digest_json
from purport.core.records import to_json
from purport.ledger.attribution import Attribution, find_attributions, find_headline
from purport.ledger.cast import Cast, Member
from purport.ledger.commitment import weigh_commitment
from purport.ledger.groups import GroupNames, learn_groups
from purport.ledger.layout import Block, Kind, Layout
from purport.ledger.lexicon import NEGATIONS
from purport.ledger.passages import Passage, cut_passage
from purport.ledger.publishers import find_publishers
from purport.ledger.reading import layout_of, view_of
from purport.ledger.relations import relate_claims
from purport.ledger.slots import FoundSlot, LookUp, find_hedges, find_slots
from purport.ledger.sources import Range, subject_of
from purport.ledger.view import View

__all__ = ["extract_claims"]

_NEAR = 20
"""How many claims away the claim that reports another can stand: both are in one sentence."""
_DENYING = frozenset({"deny", "reject", "dismiss", "doubt"})


@dataclass(frozen=True, slots=True)
class _Story:
    """What is needed of a story to make claims of it."""

    story: StoryText
    view: View
    layout: Layout
    passages: tuple[Passage, ...]
    groups: GroupNames
    look_up: LookUp | None


@dataclass(frozen=True, slots=True)
class _Made:
    """A claim in the making."""

    block: int
    passage: Passage
    attribution: Attribution
    member: Member


def extract_claims(story: StoryText, *, look_up: LookUp | None = None) -> tuple[Claim, ...]:
    """Find the attributed statements of a story, with slots and relations, in order of the text.

    Rules only: no model, no network; the same story always gives the same claims. Every span
    slices `story.text`.

    Args:
        story: The story.
        look_up: Finds places by name, so that two names of one place meet; None to look none up.
    """
    view = view_of(story)
    layout = layout_of(story, view)
    passages = tuple(cut_passage(view.text, block.start, block.end) for block in layout.blocks)
    told = "\n".join(view.text[block.start : block.end] for block in layout.blocks)
    prepared = _Story(story, view, layout, passages, learn_groups(told), look_up)
    made = _speakers(prepared, Cast(view.text, told))
    claims: dict[str, Claim] = {}
    for item in made:
        claim = _claim(prepared, item)
        claims.setdefault(claim.id, claim)
    return relate_claims(_without_echoes(_nested(_in_order(claims.values()))))


def _speakers(story: _Story, cast: Cast) -> list[_Made]:
    found = [
        (number, passage, attribution)
        for number, passage in enumerate(story.passages)
        for attribution in (
            find_headline(passage, cast.told)
            if story.layout.blocks[number].kind is Kind.HEADLINE
            else find_attributions(passage)
        )
    ]
    for passage in story.passages:
        for phrase in find_publishers(passage):
            cast.own_footage(passage, phrase)
    made: list[_Made] = []
    for number, passage, attribution in sorted(
        found, key=lambda item: (item[0], _position(item[2]))
    ):
        made.append(_Made(number, passage, attribution, _member(story, cast, passage, attribution)))
    return made


def _position(attribution: Attribution) -> int:
    phrase = attribution.speaker.phrase
    return phrase[0] if phrase is not None else attribution.content[0][0]


def _member(story: _Story, cast: Cast, passage: Passage, attribution: Attribution) -> Member:
    speaker = attribution.speaker
    if speaker.narrator or speaker.phrase is None:
        return cast.narrator(story.layout.byline)
    if speaker.medium is not None and attribution.cue is not None:
        return cast.of_footage(passage, speaker.phrase)
    return cast.introduce(passage, _antecedent(passage, speaker.phrase))


def _antecedent(passage: Passage, phrase: Range) -> Range:
    """Return the subject that "it" or "they" takes up inside a sentence, else the phrase itself."""
    if passage.lower(phrase[0]) not in {"it", "they"}:
        return phrase
    low = next(first for first, end in passage.sentences if first <= phrase[0] < end)
    return subject_of(passage, low, phrase[0]) or phrase


def _claim(story: _Story, item: _Made) -> Claim:
    attribution, passage = item.attribution, item.passage
    ranges = [_visible(passage, content) for content in attribution.content]
    content = _spans(story.view, ranges)
    speaker = attribution.speaker
    source = _token_spans(story.view, passage, speaker.extent or speaker.phrase)
    if attribution.speaker.narrator:
        source = ()
    slots = find_slots(
        story.view.text,
        ranges,
        story.groups,
        denied=attribution.cue_lemma in _DENYING,
        published=story.story.document.published,
        look_up=story.look_up,
    )
    cue = _token_spans(story.view, passage, attribution.cue)
    document = story.story.document.digest
    return Claim(
        id=_identify(document, source, content),
        document=document,
        claimant=item.member.name,
        claimant_role=item.member.role,
        quote_type=_quote_type(passage, attribution),
        source=source,
        cue=cue,
        content=content,
        addressee=_whole(story.view, passage, attribution.adjuncts.addressee),
        venue=_whole(story.view, passage, attribution.adjuncts.venue),
        medium=_whole(
            story.view, passage, attribution.adjuncts.medium or attribution.speaker.medium
        ),
        commitment=_commitment(story.view, passage, attribution, ranges),
        hedges=_hedges(story.view, passage, attribution, ranges),
        slots=(*_slots(story.view, slots), *_origin(story, item)),
        appearances=_appearances(story, item, ranges),
    )


def _identify(document: str, source: Sequence[Span], content: Sequence[Span]) -> str:
    return "c" + digest_json([document, to_json(tuple(source)), to_json(tuple(content))])[:12]


def _visible(passage: Passage, tokens: tuple[int, int]) -> tuple[int, int]:
    return passage.tokens[tokens[0]].start, passage.tokens[tokens[1] - 1].end


def _spans(view: View, ranges: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(span for start, end in ranges for span in view.to_spans(start, end))


def _token_spans(view: View, passage: Passage, tokens: tuple[int, int] | None) -> tuple[Span, ...]:
    return () if tokens is None else view.to_spans(*_visible(passage, tokens))


def _whole(view: View, passage: Passage, tokens: tuple[int, int] | None) -> Span | None:
    """Return one span over a phrase, markup inside it included."""
    return None if tokens is None else _one_span(view, *_visible(passage, tokens))


def _one_span(view: View, start: int, end: int) -> Span:
    spans = view.to_spans(start, end)
    first, last = spans[0].start, spans[-1].end
    return Span(start=first, end=last, exact=view.source[first:last])


def _quote_type(passage: Passage, attribution: Attribution) -> QuoteType:
    indexes = [index for content in attribution.content for index in range(*content)]
    words = [index for index in indexes if passage.tokens[index].is_word]
    quoted = [index for index in words if passage.quoted[index] >= 0]
    if not quoted:
        return QuoteType.INDIRECT
    return QuoteType.DIRECT if len(quoted) == len(words) else QuoteType.MIXED


def _hedges(
    view: View, passage: Passage, attribution: Attribution, ranges: Sequence[tuple[int, int]]
) -> tuple[Span, ...]:
    cue = [] if attribution.cue is None else [_visible(passage, attribution.cue)]
    found = find_hedges(view.text, [*cue, *ranges])
    return tuple(_one_span(view, start, end) for start, end in found)


def _commitment(
    view: View, passage: Passage, attribution: Attribution, ranges: Sequence[tuple[int, int]]
) -> Commitment:
    cue = attribution.cue
    found = weigh_commitment(
        attribution.cue_lemma,
        content=" … ".join(view.text[start:end] for start, end in ranges),
        narrator=attribution.speaker.narrator,
        ignorant=cue is not None
        and any(passage.lower(at) in NEGATIONS for at in range(*cue))
        and attribution.cue_lemma != "rule out",
    )
    marks = _token_spans(view, passage, cue) if found.distances else ()
    return Commitment(
        source=found.source, reporter=found.reporter, reason=found.reason, marks=marks
    )


def _slots(view: View, found: Sequence[FoundSlot]) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            attr=slot.attr,
            span=_one_span(view, slot.start, slot.end),
            value=slot.value,
            range=slot.range,
            vague=slot.vague,
            unit=slot.unit,
            polarity=slot.polarity,
            exclusive=slot.exclusive,
            quantifier=slot.quantifier,
            basis=slot.basis,
            places=slot.places,
        )
        for slot in found
    )


def _origin(story: _Story, item: _Made) -> tuple[Slot, ...]:
    """Say whose footage the claim is about, where its words say that it is about footage."""
    medium = item.attribution.speaker.medium
    if medium is None:
        return ()
    span = _one_span(story.view, *_visible(item.passage, medium))
    named = item.member.name if not item.attribution.speaker.narrator else None
    vague = None if named else " ".join(span.exact.split())
    return (Slot(attr=SlotAttr.FOOTAGE_ORIGIN, span=span, value=named, vague=vague),)


def _appearances(story: _Story, item: _Made, ranges: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Return where a caption that is printed twice says the same once more."""
    block: Block = story.layout.blocks[item.block]
    text = story.view.text
    found: list[Span] = []
    for number, start, end in story.layout.repeats:
        if number == item.block:
            said = text[ranges[0][0] : ranges[-1][1]]
            at = text.find(said, start, end)
            if at >= 0 and at != block.start:
                found.append(_one_span(story.view, at, at + len(said)))
    return tuple(found)


def _in_order(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: (claim.content[0].start, claim.content[-1].end))


def _nested(claims: Sequence[Claim]) -> list[Claim]:
    """Mark the claims whose source stands inside the content of another."""
    return [
        replace(claim, nested_in=_reporter(claim, claims[max(0, at - _NEAR) : at + _NEAR]))
        for at, claim in enumerate(claims)
    ]


def _without_echoes(claims: Sequence[Claim]) -> list[Claim]:
    """Drop "they feared …" inside what the same claimant is said to have said."""
    by_id = {claim.id: claim for claim in claims}
    return [
        claim
        for claim in claims
        if claim.nested_in is None or by_id[claim.nested_in].claimant != claim.claimant
    ]


def _reporter(claim: Claim, claims: Sequence[Claim]) -> str | None:
    words = claim.source or claim.cue
    if not words:
        return None
    holders = [
        other
        for other in claims
        if other is not claim
        and any(
            span.start <= words[0].start and words[-1].end <= span.end for span in other.content
        )
    ]
    return (
        min(holders, key=lambda o: o.content[-1].end - o.content[0].start).id if holders else None
    )
