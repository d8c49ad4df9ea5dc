"""What an outline leaves open of where an effect began."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._outlines import irregularity_px

SIZE = 200
Mask = NDArray[np.bool_]


def ellipse(middle: tuple[float, float], along: float, across: float) -> Mask:
    y, x = np.mgrid[:SIZE, :SIZE]
    return np.asarray(((x - middle[0]) / along) ** 2 + ((y - middle[1]) / across) ** 2 <= 1.0)


@pytest.mark.parametrize("radius", [5.0, 12.0, 40.0])
def test_a_round_disc_leaves_nothing_open(radius: float) -> None:
    disc = ellipse((100.3, 99.8), radius, radius)
    assert irregularity_px(disc, disc, thin=disc) < 0.01 * radius


def test_along_a_drawn_out_effect_it_may_have_begun_anywhere() -> None:
    streak = ellipse((100.0, 100.0), 60.0, 4.0)
    found = irregularity_px(streak, streak, thin=streak)
    # of a point anywhere along a line of half-length 60: 60 / √3 along, per axis 60 / √6
    assert found == pytest.approx(60.0 / math.sqrt(6.0), rel=0.15)


def test_bays_count() -> None:
    disc = ellipse((100.0, 100.0), 30.0, 30.0)
    bay = ellipse((118.0, 100.0), 14.0, 14.0)
    assert irregularity_px(disc & ~bay, disc, thin=disc & ~bay) == pytest.approx(
        (0.96 - np.count_nonzero(disc & ~bay) / np.count_nonzero(disc)) * 30.0, rel=0.05
    )


def test_outbreaks_on_several_sides_count_by_how_far_they_lie_apart() -> None:
    main = ellipse((60.0, 100.0), 20.0, 20.0)
    near, far = ellipse((100.0, 100.0), 8.0, 8.0), ellipse((160.0, 100.0), 8.0, 8.0)
    speck = ellipse((150.0, 180.0), 2.0, 2.0)
    alone = irregularity_px(main, main, thin=main | speck)
    beside = irregularity_px(main, main, thin=main | near)
    apart = irregularity_px(main, main, thin=main | far)
    assert alone < 0.2
    assert beside == pytest.approx(math.sqrt(8.0 * 40.0**2 / 28.0 / 2.0), rel=0.05)
    assert apart == pytest.approx(math.sqrt(8.0 * 100.0**2 / 28.0 / 2.0), rel=0.05)
