"""What others archived is known by its first bytes, and what is left out of it is told."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.warc_records import warc_response

from purport.casework import Workspace
from purport.casework.archives import ArchiveKind, collect_archive

FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "case", create=True) as opened:
        yield opened


def test_a_warc_that_ends_in_a_zip_is_a_warc(workspace: Workspace, tmp_path: Path) -> None:
    """Python takes whatever ends in a zip for one, and it was unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("statement.txt", "Eight targets.")
    path = tmp_path / "page.warc"
    path.write_bytes(
        warc_response(b"<p>words</p>", kind="text/html")
        + warc_response(packed.getvalue(), kind="application/zip")
    )
    assert zipfile.is_zipfile(path)
    found = collect_archive(workspace, path)
    assert (found.kind, found.items) == (ArchiveKind.WARC, ())


def test_parts_of_films_are_told(workspace: Workspace, tmp_path: Path) -> None:
    """They were left out, and nothing said so."""
    path = tmp_path / "page.warc"
    part = "Content-Range: bytes 0-10251/99999"
    path.write_bytes(warc_response(FILM, part, status="206 Partial Content") * 3)
    found = collect_archive(workspace, path)
    assert found.items == ()
    assert "3 records bring a part of a film, and none is taken out" in found.notes
