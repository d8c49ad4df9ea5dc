"""The ledger in real Chromium: correct by selecting, link, judge, see it in the history.

Playwright's `wait_for_function` needs eval, which the policy forbids: pages are polled instead.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

Room: TypeAlias = Any  # its class lives in a conftest

AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
KEY = "case"
PATIENCE_S = 30.0


@dataclass
class Desk:
    """Somebody's browser at the room, with what went on behind it."""

    context: BrowserContext
    page: Page
    base: str
    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the case."""
        self.page.goto(f"{self.base}/cases/{KEY}/{path}", wait_until="load")
        return self.page

    def until(self, holds: Callable[[], object]) -> None:
        """Poll until something holds."""
        last = time.monotonic() + PATIENCE_S
        while time.monotonic() < last:
            if holds():
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"did not come about; page says: {self.page.inner_text('main')[:800]}")


@pytest.fixture(scope="module")
def served(
    serve_room: Room, checked_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Room]:
    """A room with the story checked."""
    folder = tmp_path_factory.mktemp("ledger-browser") / "room"
    shutil.copytree(checked_folder, folder, symlinks=True)
    with serve_room(folder) as room:
        yield room


@pytest.fixture(scope="module")
def desk(chromium: Browser, served: Room) -> Iterator[Desk]:
    """The owner's browser."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(1000 * 3 * PATIENCE_S)
    made = Desk(context=context, page=context.new_page(), base=served.base)
    host = urlsplit(served.base).netloc
    made.page.on("console", lambda message: made.console.append(message.text))
    made.page.on("pageerror", lambda error: made.console.append(str(error)))
    made.page.on(
        "request",
        lambda request: (
            made.foreign.append(request.url)
            if urlsplit(request.url).scheme != "data" and urlsplit(request.url).netloc != host
            else None
        ),
    )
    made.page.goto(served.link)
    yield made
    context.close()


def claim_paths(desk: Desk) -> list[str]:
    """Addresses of the claims' pages, in the order of the ledger."""
    page = desk.go("ledger")
    hrefs = page.locator(".ledger a.claimant").evaluate_all(
        "all => all.map(a => a.getAttribute('href'))"
    )
    return [str(href).removeprefix(f"/cases/{KEY}/") for href in hrefs]


def printed(served: Room, *words: str) -> Any:  # noqa: ANN401 - JSON
    """What the command line says of the same case."""
    command = [sys.executable, "-m", "purport.cli", *words, "-w", str(served.folder), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


SELECT = """([start, end]) => {
  const runs = [...document.querySelectorAll('.source .run[data-s]')];
  const at = (place, last) => {
    const run = runs.find(r => last ? Number(r.dataset.s) < place && place <= Number(r.dataset.e)
                                    : Number(r.dataset.s) <= place && place < Number(r.dataset.e));
    return [run.firstChild, place - Number(run.dataset.s)];
  };
  const range = document.createRange();
  range.setStart(...at(start, false));
  range.setEnd(...at(end, true));
  const box = range.getClientRects();
  const first = box[0], last = box[box.length - 1];
  return [first.left + 1, first.top + first.height / 2, last.right - 1, last.top + last.height / 2];
}"""


def drag_over(page: Page, start: int, end: int) -> None:
    """Select code points of the source with the mouse."""
    page.evaluate(
        """start => [...document.querySelectorAll('.source .run[data-s]')]
            .find(r => Number(r.dataset.s) <= start && start < Number(r.dataset.e))
            .scrollIntoView({block: 'center', behavior: 'instant'})""",
        start,
    )
    x, y, to_x, to_y = page.evaluate(SELECT, [start, end])
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x + 1, to_y, steps=4)
    page.mouse.up()


def test_a_click_on_either_side_shows_the_other(desk: Desk) -> None:
    page = desk.go("ledger")
    page.locator('.source .run[data-claims~="4"]').first.click()
    assert page.locator(".ledger .current").get_attribute("data-number") == "4"
    assert page.evaluate("document.activeElement.id") == "claim-4"
    page.locator("#claim-2 blockquote").click()
    assert page.locator(".source .run.current").first.get_attribute("data-claims") == "2"
    page.locator("#claim-5 [data-show]").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "source-5"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "claim-5"


def test_filters_leave_what_fits(desk: Desk) -> None:
    page = desk.go("ledger")
    every = page.locator(".ledger > li").count()
    page.select_option(".filters [name=claimant]", "Oren Lasko")
    shown = page.locator(".ledger > li:visible")
    assert 0 < shown.count() < every
    assert set(shown.evaluate_all("all => all.map(li => li.dataset.claimant)")) == {"Oren Lasko"}
    assert page.inner_text("[data-count]") == f"{shown.count()} claims"


def test_a_claimant_and_a_span_are_corrected_by_selecting(desk: Desk, served: Room) -> None:
    before = printed(served, "claims")[1]
    span = before["content"][0]
    page = desk.go(claim_paths(desk)[1])
    page.click("text=Correct this claim")
    page.fill("[name=claimant]", "The government of Merrow")
    row = page.locator('[data-group="content"] [data-span]').first
    drag_over(page, span["start"] + 4, span["end"])
    row.locator("[data-from-selection]").click()
    assert row.locator("[data-start]").input_value() == str(span["start"] + 4)
    assert row.locator("[data-end]").input_value() == str(span["end"])
    assert row.locator("[data-preview]").inner_text() == span["exact"][4:]
    page.click("text=Store the correction")
    desk.until(lambda: "reason: is empty" in page.inner_text("form[data-ledger=claim] [data-told]"))
    page.fill("form[data-ledger=claim] [name=reason]", "The next sentence names it.")
    page.click("text=Store the correction")
    desk.until(lambda: "The next sentence names it." in page.inner_text("#claim-history ~ ol"))
    after = {one["id"]: one for one in printed(served, "claims")}[before["id"]]
    assert after["claimant"] == "The government of Merrow"
    assert after["content"] == [
        {"start": span["start"] + 4, "end": span["end"], "exact": span["exact"][4:]}
    ]
    assert after["slots"] == before["slots"]
    history = desk.go(f"history?about={before['id']}").inner_text("main")
    assert "claimant from Merrow to The government of Merrow" in history
    assert "owner: The next sentence names it." in history


def test_a_slot_is_corrected_by_keyboard_alone(desk: Desk, served: Room) -> None:
    before = printed(served, "claims")[3]
    page = desk.go(claim_paths(desk)[3])
    page.locator("summary", has_text="Correct this claim").focus()
    page.keyboard.press("Enter")
    named = page.locator(".slot-name", has_text="Number of strikes")
    slot = page.locator("[data-slot]").filter(has=named).first
    slot.locator("summary").focus()
    page.keyboard.press("Enter")
    value = slot.locator('[data-field="value"]')
    value.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("21")
    slot.locator('[data-field="quantifier"]').select_option("at_least")
    page.locator("form[data-ledger=claim] [name=reason]").focus()
    page.keyboard.type("Counted again.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    desk.until(lambda: "Counted again." in page.inner_text("#claim-history ~ ol"))
    after = {one["id"]: one for one in printed(served, "claims")}[before["id"]]
    strikes = next(one for one in after["slots"] if one["attr"] == "strike_count")
    assert (strikes["value"], strikes["quantifier"], strikes["unit"]) == (21.0, "at_least", "1")


def test_a_finding_is_linked_and_a_verdict_changed_with_a_reason(desk: Desk, served: Room) -> None:
    path = claim_paths(desk)[0]
    claim = path.rsplit("/", 1)[-1]
    page = desk.go(path)
    part = page.locator("#part-authentic")
    part.locator("summary", has_text="Link a finding").click()
    form = part.locator("form[data-ledger=link]:has(select[name=finding])")
    form.locator("[name=finding]").select_option(index=0)
    form.locator("[name=stance]").select_option("contradicts")
    form.locator("[name=reason]").fill("The logo is another channel's.")
    form.locator("button").click()
    desk.until(lambda: "linked by owner" in page.inner_text("#part-authentic"))
    assert "the rating does not weigh it yet" in page.inner_text("#part-authentic")
    assert "proposed, not reviewed" in page.inner_text("#part-authentic")
    part.locator("summary", has_text="Review this rating").click()
    review = part.locator("form[data-ledger=review]")
    review.locator("[name=rating]").select_option("Contradicted")
    review.locator("[name=probability]").fill("0.1")
    review.locator("[name=reason]").fill("Seen with that logo before.")
    review.locator("button.first").click()
    desk.until(lambda: "reviewed by owner" in page.inner_text("#part-authentic"))
    said = page.inner_text("#part-authentic")
    assert "Contradicted" in said
    assert "Very unlikely" in said
    assert "the rating does not weigh it yet" not in said
    assert "by owner" in desk.go("matrix").inner_text("main")
    history = desk.go("history?kind=judged").inner_text("main")
    assert "from Unproven to Contradicted" in history
    assert "owner: Seen with that logo before." in history
    case = served_case(served)
    verdict = next(
        one for one in case["verdicts"] if (one["claim"], one["part"]) == (claim, "authentic")
    )
    assert (verdict["rating"], verdict["reviewer"]) == ("Contradicted", "owner")
    assert verdict["likelihood"] == "very unlikely"
    assert case["person_links"][0]["reason"] == "The logo is another channel's."


def served_case(served: Room) -> Any:  # noqa: ANN401 - JSON
    """The case document, made beside the server by a process of its own."""
    script = (
        "import json, sys; from pathlib import Path\n"
        "from purport.casework import Workspace, case_file\n"
        "from purport.reports import case_document\n"
        "with Workspace.open(Path(sys.argv[1]), writing=False) as workspace:\n"
        "    print(json.dumps(case_document(case_file(workspace), dossier=None)))\n"
    )
    command = [sys.executable, "-c", script, str(served.folder)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_two_people_at_once_the_second_is_told_and_keeps_what_they_wrote(desk: Desk) -> None:
    path = claim_paths(desk)[8]
    second = Desk(context=desk.context, page=desk.context.new_page(), base=desk.base)
    for one, name in ((desk, "First name"), (second, "Second name")):
        page = one.go(path)
        page.click("text=Correct this claim")
        page.fill("[name=claimant]", name)
        page.fill("form[data-ledger=claim] [name=reason]", "I read it so.")
    desk.page.click("text=Store the correction")
    desk.until(lambda: "First name" in desk.page.inner_text("h1"))
    second.page.click("text=Store the correction")
    told = "form[data-ledger=claim] [data-told]"
    second.until(lambda: "has changed since you looked" in second.page.inner_text(told))
    assert second.page.input_value("[name=claimant]") == "Second name"
    second.page.click("text=Look at what stands there now")
    second.until(lambda: "First name" in second.page.inner_text("h1"))
    second.page.close()


def test_a_double_click_stores_once(desk: Desk) -> None:
    path = claim_paths(desk)[9]
    page = desk.go(path)
    page.click("text=Correct this claim")
    page.fill("[name=claimant]", "Clicked twice")
    page.fill("form[data-ledger=claim] [name=reason]", "Once is enough.")
    page.dblclick("text=Store the correction")
    desk.until(lambda: "Clicked twice" in page.inner_text("h1"))
    assert page.locator("#claim-history ~ ol li", has_text="Once is enough.").count() == 1


def test_a_missed_claim_is_added_from_the_ledger(desk: Desk, served: Room) -> None:
    page = desk.go("ledger")
    count = page.locator(".ledger > li").count()
    page.click("text=Add a claim that was missed")
    span = printed(served, "claims")[2]["content"][0]
    drag_over(page, span["start"], span["start"] + 5)
    page.locator('[data-group="content"] [data-from-selection]').first.click()
    page.fill("[name=claimant]", "The story")
    page.fill("[name=reason]", "The rules had missed it.")
    page.click("button.first")
    desk.until(
        lambda: page.url.endswith("/ledger") and page.locator(".ledger > li").count() > count
    )
    assert "added by owner" in page.inner_text(".ledger")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_fits_at_three_widths(desk: Desk, scheme: str) -> None:
    if not AXE.exists():
        pytest.fail("axe-core is not installed: cd frontend && npm ci")
    desk.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    pages = [
        "ledger",
        claim_paths(desk)[0],
        "ledger/claims/new",
        "contradictions",
        "matrix",
        "history",
    ]
    for path in pages:
        page = desk.go(path)
        page.evaluate("for (const d of document.querySelectorAll('main details')) d.open = true")
        page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found = page.evaluate(
            """() => axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
            }).then(r => [
              r.passes.length,
              r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' '))),
            ])"""
        )
        assert found[0] > 10, path
        assert found[1] == [], path
        for width in (390, 820, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (
                path,
                width,
            )
    desk.page.emulate_media(color_scheme="light")


def test_no_console_error_and_no_request_off_the_host(desk: Desk) -> None:
    # a refused form (422, 409) is told by Chromium as a resource that failed; all else is an error
    wrong = [
        line for line in desk.console if "the server responded with a status of 422" not in line
    ]
    assert wrong == []
    assert desk.foreign == []
