"""The dossier: one self-contained HTML file that shows a case to its readers.

It loads nothing, runs no script, and holds every picture in itself; a content security policy in
the page makes browsers keep to that.
"""

import errno
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from purport import __version__
from purport.core.casefile import CaseFile
from purport.core.digests import Digest
from purport.core.errors import StorageFullError
from purport.core.instants import format_utc
from purport.core.ratings import Confidence, Likelihood, Rating
from purport.reports.capture_views import CapturedPages, FilmOrigin
from purport.reports.claim_views import (
    CaseIndex,
    ClaimView,
    view_claims,
    view_matrix,
    view_stories,
)
from purport.reports.custody_views import view_custody
from purport.reports.disputes import view_disputes
from purport.reports.item_views import Files, view_items
from purport.reports.methods import explain_checks, registered_checks
from purport.reports.phrases import PART_NAMES, RATING_ICONS, format_seconds, humanise
from purport.reports.sheet_views import sheet_claims, view_sheets
from purport.scene import Scene

__all__ = ["write_dossier"]

_TEMPLATE = "dossier.html"
_MODE = 0o644
_BRIEF = 260


def write_dossier(
    case: CaseFile,
    *,
    media_path: Callable[[Digest], Path],
    reference_path: Callable[[Digest], Path],
    out: Path,
    scene: Callable[[Digest], Scene | None] | None = None,
    captured: CapturedPages | None = None,
) -> Path:
    """Write the dossier of a case.

    Args:
        case: The case.
        media_path: Gives the working copy of a media item.
        reference_path: Gives the working copy of an orthophoto, world file beside it if any.
        out: Where to write it; replaced in one step when it exists.
        scene: Gives the scene of an item, so that burnt-in graphics are outlined; without it
            they are not.
        captured: What captures and archives brought; None where there are none.

    Returns:
        `out`.

    Raises:
        StorageFullError: There is no room for it.
        OSError: It cannot be written there for another reason.
    """
    files = Files(
        media_path=media_path, reference_path=reference_path, scene=scene or _without_scene
    )
    _write_whole(out, _render(case, files, captured or CapturedPages()))
    return out


def _without_scene(_: Digest) -> Scene | None:
    return None


def _render(case: CaseFile, files: Files, captured: CapturedPages) -> str:
    index = CaseIndex.of(case)
    claims = view_claims(case, index)
    of_rows = sheet_claims(case)
    sheets = view_sheets(case, index, claims)
    told = tuple(view for view in claims if view.claim.id not in of_rows)
    environment = Environment(
        loader=PackageLoader("purport.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["brings"] = _brings
    environment.filters.update(
        humanise=humanise,
        seconds=format_seconds,
        utc=format_utc,
        capitalize_first=_capitalise,
        prose=_prose,
        brief=_brief,
    )
    context: dict[str, Any] = {
        "case": case,
        "claims": claims,
        "told_claims": told,
        "sheets": sheets,
        "row_labels": {row.claim.claim.id: row.label for sheet in sheets for row in sheet.rows},
        "stories": view_stories(case, index),
        "disputes": view_disputes(claims),
        "matrix": view_matrix(case, index, told),
        "items": view_items(case, files),
        "captures": captured.drawn(),
        "methods": explain_checks(registered_checks()),
        "summary": _summarise(claims),
        "part_names": tuple(PART_NAMES.values()),
        "ratings": tuple((r.value, RATING_ICONS[r], _style_of(r)) for r in Rating),
        "likelihoods": tuple(word.value for word in Likelihood),
        "confidences": tuple(word.value for word in Confidence),
        "custody": view_custody(case),
        "reviewed": _reviewed(case),
        "libraries": _libraries(case),
        "version": __version__,
        "css": resources.files("purport.reports")
        .joinpath("templates/dossier.css")
        .read_text(encoding="utf-8"),
        "case_not_run": tuple(entry for entry in case.not_run if entry.item is None),
        "case_findings": tuple(finding for finding in case.findings if finding.item is None),
    }
    return environment.get_template(_TEMPLATE).render(context)


def _brings(films: Sequence[FilmOrigin], digest: Digest) -> bool:
    return any(film.digest == digest for film in films)


def _brief(text: str) -> str:
    """Keep whole sentences up to about `_BRIEF` characters; the rest stands with the finding."""
    if len(text) <= _BRIEF:
        return text
    end = max(
        text.rfind(". ", 0, _BRIEF), text.rfind("; ", 0, _BRIEF), text.rfind(" ", 0, _BRIEF // 2)
    )
    return text[: end + 1].rstrip() + " …"


def _capitalise(text: str) -> str:
    """Raise the first letter and leave the rest, which may be a file name."""
    return text[:1].upper() + text[1:]


def _prose(text: str) -> Markup:
    """Escape a text; what stands between backticks is a command."""
    pieces = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if number % 2 else piece
        for number, piece in enumerate(pieces)
    )


def _style_of(rating: Rating) -> str:
    return rating.value.lower().replace(" ", "-")


def _summarise(claims: Sequence[ClaimView]) -> tuple[tuple[str, int], ...]:
    """Count how many parts have each rating; a count is not a score."""
    ratings = [part.rating for view in claims for part in view.parts]
    return tuple((rating.value, ratings.count(rating.value)) for rating in Rating)


def _reviewed(case: CaseFile) -> int:
    return sum(verdict.reviewer is not None for verdict in case.verdicts)


def _libraries(case: CaseFile) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({pair for f in case.findings for pair in f.derivation.libraries}))


def _write_whole(out: Path, text: str) -> None:
    """Write under a temporary name, flush to disk, rename."""
    out.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(_MODE)
        Path(temporary).replace(out)
    except OSError as error:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFullError(
                str(out),
                f"no room for a dossier of {len(text) // 1024:,} KiB",
                remedy="Free some room, or write it elsewhere.",
            ) from error
        raise
