"""The changes of the exam of reuse, done to pictures; frozen with `exam_reuse_mix.py`."""

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from exam_reuse_mix import Change, Clip, Query, clip_of, draw_frames, mark_synthetic
from numpy.typing import NDArray

__all__ = ["write_clip", "write_query"]

Pixels = NDArray[np.uint8]
_INSET = (640, 360)


def write_clip(clip: Clip, path: Path) -> None:
    """Render and encode a clip."""
    _write(path, draw_frames(clip), clip.rate, clip.crf)


def write_query(set_name: str, query: Query, source: Path, path: Path) -> None:
    """Cut a query out of its (encoded) source, change it and encode it again."""
    frames = _excerpt(source, query)
    backdrop = _backdrop(set_name, query) if Change.INSET in query.changes else ()
    changed = (
        _changed(frame, query, backdrop[number % len(backdrop)] if len(backdrop) else None)
        for number, frame in enumerate(frames)
    )
    _write(path, changed, query.rate, query.crf)


def _excerpt(source: Path, query: Query) -> Iterator[Pixels]:
    """Yield the frame on show at each moment of the query."""
    with av.open(str(source)) as container:
        kept = [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]
    for number in range(max(1, round(query.length_s * query.rate))):
        at_s = query.start_s + number / query.rate * query.speed
        yield kept[min(int(at_s * query.source.rate + 1e-6), len(kept) - 1)]


def _changed(picture: Pixels, query: Query, backdrop: Pixels | None) -> Pixels:
    """Do the changes in the order in which an editor would."""
    drawn = np.random.default_rng([query.seed, 51])
    values = {change: np.random.default_rng([query.seed, 52, n]) for n, change in enumerate(Change)}
    rows, columns = picture.shape[:2]
    if Change.CROP in query.changes:
        left, top, width, height = query.crop
        x, y = round(left * columns), round(top * rows)
        picture = picture[y : y + round(height * rows), x : x + round(width * columns)]
    for change, edit in (
        (Change.MIRROR, _mirrored),
        (Change.COLOUR, _recoloured),
        (Change.INVERTED, _inverted),
        (Change.LETTERBOX, _boxed),
        (Change.LOGO, _with_logo),
        (Change.CAPTION, _with_caption),
    ):
        if change in query.changes:
            picture = edit(np.ascontiguousarray(picture), values[change])
    if backdrop is not None:
        picture = _set_into(picture, backdrop, values[Change.INSET])
    picture = _even(picture, 240 if Change.LOW in query.changes else None)
    mark_synthetic(picture, at=int(drawn.integers(4)))
    return picture


def _mirrored(picture: Pixels, _: np.random.Generator) -> Pixels:
    return np.ascontiguousarray(picture[:, ::-1])


def _inverted(picture: Pixels, _: np.random.Generator) -> Pixels:
    return np.asarray(255 - picture, dtype=np.uint8)


def _recoloured(picture: Pixels, generator: np.random.Generator) -> Pixels:
    """Grey, sepia, green, or another contrast and gamma with other saturation."""
    kind = int(generator.integers(4))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if kind < 3:
        tint = [(1.0, 1.0, 1.0), (0.6, 0.85, 1.0), (0.35, 1.0, 0.45)][kind]
        return np.stack([np.round(grey * share) for share in tint], axis=-1).astype(np.uint8)
    gamma, gain = float(generator.uniform(0.6, 1.6)), float(generator.uniform(0.7, 1.3))
    table = np.clip(255 * gain * (np.arange(256) / 255) ** gamma, 0, 255).astype(np.uint8)
    graded = cv2.LUT(picture, table)
    return np.asarray(cv2.addWeighted(graded, 0.6, cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), 0.4, 0))


def _boxed(picture: Pixels, generator: np.random.Generator) -> Pixels:
    rows, columns = picture.shape[:2]
    bar = float(generator.uniform(0.06, 0.16))
    if generator.random() < 0.7:
        sides = (round(bar * rows),) * 2 + (0, 0)
    else:
        sides = (0, 0) + (round(bar * columns),) * 2
    return np.asarray(cv2.copyMakeBorder(picture, *sides, cv2.BORDER_CONSTANT, value=(0, 0, 0)))


def _with_logo(picture: Pixels, generator: np.random.Generator) -> Pixels:
    rows, columns = picture.shape[:2]
    side = round(float(generator.uniform(0.1, 0.2)) * columns)
    x = 8 if generator.random() < 0.5 else columns - side - 8
    y = 8 if generator.random() < 0.5 else rows - side // 2 - 8
    colour = [int(value) for value in generator.integers(0, 256, 3)]
    cv2.rectangle(picture, (x, y), (x + side, y + side // 2), colour, -1)
    text = str(generator.choice(["NEWS 9", "LIVE", "WIRE", "TV ONE"]))
    paper = [255 - value for value in colour]
    cv2.putText(
        picture, text, (x + 3, y + side // 3), cv2.FONT_HERSHEY_DUPLEX, side / 130, paper, 1
    )
    return picture


def _with_caption(picture: Pixels, generator: np.random.Generator) -> Pixels:
    rows, columns = picture.shape[:2]
    high = round(float(generator.uniform(0.1, 0.2)) * rows)
    y = rows - high - 6 if generator.random() < 0.8 else 6
    colour = [int(value) for value in generator.integers(0, 120, 3)]
    cv2.rectangle(picture, (0, y), (columns, y + high), colour, -1)
    text = str(
        generator.choice(["STRIKE ON DEPOT", "FOOTAGE RELEASED TODAY", "UNCONFIRMED REPORTS"])
    )
    place = (10, y + round(0.7 * high))
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_DUPLEX, high / 40, (255, 255, 255), 1)
    return picture


def _backdrop(set_name: str, query: Query) -> Sequence[Pixels]:
    """Return 40 moving frames of a clip that is in no archive, over a ground of its own."""
    clip = clip_of(set_name, 5_000_000 + 8 * query.index)
    elsewhere = [frame for _, frame in zip(range(40), draw_frames(clip), strict=False)]
    return [cv2.resize(frame, _INSET) for frame in elsewhere + elsewhere[::-1]]


def _set_into(picture: Pixels, backdrop: Pixels, generator: np.random.Generator) -> Pixels:
    rows, columns = picture.shape[:2]
    width = round(float(generator.uniform(0.4, 0.65)) * _INSET[0])
    height = min(round(width * rows / columns), _INSET[1] - 10)
    x = round(float(generator.uniform(0.0, 1.0)) * (_INSET[0] - width))
    y = round(float(generator.uniform(0.0, 1.0)) * (_INSET[1] - height))
    made = backdrop.copy()
    made[y : y + height, x : x + width] = cv2.resize(
        picture, (width, height), interpolation=cv2.INTER_AREA
    )
    cv2.rectangle(made, (x, y), (x + width - 1, y + height - 1), (255, 255, 255), 1)
    return made


def _even(picture: Pixels, most_rows: int | None) -> Pixels:
    """Bring to even sides, and to at most so many rows."""
    rows, columns = picture.shape[:2]
    scale = 1.0 if most_rows is None else min(1.0, most_rows / rows)
    size = (2 * math.floor(columns * scale / 2), 2 * math.floor(rows * scale / 2))
    return np.ascontiguousarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _write(path: Path, pictures: Iterator[Pixels], rate: float, crf: int) -> None:
    part = path.with_suffix(".part")
    first = next(pictures)
    with av.open(str(part), "w", format="mp4") as container:
        container.metadata["comment"] = "SYNTHETIC"
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(100))
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": str(crf), "threads": "1", "g": "50"}
        stream.codec_context.thread_count = 1
        _encode(container, stream, first)
        for picture in pictures:
            _encode(container, stream, picture)
        container.mux(stream.encode(None))
    part.replace(path)


def _encode(
    container: "av.container.OutputContainer", stream: "av.VideoStream", picture: Pixels
) -> None:
    planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
    container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
