"""A scene to a file and back: one NumPy archive, the same bytes for the same scene."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from purport.core.errors import ConsistencyError
from purport.core.media_time import FrameSpan
from purport.scene.analysis import SCENE_VERSION
from purport.scene.records import KeyFrame, Scene, Shot, Transition

__all__ = ["load_scene", "save_scene"]

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


def save_scene(scene: Scene, path: Path) -> None:
    """Write a scene as an npz archive (write to a temporary name; renaming is the caller's).

    Raises:
        OSError: The file cannot be written.
    """
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
            }
            for shot in scene.shots
        ],
        "key_frames": [frame.index for frame in scene.key_frames],
    }
    overlays = np.stack([np.packbits(shot.overlay) for shot in scene.shots])
    pictures = np.stack([frame.luma for frame in scene.key_frames])
    columns = {name: getattr(scene, name) for name in _COLUMNS}
    with path.open("wb") as stream:
        np.savez(
            stream,
            header=np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8),
            overlays=overlays,
            pictures=pictures,
            **columns,
        )


def load_scene(path: Path) -> Scene:
    """Read a scene that `save_scene` wrote.

    Raises:
        OSError: The file cannot be read.
        ConsistencyError: It was written by another version of the analysis.
    """
    with np.load(path, allow_pickle=False) as archive:
        arrays: dict[str, NDArray[np.generic]] = {name: archive[name] for name in archive.files}
    for array in arrays.values():
        array.flags.writeable = False
    header = json.loads(arrays["header"].tobytes())
    if header["scene_version"] != SCENE_VERSION:
        raise ConsistencyError(
            path.name,
            f"scene version {header['scene_version']}, expected {SCENE_VERSION}",
            remedy="Analyse the video again.",
        )
    width, height = header["size"]
    overlays = np.unpackbits(arrays["overlays"].astype(np.uint8), axis=1)[:, : width * height]
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
                overlay=overlay.reshape(height, width) > 0,
                overlay_known=shot["overlay_known"],
            )
            for shot, overlay in zip(header["shots"], overlays, strict=True)
        ),
        key_frames=tuple(
            KeyFrame(index=index, luma=luma)
            for index, luma in zip(header["key_frames"], arrays["pictures"], strict=True)
        ),
        **columns,  # type: ignore[arg-type]  # the archive holds the types that Scene has
    )
