"""From radiance to grey levels: warmth, blinding, exposure, noise.

The ground is kept as one byte layer a camera: the colour picture for visible light; for infrared a
*warmth* layer, a curved mix of the colours with slow changes of its own, so that infrared footage
is no mere copy of the orthophoto's luma.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.simulate._camera import Modality, Sensor
from purport.simulate._ground import Ground
from purport.simulate._script import GainJump

__all__ = ["blindness", "dim", "expose", "ground_layer", "is_collapsed", "noise_bank"]

Picture = NDArray[np.float32]

_NOISE_MARGIN_PX = 64
_BLINDED_LEVEL = 0.98
_ONSET_GLARE = 0.3
_COLLAPSED_GAIN = 0.3
_AGC_SINK = 0.25
"""Brightness lost, as a share of full scale, where the gain control takes all contrast."""


def ground_layer(ground: Ground, sensor: Sensor) -> NDArray[np.uint8]:
    """Return what a sensor sees of the ground (rows, columns[, 3])."""
    if sensor.modality is Modality.VISIBLE:
        return ground.picture
    blue, green, red = (ground.picture[..., channel].astype(np.float32) for channel in range(3))
    luma = (0.15 * blue + 0.35 * green + 0.5 * red) / 255.0
    leaf = np.clip((2.0 * green - red - blue) / 90.0, 0.0, 1.0)
    warm = 1.0 - luma if sensor.warm_is_dark else luma
    curved = 1.0 / (1.0 + np.exp(-7.0 * (warm - warm.mean())))
    warmth = 0.72 * curved + 0.13 * _slow_field(luma.shape) - 0.14 * leaf + 0.06
    return np.asarray(np.clip(warmth, 0.0, 1.0) * 255.0 + 0.5, dtype=np.uint8)


def _slow_field(shape: tuple[int, ...]) -> Picture:
    coarse = np.random.default_rng(7005).random((7, 7)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC))


def blindness(sensor: Sensor, *, frame: int, onsets: Sequence[int], rate: float) -> float:
    """Return how blinded the sensor is, 0 to 1, at a scene frame.

    In the onset frame itself the glare is partial, so that the flash can be made out; then the
    sensor is blind for `saturation_frames` and recovers exponentially.
    """
    if sensor.saturation_frames == 0:
        return 0.0
    worst = 0.0
    for onset in onsets:
        since = frame - onset - sensor.collapse_frames
        if since == 0:
            worst = max(worst, _ONSET_GLARE)
        elif 0 < since <= sensor.saturation_frames:
            worst = 1.0
        elif since > sensor.saturation_frames:
            late = (since - sensor.saturation_frames) / rate
            worst = max(worst, math.exp(-late / sensor.recovery_s))
    return worst


def is_collapsed(sensor: Sensor, *, frame: int, onsets: Sequence[int]) -> bool:
    """Return whether the gain has collapsed at a scene frame."""
    return any(0 <= frame - onset < sensor.collapse_frames for onset in onsets)


def dim(
    jump: GainJump, sensor: Sensor, *, frame: int, onsets: Sequence[int], rate: float
) -> GainJump:
    """Return an exposure as the gain control leaves it after the blasts so far."""
    if sensor.agc_depth == 0.0:
        return jump
    kept = 1.0
    for onset in onsets:
        since = frame - onset - sensor.collapse_frames
        if since >= 0:
            late = max(0, since - sensor.saturation_frames) / rate
            kept = min(kept, 1.0 - sensor.agc_depth * math.exp(-late / sensor.agc_recovery_s))
    return replace(jump, gain=jump.gain * kept, offset=jump.offset - _AGC_SINK * (1.0 - kept))


def noise_bank(width: int, height: int, *, channels: int, seed: int) -> Picture:
    """Return standard normal noise from which frames cut differently shifted windows."""
    generator = np.random.default_rng([seed, 7006])
    shape = (height + _NOISE_MARGIN_PX, width + _NOISE_MARGIN_PX, channels)
    return generator.standard_normal(shape, dtype=np.float32)


def expose(
    radiance: Picture,
    sensor: Sensor,
    *,
    blinded: float,
    jump: GainJump,
    collapsed: bool = False,
    noise: Picture,
    frame: int,
) -> NDArray[np.uint8]:
    """Turn radiance into grey levels (rows, columns, channels).

    Args:
        radiance: Picture (rows, columns, channels); overwritten.
        sensor: The sensor.
        blinded: How blinded it is, 0 to 1.
        jump: The exposure in force.
        collapsed: Whether the gain has collapsed, which leaves but the brightest.
        noise: The bank of `noise_bank`.
        frame: Scene frame, which chooses the window of the bank.
    """
    rows, columns = radiance.shape[:2]
    if sensor.blur_px > 0.0:
        radiance = cv2.GaussianBlur(radiance, (0, 0), sensor.blur_px).reshape(radiance.shape)
    if collapsed:
        radiance *= np.float32(_COLLAPSED_GAIN)
    if blinded > 0.0:
        radiance *= np.float32(1.0 - blinded)
        radiance += np.float32(blinded * _BLINDED_LEVEL)
    np.clip(radiance, 0.0, 1.0, out=radiance)
    if sensor.gamma != 1.0:
        radiance = cv2.pow(radiance, sensor.gamma).reshape(radiance.shape)
    if sensor.modality is Modality.BLACK_HOT:
        radiance = np.float32(1.0) - radiance
    gain = 255.0 * jump.gain
    radiance -= np.float32(0.5)
    radiance *= np.float32(gain)
    radiance += np.float32(127.5 + 255.0 * jump.offset)
    if sensor.noise_sd > 0.0:
        chosen = np.random.default_rng([frame, 7007]).integers(0, _NOISE_MARGIN_PX, size=2)
        window = noise[chosen[0] : chosen[0] + rows, chosen[1] : chosen[1] + columns]
        radiance += window * np.float32(sensor.noise_sd)
    return np.asarray(cv2.convertScaleAbs(np.maximum(radiance, 0.0))).reshape(radiance.shape)
