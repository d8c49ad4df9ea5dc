"""The ledger's routes: who may see, correct, link and review, and what is refused in what words."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner

from purport.cli._main import purport

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

KEY = "case"
API = f"/api/v1/cases/{KEY}"


@dataclass
class Scene:
    """A served ledger and people in it."""

    room: Room
    people: dict[str, Person]

    def claims(self) -> dict[str, Any]:
        """What the API says of the ledger."""
        found: dict[str, Any] = self.people["owner"].get(f"{API}/claims").json()
        return found

    def body(self, number: int = 0, **changes: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401
        """A claim as the page would send it that changes nothing else."""
        told = self.claims()
        claim = told["claims"][number]
        spans = {
            name: [{"start": one["start"], "end": one["end"]} for one in claim[name]]
            for name in ("content", "source", "cue", "hedges")
        }
        body = {
            "claimant": claim["claimant"],
            "claimant_role": claim["claimant_role"],
            "quote_type": claim["quote_type"],
            **spans,
            "slots": [],
            "reason": "Read again.",
            "version": told["versions"][claim["id"]],
        }
        return claim["id"], {**body, **changes}


@pytest.fixture(scope="module")
def scene(
    serve_room: Room, checked_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """A room with the story checked, an owner, an editor, a reviewer and strangers."""
    folder = tmp_path_factory.mktemp("ledger") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with serve_room(folder) as room:
        owner = room.owner()
        people = {
            "owner": owner,
            "editor": room.newcomer(owner, KEY, "editor", "ana"),
            "reviewer": room.newcomer(owner, KEY, "reviewer", "rev"),
        }
        other = owner.post("/", {"name": "Another"}).headers["location"].split("/")[2]
        people["stranger"] = room.newcomer(owner, other, "editor", "sue")
        yield Scene(room, people)


WRITES = {
    "put_claim": "editor",
    "new_claim": "editor",
    "withdrawal": "editor",
    "restoration": "editor",
    "link": "editor",
    "removal": "editor",
    "review": "reviewer",
}


def send(scene: Scene, person: Person, what: str) -> Any:  # noqa: ANN401 - httpx's own
    """Send a write that is refused by its content, so that rights alone are told apart."""
    claim, body = scene.body()
    unreasoned = {**body, "reason": " "}
    on = {"claim": claim, "part": "authentic", "finding": "f0", "reason": " "}
    if what == "put_claim":
        return person.send("PUT", f"{API}/claims/{claim}", unreasoned)
    if what == "new_claim":
        del unreasoned["version"]
        return person.send("POST", f"{API}/claims", {**unreasoned, "document": "0" * 64})
    if what in {"withdrawal", "restoration"}:
        sent = {"reason": " ", "version": body["version"]}
        return person.send("POST", f"{API}/claims/{claim}/{what}", sent)
    if what == "link":
        return person.send("PUT", f"{API}/links", {**on, "stance": "supports"})
    if what == "removal":
        return person.send("POST", f"{API}/links/removal", {**on, "version": "0"})
    sent = {"claim": claim, "part": "where", "reason": " ", "proposal": "0"}
    return person.send("POST", f"{API}/reviews", sent)


@pytest.mark.parametrize("what", WRITES)
def test_who_may_write(scene: Scene, what: str) -> None:
    least = WRITES[what]
    assert send(scene, scene.people["stranger"], what).status_code == 404
    assert send(scene, scene.room.stranger(), what).status_code in {401, 403}
    refused = 403 if least == "editor" else 422
    assert send(scene, scene.people["reviewer"], what).status_code == refused
    for name in ("editor", "owner"):
        assert send(scene, scene.people[name], what).status_code in {404, 422}
    told = send(scene, scene.people["owner"], what).json()
    assert told["fault"]


PAGES = ("ledger", "ledger/claims/CLAIM", "contradictions", "matrix", "history")


@pytest.mark.parametrize("page", PAGES)
def test_who_may_see(scene: Scene, page: str) -> None:
    path = f"/cases/{KEY}/{page}".replace("CLAIM", scene.claims()["claims"][0]["id"])
    for name in ("owner", "editor", "reviewer"):
        assert scene.people[name].get(path).status_code == 200, page
    assert scene.people["stranger"].get(path).status_code == 404
    assert scene.room.stranger().get(path).status_code == 302


def test_adding_a_claim_is_for_those_who_may_change(scene: Scene) -> None:
    path = f"/cases/{KEY}/ledger/claims/new"
    assert scene.people["editor"].get(path).status_code == 200
    assert scene.people["reviewer"].get(path).status_code == 403
    assert scene.people["stranger"].get(path).status_code == 404
    assert scene.people["owner"].get(path + "?document=nope").status_code == 404


def test_a_reviewer_sees_no_form_that_they_may_not_send(scene: Scene) -> None:
    claim = scene.claims()["claims"][0]["id"]
    page = scene.people["reviewer"].get(f"/cases/{KEY}/ledger/claims/{claim}").text
    assert 'data-ledger="review"' in page
    assert 'data-ledger="claim"' not in page
    assert 'data-ledger="link"' not in page


def test_a_correction_shows_in_page_api_history_and_command_line(scene: Scene) -> None:
    claim, body = scene.body(1, claimant="The ministry of Merrow", reason="Named in the next line.")
    done = scene.people["editor"].send("PUT", f"{API}/claims/{claim}", body)
    assert done.status_code == 200, done.text
    assert (done.json()["act"], done.json()["author"]) == ("corrected", "ana")
    page = scene.people["reviewer"].get(f"/cases/{KEY}/ledger/claims/{claim}").text
    assert "Named in the next line." in page
    history = scene.people["owner"].get(f"/cases/{KEY}/history?about={claim}").text
    assert "claimant from Merrow to The ministry of Merrow" in history
    printed = CliRunner().invoke(purport, ["claims", "-w", str(scene.room.folder), "--json"])
    shown = {one["id"]: one for one in json.loads(printed.output)}
    assert shown[claim]["claimant"] == "The ministry of Merrow"


def test_two_people_at_once_the_second_is_told(scene: Scene) -> None:
    claim, body = scene.body(2, claimant="First")
    assert scene.people["editor"].send("PUT", f"{API}/claims/{claim}", body).status_code == 200
    late = {**body, "claimant": "Second"}
    refused = scene.people["owner"].send("PUT", f"{API}/claims/{claim}", late)
    assert refused.status_code == 409
    assert "ana corrected it" in refused.json()["fault"]
    assert scene.claims()["claims"][2]["claimant"] == "First"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"content": [{"start": 0, "end": 10**6}]}, "not within the text"),
        ({"content": [{"start": 5, "end": 5}]}, "holds no words"),
        ({"content": []}, "there are none"),
        ({"claimant": ""}, "is empty"),
        (
            {"slots": [{"attr": "outcome", "span": {"start": 0, "end": 9}, "value": "gone"}]},
            "none of hit",
        ),
    ],
)
def test_wrong_claims_are_refused_in_words(
    scene: Scene, changes: dict[str, Any], fault: str
) -> None:
    claim, body = scene.body(3, **changes)
    refused = scene.people["editor"].send("PUT", f"{API}/claims/{claim}", body)
    assert refused.status_code == 422
    assert fault in refused.json()["fault"]


def test_a_typed_quotation_is_not_taken(scene: Scene) -> None:
    claim, body = scene.body(3)
    body["content"][0]["exact"] = "something else"
    refused = scene.people["editor"].send("PUT", f"{API}/claims/{claim}", body)
    assert refused.status_code == 422


def test_a_person_links_a_finding_and_the_rating_stands(scene: Scene) -> None:
    editor = scene.people["editor"]
    case = editor.get(API).json()
    machine = next(link for verdict in case["verdicts"] for link in verdict["links"])
    on = {name: machine[name] for name in ("claim", "part", "finding")}
    put = {**on, "stance": "contradicts", "reason": "The header says so."}
    assert editor.send("PUT", f"{API}/links", put).status_code == 200
    assert editor.send("PUT", f"{API}/links", put).status_code == 409
    assert editor.get(API).json()["verdicts"] == case["verdicts"]
    page = editor.get(f"/cases/{KEY}/ledger/claims/{on['claim']}").text
    assert "linked by ana" in page
    assert "the rating does not weigh it yet" in page
    assert "by ana" in editor.get(f"/cases/{KEY}/matrix").text
    versions = page.split(f'data-finding="{on["finding"]}" data-version="')[1:]
    version = next(one for v in versions if (one := v.split('"', 1)[0]))
    gone = {**on, "reason": "A slip.", "version": version}
    assert editor.send("POST", f"{API}/links/removal", gone).status_code == 200
    assert "linked by ana" not in editor.get(f"/cases/{KEY}/ledger/claims/{on['claim']}").text
    assert "taken back" in editor.get(f"/cases/{KEY}/history?kind=linked").text


def test_the_machines_link_is_taken_off_and_stays_to_be_seen(scene: Scene) -> None:
    editor = scene.people["editor"]
    case = editor.get(API).json()
    machine_links = [link for verdict in case["verdicts"] for link in verdict["links"]]
    machine = machine_links[1]
    on = {name: machine[name] for name in ("claim", "part", "finding")}
    off = {**on, "stance": None, "reason": "Another item."}
    assert editor.send("PUT", f"{API}/links", off).status_code == 200
    page = editor.get(f"/cases/{KEY}/ledger/claims/{on['claim']}").text
    assert "taken off by ana: Another item." in page
    linked = {
        (link["part"], link["finding"]) for link in machine_links if link["claim"] == on["claim"]
    }
    part = next(p for p in ("how_many", "when", "what", "who") if (p, on["finding"]) not in linked)
    absent = {**on, "part": part, "stance": None, "reason": "It is none."}
    refused = editor.send("PUT", f"{API}/links", absent)
    assert refused.status_code == 422
    assert "no such link to take off" in refused.json()["fault"]
    unknown = {**off, "finding": "f000000000000"}
    assert editor.send("PUT", f"{API}/links", unknown).status_code == 404


def test_a_reviewer_replaces_a_rating_with_argument_and_the_second_is_told(scene: Scene) -> None:
    reviewer = scene.people["reviewer"]
    claim = scene.claims()["claims"][4]["id"]
    stood = reviewer.get(f"{API}/claims/{claim}/verdicts/who").json()
    review = {
        "claim": claim,
        "part": "who",
        "reason": "Two maps agree.",
        "rating": "Partly supported",
        "probability": 0.7,
        "confidence": "moderate",
        "confidence_reason": "Two publishers.",
        "because": ["Both maps show the militias."],
        "tried": ["Maps of two publishers."],
        "impossible": [],
        "would_change": ["A third map."],
        "proposal": stood["proposal"],
        "review": stood["review"],
    }
    assert (
        reviewer.send("POST", f"{API}/reviews", {**review, "probability": 1.7}).status_code == 422
    )
    assert reviewer.send("POST", f"{API}/reviews", review).status_code == 200
    late = scene.people["owner"].send("POST", f"{API}/reviews", {**review, "rating": "Supported"})
    assert late.status_code == 409
    now = reviewer.get(f"{API}/claims/{claim}/verdicts/who").json()
    last = now["history"][-1]
    assert (last["proposed"], last["who"], last["why"]) == (False, "rev", "Two maps agree.")
    assert last["verdict"]["likelihood"] == "likely"
    assert last["verdict"]["rating"] == "Partly supported"
    assert now["history"][0]["proposed"] is True
    page = reviewer.get(f"/cases/{KEY}/ledger/claims/{claim}").text
    assert "reviewed by rev" in page
    assert "Two maps agree." in reviewer.get(f"/cases/{KEY}/history?kind=judged").text


def test_a_claim_is_added_and_withdrawn(scene: Scene) -> None:
    editor = scene.people["editor"]
    told = scene.claims()
    claim = told["claims"][0]
    span = claim["content"][0]
    body = {
        "document": claim["document"],
        "claimant": "The headline",
        "content": [{"start": span["start"], "end": span["end"] - 2}],
        "reason": "Missed.",
    }
    made = editor.send("POST", f"{API}/claims", body)
    assert made.status_code == 200, made.text
    added = made.json()["claim"]
    assert len(scene.claims()["claims"]) == len(told["claims"]) + 1
    version = scene.claims()["versions"][added]
    gone = {"reason": "It was there.", "version": version}
    assert editor.send("POST", f"{API}/claims/{added}/withdrawal", gone).status_code == 200
    page = editor.get(f"/cases/{KEY}/ledger/claims/{added}")
    assert page.status_code == 200
    assert "Withdrawn by ana: It was there." in page.text
    assert len(scene.claims()["claims"]) == len(told["claims"])


def test_what_is_not_there_is_told(scene: Scene) -> None:
    owner = scene.people["owner"]
    assert owner.get(f"/cases/{KEY}/ledger/claims/c000000000000").status_code == 404
    assert owner.get(f"{API}/claims/c0/verdicts/nowhere").status_code == 422
    page = owner.get(f"/cases/{KEY}/history?page=999&kind=nothing")
    assert page.status_code == 200
    assert "Nothing like that was done." in page.text


def test_the_dossier_is_closed_to_whoever_looks_a_second_time(scene: Scene) -> None:
    owner, editor = scene.people["owner"], scene.people["editor"]
    case = owner.get(API).json()
    at = f"{API}/items/{case['items'][0]['record']['digest']}"
    values = {"frame": 0, "pixel": [40.0, 50.0], "pixel_sd": 2.0}
    placed = owner.send("POST", f"{at}/marks", {"kind": "impact", "values": values})
    assert placed.status_code == 201, placed.text
    assert editor.get(f"/cases/{KEY}/dossier").status_code == 200
    assert editor.send("POST", f"{at}/second-looks").status_code == 201
    closed = editor.get(f"/cases/{KEY}/dossier")
    assert closed.status_code == 409
    assert "second look" in closed.text
    assert owner.get(f"/cases/{KEY}/dossier").status_code == 200
    assert editor.send("DELETE", f"{at}/second-looks").status_code in {200, 204}
    assert editor.get(f"/cases/{KEY}/dossier").status_code == 200
