"""What we write as WARC and WACZ is read by others' readers and by ours; what is altered is not."""

import gzip
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.warc_records import warc_response
from warcio.archiveiterator import ArchiveIterator

from purport.core.errors import ForgedBagError, InputError
from purport.seals import opened_archive
from purport.sources import (
    Door,
    Exchange,
    Limits,
    Line,
    PageEntry,
    Resource,
    read_wacz,
    read_warc,
    write_wacz,
    write_warc,
)
from purport.sources.visiting import Visitor
from purport.sources.warc import index_text, search_key

Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module
NOW = datetime(2026, 3, 1, 12, 0, 7, 123456, tzinfo=UTC)
PICTURE = b"\x89PNG\r\n\x1a\n and so on"
FILM = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 40


@pytest.fixture
def exchanges(site: Site, trouble: Trouble, tmp_path: Path) -> list[Exchange]:
    site.pages |= {
        "/a": trouble.moved("/b"),
        "/b": trouble.says(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"5\r\nhello\r\n0\r\n\r\n"
        ),
        "/film.mp4": trouble.Given(FILM, "video/mp4"),
        "/cut": trouble.says(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"),
    }
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=Limits())
    visitor = Visitor(line)
    for path in ("/a", "/film.mp4", "/cut"):
        visitor.visit(site.url(path))
    return line.exchanges


@pytest.fixture
def wacz(exchanges: list[Exchange], tmp_path: Path) -> Path:
    warc = tmp_path / "data.warc.gz"
    view = Resource(
        uri=f"urn:view:{exchanges[1].url}", content_type="image/png", content=PICTURE, made_utc=NOW
    )
    lines = write_warc(warc, exchanges, [view], about={"software": "purport"})
    path = tmp_path / "made.wacz"
    page = PageEntry(url=exchanges[1].url, instant=exchanges[1].started_utc, title="Häuser & Co")
    write_wacz(path, warc, lines, [page], software="purport", created=NOW)
    return path


def test_warcio_reads_every_record_and_every_digest_fits(wacz: Path, tmp_path: Path) -> None:
    del wacz
    run = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", tmp_path / "data.warc.gz"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("digest pass") == 10


def test_bytes_come_out_as_they_came_in(
    wacz: Path, exchanges: list[Exchange], tmp_path: Path
) -> None:
    del wacz
    with (tmp_path / "data.warc.gz").open("rb") as source:
        records = [
            (record.rec_type, record.rec_headers, record.raw_stream.read())
            for record in ArchiveIterator(source, no_record_parse=True)
        ]
    responses = [(headers, block) for kind, headers, block in records if kind == "response"]
    requests = [block for kind, _, block in records if kind == "request"]
    assert [block for _, block in responses] == [each.response.read_bytes() for each in exchanges]
    assert requests == [each.request for each in exchanges]
    headers = responses[3][0]
    assert headers.get_header("WARC-Truncated") == "disconnect"
    assert headers.get_header("WARC-IP-Address") == "127.0.0.1"
    assert headers.get_header("WARC-Date").endswith("Z")
    assert responses[0][0].get_header("WARC-Truncated") is None


def test_the_index_finds_each_record(wacz: Path, exchanges: list[Exchange]) -> None:
    with zipfile.ZipFile(wacz) as archive:
        index = archive.read("indexes/index.cdx").decode().splitlines()
        warc = archive.read("archive/data.warc.gz")
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
    assert index == sorted(index)
    for line in index:
        said = json.loads(line.split(" ", 2)[2])
        start, length = int(said["offset"]), int(said["length"])
        piece = warc[start : start + length]
        assert said["recordDigest"] == f"sha256:{hashlib.sha256(piece).hexdigest()}"
        (record,) = ArchiveIterator(io.BytesIO(piece))
        assert record.rec_headers.get_header("WARC-Target-URI") == said["url"]
    assert len(index) == len(exchanges) + 1


def test_the_list_of_files_follows_the_format(wacz: Path) -> None:
    with zipfile.ZipFile(wacz) as archive:
        package = json.loads(archive.read("datapackage.json"))
        digest = json.loads(archive.read("datapackage-digest.json"))
        pages = [json.loads(line) for line in archive.read("pages/pages.jsonl").splitlines()]
        stated = f"sha256:{hashlib.sha256(archive.read('datapackage.json')).hexdigest()}"
        for each in package["resources"]:
            content = archive.read(each["path"])
            assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
            assert each["bytes"] == len(content)
    assert (package["profile"], package["wacz_version"]) == ("data-package", "1.1.1")
    assert digest == {"path": "datapackage.json", "hash": stated}
    assert pages[0]["format"] == "json-pages-1.0"
    assert pages[1]["title"] == package["title"] == "Häuser & Co"
    assert pages[1]["url"] == package["mainPageUrl"]


def test_our_reader_reads_it_and_finds_the_film(wacz: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    with opened_archive(wacz) as root:
        report = read_wacz(root, name=wacz.name, films_into=films, trusted=())
    (warc,) = report.warcs
    assert (report.version, report.files, report.has_digest) == ("1.1.1", 3, True)
    assert (warc.records, warc.responses, warc.digests, warc.without) == (10, 4, 10, 0)
    (film,) = warc.films
    assert film.path.read_bytes() == FILM
    assert film.name == "film.mp4"
    assert film.url.endswith("/film.mp4")


def test_addresses_are_archived_as_readers_look_them_up(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    """Browsers and pywb know an address in ASCII alone: as it stood, its page was never found."""
    asked = "/%D8%BA%D8%A7%D8%B1%D8%A9?%D1%8F=1"
    site.pages[asked.partition("?")[0]] = trouble.Given(b"x")
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=Limits())
    Visitor(line).visit(site.url("/غارة?я=1"))
    assert site.paths == [asked]
    lines = write_warc(tmp_path / "a.warc.gz", line.exchanges, (), about={})
    page = PageEntry(url=line.exchanges[0].url, instant=NOW, title=None)
    path = tmp_path / "a.wacz"
    write_wacz(path, tmp_path / "a.warc.gz", lines, [page], software="purport", created=NOW)
    with zipfile.ZipFile(path) as archive:
        key, _, said = archive.read("indexes/index.cdx").decode().split(" ", 2)
        pages = archive.read("pages/pages.jsonl").splitlines()
        package = json.loads(archive.read("datapackage.json"))
    assert key == search_key(site.url(asked))
    assert json.loads(said)["url"] == json.loads(pages[1])["url"] == site.url(asked)
    assert package["mainPageUrl"] == site.url(asked)
    with (tmp_path / "a.warc.gz").open("rb") as source:
        stated = [
            each.rec_headers.get_header("WARC-Target-URI") for each in ArchiveIterator(source)
        ]
    assert stated[1:] == [site.url(asked)] * 2


def test_what_is_no_http_is_kept_too(site: Site, trouble: Trouble, tmp_path: Path) -> None:
    """ "What came is kept as a record of the attempt" held for all but this."""
    banner = b"SSH-2.0-OpenSSH_9.2\r\n\r\n\r\n"
    site.pages["/a"] = trouble.says(banner)
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=Limits())
    Visitor(line).visit(site.url("/a"))
    path = tmp_path / "a.warc.gz"
    assert write_warc(path, line.exchanges, (), about={}) == ()
    with path.open("rb") as source:
        kept = {
            record.rec_headers.get_header("WARC-Target-URI"): record.raw_stream.read()
            for record in ArchiveIterator(source, check_digests="raise")
            if record.rec_type == "resource"
        }
    assert kept == {f"urn:no-answer:{site.url('/a')}": banner}
    assert read_warc(path, name="a.warc.gz", films_into=tmp_path).digests == 2


def test_the_answer_to_a_form_is_not_the_page(site: Site, trouble: Trouble, tmp_path: Path) -> None:
    """Both have one address; readers took the later one for the page."""
    site.pages["/a"] = trouble.Given(b"x")
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=Limits())
    visitor = Visitor(line)
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    visitor.visit(site.url("/a"))
    visitor.ask(site.url("/a"), form, method="POST", content=b"q=1&r=2")
    visitor.ask(site.url("/a?b"), [], method="POST", content=b"\xff{}")
    lines = write_warc(tmp_path / "a.warc.gz", line.exchanges, (), about={})
    index = [line.split(" ", 2) for line in index_text(lines, file_name="a.warc.gz")]
    keys = [key.partition(")")[2] for key, _, _ in index]
    assert keys == [
        "/a",
        "/a?__wb_method=post&__wb_post_data=%2F3t9&b=",
        "/a?__wb_method=post&q=1&r=2",
    ]
    posted = [json.loads(said).get("requestBody") for _, _, said in index]
    assert posted.count(None) == 1
    assert {"q=1&r=2", "__wb_post_data=/3t9"} < set(posted)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"WARC-Target-URI: https://site.example/raid.mp4\r\n", b""),
        (b"Content-Type: app", b"WARC-Block-Digest: no-such:AAAA\r\nContent-Type: app"),
        (b"Content-Type: app", b"WARC-Block-Digest: \0:AAAA\r\nContent-Type: app"),
        (b"Content-Type: app", b"WARC-Block-Digest: shake_128:AAAA\r\nContent-Type: app"),
        (b"https://site.example/", b"https://[\\]/"),
        (b"Content-Length: 1", b"Content-Length: -1"),
        (b"Content-Length: 1", b"Content-Length: " + b"9" * 5000),
    ],
)
def test_odd_headers_are_no_errors_of_other_kinds(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    """Six thousand records that were changed at random ended 519 times in one."""
    path = tmp_path / "a.warc"
    record = warc_response(FILM)
    assert before in record
    path.write_bytes(record + record.replace(before, after, 1))
    with suppress(ForgedBagError, InputError):
        assert read_warc(path, name="a.warc", films_into=tmp_path).records == 2


def test_a_record_says_nothing_to_the_terminal(tmp_path: Path) -> None:
    """warcio tells of blanks in an address by repeating it, with all that steers a terminal."""
    path = tmp_path / "a.warc"
    path.write_bytes(warc_response(FILM).replace(b"/raid.mp4", b"/a b\x1b]0;owned\x07.mp4"))
    read = (
        "import pathlib, sys; from purport.sources import read_warc; "
        "place = pathlib.Path(sys.argv[1]); "
        "print(len(read_warc(place / 'a.warc', name='a', films_into=place).films))"
    )
    run = subprocess.run([sys.executable, "-c", read, tmp_path], capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"1\n", b"")


def _chunked(content: bytes, length: int, *, note: bytes = b"", ends: bool = True) -> bytes:
    cut = [content[start : start + length] for start in range(0, len(content), length)]
    joined = b"".join(b"%x%s\r\n%s\r\n" % (len(each), note, each) for each in cut)
    return joined + (b"0\r\n\r\n" if ends else b"")


_CHUNKED = "Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    ("record", "taken"),
    [
        (warc_response(FILM), True),
        (warc_response(_chunked(FILM, 7), _CHUNKED), True),
        (warc_response(_chunked(FILM, 70_000, note=b";" + b"e" * 300), _CHUNKED), True),
        (warc_response(FILM, _CHUNKED), True),
        (warc_response(_chunked(FILM, 700, ends=False), _CHUNKED), False),
        (
            warc_response(
                FILM, f"Content-Range: bytes 0-{len(FILM) - 1}/{len(FILM)}", status="206 P"
            ),
            True,
        ),
        (warc_response(FILM, "Content-Range: bytes 0-9999/99999", status="206 P"), False),
        (warc_response(FILM, status="206 P"), False),
        (warc_response(FILM, "Content-Encoding: gzip"), False),
        (warc_response(FILM, more="WARC-Truncated: length\r\n"), False),
    ],
)
def test_films_are_taken_out_whole_or_it_is_told(
    tmp_path: Path, record: bytes, *, taken: bool
) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(record * 2)
    report = read_warc(path, name="a.warc", films_into=tmp_path)
    assert [each.path.read_bytes() for each in report.films] == [FILM] * (2 * taken)
    assert (len(report.notes) + report.parts > 0) is not taken


def test_a_film_is_seen_wherever_the_reader_cuts(tmp_path: Path) -> None:
    """Readers read 16 KiB at once: whatever comes before, the film's first bytes count."""
    for before in range(16_384 - 400, 16_384 + 40, 3):
        filler = warc_response(b"x" * before, kind="text/plain")
        path = tmp_path / "a.warc"
        path.write_bytes(filler + warc_response(FILM))
        place = tmp_path / str(before)
        place.mkdir()
        assert len(read_warc(path, name="a.warc", films_into=place).films) == 1


def _rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = path.with_name("changed.wacz")
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out


def _with_digests(files: dict[str, bytes]) -> None:
    """State digests anew, as a forger without a key can."""
    package = json.loads(files["datapackage.json"])
    for each in package["resources"]:
        content = files.get(each["path"], b"")
        each |= {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "bytes": len(content)}
    files["datapackage.json"] = json.dumps(package).encode()
    stated = f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"
    files["datapackage-digest.json"] = json.dumps(
        {"path": "datapackage.json", "hash": stated}
    ).encode()


def _change_warc(files: dict[str, bytes]) -> None:
    warc = bytearray(files["archive/data.warc.gz"])
    warc[len(warc) // 2] ^= 1
    files["archive/data.warc.gz"] = bytes(warc)


def _change_list(files: dict[str, bytes]) -> None:
    files["datapackage.json"] = files["datapackage.json"].replace(b"purport", b"nobody1")


def _smuggle(files: dict[str, bytes]) -> None:
    files["archive/more.warc"] = b"WARC/1.1\r\n"


def _drop_pages(files: dict[str, bytes]) -> None:
    del files["pages/pages.jsonl"]


def _change_length(files: dict[str, bytes]) -> None:
    package = json.loads(files["datapackage.json"])
    package["resources"][1]["bytes"] += 1
    files["datapackage.json"] = json.dumps(package).encode()


def _reclothe(files: dict[str, bytes]) -> None:
    """Change a record and state every digest of the package anew."""
    warc = gzip.decompress(files.pop("archive/data.warc.gz"))
    assert warc.count(b"\r\nhello\r\n") == 1
    files["archive/data.warc"] = warc.replace(b"\r\nhello\r\n", b"\r\nHELLO\r\n")
    listed = files["datapackage.json"].replace(b"data.warc.gz", b"data.warc")
    files["datapackage.json"] = listed
    _with_digests(files)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (_change_warc, r"archive/data\.warc\.gz: was altered: its sha256 is"),
        (_change_list, r"datapackage\.json: was altered"),
        (_smuggle, r"archive/more\.warc: is there and is not listed"),
        (_drop_pages, r"pages/pages\.jsonl: is missing"),
        (_change_length, r"indexes/index\.cdx: has \d+ bytes, listed are"),
        (_reclothe, r"was altered: its block digest failed"),
    ],
)
def test_an_altered_wacz_is_refused_with_the_culprit(
    wacz: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], fault: str
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    with (
        pytest.raises(ForgedBagError, match=fault),
        opened_archive(_rewritten(wacz, change)) as root,
    ):
        read_wacz(root, name="changed.wacz", films_into=films, trusted=())


def test_a_warc_that_is_cut_off_is_refused(wacz: Path, tmp_path: Path) -> None:
    """Wherever the cut is but between two records, where nothing could tell."""
    del wacz
    whole = (tmp_path / "data.warc.gz").read_bytes()
    iterator = ArchiveIterator(io.BytesIO(whole), no_record_parse=True)
    ends = [iterator.get_record_offset() for _ in iterator]
    for number, end in enumerate(range(40, len(whole), 97)):
        cut = tmp_path / f"cut-{number}.warc.gz"
        cut.write_bytes(whole[:end])
        films = tmp_path / f"films-{number}"
        films.mkdir()
        if end in ends:
            continue
        with pytest.raises((ForgedBagError, InputError)):
            read_warc(cut, name=cut.name, films_into=films)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x1f\x8bno gzip at all", b"WARC/"])
def test_what_is_no_warc_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_warc(path, name="a.warc", films_into=tmp_path)


def test_a_bomb_in_a_warc_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("purport.sources.reading_warc._FREE_BYTES", 1 << 20)
    path = tmp_path / "bomb.warc.gz"
    head = (
        "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\n"
        "WARC-Date: 2026-03-01T00:00:00Z\r\n"
        f"WARC-Target-URI: urn:x\r\nContent-Length: {32 << 20}\r\n\r\n"
    )
    path.write_bytes(gzip.compress(head.encode() + bytes(32 << 20) + b"\r\n\r\n"))
    with pytest.raises(ForgedBagError, match="this is a bomb"):
        read_warc(path, name="bomb.warc.gz", films_into=tmp_path)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.example.com/", "com,example)/"),
        ("http://www2.example.com:80/", "com,example)/"),
        ("https://EXAMPLE.com/Path", "com,example)/path"),
        ("https://example.com", "com,example)/"),
        ("https://example.com/a?b=1&a=2", "com,example)/a?a=2&b=1"),
        ("http://wwwfoo.example/", "example,wwwfoo)/"),
        ("urn:view:https://example.com/", "urn:view:https://example.com/"),
    ],
)
def test_addresses_are_sorted_as_readers_of_archives_sort_them(url: str, key: str) -> None:
    assert search_key(url) == key
