"""Black pictures, silence and the pace of presentation times."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._stretches import (
    BlackRules,
    QuietRules,
    TimingRules,
    find_black,
    find_silence,
    measure_timing,
)
from purport.core.media_time import FrameSpan
from purport.media import AudioLevels
from purport.scene import Scene

Ground = Callable[..., NDArray[np.uint8]]
BuildScene = Callable[..., Scene]


def levels(decibels: list[float], *, covered: list[bool] | None = None) -> AudioLevels:
    return AudioLevels(
        rms_dbfs=np.array(decibels),
        covered=np.ones(len(decibels), bool) if covered is None else np.array(covered),
        window_s=0.1,
        start_s=0.5,
    )


@pytest.mark.parametrize("level", [0, 16, 20])
def test_black_of_either_range_is_found(
    ground: Ground, build_scene: BuildScene, level: int
) -> None:
    film = ground(50)
    film[10:20] = level
    assert find_black(build_scene(film), BlackRules()) == (FrameSpan(first=10, last=19),)


def test_a_caption_on_black_is_still_black(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(50)
    film[10:20] = 16
    film[10:20, 2:6, 4:60] = 235
    assert find_black(build_scene(film), BlackRules()) == (FrameSpan(first=10, last=19),)


def test_one_black_frame_is_too_few(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(50)
    film[10] = 16
    assert find_black(build_scene(film), BlackRules()) == ()


def test_a_dark_picture_that_shows_something_is_not_black(
    ground: Ground, build_scene: BuildScene
) -> None:
    dark = (ground(50) // 6).astype(np.uint8)
    assert find_black(build_scene(dark), BlackRules()) == ()
    assert find_black(build_scene(np.full((50, 64, 64), 60, np.uint8)), BlackRules()) == ()


def test_a_hole_in_the_sound_is_found_at_its_time() -> None:
    sound = levels([-20.0] * 10 + [-np.inf] * 12 + [-30.0] * 8)
    (quiet,) = find_silence(sound, QuietRules())
    assert (quiet.start_s, quiet.end_s) == pytest.approx((1.5, 2.7))
    assert not quiet.whole


def test_an_empty_sound_track_is_silent_throughout() -> None:
    (quiet,) = find_silence(levels([-np.inf] * 30), QuietRules())
    assert quiet.whole


def test_a_gap_without_samples_counts_as_silence() -> None:
    sound = levels([-20.0] * 40, covered=[True] * 10 + [False] * 15 + [True] * 15)
    (quiet,) = find_silence(sound, QuietRules())
    assert quiet.end_s - quiet.start_s == pytest.approx(1.5)
    assert not quiet.whole


def test_a_quiet_room_and_a_short_pause_are_no_silence() -> None:
    assert find_silence(levels([-58.0] * 40), QuietRules()) == ()
    assert find_silence(levels([-20.0] * 10 + [-np.inf] * 9 + [-20.0] * 10), QuietRules()) == ()


def test_even_times_are_even(ground: Ground, build_scene: BuildScene) -> None:
    timing = measure_timing(build_scene(ground(30)), TimingRules())
    assert timing is not None
    assert timing.usual_s == pytest.approx(0.04)
    assert timing.uneven_share == 0.0
    assert timing.gaps == ()


def test_rounding_to_ticks_is_not_uneven(ground: Ground, build_scene: BuildScene) -> None:
    pts = np.round(np.arange(30) * 3.3).astype(np.int64)
    timing = measure_timing(build_scene(ground(30), pts=pts), TimingRules())
    assert timing is not None
    assert timing.uneven_share == 0.0


def test_a_gap_in_even_times_is_listed(ground: Ground, build_scene: BuildScene) -> None:
    pts = np.arange(40, dtype=np.int64) * 512
    pts[25:] += 3 * 512
    timing = measure_timing(build_scene(ground(40), pts=pts), TimingRules())
    assert timing is not None
    (gap,) = timing.gaps
    assert gap.frame == 24
    assert (gap.start_s, gap.end_s) == pytest.approx((0.96, 1.12))


def test_in_uneven_times_no_gap_means_anything(ground: Ground, build_scene: BuildScene) -> None:
    random = np.random.default_rng(1)
    pts = np.cumsum(random.integers(200, 1400, size=60)).astype(np.int64)
    timing = measure_timing(build_scene(ground(60), pts=pts), TimingRules())
    assert timing is not None
    assert timing.uneven_share > 0.5
    assert timing.gaps == ()


def test_two_frames_have_no_pace(ground: Ground, build_scene: BuildScene) -> None:
    assert measure_timing(build_scene(ground(2)), TimingRules()) is None
