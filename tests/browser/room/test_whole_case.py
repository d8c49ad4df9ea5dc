"""A case from an empty workspace to a verdict that a person changed, all of it in the browser.

Then the same case is read by the command line: it gives the same numbers. When it is sealed and run
again from the bag alone, it gives them once more.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Page

Room: TypeAlias = Any  # its class lives in a conftest
Seat: TypeAlias = Any
Sitting: TypeAlias = Any

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXAMPLE = Path(__file__).parents[3] / "examples" / "harbour-road"
CLIP = EXAMPLE / "footage" / "coordination-centre.mp4"
CHECKED_WITHIN_MS = 300_000
STRIKE_FRAME = 84


def add(sitting: Sitting, key: str, section: str, fields: Mapping[str, str | Path]) -> None:
    """Send one of the forms of the page *Add*."""
    page = sitting.visit(f"/cases/{key}/add")
    form = page.locator(f"section:has(#add-{section})")
    for label, value in fields.items():
        field = form.get_by_label(label, exact=True)
        if isinstance(value, Path):
            field.set_input_files(value)
        else:
            field.fill(value)
    form.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(f"**/cases/{key}/")


def wait_for_checks(sitting: Sitting, key: str) -> None:
    """Look on until nothing is at work any more."""
    page = sitting.visit(f"/cases/{key}/work")
    sitting.settle(
        "[...document.querySelectorAll('[data-job]')].every(job => job.dataset.state === 'done')",
        within_ms=CHECKED_WITHIN_MS,
    )
    assert page.locator("[data-job]").count() >= 1


def place_and_measure(sitting: Sitting, key: str, item: str) -> str:
    """Start from the automatic registration, correct a point, measure; return what it says."""
    page = sitting.visit(f"/cases/{key}/items/{item}/place?frame={STRIKE_FRAME}")
    sitting.settle("document.documentElement.dataset.placed === 'ready'")
    page.get_by_role("button", name="Start from the automatic registration").click()
    sitting.settle("document.querySelectorAll('#points tbody tr').length >= 4")
    page.locator("[data-tool=impact]").click()
    page.locator("#frame-pane").click()
    sitting.settle("document.querySelector('.offset-figure') !== null")
    corrected = page.get_by_label("Point 1: x", exact=True)
    corrected.fill(f"{float(corrected.input_value()) + 1.0:.2f}")
    page.keyboard.press("Tab")
    sitting.settle("document.getElementById('saved-state').textContent === 'Not saved yet'")
    page.locator("#why").fill("The corner of the roof lies a pixel further right.")
    page.locator("#save").click()
    sitting.settle("document.getElementById('saved-state').textContent === ''")
    said: str = page.locator("#offsets").inner_text()
    return said


def correct_claim(page: Page, base: str, key: str) -> str:
    """Correct a claimant; return the claim's identifier."""
    page.goto(f"{base}/cases/{key}/ledger", wait_until="load")
    href = page.locator(".ledger a.claimant").nth(3).get_attribute("href")
    page.goto(f"{base}{href}", wait_until="load")
    page.click("text=Correct this claim")
    page.fill("[name=claimant]", "Defence Ministry of Taland")
    page.fill("form[data-ledger=claim] [name=reason]", "Its full name.")
    page.click("text=Store the correction")
    return str(href).rsplit("/", 1)[-1]


def link_and_review(sitting: Sitting, page: Page) -> None:
    """Link a finding to a part of the claim, then replace its rating."""
    part = page.locator("#part-what")
    part.locator("summary", has_text="Link a finding").click()
    form = part.locator("form[data-ledger=link]:has(select[name=finding])")
    form.locator("[name=finding]").select_option(index=0)
    form.locator("[name=stance]").select_option("supports")
    form.locator("[name=reason]").fill("The flash lies on the building.")
    form.locator("button").click()
    sitting.settle("document.querySelector('#part-what')?.innerText.includes('linked by owner')")
    part.locator("summary", has_text="Review this rating").click()
    review = part.locator("form[data-ledger=review]")
    review.locator("[name=rating]").select_option("Unproven")
    review.locator("[name=reason]").fill("One strike of twenty can be seen.")
    review.locator("button.first").click()
    sitting.settle("document.querySelector('#part-what')?.innerText.includes('reviewed by owner')")


def command(room: Room, key: str, *words: str) -> str:
    """Return what the command line prints about the case."""
    keys = str(room.folder.parent / "keys-of-the-desk")
    told = subprocess.run(
        [sys.executable, "-m", "purport.cli", *words],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PURPORT_CASE": key, "PURPORT_KEYS": keys},
    )
    return told.stdout


def printed(room: Room, key: str, *words: str) -> Any:  # noqa: ANN401 - JSON
    """Return what the command line says of the case."""
    return json.loads(command(room, key, *words, "-w", str(room.folder), "--json"))


def require_the_same_from_its_bag(room: Room, key: str) -> None:
    """Seal the case, with all that people did by hand, and run it again from the bag."""
    room.kill()  # a served workspace is sealed when nobody writes to it
    bag = room.folder.parent / "bag"
    command(room, key, "seal", str(room.folder), str(bag))
    again = json.loads(command(room, key, "reproduce", str(bag), "--json"))
    assert again["identical"], again
    assert again["numbers"] > 1_000


def test_a_case_from_nothing_to_a_reviewed_verdict(room: Room, owner: Any, seat: Seat) -> None:  # noqa: ANN401
    with seat(room, owner, width=1440) as sitting:
        page = sitting.visit("/")
        assert "No case yet" in page.inner_text("main")
        page.get_by_label("What is it called?").fill("Harbour Road, by hand")
        page.get_by_role("button", name="Make the case").click()
        page.wait_for_url("**/cases/**")
        key = page.url.rstrip("/").rsplit("/", 1)[-1]

        add(sitting, key, "story", {"Saved page or text": EXAMPLE / "story.html"})
        layer = {"Territorial control (GeoJSON)": EXAMPLE / "control.geojson"}
        add(sitting, key, "control", layer)
        ortho = {"GeoTIFF, or PNG or JPEG with its world file": EXAMPLE / "reference.tif"}
        add(sitting, key, "map", ortho)
        footage: dict[str, str | Path] = {
            "Video": CLIP,
            "When was it made public?": "2019-03-14",
            "By whom?": "Defence Ministry of Taland",
            "When is it said to have been filmed?": "2019-03-13",
            "Where is its target said to be? (longitude, latitude)": "-14.19875091, 35.90026759",
            "How well is that known? (standard uncertainty, metres)": "0.5",
        }
        add(sitting, key, "footage", footage)
        wait_for_checks(sitting, key)

        case = owner.get(f"/api/v1/cases/{key}").json()
        (item,) = [one["record"]["digest"] for one in case["items"]]
        measured = place_and_measure(sitting, key, item)
        assert re.search(r"95 %: \d+\.\d to \d+\.\d m", measured), measured

        claim = correct_claim(page, sitting.base, key)
        sitting.settle("document.querySelector('main')?.innerText.includes('Its full name.')")
        link_and_review(sitting, page)
        history = sitting.visit(f"/cases/{key}/history").inner_text("main")
        assert "One strike of twenty can be seen." in history
        assert "Its full name." in history
        sitting.require_calm()

        # the marks count from the next run of the checks on
        sitting.visit(f"/cases/{key}/work")
        page.get_by_role("button", name="Run the checks").click()
        wait_for_checks(sitting, key)

        sitting.visit(f"/cases/{key}/items/{item}/")
        sitting.settle("document.querySelectorAll('#offset-plot canvas').length", wanted=1)
        assert re.search(r"1\s+\d+\.\d m", page.inner_text(".offset-rows tbody"))
        assert sitting.violations() == []

        sitting.visit(f"/cases/{key}/map")
        sitting.settle("document.getElementById('map').dataset.ready", wanted="yes")
        page.get_by_role("button", name="Impact 1 in").click()
        sitting.settle("Number(document.getElementById('map').dataset.zoom) === 20")
        assert "from the target, to the" in page.inner_text(".map-list")
        sitting.require_calm()

    told = owner.get(f"/api/v1/cases/{key}").json()
    assert printed(room, key, "claims") == told["claims"]
    assert printed(room, key, "findings") == told["findings"]
    corrected = next(one for one in told["claims"] if one["id"] == claim)
    assert corrected["claimant"] == "Defence Ministry of Taland"
    verdict = next(v for v in told["verdicts"] if (v["claim"], v["part"]) == (claim, "what"))
    assert (verdict["rating"], verdict["reviewer"]) == ("Unproven", "owner")
    # of the automatic registration's points the one that a person moved is theirs
    assert sorted(one["kind"] for one in told["marks"]) == ["control_point", "impact"]
    assert {one["author"] for one in told["marks"]} == {"owner"}
    require_the_same_from_its_bag(room, key)
