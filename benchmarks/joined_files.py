"""Files joined without coding them again against files coded once: do quantisers step there?

    python benchmarks/joined_files.py --set final --to 60 --out joined.jsonl
    python benchmarks/joined_files.py --out joined.jsonl --report

A piece of footage of `double_compression_mix.py` is coded in two ways, its two draws that are coded
once. Where both draws are of one codec, the packets of the first up to the key frame nearest its
middle are joined to those of the second from its key frame nearest the same time on, in a transport
stream, with nothing decoded. Each of the three files goes through the scene and the check `edits`;
counted is whether its description of the coding tells a step of the quantiser, and whether the step
told is the frame of the join. A pair whose second file begins anew at its start is joined as well.
"""

import argparse
import json
import tempfile
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import av
import cv2
from answers import ask_rest, read_answers
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from double_compression_making import code, film
from double_compression_mix import COUNT, make_question
from exam_edits import evidence_of
from exam_place_impacts_report import rate as counted

from purport.checks.edits import EditsCheck
from purport.media import probe_media
from purport.scene import analyse_scene

_HEADERS_INSIDE = {"libx264": "h264_mp4toannexb", "mpeg4": "dump_extra"}
_TICKS = 90_000
_FAR = 6.0
"""Difference of two files of H.264 in quantisers from which a join should show: twice as coarse."""


def join(pair: tuple[Path, Path], codec: str, rate: Fraction, out: Path) -> int:
    """Join two files at key frames; return how many frames of the first were taken."""
    before, after = (_packets(path, codec) for path in pair)
    middle = len(before) // 2
    keys = [at for at, packet in enumerate(before) if packet.is_keyframe and at]
    end = min(keys, key=lambda at: abs(at - middle), default=len(before))
    ends_at = max(_ticks(packet.pts, packet) for packet in before[:end]) + round(_TICKS / rate)
    again = [at for at, packet in enumerate(after) if packet.is_keyframe]
    begin = min(again, key=lambda at: abs(_ticks(after[at].pts, after[at]) - ends_at))
    shift = ends_at - _ticks(after[begin].pts, after[begin])
    # what is decoded before it is shown brings the second part later by as much
    decoded_at = _ticks(before[end - 1].dts, before[end - 1]) + 1
    shift = max(shift, decoded_at - _ticks(after[begin].dts, after[begin]))
    with av.open(str(out), "w", format="mpegts") as target, av.open(str(pair[0])) as like:
        stream = target.add_stream_from_template(like.streams.video[0])
        for moved, packets in ((0, before[:end]), (shift, after[begin:])):
            for packet in packets:
                pts, dts = (_ticks(one, packet) + moved for one in (packet.pts, packet.dts))
                packet.time_base = Fraction(1, _TICKS)
                packet.pts, packet.dts = pts, dts
                packet.stream = stream
                target.mux(packet)
    return end


def _packets(path: Path, codec: str) -> "list[Packet[Any]]":
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        inside = BitStreamFilterContext(_HEADERS_INSIDE[codec], stream)
        return [
            made
            for packet in container.demux(stream)
            for made in inside.filter(packet if packet.size else None)
        ]


def _ticks(stamp: int | None, packet: "Packet[Any]") -> int:
    return round((stamp or 0) * packet.time_base * _TICKS)


def ask(set_name: str, index: int) -> dict[str, Any]:
    """Make a question's files and ask the check about each."""
    question = make_question(set_name, index)
    pictures, rate = film(question)
    one, other = question.variants[:2]
    asked: dict[str, Any] = {"set": set_name, "index": index, "real": question.real, "files": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, variant in enumerate((one, other)):
            code(pictures, rate, variant, folder / f"{number}.mp4")
            told = quantisation_of(folder / f"{number}.mp4")
            asked["files"].append({"encoder": asdict(variant.last), "quantisation": told})
        if one.last.codec == other.last.codec:
            out = folder / "joined.ts"
            at = join((folder / "0.mp4", folder / "1.mp4"), one.last.codec, rate, out)
            told = quantisation_of(out)
            asked["joined"] = {"at": at, "quantisation": told}
    return asked


def quantisation_of(path: Path) -> dict[str, Any] | None:
    """Return what the check says of a file's quantisers."""
    probe = probe_media(path)
    scene = analyse_scene(path, probe=probe)
    (finding,) = EditsCheck().run(evidence_of(path, probe, scene))
    values: Any = json.loads(json.dumps(finding.values))
    told: dict[str, Any] | None = values["coding"]["quantisation"]
    return told


def report(questions: list[dict[str, Any]]) -> None:
    """Print how many joins are told, and how many files that are not joined tell a step."""
    files = [file for question in questions for file in question["files"]]
    false = sum(bool(file["quantisation"]["steps"]) for file in files)
    print(counted("coded once, and a step is told", false, len(files)))
    pairs = [question for question in questions if "joined" in question]
    for name, chosen in (
        ("all joined", pairs),
        ("joined, quantisers of P frames twice as far apart", [q for q in pairs if _apart(q)]),
    ):
        told = [[step["frame"] for step in q["joined"]["quantisation"]["steps"]] for q in chosen]
        right = sum(q["joined"]["at"] in at for q, at in zip(chosen, told, strict=True))
        more = sum(
            any(one != q["joined"]["at"] for one in at) for q, at in zip(chosen, told, strict=True)
        )
        print(f"{counted(name, right, len(chosen))} told at its frame, {more} tell another step")


def _apart(question: dict[str, Any]) -> bool:
    """Tell whether the files of a pair differ so much that a join should show."""
    one, other = (dict(file["quantisation"]["by_type"])["P"] for file in question["files"])
    if question["files"][0]["encoder"]["codec"] == "libx264":
        return bool(abs(one - other) >= _FAR)
    return bool(max(one, other) >= 2.0 * min(one, other))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", dest="set_name", choices=sorted(COUNT), default="dev")
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=20)
    parser.add_argument("--out", type=Path, required=True, help="JSON lines")
    parser.add_argument("--report", action="store_true", help="print the figures, ask nothing")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    questions = read_answers(options.out)
    if options.report:
        report(questions)
        return
    indices = range(options.first, options.end)
    ask_rest(options.out, questions, indices, partial(ask, options.set_name))


if __name__ == "__main__":
    main()
