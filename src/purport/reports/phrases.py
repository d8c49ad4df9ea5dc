"""How numbers, times and terms are put into words for readers."""

import math
import re

from purport.core.claims import (
    Commitment,
    Factuality,
    Part,
    Polarity,
    Quantifier,
    RelationKind,
    Slot,
    SlotAttr,
)
from purport.core.instants import StatedTime
from purport.core.positions import GeoPoint
from purport.core.ratings import Rating

__all__ = [
    "NOT_RECORDED",
    "PART_NAMES",
    "PART_QUESTIONS",
    "RATING_ICONS",
    "RELATION_WORDS",
    "SLOT_NAMES",
    "anchor",
    "format_commitment",
    "format_interval_m",
    "format_length",
    "format_position",
    "format_seconds",
    "format_slot",
    "format_stated",
    "humanise",
]

NOT_RECORDED = "not recorded"

PART_NAMES = {
    Part.AUTHENTIC: "Authentic",
    Part.WHERE: "Where",
    Part.WHEN: "When",
    Part.WHO: "Who",
    Part.WHAT: "What",
    Part.HOW_MANY: "How many",
}
PART_QUESTIONS = {
    Part.AUTHENTIC: "Is the footage what it is presented as?",
    Part.WHERE: "Was it filmed at the place claimed?",
    Part.WHEN: "Can it have been filmed at the time claimed?",
    Part.WHO: "Was it the group claimed that was hit?",
    Part.WHAT: "Did what is claimed happen to the target?",
    Part.HOW_MANY: "Are there as many as claimed?",
}
RATING_ICONS = {
    Rating.SUPPORTED: "✓",
    Rating.PARTLY_SUPPORTED: "◐",
    Rating.UNPROVEN: "?",
    Rating.CONTRADICTED: "✕",
    Rating.NOT_CHECKABLE: "–",
}
RELATION_WORDS = {
    RelationKind.CONTRADICTS: "contradicts",
    RelationKind.QUALIFIES: "qualifies",
    RelationKind.RESTATES: "restates",
    RelationKind.SUPPORTS: "supports",
}
SLOT_NAMES = {
    SlotAttr.FOOTAGE_ORIGIN: "Origin of the footage",
    SlotAttr.MISS_DISTANCE: "Miss distance",
    SlotAttr.OUTCOME: "Outcome",
    SlotAttr.PLACE: "Place",
    SlotAttr.STRIKE_COUNT: "Number of strikes",
    SlotAttr.TARGET_COUNT: "Number of targets",
    SlotAttr.TARGET_GROUP: "Group said to be hit",
    SlotAttr.TARGET_TYPE: "Kind of target",
    SlotAttr.TIME: "Time",
    SlotAttr.VERIFICATION_STATUS: "Said to be verified",
    SlotAttr.WEAPON: "Weapon",
}

_KILOMETRE_M = 1_000.0
_FINE_BELOW_M = 100.0


def format_length(length_m: float) -> str:
    """Write a length with as many digits as a reader can use.

    Examples:
        >>> format_length(2.34), format_length(234.5), format_length(23_450.0)
        ('2.3 m', '234 m', '23.4 km')
    """
    if abs(length_m) >= _KILOMETRE_M:
        return f"{length_m / _KILOMETRE_M:.1f} km"
    if abs(length_m) >= _FINE_BELOW_M:
        return f"{length_m:.0f} m"
    return f"{length_m:.1f} m"


def format_interval_m(interval_m: tuple[float, float]) -> str:
    """Write an interval of lengths.

    Examples:
        >>> format_interval_m((1.25, 3.5))
        '1.2 to 3.5 m'
    """
    low, high = interval_m
    digits = 1 if high < _FINE_BELOW_M else 0
    return f"{low:.{digits}f} to {high:.{digits}f} m"


def format_seconds(seconds: float) -> str:
    """Write a time code: minutes, seconds, hundredths.

    Examples:
        >>> format_seconds(62.5), format_seconds(0.04)
        ('1:02.50', '0:00.04')
    """
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes}:{rest // 100:02d}.{rest % 100:02d}"


def format_position(point: GeoPoint) -> str:
    """Write latitude and longitude as maps print them.

    Examples:
        >>> format_position(GeoPoint(longitude_deg=-36.7, latitude_deg=35.25))
        '35.250000° N, 36.700000° W'
    """
    north = "N" if point.latitude_deg >= 0 else "S"
    east = "E" if point.longitude_deg >= 0 else "W"
    return f"{abs(point.latitude_deg):.6f}° {north}, {abs(point.longitude_deg):.6f}° {east}"


def format_stated(time: StatedTime | None) -> str:
    """Write a stated time in the source's own words, or that none is recorded."""
    if time is None:
        return NOT_RECORDED
    return time.stated if time.zone_known else f"{time.stated} (time zone not stated)"


def humanise(term: str) -> str:
    """Write an identifier as words.

    Examples:
        >>> humanise("cannot_tell")
        'cannot tell'
    """
    return term.replace("_", " ")


def anchor(kind: str, key: object) -> str:
    """Make the identifier of a place in the page.

    Examples:
        >>> anchor("claim", 3)
        'claim-3'
    """
    return f"{kind}-{re.sub(r'[^A-Za-z0-9]+', '-', str(key)).strip('-')}"


def format_slot(slot: Slot) -> str:
    """Write what a slot says, with its bounds and polarity."""
    words = [
        "not" if slot.polarity is Polarity.NEGATED else "",
        "exclusively" if slot.exclusive else "",
        _bound(slot),
        _amount(slot),
        slot.unit if slot.unit not in {None, "1"} else "",
    ]
    return " ".join(word for word in words if word)


def _bound(slot: Slot) -> str:
    """Return the bound of a slot; a word such as "missed" is bounded in how many it is said of."""
    if slot.quantifier is None:
        return ""
    if isinstance(slot.value, str) and slot.quantifier is Quantifier.AT_LEAST:
        return "at least one"
    return humanise(slot.quantifier.value)


def _amount(slot: Slot) -> str:
    if isinstance(slot.value, float):
        return f"{slot.value:g}"
    if slot.value is not None:
        return humanise(slot.value)
    if slot.range is None:
        return slot.vague or slot.span.exact
    low, high = slot.range
    if math.isinf(high):
        return f"{low:g}" if slot.quantifier is Quantifier.AT_LEAST else f"{low:g} or more"
    return f"{low:g} to {high:g}"


_SURE = {
    Factuality.CERTAIN: "certain of it",
    Factuality.COUNTERFACT: "denying it",
    Factuality.PROBABLE: "thinking it probable",
    Factuality.IMPROBABLE: "thinking it improbable",
    Factuality.POSSIBLE: "thinking it possible",
    Factuality.UNCOMMITTED: "not saying whether it is so",
}
_PASSED_ON = {
    Factuality.CERTAIN: "the story presents it as a fact",
    Factuality.UNCOMMITTED: "the story only passes it on",
}


def format_commitment(commitment: Commitment | None, *, narrator: bool) -> str | None:
    """Say how sure claimant and story are presented as being; None when that was not read."""
    if commitment is None:
        return None
    sure = _SURE[commitment.source]
    if narrator:
        return f"The story itself is presented as {sure}."
    told = _PASSED_ON.get(commitment.reporter, "the story itself is tentative")
    if commitment.marks:
        told = "the story keeps its distance"
    return f"The claimant is presented as {sure}; {told}."
