"""An index of prints over folders and S3 prefixes: made by several processes, resumable.

Each file is read by a worker, which keeps its print beside the index; nothing else is done there.
(A remote object is fetched for it to a temporary place, and forgotten.) This process alone adds
prints to the index, in the order of the listing, some hundreds at a time. So a worker that dies
loses nothing (its file is given to another one) and doubles nothing (a print is named by the
content's digest, and the index takes each once). What was read is noted in `sources.jsonl`: a run
that was cut short goes on where it was, and a file that has not changed is not read again. An
object that the server did not give whole is not noted, and is asked for again by the next run.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from purport.casework.fanning_out import compute
from purport.casework.index_sources import (
    Ledger,
    Place,
    Source,
    as_source,
    list_places,
    list_videos,
)
from purport.casework.progress import Progress, quiet
from purport.checks.reuse import (
    Archive,
    Found,
    HashList,
    ListMatch,
    Rules,
    TmkMatch,
    compare_with_list,
    find_near,
    is_tmk,
    parse_hash_list,
    parse_tmk,
    print_video,
)
from purport.core.digests import Digest, digest_bytes, digest_file
from purport.core.errors import InputError, PurportError, UnavailableError
from purport.media import probe_media
from purport.vault import RemoteObject, fetched, writing

if TYPE_CHECKING:
    from distributed import Future

__all__ = [
    "IndexSummary",
    "add_to_index",
    "import_hash_list",
    "list_places",
    "list_videos",
    "require_index",
    "search_index",
]

_BATCH = 200
_WINDOW = 2000
_AHEAD = 64
_LEDGER = "sources.jsonl"
_LARGEST_BYTES = 8 << 30
_MISSES = 16
_LISTS = "lists"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSummary:
    """What a run came to."""

    added: int
    """Videos that are new in the index."""
    known: int
    """Files that it held already (by name, size and time, or by content)."""
    faults: tuple[tuple[str, str], ...]
    """Files that could not be read, and why."""
    missed: tuple[tuple[str, str], ...]
    """Objects that a server did not give whole, and why; the next run asks for them again."""
    items: int
    """Videos in the index now."""
    segments: int
    """Segments in the index now."""


def add_to_index(
    index: Path,
    videos: Sequence[Place],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    largest_bytes: int = _LARGEST_BYTES,
    progress: Progress = quiet,
) -> IndexSummary:
    """Read videos and add their prints to an index; what it holds is left as it is.

    Args:
        index: Folder of the index; made when absent.
        videos: The files and objects, in the order in which they are to be added.
        workers: Processes on this machine; None for one a core.
        cluster: Address of a `distributed` scheduler whose workers see the same files at the same
            paths, and reach the same servers; None for this machine.
        largest_bytes: The longest object that is fetched; each process holds one at a time.
        progress: Is told of every file.

    Raises:
        UnavailableError: A process, the cluster or a server failed; what was done is kept.
    """
    index.mkdir(parents=True, exist_ok=True)
    run = _Run(index, videos, progress)
    for first in range(0, len(videos), _WINDOW):
        window = [_Task(one, largest_bytes) for one in run.unread(videos[first : first + _WINDOW])]
        if cluster is not None:
            _read_on_cluster(cluster, index, window, run.keep)
        else:
            graph = {
                f"{number}": (_read, str(index.resolve()), task)
                for number, task in enumerate(window, start=first)
            }
            compute(graph, workers=workers, items=len(window), finished=run.keep)
        run.add(videos[first : first + _WINDOW])
    return run.summary()


def require_index(index: Path) -> None:
    """Refuse a folder that holds no index.

    Raises:
        InputError: It holds none.
    """
    if not (index / "index.json").is_file():
        raise InputError(
            str(index), "holds no index", remedy="Make one with `purport index build`."
        )


@dataclass(frozen=True, slots=True)
class _Task:
    """What a worker is to read."""

    place: Place
    largest_bytes: int


class _Run:
    """One run over a list of files and objects."""

    def __init__(self, index: Path, videos: Sequence[Place], progress: Progress) -> None:
        self._progress, self._total = progress, len(videos)
        self._archive = Archive(index)
        self._ledger = Ledger(index / _LEDGER)
        self._done = self._added = self._misses = 0
        self._faults: list[tuple[str, str]] = []
        self._missed: list[tuple[str, str]] = []

    def unread(self, videos: Sequence[Place]) -> list[Place]:
        """Return what was never read as it is, or whose print is lost."""
        window = [place for place in videos if not self._is_read(as_source(place))]
        self._done += len(videos) - len(window)
        return window

    def keep(self, _: str, result: object) -> None:
        """Note that a file or object was read.

        Raises:
            UnavailableError: Many objects one after the other could not be fetched.
        """
        if not isinstance(result, Source):
            raise TypeError(f"a step returned {result!r}")
        self._ledger.note(result)
        self._done += 1
        label = result.path.rsplit("/", 1)[-1]
        self._progress("index", done=self._done, total=self._total, label=label)
        self._misses = self._misses + 1 if result.unanswered else 0
        if result.missed is not None:
            self._missed.append((result.path, result.missed))
        if self._misses >= _MISSES:
            raise UnavailableError(
                result.path,
                f"the last {_MISSES} objects could not be fetched: {result.missed}",
                remedy="Run again when the server answers; what was read is kept.",
            )

    def add(self, videos: Sequence[Place]) -> None:
        """Add what was read to the index, in order."""
        whole = []
        for source in map(as_source, videos):
            if self._ledger.was_unreadable(source):
                self._faults.append((source.path, str(self._ledger.result(source))))
            elif (digest := self._ledger.result(source)) is not None:
                whole.append((Digest(digest), source.path))
        for first in range(0, len(whole), _BATCH):
            self._added += self._archive.add(whole[first : first + _BATCH])

    def summary(self) -> IndexSummary:
        """Return what the run came to."""
        return IndexSummary(
            added=self._added,
            known=self._total - self._added - len(self._faults) - len(self._missed),
            faults=tuple(self._faults),
            missed=tuple(self._missed),
            items=len(self._archive.items),
            segments=self._archive.segments,
        )

    def _is_read(self, source: Source) -> bool:
        if not source.is_recognisable:
            return False
        seen = self._ledger.result(source)
        if seen is None or self._ledger.was_unreadable(source):
            return seen is not None
        digest = Digest(seen)
        return digest in self._archive or self._archive.print_path(digest).is_file()


def _read(index: str, task: _Task) -> Source:
    """Digest and print a file or object; done in a worker."""
    seen = as_source(task.place)
    if not isinstance(task.place, RemoteObject):
        return _printed(index, task.place, seen)
    try:
        with fetched(task.place, most_bytes=task.largest_bytes) as path:
            return _printed(index, path, seen)
    except PurportError as error:
        unanswered = isinstance(error, UnavailableError)
        return replace(seen, missed=error.fault, unanswered=unanswered)


def _printed(index: str, path: Path, seen: Source) -> Source:
    try:
        digest = digest_file(path)
        archive = Archive(Path(index))
        if not archive.print_path(digest).is_file():
            archive.keep_print(digest, print_video(path, probe=probe_media(path)))
    except PurportError as error:
        return replace(seen, fault=error.fault)
    return replace(seen, digest=digest)


def _read_on_cluster(
    address: str, index: Path, tasks: Sequence[_Task], keep: Callable[[str, object], None]
) -> None:
    """Let the workers of a cluster read files; what a dead worker had is given to another."""
    try:
        from distributed import Client, as_completed  # noqa: PLC0415 - an optional dependency
    except ImportError as error:
        raise UnavailableError(
            "--cluster",
            "the package `distributed` is not installed",
            remedy="Install purport[cluster], or leave --cluster out.",
        ) from error
    try:
        with Client(address, timeout=30) as client:
            rest = iter(tasks)
            first = [task for _, task in zip(range(_AHEAD), rest, strict=False)]
            going = as_completed([_submit(client, index, task) for task in first])
            for future in going:
                keep(future.key, future.result())
                following = next(rest, None)
                if following is not None:
                    going.add(_submit(client, index, following))
    except OSError as error:
        raise UnavailableError(
            address, f"the cluster can't be reached: {error}", remedy="Start it, and run again."
        ) from error


def _submit(client: object, index: Path, task: _Task) -> "Future":
    submit = client.submit  # type: ignore[attr-defined]  # a Client, known where it is imported
    return submit(_read, str(index.resolve()), task, pure=False, retries=3)


def search_index(
    index: Path, video: Path
) -> tuple[list[Found], list[tuple[str, ListMatch | TmkMatch]]]:
    """Find the items of an index that share seconds with a video, and the hash lists that know it.

    Returns:
        Proven stretches; and lists by name with what of the video they recognise, which is no
        proof: lists of PDQ hashes at least half of its samples (vPDQ's rule), TMK hashes by
        both of TMK's levels.

    Raises:
        InputError: There is no index.
    """
    if not (index / _LISTS).is_dir():
        require_index(index)
    asking = print_video(video, probe=probe_media(video), asking=True)
    archive = Archive(index, threads=len(os.sched_getaffinity(0)))
    found = archive.search(asking, Rules())
    known: list[tuple[str, ListMatch | TmkMatch]] = []
    for path in sorted((index / _LISTS).glob("*.txt")):
        match = compare_with_list(asking, _load_list(path))
        if match.share >= 0.5:  # noqa: PLR2004 - the published rule
            known.append((path.stem, match))
    hashes = sorted((index / _LISTS).glob("*.tmk"))
    known += find_near(
        asking, ((path.stem, parse_tmk(path.read_bytes(), name=path.name)) for path in hashes)
    )
    return found, known


def import_hash_list(index: Path, path: Path) -> int:
    """Keep a list of PDQ hashes, or a video's TMK hash, with an index.

    Returns:
        How many hashes it has.

    Raises:
        InputError: It is neither.
    """
    content = path.read_bytes()
    if is_tmk(content):
        parse_tmk(content, name=path.name)
        count, suffix = 1, "tmk"
    else:
        text = content.decode("utf-8", errors="replace")
        count, suffix = len(parse_hash_list(text, name=path.name).bits), "txt"
        content = text.encode()
    name = f"{path.stem}-{digest_bytes(content)[:12]}.{suffix}"
    with writing(index / _LISTS / name, subject=path.name) as unfinished:
        unfinished.write_bytes(content)
    return count


def _load_list(path: Path) -> HashList:
    return parse_hash_list(path.read_text(encoding="utf-8"), name=path.stem)
