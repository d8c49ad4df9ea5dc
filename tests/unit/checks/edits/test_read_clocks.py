"""read_clocks: the rate of a burnt-in clock, by digits of no known font over moving ground."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._clocks import ClockRules, Clocks, read_clocks
from purport.scene import Scene, TickingCell

Floats = NDArray[np.float64]
Read = Callable[..., Clocks]
RATE = 25
ROWS, COLUMNS = 13, 11
RULES = ClockRules()


def glyphs(seed: int = 8) -> Floats:
    """Ten shapes of strokes, 1 where there is one (10, 7, 5)."""
    random = np.random.default_rng(seed)
    made = random.random((10, 7, 5)) < 0.45
    return np.asarray(made, dtype=np.float64)


def show(clock_s: Floats, *, blended: bool = False, seed: int = 1, light: float = 220.0) -> Floats:
    """What a cell shows when the clock says these times: tenths over moving ground, compressed."""
    random = np.random.default_rng(seed)
    digit = glyphs()
    tenths = clock_s * 10 + 1e-6
    shapes = digit[np.floor(tenths).astype(int) % 10]
    if blended:
        share = np.clip((tenths % 1 - 0.6) / 0.4, 0, 1)[:, None, None]
        shapes = (1 - share) * shapes + share * digit[(np.floor(tenths).astype(int) + 1) % 10]
    coarse = random.normal(size=(6, 200)).astype(np.float32)
    ground = 100 + 30 * cv2.resize(coarse, (4 * len(clock_s) + 40, ROWS))
    pictures = np.stack([ground[:, 4 * k : 4 * k + COLUMNS] for k in range(len(clock_s))])
    pictures[:, 3:10, 3:8] += shapes * (light - pictures[:, 3:10, 3:8])
    blurred = np.stack([cv2.GaussianBlur(one, (3, 3), 0.6) for one in pictures])
    return np.clip(blurred + random.normal(scale=6.0, size=blurred.shape), 0, 255)


def slowed(factor: float, first: int, stop: int, count: int) -> Floats:
    """Clock times of frames, of which a stretch is slowed."""
    rate = np.ones(count - 1)
    rate[first:stop] = 1.0 / factor
    return 3.27 + np.concatenate([[0.0], np.cumsum(rate)]) / RATE


@pytest.fixture
def read(build_scene: Callable[..., Scene], ground: Callable[..., NDArray[np.uint8]]) -> Read:
    def run(*shown: Floats) -> Clocks:
        cells = tuple(
            TickingCell(
                box=(20 * number, 30, 20 * number + COLUMNS, 30 + ROWS),
                first=0,
                pictures=pictures.round().astype(np.uint8),
            )
            for number, pictures in enumerate(shown)
        )
        scene = build_scene(ground(len(shown[0])))
        return read_clocks(replace(scene, cells=cells), RULES)

    return run


@pytest.mark.parametrize(
    ("factor", "blended"),
    [(1.25, False), (1.5, False), (1.5, True), (2.0, False), (3.0, True), (4.0, False)],
)
def test_a_slowed_stretch_is_told_with_its_factor(
    read: Read, factor: float, *, blended: bool
) -> None:
    stop = 70 + round(30 * factor)
    clock_s = slowed(factor, 70, stop, 130 + stop)
    (slowing,) = read(show(clock_s, blended=blended)).slowings
    # the two rates part by a fiftieth of a second, which is told, only after some frames
    near_frames = 1 + 2 * 0.02 * RATE / (1 - 1 / factor)
    assert abs(slowing.span.first - 71) <= near_frames
    assert abs(slowing.span.last - stop) <= near_frames
    assert abs(slowing.factor - factor) <= 3 * slowing.factor_sd
    assert slowing.factor_sd < 0.08 * factor
    assert slowing.strength > 0.5


def test_a_clock_that_goes_evenly_says_so_from_the_first_frame_to_the_last(read: Read) -> None:
    clocks = read(show(np.arange(220) / RATE))
    assert clocks.slowings == ()
    (span,) = clocks.even
    assert (span.first, span.last) == (0, 219)
    assert clocks.share_even(span) == 1.0


@pytest.mark.parametrize("seed", range(5))
def test_ground_alone_is_no_clock(read: Read, seed: int) -> None:
    clocks = read(show(np.full(220, 0.3), seed=seed))
    assert clocks == Clocks()


@pytest.mark.parametrize("roll_s", [0.8, 0.95, 1.06, 1.3])
def test_a_counter_of_something_else_is_no_clock(read: Read, roll_s: float) -> None:
    times_s = np.asarray(slowed(2.0, 90, 150, 260) / roll_s)
    assert read(show(times_s)) == Clocks()


def test_a_reading_that_changes_at_whim_is_no_clock(read: Read) -> None:
    random = np.random.default_rng(4)
    tenths = np.asarray(np.cumsum(random.random(240) < 0.3) * 0.1)
    assert read(show(tenths)) == Clocks()


@pytest.mark.parametrize(
    "much",
    [
        1.0 - np.arange(240) % RATE / RATE,  # a codec draws detail anew in each key frame
        np.sin(2 * np.pi * np.arange(240) / RATE),
        (np.arange(240) % RATE < RATE // 2).astype(np.float64),  # a light that blinks
    ],
    ids=["key frames", "swell", "blinking"],
)
def test_one_shape_that_comes_and_goes_once_a_second_is_no_clock(read: Read, much: Floats) -> None:
    random = np.random.default_rng(2)
    shape = np.zeros((ROWS, COLUMNS))
    shape[:12, :10] = np.kron(glyphs(5)[0][:6, :5], np.ones((2, 2)))
    shown = 100.0 + 80.0 * much[:, None, None] * shape
    shown += random.normal(scale=4.0, size=shown.shape)
    assert read(np.clip(shown, 0, 255)) == Clocks()


def test_a_clock_that_is_slow_throughout_tells_nothing(read: Read) -> None:
    assert read(show(np.arange(300) / (2.0 * RATE))).slowings == ()


@pytest.mark.parametrize("gone_s", [0.4, 0.75])
def test_missing_time_is_no_slow_motion(read: Read, gone_s: float) -> None:
    clock_s = np.arange(220) / RATE
    clock_s[110:] += gone_s
    clocks = read(show(clock_s))
    assert clocks.slowings == ()
    assert len(clocks.even) == 2


def test_a_clock_that_stands_for_a_while_is_no_slow_motion(read: Read) -> None:
    clock_s = np.concatenate([np.arange(100), np.full(30, 100), np.arange(100, 200)]) / RATE
    assert read(show(clock_s)).slowings == ()


def test_frames_in_which_nothing_can_be_read_are_no_slow_motion(read: Read) -> None:
    shown = show(np.arange(240) / RATE)
    shown[90:150] = 250.0
    clocks = read(shown)
    assert clocks.slowings == ()
    assert len(clocks.even) >= 1


def test_two_clocks_tell_one_stretch_once(read: Read) -> None:
    clock_s = slowed(2.0, 70, 130, 250)
    (slowing,) = read(show(clock_s), show(clock_s + 0.4, seed=2)).slowings
    assert slowing.factor == pytest.approx(2.0, abs=0.1)


def test_a_digit_on_white_is_read_where_it_can_be(read: Read) -> None:
    clock_s = slowed(2.0, 70, 130, 250)
    shown = show(clock_s)
    shown[20:50] = 255.0
    (slowing,) = read(shown).slowings
    assert abs(slowing.span.first - 71) <= 3


def test_a_long_clock_is_read_in_parts(read: Read) -> None:
    clock_s = slowed(2.0, 1700, 1760, 2300)
    (slowing,) = read(show(clock_s)).slowings
    assert abs(slowing.span.first - 1701) <= 3


def test_too_short_a_cell_says_nothing(read: Read) -> None:
    assert read(show(np.arange(40) / RATE)) == Clocks()
