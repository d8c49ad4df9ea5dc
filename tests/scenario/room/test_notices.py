"""From an edition to those who follow the case: lists, mails and pushes, each once and no more."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.casework import Workspace, case_file, review_verdict
from purport.casework.publishing import EditionDraft, ask_for_edition, decide_edition
from purport.core.editions import Safety
from purport.core.ratings import Rating

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
MailSink: TypeAlias = Any
PushService: TypeAlias = Any

KEY = "case"
AT = f"/cases/{KEY}/publish"
READ = f"/published/{KEY}/"
TITLE = "What fell at 35.90068, -14.19878"
FORM = {"title": TITLE, "summary": "Nobody could tell.", "hide_uploader": "on", "embargo_h": "72"}
CORRECTION = "The first edition named the wrong street, 9.0 m off."
POSITION = "35.90068"
STOP = re.compile(r"http://\S+/published/notices/stop/(\S+)")
EVERYTHING = {"zone": "UTC", "quiet-from": "22:00", "quiet-to": "07:00"}
KINDS = ("verdict_changed", "correction", "reply", "evidence_accepted", "comment")


@pytest.fixture(scope="module")
def published(checked_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a first edition; copy it before use."""
    folder = tmp_path_factory.mktemp("published") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with Workspace.open(folder) as workspace:
        rated = [one for one in case_file(workspace).verdicts if one.rating is Rating.UNPROVEN]
        for verdict in rated[:2]:
            review_verdict(
                workspace,
                claim=verdict.claim,
                part=verdict.part,
                author="Ann",
                reason="Looked at it.",
            )
        draft = EditionDraft(key=KEY, title=TITLE, summary="Nobody could tell.", safety=Safety())
        ask_for_edition(workspace, draft, author="ann")
        decide_edition(workspace, 1, publish=True, author="ben")
    return folder


@dataclass
class Desk:
    """A served case with a mail server and a push service behind it."""

    room: Room
    owner: Person
    reviewer: Person
    mail: MailSink
    push: PushService

    def reader(self, name: str, *, mail: bool = True, push: bool = False) -> Person:
        """Somebody who follows the case."""
        person = self.room.newcomer(self.owner, KEY, "reviewer", name)
        if mail:
            confirm_address(self.room.folder, name)
        if push:
            subscribed = person.send(
                "POST", "/published/notices/browser", self.push.subscribe(name)
            )
            assert subscribed.status_code == 204, subscribed.text
        followed = person.post(f"{READ}follow", {"follow": "yes"})
        assert followed.status_code == 302, followed.text
        return person

    def publish(self, **changes: str) -> None:
        """Bring another edition out."""
        self.room.publish(self.owner, self.reviewer, {**FORM, **changes})

    def settle(self) -> None:
        """Wait until everybody was told, and nothing is on its way any more."""
        untold = "SELECT COUNT(*) FROM purport_event WHERE told = 0"
        under_way = "SELECT COUNT(*) FROM purport_delivery WHERE state IN ('waiting', 'sending')"
        wait_until(lambda: self.rows(untold) == [(0,)] and self.rows(under_way) == [(0,)])

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        return ask(self.room.folder, question)


def ask(folder: Path, question: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(folder / "purport.sqlite3", timeout=30) as database:
        found = database.execute(question).fetchall()
    database.close()
    return found


def confirm_address(folder: Path, name: str) -> None:
    """Give an account a confirmed address, as the link in a mail would."""
    with sqlite3.connect(folder / "purport.sqlite3", timeout=30) as database:
        database.execute(
            "INSERT INTO account_emailaddress (email, verified, [primary], user_id) "
            "SELECT ? || '@example.org', 1, 1, id FROM auth_user WHERE username = ?",
            (name, name),
        )
    database.close()


def wait_until(told: Any, within_s: float = 40.0) -> None:  # noqa: ANN401 - a function
    until = time.monotonic() + within_s
    while not told():
        assert time.monotonic() < until, "it did not come to it"
        time.sleep(0.1)


@pytest.fixture
def desk(  # noqa: PLR0917 - all that stands about it
    serve_room: Room,
    published: Path,
    tmp_path: Path,
    mail_sink: MailSink,
    push_service: PushService,
) -> Iterator[Desk]:
    """A desk with a first edition published."""
    folder = tmp_path / "room"
    shutil.copytree(published, folder, symlinks=True)
    options = ("--publisher", "Harbour Desk", "--mail", mail_sink.url, "--background", "0")
    with serve_room(folder, *options, "--push-host", push_service.host) as room:
        owner = room.owner()
        reviewer = room.newcomer(owner, KEY, "reviewer", "rev")
        yield Desk(room, owner, reviewer, mail_sink, push_service)


def test_a_correction_reaches_those_who_follow_by_every_way(desk: Desk) -> None:
    ana = desk.reader("ana", push=True)
    gone = desk.reader("gone", push=True)
    assert gone.post(f"{READ}follow", {"follow": "no"}).status_code == 302
    desk.publish(correction=CORRECTION)
    (mail,) = desk.mail.wait_for(1, "ana@example.org")
    (push,) = desk.push.wait_for(1, "ana")
    assert desk.push.faults == []
    body = mail.get_content()
    assert "named the wrong street" in body
    assert f"{desk.room.base}{READ}" in body
    assert push.payload["path"] == READ
    assert "named the wrong street" in push.payload["body"]
    page = ana.get("/published/notices").text
    assert "named the wrong street" in page
    assert '<span class="count">1' in ana.get(READ).text
    # no position goes by mail or push, whether or not the case tells it
    for text in (mail["Subject"], body, str(push.payload)):
        assert POSITION not in text
        assert "9.0 m" not in text
    # who looks at the case has seen it
    assert ana.post(f"{READ}reading").status_code == 204
    assert '<span class="count">' not in ana.get(READ).text
    # who follows it no more hears nothing, and nobody hears twice
    desk.settle()
    assert desk.mail.to("gone@example.org") == []
    assert desk.push.at("gone") == []
    assert "Nothing yet" in gone.get("/published/notices").text
    assert len(desk.mail.to("ana@example.org")) == 1


def test_nothing_is_pushed_about_what_is_being_read(desk: Desk) -> None:
    ana = desk.reader("ana", push=True)
    ben = desk.reader("ben", push=True)
    assert ana.post(f"{READ}reading").status_code == 204
    assert ben.post(f"{READ}reading").status_code == 204
    assert ben.post(f"{READ}reading?left=yes").status_code == 204
    desk.publish(correction=CORRECTION)
    assert len(desk.push.wait_for(1, "ben")) == 1
    wait_until(lambda: desk.rows("SELECT 1 FROM purport_delivery WHERE state = 'skipped'"))
    assert desk.push.at("ana") == []
    assert "named the wrong street" in ana.get("/published/notices").text
    assert ben.get("/published/notices").status_code == 200


def test_one_post_without_signing_in_stops_all_mails(desk: Desk) -> None:
    ana = desk.reader("ana")
    desk.publish(correction=CORRECTION)
    (mail,) = desk.mail.wait_for(1, "ana@example.org")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip().strip("<>")
    found = STOP.fullmatch(link)
    assert found is not None
    assert link in mail.get_content()
    path = link.removeprefix(desk.room.base)
    nobody = desk.room.stranger()
    # a scanner that looks at links changes nothing
    assert nobody.get(path).status_code == 200
    assert 'value="none" selected' not in wishes_of(ana)["correction"]
    # forged ones are refused
    token = found.group(1)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "1", "x" * 300, f"{token}x"):
        other = f"/published/notices/stop/{forged}"
        assert nobody.client.post(other).status_code == 404
    assert 'value="none" selected' not in wishes_of(ana)["correction"]
    stopped = nobody.client.post(
        path, content="List-Unsubscribe=One-Click", headers={"Content-Type": FORM_TYPE}
    )
    assert stopped.status_code == 200
    assert 'value="none" selected' in wishes_of(ana)["correction"]
    desk.publish(correction="Another.")
    wait_until(lambda: "Another." in ana.get("/published/notices").text)
    desk.settle()
    assert len(desk.mail.to("ana@example.org")) == 1


FORM_TYPE = "application/x-www-form-urlencoded"


def wishes_of(person: Person) -> dict[str, str]:
    page = person.get("/published/notices/wishes").text
    return {kind: page[page.index(f'name="{kind}-mail"') :].split("</select>")[0] for kind in KINDS}


def test_wishes_are_kept_and_those_for_corrections_have_their_bounds(desk: Desk) -> None:
    ana = desk.reader("ana")
    at = "/published/notices/wishes"
    chosen = {f"{kind}-mail": "daily" for kind in KINDS} | EVERYTHING
    quiet = {"quiet": "on", "zone": "Asia/Damascus", "comment-listed": "on", "reply-push": "on"}
    assert ana.post(at, {**chosen, **quiet}).status_code == 302
    page = ana.get(at).text
    assert all('value="daily" selected' in told for told in wishes_of(ana).values())
    assert 'value="Asia/Damascus" dir="ltr" selected>' in page
    assert 'name="quiet" checked' in page
    assert 'name="comment-listed" checked' in page
    assert 'name="verdict_changed-listed" checked' not in page
    assert 'name="correction-listed" checked disabled' in page
    # a correction is mailed some time; what is nonsense changes nothing
    for wrong in (
        {"correction-mail": "none"},
        {"reply-mail": "sometimes"},
        {"zone": "Nowhere/Town"},
        {"zone": "../../etc/passwd"},
        {"quiet": "on", "quiet-from": "25:00"},
        {"quiet": "on", "quiet-from": "٢٢:٠٠"},
        {"quiet": "on", "quiet-from": "99999999999999999999:00"},
    ):
        answer = ana.post(at, {**chosen, **quiet, **wrong})
        assert answer.status_code == 422, wrong
        assert 'role="alert"' in answer.text
    assert 'value="daily" selected' in wishes_of(ana)["correction"]
    assert "Asia/Damascus" in ana.get(at).text


def test_hostile_push_addresses_are_refused(desk: Desk) -> None:
    ana = desk.reader("ana")
    good = desk.push.subscribe("ana")
    at = "/published/notices/browser"
    for endpoint in (
        "http://127.0.0.1",
        desk.room.base + "/",
        "file:///etc/passwd",
        f"http://user@{desk.push.host}/push/ana",
        "https://evil.example/push",
        "https://fcm.googleapis.com.evil.example/push",
        "https://fcm.googleapis.com/" + "x" * 5000,
        "",
    ):
        assert ana.send("POST", at, {**good, "endpoint": endpoint}).status_code == 422, endpoint
    wrong: list[Any] = [{**good, "auth": "AA"}, {**good, "p256dh": "A" * 87}, [], "x", {"a": 7}]
    for body in wrong:
        assert ana.send("POST", at, body).status_code == 422
    assert ana.client.post(at, json=good).status_code == 403  # without the secret of the page
    assert desk.rows("SELECT COUNT(*) FROM purport_push") == [(0,)]


def test_a_push_service_that_fails_is_asked_again_and_a_dead_browser_is_dropped(desk: Desk) -> None:
    desk.reader("ana", push=True)
    desk.reader("dead", push=True)
    desk.reader("led", push=True)
    desk.push.answers["/push/ana"] = [(503, {})]
    desk.push.answers["/push/dead"] = [(410, {})]
    desk.push.answers["/push/led"] = [(307, {"Location": f"http://{desk.push.host}/elsewhere"})]
    desk.publish(correction=CORRECTION)
    states = "SELECT state, attempts FROM purport_delivery WHERE channel = 'push' ORDER BY id"
    wait_until(lambda: desk.rows(states) == [("waiting", 1), ("failed", 0)])
    assert desk.rows("SELECT COUNT(*) FROM purport_push") == [(2,)]
    assert desk.push.asked["/elsewhere"] == 0
    # it is due in a minute; let that have passed
    with sqlite3.connect(desk.room.folder / "purport.sqlite3", timeout=30) as database:
        database.execute("UPDATE purport_delivery SET due = taken WHERE state = 'waiting'")
    database.close()
    assert len(desk.push.wait_for(1, "ana")) == 1
    wait_until(lambda: ("sent", 1) in desk.rows(states))
    assert desk.push.faults == []


def test_a_mail_that_is_refused_for_now_is_tried_again_and_one_refused_for_good_is_not(
    desk: Desk,
) -> None:
    desk.reader("later")
    desk.reader("never")
    desk.mail.answers["later@example.org"] = ["451 4.3.0 Later"]
    desk.mail.answers["never@example.org"] = ["550 5.1.1 Nobody"] * 3
    desk.publish(correction=CORRECTION)
    states = "SELECT state, attempts FROM purport_delivery WHERE channel = 'mail' ORDER BY id"
    wait_until(lambda: desk.rows(states) == [("waiting", 1), ("failed", 0)])
    with sqlite3.connect(desk.room.folder / "purport.sqlite3", timeout=30) as database:
        database.execute("UPDATE purport_delivery SET due = taken WHERE state = 'waiting'")
    database.close()
    assert len(desk.mail.wait_for(1, "later@example.org")) == 1
    assert desk.mail.to("never@example.org") == []


def test_the_service_worker_renews_an_address_that_it_knows(desk: Desk) -> None:
    desk.reader("ana", push=True)
    old = desk.push.subscribe("ana")["endpoint"]
    new = desk.push.subscribe("renewed")
    nobody, at = desk.room.stranger(), "/published/notices/renewed"
    sent = {"old": old, **new}
    assert nobody.client.post(at, json={**sent, "old": old + "x"}).status_code == 404
    assert nobody.client.post(at, json=sent, headers={"Origin": "http://evil"}).status_code == 404
    hostile = {**sent, "endpoint": "http://127.0.0.1:1/"}
    assert nobody.client.post(at, json=hostile).status_code == 422
    assert nobody.client.post(at, json=sent).status_code == 204
    desk.publish(correction=CORRECTION)
    assert len(desk.push.wait_for(1, "renewed")) == 1
    assert desk.push.at("ana") == []


def test_strangers_see_no_notices_and_the_worker_is_for_everybody(desk: Desk) -> None:
    nobody = desk.room.stranger()
    assert nobody.get("/accounts/login/").status_code == 200
    for path in ("/published/notices", "/published/notices/wishes"):
        assert nobody.get(path).headers["location"].startswith("/accounts/login/")
    for path in (f"{READ}follow", f"{READ}reading", "/published/notices/seen"):
        assert nobody.post(path).headers["location"].startswith("/accounts/login/")
    worker = nobody.get("/published/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert "pushsubscriptionchange" in worker.text
    assert desk.owner.post(f"{READ}follow", {"follow": "yes", "claim": "c99"}).status_code == 404
    assert desk.owner.post("/published/nowhere/follow", {"follow": "yes"}).status_code == 404
    assert desk.owner.post("/published/nowhere/reading").status_code == 404


def test_a_withdrawn_case_says_so_and_nothing_of_what_it_was(desk: Desk) -> None:
    ana = desk.reader("ana")
    desk.publish(correction=CORRECTION)
    desk.mail.wait_for(1, "ana@example.org")
    answer = desk.owner.post(f"{AT}/withdraw", {"reason": "They live at 35.90068, -14.19878."})
    assert answer.status_code == 302
    _, mail = desk.mail.wait_for(2, "ana@example.org")
    text = mail["Subject"] + mail.get_content()
    assert "was withdrawn" in text
    assert "They live at [position withheld]" in text
    assert POSITION not in text
    assert "What fell" not in text
    page = ana.get("/published/notices").text
    assert "What fell" not in page
    assert "wrong street" not in page


def senders_of(room: Room) -> list[int]:
    told = subprocess.run(
        ["pgrep", "-g", str(os.getpgid(room.process.pid)), "-f", "purport.cli notify"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in told.stdout.split()]


def test_old_notices_are_forgotten_by_who_tells_and_young_ones_are_not(desk: Desk) -> None:
    desk.reader("ana", mail=False)
    for correction in ("An old one.", "A young one."):
        desk.publish(correction=correction)
        desk.settle()
    with sqlite3.connect(desk.room.folder / "purport.sqlite3", timeout=30) as database:
        database.execute("UPDATE purport_notice SET created = datetime('now', '-20 days')")
        database.execute(
            "UPDATE purport_notice SET created = datetime('now', '-40 days') "
            "WHERE id = (SELECT MIN(id) FROM purport_notice)"
        )
    database.close()
    count = "SELECT COUNT(*) FROM purport_notice"
    (told,) = desk.rows(count)[0]
    command = [sys.executable, "-m", "purport.cli", "notify", "-w", str(desk.room.folder)]
    with subprocess.Popen(
        [*command, "--link", desk.room.base],
        env={**os.environ, "PURPORT_NOTICES_KEPT_DAYS": "1"},  # counts as 31, the least there is
    ) as teller:
        try:
            wait_until(lambda: desk.rows(count) == [(told - 1,)])
        finally:
            teller.terminate()
    assert told == 2
    assert desk.rows("SELECT COUNT(*) FROM purport_event") == [(told,)]


def test_a_sender_that_is_killed_sends_nothing_twice_and_loses_no_notice(desk: Desk) -> None:
    names = [f"reader{number}" for number in range(30)]
    make_followers(desk.room.folder, names)
    desk.mail.slow_s = 0.15
    desk.publish(correction=CORRECTION)
    wait_until(lambda: len(desk.mail.mails) >= 4)
    (sender,) = senders_of(desk.room)
    os.kill(sender, signal.SIGKILL)
    desk.mail.slow_s = 0.0
    dead = f"state = 'sending' AND owner LIKE '%-{sender}-%'"
    others = f"state IN ('waiting', 'sending') AND NOT ({dead})"
    count = "SELECT COUNT(*) FROM purport_delivery WHERE "
    wait_until(lambda: desk.rows(count + others) == [(0,)])
    assert senders_of(desk.room) != [sender]
    ((in_doubt,),) = desk.rows(count + dead)
    assert 0 < in_doubt <= 10
    assert desk.rows(count + "state = 'sent'") == [(len(names) - in_doubt,)]
    assert desk.rows("SELECT COUNT(*), COUNT(DISTINCT user_id) FROM purport_notice") == [(30, 30)]
    wait_until(lambda: len(desk.mail.mails) >= len(names) - in_doubt)
    got = [mail["To"] for mail in desk.mail.mails]
    assert len(got) == len(set(got))
    assert len(got) >= len(names) - in_doubt


def make_followers(folder: Path, names: list[str]) -> None:
    """Let many follow the case who never signed in."""
    with sqlite3.connect(folder / "purport.sqlite3", timeout=30) as database:
        for name in names:
            made = database.execute(
                "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, "
                "email, is_staff, is_active, date_joined) "
                "VALUES ('!', 0, ?, '', '', '', 0, 1, '2026-01-01')",
                (name,),
            )
            database.execute(
                "INSERT INTO account_emailaddress (email, verified, [primary], user_id) "
                "VALUES (?, 1, 1, ?)",
                (f"{name}@example.org", made.lastrowid),
            )
            database.execute(
                "INSERT INTO purport_follow (claim, created, case_id, user_id) "
                "SELECT '', '2026-01-01 00:00:00', id, ? FROM purport_case",
                (made.lastrowid,),
            )
    database.close()
