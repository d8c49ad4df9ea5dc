"""From the points of a view to the few places of a large reference where it may lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from purport.checks.place._features import Features, in_mirror
from purport.checks.place._scouting import in_polarity
from purport.checks.place.records import Polarity
from purport.checks.place.search._asked import Asked
from purport.checks.place.search._index import PlaceIndex
from purport.checks.place.search._nearest import find_nearest
from purport.checks.place.search._voting import Guess, vote
from purport.core.case import ViewHint

__all__ = ["Places", "PossiblePlace", "SearchRule", "find_places"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRule:
    """How to search, and what stands above chance."""

    tiles: int = 12
    """Similar points of the index for each of the picture, at most one a tile."""
    places: int = 3
    """Places that are looked at closely, at most."""
    chance_factor: float = 1.6
    """How many times the chance level the votes for a place must be."""
    chance_margin: float = 2.0
    """And how many more besides."""

    def least_votes(self, chance: float) -> float:
        """Return the votes that are asked of a place, by how many chance gives anywhere."""
        return self.chance_factor * chance + self.chance_margin

    def stands_above(self, votes: float, chance: float) -> bool:
        """Tell whether a place has more votes than chance gives anywhere."""
        return votes >= self.least_votes(chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class PossiblePlace:
    """Where a view may lie."""

    guess: Guess
    """Its position, scale and direction."""
    polarity: Polarity
    """In which polarity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a search found."""

    places: tuple[PossiblePlace, ...]
    """Possible places, the one with most votes first."""
    chance: float
    """Most votes for any place of the mirrored picture, which shows no place: the chance level of
    having looked at all of the reference."""


def find_places(
    index: PlaceIndex,
    asked: Asked,
    *,
    rule: SearchRule,
    hint: ViewHint | None = None,
    polarities: Sequence[Polarity] = tuple(Polarity),
    decoys: bool = True,
) -> Places:
    """Find where in a reference a view may lie.

    Args:
        index: The index of the reference.
        asked: The view's points.
        rule: How to search.
        hint: What is known of the camera.
        polarities: Which to try.
        decoys: Whether to search for the mirrored view too.
    """
    found: list[PossiblePlace] = []
    chance = 0.0
    for polarity in polarities:
        seen = in_polarity(asked.features, polarity)
        guesses = _guesses(index, seen, asked.from_centre, asked, rule=rule, hint=hint)
        found += [PossiblePlace(guess=guess, polarity=polarity) for guess in guesses]
        if decoys:
            mirror = in_mirror(seen, asked.size[0])
            turned = asked.from_centre * np.array([-1.0, 1.0])
            guesses = _guesses(index, mirror, turned, asked, rule=rule, hint=hint)
            chance = max(chance, max((guess.votes for guess in guesses), default=0.0))
    found.sort(key=lambda each: -each.guess.votes)
    return Places(places=tuple(found[: rule.places]), chance=chance)


def _guesses(
    index: PlaceIndex,
    seen: Features,
    from_centre: FloatArray,
    asked: Asked,
    *,
    rule: SearchRule,
    hint: ViewHint | None,
) -> list[Guess]:
    nearest = find_nearest(index, seen.descriptors, most=rule.tiles)
    return vote(
        index,
        seen,
        from_centre,
        nearest,
        width_px=asked.size[0],
        hint=hint,
        most=rule.places,
    )
