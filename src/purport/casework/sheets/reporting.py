"""Judged sheets as a page and as a JSON document."""

from pathlib import Path

from purport.casework.sheets.records import JudgedSheets
from purport.core.digests import Digest, JsonObject
from purport.core.errors import ConsistencyError
from purport.core.records import to_json
from purport.reports import case_document, write_dossier

__all__ = ["sheet_document", "write_sheet_dossier"]


def write_sheet_dossier(judged: JudgedSheets, *, out: Path) -> Path:
    """Write the dossier of judged sheets.

    Raises:
        StorageFullError: There is no room for it.
    """
    return write_dossier(judged.case, media_path=_no_file, reference_path=_no_file, out=out)


def sheet_document(judged: JudgedSheets, *, dossier: Path | None) -> JsonObject:
    """Return the `purport.case/1` document with a member `sheets`: the tally of each."""
    return {
        **case_document(judged.case, dossier=dossier),
        "sheets": to_json(judged.sheets),
        "unplaced": list(judged.unplaced),
    }


def _no_file(digest: Digest) -> Path:
    raise ConsistencyError(digest, "a sheet has no footage", remedy="Please report it.")
