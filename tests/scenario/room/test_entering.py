"""Coming into the case room: the owner's link, invitations, and strangers."""

from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any


def test_the_link_of_the_terminal_works_once(serve_room: Room, tmp_path: Path) -> None:
    with serve_room(tmp_path / "room") as room:
        path = urlsplit(room.link).path
        assert room.owner().get("/").status_code == 200
        again = room.stranger().get(path)
    assert again.status_code == 404
    assert "was used already, or is too old" in again.text


def test_what_a_dead_server_was_being_sent_is_swept_away(serve_room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "room"
    with serve_room(folder):
        left = folder / "web" / "uploads" / "upload-x"
        left.mkdir()
        (left / "half.mp4").write_bytes(b"half")
    with serve_room(folder) as room:
        assert room.owner().get("/").status_code == 200
        assert list((folder / "web" / "uploads").iterdir()) == []


def test_somebody_invited_works_in_that_case_alone(room: Room, owner: Person, example: str) -> None:
    editor = room.newcomer(owner, example, "editor", "ana")
    assert editor.get(f"/cases/{example}/").status_code == 200
    other = owner.post("/", {"name": "Another"}).headers["location"]
    assert editor.get(other).status_code == 404
    assert "Another" not in editor.get("/").text


def test_a_stranger_is_sent_to_sign_in(room: Room, owner: Person, example: str) -> None:
    assert owner.name == "owner"
    response = room.stranger().get(f"/cases/{example}/")
    assert response.status_code == 302
    assert response.headers["location"].startswith("/accounts/login/")


def test_a_form_without_its_secret_changes_nothing(owner: Person) -> None:
    response = owner.client.post("/", data={"name": "Forged"})
    assert response.status_code == 403
    assert "Forged" not in owner.get("/").text


def test_a_date_that_cannot_be_read_is_told_beside_its_field(owner: Person) -> None:
    response = owner.post("/", {"name": "Some day", "date": "the 30th"})
    assert response.status_code == 422
    assert "Write 2015-09-30" in response.text
    assert "Some day" not in owner.get("/").text
