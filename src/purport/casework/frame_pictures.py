"""Frames of an item as pictures: decoded on demand, and kept in the cache within bounds."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from purport.casework.copies import media_path, scene_path
from purport.casework.frame_tables import FrameTable, frame_table, item_name, item_probe
from purport.casework.workspace import Workspace, keep_newest
from purport.core.casefile import CaseFile, CaseItem
from purport.core.digests import Digest
from purport.media import Picture, decode_pictures, seek_pictures
from purport.reports import PictureForm, encode_frame, encode_poster, graphic_from
from purport.scene import Scene, load_scene, shows_frame

__all__ = ["frame_picture", "poster"]

_AHEAD = {PictureForm.JPEG: 8, PictureForm.PNG: 1}
"""How many frames are decoded at once: whoever steps wants the next ones too."""
_BEHIND = {PictureForm.JPEG: 3, PictureForm.PNG: 0}
_MOST_KEPT = 400
"""Pictures kept of one item; the oldest go first."""
_SCENES_IN_MEMORY = 2
_AT_ONCE = threading.BoundedSemaphore(2)
"""How many may be decoded at one time, so that a page that asks for many does not take all."""
_LOCKS = tuple(threading.Lock() for _ in range(16))


def frame_picture(workspace: Workspace, digest: Digest, index: int, form: PictureForm) -> bytes:
    """Return a frame in display orientation as the content of a picture file.

    It is sought by its presentation time, and taken when it is what the analysis saw; else the
    stream is walked from its start.

    Args:
        workspace: Where.
        digest: The item.
        index: Frame index.
        form: How it is encoded.

    Raises:
        AbsentError: The case has no such item, or it no such frame.
        UnreadableMediaError: The frame cannot be decoded.
        StorageFullError: There is no room in the cache.
    """
    table = frame_table(workspace, digest)
    table.require(index)
    folder = workspace.cache / "frames" / digest
    wanted = folder / f"{index}.{form.value}"
    with contextlib.suppress(FileNotFoundError):
        return wanted.read_bytes()
    with _LOCKS[hash(digest) % len(_LOCKS)]:
        with contextlib.suppress(FileNotFoundError):  # made while we waited
            return wanted.read_bytes()
        with _AT_ONCE:
            _fill(workspace, table, index, form)
            content = wanted.read_bytes()
            pictures = [path for path in folder.iterdir() if not path.name.startswith("poster")]
            keep_newest(pictures, _MOST_KEPT)
    return content


def poster(workspace: Workspace, case: CaseFile, item: CaseItem) -> bytes:
    """Return a small picture of an item: its first key frame, veiled where it may be graphic.

    Args:
        workspace: Where.
        case: The case, for what was found.
        item: The item.

    Raises:
        UnreadableMediaError: The frame cannot be decoded.
        StorageFullError: There is no room in the cache.
    """
    index = _poster_frame(workspace, item)
    first = graphic_from(case, item)
    return _poster(workspace, item, index, graphic=first is not None and index >= first)


def readers_picture(workspace: Workspace, item: CaseItem, *, plain: bool) -> bytes:
    """Return the picture of an item that readers of a published case get, a JPEG without metadata.

    Args:
        workspace: Where.
        item: The item.
        plain: Whether it is fit for everybody; else it is blurred and grey for good.

    Raises:
        UnreadableMediaError: The frame cannot be decoded.
        StorageFullError: There is no room in the cache.
    """
    return _poster(workspace, item, _poster_frame(workspace, item), graphic=not plain)


def _poster_frame(workspace: Workspace, item: CaseItem) -> int:
    scene = _scene_at(scene_path(workspace, item.record.digest))
    return scene.key_frames[0].index if scene is not None and scene.key_frames else 0


def _poster(workspace: Workspace, item: CaseItem, index: int, *, graphic: bool) -> bytes:
    digest = item.record.digest
    kept = workspace.cache / "frames" / digest / f"poster-{index}-{'v' if graphic else 'c'}.jpg"
    if kept.is_file():
        return kept.read_bytes()
    table = frame_table(workspace, digest)
    with _AT_ONCE:
        picture = next(_pictures(workspace, table, index, {index: table.ticks[index]}))
        content = encode_poster(picture.bgr, graphic=graphic)
        with workspace.writing(kept, subject=item.record.name) as unfinished:
            unfinished.write_bytes(content)
    return content


def _fill(workspace: Workspace, table: FrameTable, index: int, form: PictureForm) -> None:
    """Decode a frame and those about it."""
    folder, name = workspace.cache / "frames" / table.item, item_name(workspace, table.item)
    about = range(max(index - _BEHIND[form], 0), min(index + _AHEAD[form], table.frames))
    stamps = {
        each: table.ticks[each] for each in about if not (folder / f"{each}.{form.value}").is_file()
    }
    for picture in _pictures(workspace, table, index, stamps):
        encoded = encode_frame(picture.bgr, form)
        kept = folder / f"{picture.index}.{form.value}"
        with workspace.writing(kept, subject=name) as unfinished:
            unfinished.write_bytes(encoded)


def _pictures(
    workspace: Workspace, table: FrameTable, index: int, stamps: Mapping[int, int]
) -> Iterator[Picture]:
    """Yield the frames that are found by their times, and `index` in any case."""
    path = media_path(workspace, table.item)
    probe = item_probe(workspace, table.item)
    scene = _scene_at(scene_path(workspace, table.item))
    found = False
    if not table.mended:
        for picture in seek_pictures(path, probe=probe, stamps=stamps):
            if scene is None or shows_frame(scene, picture.index, picture.bgr):
                found = found or picture.index == index
                yield picture
    if not found:
        yield from decode_pictures(path, probe=probe, indices=[index])


def _scene_at(path: Path) -> Scene | None:
    return _load_scene(path) if path.is_file() else None


@lru_cache(maxsize=_SCENES_IN_MEMORY)
def _load_scene(path: Path) -> Scene:
    return load_scene(path)
