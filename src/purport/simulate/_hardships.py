"""What makes footage harder than the plain mix, drawn by stated probabilities."""

from dataclasses import dataclass, replace

import numpy as np

from purport.simulate._camera import Camera, Modality
from purport.simulate._script import Script, Strike

__all__ = ["Hardships", "add_hardships"]

_CAPTION = "SYNTHETIC CAPTION RUNNING FOR TESTING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardships:
    """Probabilities, each of its own; of a strike unless said otherwise."""

    dust: float = 0.0
    """That it raises dust without any light."""
    dark_hit: float = 0.0
    """That it shows but a dark spot for some frames, before flash and smoke."""
    debris: float = 0.0
    """That it throws up pieces."""
    secondary_fires: float = 0.0
    """That fires flare up near it later."""
    hiding_smoke: float = 0.0
    """That its smoke hides much of the scene."""
    damaged: float = 0.0
    """That the clip has block losses, in a fifth of its frames."""
    caption: float = 0.0
    """That the clip has a running caption."""
    polarity_switch: float = 0.0
    """That an infrared camera switches its polarity in mid-clip."""
    gain_collapse: float = 0.0
    """That a camera goes dark at the first frames of a blast and takes seconds to get its gain
    back."""


def add_hardships(script: Script, hardships: Hardships) -> Script:
    """Return a script with hardships, drawn by its own seed."""
    generator = np.random.default_rng([script.seed, 7020])
    length_s = max(segment.start_s + segment.duration_s for segment in script.edit)
    strikes = tuple(_harden(strike, generator, hardships) for strike in script.strikes)
    cameras = tuple(_upset(one, generator, hardships, length_s=length_s) for one in script.cameras)
    damaged, captioned = generator.random(2) < (hardships.damaged, hardships.caption)
    overlay = script.overlay
    return replace(
        script,
        strikes=strikes,
        cameras=cameras,
        damaged=0.2 if damaged else script.damaged,
        overlay=replace(overlay, caption=_CAPTION) if captioned else overlay,
    )


def _harden(strike: Strike, generator: np.random.Generator, hardships: Hardships) -> Strike:
    dust, dark, debris, fires, hides = generator.random(5) < (
        hardships.dust,
        hardships.dark_hit,
        hardships.debris,
        hardships.secondary_fires,
        hardships.hiding_smoke,
    )
    tone, heat = generator.uniform((1.5, 0.1), (2.1, 0.7))
    dark_s = float(generator.uniform(0.04, 0.2))
    pieces = int(generator.integers(8, 40))
    later = generator.uniform((0.4, -15.0, -15.0), (1.5, 15.0, 15.0), (2, 3))
    thick = float(generator.uniform(2.0, 4.0))
    if dust:
        strike = replace(
            strike, flash=0.0, fire=0.0, smoke_tone=float(tone), smoke_heat=float(heat)
        )
    if dark:
        strike = replace(strike, dark_s=dark_s)
    if debris:
        strike = replace(strike, debris=pieces)
    if fires:
        strike = replace(
            strike,
            secondary=tuple((float(t), float(east), float(north)) for t, east, north in later),
        )
    if hides:
        strike = replace(strike, smoke=thick, smoke_s=5.0 * strike.smoke_s)
    return strike


def _upset(
    camera: Camera, generator: np.random.Generator, hardships: Hardships, *, length_s: float
) -> Camera:
    switched, collapsed = generator.random(2) < (
        hardships.polarity_switch,
        hardships.gain_collapse,
    )
    at_s = float(generator.uniform(0.2, 0.8)) * length_s
    frames, depth = int(generator.integers(1, 4)), float(generator.uniform(0.2, 0.6))
    recovery_s = float(generator.uniform(1.0, 3.0))
    if switched and camera.sensor.modality is not Modality.VISIBLE:
        camera = replace(camera, polarity_switches_s=(at_s,))
    if collapsed:
        sensor = replace(
            camera.sensor,
            collapse_frames=frames,
            saturation_frames=max(camera.sensor.saturation_frames, 3),
            agc_depth=depth,
            agc_recovery_s=recovery_s,
        )
        camera = replace(camera, sensor=sensor)
    return camera
