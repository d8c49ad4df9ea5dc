"""How coarsely a frame was coded: its mean quantiser, as the decoder tells it beside the picture.

The decoder writes what it used anyway; nothing is decoded for it once more. H.264, MPEG-1, MPEG-2,
MPEG-4 part 2 and H.263 tell it block by block; other codecs are not asked. FFmpeg tells that of
MPEG-1, MPEG-4 and H.263 on the scale of MPEG-2, which is twice their own. Where several threads
decode, it tells some frames while another thread still decodes them, and so other numbers each
time: one thread does it here.

References:
    FFmpeg, libavutil/video_enc_params.h, for the layout of what the decoder tells.
"""

import struct
from typing import Final

import numpy as np
from av import VideoFrame
from av.sidedata.sidedata import Type
from numpy.typing import NDArray

__all__ = ["TELLING_CODECS", "TELLING_QUANTISERS", "mean_quantiser"]

TELLING_QUANTISERS: Final = {"export_side_data": "venc_params"}
"""The decoder's option for it."""
TELLING_CODECS: Final = frozenset(
    {"h264", "mpeg1video", "mpeg2video", "mpeg4", "h263", "h263p", "flv1"}
)
"""FFmpeg's names of the codecs that are asked."""

_HEADER = struct.Struct("<I4xQQ4xi32x")
"""Blocks, where they begin, their size, the frame's own quantiser."""
_DELTA_OFFSET = 16
_BLOCK_BYTES = 20
_SCALES = (-100.0, 300.0)
"""Wider than every codec's scale."""


def mean_quantiser(frame: VideoFrame) -> float | None:
    """Return the mean quantiser of a frame's blocks on its codec's own scale; None: not told.

    Blocks that are skipped count with the quantiser that stands in force there.
    """
    told = frame.side_data.get(Type.VIDEO_ENC_PARAMS)
    mean = None if told is None else _mean(np.frombuffer(told, dtype=np.uint8))
    return mean if mean is not None and _SCALES[0] <= mean <= _SCALES[1] else None


def _mean(told: NDArray[np.uint8]) -> float | None:
    """Read what lies in the decoder's memory; None where its bounds do not fit together."""
    if len(told) < _HEADER.size:
        return None
    blocks, first, size, base = _HEADER.unpack(told[: _HEADER.size].tobytes())
    if blocks == 0:
        return float(base)
    if size < _BLOCK_BYTES or first + blocks * size > len(told):
        return None
    block = told[first : first + blocks * size].reshape(blocks, size)
    deltas = block[:, _DELTA_OFFSET:_BLOCK_BYTES].view("<i4")
    return float(base) + float(deltas.mean())
