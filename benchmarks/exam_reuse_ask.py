"""Asking the questions of the exam of reuse: archive, queries, pairs, and the peers' answers."""

import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from exam_reuse_edits import write_clip, write_query
from exam_reuse_mix import ITEMS, Clip, PairKind, Query, clip_of
from exam_reuse_report import is_found, is_wrong
from numpy.typing import NDArray

from purport.checks.reuse import Archive, Found, Rules, print_video
from purport.core.digests import Digest, digest_bytes
from purport.media import decode_luma, probe_media
from purport.scene.fingerprints import fingerprint

__all__ = ["Asker", "prepare_clip"]

PEERS = {"vPDQ, a frame a second": 1.0, "vPDQ, five frames a second": 0.2}
_RULE = 0.5
_BITS = 31
_LEAST_STRUCTURE = 1.0


def prepare_clip(clip: Clip, work: Path) -> dict[str, float]:
    """Render a clip, print it and hash it for the peers; return the CPU seconds, none if done."""
    done = work / "hashes" / f"{clip.name}.npz"
    if done.is_file():
        return {}
    for folder in ("clips", "hashes", "queries", "pairs"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    spent: dict[str, float] = {}
    path = work / "clips" / clip.name
    began = time.process_time()
    if not path.exists():
        write_clip(clip, path)
    spent["render"] = round(time.process_time() - began, 3)
    began = time.process_time()
    archive = Archive(work / "index")
    archive.keep_print(_digest(clip), print_video(path, probe=probe_media(path)))
    spent["print"] = round(time.process_time() - began, 3)
    save_hashes(path, done)
    return spent


def _digest(clip: Clip) -> Digest:
    return digest_bytes(clip.name.encode())


def save_hashes(video: Path, path: Path) -> None:
    """Hash every fifth of a second of a video for the peers."""
    seconds, bits = _hashes(video)
    with path.with_suffix(".part").open("wb") as file:
        np.savez(file, seconds=seconds, bits=bits)
    path.with_suffix(".part").replace(path)


def _hashes(video: Path) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """Return PDQ hashes of frames 0.2 s apart that show enough, and their times."""
    probe = probe_media(video)
    tick_s = float(probe.streams[probe.video].time_base or 1)
    seconds, pictures = [], []
    for frame in decode_luma(video, probe=probe):
        at_s = frame.pts * tick_s
        if not seconds or at_s >= seconds[-1] + 0.2 - 1e-3:
            seconds.append(at_s)
            pictures.append(cv2.resize(frame.luma, (64, 64), interpolation=cv2.INTER_AREA))
    bits, structure = fingerprint(np.array(pictures))
    clear = structure >= _LEAST_STRUCTURE
    return np.array(seconds)[clear], bits[clear]


class Asker:
    """Asks questions of an archive that was made before."""

    def __init__(self, set_name: str, work: Path) -> None:
        self._set, self._work = set_name, work
        self._archive = Archive(work / "index")
        clips = [clip_of(set_name, number) for number in range(ITEMS[set_name])]
        self._archive.add([(_digest(clip), clip.name) for clip in clips])
        self._seconds: list[NDArray[np.float64]] = []
        bits, owners = [], []
        for number, clip in enumerate(clips):
            with np.load(work / "hashes" / f"{clip.name}.npz") as kept:
                bits.append(kept["bits"])
                self._seconds.append(kept["seconds"])
            owners.append(np.full(len(bits[-1]), number))
        self._bits = np.concatenate(bits)
        self._owners = np.concatenate(owners)
        self._whole = np.concatenate(
            [np.isclose(seconds, np.round(seconds), atol=0.05) for seconds in self._seconds]
        )

    def ask(self, query: Query) -> dict[str, Any]:
        """Cut a query, search for it, and ask the peers."""
        source = self._work / "clips" / query.source.name
        if not source.exists():
            write_clip(query.source, source)
        path = self._work / "queries" / f"query-{query.index:04d}.mp4"
        if not path.exists():
            write_query(self._set, query, source, path)
        began = time.process_time()
        asking = print_video(path, probe=probe_media(path), asking=True)
        printed = time.process_time() - began
        found = self._archive.search(asking, Rules())
        twin = None if query.twin is None else clip_of(self._set, query.twin)
        row: dict[str, Any] = {
            "item": query.item,
            "twin": query.twin,
            "twin_later_s": None
            if twin is None
            else twin.flights[0].starts_s - query.source.flights[0].starts_s,
            "start_s": query.start_s,
            "end_s": query.end_s,
            "speed": query.speed,
            "mirrored": "mirror" in query.changes,
            "inverted": "inverted" in query.changes,
            "changes": [change.value for change in query.changes],
            "matches": [_told(one) for one in found],
            "print_cpu_s": round(printed, 3),
            "search_cpu_s": round(time.process_time() - began - printed, 3),
            "peers": self._peers(path, query.item),
        }
        row["found"] = query.item is not None and is_found(row)
        row["wrong"] = sum(is_wrong(row, match) for match in row["matches"])
        return row

    def compare(self, kind: PairKind, one: Clip, other: Clip) -> dict[str, Any]:
        """Look for the first clip of a pair in an archive that holds the second alone."""
        paths = []
        for clip in (one, other):
            path = self._work / "pairs" / clip.name
            if not path.exists():
                write_clip(clip, path)
            paths.append(path)
        archive = Archive(self._work / "pairs" / f"{other.name}.index")
        if _digest(other) not in archive:
            archive.keep_print(_digest(other), print_video(paths[1], probe=probe_media(paths[1])))
            archive.add([(_digest(other), other.name)])
        asking = print_video(paths[0], probe=probe_media(paths[0]), asking=True)
        found = archive.search(asking, Rules())
        guesses = len(archive.guesses(asking))
        matches = [_told(one) for one in found]
        return {"kind": kind.value, "guesses": guesses, "matches": matches, "wrong": len(matches)}

    def _peers(self, path: Path, item: int | None) -> dict[str, Any]:
        """Return by vPDQ's rule which share matches the right item and which the best wrong one."""
        seconds, bits = _hashes(path)
        answers: dict[str, Any] = {}
        for name, apart_s in PEERS.items():
            asked = (
                bits[np.isclose(seconds, np.round(seconds), atol=0.05)] if apart_s == 1 else bits
            )
            kept = self._whole if apart_s == 1 else np.ones(len(self._bits), dtype=np.bool_)
            owners, codes = self._owners[kept], self._bits[kept]
            matched = np.zeros((len(asked), len(self._seconds)), dtype=np.bool_)
            for row, code in enumerate(asked):
                near = np.bitwise_count(codes ^ code).sum(axis=1) <= _BITS
                matched[row, owners[near]] = True
            shares = matched.mean(axis=0) if len(asked) else np.zeros(len(self._seconds))
            right = 0.0 if item is None else float(shares[item])
            if item is not None:
                shares[item] = 0.0
            wrong = float(shares.max())
            answers[name] = {"rule": _RULE, "right": round(right, 4), "wrong": round(wrong, 4)}
        return answers


def _told(found: Found) -> dict[str, Any]:
    stretch = found.stretch
    return {
        "item": found.item.number,
        "start_s": round(stretch.other_start_s, 3),
        "end_s": round(stretch.other_end_s, 3),
        "asked_start_s": round(stretch.start_s, 3),
        "asked_end_s": round(stretch.end_s, 3),
        "speed": round(stretch.speed, 4),
        "mirrored": stretch.mirrored,
        "inverted": stretch.inverted,
        "kind": "same_recording",
        "alike": round(stretch.alike, 4),
        "elsewhere": round(stretch.elsewhere, 4),
        "change": round(stretch.change, 3),
        "spread_px": round(stretch.spread_px, 3),
        "jitter": round(stretch.jitter, 5),
        "inliers": stretch.inliers,
    }
