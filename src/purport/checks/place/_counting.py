"""What speaks for a fitted view, and what against it: the counts that the rule decides on."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from purport.checks.place._acceptance import AcceptanceRule
from purport.checks.place._blocks import count_fitting_blocks
from purport.checks.place._fitting import INLIER_WEIGHT, Basis, Fitted, fitted_at
from purport.checks.place._geometry import apply_homography, hull_area
from purport.checks.place._ladder import Look
from purport.checks.place._remedies import lacking_side
from purport.checks.place._tracing import Traced
from purport.checks.place.records import ShotEvidence

__all__ = ["area_in_words", "count_evidence"]

_POLLED_VIEWS = 4
_AGREES_WITHIN = 0.05
"""Of the diagonal of the picture's footprint."""
_FEWEST_TO_AGREE = 6
_CELL_GRID = (8, 6)


def count_evidence(
    evidence: ShotEvidence,
    traced: Sequence[Traced],
    fitted: Sequence[Fitted],
    *,
    basis: Basis,
    look: Look,
    rule: AcceptanceRule,
    anchor: int,
) -> ShotEvidence:
    """Count what speaks for a fit.

    Args:
        evidence: What was counted at the first look.
        traced: Key frames laid on the reference; at least one.
        fitted: The homographies of the shot; at least one.
        basis: What they were fitted to.
        look: The rung that found the view.
        rule: How few points of a single frame say nothing.
        anchor: Index of the shot's anchor frame.
    """
    size = basis.size
    richest = max(fitted, key=lambda each: int((each.adjusted.weight > INLIER_WEIGHT).sum()))
    own = np.isin(richest.seen.frame, [each.view.index for each in traced])
    inlier = (richest.adjusted.weight > INLIER_WEIGHT) & own
    pixels = richest.seen.pixels[inlier]
    cell = np.floor(pixels / np.array(size) * np.array(_CELL_GRID)).astype(np.int64)
    inside = ((cell >= 0) & (cell < np.array(_CELL_GRID))).all(axis=1)
    agreeing, disagreeing = _poll(traced, look, size=size, rule=rule)
    clearest = max(traced, key=lambda each: len(each.picture))
    blocks, fitting = count_fitting_blocks(clearest.view, basis.mapped.patch, clearest.matrix)
    to_patch = fitted_at(fitted, anchor).to_patch
    return replace(
        evidence,
        inliers=len(np.unique(richest.seen.feature[inlier])),
        cells=len(np.unique(cell[inside], axis=0)),
        spread=hull_area(pixels) / (size[0] * size[1]),
        frames_agreeing=agreeing,
        frames_disagreeing=disagreeing,
        blocks=blocks,
        blocks_agreeing=fitting,
        lacking=lacking_side(pixels, basis.mapped.patch.to_map @ to_patch, size),
    )


def _poll(
    traced: Sequence[Traced], look: Look, *, size: tuple[int, int], rule: AcceptanceRule
) -> tuple[int, int]:
    """Ask some key frames by themselves; return how many say this place, and how many another."""
    width, height = size
    marks = np.array([[0.25, 0.25], [0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0.75, 0.75]])
    marks = marks * np.array([width - 1, height - 1])
    count = min(_POLLED_VIEWS, len(traced))
    asked = [each for each in traced if each.view.asked]
    some = asked if len(asked) >= count else traced
    agreeing = disagreeing = 0
    for place in np.unique(np.linspace(0, len(some) - 1, count).round().astype(int)):
        each = some[place]
        alone = look.again(each.view)
        if alone.matrix is None or alone.inliers < _FEWEST_TO_AGREE:
            continue
        expected = apply_homography(each.matrix, marks)
        found = apply_homography(alone.matrix, marks)
        diagonal = 2.0 * float(np.hypot(*(expected[4] - expected[0])))
        if float(np.median(np.hypot(*(found - expected).T))) <= _AGREES_WITHIN * diagonal:
            agreeing += 1
        elif alone.inliers >= rule.fewest_hint_inliers:
            disagreeing += 1
    return agreeing, disagreeing


def area_in_words(spread: float) -> str:
    """Say how much ground points cover; a moving camera shows more than one picture does."""
    if spread <= 1.0:
        return f"{spread:.0%} of the picture"
    return f"{spread:.1f} times the ground that one picture shows"
