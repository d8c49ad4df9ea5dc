"""Footage with known truth, for examples, tests and benchmarks only; every frame says SYNTHETIC."""

from purport.simulate._camera import Camera, Modality, Sensor
from purport.simulate._ground import Ground, load_ground
from purport.simulate._mix import Mix, random_look, random_script
from purport.simulate._patterns import GroundStyle
from purport.simulate._procedural import procedural_ground
from purport.simulate._reference import ReferenceLook, write_reference
from purport.simulate._render import render, render_frames
from purport.simulate._script import (
    Encoding,
    Fire,
    Flare,
    GainJump,
    Glint,
    MuzzleFlash,
    Overlay,
    Script,
    Segment,
    SegmentKind,
    Strike,
    Vehicle,
    plain_script,
)
from purport.simulate._truth import StrikeTruth, Truth, derive_truth, load_truth, save_truth

__all__ = [
    "Camera",
    "Encoding",
    "Fire",
    "Flare",
    "GainJump",
    "Glint",
    "Ground",
    "GroundStyle",
    "Mix",
    "Modality",
    "MuzzleFlash",
    "Overlay",
    "ReferenceLook",
    "Script",
    "Segment",
    "SegmentKind",
    "Sensor",
    "Strike",
    "StrikeTruth",
    "Truth",
    "Vehicle",
    "derive_truth",
    "load_ground",
    "load_truth",
    "plain_script",
    "procedural_ground",
    "random_look",
    "random_script",
    "render",
    "render_frames",
    "save_truth",
    "write_reference",
]
