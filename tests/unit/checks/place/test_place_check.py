import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from scipy.stats import chi2

from purport.checks.contract import Check, Evidence, LooksAhead, Need, TerrainSource
from purport.checks.place import PlaceAnswer, PlaceCheck, PlaceValues, Polarity
from purport.checks.place._views import shot_views
from purport.core.case import ClaimedPlace, Target
from purport.core.digests import canonical_json, digest_file
from purport.core.findings import Finding
from purport.core.positions import MapPoint, to_geographic
from purport.core.records import from_json
from purport.scene import Scene
from purport.simulate import Ground, ReferenceLook, write_reference, write_terrain


class Filmed(Protocol):
    """What the studio gives."""

    scene: Scene
    to_map: tuple[np.ndarray, ...]


Studio = Callable[..., Any]
MakeEvidence = Callable[..., Evidence]
MARKS = [(x, y) for x in (80.0, 199.5, 319.0) for y in (48.0, 119.5, 191.0)]


FAST = replace(PlaceCheck(), reference_features=6000, frame_features=1000)


def run(evidence: Evidence, check: PlaceCheck = FAST) -> tuple[Finding, PlaceValues]:
    findings = check.run(evidence)
    assert len(findings) == 1
    values = from_json(PlaceValues, json.loads(canonical_json(findings[0].values)))
    return findings[0], values


def errors(values: PlaceValues, filmed: Filmed) -> tuple[np.ndarray, np.ndarray]:
    """Ground error of the middle of the picture [m], and whether the 95 % ellipse holds it."""
    lengths, inside = [], []
    for stretch in values.ground:
        for index in range(stretch.first, stretch.last + 1):
            for mark in MARKS:
                at_anchor = filmed.scene.to_anchor[index] @ [*mark, 1.0]
                pixel = at_anchor[:2] / at_anchor[2]
                found = stretch.homography.project(
                    (pixel[0], pixel[1]), pixel_covariance=np.eye(2) * 0.05**2
                )
                true = filmed.to_map[index] @ [*mark, 1.0]
                away = np.array([found.easting_m, found.northing_m]) - true[:2] / true[2]
                lengths.append(np.hypot(*away))
                square = away @ np.linalg.solve(found.covariance(), away)
                inside.append(square <= chi2.ppf(0.95, 2))
    return np.array(lengths), np.array(inside)


def test_it_is_a_check() -> None:
    assert isinstance(PlaceCheck(), Check)


@pytest.mark.parametrize("inverted", [False, True])
def test_the_right_place_is_found_to_a_fraction_of_a_pixel(
    ground: Ground,
    orthophoto: Path,
    studio: Studio,
    make_evidence: MakeEvidence,
    *,
    inverted: bool,
) -> None:
    filmed = studio(ground, inverted=inverted)
    finding, values = run(make_evidence(filmed.scene, orthophoto))
    assert finding.answer == PlaceAnswer.MATCHES
    assert values.matched is True
    expected = Polarity.INVERTED if inverted else Polarity.SAME
    assert values.shots[0].polarity is expected
    lengths, inside = errors(values, filmed)
    # A pixel is 0.3 m.
    assert np.median(lengths) < 0.08
    assert lengths.max() < 0.25
    assert inside.mean() > 0.85
    assert values.ground[0].gsd_m == pytest.approx(0.3, rel=0.15)
    assert values.power is None


def test_links_that_drift_are_made_up_for(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground, drift_px=6.0)
    _, values = run(make_evidence(filmed.scene, orthophoto))
    assert len(values.ground) > 1
    assert (values.ground[0].first, values.ground[-1].last) == (0, 12)
    assert {stretch.anchor for stretch in values.ground} == {0}
    lengths, _ = errors(values, filmed)
    # 6 px are 1.8 m; the sudden change says at which frame the links slipped.
    assert np.median(lengths) < 0.1
    assert lengths.max() < 0.4


def test_frames_are_listed_with_their_plain_homography(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground)
    linked = filmed.scene.linked.copy()
    linked[3] = False
    scene = replace(filmed.scene, linked=linked)
    _, values = run(make_evidence(scene, orthophoto))
    assert [each.frame for each in values.homographies] == [0, 1, 2, *range(4, 13)]
    for each in values.homographies:
        found = np.array(each.to_map) @ [200.0, 120.0, 1.0]
        true = filmed.to_map[each.frame] @ [200.0, 120.0, 1.0]
        assert found[:2] / found[2] == pytest.approx(true[:2] / true[2], abs=0.3)
        assert each.crs == "EPSG:32637"


def test_centre_and_distance_to_what_is_claimed(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground)
    true = filmed.to_map[0] @ [199.5, 119.5, 1.0]
    east, north = true[:2] / true[2]
    there = to_geographic(
        MapPoint(easting_m=east + 15.0, northing_m=north - 20.0, crs="EPSG:32637")
    )
    evidence = make_evidence(
        filmed.scene, orthophoto, claimed_place=ClaimedPlace(name="Harbour", point=there)
    )
    _, values = run(evidence)
    assert values.claimed_basis == "claimed place"
    assert values.claimed_distance_m == pytest.approx(25.0, abs=0.3)
    assert values.claimed_distance_sd_m is not None
    assert 0.0 < values.claimed_distance_sd_m < 0.5
    assert values.claimed_in_view is True
    far = to_geographic(MapPoint(easting_m=east + 110.0, northing_m=north, crs="EPSG:32637"))
    _, values = run(make_evidence(filmed.scene, orthophoto, target=Target(point=far)))
    assert values.claimed_basis == "target"
    assert values.claimed_in_view is False


def test_middle_of_an_outline_stands_for_it(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    east, north = ground.centre
    ring = tuple(
        to_geographic(MapPoint(easting_m=east + dx, northing_m=north + dy, crs="EPSG:32637"))
        for dx, dy in ((-5, -5), (5, -5), (5, 5), (-5, 5))
    )
    _, values = run(make_evidence(studio(ground).scene, orthophoto, target=Target(outline=ring)))
    assert values.claimed_basis == "middle of the target's outline"
    assert values.claimed_distance_m == pytest.approx(0.0, abs=0.5)


def test_unknown_accuracy_is_an_assumption_that_is_named(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(studio(ground).scene, orthophoto, accuracy_m=None)
    finding, values = run(evidence)
    assert values.reference.accuracy_m == pytest.approx(0.4, abs=0.01)
    assert values.ground[0].homography.reference_sd_m == values.reference.accuracy_m
    assert values.reference.accuracy_basis.startswith("assumed")
    assert any("how accurate the reference is" in limit for limit in finding.limits)
    assert "assumed_accuracy_px" in finding.derivation.parameters


def test_another_place_is_not_matched_and_the_power_to_say_no_is_tested(
    elsewhere: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    finding, values = run(make_evidence(studio(elsewhere).scene, orthophoto))
    assert finding.answer == PlaceAnswer.DOES_NOT_MATCH
    assert values.matched is False
    assert values.power is not None
    assert values.power.passed
    assert values.power.views_found == values.power.views == 5
    assert values.centre is None
    assert values.homographies == ()
    assert any("another season" in limit for limit in finding.limits)


def test_a_picture_without_texture_cannot_tell(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    scene: Scene = studio(ground).scene
    keys = tuple(replace(key, luma=np.full_like(key.luma, 90)) for key in scene.key_frames)
    finding, values = run(make_evidence(replace(scene, key_frames=keys), orthophoto))
    assert finding.answer == PlaceAnswer.CANNOT_TELL
    assert values.matched is None
    assert "too few distinctive points" in values.shots[0].reason


def test_a_scene_without_key_frames_cannot_tell(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    finding, _ = run(make_evidence(replace(studio(ground).scene, key_frames=()), orthophoto))
    assert finding.answer == PlaceAnswer.CANNOT_TELL


def test_mirrored_footage_is_refused_and_named(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    mirrored = replace(ground, picture=np.ascontiguousarray(ground.picture[:, ::-1]))
    finding, values = run(make_evidence(studio(mirrored).scene, orthophoto))
    assert finding.answer == PlaceAnswer.CANNOT_TELL
    assert values.power is None
    assert "mirror" in values.shots[0].reason
    assert "before it was mirrored" in finding.reason


def test_a_large_reference_is_searched_and_then_looked_at_finely(
    ground: Ground, tmp_path: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    path = tmp_path / "fine.tif"
    write_reference(ground, path, look=ReferenceLook(gsd_m=0.3))
    filmed = studio(ground, gsd_m=0.2)
    coarse_first = replace(FAST, reference_side_px=480)
    _, values = run(make_evidence(filmed.scene, path), coarse_first)
    assert values.matched is True
    assert values.reference.patch_gsd_m < 0.4
    east, north = ground.centre
    near = to_geographic(MapPoint(easting_m=east, northing_m=north, crs="EPSG:32637"))
    evidence = make_evidence(filmed.scene, path, claimed_place=ClaimedPlace(point=near))
    _, values = run(evidence, replace(FAST, reference_side_px=600))
    assert values.matched is True
    assert values.reference.patch_gsd_m == pytest.approx(0.3)


@pytest.fixture(scope="module")
def oblique(ground: Ground, studio: Studio) -> Filmed:
    filmed: Filmed = studio(ground, flatten=0.6)
    return filmed


@pytest.fixture(scope="module")
def level(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> TerrainSource:
    path = tmp_path_factory.mktemp("level") / "heights.tif"
    write_terrain(ground, path, gsd_m=2.0)
    return TerrainSource(digest=digest_file(path), path=path, accuracy_m=0.1)


def test_heights_of_level_ground_are_used_and_change_little(
    level: TerrainSource, orthophoto: Path, oblique: Filmed, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(oblique.scene, orthophoto)
    without = run(evidence)[1]
    _, values = run(replace(evidence, terrain=level))
    assert without.ground[0].homography.plane is None
    assert values.ground[0].homography.plane == pytest.approx((0.0, 0.0, 0.0), abs=1e-6)
    # Half a pixel of the orthophoto is 0.2 m; the heights' own doubt reweighs the matches a little.
    assert np.median(errors(values, oblique)[0]) < 0.2
    assert Need.TERRAIN in PlaceCheck().uses


def test_the_same_inputs_give_the_same_finding(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(studio(ground).scene, orthophoto)
    assert run(evidence)[0] == run(evidence)[0]


def test_points_found_ahead_change_nothing(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    evidence = make_evidence(studio(ground).scene, orthophoto)
    ahead = FAST.look_ahead(evidence.item, evidence.references)
    assert ahead is not None
    assert isinstance(FAST, LooksAhead)
    assert run(replace(evidence, looked=ahead))[0] == run(evidence)[0]
    assert FAST.look_ahead(evidence.item, ()) is None
    searched = replace(FAST, reference_side_px=100)
    assert searched.look_ahead(evidence.item, evidence.references) is None


def test_points_are_found_only_in_key_frames_that_are_asked(ground: Ground, studio: Studio) -> None:
    scene = studio(ground).scene
    frames = tuple(replace(scene.key_frames[0], index=index) for index in range(8))
    many = replace(scene, key_frames=frames, linked=np.ones_like(scene.linked))
    views = shot_views(many, many.shots[0], most=6, most_features=100)
    assert [view.asked for view in views] == [True, False, True, True, False, True]
    assert views[1].features is views[1].features


def test_only_the_longest_shots_are_tried_when_there_are_many(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    scene: Scene = studio(ground).scene
    whole = scene.shots[0]
    first = replace(whole, span=type(whole.span)(first=0, last=8))
    second = replace(whole, span=type(whole.span)(first=9, last=12), anchor=9)
    links = scene.to_anchor.copy()
    links[9:] = np.linalg.inv(links[9]) @ links[9:]
    links = links / links[:, 2:, 2:]
    split = replace(scene, shots=(first, second), to_anchor=links)
    finding, values = run(make_evidence(split, orthophoto), replace(FAST, most_shots=1))
    assert [shot.first for shot in values.shots] == [0]
    assert any("1 of the shortest" in limit for limit in finding.limits)
    _, values = run(make_evidence(split, orthophoto))
    assert [shot.accepted for shot in values.shots] == [True, True]


def test_without_a_reference_it_does_not_run(
    ground: Ground, studio: Studio, make_evidence: MakeEvidence
) -> None:
    with pytest.raises(ValueError, match="without a reference"):
        PlaceCheck().run(make_evidence(studio(ground).scene, None))
