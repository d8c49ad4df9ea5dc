"""Claims: attributed statements, every field a span of the preserved text.

Spans count Unicode code points of the decoded source document, end exclusive (W3C
TextPositionSelector), and repeat the exact text (TextQuoteSelector). Terms after PARC 3.0: source,
cue, content; slots and modality after FactBank.
"""

from dataclasses import dataclass
from enum import StrEnum

from purport.core.digests import Digest

__all__ = [
    "SHEET_BASIS",
    "Claim",
    "Commitment",
    "Factuality",
    "Part",
    "Polarity",
    "Quantifier",
    "QuoteType",
    "Relation",
    "RelationKind",
    "Slot",
    "SlotAttr",
    "SourceDocument",
    "Span",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a source document."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    exact: str
    """The text between; `text[start:end] == exact` always."""


class QuoteType(StrEnum):
    """How the words of a claim were reported."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    MIXED = "mixed"


class SlotAttr(StrEnum):
    """What a fact slot is about."""

    FOOTAGE_ORIGIN = "footage_origin"
    MISS_DISTANCE = "miss_distance"
    OUTCOME = "outcome"
    PLACE = "place"
    STRIKE_COUNT = "strike_count"
    TARGET_COUNT = "target_count"
    TARGET_GROUP = "target_group"
    TARGET_TYPE = "target_type"
    TIME = "time"
    VERIFICATION_STATUS = "verification_status"
    WEAPON = "weapon"


class Polarity(StrEnum):
    """Whether the slot is affirmed or denied."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Quantifier(StrEnum):
    """How a count or group is bounded."""

    ABOUT = "about"
    ALL = "all"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EXACTLY = "exactly"
    SOME = "some"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One checkable part of a claim's content: a value, a range or a vague amount."""

    attr: SlotAttr
    """What it is about."""
    span: Span
    """The words that say it."""
    value: str | float | None = None
    """A definite value in its canonical form ("isis", 8.0, "hit", "missed", "destroyed"; for a
    time the day, ISO 8601, where the words or the story's publication date tell it); None when the
    source gives a range or a vague amount."""
    range: tuple[float, float] | None = None
    """Lowest and highest in `unit`; None when it is not a range."""
    vague: str | None = None
    """The source's vague amount ("several"); None when it is definite."""
    unit: str | None = None
    """"m" or "1" for counts; of a vague length the story's own unit ("km", "ft"); None where no
    amount is meant."""
    polarity: Polarity = Polarity.AFFIRMED
    """Affirmed or denied."""
    exclusive: bool = False
    """True for "exclusively", "only"."""
    quantifier: Quantifier | None = None
    """How an amount is bounded, or of how many an outcome is said ("at least one of the bombs
    missed"); None when nothing says it."""
    basis: str | None = None
    """How a value was told that the words alone do not give ("the latest Wednesday up to the
    publication date 2015-10-01"); None where they give it, or where there is no value."""
    places: tuple[str, ...] = ()
    """Of a place, the identifiers of every place of the gazetteer that its name can mean, in
    order; none was looked up, or none is listed, when empty."""


class Factuality(StrEnum):
    """How sure somebody is presented as being that what is said is so, in FactBank's values."""

    CERTAIN = "CT+"
    """It is so."""
    COUNTERFACT = "CT-"
    """It is not so."""
    PROBABLE = "PR+"
    """It is probably so."""
    IMPROBABLE = "PR-"
    """It is probably not so."""
    POSSIBLE = "PS+"
    """It may be so."""
    UNCOMMITTED = "Uu"
    """Nothing is said to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """How sure claimant and reporter are presented as being of the content as it is worded."""

    source: Factuality
    """The claimant, by the verb that reports and by hedges inside the content."""
    reporter: Factuality
    """The story's author: uncommitted where a statement is only passed on."""
    reason: str
    """What in the words says so."""
    marks: tuple[Span, ...] = ()
    """The reporter's words that keep distance ("purportedly", "claims")."""


class RelationKind(StrEnum):
    """How one claim stands to another."""

    CONTRADICTS = "contradicts"
    QUALIFIES = "qualifies"
    RESTATES = "restates"
    SUPPORTS = "supports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """This claim stands so to another claim, on a slot."""

    kind: RelationKind
    """How it stands."""
    other: str
    """Identifier of the other claim."""
    attr: SlotAttr
    """The slot on which the two meet."""
    reason: str
    """Why, in words."""


class Part(StrEnum):
    """The six questions put to every claim."""

    AUTHENTIC = "authentic"
    WHERE = "where"
    WHEN = "when"
    WHO = "who"
    WHAT = "what"
    HOW_MANY = "how_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An attributed statement in a source document."""

    id: str
    """"c" and the first 12 digits of the digest of document, source and content spans."""
    document: Digest
    """The source document."""
    claimant: str
    """Who makes the claim, by name as resolved over the whole text ("Sergei Lavrov")."""
    claimant_role: str | None
    """Role or organisation as the text has it; None when it has none."""
    quote_type: QuoteType
    """Direct, indirect or mixed."""
    source: tuple[Span, ...]
    """The words that name the claimant here."""
    cue: tuple[Span, ...]
    """The words that attribute ("claimed", "told", "according to")."""
    content: tuple[Span, ...]
    """The words claimed."""
    addressee: Span | None = None
    """To whom it was said; None when not stated."""
    venue: Span | None = None
    """At what occasion or place it was said ("at the UN General Assembly"); None when not
    stated."""
    medium: Span | None = None
    """Where it appeared ("In a blog post"); None when not stated."""
    hedges: tuple[Span, ...] = ()
    """Words that weaken the commitment of claimant or reporter."""
    commitment: Commitment | None = None
    """How sure claimant and reporter are presented as being; None where it was not weighed: in
    what a model proposed, and on records made before it was."""
    proposed_by: str = "rules"
    """What proposed the claim: "rules", or a language model by name and address."""
    nested_in: str | None = None
    """Identifier of the claim that reports this one; None at top level."""
    slots: tuple[Slot, ...] = ()
    """The checkable parts."""
    relations: tuple[Relation, ...] = ()
    """How it stands to other claims of the case."""
    appearances: tuple[Span, ...] = ()
    """Where else in the document the same words stand (a caption printed twice)."""


SHEET_BASIS = "sheet"
"""What `SourceDocument.main_text_basis` says of a table of claims, which has no main text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A source document as preserved and as decoded."""

    digest: Digest
    """SHA-256 of the preserved bytes."""
    name: str
    """File name as given."""
    media_type: str
    """"text/html" or "text/plain"."""
    encoding: str
    """Python name of the encoding by which the bytes were decoded."""
    encoding_basis: str
    """Why that encoding: "byte order mark", "meta charset", "valid UTF-8", "declared by user",
    "stated by the server"."""
    title: str | None
    """Headline; None when none was found."""
    published: str | None
    """Publication date as stated in the document, ISO 8601; None when it states none."""
    main_text: tuple[Span, ...]
    """The blocks that are story, without page furniture, in order."""
    main_text_basis: str = "own rules"
    """By what story was told from page furniture: "own rules", or trafilatura with its version;
    "sheet" for a table of claims."""

    @property
    def is_sheet(self) -> bool:
        """Tell whether it is a table of claims rather than a story."""
        return self.main_text_basis == SHEET_BASIS
