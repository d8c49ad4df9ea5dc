from dataclasses import replace

import numpy as np
import pytest

from purport.core.errors import ConsistencyError
from purport.core.homographies import GroundHomography
from purport.core.records import from_json, to_json

RNG_SEED = 7
NO_PIXEL_ERROR = np.zeros((2, 2))


def homography(covariance: np.ndarray | None = None, **changes: float) -> GroundHomography:
    matrix = np.array([[60.0, 4.0, 5.0], [-3.0, -40.0, 8.0], [0.05, 0.1, 1.0]])
    spread = np.zeros((8, 8)) if covariance is None else covariance
    return GroundHomography(
        matrix=tuple(map(tuple, matrix.tolist())),
        normalisation=((1 / 320, 0.0, -1.0), (0.0, 1 / 320, -0.5625), (0.0, 0.0, 1.0)),
        origin_m=(500_000.0, 4_000_000.0),
        crs="EPSG:32637",
        covariance=tuple(map(tuple, spread.tolist())),
        ground_sd_m=changes.get("ground_sd_m", 0.0),
        reference_sd_m=changes.get("reference_sd_m", 0.0),
    )


def test_a_pixel_falls_where_the_plain_matrix_says() -> None:
    ground = homography()
    point = ground.project((500.0, 90.0), pixel_covariance=NO_PIXEL_ERROR)
    east, north, scale = ground.to_map() @ np.array([500.0, 90.0, 1.0])
    assert point.easting_m == pytest.approx(east / scale, abs=1e-6)
    assert point.northing_m == pytest.approx(north / scale, abs=1e-6)


def test_first_order_covariance_agrees_with_a_simulation() -> None:
    rng = np.random.default_rng(RNG_SEED)
    root = rng.normal(size=(8, 8)) * np.array([0.05] * 6 + [0.0005] * 2)[:, None]
    covariance = root @ root.T
    ground = homography(covariance, ground_sd_m=0.3, reference_sd_m=0.4)
    pixel, sd_px = np.array([420.0, 250.0]), 0.8
    stated = ground.project((420.0, 250.0), pixel_covariance=np.eye(2) * sd_px**2).covariance()

    normal = np.array(ground.normalisation)
    samples = []
    for _ in range(20_000):
        moved = np.append(
            np.array(ground.matrix).ravel()[:8] + rng.multivariate_normal(np.zeros(8), covariance),
            1.0,
        ).reshape(3, 3)
        seen = pixel + rng.normal(size=2) * sd_px
        x = moved @ normal @ np.append(seen, 1.0)
        samples.append(x[:2] / x[2] + rng.normal(size=2) * 0.5)  # 0.3² + 0.4² = 0.5²
    # 20,000 samples give a variance to 1 %; 4 % leaves room for the second order
    np.testing.assert_allclose(stated, np.cov(np.array(samples).T), rtol=0.04, atol=0.02)


def test_what_two_points_share_cancels_in_their_difference() -> None:
    shift = np.zeros((8, 8))
    shift[2, 2] = shift[5, 5] = 25.0  # the whole map is uncertain by 5 m
    ground = homography(shift, reference_sd_m=3.0)
    apart = ground.difference_covariance(
        (300.0, 180.0),
        (310.0, 180.0),
        pixel_covariance=NO_PIXEL_ERROR,
        other_covariance=NO_PIXEL_ERROR,
    )
    alone = ground.project((300.0, 180.0), pixel_covariance=NO_PIXEL_ERROR).covariance()
    assert np.sqrt(alone[0, 0]) > 5.0
    assert np.sqrt(apart[0, 0]) < 0.05


def test_an_unknown_height_moves_points_along_the_lean_as_often_as_stated() -> None:
    lean, height_sd_m = (1.2, -0.9), 4.0
    ground = replace(homography(), lean=lean, height_sd_m=height_sd_m, ground_sd_m=0.5)
    stated = ground.project((420.0, 250.0), pixel_covariance=NO_PIXEL_ERROR).covariance()
    apart = ground.difference_covariance(
        (300.0, 180.0),
        (420.0, 250.0),
        pixel_covariance=NO_PIXEL_ERROR,
        other_covariance=NO_PIXEL_ERROR,
    )
    rng = np.random.default_rng(RNG_SEED)
    heights = rng.normal(size=(2, 20_000)) * height_sd_m
    moved = heights[..., None] * np.array(lean) + rng.normal(size=(2, 20_000, 2)) * 0.5
    # 20,000 samples give a variance to 1 %: three of its standard deviations
    np.testing.assert_allclose(stated, np.cov(moved[0].T), rtol=0.03, atol=0.02)
    np.testing.assert_allclose(apart, np.cov((moved[1] - moved[0]).T), rtol=0.03, atol=0.04)
    for covariance, errors in ((stated, moved[0]), (apart, moved[1] - moved[0])):
        squared = np.einsum("ni,ij,nj->n", errors, np.linalg.inv(covariance), errors)
        # the 95 % ellipse of two dimensions; 20,000 trials give a share to 0.15 %
        assert float((squared < 5.991).mean()) == pytest.approx(0.95, abs=0.006)


def test_a_height_without_a_known_lean_moves_nothing() -> None:
    flat = replace(homography(), height_sd_m=5.0)
    point = flat.project((420.0, 250.0), pixel_covariance=NO_PIXEL_ERROR)
    assert not np.any(point.covariance())


def test_relief_that_near_points_share_cancels_as_often_as_stated() -> None:
    range_m, growth = 30.0, 0.004
    ground = replace(
        homography(),
        lean=(1.2, -0.9),
        height_sd_m=2.0,
        ground_sd_m=0.5,
        lean_growth_per_m=growth,
        relief_range_m=range_m,
        relief_own_share=0.2,
    )
    pixels = ((300.0, 180.0), (420.0, 250.0))
    ends = [_plain(ground, pixel) for pixel in pixels]
    apart = ground.difference_covariance(
        *pixels, pixel_covariance=NO_PIXEL_ERROR, other_covariance=NO_PIXEL_ERROR
    )
    rho = 0.8 * np.exp(-np.hypot(*(ends[1] - ends[0])) / range_m)
    assert 0.2 < rho < 0.8
    rng = np.random.default_rng(RNG_SEED)
    root = np.linalg.cholesky(np.array([[1.0, rho], [rho, 1.0]]))
    east, north = (root @ rng.normal(size=(2, 20_000)) for _ in range(2))
    heights = rng.normal(size=(2, 20_000))
    moved = [
        np.stack([east[end], north[end]], axis=-1) * 0.5
        + 2.0 * heights[end][:, None] * (np.array([1.2, -0.9]) + growth * (ends[end] - (5.0, 8.0)))
        for end in (0, 1)
    ]
    np.testing.assert_allclose(apart, np.cov((moved[1] - moved[0]).T), rtol=0.03, atol=0.04)
    flat = replace(ground, height_sd_m=0.0)
    near = flat.difference_covariance(
        pixels[0],
        (300.01, 180.0),
        pixel_covariance=NO_PIXEL_ERROR,
        other_covariance=NO_PIXEL_ERROR,
    )
    # Only the share of each point's own is left: 2 · 0.2 · 0.5² per axis.
    np.testing.assert_allclose(near, np.eye(2) * 0.1, atol=0.001)


def _plain(ground: GroundHomography, pixel: tuple[float, float]) -> np.ndarray:
    point = ground.project(pixel, pixel_covariance=NO_PIXEL_ERROR)
    return np.array([point.easting_m, point.northing_m]) - ground.origin_m


def test_the_causes_of_uncertainty_add_up() -> None:
    ground = replace(
        homography(np.eye(8) * 1e-5, ground_sd_m=0.3, reference_sd_m=0.4),
        lean=(0.5, 0.2),
        height_sd_m=1.0,
    )
    causes = ground.point_causes((420.0, 250.0))
    assert set(causes) == {"registration", "relief", "height", "reference"}
    whole = ground.project((420.0, 250.0), pixel_covariance=NO_PIXEL_ERROR).covariance()
    np.testing.assert_allclose(sum(causes.values()), whole, rtol=1e-12)
    assert set(ground.difference_causes((300.0, 180.0), (420.0, 250.0))) == {
        "registration",
        "relief",
        "height",
    }


def test_beyond_the_horizon_nothing_is_projected() -> None:
    with pytest.raises(ConsistencyError, match="horizon"):
        homography().project((-9000.0, -4000.0), pixel_covariance=NO_PIXEL_ERROR)


def test_it_is_stored_without_loss() -> None:
    ground = homography(np.eye(8) * 1e-4)
    for each in (ground, replace(ground, lean=(0.4, -1.1), height_sd_m=2.5)):
        assert from_json(GroundHomography, to_json(each)) == each


def test_a_lens_bends_the_picture_before_the_matrix() -> None:
    lens = -0.03
    ground = replace(homography(), lens=lens)
    pixel = np.array([560.0, 40.0])
    unit = pixel / 320.0 - (1.0, 0.5625)
    straight = unit * (1.0 + lens * (unit @ unit))
    moved = homography().project(
        (float(320.0 * (straight[0] + 1.0)), float(320.0 * (straight[1] + 0.5625))),
        pixel_covariance=NO_PIXEL_ERROR,
    )
    point = ground.project((560.0, 40.0), pixel_covariance=NO_PIXEL_ERROR)
    assert point.easting_m == pytest.approx(moved.easting_m, abs=1e-6)
    assert point.northing_m == pytest.approx(moved.northing_m, abs=1e-6)
    step = 1e-3
    ends = [_plain(ground, (560.0 + sign * step, 40.0)) for sign in (-0.5, 0.5)]
    np.testing.assert_allclose(
        ground.ground_jacobian((560.0, 40.0))[:, 0], (ends[1] - ends[0]) / step, rtol=1e-4
    )


def test_an_uncertain_lens_moves_the_edge_and_not_the_middle() -> None:
    ground = replace(homography(), lens_covariance=(0.0,) * 8 + (0.01**2,))
    ends = [_plain(replace(homography(), lens=sign * 1e-4), (600.0, 30.0)) for sign in (-0.5, 0.5)]
    by_lens = (ends[1] - ends[0]) / 1e-4
    edge = ground.project((600.0, 30.0), pixel_covariance=NO_PIXEL_ERROR).covariance()
    np.testing.assert_allclose(edge, np.outer(by_lens, by_lens) * 0.01**2, rtol=1e-3, atol=1e-9)
    middle = ground.project((320.0, 180.0), pixel_covariance=NO_PIXEL_ERROR).covariance()
    assert np.abs(middle).max() < 1e-12


def test_gentle_ground_is_shared_by_neighbours_and_leans_like_any_height() -> None:
    ground = replace(
        homography(), lean=(1.2, -0.9), swell_sd_m=2.0, relief_range_m=40.0, relief_own_share=0.5
    )
    pixels = ((300.0, 180.0), (420.0, 250.0))
    apart_m = float(np.hypot(*(_plain(ground, pixels[1]) - _plain(ground, pixels[0]))))
    apart = ground.difference_covariance(
        *pixels, pixel_covariance=NO_PIXEL_ERROR, other_covariance=NO_PIXEL_ERROR
    )
    # Each height has 2 m; the difference of two that share rho has 2 m · sqrt(2 (1 - rho)).
    expected = np.outer([1.2, -0.9], [1.2, -0.9]) * 8.0 * (1.0 - np.exp(-apart_m / 40.0))
    np.testing.assert_allclose(apart, expected, rtol=1e-9)


def test_relief_that_the_matrix_followed_counts_for_vectors_and_not_for_points() -> None:
    shift = np.zeros((8, 8))
    shift[2, 2] = shift[5, 5] = 0.25
    ground = replace(
        homography(shift, ground_sd_m=0.5),
        relief_own_share=0.2,
        relief_range_m=40.0,
        relief_left_share=0.25,
        relief_covariance=tuple(map(tuple, (0.36 * shift).tolist())),
    )
    pixel = (319.5, 179.5)
    causes = ground.point_causes(pixel)
    whole = replace(ground, relief_covariance=()).point_causes(pixel)
    np.testing.assert_allclose(causes["registration"], 0.64 * whole["registration"])
    # 0.5² of which a fifth is each point's own, and a quarter of the rest is left.
    np.testing.assert_allclose(causes["relief"], np.eye(2) * 0.25 * (0.2 + 0.8 * 0.25))
    plain = replace(ground, relief_covariance=(), relief_left_share=1.0)
    for name, cause in ground.difference_causes(pixel, (420.0, 250.0)).items():
        np.testing.assert_allclose(cause, plain.difference_causes(pixel, (420.0, 250.0))[name])
