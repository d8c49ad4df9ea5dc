"""What the shots of a video look like: cuts, overlays, frame-to-frame motion, key frames.

One pass over the decoded frames makes what `checks.edits`, `checks.place`, `checks.impacts` and
`checks.reuse` all read, so that a video is decoded once for them.
"""

from purport.scene.records import KeyFrame, Scene, Shot, Transition

__all__ = ["KeyFrame", "Scene", "Shot", "Transition"]
