"""What placing points by hand on an item needs, gathered once for each state of the case."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from purport.casework.checking import reference_sources, terrain_sources
from purport.casework.copies import attachment_path, media_path, scene_path
from purport.casework.frame_tables import item_probe
from purport.casework.holdings import live_attachments, live_item
from purport.casework.workspace import Workspace
from purport.checks.contract import ReferenceSource, TerrainSource
from purport.checks.place import PlaceCheck
from purport.core.case import ItemRecord
from purport.core.digests import Digest
from purport.core.errors import AbsentError, ConsistencyError, InputError
from purport.core.findings import Finding
from purport.imagery import Reference, open_reference
from purport.media import Probe
from purport.scene import Scene, load_scene
from purport.store import AttachmentKind

__all__ = ["Bench", "BenchReference", "gather_bench", "get_reference", "require_item"]

_KEPT = 24
_SCENES_KEPT = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BenchReference:
    """An orthophoto on the bench."""

    digest: Digest
    """SHA-256 of its file."""
    source: ReferenceSource
    """As checks get it."""
    reference: Reference
    """Where it lies."""
    accuracy_m: float
    """Its standard uncertainty per axis, stated or assumed. [m]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """An item with all that bears on points placed on it; its marks aside."""

    item: ItemRecord
    """What is recorded of it."""
    path: Path
    """Its working copy."""
    scene: Scene | None
    """Its scene; None when nobody has gone over its frames yet."""
    probe: Probe | None
    """What its container says; None when nobody has gone over its frames yet."""
    references: tuple[BenchReference, ...]
    """Its orthophotos."""
    terrain: TerrainSource | None
    """Heights of the ground there; None when none were given."""
    place: Finding | None
    """The place check's answer on record; None when there is none."""

    def require_scene(self) -> Scene:
        """Return the scene.

        Raises:
            InputError: Nobody has gone over the frames yet.
        """
        if self.scene is None:
            raise InputError(
                self.item.name,
                "its frames have not been gone over yet",
                remedy="Let it be examined first: the page offers it, and so does purport check.",
            )
        return self.scene

    def require_probe(self) -> Probe:
        """Return what its container says.

        Raises:
            InputError: Nobody has gone over the frames yet.
            ConsistencyError: There is a scene without it.
        """
        self.require_scene()
        if self.probe is None:
            raise ConsistencyError(
                self.item.name, "has a scene and no probe", remedy="Report this fault."
            )
        return self.probe

    def require_frame(self, frame: int) -> Scene:
        """Return the scene, when it has such a frame.

        Raises:
            InputError: It has none, or nobody has gone over the frames yet.
        """
        scene = self.require_scene()
        if not 0 <= frame < scene.frames:
            raise InputError(
                f"frame {frame}",
                f"there is none: they go from 0 to {scene.frames - 1}",
                remedy="Choose another frame.",
            )
        return scene

    def reference(self, digest: str | None) -> BenchReference | None:
        """Return one of the orthophotos; the first when none is named; None when there is none.

        Raises:
            AbsentError: The one named is not the item's.
        """
        if digest is None:
            return self.references[0] if self.references else None
        for one in self.references:
            if one.digest == digest:
                return one
        raise _no_reference(digest)


_BENCHES: OrderedDict[tuple[object, ...], Bench] = OrderedDict()
_GUARD = threading.Lock()


def gather_bench(workspace: Workspace, digest: str) -> Bench:
    """Gather what bears on an item; kept as long as nothing was stored and no scene was made.

    Raises:
        AbsentError: The case has no such item.
        UnreadableReferenceError: An orthophoto cannot be read.
    """
    scene = scene_path(workspace, Digest(digest))
    key = (workspace.folder, workspace.case, workspace.store.head(), digest, scene.is_file())
    with _GUARD:
        if key in _BENCHES:
            _BENCHES.move_to_end(key)
            return _BENCHES[key]
    bench = _gather(workspace, digest, scene)
    with _GUARD:
        _BENCHES[key] = bench
        while len(_BENCHES) > _KEPT:
            _BENCHES.popitem(last=False)
    return bench


def require_item(workspace: Workspace, digest: str) -> ItemRecord:
    """Return an item of the case.

    Raises:
        AbsentError: It has none of this digest.
    """
    stored = live_item(workspace, digest)
    if stored is None:
        raise AbsentError(
            digest[:12], "there is no such item", remedy="Look at the case's footage."
        )
    return stored.record


def get_reference(workspace: Workspace, digest: str) -> Reference:
    """Return an orthophoto of the case, opened.

    Raises:
        AbsentError: It has none of this digest.
        UnreadableReferenceError: It cannot be read.
    """
    for attachment in live_attachments(workspace, AttachmentKind.REFERENCE):
        if attachment.digest == digest:
            return _opened(attachment_path(workspace, attachment), attachment.accuracy_m)
    raise _no_reference(digest)


def _gather(workspace: Workspace, digest: str, scene: Path) -> Bench:
    item = require_item(workspace, digest)
    sources = reference_sources(workspace)
    return Bench(
        item=item,
        path=media_path(workspace, item.digest),
        scene=_scene(scene) if scene.is_file() else None,
        probe=item_probe(workspace, item.digest) if scene.is_file() else None,
        references=tuple(_on_bench(one, sources[one]) for one in item.references),
        terrain=None if item.terrain is None else terrain_sources(workspace)[item.terrain],
        place=_place_finding(workspace, item.digest),
    )


def _on_bench(digest: Digest, source: ReferenceSource) -> BenchReference:
    reference = _opened(source.path, source.accuracy_m)
    return BenchReference(
        digest=digest,
        source=source,
        reference=reference,
        accuracy_m=PlaceCheck().accuracy_m(reference),
    )


def _place_finding(workspace: Workspace, digest: Digest) -> Finding | None:
    for stored in workspace.store.live_about(digest):
        if stored.record.check == PlaceCheck().name:
            return next(iter(stored.record.findings), None)
    return None


@lru_cache(maxsize=_SCENES_KEPT)
def _scene(path: Path) -> Scene:
    return load_scene(path)


@lru_cache(maxsize=_KEPT)
def _opened(path: Path, accuracy_m: float | None) -> Reference:
    return open_reference(path, accuracy_m=accuracy_m)


def _no_reference(digest: str) -> AbsentError:
    return AbsentError(
        digest[:12], "there is no such orthophoto", remedy="Look at the case's orthophotos."
    )
