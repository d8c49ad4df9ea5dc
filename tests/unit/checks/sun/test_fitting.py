"""Shadows against the sun's way."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from purport.checks.sun import SunCheck
from purport.checks.sun._agreement import find_agreement
from purport.checks.sun._ephemeris import sun_positions
from purport.checks.sun._fitting import DayView, YearView
from purport.checks.sun._places import possible_places
from purport.checks.sun._shadows import CastShadow, ShadowSet
from purport.checks.sun._windows import solar_day
from purport.core.positions import GeoPoint

CHECK = SunCheck()
PLACE = GeoPoint(longitude_deg=36.72, latitude_deg=35.41)
TRUE_S = datetime(2015, 9, 30, 6, 15, tzinfo=UTC).timestamp()
SHEBOYGAN = GeoPoint(longitude_deg=-87.7145, latitude_deg=43.7508)


def cast(*turns_deg: float, ratio: bool = False, sd_m: float = 0.2) -> ShadowSet:
    """Shadows of 6 m at `TRUE_S`, each turned by some degrees."""
    sun = sun_positions(np.array([TRUE_S]), longitude_deg=36.72, latitude_deg=35.41)
    height = 6.0 * float(np.tan(np.radians(sun.elevation_deg[0])))
    shadows = []
    for number, turn in enumerate(turns_deg):
        away = np.radians(float(sun.azimuth_deg[0]) + 180.0 + turn)
        shadows.append(
            CastShadow(
                mark=str(number),
                vector_m=(6.0 * float(np.sin(away)), 6.0 * float(np.cos(away))),
                height_m=height if ratio else None,
                height_sd_m=0.1 if ratio else 0.0,
            )
        )
    return ShadowSet(shadows=tuple(shadows), covariance_m2=np.eye(2 * len(shadows)) * 2 * sd_m**2)


def day() -> DayView:
    return DayView(PLACE, solar_day(TRUE_S, PLACE.longitude_deg), CHECK.spreads())


@pytest.mark.parametrize("ratio", [False, True])
def test_the_true_time_is_in_the_middle_of_one_interval(*, ratio: bool) -> None:
    fit = day().fit(cast(0.0, ratio=ratio))
    (span,) = fit.spans(0.95)
    assert (span.start_s + span.end_s) / 2 == pytest.approx(TRUE_S, abs=120.0)
    assert fit.least() < 0.01
    (narrow,) = fit.spans(0.68)
    assert span.start_s < narrow.start_s < narrow.end_s < span.end_s


def test_more_shadows_and_better_marks_narrow_the_interval() -> None:
    def width(shadows: ShadowSet) -> float:
        (span,) = day().fit(shadows).spans(0.95)
        return span.end_s - span.start_s

    assert width(cast(0, 0, 0, 0)) == pytest.approx(width(cast(0)) / 2, rel=0.05)
    assert width(cast(0, sd_m=0.1)) < width(cast(0))


def test_the_odd_one_is_pointed_at_among_three_but_not_among_two() -> None:
    view, rules = day(), CHECK.agreement_rules(free=1)
    assert find_agreement(cast(0, 0, 60), view.least, rules).odd == ("2",)
    two = find_agreement(cast(0, 60), view.least, rules)
    assert (two.odd, two.agree) == ((), False)
    assert find_agreement(cast(0, 2, -2, 1), view.least, rules).odd == ()


def test_among_three_none_is_odd_unless_the_others_could_be_right() -> None:
    view, rules = day(), CHECK.agreement_rules(free=1)
    assert find_agreement(cast(0, 11, 90), view.least, rules).odd == ("2",)  # 1 in 180 right ones
    apart = find_agreement(cast(0, 16, 90), view.least, rules)  # 1 in 17,000
    assert (apart.odd, apart.agree) == ((), False)


def test_length_and_ratio_have_their_uncertainty() -> None:
    shadows = cast(0.0, ratio=True)  # 6 m, each end known to 0.2 m per axis; the height to 0.1 m
    assert shadows.length_sd_m(0) == pytest.approx(0.2 * 2**0.5)
    ratio = (shadows.shadows[0].height_m or 0.0) / 6.0
    relative = ((0.1 / (6.0 * ratio)) ** 2 + (0.2 * 2**0.5 / 6.0) ** 2) ** 0.5
    assert shadows.ratio_sd(0) == pytest.approx(ratio * relative)
    assert cast(0.0).ratio_sd(0) is None


def test_a_shadow_whose_ends_are_known_exactly_tells_a_time() -> None:
    fit = day().fit(cast(0.0, sd_m=0.0))
    (span,) = fit.spans(0.95)
    assert span.start_s < TRUE_S < span.end_s
    backwards = day().fit(cast(180.0, sd_m=0.0))
    assert not np.isfinite(backwards.least()) or backwards.least() > 100.0


def test_the_sun_is_up_while_some_of_its_disc_is() -> None:
    """At the true time half the disc stands over the horizon: that time is not excluded."""
    view = day()
    times = np.arange(view.window.start_s, view.window.end_s, 1.0)
    seen = view.track.at(times)
    setting = int(np.flatnonzero((seen.elevation_deg > -0.1) & (seen.azimuth_deg > 180.0))[-1])
    away = np.radians(float(seen.azimuth_deg[setting]) + 180.0)
    shadow = CastShadow(mark="m", vector_m=(float(np.sin(away)), float(np.cos(away))))
    sd = np.radians(1.0)
    shadows = ShadowSet(shadows=(shadow,), covariance_m2=np.eye(2) * sd**2)
    fit = view.fit(shadows)
    assert fit.excess(times[setting], times[setting]) < 0.1
    assert fit.chi2[fit.times_s > times[setting] + 120.0].min() == np.inf


def test_a_direction_towards_the_midnight_sun_fits_no_time() -> None:
    fit = day().fit(cast(-120.0))  # the sun would stand in the north
    assert fit.least() > 100.0


def test_the_published_example_of_two_seasons() -> None:
    # Seaver (2007): azimuth 270°, elevation 30° at Sheboygan: about 21 July at 16:30 (CST).
    shadow = CastShadow(
        mark="m", vector_m=(1.0, 0.0), height_m=float(np.tan(np.radians(30.0))), height_sd_m=0.01
    )
    sd = np.radians(0.5)
    shadows = ShadowSet(shadows=(shadow,), covariance_m2=np.diag([1e-6, sd**2]))
    view = YearView.around(datetime(2007, 7, 1, tzinfo=UTC).timestamp(), SHEBOYGAN, CHECK.spreads())
    fit = view.fit(shadows)
    spring, summer = fit.seasons
    assert spring.first < date(2007, 5, 23) < spring.last
    assert summer.first < date(2007, 7, 21) < summer.last
    (on_day,) = [one for one in fit.days if one.day == date(2007, 7, 21)]
    (span,) = on_day.spans[0.95]
    said = datetime(2007, 7, 21, 22, 30, tzinfo=UTC).timestamp()
    assert span.start_s - 300.0 <= said <= span.end_s + 300.0  # "about"


def test_the_other_way_finds_the_place_again() -> None:
    rows = possible_places(TRUE_S, cast(0.0, ratio=True), CHECK.spreads())
    (row,) = [one for one in rows if one.latitude_deg == 35.0]
    assert any(west <= 36.72 <= east for west, east in row.longitudes_deg)
    assert all(abs(one.latitude_deg) <= 65.0 for one in rows)
    band = possible_places(TRUE_S, cast(0.0), CHECK.spreads())
    assert len(band) > len(rows)  # a direction alone leaves a band
