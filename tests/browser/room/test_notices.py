"""A reader lets a browser notify them, in a real Chromium: choices, refusal, recovery, a push."""

import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
Seat: TypeAlias = Any
PushService: TypeAlias = Any

pytestmark = pytest.mark.browser

READ = "/published/case/"
WISHES = "/published/notices/wishes"
TITLE = "What fell on Harbour Road"
CORRECTION = "The first edition named the wrong street."
STATE = "document.querySelector('[data-browser]').dataset.now"
SUBSCRIBED = """
(() => {
  const told = %s;
  const bytes = (text) => Uint8Array.from(
    atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0)).buffer;
  let current = null;
  const make = (options) => ({
    endpoint: told.endpoint,
    options: { applicationServerKey: options.applicationServerKey.buffer },
    getKey: (name) => bytes(told[name]),
    unsubscribe: async () => { current = null; return true; },
  });
  PushManager.prototype.subscribe = async function (options) {
    if (Notification.permission !== "granted") throw new DOMException("no", "NotAllowedError");
    sessionStorage.setItem("asked-with", String(options.applicationServerKey.length));
    current = make(options);
    return current;
  };
  PushManager.prototype.getSubscription = async () => current;
})();
"""
"""Chromium has no push service behind it here: the subscription is one of the test's service."""


@dataclass
class Desk:
    """A published case, who publishes it, and a push service behind it."""

    room: Room
    owner: Person
    reviewer: Person
    push: PushService

    def publish(self, correction: str) -> None:
        """Bring another edition out."""
        form = {"title": TITLE, "summary": "Nobody could tell.", "embargo_h": "72"}
        self.room.publish(self.owner, self.reviewer, {**form, "correction": correction})


def publish_first(folder: Path) -> None:
    """Publish a case with one rating."""
    with Workspace.open(folder) as workspace:
        verdict = next(
            one for one in case_file(workspace).verdicts if one.rating is Rating.UNPROVEN
        )
        review_verdict(
            workspace, claim=verdict.claim, part=verdict.part, author="Ann", reason="Looked at it."
        )
        draft = EditionDraft(key="case", title=TITLE, summary="Nobody could tell.", safety=Safety())
        ask_for_edition(workspace, draft, author="ann")
        decide_edition(workspace, 1, publish=True, author="ben")


@pytest.fixture
def desk(
    serve_room: Room, checked_folder: Path, tmp_path: Path, push_service: PushService
) -> Iterator[Desk]:
    """The story checked and published."""
    folder = tmp_path / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with ThreadPoolExecutor(1) as apart:  # Playwright's event loop is in this thread
        apart.submit(publish_first, folder).result()
    options = ("--publisher", "Harbour Desk", "--background", "0")
    with serve_room(folder, *options, "--push-host", push_service.host) as room:
        owner = room.owner()
        yield Desk(room, owner, room.newcomer(owner, "case", "reviewer", "rev"), push_service)


def test_choices_by_keyboard_and_for_everybody(seat: Seat, desk: Desk) -> None:
    for scheme in ("light", "dark"):
        with seat(desk.room, desk.owner, scheme=scheme) as sitting:
            page = sitting.visit(READ)
            assert sitting.violations() == []
            follow = page.get_by_role("button", name=re.compile("^Follow this case"))
            follow.focus()
            page.keyboard.press("Enter")
            page.get_by_text("You follow it").wait_for()
            page = sitting.visit(WISHES)
            sitting.settle(STATE, wanted="ask")
            assert sitting.violations() == []
            mail = page.get_by_label("A comment: by mail")
            mail.focus()
            mail.press("o")  # "once an hour", or "once a day"
            page.get_by_label("An answer: in the browser").press("Space")
            page.get_by_label("Leave me alone between these times").check()
            page.get_by_label("Your time zone").select_option("Asia/Damascus")
            page.get_by_role("button", name="Keep this").press("Enter")
            page.get_by_text("Kept.").wait_for()
            assert page.get_by_label("Your time zone").input_value() == "Asia/Damascus"
            assert page.get_by_label("A comment: by mail").input_value() in {"hourly", "daily"}
            assert page.get_by_label("A correction: in your list").is_disabled()
            page = sitting.visit("/published/notices")
            assert sitting.violations() == []
            sitting.require_calm()


def test_the_page_of_choices_fits_a_telephone(seat: Seat, desk: Desk) -> None:
    with seat(desk.room, desk.owner, width=390) as sitting:
        sitting.visit(WISHES)
        sitting.settle(STATE, wanted="ask")
        assert sitting.ask("document.documentElement.scrollWidth <= innerWidth")
        assert sitting.violations() == []


def test_a_refusal_is_explained_and_recovered_and_a_push_arrives(seat: Seat, desk: Desk) -> None:
    told = desk.push.subscribe("ana")
    with seat(desk.room, desk.owner) as sitting:
        sitting.context.add_init_script(SUBSCRIBED % json.dumps(told))
        devtools = sitting.context.new_cdp_session(sitting.page)
        context = devtools.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]

        def permit(setting: str) -> None:
            devtools.send(
                "Browser.setPermission",
                {
                    "permission": {"name": "notifications"},
                    "setting": setting,
                    "origin": sitting.base,
                    "browserContextId": context,
                },
            )

        page = sitting.visit(READ)
        page.get_by_role("button", name="Follow this case").click()
        page.get_by_text("You follow it now.").wait_for()
        permit("denied")
        page = sitting.visit(WISHES)
        sitting.settle(STATE, wanted="denied")
        page.get_by_text("This browser refuses notifications of this site.").wait_for()
        assert page.get_by_text("menu Safari").is_visible()
        assert page.get_by_role("button", name="Notify me in this browser").is_hidden()
        assert sitting.violations() == []
        # the permission is asked for anew in the browser, and somebody presses the button
        permit("prompt")
        sitting.settle(STATE, wanted="ask")
        permit("denied")
        sitting.settle(STATE, wanted="denied")
        permit("prompt")
        sitting.settle(STATE, wanted="ask")
        page.get_by_role("button", name="Notify me in this browser").click()
        # nobody answers the question; it is answered in the browser's settings, once refused
        permit("denied")
        sitting.settle(STATE, wanted="denied")
        permit("granted")
        sitting.settle(STATE, wanted="on")
        assert sitting.ask("sessionStorage.getItem('asked-with')") == "65"
        page.get_by_text("This browser is notified.").wait_for()
        assert sitting.violations() == []
        # the page is left, so that nothing is being read
        page.goto("about:blank")
        desk.publish(CORRECTION)
        (pushed,) = desk.push.wait_for(1, "ana")
        assert desk.push.faults == []
        page = sitting.visit(WISHES)
        shown = deliver(sitting, json.dumps(pushed.payload))
        assert shown == [
            {
                "title": f"Correction: {TITLE}",
                "body": CORRECTION,
                "tag": pushed.payload["tag"],
                "path": READ,
            }
        ]
        # a later push of the case takes its place
        again = deliver(sitting, json.dumps({**pushed.payload, "body": "Later."}))
        assert [one["body"] for one in again] == ["Later."]
        # and no more, when they want no more
        page.get_by_role("button", name="Do not notify me in this browser").click()
        sitting.settle(STATE, wanted="off")
        desk.publish("Another correction.")
        page.wait_for_timeout(3000)
        assert len(desk.push.at("ana")) == 1
        sitting.require_calm()


SHOWN = """navigator.serviceWorker.ready
  .then((worker) => worker.getNotifications())
  .then((all) => all.map((one) =>
    ({ title: one.title, body: one.body, tag: one.tag, path: one.data.path })))"""


def deliver(sitting: Any, payload: str) -> list[dict[str, str]]:  # noqa: ANN401 - its class lives in a conftest
    """Give the service worker a push, as the browser would; return the notifications it shows."""
    devtools = sitting.context.new_cdp_session(sitting.page)
    known: list[dict[str, Any]] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: known.extend(told["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    for _ in range(100):
        if known:
            break
        sitting.page.wait_for_timeout(50)
    devtools.send(
        "ServiceWorker.deliverPushMessage",
        {
            "origin": sitting.base,
            "registrationId": known[-1]["registrationId"],
            "data": payload,
        },
    )
    body = json.loads(payload)["body"]
    sitting.settle(f"{SHOWN}.then((all) => all.some((one) => one.body === {json.dumps(body)}))")
    shown: list[dict[str, str]] = sitting.page.evaluate(SHOWN)
    return shown
