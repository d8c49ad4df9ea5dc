"""A scene to a file and back: one NumPy archive, the same bytes for the same scene.

Thumbnails and key frames are mapped from the file when it is read, so that they take no memory
before they are looked at. The file may be deleted while a scene is in use, but not overwritten.
"""

import json
import os
import struct
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from purport.core.errors import ConsistencyError
from purport.core.media_time import FrameSpan
from purport.scene._spool import Spool
from purport.scene.analysis import SCENE_VERSION
from purport.scene.records import (
    FineMeasures,
    KeyFrame,
    Scene,
    Shot,
    TickingCell,
    Transition,
)

__all__ = ["load_scene", "save_scene"]

_LOCAL_HEADER = struct.Struct("<26x2H")
"""Where a local file header of ZIP says how long the name and the extra field are."""

_COLUMNS = (
    "pts",
    "luma_mean",
    "luma_sd",
    "step",
    "thumbnails",
    "to_anchor",
    "link_sd_px",
    "linked",
)
_FINE_COLUMNS = ("step", "bend", "grain", "tiles", "picture_types", "quantiser")


def save_scene(scene: Scene, path: Path) -> None:
    """Write a scene as an npz archive (write to a temporary name; renaming is the caller's).

    Raises:
        OSError: The file cannot be written.
    """
    masks, of_shot = _distinct([shot.overlay for shot in scene.shots])
    header = {
        "scene_version": SCENE_VERSION,
        "size": [scene.width_px, scene.height_px],
        "time_base": str(scene.time_base),
        "shots": [
            {
                "first": shot.span.first,
                "last": shot.span.last,
                "begins_with": shot.begins_with.value,
                "anchor": shot.anchor,
                "overlay_known": shot.overlay_known,
                "overlay": mask,
            }
            for shot, mask in zip(scene.shots, of_shot, strict=True)
        ],
        "key_frames": [frame.index for frame in scene.key_frames],
        "cells": [{"box": cell.box, "first": cell.first} for cell in scene.cells],
    }
    columns = {name: getattr(scene, name) for name in _COLUMNS}
    if scene.fine is not None:
        columns |= {_fine(name): getattr(scene.fine, name) for name in _FINE_COLUMNS}
    pictures = {_picture(frame.index): frame.luma for frame in scene.key_frames}
    pictures |= {_cell(number): cell.pictures for number, cell in enumerate(scene.cells)}
    with path.open("wb") as stream:
        np.savez(
            stream,
            header=np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8),
            overlays=np.stack([np.packbits(mask) for mask in masks]),
            **columns,
            **pictures,  # type: ignore[arg-type]  # none is called allow_pickle
        )


def _distinct(masks: list[NDArray[np.bool_]]) -> tuple[list[NDArray[np.bool_]], list[int]]:
    """Return the masks without those equal to the one before, and which of them each is."""
    kept: list[NDArray[np.bool_]] = []
    which: list[int] = []
    for mask in masks:
        if not kept or not (mask is kept[-1] or np.array_equal(mask, kept[-1])):
            kept.append(mask)
        which.append(len(kept) - 1)
    return kept, which


def _fine(name: str) -> str:
    return f"fine-{name}"


def _cell(number: int) -> str:
    return f"cell-{number}"


def _picture(index: int) -> str:
    return f"picture-{index}"


def load_scene(path: Path) -> Scene:
    """Read a scene that `save_scene` wrote.

    Raises:
        OSError: The file cannot be read.
        ConsistencyError: It was written by another version of the analysis.
    """
    with ZipFile(path) as archive:
        arrays = {
            member.filename.removesuffix(".npy"): _map(path, member)
            for member in archive.infolist()
        }
    header = json.loads(arrays["header"].tobytes())
    if header["scene_version"] != SCENE_VERSION:
        raise ConsistencyError(
            path.name,
            f"scene version {header['scene_version']}, expected {SCENE_VERSION}",
            remedy="Analyse the video again.",
        )
    width, height = header["size"]
    overlays = _unpack(arrays["overlays"].astype(np.uint8), (height, width))
    columns = {name: arrays[name] for name in _COLUMNS}
    return Scene(
        width_px=width,
        height_px=height,
        time_base=Fraction(header["time_base"]),
        shots=tuple(
            Shot(
                span=FrameSpan(first=shot["first"], last=shot["last"]),
                begins_with=Transition(shot["begins_with"]),
                anchor=shot["anchor"],
                overlay=overlays[shot["overlay"]],
                overlay_known=shot["overlay_known"],
            )
            for shot in header["shots"]
        ),
        key_frames=tuple(
            KeyFrame(index=index, luma=arrays[_picture(index)].astype(np.uint8, copy=False))
            for index in header["key_frames"]
        ),
        fine=_load_fine(arrays),
        cells=tuple(
            TickingCell(
                box=tuple(cell["box"]),
                first=cell["first"],
                pictures=arrays[_cell(number)].astype(np.uint8, copy=False),
            )
            for number, cell in enumerate(header["cells"])
        ),
        **columns,  # type: ignore[arg-type]  # the archive holds the types that Scene has
    )


def _load_fine(arrays: Mapping[str, NDArray[np.generic]]) -> FineMeasures | None:
    if _fine("step") not in arrays:
        return None
    columns = {name: arrays[_fine(name)] for name in _FINE_COLUMNS}
    return FineMeasures(**columns)  # type: ignore[arg-type]  # the archive holds their types


def _map(path: Path, member: ZipInfo) -> NDArray[np.generic]:
    """Map an array of bytes that lies uncompressed in an archive, read-only; read any other."""
    with path.open("rb") as stream:
        stream.seek(member.header_offset)
        fixed = stream.read(_LOCAL_HEADER.size)
        name_bytes, extra_bytes = _LOCAL_HEADER.unpack(fixed)
        stream.seek(name_bytes + extra_bytes, os.SEEK_CUR)
        version = np.lib.format.read_magic(stream)
        read_header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, kind = read_header(stream)
        offset = stream.tell()
    if 0 in shape:
        return np.empty(shape, dtype=kind)
    mapped = np.memmap(path, dtype=kind, mode="r", offset=offset, shape=shape).view(np.ndarray)
    if kind.itemsize == 1:
        return mapped
    aligned = np.array(mapped)
    aligned.flags.writeable = False
    return aligned


def _unpack(rows: NDArray[np.uint8], shape: tuple[int, int]) -> list[NDArray[np.bool_]]:
    """Unpack masks to disk, so that those of a video with many shots take no memory."""
    spool = Spool(shape)
    size = shape[0] * shape[1]
    places = [spool.put(np.unpackbits(row)[:size].reshape(shape)) for row in rows]
    return [mask.view(np.bool_) for mask in spool.select(places)]
