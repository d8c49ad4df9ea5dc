"""Making a clip of the exam of edits: filming, compressing, editing, compressing again.

Frozen with the mix. A clip on the cutting table is a list of entries, one a frame. An edit changes
the list and notes the entries at which it begins and ends; frame indices are read off at the end,
so that what is put in elsewhere does not matter.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
from exam_edits_mix import Coding, EditPlan, Question
from exam_edits_sound import RATE_HZ, loop_sound, make_sound, mute_sound, replace_sound
from numpy.typing import NDArray

from purport.simulate import Script, render_frames
from purport.simulate import _overlays as overlays

__all__ = ["TruthEdit", "make_clip"]

_TICKS = 90_000
_LIMITED = np.asarray(np.round(16.0 + np.arange(256) * 219.0 / 255.0), dtype=np.uint8)
_AWAY_S = 0.8
"""Least time from an edit to either end of the footage. [s]"""

Planes = NDArray[np.uint8]
"""Y, U, V of 4:2:0 stacked (3/2 rows, columns)."""


@dataclass(eq=False, slots=True)
class Entry:
    """A frame on the cutting table."""

    planes: Planes
    ticks: int
    """How long it is shown."""
    source: int
    """0: the footage; 1: other footage."""
    at: int
    """When it was filmed. [ticks]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthEdit:
    """An edit that was made; or, `required` being false, a consequence that may be found too."""

    kind: str
    first: int | None
    last: int | None
    start_s: float
    end_s: float
    required: bool = True
    how: str = ""
    box: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom of an overlay, as shares of the picture."""


@dataclass(eq=False, slots=True)
class _Noted:
    kind: str
    first: Entry
    last: Entry
    required: bool = True
    how: str = ""
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Room:
    """Where an edit may lie."""

    first: int
    stop: int
    place: float
    """Where in it, 0 to 1."""
    at_end: bool
    """Whether no other edit follows."""


@dataclass(eq=False, slots=True)
class _Table:
    """The cutting table."""

    entries: list[Entry]
    other: Callable[[int], list[Entry]]
    """Gives so many frames of the other footage."""
    rate: Fraction
    shift_px: Callable[[int, int], float]
    """How far the ground moves between two times of filming. [ticks] -> [px]"""
    jitter_px: float
    noted: list[_Noted] = field(default_factory=list)

    def note(
        self, kind: str, first: Entry, last: Entry, *, how: str = "", required: bool = True
    ) -> None:
        self.noted.append(_Noted(kind, first, last, required=required, how=how))


def make_clip(question: Question, out: Path) -> list[TruthEdit]:
    """Write the clip of a question and return what was done to it."""
    filmed = _film(question.script, question)
    table = _Table(
        entries=filmed,
        other=lambda count: _film_other(question, count),
        rate=question.script.rate,
        shift_px=_shifts(question.script),
        jitter_px=question.script.cameras[0].jitter_px,
    )
    _edit_pictures(table, [plan for plan in question.edits if plan.kind in _EDITS])
    for plan in question.edits:
        if plan.kind == "overlay":
            _add_overlay(table, plan)
    starts = np.concatenate([[0], np.cumsum([entry.ticks for entry in table.entries])])
    length_s = float(starts[-1]) / _TICKS
    sound, heard = _sound(question, table, length_s)
    coding = question.publisher or question.camera
    _encode(
        out,
        [(int(start), one.planes) for start, one in zip(starts, table.entries, strict=False)],
        coding=coding,
        rate=question.recorder_rate or question.script.rate,
        sound=sound,
    )
    return [*_seen_truth(table, starts), *heard]


# ----------------------------------------------------------------------------------- filming


def _film(script: Script, question: Question) -> list[Entry]:
    """Render and, if a publisher compresses again, compress as the camera does."""
    pictures = [(pts, _to_planes(picture)) for pts, picture in render_frames(script)]
    if question.recorder_rate is not None:
        pictures = _spread(pictures, question.recorder_rate)
    if question.publisher is not None:
        file = io.BytesIO()
        rate = question.recorder_rate or script.rate
        _encode(file, pictures, coding=question.camera, rate=rate, sound=None)
        file.seek(0)
        pictures = _decode(file)
        if question.publisher.scale != 1.0:
            pictures = [(pts, _scaled(one, question.publisher.scale)) for pts, one in pictures]
    step = round(_TICKS / (question.recorder_rate or script.rate))
    ends = [pts for pts, _ in pictures[1:]] + [pictures[-1][0] + step]
    return [
        Entry(planes, end - pts, 0, pts) for (pts, planes), end in zip(pictures, ends, strict=True)
    ]


def _film_other(question: Question, count: int) -> list[Entry]:
    if question.other is None:
        message = f"question {question.index} has no other footage"
        raise ValueError(message)
    script, entries = question.other, []
    step = round(_TICKS / script.rate)
    pictures: list[tuple[int, Planes]] = []
    for pts, picture in render_frames(script):
        pictures.append((pts, _to_planes(picture)))
        if len(pictures) == count:
            break
    if question.publisher is not None:
        file = io.BytesIO()
        _encode(file, pictures, coding=question.camera, rate=script.rate, sound=None)
        file.seek(0)
        pictures = _decode(file)
        if question.publisher.scale != 1.0:
            pictures = [(pts, _scaled(one, question.publisher.scale)) for pts, one in pictures]
    entries.extend(Entry(planes, step, 1, pts) for pts, planes in pictures)
    return entries


def _spread(pictures: Sequence[tuple[int, Planes]], rate: Fraction) -> list[tuple[int, Planes]]:
    """Write the newest picture at every tick of a faster clock."""
    times = [pts for pts, _ in pictures]
    count = int(times[-1] * rate / _TICKS)
    made = []
    for number in range(count):
        at = round(number * _TICKS / rate)
        newest = max(int(np.searchsorted(times, at, side="right")) - 1, 0)
        made.append((at, pictures[newest][1]))
    return made


def _shifts(script: Script) -> Callable[[int, int], float]:
    """Return how far the ground in the middle moves between two times. [px]"""
    camera, size = script.cameras[0], (script.width_px, script.height_px)

    def shift(one: int, other: int) -> float:
        poses = [
            camera.pose(at / _TICKS, size_px=size, shake=np.zeros(3), origin=np.zeros(2))
            for at in (one, other)
        ]
        x, y, w = poses[0].to_map() @ np.array([size[0] / 2, size[1] / 2, 1.0])
        moved = poses[1].project((float(x / w), float(y / w)))
        return float(np.hypot(moved[0] - size[0] / 2, moved[1] - size[1] / 2))

    return shift


def _to_planes(picture: NDArray[np.uint8]) -> Planes:
    if picture.shape[2] == 3:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), dtype=np.uint8)
    rows, columns = picture.shape[:2]
    planes = np.full((rows * 3 // 2, columns), 128, dtype=np.uint8)
    planes[:rows] = cv2.LUT(picture[..., 0], _LIMITED)
    return planes


def _split(planes: Planes) -> tuple[Planes, Planes, Planes]:
    """Return views of Y, U, V; rows a multiple of four are needed for U and V as pictures."""
    rows, columns = planes.shape[0] * 2 // 3, planes.shape[1]
    chroma = planes[rows:].reshape(-1)
    quarter = rows * columns // 4
    shape = (rows // 2, columns // 2)
    return planes[:rows], chroma[:quarter].reshape(shape), chroma[quarter:].reshape(shape)


def _join(luma: Planes, blue: Planes, red: Planes) -> Planes:
    rows, columns = luma.shape
    planes = np.empty((rows * 3 // 2, columns), dtype=np.uint8)
    planes[:rows] = luma
    planes[rows:] = np.concatenate([blue.reshape(-1), red.reshape(-1)]).reshape(-1, columns)
    return planes


def _scaled(planes: Planes, scale: float) -> Planes:
    rows, columns = planes.shape[0] * 2 // 3, planes.shape[1]
    size = (round(columns * scale / 4) * 4, round(rows * scale / 4) * 4)
    luma, blue, red = _split(planes)
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    half = (size[0] // 2, size[1] // 2)
    return _join(
        *(
            np.asarray(cv2.resize(one, to, interpolation=how), dtype=np.uint8)
            for one, to in ((luma, size), (blue, half), (red, half))
        )
    )


# ----------------------------------------------------------------------------------- files


def _encode(
    out: Path | io.BytesIO,
    pictures: Iterable[tuple[int, Planes]],
    *,
    coding: Coding,
    rate: Fraction,
    sound: NDArray[np.float32] | None,
) -> None:
    with av.open(out if isinstance(out, io.BytesIO) else str(out), "w", format="mp4") as container:
        container.metadata["comment"] = overlays.BAND_TEXT
        listed = list(pictures)
        rows, columns = listed[0][1].shape[0] * 2 // 3, listed[0][1].shape[1]
        stream = container.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, _TICKS)
        stream.codec_context.thread_count = 1
        stream.options = {
            "crf": str(coding.crf),
            "preset": "veryfast",
            "g": str(coding.gop),
            "threads": "1",
        }
        track = None
        if sound is not None:
            track = container.add_stream("aac", rate=RATE_HZ)
            track.layout = "mono"
        for pts, planes in listed:
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = pts, Fraction(1, _TICKS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None and track is not None:
            for start in range(0, len(sound), 1024):
                block = av.AudioFrame.from_ndarray(
                    sound[None, start : start + 1024], format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = RATE_HZ, start
                block.time_base = Fraction(1, RATE_HZ)
                container.mux(track.encode(block))
            container.mux(track.encode(None))


def _decode(file: io.BytesIO) -> list[tuple[int, Planes]]:
    with av.open(file) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        first, made = None, []
        for frame in container.decode(stream):
            ticks = round(frame.pts * frame.time_base * _TICKS)
            first = ticks if first is None else first
            made.append((ticks - first, frame.to_ndarray(format="yuv420p")))
    return made


# ----------------------------------------------------------------------------------- pictures


def _edit_pictures(table: _Table, plans: Sequence[EditPlan]) -> None:
    """Make the edits that change time, each in a part of the footage of its own, last first."""
    away = round(_AWAY_S * table.rate)
    whole = len(table.entries) - 2 * away
    for number in reversed(range(len(plans))):
        gap = away // 2 if len(plans) > 1 else 0
        first = away + number * whole // len(plans) + (gap if number else 0)
        stop = away + (number + 1) * whole // len(plans) - (gap if number + 1 < len(plans) else 0)
        plan = plans[number]
        generator = np.random.default_rng([plan.seed, 7401])
        room = _Room(first, stop, plan.place, number + 1 == len(plans))
        _EDITS[plan.kind](table, room, generator)


def _stretch(table: _Table, room: _Room, length_s: float) -> tuple[int, int]:
    """Return a stretch of a length within a part: first entry, and the one after its last."""
    frames = max(round(length_s * table.rate), 1)
    frames = min(frames, room.stop - room.first)
    first = room.first + round(room.place * (room.stop - room.first - frames))
    return first, first + frames


def _copy(entry: Entry) -> Entry:
    return Entry(entry.planes, entry.ticks, entry.source, entry.at)


def _cut(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    put_in = not room.at_end or generator.random() < 0.5
    if put_in:
        first, stop = _stretch(table, room, float(generator.uniform(1.2, 2.0)))
    else:
        first, stop = _stretch(table, room, 0.5)
        stop = min(len(entries), first + round(3.0 * table.rate))
        del entries[stop:]
    shown = table.other(stop - first)
    after = entries[stop:]
    entries[first:] = [*shown, *after]
    table.note("cut", shown[0], shown[0], how="put in" if put_in else "on")
    if after:
        table.note("cut", after[0], after[0], how="back")


def _freeze(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    length_s = float(generator.uniform(0.22, 1.5))
    noisy, inserted = generator.random() < 0.5, generator.random() < 0.5
    sd = float(generator.uniform(1.0, 3.0))
    first, stop = _stretch(table, room, length_s)
    held = entries[first]
    count = stop - first
    shown = [held]
    for number in range(1, count + 1):
        entry = _copy(held)
        if noisy:
            entry.planes = _with_noise(held.planes, sd, generator)
        entry.ticks = entries[min(first + number, len(entries) - 1)].ticks
        shown.append(entry)
    if inserted:
        entries[first : first + 1] = shown
    else:
        entries[first : first + len(shown)] = shown
    table.note("freeze", held, shown[-1], how="noise" if noisy else "exact")
    after = first + len(shown)
    if after < len(entries) and not inserted:
        table.note("drop", entries[after], entries[after], required=False)


def _with_noise(planes: Planes, sd: float, generator: np.random.Generator) -> Planes:
    rows = planes.shape[0] * 2 // 3
    band = overlays.band_height_px(rows)
    noisy = planes.copy()
    noise = generator.normal(0.0, sd, (rows - band, planes.shape[1]))
    noisy[band:rows] = np.clip(np.rint(planes[band:rows] + noise), 0, 255).astype(np.uint8)
    return noisy


def _repeat(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    first, stop = _stretch(table, room, float(generator.uniform(1.02, 2.2)))
    later = (
        0 if generator.random() < 0.5 else round(float(generator.uniform(0.3, 1.0)) * table.rate)
    )
    at = min(stop + later, len(entries))
    shown = [_copy(entry) for entry in entries[first:stop]]
    entries[at:at] = shown
    table.note("repeat", shown[0], shown[-1], how="at once" if later == 0 else "later")
    table.note("drop", shown[0], shown[0], required=False)
    if at + len(shown) < len(entries):
        end = entries[at + len(shown)]
        table.note("drop", end, end, required=False)


def _loop(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    first, stop = _stretch(table, room, float(generator.uniform(0.4, 0.9)))
    times = int(generator.integers(3, 6))
    shown = [_copy(entry) for _ in range(times - 1) for entry in entries[first:stop]]
    entries[stop:stop] = shown
    table.note("loop", shown[0], shown[-1])
    table.note("repeat", shown[0], shown[-1], required=False)
    for number in range(times):
        at = stop + number * (stop - first)
        if at < len(entries):
            table.note("drop", entries[at], entries[at], required=False)


def _reverse(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    first, stop = _stretch(table, room, float(generator.uniform(0.8, 2.0)))
    again = generator.random() < 0.6
    shown = [_copy(entry) for entry in reversed(entries[first:stop])]
    if again:
        entries[stop:stop] = shown
    else:
        entries[first:stop] = shown
    table.note("reverse", shown[0], shown[-1], how="again" if again else "in place")
    table.note("repeat", shown[0], shown[-1], required=False)
    table.note("drop", shown[0], shown[0], required=False)
    at = (stop if again else first) + len(shown)
    if at < len(entries):
        table.note("drop", entries[at], entries[at], required=False)


def _slow(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    factor = Fraction(str(generator.choice([1.25, 1.5, 2.0, 2.5, 3.0, 4.0])))
    blended = generator.random() < 0.5
    first, stop = _stretch(table, room, float(generator.uniform(0.8, 1.8)))
    step = round(_TICKS / table.rate)
    shown: list[Entry] = []
    changed: list[Entry] = []
    for number in range(int((stop - first) * factor)):
        at = Fraction(number) / factor
        here, share = int(at), float(at - int(at))
        entry = _copy(entries[first + here])
        entry.ticks = step
        if blended and share > 0.0:
            after = entries[min(first + here + 1, len(entries) - 1)].planes
            entry.planes = _mixed(entry.planes, after, share)
        if share > 0.0:
            changed.append(entry)
        shown.append(entry)
    entries[first:stop] = shown
    how = f"{'blended' if blended else 'shown again'} {float(factor):g}"
    table.note("slow", changed[0], changed[-1], how=how)


def _mixed(one: Planes, other: Planes, share: float) -> Planes:
    return np.asarray(cv2.addWeighted(one, 1.0 - share, other, share, 0.0), dtype=np.uint8)


def _drop(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    more, gap = float(generator.uniform(1.0, 1.8)), generator.random() < 0.25
    first = room.first + round(room.place * 0.5 * (room.stop - room.first))
    stop = first + max(round(0.2 * table.rate), 1) + 1
    needed_px = 4.0 + 4.0 * table.jitter_px
    while stop < room.stop and table.shift_px(entries[first].at, entries[stop].at) < needed_px:
        stop += 1
    stop = min(first + round((stop - first) * more), len(entries) - round(_AWAY_S * table.rate))
    gone = sum(entry.ticks for entry in entries[first:stop])
    del entries[first:stop]
    if gap:
        entries[first - 1].ticks += gone
    table.note("drop", entries[first], entries[first], how="gap" if gap else "closed")


def _fade(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    down, up = (max(round(float(one) * table.rate), 3) for one in generator.uniform(0.3, 1.0, 2))
    length_s = float(generator.uniform(1.2, 2.0)) + (down + up) / float(table.rate)
    first, stop = _stretch(table, room, length_s)
    down = min(down, (stop - first) // 3)
    up = min(up, (stop - first) // 3)
    shown = table.other(stop - first - down)
    entries[first + down : stop] = shown
    for number in range(down):
        entry = entries[first + number] = _copy(entries[first + number])
        entry.planes = _dimmed(entry.planes, 1.0 - (number + 1) / (down + 1))
    for number, entry in enumerate(shown[:up]):
        entry.planes = _dimmed(entry.planes, (number + 1) / (up + 1))
    table.note("fade", entries[first], shown[up - 1])
    table.note("black", entries[first], shown[up - 1], required=False)
    table.note("cut", entries[first], shown[up - 1], required=False)
    stop = first + down + len(shown)
    if stop < len(entries):
        table.note("cut", entries[stop], entries[stop], how="back")


def _dimmed(planes: Planes, light: float) -> Planes:
    """Darken all but the band."""
    rows = planes.shape[0] * 2 // 3
    luma, blue, red = _split(planes)
    dark = np.rint(16.0 + (luma.astype(np.float32) - 16.0) * light)
    band = overlays.band_height_px(rows)
    dark[:band] = luma[:band]
    made = [np.rint(128.0 + (one.astype(np.float32) - 128.0) * light) for one in (blue, red)]
    return _join(*(np.clip(one, 0, 255).astype(np.uint8) for one in (dark, *made)))


def _dissolve(
    table: _Table, room: _Room, generator: np.random.Generator, *, longest_s: float = 1.0
) -> None:
    entries = table.entries
    length = max(round(float(generator.uniform(0.3, longest_s)) * table.rate), 4)
    first, stop = _stretch(
        table, room, length / float(table.rate) + float(generator.uniform(1.2, 2.0))
    )
    length = min(length, (stop - first) // 2)
    shown = table.other(stop - first)
    for number in range(length):
        share = (number + 1) / (length + 1)
        mixed = _mixed(entries[first + number].planes, shown[number].planes, share)
        shown[number].planes = mixed
    entries[first:stop] = shown
    table.note("dissolve", shown[0], shown[length - 1])
    table.note("cut", shown[0], shown[length - 1], required=False)
    if stop < len(entries):
        table.note("cut", entries[stop], entries[stop], how="back")


def _black(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    first, stop = _stretch(table, room, float(generator.uniform(0.3, 1.0)))
    inserted = generator.random() < 0.5
    shown = []
    for number in range(first, stop):
        entry = _copy(entries[number])
        entry.planes = _dimmed(entry.planes, 0.0)
        shown.append(entry)
    if inserted:
        entries[first:first] = shown
    else:
        entries[first:stop] = shown
    table.note("black", shown[0], shown[-1])
    table.note("cut", shown[0], shown[0], required=False)
    table.note("freeze", shown[0], shown[-1], required=False)
    at = first + len(shown)
    if at < len(entries):
        table.note("cut", entries[at], entries[at], required=False)


def _crop(table: _Table, room: _Room, generator: np.random.Generator) -> None:
    entries = table.entries
    first, stop = _stretch(table, room, float(generator.uniform(1.0, 2.5)))
    larger = float(generator.uniform(1.3, 2.0))
    across, along = (float(one) for one in generator.uniform(0.0, 1.0, 2))
    for number in range(first, stop):
        entry = entries[number] = _copy(entries[number])
        entry.planes = _enlarged(entry.planes, larger, across, along)
    table.note("crop", entries[first], entries[stop - 1], how=f"{larger:.2f}")
    for at in (first, stop):
        if at < len(entries):
            table.note("cut", entries[at], entries[at], required=False)


def _enlarged(planes: Planes, larger: float, across: float, along: float) -> Planes:
    """Enlarge a part of the picture to the whole of it, and write the band anew."""
    parts = []
    for plane in _split(planes):
        rows, columns = plane.shape
        high, wide = round(rows / larger), round(columns / larger)
        top, left = round(along * (rows - high)), round(across * (columns - wide))
        part = plane[top : top + high, left : left + wide]
        parts.append(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_CUBIC))
    luma, blue, red = (np.asarray(part, dtype=np.uint8).copy() for part in parts)
    overlays.draw_band(luma)
    half = overlays.band_height_px(luma.shape[0]) // 2
    blue[:half], red[:half] = 128, 128
    return _join(luma, blue, red)


_EDITS = {
    "cut": _cut,
    "freeze": _freeze,
    "repeat": _repeat,
    "loop": _loop,
    "reverse": _reverse,
    "slow": _slow,
    "drop": _drop,
    "fade": _fade,
    "dissolve": _dissolve,
    "long_dissolve": partial(_dissolve, longest_s=1.5),  # of `dissolves.py`, not of the exam
    "black": _black,
    "crop": _crop,
}
"""What makes each kind that changes what is shown when."""


# ----------------------------------------------------------------------------------- overlays


def _add_overlay(table: _Table, plan: EditPlan) -> None:
    generator = np.random.default_rng([plan.seed, 7402])
    kind = ("logo", "caption", "blur", "pixels")[int(generator.integers(4))]
    chance = generator.random()
    count, away = len(table.entries), round(_AWAY_S * table.rate)
    length = max(round(float(generator.uniform(1.2, 3.5)) * table.rate), 2)
    first = away + round(plan.place * max(count - 2 * away - length, 0))
    last = min(first + length, count - away) - 1
    when = "between"
    if chance < 0.3:
        last, when = count - 1, "to the end"
    elif chance < 0.55 and kind in {"logo", "caption"}:
        first, last, when = 0, count - 1, "throughout"
    rows, columns = table.entries[0].planes.shape[0] * 2 // 3, table.entries[0].planes.shape[1]
    box = _place_box(kind, generator, rows, columns)
    tone = (int(generator.integers(30, 120)), *(int(one) for one in generator.integers(90, 170, 2)))
    share = float(generator.uniform(0.75, 1.0))
    for number in range(first, last + 1):
        entry = table.entries[number]
        entry.planes = entry.planes.copy()
        if kind in {"logo", "caption"}:
            _draw_sign(entry.planes, box, kind, (tone, share))
        else:
            _hide(entry.planes, box, kind)
    noted = _Noted("overlay", table.entries[first], table.entries[last], how=f"{kind} {when}")
    left, top, right, bottom = box
    noted.box = (left / columns, top / rows, right / columns, bottom / rows)
    table.noted.append(noted)


def _place_box(
    kind: str, generator: np.random.Generator, rows: int, columns: int
) -> tuple[int, int, int, int]:
    band = overlays.band_height_px(rows) + 4
    if kind == "logo":
        wide, high = (float(one) for one in generator.uniform((0.1, 0.08), (0.16, 0.13)))
        right_side, low = generator.random(2) < 0.5
        left = 0.97 - wide if right_side else 0.03
        top = 0.95 - high if low else band / rows + 0.02
    elif kind == "caption":
        wide, high = (float(one) for one in generator.uniform((0.5, 0.09), (0.9, 0.14)))
        left, top = (1.0 - wide) * float(generator.random()), float(generator.uniform(0.72, 0.85))
    else:
        wide = float(generator.uniform(0.12, 0.3))
        high = min(wide * float(generator.uniform(0.8, 1.6)), 0.6)
        left = float(generator.uniform(0.02, 0.98 - wide))
        top = float(generator.uniform(band / rows + 0.02, 0.98 - high))
    box = (left * columns, top * rows, (left + wide) * columns, (top + high) * rows)
    left_px, top_px, right_px, bottom_px = (round(one / 4) * 4 for one in box)
    return left_px, top_px, min(right_px, columns), min(bottom_px, rows)


def _draw_sign(
    planes: Planes,
    box: tuple[int, int, int, int],
    kind: str,
    look: tuple[tuple[int, int, int], float],
) -> None:
    """Draw a plate with text, in a tone, a share of it opaque."""
    tone, share = look
    left, top, right, bottom = box
    text = "SYNTH TV" if kind == "logo" else "SYNTHETIC CAPTION FOR TESTING"
    plate = np.full((bottom - top, right - left), tone[0], dtype=np.uint8)
    (length, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 1.0, 1)
    scale = min(0.55 * plate.shape[0] / tall, 0.9 * plate.shape[1] / length)
    place = (round(0.05 * plate.shape[1]), round(0.5 * (plate.shape[0] + tall * scale)))
    cv2.putText(plate, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, 235, 1, cv2.LINE_AA)
    luma, blue, red = _split(planes)
    below = luma[top:bottom, left:right]
    luma[top:bottom, left:right] = cv2.addWeighted(below, 1.0 - share, plate, share, 0.0)
    for plane, level in ((blue, tone[1]), (red, tone[2])):
        part = plane[top // 2 : bottom // 2, left // 2 : right // 2]
        part[:] = np.rint(part * (1.0 - share) + level * share).astype(np.uint8)


def _hide(planes: Planes, box: tuple[int, int, int, int], kind: str) -> None:
    left, top, right, bottom = box
    for number, plane in enumerate(_split(planes)):
        by = 1 if number == 0 else 2
        part = plane[top // by : bottom // by, left // by : right // by]
        if kind == "blur":
            part[:] = cv2.GaussianBlur(part, (0, 0), part.shape[1] / 8.0)
        else:
            few = cv2.resize(part, (6, 6), interpolation=cv2.INTER_AREA)
            size = (part.shape[1], part.shape[0])
            part[:] = cv2.resize(few, size, interpolation=cv2.INTER_NEAREST)


# ----------------------------------------------------------------------------------- sound, truth

_CUT_WITH_SOUND = frozenset({"cut", "drop", "repeat", "fade", "dissolve", "black"})


def _sound(
    question: Question, table: _Table, length_s: float
) -> tuple[NDArray[np.float32] | None, list[TruthEdit]]:
    if not question.sound:
        return None, []
    truth: list[TruthEdit] = []
    blasts = [strike.time_s for strike in question.script.strikes]
    kinds = {plan.kind for plan in question.edits} & set(_EDITS) - {"crop"}
    follows = question.sound_follows and bool(kinds) and kinds <= _CUT_WITH_SOUND
    if follows:
        filmed_s = question.script.edit[0].duration_s + 1.0
        tracks = [
            make_sound(question.sound, filmed_s, question.seed + number, blasts)
            for number in (0, 1)
        ]
        pieces, at_ticks = [], 0
        for entry in table.entries:
            start = round(entry.at * RATE_HZ / _TICKS)
            wanted = round((at_ticks + entry.ticks) * RATE_HZ / _TICKS) - round(
                at_ticks * RATE_HZ / _TICKS
            )
            pieces.append(np.resize(tracks[entry.source][start : start + wanted], wanted))
            at_ticks += entry.ticks
        wave = np.concatenate(pieces)
    else:
        wave = make_sound(question.sound, length_s, question.seed, blasts)
    for plan in question.edits:
        generator = np.random.default_rng([plan.seed, 7403])
        if plan.kind == "audio_loop":
            wave, (start_s, end_s) = loop_sound(wave, plan.place, generator)
        elif plan.kind == "audio_replaced":
            wave, (start_s, end_s) = replace_sound(
                wave, plan.place, generator, heard=question.sound, seed=plan.seed
            )
        elif plan.kind == "silence":
            wave, (start_s, end_s) = mute_sound(wave, plan.place, generator)
        else:
            continue
        truth.append(TruthEdit(kind=plan.kind, first=None, last=None, start_s=start_s, end_s=end_s))
    if follows:
        truth.append(
            TruthEdit(
                kind="sound_follows", first=None, last=None, start_s=0, end_s=0, required=False
            )
        )
    return np.ascontiguousarray(wave, dtype=np.float32), truth


def _seen_truth(table: _Table, starts: NDArray[np.int64]) -> list[TruthEdit]:
    place = {id(entry): number for number, entry in enumerate(table.entries)}
    return [
        TruthEdit(
            kind=noted.kind,
            first=place[id(noted.first)],
            last=place[id(noted.last)],
            start_s=float(starts[place[id(noted.first)]]) / _TICKS,
            end_s=float(starts[place[id(noted.last)] + 1]) / _TICKS,
            required=noted.required,
            how=noted.how,
            box=noted.box,
        )
        for noted in table.noted
    ]
