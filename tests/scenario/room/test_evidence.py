"""Readers offer evidence; the desk looks at it, takes it over or says no; trust follows."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.casework import Workspace
from purport.casework.contributing import contributions_of
from purport.core.contributions import commitment_of

Desk: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

OFFER = "/published/case/evidence"
QUEUE = "/moderation/"
POSITION = {
    "kind": "position",
    "what": "the impact",
    "latitude": "35.90068",
    "longitude": "-14.19878",
    "uncertainty_m": "12",
    "features": "The two chimneys and the bend of the road.",
}


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A published case that anybody may sign up to."""
    with open_desk(tmp_path_factory.mktemp("offers") / "room", "--sign-up") as found:
        found.publish()
        case = found.owner.get("/api/v1/cases/case").json()
        published = found.reader.get("/published/case/case.json").json()
        found.item = published["items"][0]["sha256"]
        found.case = case
        found.numbers = iter(range(100))
        yield found


def newcomer(desk: Desk) -> Person:
    """Somebody who signs up."""
    return desk.room.reader(f"witness{next(desk.numbers)}")


def offer(desk: Desk, person: Person, **changes: str) -> str:
    """Offer evidence; return its identifier."""
    sent = person.post(OFFER, {**POSITION, "item": desk.item, **changes})
    assert sent.status_code == 302, re.findall(r'class="errorlist".*?</ul>', sent.text, re.DOTALL)
    assert "waiting" in person.get("/me/offers").text
    queue = desk.editor.get(QUEUE).text
    return str(re.findall(rf"{QUEUE}evidence/(\w+)", queue)[-1])


def decide(person: Person, identifier: str, decision: str, note: str) -> int:
    """Decide on an offer."""
    answer = person.post(f"{QUEUE}evidence/{identifier}", {"decision": decision, "reason": note})
    return int(answer.status_code)


def test_accepted_evidence_is_a_finding_with_custody_and_without_a_name(desk: Desk) -> None:
    witness = newcomer(desk)
    identifier = offer(desk, witness, credited="on")
    # readers see nothing of it, nor may they decide
    assert "chimneys" not in desk.reader.get("/published/case/").text
    assert decide(witness, identifier, "accept", "I want it.") == 403
    assert decide(desk.reviewer, identifier, "accept", "Looks right.") in {403, 404}
    assert decide(desk.editor, identifier, "accept", " ") == 422
    assert decide(desk.editor, identifier, "accept", "The chimneys match the map.") == 302
    assert decide(desk.editor, identifier, "refuse", "On second thoughts.") == 409
    told = desk.owner.get("/api/v1/cases/case").json()
    (finding,) = [one for one in told["findings"] if one["check"] == "readers"]
    assert finding["answer"] == "position"
    assert finding["item"] == desk.item
    assert finding["values"]["uncertainty_m"] == 12.0
    assert "The chimneys match the map." in finding["reason"]
    assert witness.name not in json.dumps(told)
    history = desk.owner.get("/cases/case/history?kind=contributed").text
    assert "evidence of a reader: position" in history
    assert "The chimneys match the map." in history
    assert witness.name not in history
    assert "The chimneys match the map." in witness.get("/me/offers").text
    # its author is named beside the case, as they wished
    assert witness.name in desk.reader.get("/published/case/").text
    # it can be held for a claim, as any finding
    linked = desk.editor.send(
        "PUT",
        "/api/v1/cases/case/links",
        {
            "claim": desk.claim,
            "part": "where",
            "finding": finding["id"],
            "stance": "supports",
            "reason": "A witness places it.",
            "version": None,
        },
    )
    assert linked.status_code in {200, 201}, linked.text


def test_trust_grows_from_accepted_evidence_and_falls(desk: Desk) -> None:
    witness = newcomer(desk)

    def first_comment_waits(words: str) -> bool:
        sent = witness.post(
            "/published/case/comments", {"body": words}, headers={"Accept": "application/json"}
        )
        assert sent.status_code == 200, sent.text
        return "moderator" in sent.json()["told"]

    identifier = offer(desk, witness, kind="correction", words="The date is the 14th.")
    assert decide(desk.editor, identifier, "accept", "The paper says so.") == 302
    assert not first_comment_waits("A contributor says so: https://example.org/paper")
    identifier = offer(desk, witness, kind="correction", words="It was the neighbours.")
    assert decide(desk.editor, identifier, "misleading", "Made up; the photograph is older.") == 302
    assert "Made up" in witness.get("/me/offers").text
    for number in range(2):
        other = newcomer(desk)
        identifier = offer(desk, other, kind="correction", words=f"Nothing {number}.")
        assert decide(desk.editor, identifier, "refuse", "Not shown by anything.") == 302
    time.sleep(5.1)
    assert first_comment_waits("They wait from now on.")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latitude": "95"}, "latitude"),
        ({"latitude": "inf"}, "latitude"),
        ({"longitude": ""}, "longitude"),
        ({"uncertainty_m": "0"}, "uncertainty_m"),
        ({"uncertainty_m": "-3"}, "uncertainty_m"),
        ({"features": ""}, "features"),
        ({"what": " "}, "what"),
        ({"item": ""}, "item"),
        ({"item": "f" * 64}, "item"),
        ({"kind": "earlier appearance", "url": "ftp://x", "date": "2015", "words": "x"}, "url"),
        (
            {"kind": "earlier appearance", "url": "https://e.org", "date": "soon", "words": "x"},
            "date",
        ),
        ({"kind": "correction", "words": ""}, "words"),
        ({"kind": "correction", "words": "x" * 4001}, "words"),
        ({"kind": "hearsay"}, "kind"),
    ],
)
def test_an_offer_that_cannot_be_is_told_beside_its_field(
    desk: Desk, changes: Mapping[str, str], field: str
) -> None:
    refused = desk.editor.post(OFFER, {**POSITION, "item": desk.item, **changes})
    assert refused.status_code == 422
    block = refused.text[refused.text.index(f'name="{field}"') - 900 :][:6000]
    assert "errorlist" in block


def test_one_takes_back_what_nobody_decided(desk: Desk) -> None:
    witness, other = newcomer(desk), newcomer(desk)
    identifier = offer(desk, witness)
    back = f"/me/offers/{identifier}/withdrawal"
    assert other.post(back).status_code == 409
    assert witness.post(back).status_code == 302
    assert "withdrawn" in witness.get("/me/offers").text
    assert decide(desk.editor, identifier, "accept", "Too late.") == 409


def test_the_chain_verifies_and_the_commitment_opens_with_the_salt_alone(
    open_desk: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "room"
    with open_desk(folder, "--sign-up") as desk:
        desk.publish()
        desk.item = desk.reader.get("/published/case/case.json").json()["items"][0]["sha256"]
        desk.numbers = iter(range(9))
        witness = newcomer(desk)
        identifier = offer(desk, witness)
        assert decide(desk.editor, identifier, "accept", "It matches.") == 302
    with Workspace.open(folder, writing=False) as workspace:
        (contribution,) = contributions_of(workspace)
        event = next(one for one in workspace.store.custody() if one.kind == "contributed")
        assert event.details["commitment"] == contribution.commitment
    guess = commitment_of(offer=identifier, name=witness.name, salt="00" * 32)
    assert contribution.commitment != guess
    command = [sys.executable, "-m", "purport.cli", "verify", "-w", str(folder)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr
