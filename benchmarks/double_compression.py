"""Footage coded once against footage coded twice: does the first coding's key-frame beat show?

    python benchmarks/double_compression.py --set dev --out dev.jsonl
    python benchmarks/double_compression.py --out dev.jsonl --report

What is filmed and how it is coded stands in `double_compression_mix.py`. Four columns by frame are
compared with frames about them: size of the packet, change of the picture, grain, and blocks coded
without another frame. The first coding's key frames should stand out in them at a beat. Two rules
stand here, each on every column and on the sum of all: by rank (what share of frames stands out as
far, as a product over the beat) and by mean (how far the frames of a beat lie above all others, in
standard deviations). Beats that are whole multiples or parts of the file's own spacing of key
frames are left out; so are key frames and the frames after them. Neither rule is part of the check.
"""

import argparse
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from answers import ask_rest, read_answers
from double_compression_making import code, film
from double_compression_mix import COUNT, make_question
from numpy.typing import NDArray
from scipy.special import betaincinv
from scipy.stats import gamma, rankdata

from purport.scene._fine import FineChanges, measure_detail

COLUMNS = ("size", "step", "grain", "intra")
_VECTORS = np.dtype(
    {
        "names": ["source", "w", "h"],
        "formats": ["<i4", "u1", "u1"],
        "offsets": [0, 4, 5],
        "itemsize": 40,
    }
)
_SHORTEST, _LONGEST, _FEWEST = 8, 70, 4
_AROUND = 4
_CLIPPED = 4.0

Values = NDArray[np.float64]


def measure(path: Path) -> list[list[float]]:
    """Return type, key, size, step, grain and share of intra blocks of every frame."""
    changes, sizes, rows = FineChanges(), {}, []
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.video[0]):
            if packet.size:
                sizes[packet.pts] = (packet.size, int(packet.is_keyframe))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"export_side_data": "mvs"}
        for frame in container.decode(stream):
            blocks = -(-frame.height // 16) * -(-frame.width // 16)
            intra = 0.0
            for told in frame.side_data:
                if told.type.name == "MOTION_VECTORS":
                    vectors = np.frombuffer(told, _VECTORS)
                    forward = vectors[vectors["source"] < 0]
                    area = (forward["w"].astype(int) * forward["h"]).sum()
                    intra = 1.0 - float(area) / 256.0 / blocks
            luma = frame.to_ndarray(format="gray")
            size, key = sizes.get(frame.pts, (0, 0))
            step = changes.add(luma).step
            kind = int(frame.pict_type)
            rows.append([kind, key, size, step, measure_detail(luma).grain, intra])
    return rows


def _beside(values: Values, kinds: NDArray[np.int64]) -> Values:
    """Compare each frame with the four of its kind on either side."""
    made = np.full(len(values), -9.0)
    for kind in (2, 3):
        where = np.flatnonzero(kinds == kind)
        for number, at in enumerate(where):
            before = where[max(number - _AROUND, 0) : number]
            about = np.concatenate([before, where[number + 1 : number + 1 + _AROUND]])
            if len(about):
                made[at] = values[at] - np.median(values[about])
    return made


def outstanding(rows: list[list[float]], used: tuple[str, ...]) -> tuple[Values, Any, Any]:
    """Return how far frames stand out, by rank; which of them count; which are key frames."""
    table = np.array(rows)
    kinds = table[:, 0].astype(np.int64)
    key = (table[:, 1] > 0) | (kinds == 1)
    counted = ~key
    counted[1:] &= ~key[:-1]
    counted[:3] = False
    grain = np.log(np.maximum(table[:, 4], 0.05))
    columns = {
        "size": _beside(np.log(np.maximum(table[:, 2], 1.0)), kinds),
        "step": _beside(np.log(np.maximum(table[:, 3], 0.02)), kinds),
        "grain": np.diff(grain, prepend=grain[0]),
        "intra": _beside(table[:, 5], kinds),
    }
    told = np.zeros(len(table))
    for name in used:
        ranks = rankdata(columns[name][counted]) / counted.sum()
        told[counted] -= np.log1p(-ranks * (1.0 - 1.0 / counted.sum()))
    return told, counted, key


def find_beat(
    rows: list[list[float]], used: tuple[str, ...], *, by_rank: bool
) -> tuple[float, int]:
    """Return how clear the clearest beat is, and its frames."""
    told, counted, key = outstanding(rows, used)
    many = int(counted.sum())
    if many < 60:
        return 0.0, 0
    spacing = np.diff(np.flatnonzero(key))
    own = int(np.median(spacing)) if len(spacing) >= 2 else 0
    regular = own > 1 and float((np.abs(spacing - own) <= 1).mean()) > 0.6
    weight = np.zeros(len(told))
    if by_rank:
        weight[counted] = -np.log((many + 1 - rankdata(told[counted])) / many)
        weight = np.maximum(weight, 0.0)
    else:
        level, spread = np.median(told[counted]), np.std(told[counted]) or 1.0
        weight[counted] = np.clip((told[counted] - level) / spread, -_CLIPPED, _CLIPPED)
        weight[counted] -= weight[counted].mean()
    best = (0.0, 0)
    for beat in range(_SHORTEST, min(_LONGEST, len(told) // _FEWEST) + 1):
        if regular and (beat % own == 0 or own % beat == 0):
            continue
        phases = np.arange(len(told)) % beat
        sums = np.bincount(phases, weight * counted, minlength=beat)
        counts = np.bincount(phases, counted, minlength=beat)
        usable = counts >= _FEWEST
        if not usable.any():
            continue
        if by_rank:
            clear = -gamma.logsf(sums[usable], counts[usable]) - np.log(beat * _LONGEST)
        else:
            clear = sums[usable] / np.sqrt(counts[usable]) / weight[counted].std()
        if float(clear.max()) > best[0]:
            best = float(clear.max()), beat
    return best


def _bounds(hits: int, of: int) -> str:
    low = betaincinv(hits, of - hits + 1, 0.025) if hits else 0.0
    high = betaincinv(hits + 1, of - hits, 0.975) if hits < of else 1.0
    return f"{hits} of {of} ({100 * low:.0f}-{100 * high:.0f} %)"


def report(questions: list[dict[str, Any]]) -> None:
    """Print recall where at most 2 % of clips coded once are told, for every rule."""
    clips = [clip for question in questions for clip in question["clips"]]
    for by_rank in (True, False):
        for used in (*((name,) for name in COLUMNS), COLUMNS):
            told = [find_beat(clip["rows"], used, by_rank=by_rank) for clip in clips]
            _print(clips, told, f"{'rank' if by_rank else 'mean'} {'+'.join(used)}")


def _print(clips: list[dict[str, Any]], told: list[tuple[float, int]], name: str) -> None:
    pairs = list(zip(clips, told, strict=True))
    once = sorted((beat[0] for clip, beat in pairs if clip["first"] is None), reverse=True)
    limit = once[int(0.02 * len(once))]
    false = sum(one > limit for one in once)
    short = [one for one in pairs if one[0]["first"] and one[0]["first"]["key_frames"] <= 30]
    rest = [one for one in pairs if one[0]["first"] and one[0]["first"]["key_frames"] > 30]
    found = [one for one in short if one[1][0] > limit]
    right = sum(beat[1] % clip["first"]["key_frames"] == 0 for clip, beat in found)
    wrong = sum(beat[0] > limit for _, beat in rest)
    print(
        f"{name:28} above {limit:5.2f}: once {_bounds(false, len(once))}, twice "
        f"{_bounds(len(found), len(short))}, of these {right} with the right beat; "
        f"first coding without a beat {_bounds(wrong, len(rest))}",
        flush=True,
    )


def ask(set_name: str, index: int) -> dict[str, Any]:
    question = make_question(set_name, index)
    pictures, rate = film(question)
    clips = []
    with tempfile.TemporaryDirectory() as name:
        for number, variant in enumerate(question.variants):
            path = Path(name) / f"{number}.mp4"
            at = code(pictures, rate, variant, path)
            clips.append({**asdict(variant), "broken_at": at, "rows": measure(path)})
    return {"index": index, "traits": question.traits, "real": question.real, "clips": clips}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="set_name", choices=sorted(COUNT), default="dev")
    parser.add_argument("--out", type=Path, required=True, help="JSON lines")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    questions = read_answers(options.out)
    if options.report:
        report(questions)
        return
    indices = range(COUNT[options.set_name])
    ask_rest(options.out, questions, indices, partial(ask, options.set_name))


if __name__ == "__main__":
    main()
