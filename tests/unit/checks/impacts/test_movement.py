"""How much of a picture moves against the rest: corners followed from one picture to another."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts._movement import follow

Image = NDArray[np.uint8]

WIDTH, HEIGHT = 320, 180
EVERYWHERE = np.ones((HEIGHT, WIDTH), dtype=np.bool_)


def make_picture() -> Image:
    noise = np.random.default_rng(8).normal(size=(HEIGHT, WIDTH)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5)
    return np.asarray(np.clip(120.0 + 30.0 * smooth / smooth.std(), 0, 255), dtype=np.uint8)


PICTURE = make_picture()


def shifted(columns: slice, by: int) -> Image:
    """Move all that some columns show by some pixels to the right."""
    moved = PICTURE.copy()
    moved[:, columns] = np.roll(PICTURE, by, axis=1)[:, columns]
    return moved


def test_nothing_moves_where_all_stands_still() -> None:
    followed = follow(PICTURE, PICTURE, EVERYWHERE)
    assert len(followed.moves) > 100
    assert float(followed.moves.max()) < 0.1


def test_what_moves_as_a_whole_does_not_move_against_the_rest() -> None:
    followed = follow(PICTURE, shifted(slice(None), 4), EVERYWHERE)
    assert float(np.quantile(followed.moves, 0.95)) < 0.2


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_the_share_that_moves_is_told_with_how_far(share: float) -> None:
    first = round((1.0 - share) * WIDTH)
    followed = follow(PICTURE, shifted(slice(first, None), 4), EVERYWHERE)
    moved = followed.moves > 2.0
    assert float(np.mean(moved)) == pytest.approx(share, abs=0.05)
    assert float(np.median(followed.moves[moved])) == pytest.approx(4.0, abs=0.2)
    assert np.all(followed.points[moved, 0] > first - 10)


def test_what_is_not_ground_is_not_followed() -> None:
    valid = EVERYWHERE.copy()
    valid[:, 200:] = False
    followed = follow(PICTURE, shifted(slice(210, None), 4), valid)
    assert float(followed.points[:, 0].max()) < 200
    assert float(followed.moves.max()) < 0.5


def test_a_corner_that_is_hidden_is_not_followed() -> None:
    hidden = PICTURE.copy()
    hidden[:, :160] = 90
    followed = follow(PICTURE, hidden, EVERYWHERE)
    assert len(followed.points) > 50
    assert float(np.mean(followed.points[:, 0] < 150)) < 0.05


def test_a_blank_picture_has_nothing_to_follow() -> None:
    blank = np.full((HEIGHT, WIDTH), 80, dtype=np.uint8)
    followed = follow(blank, blank, EVERYWHERE)
    assert followed.points.shape == (0, 2)
    assert followed.moves.shape == (0,)
