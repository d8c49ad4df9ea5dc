"""A made-up place, its orthophoto, and scenes filmed over it by exact homographies."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from purport.checks.contract import Evidence, ReferenceSource
from purport.core.case import ItemRecord
from purport.core.digests import Digest, digest_file
from purport.core.media_time import FrameSpan
from purport.media import Probe
from purport.scene import KeyFrame, Scene, Shot, Transition
from purport.simulate import Ground, ReferenceLook, procedural_ground, write_reference

FloatArray = NDArray[np.float64]
SIZE = (400, 240)


@dataclass(frozen=True)
class Filmed:
    """A scene and the homography from each of its frames to the map."""

    scene: Scene
    to_map: tuple[FloatArray, ...]


def view_to_map(
    ground: Ground,
    *,
    aim_m: tuple[float, float] = (0.0, 0.0),
    gsd_m: float = 0.3,
    turn_deg: float = 35.0,
    flatten: float = 0.85,
) -> FloatArray:
    """From pixel to easting and northing, for a view turned and seen a little from the side."""
    east, north = ground.centre
    turn = np.deg2rad(turn_deg)
    linear = np.array([[np.cos(turn), np.sin(turn)], [np.sin(turn), -np.cos(turn)]]) * gsd_m
    linear = linear @ np.diag([1.0, 1.0 / flatten])
    out = np.eye(3)
    out[:2, :2] = linear
    out[:2, 2] = (east + aim_m[0], north + aim_m[1])
    bend = np.array([[1, 0, 0], [0, 1, 0], [0, 0.0003, 1.0]])
    centre = np.array([[1, 0, -(SIZE[0] - 1) / 2], [0, 1, -(SIZE[1] - 1) / 2], [0, 0, 1.0]])
    whole = out @ bend @ centre
    return np.asarray(whole / whole[2, 2])


def film(
    ground: Ground, to_map: FloatArray, *, seed: int, inverted: bool = False
) -> NDArray[np.uint8]:
    """The ground as a frame shows it, with noise."""
    to_ground = np.linalg.inv(ground.to_map()) @ to_map
    grey = cv2.cvtColor(ground.picture, cv2.COLOR_BGR2GRAY)
    picture = cv2.warpPerspective(
        grey, to_ground, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    ).astype(np.float64)
    picture = 255.0 - picture if inverted else picture
    noise = np.random.default_rng(seed).normal(0.0, 2.5, picture.shape)
    return np.asarray(np.clip(np.rint(picture + noise), 0, 255), dtype=np.uint8)


def film_scene(
    ground: Ground,
    *,
    inverted: bool = False,
    drift_px: float = 0.0,
    gsd_m: float = 0.3,
    flatten: float = 0.85,
) -> Filmed:
    """Thirteen frames of one shot, three of them key frames; links may drift towards the end."""
    frames = 13
    maps = [
        view_to_map(
            ground,
            aim_m=(0.8 * index, -0.3 * index),
            gsd_m=gsd_m,
            turn_deg=35 + index / 4,
            flatten=flatten,
        )
        for index in range(frames)
    ]
    links = np.array([np.linalg.inv(maps[0]) @ each for each in maps])
    links = links / links[:, 2:, 2:]
    for index in range(7, frames):
        slip = np.eye(3)
        slip[0, 2] = drift_px
        links[index] = slip @ links[index]
    keys = tuple(
        KeyFrame(index=index, luma=film(ground, maps[index], seed=index, inverted=inverted))
        for index in (0, 6, 12)
    )
    step = np.full(frames, 1.0, dtype=np.float32)
    step[7] = 40.0 if drift_px else 1.0
    scene = Scene(
        width_px=SIZE[0],
        height_px=SIZE[1],
        pts=np.arange(frames),
        time_base=Fraction(1, 25),
        luma_mean=np.full(frames, 100.0, dtype=np.float32),
        luma_sd=np.full(frames, 30.0, dtype=np.float32),
        step=step,
        thumbnails=np.zeros((frames, 64, 64), dtype=np.uint8),
        shots=(
            Shot(
                span=FrameSpan(first=0, last=frames - 1),
                begins_with=Transition.START,
                anchor=0,
                overlay=np.zeros((SIZE[1], SIZE[0]), dtype=bool),
            ),
        ),
        to_anchor=links,
        link_sd_px=np.full(frames, 0.05, dtype=np.float32),
        linked=np.ones(frames, dtype=bool),
        key_frames=keys,
    )
    return Filmed(scene=scene, to_map=tuple(maps))


@pytest.fixture(scope="session")
def studio() -> Callable[..., Filmed]:
    """The function that films a scene."""
    return film_scene


@pytest.fixture(scope="session")
def ground() -> Ground:
    return procedural_ground(21, size_m=240.0, gsd_m=0.3)


@pytest.fixture(scope="session")
def elsewhere() -> Ground:
    return procedural_ground(22, size_m=240.0, gsd_m=0.3)


@pytest.fixture(scope="session")
def orthophoto(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("place") / "ortho.tif"
    write_reference(ground, path, look=ReferenceLook(gsd_m=0.4, noise_sd=2.0, gamma=1.2))
    return path


MakeEvidence = Callable[..., Evidence]


@pytest.fixture(scope="session")
def make_evidence() -> MakeEvidence:
    def make(
        scene: Scene, reference: Path | None, *, accuracy_m: float | None = 0.0, **item: object
    ) -> Evidence:
        source = None
        if reference is not None:
            source = ReferenceSource(
                digest=digest_file(reference), path=reference, accuracy_m=accuracy_m
            )
        record = ItemRecord(
            digest=Digest("0" * 64),
            name="clip.mp4",
            size_bytes=1,
            **item,  # type: ignore[arg-type] # a test names the fields that it needs
        )
        return Evidence(
            item=record,
            path=Path("clip.mp4"),
            probe=Probe(
                container="mp4",
                duration_s=None,
                size_bytes=1,
                bit_rate=None,
                creation_time=None,
                tags=(),
                streams=(),
                video=0,
            ),
            load_scene=lambda: scene,
            references=() if source is None else (source,),
        )

    return make
