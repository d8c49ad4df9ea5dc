"""Whether shadows agree with each other, and which one does not."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from purport.checks.sun._chi_squared import chance_above, upper_quantile
from purport.checks.sun._misfit import count_constraints
from purport.checks.sun._shadows import ShadowSet

__all__ = ["Agreement", "AgreementRules", "find_agreement"]

_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRules:
    """When shadows disagree."""

    point_chance: float
    """Chance of a disagreement as large among right ones, below which one is pointed at."""
    disagree_chance: float
    """The same, below which shadows disagree: as they are, or without the one pointed at."""
    clear: float
    """By how much chi-squared without the odd one must lie below that without any other."""
    free: int
    """Degrees of freedom of the sun's way: 1 along a day, 2 over a year."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """What is left to measure with."""

    kept: ShadowSet
    """Shadows that agree."""
    odd: tuple[str, ...]
    """Marks of those that do not, in the order in which they were found."""
    agree: bool
    """Whether those kept explain one position of the sun on the way looked at."""


def find_agreement(
    shadows: ShadowSet, least: Callable[[ShadowSet], float], rules: AgreementRules
) -> Agreement:
    """Leave out, one by one, shadows that all others speak against.

    Among three or more one is pointed at when the others agree without it, when leaving it out
    improves chi-squared by more than chance would, and when no other could be meant.

    Args:
        shadows: All.
        least: Gives the smallest chi-squared of a set along the sun's way.
        rules: When they disagree.
    """
    odd: list[str] = []
    kept = shadows
    while True:
        whole = least(kept)
        freedom = max(count_constraints(kept) - rules.free, 1)
        chance = chance_above(whole, freedom)
        if len(kept.shadows) < _FEWEST or not math.isfinite(whole):
            break
        worst = _odd_one(kept, whole, least, rules)
        if worst is None:
            break
        odd.append(kept.shadows[worst].mark)
        kept = kept.without(worst)
    return Agreement(kept=kept, odd=tuple(odd), agree=chance >= rules.disagree_chance)


def _odd_one(
    shadows: ShadowSet,
    whole: float,
    least: Callable[[ShadowSet], float],
    rules: AgreementRules,
) -> int | None:
    count = len(shadows.shadows)
    left = [shadows.without(place) for place in range(count)]
    rest = [least(one) for one in left]
    place = min(range(count), key=lambda index: rest[index])
    others = min(value for index, value in enumerate(rest) if index != place)
    gained = 1 + (shadows.shadows[place].height_m is not None)
    enough = upper_quantile(rules.point_chance / count, gained)
    freedom = max(count_constraints(left[place]) - rules.free, 1)
    agrees = chance_above(rest[place], freedom) >= rules.disagree_chance
    several = agrees or count > _FEWEST  # two odd ones among four or more: the worse one first
    clear = others - rest[place] >= rules.clear
    return place if several and clear and whole - rest[place] >= enough else None
