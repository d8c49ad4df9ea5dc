"""How uncertain the scene's links are at a copy's compression."""

from dataclasses import replace

import numpy as np

from purport.media import Probe
from purport.scene import Scene

__all__ = ["bits_per_pixel", "with_links_by_compression"]

_FEWEST_BITS = 1e-6
_USUAL_BITS = 0.03
"""Bits of the file for each pixel of each frame at which links are as sure as the scene states."""
_POWER = 0.5
_LEAST, _MOST = 0.5, 1.5
"""Bounds of the factor; 0.009 to 0.18 bits were measured."""


def bits_per_pixel(scene: Scene, probe: Probe) -> float:
    """Return bits of the file for each pixel of each frame.

    Args:
        scene: The scene.
        probe: What is known of the same file.
    """
    return 8.0 * probe.size_bytes / (scene.frames * scene.width_px * scene.height_px)


def with_links_by_compression(scene: Scene, probe: Probe) -> Scene:
    """Return a scene whose links are the less certain the more strongly the copy is compressed.

    The scene's own have a floor for each link that knows nothing of compression. Against the truth
    of 89 simulated development clips (five points of 1,878 frames) the 95 % intervals of links held
    99.6 % from 0.08 bits up, 97 to 99 % from 0.04, 94 to 95 % from 0.02 and 87 % below; with this
    factor they hold 94 to 96 % in each class of CRF from 20 to 34.

    Args:
        scene: The scene.
        probe: What is known of the same file.
    """
    bits = max(bits_per_pixel(scene, probe), _FEWEST_BITS)
    factor = float(np.clip((_USUAL_BITS / bits) ** _POWER, _LEAST, _MOST))
    return replace(scene, link_sd_px=(scene.link_sd_px * np.float32(factor)))
