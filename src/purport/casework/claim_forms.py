"""What people state of a claim, held against the preserved text: spans, slots, claimant.

A span is two numbers; its words are always sliced here, never taken from whoever states it. All
faults of a statement are collected and told together.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from purport.casework.claims import look_up_for
from purport.core.casefile import StoryText
from purport.core.claims import (
    Claim,
    Polarity,
    Quantifier,
    QuoteType,
    Slot,
    SlotAttr,
    Span,
)
from purport.core.corrections import BY_PERSON
from purport.core.digests import digest_json
from purport.core.errors import InputError, PurportError, SeveralFaultsError
from purport.core.groups import canonical_group
from purport.core.instants import parse_stated_time
from purport.core.records import to_json

__all__ = [
    "AMOUNTS",
    "OUTCOME_WORDS",
    "STATUS_WORDS",
    "VAGUE_UNITS",
    "StatedClaim",
    "StatedSlot",
    "StatedSpan",
    "claim_as_stated",
    "state_slot",
]

OUTCOME_WORDS = ("hit", "missed", "damaged", "destroyed")
"""What an outcome can be: the words that the rules of the ledger use."""
STATUS_WORDS = ("unverified", "verified")
"""What a verification status can be."""
AMOUNTS: Mapping[SlotAttr, str] = {
    SlotAttr.STRIKE_COUNT: "1",
    SlotAttr.TARGET_COUNT: "1",
    SlotAttr.MISS_DISTANCE: "m",
}
"""Slots that hold an amount, with the unit of it."""
VAGUE_UNITS = ("1", "m", "km", "ft")
"""Units in which a story can give a vague amount."""
_WORDS: Mapping[SlotAttr, tuple[str, ...]] = {
    SlotAttr.OUTCOME: OUTCOME_WORDS,
    SlotAttr.VERIFICATION_STATUS: STATUS_WORDS,
}
_LONGEST_WORDS = 200
_MOST_SPANS = 40
_MOST_SLOTS = 60
_BY_PERSON = "as corrected by a person"
_REMEDY = "Nothing was changed; put it right and send it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSpan:
    """A stretch of the preserved text by its place alone."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSlot:
    """A slot as somebody states it: one of value, range (low and high) and vague."""

    attr: SlotAttr
    """What it is about."""
    span: StatedSpan
    """The words that say it."""
    value: str | float | None = None
    """A definite value; None when it is a range or vague."""
    low: float | None = None
    """Lowest of a range; None when it is none."""
    high: float | None = None
    """Highest of a range; None for a range without an upper end, and when it is none."""
    vague: str | None = None
    """The source's vague amount; None when it is definite."""
    unit: str | None = None
    """Unit of a vague amount; other amounts have their own."""
    polarity: Polarity = Polarity.AFFIRMED
    """Affirmed or denied."""
    exclusive: bool = False
    """True for "exclusively", "only"."""
    quantifier: Quantifier | None = None
    """How it is bounded; None when nothing says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedClaim:
    """A claim as somebody states it, whole."""

    claimant: str
    """Who makes the claim."""
    content: tuple[StatedSpan, ...]
    """The words claimed."""
    claimant_role: str | None = None
    """Role or organisation; None for none."""
    quote_type: QuoteType = QuoteType.INDIRECT
    """How the words were reported."""
    source: tuple[StatedSpan, ...] = ()
    """The words that name the claimant."""
    cue: tuple[StatedSpan, ...] = ()
    """The words that attribute."""
    hedges: tuple[StatedSpan, ...] = ()
    """Words that weaken the commitment."""
    slots: tuple[StatedSlot, ...] = ()
    """The checkable parts."""


def claim_as_stated(
    story: StoryText, stated: StatedClaim, *, before: Claim | None, author: str
) -> Claim:
    """Hold a statement against the text, and return the claim that it makes.

    Args:
        story: The source document.
        stated: What is stated.
        before: The claim as it stood; None for one that is added.
        author: Who states it.

    Raises:
        InputError: A span is empty or lies outside the text, a slot's value is not of its kind, or
            the claim has no claimant or no words; all that is wrong is named.
    """
    reading = _Reading(story)
    claimant = reading.words("claimant", stated.claimant)
    role = stated.claimant_role
    role = reading.words("role", role) if role is not None and role.strip() else None
    content = reading.spans("claimed words", stated.content)
    if not stated.content:
        reading.faults.append(_fault("claimed words", "there are none; mark at least one span"))
    spans = {
        name: reading.spans(name, given)
        for name, given in (
            ("words for the claimant", stated.source),
            ("attributing words", stated.cue),
            ("hedges", stated.hedges),
        )
    }
    slots = reading.slots(stated.slots, () if before is None else before.slots)
    reading.refuse()
    source, cue, hedges = spans.values()
    if before is None:
        identity = [story.document.digest, to_json(source), to_json(content)]
        before = Claim(
            id="c" + digest_json(identity)[:12],
            document=story.document.digest,
            claimant=claimant,
            claimant_role=role,
            quote_type=stated.quote_type,
            source=source,
            cue=cue,
            content=content,
            proposed_by=BY_PERSON + author,
        )
    return replace(
        before,
        claimant=claimant,
        claimant_role=role,
        quote_type=stated.quote_type,
        source=source,
        cue=cue,
        content=content,
        hedges=hedges,
        slots=slots,
        relations=(),
    )


class _Reading:
    """Reads a statement part by part, and goes on after what is wrong.

    Args:
        story: The source document.
    """

    def __init__(self, story: StoryText) -> None:
        self.story = story
        self.faults: list[PurportError] = []

    def refuse(self) -> None:
        """Raise all that was wrong."""
        if len(self.faults) == 1:
            raise self.faults[0]
        if self.faults:
            raise SeveralFaultsError.collect("claim", self.faults)

    def words(self, name: str, text: str) -> str:
        """Read words that must not be empty."""
        said = " ".join(text.split())
        if not said:
            self.faults.append(_fault(name, "is empty"))
        elif len(said) > _LONGEST_WORDS:
            self.faults.append(
                _fault(name, f"has {len(said)} characters, at most {_LONGEST_WORDS} are kept")
            )
        return said

    def spans(self, name: str, stated: Sequence[StatedSpan]) -> tuple[Span, ...]:
        """Slice spans, in the order of the text; no two may overlap."""
        if len(stated) > _MOST_SPANS:
            self.faults.append(_fault(name, f"are {len(stated)} spans, at most {_MOST_SPANS}"))
            return ()
        ordered = sorted(stated, key=lambda one: (one.start, one.end))
        sliced = [self.span(f"{name} {n}", one) for n, one in enumerate(ordered, start=1)]
        kept = [span for span in sliced if span is not None]
        for first, second in pairwise(kept):
            if second.start < first.end:
                self.faults.append(
                    _fault(name, f"overlap: {first.start}–{first.end}, {second.start}–{second.end}")
                )
        return tuple(kept)

    def span(self, name: str, stated: StatedSpan) -> Span | None:
        """Slice one span; None, and a fault, where it is none of the text."""
        length = len(self.story.text)
        if not 0 <= stated.start <= stated.end <= length:
            self.faults.append(
                _fault(name, f"{stated.start}–{stated.end} is not within the text, 0–{length}")
            )
            return None
        exact = self.story.text[stated.start : stated.end]
        if not exact.strip():
            self.faults.append(_fault(name, f"{stated.start}–{stated.end} holds no words"))
            return None
        return Span(start=stated.start, end=stated.end, exact=exact)

    def slots(self, stated: Sequence[StatedSlot], before: Sequence[Slot]) -> tuple[Slot, ...]:
        """Read slots, in the order stated."""
        if len(stated) > _MOST_SLOTS:
            self.faults.append(_fault("slots", f"are {len(stated)}, at most {_MOST_SLOTS}"))
            return ()
        found = [self._slot(n, one, before) for n, one in enumerate(stated, start=1)]
        return tuple(slot for slot in found if slot is not None)

    def _slot(self, number: int, stated: StatedSlot, before: Sequence[Slot]) -> Slot | None:
        name = f"slot {number} ({stated.attr.value.replace('_', ' ')})"
        span = self.span(f"{name} words", stated.span)
        if stated.vague is None and stated.unit == AMOUNTS.get(stated.attr):
            stated = replace(stated, unit=None)
        kept = next((slot for slot in before if state_slot(slot, stated.span) == stated), None)
        if kept is not None:
            return None if span is None else replace(kept, span=span)
        try:
            slot = _read_slot(stated)
        except ValueError as error:
            self.faults.append(_fault(name, str(error)))
            return None
        if span is None:
            return None
        slot = replace(slot, span=span)
        return replace(slot, basis=_basis(slot), places=self._places(slot))

    def _places(self, slot: Slot) -> tuple[str, ...]:
        look_up = look_up_for(self.story) if slot.attr is SlotAttr.PLACE else None
        if look_up is None:
            return ()
        return tuple(candidate.place.id for candidate in look_up(str(slot.value)))


def state_slot(slot: Slot, span: StatedSpan) -> StatedSlot:
    """Put a slot as somebody would state it who changes nothing but its words."""
    low, high = slot.range if slot.range is not None else (None, None)
    amount = slot.attr in AMOUNTS and slot.vague is None
    return StatedSlot(
        attr=slot.attr,
        span=span,
        value=slot.value,
        low=low,
        high=None if high is None or math.isinf(high) else high,
        vague=slot.vague,
        unit=slot.unit if not amount else None,
        polarity=slot.polarity,
        exclusive=slot.exclusive,
        quantifier=slot.quantifier,
    )


def _read_slot(stated: StatedSlot) -> Slot:
    """Read all of a slot but its span, which is sliced elsewhere.

    Raises:
        ValueError: Its value is not of its kind.
    """
    ways = [stated.value is not None, stated.low is not None, stated.vague is not None]
    if sum(ways) != 1:
        message = "needs one of a value, a range (its lowest first) and a vague amount"
        raise ValueError(message)
    slot = Slot(
        attr=stated.attr,
        span=Span(start=0, end=0, exact=""),
        polarity=stated.polarity,
        exclusive=stated.exclusive,
        quantifier=stated.quantifier,
    )
    if stated.vague is not None:
        return _vague(slot, stated)
    if stated.attr in AMOUNTS:
        return _amount(slot, stated)
    if stated.value is None:
        message = "takes no range: it is no amount"
        raise ValueError(message)
    return replace(slot, value=_worded(stated.attr, str(stated.value)))


def _vague(slot: Slot, stated: StatedSlot) -> Slot:
    said = " ".join((stated.vague or "").split())
    if not said:
        message = "the vague amount is empty"
        raise ValueError(message)
    if stated.unit not in {None, *VAGUE_UNITS}:
        message = f"{stated.unit!r} is no unit known here; use {', '.join(VAGUE_UNITS)}"
        raise ValueError(message)
    return replace(slot, vague=said, unit=stated.unit)


def _amount(slot: Slot, stated: StatedSlot) -> Slot:
    unit = AMOUNTS[stated.attr]
    if stated.unit not in {None, unit}:
        message = f"is given in {unit!r}, not {stated.unit!r}; a vague amount keeps its own unit"
        raise ValueError(message)
    whole = unit == "1"
    if stated.value is not None:
        return replace(slot, value=_number(stated.value, whole=whole), unit=unit)
    low = _number(stated.low if stated.low is not None else 0.0, whole=whole)
    high = float("inf") if stated.high is None else _number(stated.high, whole=whole)
    if high < low:
        message = f"the range ends at {high:g}, below its start at {low:g}"
        raise ValueError(message)
    return replace(slot, range=(low, high), unit=unit)


def _number(value: str | float, *, whole: bool) -> float:
    try:
        number = float(value)
    except ValueError as error:
        message = f"{value!r} is no number"
        raise ValueError(message) from error
    if not 0.0 <= number < float("inf"):
        message = f"{value} is not a number from 0 up"
        raise ValueError(message)
    if whole and number != int(number):
        message = f"{value} is no whole number"
        raise ValueError(message)
    return number


def _worded(attr: SlotAttr, value: str) -> str:
    said = " ".join(value.split())
    if not said or len(said) > _LONGEST_WORDS:
        message = f"the value has to have 1 to {_LONGEST_WORDS} characters"
        raise ValueError(message)
    known = _WORDS.get(attr)
    if known is not None and said not in known:
        message = f"{said!r} is none of {', '.join(known)}"
        raise ValueError(message)
    return _FORMS.get(attr, str)(said)


def _day(said: str) -> str:
    parse_stated_time(said)
    return said


_FORMS: Mapping[SlotAttr, Callable[[str], str]] = {
    SlotAttr.TARGET_GROUP: canonical_group,
    SlotAttr.TIME: _day,
}


def _basis(slot: Slot) -> str | None:
    """Say how a value was told that the words alone do not give."""
    if slot.value is None:
        return None
    given = slot.span.exact.casefold()
    value = f"{slot.value:g}" if isinstance(slot.value, float) else slot.value.casefold()
    return None if value in given else _BY_PERSON


def _fault(name: str, fault: str) -> InputError:
    return InputError(name, fault, remedy=_REMEDY)
