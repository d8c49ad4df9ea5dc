"""find_sudden_plates: logos and captions that come at once, followed to where they go."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits import _sudden_plates
from purport.checks.edits._paths import trace_path
from purport.checks.edits._plates import Plate, overlap_of
from purport.checks.edits._sudden_plates import SuddenPlateRules, together
from purport.core.media_time import FrameSpan
from purport.scene import KeyFrame, Scene, Transition

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
RULES = SuddenPlateRules()
BOX = (4 / 64, 48 / 64, 24 / 64, 56 / 64)


def find_sudden_plates(scene: Scene, pace_px: float = 0.3) -> tuple[Plate, ...]:
    """Find plates where the ground moves so many pixels a frame."""
    to_anchor = np.tile(np.eye(3), (scene.frames, 1, 1))
    to_anchor[:, 0, 2] = pace_px * np.arange(scene.frames)
    moving = replace(scene, to_anchor=to_anchor)
    return _sudden_plates.find_sudden_plates(moving, trace_path(moving), RULES)


def plated(footage: Thumbnails, first: int, stop: int, *, share: float = 0.8) -> Thumbnails:
    """Lay a plate through which some of the ground is seen over frames."""
    shown = footage.astype(np.float32)
    shown[first:stop, 48:56, 4:24] *= 1.0 - share
    shown[first:stop, 48:56, 4:24] += share * 240.0
    return np.asarray(shown.round(), dtype=np.uint8)


def cut_at(scene: Scene, frame: int) -> Scene:
    """Let a new shot begin at a frame."""
    (shot,) = scene.shots
    last = shot.span.last
    return replace(
        scene,
        shots=(
            replace(shot, span=FrameSpan(first=0, last=frame - 1)),
            replace(
                shot,
                span=FrameSpan(first=frame, last=last),
                begins_with=Transition.CUT,
                anchor=frame,
            ),
        ),
    )


def test_a_plate_is_found_to_the_frame_at_either_end(
    ground: Ground, build_scene: BuildScene
) -> None:
    (plate,) = find_sudden_plates(build_scene(plated(ground(120, pace=0.3), 40, 90)))
    assert (plate.span.first, plate.span.last) == (40, 89)
    assert overlap_of(plate.box, BOX) > 0.7
    assert 0.5 <= plate.strength <= 1.0


def test_a_plate_is_followed_over_a_cut(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120, pace=0.3)
    film[70:] = ground(120, pace=0.3, seed=9)[70:] // 2
    scene = cut_at(build_scene(plated(film, 40, 100)), 70)
    (plate,) = find_sudden_plates(scene)
    assert (plate.span.first, plate.span.last) == (40, 99)


def test_a_plate_goes_with_a_cut(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120, pace=0.3)
    film[80:] = ground(120, pace=0.3, seed=9)[80:] // 2
    scene = cut_at(build_scene(plated(film, 40, 80)), 80)
    (plate,) = find_sudden_plates(scene)
    assert (plate.span.first, plate.span.last) == (40, 79)


def test_a_plate_that_stays_must_hide_the_ground(ground: Ground, build_scene: BuildScene) -> None:
    shown = plated(ground(120, pace=0.3), 40, 120, share=1.0)
    assert find_sudden_plates(build_scene(shown)) == ()
    graphics = np.zeros((64, 64), np.bool_)
    graphics[50:54, 8:20] = True
    keys = tuple(KeyFrame(index=index, luma=shown[index]) for index in range(0, 120, 15))
    scene = replace(build_scene(shown, overlay=graphics), key_frames=keys)
    (plate,) = find_sudden_plates(scene)
    assert (plate.span.first, plate.span.last) == (40, 119)


def flattened(film: Thumbnails) -> Thumbnails:
    """Give ground of which a part that is larger than the plate shows nothing."""
    flat = film.copy()
    flat[:, 40:64, :32] = 110
    return flat


def noisy(film: Thumbnails) -> Thumbnails:
    """Put a sensor's noise on films, so that flat ground changes as much as a plate."""
    noise = np.random.default_rng(6).normal(scale=0.5, size=film.shape)
    return np.clip(film + noise, 0, 255).round().astype(np.uint8)


def test_a_plate_over_flat_ground_is_found_where_it_steps_alone(
    ground: Ground, build_scene: BuildScene
) -> None:
    """The ground stood as still there before it came, so that only the step tells."""
    film = flattened(ground(120, pace=0.3))
    (plate,) = find_sudden_plates(build_scene(noisy(plated(film, 40, 90))))
    assert (plate.span.first, plate.span.last) == (40, 89)
    assert plate.box == pytest.approx(BOX)
    jumping = plated(film, 40, 90).astype(np.float64)
    jumping[40:, :40:4] += 40.0  # something else steps with it
    shown = np.clip(jumping, 0, 255).astype(np.uint8)
    assert find_sudden_plates(build_scene(noisy(shown))) == ()


@pytest.mark.parametrize("shape", ["disc", "letters", "fades"])
def test_other_things_over_flat_ground_are_no_plate(
    shape: str, ground: Ground, build_scene: BuildScene
) -> None:
    shown = flattened(ground(120, pace=0.3))
    rows, columns = np.mgrid[:64, :64]
    if shape == "disc":
        shown[40:90, np.hypot(rows - 52, columns - 14) < 6.5] = 230
    elif shape == "letters":
        shown[40:90, 48:56, 4:24:4] = 230
    else:
        for frame in range(40, 90):
            shown[frame, 48:56, 4:24] = 230 - round(2.4 * (frame - 40))
    assert find_sudden_plates(build_scene(noisy(shown))) == ()


def test_a_clean_plate_that_stays_may_let_some_ground_be_seen(
    ground: Ground, build_scene: BuildScene
) -> None:
    """Ground that is seen through it moves on in key frames, but stillness tells as well."""
    shown = noisy(plated(flattened(ground(120, pace=0.3)), 40, 120))
    graphics = np.zeros((64, 64), np.bool_)
    graphics[48:56, 4:24] = True
    seen = shown.copy()
    for frame in range(0, 120, 15):
        seen[frame, 48:56, 4:24] = 215 + frame // 15 % 2 * 30
    keys = tuple(KeyFrame(index=index, luma=seen[index]) for index in range(0, 120, 15))
    scene = replace(build_scene(shown, overlay=graphics), key_frames=keys)
    (plate,) = find_sudden_plates(scene)
    assert (plate.span.first, plate.span.last) == (40, 119)
    assert find_sudden_plates(replace(build_scene(shown), key_frames=keys)) == ()


@pytest.mark.parametrize("seed", range(4))
def test_bare_ground_has_no_plate(ground: Ground, build_scene: BuildScene, seed: int) -> None:
    assert find_sudden_plates(build_scene(ground(150, seed=seed))) == ()


@pytest.mark.parametrize("fading", [0.0, 1.2, 4.0])
def test_a_blast_is_no_plate(ground: Ground, build_scene: BuildScene, fading: float) -> None:
    film = ground(120, pace=0.3).astype(np.float64)
    rows, columns = np.mgrid[:64, :64]
    for frame in range(50, 120):
        reach = 6.0 + 0.05 * (frame - 50)
        inside = np.hypot(rows - 40, columns - 30) < reach
        film[frame][inside] = 230 - fading * (frame - 50)
    shown = np.clip(film, 0, 255).round().astype(np.uint8)
    assert find_sudden_plates(build_scene(shown)) == ()


def test_what_comes_to_rest_before_a_standing_camera_is_no_plate(
    ground: Ground, build_scene: BuildScene
) -> None:
    scene = build_scene(plated(ground(120, pace=0.3), 40, 90))
    assert find_sudden_plates(scene, pace_px=0.0) == ()


def test_what_is_tall_is_no_plate(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120, pace=0.3)
    film[40:90, 20:52, 20:28] = 240
    assert find_sudden_plates(build_scene(film)) == ()


def test_a_plate_that_fades_away_is_left_open(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120, pace=0.3)
    shown = plated(film, 40, 60).astype(np.float32)
    for frame in range(60, 90):
        share = 0.8 * (1.0 - (frame - 60) / 30.0)
        part = film[frame, 48:56, 4:24]
        shown[frame, 48:56, 4:24] = (1.0 - share) * part + share * 240.0
    scene = build_scene(np.asarray(shown.round(), dtype=np.uint8))
    assert find_sudden_plates(scene) == ()


def test_others_give_way_where_a_sudden_plate_stands() -> None:
    def plate(first: int, last: int, left: float) -> Plate:
        span = FrameSpan(first=first, last=last)
        return Plate(span=span, box=(left, 0.7, left + 0.2, 0.8), strength=0.8)

    sudden, part, elsewhere, before = (
        plate(20, 80, 0.1),
        plate(60, 90, 0.15),
        plate(20, 80, 0.6),
        plate(0, 10, 0.1),
    )
    assert together([sudden], [part, elsewhere, before]) == (before, sudden, elsewhere)
