from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.place._features import Features
from purport.checks.place._geometry import apply_homography
from purport.checks.place._views import Mapped, View
from purport.checks.place.learned import ModelKind, load_matcher, scout_learned
from purport.core.errors import InputError
from purport.imagery import LumaPatch

from .tiny_onnx import dense_model, model, node, pair_model, points_model

Grey = NDArray[np.uint8]
MODELS = {
    ModelKind.DENSE: dense_model,
    ModelKind.PAIR: pair_model,
    ModelKind.POINTS: points_model,
}
NO_FEATURES = Features(
    points=np.zeros((0, 2)),
    sizes=np.zeros(0),
    angles=np.zeros(0),
    descriptors=np.zeros((0, 128), dtype=np.float32),
)


def _written(folder: Path, content: bytes) -> Path:
    path = folder / "tiny.onnx"
    path.write_bytes(content)
    return path


def _ground(height: int = 256, width: int = 320) -> Grey:
    noise = np.random.default_rng(7).normal(size=(height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.asarray(np.clip(128 + 60 * smooth / smooth.std(), 0, 255), dtype=np.uint8)


def _view(luma: Grey, usable: NDArray[np.bool_] | None = None) -> View:
    return View(
        index=0,
        luma=luma,
        usable=np.ones(luma.shape, dtype=bool) if usable is None else usable,
        find=lambda: NO_FEATURES,
        to_anchor=np.eye(3),
        link_sd_px=0.1,
    )


def _mapped(luma: Grey) -> Mapped:
    patch = LumaPatch(
        luma=luma,
        valid=np.ones(luma.shape, dtype=bool),
        to_map=np.diag([0.5, -0.5, 1.0]),
        crs="EPSG:32637",
        gsd_m=0.5,
    )
    return Mapped(patch=patch, features=NO_FEATURES)


@pytest.mark.parametrize("kind", list(ModelKind))
def test_a_shifted_picture_is_matched_pixel_by_pixel(kind: ModelKind, tmp_path: Path) -> None:
    matcher = load_matcher(_written(tmp_path, MODELS[kind]()))
    assert matcher.kind is kind
    ground = _ground()
    pairs = matcher.match(ground[32:192, 64:264], ground)
    away = pairs.second - pairs.first
    right = (np.abs(away - np.array([64.0, 32.0])) < 0.5).all(axis=1)
    assert len(pairs.first) >= 50
    assert right.mean() > 0.7
    assert pairs.first.max(axis=0)[0] <= 199.5
    assert pairs.first.max(axis=0)[1] <= 159.5


def test_a_shot_is_scouted_by_a_learned_matcher(tmp_path: Path) -> None:
    matcher = load_matcher(_written(tmp_path, dense_model()))
    ground = _ground()
    found = scout_learned(
        _view(ground[32:192, 64:264]), _mapped(ground), matcher, threshold_px=3.0, seed=1
    )
    assert found.rung == "learned"
    assert found.matrix is not None
    assert found.inliers > 3 * found.decoy_inliers + 12
    corner = apply_homography(found.matrix, np.array([[100.0, 80.0]]))
    assert np.allclose(corner, [[164.0, 112.0]], atol=0.5)


def test_a_large_map_is_reduced_and_its_pixels_come_back_whole(tmp_path: Path) -> None:
    matcher = load_matcher(_written(tmp_path, points_model()))
    small = _ground(256, 512)
    large = cv2.resize(small, (2048, 1024), interpolation=cv2.INTER_CUBIC)
    found = scout_learned(
        _view(np.ascontiguousarray(large[:512, :1024])),
        _mapped(np.asarray(large, dtype=np.uint8)),
        matcher,
        threshold_px=8.0,
        seed=1,
        decoys=False,
    )
    assert found.decoy_inliers == 0
    assert found.tentative > 0


def test_matches_on_graphics_do_not_count(tmp_path: Path) -> None:
    matcher = load_matcher(_written(tmp_path, dense_model()))
    ground = _ground()
    hidden = np.zeros((160, 200), dtype=bool)
    found = scout_learned(
        _view(ground[32:192, 64:264], hidden), _mapped(ground), matcher, threshold_px=3.0, seed=1
    )
    assert found.matrix is None
    assert found.tentative == 0
    assert found.inliers == 0


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        load_matcher(tmp_path / "absent.onnx")
    assert caught.value.subject == "absent.onnx"


@pytest.mark.parametrize("content", [b"", b"not a model at all", pair_model()[:200]])
def test_what_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as ONNX") as caught:
        load_matcher(_written(tmp_path, content), name="mine")
    assert caught.value.subject == "mine"
    assert "place.md" in caught.value.remedy


def test_other_outputs_are_listed(tmp_path: Path) -> None:
    content = model(
        [node("Mul", ["image", "image"], ["logits"])],
        inputs={"image": [1, 1, "h", "w"]},
        outputs={"logits": [1, 1, "h", "w"]},
        constants={},
    )
    with pytest.raises(InputError, match="its outputs are logits"):
        load_matcher(_written(tmp_path, content))


def test_other_inputs_are_refused(tmp_path: Path) -> None:
    content = model(
        [
            node("Mul", ["picture", "picture"], ["heat"]),
            node("Identity", ["picture"], ["descriptors"]),
        ],
        inputs={"picture": [1, 1, "h", "w"]},
        outputs={"heat": [1, 1, "h", "w"], "descriptors": [1, 1, "h", "w"]},
        constants={},
    )
    with pytest.raises(InputError, match="cannot be run"):
        load_matcher(_written(tmp_path, content))


def test_outputs_of_another_shape_are_refused(tmp_path: Path) -> None:
    content = model(
        [
            node("MaxPool", ["image"], ["heat"], kernel_shape=[2, 2], strides=[2, 2]),
            node("Identity", ["image"], ["descriptors"]),
        ],
        inputs={"image": [1, 1, "h", "w"]},
        outputs={"heat": [1, 1, "h2", "w2"], "descriptors": [1, 1, "h", "w"]},
        constants={},
    )
    with pytest.raises(InputError, match=r"must be \(1, 1, h, w\)"):
        load_matcher(_written(tmp_path, content))
