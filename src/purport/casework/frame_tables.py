"""When each frame of an item is shown: from its scene, else from one walk; kept in the cache."""

import json
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from purport.casework.copies import cached_scene, media_path
from purport.casework.holdings import live_item
from purport.casework.workspace import Workspace
from purport.core.digests import Digest
from purport.core.errors import AbsentError
from purport.core.records import from_json, to_json
from purport.media import Probe, display_size, probe_media, read_frame_times
from purport.store import Survey

__all__ = ["FrameTable", "frame_table", "item_name", "item_probe"]

_VERSION = "1"
_TABLES_IN_MEMORY = 32
_PROBES_IN_MEMORY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTable:
    """The frames of an item by their presentation times; n frames."""

    item: Digest
    """SHA-256 of the item's bytes."""
    ticks: tuple[int, ...]
    """Presentation time stamps (n), strictly increasing. [ticks]"""
    time_base: Fraction
    """Length of a tick. [s]"""
    last_duration: int
    """How long the last frame is shown: as long as the one before; 1 for a single one. [ticks]"""
    width_px: int
    """Width of the display picture."""
    height_px: int
    """Height of the display picture."""
    rotation_deg: int
    """By which the coded picture was turned clockwise for display."""
    mended: bool
    """Whether times were missing or went back, so that they are not those the stream bears."""

    @property
    def frames(self) -> int:
        """Return the number of frames."""
        return len(self.ticks)

    @property
    def start(self) -> int:
        """Return the presentation time stamp of the first frame. [ticks]"""
        return self.ticks[0]

    @property
    def durations(self) -> tuple[int, ...]:
        """Return how long each frame is shown (n). [ticks]"""
        steps = (after - before for before, after in pairwise(self.ticks))
        return (*steps, self.last_duration)

    @property
    def seconds(self) -> tuple[float, ...]:
        """Return when each frame is shown after the first, and when the last ends (n + 1). [s]"""
        ends = (*self.ticks, self.ticks[-1] + self.last_duration)
        return tuple(float((tick - self.start) * self.time_base) for tick in ends)

    def require(self, index: int) -> None:
        """Check that there is a frame.

        Raises:
            AbsentError: There is not.
        """
        if not 0 <= index < self.frames:
            raise AbsentError(
                f"frame {index}",
                f"there is none among {self.frames} frames",
                remedy=f"Ask for one from 0 to {self.frames - 1}.",
            )


def frame_table(workspace: Workspace, digest: Digest) -> FrameTable:
    """Return when each frame of an item is shown.

    Raises:
        AbsentError: The case has no such item.
        UnreadableMediaError: Not a single frame can be decoded.
        StorageFullError: There is no room in the cache.
    """
    name = item_name(workspace, digest)
    kept = workspace.cache / f"times-{digest}-{_VERSION}.json"
    if not kept.is_file():
        table = _make_table(workspace, digest)
        with workspace.writing(kept, subject=name) as unfinished:
            unfinished.write_text(json.dumps(to_json(table)), encoding="utf-8")
    return _load(kept)


def item_name(workspace: Workspace, digest: Digest) -> str:
    """Return the file name of an item of the case.

    Raises:
        AbsentError: The case has no such item.
    """
    stored = live_item(workspace, digest)
    if stored is None:
        raise AbsentError(
            digest[:12], "there is no such item in this case", remedy="Look at the case's footage."
        )
    return stored.record.name


def item_probe(workspace: Workspace, digest: Digest) -> Probe:
    """Return what an item's container says: as surveyed, else read now.

    Raises:
        AbsentError: The case has no such item.
        UnreadableMediaError: It is no video that can be read.
    """
    item_name(workspace, digest)
    for stored in workspace.store.live_of(Survey, [digest]):
        if stored.record.probe is not None:
            return from_json(Probe, stored.record.probe)
    return _probe(media_path(workspace, digest))


@lru_cache(maxsize=_PROBES_IN_MEMORY)
def _probe(path: Path) -> Probe:
    """Read a container once; a working copy's folder is named by its digest."""
    return probe_media(path)


@lru_cache(maxsize=_TABLES_IN_MEMORY)
def _load(path: Path) -> FrameTable:
    return from_json(FrameTable, json.loads(path.read_text(encoding="utf-8")))


def _make_table(workspace: Workspace, digest: Digest) -> FrameTable:
    probe = item_probe(workspace, digest)
    stream = probe.streams[probe.video]
    scene = cached_scene(workspace, digest)
    if scene is None:
        times = read_frame_times(media_path(workspace, digest), probe=probe)
        ticks, mended = times.pts, times.mended
    else:
        # Whether its times are the stream's own is not on record with a scene; what is sought by
        # them is compared with what the scene shows.
        ticks, mended = tuple(int(stamp) for stamp in scene.pts), False
    width, height = display_size(probe)
    return FrameTable(
        item=digest,
        ticks=ticks,
        time_base=stream.time_base or Fraction(1, 1),
        last_duration=ticks[-1] - ticks[-2] if len(ticks) > 1 else 1,
        width_px=width,
        height_px=height,
        rotation_deg=stream.rotation_deg,
        mended=mended,
    )
