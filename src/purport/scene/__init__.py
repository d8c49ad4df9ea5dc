"""What the shots of a video look like: cuts, overlays, frame-to-frame motion, key frames.

Two passes over the decoded frames make what `checks.edits`, `checks.place`, `checks.impacts` and
`checks.reuse` all read, so that each video is analysed once for them.
"""

from purport.scene._cells import sharpened
from purport.scene.analysis import SCENE_VERSION, analyse_scene
from purport.scene.recognition import shows_frame
from purport.scene.records import FineMeasures, KeyFrame, Scene, Shot, TickingCell, Transition
from purport.scene.storage import load_scene, save_scene

__all__ = [
    "SCENE_VERSION",
    "FineMeasures",
    "KeyFrame",
    "Scene",
    "Shot",
    "TickingCell",
    "Transition",
    "analyse_scene",
    "load_scene",
    "save_scene",
    "sharpened",
    "shows_frame",
]
