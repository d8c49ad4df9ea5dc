"""Each way by which a published case leaves the room, in each state: nothing is in it too much.

Blurred (for good), waiting (within the embargo) and open (its 72 hours are over, the uploader is
named): what is kept back is in no channel, and what may be told is there, so that the search is
known to find it.
"""

import importlib.util
import json
import re
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest

from purport.core.editions import Safety

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Slipping: TypeAlias = Any  # a module that is loaded by its path

KEY = "case"
READ = f"/published/{KEY}/"
STATES: Mapping[str, Mapping[str, str]] = {
    "blurred": {"blur_positions": "on", "hide_uploader": "on", "embargo_h": "72"},
    "waiting": {"hide_uploader": "on", "embargo_h": str(24 * 365 * 30)},
    "open": {"embargo_h": "72"},
}
WITH_POSITIONS = (
    "page",
    "claim",
    "linked data of the claim",
    "document",
    "geojson",
    "kml",
    "timemap",
    "feed",
    "live",
    "comments",
    "pdf",
)
"""Channels in which positions stand once they are public."""
NEVER = ("mail", "push")
"""Channels in which they never stand: what went out cannot be taken back."""
NAMING = ("page", "document", "geojson", "kml", "timemap", "feed", "live", "mail", "push", "pdf")
"""Channels in which the uploader is named once an edition names them."""
WITHOUT = ("ratings", "picture", "film", "api")
"""Channels that hold neither in any state, or answer nobody."""
MEASURE = r"\b9\.0 m\b"
TELLS_WITHIN_S = 180.0
FILMED_WITHIN_S = 300.0


def receivers() -> Any:  # noqa: ANN401 - a module that is loaded by its path
    """Return the module with a mail server and a push service in it."""
    path = Path(__file__).parents[2] / "receivers.py"
    spec = importlib.util.spec_from_file_location("purport_receivers_of_channels", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told(
    serve_room: Room,
    checked_folder: Path,
    slipping: Slipping,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, Mapping[str, str]]]:
    """What each channel says in each state."""
    folder = tmp_path_factory.mktemp("channels") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    claim = slipping.stage(folder)
    slipping.publish(folder, Safety(blur_positions=True))
    mail, push = receivers().MailSink(), receivers().PushService()
    options = ("--mail", mail.url, "--push-host", push.host)
    try:
        with serve_room(folder, *options) as room:
            owner = room.owner()
            reviewer = room.newcomer(owner, KEY, "reviewer", "zyrareviewer")
            follower = room.newcomer(owner, KEY, "moderator", "zelmoderator")
            confirm_address(folder, "zelmoderator")
            subscribed = follower.send("POST", "/published/notices/browser", push.subscribe("zel"))
            assert subscribed.status_code == 204, subscribed.text
            assert follower.post(f"{READ}follow", {"follow": "yes"}).status_code == 302
            answers = {}
            for number, (state, form) in enumerate(STATES.items(), 1):
                room.publish(owner, reviewer, edition(form, slipping.spelled()))
                mails = mail.wait_for(number, "zelmoderator@example.org", TELLS_WITHIN_S)
                pushes = push.wait_for(number, "zel", TELLS_WITHIN_S)
                assert (len(mails), len(pushes)) == (number, number)
                answers[state] = {
                    **read(room, owner, claim),
                    **files(room, owner, slipping),
                    **live(room, owner, f"{state}: {slipping.spelled()}"),
                    "mail": words_of(mails[-1]),
                    "push": json.dumps(pushes[-1].payload, ensure_ascii=False),
                    "comments": room.stranger().get(READ).text.partition('id="talk"')[2],
                }
            yield answers
    finally:
        mail.close()
        push.close()


def words_of(mail: Any) -> str:  # noqa: ANN401 - an e-mail
    """Return a mail as it went over the wire, and its subject and words decoded."""
    return "\n".join((mail.as_string(), str(mail["Subject"]), mail.get_content()))


def confirm_address(folder: Path, name: str) -> None:
    """Give an account a confirmed address, as the link in a mail would."""
    with sqlite3.connect(folder / "purport.sqlite3", timeout=30) as database:
        database.execute(
            "INSERT INTO account_emailaddress (email, verified, [primary], user_id) "
            "SELECT ? || '@example.org', 1, 1, id FROM auth_user WHERE username = ?",
            (name, name),
        )
    database.close()


def edition(form: Mapping[str, str], words: str) -> dict[str, str]:
    """Return what is asked for when an edition is brought out."""
    return {
        "title": "What fell, at 36.483729, 37.918274, by Vera Quillcanary",
        "summary": f"It lies 9.0 m off. {words}",
        "correction": f"It does not lie 9.0 m off. {words}",
        **form,
    }


def read(room: Room, owner: Person, claim: str) -> dict[str, str]:
    """Ask for the pages and files of the case, as nobody in particular."""
    nobody = room.stranger()
    item = owner.get(f"/api/v1/cases/{KEY}").json()["items"][0]["record"]["digest"]
    page = nobody.get(f"{READ}claims/{claim}").text
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return {
        "page": nobody.get(READ).text,
        "claim": page,
        "linked data of the claim": json.dumps(json.loads(block.group(1)), ensure_ascii=False),
        "document": nobody.get(f"{READ}case.json").text,
        "geojson": nobody.get(f"{READ}places.geojson").text,
        "kml": nobody.get(f"{READ}places.kml").text,
        "timemap": nobody.get(f"{READ}timemap.json").text,
        "ratings": nobody.get(f"{READ}ratings.csv").text,
        "feed": nobody.get("/published/feed.atom").text,
        "picture": nobody.get(f"{READ}items/{item}/picture.jpg").content.decode("latin-1"),
        "api": nobody.get(f"/api/v1/cases/{KEY}").text,
    }


def files(room: Room, owner: Person, slipping: Slipping) -> dict[str, str]:
    """Ask for the PDF, and for the film once it is made; return all that they can be read as."""
    nobody = room.stranger()
    item = owner.get(f"/api/v1/cases/{KEY}").json()["items"][0]["record"]["digest"]
    told = {}
    for name, path in (("pdf", "case.pdf"), ("film", f"items/{item}/film.mp4")):
        until = time.monotonic() + FILMED_WITHIN_S
        while (answer := nobody.get(READ + path)).status_code == 404 and time.monotonic() < until:
            time.sleep(0.2)
        assert answer.status_code == 200, answer.text
        kind = answer.headers["content-type"]
        told[name] = "\n".join(slipping.readings(answer.content, kind))
    assert nobody.get(f"{READ}items/{item}/clear.mp4").status_code == 404
    return told


def live(room: Room, owner: Person, body: str) -> dict[str, str]:
    """Write a comment while a page is open; return what the page is told."""
    heard: list[str] = []
    listening = threading.Event()

    def listen() -> None:
        with (
            httpx.Client(base_url=room.base, timeout=TELLS_WITHIN_S) as client,
            client.stream("GET", f"{READ}live") as answer,
        ):
            for line in answer.iter_lines():
                listening.set()
                if line.startswith("data: "):
                    heard.append(line)
                    return

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    assert listening.wait(TELLS_WITHIN_S)
    time.sleep(5.1)  # nobody writes twice within five seconds
    said = owner.post(f"{READ}comments", {"body": body}, headers={"Accept": "application/json"})
    assert said.status_code == 200, said.text
    thread.join(TELLS_WITHIN_S)
    assert heard
    return {"live": json.loads(heard[0].removeprefix("data: "))["html"]}


def found(slipping: Slipping, text: str, *canaries: Mapping[str, str]) -> set[str]:
    """Return which canaries stand in what a channel said."""
    known = {name: one for some in canaries for name, one in some.items()}
    readings = list(slipping.readings(text.encode("utf-8"), "text/html"))
    return set(slipping.found_in(readings, known))


@pytest.mark.parametrize("state", ["blurred", "waiting"])
@pytest.mark.parametrize("channel", [*WITH_POSITIONS, *NEVER, *WITHOUT])
def test_what_is_kept_back_is_in_no_channel(
    told: Mapping[str, Mapping[str, str]], slipping: Slipping, channel: str, state: str
) -> None:
    said = told[state][channel]
    assert said
    kept = (slipping.POSITION_CANARIES, slipping.UPLOADER_CANARIES)
    assert found(slipping, said, *kept) == set()
    if state == "waiting":
        assert re.search(MEASURE, said) is None


@pytest.mark.parametrize("channel", WITH_POSITIONS)
def test_positions_are_told_once_they_are_public(
    told: Mapping[str, Mapping[str, str]], slipping: Slipping, channel: str
) -> None:
    there = found(slipping, told["open"][channel], slipping.POSITION_CANARIES)
    assert {"latitude", "longitude"} <= there


@pytest.mark.parametrize("channel", NAMING)
def test_an_uploader_is_named_where_an_edition_names_them(
    told: Mapping[str, Mapping[str, str]], slipping: Slipping, channel: str
) -> None:
    named = found(slipping, told["open"][channel], slipping.UPLOADER_CANARIES)
    assert named & {"uploader", "file name"}


@pytest.mark.parametrize("channel", NEVER)
def test_no_position_goes_out_that_cannot_be_taken_back(
    told: Mapping[str, Mapping[str, str]], slipping: Slipping, channel: str
) -> None:
    said = told["open"][channel]
    assert found(slipping, said, slipping.POSITION_CANARIES) == set()
    assert re.search(MEASURE, said) is None


@pytest.mark.parametrize("state", STATES)
def test_a_picture_holds_pixels_and_nothing_else(
    told: Mapping[str, Mapping[str, str]], slipping: Slipping, state: str
) -> None:
    content = told[state]["picture"].encode("latin-1")
    assert slipping.jpeg_segments(content) <= {0xE0, 0xDB, 0xC0, 0xC2, 0xC4, 0xDD}
    # a word in it, or in what a camera writes, would be found
    words = b"Vera Quillcanary"
    for marker, written in (
        (0xFE, words),
        (0xE1, b"Exif\0\0" + words.decode().encode("utf-16-le")),
    ):
        segment = bytes([0xFF, marker]) + (len(written) + 2).to_bytes(2) + written
        spoiled = content[:2] + segment + content[2:]
        assert marker in slipping.jpeg_segments(spoiled)
        texts = slipping.readings(spoiled, "image/jpeg")
        assert "uploader" in slipping.found_in(texts, slipping.UPLOADER_CANARIES)


def test_the_desk_is_named_in_no_channel(
    told: Mapping[str, Mapping[str, str]], slipping: Slipping
) -> None:
    for state, answers in told.items():
        for channel, said in answers.items():
            if channel in {"mail", "live", "comments", "page"}:
                continue  # a mail has its reader's own address, a comment its author's name
            assert found(slipping, said, slipping.DESK_CANARIES) == set(), (state, channel)
