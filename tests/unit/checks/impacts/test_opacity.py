"""The middle of a flash, over ground that is as bright as itself, beneath graphics, in pieces."""

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._points import _centroid, _disc, _Early, _opacity

SIZE = 80
MIDDLE = (41.0, 38.0)
RADIUS = 11.0


def flash(
    ground: NDArray[np.float64], *, level: float, hidden: NDArray[np.bool_] | None = None
) -> _Early:
    """Lay a flash of one level over ground, with sensor noise."""
    noise = np.random.default_rng(3).normal(scale=1.5, size=(2, SIZE, SIZE))
    y, x = np.mgrid[:SIZE, :SIZE]
    covered = np.hypot(x - MIDDLE[0], y - MIDDLE[1]) <= RADIUS
    before = ground + noise[0]
    now = np.where(covered, level, ground) + noise[1]
    valid = np.ones((SIZE, SIZE), dtype=np.bool_) if hidden is None else ~hidden
    return _Early(
        now=np.clip(now, 0, 255).astype(np.uint8),
        residual=np.where(valid, now - before, 0.0).astype(np.float32),
        valid=valid,
        began=np.hypot(x - MIDDLE[0], y - MIDDLE[1]) < RADIUS,
        reach=np.hypot(x - MIDDLE[0], y - MIDDLE[1]) < 2.0 * RADIUS,
    )


def half_and_half(dark: float, bright: float) -> NDArray[np.float64]:
    ground = np.full((SIZE, SIZE), dark)
    ground[:, : int(MIDDLE[0])] = bright
    return ground


@pytest.mark.parametrize(
    ("dark", "bright", "level"), [(60.0, 185.0, 240.0), (90.0, 90.0, 240.0), (200.0, 80.0, 15.0)]
)
def test_the_whole_flash_counts_whatever_the_ground(
    dark: float, bright: float, level: float
) -> None:
    early = flash(half_and_half(dark, bright), level=level)
    opacity = _opacity(early)
    assert opacity is not None
    found = _centroid(_disc(opacity > 0.5, early.began))
    # change alone puts it 4 px off over the two-coloured ground
    assert np.hypot(found[0] - MIDDLE[0], found[1] - MIDDLE[1]) < 0.5


def test_ground_as_bright_as_the_flash_says_nothing_rather_than_no() -> None:
    ground = np.full((SIZE, SIZE), 70.0)
    ground[34:42, 20:60] = 238.0
    early = flash(ground, level=240.0)
    opacity = _opacity(early)
    assert opacity is not None
    found = _centroid(_disc(opacity > 0.5, early.began))
    assert np.hypot(found[0] - MIDDLE[0], found[1] - MIDDLE[1]) < 1.0


def test_nothing_seen_gives_nothing() -> None:
    hidden = np.ones((SIZE, SIZE), dtype=np.bool_)
    assert _opacity(flash(np.full((SIZE, SIZE), 80.0), level=240.0, hidden=hidden)) is None
