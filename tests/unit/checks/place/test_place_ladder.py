"""The ladder: oblique views, points by people, several references, and what would help."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from purport.checks.contract import Evidence, ReferenceSource
from purport.checks.place import PlaceAnswer, PlaceCheck, PlaceValues
from purport.checks.place._acceptance import AcceptanceRule
from purport.checks.place._ladder import Matching, affine_look, feature_look
from purport.checks.place._remedies import lacking_side
from purport.checks.place._views import map_patch, shot_views
from purport.core.casefile import MarkRecord
from purport.core.digests import Digest, digest_file
from purport.core.findings import Finding
from purport.core.positions import MapPoint, to_geographic
from purport.core.records import from_json
from purport.imagery import open_reference, read_luma
from purport.scene import Scene
from purport.simulate import Ground, ReferenceLook, write_reference

Studio = Callable[..., Any]
MakeEvidence = Callable[..., Evidence]

CHECK = replace(PlaceCheck(), reference_features=6000, frame_features=1000)
CORNERS = [(30.0, 30.0), (370.0, 40.0), (360.0, 210.0), (40.0, 200.0), (200.0, 120.0)]


def run(evidence: Evidence) -> tuple[Finding, PlaceValues]:
    finding = CHECK.run(evidence)[0]
    return finding, from_json(PlaceValues, finding.values)


def mark(number: int, to_map: np.ndarray, pixel: tuple[float, float]) -> MarkRecord:
    """A control point in frame 0, right to the rounding of its coordinates."""
    true = to_map @ [*pixel, 1.0]
    place = MapPoint(easting_m=true[0] / true[2], northing_m=true[1] / true[2], crs="EPSG:32637")
    point = to_geographic(place)
    return MarkRecord(
        id=f"m{number:012d}",
        item=Digest("0" * 64),
        kind="control_point",
        values={
            "frame": 0,
            "pixel": list(pixel),
            "position": [point.longitude_deg, point.latitude_deg],
            "pixel_sd": 0.5,
            "position_sd_m": 0.2,
        },
        author="A. Person",
        placed_utc=datetime(2026, 1, 1, tzinfo=UTC),
    )


def marked(
    evidence: Evidence, to_map: np.ndarray, pixels: Sequence[tuple[float, float]]
) -> Evidence:
    marks = tuple(mark(number, to_map, pixel) for number, pixel in enumerate(pixels))
    return replace(evidence, marks=marks)


def blinded(scene: Scene) -> Scene:
    """The scene with nothing to match in it."""
    keys = tuple(replace(key, luma=np.full_like(key.luma, 90)) for key in scene.key_frames)
    return replace(scene, key_frames=keys)


def centre_error(values: PlaceValues, to_map: np.ndarray) -> float:
    true = to_map @ [199.5, 119.5, 1.0]
    found = values.ground[0].homography.project((199.5, 119.5), pixel_covariance=np.zeros((2, 2)))
    away = np.array([found.easting_m, found.northing_m]) - true[:2] / true[2]
    return float(np.hypot(*away))


def test_a_view_stretched_is_found_where_it_lies_when_seen_obliquely(
    ground: Ground, orthophoto: Path, studio: Studio
) -> None:
    filmed = studio(ground, flatten=0.38)
    mapped = map_patch(read_luma(open_reference(orthophoto, accuracy_m=0.0)), most_features=6000)
    views = shot_views(filmed.scene, filmed.scene.shots[0], most=1, most_features=1000)
    matching = Matching(
        frame_features=1000, ratio=0.8, threshold_px=4.0, rule=AcceptanceRule(), seed=1
    )
    plain = feature_look(views, mapped, matching).found
    look = affine_look(views, mapped, matching)
    assert look.found.rung == "affine features"
    # Seen at 68 degrees, points look alike only when the view is stretched back.
    assert look.found.inliers > 2 * plain.inliers
    assert look.found.inliers > 5 * look.found.decoy_inliers
    assert look.found.matrix is not None
    found = mapped.patch.to_map @ look.found.matrix @ [199.5, 119.5, 1.0]
    true = filmed.to_map[0] @ [199.5, 119.5, 1.0]
    assert found[:2] / found[2] == pytest.approx(true[:2] / true[2], abs=1.0)
    again = look.again(views[0])
    assert again.inliers == look.found.inliers
    assert again.decoy_inliers == 0


def test_five_points_by_people_place_what_cannot_be_matched(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground)
    evidence = make_evidence(blinded(filmed.scene), orthophoto)
    finding, values = run(marked(evidence, filmed.to_map[0], CORNERS))
    assert finding.answer == PlaceAnswer.MATCHES
    assert values.shots[0].rung == "control points"
    assert values.shots[0].inliers == 5
    assert centre_error(values, filmed.to_map[0]) < 0.5
    assert any("their reading" in limit for limit in finding.limits)


def test_four_points_place_it_but_do_not_show_that_it_is_the_place(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground)
    evidence = make_evidence(blinded(filmed.scene), orthophoto)
    finding, values = run(marked(evidence, filmed.to_map[0], CORNERS[:4]))
    assert finding.answer == PlaceAnswer.CANNOT_TELL
    assert "one or two more" in finding.reason
    assert values.matched is None
    assert centre_error(values, filmed.to_map[0]) < 0.5


def test_too_few_points_are_refused_with_what_would_help(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground)
    evidence = make_evidence(blinded(filmed.scene), orthophoto)
    finding, values = run(marked(evidence, filmed.to_map[0], CORNERS[:2]))
    assert finding.answer == PlaceAnswer.CANNOT_TELL
    assert values.ground == ()
    assert "control point" in values.shots[0].reason
    assert "What would help" in finding.reason


def test_points_are_adjusted_along_with_what_matches(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    filmed = studio(ground)
    evidence = make_evidence(filmed.scene, orthophoto)
    alone, with_points = run(evidence)[1], run(marked(evidence, filmed.to_map[0], CORNERS))[1]
    assert with_points.shots[0].rung == "features"
    assert with_points.ground[0].homography.matrix != alone.ground[0].homography.matrix
    assert centre_error(with_points, filmed.to_map[0]) < 0.2


def several(evidence: Evidence, paths: Sequence[Path], accuracy_m: float) -> Evidence:
    sources = tuple(
        ReferenceSource(digest=digest_file(path), path=path, accuracy_m=accuracy_m)
        for path in paths
    )
    return replace(evidence, references=sources)


def test_of_two_references_that_agree_one_is_used_and_nothing_widened(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    other = orthophoto.with_name("other.tif")
    write_reference(ground, other, look=ReferenceLook(gsd_m=0.5, seed=4))
    evidence = several(make_evidence(studio(ground).scene, orthophoto), [orthophoto, other], 0.2)
    _, values = run(evidence)
    (compared,) = values.disagreements
    assert compared.number != values.reference.number
    assert compared.away_m < 0.3
    assert compared.extra_sd_m == 0.0
    assert values.ground[0].homography.reference_sd_m == 0.2


def test_references_that_contradict_each_other_widen_the_uncertainty(
    ground: Ground, orthophoto: Path, studio: Studio, make_evidence: MakeEvidence
) -> None:
    other = orthophoto.with_name("shifted.tif")
    write_reference(ground, other, look=ReferenceLook(gsd_m=0.5, shift_m=(3.0, 0.0)))
    evidence = several(make_evidence(studio(ground).scene, orthophoto), [orthophoto, other], 0.2)
    finding, values = run(evidence)
    (compared,) = values.disagreements
    assert compared.away_m == pytest.approx(3.0, abs=0.2)
    # Both positions lie within two standard uncertainties of each other's.
    assert values.ground[0].homography.reference_sd_m > 1.5
    assert any("3.0 m away" in limit for limit in finding.limits)


def test_the_side_without_points_is_named() -> None:
    north_up = np.array([[0.3, 0.0, 400_000.0], [0.0, -0.3, 3_900_000.0], [0.0, 0.0, 1.0]])
    across, down = np.meshgrid(np.linspace(10, 390, 20), np.linspace(10, 230, 12))
    pixels = np.column_stack([across.ravel(), down.ravel()])
    for side, kept in (
        ("east", pixels[:, 0] < 250.0),
        ("west", pixels[:, 0] > 150.0),
        ("north", pixels[:, 1] > 80.0),
        ("south", pixels[:, 1] < 160.0),
    ):
        assert side in lacking_side(pixels[kept], north_up, (400, 240))
