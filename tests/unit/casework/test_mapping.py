"""What a case's map shows, gathered from a workspace."""

from pathlib import Path

import pytest

from purport.casework import Workspace, case_file, collect_control, collect_reference, describe_case
from purport.casework.example import example_folder
from purport.casework.map_features import MapKind
from purport.casework.mapping import case_map, get_tile_archive
from purport.core.errors import AbsentError


def test_orthophotos_and_layers_are_gathered(workspace: Workspace) -> None:
    describe_case(workspace, name="Harbour Road", date="2019-03-13")
    collect_control(workspace, example_folder() / "control.geojson")
    collect_reference(workspace, example_folder() / "reference.tif")
    shown = case_map(workspace, case_file(workspace))
    assert {one.kind for one in shown.features} == {MapKind.CONTROL}
    assert {one.holder for one in shown.features} >= {"Harbour Front"}
    (picture,) = shown.pictures
    assert picture.name == "reference.tif"
    assert picture.off_m < 0.1
    assert shown.bounds is not None
    west, south, east, north = shown.bounds
    assert west < picture.corners[0][0] < east
    assert south < picture.corners[0][1] < north
    assert shown.notes == ()


def test_without_a_date_who_held_what_is_left_out_and_told(workspace: Workspace) -> None:
    collect_control(workspace, example_folder() / "control.geojson")
    collect_reference(workspace, example_folder() / "reference.tif")
    shown = case_map(workspace, case_file(workspace))
    assert shown.features == ()
    assert len(shown.notes) == 1
    assert "no date" in shown.notes[0]
    # the orthophoto alone says where to look
    assert shown.bounds is not None
    west, south, east, north = shown.bounds
    longitudes, latitudes = zip(*shown.pictures[0].corners, strict=True)
    assert (west, east) == (min(longitudes), max(longitudes))
    assert (south, north) == (min(latitudes), max(latitudes))


def test_an_empty_case_has_an_empty_map(workspace: Workspace) -> None:
    shown = case_map(workspace, case_file(workspace))
    assert (shown.features, shown.pictures, shown.archives) == ((), (), ())
    assert shown.bounds is None


def test_only_maps_in_the_folder_are_given(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "secret.pmtiles").write_bytes(b"PMTiles\x03" + bytes(119))
    for name in ("../secret.pmtiles", "absent.pmtiles", ""):
        with pytest.raises(AbsentError):
            get_tile_archive(workspace.folder, name)
