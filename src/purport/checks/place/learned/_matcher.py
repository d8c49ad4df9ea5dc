"""Loading and running a learned matcher: an ONNX model, run by OpenCV on the processor.

Pictures go in as luma from 0 to 1, float32 (1, 1, height, width), both sides multiples of 32 and
of any such size. Three kinds of model are known by the names of their inputs and outputs:

- *pair*: `image0`, `image1` → `points0` (n, 2), `points1` (n, 2), `scores` (n,): row by row the
  matching pixels of both pictures.
- *points*: `image` → `keypoints` (n, 2), `scores` (n,), `descriptors` (n, d).
- *dense*: `image` → `heat` (1, 1, h, w), `descriptors` (1, d, h, w), each cell k × k pixels.

Points are (x, y) with the centre of the first pixel at (0, 0); a leading axis of length 1 may stand
before any of them. Points and descriptors are matched by mutual nearest neighbours.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from purport.core.errors import InputError

__all__ = ["LearnedMatcher", "ModelKind", "Pairs", "load_matcher"]

FloatArray = NDArray[np.float64]
Single = NDArray[np.float32]

_MULTIPLE_PX = 32
_PROBE_SIZES = ((96, 64), (64, 128))
_MOST_POINTS = 2000
_LEAST_HEAT_SHARE = 0.05
"""Of the highest, from which on a cell may be a point."""
_PEAK_CELLS = 3
"""Cells round a point in which it must be the highest."""
_REMEDY = (
    "Give an ONNX model with the inputs and outputs that docs/checks/place.md describes; names can "
    "be changed where it is exported."
)


class ModelKind(StrEnum):
    """What a model does."""

    PAIR = "pair"
    POINTS = "points"
    DENSE = "dense"


_INPUTS = {
    ModelKind.PAIR: ("image0", "image1"),
    ModelKind.POINTS: ("image",),
    ModelKind.DENSE: ("image",),
}
_OUTPUTS = {
    ModelKind.PAIR: ("points0", "points1", "scores"),
    ModelKind.POINTS: ("keypoints", "scores", "descriptors"),
    ModelKind.DENSE: ("heat", "descriptors"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Matching pixels of two pictures; n of them."""

    first: FloatArray
    """In the first picture (n, 2). [px]"""
    second: FloatArray
    """In the second (n, 2). [px]"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """What a model found in one picture; n points."""

    points: FloatArray
    """Pixel of each (n, 2)."""
    descriptors: Single
    """Unit vectors (n, d)."""


class LearnedMatcher:
    """A model that was loaded; not to be shared between threads.

    Args:
        net: The network.
        kind: What it does.
        name: Its name, for messages.
    """

    def __init__(self, net: cv2.dnn.Net, *, kind: ModelKind, name: str) -> None:
        self._net = net
        self.kind = kind
        self.name = name

    def match(self, first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Pairs:
        """Match two pictures (height, width), each of its own size.

        Raises:
            InputError: The model does not give what its kind says.
        """
        if self.kind is ModelKind.PAIR:
            return self._match_pair(first, second)
        here, there = self._find(first), self._find(second)
        one, other = _mutual(here.descriptors, there.descriptors)
        return Pairs(first=here.points[one], second=there.points[other])

    def _match_pair(self, first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Pairs:
        here, there, scores = self._run(first, second)
        points = (_rows(here, self.name, "points0"), _rows(there, self.name, "points1"))
        if not len(points[0]) == len(points[1]) == scores.size:
            raise _unusable(
                self.name,
                f"it gives {len(points[0])} points0, {len(points[1])} points1 and {scores.size} "
                "scores, which must be as many",
            )
        if points[0].shape[1:] != (2,) or points[1].shape[1:] != (2,):
            raise _unusable(self.name, "points0 and points1 must have two columns, x and y")
        kept = _inside(points[0], first.shape) & _inside(points[1], second.shape)
        order = np.argsort(-scores.ravel(), kind="stable")
        order = order[kept[order]][:_MOST_POINTS]
        return Pairs(first=points[0][order], second=points[1][order])

    def _find(self, picture: NDArray[np.uint8]) -> _Points:
        """Find points in one picture, the strongest first."""
        if self.kind is ModelKind.DENSE:
            points, scores, descriptors = self._read_cells(picture)
        else:
            listed, rank, vectors = self._run(picture)
            points = _rows(listed, self.name, "keypoints")
            scores = rank.ravel().astype(np.float64)
            descriptors = _rows(vectors, self.name, "descriptors")
            if not len(points) == len(scores) == len(descriptors):
                raise _unusable(
                    self.name,
                    f"it gives {len(points)} keypoints, {len(scores)} scores and "
                    f"{len(descriptors)} descriptors, which must be as many",
                )
            if points.shape[1:] != (2,):
                raise _unusable(self.name, "keypoints must have two columns, x and y")
        order = np.argsort(-scores, kind="stable")
        order = order[_inside(points, picture.shape)[order]][:_MOST_POINTS]
        return _Points(points=points[order], descriptors=_unit(descriptors[order]))

    def _read_cells(self, picture: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return points, scores and descriptors of the cells that stand out."""
        heat, maps = self._run(picture)
        rows, columns = heat.shape[-2:]
        size = _padded(picture).shape[-2:]
        if heat.size != rows * columns or maps.ndim != 4 or maps.shape[-2:] != (rows, columns):  # noqa: PLR2004 - batch, depth, rows, columns
            raise _unusable(
                self.name,
                f"heat {heat.shape} and descriptors {maps.shape} must be (1, 1, h, w) and "
                "(1, d, h, w)",
            )
        if size[0] % rows or size[1] % columns or size[0] // rows != size[1] // columns:
            raise _unusable(
                self.name, f"{rows} × {columns} cells do not divide {size[0]} × {size[1]} pixels"
            )
        level = np.ascontiguousarray(heat.reshape(rows, columns), dtype=np.float32)
        highest = cv2.dilate(level, np.ones((_PEAK_CELLS, _PEAK_CELLS), dtype=np.uint8))
        row, column = np.nonzero((level >= highest) & (level > _LEAST_HEAT_SHARE * level.max()))
        step = size[0] // rows
        points = np.column_stack([column, row]) * float(step) + (step - 1) / 2.0
        return points, level[row, column].astype(np.float64), _float(maps[0][:, row, column].T)

    def _run(self, *pictures: NDArray[np.uint8]) -> tuple[Single, ...]:
        """Run the model.

        Raises:
            InputError: It cannot be run.
        """
        try:
            for name, picture in zip(_INPUTS[self.kind], pictures, strict=True):
                self._net.setInput(_padded(picture), name)
            return tuple(self._net.forward(list(_OUTPUTS[self.kind])))
        except cv2.error as fault:
            raise _unusable(self.name, f"it cannot be run ({_cause(fault)})") from fault


def load_matcher(path: Path, *, name: str | None = None) -> LearnedMatcher:
    """Load a model, find out its kind, and try it on two small pictures.

    Args:
        path: An ONNX file.
        name: What to call it in messages; the file's own name when None.

    Raises:
        InputError: There is no such file, it is no ONNX model, or its inputs and outputs are not
            those of a known kind.
    """
    named = path.name if name is None else name
    if not path.is_file():
        raise InputError(named, "there is no such file", remedy="Give the path of an ONNX model.")
    try:
        net = cv2.dnn.readNetFromONNX(str(path), cv2.dnn.ENGINE_NEW)
    except cv2.error as fault:
        raise _unusable(named, f"it cannot be read as ONNX ({_cause(fault)})") from fault
    matcher = LearnedMatcher(net, kind=_kind_of(net, named), name=named)
    generator = np.random.default_rng(0)
    probes = [generator.integers(0, 256, size, dtype=np.uint8) for size in _PROBE_SIZES]
    matcher.match(probes[0], probes[1])
    return matcher


def _kind_of(net: cv2.dnn.Net, name: str) -> ModelKind:
    """Tell the kind of a model by its outputs."""
    outputs = tuple(net.getUnconnectedOutLayersNames())
    for kind, needed in _OUTPUTS.items():
        if set(needed) <= set(outputs):
            return kind
    known = "; ".join(", ".join(needed) for needed in _OUTPUTS.values())
    raise _unusable(name, f"its outputs are {', '.join(outputs)}, not one of these: {known}")


def _padded(picture: NDArray[np.uint8]) -> Single:
    """Return a picture as a model takes it, filled up with 0 at the right and the bottom."""
    height, width = picture.shape
    below, beyond = -height % _MULTIPLE_PX, -width % _MULTIPLE_PX
    filled = np.pad(picture, ((0, below), (0, beyond))).astype(np.float32) / np.float32(255.0)
    return np.asarray(filled[None, None], dtype=np.float32)


def _rows(values: Single, name: str, output: str) -> FloatArray:
    """Return an output as rows, without a leading axis of length 1."""
    rows = values[0] if values.ndim == 3 and len(values) == 1 else values  # noqa: PLR2004 - batch, rows, columns
    if rows.ndim != 2:  # noqa: PLR2004 - rows, columns
        raise _unusable(name, f"{output} has the shape {values.shape}, not rows and columns")
    return _float(rows)


def _float(values: Single) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _inside(points: FloatArray, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell which points lie in a picture and not in what it was filled up with."""
    # Pixels reach half a pixel beyond their centres.
    from_edge = points + 0.5
    limit = np.array([shape[1], shape[0]])
    return np.asarray(((from_edge >= 0.0) & (from_edge <= limit)).all(axis=1), dtype=np.bool_)


def _unit(descriptors: FloatArray) -> Single:
    length = np.linalg.norm(descriptors, axis=1, keepdims=True)
    unit = np.divide(descriptors, length, out=np.zeros_like(descriptors), where=length > 0.0)
    return np.asarray(unit, dtype=np.float32)


def _mutual(first: Single, second: Single) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of descriptors of which each is the most alike of the other's side."""
    if len(first) == 0 or len(second) == 0:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    cosine = first @ second.T
    there = cosine.argmax(axis=1)
    back = cosine.argmax(axis=0)
    here = np.flatnonzero(back[there] == np.arange(len(first)))
    return here, there[here]


def _unusable(name: str, fault: str) -> InputError:
    return InputError(name, fault, remedy=_REMEDY)


def _cause(fault: cv2.error) -> str:
    """Return the reason that OpenCV gives, without its places in the source."""
    text = " ".join(str(fault).split())
    return text.split(") ", 2)[-1][:160]
