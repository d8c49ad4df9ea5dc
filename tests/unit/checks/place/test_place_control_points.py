"""Control points: a covariance that holds, blunders by name, refusals that say what helps."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._control_points import (
    ControlFit,
    ControlRefusal,
    Placed,
    control_observations,
    fit_control_points,
)

FloatArray = NDArray[np.float64]

SIZE = (640, 360)
PIXEL_SD, POINT_SD = 1.5, 0.4
# a view at about 50 degrees of obliquity, north up, 0.4 m a pixel at the middle
VIEW = np.array([[0.4, 0.0, -128.0], [0.0, -0.62, 112.0], [0.0, -0.0008, 1.144]])
SPREAD = np.array(
    [[60.0, 50.0], [560.0, 40.0], [590.0, 310.0], [80.0, 320.0], [330.0, 180.0], [200.0, 90.0]]
)
EIGHT = np.vstack([SPREAD, [[450.0, 250.0], [120.0, 200.0]]])


def ground_of(pixels: FloatArray) -> FloatArray:
    x = np.column_stack([pixels, np.ones(len(pixels))]) @ VIEW.T
    return np.asarray(x[:, :2] / x[:, 2:], dtype=np.float64)


def placed(
    pixels: FloatArray, generator: np.random.Generator | None = None, *, point_sd: float = POINT_SD
) -> Placed:
    count = len(pixels)
    noise = np.zeros((2, count, 2)) if generator is None else generator.normal(size=(2, count, 2))
    return Placed(
        ids=tuple(f"m{number}" for number in range(count)),
        pixels=pixels + noise[0] * PIXEL_SD,
        pixel_sd=np.full(count, PIXEL_SD),
        ground=ground_of(pixels) + noise[1] * point_sd,
        ground_sd=np.full(count, point_sd),
    )


def fitted(points: Placed) -> ControlFit:
    fit = fit_control_points(points, size=SIZE)
    assert isinstance(fit, ControlFit), fit
    return fit


def position(fit: ControlFit, pixel: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    ground = fit.to_ground(origin_m=(0.0, 0.0), crs="EPSG:32637", reference_sd_m=0.0)
    point = ground.project(pixel, pixel_covariance=np.zeros((2, 2)))
    return np.array([point.easting_m, point.northing_m]), point.covariance()


@pytest.mark.parametrize("count", [4, 5, 6])
def test_the_covariance_holds_as_often_as_it_says(count: int) -> None:
    generator = np.random.default_rng(5)
    probe = (300.0, 200.0)
    true = ground_of(np.array([probe]))[0]
    squares = []
    for _ in range(300):
        fit = fit_control_points(placed(SPREAD[:count], generator), size=SIZE)
        assert isinstance(fit, ControlFit)
        if fit.blunders:  # one honest set in some hundreds loses a point
            continue
        found, covariance = position(fit, probe)
        squares.append(float((found - true) @ np.linalg.solve(covariance, found - true)))
    assert len(squares) >= 294
    # 95 % and 68 % ellipses of two dimensions; three standard deviations of a share of 300
    assert float(np.mean(np.array(squares) < 5.991)) == pytest.approx(0.95, abs=0.038)
    assert float(np.mean(np.array(squares) < 2.279)) == pytest.approx(0.68, abs=0.081)


def test_a_blunder_among_eight_is_named_or_suspected() -> None:
    points = placed(EIGHT, np.random.default_rng(11))
    named = 0
    for wrong in range(8):
        ground = points.ground.copy()
        ground[wrong] += (11.0, -9.0)
        fit = fitted(replace(points, ground=ground))
        if not fit.blunders:  # a point in a corner is told from its neighbours least well
            assert any("may be any of" in words and f"m{wrong}" in words for words in fit.words)
            continue
        (blunder,) = fit.blunders
        named += 1
        assert blunder.mark == f"m{wrong}"
        assert blunder.away_m == pytest.approx(14.2, abs=3.0 * blunder.expected_m)
        assert not fit.used[wrong]
        assert f"m{wrong} is {blunder.away_m:.1f} m off" in fit.words[0]
    assert named >= 6


def test_honest_points_are_seldom_called_blunders() -> None:
    generator = np.random.default_rng(19)
    fits = [fitted(placed(EIGHT, generator)) for _ in range(200)]
    # one set in a hundred fails the test of the whole; three standard deviations above that
    assert sum(bool(fit.blunders) or fit.variance_factor > 1.0 for fit in fits) <= 7


def test_suspects_are_named_where_one_cannot_be_told_from_another() -> None:
    points = placed(SPREAD, np.random.default_rng(11))
    ground = points.ground.copy()
    ground[0] += (33.0, -27.0)
    refused = fit_control_points(replace(points, ground=ground), size=SIZE)
    if isinstance(refused, ControlRefusal):
        assert "m0" in refused.fault
    else:
        assert [blunder.mark for blunder in refused.blunders] == ["m0"]


def test_among_five_a_blunder_is_noticed_but_not_named() -> None:
    points = placed(SPREAD[:5], np.random.default_rng(11))
    ground = points.ground.copy()
    ground[4] += (25.0, -25.0)
    refused = fit_control_points(replace(points, ground=ground), size=SIZE)
    assert isinstance(refused, ControlRefusal)
    assert "contradict" in refused.fault
    assert "one more control point" in refused.remedy


def test_points_that_differ_more_than_stated_widen_the_covariance() -> None:
    generator = np.random.default_rng(4)
    true = ground_of(np.array([[300.0, 200.0]]))[0]
    inside, widened = [], 0
    for _ in range(60):
        rough = placed(SPREAD[:5], generator, point_sd=3.0)
        fit = fit_control_points(replace(rough, ground_sd=np.full(5, POINT_SD)), size=SIZE)
        if isinstance(fit, ControlRefusal):
            continue
        widened += any("widened" in words for words in fit.words)
        found, covariance = position(fit, (300.0, 200.0))
        inside.append((found - true) @ np.linalg.solve(covariance, found - true) < 5.991)
    assert widened > 30
    # about 0.3 without widening; five points that happen to agree cannot know better
    assert float(np.mean(inside)) > 0.65


def test_four_points_say_that_they_check_nothing() -> None:
    fit = fitted(placed(SPREAD[:4]))
    assert fit.redundancy == 0
    assert any("check nothing" in words for words in fit.words)
    np.testing.assert_allclose(fit.residual_m, 0.0, atol=1e-6)


def test_the_side_without_points_is_named_by_the_compass() -> None:
    south = np.array([[60.0, 250.0], [560.0, 240.0], [590.0, 340.0], [80.0, 350.0], [300.0, 300.0]])
    words = " ".join(fitted(placed(south)).words)
    assert "two more control points north" in words
    assert "would help" in words


@pytest.mark.parametrize(
    ("pixels", "said"),
    [
        (SPREAD[:0], "four more control points"),
        (SPREAD[:3], "1 more control point"),
        (np.array([[100.0, 100.0], [200.0, 150.0], [300.0, 200.0], [400.0, 250.0]]), "line"),
    ],
)
def test_too_little_is_refused_with_a_remedy(pixels: FloatArray, said: str) -> None:
    refused = fit_control_points(placed(pixels), size=SIZE)
    assert isinstance(refused, ControlRefusal)
    assert said.replace("four more", "4 more") in refused.remedy


def test_swapped_points_are_refused() -> None:
    points = placed(SPREAD[:4])
    swapped = replace(points, ground=points.ground[[1, 0, 2, 3]])
    refused = fit_control_points(swapped, size=SIZE)
    assert isinstance(refused, ControlRefusal)
    assert "swapped" in refused.remedy


def test_the_fit_does_not_depend_on_the_order_of_the_points() -> None:
    points = placed(SPREAD, np.random.default_rng(8))
    turned = points.take(np.ones(6, dtype=np.bool_))
    order = [3, 1, 5, 0, 2, 4]
    mixed = replace(
        turned,
        pixels=points.pixels[order],
        ground=points.ground[order],
        ids=tuple(points.ids[number] for number in order),
    )
    one, other = position(fitted(points), (300.0, 200.0)), position(fitted(mixed), (300.0, 200.0))
    np.testing.assert_allclose(one[0], other[0], atol=1e-4)
    np.testing.assert_allclose(one[1], other[1], rtol=1e-4)


def test_control_points_join_automatic_observations_under_their_own_names() -> None:
    seen = control_observations(placed(SPREAD), frame=12)
    assert (seen.feature < 0).all()
    assert len(np.unique(seen.feature)) == 6
    assert not seen.steady.any()
    assert set(seen.frame.tolist()) == {12}
