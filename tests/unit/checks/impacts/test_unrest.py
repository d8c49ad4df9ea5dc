"""What is no strike in footage from near: pictures that move all over, and lost ones."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.impacts import ImpactsAnswer, ImpactsCheck, ImpactsValues
from purport.checks.impacts._points import PointRules
from purport.checks.impacts._sightings import Sightings, find_sightings
from purport.checks.impacts._unrest import Unrest
from purport.checks.impacts._wording import answer_of
from purport.core.media_time import FrameSpan
from purport.media import LumaFrame
from purport.scene import Scene, Shot, Transition

Image = NDArray[np.float32]
Draw = Callable[[int, Image], None]

WIDTH, HEIGHT = 320, 180
RATE = 25
CHECK = ImpactsCheck()
POINTS = PointRules(
    floor_px=CHECK.point_floor_px,
    first_share=CHECK.point_first_share,
    remained_floor_px=CHECK.point_remained_floor_px,
    remained_share=CHECK.point_remained_share,
)
PLACE = (150, 80)


def texture(seed: int) -> Image:
    noise = np.random.default_rng(seed).normal(size=(HEIGHT, WIDTH)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4.0)
    return np.asarray(110.0 + 25.0 * smooth / smooth.std(), dtype=np.float32)


GROUND = texture(4)
CROWD = texture(5) * 1.6 - 60.0
PERSON = (texture(6) * 0.9 + 5.0)[:150, :80]


def burst(onset: int, radius: int = 12, place: tuple[int, int] = PLACE) -> Draw:
    """Draw a burst that begins at a frame, grows a little and stays."""

    def draw(index: int, picture: Image) -> None:
        if index >= onset:
            cv2.circle(picture, place, radius + min(index - onset, 3), 235.0, -1, cv2.LINE_AA)

    return draw


def crowd(rows: int) -> Draw:
    """Draw a band at the bottom in which all moves by 5 px from frame to frame."""

    def draw(index: int, picture: Image) -> None:
        picture[-rows - 12 : -12] = np.roll(CROWD, 5 * index, axis=1)[-rows - 12 : -12]

    return draw


def person(speed_px: float, *, first: int = 0) -> Draw:
    """Draw a soft patch of a fifth of the picture that sways, from a frame on."""

    def draw(index: int, picture: Image) -> None:
        sway = 12.0 * math.sin(speed_px / 12.0 * max(index - first, 0))
        matrix = np.array([[1.0, 0.0, 230.0 + sway], [0.0, 1.0, 20.0]])
        soft = cv2.warpAffine(PERSON, matrix, (WIDTH, HEIGHT))
        there = cv2.warpAffine(np.ones_like(PERSON), matrix, (WIDTH, HEIGHT))
        np.copyto(picture, soft, where=there > 0.5)

    return draw


def make_frames(count: int, *draws: Draw) -> Iterator[LumaFrame]:
    for index in range(count):
        picture = GROUND.copy()
        for draw in draws:
            draw(index, picture)
        noise = np.random.default_rng(index).normal(0.0, 1.5, picture.shape)
        luma = np.clip(picture + noise, 0, 255).astype(np.uint8)
        yield LumaFrame(index=index, pts=index, luma=luma, duration=1)


def make_scene(
    count: int, *, lost: int | None = None, step: NDArray[np.float32] | None = None
) -> Scene:
    """Make the scene of a camera that stands still; from frame `lost` on nothing is linked."""
    linked = np.ones(count, dtype=np.bool_)
    if lost is not None:
        linked[lost:] = False
    shot = Shot(
        span=FrameSpan(first=0, last=count - 1),
        begins_with=Transition.START,
        anchor=0,
        overlay=np.zeros((HEIGHT, WIDTH), dtype=np.bool_),
    )
    return Scene(
        width_px=WIDTH,
        height_px=HEIGHT,
        pts=np.arange(count, dtype=np.int64),
        time_base=Fraction(1, RATE),
        luma_mean=np.full(count, 110.0, dtype=np.float32),
        luma_sd=np.full(count, 25.0, dtype=np.float32),
        step=np.full(count, 1.0, dtype=np.float32) if step is None else step,
        thumbnails=np.zeros((count, 64, 64), dtype=np.uint8),
        shots=(shot,),
        to_anchor=np.tile(np.eye(3), (count, 1, 1)),
        link_sd_px=np.full(count, 0.2, dtype=np.float32),
        linked=linked,
        key_frames=(),
    )


def look(*draws: Draw, count: int = 80, scene: Scene | None = None) -> Sightings:
    scene = make_scene(count) if scene is None else scene
    return find_sightings(scene, make_frames(count, *draws), CHECK._rules(), POINTS)


def onsets(sightings: Sightings) -> list[int]:
    return [one.onset for one in sightings.strikes]


def test_a_strike_is_told_where_nothing_else_moves() -> None:
    sightings = look(burst(30))
    assert onsets(sightings) == [30]
    assert sightings.restless_frames == 0


def test_none_is_told_where_much_of_the_picture_moves_all_the_time() -> None:
    sightings = look(burst(30), crowd(20))
    assert onsets(sightings) == []
    assert sightings.restless_frames >= 70


def test_a_strike_is_told_before_the_picture_becomes_restless() -> None:
    def later(index: int, picture: Image) -> None:
        if index >= 75:
            crowd(20)(index, picture)

    sightings = look(burst(30), later, count=140)
    assert onsets(sightings) == [30]
    assert 50 <= sightings.restless_frames <= 75


def test_none_is_told_where_a_person_sways_before_the_camera() -> None:
    assert onsets(look(burst(30), person(0.0))) == [30]
    sightings = look(burst(30), person(1.2))
    assert onsets(sightings) == []
    assert sightings.restless_frames >= 60


def test_what_begins_to_move_afterwards_takes_no_strike_away() -> None:
    assert onsets(look(burst(30), person(1.2, first=31))) == [30]


def test_a_vehicle_on_bare_ground_takes_no_strike_away() -> None:
    def bare(index: int, picture: Image) -> None:
        picture[:] = 0.06 * picture + 100.0
        for column in range(8):
            for row in range(4):
                cv2.circle(picture, (30 + 37 * column, 30 + 40 * row), 2, 150.0, -1)
        left = 60 + 2 * index
        cv2.rectangle(picture, (left, 140), (left + 12, 145), 170.0, -1)

    assert onsets(look(bare, burst(30))) == [30]


def test_what_an_earlier_strike_left_may_move() -> None:
    def smoke(index: int, picture: Image) -> None:
        if index >= 15:
            disc = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
            cv2.circle(disc, (235, 90), 45 + min(index - 15, 5), 1, -1)
            np.copyto(picture, np.roll(CROWD, 2 * index, axis=1), where=disc > 0)

    sightings = look(smoke, burst(60, place=(80, 80)), count=110)
    assert onsets(sightings) == [15, 60]


def test_a_frame_is_restless_when_most_frames_about_it_change_much() -> None:
    unrest = Unrest(make_scene(200))
    for index in range(1, 200):
        unrest.add(index, 0.01 if 100 <= index < 150 and index % 5 else 0.001)
    assert not unrest.is_restless(50)
    assert unrest.is_restless(120)
    frames = unrest.frames()
    assert list(frames) == [index for index in range(1, 200) if unrest.is_restless(index)]


def test_nothing_is_restless_where_nothing_could_be_compared() -> None:
    unrest = Unrest(make_scene(5))
    assert not unrest.is_restless(3)
    assert len(unrest.frames()) == 0


@pytest.mark.parametrize(("radius", "told"), [(4, False), (20, True)])
def test_what_is_there_in_the_second_frame_must_be_large(radius: int, *, told: bool) -> None:
    assert onsets(look(burst(1, radius))) == ([1] if told else [])
    assert onsets(look(burst(10, radius))) == [10]


def test_patches_all_over_at_once_are_no_strikes() -> None:
    places = [(40 + 60 * column, 40 + 50 * row) for column in range(5) for row in range(3)]
    assert onsets(look(*(burst(30, 5, place) for place in places))) == []
    assert onsets(look(*(burst(30, 5, place) for place in places[:1]))) == [30]


@pytest.mark.parametrize(("jump", "told"), [(40.0, True), (2.0, False)])
def test_a_picture_that_is_lost_for_good_must_have_broken_down_at_once(
    jump: float, *, told: bool
) -> None:
    step = np.full(80, 1.0, dtype=np.float32)
    step[33:] = jump
    scene = make_scene(80, lost=33, step=step)
    assert onsets(look(burst(31), scene=scene)) == ([31] if told else [])


@pytest.mark.parametrize(
    ("unlinked", "restless", "answer", "words"),
    [
        (0, 0, ImpactsAnswer.NO_STRIKE_SEEN, "No change"),
        (
            10,
            10,
            ImpactsAnswer.CANNOT_TELL,
            "10 of 100 frames could not be held still on the ground, and in 10 more",
        ),
        (0, 40, ImpactsAnswer.CANNOT_TELL, "In 40 of 100 frames much of the picture moves"),
        (
            40,
            0,
            ImpactsAnswer.CANNOT_TELL,
            "40 of 100 frames could not be held still on the ground, so",
        ),
    ],
)
def test_the_answer_says_why_no_strike_could_be_told(
    unlinked: int, restless: int, answer: ImpactsAnswer, words: str
) -> None:
    values = ImpactsValues(
        strikes=(), distinct_strikes=0, target_basis=None, frames_scanned=100, frames_unlinked=0
    )
    said, reason = answer_of(replace(values, frames_unlinked=unlinked, frames_restless=restless))
    assert said == answer
    assert words in reason
