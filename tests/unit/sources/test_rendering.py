"""Chromium shows a page by what we fetched for it, and reaches nothing by itself."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from purport.sources import Door, Helpers, Limits, Line, PageState, catch, find_browser
from purport.sources.catching import Caught

pytestmark = pytest.mark.browser
Site = Any  # of tests/misbehaving.py, which is loaded by its path
Trouble = Any  # that module
QUICK = Limits(connect_s=2.0, silence_s=2.0, parts=30)
WAYS_OUT = """<html><head><title>Ways out</title>
<link rel="preconnect" href="http://127.0.0.1:{port}"><link rel="prefetch" href="/prefetched">
<link rel="dns-prefetch" href="//127.0.0.2"></head><body><h1>Ways out</h1><p id=p>words</p>
<img src="/moved"><iframe src="/frame"></iframe><img src="http://localhost:{port}/by-name">
<script>
fetch('/fetched').then(r => r.text()).then(t => {{ p.textContent = t }}).catch(() => {{}});
navigator.sendBeacon('/beacon', 'x');
try {{ new WebSocket('ws://127.0.0.1:{port}/socket') }} catch (e) {{}}
try {{ new EventSource('/events') }} catch (e) {{}}
try {{ new Worker('/worker.js') }} catch (e) {{}}
try {{ navigator.serviceWorker.register('/sw.js').catch(() => {{}}) }} catch (e) {{}}
let x = new XMLHttpRequest(); x.open('POST', '/posted'); x.send('data');
</script></body></html>"""


@pytest.fixture(scope="module")
def browser() -> Path:
    found = find_browser()
    if found is None:
        pytest.fail("Chromium is not installed: run scripts/install-test-packages")
    return found


def look(url: str, browser: Path, folder: Path, *, allow_private: bool = True) -> Caught:
    line = Line(folder=folder, door=Door(allow_private=allow_private), limits=QUICK)
    return catch(url, line, Helpers(browser=browser))


def test_all_that_the_browser_shows_is_on_record(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    site.pages |= {
        "/": trouble.Given(WAYS_OUT.format(port=site.port).encode()),
        "/moved": trouble.moved("/picture.png"),
        "/picture.png": trouble.Given(b"\x89PNG\r\n\x1a\n", "image/png"),
        "/frame": trouble.Given(b"<p>framed</p>"),
        "/fetched": trouble.Given(b"late words", "text/plain"),
        "/posted": trouble.Given(b"ok", "text/plain"),
        "/worker.js": trouble.Given(b"fetch('/from-worker')", "text/javascript"),
        "/from-worker": trouble.Given(b"x", "text/plain"),
        "/sw.js": trouble.Given(b"", "text/javascript"),
        "/by-name": trouble.Given(b"\x89PNG\r\n\x1a\n", "image/png"),
    }
    caught = look(site.url("/"), browser, tmp_path)
    assert caught.shown is not None
    assert "late words" in caught.shown.text
    assert caught.page is not None
    assert "late words" in caught.page.text
    assert (caught.shown.screenshot or b"").startswith(b"\x89PNG")
    recorded = [each.url.partition(f":{site.port}")[2] for each in caught.exchanges]
    assert sorted(recorded) == sorted(site.paths)  # it asked for nothing behind our back
    assert {"/", "/moved", "/picture.png", "/frame", "/fetched"} <= set(recorded)
    assert recorded.count("/") == 1
    posted = next(each for each in site.asked if each.path == "/posted")
    assert (posted.method, posted.body) == ("POST", b"data")


def test_inner_machines_are_refused_to_the_browser_too(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    def dial(_address: str, _port: int, within_s: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", site.port), timeout=within_s)

    site.pages |= {
        "/": trouble.Given(
            b"<title>A</title><p>words of a page that is here to be read by many people</p>"
            b"<img src='http://127.0.0.1:%d/inner'><img src='http://inner.example/inner'>"
            b"<img src=/to-inner>" % site.port
        ),
        "/to-inner": trouble.moved(f"http://127.0.0.1:{site.port}/inner"),
        "/inner": trouble.Given(b"secret", "text/plain"),
    }

    def look_up(host: str, _port: int) -> tuple[str, ...]:
        return ("10.1.1.1",) if host == "inner.example" else ("93.184.216.34",)

    line = Line(folder=tmp_path, door=Door(look_up=look_up, dial=dial), limits=QUICK)
    caught = catch("http://site.example/", line, Helpers(browser=browser))
    assert "/inner" not in site.paths
    refused = [where for where, why in caught.refused if "is not visited" in why]
    assert len(refused) == 3
    assert caught.recognised is not None
    assert caught.recognised.state is PageState.CONTENT


def test_a_page_that_scripts_fill_is_read_as_shown(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    site.pages["/"] = trouble.Given(
        b"<title>App</title><div id=root></div><script>root.innerHTML = "
        b"'<h1>Raid</h1><p>' + 'Words that a script wrote. '.repeat(60) + '</p>'</script>"
    )
    caught = look(site.url("/"), browser, tmp_path)
    assert caught.recognised is not None
    assert caught.recognised.state is PageState.CONTENT
    bare = tmp_path / "bare"
    bare.mkdir()
    line = Line(folder=bare, door=Door(allow_private=True), limits=QUICK)
    plain = catch(site.url("/"), line, Helpers())
    assert plain.recognised is not None
    assert plain.recognised.state is PageState.EMPTY


def test_a_wall_that_scripts_put_up_is_recognised(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    site.pages |= {
        "/post/7": trouble.Given(b"<title>App</title><script>location = '/login?next=7'</script>"),
        "/login": trouble.Given(
            b"<title>App</title><div id=r></div><script>r.innerHTML = "
            b"'<h1>Log in</h1><form><input type=password></form>'</script>"
        ),
    }
    caught = look(site.url("/post/7"), browser, tmp_path)
    assert caught.recognised is not None
    assert caught.recognised.state is PageState.LOG_IN_WALL
    assert caught.fault is not None


def test_a_page_that_never_rests_is_left(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    site.pages |= {
        "/": trouble.Given(
            b"<title>Busy</title><p>words of a page that asks and asks for ever and ever</p>"
            b"<script>setInterval(() => fetch('/more'), 20)</script>"
        ),
        "/more": trouble.Given(b"x", "text/plain"),
    }
    caught = look(site.url("/"), browser, tmp_path)
    assert len(caught.exchanges) <= QUICK.parts + 1
    assert any("beyond the first 30 parts" in why for _, why in caught.refused)


def test_the_browsers_own_page_is_not_the_page(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    """Where a script leads to what is refused, Chromium shows words of its own."""

    def dial(_address: str, _port: int, within_s: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", site.port), timeout=within_s)

    words = "Words of a page that leads away. " * 40
    leads = "<script>setTimeout(() => { location = 'http://10.0.0.1/' }, 200)</script>"
    site.pages["/"] = trouble.Given(f"<title>Here</title><p>{words}</p>{leads}".encode())
    door = Door(look_up=lambda _host, _port: ("93.184.216.34",), dial=dial)
    line = Line(folder=tmp_path, door=door, limits=QUICK)
    caught = catch("http://site.example/", line, Helpers(browser=browser))
    assert caught.page is not None
    assert (caught.page.title, caught.page.text) == ("Here", words.strip())
    assert caught.shown is None
    assert "showed a page of its own" in caught.tools[0].came


@pytest.mark.timeout(300)
def test_a_script_that_never_ends_holds_nobody(
    site: Site, trouble: Trouble, browser: Path, tmp_path: Path
) -> None:
    """Nothing that a page is asked is answered while one runs; a capture hung for ever."""
    endless = "<script>setTimeout(() => { for (;;) {} }, 300)</script>"
    words = "Words of a page with a script that goes on for ever. " * 40
    site.pages["/"] = trouble.Given(f"<title>Stuck</title><p>{words}</p>{endless}".encode())
    line = Line(folder=tmp_path, door=Door(allow_private=True), limits=Limits(capture_s=30.0))
    caught = catch(site.url("/"), line, Helpers(browser=browser))
    assert caught.shown is not None
    assert words.strip() in caught.shown.text
    assert caught.fault is None


def test_a_browser_that_breaks_down_is_said_and_the_page_is_kept(
    site: Site, trouble: Trouble, tmp_path: Path
) -> None:
    site.pages["/"] = trouble.Given(b"<title>A</title><p>" + b"Words of the page. " * 80)
    caught = look(site.url("/"), Path(shutil.which("false") or "/bin/false"), tmp_path)
    assert caught.shown is None
    assert "broke down" in caught.tools[0].came
    assert caught.recognised is not None
    assert caught.recognised.state is PageState.CONTENT
