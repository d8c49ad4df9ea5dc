"""Readers talk about a published case: sign up, comment, flag, and moderators look after it."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import httpx
import pytest

Desk: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any

READ = "/published/case/"
WRITE = f"{READ}comments"
QUEUE = "/moderation/"
PLACE = "36.20124, 37.13433"
WITHIN_S = 2.0


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A published case that anybody may sign up to."""
    with open_desk(tmp_path_factory.mktemp("talk") / "room", "--sign-up") as found:
        found.publish()
        found.moderator = found.room.newcomer(found.owner, "case", "moderator", "mod")
        found.names = iter(range(100))
        yield found


def write(person: Person, body: str, **more: Any) -> httpx.Response:  # noqa: ANN401 - form fields
    answer: httpx.Response = person.post(
        WRITE, {"body": body, **more}, headers={"Accept": "application/json"}
    )
    return answer


def newcomer(desk: Desk) -> Person:
    """Somebody who signs up."""
    return desk.room.reader(f"reader{next(desk.names)}")


def known(desk: Desk) -> Person:
    """Somebody of whom a comment stands; a person needs some seconds for the next."""
    person = newcomer(desk)
    said = write(person, f"{person.name} says hello.").json()
    assert approve(desk, said["id"]).status_code == 302
    time.sleep(5.1)
    return person


def approve(desk: Desk, comment: str, action: str = "approved", reason: str = "") -> httpx.Response:
    answer: httpx.Response = desk.moderator.post(
        f"{QUEUE}comments/{comment}", {"action": action, "reason": reason}
    )
    return answer


def shown(person: Person) -> str:
    return str(person.get(READ).text)


def test_a_first_comment_waits_then_stands_and_is_answered(desk: Desk) -> None:
    amal, boris = newcomer(desk), newcomer(desk)
    said = write(amal, "I know this **bakery**.").json()
    assert "moderator" in said["told"]
    # its author sees it, others do not
    assert "I know this <strong>bakery</strong>" in shown(amal)
    assert "bakery" not in shown(desk.reader)
    assert "bakery" not in shown(boris)
    queue = desk.moderator.get(QUEUE).text
    assert "new commenter" in queue
    assert approve(desk, said["id"]).status_code == 302
    assert "I know this <strong>bakery</strong>" in shown(desk.reader)
    # an answer stands below, and is moved in
    answer = write(boris, "So do I.", parent=said["id"]).json()
    approve(desk, answer["id"])
    page = shown(desk.reader)
    block = page[page.index(f'id="c-{answer["id"]}"') - 80 :]
    assert "depth-1" in block[:80]
    # once a comment of theirs stands, the next is shown at once
    time.sleep(5.1)
    assert "It is shown" in write(amal, "The shutters were green then.").json()["told"]
    assert "shutters were green" in shown(desk.reader)


@pytest.mark.parametrize(
    "body",
    [
        f"It fell at {PLACE}.",
        "See https://www.google.com/maps/@36.2,37.1,15z",
        "at 36.20**1**24, 37.134",
    ],
)
def test_positions_wait_for_a_moderator_whoever_writes(desk: Desk, body: str) -> None:
    said = write(known(desk), body).json()
    assert "moderator" in said["told"]
    assert "positions" in desk.moderator.get(QUEUE).text
    assert approve(desk, said["id"], "hidden", "It tells a place.").status_code == 302
    assert "It tells a place." in desk.reader.get(f"{READ}moderation").text


def test_a_point_on_the_map_waits_and_is_covered_while_positions_are(desk: Desk) -> None:
    said = write(
        known(desk), "Here.", about="point:", latitude="36.20124", longitude="37.13433"
    ).json()
    assert "moderator" in said["told"]
    approve(desk, said["id"])
    assert "36.20124" in shown(desk.reader)
    desk.publish(blur_positions="on")
    for page in (shown(desk.reader), shown(desk.editor)):
        assert "36.20124" not in page
        assert "37.13433" not in page
    desk.publish()


def test_what_is_refused_says_why_and_stores_nothing(desk: Desk) -> None:
    chen = newcomer(desk)
    for body, why in (
        ("  \n ", "nothing in it"),
        ("x" * 5001, "5000"),
    ):
        refused = write(chen, body)
        assert refused.status_code == 422
        assert why in refused.json()["fault"]
    for more, why in (
        ({"about": "claim:none"}, "no such published claim"),
        ({"about": f"frame:{'0' * 64}", "time": "1"}, "no such published item"),
        ({"about": "point:", "latitude": "91", "longitude": "0"}, "not on the Earth"),
        ({"about": "point:", "latitude": "nan", "longitude": "0"}, ""),
        ({"parent": "0" * 32}, "no such comment"),
    ):
        refused = write(chen, "Hello.", **more)
        assert refused.status_code in {404, 422}, refused.text
        assert why in refused.json()["fault"]
    write(chen, "Hello there.")
    quick = write(chen, "And once more.")
    assert quick.status_code == 422
    assert "very quick" in quick.json()["fault"]
    time.sleep(5.1)
    again = write(chen, "hello   THERE.")
    assert again.status_code == 422
    assert "already today" in again.json()["fault"]


def test_banned_and_suspect_words(desk: Desk) -> None:
    words = f"{QUEUE}words"
    for word, language, banned in (("gruesomeword", "en", "banned"), ("казино", "ru", "")):
        added = desk.moderator.post(words, {"word": word, "language": language, "banned": banned})
        assert added.status_code == 302
    amal = known(desk)
    refused = write(amal, "What a GRUESOMEWORD!")
    assert refused.status_code == 422
    assert "not wanted here" in refused.json()["fault"]
    held = write(amal, "Лучшее КАЗИНО города")
    assert "moderator" in held.json()["told"]
    assert amal.get(words).status_code == 403
    assert desk.moderator.post(words, {"remove": "en:gruesomeword"}).status_code == 302


def test_flags_hide_until_a_moderator_has_looked(desk: Desk) -> None:
    amal = known(desk)
    said = write(amal, "The minister is a fool.").json()
    assert "fool" in shown(desk.reader)
    flag = f"{WRITE}/{said['id']}/flag"
    assert amal.post(flag, {"kind": "abuse"}).status_code == 422
    for person in (newcomer(desk), newcomer(desk), desk.editor):
        assert "fool" in shown(desk.reader)
        told = person.post(flag, {"kind": "abuse"}, headers={"Accept": "application/json"})
        assert told.status_code == 200, told.text
    assert "fool" not in shown(desk.reader)
    assert approve(desk, said["id"], "hidden", " ").status_code == 422
    assert approve(desk, said["id"], "hidden", "It insults a person.").status_code == 302
    page = shown(desk.reader)
    assert "Hidden by a moderator" in page
    assert "fool" not in page
    assert approve(desk, said["id"], "restored", "A figure of speech.").status_code == 302
    assert "fool" in shown(desk.reader)
    log = desk.reader.get(f"{READ}moderation").text
    assert "It insults a person." in log
    assert "A figure of speech." in log
    assert not re.search(r"\bmod\b", log)


def test_an_author_takes_back_their_own_alone(desk: Desk) -> None:
    amal, boris = known(desk), newcomer(desk)
    said = write(amal, "I was wrong about that.").json()
    back = f"{WRITE}/{said['id']}/withdrawal"
    assert boris.post(back).status_code == 404
    assert amal.post(back).status_code == 302
    assert "I was wrong" not in shown(amal)


def test_a_closed_discussion_takes_no_more(desk: Desk) -> None:
    at, amal = f"{QUEUE}discussions/case", known(desk)
    assert amal.post(at, {"closed": "yes", "reason": "x"}).status_code == 403
    assert desk.moderator.post(at, {"closed": "yes", "reason": ""}).status_code == 422
    assert desk.moderator.post(at, {"closed": "yes", "reason": "All is said."}).status_code == 302
    refused = write(amal, "One more thing.")
    assert refused.status_code == 422
    assert "All is said." in refused.json()["fault"]
    assert "All is said." in shown(desk.reader)
    assert desk.moderator.post(at, {"closed": ""}).status_code == 302
    assert write(amal, "One more thing.").status_code == 200


def test_whoever_is_not_signed_in_writes_nothing(desk: Desk) -> None:
    asked = write(desk.reader, "Hello.")
    assert asked.status_code in {401, 403}
    desk.reader.get(READ)  # with the secret of a form
    asked = write(desk.reader, "Hello.")
    assert asked.status_code == 401
    sent = desk.reader.post(WRITE, {"body": "Hello."})
    assert sent.status_code == 302
    assert sent.headers["location"].startswith("/accounts/login/")
    assert newcomer(desk).get(QUEUE).status_code == 403


def test_open_pages_hear_of_comments_at_once(desk: Desk) -> None:
    amal = known(desk)
    heard: list[tuple[float, dict[str, Any]]] = []
    ready = threading.Event()

    def listen() -> None:
        with httpx.stream("GET", f"{desk.room.base}{READ}live", timeout=120) as stream:
            assert stream.headers["content-type"] == "text/event-stream"
            ready.set()
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    heard.append((time.monotonic(), json.loads(line[6:])))
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    assert ready.wait(20)
    time.sleep(1.5)  # the server's own task looks where the changes are
    began = time.monotonic()
    said = write(amal, "Said while others look.").json()
    listener.join(20)
    assert heard
    when, told = heard[0]
    assert told["id"] == said["id"]
    assert "Said while others look." in told["html"]
    assert (
        when - began < 10 * WITHIN_S
    )  # what it takes on a quiet machine is measured in benchmarks


def test_markup_in_a_comment_cannot_run(desk: Desk) -> None:
    body = (
        "<img src=x onerror=alert(1)><script>alert(2)</script>"
        '<svg/onload=alert(3)> [x](javascript:alert(4)) "><iframe src=//evil.example>'
    )
    said = write(newcomer(desk), body).json()
    approve(desk, said["id"])
    page = shown(desk.reader)
    block = page[page.index(f'id="c-{said["id"]}"') :].split("</li>")[0]
    for tag in ("<img", "<script", "<svg", "<iframe", 'href="javascript'):
        assert tag not in block
