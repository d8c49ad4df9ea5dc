from collections.abc import Callable
from pathlib import Path

import pytest

from purport.casework import ItemDetails, Workspace, case_file, collect_sheet, load_sheet
from purport.core.case import ClaimedPlace, Publication, Target, ViewHint
from purport.core.errors import SeveralFaultsError, UnreadableReferenceError, UnreadableSheetError
from purport.core.instants import parse_stated_time
from purport.core.positions import GeoPoint


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "items.csv"
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return write


ALL = (
    "file,url,publisher,published,retrieved,collector,claimed_place,claimed_lon,claimed_lat,"
    "claimed_time,target_lon,target_lat,target_sd_m,reference"
)


def test_every_column_is_read(sheet: Callable[..., Path], tmp_path: Path) -> None:
    path = sheet(
        ALL,
        "a.mp4,https://a.example,Ministry,2015-09-30,2015-10-01T08:00Z,Ann,Harbour,36.5,35.25,"
        "2015-09,36.6,35.3,12.5,ortho.tif",
    )
    (row,) = load_sheet(path)
    assert row.file == tmp_path / "a.mp4"
    assert row.references == (tmp_path / "ortho.tif",)
    assert row.details == ItemDetails(
        url="https://a.example",
        collector="Ann",
        retrieved=parse_stated_time("2015-10-01T08:00Z"),
        publication=Publication(
            published=parse_stated_time("2015-09-30"),
            basis="items sheet",
            url="https://a.example",
            publisher="Ministry",
        ),
        claimed_place=ClaimedPlace(
            name="Harbour", point=GeoPoint(longitude_deg=36.5, latitude_deg=35.25)
        ),
        claimed_time=parse_stated_time("2015-09"),
        target=Target(
            point=GeoPoint(longitude_deg=36.6, latitude_deg=35.3),
            standard_uncertainty_m=12.5,
            basis="items sheet",
        ),
    )


def test_what_is_absent_is_not_recorded(sheet: Callable[..., Path]) -> None:
    (row,) = load_sheet(sheet(ALL, "a.mp4" + "," * 13))
    assert row.details == ItemDetails()
    (row,) = load_sheet(sheet("file", "a.mp4"))
    assert row.references == ()


def test_spreadsheets_byte_order_mark_is_no_column(sheet: Callable[..., Path]) -> None:
    assert load_sheet(sheet("file", "a.mp4", encoding="utf-8-sig"))[0].file.name == "a.mp4"


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (("file,colour,uri", "a.mp4,red,x"), "unknown columns: 'colour', 'uri'"),
        (("url", "https://a.example"), "no column 'file'"),
        (("url;file", "x;a.mp4"), "has semicolons between its cells, commas are expected"),
        (("file\turl", "a.mp4\tx"), "has tabs between its cells, commas are expected"),
        (("file,file", "a,b"), "names a column twice"),
        (("file",), "no rows"),
        (("file,url", "a.mp4"), "line 2: cells: 1, in the header: 2"),
        (("file,url", "a.mp4,x,y"), "line 2: cells: 3, in the header: 2"),
        (("file,url", ",x"), "line 2: file is empty"),
        (("file,published", "a.mp4,soon"), "line 2: published: 'soon'"),
        (("file,target_lon,target_lat", "a.mp4,200,1"), "target: longitude must be"),
        (("file,target_lon,target_lat", "a.mp4,20,"), "target_lon and target_lat go together"),
        (("file,claimed_lon,claimed_lat", "a.mp4,east,1"), "claimed_lon: 'east' is no number"),
        (("file,target_sd_m", "a.mp4,3"), "target_sd_m without target_lon"),
        (
            ("file,target_lon,target_lat,target_sd_m", "a.mp4,1,2,-3"),
            "a standard uncertainty is not negative",
        ),
        (("file", "a.mp4", "a.mp4"), r"a\.mp4 stands in several rows"),
    ],
)
def test_faulty_sheet_is_named_with_its_line(
    sheet: Callable[..., Path], lines: tuple[str, ...], fault: str
) -> None:
    with pytest.raises(UnreadableSheetError, match=rf"items\.csv: .*{fault}"):
        load_sheet(sheet(*lines))


def test_all_faulty_rows_are_collected(sheet: Callable[..., Path]) -> None:
    path = sheet("file,published,target_lon,target_lat", "a.mp4,soon,1,", ",2015,,", "c.mp4,2015,,")
    with pytest.raises(SeveralFaultsError) as caught:
        load_sheet(path)
    for part in ("2 faults", "line 2: published: 'soon'", "go together", "line 3: file is empty"):
        assert part in caught.value.fault


def test_sheet_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_bytes(b"file\n\xff\xfe")
    with pytest.raises(UnreadableSheetError, match="not a readable CSV"):
        load_sheet(path)
    with pytest.raises(UnreadableSheetError, match=r"gone\.csv"):
        load_sheet(tmp_path / "gone.csv")


def test_items_of_a_sheet_are_collected_and_bad_ones_listed(
    workspace: Workspace, sheet: Callable[..., Path], clip: Callable[..., Path], tmp_path: Path
) -> None:
    clip("a.mp4")
    (tmp_path / "b.mp4").write_text("no video")
    path = sheet("file,url,published", "a.mp4,https://a.example,", "b.mp4,,", "gone.mp4,,2015")
    published = Publication(published=parse_stated_time("2016"), basis="recorded by user")
    items, faults = collect_sheet(workspace, path, defaults=ItemDetails(publication=published))
    (item,) = items
    assert (item.name, item.url, item.publication) == ("a.mp4", "https://a.example", published)
    assert [fault.subject for fault in faults] == ["b.mp4", "gone.mp4"]
    assert len(case_file(workspace).items) == 1


def test_orthophoto_that_cannot_be_used_is_named(
    workspace: Workspace, sheet: Callable[..., Path], clip: Callable[..., Path]
) -> None:
    clip("a.mp4")
    with pytest.raises(UnreadableReferenceError, match=r"gone\.tif"):
        collect_sheet(workspace, sheet("file,reference", "a.mp4,gone.tif"))


def test_several_orthophotos_heights_and_the_camera_are_read(
    sheet: Callable[..., Path], tmp_path: Path
) -> None:
    path = sheet(
        "file,reference,terrain,gsd_low_m,gsd_high_m,heading_deg,heading_sd_deg",
        "a.mp4,one.tif; two.tif,dem.tif,0.2,0.5,270,10",
    )
    (row,) = load_sheet(path)
    assert row.references == (tmp_path / "one.tif", tmp_path / "two.tif")
    assert row.terrain == tmp_path / "dem.tif"
    assert row.details.view_hint == ViewHint(
        gsd_m=(0.2, 0.5), heading_deg=270.0, heading_sd_deg=10.0
    )


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("0.2,,,", "gsd_low_m and gsd_high_m go together"),
        ("0.5,0.2,,", "goes from low to high"),
        (",,360,", "below 360"),
        (",,90,0", "uncertainty is positive"),
    ],
)
def test_cameras_that_cannot_be_are_named(
    sheet: Callable[..., Path], cells: str, fault: str
) -> None:
    path = sheet("file,gsd_low_m,gsd_high_m,heading_deg,heading_sd_deg", f"a.mp4,{cells}")
    with pytest.raises(UnreadableSheetError, match=fault):
        load_sheet(path)
