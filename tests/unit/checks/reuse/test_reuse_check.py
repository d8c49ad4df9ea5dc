"""ReuseCheck: which seconds are which, and what can't be told."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import Check, Evidence, Fingerprinted
from purport.checks.reuse import ReuseAnswer, ReuseCheck, ReuseKind, ReuseValues, ViewRelation
from purport.core.case import ItemRecord
from purport.core.digests import digest_bytes, digest_file
from purport.core.findings import CANNOT_TELL, Finding
from purport.core.records import from_json
from purport.media import Probe, probe_media
from purport.scene import Scene, analyse_scene

Films = dict[str, Path]
Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]


def alone(scene: Scene) -> Evidence:
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
    )


def evidence(path: Path, *others: Path, cache: Path | None = None) -> Evidence:
    def load(path: Path) -> Callable[[], Scene]:
        return lambda: analyse_scene(path, probe=probe_media(path))

    return Evidence(
        item=ItemRecord(digest=digest_file(path), name=path.name, size_bytes=1),
        path=path,
        probe=probe_media(path),
        load_scene=load(path),
        items=tuple(
            Fingerprinted(
                digest=digest_file(other), name=other.name, path=other, load_scene=load(other)
            )
            for other in others
        ),
        cache=cache,
    )


def run(given: Evidence) -> tuple[Finding, ReuseValues]:
    (finding,) = ReuseCheck().run(given)
    return finding, from_json(ReuseValues, finding.values)


def test_it_is_a_check() -> None:
    assert isinstance(ReuseCheck(), Check)
    assert ReuseAnswer.CANNOT_TELL == CANNOT_TELL
    assert "across" in ReuseCheck().parameters()


def test_a_part_is_found_with_its_seconds_and_frames(films: Films) -> None:
    finding, values = run(evidence(films["part"], films["whole"], films["elsewhere"]))
    (match,) = values.matches
    assert finding.answer == ReuseAnswer.REUSED
    assert match.kind is ReuseKind.SAME_RECORDING
    assert not match.exact
    assert match.other_name == "whole.mp4"
    assert (match.start_s, match.start_frame, match.end_frame) == (0.0, 0, 61)
    assert match.other_start_s == pytest.approx(3.04, abs=0.1)
    assert match.other_start_frame == pytest.approx(38, abs=1)
    assert match.distance_bits < 16
    assert match.share == pytest.approx(1.0)
    assert "seen again at 3.0 to 8.0 in whole.mp4." in finding.reason


def test_a_copy_is_exact(films: Films, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(films["part"].read_bytes() + b"\0" * 8)
    finding, values = run(evidence(films["part"], copy))
    (match,) = values.matches
    assert match.exact
    assert match.ratio == 0.0
    assert "picture for picture" in finding.reason


def test_what_was_done_to_the_picture_is_said(films: Films) -> None:
    finding, values = run(evidence(films["mirrored"], films["whole"]))
    (match,) = values.matches
    assert match.mirrored
    assert match.distance_bits < 24
    assert "whole.mp4, mirrored." in finding.reason


def test_seconds_shown_twice_match_within_the_item(ground: Ground, build_scene: BuildScene) -> None:
    film = ground(120)
    given = alone(build_scene(np.concatenate((film, film[10:60]))))
    finding, values = run(given)
    (match,) = values.matches
    assert match.other == match.item == given.item.digest
    assert (match.start_frame, match.end_frame) == (10, 59)
    assert (match.other_start_frame, match.other_end_frame) == (120, 169)
    assert "later in the same item" in finding.reason


def test_other_footage_is_no_match(films: Films) -> None:
    finding, values = run(evidence(films["elsewhere"], films["again"], films["other_flight"]))
    assert finding.answer == ReuseAnswer.NO_MATCH
    assert "2 other items" in finding.reason
    assert len(values.compared) == 2


def test_two_cameras_are_no_match_but_told(views: Films) -> None:
    finding, values = run(evidence(views["one"], views["two"], views["day_after"]))
    assert finding.answer == ReuseAnswer.NO_MATCH
    assert values.matches == ()
    relations = {view.other_name: view.relation for view in values.views}
    assert relations == {
        "two.mp4": ViewRelation.TWO_CAMERAS,
        "day_after.mp4": ViewRelation.CANNOT_TELL,
    }
    assert "two.mp4 shows the same ground at the same moment, from another camera" in finding.reason
    assert "1 other item shows the same ground; whether at the same moment" in finding.reason


def test_items_beyond_the_most_are_said_not_to_be_looked_at(films: Films) -> None:
    check = ReuseCheck(most_views=1)
    (finding,) = check.run(evidence(films["elsewhere"], films["again"], films["other_flight"]))
    assert from_json(ReuseValues, finding.values).not_viewed == 1
    assert any("not looked for in 1 of the items" in limit for limit in finding.limits)


def test_without_other_items_that_is_said(ground: Ground, build_scene: BuildScene) -> None:
    finding, _ = run(alone(build_scene(ground(100))))
    assert finding.answer == ReuseAnswer.NO_MATCH
    assert any("no other items" in limit for limit in finding.limits)


@pytest.mark.parametrize("level", [16, 128, 235])
def test_blank_pictures_cannot_tell(build_scene: BuildScene, level: int) -> None:
    blank = build_scene(np.full((100, 64, 64), level, np.uint8))
    finding, values = run(alone(blank))
    assert finding.answer == ReuseAnswer.CANNOT_TELL
    assert values.usable_share == 0.0
    assert values.matches == ()


def test_a_still_view_cannot_tell(films: Films) -> None:
    finding, values = run(evidence(films["still"], films["still_again"]))
    assert finding.answer == ReuseAnswer.CANNOT_TELL
    assert values.matches == ()


def test_a_few_frames_cannot_tell(ground: Ground, build_scene: BuildScene) -> None:
    finding, _ = run(alone(build_scene(ground(5))))
    assert finding.answer == ReuseAnswer.CANNOT_TELL


def test_neither_order_nor_cache_changes_what_is_found(films: Films, tmp_path: Path) -> None:
    others = films["whole"], films["logo"]
    forward = run(evidence(films["part"], *others))
    backward = run(evidence(films["part"], *others[::-1], cache=tmp_path))
    again = run(evidence(films["part"], *others, cache=tmp_path))
    assert forward == backward == again
    assert "In all there are 2 such stretches." in forward[0].reason
