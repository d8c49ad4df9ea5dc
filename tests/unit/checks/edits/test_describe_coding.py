"""describe_coding: what the file says of how it was coded, and what does not fit."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from tests.fine_measures import even_measures

from purport.checks.edits import TraceKind
from purport.checks.edits._coding import CodingRules, describe_coding
from purport.media import PacketTrack, Probe, StreamProbe
from purport.scene import Scene

Ground = Callable[..., NDArray[np.uint8]]
BuildScene = Callable[..., Scene]
RULES = CodingRules()


def probe(*, duration_s: float | None = 4.0, rate: Fraction = Fraction(25)) -> Probe:
    stream = StreamProbe(
        index=0,
        kind="video",
        codec="h264",
        time_base=Fraction(1, 12_800),
        duration_s=duration_s,
        frames_declared=100,
        average_rate=rate,
        width_px=64,
        height_px=64,
    )
    return Probe(
        container="mov,mp4",
        duration_s=duration_s,
        size_bytes=100_000,
        bit_rate=None,
        creation_time=None,
        tags=(),
        streams=(stream,),
        video=0,
    )


def packets(keys: list[int], *, words: str | None = None, count: int = 100) -> PacketTrack:
    key = np.zeros(count, np.bool_)
    key[keys] = True
    return PacketTrack(
        pts=np.arange(count, dtype=np.int64) * 512,
        dts=np.arange(count, dtype=np.int64) * 512,
        size_bytes=np.full(count, 1000, np.int64),
        key=key,
        time_base=Fraction(1, 12_800),
        encoder_words=words,
        whole=True,
    )


def kinds(scene: Scene, said: Probe, track: PacketTrack) -> set[TraceKind]:
    return {trace.kind for trace in describe_coding(scene, said, track, RULES).traces}


def test_a_file_that_fits_has_no_trace(ground: Ground, build_scene: BuildScene) -> None:
    scene = build_scene(ground(100))
    coding = describe_coding(scene, probe(), packets(list(range(0, 100, 10))), RULES)
    assert coding.traces == ()
    assert (coding.group_frames, coding.longest_group_frames) == (10.0, 10)
    assert coding.bits_per_pixel == 1000 * 8 / 64**2
    assert coding.encoder is None


def test_a_software_encoder_is_named(ground: Ground, build_scene: BuildScene) -> None:
    scene = build_scene(ground(100))
    track = packets([0], words="x264 - core 165 - options: crf=23.0")
    assert kinds(scene, probe(), track) == {TraceKind.SOFTWARE_ENCODER}


def test_declared_values_that_do_not_fit_are_said(ground: Ground, build_scene: BuildScene) -> None:
    scene = build_scene(ground(100))
    said = probe(duration_s=9.0, rate=Fraction(30))
    assert kinds(scene, said, packets([0])) == {
        TraceKind.DURATION_DIFFERS,
        TraceKind.RATE_DIFFERS,
    }


def test_key_frames_that_change_their_spacing_are_said(
    ground: Ground, build_scene: BuildScene
) -> None:
    scene = build_scene(ground(100))
    track = packets([0, 5, 10, 15, 20, 40, 60, 80, 99])
    assert kinds(scene, probe(), track) == {TraceKind.SPACING_CHANGES}


def test_a_platform_s_size_is_said(ground: Ground, build_scene: BuildScene) -> None:
    scene = replace(build_scene(ground(100)), width_px=640, height_px=360)
    assert kinds(scene, probe(), packets([0])) == {TraceKind.PLATFORM_SIZE}


def test_frames_that_share_a_time_are_said(ground: Ground, build_scene: BuildScene) -> None:
    scene = build_scene(ground(100))
    track = packets([0])
    shared = track.pts.copy()
    shared[50] = shared[49]
    coding = describe_coding(scene, probe(), replace(track, pts=shared), RULES)
    assert coding.repeated_times == 1
    assert [trace.kind for trace in coding.traces] == [TraceKind.FAULTY_TIMES]


def test_a_size_of_a_published_ladder_is_named(ground: Ground, build_scene: BuildScene) -> None:
    scene = build_scene(ground(100))
    track = packets(list(range(0, 100, 10)))
    for size, said in (((416, 234), {TraceKind.PLATFORM_SIZE}), ((418, 234), set())):
        sized = replace(scene, width_px=size[0], height_px=size[1])
        assert kinds(sized, probe(), track) == said


def test_levels_that_step_with_a_key_frame_are_one_trace_with_its_times(
    build_scene: BuildScene, ground: Ground
) -> None:
    quantiser = np.repeat(np.array([22, 32, 22, 32, 22], np.float32), 30)
    scene = build_scene(ground(150))
    types = np.full(150, b"P", "S1")
    types[::30] = b"I"
    fine = even_measures(150, picture_types=types, quantiser=quantiser)
    track = replace(packets([*range(0, 150, 30)], count=150), pts=scene.pts)
    coding = describe_coding(replace(scene, fine=fine), probe(), track, RULES)
    (trace,) = [one for one in coding.traces if one.kind is TraceKind.QUANTISER_STEPS]
    assert f"at {scene.seconds(30):.2f} s from 22.0 to 32.0" in trace.words
    assert "and 1 more" in trace.words
    assert coding.quantisation is not None
    assert [step.frame for step in coding.quantisation.steps] == [30, 60, 90, 120]
