"""Every address of the room, asked by nobody in particular: what is kept back is in no answer.

A case is published with blurred positions, a hidden uploader and footage that nobody found fit for
everybody; another is not published at all. Each pattern that Django knows is asked with every value
that exists in the workspace, of both cases. A route whose places cannot be filled in fails, and so
does a search that would not find the same secrets in what the owner is shown.
"""

import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias

import av
import cv2
import httpx
import numpy as np
import pytest

from purport.core.editions import Safety

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Slipping: TypeAlias = Any  # a module that is loaded by its path

KEY = "case"
READ = f"/published/{KEY}/"
EXAMPLE = Path(__file__).parents[3] / "examples" / "harbour-road"
PLACE = re.compile(r"%\((\w+)\)s")
ABSENT = "0" * 64
ASKED: Sequence[Mapping[str, str]] = (
    {},
    {"Accept": "application/json", "Accept-Language": "ru"},
    {"Accept-Language": "ar", "Range": "bytes=0-2000000", "Accept-Encoding": "identity"},
)
"""Headers with which each address is asked, one after the other."""
WRITING = ("POST", "PUT", "PATCH", "DELETE")
QUERIES = ("", "?q=a&page=1&talk=1&kind=contributed&reply=x&next=/cases/")
STREAM_S = 1.5
MOST_DETAIL = 6.0
"""Greatest standard deviation of the Laplacian of a picture that counts as blurred."""
MOST_COLOUR = 3
"""Greatest difference between the colours of a pixel that counts as grey, as coding moves them."""
FREE_TABLES = frozenset({"django_session"})
"""Tables into which anybody's visit may write."""
JPEG_PLAIN = frozenset({0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDD})
"""Segments of a JPEG that say how its pixels are packed, and nothing else."""
READ_INTO = frozenset(
    {
        "application/atom+xml",
        "application/geo+json",
        "application/json",
        "application/pdf",
        "application/vnd.google-earth.kml+xml",
        "image/jpeg",
        "text/csv",
        "text/event-stream",
        "text/html",
        "video/mp4",
    }
)
"""Kinds of answers that anybody is given of the published case; the sweep has to have met them."""


@dataclass
class Swept:
    """A room with secrets in it."""

    room: Room
    owner: Person
    quiet: Person
    editor: Person
    other: str
    values: Mapping[str, Sequence[str]]
    routes: Sequence[str]
    canaries: Mapping[str, str]
    seen: Counter[str] = field(default_factory=Counter)

    def addresses(self) -> Iterator[str]:
        """Give every address, with every value in every place."""
        for route in self.routes:
            names = PLACE.findall(route)
            for chosen in product(*(self.values[name] for name in names)):
                yield route % dict(zip(names, chosen, strict=True))


@pytest.fixture(scope="module")
def swept(
    serve_room: Room,
    checked_folder: Path,
    slipping: Slipping,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Swept]:
    """The two cases, and everybody who has to do with them."""
    folder = tmp_path_factory.mktemp("swept") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    claim = slipping.stage(folder)
    safety = Safety(blur_positions=True, shown_on_request=slipping.items_of(folder))
    slipping.publish(folder, safety, correction=slipping.spelled())
    slipping.film(folder)
    with serve_room(folder, "--background", "0", "--sign-up") as room:
        owner = room.owner()
        other = unpublished(owner, slipping)
        quiet = room.reader("quietreader")
        editor = room.newcomer(owner, KEY, "editor", "zoraeditor")
        values = fill_room(room, owner, quiet, slipping)
        values |= {"key": [KEY, other], "claim": [claim, *claims_of(owner, KEY)[:2], "c0"]}
        values |= media_of(owner, (KEY, other))
        yield Swept(
            room=room,
            owner=owner,
            quiet=quiet,
            editor=editor,
            other=other,
            values=values,
            routes=every_route(tmp_path_factory.mktemp("routes")),
            canaries={
                **slipping.POSITION_CANARIES,
                **slipping.UPLOADER_CANARIES,
                **slipping.DESK_CANARIES,
                **slipping.OTHER_CANARIES,
                "key of the unpublished case": other,
            },
        )


def every_route(folder: Path) -> Sequence[str]:
    """Return the address of every pattern that the application knows."""
    script = Path(__file__).with_name("list_routes.py")
    told = subprocess.run([sys.executable, script, folder], capture_output=True, check=True)
    routes: Sequence[str] = json.loads(told.stdout)["every"]
    assert len(routes) > 100
    return routes


def unpublished(owner: Person, slipping: Slipping) -> str:
    """Make the case that is not published; return its key."""
    made = owner.post("/", {"name": slipping.OTHER_TITLE})
    key = str(made.headers["location"]).rstrip("/").rsplit("/", 1)[-1]
    words = f"The ministry said on Monday that it had destroyed {slipping.OTHER_WORDS}."
    told = owner.post(f"/cases/{key}/add", {"section": "story", "text": words})
    assert told.status_code == 302, told.text
    clip = (EXAMPLE / "footage" / "coordination-centre.mp4").read_bytes()
    files = {"file": ("weir.mp4", clip, "video/mp4")}
    shown = owner.post(f"/cases/{key}/add", {"section": "footage"}, files=files)
    assert shown.status_code == 302, shown.text
    assert owner.post(f"/cases/{key}/work/ask", {"kind": "check"}).status_code == 302
    return key


def fill_room(room: Room, owner: Person, quiet: Person, slipping: Slipping) -> dict[str, list[str]]:
    """Let the desk and a reader write the secrets wherever they can; return what that made."""
    room.newcomer(owner, KEY, "reviewer", "zyrareviewer")
    # who writes is named beside their words; who moderates is named nowhere
    moderator = room.newcomer(owner, KEY, "moderator", "zelmoderator")
    writing = room.newcomer(owner, KEY, "moderator", "openlywriting")
    with sqlite3.connect(room.folder / "purport.sqlite3", timeout=30) as database:
        database.execute(
            "INSERT INTO account_emailaddress (email, verified, [primary], user_id) "
            "SELECT 'zora@canary-mail.example', 1, 1, id FROM auth_user WHERE username = ?",
            ("zoraeditor",),
        )
    database.close()
    assert quiet.post(f"{READ}follow", {"follow": "yes"}).status_code == 302
    comments = [
        say(owner, f"The desk: {slipping.spelled()}"),
        say(
            writing,
            f"Here it is: {slipping.spelled()}",
            about="point",
            latitude="36.483729",
            longitude="37.918274",
        ),
        say(quiet, f"I was there: {slipping.spelled()}"),
    ]
    hidden = {"action": "hidden", "reason": f"It tells that {slipping.spelled()}"[:480]}
    assert moderator.post(f"/moderation/comments/{comments[2]}", hidden).status_code == 302
    assert "It tells that" in owner.get(f"{READ}moderation").text
    offer = {
        "kind": "position",
        "what": "the impact",
        "latitude": "36.483729",
        "longitude": "37.918274",
        "uncertainty_m": "12",
        "features": f"Two chimneys, {slipping.spelled()}"[:900],
        "item": first_item(owner, KEY),
    }
    assert quiet.post(f"{READ}evidence", offer).status_code == 302
    offers = re.findall(r"/moderation/evidence/(\w+)", owner.get("/moderation/").text)
    taken = {"decision": "accept", "reason": f"The chimneys match, {slipping.SPELLINGS[0]}."}
    assert owner.post(f"/moderation/evidence/{offers[0]}", taken).status_code == 302
    return {
        "identifier": [*comments, *offers, "nothing"],
        "number": ["1", "2"],
        "user": ["1", "2", "3", "999999"],
        "token": ["forged", "MQ:1vO:x"],
        "name": ["nothing.pmtiles", "..", "purport.sqlite3"],
        "part": ["authentic", "what"],
        "index": ["0", "3"],
        "pk": ["1"],
        "uidb36": ["1", "2"],
    }


def say(person: Person, body: str, **about: str) -> str:
    """Write a comment; return its identifier."""
    headers = {"Accept": "application/json"}
    said = person.post(f"{READ}comments", {"body": body, **about}, headers=headers)
    assert said.status_code == 200, said.text
    return str(said.json()["id"])


def claims_of(owner: Person, key: str) -> list[str]:
    """Return the claims of a case."""
    return [one["id"] for one in owner.get(f"/api/v1/cases/{key}").json()["claims"]]


def first_item(owner: Person, key: str) -> str:
    """Return the first item of a case."""
    return str(owner.get(f"/api/v1/cases/{key}").json()["items"][0]["record"]["digest"])


def media_of(owner: Person, keys: Sequence[str]) -> dict[str, list[str]]:
    """Return the items, marks and jobs of the cases."""
    items = [first_item(owner, key) for key in keys]
    marked = {"kind": "impact", "values": {"frame": 3, "pixel": [80.0, 64.0], "pixel_sd": 2.0}}
    placed = owner.send("POST", f"/api/v1/cases/{KEY}/items/{items[0]}/marks", marked)
    assert placed.status_code == 201, placed.text
    marks = re.findall(r'"(m[0-9a-f]{12})"', placed.text)
    jobs = [one["id"] for key in keys for one in owner.get(f"/api/v1/cases/{key}/work").json()]
    assert marks
    assert jobs
    return {
        "digest": [*items, ABSENT],
        "reference": [items[0], ABSENT],
        "mark": marks[:1],
        "job": jobs,
    }


def get(person: Person, path: str, headers: Mapping[str, str]) -> tuple[httpx.Response, bytes]:
    """Ask for an address; of a stream take what comes at once."""
    request = person.client.build_request("GET", path, headers=dict(headers))
    answer = person.client.send(request, stream=True)
    try:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            return answer, answer.read()
        return answer, next(answer.iter_bytes(), b"")
    finally:
        answer.close()


def told_in(slipping: Slipping, answer: httpx.Response, body: bytes) -> Iterator[str]:
    """Give everything as which an answer can be read, its headers too."""
    yield "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    yield from slipping.readings(body, answer.headers.get("content-type", ""))


def beyond(asked: str, canaries: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out what whoever asked said themselves: an answer may say again what was asked for."""
    return {name: one for name, one in canaries.items() if not re.search(one, asked, re.IGNORECASE)}


def test_every_route_can_be_filled_in(swept: Swept) -> None:
    unfilled = {
        route for route in swept.routes for name in PLACE.findall(route) if name not in swept.values
    }
    assert unfilled == set(), "say in this module what stands in their places"
    assert all(swept.values.values())


def test_nobody_is_told_what_is_kept_back(swept: Swept, slipping: Slipping) -> None:
    before = tables(swept.room.folder)
    nobody = swept.room.stranger()
    slipped: list[tuple[str, str, set[str]]] = []
    failed = []
    answered = 0
    for path in swept.addresses():
        for number, headers in enumerate(ASKED):
            asked = path + QUERIES[number % len(QUERIES)]
            answer, body = get(nobody, asked, headers)
            answered += 1
            found = slipping.found_in(
                told_in(slipping, answer, body), beyond(asked, swept.canaries)
            )
            if found:
                slipped.append((asked, str(headers), found))
            if answer.status_code >= 500:
                failed.append((asked, answer.status_code))
            require_veiled(answer, body, slipping)
            if answer.status_code in {200, 206}:
                swept.seen[answer.headers.get("content-type", "").partition(";")[0]] += 1
    assert slipped == []
    assert failed == []
    assert answered > 1000
    assert swept.seen.keys() >= READ_INTO
    assert tables(swept.room.folder) == before


def require_veiled(answer: httpx.Response, body: bytes, slipping: Slipping) -> None:
    """Check that pictures and films are grey, blurred and without a word or a sound in them."""
    kind = answer.headers.get("content-type", "")
    assert not kind.startswith("audio/"), answer.url
    if answer.status_code not in {200, 206}:
        return
    if kind.startswith("image/"):
        assert kind == "image/jpeg", answer.url
        assert slipping.jpeg_segments(body) <= JPEG_PLAIN, answer.url
        assert is_veiled(cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)), answer.url
    if kind.startswith("video/"):
        with av.open(io.BytesIO(body)) as container:
            assert [one.type for one in container.streams] == ["video"], answer.url
            frames = [one.to_ndarray(format="bgr24") for one in container.decode(video=0)]
        assert len(frames) > 1, answer.url
        assert all(map(is_veiled, frames)), answer.url


def is_veiled(pixels: Any) -> bool:  # noqa: ANN401 - an array of any type
    """Tell whether a picture, rows × columns × three colours, is grey and blurred."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    return (
        int(np.ptp(pixels.astype(int), axis=2).max()) <= MOST_COLOUR
        and float(cv2.Laplacian(grey, cv2.CV_64F).std()) < MOST_DETAIL
    )


def tables(folder: Path) -> dict[str, int]:
    """Return how each table stands, as one number each."""
    with sqlite3.connect(folder / "purport.sqlite3", timeout=30) as database:
        names = [
            name
            for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in FREE_TABLES
        ]
        told = {
            name: hash(tuple(sorted(map(repr, database.execute(f"SELECT * FROM [{name}]")))))  # noqa: S608 - names of our own tables
            for name in names
        }
    database.close()
    return told


@pytest.mark.parametrize("secret", [True, False], ids=["with the secret", "without"])
def test_nobody_changes_anything(swept: Swept, slipping: Slipping, secret: bool) -> None:  # noqa: FBT001 - a way of asking
    before = tables(swept.room.folder)
    nobody = swept.room.stranger()
    nobody.get("/accounts/login/")
    headers = {"X-CSRFToken": nobody.client.cookies["purport_csrf"]} if secret else {}
    slipped, taken = [], []
    for path in swept.addresses():
        sent = {"json": {}} if path.startswith("/api/") else {"data": {"reason": "x"}}
        for method in WRITING:
            answer = nobody.client.request(method, path, headers=headers, **sent)
            found = slipping.found_in(
                told_in(slipping, answer, answer.content), beyond(path, swept.canaries)
            )
            if found:
                slipped.append((method, path, found))
            if answer.status_code >= 500:
                taken.append((method, path, answer.status_code))
    assert slipped == []
    assert taken == []
    assert tables(swept.room.folder) == before


def test_heads_say_no_more_than_bodies(swept: Swept, slipping: Slipping) -> None:
    nobody = swept.room.stranger()
    for path in swept.addresses():
        if path.endswith("/live"):
            continue  # a stream has no head to be asked for alone; its GET is looked at above
        answer = nobody.client.head(path)
        texts = ["\n".join(f"{name}: {value}" for name, value in answer.headers.items())]
        assert slipping.found_in(texts, beyond(path, swept.canaries)) == set(), path
        assert answer.content == b""


def test_nobody_learns_that_a_case_is_there(swept: Swept) -> None:
    nobody = swept.room.stranger()
    for route in swept.routes:
        names = PLACE.findall(route)
        if "key" not in names or "uidb36" in names:
            continue
        filled = {name: swept.values[name][0] for name in names}
        told = [
            nobody.get(route % {**filled, "key": key}).status_code
            for key in (swept.other, "absent")
        ]
        assert told[0] == told[1], route


def test_the_same_search_finds_all_of_it_where_it_may_be_seen(
    swept: Swept, slipping: Slipping
) -> None:
    found: set[str] = set()
    # no page shows anybody another one's address: the editor's is on pages of their own
    for person in (swept.owner, swept.quiet, swept.editor):
        for path in swept.addresses():
            if path.startswith(("/accounts/logout", "/enter/")):
                continue
            answer, body = get(person, path, {})
            found |= slipping.found_in(
                told_in(slipping, answer, body), beyond(path, swept.canaries)
            )
    assert swept.canaries.keys() - found == set()


def test_footage_that_is_not_veiled_would_be_told_from_it(swept: Swept) -> None:
    digest = swept.values["digest"][0]
    clear = [
        path
        for path in (swept.room.folder / "cache" / "films" / KEY).glob("*-clear-*.mp4")
        if digest in path.name
    ]
    assert len(clear) == 1  # it is there, and was given to nobody
    with av.open(str(clear[0])) as container:
        frames = [one.to_ndarray(format="bgr24") for one in container.decode(video=0)]
    assert not any(map(is_veiled, frames))
    nobody = swept.room.stranger()
    assert nobody.get(f"{READ}items/{digest}/clear.mp4").status_code == 404
    assert nobody.get(f"{READ}items/{digest}/film.mp4").status_code == 200
