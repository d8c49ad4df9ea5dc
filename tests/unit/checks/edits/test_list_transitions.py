"""list_transitions: a cut beside a blinded sensor's picture is but a hint."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.edits._cuts import Cut
from purport.checks.edits._listing import list_transitions
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]


def cut_film(ground: Ground) -> Thumbnails:
    return np.concatenate([ground(60, seed=1), ground(120, seed=2)])


def test_a_cut_between_pictures_is_listed(ground: Ground, build_scene: BuildScene) -> None:
    (cut,) = list_transitions(build_scene(cut_film(ground), cuts=[60]))
    assert cut.strength >= 0.5


@pytest.mark.parametrize("blank", [range(52, 60), range(60, 72)])
def test_a_cut_beside_a_blinded_moment_is_a_hint(
    ground: Ground, build_scene: BuildScene, blank: range
) -> None:
    film = cut_film(ground)
    film[blank.start : blank.stop] = 240
    (cut,) = list_transitions(build_scene(film, cuts=[60]))
    assert cut.strength < 0.5
    (cut,) = list_transitions(build_scene(film), [Cut(frame=60, strength=0.9)])
    assert cut.strength < 0.5


@pytest.mark.parametrize("blank", [range(60, 130), range(60)])
def test_a_cut_to_a_blank_card_or_from_a_blank_beginning_is_listed(
    ground: Ground, build_scene: BuildScene, blank: range
) -> None:
    film = cut_film(ground)
    film[blank.start : blank.stop] = 240
    (cut,) = list_transitions(build_scene(film, cuts=[60]))
    assert cut.strength >= 0.5


def test_a_cut_to_inserted_black_is_listed(ground: Ground, build_scene: BuildScene) -> None:
    film = cut_film(ground)
    film[60:72] = 16
    cuts = list(list_transitions(build_scene(film, cuts=[60, 72])))
    assert [cut.strength >= 0.5 for cut in cuts] == [True, True]
