"""Writes small ONNX models byte by byte (protocol buffers), so that no tool for them is needed.

Field numbers are those of the ONNX format: ModelProto ir_version 1, opset_import 8, graph 7;
GraphProto node 1, name 2, initializer 5, input 11, output 12; NodeProto input 1, output 2,
op_type 4, attribute 5; AttributeProto name 1, i 3, ints 8, type 20; TensorProto dims 1,
data_type 2, name 8, raw_data 9.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7
ATTRIBUTE_INT, ATTRIBUTE_INTS = 2, 7
OPSET = 13
IR_VERSION = 8


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, content: str) -> bytes:
    return _bytes(field, content.encode())


def node(
    operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | list[int]
) -> bytes:
    parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    parts.append(_text(4, operator))
    for name, value in attributes.items():
        if isinstance(value, int):
            held = _number(3, value) + _number(20, ATTRIBUTE_INT)
        else:
            held = b"".join(_number(8, each) for each in value) + _number(20, ATTRIBUTE_INTS)
        parts.append(_bytes(5, _text(1, name) + held))
    return b"".join(parts)


def _tensor(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    kind = FLOAT if values.dtype == np.float32 else INT64
    dims = b"".join(_number(1, side) for side in values.shape)
    return dims + _number(2, kind) + _text(8, name) + _bytes(9, values.tobytes())


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(
        _bytes(1, _number(1, side) if isinstance(side, int) else _text(2, side)) for side in shape
    )
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, FLOAT) + _bytes(2, dims)))


def model(
    nodes: Sequence[bytes],
    *,
    inputs: dict[str, Sequence[int | str]],
    outputs: dict[str, Sequence[int | str]],
    constants: dict[str, NDArray[np.float32] | NDArray[np.int64]],
) -> bytes:
    """Return an ONNX file."""
    graph = b"".join(_bytes(1, each) for each in nodes) + _text(2, "tiny")
    graph += b"".join(_bytes(5, _tensor(name, values)) for name, values in constants.items())
    graph += b"".join(_bytes(11, _value(name, shape)) for name, shape in inputs.items())
    graph += b"".join(_bytes(12, _value(name, shape)) for name, shape in outputs.items())
    opset = _text(1, "") + _number(2, OPSET)
    return _number(1, IR_VERSION) + _bytes(7, graph) + _bytes(8, opset)


def _filters(count: int, side: int) -> NDArray[np.float32]:
    weights = np.random.default_rng(3).normal(size=(count, 1, side, side))
    weights -= weights.mean(axis=(2, 3), keepdims=True)
    return weights.astype(np.float32)


def dense_model(depth: int = 24, side: int = 15) -> bytes:
    """Random filters as descriptor, their sum of squares as heat; a cell is a pixel."""
    return model(
        [
            node("Conv", ["image", "filters"], ["descriptors"], pads=[side // 2] * 4),
            node("Mul", ["descriptors", "descriptors"], ["square"]),
            node("ReduceSum", ["square", "axis"], ["heat"], keepdims=1),
        ],
        inputs={"image": [1, 1, "height", "width"]},
        outputs={
            "heat": [1, 1, "height", "width"],
            "descriptors": [1, depth, "height", "width"],
        },
        constants={"filters": _filters(depth, side), "axis": np.array([1], dtype=np.int64)},
    )


def _cells(image: str, suffix: str, *, side: int) -> list[bytes]:
    """Describe cells of a picture by filters: vectors (depth, n) and their middles (n, 2)."""
    return [
        node("Conv", [image, "filters"], [f"map{suffix}"], strides=[side, side]),
        node("Shape", [f"map{suffix}"], [f"shape{suffix}"]),
        node("Gather", [f"shape{suffix}", "three"], [f"columns{suffix}"], axis=0),
        node("Reshape", [f"map{suffix}", "flat"], [f"raw{suffix}"]),
        node("ReduceL2", [f"raw{suffix}"], [f"length{suffix}"], axes=[0], keepdims=1),
        node("Add", [f"length{suffix}", "little"], [f"more{suffix}"]),
        node("Div", [f"raw{suffix}", f"more{suffix}"], [f"vectors{suffix}"]),
    ]


def _middles(index: str, columns: str, out: str) -> list[bytes]:
    """Return the middle of the cells of given numbers, row by row."""
    return [
        node("Div", [index, columns], [f"{out}_row"]),
        node("Mul", [f"{out}_row", columns], [f"{out}_before"]),
        node("Sub", [index, f"{out}_before"], [f"{out}_column"]),
        node("Reshape", [f"{out}_row", "upright"], [f"{out}_y"]),
        node("Reshape", [f"{out}_column", "upright"], [f"{out}_x"]),
        node("Concat", [f"{out}_x", f"{out}_y"], [f"{out}_cells"], axis=1),
        node("Cast", [f"{out}_cells"], [f"{out}_float"], to=FLOAT),
        node("Mul", [f"{out}_float", "side"], [f"{out}_corner"]),
        node("Add", [f"{out}_corner", "half"], [out]),
    ]


def pair_model(depth: int = 48, side: int = 8) -> bytes:
    """The most alike cell of the second picture for each of the first."""
    return model(
        [
            *_cells("image0", "0", side=side),
            *_cells("image1", "1", side=side),
            node("Transpose", ["vectors0"], ["upright0"], perm=[1, 0]),
            node("MatMul", ["upright0", "vectors1"], ["likeness"]),
            node("ArgMax", ["likeness"], ["best"], axis=1, keepdims=0),
            node("ReduceMax", ["likeness"], ["scores"], axes=[1], keepdims=0),
            node("Shape", ["best"], ["count"]),
            node("Reshape", ["count", "scalar"], ["count_scalar"]),
            node("Range", ["zero", "count_scalar", "one"], ["own"]),
            *_middles("own", "columns0", "points0"),
            *_middles("best", "columns1", "points1"),
        ],
        inputs={"image0": [1, 1, "h0", "w0"], "image1": [1, 1, "h1", "w1"]},
        outputs={"points0": ["n", 2], "points1": ["n", 2], "scores": ["n"]},
        constants={
            "filters": _filters(depth, side),
            "flat": np.array([depth, -1], dtype=np.int64),
            "little": np.array([1e-6], dtype=np.float32),
            "three": np.array([3], dtype=np.int64),
            "upright": np.array([-1, 1], dtype=np.int64),
            "scalar": np.zeros(0, dtype=np.int64),
            "zero": np.array(0, dtype=np.int64),
            "one": np.array(1, dtype=np.int64),
            "side": np.array([side], dtype=np.float32),
            "half": np.array([(side - 1) / 2], dtype=np.float32),
        },
    )


def points_model(depth: int = 48, side: int = 8) -> bytes:
    """The middles of all cells, with random filters as descriptors."""
    return model(
        [
            *_cells("image", "0", side=side),
            node("Transpose", ["vectors0"], ["descriptors"], perm=[1, 0]),
            node("Mul", ["descriptors", "descriptors"], ["square"]),
            node("ReduceSum", ["square", "one_axis"], ["scores"], keepdims=0),
            node("Shape", ["scores"], ["count"]),
            node("Reshape", ["count", "scalar"], ["count_scalar"]),
            node("Range", ["zero", "count_scalar", "one"], ["own"]),
            *_middles("own", "columns0", "keypoints"),
        ],
        inputs={"image": [1, 1, "h", "w"]},
        outputs={"keypoints": ["n", 2], "scores": ["n"], "descriptors": ["n", depth]},
        constants={
            "filters": _filters(depth, side),
            "flat": np.array([depth, -1], dtype=np.int64),
            "little": np.array([1e-6], dtype=np.float32),
            "three": np.array([3], dtype=np.int64),
            "upright": np.array([-1, 1], dtype=np.int64),
            "scalar": np.zeros(0, dtype=np.int64),
            "one_axis": np.array([1], dtype=np.int64),
            "zero": np.array(0, dtype=np.int64),
            "one": np.array(1, dtype=np.int64),
            "side": np.array([side], dtype=np.float32),
            "half": np.array([(side - 1) / 2], dtype=np.float32),
        },
    )
