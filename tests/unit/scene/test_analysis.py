"""Scenes of small synthetic clips whose motion, cuts and graphics are known."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.media import LumaFrame
from purport.scene import Scene, Transition, load_scene, save_scene
from purport.scene.analysis import analyse_frames

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 320, 180


def make_ground(seed: int) -> Picture:
    """Random blobs and edges, from coarse to fine."""
    rng = np.random.default_rng(seed)
    ground = np.zeros((700, 700), dtype=np.float32)
    for size in (9, 20, 60, 180):
        coarse = rng.normal(size=(700 // size + 2, 700 // size + 2)).astype(np.float32)
        ground += cv2.resize(coarse, (700, 700), interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.clip(ground * 22 + 110, 0, 255), dtype=np.uint8)


def camera(index: float, *, start: tuple[float, float] = (150.0, 180.0)) -> NDArray[np.float64]:
    """Homography from picture to ground for a drifting, turning, slightly oblique camera."""
    angle = 0.002 * index
    turn = np.array(
        [
            [np.cos(angle), -np.sin(angle), start[0] + 1.5 * index],
            [np.sin(angle), np.cos(angle), start[1] + 0.7 * index],
            [0.0, 0.0, 1.0],
        ]
    )
    oblique = np.array([[1.0, 0.02, 0.0], [0.0, 1.05, 0.0], [1e-5, 8e-5, 1.0]])
    return np.asarray(turn @ oblique)


def view(ground: Picture, to_ground: NDArray[np.float64], seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 2, (HEIGHT, WIDTH))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    clean = cv2.warpPerspective(ground, to_ground, (WIDTH, HEIGHT), flags=flags)
    return np.asarray(np.clip(clean + noise, 0, 255), dtype=np.uint8)


def draw_cross(picture: Picture) -> Picture:
    marked = picture.copy()
    for thickness, luma in ((3, 0), (1, 255)):
        cv2.line(marked, (140, 90), (180, 90), luma, thickness)
        cv2.line(marked, (160, 70), (160, 110), luma, thickness)
    return marked


def stream(pictures: Sequence[Picture]) -> Iterator[LumaFrame]:
    for index, picture in enumerate(pictures):
        yield LumaFrame(index=index, pts=index, luma=picture, duration=1)


def scene_of(pictures: Sequence[Picture]) -> Scene:
    scene = analyse_frames(partial(stream, pictures), time_base=Fraction(1, 25))
    assert scene is not None
    return scene


def moving(count: int, *, seed: int = 1) -> list[Picture]:
    ground = make_ground(seed)
    return [view(ground, camera(index), index) for index in range(count)]


def centre_residuals(scene: Scene, frames: Sequence[int]) -> NDArray[np.float64]:
    """Distance between the chained and the true place of the picture centre in the anchor. [px]"""
    centre = np.array([[[WIDTH / 2, HEIGHT / 2]]])
    residuals = []
    for index in frames:
        true = np.linalg.solve(camera(scene.shot_of(index).anchor), camera(index))
        found = cv2.perspectiveTransform(centre, scene.to_anchor[index])
        residuals.append(np.linalg.norm(found - cv2.perspectiveTransform(centre, true)))
    return np.array(residuals)


def test_a_moving_camera_is_followed_within_its_stated_uncertainty() -> None:
    scene = scene_of(moving(60))
    assert scene.linked.all()
    assert len(scene.shots) == 1
    residuals = centre_residuals(scene, range(60))
    assert residuals.max() < 0.6
    scaled = residuals[1:] / scene.link_sd_px[1:]
    assert np.sqrt((scaled**2).mean()) < 2.5


def test_a_crosshair_is_masked_and_the_ground_is_not() -> None:
    scene = scene_of([draw_cross(picture) for picture in moving(50)])
    shot = scene.shots[0]
    assert shot.overlay_known
    assert shot.overlay[90, 145:175].mean() > 0.9
    assert shot.overlay[75:105, 160].mean() > 0.9
    assert shot.overlay.mean() < 0.06


def draw_graphics(picture: Picture, index: int) -> Picture:
    """Cross, running clock, logo, and brackets that wander."""
    marked = draw_cross(picture)
    cv2.rectangle(marked, (8, 148), (60, 172), 60, cv2.FILLED)
    cv2.putText(marked, "TV 0", (12, 166), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 255, 1)
    clock = f"11:42:{index / 25:05.2f}"
    cv2.putText(marked, clock, (220, 172), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 255, 1)
    x, y = 130 + int(12 * np.sin(index / 9)), 64 + int(8 * np.cos(index / 7))
    for corner in ((x, y), (x + 60, y), (x, y + 50), (x + 60, y + 50)):
        cv2.drawMarker(marked, corner, 255, cv2.MARKER_CROSS, 12, 1)
    return marked


def test_graphics_hardly_move_the_links() -> None:
    plain = moving(40)
    marked = [draw_graphics(picture, index) for index, picture in enumerate(plain)]
    without, with_graphics = scene_of(plain), scene_of(marked)
    grid = np.array([[[x, y]] for x in (40.0, 160.0, 280.0) for y in (30.0, 90.0, 150.0)])
    assert with_graphics.linked.all()
    apart = [
        np.linalg.norm(
            cv2.perspectiveTransform(grid, with_graphics.to_anchor[index])
            - cv2.perspectiveTransform(grid, without.to_anchor[index]),
            axis=2,
        ).mean()
        for index in range(40)
    ]
    assert max(apart) < 0.5


def test_a_caption_of_some_seconds_is_graphics() -> None:
    pictures = moving(150)
    for index in range(60, 130):
        cv2.putText(pictures[index], "A CAPTION", (70, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
    shot = scene_of(pictures).shots[0]
    drawn = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    cv2.putText(drawn, "A CAPTION", (70, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
    assert shot.overlay[drawn > 0].mean() > 0.8
    assert shot.overlay[:110].mean() < 0.05


def shaken(count: int) -> list[Picture]:
    """A camera that shakes by about a pixel and goes nowhere."""
    ground = make_ground(7)
    shifts = np.random.default_rng(7).normal(0, 1.2, (count, 2))
    return [
        view(ground, camera(0, start=(150.0 + x, 180.0 + y)), seed)
        for seed, (x, y) in enumerate(shifts)
    ]


def test_a_shake_of_a_pixel_tells_graphics_from_ground() -> None:
    shot = scene_of([draw_cross(picture) for picture in shaken(20)]).shots[0]
    assert shot.overlay_known
    assert shot.overlay[90, 145:175].mean() > 0.9
    assert shot.overlay[75:105, 160].mean() > 0.9
    assert shot.overlay.mean() < 0.06


def test_a_still_scene_has_no_known_overlay() -> None:
    ground = make_ground(2)
    scene = scene_of([draw_cross(view(ground, camera(0), seed)) for seed in range(30)])
    assert not scene.shots[0].overlay_known
    assert not scene.shots[0].overlay.any()


def test_letter_box_bars_are_overlay() -> None:
    pictures = moving(50)
    for picture in pictures:
        picture[:20] = picture[-20:] = 16
    overlay = scene_of(pictures).shots[0].overlay
    assert overlay[:18].all()
    assert overlay[-18:].all()
    assert overlay[40:-40].mean() < 0.05


def test_a_cut_begins_a_shot() -> None:
    scene = scene_of(moving(25, seed=3) + moving(25, seed=4))
    assert [shot.span.first for shot in scene.shots] == [0, 25]
    assert scene.shots[1].begins_with is Transition.CUT
    assert scene.linked.all()


def saturate(picture: Picture, amount: float) -> Picture:
    return np.asarray(np.clip(picture * (1 - amount) + 255.0 * amount, 0, 255), dtype=np.uint8)


def flashed(pictures: list[Picture]) -> list[Picture]:
    amounts = {30: 0.6, 31: 1.0, 32: 1.0, 33: 0.97, 34: 0.9, 35: 0.75, 36: 0.5, 37: 0.3, 38: 0.1}
    return [saturate(picture, amounts.get(i, 0.0)) for i, picture in enumerate(pictures)]


def darkened(pictures: list[Picture]) -> list[Picture]:
    return [
        np.asarray(picture * 0.35, dtype=np.uint8) if i >= 30 else picture
        for i, picture in enumerate(pictures)
    ]


def inverted(pictures: list[Picture]) -> list[Picture]:
    return [
        np.asarray(255 - picture, dtype=np.uint8) if i >= 30 else picture
        for i, picture in enumerate(pictures)
    ]


@pytest.mark.parametrize("disturb", [flashed, darkened, inverted])
def test_a_disturbance_is_no_cut_and_is_linked_across(
    disturb: Callable[[list[Picture]], list[Picture]],
) -> None:
    scene = scene_of(disturb(moving(60)))
    assert [shot.span.first for shot in scene.shots] == [0]
    assert scene.linked[40:].all()
    assert centre_residuals(scene, range(40, 60)).max() < 1.5


def test_the_dim_first_frame_of_a_blast_is_linked() -> None:
    """The gain sinks with the flash: next to nothing is seen, but it is the same place."""
    pictures = moving(60)
    noise = np.random.default_rng(8).normal(0.0, 1.5, (HEIGHT, WIDTH))
    dim = 110.0 + 0.12 * (pictures[30].astype(np.float32) - 110.0) + noise
    pictures[30] = np.asarray(np.clip(dim, 0, 255), dtype=np.uint8)
    for index in range(31, 36):
        pictures[index] = np.full((HEIGHT, WIDTH), 250, dtype=np.uint8)
    scene = scene_of(pictures)
    assert scene.linked[30]
    assert not scene.linked[31:36].any()
    assert len(scene.shots) == 1
    assert centre_residuals(scene, [30])[0] < 3.0 * scene.link_sd_px[30]


@pytest.mark.parametrize("factor", [2.0, 2.4])
def test_a_step_of_zoom_is_linked_across(factor: float) -> None:
    ground = make_ground(8)
    middle = np.array([[1.0, 0.0, WIDTH / 2], [0.0, 1.0, HEIGHT / 2], [0.0, 0.0, 1.0]])
    zoom = middle @ np.diag([1 / factor, 1 / factor, 1.0]) @ np.linalg.inv(middle)
    zoomed = range(20, 40)
    to_ground = [camera(i) @ zoom if i in zoomed else camera(i) for i in range(60)]
    scene = scene_of([view(ground, matrix, i) for i, matrix in enumerate(to_ground)])
    assert [shot.span.first for shot in scene.shots] == [0]
    assert scene.linked.all()
    centre = np.array([[[WIDTH / 2, HEIGHT / 2]]])
    for index in (19, 21, 39, 41, 59):
        true = np.linalg.solve(to_ground[0], to_ground[index])
        found = cv2.perspectiveTransform(centre, scene.to_anchor[index])
        assert np.linalg.norm(found - cv2.perspectiveTransform(centre, true)) < 1.0


def test_another_camera_over_the_same_ground_begins_a_shot() -> None:
    ground = make_ground(8)
    angle, scale = 0.6, 0.6
    turned = np.array(
        [
            [scale * np.cos(angle), -scale * np.sin(angle), 250.0],
            [scale * np.sin(angle), scale * np.cos(angle), 150.0],
            [0.0, 0.0, 1.0],
        ]
    )
    shake = [np.array([[1.0, 0.0, 0.4 * i], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) for i in range(25)]
    later = [view(ground, turned @ step, 30 + i) for i, step in enumerate(shake)]
    scene = scene_of([view(ground, camera(i), i) for i in range(25)] + later)
    assert [shot.span.first for shot in scene.shots] == [0, 25]


def test_time_cut_out_of_the_same_view_begins_a_shot() -> None:
    ground, other = make_ground(9), make_ground(10)
    mixed = 0.5 * ground + 0.5 * other
    changed = np.asarray(np.clip(110 + 1.6 * (mixed - mixed.mean()), 0, 255), dtype=np.uint8)
    still = [view(ground, camera(0), i) for i in range(20)]
    later = [view(changed, camera(0, start=(158.0, 174.0)), 20 + i) for i in range(20)]
    scene = scene_of(still + later)
    assert [shot.span.first for shot in scene.shots] == [0, 20]
    assert scene.shots[1].begins_with is Transition.CUT


def blinded(pictures: list[Picture], first: int) -> list[Picture]:
    """Saturate at `first` for twelve frames; then the gain comes back in eight."""
    lost = list(pictures)
    for index, amount in enumerate([1.0] * 12 + [0.9, 0.75, 0.6, 0.45, 0.3, 0.2, 0.1, 0.05], first):
        lost[index] = saturate(pictures[index], amount)
    return lost


def elsewhere(count: int) -> list[Picture]:
    ground = make_ground(9)
    return [view(ground, camera(index, start=(320.0, 90.0)), 500 + index) for index in range(count)]


@pytest.mark.parametrize("blind_for", [6, 12])
def test_a_cut_while_the_sensor_is_blinded_begins_a_shot(blind_for: int) -> None:
    """Whether it comes while nothing is seen or with the first picture that is."""
    scene = scene_of(blinded(moving(20 + blind_for) + elsewhere(60), 20))
    assert [shot.begins_with for shot in scene.shots] == [Transition.START, Transition.CUT]
    assert 20 + blind_for <= scene.shots[1].span.first <= 20 + max(blind_for, 14)
    assert scene.linked[:20].all()
    assert scene.linked[45:].all()


def test_a_cut_behind_black_begins_a_shot() -> None:
    black = [np.full((HEIGHT, WIDTH), 16, dtype=np.uint8)] * 8
    scene = scene_of([*moving(30), *black, *elsewhere(60)])
    assert [shot.begins_with for shot in scene.shots] == [Transition.START, Transition.CUT]
    assert scene.shots[1].span.first == 30
    assert scene.linked[:30].all()
    assert scene.linked[38:].all()


def test_a_second_of_saturation_under_a_moving_camera_stays_one_shot() -> None:
    """The place comes back some 50 px off, seen through gain that is still too high."""
    scene = scene_of(blinded(blinded(moving(110), 20), 60))
    assert len(scene.shots) == 1
    assert scene.linked[42:60].all()
    assert scene.linked[82:].all()
    assert centre_residuals(scene, range(82, 110)).max() < 1.5


def test_a_jolt_of_the_camera_is_no_cut() -> None:
    ground = make_ground(9)
    still = [view(ground, camera(0), i) for i in range(20)]
    later = [view(ground, camera(0, start=(158.0, 174.0)), 20 + i) for i in range(20)]
    assert len(scene_of(still + later).shots) == 1


def test_key_frames_are_unsaturated_and_few() -> None:
    scene = scene_of(flashed(moving(60)))
    indices = [frame.index for frame in scene.key_frames]
    assert 1 <= len(indices) <= 12
    assert not set(indices) & {31, 32, 33, 34}
    assert all(frame.luma.shape == (HEIGHT, WIDTH) for frame in scene.key_frames)


def test_the_same_frames_give_the_same_scene() -> None:
    pictures = flashed(moving(50))
    first, second = scene_of(pictures), scene_of(pictures)
    assert np.array_equal(first.to_anchor, second.to_anchor)
    assert np.array_equal(first.link_sd_px, second.link_sd_px)


def test_a_single_frame_is_a_scene() -> None:
    scene = scene_of(moving(1))
    assert scene.frames == 1
    assert scene.linked.all()
    assert len(scene.key_frames) == 1


def test_blank_frames_are_a_scene() -> None:
    scene = scene_of([np.zeros((HEIGHT, WIDTH), dtype=np.uint8)] * 5)
    assert len(scene.shots) == 1
    assert scene.linked.tolist() == [True, False, False, False, False]


def test_a_scene_survives_the_file(tmp_path: Path) -> None:
    scene = scene_of([draw_cross(picture) for picture in moving(20, seed=5) + moving(20, seed=6)])
    save_scene(scene, tmp_path / "scene.npz")
    again = load_scene(tmp_path / "scene.npz")
    assert again.pts.dtype == scene.pts.dtype
    assert np.array_equal(again.to_anchor, scene.to_anchor)
    assert np.array_equal(again.thumbnails, scene.thumbnails)
    assert [shot.span for shot in again.shots] == [shot.span for shot in scene.shots]
    assert np.array_equal(again.shots[1].overlay, scene.shots[1].overlay)
    assert np.array_equal(again.key_frames[-1].luma, scene.key_frames[-1].luma)
    save_scene(again, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "scene.npz").read_bytes()
