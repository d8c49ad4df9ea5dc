"""find_hidden and find_crops: a box that takes detail away, and a part shown enlarged."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fine_measures import even_measures

from purport.checks.edits._crops import CropRules, find_crops
from purport.checks.edits._hiding import HidingRules, find_hidden
from purport.scene import Scene

Pixels = NDArray[np.uint8]
Ground = Callable[..., Pixels]
BuildScene = Callable[..., Scene]
FRAMES, FIRST, STOP = 160, 50, 110
ROWS, COLUMNS = slice(8, 15), slice(20, 27)


def tiles() -> Pixels:
    """Give detail by tile that drifts to the right by a tile every four frames, with noise."""
    random = np.random.default_rng(4)
    ground = cv2.GaussianBlur(random.uniform(1.0, 40.0, (32, 96)).astype(np.float32), (3, 3), 0)
    shown = [ground[:, 60 - frame // 4 :][:, :32] for frame in range(FRAMES)]
    noisy = np.stack(shown) * random.uniform(0.92, 1.08, (FRAMES, 32, 32))
    return np.asarray(noisy + 4.0, dtype=np.uint8)


def scene_of(detail: Pixels, build_scene: BuildScene, pictures: Pixels) -> Scene:
    return replace(build_scene(pictures), fine=even_measures(FRAMES, tiles=detail))


@pytest.fixture
def even(ground: Ground) -> Pixels:
    return ground(FRAMES, pace=0.3)


def test_a_box_without_detail_is_found_to_the_frame(build_scene: BuildScene, even: Pixels) -> None:
    detail = tiles()
    detail[FIRST:STOP, ROWS, COLUMNS] //= 5
    (hidden,) = find_hidden(scene_of(detail, build_scene, even), HidingRules())
    assert (hidden.span.first, hidden.span.last) == (FIRST, STOP - 1)
    assert hidden.box == pytest.approx((20 / 32, 8 / 32, 27 / 32, 15 / 32))
    assert 0.5 <= hidden.strength <= 1.0


def test_a_box_that_stays_lasts_to_the_end(build_scene: BuildScene, even: Pixels) -> None:
    detail = tiles()
    detail[FIRST:, ROWS, COLUMNS] //= 5
    (hidden,) = find_hidden(scene_of(detail, build_scene, even), HidingRules())
    assert (hidden.span.first, hidden.span.last) == (FIRST, FRAMES - 1)


def test_boxes_that_come_together_are_told_apart(build_scene: BuildScene, even: Pixels) -> None:
    detail = tiles()
    detail[FIRST:STOP, ROWS, COLUMNS] //= 5
    detail[FIRST + 1 : STOP - 20, 20:27, 3:10] //= 5
    hidden = find_hidden(scene_of(detail, build_scene, even), HidingRules())
    assert [(one.span.first, one.span.last) for one in hidden] == [
        (FIRST, STOP - 1),
        (FIRST + 1, STOP - 21),
    ]
    assert hidden[1].box == pytest.approx((3 / 32, 20 / 32, 10 / 32, 27 / 32))


@pytest.mark.parametrize("what", ["nothing", "everywhere", "passes", "brighter", "little"])
def test_other_losses_of_detail_are_no_box(
    what: str, build_scene: BuildScene, even: Pixels
) -> None:
    detail, pictures = tiles(), even.copy()
    if what == "everywhere":
        detail[FIRST:STOP] //= 5
    elif what == "passes":  # the hole goes on with the ground
        for frame in range(FIRST, FRAMES):
            gone = (frame - FIRST) // 4
            detail[frame, ROWS, 20 + gone : max(27 + gone, 0)] //= 5
    elif what == "brighter":
        detail[FIRST:STOP, ROWS, COLUMNS] //= 5
        pictures[FIRST:STOP, 16:30, 40:54] = 250
    elif what == "little":
        detail[FIRST:STOP, 8:10, 20:22] //= 5
    assert find_hidden(scene_of(detail, build_scene, pictures), HidingRules()) == ()


@pytest.mark.parametrize("beside", ["detailed", "smooth"])
def test_a_less_clear_box_needs_sharp_sides(
    beside: str, build_scene: BuildScene, even: Pixels
) -> None:
    """Where the ground beside it is as smooth, a fall of detail may be the ground's own."""
    detail = tiles()
    detail[FIRST:STOP, ROWS, COLUMNS] //= 3
    if beside == "smooth":
        detail[:, ROWS, 15:20] = 3
    rules = HidingRules(clear_deviations=1000.0)
    hidden = find_hidden(scene_of(detail, build_scene, even), rules)
    assert [one.strength >= 0.5 for one in hidden] == [beside == "detailed"]


def test_without_fine_measures_no_box_is_found(build_scene: BuildScene, even: Pixels) -> None:
    assert find_hidden(replace(build_scene(even), fine=None), HidingRules()) == ()


def enlarged(pictures: Pixels, left: int, top: int, side: int) -> Pixels:
    """Show a part of pictures at the size of the whole."""
    parts = [
        cv2.resize(
            one[top : top + side, left : left + side], (64, 64), interpolation=cv2.INTER_CUBIC
        )
        for one in pictures
    ]
    return np.stack(parts).astype(np.uint8)


def test_a_part_enlarged_for_a_while_is_found(build_scene: BuildScene, even: Pixels) -> None:
    shown = even.copy()
    shown[FIRST:STOP] = enlarged(even[FIRST:STOP], 4, 20, 40)
    (crop,) = find_crops(build_scene(shown), CropRules())
    assert (crop.span.first, crop.span.last) == (FIRST, STOP - 1)
    assert crop.scale == pytest.approx(1.6, rel=0.05)
    assert crop.box == pytest.approx((4 / 64, 20 / 64, 44 / 64, 60 / 64), abs=0.03)
    assert 0.5 <= crop.strength <= 1.0


def test_a_zoom_about_the_middle_or_one_that_stays_is_no_crop(
    build_scene: BuildScene, even: Pixels
) -> None:
    shown = even.copy()
    shown[FIRST:STOP] = enlarged(even[FIRST:STOP], 12, 12, 40)
    assert find_crops(build_scene(shown), CropRules()) == ()
    shown = even.copy()
    shown[FIRST:] = enlarged(even[FIRST:], 4, 20, 40)
    assert find_crops(build_scene(shown), CropRules()) == ()


def test_other_pictures_for_a_while_are_no_crop(
    build_scene: BuildScene, ground: Ground, even: Pixels
) -> None:
    shown = even.copy()
    shown[FIRST:STOP] = ground(FRAMES, pace=0.3)[::-1][FIRST:STOP, ::-1]
    assert find_crops(build_scene(shown), CropRules()) == ()
