"""Evidence whose scene is made of arrays and whose file holds the sound."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fine_measures import even_measures

from purport.checks.contract import Evidence
from purport.core.case import ItemRecord
from purport.core.digests import digest_file
from purport.media import probe_media
from purport.scene import Scene

MakeEvidence = Callable[..., Evidence]
Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def drift() -> Callable[..., Floats]:
    """Give the movement of a camera to the right at an even speed, with a little shake (n, 2)."""

    def move(count: int, *, seed: int = 3, speed: float = 1.0, shake: float = 0.1) -> Floats:
        random = np.random.default_rng(seed)
        shaken = np.diff(random.normal(scale=shake, size=(count + 1, 2)), axis=0)
        return np.asarray(np.array([speed, 0.3 * speed]) + shaken)

    return move


@pytest.fixture(scope="session")
def measured(
    build_scene: Callable[..., Scene], ground: Callable[..., NDArray[np.uint8]]
) -> Callable[..., Scene]:
    """Give a scene whose movement (n, 2) and differences of frames (n,) are given as numbers."""

    def make(steps: Floats, moved_px: Floats | None = None) -> Scene:
        count = len(steps)
        fine = even_measures(count, step=steps.astype(np.float32), bend=np.zeros(count, np.float32))
        scene = replace(build_scene(ground(count)), fine=fine)
        if moved_px is None:
            return scene
        to_anchor = np.tile(np.eye(3), (count, 1, 1))
        to_anchor[:, :2, 2] = -np.cumsum(moved_px, axis=0)
        return replace(scene, to_anchor=to_anchor, width_px=320, height_px=180)

    return make


@pytest.fixture
def make_evidence(tmp_path: Path) -> MakeEvidence:
    """Make evidence of a scene, with mono sound at 8 kHz when samples are given."""

    def make(scene: Scene, samples: NDArray[np.float32] | None = None) -> Evidence:
        path = tmp_path / "clip.mkv"
        with av.open(str(path), "w") as container:
            picture = container.add_stream("libx264", rate=5)
            picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
            audio = None
            if samples is not None:
                audio = container.add_stream("pcm_s16le", rate=8000, layout="mono")
            for _ in range(5):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), "bgr24")
                container.mux(picture.encode(frame))
            container.mux(picture.encode(None))
            if audio is not None and samples is not None:
                whole = (samples * 32767).astype(np.int16)
                for start in range(0, len(whole), 800):
                    block = av.AudioFrame.from_ndarray(
                        whole[None, start : start + 800], format="s16", layout="mono"
                    )
                    block.sample_rate, block.pts = 8000, start
                    container.mux(audio.encode(block))
                container.mux(audio.encode(None))
        return Evidence(
            item=ItemRecord(digest=digest_file(path), name=path.name, size_bytes=1),
            path=path,
            probe=probe_media(path),
            load_scene=lambda: scene,
        )

    return make
