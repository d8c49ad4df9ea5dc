"""Who held the point: holders, dates, boundaries, distances and disagreement."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from purport.checks.contract import Check, Evidence
from purport.checks.control import (
    ControlAnswer,
    ControlCheck,
    ControlValues,
    Overall,
    PointBasis,
)
from purport.checks.control._local import normal_lattice
from purport.core.errors import UnreadableControlError
from purport.core.positions import GeoPoint, geodesic_distance_m
from purport.core.ratings import Confidence
from purport.core.records import from_json, to_json

from .conftest import MakeEvidence, WriteLayers, feature, place_at, square, strikes_at

DAY = "2015-09-30"
METRE_DEG = 1 / 111_200


def _answer(
    evidence: Evidence, check: ControlCheck | None = None
) -> tuple[str, ControlValues, str]:
    (finding,) = (check or ControlCheck()).run(evidence)
    values = from_json(ControlValues, finding.values)
    assert to_json(values) == finding.values
    json.dumps(finding.values, allow_nan=False)
    return finding.answer, values, finding.reason


class TestHolder:
    def test_layers_that_agree_under_different_names(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        one = feature(square(37, 36, 1), holder="Daesh", date=DAY, publisher="A", layer="a")
        two = feature(square(37, 36, 1), holder="داعش", date="2015-09-20", publisher="B", layer="b")
        path = write_layers(one, two)
        answer, values, reason = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert answer == ControlAnswer.AGREE
        assert values.overall is Overall.AGREE
        assert values.point == (37, 36)
        assert values.point_basis is PointBasis.PLACE
        assert [layer.age_days for layer in values.layers] == [0, 10]
        assert values.points[0].holder == "Daesh"
        assert values.points[0].confidence is Confidence.HIGH
        assert "10 days older" in reason

    def test_layers_that_differ(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        one = feature(square(37, 36, 1), holder="Harbour Front", date=DAY, layer="a")
        two = feature(square(37, 36, 1), holder="Northern Council", date="2015-10-01", layer="b")
        evidence = make_evidence(write_layers(one, two), found=(place_at(37, 36),))
        answer, values, reason = _answer(evidence)
        assert answer == ControlAnswer.DISPUTED
        assert values.points[0].holder is None
        assert "disputed" in reason
        assert "1 day later" in reason

    def test_one_layer_alone_is_moderate(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="A", date=DAY))
        _, values, _ = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert values.points[0].confidence is Confidence.MODERATE
        assert values.layers[0].p_inside == 1.0
        assert values.layers[0].publisher is None

    def test_no_holder_listed(self, write_layers: WriteLayers, make_evidence: MakeEvidence) -> None:
        path = write_layers(feature(square(39, 36, 0.5), holder="ISIS", date=DAY))
        evidence = make_evidence(path, found=(place_at(37, 36),), groups=("Islamic State", "FSA"))
        answer, values, reason = _answer(evidence)
        assert answer == ControlAnswer.NO_DATA
        layer = values.layers[0]
        assert (layer.holder, layer.p_inside, layer.candidates) == (None, None, ())
        expected = geodesic_distance_m(
            GeoPoint(longitude_deg=37, latitude_deg=36),
            GeoPoint(longitude_deg=38.5, latitude_deg=36),
        )
        distance = layer.distance_to_group_m["isis"]
        assert distance is not None
        assert distance == pytest.approx(expected, rel=1e-3)
        interval = layer.distance_to_group_95_m["isis"]
        assert interval is not None
        assert interval[0] < distance < interval[1]
        assert interval[1] - interval[0] == pytest.approx(2 * 1.96 * 5.0, rel=0.05)
        assert layer.distance_to_group_m["fsa"] is None
        assert layer.distance_to_group_95_m["fsa"] is None
        assert "nearest territory of isis" in reason

    def test_inside_the_group_the_distance_is_zero(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="ISIL", date=DAY))
        evidence = make_evidence(path, found=(place_at(37, 36),), groups=("ISIS",))
        _, values, _ = _answer(evidence)
        assert values.layers[0].distance_to_group_m == {"isis": 0.0}


class TestUncertainty:
    def test_probability_follows_the_normal_distribution(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(
            feature(
                square(37 + 1 - 20 * METRE_DEG / math.cos(math.radians(36)), 36, 1),
                holder="A",
                date=DAY,
            )
        )
        # the western edge lies 20 m west of the point, which has a spread of 20 m
        found = (place_at(37, 36, sd_m=20.0),)
        answer, values, _ = _answer(make_evidence(path, found=found))
        assert values.layers[0].p_inside == pytest.approx(0.8413, abs=0.01)
        assert values.layers[0].boundary
        assert answer == ControlAnswer.BOUNDARY
        assert values.points[0].confidence is Confidence.LOW

    def test_an_exact_point_on_the_edge_counts_as_inside(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 0.0001), holder="A", date=DAY))
        answer, values, _ = _answer(make_evidence(path, found=(place_at(37, 36, sd_m=0.0),)))
        assert (answer, values.layers[0].p_inside) == (ControlAnswer.AGREE, 1.0)

    def test_the_accuracy_of_the_map_counts(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        near = feature(square(37, 36, 0.01), holder="A", date=DAY, accuracy_m=1000)
        answer, _, _ = _answer(make_evidence(write_layers(near), found=(place_at(37, 36),)))
        assert answer == ControlAnswer.BOUNDARY

    def test_the_point_may_lie_more_probably_in_no_territory(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 0.001), holder="A", date=DAY))
        point = place_at(37 + 0.001 + 15 * METRE_DEG / math.cos(math.radians(36)), 36, sd_m=20.0)
        answer, values, _ = _answer(make_evidence(path, found=(point,)))
        layer = values.layers[0]
        assert answer == ControlAnswer.BOUNDARY
        assert layer.holder is None
        assert layer.candidates[0].p_inside == pytest.approx(0.2266, abs=0.015)

    @given(shift=st.floats(-3, 3), sd=st.floats(0.1, 10))
    @settings(max_examples=30, deadline=None)
    def test_law_lattice_reproduces_half_plane_probabilities(self, shift: float, sd: float) -> None:
        """Law: the share of nodes east of x is the normal tail of x, whatever the spread."""
        nodes = normal_lattice(2048) * sd
        share = float((nodes[:, 0] > shift * sd).mean())
        assert share == pytest.approx(0.5 * math.erfc(shift / math.sqrt(2)), abs=0.005)

    def test_two_territories_share_the_probability(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        west = feature(square(36, 36, 1), holder="West", date=DAY)
        east = feature(square(38, 36, 1), holder="East", date=DAY)
        answer, values, _ = _answer(
            make_evidence(write_layers(west, east), found=(place_at(37, 36),))
        )
        shares = {one.holder: one.p_inside for one in values.layers[0].candidates}
        assert sum(shares.values()) == pytest.approx(1.0)
        assert shares["East"] == pytest.approx(0.5, abs=0.01)
        assert answer == ControlAnswer.BOUNDARY


class TestContested:
    def test_a_map_may_say_so(self, write_layers: WriteLayers, make_evidence: MakeEvidence) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="Contested", date=DAY))
        answer, values, reason = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert answer == ControlAnswer.DISPUTED
        assert values.layers[0].contested
        assert "holder left open" in reason

    def test_two_holders_of_one_map(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(
            feature(square(37, 36, 1), holder="A", date=DAY),
            feature(square(37, 36, 0.5), holder="B", date=DAY),
        )
        answer, _, _ = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert answer == ControlAnswer.DISPUTED

    def test_one_source_denies_what_another_says(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        says = feature(square(37, 36, 1), holder="ISIS", date=DAY, layer="a")
        denies = feature(
            square(37, 36, 1), holder="Opposition", not_held_by="Daesh", date=DAY, layer="b"
        )
        path = write_layers(says, denies)
        answer, values, reason = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert answer == ControlAnswer.DISPUTED
        assert values.layers[1].not_held_by == ("Daesh",)
        assert "not held by Daesh" in reason

    def test_a_denial_alone_names_no_holder(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        town = {"type": "Point", "coordinates": [37, 36]}
        path = write_layers(feature(town, not_held_by="ISIS", date=DAY, name="Town"))
        answer, values, _ = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert answer == ControlAnswer.NO_DATA
        assert values.layers[0].not_held_by == ("ISIS",)


class TestDates:
    def test_the_edition_nearest_to_the_date_is_read(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(
            *(
                feature(square(37, 36, 1), holder=holder, date=day)
                for holder, day in [
                    ("early", "2015-08-01"),
                    ("before", "2015-09-28"),
                    ("after", "2015-10-02"),
                    ("late", "2015-12-01"),
                ]
            )
        )
        _, values, _ = _answer(make_evidence(path, found=(place_at(37, 36),)))
        layer = values.layers[0]
        assert (layer.holder, layer.date, layer.age_days) == ("before", "2015-09-28", 2)

    def test_periods(self, write_layers: WriteLayers, make_evidence: MakeEvidence) -> None:
        path = write_layers(
            feature(square(37, 36, 1), **{"holder": "A", "from": "2014", "to": "2015-09-29"}),
            feature(square(37, 36, 1), **{"holder": "B", "from": "2015-09-30"}),
        )
        _, values, _ = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert values.layers[0].holder == "B"
        _, values, _ = _answer(make_evidence(path, found=(place_at(37, 36),), date="2015-06"))
        assert values.layers[0].holder == "A"

    def test_a_map_far_from_the_date_is_shown_and_weak(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="A", date="2015-06-01"))
        answer, values, reason = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert answer == ControlAnswer.AGREE
        assert values.layers[0].stale
        assert values.points[0].confidence is Confidence.LOW
        assert "121 days" in values.points[0].confidence_reason
        assert "121 days older" in reason
        _, values, _ = _answer(
            make_evidence(path, found=(place_at(37, 36),)), ControlCheck(max_age_days=200)
        )
        assert values.points[0].confidence is Confidence.MODERATE

    def test_a_close_map_outweighs_a_far_one(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(
            feature(square(37, 36, 1), holder="A", date="2014", layer="old"),
            feature(square(37, 36, 1), holder="B", date=DAY, layer="new"),
        )
        answer, values, _ = _answer(make_evidence(path, found=(place_at(37, 36),)))
        assert (answer, values.points[0].holder) == (ControlAnswer.AGREE, "B")
        assert [layer.holder for layer in values.layers] == ["A", "B"]

    def test_towns_each_have_their_own_date(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        town, far = ({"type": "Point", "coordinates": [x, 36]} for x in (37, 38))
        path = write_layers(
            feature(town, holder="A", date="2015-08-01", name="Town"),
            feature(town, holder="B", date="2015-09-01", name="Town"),
            feature(far, holder="C", date=DAY),
            layer_note="ignored",
        )
        _, values, _ = _answer(make_evidence(path, found=(place_at(37.001, 36),), groups=("c",)))
        layer = values.layers[0]
        assert (layer.holder, layer.age_days) == ("B", 29)
        assert layer.distance_to_group_m["c"] == pytest.approx(90_100 - 1500, rel=0.01)
        _, values, _ = _answer(
            make_evidence(path, found=(place_at(37.01, 36),)), ControlCheck(town_radius_m=500.0)
        )
        assert values.layers[0].holder is None


class TestPoints:
    def test_each_distinct_located_strike_is_asked_about(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(
            feature(square(37, 36, 0.01), holder="A", date=DAY),
            feature(square(38, 36, 0.01), holder="B", date=DAY),
        )
        found = (place_at(37, 36), strikes_at((37, 36), None, (38, 36), (39, 36), same=0))
        answer, values, reason = _answer(make_evidence(path, found=found))
        assert answer == ControlAnswer.AGREE
        assert [point.strike for point in values.points] == [0, 2, 3]
        assert [point.holder for point in values.points] == ["A", "B", None]
        assert values.point_basis is PointBasis.STRIKE
        assert "Where strike 3 landed" in reason

    def test_strikes_without_position_leave_the_place(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="A", date=DAY))
        found = (place_at(37, 36), strikes_at(None))
        _, values, _ = _answer(make_evidence(path, found=found))
        assert [point.basis for point in values.points] == [PointBasis.PLACE]

    def test_without_point_or_date_it_cannot_tell(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="A", date=DAY))
        answer, values, reason = _answer(make_evidence(path, groups=("Daesh",)))
        assert answer == ControlAnswer.CANNOT_TELL
        assert (values.point, values.overall, values.groups) == (None, Overall.NO_DATA, ("isis",))
        assert "could not be located" in reason
        refused = place_at(37, 36)
        values_of = {**refused.values, "matched": False}
        elsewhere = type(refused)(
            **{
                **{f: getattr(refused, f) for f in refused.__dataclass_fields__},
                "values": values_of,
            }
        )
        answer, _, _ = _answer(make_evidence(path, found=(elsewhere,)))
        assert answer == ControlAnswer.CANNOT_TELL
        answer, values, reason = _answer(make_evidence(path, found=(place_at(37, 36),), date=None))
        assert (answer, values.date) == (ControlAnswer.CANNOT_TELL, None)
        assert "no date is given" in reason
        _, _, reason = _answer(make_evidence(found=(place_at(37, 36),)))
        assert "no control layer is given" in reason

    def test_a_broken_layer_is_an_error_and_no_finding(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        path = write_layers(feature(square(37, 36, 1), holder="A"))
        with pytest.raises(UnreadableControlError, match="has no date"):
            ControlCheck().run(make_evidence(path, found=(place_at(37, 36),)))


class TestContract:
    def test_it_is_a_check_with_recorded_parameters(
        self, write_layers: WriteLayers, make_evidence: MakeEvidence
    ) -> None:
        check = ControlCheck(max_age_days=7)
        assert isinstance(check, Check)
        path = write_layers(feature(square(37, 36, 1), holder="A", date=DAY))
        evidence = make_evidence(path, found=(place_at(37, 36),))
        (finding,) = check.run(evidence)
        assert finding.derivation.parameters["max_age_days"] == 7
        assert [name for name, _ in finding.derivation.inputs] == ["control", "date", "earlier"]
        assert check.run(evidence) == [finding]
        assert finding.limits
