"""When the absence of a match says something: how poor the footage is, and what that allows."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import Evidence
from purport.checks.place import PlaceAnswer, PlaceCheck, PlaceValues
from purport.checks.place._features import detect_features
from purport.checks.place._power import PowerRule, make_poor, poorness_of
from purport.checks.place._views import View
from purport.core.records import from_json
from purport.imagery import LumaPatch
from purport.simulate import Ground

Luma = NDArray[np.uint8]


def view_of(luma: Luma) -> View:
    usable = np.ones(luma.shape, dtype=bool)
    features = detect_features(luma, usable, most=20)
    return View(
        index=0,
        luma=luma,
        usable=usable,
        find=lambda: features,
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )


def squeezed(luma: Luma, quality: int) -> Luma:
    _, data = cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


@pytest.fixture(scope="module")
def luma(ground: Ground) -> Luma:
    return np.asarray(cv2.cvtColor(ground.picture, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def test_compression_and_blur_are_seen(luma: Luma) -> None:
    good = poorness_of(view_of(luma))
    pressed = poorness_of(view_of(squeezed(luma, 6)))
    dim = poorness_of(view_of(np.asarray(cv2.GaussianBlur(luma, (0, 0), 3.0), dtype=np.uint8)))
    assert pressed.empty_share > 0.8
    assert good.empty_share < 0.6
    assert dim.blur_px > 2.0
    assert good.blur_px < 1.2
    assert dim.contrast < good.contrast


def test_noise_is_not_taken_for_sharpness(luma: Luma) -> None:
    dull = 128.0 + (cv2.GaussianBlur(luma, (0, 0), 0.7).astype(np.float32) - 128.0) * 0.6
    noise = np.random.default_rng(3).normal(0.0, 3.0, luma.shape)
    noisy = np.clip(np.rint(dull + noise), 0, 255).astype(np.uint8)
    clean, found = (poorness_of(view_of(each)) for each in (np.rint(dull).astype(np.uint8), noisy))
    assert found.noise_sd == pytest.approx(3.0, rel=0.2)
    assert clean.noise_sd < 0.6
    # The noise is told from the tenth of the tiles with least of it, so that some is left.
    assert PowerRule().smallest_blur_px < found.blur_px < clean.blur_px


def test_a_view_is_made_as_poor_as_the_footage(luma: Luma) -> None:
    patch = LumaPatch(
        luma=luma, valid=np.ones(luma.shape, dtype=bool), to_map=np.eye(3), crs="x", gsd_m=0.3
    )
    footage = poorness_of(view_of(squeezed(luma, 6)))
    to_patch = np.array([[1.0, 0.0, 100.0], [0.0, 1.0, 100.0], [0.0, 0.0, 1.0]])
    made, known = make_poor(
        patch,
        to_patch,
        (400, 240),
        poorness=footage,
        rule=PowerRule(),
        random=np.random.default_rng(1),
    )
    assert known.all()
    found = poorness_of(view_of(made))
    assert found.empty_share == pytest.approx(footage.empty_share, abs=0.1)
    assert found.contrast <= 1.1 * footage.contrast


def test_footage_of_elsewhere_that_is_compressed_to_blocks_cannot_tell(
    elsewhere: Ground,
    orthophoto: Path,
    studio: Callable[..., Any],
    make_evidence: Callable[..., Evidence],
) -> None:
    scene = studio(elsewhere).scene
    keys = tuple(replace(key, luma=squeezed(key.luma, 5)) for key in scene.key_frames)
    check = replace(PlaceCheck(), reference_features=4000, frame_features=800)
    (finding,) = check.run(make_evidence(replace(scene, key_frames=keys), orthophoto))
    values = from_json(PlaceValues, finding.values)
    assert finding.answer == PlaceAnswer.CANNOT_TELL
    assert values.power is not None
    assert not values.power.passed
    assert values.power.empty_share > 0.75
