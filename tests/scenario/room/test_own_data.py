"""What is kept of a reader: taken along to the row, and removed with a day to think it over."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Desk: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

JSON = {"Accept": "application/json"}
LEAVES = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from purport.store import serve_records
from purport.web.configuration import RoomSettings, configure_room
configure_room(RoomSettings(workspace=Path(sys.argv[1])))
from purport.readers.leaving import remove_those_who_left
print(remove_those_who_left(datetime.now(UTC) + timedelta(hours=float(sys.argv[2]))))
"""


def remove(folder: Path, hours: float) -> int:
    """Remove those whose day has passed, some hours from now."""
    command = [sys.executable, "-P", "-c", LEAVES, str(folder), str(hours)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(told.stdout)


def rows_with(database: Path, needle: str) -> set[str]:
    """Return the tables of which any column of any row holds something."""
    with sqlite3.connect(database) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            table
            for table in tables
            for row in connection.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own tables
            if any(needle in str(value) for value in row)
        }


def ask_to_leave(person: Person) -> None:
    """Ask for removal; who it is is asked again first."""
    answer = person.post("/me/leave")
    assert answer.status_code == 302
    if "reauthenticate" in answer.headers["location"]:
        person.get(answer.headers["location"])
        shown = person.post(
            answer.headers["location"], {"password": "correct horse battery staple"}
        )
        assert shown.status_code == 302, shown.text
        answer = person.post("/me/leave")
    assert answer.headers["location"].endswith("/me/data"), answer.headers["location"]


def test_everything_is_taken_along_and_removed_to_the_row(
    open_desk: Callable[..., Any], tmp_path: Path
) -> None:
    folder = tmp_path / "room"
    with open_desk(folder, "--sign-up") as desk:
        desk.publish()
        item = desk.reader.get("/published/case/case.json").json()["items"][0]["sha256"]
        witness, other = desk.room.reader("zuleikha"), desk.room.reader("other")
        said = witness.post("/published/case/comments", {"body": "Qanat sentence."}, headers=JSON)
        moderator = desk.room.newcomer(desk.owner, "case", "moderator", "mod")
        moderator.post(f"/moderation/comments/{said.json()['id']}", {"action": "approved"})
        answered = other.post(
            "/published/case/comments",
            {"body": "An answer to it.", "parent": said.json()["id"]},
            headers=JSON,
        )
        moderator.post(f"/moderation/comments/{answered.json()['id']}", {"action": "approved"})
        moderator_word = moderator.post(
            "/published/case/comments", {"body": "Please keep to the point."}, headers=JSON
        ).json()
        witness.post(
            f"/published/case/comments/{moderator_word['id']}/flag",
            {"kind": "abuse", "note": "rude"},
        )
        for words in ("The bakery closed.", "The road is new."):
            sent = witness.post(
                "/published/case/evidence",
                {"kind": "correction", "item": item, "words": words, "credited": "on"},
            )
            assert sent.status_code == 302
        queue = desk.editor.get("/moderation/").text
        offers = [part.split('"')[0] for part in queue.split("/moderation/evidence/")[1:]]
        accepted = desk.editor.post(
            f"/moderation/evidence/{offers[0]}", {"decision": "accept", "reason": "So it is."}
        )
        assert accepted.status_code == 302
        # taken along: all of it, and nobody else's
        told = witness.get("/me/data.json").json()
        assert told["account"]["name"] == "zuleikha"
        assert [one["body"] for one in told["comments"]] == ["Qanat sentence."]
        assert [one["note"] for one in told["flags"]] == ["rude"]
        assert {json.loads(one["body"])["words"] for one in told["evidence"]} == {
            "The bakery closed.",
            "The road is new.",
        }
        assert told["addresses"][0]["email"] == "zuleikha@example.org"
        assert "An answer to it." not in json.dumps(told)
        # a day to think it over
        ask_to_leave(witness)
        assert "will be removed" in witness.get("/me/data").text
        assert witness.post("/me/stay").status_code == 302
        assert remove(folder, 25.0) == 0
        ask_to_leave(witness)
        assert remove(folder, 23.9) == 0
        assert witness.get("/me/data").status_code == 200
        assert remove(folder, 24.1) == 1
        assert witness.get("/me/data").status_code == 302
        # its place is kept for the answer, its words are gone
        page = desk.reader.get("/published/case/").text
        assert "Qanat" not in page
        assert "An answer to it." in page
        assert "zuleikha" not in page
    database = folder / "purport.sqlite3"
    assert rows_with(database, "zuleikha") == set()
    assert rows_with(database, "Qanat") == set()
    assert rows_with(database, "The road is new.") == set()
    kept = {"purport_evidence", "purport_contribution"}
    assert rows_with(database, "The bakery closed.") == kept
    command = [sys.executable, "-m", "purport.cli", "verify", "-w", str(folder)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_nobody_leaves_a_case_without_an_owner(
    open_desk: Callable[..., Any], tmp_path: Path
) -> None:
    with open_desk(tmp_path / "room") as desk:
        refused = desk.owner.post("/me/leave")
        assert refused.status_code in {302, 422, 403}
        assert "will be removed" not in desk.owner.get("/me/data").text


@pytest.mark.parametrize("path", ["/me/data", "/me/data.json", "/me/offers", "/me/leave"])
def test_strangers_have_no_data(open_desk: Callable[..., Any], tmp_path: Path, path: str) -> None:
    with open_desk(tmp_path / "room") as desk:
        asked = desk.reader.get(path)
        assert asked.status_code == 302
        assert asked.headers["location"].startswith("/accounts/login/")
