"""The same strike shown again: told by its place and by the ground there."""

from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.impacts._repeats import Showing, find_repeats
from purport.core.media_time import FrameSpan
from purport.core.positions import MapPoint
from purport.scene import Scene, Shot, Transition

Image = NDArray[np.uint8]

SIDE = 320
PLACE = (160.0, 150.0)
FRAMES = 40
GSD_M = 0.3
TO_MAP = np.array([[GSD_M, 0.0, 0.0], [0.0, -GSD_M, 0.0], [0.0, 0.0, 1.0]])


def ground() -> Image:
    noise = np.random.default_rng(5).normal(size=(SIDE, SIDE)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 3.0)
    return np.asarray(np.clip(110.0 + 25.0 * smooth / smooth.std(), 0, 255), dtype=np.uint8)


def with_spot(picture: Image, level: int, radius_px: int) -> Image:
    shown = picture.copy()
    cv2.circle(shown, (round(PLACE[0]), round(PLACE[1])), radius_px, level, -1)
    return shown


def struck() -> Image:
    return with_spot(ground(), 250, 14)


def blinded() -> Image:
    return np.full((SIDE, SIDE), 240, dtype=np.uint8)


def make_scene() -> Scene:
    """Make two shots of 20 frames, whose frames about both onsets look nothing alike."""
    overlay = np.zeros((SIDE, SIDE), dtype=np.bool_)
    shots = tuple(
        Shot(
            span=FrameSpan(first=first, last=first + 19),
            begins_with=Transition.CUT if first else Transition.START,
            anchor=first,
            overlay=overlay,
        )
        for first in (0, 20)
    )
    thumbnails = np.zeros((FRAMES, 64, 64), dtype=np.uint8)
    thumbnails[20:] = 200
    return Scene(
        width_px=SIDE,
        height_px=SIDE,
        pts=np.arange(FRAMES, dtype=np.int64),
        time_base=Fraction(1, 25),
        luma_mean=np.zeros(FRAMES, dtype=np.float32),
        luma_sd=np.zeros(FRAMES, dtype=np.float32),
        step=np.zeros(FRAMES, dtype=np.float32),
        thumbnails=thumbnails,
        shots=shots,
        to_anchor=np.tile(np.eye(3), (FRAMES, 1, 1)),
        link_sd_px=np.full(FRAMES, 0.2, dtype=np.float32),
        linked=np.ones(FRAMES, dtype=np.bool_),
        key_frames=(),
    )


def showing(
    onset: int, before: Image, after: Image, *, off_m: float = 0.0, sd_m: float = 0.5
) -> Showing:
    variance = sd_m**2
    return Showing(
        onset=onset,
        shot=onset // 20,
        take=0,
        base=onset - 1,
        point_px=PLACE,
        sd_px=1.0,
        place=MapPoint(
            easting_m=PLACE[0] * GSD_M + off_m,
            northing_m=-PLACE[1] * GSD_M,
            crs="EPSG:32637",
            covariance_m2=((variance, 0.0), (0.0, variance)),
        ),
        to_map=TO_MAP,
        pictures=((onset - 1, before), (onset + 2, after)),
    )


def test_the_same_ground_before_and_after_is_the_same_strike() -> None:
    found = find_repeats(
        make_scene(), [showing(8, ground(), struck()), showing(28, ground(), struck())]
    )
    assert found == [None, 0]


def test_a_repeat_that_blinds_the_camera_is_told_by_the_ground_before() -> None:
    found = find_repeats(
        make_scene(), [showing(8, ground(), struck()), showing(28, ground(), blinded())]
    )
    assert found == [None, 0]


def test_a_vague_repeat_is_looked_for_where_the_strike_was_seen_best() -> None:
    vague = showing(28, ground(), blinded(), off_m=9.0, sd_m=6.0)
    assert find_repeats(make_scene(), [showing(8, ground(), struck()), vague]) == [None, 0]


def test_ground_that_had_been_struck_already_is_struck_again() -> None:
    scarred = with_spot(ground(), 30, 14)
    found = find_repeats(
        make_scene(), [showing(8, ground(), struck()), showing(28, scarred, blinded())]
    )
    assert found == [None, None]


def test_another_place_is_another_strike() -> None:
    elsewhere = showing(28, ground(), blinded(), off_m=9.0)
    assert find_repeats(make_scene(), [showing(8, ground(), struck()), elsewhere]) == [None, None]


def zoomed(scene: Scene) -> Scene:
    """Let the second half show the same ground twice as large, and belong to the first shot."""
    to_anchor = scene.to_anchor.copy()
    to_anchor[20:, 0, 0] = to_anchor[20:, 1, 1] = 0.5
    to_anchor[20:, 0, 2], to_anchor[20:, 1, 2] = PLACE[0] / 2, PLACE[1] / 2
    whole = replace(scene.shots[0], span=FrameSpan(first=0, last=FRAMES - 1))
    return replace(scene, to_anchor=to_anchor, shots=(whole,))


def close(picture: Image) -> Image:
    matrix = np.array([[2.0, 0.0, -PLACE[0]], [0.0, 2.0, -PLACE[1]]])
    return np.asarray(cv2.warpAffine(picture, matrix, (SIDE, SIDE)), dtype=np.uint8)


def shown_closer(onset: int, before: Image, after: Image) -> Showing:
    return replace(showing(onset, close(before), close(after)), shot=0)


def test_a_closer_view_linked_into_the_shot_shows_the_strike_again() -> None:
    again = shown_closer(28, ground(), struck())
    assert find_repeats(zoomed(make_scene()), [showing(8, ground(), struck()), again]) == [None, 0]


def test_after_a_zoom_a_strike_on_what_burns_is_another() -> None:
    again = shown_closer(28, struck(), with_spot(struck(), 20, 8))
    found = find_repeats(zoomed(make_scene()), [showing(8, ground(), struck()), again])
    assert found == [None, None]


def test_without_a_jump_of_the_view_ground_that_looks_whole_tells_nothing() -> None:
    """A flash may leave no scar; within one take two strikes at one spot are two."""
    scene = zoomed(make_scene())
    steady = replace(scene, to_anchor=np.tile(np.eye(3), (FRAMES, 1, 1)))
    again = replace(showing(28, ground(), struck()), shot=0)
    assert find_repeats(steady, [showing(8, ground(), struck()), again]) == [None, None]
