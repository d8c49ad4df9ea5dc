"""What is captured is preserved with how it came; what failed is a record of an attempt."""

import gzip
import json
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from purport.casework import CaptureChoice, Captured, Workspace, capture_url, captures_of
from purport.core.digests import digest_bytes
from purport.core.errors import InputError, NotCapturedError, RefusedAddressError
from purport.sources import Limits, PageState
from purport.sources.records import Shown
from purport.store import Attachment, AttachmentKind

Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module
LIMITS = Limits(largest_bytes=1 << 20, connect_s=2.0, silence_s=0.5, exchange_s=8.0, grace_s=0.3)
PLAIN = CaptureChoice(allow_private=True, browser=False, media=False, limits=LIMITS)
WORDS = "<p>" + "Residents heard two explosions near the depot at dawn. " * 30 + "</p>"


class Clock:
    """A minute passes with each look at it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "case", create=True, clock=Clock()) as opened:
        yield opened


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Noise of 12 frames; it needs no SYNTHETIC mark."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    ground = np.random.default_rng(3).integers(0, 255, (128, 160, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 128, "yuv420p"
        for index in range(12):
            moved = np.ascontiguousarray(np.roll(ground, index, axis=1))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(moved, format="rgb24")))
        container.mux(stream.encode())
    return path.read_bytes()


def page(title: str, body: str = WORDS) -> bytes:
    head = f"<head><title>{title}</title></head>"
    return f"<html>{head}<body><h1>{title}</h1>{body}</body></html>".encode()


def attachments(workspace: Workspace, kind: AttachmentKind) -> list[Attachment]:
    found = (stored.record for stored in workspace.store.live(Attachment))
    return [each for each in found if each.kind is kind]


def test_a_page_with_its_parts_and_its_film(
    workspace: Workspace, site: Site, trouble: Trouble, clip: bytes
) -> None:
    body = f"{WORDS}<img src=/p.png><link rel=stylesheet href=/s.css><video src=/raid.mp4></video>"
    site.pages |= {
        "/a": trouble.Given(page("Raid", body)),
        "/p.png": trouble.Given(b"\x89PNG\r\n\x1a\n", "image/png"),
        "/s.css": trouble.Given(b"body{background:url(/bg.png)}", "text/css"),
        "/raid.mp4": trouble.Given(clip, "video/mp4"),
    }
    told: list[str] = []
    came = capture_url(workspace, site.url("/a"), PLAIN, told=told.append)
    assert sorted(site.paths) == ["/a", "/bg.png", "/p.png", "/raid.mp4", "/s.css"]
    (item,) = came.items
    assert (item.name, item.digest, item.url) == ("raid.mp4", digest_bytes(clip), site.url("/a"))
    assert item.retrieved is not None
    assert item.retrieved.stated.startswith("2026-03-01T12:")
    assert told == [
        f"{came.attachment.digest}  {came.attachment.name}",
        f"{item.digest}  raid.mp4",
    ]
    record = came.record
    assert (record.state, record.title, record.fault) == (PageState.CONTENT, "Raid", None)
    assert record.refused == ((site.url("/bg.png"), "its status is 404"),)
    assert {each.address for each in record.exchanges} == {"127.0.0.1"}
    archive = workspace.vault.local_copy(came.attachment.digest)
    with zipfile.ZipFile(archive) as wacz:
        assert clip in gzip.decompress(wacz.read("archive/data.warc.gz"))
    (event,) = [each for each in workspace.store.custody() if each.details.get("what") == "capture"]
    assert event.kind == "collected"
    assert set(event.details["bytes"]) == set(event.details["names"])  # type: ignore[arg-type]
    assert came.attachment.digest in event.details["bytes"]  # type: ignore[operator]


def test_the_record_can_be_read_again(workspace: Workspace, site: Site, trouble: Trouble) -> None:
    site.pages["/a"] = trouble.Given(page("Raid"))
    came = capture_url(workspace, site.url("/a"), PLAIN)
    assert captures_of(workspace, site.url("/a")) == (came.record,)
    digest = dict(came.attachment.companions)["capture.json"]
    said = json.loads(workspace.vault.local_copy(digest).read_bytes())
    assert said["format"] == "purport.capture/1"
    assert said["settings"]["limits"]["redirects"] == 10


def again(workspace: Workspace, site: Site, first: Any, second: Any) -> Captured:  # noqa: ANN401 - pages
    site.pages["/a"] = first
    capture_url(workspace, site.url("/a"), PLAIN)
    site.pages["/a"] = second
    return capture_url(workspace, site.url("/a"), PLAIN)


def test_a_second_visit_to_the_same_page_says_so(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    given = trouble.Given(page("Raid"))
    came = again(workspace, site, given, given)
    assert came.record.before is not None
    assert came.record.differences == ()
    assert len(attachments(workspace, AttachmentKind.CAPTURE)) == 2


def test_what_changed_on_the_second_visit_is_told(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    before, now = trouble.Given(page("Raid")), trouble.Given(page("No raid", "<p>Nothing." * 9))
    came = again(workspace, site, before, now)
    bytes_line, title_line, words_line = came.record.differences
    assert bytes_line.startswith("its bytes differ (")
    assert title_line == "its title was 'Raid', and is 'No raid'"
    assert words_line == "its words differ"
    event = workspace.store.custody()[-1]
    assert event.details["differs"] == list(came.record.differences)


def test_a_film_that_was_exchanged_is_told(
    workspace: Workspace, site: Site, trouble: Trouble, clip: bytes
) -> None:
    other = clip + bytes(64)
    came = again(
        workspace,
        site,
        trouble.Given(clip, "video/mp4"),
        trouble.Given(other, "video/mp4"),
    )
    told = " ".join(came.record.differences)
    assert f"({digest_bytes(clip)[:12]}) is no longer there" in told
    assert f"({digest_bytes(other)[:12]}) is new" in told


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("wall", "what came is a demand to log in, not the page"),
        ("gone", "what came is a notice that it is gone"),
        ("missing", "what came is no such page"),
        ("player", "what came is a player without a film"),
        ("busy", "what came is a notice that too much was asked for"),
        ("endless", "goes on beyond the limit"),
        ("short", "the connection broke off after 5 bytes of its body, 50 were announced"),
        ("drip", "came too slowly"),
        ("circle", "redirects in a circle"),
        ("bomb", "this is a bomb"),
        ("no bytes", "what came is an empty page"),
        ("no HTTP", "answers with something that is no HTTP"),
    ],
)
def test_what_failed_is_kept_as_an_attempt_and_not_as_evidence(  # noqa: PLR0917 - fixtures
    workspace: Workspace, site: Site, trouble: Trouble, name: str, fault: str
) -> None:
    ok = b"HTTP/1.1 200 OK\r\n"
    site.pages["/a"] = {
        "wall": trouble.Given(page("Log in", "<form><input type=password></form>")),
        "gone": trouble.Given(page("Site", "<p>This post has been deleted.</p>")),
        "missing": trouble.Given(b"no", "text/plain", "404 Not Found"),
        "player": trouble.Given(page("Clip", "<div class=video-player></div>")),
        "busy": trouble.Given(b"no", "text/html", "429 Too Many Requests"),
        "endless": trouble.endless(),
        "short": trouble.says(ok + b"Content-Length: 50\r\n\r\nshort"),
        "drip": trouble.drip(),
        "circle": trouble.moved("/a"),
        "bomb": trouble.bomb(),
        "no bytes": trouble.Given(b"", "application/pdf"),
        "no HTTP": trouble.says(b"220 mail.site.example ESMTP\r\n\r\n"),
    }[name]
    with pytest.raises(NotCapturedError, match=fault) as caught:
        capture_url(workspace, site.url("/a"), PLAIN)
    (attempt,) = attachments(workspace, AttachmentKind.ATTEMPT)
    assert f"the attempt is kept as {attempt.digest[:16]}" in str(caught.value)
    assert caught.value.remedy
    assert attachments(workspace, AttachmentKind.CAPTURE) == []
    assert captures_of(workspace, site.url("/a")) == ()
    with zipfile.ZipFile(workspace.vault.local_copy(attempt.digest)) as wacz:
        assert "archive/data.warc.gz" in wacz.namelist()
    digest = dict(attempt.companions)["capture.json"]
    said = json.loads(workspace.vault.local_copy(digest).read_bytes())
    assert said["fault"]


def test_an_attempt_at_which_nothing_answered_is_recorded(workspace: Workspace) -> None:
    with pytest.raises(NotCapturedError, match="cannot be reached"):
        capture_url(workspace, "http://127.0.0.1:9/", PLAIN)
    (attempt,) = attachments(workspace, AttachmentKind.ATTEMPT)
    assert attempt.name == "capture.json"


def test_an_inner_machine_is_not_asked_and_nothing_is_stored(
    workspace: Workspace, site: Site
) -> None:
    choice = replace(PLAIN, allow_private=False)
    with pytest.raises(RefusedAddressError):
        capture_url(workspace, site.url("/a"), choice)
    assert site.asked == []
    assert workspace.store.custody() == ()


def test_a_redirect_to_an_inner_machine_is_an_attempt(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    site.pages["/a"] = trouble.moved("http://169.254.169.254/latest/meta-data/")
    with pytest.raises(NotCapturedError, match="a cloud tells a machine its keys"):
        capture_url(workspace, site.url("/a"), PLAIN)
    assert len(attachments(workspace, AttachmentKind.ATTEMPT)) == 1


def test_a_film_under_a_wrong_content_type_is_a_film(
    workspace: Workspace, site: Site, trouble: Trouble, clip: bytes
) -> None:
    site.pages["/clip"] = trouble.Given(clip, "text/html")
    came = capture_url(workspace, site.url("/clip"), PLAIN)
    assert [item.name for item in came.items] == ["clip.mp4"]
    assert came.record.exchanges[0].notes == ("is stated as text/html, and is video/mp4",)


def test_a_wall_under_the_content_type_of_a_film_is_a_wall(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    wall = page("Log in", "<form><input type=password></form>")
    site.pages["/clip.mp4"] = trouble.Given(wall, "video/mp4")
    with pytest.raises(NotCapturedError, match="a demand to log in"):
        capture_url(workspace, site.url("/clip.mp4"), PLAIN)


def test_what_is_stated_as_a_film_and_is_none_is_preserved_and_is_no_item(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    broken = b"\x00\x00\x00\x18ftypisom" + bytes(range(256))
    site.pages["/clip.mp4"] = trouble.Given(broken, "video/mp4")
    came = capture_url(workspace, site.url("/clip.mp4"), PLAIN)
    assert came.items == ()
    ((name, fault),) = came.unread
    assert name == "clip.mp4"
    assert fault
    assert workspace.vault.local_copy(digest_bytes(broken)).read_bytes() == broken


def test_bytes_beyond_the_announced_end_are_told(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    body = page("Raid")
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    site.pages["/a"] = trouble.says(head.encode() + body + b"<p>more</p>")
    came = capture_url(workspace, site.url("/a"), PLAIN)
    assert came.record.exchanges[0].notes == ("11 bytes came after its announced end",)


def test_the_page_enters_as_a_story_when_asked(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    site.pages |= {"/a": trouble.Given(page("Raid")), "/b.pdf": trouble.Given(b"%PDF-1.7", "x/y")}
    came = capture_url(workspace, site.url("/a"), replace(PLAIN, story=True))
    assert came.story is not None
    assert came.story.document.digest == digest_bytes(page("Raid"))
    with pytest.raises(InputError, match="is no page"):
        capture_url(workspace, site.url("/b.pdf"), replace(PLAIN, story=True))


def test_a_title_without_end_does_not_fill_the_chain(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    found = again(
        workspace,
        site,
        trouble.Given(page("A" * 100_000)),
        trouble.Given(page("B" * 100_000)),
    )
    assert len(found.record.title or "") == 500
    assert len(str(found.record.differences)) < 2000


def test_a_story_is_read_in_the_encoding_that_its_server_states(
    workspace: Workspace, site: Site, trouble: Trouble
) -> None:
    """Russian pages of 2015 say it in their header alone, and were no stories."""
    words = "Жители слышали два взрыва у склада на рассвете. " * 30
    body = f"<title>Удар</title><h1>Удар</h1><p>{words}</p>".encode("windows-1251")
    site.pages["/a"] = trouble.Given(body, "text/html; charset=windows-1251")
    choice = CaptureChoice(allow_private=True, browser=False, media=False, story=True)
    found = capture_url(workspace, site.url("/a"), choice)
    assert found.record.title == "Удар"
    assert found.story is not None
    assert words.strip() in found.story.text
    document = found.story.document
    assert (document.encoding, document.encoding_basis) == ("cp1251", "stated by the server")


def test_a_story_as_scripts_left_it_says_how_it_is_written(
    workspace: Workspace, site: Site, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chromium gives UTF-8, whatever the page says of itself."""
    words = "Жители слышали два взрыва у склада на рассвете. " * 30
    shown = Shown(
        html=f"<meta charset=windows-1251><title>Удар</title><p>{words}</p>".encode(),
        text=words,
        screenshot=None,
        final_url=site.url("/a"),
        version="stand-in",
        has_playable=False,
    )
    renderer = SimpleNamespace(refused=[])
    monkeypatch.setattr("purport.sources.catching.render", lambda *_: (shown, renderer))
    monkeypatch.setattr("purport.casework.capturing.find_browser", lambda: Path("chromium"))
    site.pages["/a"] = trouble.Given(b"<meta charset=windows-1251><script></script>")
    choice = CaptureChoice(allow_private=True, media=False, story=True)
    story = capture_url(workspace, site.url("/a"), choice).story
    assert story is not None
    assert words.strip() in story.text


def test_what_a_downloader_brings_becomes_an_item_with_what_it_wrote(  # noqa: PLR0917 - fixtures
    workspace: Workspace,
    site: Site,
    trouble: Trouble,
    clip: bytes,
    tmp_path: Path,
) -> None:
    program = tmp_path / "bin" / "yt-dlp"
    program.parent.mkdir()
    (tmp_path / "film.mp4").write_bytes(clip)
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in *--version*) echo 2026.01.02; exit 0;; esac\n'
        'while [ "$1" != "--paths" ]; do shift; done\n'
        f'{shutil.which("cp")} "{tmp_path}/film.mp4" "$2/X-77.mp4"\n'
        'echo \'{"id": "77", "extractor": "X", "timestamp": 1443600000}\' > "$2/X-77.info.json"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    site.pages["/post/77"] = trouble.Given(page("Post", "<div class=video-player></div>"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(program.parent))
        came = capture_url(workspace, site.url("/post/77"), replace(PLAIN, media=True))
    (item,) = came.items
    assert (item.name, item.digest) == ("X-77.mp4", digest_bytes(clip))
    assert [name for name, _ in item.sidecars] == ["X-77.info.json"]
    assert [(tool.name, tool.version) for tool in came.record.tools] == [("yt-dlp", "2026.01.02")]
    assert came.record.state is PageState.CONTENT
