"""Scenes with known content, made of arrays alone: a camera that moves over random ground."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from purport.core.media_time import FrameSpan
from purport.scene import KeyFrame, Scene, Shot, Transition

Thumbnails = NDArray[np.uint8]
Ground = Callable[..., Thumbnails]
BuildScene = Callable[..., Scene]


@pytest.fixture(scope="session")
def ground() -> Ground:
    """Give thumbnails (n, 64, 64) of ground over which a camera moves at an uneven pace."""

    @lru_cache(maxsize=16)
    def land(seed: int) -> NDArray[np.float64]:
        rough = np.random.default_rng(seed).normal(size=(500, 500))
        rolling = sum(width**1.5 * gaussian_filter(rough, width) for width in (1.0, 2.0, 4.0, 8.0))
        return np.asarray(128 + 40 * rolling / np.std(rolling), dtype=np.float64)

    def film(frames: int, *, seed: int = 1, pace: float = 1.5, noise: float = 0.3) -> Thumbnails:
        random = np.random.default_rng(1000 + seed)
        heading = np.cumsum(random.normal(scale=0.08, size=frames)) + random.uniform(0, 6.28)
        speed = pace * (1 + 0.4 * np.sin(np.arange(frames) / 7))
        path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)]) * speed, axis=1)
        path += 250 - path.mean(axis=1, keepdims=True)
        pictures = []
        for x, y in path.T:
            column, row = round(x - 32) % 436, round(y - 32) % 436
            pictures.append(land(seed)[row : row + 64, column : column + 64])
        grain = random.normal(scale=noise, size=(frames, 64, 64))
        return np.clip(np.stack(pictures) + grain, 0, 255).round().astype(np.uint8)

    return film


@pytest.fixture(scope="session")
def build_scene() -> BuildScene:
    """Wrap thumbnails as a scene at 25 frames a second, with the given cuts and overlay."""

    def build(
        thumbnails: Thumbnails,
        *,
        cuts: Sequence[int] = (),
        fades: Sequence[int] = (),
        overlay: NDArray[np.bool_] | None = None,
        overlay_known: bool = True,
        pts: NDArray[np.int64] | None = None,
    ) -> Scene:
        count = len(thumbnails)
        pictures = thumbnails.astype(np.float64)
        steps = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2))
        starts = sorted({0, *cuts, *fades})
        ends = [start - 1 for start in starts[1:]] + [count - 1]
        mask = np.zeros((64, 64), np.bool_) if overlay is None else overlay
        kinds = dict.fromkeys(cuts, Transition.CUT) | dict.fromkeys(fades, Transition.FADE)
        shots = tuple(
            Shot(
                span=FrameSpan(first=first, last=last),
                begins_with=kinds.get(first, Transition.START),
                anchor=first,
                overlay=mask,
                overlay_known=overlay_known,
            )
            for first, last in zip(starts, ends, strict=True)
        )
        return Scene(
            width_px=64,
            height_px=64,
            pts=np.arange(count, dtype=np.int64) * 512 + 700 if pts is None else pts,
            time_base=Fraction(1, 12_800),
            luma_mean=pictures.mean(axis=(1, 2)).astype(np.float32),
            luma_sd=pictures.std(axis=(1, 2)).astype(np.float32),
            step=np.concatenate(([0.0], steps)).astype(np.float32),
            thumbnails=thumbnails,
            shots=shots,
            to_anchor=np.tile(np.eye(3), (count, 1, 1)),
            link_sd_px=np.zeros(count, np.float32),
            linked=np.ones(count, np.bool_),
            key_frames=(KeyFrame(index=0, luma=thumbnails[0]),),
        )

    return build


@pytest.fixture(scope="session")
def regrained() -> Callable[[Thumbnails, int], Thumbnails]:
    """Give the same pictures as another encoder would leave them: other grain, less contrast."""

    def encode(thumbnails: Thumbnails, seed: int = 9) -> Thumbnails:
        random = np.random.default_rng(seed)
        changed = 12 + 0.9 * thumbnails + random.normal(scale=1.0, size=thumbnails.shape)
        return np.clip(changed, 0, 255).round().astype(np.uint8)

    return encode
