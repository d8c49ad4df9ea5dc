"""Finding places by name and by nearness; every candidate is returned, never a silent first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from purport.core.positions import GeoPoint
from purport.gazetteer._folding import consonants, spelling
from purport.gazetteer.records import Candidate, NameMatch, Place

__all__ = ["Gazetteer"]

_GEOD = Geod(ellps="WGS84")
_FEWEST_CONSONANTS = 2
_LEAST_LIKENESS = 0.5
"""Of two Latin spellings with the same consonants; below it, the vowels tell two names apart
("Raqqa", "Arak"): the share of letters in common, as difflib counts it."""


class Gazetteer:
    """A list of places that is searched in memory.

    Args:
        places: The places; identifiers are distinct.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.places: tuple[Place, ...] = tuple(places)
        self._by_id = {place.id: place for place in self.places}
        self._spelled: dict[str, list[tuple[Place, str]]] = defaultdict(list)
        self._sounding: dict[str, list[tuple[Place, str]]] = defaultdict(list)
        for place in self.places:
            for name in place.names:
                self._spelled[spelling(name)].append((place, name))
                self._sounding[consonants(name)].append((place, name))

    def get(self, identifier: str) -> Place:
        """Return the place of an identifier.

        Raises:
            KeyError: There is none.
        """
        return self._by_id[identifier]

    def __contains__(self, identifier: object) -> bool:
        """Tell whether a place of this identifier is listed."""
        return identifier in self._by_id

    def find(self, name: str) -> tuple[Candidate, ...]:
        """Return every place that a name can mean.

        Places with a name spelled so come alone when there are any; else those whose names sound
        so. Two places of one name are two candidates: nothing here chooses between them. The order
        is that of the gazetteer.
        """
        spelled = self._spelled.get(spelling(name), [])
        if spelled:
            return _once(spelled, NameMatch.SPELLED)
        key = consonants(name)
        if len(key.removesuffix("a")) < _FEWEST_CONSONANTS:
            return ()
        alike = [
            (place, listed)
            for place, listed in self._sounding.get(key, [])
            if _are_alike(name, listed)
        ]
        return _once(alike, NameMatch.SOUNDS)

    def find_within(self, name: str, context: Sequence[str]) -> tuple[Candidate, ...]:
        """Return those candidates that lie in an area which the context names.

        "Talbiseh, Homs" is Talbiseh in the context of Homs. A context that fits none of them, or is
        not in the gazetteer, excludes nothing.
        """
        candidates = self.find(name)
        areas = {
            found.place.id
            for text in context
            for found in self.find(text)
            if found.place.kind.is_area
        }
        inside = tuple(
            one for one in candidates if {one.place.district, one.place.province} & areas
        )
        return inside or candidates

    def members(self, area: Place) -> tuple[Place, ...]:
        """Return the settlements that lie in an administrative area, as far as listed."""
        return tuple(
            place
            for place in self.places
            if not place.kind.is_area and area.id in {place.district, place.province}
        )

    def nearest(self, point: GeoPoint, *, within_m: float) -> tuple[tuple[Place, float], ...]:
        """Return the places within a distance, nearest first, each with its distance. [m]"""
        if not self.places:
            return ()
        longitudes, latitudes = self._positions
        _, _, distances = _GEOD.inv(
            np.full_like(longitudes, point.longitude_deg),
            np.full_like(latitudes, point.latitude_deg),
            longitudes,
            latitudes,
        )
        order = np.argsort(distances, kind="stable")
        return tuple(
            (self.places[index], float(distances[index]))
            for index in order
            if distances[index] <= within_m
        )

    @cached_property
    def _positions(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        longitudes = np.array([place.point.longitude_deg for place in self.places])
        latitudes = np.array([place.point.latitude_deg for place in self.places])
        return longitudes, latitudes


def _once(found: Iterable[tuple[Place, str]], match: NameMatch) -> tuple[Candidate, ...]:
    first: dict[str, Candidate] = {}
    for place, name in found:
        first.setdefault(place.id, Candidate(place=place, match=match, matched=name))
    return tuple(first.values())


def _are_alike(asked: str, listed: str) -> bool:
    """Tell whether two spellings in Latin letters are near; other scripts write no vowels."""
    one, other = spelling(asked), spelling(listed)
    if not (one.isascii() and other.isascii()):
        return True
    return SequenceMatcher(None, one, other).ratio() >= _LEAST_LIKENESS
