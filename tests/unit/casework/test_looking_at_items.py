"""Frames, posters and derivatives of an item, from a workspace."""

import threading
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from purport.casework import (
    MakingState,
    PlayableMaker,
    Way,
    Workspace,
    case_file,
    collect_item,
    frame_picture,
    frame_table,
    item_of,
    make_playable,
    media_path,
    player_view,
    poster,
    run_checks,
    watchable,
)
from purport.checks.edits import EditsCheck
from purport.core.digests import Digest
from purport.core.errors import AbsentError, UnreadableMediaError
from purport.media import decode_luma, decode_pictures, probe_media
from purport.reports import PictureForm

Clip = Callable[..., Path]
NOWHERE = Digest("0" * 64)


@pytest.fixture
def item(workspace: Workspace, clip: Clip) -> Digest:
    return collect_item(workspace, clip()).digest


def test_the_times_are_those_of_the_analysis(workspace: Workspace, item: Digest) -> None:
    path = media_path(workspace, item)
    pts = tuple(frame.pts for frame in decode_luma(path, probe=probe_media(path)))
    before = frame_table(workspace, item)
    assert before.ticks == pts
    assert before.durations == (*np.diff(pts), pts[-1] - pts[-2])
    assert before.seconds[:3] == pytest.approx((0.0, 0.1, 0.2))
    assert before.seconds[-1] == pytest.approx(1.2)
    assert (before.width_px, before.height_px) == (160, 128)


def test_with_a_scene_the_times_are_the_same(workspace: Workspace, item: Digest) -> None:
    before = frame_table(workspace, item)
    for kept in workspace.cache.glob("times-*"):
        kept.unlink()
    run_checks(workspace, checks=(EditsCheck(),), workers=1)
    assert frame_table(workspace, item) == before


def test_a_frame_is_the_one_that_decoding_gives(workspace: Workspace, item: Digest) -> None:
    path = media_path(workspace, item)
    wanted = {p.index: p.bgr for p in decode_pictures(path, probe=probe_media(path), indices=[7])}
    content = frame_picture(workspace, item, 7, PictureForm.PNG)
    shown = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert np.array_equal(shown, wanted[7])
    light = frame_picture(workspace, item, 7, PictureForm.JPEG)
    assert len(light) < len(content)


def test_frames_about_the_one_asked_for_are_kept(workspace: Workspace, item: Digest) -> None:
    frame_picture(workspace, item, 4, PictureForm.JPEG)
    kept = {path.stem for path in (workspace.cache / "frames" / item).iterdir()}
    assert kept == {str(index) for index in range(1, 12)}
    assert not list(workspace.cache.glob(".*.part"))


def test_no_frame_beyond_the_last(workspace: Workspace, item: Digest) -> None:
    with pytest.raises(AbsentError, match="12 frames"):
        frame_picture(workspace, item, 12, PictureForm.JPEG)


def test_no_item_of_another_case(workspace: Workspace) -> None:
    with pytest.raises(AbsentError):
        frame_table(workspace, NOWHERE)
    with pytest.raises(AbsentError):
        item_of(case_file(workspace), NOWHERE)


def test_a_poster_of_footage_that_nobody_examined_is_veiled(
    workspace: Workspace, item: Digest
) -> None:
    case = case_file(workspace)
    content = poster(workspace, case, item_of(case, item))
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] == 320
    assert (
        np.abs(np.diff(picture[:, :, 0].astype(int), axis=1)).max() <= 20
    )  # the footage has steps of 200


def test_an_item_that_was_not_examined_is_looked_at(workspace: Workspace, item: Digest) -> None:
    case = case_file(workspace)
    view = player_view(workspace, case, item_of(case, item))
    assert ("Frames", "12") in view.container
    assert not view.examined
    assert view.lanes == ()
    assert "Published" in view.not_recorded


def test_what_browsers_play_and_what_not(workspace: Workspace, clip: Clip, item: Digest) -> None:
    found = watchable(workspace, item)
    assert found.way is Way.DERIVATIVE
    assert "codec (mpeg4)" in found.reason
    made = make_playable(workspace, item)
    assert made is not None
    assert make_playable(workspace, item) == made
    inner = probe_media(made)
    assert inner.streams[inner.video].codec == "vp9"
    itself = collect_item(workspace, _named(made, "browser.mp4")).digest
    assert watchable(workspace, itself).way is Way.ITSELF
    del clip


def _named(path: Path, name: str) -> Path:
    copy = path.with_name(name)
    copy.write_bytes(path.read_bytes())
    return copy


def test_a_derivative_is_made_once_for_all_who_ask(workspace: Workspace, item: Digest) -> None:
    may_go_on, calls = threading.Event(), []

    def make(workspace: Workspace, digest: Digest, *, progress: Callable[[float], bool]) -> None:
        calls.append(digest)
        progress(0.5)
        assert may_go_on.wait(10)
        make_playable(workspace, digest)

    left = threading.Event()
    maker = PlayableMaker(make, leave=left.set)
    assert maker.ask(workspace, item).state is MakingState.MAKING
    assert maker.ask(workspace, item).state is MakingState.MAKING
    may_go_on.set()
    assert left.wait(30)
    assert maker.ask(workspace, item).state is MakingState.READY
    assert calls == [item]


def test_what_goes_wrong_with_a_derivative_is_told(workspace: Workspace, item: Digest) -> None:
    def make(workspace: Workspace, digest: Digest, *, progress: Callable[[float], bool]) -> None:
        del workspace, progress
        raise UnreadableMediaError(digest[:12], "is broken", remedy="Collect it again.")

    done = threading.Event()
    maker = PlayableMaker(make, leave=done.set)
    maker.ask(workspace, item)
    assert done.wait(10)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon:
            thread.join(timeout=5)
    told = maker.ask(workspace, item)
    assert (told.state, told.fault) == (MakingState.FAILED, "is broken")
