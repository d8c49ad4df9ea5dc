"""The whole check on small simulated clips whose strikes are known."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from purport.checks.contract import Evidence, ReferenceSource
from purport.checks.impacts import ImpactsAnswer, ImpactsCheck, ImpactsValues
from purport.checks.impacts.records import PointBasis
from purport.core.case import ItemRecord, Publication, Target
from purport.core.digests import Digest, JsonObject, digest_bytes, digest_file
from purport.core.findings import Derivation, Finding
from purport.core.homographies import GroundHomography
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint, MapPoint, to_geographic
from purport.core.records import from_json, to_json
from purport.media import probe_media
from purport.scene import Scene, analyse_scene
from purport.simulate import (
    Camera,
    GainJump,
    Glint,
    Ground,
    Modality,
    Overlay,
    Script,
    Segment,
    SegmentKind,
    Sensor,
    Strike,
    Truth,
    Vehicle,
    plain_script,
    procedural_ground,
    render,
)

GROUND = procedural_ground(11, size_m=240.0, gsd_m=0.4)
EAST, NORTH = GROUND.centre
STRIKE = Strike(time_s=1.2, place=(EAST + 6.0, NORTH - 4.0), size_m=6.0, seed=3)
CAMERA = Camera(
    aim=(EAST - 2.0, NORTH),
    gsd_m=0.4,
    drift_mps=(2.0, 0.5),
    orbit_dps=0.5,
    jitter_px=0.5,
    sensor=Sensor(saturation_frames=0),
)


def make_script(strikes: tuple[Strike, ...] = (STRIKE,), *, duration_s: float = 2.8) -> Script:
    script = plain_script(GROUND, CAMERA, duration_s=duration_s, strikes=strikes)
    return replace(script, width_px=320, height_px=180)


def checkered(ground: Ground) -> Ground:
    """Lay a chequer of 2.4 m over the ground, as of roofs and yards."""
    rows, columns = np.indices(ground.picture.shape[:2]) // 6
    picture = np.where(((rows + columns) % 2 == 0)[..., None], 60, 190).astype(np.uint8)
    mixed = picture // 2 + ground.picture // 2
    return replace(ground, picture=np.asarray(mixed, dtype=np.uint8))


def make_evidence(script: Script, folder: Path) -> tuple[Evidence, Truth]:
    path = folder / "clip.mp4"
    truth = render(script, path)
    probe = probe_media(path)
    scene = analyse_scene(path, probe=probe)
    item = ItemRecord(digest=digest_file(path), name=path.name, size_bytes=path.stat().st_size)
    return Evidence(item=item, path=path, probe=probe, load_scene=lambda: scene), truth


def published(evidence: Evidence, target: Target | None) -> Evidence:
    publication = Publication(published=parse_stated_time("2015-09-30"), basis="recorded by user")
    return replace(evidence, item=replace(evidence.item, publication=publication, target=target))


def placed(evidence: Evidence, truth: Truth) -> Evidence:
    """Add what the place check would have found, exactly."""
    scene = evidence.load_scene()
    grounds = [shot_ground(scene, truth, number) for number in range(len(scene.shots))]
    finding = Finding(
        id="f000000000000",
        check="place",
        version="1",
        item=evidence.item.digest,
        answer="matches",
        reason="made for this test",
        values={"matched": True, "ground": grounds},
        limits=(),
        derivation=Derivation(inputs=(), parameters={}, libraries=()),
    )
    reference = ReferenceSource(digest=digest_bytes(b"reference"), path=Path("reference.tif"))
    return replace(evidence, earlier=(finding,), references=(reference,))


def shot_ground(scene: Scene, truth: Truth, number: int) -> JsonObject:
    shot = scene.shots[number]
    to_map = np.array(truth.frames[shot.anchor].to_map)
    shift = np.array([[1.0, 0.0, -EAST], [0.0, 1.0, -NORTH], [0.0, 0.0, 1.0]])
    matrix = shift @ to_map
    homography = GroundHomography(
        matrix=tuple(map(tuple, (matrix / matrix[2, 2]).tolist())),
        normalisation=((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
        origin_m=(EAST, NORTH),
        crs=truth.crs,
        covariance=tuple((0.0,) * 8 for _ in range(8)),
        ground_sd_m=0.3,
        reference_sd_m=0.5,
    )
    return {
        "first": shot.span.first,
        "last": shot.span.last,
        "anchor": shot.anchor,
        "homography": to_json(homography),
    }


def run(evidence: Evidence) -> tuple[str, ImpactsValues]:
    (finding,) = ImpactsCheck().run(evidence)
    json.dumps(finding.values, allow_nan=False)
    return finding.answer, from_json(ImpactsValues, finding.values)


def geographic(place: tuple[float, float]) -> GeoPoint:
    return to_geographic(MapPoint(easting_m=place[0], northing_m=place[1], crs=GROUND.crs))


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evidence, Truth]:
    return make_evidence(make_script(), tmp_path_factory.mktemp("struck"))


def test_a_strike_is_found_at_its_frame_and_place(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    answer, values = run(evidence)
    assert answer == ImpactsAnswer.STRIKES_FOUND
    (strike,) = values.strikes
    assert abs(strike.onset_frame - truth.strikes[0].onset_frame) <= 2
    assert strike.point_frame == strike.onset_frame
    residual = np.subtract(strike.point_px, truth.strikes[0].point_px)
    assert float(np.hypot(*residual)) < 3.0 * strike.point_sd_px
    assert values.distinct_strikes == 1


def test_nothing_is_measured_without_a_recorded_publication(
    struck: tuple[Evidence, Truth],
) -> None:
    evidence, truth = struck
    target = Target(point=geographic(STRIKE.place))
    unpublished = replace(evidence, item=replace(evidence.item, target=target))
    _, values = run(placed(unpublished, truth))
    (strike,) = values.strikes
    assert strike.position is None
    assert strike.offset_m is None
    assert strike.bearing_deg is None
    assert strike.not_measured is not None
    assert "made public" in strike.not_measured


def test_nothing_is_measured_without_a_map(struck: tuple[Evidence, Truth]) -> None:
    _, values = run(published(struck[0], Target(point=geographic(STRIKE.place))))
    assert values.strikes[0].position is None
    assert values.strikes[0].offset_95_m is None
    assert "orthophoto" in (values.strikes[0].not_measured or "")


def test_the_offset_from_a_point_holds_the_truth(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    east, north = STRIKE.place
    target = Target(point=geographic((east - 9.0, north)), standard_uncertainty_m=0.2)
    _, values = run(placed(published(evidence, target), truth))
    (strike,) = values.strikes
    assert strike.offset_95_m is not None
    assert strike.offset_68_m is not None
    assert strike.bearing_deg is not None
    low, high = strike.offset_95_m
    assert low <= 9.0 <= high
    assert high - low < 8.0
    assert low < strike.offset_68_m[0] < strike.offset_68_m[1] < high
    assert strike.bearing_deg == pytest.approx(90.0, abs=20.0)
    assert strike.budget_m is not None
    assert {"marking", "relief", "reference", "target"} <= set(strike.budget_m)
    assert strike.budget_m["reference"] == 0.5
    assert values.target_basis == "target point (stated by user)"


def test_an_outline_gives_the_probability_to_be_inside(struck: tuple[Evidence, Truth]) -> None:
    evidence, truth = struck
    east, north = STRIKE.place
    corners = [(-10, -10), (10, -10), (10, 10), (-10, 10)]
    outline = tuple(geographic((east + dx, north + dy)) for dx, dy in corners)
    _, values = run(placed(published(evidence, Target(outline=outline)), truth))
    (strike,) = values.strikes
    assert strike.offset_m == 0.0
    assert strike.bearing_deg is None
    assert strike.p_inside is not None
    assert strike.p_inside > 0.95


def test_without_a_target_the_crosshair_is_assumed(tmp_path: Path) -> None:
    script = replace(make_script(duration_s=4.0), overlay=Overlay(crosshair=True))
    evidence, truth = make_evidence(script, tmp_path)
    _, values = run(placed(published(evidence, None), truth))
    assert values.target_basis == "crosshair (assumed)"
    (strike,) = values.strikes
    onset = truth.strikes[0].onset_frame
    x, y, w = np.array(truth.frames[onset].to_map) @ np.array([159.5, 89.5, 1.0])
    distance = float(np.hypot(x / w - STRIKE.place[0], y / w - STRIKE.place[1]))
    assert strike.offset_95_m is not None
    assert strike.offset_95_m[0] <= distance <= strike.offset_95_m[1]


def test_without_target_and_crosshair_there_is_a_position_but_no_offset(
    struck: tuple[Evidence, Truth],
) -> None:
    evidence, truth = struck
    _, values = run(placed(published(evidence, None), truth))
    (strike,) = values.strikes
    assert strike.position is not None
    assert strike.offset_m is None
    assert "no target" in (strike.not_measured or "")


def test_glints_vehicles_and_exposure_are_no_strikes(tmp_path: Path) -> None:
    script = replace(
        make_script(()),
        glints=(Glint(time_s=0.8, duration_s=0.3, place=(EAST + 4.0, NORTH - 14.0)),),
        vehicles=(Vehicle(start=(EAST - 15.0, NORTH), velocity_mps=(9.0, 2.0)),),
        gain_jumps=(GainJump(time_s=1.5, gain=0.8, offset=0.05),),
    )
    evidence, _ = make_evidence(script, tmp_path)
    answer, values = run(evidence)
    assert answer == ImpactsAnswer.NO_STRIKE_SEEN
    assert values.strikes == ()


def test_a_blinded_camera_still_gives_the_strike(tmp_path: Path) -> None:
    camera = replace(CAMERA, sensor=Sensor(saturation_frames=6, recovery_s=0.2))
    script = replace(make_script(duration_s=3.6), cameras=(camera,))
    evidence, truth = make_evidence(script, tmp_path)
    answer, values = run(evidence)
    assert answer == ImpactsAnswer.STRIKES_FOUND
    assert abs(values.strikes[0].onset_frame - truth.strikes[0].onset_frame) <= 2
    assert len(evidence.load_scene().shots) == 1


@pytest.mark.parametrize(
    ("modality", "gamma"), [(Modality.VISIBLE, 1.9), (Modality.BLACK_HOT, 1.0)]
)
def test_a_blast_that_blacks_the_picture_out_is_no_gap_between_takes(
    tmp_path: Path, modality: Modality, gamma: float
) -> None:
    """A gain that collapses, or heat shown black: no burst was seen just before the black."""
    dark = Sensor(
        modality=modality, gamma=gamma, saturation_frames=4, recovery_s=0.3, collapse_frames=1
    )
    camera = replace(CAMERA, sensor=dark)
    script = replace(make_script(duration_s=2.6), cameras=(camera,))
    script = replace(script, width_px=640, height_px=360)  # of less the band would be much
    evidence, truth = make_evidence(script, tmp_path)
    assert evidence.load_scene().luma_mean.min() < 24.0
    _, values = run(evidence)
    (found,) = values.strikes
    assert abs(found.onset_frame - truth.strikes[0].onset_frame) <= 2


@pytest.mark.parametrize("faded", [0.0, 0.4])
def test_what_has_moved_while_the_picture_was_black_is_no_strike(
    tmp_path: Path, faded: float
) -> None:
    """Between takes, be they cut or faded: where the vehicle stood the ground has changed."""
    script = make_script((), duration_s=4.0)
    waiting = Vehicle(start=(EAST + 8.0, NORTH), velocity_mps=(0.3, 0.0), brightness=0.95)
    script = replace(
        script,
        vehicles=(waiting,),
        edit=(
            Segment(duration_s=1.4, fade_out_s=faded),
            Segment(kind=SegmentKind.BLACK, duration_s=0.4),
            Segment(start_s=12.0, duration_s=2.0, fade_in_s=faded),
        ),
    )
    evidence, _ = make_evidence(script, tmp_path)
    answer, values = run(evidence)
    assert values.strikes == ()
    assert answer == ImpactsAnswer.NO_STRIKE_SEEN


def test_a_strike_that_blinds_the_camera_is_placed_where_it_was_seen_to_begin(
    tmp_path: Path,
) -> None:
    """Nothing of the flash lasts; that the picture broke down just after speaks for it."""
    sensor = Sensor(saturation_frames=10, recovery_s=0.4, agc_depth=0.5, noise_sd=3.0)
    strike = replace(STRIKE, size_m=4.0, smoke_s=0.6)
    script = replace(
        make_script((strike,), duration_s=3.6), cameras=(replace(CAMERA, sensor=sensor),)
    )
    evidence, truth = make_evidence(script, tmp_path)
    _, values = run(evidence)
    (found,) = values.strikes
    assert found.onset_frame == truth.strikes[0].onset_frame
    assert found.point_basis is PointBasis.FIRST_FRAMES
    true = np.linalg.solve(
        np.array(truth.frames[found.point_frame].to_map),
        [truth.strikes[0].easting_m, truth.strikes[0].northing_m, 1.0],
    )
    assert np.hypot(*(true[:2] / true[2] - found.point_px)) < 3.0


def test_two_strikes_are_two_and_a_replay_is_one(tmp_path: Path) -> None:
    second = Strike(time_s=2.6, place=(EAST - 12.0, NORTH + 8.0), size_m=6.0, seed=4)
    away = Camera(aim=(EAST + 60.0, NORTH + 50.0), gsd_m=0.4, seed=5)
    script = replace(
        make_script((STRIKE, second)),
        cameras=(CAMERA, away),
        edit=(
            Segment(duration_s=4.0),
            Segment(camera=1, duration_s=1.0),
            Segment(start_s=0.6, duration_s=1.8),
        ),
    )
    evidence, truth = make_evidence(script, tmp_path)
    _, values = run(evidence)
    assert [strike.same_strike_as for strike in values.strikes] == [None, None, 0]
    assert values.distinct_strikes == truth.distinct_strikes


def test_a_replay_at_once_from_the_same_camera_goes_back_in_time(tmp_path: Path) -> None:
    """Nothing is between: fire and scar are gone from one frame to the next, and come again."""
    script = replace(
        make_script(duration_s=2.8),
        edit=(Segment(duration_s=2.8), Segment(start_s=0.5, duration_s=2.2)),
    )
    evidence, truth = make_evidence(script, tmp_path)
    _, values = run(evidence)
    assert len(evidence.load_scene().shots) == 1
    assert [one.onset_frame for one in values.strikes] == [one.onset_frame for one in truth.strikes]
    assert [strike.same_strike_as for strike in values.strikes] == [None, 0]


def test_a_replay_that_begins_while_the_strike_is_still_watched_invents_none(
    tmp_path: Path,
) -> None:
    """The jump back is 0.9 s after the onset: less than a change is watched for."""
    first = replace(STRIKE, time_s=0.7, place=(EAST - 14.0, NORTH + 6.0), seed=8)
    second = replace(STRIKE, time_s=1.6)
    script = replace(
        make_script((first, second), duration_s=2.5),
        edit=(Segment(duration_s=2.5), Segment(start_s=1.0, duration_s=1.8)),
    )
    evidence, truth = make_evidence(script, tmp_path)
    _, values = run(evidence)
    assert len(evidence.load_scene().shots) == 1
    assert [one.onset_frame for one in values.strikes] == [one.onset_frame for one in truth.strikes]
    assert [strike.same_strike_as for strike in values.strikes] == [None, None, 1]


def test_two_strikes_at_one_spot_in_one_take_are_two(tmp_path: Path) -> None:
    again = Strike(time_s=2.7, place=(EAST + 7.5, NORTH - 4.0), size_m=6.0, seed=9)
    evidence, truth = make_evidence(make_script((STRIKE, again), duration_s=4.2), tmp_path)
    _, values = run(evidence)
    assert [one.onset_frame for one in values.strikes] == [one.onset_frame for one in truth.strikes]
    assert values.distinct_strikes == 2


def test_what_burns_when_the_footage_begins_is_no_strike(tmp_path: Path) -> None:
    earlier = replace(STRIKE, time_s=-0.15)
    evidence, _ = make_evidence(make_script((earlier,)), tmp_path)
    answer, values = run(evidence)
    assert answer == ImpactsAnswer.NO_STRIKE_SEEN
    assert values.strikes == ()
    assert values.began_before
    assert values.began_before[0].shot == 0


def test_a_small_flash_before_a_jagged_roof_is_seen(tmp_path: Path) -> None:
    """At scanning size its every pixel lies on an edge; the pictures lie well on each other."""
    ground = checkered(GROUND)
    strike = replace(STRIKE, size_m=3.2, smoke_s=2.5)
    still = replace(CAMERA, drift_mps=(0.0, 0.0), orbit_dps=0.0, jitter_px=0.3)
    script = replace(make_script((strike,)), ground=ground, cameras=(still,))
    evidence, truth = make_evidence(script, tmp_path)
    _, values = run(evidence)
    assert [one.onset_frame for one in values.strikes] == [truth.strikes[0].onset_frame]


def test_too_few_frames_cannot_tell(tmp_path: Path) -> None:
    evidence, _ = make_evidence(make_script((), duration_s=0.2), tmp_path)
    answer, _ = run(evidence)
    assert answer == ImpactsAnswer.CANNOT_TELL


def test_the_same_input_gives_the_same_finding(struck: tuple[Evidence, Truth]) -> None:
    first, second = ImpactsCheck().run(struck[0]), ImpactsCheck().run(struck[0])
    assert first[0].id == second[0].id
    assert first[0].derivation.parameters == ImpactsCheck().parameters()
    assert Digest(first[0].item or "") == struck[0].item.digest
