"""A clip for tests in which it does not matter what is seen."""

from pathlib import Path

import av
import numpy as np

__all__ = ["write_noise"]


def write_noise(path: Path, *, seed: int = 7, frames: int = 12) -> Path:
    """Encode moving noise of 160×128 pixels at 10 frames a second.

    It shows nothing, so that it needs no SYNTHETIC mark.
    """
    ground = np.random.default_rng(seed).integers(0, 255, (40, 50, 3), dtype=np.uint8)
    ground = np.kron(ground, np.ones((4, 4, 1), dtype=np.uint8))
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 128, "yuv420p"
        for index in range(frames):
            window = np.ascontiguousarray(ground[index : index + 128, index : index + 160])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(window, format="rgb24")))
        container.mux(stream.encode())
    return path
