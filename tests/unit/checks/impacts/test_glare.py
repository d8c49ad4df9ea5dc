"""The flash that blinds a camera, in the last frames before the picture is lost."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts import ImpactsCheck
from purport.checks.impacts._candidates import Candidate, Cause
from purport.checks.impacts._glare import Glimpse, find_glimpse
from purport.checks.impacts._judging import Seen
from purport.checks.impacts._points import ImpactPoint, PointRules, estimate_point
from purport.checks.impacts._veils import link_veiled
from purport.checks.impacts._views import View, Views
from purport.checks.impacts.records import PointBasis
from purport.core.media_time import FrameSpan
from purport.scene import Scene, Shot, Transition

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SIZE = (640, 360)
FRAMES = 8
PLACE = (301.0, 143.0)
OTHER = (120.0, 260.0)
CHECK = ImpactsCheck()
RULES = PointRules(
    floor_px=CHECK.point_floor_px,
    first_share=CHECK.point_first_share,
    remained_floor_px=CHECK.point_remained_floor_px,
    remained_share=CHECK.point_remained_share,
)


def ground(shift: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float64]:
    noise = np.random.default_rng(9).normal(size=SIZE[::-1]).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 5.0)
    moved = cv2.warpAffine(
        smooth / smooth.std(),
        np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]]),
        SIZE,
        borderMode=cv2.BORDER_REFLECT,
    )
    return np.asarray(110.0 + 25.0 * moved, dtype=np.float64)


def picture(
    *,
    seed: int,
    flash: tuple[float, float] | None = None,
    veil: float = 0.0,
    shift: tuple[float, float] = (0.0, 0.0),
) -> Image:
    """Show the ground beneath a veil of glare, a flash of radius 9 px outshining both."""
    level = (1.0 - veil) * ground(shift) + veil * 230.0
    if flash is not None:
        y, x = np.mgrid[: SIZE[1], : SIZE[0]]
        there = np.hypot(x - flash[0] - shift[0], y - flash[1] - shift[1]) <= 9.0
        level = np.where(there, 252.0, level)
    noise = np.random.default_rng(seed).normal(scale=1.5, size=level.shape)
    return np.clip(level + noise, 0, 255).astype(np.uint8)


def make_scene(*, unlinked: Sequence[int] = ()) -> Scene:
    linked = np.ones(FRAMES, dtype=np.bool_)
    linked[list(unlinked)] = False
    shot = Shot(
        span=FrameSpan(first=0, last=FRAMES - 1),
        begins_with=Transition.START,
        anchor=0,
        overlay=np.zeros(SIZE[::-1], dtype=np.bool_),
    )
    return Scene(
        width_px=SIZE[0],
        height_px=SIZE[1],
        pts=np.arange(FRAMES, dtype=np.int64),
        time_base=Fraction(1, 25),
        luma_mean=np.zeros(FRAMES, dtype=np.float32),
        luma_sd=np.zeros(FRAMES, dtype=np.float32),
        step=np.zeros(FRAMES, dtype=np.float32),
        thumbnails=np.zeros((FRAMES, 64, 64), dtype=np.uint8),
        shots=(shot,),
        to_anchor=np.tile(np.eye(3), (FRAMES, 1, 1)),
        link_sd_px=np.full(FRAMES, 0.2, dtype=np.float32),
        linked=linked,
        key_frames=(),
    )


def spot(views: Views, place: tuple[float, float], radius: float = 8.0) -> Mask:
    width, height = views.size
    y, x = np.mgrid[:height, :width]
    return np.asarray(np.hypot(x - place[0] * views.scale, y - place[1] * views.scale) <= radius)


def disturbance(
    views: Views,
    pictures: Sequence[Image],
    *,
    changed: Sequence[tuple[float, float]],
    chosen: tuple[float, float],
    blinded: Sequence[Image] = (),
) -> Seen:
    """Make a disturbance after the pictures, with spots that were changed afterwards."""
    seen = [views.make(index, one) for index, one in enumerate(pictures)]
    base, onset = seen[-1], len(pictures)
    nowhere = np.zeros(views.size[::-1], dtype=np.bool_)
    candidate = Candidate(
        cause=Cause.DISTURBANCE,
        onset=onset,
        base=base,
        before=base.picture,
        before_valid=~nowhere,
        region=nowhere,
        until_s=2.0,
        earlier=seen[:-1],
        blinded=[views.make(onset + index, one) for index, one in enumerate(blinded)],
    )
    lasting = spot(views, chosen)
    elsewhere = np.logical_or.reduce([spot(views, one) for one in changed])
    return Seen(
        candidate=candidate,
        region=lasting,
        lasting=lasting,
        elsewhere=elsewhere,
        take=0,
        weight=elsewhere.astype(np.float32) * 30.0,
    )


def glimpsed(scene: Scene, views: Views, seen: Seen) -> Glimpse | None:
    return find_glimpse(scene, views, seen.candidate, seen.elsewhere)


def estimate(scene: Scene, views: Views, seen: Seen) -> ImpactPoint:
    """Estimate the point as the jury has it done: from the flash where one is glimpsed."""
    glimpse = glimpsed(scene, views, seen)
    if glimpse is not None:
        begun = glimpse.begin(seen.candidate)
        seen = replace(seen, candidate=begun, region=begun.region, lasting=begun.region)
        assert begun.onset == glimpse.view.index
    return estimate_point(scene, views, seen, RULES)


def quiet(count: int) -> list[Image]:
    return [picture(seed=seed) for seed in range(count)]


def test_the_flash_of_the_last_good_frame_gives_the_point() -> None:
    scene = make_scene()
    views = Views(scene, scene.shots[0])
    shown = [*quiet(3), picture(seed=9, flash=PLACE, veil=0.3)]
    seen = disturbance(views, shown, changed=[PLACE, OTHER], chosen=OTHER)
    found = estimate(scene, views, seen)
    assert found.basis is PointBasis.FIRST_FRAMES
    assert math.dist(found.point_px, PLACE) < 0.5
    assert found.sd_px < 1.0


@pytest.mark.parametrize("shift", [(0.0, 0.0), (3.0, -2.0)])
def test_a_flash_beneath_the_glare_of_a_frame_that_is_not_linked(
    shift: tuple[float, float],
) -> None:
    scene = make_scene(unlinked=[3, 4])
    views = Views(scene, scene.shots[0])
    veiled = picture(seed=9, flash=PLACE, veil=0.8, shift=shift)
    blind = np.full(SIZE[::-1], 250, dtype=np.uint8)
    seen = disturbance(
        views, quiet(3), changed=[PLACE, OTHER], chosen=OTHER, blinded=[veiled, blind]
    )
    found = estimate(scene, views, seen)
    assert found.basis is PointBasis.FIRST_FRAMES
    # in the base frame's pixels, however the veiled frame was shifted
    assert math.dist(found.point_px, PLACE) < 1.0


def test_a_patch_that_leaves_nothing_is_not_the_flash() -> None:
    scene = make_scene()
    views = Views(scene, scene.shots[0])
    shown = [*quiet(2), picture(seed=8, flash=OTHER), picture(seed=9, flash=PLACE, veil=0.3)]
    glimpse = glimpsed(scene, views, disturbance(views, shown, changed=[PLACE], chosen=PLACE))
    assert glimpse is not None
    assert glimpse.view.index == 3
    assert np.any(glimpse.region & spot(views, PLACE))


def test_nothing_before_the_blinding_leaves_what_remained() -> None:
    scene = make_scene()
    views = Views(scene, scene.shots[0])
    seen = disturbance(views, quiet(4), changed=[PLACE], chosen=PLACE)
    assert glimpsed(scene, views, seen) is None
    found = estimate(scene, views, seen)
    assert found.basis is PointBasis.WHAT_REMAINED
    assert math.dist(found.point_px, PLACE) < 1.0


def test_the_more_has_changed_elsewhere_the_less_sure_is_what_remained() -> None:
    scene = make_scene()
    views = Views(scene, scene.shots[0])
    sure = estimate(scene, views, disturbance(views, quiet(4), changed=[PLACE], chosen=PLACE))
    doubtful = estimate(
        scene, views, disturbance(views, quiet(4), changed=[PLACE, OTHER], chosen=PLACE)
    )
    # either spot may be the strike: half of the distance between them, per axis and together
    assert doubtful.sd_px == pytest.approx(math.dist(PLACE, OTHER) / 2.0, rel=0.1)
    assert sure.sd_px < doubtful.sd_px / 5.0


def test_frames_that_show_nothing_alike_are_not_linked() -> None:
    scene = make_scene()
    views = Views(scene, scene.shots[0])
    base = views.make(0, picture(seed=1))
    blank = np.random.default_rng(2).normal(240.0, 2.0, SIZE[::-1])
    view: View = views.make(1, np.clip(blank, 0, 255).astype(np.uint8))
    assert link_veiled(views, base, view) is None
