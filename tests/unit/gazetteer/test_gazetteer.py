from pathlib import Path

import pytest

from purport.core.errors import InputError, SeveralFaultsError
from purport.core.positions import GeoPoint
from purport.gazetteer import (
    Gazetteer,
    NameMatch,
    PhraseReach,
    Place,
    PlaceKind,
    Relation,
    bundled_gazetteer,
    consonants,
    load_gazetteer,
    load_places,
    measure_claimed_distance,
    parse_place_phrase,
    read_phrase,
    spelling,
)

REACH = PhraseReach()
# One line as a GeoNames dump has it: 19 columns, no header (values made up).
GEONAMES = "\t".join(
    [
        *("900001", "Port Selden", "Port Selden", "Selden Harbour,Порт-Селден", "35.9", "-14.2"),
        *("P", "PPL", "TL", "", "03", "0301", "", "", "12000", "", "5", "Atlantic/Azores"),
        "2019-01-01",
    ]
)
OCHA = (
    "admin4Name_en,admin4Name_ar,admin4Pcode,admin2Pcode,admin1Pcode,latitude,longitude\n"
    "Selden,سلدن,TL030101,TL0301,TL03,35.9,-14.2\n"
)


def names(found: tuple[object, ...]) -> list[str]:
    return [one.place.id for one in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    ["Ltamenah", "Al-Lataminah", "اللطامنة", "Al-Latamneh", "Lataminah", "Эль-Латамна", "latmana"],
)
def test_variants_and_scripts_lead_to_one_place(name: str) -> None:
    assert names(bundled_gazetteer().find(name)) == ["ocha:C3458"]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Kobane", "ocha:C1946"),
        ("Palmyra", "ocha:C2889"),
        ("al-Sukhna", "ocha:C2893"),
        ("Jisr al-Shughour", "ocha:C4199"),
        ("Talbisah", "ocha:C2882"),
        ("تلبيسة", "ocha:C2882"),
        ("Khafsa Kabir", "ocha:C1894"),
    ],
)
def test_names_of_the_autumn_of_2015(name: str, place: str) -> None:
    assert names(bundled_gazetteer().find(name)) == [place]


def test_an_ambiguous_name_returns_every_candidate() -> None:
    found = bundled_gazetteer().find("Tiba")
    assert len(found) > 5
    assert {one.match for one in found} == {NameMatch.SPELLED}
    assert {one.place.kind for one in bundled_gazetteer().find("Raqqa")} == {
        PlaceKind.PROVINCE,
        PlaceKind.DISTRICT,
        PlaceKind.SETTLEMENT,
    }


def test_context_narrows_and_never_empties() -> None:
    whole = bundled_gazetteer().find("Tiba")
    narrowed = bundled_gazetteer().find_within("Tiba", ["Homs"])
    assert names(narrowed) == ["ocha:C2896"]
    assert bundled_gazetteer().find_within("Tiba", ["Atlantis"]) == whole


@pytest.mark.parametrize("name", ["", "!!", "Xyzzy Qworp", "東京", "a"])
def test_what_is_not_listed_is_not_found(name: str) -> None:
    assert bundled_gazetteer().find(name) == ()


def test_an_ending_in_a_tells_two_names_apart() -> None:
    assert consonants("Latmin") != consonants("Latmana")


def test_folding_forgives_typography_alone() -> None:
    assert spelling("Ma‘arat al-Nu’man") == spelling("MAARAT AL NUMAN")
    assert spelling("Hama") != spelling("Homs")


@pytest.mark.parametrize(
    ("said", "name", "relation", "azimuth", "distance"),
    [
        ("Talbiseh", "Talbiseh", Relation.AT, None, None),
        ("southwest of Raqqa", "Raqqa", Relation.TOWARDS, 225.0, None),
        ("south-western Raqqa", "Raqqa", Relation.NEAR, None, None),
        ("near Raqqa", "Raqqa", Relation.NEAR, None, None),
        ("entrance to Ma'arat al-Nu'man", "Ma'arat al-Nu'man", Relation.NEAR, None, None),
        ("about 5 km from the border", "the border", Relation.OFFSET, None, 5000.0),
        ("20 miles north of Homs", "Homs", Relation.OFFSET, 0.0, 32186.88),
        ("1,5 km east of Homs", "Homs", Relation.OFFSET, 90.0, 1500.0),
        ("Homs province", "Homs", Relation.WITHIN, None, None),
        ("outskirts of Raqqa governorate", "Raqqa", Relation.WITHIN, None, None),
        ("Jisr al-Shughour area", "Jisr al-Shughour", Relation.NEAR, None, None),
        ("Latmana (as before)", "Latmana", Relation.AT, None, None),
    ],
)
def test_phrases_are_taken_apart(
    *, said: str, name: str, relation: Relation, azimuth: float | None, distance: float | None
) -> None:
    phrase = parse_place_phrase(said)
    assert (phrase.name, phrase.relation) == (name, relation)
    assert phrase.azimuth_deg == azimuth
    assert phrase.distance_m == (None if distance is None else pytest.approx(distance))


def test_what_follows_a_comma_is_context() -> None:
    assert parse_place_phrase("Talbiseh, Homs").context == ("Homs",)


def test_south_west_of_raqqa_is_a_sector_and_not_a_point() -> None:
    readings = read_phrase(
        parse_place_phrase("south-west of Raqqa"), bundled_gazetteer(), reach=REACH
    )
    found = GeoPoint(longitude_deg=36.084435, latitude_deg=35.689097)
    town, *others = [measure_claimed_distance(found, one) for one in readings]
    assert town.reading.words == "from south to west of Ar-Raqqa, up to 100 km"
    assert town.to_place_m == pytest.approx(265.6e3, abs=0.1e3)
    assert town.nearest_m == pytest.approx(165.6e3, abs=0.5e3)
    assert all(one.reading.aside for one in others)
    assert min(one.nearest_m for one in (town, *others)) > 150e3


def village(name: str, kind: PlaceKind, lon: float, *, within: str | None = None) -> Place:
    return Place(
        id=name,
        name=name,
        kind=kind,
        point=GeoPoint(longitude_deg=lon, latitude_deg=0.0),
        names=(name,),
        province=within,
    )


def test_an_area_reaches_a_little_beyond_its_outermost_village() -> None:
    places = Gazetteer(
        [
            village("Northland", PlaceKind.PROVINCE, 0.0),
            village("Elm", PlaceKind.SETTLEMENT, 0.1, within="Northland"),
            village("Oak", PlaceKind.SETTLEMENT, 0.2, within="Northland"),
        ]
    )
    (reading,) = read_phrase(parse_place_phrase("Northland province"), places, reach=REACH)
    far = measure_claimed_distance(GeoPoint(longitude_deg=0.4, latitude_deg=0.0), reading)
    assert far.nearest_m == pytest.approx(0.2 * 111319.49 - 10000, abs=1)
    near = measure_claimed_distance(GeoPoint(longitude_deg=0.21, latitude_deg=0.0), reading)
    assert near.nearest_m == 0.0


def test_inside_a_sector_the_distance_is_nothing() -> None:
    places = Gazetteer([village("Elm", PlaceKind.SETTLEMENT, 0.0)])
    (reading,) = read_phrase(parse_place_phrase("east of Elm"), places, reach=REACH)
    inside = measure_claimed_distance(GeoPoint(longitude_deg=0.5, latitude_deg=0.1), reading)
    behind = measure_claimed_distance(GeoPoint(longitude_deg=-0.5, latitude_deg=0.0), reading)
    assert inside.nearest_m == 0.0
    assert behind.nearest_m == pytest.approx(0.5 * 111319.49, abs=1)


def test_a_geonames_dump_is_read(tmp_path: Path) -> None:
    path = tmp_path / "TL.txt"
    path.write_text(GEONAMES + "\n", encoding="utf-8")
    (place,) = load_places(path)
    assert (place.id, place.kind) == ("geonames:900001", PlaceKind.SETTLEMENT)
    assert names(load_gazetteer(path, bundled=False).find("Порт Селден")) == ["geonames:900001"]


def test_an_ocha_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tl_populated_places.csv"
    path.write_text(OCHA, encoding="utf-8")
    (place,) = load_places(path)
    assert (place.id, place.province) == ("ocha:TL030101", "ocha:TL03")
    assert names(load_gazetteer(path).find("سلدن")) == ["ocha:TL030101"]


def test_an_own_table_needs_three_columns(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("name,lon,lat,names\nElm,1.0,2.0,Ulme|Orme\n", encoding="utf-8")
    (place,) = load_places(path)
    assert place.names == ("Elm", "Ulme", "Orme")


def test_faulty_rows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("name,lon,lat\nElm,1.0,200\n,1.0,2.0\n", encoding="utf-8")
    with pytest.raises(SeveralFaultsError, match=r"line 2: .*line 3: name is empty"):
        load_places(path)


def test_what_is_no_gazetteer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="is no gazetteer"):
        load_places(path)


def test_a_file_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("id,name,lon,lat\nx:1,Elm,1.0,2.0\n", encoding="utf-8")
    with pytest.raises(InputError, match="two files"):
        load_gazetteer(path, path)


def test_places_near_a_point_come_nearest_first() -> None:
    point = GeoPoint(longitude_deg=36.62, latitude_deg=35.32)
    found = bundled_gazetteer().nearest(point, within_m=5000)
    assert found[0][0].id == "ocha:C3458"
    assert [metres for _, metres in found] == sorted(metres for _, metres in found)
