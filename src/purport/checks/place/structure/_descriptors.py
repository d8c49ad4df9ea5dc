"""What the edges round a point look like, in a form that turns by exchanging numbers.

Edge directions (mod 180°) are sorted into 8 channels, each blurred, and read off at the middle and
at 16 places on each of three rings. A turn by 22.5° moves every place of a ring to the next and
every channel to the next; a mirror reverses both. Turned and mirrored descriptions therefore cost
no second look at the picture.

References:
    Tola et al. (2010), DAISY: an efficient dense descriptor applied to wide-baseline stereo.
    Li et al. (2020), RIFT: multi-modal image matching based on radiation-variation insensitive
    feature transform (that edge directions without contrast carry over between modalities).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.place._directions import direction_field

__all__ = ["TURNS", "Descriptions", "describe_grid", "mirrored", "turned"]

FloatArray = NDArray[np.float64]

TURNS = 16
"""Turns of a description that are told apart: each 22.5°."""

_CHANNELS = 8
_RADII_PX = (9.0, 20.0, 34.0)
_BLURS_PX = (2.5, 4.0, 6.0, 9.0)
"""For the middle and each ring. [px]"""
_SHARPNESS = 0.5
"""Cosine of the doubled angle from which on an edge belongs to a channel: 30° to each side."""
_LEAST_CONTENT = 0.1
"""Of what is usually seen round a point."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descriptions:
    """What surrounds each of n points."""

    points: FloatArray
    """Pixel (x, y) of each (n, 2)."""
    middle: NDArray[np.float32]
    """Channels at the point itself (n, 8)."""
    rings: NDArray[np.float32]
    """Channels at the places of each ring (n, 3, 16, 8), from the x axis towards the y axis."""

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.points)

    def vectors(self) -> NDArray[np.float32]:
        """Return all numbers of each, to unit length (n, 392)."""
        count = len(self.points)
        flat = np.hstack([self.middle, self.rings.reshape(count, -1)])
        length = np.linalg.norm(flat, axis=1, keepdims=True)
        result = np.divide(flat, length, out=np.zeros_like(flat), where=length > 0.0)
        return np.asarray(result, dtype=np.float32)


def describe_grid(
    luma: NDArray[np.uint8], seen: NDArray[np.bool_], *, step_px: int
) -> Descriptions:
    """Describe a picture at the points of a grid, where there is anything to describe.

    Args:
        luma: The picture (height, width).
        seen: Where it shows something to compare (height, width).
        step_px: Distance of the points. [px]
    """
    levels = _blurred_channels(luma, seen)
    height, width = luma.shape
    across, down = np.meshgrid(
        np.arange(step_px // 2, width, step_px), np.arange(step_px // 2, height, step_px)
    )
    points = np.column_stack([across.ravel(), down.ravel()])
    points = points[np.flatnonzero(seen[points[:, 1], points[:, 0]])]
    described = Descriptions(
        points=points.astype(np.float64),
        middle=_read(levels[0], points),
        rings=np.stack(
            [
                np.stack([_read(level, points + offset) for offset in _places(radius)], axis=1)
                for level, radius in zip(levels[1:], _RADII_PX, strict=True)
            ],
            axis=1,
        ),
    )
    return _with_content(described)


def turned(described: Descriptions, turns: int) -> Descriptions:
    """Return the descriptions of the same points in the picture turned from x towards y.

    Args:
        described: Those of the picture as it is; the points stay as they are.
        turns: By how many times 22.5°.
    """
    return Descriptions(
        points=described.points,
        middle=np.roll(described.middle, turns, axis=1),
        rings=np.roll(described.rings, (turns, turns), axis=(2, 3)),
    )


def mirrored(described: Descriptions, width_px: int) -> Descriptions:
    """Return the descriptions of the picture with left and right exchanged."""
    points = described.points.copy()
    points[:, 0] = width_px - 1 - points[:, 0]
    channel = -np.arange(_CHANNELS) % _CHANNELS
    place = (TURNS // 2 - np.arange(TURNS)) % TURNS
    return Descriptions(
        points=points,
        middle=described.middle[:, channel],
        rings=described.rings[:, :, place][..., channel],
    )


def _blurred_channels(
    luma: NDArray[np.uint8], seen: NDArray[np.bool_]
) -> list[NDArray[np.float32]]:
    """Return the channels at each blur, each (height, width, 8)."""
    field = direction_field(luma, seen)
    length = np.sqrt((field**2).sum(axis=2))
    angles = 2.0 * np.pi * np.arange(_CHANNELS) / _CHANNELS
    channels = [
        np.maximum(
            field[..., 0] * np.float32(np.cos(angle))
            + field[..., 1] * np.float32(np.sin(angle))
            - np.float32(_SHARPNESS) * length,
            np.float32(0.0),
        )
        for angle in angles
    ]
    levels = []
    before = 0.0
    for blur in _BLURS_PX:
        # Blurs add in squares, so that each starts from the last.
        step = float(np.sqrt(blur**2 - before**2))
        channels = [
            np.asarray(cv2.GaussianBlur(each, (0, 0), step), dtype=np.float32) for each in channels
        ]
        levels.append(np.stack(channels, axis=2))
        before = blur
    return levels


def _places(radius_px: float) -> NDArray[np.int64]:
    """Return the places of a ring as whole pixels right and down (16, 2)."""
    angle = 2.0 * np.pi * np.arange(TURNS) / TURNS
    return np.rint(radius_px * np.column_stack([np.cos(angle), np.sin(angle)])).astype(np.int64)


def _read(level: NDArray[np.float32], points: NDArray[np.int64]) -> NDArray[np.float32]:
    """Read the channels at points (n, 2), 0 outside the picture (n, 8)."""
    height, width = level.shape[:2]
    inside = np.logical_and(points >= 0, points < np.array([width, height])).all(axis=1)
    held = np.clip(points, 0, np.array([width - 1, height - 1]))
    return np.asarray(level[held[:, 1], held[:, 0]] * inside.reshape(-1, 1), dtype=np.float32)


def _with_content(described: Descriptions) -> Descriptions:
    """Leave out points round which there is much less to see than usual."""
    energy = (described.rings**2).sum(axis=(1, 2, 3))
    if len(energy) == 0:
        return described
    kept = np.flatnonzero(energy > _LEAST_CONTENT * float(np.median(energy)))
    return Descriptions(
        points=described.points[kept],
        middle=described.middle[kept],
        rings=described.rings[kept],
    )
