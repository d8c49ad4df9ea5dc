"""PDFs are printed apart from the server, once for all, and not too many at a time."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from purport.casework import printing
from purport.core.errors import ConsistencyError, MissingToolError, UnavailableError
from purport.vault import writing

PAGE = '<!doctype html><html lang="en"><head><title>x</title></head><body><p>{}</p></body></html>'


@pytest.fixture
def workspace(tmp_path: Path) -> Any:  # noqa: ANN401 - what printing needs of one
    return SimpleNamespace(cache=tmp_path, writing=writing)


def test_it_is_made_once_for_all(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    first = printing.printed(workspace, PAGE.format("one"), {})
    assert first.startswith(b"%PDF-")
    monkeypatch.setattr(printing, "_print_apart", lambda *_told: pytest.fail("printed again"))
    assert printing.printed(workspace, PAGE.format("one"), {}) == first


def test_the_oldest_are_removed(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    monkeypatch.setattr(printing, "_print_apart", lambda *_told: b"%PDF-")
    monkeypatch.setattr(printing, "_MOST_KEPT", 3)
    for number in range(6):
        printing.printed(workspace, PAGE.format(number), {})
    assert len(list((workspace.cache / "printed").iterdir())) == 3


def test_what_goes_wrong_is_told(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    with pytest.raises(ConsistencyError, match="PDF"):
        printing.printed(workspace, PAGE.format('<img src="file:///etc/hostname">'), {})
    monkeypatch.setattr(printing, "_PROGRAM", "import sys; sys.exit(69)")
    with pytest.raises(MissingToolError, match="Pango"):
        printing.printed(workspace, PAGE.format("x"), {})
    monkeypatch.setattr(printing, "_PROGRAM", "import time; time.sleep(60)")
    monkeypatch.setattr(printing, "_LONGEST_S", 0.2)
    with pytest.raises(UnavailableError, match="takes longer"):
        printing.printed(workspace, PAGE.format("x"), {})


def test_no_more_than_a_few_wait(workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401
    go = threading.Event()

    def slow(*_told: object) -> bytes:
        go.wait(20)
        return b"%PDF-"

    monkeypatch.setattr(printing, "_print_apart", slow)
    asked = [
        threading.Thread(target=printing.printed, args=(workspace, PAGE.format(number), {}))
        for number in range(3)
    ]
    for one in asked:
        one.start()
    try:
        for _ in range(2000):  # until all three wait
            if not has_room():
                break
            go.wait(0.005)
        assert not has_room()
        with pytest.raises(UnavailableError, match="several"):
            printing.printed(workspace, PAGE.format("a fourth"), {})
    finally:
        go.set()
        for one in asked:
            one.join()
    assert printing.printed(workspace, PAGE.format("a fourth"), {}) == b"%PDF-"


def has_room() -> bool:
    """Whether one more could wait."""
    if not printing._IN_TURN.acquire(blocking=False):
        return False
    printing._IN_TURN.release()
    return True
