"""KML, GeoPackage and assertions come out as the same layers as GeoJSON."""

import json
import sqlite3
import struct
from pathlib import Path

import pytest
import shapely

from purport.checks.control import load_control
from purport.core.errors import PurportError, UnreadableControlError

SQUARE = [[37.0, 35.0], [37.2, 35.0], [37.2, 35.2], [37.0, 35.2], [37.0, 35.0]]
HOLE = [[37.05, 35.05], [37.1, 35.05], [37.1, 35.1], [37.05, 35.1], [37.05, 35.05]]
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
 <ExtendedData><Data name="publisher"><value>Northern Monitor</value></Data></ExtendedData>
 <Folder><name>Front lines</name>
  <Placemark><name>Shore</name>
   <TimeSpan><begin>2019-03-01</begin><end>2019-03-31T12:00:00Z</end></TimeSpan>
   <ExtendedData><SchemaData><SimpleData name="holder">Harbour Front</SimpleData></SchemaData>
    <Data name="accuracy_m"><value>250</value></Data></ExtendedData>
   <MultiGeometry><Polygon>
    <outerBoundaryIs><LinearRing><coordinates>{outer}</coordinates></LinearRing></outerBoundaryIs>
    <innerBoundaryIs><LinearRing><coordinates>{inner}</coordinates></LinearRing></innerBoundaryIs>
   </Polygon></MultiGeometry></Placemark>
  <Placemark><name>Elm</name><TimeStamp><when>2019-03</when></TimeStamp>
   <ExtendedData><Data name="not_held_by"><value>Harbour Front; Coast Guard</value></Data>
   </ExtendedData><Point><coordinates>37.3,35.3,0</coordinates></Point></Placemark>
 </Folder></Document></kml>"""


def kml(outer: object = SQUARE, inner: object = HOLE) -> str:
    def ring(points: object) -> str:
        return " ".join(f"{x},{y},0" for x, y in points)  # type: ignore[attr-defined]

    return KML.format(outer=ring(outer), inner=ring(inner))


def write(tmp_path: Path, name: str, content: str) -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(PurportError) as caught:
        load_control(path)
    return str(caught.value)


class TestKml:
    def test_polygons_points_times_and_data(self, tmp_path: Path) -> None:
        (layer,) = load_control(write(tmp_path, "map.kml", kml()))
        assert (layer.name, layer.publisher) == ("Front lines", "Northern Monitor")
        shore, elm = layer.territories
        assert (shore.holder, shore.stated_date) == ("Harbour Front", "2019-03-01 to 2019-03-31")
        assert shore.geometry.area == pytest.approx(0.2 * 0.2 - 0.05 * 0.05)
        assert layer.accuracy_m == 250.0
        assert (elm.holder, elm.not_held_by) == (None, ("Harbour Front", "Coast Guard"))
        assert (elm.geometry.x, elm.geometry.y) == (37.3, 35.3)

    def test_entities_are_refused(self, tmp_path: Path) -> None:
        bomb = '<!DOCTYPE kml [<!ENTITY a "aaaa">]>' + kml().split("?>")[1]
        assert "document type" in refused(write(tmp_path, "map.kml", bomb))

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            ("<kml><Placemark>", "cannot be read as KML"),
            ("<kml></kml>", "holds no placemarks"),
            (kml(outer=SQUARE[:3]), "broken geometry"),
            (kml().replace("37.3,35.3", "east,35.3"), "broken geometry"),
            (kml().replace("2019-03</when>", "spring</when>"), "date that cannot be read"),
        ],
    )
    def test_what_cannot_be_read_is_named(self, tmp_path: Path, content: str, fault: str) -> None:
        assert fault in refused(write(tmp_path, "map.kml", content))


def geopackage(path: Path, *, srs: int = 4326, blob: bytes | None = None) -> Path:
    """Write the tables that the standard demands, with one feature."""
    square = shapely.Polygon(SQUARE)
    envelope = struct.pack("<4d", 37.0, 37.2, 35.0, 35.2)
    header = b"GP\x00" + bytes([0b00000011]) + struct.pack("<i", srs) + envelope
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE gpkg_spatial_ref_sys (
            srs_name TEXT, srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);
        CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
        CREATE TABLE "front ""a"" x" (
            fid INTEGER PRIMARY KEY, geom BLOB, holder TEXT, date TEXT, not_held_by TEXT);
        INSERT INTO gpkg_contents VALUES ('front "a" x', 'features'), ('other', 'attributes');
        """
    )
    connection.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('x', ?, 'EPSG', ?)", (srs, srs))
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('front \"a\" x', 'geom', ?)", (srs,)
    )
    connection.execute(
        'INSERT INTO "front ""a"" x" VALUES (1, ?, ?, ?, ?)',
        (blob or header + shapely.to_wkb(square), "Harbour Front", "2019-03-10", "A; B"),
    )
    connection.commit()
    connection.close()
    return path


class TestGeoPackage:
    def test_a_table_of_features(self, tmp_path: Path) -> None:
        (layer,) = load_control(geopackage(tmp_path / "map.gpkg"))
        (shore,) = layer.territories
        assert layer.name == 'front "a" x'
        assert (shore.holder, shore.not_held_by) == ("Harbour Front", ("A", "B"))
        assert shore.geometry.bounds == (37.0, 35.0, 37.2, 35.2)

    def test_another_system_is_brought_to_wgs84(self, tmp_path: Path) -> None:
        square = shapely.box(800000, 3900000, 810000, 3910000)  # UTM zone 36 N
        blob = b"GP\x00\x01" + struct.pack("<i", 32636) + shapely.to_wkb(square)
        (layer,) = load_control(geopackage(tmp_path / "map.gpkg", srs=32636, blob=blob))
        west, south, *_ = layer.territories[0].geometry.bounds
        assert 36.2 < west < 36.4
        assert 35.1 < south < 35.3

    @pytest.mark.parametrize(
        "blob", [b"XX", b"GP\x00\x0f" + bytes(8), b"GP\x00\x01" + bytes(4) + b"no wkb"]
    )
    def test_a_broken_geometry_is_refused(self, tmp_path: Path, blob: bytes) -> None:
        path = geopackage(tmp_path / "map.gpkg", blob=blob)
        assert "cannot be read as a GeoPackage" in refused(path)

    def test_another_database_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "map.gpkg"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE a (b)")
        connection.close()
        assert "no such table" in refused(path)


ASSERTIONS: list[dict[str, object]] = [
    {
        "place": "Talbiseh",
        "date": "2015-09-30",
        "controller": "opposition",
        "not_controlled_by": ["ISIS", "Jabhat al-Nusra"],
        "source": "https://www.example.org/report",
    },
    {
        "place": "Al-Latamneh",
        "lat": 35.32,
        "lon": 36.62,
        "date_from": "2015-10-01",
        "nearest_isis_km": 65,
        "source": "github:someone/notes@0123:page.md",
    },
    {"place": "northern Hama countryside", "date": "2015-09-30", "controller": "FSA"},
    {"place": "Tiba", "date": "2015-09-30", "controller": "FSA"},
]


class TestAssertions:
    def test_a_list_with_and_without_positions(self, tmp_path: Path) -> None:
        layers = load_control(write(tmp_path, "said.json", json.dumps(ASSERTIONS)))
        first, second, third = layers
        assert [layer.publisher for layer in layers] == [
            "example.org",
            "github:someone/notes",
            None,
        ]
        assert first.territories[0].placed_by == "gazetteer ocha:C2882"
        assert first.territories[0].not_held_by == ("ISIS", "Jabhat al-Nusra")
        assert second.territories[0].nearest_held_m == (("isis", 65000.0),)
        assert second.territories[0].not_held_by == ("isis",)
        assert third.territories == ()
        assert "is an area without a position" in third.unplaced[0]
        assert "7 places of that name are listed" in third.unplaced[1]

    def test_a_source_that_is_no_address_is_its_own_publisher(self, tmp_path: Path) -> None:
        odd = {**ASSERTIONS[0], "source": "https://[odd/x"}
        (layer,) = load_control(write(tmp_path, "said.json", json.dumps([odd])))
        assert layer.publisher == "https://[odd/x"

    def test_a_table_says_the_same(self, tmp_path: Path) -> None:
        table = (
            "place,lat,lon,date,controller,not_controlled_by,nearest_isis_km,source\n"
            "Talbiseh,,,2015-09-30,opposition,ISIS; Jabhat al-Nusra,,https://example.org/x\n"
        )
        (layer,) = load_control(write(tmp_path, "said.csv", table))
        assert layer.territories[0].not_held_by == ("ISIS", "Jabhat al-Nusra")

    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            ({"place": "Talbiseh", "controller": "x"}, "has no date"),
            ({"place": "Talbiseh", "date": "2015"}, "names no holder"),
            ({"place": "A", "lat": 1.0, "date": "2015", "controller": "x"}, "go together"),
            ({"place": "A", "lat": "x", "lon": 1, "date": "2015", "controller": "x"}, "no number"),
            ({"place": "A", "lat": 99, "lon": 1, "date": "2015", "controller": "x"}, "broken"),
            ({"date": "2015", "controller": "x"}, "no text under 'place'"),
            ("Talbiseh", "is not an object"),
            ({"place": "A", "date": "2015", "not_controlled_by": 5}, "no name or list of names"),
            ({"place": "A", "date": "2015", "layer": {"a": 1}, "controller": "x"}, "not a text"),
            ({"place": "A", "date": 2015, "controller": "x"}, "not a text"),
        ],
    )
    def test_a_faulty_assertion_is_named(self, tmp_path: Path, row: object, fault: str) -> None:
        message = refused(write(tmp_path, "said.json", json.dumps([ASSERTIONS[0], row])))
        assert fault in message
        assert "assertion 2" in message

    @pytest.mark.parametrize(
        ("table", "fault"),
        [
            ("place,date,colour\nA,2015,red\n", "unknown columns: 'colour'"),
            ("a,b\n1,2\n", "no table with a column 'place'"),
            ("place,date\nA\n", "more or fewer cells"),
        ],
    )
    def test_a_faulty_table_is_refused(self, tmp_path: Path, table: str, fault: str) -> None:
        assert fault in refused(write(tmp_path, "said.csv", table))


def test_a_packed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.kmz"
    path.write_bytes(b"PK\x03\x04rest")
    with pytest.raises(UnreadableControlError, match="packed file"):
        load_control(path)
