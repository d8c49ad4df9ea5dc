"""Who may see and do what: every route of the room, asked by everybody.

The tables say which right each route needs; `test_every_route_is_in_the_tables` holds them against
the application, so that a new route without its line fails.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

PAGES: Mapping[str, tuple[str, str]] = {
    "add": ("GET", "change"),
    "ask": ("POST", "change"),
    "ask_for_edition": ("POST", "change"),
    "background": ("GET", "see"),
    "cancel": ("POST", "change"),
    "captures": ("GET", "see"),
    "case": ("GET", "see"),
    "claim": ("GET", "see"),
    "contradictions": ("GET", "see"),
    "decide_edition": ("POST", "judge"),
    "details": ("GET", "change"),
    "dossier": ("GET", "see"),
    "history": ("GET", "see"),
    "media": ("GET", "see"),
    "ledger": ("GET", "see"),
    "map": ("GET", "see"),
    "matrix": ("GET", "see"),
    "member": ("POST", "manage"),
    "new_claim": ("GET", "change"),
    "page_clear": ("GET", "see"),
    "page_veiled": ("GET", "see"),
    "people": ("GET", "see"),
    "playable": ("GET", "see"),
    "player": ("GET", "see"),
    "place": ("GET", "see"),
    "progress": ("GET", "see"),
    "sun": ("GET", "see"),
    "tiles": ("GET", "see"),
    "publish": ("GET", "see"),
    "withdraw_edition": ("POST", "change"),
}
"""Name of each page of a case: how it is asked, and the right that it needs."""
SENT: Mapping[str, str] = {
    "add": "change",
    "details": "change",
    "people": "manage",
    "place": "change",
}
"""Pages that also take forms: the right that sending one needs."""
ELSEWHERE = {"cases", "example_case", "enter"}
"""Pages that belong to no case; see `test_entering` and the last tests here."""
NOTICES = {
    "follow",
    "let_push",
    "manifest",
    "notices",
    "notices_seen",
    "reading",
    "renew_push",
    "stop_mails",
    "wishes",
    "worker",
}
"""Pages of readers about what they follow; see `test_notices`."""
READERS = NOTICES | {
    "choose_language",
    "feed",
    "moderation_log",
    "published_live",
    "readers_session",
    "confirm_by_link",
    "published",
    "published_case",
    "published_claim",
    "published_document",
    "published_geojson",
    "published_film",
    "published_clear_film",
    "published_kml",
    "published_pdf",
    "published_picture",
    "published_ratings",
    "published_timemap",
}
"""Pages for anybody; see `test_published_cases`."""
OPERATIONS: Mapping[tuple[str, str], str] = {
    ("GET", "/api/v1/cases/{key}"): "see",
    ("GET", "/api/v1/cases/{key}/map"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/sun"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/frames"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/frames/{index}.jpg"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/frames/{index}.png"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/playable"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/poster.jpg"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/shown"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/marks"): "see",
    ("POST", "/api/v1/cases/{key}/items/{digest}/marks"): "change",
    ("PUT", "/api/v1/cases/{key}/items/{digest}/marks/{mark}"): "change",
    ("DELETE", "/api/v1/cases/{key}/items/{digest}/marks/{mark}"): "change",
    ("POST", "/api/v1/cases/{key}/items/{digest}/fit"): "see",
    ("POST", "/api/v1/cases/{key}/items/{digest}/offset"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/start"): "see",
    ("GET", "/api/v1/cases/{key}/items/{digest}/second-looks"): "see",
    ("POST", "/api/v1/cases/{key}/items/{digest}/second-looks"): "look_again",
    ("PUT", "/api/v1/cases/{key}/items/{digest}/second-looks"): "look_again",
    ("DELETE", "/api/v1/cases/{key}/items/{digest}/second-looks"): "look_again",
    ("GET", "/api/v1/cases/{key}/references/{reference}/window"): "see",
    ("GET", "/api/v1/cases/{key}/work"): "see",
    ("POST", "/api/v1/cases/{key}/work"): "change",
    ("DELETE", "/api/v1/cases/{key}/work/{job}"): "change",
    ("GET", "/api/v1/cases/{key}/claims"): "see",
    ("POST", "/api/v1/cases/{key}/claims"): "change",
    ("PUT", "/api/v1/cases/{key}/claims/{claim}"): "change",
    ("POST", "/api/v1/cases/{key}/claims/{claim}/withdrawal"): "change",
    ("POST", "/api/v1/cases/{key}/claims/{claim}/restoration"): "change",
    ("GET", "/api/v1/cases/{key}/claims/{claim}/verdicts/{part}"): "see",
    ("PUT", "/api/v1/cases/{key}/links"): "change",
    ("POST", "/api/v1/cases/{key}/links/removal"): "change",
    ("POST", "/api/v1/cases/{key}/reviews"): "judge",
}
"""Method and path of each operation of the API, and the right that it needs."""
WRITING = {"flag_comment", "offer_evidence", "withdraw_comment", "write_comment"}
"""Pages for whoever is signed in, of a case that is published; see `test_discussion`."""
OWN = {"leave", "offers", "own_data", "stay", "take_along", "withdraw_offer"}
"""What somebody wrote themselves; see `test_evidence`, `test_own_data`."""
DESK = {"decide_evidence", "forum", "moderate_comment", "moderation", "word_list"}
"""Pages for those who moderate, or take evidence over; see `test_discussion`, `test_evidence`."""
RIGHTS: Mapping[str, frozenset[str]] = {
    "owner": frozenset({"see", "look_again", "judge", "change", "manage"}),
    "editor": frozenset({"see", "look_again", "judge", "change"}),
    "reviewer": frozenset({"see", "look_again", "judge"}),
    "moderator": frozenset(),
}
"""What each role may do: written down a second time, so that a slip in the code shows."""
_CLAIM = {"claimant": " ", "content": [], "reason": " "}
_BEARING = {"claim": "c0", "part": "where", "finding": "f0", "reason": " "}
BODIES: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("POST", "/api/v1/cases/{key}/work"): {"kind": "nothing of the kind"},
    ("POST", "/api/v1/cases/{key}/claims"): {**_CLAIM, "document": "0"},
    ("PUT", "/api/v1/cases/{key}/claims/{claim}"): {**_CLAIM, "version": "0"},
    ("POST", "/api/v1/cases/{key}/claims/{claim}/withdrawal"): {"reason": " ", "version": "0"},
    ("POST", "/api/v1/cases/{key}/claims/{claim}/restoration"): {"reason": " ", "version": "0"},
    ("PUT", "/api/v1/cases/{key}/links"): {**_BEARING, "stance": "supports"},
    ("POST", "/api/v1/cases/{key}/links/removal"): {**_BEARING, "version": "0"},
    ("POST", "/api/v1/cases/{key}/reviews"): {
        "claim": "c0",
        "part": "where",
        "reason": " ",
        "proposal": "0",
    },
    ("POST", "/api/v1/cases/{key}/items/{digest}/marks"): {"kind": "impact", "values": {}},
    ("PUT", "/api/v1/cases/{key}/items/{digest}/marks/{mark}"): {
        "kind": "impact",
        "values": {},
        "version": "0" * 64,
    },
    ("POST", "/api/v1/cases/{key}/items/{digest}/fit"): {"frame": 0},
    ("POST", "/api/v1/cases/{key}/items/{digest}/offset"): {"frame": 0, "impacts": []},
    ("PUT", "/api/v1/cases/{key}/items/{digest}/second-looks"): {"placed": []},
}
"""What is sent to operations that would refuse an empty body before they look at rights."""


@pytest.fixture(scope="module")
def people(room: Room, owner: Person, example: str) -> Mapping[str, Person]:
    """Somebody of each role in the example case, and somebody who works in another one alone."""
    other = (
        owner.post("/", {"name": "Elsewhere"}).headers["location"].rstrip("/").rsplit("/", 1)[-1]
    )
    return {
        "owner": room.newcomer(owner, example, "owner", "olga"),
        "editor": room.newcomer(owner, example, "editor", "ed"),
        "reviewer": room.newcomer(owner, example, "reviewer", "rita"),
        "moderator": room.newcomer(owner, example, "moderator", "mona"),
        "outsider": room.newcomer(owner, other, "owner", "otto"),
    }


@pytest.fixture(scope="module")
def parts(owner: Person, example: str) -> Mapping[str, Any]:
    """What stands in the places of a route's path."""
    case = owner.get(f"/api/v1/cases/{example}").json()
    return {
        "key": example,
        "digest": case["items"][0]["record"]["digest"],
        "claim": case["claims"][0]["id"],
        "reference": case["items"][0]["record"]["references"][0],
        "job": "0" * 32,
        "mark": "m000000000000",
        "user": 999_999,
        "frame": 0,
        "index": 0,
        "n": 0,
        "name": "nothing.pmtiles",
        "number": 1,
        "part": "where",
    }


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Every route that the application knows."""
    script = Path(__file__).with_name("list_routes.py")
    told = subprocess.run(
        [sys.executable, script, tmp_path_factory.mktemp("routes")],
        capture_output=True,
        check=True,
        text=True,
    )
    listed: Mapping[str, Any] = json.loads(told.stdout)
    return listed


def path_of(routes: Mapping[str, Any], name: str, parts: Mapping[str, Any]) -> str:
    """Return the address of a page."""
    pattern = next(page["path"] for page in routes["pages"] if page["name"] == name)
    return "/" + fill(pattern.replace("<", "{").replace(">", "}"), parts)


def fill(pattern: str, parts: Mapping[str, Any]) -> str:
    """Put what it means into each place of a path."""
    pieces = []
    for piece in pattern.split("/"):
        if "{" in piece:
            before, _, rest = piece.partition("{")
            inner, _, after = rest.partition("}")
            piece = f"{before}{parts[inner.rsplit(':', 1)[-1]]}{after}"  # noqa: PLW2901 - the same piece
        pieces.append(piece)
    return "/".join(pieces)


def ask(person: Person, method: str, path: str) -> Any:  # noqa: ANN401 - a response
    """Ask for a page, or send it an empty form."""
    return person.get(path) if method == "GET" else person.post(path)


def let_in(response: Any) -> bool:  # noqa: ANN401 - a response
    """Tell whether an answer comes from behind the door, be it that something there is wrong."""
    if response.status_code == 404:
        return "there is no such case" not in response.text
    if response.status_code == 302:
        return "/accounts/login/" not in response.headers["location"]
    return response.status_code not in {401, 403} and response.status_code < 500


def test_every_route_is_in_the_tables(routes: Mapping[str, Any]) -> None:
    pages = {page["name"]: page["right"] for page in routes["pages"]}
    assert pages.keys() - ELSEWHERE - READERS - WRITING - OWN - DESK == PAGES.keys()
    assert {pages[name] for name in WRITING} == {"write"}
    assert all(pages[name] is None for name in READERS)
    assert {name: pages[name] for name in PAGES} == {
        name: SENT.get(name, right) if name in {"add", "details"} else right
        for name, (_, right) in PAGES.items()
    }
    told = {(one["method"], one["path"]) for one in routes["operations"]}
    assert told == set(OPERATIONS)


def page_cases() -> Iterator[Any]:
    """Give every page, as it is shown and as it takes a form."""
    for name, (method, right) in sorted(PAGES.items()):
        yield pytest.param(name, method, right, id=f"{name}-{method}")
    for name, right in sorted(SENT.items()):
        yield pytest.param(name, "POST", right, id=f"{name}-POST")


@pytest.mark.parametrize("role", sorted(RIGHTS))
@pytest.mark.parametrize(("name", "method", "right"), list(page_cases()))
def test_a_member_may_do_what_the_role_allows_and_no_more(  # noqa: PLR0917 - route, role, room
    people: Mapping[str, Person],
    routes: Mapping[str, Any],
    parts: Mapping[str, Any],
    name: str,
    method: str,
    right: str,
    role: str,
) -> None:
    response = ask(people[role], method, path_of(routes, name, parts))
    if right in RIGHTS[role]:
        assert let_in(response), (response.status_code, response.text[:500])
    else:
        assert response.status_code == 403
        assert "your role in this case" in response.text


@pytest.mark.parametrize(("name", "method", "right"), list(page_cases()))
def test_strangers_are_not_even_told_that_there_is_a_case(  # noqa: PLR0917 - route, room
    room: Room,
    people: Mapping[str, Person],
    routes: Mapping[str, Any],
    parts: Mapping[str, Any],
    name: str,
    method: str,
    right: str,
) -> None:
    path = path_of(routes, name, parts)
    outsider = ask(people["outsider"], method, path)
    assert (outsider.status_code, right in outsider.text.split()) == (404, False)
    assert "there is no such case" in outsider.text
    absent = ask(people["outsider"], method, path_of(routes, name, {**parts, "key": "nowhere"}))
    assert absent.status_code == 404
    nobody = room.stranger()
    assert nobody.get("/accounts/login/").status_code == 200
    response = ask(nobody, method, path)
    assert response.status_code == 302
    assert response.headers["location"].startswith("/accounts/login/")


@pytest.mark.parametrize("role", [*sorted(RIGHTS), "outsider", "nobody"])
@pytest.mark.parametrize(("operation", "right"), sorted(OPERATIONS.items()))
def test_the_api_keeps_the_same_rights(  # noqa: PLR0917 - route, role, room
    room: Room,
    people: Mapping[str, Person],
    parts: Mapping[str, Any],
    operation: tuple[str, str],
    right: str,
    role: str,
) -> None:
    person = people.get(role) or room.stranger()
    person.get("/accounts/login/")
    method, pattern = operation
    body = BODIES.get(operation, None if method == "GET" else {})
    response = person.send(method, fill(pattern, parts), body)
    if role == "nobody":
        assert response.status_code in {401, 403}
    elif role == "outsider":
        assert response.status_code == 404
        assert response.json()["fault"] == "there is no such case"
    elif right in RIGHTS[role]:
        assert let_in(response), (response.status_code, response.text[:500])
    else:
        assert response.status_code == 403


def test_nothing_is_changed_without_the_secret_of_the_page(
    people: Mapping[str, Person], parts: Mapping[str, Any]
) -> None:
    path = f"/api/v1/cases/{parts['key']}/work"
    forged = people["owner"].client.post(path, json={"kind": "check"})
    assert forged.status_code in {401, 403}
    assert people["owner"].get(path).json() == []


def test_only_members_are_told_of_a_case_in_the_list(people: Mapping[str, Person]) -> None:
    assert "Harbour Road" in people["reviewer"].get("/").text
    assert "Harbour Road" not in people["outsider"].get("/").text


def test_a_case_keeps_an_owner(room: Room, owner: Person) -> None:
    location = owner.post("/", {"name": "Kept"}).headers["location"].rstrip("/")
    key = location.rsplit("/", 1)[-1]
    page = owner.get(f"/cases/{key}/people").text
    user = page.split("role-")[1].split('"')[0]
    assert owner.post(f"/cases/{key}/people/{user}", {"role": "editor"}).status_code == 422
    assert "<option selected>reviewer</option>" in page, "nobody is made an owner in passing"
    publish = f"/cases/{key}/publish"
    assert "Nobody else works in this case yet." in owner.get(publish).text
    second = room.newcomer(owner, key, "owner", "olaf")
    assert "whoever asks for an edition cannot publish it" in owner.get(publish).text
    assert "Nobody else works" not in owner.get(publish).text
    assert owner.post(f"/cases/{key}/people/{user}", {"role": "editor"}).status_code == 302
    assert second.get(f"/cases/{key}/people").status_code == 200
