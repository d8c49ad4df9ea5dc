"""Making the files of the questions about footage coded once and twice; frozen with the mix."""

import io
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from double_compression_mix import Encoder, Question, Variant
from exam_edits_making import _decode, _scaled, _spread, _to_planes
from numpy.typing import NDArray

from purport.simulate import render_frames

__all__ = ["code", "film"]

_TICKS = 90_000
_MOST_FRAMES = 200
_WIDTH_PX = 320
_SHARED = Path(__file__).resolve().parents[1].parent / "shared" / "data"

Planes = NDArray[np.uint8]
"""Y, U, V of 4:2:0 stacked (3/2 rows, columns)."""


def film(question: Question, shared: Path = _SHARED) -> tuple[list[tuple[int, Planes]], Fraction]:
    """Return the pictures before any coding, with their times, and the rate."""
    if question.script is None:
        return _read(shared / str(question.real), question.start)
    pictures = [(pts, _to_planes(picture)) for pts, picture in render_frames(question.script)]
    if question.recorder_rate is not None:
        return _spread(pictures, question.recorder_rate), question.recorder_rate
    return pictures, question.script.rate


def _read(path: Path, start: float) -> tuple[list[tuple[int, Planes]], Fraction]:
    """Read 200 frames of a real clip and bring them to a width of 320."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate = stream.average_rate or Fraction(25)
        spare = max(stream.frames - _MOST_FRAMES, 0)
        first = round(start * spare)
        pictures: list[Planes] = []
        for number, frame in enumerate(container.decode(stream)):
            if number < first:
                continue
            height = round(frame.height * _WIDTH_PX / frame.width / 4) * 4
            small = frame.reformat(
                width=_WIDTH_PX, height=height, format="yuv420p", interpolation="AREA"
            )
            pictures.append(small.to_ndarray())
            if len(pictures) == _MOST_FRAMES:
                break
    step = Fraction(_TICKS) / rate
    return [(round(number * step), planes) for number, planes in enumerate(pictures)], rate


def code(
    pictures: list[tuple[int, Planes]], rate: Fraction, variant: Variant, out: Path
) -> int | None:
    """Write a file; return the frame before which frames were taken out, None without."""
    at = None
    if variant.first is not None:
        file = io.BytesIO()
        _encode(file, pictures, variant.first, rate)
        file.seek(0)
        pictures = _decode(file)
        if variant.scale != 1.0:
            pictures = [(pts, _scaled(planes, variant.scale)) for pts, planes in pictures]
        if variant.taken_out is not None:
            place, count = variant.taken_out
            at = round(place * (len(pictures) - count))
            gap = pictures[at + count][0] - pictures[at][0]
            after = [(pts - gap, planes) for pts, planes in pictures[at + count :]]
            pictures = [*pictures[:at], *after]
    _encode(out, pictures, variant.last, rate)
    return at


def _encode(
    out: Path | io.BytesIO,
    pictures: Iterable[tuple[int, Planes]],
    encoder: Encoder,
    rate: Fraction,
) -> None:
    listed = list(pictures)
    rows, columns = listed[0][1].shape[0] * 2 // 3, listed[0][1].shape[1]
    with av.open(out if isinstance(out, io.BytesIO) else str(out), "w", format="mp4") as container:
        stream = container.add_stream(encoder.codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
        coder = stream.codec_context
        coder.thread_count = 1
        coder.gop_size, coder.max_b_frames = encoder.key_frames, encoder.b_frames
        if encoder.codec == "mpeg4":  # knows no finer clock than 65,535 ticks a second
            ticks = rate.numerator if rate.numerator < 1 << 16 else 30_000
        else:
            ticks = _TICKS
        stream.time_base = coder.time_base = Fraction(1, ticks)
        if encoder.codec == "mpeg4":
            coder.qmin = coder.qmax = encoder.quality
        elif encoder.bit_rate is not None:
            coder.bit_rate = encoder.bit_rate
        if encoder.codec == "libx264":
            options = {"preset": encoder.preset, "threads": "1"}
            if encoder.bit_rate is None:
                options["crf"] = str(encoder.quality)
            if encoder.refresh:
                options["intra-refresh"] = "1"
            stream.options = options
        last = -1
        for pts, planes in listed:
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            last = max(round(pts * ticks / _TICKS), last + 1)
            frame.pts, frame.time_base = last, Fraction(1, ticks)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


cv2.setNumThreads(1)
