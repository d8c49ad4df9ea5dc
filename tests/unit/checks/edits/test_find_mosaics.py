"""find_lattices and find_mosaics: boxes that pixelate a part of the picture, seen by blocks."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fine_measures import even_measures

from purport.checks.edits._hiding import Hidden
from purport.checks.edits._lattices import LatticeRules, contrast_of, find_lattices
from purport.checks.edits._mosaics import MosaicRules, find_mosaics, joined
from purport.core.media_time import FrameSpan
from purport.scene import KeyFrame, Scene

Pixels = NDArray[np.uint8]
BuildScene = Callable[..., Scene]
Ground = Callable[..., Pixels]
FRAMES, FIRST, STOP = 120, 40, 90
LEFT, TOP, RIGHT, BOTTOM = 80, 60, 152, 108


def ground_at(shift: int) -> Pixels:
    """Give a piece of ground, smooth and noisy, `shift` pixels on."""
    random = np.random.default_rng(5)
    field = cv2.GaussianBlur(random.uniform(0, 255, (180, 620)).astype(np.float32), (0, 0), 9)
    field = 120.0 + 6.0 * (field - field.mean())
    shown = field[:, shift : shift + 320] + np.random.default_rng(shift).normal(0, 1, (180, 320))
    rounded: Pixels = np.clip(shown, 0, 255).astype(np.uint8)
    return rounded


def pixelated(picture: Pixels) -> Pixels:
    made = picture.copy()
    part = made[TOP:BOTTOM, LEFT:RIGHT]
    few = cv2.resize(part, (6, 6), interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(few, (RIGHT - LEFT, BOTTOM - TOP), interpolation=cv2.INTER_NEAREST)
    return made


def houses(picture: Pixels) -> Pixels:
    """Draw houses whose walls lie along the axes, at no even spacing."""
    made, random = picture.copy(), np.random.default_rng(2)
    for _ in range(25):
        x, y = int(random.integers(5, 290)), int(random.integers(5, 160))
        wide, high = (int(one) for one in random.integers(6, 26, 2))
        made[y : y + high, x : x + wide] = int(random.integers(30, 220))
    return made


def scene_of(
    pictures: dict[int, Pixels], build_scene: BuildScene, ground: Ground, *, fall: float, pace: int
) -> Scene:
    """Make a scene of key frames; the ground moves `pace` pixels to the left a frame."""
    random = np.random.default_rng(1)
    detail = random.uniform(30.0, 50.0, (FRAMES, 32, 32))
    rows = slice(TOP * 32 // 180, BOTTOM * 32 // 180)
    detail[FIRST:STOP, rows, LEFT // 10 : RIGHT // 10] *= fall
    fine = even_measures(FRAMES, tiles=detail.astype(np.uint8))
    to_anchor = np.tile(np.eye(3), (FRAMES, 1, 1))
    to_anchor[:, 0, 2] = pace * np.arange(FRAMES)
    return replace(
        build_scene(ground(FRAMES, pace=0.3)),
        fine=fine,
        key_frames=tuple(KeyFrame(index=at, luma=one) for at, one in pictures.items()),
        to_anchor=to_anchor,
        width_px=320,
        height_px=180,
    )


def test_a_lattice_is_measured() -> None:
    picture = pixelated(ground_at(0))
    lattice = find_lattices(picture, LatticeRules())[0]
    assert lattice.across_px == pytest.approx(12.0, abs=0.3)
    assert lattice.down_px == pytest.approx(8.0, abs=0.3)
    assert lattice.score > 6.0
    assert contrast_of(picture, lattice) > 3.0
    left, top, right, bottom = lattice.box_px
    assert left >= LEFT - 3
    assert top >= TOP - 3
    assert right <= RIGHT + 3
    assert bottom <= BOTTOM + 3


@pytest.mark.parametrize("shift", [0, 90, 200])
def test_ground_and_houses_show_no_clear_lattice(shift: int) -> None:
    for picture in (ground_at(shift), houses(ground_at(shift))):
        lattices = find_lattices(picture, LatticeRules())
        assert all(
            one.score < MosaicRules().least_alone or contrast_of(picture, one) < 1.0
            for one in lattices
        )


def test_an_empty_picture_shows_none() -> None:
    assert find_lattices(np.full((180, 320), 90, np.uint8), LatticeRules()) == []


def test_a_box_is_found_from_its_first_frame_to_its_last(
    build_scene: BuildScene, ground: Ground
) -> None:
    pictures = {at: ground_at(at) for at in (5, 25, 100)}
    pictures |= {at: pixelated(ground_at(at)) for at in (50, 65, 80)}
    scene = scene_of(pictures, build_scene, ground, fall=0.7, pace=1)
    (hidden,) = find_mosaics(scene, MosaicRules())
    assert (hidden.span.first, hidden.span.last) == (FIRST, STOP - 1)
    assert hidden.box == pytest.approx((LEFT / 320, TOP / 180, RIGHT / 320, BOTTOM / 180), abs=0.06)
    assert 0.5 <= hidden.strength <= 1.0


def test_a_box_begins_where_most_detail_goes_not_where_a_dim_picture_spreads_least(
    build_scene: BuildScene, ground: Ground
) -> None:
    pictures = {at: pixelated(ground_at(at)) for at in (50, 65, 80)}
    scene = scene_of(pictures, build_scene, ground, fall=0.5, pace=1)
    assert scene.fine is not None
    detail = scene.fine.tiles.copy()
    detail[:22] = 40
    rows = slice(TOP * 32 // 180, BOTTOM * 32 // 180)
    detail[16:22, rows, LEFT // 10 : RIGHT // 10] = 28
    dim = replace(scene, fine=replace(scene.fine, tiles=detail))
    (hidden,) = find_mosaics(dim, MosaicRules())
    assert (hidden.span.first, hidden.span.last) == (FIRST, STOP - 1)


def test_a_faint_box_is_found_where_further_key_frames_show_its_lines(
    build_scene: BuildScene, ground: Ground
) -> None:
    """Two of them are needed, a clear end, and ground that moves between them."""
    faint = replace(MosaicRules(), least_sum=1000.0, least_alone=1000.0)
    for further, fall, pace, spans in (
        (2, 0.7, 1, [(FIRST, STOP - 1)]),
        (1, 0.7, 1, []),
        (2, 1.0, 1, []),
        (2, 0.7, 0, []),
    ):
        pictures = {at: ground_at(at) for at in (5, 25, 100)}
        pictures |= {at: pixelated(ground_at(at)) for at in (50, 65, 80)[: 1 + further]}
        scene = scene_of(pictures, build_scene, ground, fall=fall, pace=pace)
        hidden = find_mosaics(scene, faint)
        assert [(one.span.first, one.span.last) for one in hidden] == spans


def test_a_lattice_in_a_still_picture_needs_a_clear_end(
    build_scene: BuildScene, ground: Ground
) -> None:
    pictures = {at: pixelated(ground_at(0)) for at in (50, 65, 80)}
    still = scene_of(pictures, build_scene, ground, fall=1.0, pace=0)
    assert find_mosaics(still, MosaicRules()) == ()
    moving = scene_of(pictures, build_scene, ground, fall=1.0, pace=1)
    (hidden,) = find_mosaics(moving, MosaicRules())
    assert (hidden.span.first, hidden.span.last) == (0, FRAMES - 1)


def test_houses_that_go_on_with_the_ground_are_no_box(
    build_scene: BuildScene, ground: Ground
) -> None:
    """One lattice, seen in two key frames at places that are not whole blocks apart."""
    first = pixelated(ground_at(0))
    scene = scene_of(
        {50: first, 60: np.roll(first, -5, axis=1), 70: np.roll(first, (3, -9), axis=(0, 1))},
        build_scene,
        ground,
        fall=1.0,
        pace=1,
    )
    assert find_mosaics(scene, MosaicRules()) == ()


def test_without_fine_measures_no_mosaic_is_found(build_scene: BuildScene, ground: Ground) -> None:
    scene = replace(build_scene(ground(FRAMES)), fine=None)
    assert find_mosaics(scene, MosaicRules()) == ()


def test_what_was_found_by_detail_gives_way_where_blocks_are_seen() -> None:
    def box(first: int, last: int, left: float) -> Hidden:
        span = FrameSpan(first=first, last=last)
        return Hidden(span=span, box=(left, 0.2, left + 0.2, 0.4), strength=0.6)

    mosaic, same, elsewhere, later = (
        box(5, 20, 0.2),
        box(4, 40, 0.25),
        box(5, 20, 0.6),
        box(30, 40, 0.2),
    )
    assert joined([mosaic], [same, elsewhere, later]) == (mosaic, elsewhere, later)
