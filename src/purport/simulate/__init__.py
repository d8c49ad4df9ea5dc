"""Footage with known truth, for examples, tests and benchmarks only; every frame says SYNTHETIC."""

from purport.simulate._camera import Camera, Modality, Sensor
from purport.simulate._ground import Ground, load_ground
from purport.simulate._hardships import Hardships, add_hardships
from purport.simulate._mix import Mix, random_look, random_script
from purport.simulate._patterns import GroundStyle
from purport.simulate._procedural import procedural_ground
from purport.simulate._reference import ReferenceLook, write_reference, write_terrain
from purport.simulate._relief import Building, HeightField, Relief, ReliefPlan, rolling_terrain
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
from purport.simulate._truth import (
    StrikeTruth,
    SurfacePoint,
    Truth,
    derive_truth,
    load_truth,
    locate_pixel,
    project_point,
    save_truth,
)

__all__ = [
    "Building",
    "Camera",
    "Encoding",
    "Fire",
    "Flare",
    "GainJump",
    "Glint",
    "Ground",
    "GroundStyle",
    "Hardships",
    "HeightField",
    "Mix",
    "Modality",
    "MuzzleFlash",
    "Overlay",
    "ReferenceLook",
    "Relief",
    "ReliefPlan",
    "Script",
    "Segment",
    "SegmentKind",
    "Sensor",
    "Strike",
    "StrikeTruth",
    "SurfacePoint",
    "Truth",
    "Vehicle",
    "add_hardships",
    "derive_truth",
    "load_ground",
    "load_truth",
    "locate_pixel",
    "plain_script",
    "procedural_ground",
    "project_point",
    "random_look",
    "random_script",
    "render",
    "render_frames",
    "rolling_terrain",
    "save_truth",
    "write_reference",
    "write_terrain",
]
