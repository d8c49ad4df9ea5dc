"""The learned matcher as a rung of the ladder."""

from pathlib import Path

import cv2
import numpy as np

from purport.checks.place._acceptance import AcceptanceRule
from purport.checks.place._features import detect_features
from purport.checks.place._geometry import apply_homography
from purport.checks.place._ladder import Matching, learned_look
from purport.checks.place._views import View, map_patch
from purport.checks.place.learned import load_matcher
from purport.imagery import LumaPatch

from .tiny_onnx import dense_model


def test_a_rung_looks_with_the_model_that_the_user_gave(tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(dense_model())
    noise = np.random.default_rng(7).normal(size=(256, 320)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    luma = np.clip(128 + 60 * smooth / smooth.std(), 0, 255).astype(np.uint8)
    shown = np.ascontiguousarray(luma[32:192, 64:264])
    usable = np.ones(shown.shape, dtype=bool)
    features = detect_features(shown, usable, most=100)
    view = View(
        index=0,
        luma=shown,
        usable=usable,
        find=lambda: features,
        to_anchor=np.eye(3),
        link_sd_px=0.0,
    )
    patch = LumaPatch(
        luma=luma, valid=np.ones(luma.shape, dtype=bool), to_map=np.eye(3), crs="x", gsd_m=1.0
    )
    matching = Matching(
        frame_features=100, ratio=0.8, threshold_px=3.0, rule=AcceptanceRule(), seed=1
    )
    look = learned_look(
        [view], map_patch(patch, most_features=100), matching, matcher=load_matcher(path)
    )
    assert look.found.rung == "learned"
    assert look.found.matrix is not None
    there = apply_homography(look.found.matrix, np.array([[100.0, 80.0]]))
    assert np.allclose(there, [[164.0, 112.0]], atol=0.5)
    assert look.again(view).inliers == look.found.inliers
