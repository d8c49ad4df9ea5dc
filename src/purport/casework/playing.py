"""How a browser is given an item to play: the working copy itself, or a derivative of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from purport.casework.copies import media_path
from purport.casework.frame_tables import frame_table, item_name, item_probe
from purport.casework.workspace import Workspace
from purport.core.digests import Digest
from purport.media import PLAYABLE_VERSION, Probe, write_playable

__all__ = [
    "MediaType",
    "Watchable",
    "Way",
    "make_playable",
    "media_type",
    "playable_path",
    "watchable",
]


class MediaType(StrEnum):
    """As what an item's bytes are served; never as anything that a browser could run."""

    MP4 = "video/mp4"
    WEBM = "video/webm"
    OTHER = "application/octet-stream"


class Way(StrEnum):
    """How an item is played."""

    ITSELF = "itself"
    """Browsers play the working copy."""
    DERIVATIVE = "derivative"
    """They don't; a derivative with the same presentation times is played."""
    STILLS = "stills"
    """There is one frame only, or none at all to play."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchable:
    """How an item is played, and why."""

    way: Way
    """How."""
    reason: str
    """Why it is not played itself, in words; empty when it is."""


_MP4 = frozenset({"mov", "mp4"})
_WEBM = frozenset({"matroska", "webm"})
_IN_MP4 = {
    "h264": frozenset({"yuv420p", "yuvj420p"}),
    "vp9": frozenset({"yuv420p"}),
    "av1": frozenset({"yuv420p", "yuv420p10le"}),
}
_IN_WEBM = {"vp8": frozenset({"yuv420p"}), "vp9": frozenset({"yuv420p"}), "av1": _IN_MP4["av1"]}
"""What Chromium, Firefox and Safari play in each container, by codec and pixel format."""
_WEBM_SOUND = frozenset({"vorbis", "opus"})


def media_type(probe: Probe) -> MediaType:
    """Return as what an item's bytes are served.

    Args:
        probe: What its container says.
    """
    names = frozenset(probe.container.split(","))
    if names & _MP4:
        return MediaType.MP4
    codecs = {stream.codec for stream in probe.streams if stream.kind in {"video", "audio"}}
    if names & _WEBM and codecs <= _IN_WEBM.keys() | _WEBM_SOUND:
        return MediaType.WEBM
    return MediaType.OTHER


def watchable(workspace: Workspace, digest: Digest) -> Watchable:
    """Say how an item is played.

    Raises:
        AbsentError: The case has no such item.
        UnreadableMediaError: It is no video that can be read.
    """
    probe = item_probe(workspace, digest)
    if frame_table(workspace, digest).frames == 1:
        return Watchable(way=Way.STILLS, reason="It is a single picture.")
    reason = _obstacle(probe)
    return Watchable(way=Way.DERIVATIVE if reason else Way.ITSELF, reason=reason)


def _obstacle(probe: Probe) -> str:
    """Return why browsers don't play a file itself; empty when they do."""
    stream = probe.streams[probe.video]
    kind = media_type(probe)
    played = {MediaType.MP4: _IN_MP4, MediaType.WEBM: _IN_WEBM, MediaType.OTHER: {}}[kind]
    if kind is MediaType.OTHER:
        return f"Browsers do not play its container ({probe.container})."
    if stream.codec not in played:
        return f"Browsers do not play its codec ({stream.codec})."
    if stream.pixel_format not in played[stream.codec]:
        return f"Browsers do not play its pixel format ({stream.pixel_format})."
    if probe.truncated:
        return "It breaks off before its container says it should."
    if [each.index for each in probe.streams if each.kind == "video"] != [stream.index]:
        return "It holds several pictures side by side, of which a browser chooses by itself."
    return ""


def playable_path(workspace: Workspace, digest: Digest) -> Path:
    """Return where the derivative of an item is kept; it need not be there yet."""
    return workspace.cache / f"playable-{digest}-{PLAYABLE_VERSION}.mp4"


def make_playable(
    workspace: Workspace,
    digest: Digest,
    *,
    progress: Callable[[float], bool] = lambda _part: True,
) -> Path | None:
    """Make the derivative of an item that browsers play, with the same presentation times.

    Args:
        workspace: Where.
        digest: The item.
        progress: Is told which part is done (0 to 1); answers whether to go on.

    Returns:
        The derivative in the cache; None when it was stopped.

    Raises:
        AbsentError: The case has no such item.
        UnreadableMediaError: It cannot be decoded.
        StorageFullError: There is no room in the cache.
    """
    kept = playable_path(workspace, digest)
    if kept.is_file():
        return kept
    with workspace.writing(kept, subject=item_name(workspace, digest)) as unfinished:
        done = write_playable(
            media_path(workspace, digest),
            unfinished,
            probe=item_probe(workspace, digest),
            progress=progress,
        )
        if not done:
            unfinished.unlink()
    return kept if done else None
