"""Films for readers of a published case: made when an edition comes out, kept in the cache."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from purport.casework.copies import media_path
from purport.casework.frame_tables import item_probe
from purport.casework.guarding import Stopped, attempt
from purport.casework.publishing import editions_of
from purport.casework.reading import case_file
from purport.casework.workspace import Workspace
from purport.core.casefile import Fault
from purport.core.digests import Digest
from purport.core.editions import EditionState, published_edition
from purport.media import FILM_VERSION, write_film
from purport.reports.published import Stretch, film_stretches, may_become_clear

__all__ = ["Film", "film_path", "films_of", "make_films"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What readers may play of an item."""

    key: str
    """Key of the case, the last part of its address."""
    edition: int
    """Number of the edition for which it is made."""
    item: Digest
    """The item."""
    veiled: bool
    """Whether it is grey and blurred for good."""
    stretches: tuple[Stretch, ...] = ()
    """What it shows. [s]"""


def film_path(workspace: Workspace, film: Film) -> Path:
    """Return where a film is kept; it need not be there (yet)."""
    kind = "veiled" if film.veiled else "clear"
    name = f"{film.edition}-{film.item}-{kind}-{FILM_VERSION}.mp4"
    return workspace.cache / "films" / film.key / name


def films_of(workspace: Workspace) -> tuple[Film, ...]:
    """Return the films of the edition that readers see; none where there is no such edition.

    Of each item that has a length a veiled one, and a clear one where the edition allows it.
    """
    edition = published_edition(tuple(one.record for one in editions_of(workspace)))
    if edition is None or edition.state is EditionState.WITHDRAWN:
        return ()
    document: Any = edition.document  # JSON
    told = {one["id"] for one in document["findings"]}
    findings = [one for one in case_file(workspace).findings if one.id in told]
    films: list[Film] = []
    for item in document["items"]:
        if not item["duration_s"]:
            continue
        digest = Digest(item["sha256"])
        veiled = Film(
            key=str(document["key"]),
            edition=edition.number,
            item=digest,
            veiled=True,
            stretches=film_stretches(
                float(item["duration_s"]), [one for one in findings if one.item == digest]
            ),
        )
        films.append(veiled)
        if may_become_clear(item):
            films.append(replace(veiled, veiled=False))
    return tuple(films)


def make_films(
    workspace: Workspace,
    key: str,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[int, tuple[Fault, ...]]:
    """Make the films of the edition that readers see, and remove all others.

    Args:
        workspace: The case.
        key: Key of the case.
        progress: Is told how many of how many are made; what it raises stops the work.

    Returns:
        How many there are by now, and why others could not be made.

    Raises:
        StorageFullError: There is no room in the cache.
    """
    films = films_of(workspace)
    faults: list[Fault] = []
    for place, film in enumerate(films):
        progress(place, len(films))
        made = attempt(film.item[:12], partial(_make, workspace, film))
        if isinstance(made, Fault):
            faults.append(made)
        elif isinstance(made, Stopped):
            raise made.error
    wanted = {film_path(workspace, one) for one in films}
    for path in (workspace.cache / "films" / key).glob("*.mp4"):
        if path not in wanted:
            path.unlink(missing_ok=True)
    return len(films) - len(faults), tuple(faults)


def _make(workspace: Workspace, film: Film) -> None:
    kept = film_path(workspace, film)
    if kept.is_file():
        return
    with workspace.writing(kept, subject=film.item[:12]) as unfinished:
        write_film(
            media_path(workspace, film.item),
            unfinished,
            probe=item_probe(workspace, film.item),
            veiled=film.veiled,
            stretches_s=film.stretches,
        )
