"""Many points at once: the same as one by one, towns told by distance, boundaries flagged."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from purport.checks.control import (
    AskedPoint,
    LayerKind,
    PointBasis,
    Rules,
    ask_layers,
    load_control,
)
from purport.core.positions import GeoPoint

from .conftest import WriteLayers, feature, square

DAY = date(2015, 10, 1)
RULES = Rules(max_age_days=30, decided_probability=0.95, town_radius_m=1500.0)


def asked(longitude: float, latitude: float, sd_m: float) -> AskedPoint:
    return AskedPoint(
        point=GeoPoint(longitude_deg=longitude, latitude_deg=latitude),
        covariance_m2=((sd_m**2, 0.0), (0.0, sd_m**2)),
        basis=PointBasis.STATED,
        strike=None,
    )


def ask(path: Path, *points: AskedPoint, group: str = "isis"):  # type: ignore[no-untyped-def]  # noqa: ANN201
    layers = load_control(path)
    return ask_layers(layers, points, days=(DAY, DAY), groups=(group,), rules=RULES)


@pytest.fixture
def map_of_two(write_layers: WriteLayers) -> Path:
    return write_layers(
        feature(square(37.0, 35.0, 0.2), holder="ISIS", date="2015-10-01"),
        feature(square(37.4, 35.0, 0.2), holder="FSA", date="2015-10-01"),
    )


def test_points_together_are_points_alone(map_of_two: Path) -> None:
    generator = np.random.default_rng(5)
    points = [
        asked(generator.uniform(36.7, 37.7), generator.uniform(34.7, 35.3), sd_m)
        for sd_m in generator.uniform(1, 3000, size=60)
    ]
    assert ask(map_of_two, *points) == tuple(ask(map_of_two, one)[0] for one in points)


@pytest.mark.parametrize("sd_m", [50.0, 400.0, 3000.0])
@pytest.mark.parametrize("offset", [-1.5, -0.3, 0.0, 0.8, 1.8])
def test_near_a_boundary_the_normal_distribution_decides(
    map_of_two: Path, sd_m: float, offset: float
) -> None:
    """P(inside) is Phi of the distance to a straight boundary in standard uncertainties."""
    degree_m = 91287.0  # of longitude at 35 degrees of latitude
    ((answer,),) = [
        one.layers for one in ask(map_of_two, asked(37.2 - offset * sd_m / degree_m, 35.0, sd_m))
    ]
    shares = {one.holder: one.p_inside for one in answer.candidates}
    assert shares["ISIS"] == pytest.approx(norm.cdf(offset), abs=0.012)
    assert shares["ISIS"] + shares["FSA"] == pytest.approx(1.0, abs=0.002)
    assert answer.boundary == (0.05 < norm.cdf(offset) < 0.95)


def test_far_from_every_boundary_it_is_certain(map_of_two: Path) -> None:
    ((answer,),) = [one.layers for one in ask(map_of_two, asked(37.0, 35.0, 100.0))]
    assert (answer.holder, answer.p_inside, answer.boundary) == ("ISIS", 1.0, False)
    assert answer.distance_to_group_m == {"isis": 0.0}
    assert answer.distance_to_group_95_m == {"isis": (0.0, 0.0)}


def test_the_distance_to_a_group_follows_the_position(map_of_two: Path) -> None:
    ((answer,),) = [one.layers for one in ask(map_of_two, asked(37.5, 35.0, 1000.0))]
    assert answer.distance_to_group_m["isis"] == pytest.approx(0.3 * 91287, rel=1e-3)
    low, high = answer.distance_to_group_95_m["isis"]
    assert high - low == pytest.approx(2 * 1.96 * 1000, rel=0.01)


def test_a_hole_is_not_inside(write_layers: WriteLayers) -> None:
    ring = square(37.0, 35.0, 0.2)["coordinates"] + square(37.0, 35.0, 0.1)["coordinates"]
    path = write_layers(
        feature({"type": "Polygon", "coordinates": ring}, holder="ISIS", date="2015-10-01")
    )
    ((answer,),) = [one.layers for one in ask(path, asked(37.0, 35.0, 10.0))]
    assert answer.holder is None
    assert answer.distance_to_group_m["isis"] == pytest.approx(0.1 * 91287, rel=1e-3)


def test_town_lists_answer_by_distance_and_say_so(write_layers: WriteLayers) -> None:
    towns = [("Elm", 37.0, "ISIS"), ("Oak", 37.1, "FSA"), ("Ash", 37.3, "FSA"), ("Fir", 38, "x")]
    path = write_layers(
        *(
            feature(
                {"type": "Point", "coordinates": [lon, 35.0]}, name=n, holder=h, date="2015-10-01"
            )
            for n, lon, h in towns
        )
    )
    beside, between = ask(path, asked(37.005, 35.0, 50.0), asked(37.05, 35.0, 50.0))
    assert beside.layers[0].kind is LayerKind.TOWNS
    assert beside.layers[0].holder == "ISIS"
    assert between.layers[0].holder is None
    assert [town.name for town in between.layers[0].nearest_towns] == ["Elm", "Oak", "Ash"]
    assert between.layers[0].nearest_towns[0].distance_m == pytest.approx(4564, abs=2)
    assert between.layers[0].distance_to_group_m["isis"] == pytest.approx(4564 - 1500, abs=2)


def test_what_a_source_says_of_the_nearest_territory_counts_at_its_town(
    tmp_path: Path,
) -> None:
    path = tmp_path / "said.csv"
    path.write_text(
        "place,lat,lon,date,nearest_isis_km\nElm,35.0,37.0,2015-10-01,65\n", encoding="utf-8"
    )
    there, elsewhere = ask(path, asked(37.0, 35.0, 50.0), asked(37.5, 35.0, 50.0))
    assert there.layers[0].distance_to_group_m == {"isis": 65000.0}
    assert there.layers[0].not_held_by == ("isis",)
    assert elsewhere.layers[0].distance_to_group_m == {"isis": None}
