"""Views and offsets by hand, against what was simulated and against the checks themselves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from purport.casework import ItemDetails, Workspace, mark, run_checks
from purport.casework.bench import Bench, BenchReference, gather_bench
from purport.casework.checking import examine_item
from purport.casework.collecting import collect_item, collect_reference
from purport.casework.example import example_folder
from purport.casework.measuring import (
    HandImpact,
    HandLength,
    HandTarget,
    TargetKind,
    measure_by_hand,
)
from purport.casework.options import parse_publication
from purport.casework.placing import (
    HandView,
    OnMap,
    PlacedPoint,
    fit_view,
    start_from_registration,
)
from purport.casework.reading import case_file
from purport.checks.impacts import ImpactsCheck
from purport.checks.place import PlaceCheck
from purport.core.case import Target
from purport.core.errors import InputError
from purport.core.marks import MarkKind
from purport.core.positions import GeoPoint, MapPoint, to_geographic

FRAME = 84
CLIP = "coordination-centre.mp4"
SPREAD = ((60.0, 50.0), (580.0, 60.0), (560.0, 300.0), (90.0, 290.0))
EIGHT = (*SPREAD, (320.0, 60.0), (320.0, 300.0), (200.0, 170.0), (470.0, 190.0))
CRS = "EPSG:32628"


@dataclass(frozen=True)
class Placed:
    """The example's clip on the bench, with what was simulated."""

    workspace: Workspace
    bench: Bench
    chosen: BenchReference
    truth: dict[str, Any]

    def ground(self, pixel: tuple[float, float], frame: int = FRAME) -> GeoPoint:
        x, y, w = np.array(self.truth["frames"][frame]["to_map"]) @ np.array([*pixel, 1.0])
        place = MapPoint(easting_m=float(x / w), northing_m=float(y / w), crs=CRS)
        return to_geographic(place)

    def point(self, key: str, pixel: tuple[float, float], frame: int = FRAME) -> PlacedPoint:
        place = self.ground(pixel, frame)
        return PlacedPoint(
            key=key,
            frame=frame,
            pixel=pixel,
            pixel_sd_px=2.0,
            place=OnMap(position=(place.longitude_deg, place.latitude_deg)),
            place_sd_m=0.1,
        )

    def points(self, pixels: tuple[tuple[float, float], ...]) -> list[PlacedPoint]:
        return [self.point(f"p{number}", pixel) for number, pixel in enumerate(pixels)]

    def view(self, points: list[PlacedPoint]) -> HandView:
        return fit_view(self.bench, self.chosen, points, frame=FRAME)[0]


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Placed]:
    folder = example_folder()
    truth = json.loads((folder / "truth.json").read_text())["files"][CLIP]
    place = truth["targets"][0] if truth["targets"] else None
    assert place is not None
    with Workspace.open(tmp_path_factory.mktemp("placing") / "ws", create=True) as workspace:
        collect_reference(workspace, folder / "reference.tif")
        item = collect_item(
            workspace,
            folder / "footage" / CLIP,
            details=ItemDetails(
                publication=parse_publication("2019-03-14"),
                target=Target(
                    point=GeoPoint(longitude_deg=-14.19875091, latitude_deg=35.90026759),
                    standard_uncertainty_m=0.5,
                ),
            ),
        )
        examine_item(workspace, item.digest)
        bench = gather_bench(workspace, item.digest)
        yield Placed(workspace, bench, bench.references[0], truth)


@pytest.mark.parametrize("count", [4, 5, 8])
def test_exact_points_give_the_simulated_view(placed: Placed, count: int) -> None:
    told, view = fit_view(placed.bench, placed.chosen, placed.points(EIGHT[:count]), frame=FRAME)
    assert told.answer == "fitted"
    assert told.redundancy == 2 * count - 8
    assert told.rmse_m is not None
    assert told.rmse_m < 0.05
    assert view is not None
    assert told.warp is not None
    assert told.warp.error_px < 1e-6
    middle = placed.point("m", (320.0, 180.0))
    told_middle = fit_view(placed.bench, placed.chosen, [middle], frame=FRAME)[0].points[0]
    assert view.map_pixel((320.0, 180.0), frame=FRAME) == pytest.approx(told_middle.map_px, abs=0.1)
    assert view.frame_pixel(told_middle.map_px) == pytest.approx((320.0, 180.0), abs=0.1)


def test_each_point_says_where_it_lies_and_how_surely(placed: Placed) -> None:
    told, _ = fit_view(
        placed.bench, placed.chosen, placed.points(EIGHT), frame=FRAME, asked=[(0.0, 0.0)]
    )
    for one in told.points:
        assert one.used
        assert one.on_map is not None
        assert one.in_frame is not None
        assert one.on_map.semi_px[0] >= one.on_map.semi_px[1] > 0.0
        assert one.leverage is not None
        assert 0.0 < one.leverage < 1.0
    # eight parameters are decided by the points together
    assert sum(2.0 * (one.leverage or 0.0) for one in told.points) == pytest.approx(8.0)
    # outside of the points the view is less sure
    assert told.asked[0].semi_px[0] > max(
        one.on_map.semi_px[0] for one in told.points if one.on_map is not None
    )


def test_four_points_check_nothing(placed: Placed) -> None:
    told = placed.view(placed.points(SPREAD))
    assert [one.leverage for one in told.points] == pytest.approx([1.0] * 4)
    assert "check nothing" in told.words[0]


def test_too_few_points_are_told(placed: Placed) -> None:
    told = placed.view(placed.points(SPREAD[:3]))
    assert told.answer == "too_few"
    assert "Place 1 more control point" in told.words[1]
    assert told.warp is None


def test_points_on_one_line_are_told(placed: Placed) -> None:
    told = placed.view(placed.points((*SPREAD[:2], (320.0, 55.0), (90.0, 290.0))))
    assert told.answer == "collinear"
    assert set(told.suspects) == {"p0", "p1", "p2"}
    assert "3 of the 4 points" in told.words[0]


def test_two_swapped_points_are_told(placed: Placed) -> None:
    points = placed.points(SPREAD)
    points[0], points[1] = (
        replace(points[0], place=points[1].place),
        replace(points[1], place=points[0].place),
    )
    assert placed.view(points).answer == "swapped"


def test_a_wrong_point_among_eight_is_named_and_left_out(placed: Placed) -> None:
    points = placed.points(EIGHT)
    points[2] = replace(points[2], pixel=(points[2].pixel[0] + 25.0, points[2].pixel[1]))
    told = placed.view(points)
    assert told.answer == "fitted"
    assert told.suspects == ("p2",)
    wrong = told.points[2]
    assert wrong.used is False
    assert wrong.away_m == pytest.approx(25.0 * (told.gsd_m or 0.0), rel=0.3)
    assert [one.used for one in told.points].count(True) == 7


def test_a_wrong_point_among_five_is_noticed(placed: Placed) -> None:
    points = placed.points((*SPREAD, (310.0, 190.0)))
    points[4] = replace(points[4], pixel=(points[4].pixel[0] + 20.0, points[4].pixel[1]))
    told = placed.view(points)
    assert told.answer == "fitted"
    assert told.widened > 2.0
    assert "differ from each other by more than" in told.words[0]
    points[4] = replace(points[4], pixel=(points[4].pixel[0] + 40.0, points[4].pixel[1]))
    assert placed.view(points).answer == "contradiction"


def test_points_of_other_frames_of_the_shot_count(placed: Placed) -> None:
    points = placed.points(SPREAD[:3])
    points.append(placed.point("p3", SPREAD[3], frame=FRAME - 20))
    told = placed.view(points)
    assert told.answer == "fitted"
    assert told.points[3].here_px is not None
    assert told.rmse_px is not None


def test_a_frame_that_is_not_there_is_refused(placed: Placed) -> None:
    with pytest.raises(InputError, match="there is none"):
        fit_view(placed.bench, placed.chosen, [], frame=100_000)


def strike_of(placed: Placed) -> tuple[float, float]:
    x, y = placed.truth["strikes"][0]["point_px"]
    return float(x), float(y)


def test_the_simulated_offset_lies_in_its_interval(placed: Placed) -> None:
    _, view = fit_view(placed.bench, placed.chosen, placed.points(EIGHT), frame=FRAME)
    (told,) = measure_by_hand(
        placed.bench,
        [HandImpact(key="i", frame=FRAME, pixel=strike_of(placed))],
        HandTarget(kind=TargetKind.STATED),
        view=view,
        chosen=placed.chosen,
    )
    (true_m,) = placed.truth["strikes"][0]["offsets_m"]
    assert told.offset_95_m is not None
    assert told.offset_95_m[0] <= true_m <= told.offset_95_m[1]
    assert "95 %" in told.words
    assert told.on_map is not None
    assert told.line_on_map is not None


def test_an_impact_on_the_map_is_brought_to_the_frame(placed: Placed) -> None:
    _, view = fit_view(placed.bench, placed.chosen, placed.points(EIGHT), frame=FRAME)
    assert view is not None
    pixel = strike_of(placed)
    place = view.map_pixel(pixel, frame=FRAME)
    (told,) = measure_by_hand(
        placed.bench,
        [HandImpact(key="i", frame=0, place=OnMap(pixel=place))],
        HandTarget(kind=TargetKind.STATED),
        view=view,
        chosen=placed.chosen,
    )
    assert told.pixel == pytest.approx(pixel, abs=1e-3)
    outside = replace(placed.chosen)
    (nowhere,) = measure_by_hand(
        placed.bench,
        [HandImpact(key="i", frame=0, place=OnMap(pixel=(5.0, 5.0)))],
        HandTarget(kind=TargetKind.STATED),
        view=view,
        chosen=outside,
    )
    assert nowhere.offset_m is None
    assert "not measured" in nowhere.words


def test_inside_an_outline_the_offset_is_nothing(placed: Placed) -> None:
    _, view = fit_view(placed.bench, placed.chosen, placed.points(EIGHT), frame=FRAME)
    assert view is not None
    middle = view.map_pixel(strike_of(placed), frame=FRAME)
    assert middle is not None
    corners = [(-30.0, -30.0), (30.0, -30.0), (30.0, 30.0), (-30.0, 30.0)]
    (told,) = measure_by_hand(
        placed.bench,
        [HandImpact(key="i", frame=FRAME, pixel=strike_of(placed))],
        HandTarget(
            kind=TargetKind.OUTLINE,
            outline=tuple(OnMap(pixel=(middle[0] + x, middle[1] + y)) for x, y in corners),
        ),
        view=view,
        chosen=placed.chosen,
    )
    assert told.offset_m == 0.0
    assert told.p_inside is not None
    assert told.p_inside > 0.95
    assert told.words.startswith("Inside the target's outline")


def test_without_a_map_a_known_length_gives_the_metres(placed: Placed) -> None:
    scale = placed.view(placed.points(EIGHT)).gsd_m
    assert scale is not None
    length = HandLength(
        key="l",
        frame=FRAME,
        start=(250.0, 180.0),
        end=(390.0, 180.0),
        pixel_sd_px=1.0,
        length_m=140 * scale,
        length_sd_m=0.2,
    )
    (told,) = measure_by_hand(
        placed.bench,
        [HandImpact(key="i", frame=FRAME, pixel=(340.0, 180.0))],
        HandTarget(kind=TargetKind.FRAME, frame=FRAME, pixel=(300.0, 180.0)),
        view=None,
        chosen=placed.chosen,
        lengths=[length],
    )
    assert told.offset_m == pytest.approx(40 * scale, rel=0.1)
    assert told.position is None
    assert told.bearing_deg is None
    assert told.scale_basis is not None
    assert told.scale_basis.startswith("known length")


def test_without_a_recorded_publication_nothing_is_measured(placed: Placed) -> None:
    bench = replace(placed.bench, item=replace(placed.bench.item, publication=None))
    _, view = fit_view(bench, placed.chosen, placed.points(EIGHT), frame=FRAME)
    (told,) = measure_by_hand(
        bench,
        [HandImpact(key="i", frame=FRAME, pixel=strike_of(placed))],
        HandTarget(kind=TargetKind.STATED),
        view=view,
        chosen=placed.chosen,
    )
    assert (told.offset_m, told.position, told.map_px, told.bearing_deg) == (None,) * 4
    assert "not recorded where and when the footage was made public" in told.words


def test_checks_and_hand_come_to_the_same_numbers(placed: Placed) -> None:
    """The same marks by `purport mark` and `purport check`, on a clip that no rung matches."""
    points = [
        replace(one, pixel=(one.pixel[0] + dx, one.pixel[1] + dy))
        for one, dx, dy in zip(
            placed.points(EIGHT),
            (1.3, -0.7, 0.4, 1.1, -1.6, 0.2, -0.3, 0.9),
            (-0.4, 1.2, 0.8, -1.1, 0.5, -0.2, 0.7, -0.9),
            strict=True,
        )
    ]
    workspace, item = placed.workspace, placed.bench.item.digest
    for one in points:
        assert one.place.position is not None
        mark(
            workspace,
            item=item,
            kind=MarkKind.CONTROL_POINT,
            values={
                "frame": one.frame,
                "pixel": list(one.pixel),
                "pixel_sd": one.pixel_sd_px,
                "position": list(one.place.position),
                "position_sd_m": one.place_sd_m,
            },
            author="Ada",
        )
    x, y = strike_of(placed)
    mark(
        workspace,
        item=item,
        kind=MarkKind.IMPACT,
        values={"frame": FRAME, "pixel": [x, y], "pixel_sd": 2.0},
        author="Ada",
    )
    checks = (PlaceCheck(frame_features=10), ImpactsCheck())
    run_checks(workspace, checks=checks, workers=1)
    findings: dict[str, Any] = {one.check: one for one in case_file(workspace).findings}
    (shot,) = findings["place"].values["shots"]
    assert shot["rung"] == "control points"
    told, view = fit_view(placed.bench, placed.chosen, points, frame=FRAME)
    (by_hand,) = measure_by_hand(
        placed.bench,
        [HandImpact(key="i", frame=FRAME, pixel=(x, y))],
        HandTarget(kind=TargetKind.STATED),
        view=view,
        chosen=placed.chosen,
    )
    assert told.answer == "fitted"
    (strike,) = [one for one in findings["impacts"].values["strikes"] if one["mark"] is not None]
    for name in ("offset_m", "offset_68_m", "offset_95_m", "bearing_deg", "bearing_sd_deg"):
        expected = strike[name]
        assert getattr(by_hand, name) == pytest.approx(expected, abs=1e-6), name
    assert by_hand.position == pytest.approx(strike["position"], abs=1e-10)
    (ground,) = findings["place"].values["ground"]
    assert told.gsd_m == pytest.approx(ground["gsd_m"], rel=1e-6)
    bench = gather_bench(workspace, item)
    with pytest.raises(InputError, match="made from placed points"):
        start_from_registration(bench, bench.references[0], frame=FRAME)
