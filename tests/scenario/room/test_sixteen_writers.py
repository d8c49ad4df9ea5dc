"""Sixteen people who write at one moment: nothing is lost, nothing overwritten without a word."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
import pytest

from purport.casework import Workspace
from purport.core.case import ItemRecord

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

pytestmark = pytest.mark.slow

WRITERS = 16
ROUNDS = 3


@dataclass
class Desk:
    """A room with an example case, and sixteen people who may change it."""

    folder: Any
    database: str | None
    key: str
    items: list[str]
    people: list[Person]

    def path(self, item: str) -> str:
        """Where what is recorded of an item is corrected."""
        return f"/cases/{self.key}/items/{item}/details"

    def form(self, person: Person, item: str) -> Mapping[str, str]:
        """The form as the page gives it."""
        page = person.get(self.path(item)).text
        return dict(re.findall(r'name="(\w+)"[^>]*?value="([^"]*)"', page))

    def send(self, person: Person, item: str, form: Mapping[str, str], who: str) -> httpx.Response:
        """Send it with another collector."""
        answer: httpx.Response = person.post(
            self.path(item), {**form, "collector": who, "target": "", "target_sd_m": ""}
        )
        return answer

    def collectors(self) -> tuple[list[str | None], list[str | None]]:
        """Who is recorded as collector, and who ever was."""
        with Workspace.open(
            self.folder, writing=False, database=self.database, case=self.key
        ) as workspace:
            workspace.store.verify()
            live = workspace.store.live(ItemRecord)
            ever = workspace.store.ever(ItemRecord)
        return [one.record.collector for one in live], [one.record.collector for one in ever]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def desk(
    request: pytest.FixtureRequest, serve_room: Room, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Sixteen people in one case, on either database."""
    database = None
    if request.param == "postgres":
        database = str(request.getfixturevalue("postgres_address"))
    folder = tmp_path_factory.mktemp("sixteen") / "room"
    environment = {"PURPORT_DATABASE": database} if database else {}
    with serve_room(folder, environment=environment) as room:
        owner = room.owner()
        location = owner.post("/example").headers["location"]
        key = location.rstrip("/").rsplit("/", 1)[-1]
        people = [room.newcomer(owner, key, "editor", f"w{n}") for n in range(WRITERS)]
        told = owner.get(f"/api/v1/cases/{key}").json()
        items = [one["record"]["digest"] for one in told["items"]]
        yield Desk(folder, database, key, items, people)


def at_once(act: Callable[[int], httpx.Response]) -> list[int]:
    """Let all act at one moment; return what each was answered."""
    gate = threading.Barrier(WRITERS, timeout=60)

    def go(number: int) -> int:
        gate.wait()
        return act(number).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(go, range(WRITERS)))


def test_of_sixteen_who_correct_one_thing_one_is_first_and_the_others_are_told(desk: Desk) -> None:
    for turn in range(ROUNDS):
        forms = [desk.form(person, desk.items[0]) for person in desk.people]

        def act(number: int, forms: Any = forms, turn: int = turn) -> httpx.Response:  # noqa: ANN401
            person = desk.people[number]
            return desk.send(person, desk.items[0], forms[number], f"one {turn} {number}")

        assert Counter(at_once(act)) == {302: 1, 409: WRITERS - 1}
    _, ever = desk.collectors()
    assert Counter(who.split()[1] for who in ever if who and who.startswith("one ")) == {
        str(turn): 1 for turn in range(ROUNDS)
    }


def test_sixteen_who_try_again_until_they_are_heard_lose_nothing(desk: Desk) -> None:
    wanted = {f"again {number}" for number in range(WRITERS)}

    def act(number: int) -> httpx.Response:
        person, item = desk.people[number], desk.items[number % len(desk.items)]
        answer = desk.send(person, item, desk.form(person, item), f"again {number}")
        while answer.status_code == 409:
            answer = desk.send(person, item, desk.form(person, item), f"again {number}")
        return answer

    assert at_once(act) == [302] * WRITERS
    live, ever = desk.collectors()
    assert wanted <= set(ever)
    assert all(who in wanted for who in live)
