"""An item for the player: bands by frame, and what is drawn over the picture."""

from dataclasses import replace
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import pytest

from purport.core.casefile import CaseFile, CaseItem
from purport.media import probe_media
from purport.reports import graphic_from, shown_in_picture, view_for_player
from purport.scene import Scene, analyse_scene

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path

SECONDS = tuple(index / 10 for index in range(101))


@pytest.fixture(scope="module")
def clip(hand_made: HandMade) -> CaseItem:
    item: CaseItem = hand_made.case.items[0]
    return item


@pytest.fixture(scope="module")
def scene(hand_made: HandMade, clip: CaseItem) -> Scene:
    path = hand_made.path_of(clip.record.digest)
    return analyse_scene(path, probe=probe_media(path))


def test_bands_name_the_frames_of_what_was_found(hand_made: HandMade, clip: CaseItem) -> None:
    view = view_for_player(hand_made.case, clip, SECONDS)
    lanes = {lane.name: lane.bands for lane in view.lanes}
    assert [(band.first, band.last) for band in lanes["Shots"]] == [(0, 60), (60, 99)]
    assert [(band.first, band.last) for band in lanes["Frozen"]] == [(39, 44)]
    assert [band.first for band in lanes["Strikes"]] == [25, 75]
    assert [band.first for band in view.jumps] == sorted(band.first for band in view.jumps)
    assert len(view.jumps) == sum(len(bands) for bands in lanes.values()) - 1
    assert view.jumps[0].first == 0
    assert lanes["Shots"][1] in view.jumps


def test_no_shots_are_made_up_where_nobody_looked(hand_made: HandMade, clip: CaseItem) -> None:
    bare: CaseFile = replace(hand_made.case, findings=())
    view = view_for_player(bare, clip, SECONDS)
    assert view.lanes == ()
    assert not view.examined


def test_frames_from_the_first_strike_on_are_graphic(hand_made: HandMade, clip: CaseItem) -> None:
    assert graphic_from(hand_made.case, clip) == 22
    assert graphic_from(replace(hand_made.case, findings=()), clip) == 0
    quiet = tuple(
        replace(found, values={**found.values, "strikes": []})
        if found.check == "impacts"
        else found
        for found in hand_made.case.findings
    )
    assert graphic_from(replace(hand_made.case, findings=quiet), clip) is None


def test_an_impact_is_followed_to_the_end_of_its_shot(
    hand_made: HandMade, clip: CaseItem, scene: Scene, builder: ModuleType
) -> None:
    shown = shown_in_picture(hand_made.case, clip, scene)
    crosses = [one for one in shown if one.layer == "impact" and one.kind == "cross"]
    assert [one.first for one in crosses] == [25, 75]
    assert crosses[0].last == 59
    assert crosses[0].track[0] == (builder.STRIKES[0][1],)
    followed = crosses[0].track[30]
    assert followed is not None
    expected = builder.between_frames(25, 55, builder.STRIKES[0][1])
    assert np.hypot(*np.subtract(followed[0], expected)) < 1.5  # px; the links' own error


def test_without_a_scene_an_impact_stands_in_its_own_frame(
    hand_made: HandMade, clip: CaseItem
) -> None:
    shown = shown_in_picture(hand_made.case, clip, None)
    circles = [one for one in shown if one.kind == "circle"]
    assert [(one.first, one.last) for one in circles] == [(25, 25), (75, 75)]
    assert circles[0].radius_px == pytest.approx(2.4477 * 2.5)


def test_the_target_is_drawn_about_each_registered_frame(
    hand_made: HandMade, clip: CaseItem, scene: Scene, builder: ModuleType
) -> None:
    shown = shown_in_picture(hand_made.case, clip, scene)
    targets = [one for one in shown if one.layer == "target"]
    covered = sorted(frame for one in targets for frame in range(one.first, one.last + 1))
    assert covered == list(range(100))
    x, y, scale = np.linalg.solve(builder.to_ground_px(32), [*builder.TARGET_GROUND_PX, 1.0])
    (near,) = [one for one in targets if one.first <= 32 <= one.last]
    outline = near.track[32 - near.first] if near.track else near.points
    assert outline is not None
    middle = np.mean(outline, axis=0)
    assert np.hypot(*(middle - np.array([x, y]) / scale)) < 1.5  # px


def test_marks_stand_in_their_frame(hand_made: HandMade, clip: CaseItem) -> None:
    placed = [mark for mark in hand_made.case.marks if mark.item == clip.record.digest]
    shown = [one for one in shown_in_picture(hand_made.case, clip, None) if one.layer == "mark"]
    in_frames = [mark for mark in placed if "frame" in mark.values and "pixel" in mark.values]
    assert [one.first for one in shown] == [mark.values["frame"] for mark in in_frames]
    assert shown
