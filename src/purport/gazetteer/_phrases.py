"""What words about a place say: a name, and how the place stands to it.

A small grammar of English phrases as captions and statements use them: "south-west of Raqqa", "near
Khafsa", "20 km north of Homs", "the outskirts of Raqqa governorate", "Talbiseh, Homs".
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from purport.gazetteer.records import PlaceKind

__all__ = ["PlacePhrase", "Relation", "parse_place_phrase"]


class Relation(StrEnum):
    """How the place meant stands to the name."""

    AT = "at"
    """It is that place."""
    NEAR = "near"
    """It is beside it, or at its edge: near, outskirts, entrance, area."""
    TOWARDS = "towards"
    """It lies in a direction from it, with no distance said."""
    OFFSET = "offset"
    """It lies at a stated distance from it, with or without a direction."""
    WITHIN = "within"
    """It lies in an administrative area of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePhrase:
    """A phrase about a place, taken apart."""

    said: str
    """The whole phrase."""
    name: str
    """The name in it."""
    relation: Relation
    """How the place meant stands to the name."""
    azimuth_deg: float | None = None
    """Direction from the name, clockwise from true north; None when none is said. [deg]"""
    distance_m: float | None = None
    """Distance from the name; None when none is said. [m]"""
    context: tuple[str, ...] = ()
    """Names of areas that the phrase adds after a comma."""
    area_kind: PlaceKind | None = None
    """The kind of area that the words say; None when they say none."""


_DIRECTIONS = {
    "north": 0.0,
    "northeast": 45.0,
    "east": 90.0,
    "southeast": 135.0,
    "south": 180.0,
    "southwest": 225.0,
    "west": 270.0,
    "northwest": 315.0,
}
_DIRECTION = r"(?P<direction>(?:north|south)[- ]?(?:east|west)|north|south|east|west)(?:ern)?"
_UNITS = {"km": 1000.0, "kilomet": 1000.0, "mile": 1609.344, "m": 1.0, "met": 1.0}
_DISTANCE = (
    r"(?:about|around|some|roughly|approximately|approx\.?|over|more than)?\s*"
    r"(?P<amount>\d+(?:[.,]\d+)?)\s*(?P<unit>km|kilomet(?:re|er)s?|miles?|m|met(?:re|er)s?)\b"
)
_EDGE = (
    r"(?:the )?(?:near|nearby|close to|around|outside(?: of)?|in the (?:area|vicinity|region) of|"
    r"(?:outskirts|edge|edges|entrance|vicinity|environs|suburbs?|countryside|area)(?: of| to)?)"
)
_AREA_WORDS = r"(?P<area>governorate|province|region|district|oblast|muhafazah?)"
_STRIP = " \t\n.,;:'\"“”«»"


def parse_place_phrase(text: str) -> PlacePhrase:
    """Take a phrase apart; what is not understood stays in the name.

    Examples:
        >>> phrase = parse_place_phrase("south-west of Raqqa")
        >>> phrase.name, phrase.relation.value, phrase.azimuth_deg
        ('Raqqa', 'towards', 225.0)
        >>> parse_place_phrase("the outskirts of Raqqa governorate").relation.value
        'within'
    """
    said = " ".join(text.split())
    plain = re.sub(r"\([^)]*\)", " ", said).split(";")[0]
    first, *rest = (" ".join(part.split()).strip(_STRIP) for part in re.split(r",(?!\d)", plain))
    context = tuple(part for part in rest if part)
    core, relation, azimuth, distance = _take_apart(re.sub(r"^(?:in|at)\s+", "", first))
    area = re.fullmatch(rf"(?P<core>.+?)\s+{_AREA_WORDS}", core, re.IGNORECASE) or re.fullmatch(
        rf"{_AREA_WORDS}\s+(?:of\s+)?(?P<core>.+)", core, re.IGNORECASE
    )
    if area:
        core, relation, azimuth, distance = area["core"], Relation.WITHIN, None, None
    core = re.sub(r"\s+(?:area|city|town|village)$", _nothing, core, flags=re.IGNORECASE)
    if relation is Relation.AT and re.search(r"\barea$", first, re.IGNORECASE):
        relation = Relation.NEAR
    return PlacePhrase(
        said=said,
        name=core.strip(_STRIP) or said,
        relation=relation,
        azimuth_deg=azimuth,
        distance_m=distance,
        context=context,
        area_kind=_area_kind(area["area"]) if area else None,
    )


def _take_apart(text: str) -> tuple[str, Relation, float | None, float | None]:
    """Return the rest after distance, direction and words of nearness, and what they say."""
    if offset := re.fullmatch(
        rf"{_DISTANCE}\s+(?:to the )?(?:{_DIRECTION}\s+)?(?:of|from|away from)\s+(?P<rest>.+)",
        text,
        re.IGNORECASE,
    ):
        azimuth = _azimuth(offset["direction"]) if offset["direction"] else None
        return offset["rest"], Relation.OFFSET, azimuth, _metres(offset["amount"], offset["unit"])
    if towards := re.fullmatch(
        rf"(?:to the )?{_DIRECTION}\s+(?:of|from)\s+(?P<rest>.+)", text, re.IGNORECASE
    ):
        return towards["rest"], Relation.TOWARDS, _azimuth(towards["direction"]), None
    if edge := re.fullmatch(
        rf"(?:the )?(?:{_DIRECTION}\s+)?{_EDGE}\s+(?P<rest>.+)", text, re.IGNORECASE
    ):
        return edge["rest"], Relation.NEAR, None, None
    if inner := re.fullmatch(rf"(?:the )?{_DIRECTION}\s+(?P<rest>[^\W\d_].+)", text, re.IGNORECASE):
        return inner["rest"], Relation.NEAR, None, None
    return text, Relation.AT, None, None


def _area_kind(word: str) -> PlaceKind | None:
    if word.casefold() == "region":
        return None
    return PlaceKind.DISTRICT if word.casefold() == "district" else PlaceKind.PROVINCE


def _azimuth(words: str) -> float:
    return _DIRECTIONS[words.casefold().replace("-", "").replace(" ", "")]


def _metres(amount: str, unit: str) -> float:
    word = unit.casefold()
    scale = next(value for start, value in _UNITS.items() if word.startswith(start))
    return float(amount.replace(",", ".")) * scale


def _nothing(_: re.Match[str]) -> str:
    return ""
