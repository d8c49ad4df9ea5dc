"""Simulated footage, edited with known truth, from the file to the finding."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import Evidence
from purport.checks.edits import EditsAnswer, EditsCheck
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.media import probe_media
from purport.scene import analyse_scene
from purport.simulate import Camera, Sensor, plain_script, procedural_ground, render_frames

Picture = NDArray[np.uint8]
RATE = Fraction(25)


@pytest.fixture(scope="module")
def footage() -> list[Picture]:
    """Six seconds from a camera that moves over ground, every frame marked SYNTHETIC."""
    ground = procedural_ground(31, size_m=220.0, gsd_m=0.3)
    east, north = ground.centre
    camera = Camera(
        aim=(east - 20.0, north),
        gsd_m=0.4,
        drift_mps=(9.0, 2.0),
        jitter_px=0.3,
        sensor=Sensor(noise_sd=2.0),
    )
    script = plain_script(ground, camera, duration_s=6.0, seed=31)
    script = replace(script, width_px=320, height_px=180, rate=RATE)
    return [picture for _, picture in render_frames(script)]


def write(
    path: Path, pictures: Sequence[Picture], sound: NDArray[np.float32] | None = None
) -> Path:
    """Encode pictures at 25 frames a second, with mono sound at 8 kHz."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.options = {"crf": "23", "preset": "veryfast", "threads": "1"}
        track = None
        if sound is not None:
            track = container.add_stream("aac", rate=8000, layout="mono")
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if track is not None and sound is not None:
            for start in range(0, len(sound), 1024):
                block = av.AudioFrame.from_ndarray(
                    sound[None, start : start + 1024], format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = 8000, start
                container.mux(track.encode(block))
            container.mux(track.encode(None))
    return path


def check(path: Path) -> tuple[str, list[Any]]:
    """Return the answer and what is listed beside symbology."""
    probe = probe_media(path)
    scene = analyse_scene(path, probe=probe)
    item = ItemRecord(digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size)
    (finding,) = EditsCheck().run(
        Evidence(item=item, path=path, probe=probe, load_scene=lambda: scene)
    )
    values: Any = finding.values
    return finding.answer, [edit for edit in values["edits"] if edit["kind"] != "overlay"]


def test_footage_as_filmed_shows_no_edit(footage: list[Picture], tmp_path: Path) -> None:
    answer, listed = check(write(tmp_path / "filmed.mp4", footage))
    assert answer == EditsAnswer.NO_EDIT_FOUND
    assert listed == []


def test_a_frozen_picture_is_found(footage: list[Picture], tmp_path: Path) -> None:
    shown = [*footage[:60], *[footage[60]] * 15, *footage[61:]]
    answer, listed = check(write(tmp_path / "frozen.mp4", shown))
    assert answer == EditsAnswer.EDITED
    (freeze,) = (edit for edit in listed if edit["kind"] == "freeze")
    assert abs(freeze["start_frame"] - 60) <= 2
    assert abs(freeze["end_frame"] - 74) <= 2


def test_missing_time_is_found(footage: list[Picture], tmp_path: Path) -> None:
    answer, listed = check(write(tmp_path / "dropped.mp4", [*footage[:60], *footage[85:]]))
    assert answer == EditsAnswer.EDITED
    assert [abs(edit["start_frame"] - 60) <= 2 for edit in listed] == [True]
    assert listed[0]["kind"] in {"drop", "cut"}


def test_slow_motion_of_a_stretch_is_found(footage: list[Picture], tmp_path: Path) -> None:
    slow = [footage[50 + number // 3] for number in range(75)]
    answer, listed = check(write(tmp_path / "slow.mp4", [*footage[:50], *slow, *footage[75:]]))
    assert answer == EditsAnswer.EDITED
    (slowed,) = (edit for edit in listed if edit["kind"] == "slow_motion")
    assert abs(slowed["start_frame"] - 51) <= 3
    assert abs(slowed["end_frame"] - 124) <= 3
    assert slowed["factor"] == pytest.approx(3.0, rel=0.1)


def test_a_stretch_shown_backwards_is_found(footage: list[Picture], tmp_path: Path) -> None:
    back = [*footage[:100], *reversed(footage[60:100]), *footage[100:]]
    answer, listed = check(write(tmp_path / "back.mp4", back))
    assert answer == EditsAnswer.EDITED
    (reverse,) = (edit for edit in listed if edit["kind"] == "reverse")
    assert abs(reverse["start_frame"] - 100) <= 2
    assert abs(reverse["end_frame"] - 139) <= 2


def test_looped_sound_is_found(footage: list[Picture], tmp_path: Path) -> None:
    sound = (0.1 * np.random.default_rng(4).normal(size=48_000)).astype(np.float32)
    sound[24_000:36_000] = sound[12_000:24_000]
    answer, listed = check(write(tmp_path / "looped.mp4", footage, sound))
    assert answer == EditsAnswer.EDITED
    (loop,) = listed
    assert loop["kind"] == "sound_loop"
    assert loop["start_s"] == pytest.approx(3.0, abs=0.1)
    assert loop["end_s"] == pytest.approx(4.5, abs=0.1)
