"""The print of a video: what it takes to find its seconds again without the video.

One pass over the decoded luma. Five times a second a sample is taken: a thumbnail of 64×64 inside
black bars, and its 256-bit fingerprint (`purport.scene.fingerprints.fingerprint`). Every other
sample (every one, for a video about which is asked) also gets local features. Burnt-in graphics
are masked: a feature that stays at its place while the picture around it moves is left out.

Invariant: the same file gives the same print, bit for bit, on the same library versions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._borders import Box, find_picture_box
from purport.checks.reuse._features import (
    LocalFeatures,
    find_features,
)
from purport.checks.reuse._insets import InsetFinder
from purport.checks.reuse._standing import without_standing
from purport.media import Probe, decode_luma_samples
from purport.scene.fingerprints import fingerprint

__all__ = ["PRINT_VERSION", "SAMPLE_S", "VideoPrint", "load_print", "print_video", "save_print"]

PRINT_VERSION = "1"
"""Raised whenever the print of a file could change."""
SAMPLE_S = 0.2
"""Least time between two samples. [s]"""

_SIDE = 64
_SMALL_WIDTH = 128
_BOX_SAMPLES = 600
_KEPT, _KEPT_WIDEST_PX = 200, 480
_ASKED, _ASKED_WIDEST_PX = 500, 720
_INSET_WIDTH_PX = 480
_INSET_EDGE = 0.008
_KEY_EVERY = 2
_SECOND = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VideoPrint:
    """What is kept of a video to find its seconds again; n samples, k of them with features."""

    aspect: float
    """Height of the display picture as a share of its width."""
    box: Box
    """The picture inside black bars."""
    length_s: float
    """From the first frame's time to the end of the last. [s]"""
    times_s: NDArray[np.float64]
    """When each sample is shown, after the first frame (n,). [s]"""
    thumbnails: NDArray[np.uint8]
    """Luma inside the box (n, 64, 64)."""
    bits: NDArray[np.uint64]
    """Fingerprint of each thumbnail (n, 4)."""
    structure: NDArray[np.float64]
    """Mean difference of neighbours in each thumbnail (n,). [luma, 0 to 255]"""
    keys: NDArray[np.int64]
    """Which samples have local features (k,), rising."""
    features: tuple[LocalFeatures, ...]
    """Features of those samples, in order."""
    mirrored: tuple[LocalFeatures, ...] = ()
    """Features of the mirror pictures, at their positions in these; empty for a video that is kept
    to be found."""
    insets: "tuple[tuple[Box, VideoPrint], ...]" = ()
    """Pictures that are set into this one: where, and the print of each; likewise empty."""


def print_video(path: Path, *, probe: Probe, asking: bool = False) -> VideoPrint:
    """Make the print of a video.

    Args:
        path: The file.
        probe: What `probe_media` gave for it.
        asking: Whether its seconds are sought elsewhere; then every sample gets features, and
            those of its mirror picture as well; and pictures that are set into it are printed too,
            each by another pass.

    Raises:
        UnreadableMediaError: Not a single frame can be decoded.
    """
    finder = InsetFinder() if asking else None
    made = _print(path, probe, _Taken(asking=asking, finder=finder))
    if finder is None:
        return made
    insets = [
        (inside, _print(path, probe, _Taken(asking=True, part=inside)))
        for inside in map(_within_border, finder.finish())
    ]
    return replace(made, insets=tuple(insets))


def _print(path: Path, probe: Probe, taken: "_Taken") -> VideoPrint:
    stream = probe.streams[probe.video]
    tick_s = float(stream.time_base or 1)
    first: int | None = None
    length = 0
    for sample in decode_luma_samples(path, probe=probe, spacing_s=SAMPLE_S):
        first = sample.pts if first is None else first
        length = sample.pts - first + sample.duration
        if sample.due:
            taken.take((sample.pts - first) * tick_s, sample.luma)
    return taken.finish(length * tick_s)


class _Taken:
    """Collects the samples of a video."""

    def __init__(
        self, *, asking: bool, finder: InsetFinder | None = None, part: Box | None = None
    ) -> None:
        self._asking, self._finder, self._part = asking, finder, part
        self._aspect = 1.0
        self._times: list[float] = []
        self._small: list[NDArray[np.uint8]] = []
        self._keys: list[int] = []
        self._features: list[LocalFeatures] = []
        self._mirrored: list[LocalFeatures] = []

    def take(self, at_s: float, luma: NDArray[np.uint8]) -> None:
        if self._finder is not None:
            self._finder.take(luma)
        if self._part is not None:
            luma = _enlarged(luma, self._part)
        rows, columns = luma.shape
        self._aspect = rows / columns
        size = (_SMALL_WIDTH, max(round(_SMALL_WIDTH * self._aspect), 1))
        self._small.append(np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA)))
        if self._asking or len(self._times) % _KEY_EVERY == 0:
            self._keys.append(len(self._times))
            most, widest = (_ASKED, _ASKED_WIDEST_PX) if self._asking else (_KEPT, _KEPT_WIDEST_PX)
            self._features.append(find_features(luma, most=most, widest_px=widest))
        if self._asking:
            flipped = find_features(
                np.ascontiguousarray(luma[:, ::-1]), most=_ASKED, widest_px=_ASKED_WIDEST_PX
            )
            self._mirrored.append(flipped)
        self._times.append(at_s)

    def finish(self, length_s: float) -> VideoPrint:
        small = np.array(list(_alike(self._small)))
        step = max(len(small) // _BOX_SAMPLES, 1)
        box = find_picture_box(small[::step])
        thumbnails = _thumbnails(small, box)
        bits, structure = fingerprint(thumbnails)
        times = np.array(self._times)
        apart = _SECOND if self._asking else _SECOND // _KEY_EVERY
        return VideoPrint(
            aspect=self._aspect,
            box=box,
            length_s=max(length_s, float(times[-1])),
            times_s=times,
            thumbnails=thumbnails,
            bits=bits,
            structure=structure,
            keys=np.array(self._keys, dtype=np.int64),
            features=without_standing(self._features, apart=apart),
            mirrored=without_standing(self._mirrored, apart=apart),
        )


def _within_border(box: Box) -> Box:
    """Leave out a line about an inset."""
    return Box(
        left=box.left + _INSET_EDGE,
        top=box.top + _INSET_EDGE,
        right=box.right - _INSET_EDGE,
        bottom=box.bottom - _INSET_EDGE,
    )


def _enlarged(luma: NDArray[np.uint8], part: Box) -> NDArray[np.uint8]:
    """Cut a part out of the picture, and bring it to a picture's usual width."""
    rows, columns = luma.shape
    cut = luma[
        round(part.top * rows) : max(round(part.bottom * rows), round(part.top * rows) + 1),
        round(part.left * columns) : max(
            round(part.right * columns), round(part.left * columns) + 1
        ),
    ]
    scale = max(_INSET_WIDTH_PX / cut.shape[1], 1.0)
    size = (round(cut.shape[1] * scale), max(round(cut.shape[0] * scale), 1))
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC))


def _alike(pictures: list[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
    """Bring pictures to the size of the first; streams may change theirs."""
    shape = pictures[0].shape
    for picture in pictures:
        yield picture if picture.shape == shape else cv2.resize(picture, shape[::-1])


def _thumbnails(small: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    rows, columns = small.shape[1:]
    top, bottom = round(box.top * rows), round(box.bottom * rows)
    left, right = round(box.left * columns), round(box.right * columns)
    cut = np.ascontiguousarray(small[:, top:bottom, left:right])
    made = [cv2.resize(one, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for one in cut]
    return np.array(made, dtype=np.uint8)


def save_print(made: VideoPrint, path: Path) -> None:
    """Write a print that is kept to be found (write to a temporary name; renaming is yours)."""
    counts = [len(one.points) for one in made.features]
    none = LocalFeatures(
        points=np.zeros((0, 2), np.float32), descriptors=np.zeros((0, 32), np.uint8)
    )
    points = np.concatenate([one.points for one in (none, *made.features)])
    descriptors = np.concatenate([one.descriptors for one in (none, *made.features)])
    box = made.box
    with path.open("wb") as file:
        np.savez(
            file,
            version=np.array(PRINT_VERSION),
            shape=np.array([made.aspect, made.length_s, box.left, box.top, box.right, box.bottom]),
            times_s=made.times_s,
            thumbnails=made.thumbnails,
            keys=made.keys,
            counts=np.array(counts, dtype=np.int64),
            points=np.round(points * 16.0).astype(np.int16),
            descriptors=descriptors.astype(np.uint8),
        )


def load_print(path: Path) -> VideoPrint:
    """Read a print that `save_print` wrote; positions are to a sixteenth of a pixel."""
    with np.load(path, allow_pickle=False) as kept:
        aspect, length_s, left, top, right, bottom = (float(value) for value in kept["shape"])
        ends = np.cumsum(kept["counts"])[:-1]
        points = np.split(kept["points"].astype(np.float32) / np.float32(16.0), ends)
        descriptors = np.split(kept["descriptors"], ends)
        thumbnails, keys, times_s = kept["thumbnails"], kept["keys"], kept["times_s"]
    bits, structure = fingerprint(thumbnails)
    return VideoPrint(
        aspect=aspect,
        box=Box(left=left, top=top, right=right, bottom=bottom),
        length_s=length_s,
        times_s=times_s,
        thumbnails=thumbnails,
        bits=bits,
        structure=structure,
        keys=keys,
        features=tuple(
            LocalFeatures(points=some, descriptors=words)
            for some, words in zip(points, descriptors, strict=True)
        )
        if len(keys)
        else (),
    )
