"""Thumbnails compared in one light: each brought to mean 0 and standard deviation 1.

The rows are not made. What they differ by follows from sums over the pixels as they are: of rows
a and b that are brought to one light, the mean of (a - b)² is 2 - 2 r, r being the correlation of
the two. A flat thumbnail stands for a row of noughts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from purport.scene import Scene

__all__ = ["Pictures", "pictures_of"]

Floats = NDArray[np.float64]
Frames = NDArray[np.intp]

_BLOCK = 128


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """The thumbnails of n frames, with what brings each to one light."""

    pixels: NDArray[np.uint8]
    """Thumbnails as rows (n, 4096)."""
    mean: Floats
    """Mean of each (n,). [luma]"""
    deviation: Floats
    """Standard deviation of each (n,). [luma]"""

    def apart(self, one: Frames, other: Frames) -> Floats:
        """Return how far frames differ in one light, pair by pair: root mean squares (k,)."""
        shown = (self.deviation[one] > 0.0).astype(np.float64) + (self.deviation[other] > 0.0)
        squares = np.maximum(shown - 2.0 * self._correlation(one, other), 0.0)
        return np.asarray(np.sqrt(squares), dtype=np.float64)

    def change(self, frames: Frames) -> float:
        """Return how far frames differ from their mean in one light, root mean square."""
        weights = _inverse(self.deviation[frames]) / len(frames)
        middle = np.zeros(self.pixels.shape[1])
        for part in _blocks(len(frames)):
            middle += weights[part] @ self.pixels[frames[part]].astype(np.float64)
        middle -= float(weights @ self.mean[frames])
        shown = float((self.deviation[frames] > 0.0).mean())
        return float(np.sqrt(max(shown - float(np.square(middle).mean()), 0.0)))

    def _correlation(self, one: Frames, other: Frames) -> Floats:
        products = np.empty(len(one))
        for part in _blocks(len(one)):
            left, right = (self.pixels[side[part]].astype(np.float64) for side in (one, other))
            products[part] = np.einsum("ij,ij->i", left, right)
        shared = products / self.pixels.shape[1] - self.mean[one] * self.mean[other]
        scale = _inverse(self.deviation[one]) * _inverse(self.deviation[other])
        return np.asarray(shared * scale, dtype=np.float64)


@lru_cache(maxsize=1)
def pictures_of(scene: Scene) -> Pictures:
    """Measure a scene's thumbnails, once for all who ask in turn."""
    pixels = scene.thumbnails.reshape(scene.frames, -1)
    mean, deviation = np.empty(scene.frames), np.empty(scene.frames)
    for part in _blocks(scene.frames):
        levels = pixels[part].astype(np.float64)
        mean[part] = levels.mean(axis=1)
        squares = np.einsum("ij,ij->i", levels, levels) / levels.shape[1]
        deviation[part] = np.sqrt(np.maximum(squares - np.square(mean[part]), 0.0))
    return Pictures(pixels=pixels, mean=mean, deviation=deviation)


def _inverse(deviation: Floats) -> Floats:
    """Return the reciprocal, and 0 for that of 0."""
    return np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0.0)


def _blocks(count: int) -> Iterator[slice]:
    for start in range(0, count, _BLOCK):
        yield slice(start, min(start + _BLOCK, count))
