"""find_cells and CellKeeper: digits that come back every second, and nothing else."""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.media import LumaFrame
from purport.scene import load_scene, save_scene
from purport.scene._cells import find_cells
from purport.scene.analysis import analyse_frames

Pictures = NDArray[np.uint8]
RATE, ROWS, COLUMNS = 25, 120, 160
LEFT, TOP, WIDE, HIGH = 120, 90, 6, 8
"""Where the digit stands."""
FONT = np.random.default_rng(17).integers(0, 2, (10, 4, 3)).astype(bool)
"""Ten shapes that are no digits of any font."""


def moving_ground(count: int) -> Pictures:
    random = np.random.default_rng(3)
    coarse = random.normal(size=(60, 120)).astype(np.float32)
    ground = np.clip(110 + 35 * cv2.resize(coarse, (480, 240)), 0, 255)
    noise = random.normal(scale=2.0, size=(count, ROWS, COLUMNS))
    views = [ground[40 : 40 + ROWS, 20 + k : 20 + k + COLUMNS] for k in range(count)]
    return np.asarray(np.clip(np.stack(views) + noise, 0, 255), dtype=np.uint8)


def write(pictures: Pictures, shown: NDArray[np.int64]) -> Pictures:
    """Write a shape into each picture, white with a black rim below."""
    marked = pictures.copy()
    for picture, number in zip(marked, shown.tolist(), strict=True):
        shape = np.kron(FONT[number], np.ones((2, 2), bool))
        cell = picture[TOP : TOP + HIGH, LEFT : LEFT + WIDE]
        cell[shape] = 255
        below = picture[TOP + 1 : TOP + HIGH + 1, LEFT + 1 : LEFT + WIDE + 1]
        below[shape & ~np.roll(np.roll(shape, -1, 0), -1, 1)] = 0
    return marked


def counting(count: int, roll_s: float) -> NDArray[np.int64]:
    """Ten numbers after one another, round and round."""
    return np.floor(10 * np.arange(count) / (RATE * roll_s) + 1e-9).astype(np.int64) % 10


def score_at_the_digit(pictures: Pictures) -> float:
    cells = find_cells(list(pictures), np.arange(len(pictures)) / RATE)
    x, y = LEFT + WIDE / 2, TOP + HIGH / 2
    return max(
        (score for score, box in cells if box[0] <= x < box[2] and box[1] <= y < box[3]),
        default=0.0,
    )


def test_a_digit_that_counts_tenths_is_found() -> None:
    pictures = moving_ground(75)
    ((score, box), *_) = find_cells(list(write(pictures, counting(75, 1.0))), np.arange(75) / RATE)
    assert score > 0.3
    assert box[0] <= LEFT < LEFT + WIDE <= box[2]
    assert box[1] <= TOP < TOP + HIGH <= box[3]
    assert box[2] - box[0] < 3 * WIDE


def test_a_digit_that_stands_is_not() -> None:
    assert score_at_the_digit(write(moving_ground(75), np.full(75, 3))) == 0.0


@pytest.mark.parametrize("roll_s", [0.7, 1.4])
def test_a_digit_that_counts_something_else_stands_out_less(roll_s: float) -> None:
    ground = moving_ground(75)
    clock = score_at_the_digit(write(ground, counting(75, 1.0)))
    assert score_at_the_digit(write(ground, counting(75, roll_s))) < 0.75 * clock


def test_ground_that_moves_has_none_that_is_clear() -> None:
    cells = find_cells(list(moving_ground(75)), np.arange(75) / RATE)
    assert all(score < 0.3 for score, _ in cells)


def test_too_short_a_stretch_has_none() -> None:
    pictures = write(moving_ground(24), counting(24, 1.0))
    assert find_cells(list(pictures), np.arange(24) / RATE) == []


def test_a_scene_keeps_what_the_digit_shows_from_the_first_frame_to_the_last(
    tmp_path: Path,
) -> None:
    pictures = write(moving_ground(120), counting(120, 1.0))

    def stream() -> Iterator[LumaFrame]:
        for index, luma in enumerate(pictures):
            yield LumaFrame(index=index, pts=index, luma=luma, duration=1)

    made = analyse_frames(partial(stream), time_base=Fraction(1, RATE))
    assert made is not None
    save_scene(made, tmp_path / "scene.npz")
    scene = load_scene(tmp_path / "scene.npz")
    assert [cell.box for cell in scene.cells] == [cell.box for cell in made.cells]
    (cell,) = [
        one
        for one in scene.cells
        if one.box[0] <= LEFT and one.box[2] >= LEFT + WIDE and one.box[1] <= TOP < one.box[3]
    ]
    assert cell.first == 0
    left, top, right, bottom = cell.box
    assert np.array_equal(cell.pictures, pictures[:, top:bottom, left:right])
