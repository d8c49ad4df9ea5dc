"""Numbers found again against sealed ones."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from purport.core.digests import JsonObject
from purport.core.homographies import GroundHomography
from purport.core.records import to_json
from purport.seals import Tolerance, compare


def test_what_is_the_same_has_no_difference() -> None:
    value: JsonObject = {"offset_m": 8.98, "offset_sd_m": 0.8, "kind": "cut", "frames": [1, 2]}
    assert compare(value, dict(value)) == ()


def test_a_number_may_differ_by_a_tenth_of_its_uncertainty() -> None:
    sealed = {"offset_m": 9.0, "offset_sd_m": 0.8}
    (near,) = compare(sealed, sealed | {"offset_m": 9.07})
    (far,) = compare(sealed, sealed | {"offset_m": 9.09})
    assert near.within
    assert near.tolerance is Tolerance.UNCERTAINTY
    assert not far.within


def test_nothing_may_differ_on_the_same_machine_and_versions() -> None:
    sealed = {"offset_m": 9.0, "offset_sd_m": 0.8}
    (found,) = compare(sealed, sealed | {"offset_m": 9.000001}, exactly=True)
    assert not found.within


def test_counts_and_answers_are_exact() -> None:
    differences = compare({"strikes": 2, "answer": "cut"}, {"strikes": 3, "answer": "none"})
    assert [each.within for each in differences] == [False, False]


def test_a_number_without_uncertainty_may_differ_by_rounding() -> None:
    (near,) = compare({"share": 0.25}, {"share": 0.25 + 1e-8})
    (far,) = compare({"share": 0.25}, {"share": 0.2501})
    assert near.within
    assert not far.within


def test_an_interval_has_its_own_width() -> None:
    (near,) = compare({"offset_95_m": [7.0, 11.0]}, {"offset_95_m": [7.05, 11.0]})
    (far,) = compare({"offset_95_m": [7.0, 11.0]}, {"offset_95_m": [7.2, 11.0]})
    assert near.path == "offset_95_m.0"
    assert near.within
    assert not far.within


def ground(sd_m: float = 0.0) -> GroundHomography:
    """A picture of 640×360 px, 0.1 m to a pixel; the reference is known to 0.3 m per axis."""
    return GroundHomography(
        matrix=((32.0, 0.0, 0.0), (0.0, -32.0, 0.0), (0.0, 0.0, 1.0)),
        normalisation=((1 / 320, 0.0, -1.0), (0.0, 1 / 320, -0.5625), (0.0, 0.0, 1.0)),
        origin_m=(500_000.0, 4_000_000.0),
        crs="EPSG:32637",
        covariance=((0.0,) * 8,) * 8,
        ground_sd_m=sd_m,
        reference_sd_m=0.3,
    )


def finding(homography: GroundHomography, east_m: float = 0.0) -> JsonObject:
    moved = np.array([[1.0, 0.0, east_m], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    frame = moved @ homography.to_map()
    return {
        "ground": [{"first": 0, "last": 9, "homography": to_json(homography)}],
        "homographies": [{"frame": 4, "to_map": frame.tolist()}],
    }


def test_homographies_are_compared_by_where_they_put_points() -> None:
    (near,) = compare(finding(ground()), finding(ground(), east_m=0.029))  # a tenth of 0.3 m
    (far,) = compare(finding(ground()), finding(ground(), east_m=0.031))
    assert near.path == "homographies.0.to_map"
    assert near.within
    assert not far.within
    (exact,) = compare(finding(ground()), finding(ground(), east_m=1e-6), exactly=True)
    assert not exact.within


def test_a_frame_without_stated_ground_may_not_move() -> None:
    sealed, moved = finding(ground()), finding(ground(), east_m=1e-6)
    (found,) = compare({**sealed, "ground": []}, {**moved, "ground": []})
    assert not found.within


def test_what_a_homography_says_of_points_counts_not_how_it_says_it() -> None:
    # 0.3 m of the reference with 0.05 m of relief is 0.304 m: 1.4 % more; with 0.1 m 5.4 %
    small, large = (compare(finding(ground()), finding(ground(sd_m=sd))) for sd in (0.05, 0.1))
    assert [each.within for each in small] == [True]
    assert [each.within for each in large] == [False]
    turned = replace(ground(), matrix=((32.0, 0.0, 0.0), (0.0, 32.0, 0.0), (0.0, 0.0, 1.0)))
    assert not compare(to_json(ground()), to_json(turned))[0].within


def test_a_part_of_a_budget_counts_by_the_whole() -> None:
    sealed: JsonObject = {"budget_m": {"reference": 0.3, "relief": 0.01}}
    (near,) = compare(sealed, {"budget_m": {"reference": 0.3, "relief": 0.017}})
    (far,) = compare(sealed, {"budget_m": {"reference": 0.3, "relief": 0.018}})
    assert near.within  # 2.4 % of 0.3 m is 0.0072 m
    assert not far.within


def test_statistics_and_numbers_of_points_have_tolerances_of_their_own() -> None:
    sealed = {"residual_px": 0.2, "inliers": 200, "strikes": 200}
    near = compare(sealed, {"residual_px": 0.2039, "inliers": 204, "strikes": 200})
    far = compare(sealed, {"residual_px": 0.2041, "inliers": 205, "strikes": 201})
    assert [each.within for each in near] == [True, True]
    assert {each.tolerance for each in near} == {Tolerance.POINTS, Tolerance.STATISTIC}
    assert [each.within for each in far] == [False, False, False]
    assert compare({"inliers": 9}, {"inliers": 10})[0].within


def test_a_text_may_differ_in_its_numbers_alone() -> None:
    (number,) = compare({"reason": "9.0 m off"}, {"reason": "9.1 m off"})
    (word,) = compare({"reason": "9.0 m off"}, {"reason": "9.0 m on"})
    assert number.within
    assert not word.within


def test_what_is_missing_or_new_is_listed() -> None:
    differences = compare({"a": 1}, {"b": 1})
    assert [each.path for each in differences] == ["a", "b"]
    assert not any(each.within for each in differences)


def sun(**changed: object) -> JsonObject:
    """The numbers of a sun finding, as far as instants go: half an hour at 95 %."""
    span = {
        "start_utc": "2015-09-30T06:00:00Z",
        "end_utc": "2015-09-30T06:30:00Z",
        "start_local": "2015-09-30T09:00:00+03:00",
        "end_local": "2015-09-30T09:30:00+03:00",
    }
    values: dict[str, Any] = {
        "day": "2015-09-30",
        "intervals_95": [span | {k: v for k, v in changed.items() if k in span}],
        "best_utc": "2015-09-30T06:15:00Z",
        "sun_azimuth_deg": 120.0,
        "sun_elevation_deg": 35.0,
        "chi2": 1.0,
        "constraints": 2,
        "claimed_chi2": 0.5,
        "claimed_away_min": 0.0,
        "shadows": [{"mark": "m1", "azimuth_deg": 300.0, "azimuth_sd_deg": 2.0}],
    }
    return values | {k: v for k, v in changed.items() if k not in span}


@pytest.mark.parametrize(
    ("changed", "within"),
    [
        ({"start_utc": "2015-09-30T06:00:40Z"}, True),  # a tenth of 459 s, and the second told
        ({"start_utc": "2015-09-30T06:00:50Z"}, False),
        ({"end_local": "2015-09-30T19:30:00+03:00"}, False),
        ({"best_utc": "2015-09-30T06:15:40Z"}, True),
        ({"best_utc": "2015-09-30T16:15:00Z"}, False),
        ({"day": "2015-10-01"}, False),
        ({"sun_azimuth_deg": 120.19}, True),  # a tenth of the shadow's 2 degrees
        ({"sun_azimuth_deg": 120.21}, False),
        ({"sun_elevation_deg": 35.19}, True),  # as far as it rises in a tenth of 459 s
        ({"sun_elevation_deg": 35.21}, False),
        ({"claimed_away_min": 0.7}, True),
        ({"claimed_away_min": 0.9}, False),
        ({"chi2": 1.4}, True),  # 2 (2 · 2)^½ / 10 + 2 / 100
        ({"chi2": 1.5}, False),
        ({"shadows": [{"mark": "m2", "azimuth_deg": 300.0, "azimuth_sd_deg": 2.0}]}, False),
    ],
)
def test_instants_are_compared_as_such_and_words_of_one_piece_exactly(
    changed: dict[str, object], *, within: bool
) -> None:
    (found,) = compare(sun(), sun(**changed))
    assert found.within is within
    assert not compare(sun(), sun(**changed), exactly=True)[0].within


def test_hours_of_days_have_the_width_of_their_own_stretch() -> None:
    def told(start: float) -> JsonObject:
        return {"days": [{"day": "2015-09-30", "spans_95": [[start, 9.0]], "spans_68": []}]}

    def moved(hours: float) -> bool:
        (found,) = compare(told(8.0), told(8.0 + hours))
        return found.within

    assert moved(0.026)  # a tenth of an hour's quarter, and the thousandth told
    assert not moved(0.027)
