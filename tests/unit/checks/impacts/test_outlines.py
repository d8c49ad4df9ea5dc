"""What an outline leaves open of where an effect began."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._outlines import irregularity_px as measure

SIZE = 200
Mask = NDArray[np.bool_]


def irregularity_px(core: Mask, disc: Mask, *, hidden: Mask | None = None) -> float:
    valid = np.ones_like(core) if hidden is None else ~hidden
    return measure(core, disc, valid=valid)


def ellipse(middle: tuple[float, float], along: float, across: float) -> Mask:
    y, x = np.mgrid[:SIZE, :SIZE]
    return np.asarray(((x - middle[0]) / along) ** 2 + ((y - middle[1]) / across) ** 2 <= 1.0)


@pytest.mark.parametrize("radius", [5.0, 12.0, 40.0])
def test_a_round_disc_leaves_nothing_open(radius: float) -> None:
    disc = ellipse((100.3, 99.8), radius, radius)
    assert irregularity_px(disc, disc) < 0.01 * radius


def test_along_a_drawn_out_effect_it_may_have_begun_anywhere() -> None:
    streak = ellipse((100.0, 100.0), 60.0, 4.0)
    found = irregularity_px(streak, streak)
    # of a point anywhere along a line of half-length 60: 60 / √3 along, per axis 60 / √6
    assert found == pytest.approx(60.0 / math.sqrt(6.0), rel=0.15)


def test_bays_count() -> None:
    disc = ellipse((100.0, 100.0), 30.0, 30.0)
    bay = ellipse((118.0, 100.0), 14.0, 14.0)
    assert irregularity_px(disc & ~bay, disc) == pytest.approx(
        (0.96 - np.count_nonzero(disc & ~bay) / np.count_nonzero(disc)) * 30.0, rel=0.05
    )
    # a bay that graphics make is none
    assert irregularity_px(disc & ~bay, disc, hidden=bay) < 0.3


def test_outbreaks_on_several_sides_count_by_how_far_they_lie_apart() -> None:
    main = ellipse((60.0, 100.0), 20.0, 20.0)
    near, far = ellipse((100.0, 100.0), 8.0, 8.0), ellipse((160.0, 100.0), 8.0, 8.0)
    both = irregularity_px(main | near | far, main)
    assert both == pytest.approx(
        math.sqrt(8.0 * (40.0**2 + 100.0**2) / (20.0 + 8.0 + 8.0) / 2.0), rel=0.05
    )


def test_a_single_piece_beside_and_specks_are_chance() -> None:
    main = ellipse((60.0, 100.0), 20.0, 20.0)
    far = ellipse((160.0, 100.0), 8.0, 8.0)
    specks = ellipse((150.0, 180.0), 2.0, 2.0) | ellipse((30.0, 30.0), 2.0, 2.0)
    assert irregularity_px(main | far | specks, main) < 0.2
