"""The rule by which a match is accepted. A false match is the worst thing that can happen."""

from dataclasses import dataclass

from scipy.special import bdtrc

from purport.checks.place.records import ShotEvidence

__all__ = [
    "AcceptanceRule",
    "agrees_in_mirror",
    "first_failure",
    "hints_at_place",
    "stands_above_chance",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceRule:
    """Every condition must hold."""

    fewest_inliers: int = 16
    """Different points of the reference that the joint homography explains."""
    fewest_first_inliers: int = 12
    """Of a single frame (or, where none suffices alone, of the frames pooled)."""
    fewest_hint_inliers: int = 8
    """Too few to say "yes" by themselves, too many to say "no"."""
    decoy_factor: float = 1.6
    """How many times the chance level the first inliers must be."""
    decoy_margin: int = 3
    """And how many more besides."""
    fewest_cells: int = 8
    """Parts of the picture (of 48) with inliers."""
    smallest_spread: float = 0.08
    """Area that the inliers span, as a share of the picture."""
    fewest_blocks: int = 10
    """Textured blocks that must be there to look at."""
    chance_block: float = 0.15
    """Probability that a block fits best where it should, by chance: (5 / 13)²."""
    smallest_block_share: float = 0.3
    """Share of blocks that must fit."""
    largest_p_value: float = 0.01
    """Of the number of blocks that fit, by chance (binomial)."""
    largest_weak_p_value: float = 1e-4
    """The same, when there are fewer than `strong_first_inliers`."""
    strong_first_inliers: int = 20
    """See `largest_weak_p_value`."""


def stands_above_chance(first_inliers: int, decoy_inliers: int, rule: AcceptanceRule) -> bool:
    """Tell whether a count of first inliers stands above the chance level."""
    return first_inliers >= max(rule.fewest_first_inliers, _chance_level(decoy_inliers, rule))


def hints_at_place(first_inliers: int, decoy_inliers: int, rule: AcceptanceRule) -> bool:
    """Tell whether a count of first inliers is too high for "does not show this place"."""
    return first_inliers >= max(rule.fewest_hint_inliers, decoy_inliers + rule.decoy_margin)


def agrees_in_mirror(first_inliers: int, decoy_inliers: int, rule: AcceptanceRule) -> bool:
    """Tell whether the mirrored picture agrees, not by chance: the footage may be mirrored."""
    return decoy_inliers >= rule.strong_first_inliers and decoy_inliers > first_inliers


def first_failure(
    counted: ShotEvidence, rule: AcceptanceRule, *, implausible: str | None
) -> str | None:
    """Return the first condition that fails, in words; None when all hold.

    Args:
        counted: What was counted on the shot.
        rule: The conditions.
        implausible: Why the homography cannot be a view; None when it can.
    """
    chance = float(bdtrc(counted.blocks_agreeing - 1, counted.blocks, rule.chance_block))
    strong = counted.first_inliers >= rule.strong_first_inliers
    limit = rule.largest_p_value if strong else rule.largest_weak_p_value
    crowded = counted.cells < rule.fewest_cells or counted.spread < rule.smallest_spread
    fits = (
        counted.blocks >= rule.fewest_blocks
        and counted.blocks_agreeing >= rule.smallest_block_share * counted.blocks
        and chance <= limit
    )
    failures = {
        f"{counted.first_inliers} points agree, against {counted.decoy_inliers} by chance": (
            not stands_above_chance(counted.first_inliers, counted.decoy_inliers, rule)
        ),
        f"the view cannot be: {implausible}": implausible is not None,
        f"only {counted.inliers} different points agree, {rule.fewest_inliers} are needed": (
            counted.inliers < rule.fewest_inliers
        ),
        f"the points that agree are crowded: {counted.cells} of 48 parts of the picture": crowded,
        f"{counted.frames_agreeing} key frames say this place, "
        f"{counted.frames_disagreeing} another": (
            counted.frames_agreeing <= counted.frames_disagreeing
        ),
        f"laid on the reference, {counted.blocks_agreeing} of {counted.blocks} blocks fit": (
            not fits
        ),
    }
    return next((words for words, failed in failures.items() if failed), None)


def _chance_level(decoy_inliers: int, rule: AcceptanceRule) -> float:
    return rule.decoy_factor * decoy_inliers + rule.decoy_margin
