"""Each bad input is one clear error that names file, fault and remedy, and leaves all whole."""

import json
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from tests.noise import write_noise

from purport.casework import CheckRequest, Workspace, case_file, check_case, verify_workspace
from purport.core.errors import (
    InputError,
    OutsideReferenceError,
    PurportError,
    UnreadableControlError,
    UnreadableMediaError,
    UnreadableReferenceError,
    UnreadableSheetError,
    UnreadableStoryError,
    WorkspaceBusyError,
)
from purport.core.positions import GeoPoint

STORY = "30 September 2015\n\nThe ministry said that it had struck eight targets.\n"


def write_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), dtype=np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


def write_wide_picture(path: Path, width: int, height: int) -> None:
    """Write a PNG of any stated size by hand; no encoder would."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    rows = zlib.compress(bytes((1 + width) * height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def write_reference(path: Path, *, crs: str | None = "EPSG:32637") -> Path:
    pixels = np.random.default_rng(0).integers(0, 255, (1, 64, 64), dtype=np.uint8)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=64,
        height=64,
        count=1,
        dtype="uint8",
        crs=crs,
        transform=Affine(1, 0, 500_000, 0, -1, 4_000_000),
    ) as raster:
        raster.write(pixels)
    return path


def write_control(path: Path, ring: list[list[float]], properties: dict[str, str]) -> Path:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "geometry": geometry, "properties": properties}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


@dataclass(frozen=True)
class Bad:
    """A bad input: how it is made, how it is given, and what has to come of it."""

    make: Callable[[Path], CheckRequest]
    error: type[PurportError]
    names: str


def _footage(name: str, write: Callable[[Path], object]) -> Callable[[Path], CheckRequest]:
    def make(folder: Path) -> CheckRequest:
        write(folder / name)
        return CheckRequest(workspace=folder / "case", footage=(folder / name,))

    return make


def _truncate(path: Path) -> None:
    write_noise(path)
    path.write_bytes(path.read_bytes()[:300])


def _with_clip(**given: Callable[[Path], object]) -> Callable[[Path], CheckRequest]:
    def make(folder: Path) -> CheckRequest:
        fields = {name: value(folder) for name, value in given.items()}
        clip = write_noise(folder / "clip.mp4")
        return CheckRequest(workspace=folder / "case", footage=(clip,), **fields)  # type: ignore[arg-type]

    return make


def _odd_story(folder: Path) -> CheckRequest:
    story = folder / "story.txt"
    story.write_bytes("Überfall, sagte Müller.".encode("cp1252"))
    return CheckRequest(workspace=folder / "case", story=story)


def _odd_sheet(folder: Path) -> CheckRequest:
    sheet = folder / "items.csv"
    sheet.write_text("file,colour\nclip.mp4,red\n")
    return CheckRequest(workspace=folder / "case", items_sheet=sheet)


def _odd_area(folder: Path) -> Path:
    area = folder / "area.geojson"
    area.write_text('{"type": "Point", "coordinates": [1, 2]}')
    return area


BOW_TIE = [[36.0, 35.0], [36.1, 35.1], [36.1, 35.0], [36.0, 35.1], [36.0, 35.0]]
SQUARE = [[36.0, 35.0], [36.1, 35.0], [36.1, 35.1], [36.0, 35.1], [36.0, 35.0]]
FAR = GeoPoint(longitude_deg=10.0, latitude_deg=50.0)
CASES = {
    "truncated video": Bad(_footage("cut.mp4", _truncate), UnreadableMediaError, "cut.mp4"),
    "empty video": Bad(
        _footage("empty.mp4", lambda path: path.write_bytes(b"")), UnreadableMediaError, "empty.mp4"
    ),
    "text named .mp4": Bad(
        _footage("text.mp4", lambda path: path.write_text(STORY)), UnreadableMediaError, "text.mp4"
    ),
    "no video stream": Bad(_footage("sound.mp4", write_sound), UnreadableMediaError, "sound.mp4"),
    "20,000-pixel frame": Bad(
        _footage("wide.png", lambda path: write_wide_picture(path, 20_000, 8)),
        UnreadableMediaError,
        "wide.png",
    ),
    "0×0 frame": Bad(
        _footage("none.png", lambda path: write_wide_picture(path, 0, 0)),
        UnreadableMediaError,
        "none.png",
    ),
    "missing video": Bad(_footage("gone.mp4", lambda _: None), UnreadableMediaError, "gone.mp4"),
    "orthophoto without CRS": Bad(
        _with_clip(references=lambda folder: (write_reference(folder / "bare.tif", crs=None),)),
        UnreadableReferenceError,
        "bare.tif",
    ),
    "control with broken geometry": Bad(
        _with_clip(
            control=lambda folder: (
                write_control(folder / "c.geojson", BOW_TIE, {"holder": "A", "date": "2015"}),
            )
        ),
        UnreadableControlError,
        "c.geojson",
    ),
    "control without dates": Bad(
        _with_clip(
            control=lambda folder: (write_control(folder / "c.geojson", SQUARE, {"holder": "A"}),)
        ),
        UnreadableControlError,
        "c.geojson",
    ),
    "target outside the orthophoto": Bad(
        _with_clip(
            references=lambda folder: (write_reference(folder / "ortho.tif"),), target=lambda _: FAR
        ),
        OutsideReferenceError,
        "ortho.tif",
    ),
    "target area that is none": Bad(
        _with_clip(target_area=_odd_area), UnreadableSheetError, "area.geojson"
    ),
    "story in an unknown encoding": Bad(_odd_story, UnreadableStoryError, "story.txt"),
    "sheet with unknown columns": Bad(_odd_sheet, UnreadableSheetError, "items.csv"),
    "date that is none": Bad(_with_clip(date=lambda _: "soon"), InputError, "--date"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_clear_error(case: str, tmp_path: Path) -> None:
    bad = CASES[case]
    with pytest.raises(bad.error) as caught:
        check_case(bad.make(tmp_path))
    assert caught.value.subject == bad.names
    assert caught.value.fault
    assert caught.value.remedy
    folder = tmp_path / "case"
    verify_workspace(folder)
    with Workspace.open(folder, writing=False) as workspace:
        assert case_file(workspace).items == ()
    story = tmp_path / "good.txt"
    story.write_text(STORY)
    assert check_case(CheckRequest(workspace=folder, story=story, dossier=False)).case.claims


def test_bad_items_among_good_ones_are_listed(tmp_path: Path) -> None:
    good = write_noise(tmp_path / "good.mp4")
    footage = [good]
    for case in ("truncated video", "no video stream", "20,000-pixel frame"):
        footage.extend(CASES[case].make(tmp_path).footage)
    request = CheckRequest(workspace=tmp_path / "case", footage=tuple(footage), dossier=False)
    outcome = check_case(request)
    assert [item.record.name for item in outcome.case.items] == ["good.mp4"]
    assert {fault.subject for fault in outcome.case.faults} == {"cut.mp4", "sound.mp4", "wide.png"}
    assert {fault.kind for fault in outcome.case.faults} == {"UnreadableMediaError"}
    assert {finding.check for finding in outcome.case.findings} >= {"edits", "reuse"}


def test_workspace_in_use_is_one_clear_error(tmp_path: Path) -> None:
    story = tmp_path / "story.txt"
    story.write_text(STORY)
    request = CheckRequest(workspace=tmp_path / "case", story=story, dossier=False)
    with Workspace.open(request.workspace, create=True) as workspace:
        with pytest.raises(WorkspaceBusyError) as caught:
            check_case(request)
        assert str(request.workspace) in caught.value.subject
        assert caught.value.remedy
        assert workspace.store.custody() == ()
    assert check_case(request).case.claims
