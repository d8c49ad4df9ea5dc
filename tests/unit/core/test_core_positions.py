import math

import pytest

from purport.core.errors import CrsMismatchError
from purport.core.positions import (
    GeoPoint,
    bearing_deg,
    destination,
    from_geographic,
    geodesic_distance_m,
    metric_crs,
    to_geographic,
)

PARIS = GeoPoint(longitude_deg=2.35, latitude_deg=48.86)


def test_swapped_axes_are_refused() -> None:
    with pytest.raises(ValueError, match="latitude must be"):
        GeoPoint(longitude_deg=48.0, latitude_deg=120.0)
    with pytest.raises(ValueError, match="longitude must be"):
        GeoPoint(longitude_deg=200.0, latitude_deg=0.0)


def test_a_point_goes_to_the_map_and_back() -> None:
    point = from_geographic(PARIS, "EPSG:32631", standard_uncertainty_m=2.0)
    assert point.covariance().tolist() == [[4.0, 0.0], [0.0, 4.0]]
    back = to_geographic(point)
    assert math.isclose(back.longitude_deg, 2.35, abs_tol=1e-9)  # 0.1 mm
    assert math.isclose(back.latitude_deg, 48.86, abs_tol=1e-9)


def test_known_distance_and_bearing() -> None:
    north = GeoPoint(longitude_deg=2.35, latitude_deg=48.87)
    # 0.01° of meridian at 48.865°: 1112.03 m on WGS 84 (Vincenty, tolerance its printed digits)
    assert geodesic_distance_m(PARIS, north) == pytest.approx(1112.03, abs=0.05)
    assert bearing_deg(PARIS, north) == pytest.approx(0.0, abs=1e-6)
    west = GeoPoint(longitude_deg=2.34, latitude_deg=48.86)
    assert bearing_deg(PARIS, west) == pytest.approx(270.0, abs=0.01)


@pytest.mark.parametrize("azimuth_deg", [0.0, 45.0, 200.0, 359.0])
def test_a_destination_lies_where_distance_and_bearing_say(azimuth_deg: float) -> None:
    there = destination(PARIS, azimuth_deg, 1234.5)
    assert geodesic_distance_m(PARIS, there) == pytest.approx(1234.5, abs=1e-6)
    assert bearing_deg(PARIS, there) == pytest.approx(azimuth_deg, abs=1e-6)


def test_no_direction_exists_at_zero_distance() -> None:
    with pytest.raises(CrsMismatchError):
        bearing_deg(PARIS, PARIS)


@pytest.mark.parametrize(
    ("crs", "near", "expected"),
    [
        ("EPSG:32631", PARIS, "EPSG:32631"),
        ("EPSG:3857", PARIS, "EPSG:32631"),  # Web Mercator is 52 % too long in Paris
        ("EPSG:4326", PARIS, "EPSG:32631"),
        ("EPSG:4326", GeoPoint(longitude_deg=180.0, latitude_deg=-10.0), "EPSG:32760"),
        ("EPSG:2263", GeoPoint(longitude_deg=-74.0, latitude_deg=40.7), "EPSG:32618"),  # feet
    ],
)
def test_measuring_happens_in_metres(crs: str, near: GeoPoint, expected: str) -> None:
    assert metric_crs(crs, near) == expected
