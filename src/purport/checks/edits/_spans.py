"""Small questions about stretches of frames."""

from purport.core.media_time import FrameSpan
from purport.scene import Scene

__all__ = ["end_s", "meet"]


def end_s(scene: Scene, last: int) -> float:
    """Return when a frame gives way to the next; the last frame stays for the usual time. [s]"""
    if last + 1 < scene.frames:
        return scene.seconds(last + 1)
    return scene.seconds(last) + scene.frame_s


def meet(one: FrameSpan, other: FrameSpan) -> bool:
    """Tell whether two stretches share a frame."""
    return one.first <= other.last and other.first <= one.last
