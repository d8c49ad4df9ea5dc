"""Films of a published case: veiled for everybody, clear where the desk says so, and no sooner."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import pytest

Desk: TypeAlias = Any  # its class lives in a conftest

READ = "/published/case/"
WITHIN_S = 120.0  # a worker begins within a second; a busy machine takes its time
LONG = str(24 * 365 * 30)


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that publishes edition after edition."""
    with open_desk(tmp_path_factory.mktemp("films") / "room") as found:
        yield found


def item_of(desk: Desk) -> str:
    return str(desk.owner.get("/api/v1/cases/case").json()["items"][0]["record"]["digest"])


def wait_for_films(desk: Desk) -> None:
    """Wait until the worker has made them."""
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        if "data-film" in desk.reader.get(READ).text:
            return
        time.sleep(0.1)
    pytest.fail("no film was made")


def colour_and_detail(content: bytes, folder: Path) -> tuple[int, float]:
    path = folder / "film.mp4"
    path.write_bytes(content)
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    return int(np.ptp(picture, axis=2).max()), float(np.abs(np.diff(picture[..., 1])).mean())


def test_anybody_plays_it_veiled_in_ranges(desk: Desk, tmp_path: Path) -> None:
    digest = item_of(desk)
    assert desk.reader.get(f"{READ}items/{digest}/film.mp4").status_code == 404
    desk.publish()
    wait_for_films(desk)
    page = desk.reader.get(READ).text
    assert "clear.mp4" not in page
    answer = desk.reader.get(f"{READ}items/{digest}/film.mp4")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "video/mp4"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "noise" not in answer.headers["content-disposition"]
    colour, detail = colour_and_detail(answer.content, tmp_path)
    assert colour <= 3
    assert detail < 4  # in grey values; clear it is more than 10, see below
    part = desk.reader.get(f"{READ}items/{digest}/film.mp4", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == answer.content[10:20]
    # served piece by piece, not gathered in memory
    assert "asynchronous" not in desk.room.log.read_text(encoding="utf-8")
    assert desk.reader.get(f"{READ}items/{digest}/clear.mp4").status_code == 404
    assert desk.reader.get(f"{READ}items/{'0' * 64}/film.mp4").status_code == 404


def test_clear_where_the_desk_says_so_and_positions_are_open(desk: Desk, tmp_path: Path) -> None:
    digest = item_of(desk)
    clear, film = f"{READ}items/{digest}/clear.mp4", f"{READ}items/{digest}/film.mp4"
    for changes in ({"embargo_h": LONG}, {"blur_positions": "on"}):
        desk.publish(shown_on_request=digest, **changes)
        refused = desk.reader.get(clear)
        assert refused.status_code == 404, changes
        assert "is not shown clear" in refused.text
        assert "clear.mp4" not in desk.reader.get(READ).text
    desk.publish(shown_plain=digest, embargo_h=LONG)
    wait_for_films(desk)
    assert colour_and_detail(desk.reader.get(film).content, tmp_path)[0] <= 3
    desk.publish(shown_on_request=digest)
    wait_for_films(desk)
    assert colour_and_detail(desk.reader.get(film).content, tmp_path)[0] <= 3
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:  # the clear one comes after the veiled one
        if "clear.mp4" in desk.reader.get(READ).text:
            break
        time.sleep(0.1)
    colour, detail = colour_and_detail(desk.reader.get(clear).content, tmp_path)
    assert colour > 30
    assert detail > 10


def test_films_that_are_gone_are_made_when_they_are_asked_for(desk: Desk) -> None:
    desk.publish()
    wait_for_films(desk)
    shutil.rmtree(desk.room.folder / "cache" / "films")
    page = desk.reader.get(READ)
    assert page.status_code == 200
    assert "data-film" not in page.text
    assert 'value="films"' in desk.editor.get("/cases/case/work").text
    assert desk.editor.post("/cases/case/work/ask", {"kind": "films"}).status_code == 302
    wait_for_films(desk)


def test_films_go_with_the_case(desk: Desk) -> None:
    digest = item_of(desk)
    desk.publish()
    wait_for_films(desk)
    films = desk.room.folder / "cache" / "films" / "case"
    assert list(films.glob("*.mp4"))
    assert desk.editor.post("/cases/case/publish/withdraw", {"reason": "Asked."}).status_code == 302
    assert desk.reader.get(f"{READ}items/{digest}/film.mp4").status_code == 404
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        if not list(films.glob("*.mp4")):
            return
        time.sleep(0.1)
    pytest.fail("films of a withdrawn case are still there")
