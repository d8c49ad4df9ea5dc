"""What auto-archiver and Atlos state of their files is held against the files."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from purport.core.errors import ForgedBagError, InputError
from purport.seals import opened_archive
from purport.sources import ListingKind, read_listing

CLIP = b"\x00\x00\x00\x18ftypisom and so on"
PICTURE = b"\xff\xd8\xff a picture"


def sha(content: bytes, algorithm: str = "SHA-256") -> str:
    hasher = hashlib.sha256 if algorithm == "SHA-256" else hashlib.sha3_512
    return f"{algorithm}:{hasher(content).hexdigest()}"


def metadata(*media: dict[str, Any]) -> str:
    return json.dumps(
        {
            "status": "generic: success",
            "metadata": {
                "_processed_at": "2025-02-03 10:11:12.345678+00:00",
                "url": "https://site.example/post/1",
                "title": "A post",
            },
            "media": list(media),
        }
    )


def medium(key: str, content: bytes, algorithm: str = "SHA-256", **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "filename": f"/tmp/tmpabc/{Path(key).name}",  # noqa: S108 - as auto-archiver writes it
        "key": key,
        "urls": [f"./local_archive/{key}"],
        "properties": {"hash": sha(content, algorithm), **more},
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as auto-archiver's local_storage and json_enricher leave it."""
    root = tmp_path / "local_archive"
    place = root / "site-example-post-1"
    place.mkdir(parents=True)
    (place / "clip.mp4").write_bytes(CLIP)
    (place / "thumb_1.jpg").write_bytes(PICTURE)
    (place / "page.html").write_text("<html>formatted</html>")
    thumb = medium("site-example-post-1/thumb_1.jpg", PICTURE)
    clip = medium("site-example-post-1/clip.mp4", CLIP, "SHA3-512", thumbnails=[thumb])
    (place / "metadata.json").write_text(metadata(clip))
    return root


def test_auto_archivers_hashes_are_held_against_its_files(folder: Path) -> None:
    found = read_listing(folder, name="local_archive")
    matched = {path.name: stated for path, stated in found.matched}
    assert found.kind is ListingKind.AUTO_ARCHIVER
    assert set(matched) == {"clip.mp4", "thumb_1.jpg"}
    assert matched["clip.mp4"].algorithm == "sha3512"
    assert matched["clip.mp4"].url == "https://site.example/post/1"
    assert matched["clip.mp4"].archived == "2025-02-03 10:11:12.345678+00:00"
    assert [path.name for path in found.unlisted] == ["page.html"]
    assert (found.missing, found.unhashed) == ((), ())


def test_an_altered_file_is_named(folder: Path) -> None:
    (folder / "site-example-post-1" / "clip.mp4").write_bytes(CLIP + b"!")
    with pytest.raises(ForgedBagError, match=r"clip\.mp4: was altered: its sha3512 is") as caught:
        read_listing(folder, name="local_archive")
    assert "metadata.json states" in str(caught.value)


def test_every_altered_file_is_named(folder: Path) -> None:
    for name in ("clip.mp4", "thumb_1.jpg"):
        (folder / "site-example-post-1" / name).write_bytes(b"other")
    with pytest.raises(ForgedBagError) as caught:
        read_listing(folder, name="local_archive")
    assert str(caught.value).count("was altered") == 2


def test_a_file_of_the_same_name_that_has_its_own_record_is_not_called_altered(
    folder: Path,
) -> None:
    """Two runs name their files alike; of the second the film was left out."""
    place = folder / "site-example-post-2"
    place.mkdir()
    clip = medium("clip.mp4", b"another clip")
    (place / "metadata.json").write_text(metadata(clip))
    found = read_listing(folder, name="local_archive")
    assert [each.names[0] for each in found.missing] == ["clip.mp4"]
    assert {path.name for path, _ in found.matched} == {"clip.mp4", "thumb_1.jpg"}


def test_a_true_copy_elsewhere_does_not_hide_an_altered_file(folder: Path) -> None:
    (folder / "copy of the clip.mp4").write_bytes(CLIP)
    (folder / "site-example-post-1" / "clip.mp4").write_bytes(CLIP + b"!")
    with pytest.raises(ForgedBagError, match=r"site-example-post-1/clip\.mp4: was altered"):
        read_listing(folder, name="local_archive")


def test_a_stranger_of_the_same_name_elsewhere_is_only_told(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "notes" / "clip.mp4").write_bytes(b"something else")
    unlisted = read_listing(folder, name="local_archive").unlisted
    assert "notes/clip.mp4" in {path.relative_to(folder).as_posix() for path in unlisted}


def test_what_is_stated_and_not_there_is_told(folder: Path) -> None:
    (folder / "site-example-post-1" / "thumb_1.jpg").unlink()
    (missing,) = read_listing(folder, name="local_archive").missing
    assert missing.names[0] == "site-example-post-1/thumb_1.jpg"


def test_a_file_that_was_renamed_is_known_by_its_hash(folder: Path) -> None:
    clip = folder / "site-example-post-1" / "clip.mp4"
    clip.rename(clip.with_name("better name.mp4"))
    names = {path.name for path, _ in read_listing(folder, name="local_archive").matched}
    assert "better name.mp4" in names


def test_a_table_of_auto_archiver_states_hashes_too(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(CLIP)
    (tmp_path / "sheet.csv").write_text(
        "Link,Archive status,Archive date,Archive location,Hash\n"
        f"https://site.example/1,success,2025-02-03,https://s3.example/a/clip.mp4,{sha(CLIP)}\n"
    )
    found = read_listing(tmp_path, name="folder")
    assert [path.name for path, _ in found.matched] == ["clip.mp4"]
    (tmp_path / "clip.mp4").write_bytes(b"other")
    with pytest.raises(ForgedBagError, match=r"clip\.mp4: was altered"):
        read_listing(tmp_path, name="folder")


def artifact(content: bytes, kind: str) -> dict[str, Any]:
    return {
        "id": "7f1c",
        "file_hash_sha256": hashlib.sha256(content).hexdigest(),
        "file_size": len(content),
        "mime_type": "video/mp4",
        "type": kind,
    }


def version(*artifacts: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "b2",
        "scoped_id": 1,
        "source_url": "https://site.example/clip/9",
        "inserted_at": "2025-04-05T06:07:08",
        "status": "complete",
        "artifacts": list(artifacts),
    }


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A full export of Atlos."""
    root = tmp_path / "atlos-export-2025-05-01"
    place = root / "CIV-AAAA1" / "CIV-AAAA1-1"
    place.mkdir(parents=True)
    (place / "media_CIV-AAAA1-1.mp4").write_bytes(CLIP)
    (place / "viewport_CIV-AAAA1-1.png").write_bytes(PICTURE)
    said = version(artifact(CLIP, "media"), artifact(PICTURE, "viewport"))
    (place / "metadata.json").write_text(json.dumps(said))
    (place.parent / "metadata.json").write_text(json.dumps({"slug": "AAAA1", "versions": [said]}))
    (place.parent / "updates.json").write_text("[]")
    return root


def test_atloss_hashes_are_held_against_its_files(export: Path) -> None:
    found = read_listing(export, name="export")
    assert found.kind is ListingKind.ATLOS
    matched = {path.name: stated for path, stated in found.matched}
    assert set(matched) == {"media_CIV-AAAA1-1.mp4", "viewport_CIV-AAAA1-1.png"}
    assert {stated.url for stated in matched.values()} == {"https://site.example/clip/9"}
    assert [path.name for path in found.unlisted] == ["updates.json"]


def test_an_altered_file_of_atlos_is_named(export: Path) -> None:
    clip = export / "CIV-AAAA1" / "CIV-AAAA1-1" / "media_CIV-AAAA1-1.mp4"
    clip.write_bytes(CLIP + b"!")
    with pytest.raises(ForgedBagError, match=r"media_CIV-AAAA1-1\.mp4: was altered"):
        read_listing(export, name="export")


def test_a_file_that_atlos_left_out_is_told(export: Path) -> None:
    (export / "CIV-AAAA1" / "CIV-AAAA1-1" / "viewport_CIV-AAAA1-1.png").unlink()
    missing = read_listing(export, name="export").missing
    assert {each.digits for each in missing} == {hashlib.sha256(PICTURE).hexdigest()}


def test_pages_of_atloss_interface_state_hashes_too(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(CLIP)
    said = {"results": [version(artifact(CLIP, "media"))], "next": None, "previous": None}
    (tmp_path / "source_material.json").write_text(json.dumps(said))
    found = read_listing(tmp_path, name="folder")
    assert [path.name for path, _ in found.matched] == ["clip.mp4"]


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.txt": "hello"},
        {"a.json": "{not json"},
        {"a.json": '{"media": 7, "status": 1}'},
        {"a.json": '{"media": [], "status": "x"}'},
        {"a.json": '{"artifacts": [{"file_hash_sha256": "short"}, 7]}'},
        {"a.json": "[" * 5000},
        {"atlos-export-2025-05-01.csv": "slug,project,source_1\nAAAA1,P,https://site.example\n"},
    ],
)
def test_what_states_nothing_of_files_is_no_listing(tmp_path: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match="holds no record of auto-archiver or Atlos"):
        read_listing(tmp_path, name="folder")


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        (["../../etc/passwd"], r'its name leaves the bag by "\.\."'),
        (["/etc/passwd"], "its name is an absolute path"),
        (["a/clip.mp4", "a/CLIP.mp4"], "differs from .* by case"),
        (["a/clip.mp4", "a/clip.mp4"], "comes twice"),
        (["a\\b.mp4"], "holds a backslash"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archives_with_traps_are_refused(tmp_path: Path, names: list[str], fault: str) -> None:
    path = tmp_path / "trap.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, CLIP)
    with pytest.raises(ForgedBagError, match=fault), opened_archive(path) as root:
        read_listing(root, name="trap.zip")


def test_links_in_a_folder_are_refused(folder: Path) -> None:
    (folder / "link.mp4").symlink_to("/etc/passwd")
    with pytest.raises(ForgedBagError, match="is a link or device"):
        read_listing(folder, name="local_archive")


def test_twins_in_a_folder_are_refused(folder: Path) -> None:
    (folder / "CLIP.mp4").write_bytes(CLIP)
    (folder / "clip.mp4").write_bytes(CLIP)
    with pytest.raises(ForgedBagError, match="differs from"):
        read_listing(folder, name="local_archive")


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(9):
            archive.writestr(f"{number}.bin", bytes(40 << 20))
    with pytest.raises(ForgedBagError, match="this is a bomb"), opened_archive(path):
        pass
