"""Records of the gazetteer: places, and how a name led to one."""

from dataclasses import dataclass
from enum import StrEnum

from purport.core.positions import GeoPoint

__all__ = ["Candidate", "NameMatch", "Place", "PlaceKind"]


class PlaceKind(StrEnum):
    """What a place is."""

    SETTLEMENT = "settlement"
    """A town or village."""
    NEIGHBOURHOOD = "neighbourhood"
    """A part of a town."""
    DISTRICT = "district"
    """An administrative area of the second level."""
    PROVINCE = "province"
    """An administrative area of the first level (governorate, oblast)."""
    OTHER = "other"
    """Anything else that a gazetteer lists (a mountain, a site)."""

    @property
    def is_area(self) -> bool:
        """Tell whether it is an administrative area rather than a spot."""
        return self in {PlaceKind.DISTRICT, PlaceKind.PROVINCE}


class NameMatch(StrEnum):
    """How a name led to a place."""

    SPELLED = "spelled"
    """One of its listed names, but for capitals, accents, hyphens and the article."""
    SOUNDS = "sounds"
    """Another transliteration: the consonants agree, in order, with those of a listed name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as a gazetteer lists it."""

    id: str
    """Identifier with its source ("ocha:C3458", "geonames:170592")."""
    name: str
    """Its first name."""
    kind: PlaceKind
    """What it is."""
    point: GeoPoint
    """Its point; for an area its middle."""
    names: tuple[str, ...]
    """All its names, the first included."""
    district: str | None = None
    """Identifier of the district in which it lies; None when not listed."""
    province: str | None = None
    """Identifier of the province in which it lies; None when not listed."""
    source: str = "not recorded"
    """Who lists it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One place that a name can mean."""

    place: Place
    """The place."""
    match: NameMatch
    """How the name led to it."""
    matched: str
    """The listed name that matched."""
