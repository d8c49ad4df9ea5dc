"""The bundled examples: small, marked, and true to what they say of themselves."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray

from purport.casework import load_sheet
from purport.checks.control._layers import load_control
from purport.core.positions import from_geographic
from purport.core.records import from_json
from purport.imagery import load_area
from purport.simulate import Truth

EXAMPLES = Path(__file__).parents[3] / "examples"
DEMO = EXAMPLES / "harbour-road"
CLIPS = ("command-post.mp4", "coordination-centre.mp4")


@cache
def truth_of(name: str) -> Truth:
    stored: dict[str, Any] = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
    return from_json(Truth, stored["files"][name])


@cache
def pictures_of(name: str) -> list[NDArray[np.uint8]]:
    with av.open(str(DEMO / "footage" / name)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def test_the_demo_is_small() -> None:
    total = sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file())
    assert total < 8_000_000


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_of_the_footage_carries_the_band(name: str) -> None:
    pictures = pictures_of(name)
    assert len(pictures) == len(truth_of(name).frames)
    for picture in pictures:
        band = picture[:19]
        assert np.median(band) < 25
        assert (band > 160).sum() > 300  # strokes of the letters


@pytest.mark.parametrize("name", CLIPS)
def test_the_flash_appears_where_and_when_the_truth_says(name: str) -> None:
    pictures = pictures_of(name)
    for sight in truth_of(name).strikes:
        # beside the crosshair, which stands still
        x, y = round(sight.point_px[0]) + 8, round(sight.point_px[1]) + 8
        here = [float(picture[y, x]) for picture in pictures]
        assert abs(here[sight.onset_frame - 1] - here[sight.onset_frame - 2]) < 15.0
        assert here[sight.onset_frame] - here[sight.onset_frame - 1] > 60.0


def test_truth_is_one_hit_shown_twice_and_one_miss_by_metres() -> None:
    hit, miss = (truth_of(name) for name in CLIPS)
    assert [sight.replay_of for sight in hit.strikes] == [None, 0]
    assert hit.strikes[0].offsets_m[0] < 1.0
    assert [round(sight.offsets_m[0], 3) for sight in miss.strikes] == [9.0]
    assert hit.synthetic
    assert miss.synthetic


def test_the_orthophoto_lies_where_the_truth_puts_it() -> None:
    name = CLIPS[1]
    truth = truth_of(name)
    with rasterio.open(DEMO / "reference.tif") as dataset:
        assert dataset.crs.to_string() == truth.crs
        red, transform = dataset.read(1), dataset.transform
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    to_map = np.array(transform).reshape(3, 3) @ half
    to_picture = np.linalg.inv(np.array(truth.frames[0].to_map)) @ to_map
    seen = cv2.warpPerspective(red, to_picture, (640, 360)).astype(np.float32)
    picture = pictures_of(name)[0].astype(np.float32)
    parts = (np.s_[30:160, 20:300], np.s_[30:160, 380:620], np.s_[200:310, 150:300])
    for part in parts:
        window = cv2.createHanningWindow(seen[part].shape[::-1], cv2.CV_32F)
        (across, along), _ = cv2.phaseCorrelate(seen[part], picture[part], window)
        # JPEG, compression and other tones; a slipped pixel of the orthophoto would be 1.2
        assert np.hypot(across, along) < 0.6


def test_sheet_and_target_say_what_the_truth_says() -> None:
    rows = load_sheet(DEMO / "items.csv")
    assert [row.file.name for row in rows] == list(CLIPS)
    for row in rows:
        assert row.file.is_file()
        (reference,) = row.references
        assert reference.is_file()
        assert row.details.publication is not None
    post, centre = (row.details.target for row in rows)
    assert post is None  # its outline stands in target.geojson
    assert centre is not None
    assert centre.point is not None
    truth = truth_of(CLIPS[1])
    point = from_geographic(centre.point, truth.crs)
    assert point.easting_m == pytest.approx(truth.targets[0].easting_m, abs=0.01)
    assert point.northing_m == pytest.approx(truth.targets[0].northing_m, abs=0.01)
    ring = load_area(DEMO / "target.geojson")
    corners = [from_geographic(corner, truth_of(CLIPS[0]).crs) for corner in ring]
    east = np.mean([corner.easting_m for corner in corners])
    assert east == pytest.approx(truth_of(CLIPS[0]).targets[0].easting_m, abs=0.01)


def test_control_layers_disagree_about_the_place() -> None:
    stored = json.loads((DEMO / "control.geojson").read_text(encoding="utf-8"))
    layers = {feature["properties"]["layer"] for feature in stored["features"]}
    assert len(layers) == 2
    assert all(feature["properties"]["synthetic"] for feature in stored["features"])
    assert len(load_control(DEMO / "control.geojson")) == 2


def test_the_story_is_marked_and_names_nobody_real() -> None:
    text = (DEMO / "story.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" in text
    real = r"\b(Syria|Russia|Isis|Assad|Carter|Lavrov|Cenciotti)\b"
    assert re.search(real, text, re.IGNORECASE) is None


def test_the_founding_story_has_its_source_beside_it() -> None:
    readme = (EXAMPLES / "founding-story" / "README.md").read_text(encoding="utf-8")
    assert "The Independent, 1 October 2015" in readme
    story = (EXAMPLES / "founding-story" / "story.txt").read_text(encoding="utf-8")
    assert "taking on the whole rest of the country that's fighting Assad" in story
