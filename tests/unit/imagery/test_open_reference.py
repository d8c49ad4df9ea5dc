import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import CRS
from rasterio.transform import Affine

from purport.core.errors import OutsideReferenceError, UnreadableReferenceError
from purport.core.positions import GeoPoint, MapPoint, to_geographic
from purport.imagery import open_reference, read_luma, reference_pixel, require_inside
from purport.imagery.references import centred_transform

WEST_M, NORTH_M, GSD_M = 500_000.0, 4_000_000.0, 0.5
HEIGHT, WIDTH = 40, 60


def picture() -> np.ndarray:
    return np.random.default_rng(1).integers(10, 250, (HEIGHT, WIDTH), dtype=np.uint8)


def write_tiff(
    path: Path,
    *,
    crs: str | None = "EPSG:32637",
    transform: Affine | None = None,
    tags: dict[str, str] | None = None,
) -> Path:
    profile: dict[str, object] = {"driver": "GTiff", "height": HEIGHT, "width": WIDTH, "count": 1}
    grid = transform or Affine(GSD_M, 0, WEST_M, 0, -GSD_M, NORTH_M)
    with rasterio.open(path, "w", dtype="uint8", crs=crs, transform=grid, **profile) as out:
        out.write(picture(), 1)
        out.update_tags(**(tags or {}))
    return path


def write_png(folder: Path, *, world: bool) -> Path:
    path = folder / "map.png"
    tiff = write_tiff(folder / "plain.tif", crs=None)
    with rasterio.open(tiff) as source:
        values = source.read()
    with rasterio.open(
        path,
        "w",
        driver="PNG",
        height=HEIGHT,
        width=WIDTH,
        count=1,
        dtype="uint8",
        transform=Affine(GSD_M, 0, WEST_M, 0, -GSD_M, NORTH_M),
    ) as out:
        out.write(values)
    (folder / "map.png.aux.xml").unlink(missing_ok=True)
    if world:
        # A world file gives the centre of the first pixel.
        lines = [GSD_M, 0.0, 0.0, -GSD_M, WEST_M + GSD_M / 2, NORTH_M - GSD_M / 2]
        (folder / "map.pgw").write_text("\n".join(f"{line:.6f}" for line in lines))
    return path


def test_centred_transform_gives_the_centre_of_the_first_pixel() -> None:
    matrix = centred_transform(Affine(2.0, 0, 10.0, 0, -2.0, 50.0))
    assert matrix @ [0.0, 0.0, 1.0] == pytest.approx([11.0, 49.0, 1.0])


def test_geotiff_says_where_it_lies(tmp_path: Path) -> None:
    reference = open_reference(write_tiff(tmp_path / "a.tif"))
    assert (reference.crs, reference.metric_crs) == ("EPSG:32637", "EPSG:32637")
    assert reference.gsd_m == pytest.approx(GSD_M)
    west, south, east, north = reference.bounds
    assert (west, north) == pytest.approx((WEST_M, NORTH_M))
    assert (east - west, north - south) == pytest.approx((WIDTH * GSD_M, HEIGHT * GSD_M))
    assert reference.accuracy_m is None
    assert reference.accuracy_basis == "not stated"


def test_accuracy_of_the_user_wins_over_the_tag(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif", tags={"HORIZONTAL_ACCURACY_M": "1.25"})
    assert open_reference(path).accuracy_m == 1.25
    assert open_reference(path).accuracy_basis == "TIFF tag HORIZONTAL_ACCURACY_M"
    assert open_reference(path, accuracy_m=0.3).accuracy_m == 0.3


@pytest.mark.parametrize("value", ["good", "-1", "nan"])
def test_accuracy_tag_that_is_no_length_is_refused(tmp_path: Path, value: str) -> None:
    path = write_tiff(tmp_path / "a.tif", tags={"ACCURACY_M": value})
    with pytest.raises(UnreadableReferenceError, match="metres"):
        open_reference(path)


def test_web_mercator_is_measured_in_utm(tmp_path: Path) -> None:
    # At 60° north a Web Mercator metre is half a metre on the ground.
    grid = Affine(1.0, 0, 4_340_000.0, 0, -1.0, 8_399_700.0)
    reference = open_reference(write_tiff(tmp_path / "a.tif", crs="EPSG:3857", transform=grid))
    assert reference.metric_crs == "EPSG:32637"
    assert reference.gsd_m == pytest.approx(0.5, abs=0.005)


def test_png_with_world_file_and_prj_lies_where_its_geotiff_does(tmp_path: Path) -> None:
    path = write_png(tmp_path, world=True)
    (tmp_path / "map.prj").write_text(CRS("EPSG:32637").to_wkt("WKT1_ESRI"))
    same = open_reference(write_tiff(tmp_path / "a.tif"))
    reference = open_reference(path)
    assert CRS(reference.crs).to_epsg() == 32637
    assert np.array(reference.pixel_to_crs) == pytest.approx(np.array(same.pixel_to_crs))
    assert np.array_equal(read_luma(reference).luma, picture())


def test_png_takes_a_stated_system(tmp_path: Path) -> None:
    path = write_png(tmp_path, world=True)
    assert open_reference(path, crs="EPSG:32637").crs == "EPSG:32637"
    with pytest.raises(UnreadableReferenceError, match="no coordinate reference system") as caught:
        open_reference(path, name="map of the place")
    assert caught.value.subject == "map of the place"
    assert ".prj" in caught.value.remedy


def test_png_without_world_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReferenceError, match="no geotransform"):
        open_reference(write_png(tmp_path, world=False), crs="EPSG:32637")


def test_stated_system_must_not_contradict_the_file(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "a.tif")
    with pytest.raises(UnreadableReferenceError, match="was stated"):
        open_reference(path, crs="EPSG:32636")
    assert open_reference(path, crs="EPSG:32637").crs == "EPSG:32637"


@pytest.mark.parametrize("crs", ["EPSG:999999", "EPSG:4978", "nonsense"])
def test_system_that_gives_no_place_is_refused(tmp_path: Path, crs: str) -> None:
    with pytest.raises(UnreadableReferenceError, match=r"coordinate reference system|where on"):
        open_reference(write_png(tmp_path, world=True), crs=crs)


def test_coordinates_off_the_earth_are_refused(tmp_path: Path) -> None:
    grid = Affine(0.5, 0, 500.0, 0, -0.5, 400.0)
    with pytest.raises(UnreadableReferenceError, match="on Earth"):
        open_reference(write_tiff(tmp_path / "a.tif", crs="EPSG:4326", transform=grid))


@pytest.mark.parametrize("content", [b"", b"not a picture", b"II*\x00\x08\x00\x00\x00\xff\xff"])
def test_a_file_that_is_no_raster_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(UnreadableReferenceError, match="not a readable"):
        open_reference(path)


def test_a_description_that_reaches_elsewhere_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_text('<VRTDataset rasterXSize="20" rasterYSize="20"></VRTDataset>')
    with pytest.raises(UnreadableReferenceError, match="not a readable"):
        open_reference(path)


def test_a_tiny_raster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    grid = Affine(GSD_M, 0, WEST_M, 0, -GSD_M, NORTH_M)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=4,
        width=4,
        count=1,
        dtype="uint8",
        crs="EPSG:32637",
        transform=grid,
    ) as out:
        out.write(np.ones((1, 4, 4), dtype=np.uint8))
    with pytest.raises(UnreadableReferenceError, match="4 × 4"):
        open_reference(path)


def test_pixels_that_are_cut_off_are_an_error_when_read(tmp_path: Path) -> None:
    path = write_tiff(tmp_path / "whole.tif")
    cut = tmp_path / "cut.tif"
    shutil.copy(path, cut)
    with rasterio.open(path) as source:
        offset = int(source.tags(1, ns="TIFF").get("BLOCK_OFFSET_0_0", 400))
    cut.write_bytes(path.read_bytes()[: offset + 100])
    with pytest.raises(UnreadableReferenceError):
        read_luma(open_reference(cut))


def test_require_inside_names_the_point_outside(tmp_path: Path) -> None:
    reference = open_reference(write_tiff(tmp_path / "a.tif"))

    def at(east: float, north: float) -> GeoPoint:
        return to_geographic(
            MapPoint(easting_m=WEST_M + east, northing_m=NORTH_M + north, crs="EPSG:32637")
        )

    require_inside(reference, at(0.01, -0.01))
    x, y = reference_pixel(reference, at(0.25, -0.25))
    assert (x, y) == pytest.approx((0.0, 0.0), abs=1e-5)
    with pytest.raises(OutsideReferenceError, match="the stated target at longitude"):
        require_inside(reference, at(-0.2, -1.0), what="stated target")
