"""Counting rows of a sheet by how they stand; a count is not a score, and no rating is weighed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from purport.core.claims import Part
from purport.core.ratings import Rating
from purport.core.verdicts import Verdict
from purport.verdicts.rows import Comparison, RowFacts

__all__ = ["GroupTally", "PlaceTally", "tally_groups", "tally_places"]

Verdicts = Mapping[tuple[str, Part], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTally:
    """How many rows of a sheet stand how, as to the place; they add up to the rows."""

    as_claimed: int
    """Found where claimed: *where* is supported."""
    elsewhere: int
    """Found elsewhere: *where* is contradicted."""
    no_place_claimed: int
    """Placed, but no place is claimed: *where* is not checkable."""
    not_placed: int
    """Not placed: *where* is unproven."""
    undecided: int
    """Placed, but it stays open whether there: *where* is unproven or partly supported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTally:
    """How many rows that claim one group stand how."""

    group: str
    """Canonical name of the group."""
    ratings: tuple[tuple[Rating, int], ...]
    """How many have each rating of *who*."""


def tally_places(rows: Sequence[RowFacts], verdicts: Verdicts) -> PlaceTally:
    """Count the rows of a sheet by their place."""
    where = [(verdicts[row.claim, Part.WHERE].rating, row) for row in rows]
    counts = [rating for rating, _ in where]
    settled = (Rating.SUPPORTED, Rating.CONTRADICTED, Rating.NOT_CHECKABLE)
    open_rows = [row for rating, row in where if rating not in settled]
    placed = [row for row in open_rows if _is_placed(row)]
    return PlaceTally(
        as_claimed=counts.count(Rating.SUPPORTED),
        elsewhere=counts.count(Rating.CONTRADICTED),
        no_place_claimed=counts.count(Rating.NOT_CHECKABLE),
        not_placed=len(open_rows) - len(placed),
        undecided=len(placed),
    )


def tally_groups(rows: Sequence[RowFacts], verdicts: Verdicts) -> tuple[GroupTally, ...]:
    """Count the rows that claim each group by the rating of *who*, groups by name."""
    groups = sorted({row.stated.group for row in rows if row.stated.group is not None})
    return tuple(
        GroupTally(
            group=group,
            ratings=_count(
                [verdicts[row.claim, Part.WHO].rating for row in rows if row.stated.group == group]
            ),
        )
        for group in groups
    )


def _is_placed(row: RowFacts) -> bool:
    if row.stated.comparison is Comparison.NOT_PLACED:
        return False
    return row.point is not None or row.stated.comparison in {
        Comparison.SAME,
        Comparison.ELSEWHERE,
    }


def _count(ratings: Sequence[Rating]) -> tuple[tuple[Rating, int], ...]:
    return tuple((rating, ratings.count(rating)) for rating in Rating if rating in ratings)
