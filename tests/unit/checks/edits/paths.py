"""Scenes whose movement and fine measures are given as numbers."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from purport.scene import FineMeasures, Scene

Floats = NDArray[np.float64]


def with_movement(scene: Scene, moved_px: Floats) -> Scene:
    """Let the ground move by (n, 2) pixels from frame to frame."""
    to_anchor = np.tile(np.eye(3), (scene.frames, 1, 1))
    to_anchor[:, :2, 2] = -np.cumsum(moved_px, axis=0)
    return replace(scene, to_anchor=to_anchor, width_px=320, height_px=180)


def with_fine_steps(scene: Scene, steps: Floats) -> Scene:
    """Let frames differ by so much at working size."""
    count = scene.frames
    fine = FineMeasures(
        step=steps.astype(np.float32),
        bend=np.zeros(count, np.float32),
        grain=np.ones(count, np.float32),
        tiles=np.full((count, 32, 32), 20, np.uint8),
        picture_types=np.full(count, b"P", dtype="S1"),
    )
    return replace(scene, fine=fine)


def drift(count: int, *, seed: int = 3, speed: float = 1.0, shake: float = 0.1) -> Floats:
    """A camera that moves to the right at an even speed, with a little shake."""
    random = np.random.default_rng(seed)
    shaken = np.diff(random.normal(scale=shake, size=(count + 1, 2)), axis=0)
    return np.asarray(np.array([speed, 0.3 * speed]) + shaken)
