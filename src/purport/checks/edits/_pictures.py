"""Thumbnails brought to one light, for comparison."""

import numpy as np
from numpy.typing import NDArray

from purport.scene import Scene

__all__ = ["standardised"]

Floats = NDArray[np.float64]


def standardised(scene: Scene, frames: NDArray[np.intp]) -> Floats:
    """Return thumbnails as rows of mean 0 and standard deviation 1 (n, 4096); flat ones are 0."""
    pixels = scene.thumbnails[frames].reshape(len(frames), -1).astype(np.float64)
    pixels -= pixels.mean(axis=1, keepdims=True)
    deviation = pixels.std(axis=1, keepdims=True)
    made: Floats = np.divide(pixels, deviation, out=np.zeros_like(pixels), where=deviation > 0)
    return made
