"""Claims, verdicts and evidence, arranged for the page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from purport.core.casefile import CaseFile, StoryText
from purport.core.claims import Claim, Part, RelationKind, Slot
from purport.core.corrections import ClaimCorrection, PersonLink, ReviewNote
from purport.core.digests import Digest
from purport.core.findings import Finding
from purport.core.ratings import Rating, Stance
from purport.core.verdicts import EvidenceLink, Verdict
from purport.reports.highlighting import Piece, mark_quote, mark_story
from purport.reports.phrases import (
    PART_NAMES,
    PART_QUESTIONS,
    RATING_ICONS,
    RELATION_WORDS,
    SLOT_NAMES,
    anchor,
    format_commitment,
    format_slot,
    humanise,
)

__all__ = [
    "CaseIndex",
    "ClaimView",
    "MatrixView",
    "StanceView",
    "StoryView",
    "name_finding",
    "view_claims",
    "view_matrix",
    "view_stories",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A finding for, against or beside a claim part."""

    text: str
    """Name of the check and of the item."""
    href: str
    """Where the finding stands in the page."""
    stance: str
    """How it bears on the part."""
    reason: str
    """Why."""
    finding: str = ""
    """Identifier of the finding."""
    person: PersonLink | None = None
    """What a person made of it: their own link, or that the machine's does not hold; None for the
    machine's link, on which nobody says anything."""

    @property
    def taken_off(self) -> bool:
        """Tell whether it is a link of the machine that a person holds not to be one."""
        return self.person is not None and self.person.stance is None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """The verdict on one part of a claim; `rating` is None while it was not judged."""

    name: str
    """"Where"."""
    question: str
    """The question behind it."""
    href: str
    """Where it stands in the page."""
    rating: str | None
    """The rating in words."""
    icon: str
    """A sign for the rating, beside colour and words."""
    style: str
    """Names the style of the rating."""
    verdict: Verdict | None
    """The verdict."""
    probability: str | None
    """The number behind the likelihood, in words."""
    links: tuple[LinkView, ...] = ()
    """Findings for, against and beside it."""
    part: Part = Part.AUTHENTIC
    """The part itself."""
    note: ReviewNote | None = None
    """Who stands behind the rating; None while it is proposed."""
    asks: tuple[str, ...] = ()
    """Why somebody should look at the rating again."""

    @property
    def unrated(self) -> bool:
        """Tell whether there is nothing to weigh: not checkable, or not judged."""
        return self.verdict is None or self.verdict.rating is Rating.NOT_CHECKABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationView:
    """How a claim stands to another."""

    word: str
    """"contradicts"."""
    number: int
    """Number of the other claim."""
    claimant: str
    """Who makes the other claim."""
    slot: str
    """On what the two meet."""
    reason: str
    """Why."""
    contradicts: bool
    """Whether the two cannot both hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """A claim with its verdicts."""

    number: int
    """Its number in the dossier, from 1."""
    claim: Claim
    """The claim."""
    quote: tuple[Piece, ...]
    """Its content with hedges marked."""
    document: str
    """Name of its source document."""
    slots: tuple[tuple[str, str, str], ...]
    """Name, value and the words that say it, of each slot."""
    parts: tuple[PartView, ...]
    """The six parts."""
    relations: tuple[RelationView, ...]
    """How it stands to other claims."""
    reported_by: int | None
    """Number of the claim that reports this one; None at top level."""
    commitment: str | None = None
    """How sure claimant and story are presented as being; None when that was not read."""
    correction: ClaimCorrection | None = None
    """What a person made of it; None where it stands as it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A source document with its claims marked."""

    story: StoryText
    """The document."""
    paragraphs: tuple[tuple[Piece, ...], ...]
    """Its main text."""
    claims: int
    """How many claims were found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceView:
    """How a finding bears on parts of a claim, by the machine or by one person."""

    stance: str
    """The stance."""
    parts: str
    """Names of the parts."""
    by: str | None
    """The person who says so; None for the machine."""
    taken_off: bool = False
    """Whether the person says that the machine's link does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixView:
    """Claims against findings."""

    columns: tuple[tuple[str, str, str], ...]
    """Check, item and address of each finding."""
    rows: tuple[tuple[ClaimView, tuple[tuple[StanceView, ...], ...]], ...]
    """Each claim with, for each finding, stance and names of the parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseIndex:
    """Look-ups over a case."""

    numbers: Mapping[str, int]
    """Number of each claim, by its identifier."""
    findings: Mapping[str, Finding]
    """Findings by identifier."""
    items: Mapping[str, str]
    """Item names by digest."""
    stories: Mapping[Digest, StoryText]
    """Stories by digest."""
    verdicts: Mapping[tuple[str, Part], Verdict]
    """Verdicts by claim and part."""
    claims: Mapping[str, Claim]
    """Claims by identifier."""
    corrections: Mapping[str, ClaimCorrection]
    """What people made of claims, by identifier."""
    person_links: Mapping[tuple[str, Part], tuple[PersonLink, ...]]
    """Links by people, by claim and part."""
    notes: Mapping[tuple[str, Part], ReviewNote]
    """Who stands behind ratings, by claim and part."""

    @classmethod
    def of(cls, case: CaseFile) -> "CaseIndex":
        """Index a case."""
        return cls(
            numbers={claim.id: number for number, claim in enumerate(case.claims, start=1)},
            findings={finding.id: finding for finding in case.findings},
            items={item.record.digest: item.record.name for item in case.items},
            stories={story.document.digest: story for story in case.stories},
            verdicts={(verdict.claim, verdict.part): verdict for verdict in case.verdicts},
            claims={claim.id: claim for claim in case.claims},
            corrections={made.claim: made for made in case.corrections},
            person_links=_by_part(case.person_links),
            notes={(note.claim, note.part): note for note in case.reviews},
        )


def _by_part(links: Sequence[PersonLink]) -> Mapping[tuple[str, Part], tuple[PersonLink, ...]]:
    found: dict[tuple[str, Part], list[PersonLink]] = defaultdict(list)
    for link in links:
        found[link.claim, link.part].append(link)
    return {place: tuple(theirs) for place, theirs in found.items()}


def view_claims(case: CaseFile, index: CaseIndex) -> tuple[ClaimView, ...]:
    """Arrange every claim with its verdicts."""
    return tuple(_claim(claim, index) for claim in case.claims)


def view_stories(case: CaseFile, index: CaseIndex) -> tuple[StoryView, ...]:
    """Mark every claim in the text of its source document."""
    views = []
    for story in case.stories:
        if story.document.is_sheet:
            continue
        own = [
            (index.numbers[claim.id], claim)
            for claim in case.claims
            if claim.document == story.document.digest
        ]
        views.append(StoryView(story=story, paragraphs=mark_story(story, own), claims=len(own)))
    return tuple(views)


def view_matrix(case: CaseFile, index: CaseIndex, claims: Sequence[ClaimView]) -> MatrixView:
    """Set every claim against every finding that bears on any claim, by machine or by people."""
    cells: dict[tuple[str, str], list[tuple[LinkView, PartView]]] = defaultdict(list)
    for view in claims:
        for part in view.parts:
            for link in part.links:
                cells[view.claim.id, link.finding].append((link, part))
    bearing = {finding for _, finding in cells}
    used = [finding for finding in case.findings if finding.id in bearing]
    rows = tuple(
        (view, tuple(_cell(cells.get((view.claim.id, finding.id), [])) for finding in used))
        for view in claims
    )
    columns = tuple(
        (finding.check, _subject(finding, index), anchor("finding", finding.id)) for finding in used
    )
    return MatrixView(columns=columns, rows=rows)


def _cell(found: Sequence[tuple[LinkView, PartView]]) -> tuple[StanceView, ...]:
    """Gather a cell's links by stance and by who says so, the machine's first."""
    told: dict[tuple[int, str], list[tuple[LinkView, PartView]]] = defaultdict(list)
    order = [stance.value for stance in Stance]
    for link, part in found:
        by = "" if link.person is None else link.person.author
        told[order.index(link.stance), by].append((link, part))
    return tuple(
        StanceView(
            stance=order[stance],
            parts=", ".join(part.name for _, part in links),
            by=by or None,
            taken_off=bool(by) and all(link.taken_off for link, _ in links),
        )
        for (stance, by), links in sorted(told.items(), key=lambda one: one[0])
    )


def _claim(claim: Claim, index: CaseIndex) -> ClaimView:
    story = index.stories.get(claim.document)
    quote = (
        mark_quote(story, claim)
        if story is not None
        else (Piece(text=" … ".join(span.exact for span in claim.content)),)
    )
    return ClaimView(
        number=index.numbers[claim.id],
        claim=claim,
        quote=quote,
        document=story.document.name if story is not None else claim.document[:12],
        slots=tuple(
            (SLOT_NAMES[slot.attr], _slot_value(slot), slot.span.exact) for slot in claim.slots
        ),
        parts=tuple(_part(claim, part, index) for part in Part),
        relations=tuple(
            RelationView(
                word=RELATION_WORDS[relation.kind],
                number=index.numbers[relation.other],
                claimant=index.claims[relation.other].claimant,
                slot=SLOT_NAMES[relation.attr],
                reason=relation.reason,
                contradicts=relation.kind is RelationKind.CONTRADICTS,
            )
            for relation in claim.relations
            if relation.other in index.numbers
        ),
        reported_by=index.numbers.get(claim.nested_in) if claim.nested_in else None,
        commitment=format_commitment(claim.commitment, narrator=not claim.source),
        correction=index.corrections.get(claim.id),
    )


def _slot_value(slot: Slot) -> str:
    return format_slot(slot) + (f" ({slot.basis})" if slot.basis else "")


def _part(claim: Claim, part: Part, index: CaseIndex) -> PartView:
    verdict = index.verdicts.get((claim.id, part))
    rating = None if verdict is None else verdict.rating
    persons = index.person_links.get((claim.id, part), ())
    note = index.notes.get((claim.id, part))
    return PartView(
        name=PART_NAMES[part],
        question=PART_QUESTIONS[part],
        href=anchor(f"claim-{index.numbers[claim.id]}", part.value),
        rating=None if rating is None else rating.value,
        icon="·" if rating is None else RATING_ICONS[rating],
        style=_style(rating),
        verdict=verdict,
        probability=_probability(verdict),
        links=_links(verdict, persons, index),
        part=part,
        note=note,
        asks=tuple(_asks(verdict, persons, note)),
    )


def _asks(
    verdict: Verdict | None, persons: Sequence[PersonLink], note: ReviewNote | None
) -> Iterator[str]:
    """Say why a rating wants a person's eye: it does not follow what people link by itself."""
    if verdict is None:
        return
    if note is not None and note.moved:
        yield "The machine has proposed something else since this was reviewed."
    for link in persons:
        if note is None or note.reviewed_utc is None or link.linked_utc > note.reviewed_utc:
            did = "took a link off" if link.stance is None else "linked a finding"
            yield f"{link.author} {did} and the rating does not weigh it yet: review it."


def _style(rating: Rating | None) -> str:
    return "not-judged" if rating is None else rating.value.lower().replace(" ", "-")


def _probability(verdict: Verdict | None) -> str | None:
    if verdict is None or verdict.probability is None:
        return None
    percent = verdict.probability * 100
    if percent < 1:
        return "below 1 %"
    if percent > 99:  # noqa: PLR2004 - per cent
        return "above 99 %"
    return f"about {percent:.0f} %"


def _links(
    verdict: Verdict | None, persons: Sequence[PersonLink], index: CaseIndex
) -> tuple[LinkView, ...]:
    """Return the machine's links, those that people hold not to be any marked, and people's own."""
    off = {link.finding: link for link in persons if link.stance is None}
    machine = [
        _link(link, link.stance.value, index, person=off.get(link.finding))
        for link in (verdict.links if verdict is not None else ())
    ]
    own = [
        _link(link, link.stance.value, index, person=link)
        for link in persons
        if link.stance is not None
    ]
    return (*machine, *own)


def _link(
    link: EvidenceLink | PersonLink, stance: str, index: CaseIndex, *, person: PersonLink | None
) -> LinkView:
    return LinkView(
        text=name_finding(link.finding, index),
        href=anchor("finding", link.finding),
        stance=stance,
        reason=link.reason,
        finding=link.finding,
        person=person,
    )


def name_finding(identifier: str, index: CaseIndex) -> str:
    """Name a finding by its check and what it is about."""
    finding = index.findings.get(identifier)
    if finding is None:
        return identifier
    return f"{humanise(finding.check)} · {_subject(finding, index)}"


def _subject(finding: Finding, index: CaseIndex) -> str:
    """Name what a finding is about: an item, a row of a sheet, or the case."""
    stated = finding.values.get("stated")
    if finding.item is None and isinstance(stated, Mapping):
        return str(stated.get("row"))
    return _item_name(finding.item, index)


def _item_name(item: Digest | None, index: CaseIndex) -> str:
    if item is None:
        return "the case"
    return index.items.get(item, item[:12])
