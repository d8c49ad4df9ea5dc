"""A case with more footage than a page holds: paged and searched on the server."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.casework import Workspace
from purport.casework.workspace import Act
from purport.core.case import ItemRecord
from purport.core.digests import digest_bytes

Person: TypeAlias = Any  # its class lives in a conftest

CASE = "/cases/case/"
NAMES = [f"{word} {number:03d}.mp4" for number in range(60) for word in ("bridge", "рынок")]
TILE = re.compile(r'<li class="tile">.*?<h3><a href="([^"]+)">([^<]*)</a>', re.DOTALL)


@pytest.fixture(scope="module")
def editor(
    serve_room: Any,  # noqa: ANN401 - its class lives in a conftest
    checked_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Person]:
    """Somebody in a case with one clip that was checked and 120 items' records."""
    folder = tmp_path_factory.mktemp("many") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    items = [
        ItemRecord(digest=digest_bytes(name.encode()), name=name, size_bytes=1) for name in NAMES
    ]
    with Workspace.open(folder) as workspace:
        workspace.record(items, Act(kind="recorded"))
    with serve_room(folder) as room:
        yield room.owner()


def tiles(page: str) -> list[str]:
    return [name for _, name in TILE.findall(page)]


def link(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return None if found is None else CASE + found.group(1).replace("&amp;", "&").split("#")[0]


def test_going_from_page_to_page_shows_every_item_once(editor: Person) -> None:
    page = editor.get(CASE).text
    seen = tiles(page)
    for _ in range(10):
        at = link(page, "next")
        if at is None:
            break
        page = editor.get(at).text
        seen += tiles(page)
    assert seen == ["noise.mp4", *NAMES]
    assert "Page 3 of 3" in page
    assert tiles(editor.get(str(link(page, "prev"))).text) == seen[50:100]
    assert "121 items" in editor.get(CASE).text


def test_items_are_found_by_all_words_and_the_words_stay_in_the_address(editor: Person) -> None:
    page = editor.get(CASE, params={"q": "РЫНОК"}).text
    assert tiles(page) == [name for name in NAMES if name.startswith("рынок")][:50]
    assert 'value="РЫНОК"' in page
    following = str(link(page, "next"))
    assert "q=%D0%A0%D0%AB%D0%9D%D0%9E%D0%9A" in following
    assert tiles(editor.get(following).text) == [name for name in NAMES if "рынок" in name][50:]
    assert tiles(editor.get(CASE, params={"q": "bridge 007"}).text) == ["bridge 007.mp4"]
    digest = digest_bytes(NAMES[7].encode())
    assert tiles(editor.get(CASE, params={"q": digest[:8]}).text) == [NAMES[7]]
    assert "No footage is called so" in editor.get(CASE, params={"q": "nothing is so"}).text


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "1e9", "9" * 40, ""])
def test_a_page_that_is_no_number_is_the_first(editor: Person, page: str) -> None:
    answer = editor.get(CASE, params={"page": page})
    assert answer.status_code == 200
    assert tiles(answer.text)[0] == "noise.mp4"


def test_a_page_behind_the_last_says_so(editor: Person) -> None:
    answer = editor.get(CASE, params={"page": "999999"})
    assert answer.status_code == 200
    assert tiles(answer.text) == []
    assert "The list ends before this page." in answer.text


def test_words_are_shown_as_they_were_written_and_run_nothing(editor: Person) -> None:
    page = editor.get(CASE, params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert "No footage is called so" in page


def test_all_else_of_the_case_stands_on_every_page(editor: Person) -> None:
    page = editor.get(CASE, params={"page": "3"}).text
    first = editor.get(CASE).text
    for heading in ('<h2 id="claims">', '<h2 id="open-questions">'):
        part = page[page.index(heading) :].partition("</section>")[0]
        assert part == first[first.index(heading) :].partition("</section>")[0]
        assert "<li" in part
    assert 'href="/cases/case/dossier"' in page


def test_an_item_of_many_is_looked_at_as_one_of_few(editor: Person) -> None:
    digest = TILE.findall(editor.get(CASE).text)[0][0].rstrip("/").rsplit("/", 1)[-1]
    for path in (f"/cases/case/items/{digest}/", f"/cases/case/items/{digest}/place"):
        assert editor.get(path).status_code == 200
    poster = editor.get(f"/api/v1/cases/case/items/{digest}/poster.jpg")
    assert poster.content[:2] == b"\xff\xd8"
    assert editor.get(f"/cases/case/items/{'0' * 64}/").status_code == 404
    told = editor.get("/api/v1/cases/case").json()
    mine = [one for one in told["findings"] if one["item"] == digest]
    player = editor.get(f"/cases/case/items/{digest}/").text
    section = player[player.index('<h2 id="findings">') :].partition("</section>")[0]
    answers = re.findall(r"<dt>[^<]*: <strong>", section)
    assert len(answers) == len(mine) > 0
