"""The exam of place and impacts asks what it says, and counts what it says it counts."""

import importlib
import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from purport.core.homographies import GroundHomography
from purport.core.records import to_json
from purport.simulate import Ground, derive_truth

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(scope="module")
def mix() -> Iterator[ModuleType]:
    yield from _imported("exam_place_impacts_mix")


@pytest.fixture(scope="module")
def asking() -> Iterator[ModuleType]:
    yield from _imported("exam_place_impacts_ask")


@pytest.fixture(scope="module")
def reporting() -> Iterator[ModuleType]:
    yield from _imported("exam_place_impacts_report")


@pytest.fixture(scope="module")
def running() -> Iterator[ModuleType]:
    yield from _imported("exam_place_impacts")


def _imported(name: str) -> Iterator[ModuleType]:
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture
def bare(mix: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The mix over ground of few pixels: its scripts cost nothing to draw."""

    def ground(seed: int, *, size_m: float, gsd_m: float, **_: object) -> Ground:
        assert gsd_m > 0.0
        return Ground(
            picture=np.full((8, 8, 3), seed % 251, dtype=np.uint8),
            gsd_m=size_m / 8,
            west_m=380_000.0,
            north_m=3_930_000.0,
        )

    monkeypatch.setattr(mix, "procedural_ground", ground)
    mix._two_neighbours.cache_clear()
    return mix


def test_the_sets_and_the_parts_share_no_seed(mix: ModuleType) -> None:
    used = [
        first + mix.PART_SEED[part] + index
        for first in mix.FIRST_SEED.values()
        for part, count in mix.COUNTS.items()
        for index in range(count)
    ]
    assert len(used) == len(set(used))
    assert min(used) > 77_000 + 40 + 500_000  # the seeds of the exam of the main job


@pytest.mark.parametrize("part", ["clips", "offsets"])
def test_every_strike_after_the_start_can_be_counted(bare: ModuleType, part: str) -> None:
    for index in range(15):
        question = bare.make_question("dev", bare.Part(part), index)
        truth = derive_truth(question.script)
        after = [strike for strike in question.script.strikes if strike.time_s >= 0.0]
        assert truth.distinct_strikes == len(after)
        assert len(truth.targets) == 1


@pytest.mark.parametrize("part", ["clips", "ellipses", "offsets", "wrong"])
def test_the_view_stays_on_ground_and_in_the_ranges(bare: ModuleType, part: str) -> None:
    for index in range(0, 40, 5):
        question = bare.make_question("dev", bare.Part(part), index)
        ground, script = question.script.ground, question.script
        assert 0.2 <= script.cameras[0].gsd_m <= 0.6
        assert 0.0 <= script.cameras[0].obliquity_deg <= 65.0
        assert 0.3 <= question.look.gsd_m <= 1.0
        assert 20 <= script.encoding.crf <= 34
        assert question.right_place == (part != "wrong")
        corners = np.array(
            [[x, y, 1.0] for x in (0, script.width_px - 1) for y in (0, script.height_px - 1)]
        ).T
        for frame in derive_truth(script).frames[::4]:
            if frame.to_map is None:
                continue
            east, north, scale = np.array(frame.to_map) @ corners
            across, down = east / scale - ground.west_m, ground.north_m - north / scale
            assert across.min() > 0.0
            assert down.min() > 0.0
            assert across.max() < ground.width_m
            assert down.max() < ground.height_m


def test_wrong_places_share_their_clip_and_show_other_ground(mix: ModuleType) -> None:
    questions = [mix.make_question("dev", mix.Part.WRONG, 5 + index) for index in range(5)]
    pictures = [question.reference.picture for question in questions]
    for question in questions:
        np.testing.assert_array_equal(
            question.script.ground.picture, questions[0].script.ground.picture
        )
        assert question.script.cameras == questions[0].script.cameras
        assert question.reference.centre == questions[0].reference.centre
    for number, picture in enumerate(pictures):
        assert all(np.abs(picture - other).mean() > 5.0 for other in pictures[:number])


def test_a_question_follows_from_its_number(bare: ModuleType) -> None:
    one, same = (bare.make_question("dev", bare.Part.CLIPS, 3) for _ in range(2))
    assert one.script.strikes == same.script.strikes
    assert one.script.cameras == same.script.cameras
    assert (one.look, one.accuracy_m) == (same.look, same.accuracy_m)
    other = bare.make_question("final", bare.Part.CLIPS, 3)
    assert other.script.cameras != one.script.cameras


def laid(shift_m: tuple[float, float]) -> dict[str, Any]:
    """A place finding that lays pixel (x, y) at (x, y) metres and a shift."""
    homography = GroundHomography(
        matrix=((1.0, 0.0, shift_m[0]), (0.0, 1.0, shift_m[1]), (0.0, 0.0, 1.0)),
        normalisation=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        origin_m=(1000.0, 2000.0),
        crs="EPSG:32637",
        covariance=tuple((0.0,) * 8 for _ in range(8)),
        ground_sd_m=0.3,
        reference_sd_m=0.4,
    )
    record = to_json(homography)
    return {"ground": [{"first": 0, "last": 4, "homography": record}]}


class _Linked:
    """A scene of five frames, each moved 2 pixels against the anchor."""

    to_anchor = np.array([[[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]] * 5)
    link_sd_px = np.full(5, 0.1)


def test_a_stated_point_has_links_and_reference_in_its_covariance(asking: ModuleType) -> None:
    point, covariance, reference_sd_m = asking.stated_point(_Linked(), laid((0.5, 0.0)), 3, (7, 9))
    assert point == pytest.approx((1009.5, 2009.0))
    np.testing.assert_allclose(covariance, np.eye(2) * (0.3**2 + 0.4**2 + 0.1**2))
    assert reference_sd_m == 0.4
    assert asking.stated_point(_Linked(), laid((0.5, 0.0)), 5, (7, 9)) is None


def test_rates_carry_exact_bounds(reporting: ModuleType) -> None:
    # Clopper-Pearson: 1 - 0.05^(1/500) for none of 500, one-sided
    assert "upper bound 0.0060" in reporting.rate("wrong", 0, 500)
    assert "0 of 500 = 0.000" in reporting.rate("wrong", 0, 500)
    assert "(0.923 to 0.983)" in reporting.rate("held", 192, 200)


def strike(stated: float, true: float, half: float) -> dict[str, Any]:
    row: dict[str, Any] = {"offset_m": stated, "true_offset_m": true, "frames_off": 0}
    for level, width in ((95, half), (68, half / 2)):
        row[f"inside_{level}"] = abs(stated - true) <= width
        row[f"width_{level}_m"] = 2.0 * width
    return row


def answered(**changes: object) -> dict[str, Any]:
    row: dict[str, Any] = {
        "part": "offsets",
        "index": 0,
        "matched": True,
        "kind": "mixed",
        "modality": "visible",
        "obliquity_deg": 10.0,
        "reference_gsd_m": 0.4,
        "gsd_m": 0.3,
        "takes": 1,
        "takes_matched": 1,
        "needed_sights": 2,
        "ground": {"median": 0.2, "units": [0.1, 0.2, 0.3]},
        "strikes": [strike(10.0, 10.4, 1.0), strike(5.0, 6.2, 1.0)],
        "cpu_s": {"place": 1.0},
    }
    return row | changes


def test_offsets_are_summed_up_where_the_clip_is_registered(
    mix: ModuleType, reporting: ModuleType
) -> None:
    astray = answered(index=1, ground={"median": 50.0, "units": [50.0]})
    text = reporting.report(mix.Part.OFFSETS, [answered(), astray])
    assert "registered: 1 of 2" in text
    assert "matched, but laid at a wrong place: 1" in text
    assert "trials: 2 in 1 clips" in text
    assert "error: median 0.800 m" in text
    assert "median width 2.00 m = 2.50 median errors" in text
    assert "95 % intervals hold the truth: 1 of 2" in text


def test_a_crash_is_listed(mix: ModuleType, reporting: ModuleType) -> None:
    crashed = {
        "part": "offsets",
        "index": 4,
        "matched": None,
        "error": "ValueError: no",
        "cpu_s": {},
    }
    text = reporting.report(mix.Part.OFFSETS, [answered(), crashed])
    assert "crashed: 4: ValueError: no" in text
    assert "registered: 1 of 1" in text


def test_a_run_is_taken_up_where_it_stopped(
    mix: ModuleType, running: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def answer(_: str, part: StrEnum, index: int) -> dict[str, Any]:
        asked.append(index)
        return {"part": part.value, "index": index, "matched": True, "cpu_s": {}}

    monkeypatch.setattr(running, "_answer", answer)
    out = tmp_path / "rows.jsonl"
    running.run("dev", mix.Part.WRONG, range(2), out)
    running.run("dev", mix.Part.WRONG, range(4), out)
    assert asked == [0, 1, 2, 3]
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["index"] for row in rows] == [0, 1, 2, 3]
    assert not list(running.read_rows([out], "final", mix.Part.WRONG))
