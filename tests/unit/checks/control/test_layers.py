"""Reading layer files: what is accepted, and every fault with the feature's name."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from purport.checks.control import load_control
from purport.checks.control._layers import first_and_last_day
from purport.core.errors import SeveralFaultsError, UnreadableControlError
from purport.core.instants import parse_stated_time

from .conftest import WriteLayers, feature, square

HELD: dict[str, Any] = {"holder": "Daesh", "date": "2015-09-30"}


def _refused(path: Path) -> str:
    with pytest.raises(UnreadableControlError) as caught:
        load_control(path)
    assert caught.value.subject == path.name
    assert caught.value.remedy
    return caught.value.fault


class TestAccepted:
    def test_defaults_of_the_collection_are_overruled_by_the_feature(
        self, write_layers: WriteLayers
    ) -> None:
        path = write_layers(
            feature(square(37, 36, 1), holder="A"),
            feature(square(39, 36, 1), holder="B", date="2015-10-01", publisher="Atlas"),
            properties={"date": "2015-09-30", "publisher": "Survey", "layer": "map"},
            purport={"licence": "CC0", "accuracy_m": 500},
        )
        (layer,) = load_control(path)
        assert (layer.name, layer.publisher, layer.licence) == ("map", "Survey; Atlas", "CC0")
        assert (layer.definition, layer.accuracy_m) == (None, 500.0)
        assert [one.first_day for one in layer.territories] == [
            date(2015, 9, 30),
            date(2015, 10, 1),
        ]

    def test_layers_are_told_apart_by_name_and_fall_back_to_the_file(
        self, write_layers: WriteLayers
    ) -> None:
        one = feature(square(37, 36, 1), **HELD, layer="first")
        other = feature(square(37, 36, 1), **HELD)
        names = [layer.name for layer in load_control(write_layers(one, other))]
        assert names == ["first", "layers"]
        titled = write_layers(other, name="from the collection")
        assert [layer.name for layer in load_control(titled)] == ["from the collection"]

    def test_a_period_may_be_open(self, write_layers: WriteLayers) -> None:
        path = write_layers(
            feature(square(37, 36, 1), **{"holder": "A", "from": "2015-05", "to": "2016-03"}),
            feature(square(37, 36, 1), **{"holder": "A", "from": "2015-05-14"}),
        )
        closed, open_ended = load_control(path)[0].territories
        assert (closed.first_day, closed.last_day) == (date(2015, 5, 1), date(2016, 3, 31))
        assert (open_ended.last_day, open_ended.stated_date) == (None, "from 2015-05-14")

    def test_towns_and_denials(self, write_layers: WriteLayers) -> None:
        town = {"type": "Point", "coordinates": [36.7, 34.8, 400.0]}
        path = write_layers(
            feature(town, not_held_by=["ISIS"], date="2015-09-30", name="Town", radius_m=800),
            feature(town, not_held_by="ISIS", date="2015-10-01", name="Town"),
        )
        first, second = load_control(path)[0].territories
        assert (first.holder, first.not_held_by, first.radius_m) == (None, ("ISIS",), 800.0)
        assert second.not_held_by == ("ISIS",)
        assert first.label == "feature 1 (Town)"

    def test_a_known_system_is_converted(self, write_layers: WriteLayers) -> None:
        east, north = 500_000.0, 3_984_000.0
        ring = [[east, north], [east + 1000, north], [east, north + 1000], [east, north]]
        path = write_layers(
            feature({"type": "MultiPolygon", "coordinates": [[ring]]}, **HELD),
            crs={"type": "name", "properties": {"name": "EPSG:32637"}},
        )
        west, south, *_ = load_control(path)[0].territories[0].geometry.bounds
        assert west == pytest.approx(39.0, abs=1e-9)
        assert south == pytest.approx(36.0, abs=1e-2)

    @pytest.mark.parametrize(
        "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"]
    )
    def test_longitude_and_latitude_stay_as_they_are(
        self, write_layers: WriteLayers, name: str
    ) -> None:
        crs = {"type": "name", "properties": {"name": name}}
        path = write_layers(feature(square(37, 36, 1), **HELD), crs=crs)
        assert load_control(path)[0].territories[0].geometry.bounds == (36, 35, 38, 37)


class TestDays:
    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("2015-09-30", (date(2015, 9, 30), date(2015, 9, 30))),
            ("2015-09", (date(2015, 9, 1), date(2015, 9, 30))),
            ("2015-09-30T23:30", (date(2015, 9, 30), date(2015, 9, 30))),
            ("2015-09-30T01:00+03:00", (date(2015, 9, 29), date(2015, 9, 29))),
        ],
    )
    def test_days_are_those_that_were_stated(self, text: str, days: tuple[date, date]) -> None:
        assert first_and_last_day(parse_stated_time(text)) == days


class TestRefusedFiles:
    def test_not_json(self, tmp_path: Path) -> None:
        path = tmp_path / "layers.geojson"
        path.write_bytes(b"\xff\xfe{")
        assert "cannot be read as GeoJSON" in _refused(path)
        path.write_text('{"type": NaN}', encoding="utf-8")
        assert "NaN is not a number" in _refused(path)
        assert "cannot be read" in _refused(tmp_path / "absent.geojson")

    def test_not_a_collection_of_features(self, tmp_path: Path) -> None:
        path = tmp_path / "layers.geojson"
        path.write_text('{"type": "Feature"}', encoding="utf-8")
        assert _refused(path) == "is not a FeatureCollection"
        path.write_text("[]", encoding="utf-8")
        assert _refused(path) == "holds no features"
        for features in ("[]", "null"):
            path.write_text(f'{{"type": "FeatureCollection", "features": {features}}}')
            assert _refused(path) == "holds no features"

    def test_defaults_that_are_no_object(self, write_layers: WriteLayers) -> None:
        path = write_layers(feature(square(37, 36, 1), **HELD), purport="CC0")
        assert "member 'purport' is not an object" in _refused(path)

    @pytest.mark.parametrize("crs", [None, "EPSG:4326", {"properties": {"name": 4326}}])
    def test_a_system_without_a_name(self, write_layers: WriteLayers, crs: object) -> None:
        path = write_layers(feature(square(37, 36, 1), **HELD), crs=crs)
        assert "names no coordinate system" in _refused(path)

    def test_an_unknown_system(self, write_layers: WriteLayers) -> None:
        crs = {"type": "name", "properties": {"name": "EPSG:999999"}}
        path = write_layers(feature(square(37, 36, 1), **HELD), crs=crs)
        assert "'EPSG:999999' is not known" in _refused(path)

    def test_several_faults_are_named_together(self, write_layers: WriteLayers) -> None:
        path = write_layers(
            feature(square(37, 36, 1), holder="A", name="Shore"),
            feature(square(37, 36, 1), **HELD),
            feature(square(37, 36, 1), date="2015"),
        )
        with pytest.raises(SeveralFaultsError) as caught:
            load_control(path, name="given.geojson")
        assert caught.value.subject == "given.geojson"
        assert "feature 1 (Shore) has no date" in caught.value.fault
        assert "feature 3 names no holder" in caught.value.fault


_BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
_OPEN = [[0, 0], [1, 0], [1, 1], [0, 1]]


class TestRefusedFeatures:
    @pytest.mark.parametrize(
        ("geometry", "fault"),
        [
            (None, "has no geometry"),
            ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "is a LineString"),
            ({"type": "Polygon", "coordinates": [_BOW_TIE]}, "Self-intersection"),
            ({"type": "Polygon", "coordinates": [_OPEN]}, "the last equal to the first"),
            ({"type": "Polygon", "coordinates": [_OPEN[:1]]}, "a ring needs four positions"),
            ({"type": "Polygon", "coordinates": []}, "Polygon without coordinates"),
            ({"type": "MultiPolygon"}, "MultiPolygon without coordinates"),
            ({"type": "Polygon", "coordinates": [[]]}, "ring without coordinates"),
            ({"type": "Point", "coordinates": [1]}, "is not a position"),
            ({"type": "Point", "coordinates": ["1", 2]}, "is not a position"),
            ({"type": "Point", "coordinates": [True, 2]}, "is not a position"),
            ({"type": "Point", "coordinates": None}, "is not a position"),
            ({"type": "Point", "coordinates": [36, 237]}, "is not a longitude and latitude"),
        ],
    )
    def test_broken_geometry(
        self, write_layers: WriteLayers, geometry: dict[str, Any] | None, fault: str
    ) -> None:
        message = _refused(write_layers(feature(geometry, **HELD, name="Shore")))
        assert fault in message
        assert message.startswith("feature 1 (Shore)")

    def test_a_position_outside_its_system(self, write_layers: WriteLayers) -> None:
        path = write_layers(
            feature({"type": "Point", "coordinates": [1e12, 1e12]}, **HELD),
            crs={"type": "name", "properties": {"name": "EPSG:32637"}},
        )
        assert "outside its coordinate system" in _refused(path)

    @pytest.mark.parametrize(
        ("properties", "fault"),
        [
            ({"holder": "A"}, "has no date"),
            ({"holder": "A", "to": "2015"}, "has no date"),
            ({"date": "2015"}, "names no holder"),
            ({"holder": 5, "date": "2015"}, "'holder' that is not a text"),
            ({"holder": " ", "date": "2015"}, "'holder' that is not a text"),
            ({"holder": "A", "date": "autumn"}, "a date that cannot be read"),
            ({"holder": "A", "date": "2015-13"}, "a date that cannot be read"),
            ({"holder": "A", "date": "2015", "from": "2014"}, "both 'date' and 'from'"),
            ({"holder": "A", "from": "2015", "to": "2014"}, "ends before it begins"),
            ({"not_held_by": [7], "date": "2015"}, "'not_held_by' that is not a name"),
            ({"not_held_by": {}, "date": "2015"}, "'not_held_by' that is not a name"),
            ({**HELD, "radius_m": -1}, "'radius_m' that is not a positive number"),
            ({**HELD, "accuracy_m": True}, "'accuracy_m' that is not a positive number"),
            ({**HELD, "publisher": 3}, "'publisher' that is not a text"),
        ],
    )
    def test_broken_properties(
        self, write_layers: WriteLayers, properties: dict[str, Any], fault: str
    ) -> None:
        assert fault in _refused(write_layers(feature(square(37, 36, 1), **properties)))

    def test_what_is_no_feature(self, write_layers: WriteLayers) -> None:
        assert "is not a GeoJSON Feature" in _refused(write_layers("town"))
        odd = {"type": "Feature", "properties": [], "geometry": square(37, 36, 1)}
        assert "properties that are not an object" in _refused(write_layers(odd))
        bare = {"type": "Feature", "properties": None, "geometry": square(37, 36, 1)}
        assert "names no holder" in _refused(write_layers(bare))
