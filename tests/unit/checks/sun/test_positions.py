"""The sun's position against published values, and the way drawn through it."""

from datetime import UTC, datetime

import numpy as np
import pytest

from purport.checks.sun._claim import ask_about
from purport.checks.sun._ephemeris import instants_at, sun_positions
from purport.checks.sun._fitting import SunTrack
from purport.checks.sun._places import sun_over
from purport.checks.sun._windows import solar_zone
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint

SHEBOYGAN = (-87.7145, 43.7508)


def sun_at(
    instant: datetime, place: tuple[float, float], seconds: float = 0.0
) -> tuple[float, float]:
    seen = sun_positions(
        np.array([instant.timestamp() + seconds]), longitude_deg=place[0], latitude_deg=place[1]
    )
    return float(seen.azimuth_deg[0]), float(seen.elevation_deg[0])


def test_the_worked_example_of_nrel() -> None:
    # Reda and Andreas, table A5.1: azimuth 194.34024°, elevation 39.872046° without refraction,
    # stated uncertainty 0.0003°. Their clock is UT1, 0.356 s behind UTC that day.
    azimuth, elevation = sun_at(
        datetime(2003, 10, 17, 19, 30, 30, tzinfo=UTC), (-105.1786, 39.742476), 0.356
    )
    assert azimuth == pytest.approx(194.34024, abs=0.0005)
    refraction = 1.02 / 60 / np.tan(np.radians(39.872046 + 10.3 / (39.872046 + 5.11)))
    assert elevation == pytest.approx(39.872046 + refraction, abs=0.0008)  # refraction: ±0.0003


def test_the_table_of_the_naval_observatory_in_a_published_example() -> None:
    azimuth, elevation = sun_at(datetime(2007, 9, 24, 22, 30, tzinfo=UTC), SHEBOYGAN)
    assert azimuth == pytest.approx(256.7, abs=0.1)  # published to a tenth
    assert elevation == pytest.approx(12.7, abs=0.1)


def test_the_way_drawn_through_departs_by_less_than_a_ten_thousandth_of_a_degree() -> None:
    start = datetime(2015, 6, 21, tzinfo=UTC).timestamp()
    times = np.arange(start, start + 86400.0, 97.0)
    drawn = SunTrack(GeoPoint(longitude_deg=36.7, latitude_deg=23.0), start, start + 86400.0)
    seen, exact = drawn.at(times), sun_positions(times, longitude_deg=36.7, latitude_deg=23.0)
    up = exact.elevation_deg > 3.0
    across = (seen.azimuth_deg - exact.azimuth_deg + 180.0) % 360.0 - 180.0
    level = np.cos(np.radians(exact.elevation_deg))
    assert np.abs(across * level)[up].max() < 1e-4
    assert np.abs(seen.elevation_deg - exact.elevation_deg)[up].max() < 1e-4


def test_many_places_at_once_agree_with_each_alone() -> None:
    instant = datetime(2019, 3, 13, 9, 0, tzinfo=UTC)
    places = np.array([[36.7, 35.4], [-20.0, -33.0], [80.0, 5.0]])
    over = sun_over(instant.timestamp(), places)
    for index, (longitude, latitude) in enumerate(places):
        azimuth, elevation = sun_at(instant, (longitude, latitude))
        assert over.elevation_deg[index] == pytest.approx(elevation, abs=0.003)  # parallax
        assert over.azimuth_deg[index] == pytest.approx(azimuth, abs=0.01)


def test_before_1972_clocks_showed_the_earths_own_rotation() -> None:
    """In the middle of 1944 the Earth was 26 to 27 s behind dynamical time, not 42 s."""
    noon = datetime(1944, 6, 6, 12, tzinfo=UTC)
    (instant,) = instants_at(np.array([noon.timestamp()]))
    assert instant.delta_t == pytest.approx(26.5, abs=0.5)
    assert instant.ut1 == pytest.approx(2431248.0, abs=1e-6)  # noon of that Julian day
    later = datetime(2015, 6, 6, 12, tzinfo=UTC).timestamp()
    both = instants_at(np.array([noon.timestamp(), later]))
    assert both.tt[0] == instant.tt
    assert (both.tt[1] - 2457180.0) * 86400.0 == pytest.approx(67.184, abs=1e-3)  # 35 leap seconds


def test_a_year_of_publication_without_a_zone_is_that_year() -> None:
    """It is widened to all zones, and so ends in the next one."""
    for stated in ("2015", "2015-12", "2015-12-31", "2015-12-31T23:30"):
        asked = ask_about(None, parse_stated_time(stated), None, solar_zone(37.0))
        assert {window.day.year for window in asked.windows} == {2015}
