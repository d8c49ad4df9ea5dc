"""An index of prints over a folder of videos: made by several processes or a cluster, resumable.

Each file is read by a worker, which keeps its print beside the index; nothing else is done there.
This process alone adds prints to the index, in the order of the listing, some hundreds at a time.
So a worker that dies loses nothing (its file is given to another one) and doubles nothing (a print
is named by the content's digest, and the index takes each once). What was read is noted in
`sources.jsonl`: a run that was cut short goes on where it was, and a file that has not changed is
not read again.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from purport.casework.fanning_out import compute
from purport.casework.progress import Progress, quiet
from purport.checks.reuse import (
    Archive,
    Found,
    HashList,
    ListMatch,
    Rules,
    compare_with_list,
    parse_hash_list,
    print_video,
)
from purport.core.digests import Digest, digest_bytes, digest_file
from purport.core.errors import InputError, PurportError, UnavailableError
from purport.media import probe_media

if TYPE_CHECKING:
    from distributed import Future

__all__ = [
    "IndexSummary",
    "add_to_index",
    "import_hash_list",
    "list_videos",
    "require_index",
    "search_index",
]

_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("3gp", "avi", "flv", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf"),
        *("ogv", "ts", "vob", "webm", "wmv"),
    )
)
_BATCH = 200
_WINDOW = 2000
_AHEAD = 64
_LEDGER = "sources.jsonl"
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
    items: int
    """Videos in the index now."""
    segments: int
    """Segments in the index now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """A file as it was seen."""

    path: str
    size: int
    changed_ns: int
    digest: str | None = None
    fault: str | None = None

    @property
    def key(self) -> tuple[str, int, int]:
        """Name, size and time: what tells whether it must be read again."""
        return self.path, self.size, self.changed_ns


def list_videos(places: Sequence[Path]) -> list[Path]:
    """Return the video files in folders (and the files named), each once, in order of name.

    Raises:
        InputError: A place isn't there.
    """
    found: set[Path] = set()
    for place in places:
        if place.is_dir():
            found.update(
                path
                for path in place.rglob("*")
                if path.suffix.lower() in _SUFFIXES and path.is_file()
            )
        elif place.is_file():
            found.add(place)
        else:
            raise InputError(str(place), "is not there", remedy="Name a folder or a video file.")
    return sorted(path.resolve() for path in found)


def add_to_index(
    index: Path,
    videos: Sequence[Path],
    *,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress = quiet,
) -> IndexSummary:
    """Read videos and add their prints to an index; what it holds is left as it is.

    Args:
        index: Folder of the index; made when absent.
        videos: The files, in the order in which they are to be added.
        workers: Processes on this machine; None for one a core.
        cluster: Address of a `distributed` scheduler whose workers see the same files at the same
            paths; None for this machine.
        progress: Is told of every file.

    Raises:
        UnavailableError: A process or the cluster failed; what was done is kept.
    """
    index.mkdir(parents=True, exist_ok=True)
    run = _Run(index, videos, progress)
    for first in range(0, len(videos), _WINDOW):
        window = run.unread(videos[first : first + _WINDOW])
        if cluster is not None:
            _read_on_cluster(cluster, index, window, run.keep)
        else:
            graph = {str(path): (_read, str(index), _Path(str(path))) for path in window}
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
class _Path:
    """A path among a step's arguments, which a step's name must not be taken for."""

    path: str


class _Run:
    """One run over a list of files."""

    def __init__(self, index: Path, videos: Sequence[Path], progress: Progress) -> None:
        self._index, self._progress, self._total = index, progress, len(videos)
        self._archive = Archive(index)
        self._ledger = index / _LEDGER
        self._seen = {source.key: source for source in _read_ledger(self._ledger)}
        self._done = self._added = 0
        self._faults: list[tuple[str, str]] = []

    def unread(self, videos: Sequence[Path]) -> list[Path]:
        """Return the files that were never read as they are, or whose print is lost."""
        window = [path for path in videos if not self._is_read(_source(path))]
        self._done += len(videos) - len(window)
        return window

    def keep(self, _: str, result: object) -> None:
        """Note that a file was read."""
        if not isinstance(result, _Source):
            raise TypeError(f"a step returned {result!r}")
        self._seen[result.key] = result
        with self._ledger.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result), ensure_ascii=False) + "\n")
        self._done += 1
        self._progress("index", done=self._done, total=self._total, label=Path(result.path).name)

    def add(self, videos: Sequence[Path]) -> None:
        """Add what was read to the index, in order."""
        sources = [self._seen[_source(path).key] for path in videos]
        self._faults += [(one.path, one.fault) for one in sources if one.fault is not None]
        whole = [(Digest(one.digest), one.path) for one in sources if one.digest is not None]
        for first in range(0, len(whole), _BATCH):
            self._added += self._archive.add(whole[first : first + _BATCH])

    def summary(self) -> IndexSummary:
        """Return what the run came to."""
        return IndexSummary(
            added=self._added,
            known=self._total - self._added - len(self._faults),
            faults=tuple(self._faults),
            items=len(self._archive.items),
            segments=self._archive.segments,
        )

    def _is_read(self, source: _Source) -> bool:
        seen = self._seen.get(source.key)
        if seen is None or seen.digest is None:
            return seen is not None
        digest = Digest(seen.digest)
        return digest in self._archive or self._archive.print_path(digest).is_file()


def _read(index: str, video: _Path) -> _Source:
    """Digest and print a file; done in a worker."""
    path = Path(video.path)
    seen = _source(path)
    try:
        digest = digest_file(path)
        archive = Archive(Path(index))
        if not archive.print_path(digest).is_file():
            archive.keep_print(digest, print_video(path, probe=probe_media(path)))
    except PurportError as error:
        return replace(seen, fault=str(error))
    return replace(seen, digest=digest)


def _source(path: Path) -> _Source:
    state = path.stat()
    return _Source(path=str(path), size=state.st_size, changed_ns=state.st_mtime_ns)


def _read_ledger(path: Path) -> Iterator[_Source]:
    """Yield what was read; a last line that was cut short is passed over."""
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            yield _Source(**json.loads(line))
        except ValueError:
            continue


def _read_on_cluster(
    address: str, index: Path, videos: Sequence[Path], keep: Callable[[str, object], None]
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
            rest = iter(videos)
            first = [path for _, path in zip(range(_AHEAD), rest, strict=False)]
            going = as_completed([_submit(client, index, path) for path in first])
            for future in going:
                keep(future.key, future.result())
                following = next(rest, None)
                if following is not None:
                    going.add(_submit(client, index, following))
    except OSError as error:
        raise UnavailableError(
            address, f"the cluster can't be reached: {error}", remedy="Start it, and run again."
        ) from error


def _submit(client: object, index: Path, path: Path) -> "Future":
    submit = client.submit  # type: ignore[attr-defined]  # a Client, known where it is imported
    return submit(_read, str(index.resolve()), _Path(str(path)), pure=False, retries=3)


def search_index(index: Path, video: Path) -> tuple[list[Found], list[tuple[str, ListMatch]]]:
    """Find the items of an index that share seconds with a video, and the hash lists that know it.

    Returns:
        Proven stretches; and lists by name with what of the video they recognise by vPDQ's rule
        (at least half of its samples), which is no proof.

    Raises:
        InputError: There is no index.
    """
    if not (index / _LISTS).is_dir():
        require_index(index)
    asking = print_video(video, probe=probe_media(video), asking=True)
    archive = Archive(index, threads=len(os.sched_getaffinity(0)))
    found = archive.search(asking, Rules())
    known = []
    for path in sorted((index / _LISTS).glob("*.txt")):
        match = compare_with_list(asking, _load_list(path))
        if match.share >= 0.5:  # noqa: PLR2004 - the published rule
            known.append((path.stem, match))
    return found, known


def import_hash_list(index: Path, path: Path) -> int:
    """Keep a list of PDQ hashes with an index; return how many hashes it has.

    Raises:
        InputError: It is no list of PDQ hashes.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    known = parse_hash_list(text, name=path.name)
    folder = index / _LISTS
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{path.stem}-{digest_bytes(text.encode())[:12]}.txt"
    unfinished = folder / f".{name}.{os.getpid()}.part"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(folder / name)
    return len(known.bits)


def _load_list(path: Path) -> HashList:
    return parse_hash_list(path.read_text(encoding="utf-8"), name=path.stem)
