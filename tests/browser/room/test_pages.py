"""Every page of the case room's frame in a real browser: calm, readable, for everybody."""

from typing import Any, TypeAlias

import pytest

Room: TypeAlias = Any  # its class lives in a conftest
Person: TypeAlias = Any
Seat: TypeAlias = Any

pytestmark = pytest.mark.browser

IN_THE_CASE = ("", "map", "add", "work", "history", "publish", "people")
OF_THE_ACCOUNT = ("2fa/", "email/", "password/set/", "sessions/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_kept_out_by_how_a_page_is_made(  # noqa: PLR0917 - who, where, how it looks
    seat: Seat, room: Room, owner: Person, example: str, scheme: str
) -> None:
    found: dict[str, list[str]] = {}
    with seat(room, owner, scheme=scheme) as sitting:
        for path in (
            "/",
            *(f"/cases/{example}/{page}" for page in IN_THE_CASE),
            *(f"/accounts/{page}" for page in OF_THE_ACCOUNT),
        ):
            sitting.visit(path)
            found[path] = sitting.violations()
        sitting.require_calm()
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_is_for_everybody(seat: Seat, room: Room, owner: Person, scheme: str) -> None:
    assert owner.name == "owner"
    with seat(room, scheme=scheme) as sitting:
        for path in ("/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/"):
            sitting.visit(path)
            assert sitting.violations() == []
        sitting.require_calm()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_page_is_wider_than_the_screen(  # noqa: PLR0917 - who, where, how it looks
    seat: Seat, room: Room, owner: Person, example: str, width: int
) -> None:
    with seat(room, owner, width=width) as sitting:
        for page in IN_THE_CASE:
            sitting.visit(f"/cases/{example}/{page}")
            assert sitting.page.evaluate("document.documentElement.scrollWidth") <= width, page
        sitting.visit(f"/cases/{example}/")
        item = sitting.page.locator(".cards h3 a").first.get_attribute("href")
        for page in ("", "place", "sun", "details"):
            sitting.visit(f"{item}{page}")
            assert sitting.page.evaluate("document.documentElement.scrollWidth") <= width, page


def test_light_and_dark_can_be_chosen_and_last(seat: Seat, room: Room, owner: Person) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    with seat(room, owner) as sitting:
        page = sitting.visit("/")
        light = page.evaluate(colour)
        page.locator("details.menu summary").click()
        page.get_by_role("button", name="Dark").click()
        dark = page.evaluate(colour)
        assert dark != light
        sitting.visit("/")
        assert page.evaluate(colour) == dark


def test_a_form_is_sent_once_however_often_it_is_clicked(
    seat: Seat, room: Room, owner: Person
) -> None:
    with seat(room, owner) as sitting:
        page = sitting.visit("/")
        page.get_by_label("What is it called?").fill("Clicked twice")
        page.get_by_role("button", name="Make the case").dblclick()
        page.wait_for_url("**/cases/**")
        sitting.visit("/")
        assert page.get_by_role("link", name="Clicked twice").count() == 1


def test_an_upload_that_cannot_be_used_is_told_beside_its_field(
    seat: Seat,
    room: Room,
    owner: Person,
    tmp_path: Any,  # noqa: ANN401 - a path
) -> None:
    bad = tmp_path / "strike.mp4"
    bad.write_bytes(b"no video at all" * 100)
    key = owner.post("/", {"name": "Uploads"}).headers["location"].rstrip("/").rsplit("/", 1)[-1]
    with seat(room, owner) as sitting:
        page = sitting.visit(f"/cases/{key}/add")
        form = page.locator("section:has(#add-footage)")
        form.get_by_label("Video").set_input_files(bad)
        form.get_by_role("button", name="Add").click()
        said = page.locator("section:has(#add-footage) .errorlist")
        said.wait_for()
        assert "not a video that can be read" in said.inner_text()
        assert sitting.elsewhere == []
    assert owner.get(f"/api/v1/cases/{key}").json()["items"] == []
