"""ReuseCheck: which seconds are which, and what can't be told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import Check, Evidence, Fingerprinted
from purport.checks.reuse import ReuseAnswer, ReuseCheck, ReuseValues
from purport.core.case import ItemRecord
from purport.core.digests import digest_bytes
from purport.core.findings import CANNOT_TELL, Finding
from purport.core.records import from_json
from purport.media import Probe
from purport.scene import Scene

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]
Regrained = Callable[..., Thumbnails]


def evidence(scene: Scene, **others: Scene) -> Evidence:
    probe = Probe(
        container="mp4",
        duration_s=None,
        size_bytes=1,
        bit_rate=None,
        creation_time=None,
        tags=(),
        streams=(),
        video=0,
    )
    return Evidence(
        item=ItemRecord(digest=digest_bytes(b"this"), name="this.mp4", size_bytes=1),
        path=Path("this.mp4"),
        probe=probe,
        load_scene=lambda: scene,
        items=tuple(
            Fingerprinted(
                digest=digest_bytes(name.encode()),
                name=f"{name}.mp4",
                load_scene=lambda other=other: other,  # type: ignore[misc]
            )
            for name, other in others.items()
        ),
    )


def run(given: Evidence) -> tuple[Finding, ReuseValues]:
    (finding,) = ReuseCheck().run(given)
    return finding, from_json(ReuseValues, finding.values)


def test_it_is_a_check() -> None:
    assert isinstance(ReuseCheck(), Check)
    assert ReuseAnswer.CANNOT_TELL == CANNOT_TELL
    assert "across" in ReuseCheck().parameters()


def test_a_copy_is_exact_over_its_whole_length(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(100)
    finding, values = run(evidence(build_scene(film), copy=build_scene(film[:90])))
    (match,) = values.matches
    assert finding.answer == ReuseAnswer.REUSED
    assert "picture for picture" in finding.reason
    assert match.exact
    assert match.other_name == "copy.mp4"
    assert (match.start_s, match.end_s) == pytest.approx((0.0, 3.6))
    assert (match.other_start_s, match.other_end_s) == pytest.approx((0.0, 3.6))
    assert match.share == pytest.approx(0.9)


def test_a_part_in_another_encoding_is_found_with_its_seconds(
    ground: Ground, build_scene: BuildScene, regrained: Regrained
) -> None:
    film = ground(200)
    other = np.concatenate((ground(50, seed=5), regrained(film[100:175])))
    _, values = run(evidence(build_scene(film), longer=build_scene(other)))
    (match,) = values.matches
    assert not match.exact
    assert match.start_s == pytest.approx(4.0, abs=0.05)
    assert match.end_s == pytest.approx(7.0, abs=0.05)
    assert match.other_start_s == pytest.approx(2.0, abs=0.05)
    assert match.other_end_s == pytest.approx(5.0, abs=0.05)


def test_seconds_shown_twice_match_within_the_item(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120)
    given = evidence(build_scene(np.concatenate((film, film[10:60]))))
    finding, values = run(given)
    (match,) = values.matches
    assert match.other == match.item == given.item.digest
    assert (match.start_frame, match.end_frame) == (10, 59)
    assert (match.other_start_frame, match.other_end_frame) == (120, 169)
    assert "later in the same item" in finding.reason


def test_other_footage_is_no_match(ground: Ground, build_scene: BuildScene) -> None:
    others = {f"other{seed}": build_scene(ground(150, seed=seed)) for seed in (2, 3, 4)}
    finding, values = run(evidence(build_scene(ground(150, seed=1)), **others))
    assert finding.answer == ReuseAnswer.NO_MATCH
    assert "3 other items" in finding.reason
    assert len(values.compared) == 3


def test_without_other_items_that_is_said(ground: Ground, build_scene: BuildScene) -> None:
    finding, _ = run(evidence(build_scene(ground(100))))
    assert finding.answer == ReuseAnswer.NO_MATCH
    assert any("no other items" in limit for limit in finding.limits)


@pytest.mark.parametrize("level", [16, 128, 235])
def test_blank_pictures_cannot_tell(build_scene: BuildScene, level: int) -> None:
    blank = build_scene(np.full((100, 64, 64), level, np.uint8))
    finding, values = run(evidence(blank, other=blank))
    assert finding.answer == ReuseAnswer.CANNOT_TELL
    assert values.usable_share == 0.0
    assert values.matches == ()


def test_a_still_view_cannot_tell(ground: Ground, build_scene: BuildScene) -> None:
    still = build_scene(np.repeat(ground(1), 100, axis=0))
    finding, values = run(evidence(still, other=still))
    assert finding.answer == ReuseAnswer.CANNOT_TELL
    assert values.matches == ()


def test_a_few_frames_cannot_tell(ground: Ground, build_scene: BuildScene) -> None:
    finding, _ = run(evidence(build_scene(ground(5)), other=build_scene(ground(5))))
    assert finding.answer == ReuseAnswer.CANNOT_TELL


def test_the_order_of_the_items_changes_nothing(
    ground: Ground, build_scene: BuildScene, regrained: Regrained
) -> None:
    film = ground(120)
    one, two = build_scene(regrained(film, 1)), build_scene(regrained(film, 2))
    forward = run(evidence(build_scene(film), one=one, two=two))
    backward = run(evidence(build_scene(film), two=two, one=one))
    assert forward == backward
    assert "In all there are 2 such stretches." in forward[0].reason
