"""A picture set into the picture is found by its border, and printed by itself."""

from pathlib import Path

import numpy as np
import pytest

from purport.checks.reuse import VideoPrint, print_video
from purport.checks.reuse._insets import InsetFinder
from purport.media import probe_media

Films = dict[str, Path]


def asked(path: Path) -> VideoPrint:
    return print_video(path, probe=probe_media(path), asking=True)


def test_an_inset_is_placed_and_printed(films: Films) -> None:
    made = asked(films["inset"])
    ((box, inset),) = made.insets
    told = (box.left, box.top, box.right, box.bottom)
    assert told == pytest.approx((300 / 640, 40 / 360, 620 / 640, 220 / 360), abs=0.02)
    assert len(inset.times_s) == len(made.times_s)
    part = asked(films["part"])
    unlike = np.bitwise_count(inset.bits ^ part.bits).sum(axis=1)
    beside = np.bitwise_count(made.bits ^ part.bits).sum(axis=1)
    assert np.median(unlike) < 40
    assert np.median(beside) > 90


@pytest.mark.parametrize(
    "name", ["whole", "part", "cropped", "fast", "boxed", "logo", "still", "black", "embedded"]
)
def test_nothing_is_set_into_other_films(films: Films, name: str) -> None:
    assert asked(films[name]).insets == ()


def test_what_is_kept_to_be_found_has_no_insets(films: Films) -> None:
    path = films["inset"]
    assert print_video(path, probe=probe_media(path)).insets == ()


def test_an_inset_for_some_of_the_time_is_found() -> None:
    random = np.random.default_rng(4)
    finder = InsetFinder()
    for number in range(300):
        luma = np.kron(random.integers(60, 190, (18, 32)), np.ones((10, 10))).astype(np.uint8)
        luma = np.roll(luma, random.integers(0, 40, 2), (0, 1))
        if number >= 200:
            within = np.kron(random.integers(60, 190, (8, 14)), np.ones((10, 10)))
            luma[40:120, 100:240] = np.roll(within, random.integers(0, 40, 2), (0, 1))
            luma[40, 100:240] = luma[119, 100:240] = 255
            luma[40:120, 100] = luma[40:120, 239] = 255
        finder.take(luma)
    (box,) = finder.finish()
    assert (box.left, box.right) == pytest.approx((100 / 320, 240 / 320), abs=0.02)
    assert (box.top, box.bottom) == pytest.approx((40 / 180, 120 / 180), abs=0.02)
    assert finder.finish() == (box,)
