"""The archive: prints of many videos in a folder, and what finds among them.

    archive/
      index.json     what is committed: version, how many items and codes
      items.jsonl    one line an item, in order of arrival (and items.bin: see `_items`)
      seconds.bin    when each segment is, in its item
      pictures/      a shelf of the fingerprints of segments
      places/        a shelf of local features of segments
      prints/        the print of each item, by its digest

A *segment* is 0.8 s of an item: the fingerprint of one sample in it and its strongest local
features. What is added is appended; `index.json` is replaced last, so that an addition counts whole
or not at all. The same items in the same order give the same files.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from purport.checks.reuse._borders import Box
from purport.checks.reuse._tracing import Candidate, Pairing
from purport.checks.reuse._voting import Hits, find_guesses
from purport.checks.reuse.aligning import Rules, SharedStretch, verify
from purport.checks.reuse.index._items import Items, Kept
from purport.checks.reuse.index._pictures import Pictures
from purport.checks.reuse.index._places import Places
from purport.checks.reuse.index._shelf import CODE_BYTES, Near, write_at
from purport.checks.reuse.prints import PRINT_VERSION, VideoPrint, load_print, save_print
from purport.core.digests import Digest
from purport.core.errors import InputError
from purport.scene.fingerprints import fingerprint
from purport.vault import writing

__all__ = ["Archive", "Found", "Kept"]

_FORMAT = "purport.reuse-index-1"
_KEYS_A_SEGMENT = 2
_PLACES_A_SEGMENT = 80
_LEAST_STRUCTURE = 1.0
_PICTURE_BITS = 76
_PICTURES_EACH = 40
_PLACE_BITS = 52
_PLACES_EACH = 160
_RARE = 3.0
_SWEPT = 6
_PLACE_WEIGHT = 0.2
_ASKED_FRAMES = 12
_ASKED_PLACES = 350
_ASKED_SAMPLES = 40

_Part = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A stretch that an item of the archive shares with the video asked about."""

    item: Kept
    """The item."""
    stretch: SharedStretch
    """Which seconds are which."""


class Archive:
    """Prints of many videos.

    Args:
        folder: Where; made when something is added.
        threads: How many stretches of the shelves are searched side by side; what is found is the
            same.

    Raises:
        InputError: The folder holds an index of another version.
    """

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._folder, self._threads = folder, threads
        self._take_over(self._state())

    @property
    def items(self) -> Sequence[Kept]:
        """Return the items in order of arrival."""
        return self._items

    @property
    def segments(self) -> int:
        """Return how many segments there are."""
        return self._segments

    def __contains__(self, digest: object) -> bool:
        """Tell whether an item is in it."""
        return isinstance(digest, str) and self._items.has(Digest(digest))

    def print_path(self, digest: Digest) -> Path:
        """Return where the print of an item is kept."""
        return self._folder / "prints" / digest[:2] / f"{digest}.v{PRINT_VERSION}.npz"

    def keep_print(self, digest: Digest, made: VideoPrint) -> None:
        """Keep a print; it is in no search before `add` was called with its item."""
        path = self.print_path(digest)
        with writing(path, subject=path.name) as unfinished:
            save_print(made, unfinished)

    def add(self, items: Sequence[tuple[Digest, str]]) -> int:
        """Add items whose prints are kept, in this order; what is there already is left as it is.

        Returns:
            How many were new.
        """
        with self._locked():
            new: dict[Digest, str] = {}
            for digest, name in items:
                if not self._items.has(digest):
                    new.setdefault(digest, name)
            if new:
                self._append(new)
                self._pictures.seal()
                self._places.seal()
                self._commit()
        return len(new)

    def search(
        self, asking: VideoPrint, rules: Rules, *, among: frozenset[Digest] | None = None
    ) -> list[Found]:
        """Find the items that share seconds with a video.

        Args:
            asking: Its print, made with `asking=True`.
            rules: When stretches count as the same.
            among: Items to look at; None for all.
        """
        found = self._proven(asking, rules, among, known=[])
        for part, inset in asking.insets:
            inside = self._proven(inset, rules, among, known=found)
            found += [
                replace(one, stretch=replace(one.stretch, part=_placed(one.stretch.part, part)))
                for one in inside
            ]
        return sorted(found, key=lambda one: (one.stretch.start_s, one.item.digest))

    def _proven(
        self,
        asking: VideoPrint,
        rules: Rules,
        among: frozenset[Digest] | None,
        *,
        known: Sequence[Found],
    ) -> list[Found]:
        """Return the guesses that are proven and say nothing that is known."""
        found: list[Found] = []
        pairings: dict[int, Pairing] = {}
        for rank, (number, guess) in enumerate(self.guesses(asking, among=among)):
            item = self._items[number]
            if any(_explained(guess, one, number) for one in (*known, *found)):
                continue
            if number not in pairings:
                kept = load_print(self.print_path(item.digest))
                pairings[number] = Pairing(asking=asking, kept=kept)
            stretch = verify(pairings[number], guess, rules, thorough=rank < _SWEPT)
            if stretch is not None and not any(
                one.item.number == number and _overlap(one.stretch, stretch)
                for one in (*known, *found)
            ):
                found.append(Found(item=item, stretch=stretch))
        return found

    def guesses(
        self, asking: VideoPrint, *, among: frozenset[Digest] | None = None
    ) -> list[tuple[int, Candidate]]:
        """Return the items and alignments for which most speaks, best first."""
        parts = [self._picture_hits(asking), self._place_hits(asking)]
        if among is not None:
            wanted = self._items.are_among(among)
            parts = [_chosen(part, wanted[part.items]) for part in parts]
        hits = Hits(
            asking_s=np.concatenate([part.asking_s for part in parts]),
            items=np.concatenate([part.items for part in parts]),
            kept_s=np.concatenate([part.kept_s for part in parts]),
            ways=np.concatenate([part.ways for part in parts]),
            weights=np.concatenate([part.weights for part in parts]),
        )
        return list(find_guesses(hits, asking.length_s)) if len(hits.items) else []

    def _picture_hits(self, asking: VideoPrint) -> Hits:
        """Ask with every sample as it is, mirrored, negative, and both."""
        clear = np.flatnonzero(asking.structure >= _LEAST_STRUCTURE)
        if len(clear) > _ASKED_SAMPLES:
            chosen = np.linspace(0, len(clear) - 1, _ASKED_SAMPLES).round().astype(np.intp)
            clear = clear[chosen]
        pictures = asking.thumbnails[clear]
        turned = pictures[:, :, ::-1]
        codes = [
            _codes(fingerprint(some)[0])
            for some in (pictures, turned, 255 - pictures, 255 - turned)
        ]
        near = self._pictures.search(
            np.concatenate(codes), most=_PICTURES_EACH, farthest_bits=_PICTURE_BITS
        )
        ways, which = np.divmod(near.asked, max(len(clear), 1))
        return self._hits(
            near,
            asking_s=asking.times_s[clear[which]] if len(clear) else np.zeros(0),
            ways=ways,
            weights=np.clip((_PICTURE_BITS + 8 - near.bits) / 48.0, 0.0, 1.0),
        )

    def _place_hits(self, asking: VideoPrint) -> Hits:
        """Ask with the local features of some frames, plain and mirrored, and their complements."""
        frames = np.arange(len(asking.features))
        if len(frames) > _ASKED_FRAMES:
            frames = np.linspace(0, len(frames) - 1, _ASKED_FRAMES).round().astype(np.intp)
        codes, seconds, ways = [], [], []
        for mirrored, side in ((0, asking.features), (1, asking.mirrored)):
            for frame in frames if side else ():
                words = side[frame].descriptors[:_ASKED_PLACES]
                at_s = asking.times_s[asking.keys[frame]]
                for negative in (0, 2):
                    codes.append(~words if negative else words)
                    seconds.append(np.full(len(words), at_s))
                    ways.append(np.full(len(words), mirrored + negative))
        near = self._places.search(
            np.concatenate(codes), most=_PLACES_EACH, farthest_bits=_PLACE_BITS
        )
        like = np.square((_PLACE_BITS + 2 - near.bits) / _PLACE_BITS)
        common = np.bincount(near.asked, weights=like)[near.asked] if len(like) else like
        return self._hits(
            near,
            asking_s=np.concatenate(seconds)[near.asked],
            ways=np.concatenate(ways)[near.asked],
            weights=like * np.minimum(_RARE / np.maximum(common, 1e-9), 1.0) * _PLACE_WEIGHT,
        )

    def _hits(
        self,
        near: Near,
        *,
        asking_s: NDArray[np.float64],
        ways: NDArray[np.int64],
        weights: NDArray[np.float64],
    ) -> Hits:
        items = np.searchsorted(self._firsts, near.labels, side="right") - 1
        path = self._folder / "seconds.bin"
        seconds = np.memmap(path, dtype="<f4", mode="r") if len(near.labels) else np.zeros(1)
        return Hits(
            asking_s=asking_s,
            items=items.astype(np.int64),
            kept_s=seconds[near.labels].astype(np.float64),
            ways=ways.astype(np.int64),
            weights=weights,
        )

    def _append(self, new: Mapping[Digest, str]) -> None:
        """Write the segments of items at the end of the shelves."""
        seconds: list[NDArray[np.float64]] = []
        pictures: list[tuple[NDArray[np.uint8], NDArray[np.int64]]] = []
        places: list[tuple[NDArray[np.uint8], NDArray[np.int64]]] = []
        first = self._segments
        for digest, name in new.items():
            made = load_print(self.print_path(digest))
            chosen = np.arange(0, len(made.keys), _KEYS_A_SEGMENT)
            samples = made.keys[chosen]
            labels = self._segments + np.arange(len(chosen))
            clear = made.structure[samples] >= _LEAST_STRUCTURE
            pictures.append((_codes(made.bits[samples[clear]]), labels[clear]))
            for key, label in zip(chosen, labels, strict=True):
                words = made.features[key].descriptors[:_PLACES_A_SEGMENT]
                places.append((words, np.full(len(words), label)))
            seconds.append(made.times_s[samples])
            item = Kept(
                number=len(self._items),
                digest=digest,
                name=name,
                first=self._segments,
                segments=len(chosen),
                length_s=made.length_s,
            )
            self._items.add(item)
            self._segments += len(chosen)
        for shelf, parts in ((self._pictures, pictures), (self._places, places)):
            shelf.append(
                np.concatenate([codes for codes, _ in parts]),
                np.concatenate([labels for _, labels in parts]),
            )
        write_at(
            self._folder / "seconds.bin", 4 * first, np.concatenate(seconds).astype("<f4").tobytes()
        )

    def _commit(self) -> None:
        """Write what is new of the items, then replace the record of what counts."""
        size = self._items.save()
        record = {
            "format": _FORMAT,
            "print_version": PRINT_VERSION,
            "items": len(self._items),
            "items_bytes": size,
            "segments": self._segments,
            "pictures": self._pictures.count,
            "places": self._places.count,
        }
        unfinished = self._folder / "index.json.part"
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(record, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._folder / "index.json")
        self._firsts = self._items.firsts

    def _state(self) -> dict[str, int]:
        """Return what is committed."""
        names = ("items", "items_bytes", "segments", "pictures", "places")
        path = self._folder / "index.json"
        if not path.is_file():
            return dict.fromkeys(names, 0)
        record = json.loads(path.read_text(encoding="utf-8"))
        told = (record.get("format"), record.get("print_version"))
        if told != (_FORMAT, PRINT_VERSION):
            raise InputError(
                str(self._folder),
                f"the index is of version {told}, this program writes {(_FORMAT, PRINT_VERSION)}",
                remedy="Build it anew (purport index build).",
            )
        return {name: int(record[name]) for name in names}

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time add."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            state = self._state()
            if state["items"] != len(self._items):
                self._take_over(state)
            yield

    def _take_over(self, state: dict[str, int]) -> None:
        """Read what is committed."""
        self._items = Items(self._folder, count=state["items"], size=state["items_bytes"])
        self._pictures = Pictures(
            self._folder / "pictures", count=state["pictures"], threads=self._threads
        )
        self._places = Places(self._folder / "places", count=state["places"], threads=self._threads)
        self._segments = state["segments"]
        self._firsts = self._items.firsts


def _chosen(hits: Hits, wanted: NDArray[np.bool_]) -> Hits:
    return Hits(
        asking_s=hits.asking_s[wanted],
        items=hits.items[wanted],
        kept_s=hits.kept_s[wanted],
        ways=hits.ways[wanted],
        weights=hits.weights[wanted],
    )


def _explained(guess: Candidate, known: Found, number: int) -> bool:
    """Tell whether a guess says again what was found."""
    if known.item.number != number:
        return False
    middle_s = (known.stretch.start_s + known.stretch.end_s) / 2.0
    told_s = known.stretch.other_start_s + known.stretch.speed * (middle_s - known.stretch.start_s)
    same = (guess.mirrored, guess.negative) == (known.stretch.mirrored, known.stretch.inverted)
    return same and abs(guess.lag_s + guess.speed * middle_s - told_s) <= 1.0


def _placed(part: _Part, within: Box) -> _Part:
    """Return where a part of an inset lies in the whole picture. [shares of it]"""
    wide, high = within.right - within.left, within.bottom - within.top
    left, top, right, bottom = part
    return (
        within.left + wide * left,
        within.top + high * top,
        within.left + wide * right,
        within.top + high * bottom,
    )


def _overlap(one: SharedStretch, other: SharedStretch) -> bool:
    """Tell whether two stretches claim mostly the same seconds of the asking video."""
    shared_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return 2.0 * shared_s > min(one.end_s - one.start_s, other.end_s - other.start_s)


def _codes(bits: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(bits).view(np.uint8).reshape(-1, CODE_BYTES)
