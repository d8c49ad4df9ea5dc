"""A desk that publishes a case, and the readers of it."""

import importlib.util
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

KEY = "case"
HOME = "/published/"
READ = f"/published/{KEY}/"
FILES = ("case.json", "ratings.csv", "places.geojson", "places.kml", "timemap.json")
FORM = {
    "title": "What fell on Harbour Road",
    "summary": "It lies at 35.90068, -14.19878, 9.0 m from the target.",
    "hide_uploader": "on",
    "embargo_h": "72",
}


@dataclass
class Desk:
    """A served case and people at it."""

    room: Room
    owner: Person
    editor: Person
    reviewer: Person
    reader: Person
    claim: str

    def everything(self) -> dict[str, str]:
        """All that a reader can get of the case, by address."""
        paths = [HOME, f"{HOME}feed.atom", READ, f"{READ}claims/{self.claim}"]
        paths += [READ + name for name in FILES]
        return {path: self.reader.get(path).text for path in paths}

    def paper(self, language: str = "en") -> bytes:
        """The case as PDF."""
        answer = self.reader.get(f"{READ}case.pdf", headers={"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        content: bytes = answer.content
        return content

    def statuses(self) -> set[int]:
        """How a reader is answered at the addresses of the case."""
        paths = [READ, f"{READ}claims/{self.claim}", *(READ + name for name in FILES)]
        return {self.reader.get(path).status_code for path in paths}

    def confirm(self, part: str) -> str:
        """Stand behind the first proposed rating of a part, as the editor; return its claim."""
        return confirm(self.editor, part)

    def publish(self, **changes: str) -> None:
        """Have the editor ask for an edition and the reviewer publish it."""
        self.room.publish(self.editor, self.reviewer, {**FORM, **changes})


def confirm(person: Person, part: str) -> str:
    """Stand behind the first proposed rating of a part that rests on evidence; return its claim."""
    told = person.get(f"/api/v1/cases/{KEY}").json()
    verdict = next(
        one
        for one in told["verdicts"]
        if one["part"] == part and one["rating"] != "Not checkable" and one["links"]
    )
    page = person.get(f"/cases/{KEY}/ledger/claims/{verdict['claim']}").text
    block = page[page.index(f'id="part-{part}"') :]
    found = re.search(r'data-proposal="([0-9a-f]{64})"', block)
    assert found is not None
    sent = {
        "claim": verdict["claim"],
        "part": part,
        "reason": "I looked at it; 35.90068, -14.19878.",
        "proposal": found.group(1),
        "review": None,
    }
    answer = person.send("POST", f"/api/v1/cases/{KEY}/reviews", sent)
    assert answer.status_code in {200, 201}, answer.text
    return str(verdict["claim"])


@contextmanager
def opened(serve_room: Room, checked: Path, folder: Path, *options: str) -> Iterator[Desk]:
    """The story checked, one rating confirmed by the editor."""
    shutil.copytree(checked, folder, symlinks=True)
    with serve_room(folder, "--publisher", "Harbour Desk", *options) as room:
        owner = room.owner()
        editor = room.newcomer(owner, KEY, "editor", "ana")
        reviewer = room.newcomer(owner, KEY, "reviewer", "rev")
        claim = confirm(editor, "authentic")
        yield Desk(room, owner, editor, reviewer, room.stranger(), claim)


@pytest.fixture(scope="session")
def open_desk(serve_room: Room, checked_folder: Path) -> Callable[..., Any]:
    """Open a desk: `with open_desk(folder, "--sign-up") as desk`."""

    def opening(folder: Path, *options: str) -> Any:  # noqa: ANN401 - a context manager
        return opened(serve_room, checked_folder, folder, *options)

    return opening


@pytest.fixture(scope="session")
def slipping() -> Any:  # noqa: ANN401 - a module that is loaded by its path
    """Canaries, and how answers are searched for them."""
    spec = importlib.util.spec_from_file_location(
        "purport_slipping", Path(__file__).with_name("slipping.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
