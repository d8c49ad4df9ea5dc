"""Containers and streams: what a file says of itself, and its frames at their own times."""

from purport.media.records import Probe, StreamProbe

__all__ = ["Probe", "StreamProbe"]
