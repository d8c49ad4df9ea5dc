import base64
import math
from dataclasses import replace
from fractions import Fraction
from types import ModuleType
from typing import Any, TypeAlias

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.core.casefile import CaseFile
from purport.core.media_time import FrameSpan
from purport.core.positions import GeoPoint, MapPoint, to_geographic
from purport.imagery import Reference, open_reference
from purport.media import Probe, probe_media
from purport.reports.drawings import (
    Drawing,
    Ellipse,
    Label,
    Polygon,
    Segment,
    encode_picture,
    fit_width,
    veil,
)
from purport.reports.frame_drawings import (
    FrameContext,
    FramePlan,
    KeyFrameDrawing,
    draw_key_frames,
    plan_key_frames,
)
from purport.reports.map_drawings import draw_impacts, draw_place, ellipse_axes, footprint
from purport.reports.readings import (
    FrameOnMap,
    PlaceReading,
    StrikeReading,
    read_edits,
    read_place,
    read_strikes,
)
from purport.scene import Scene
from purport.scene.records import Shot, Transition

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path


def decode(uri: str) -> NDArray[np.uint8]:
    content = base64.b64decode(uri.removeprefix("data:image/jpeg;base64,"))
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), np.uint8)


@pytest.fixture(scope="module")
def case(hand_made: HandMade) -> CaseFile:
    found: CaseFile = hand_made.case
    return found


@pytest.fixture(scope="module")
def reference(hand_made: HandMade, case: CaseFile) -> Reference:
    digest = case.items[0].record.references[0]
    return open_reference(hand_made.path_of(digest))


@pytest.fixture(scope="module")
def probe(hand_made: HandMade, case: CaseFile) -> Probe:
    return probe_media(hand_made.path_of(case.items[0].record.digest))


@pytest.fixture(scope="module")
def place(case: CaseFile) -> PlaceReading:
    return read_place(case.findings[2])


@pytest.fixture(scope="module")
def strikes(case: CaseFile) -> tuple[StrikeReading, ...]:
    return read_strikes(case.findings[3])


# ---- pictures ------------------------------------------------------------------------------


def test_fit_width_only_shrinks() -> None:
    small, same = fit_width(np.zeros((90, 160, 3), np.uint8))
    large, factor = fit_width(np.zeros((1080, 1920, 3), np.uint8))
    assert (small.shape, same) == ((90, 160, 3), 1.0)
    assert (large.shape, factor) == ((540, 960, 3), 0.5)


def test_veil_leaves_no_detail_and_no_colour() -> None:
    generator = np.random.default_rng(3)
    picture = generator.integers(0, 255, (270, 480, 3), dtype=np.uint8)
    picture[100:104] = 255  # a line, as a limb or a letter would be
    veiled = veil(picture)
    assert veiled.ndim == 2
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    assert float(cv2.Laplacian(veiled, cv2.CV_64F).std()) < 1.0
    assert float(cv2.Laplacian(grey, cv2.CV_64F).std()) > 100.0


def test_encode_picture_round_trips_within_jpeg() -> None:
    picture = np.full((40, 60, 3), (30, 90, 200), np.uint8)
    assert np.abs(decode(encode_picture(picture)).astype(int) - picture).max() <= 4


# ---- key frames ----------------------------------------------------------------------------


def test_plan_key_frames_veils_everything_from_the_first_strike_on(
    case: CaseFile, strikes: tuple[StrikeReading, ...]
) -> None:
    plans = plan_key_frames(100, 10.0, edits=read_edits(case.findings[0]), strikes=strikes)
    onset = min(strike.onset_frame for strike in strikes)
    assert [plan.index for plan in plans] == sorted({plan.index for plan in plans})
    assert all(plan.graphic for plan in plans if plan.index >= onset)
    assert [plan.index for plan in plans if not plan.graphic] == [0, 19]
    assert [plan.strike.number for plan in plans if plan.strike] == [1, 2]


def test_plan_key_frames_veils_footage_that_was_not_examined() -> None:
    assert all(plan.graphic for plan in plan_key_frames(50, 25.0, edits=(), strikes=None))


def test_plan_key_frames_shows_footage_without_strikes() -> None:
    plans = plan_key_frames(50, 25.0, edits=(), strikes=())
    assert [(plan.index, plan.graphic) for plan in plans] == [(0, False)]


def test_plan_key_frames_stays_inside_the_clip(strikes: tuple[StrikeReading, ...]) -> None:
    late = replace(strikes[0], onset_frame=49)
    early = replace(strikes[0], onset_frame=0)
    plans = plan_key_frames(50, 25.0, edits=(), strikes=[early, late])
    assert all(0 <= plan.index < 50 for plan in plans)
    assert all(plan.graphic for plan in plans)


def test_plan_key_frames_keeps_strikes_when_there_are_too_many(
    strikes: tuple[StrikeReading, ...],
) -> None:
    many = [replace(strikes[0], number=n, onset_frame=100 * n) for n in range(1, 8)]
    plans = plan_key_frames(1000, 10.0, edits=(), strikes=many)
    assert len(plans) == 8
    assert plans[0].index == 0
    assert [plan.strike.number for plan in plans if plan.strike] == [1, 2, 3, 4, 5, 6, 7]


def test_plan_key_frames_prefers_first_showings(strikes: tuple[StrikeReading, ...]) -> None:
    many = [
        replace(strikes[0], number=n, onset_frame=100 * n, same_strike_as=1 if n % 2 else None)
        for n in range(2, 16)
    ]
    plans = plan_key_frames(2000, 10.0, edits=(), strikes=many)
    assert [plan.strike.number for plan in plans if plan.strike] == [2, 4, 6, 8, 10, 12, 14]


def test_plan_key_frames_shows_one_of_several_at_one_moment(
    strikes: tuple[StrikeReading, ...],
) -> None:
    near = [replace(strikes[0], number=n, onset_frame=100 + n) for n in range(1, 4)]
    plans = plan_key_frames(1000, 25.0, edits=(), strikes=near)
    assert [plan.strike.number for plan in plans if plan.strike] == [1]


def draw(
    hand_made: HandMade, probe: Probe, plan: FramePlan, context: FrameContext
) -> KeyFrameDrawing:
    path = hand_made.path_of(hand_made.case.items[0].record.digest)
    return draw_key_frames(path, probe, [plan], context)[0]


def impact_area(drawing: Drawing) -> Ellipse | None:
    shapes = (s for s in drawing.shapes if isinstance(s, Ellipse) and s.role == "impact-area")
    return next(shapes, None)


def make_scene(builder: ModuleType, *, linked: bool = True) -> Scene:
    """The first shot of the clip, its links taken from the drawing."""
    frames = builder.CUT
    width, height = builder.FRAME_SIZE
    chain = [
        np.linalg.solve(builder.to_ground_px(0), builder.to_ground_px(i)) for i in range(frames)
    ]
    overlay = np.zeros((height, width), bool)
    overlay[250:262, 8:120] = True
    shot = Shot(
        span=FrameSpan(first=0, last=frames - 1),
        begins_with=Transition.START,
        anchor=0,
        overlay=overlay,
    )
    return Scene(
        width_px=width,
        height_px=height,
        pts=np.arange(frames, dtype=np.int64),
        time_base=Fraction(1, 10),
        luma_mean=np.zeros(frames, np.float32),
        luma_sd=np.zeros(frames, np.float32),
        step=np.zeros(frames, np.float32),
        thumbnails=np.zeros((frames, 64, 64), np.uint8),
        shots=(shot,),
        to_anchor=np.array([matrix / matrix[2, 2] for matrix in chain]),
        link_sd_px=np.zeros(frames, np.float32),
        linked=np.full(frames, linked),
        key_frames=(),
    )


def test_draw_key_frames_puts_the_strike_where_it_burns(
    hand_made: HandMade, probe: Probe, place: PlaceReading, strikes: tuple[StrikeReading, ...]
) -> None:
    plan = FramePlan(index=30, caption="Strike 1", graphic=True, strike=strikes[0])
    context = FrameContext(rate=10.0, place=place, target=None)
    drawing = draw(hand_made, probe, plan, context).drawing
    area = impact_area(drawing)
    assert area is not None
    assert decode(drawing.picture)[round(area.y), round(area.x)].min() > 180
    assert area.rx == pytest.approx(2.4477 * strikes[0].point_sd_px)
    assert drawing.veiled is not None
    assert drawing.veiled != drawing.picture
    assert decode(drawing.veiled).shape[1] < drawing.width


def test_draw_key_frames_follows_the_strike_through_the_scene(
    hand_made: HandMade, builder: ModuleType, probe: Probe, strikes: tuple[StrikeReading, ...]
) -> None:
    plan = FramePlan(index=30, caption="Strike 1", graphic=True, strike=strikes[0])
    context = FrameContext(rate=10.0, place=None, target=None, scene=make_scene(builder))
    area = impact_area(draw(hand_made, probe, plan, context).drawing)
    assert area is not None
    assert (area.x, area.y) == pytest.approx(builder.between_frames(25, 30, strikes[0].point_px))


@pytest.mark.parametrize("index", [30, 70])
def test_draw_key_frames_draws_no_strike_where_no_link_says_where(  # noqa: PLR0917 - fixtures
    hand_made: HandMade,
    builder: ModuleType,
    probe: Probe,
    strikes: tuple[StrikeReading, ...],
    index: int,
) -> None:
    plan = FramePlan(index=index, caption="Strike 1", graphic=True, strike=strikes[0])
    scene = make_scene(builder, linked=False)
    context = FrameContext(rate=10.0, place=None, target=None, scene=scene)
    assert impact_area(draw(hand_made, probe, plan, context).drawing) is None


def test_draw_key_frames_outlines_burnt_in_graphics(
    hand_made: HandMade, builder: ModuleType, probe: Probe
) -> None:
    plan = FramePlan(index=0, caption="First frame", graphic=False)
    context = FrameContext(rate=10.0, place=None, target=None, scene=make_scene(builder))
    drawing = draw(hand_made, probe, plan, context).drawing
    (outline,) = [s for s in drawing.shapes if isinstance(s, Polygon) and s.role == "overlay"]
    x, y = np.array(outline.points).T
    assert (x.min(), x.max(), y.min(), y.max()) == (8, 119, 250, 261)
    assert ("overlay", "Burnt-in graphics") in drawing.legend


def test_draw_key_frames_projects_the_target_into_the_picture(
    hand_made: HandMade, builder: ModuleType, probe: Probe, place: PlaceReading
) -> None:
    target = hand_made.case.items[0].record.target
    plan = FramePlan(index=20, caption="Before", graphic=False)
    context = FrameContext(rate=10.0, place=place, target=target)
    drawing = draw(hand_made, probe, plan, context).drawing
    outline = next(s for s in drawing.shapes if isinstance(s, Polygon) and s.role == "target")
    for (x, y), corner in zip(outline.points, builder.target_outline(), strict=True):
        back = to_geographic(builder.project(20, (x, y)))
        assert back.longitude_deg == pytest.approx(corner.longitude_deg, abs=1e-8)
        assert back.latitude_deg == pytest.approx(corner.latitude_deg, abs=1e-8)
    assert drawing.veiled is None


def test_draw_key_frames_draws_no_target_far_from_any_registered_frame(
    hand_made: HandMade, probe: Probe, place: PlaceReading
) -> None:
    target = hand_made.case.items[0].record.target
    only_last = replace(place, frames=place.frames[-1:])
    context = FrameContext(rate=10.0, place=only_last, target=target)
    plan = FramePlan(index=20, caption="Before", graphic=False)
    assert draw(hand_made, probe, plan, context).drawing.shapes == ()


# ---- maps ----------------------------------------------------------------------------------


def test_ellipse_axes_follow_the_covariance() -> None:
    turn = math.radians(30.0)
    axes = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    (a, b), (c, d) = axes @ np.diag([9.0, 1.0]) @ axes.T
    expected = (3 * 2.44775, 2.44775, 30.0)
    assert ellipse_axes(((a, b), (c, d))) == pytest.approx(expected, abs=1e-4)


def test_footprint_refuses_a_frame_with_the_horizon_in_it() -> None:
    tilted = np.array([[1.0, 0, 0], [0, 1.0, 0], [0, -0.01, 1.0]])
    assert footprint(FrameOnMap(frame=0, to_map=tilted, crs="EPSG:32633"), (160, 120)) is None


def polygon_area(points: tuple[tuple[float, float], ...]) -> float:
    x, y = np.array(points).T
    return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2


def test_draw_place_shows_found_claimed_and_footprint(
    case: CaseFile, reference: Reference, place: PlaceReading
) -> None:
    drawing = draw_place(reference, place, case.items[0].record, size_px=(480, 270))
    roles = {shape.role for shape in drawing.shapes}
    assert {
        "footprint",
        "footprint-area",
        "found",
        "found-area",
        "claimed",
        "scale",
        "north",
    } <= roles
    union = next(s for s in drawing.shapes if s.role == "footprint-area" and isinstance(s, Polygon))
    single = next(s for s in drawing.shapes if s.role == "footprint" and isinstance(s, Polygon))
    assert polygon_area(union.points) > polygon_area(single.points)
    assert decode(drawing.picture).shape[:2] == (drawing.height, drawing.width)
    assert "north is up" in drawing.alt


def test_draw_place_without_a_match_draws_the_claim_alone(
    case: CaseFile, reference: Reference, place: PlaceReading
) -> None:
    nothing = replace(place, matched=False, centre=None, covariance_m2=None, frames=())
    drawing = draw_place(reference, nothing, case.items[0].record, size_px=(480, 270))
    assert {shape.role for shape in drawing.shapes} == {"claimed", "scale", "north"}
    assert drawing.legend == (("claimed", "Position claimed"),)


def test_draw_place_says_when_the_claimed_place_lies_outside(
    case: CaseFile, reference: Reference, place: PlaceReading
) -> None:
    record = case.items[0].record
    claimed = record.claimed_place
    assert claimed is not None
    far = replace(claimed, point=GeoPoint(longitude_deg=15.5, latitude_deg=45.15))
    drawing = draw_place(reference, place, replace(record, claimed_place=far), size_px=(480, 270))
    assert not any(shape.role == "claimed" for shape in drawing.shapes)
    words = dict(drawing.legend)["claimed"]
    assert words.startswith("Position claimed: 39.")
    assert words.endswith("km east of the position found, outside this picture")


def scale_px_per_m(drawing: Drawing) -> float:
    bar = next(s for s in drawing.shapes if isinstance(s, Segment) and s.role == "scale")
    text = next(s for s in drawing.shapes if isinstance(s, Label) and s.role == "scale")
    return abs(bar.x2 - bar.x1) / float(text.text.removesuffix(" m"))


def test_draw_impacts_is_true_to_scale(
    case: CaseFile, reference: Reference, strikes: tuple[StrikeReading, ...]
) -> None:
    drawing = draw_impacts(reference, strikes, case.items[0].record.target)
    px_per_m = scale_px_per_m(drawing)
    lines = [s for s in drawing.shapes if isinstance(s, Segment) and s.role == "offset"]
    assert len(lines) == 2
    for line, strike in zip(lines, strikes, strict=True):
        length = math.hypot(line.x2 - line.x1, line.y2 - line.y1)
        # A centimetre: the grid of the reading is rounded to whole pixels.
        assert length / px_per_m == pytest.approx(strike.offset_m, abs=0.01)
        east, south = line.x2 - line.x1, line.y2 - line.y1
        assert math.degrees(math.atan2(east, -south)) % 360 == pytest.approx(
            strike.bearing_deg, abs=1
        )


def test_draw_impacts_ellipse_is_true_to_scale(
    reference: Reference, strikes: tuple[StrikeReading, ...]
) -> None:
    drawing = draw_impacts(reference, strikes[:1], None)
    area = next(s for s in drawing.shapes if isinstance(s, Ellipse) and s.role == "impact-area")
    covariance = strikes[0].covariance_m2
    assert covariance is not None
    assert area.rx / scale_px_per_m(drawing) == pytest.approx(ellipse_axes(covariance)[0], rel=0.01)
    assert not any(shape.role in {"target", "offset"} for shape in drawing.shapes)


def test_draw_impacts_moves_its_window_at_the_edge_of_the_orthophoto(
    builder: ModuleType, reference: Reference, strikes: tuple[StrikeReading, ...]
) -> None:
    corner = to_geographic(
        MapPoint(
            easting_m=builder.ORIGIN[0] + 2.0, northing_m=builder.ORIGIN[1] - 2.0, crs=builder.CRS
        )
    )
    drawing = draw_impacts(reference, [replace(strikes[0], position=corner)], None)
    spot = next(s for s in drawing.shapes if isinstance(s, Ellipse) and s.role == "impact")
    px_per_m = scale_px_per_m(drawing)
    assert (spot.x / px_per_m, spot.y / px_per_m) == pytest.approx((2.0, 2.0), abs=0.1)
    assert (drawing.width, drawing.height) == (960, 640)


def test_draw_impacts_writes_no_lengths_over_each_other(
    case: CaseFile, reference: Reference, strikes: tuple[StrikeReading, ...]
) -> None:
    many = [replace(strikes[0], number=n) for n in range(1, 8)]
    drawing = draw_impacts(reference, many, case.items[0].record.target)
    offsets = [s for s in drawing.shapes if s.role == "offset"]
    assert len(offsets) == 7
    texts = [s.text for s in drawing.shapes if isinstance(s, Label) and s.role == "impact"]
    assert texts == ["1", "2", "3", "4", "5", "6", "7"]
    crowd = [replace(strikes[0], number=n) for n in range(1, 40)]
    drawing = draw_impacts(reference, crowd, case.items[0].record.target)
    assert not any(isinstance(s, Label) and s.role == "impact" for s in drawing.shapes)


def test_draw_impacts_draws_no_offset_inside_the_target(
    case: CaseFile, reference: Reference, strikes: tuple[StrikeReading, ...]
) -> None:
    inside = replace(strikes[0], offset_m=0.0)
    drawing = draw_impacts(reference, [inside], case.items[0].record.target)
    assert not any(shape.role == "offset" for shape in drawing.shapes)


def test_draw_impacts_leaves_out_what_is_shown_again(
    case: CaseFile, reference: Reference, strikes: tuple[StrikeReading, ...]
) -> None:
    again = replace(strikes[1], same_strike_as=1)
    drawing = draw_impacts(reference, [strikes[0], again], case.items[0].record.target)
    assert [s.text for s in drawing.shapes if isinstance(s, Label) and s.role == "impact"] == [
        "1: 4.7 m"
    ]
