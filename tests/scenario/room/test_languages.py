"""The reader's side comes in the reader's language; the desk stays English."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from http import HTTPStatus
from typing import Any, TypeAlias

import pytest

Desk: TypeAlias = Any  # its class lives in a conftest

READ = "/published/case/"
ARABIC = {"Accept-Language": "ar,en;q=0.5"}
RUSSIAN = {"Accept-Language": "ru-RU,ru;q=0.9"}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A published case that anybody may sign up to."""
    with open_desk(tmp_path_factory.mktemp("tongues") / "room", "--sign-up") as found:
        found.publish()
        yield found


def head_of(page: str) -> str:
    found = re.search(r"<html[^>]*>", page)
    assert found is not None
    return found.group()


def test_the_language_follows_the_browser(desk: Desk) -> None:
    stranger = desk.room.stranger()
    arabic = stranger.get(READ, headers=ARABIC)
    assert head_of(arabic.text) == '<html lang="ar" dir="rtl">'
    assert "الادعاءات" in arabic.text
    assert "Accept-Language" in arabic.headers["vary"]
    assert "Cookie" in arabic.headers["vary"]
    russian = stranger.get(READ, headers=RUSSIAN).text
    assert head_of(russian) == '<html lang="ru" dir="ltr">'
    assert "Утверждения" in russian
    assert head_of(stranger.get(READ).text) == '<html lang="en" dir="ltr">'
    other = stranger.get(READ, headers={"Accept-Language": "fr"}).text
    assert head_of(other) == '<html lang="en" dir="ltr">'
    entrance = stranger.get("/accounts/login/", headers=ARABIC).text
    assert head_of(entrance) == '<html lang="ar" dir="rtl">'
    assert "تسجيل الدخول" in entrance


def test_ratings_and_parts_are_said_in_it_and_styled_as_ever(desk: Desk) -> None:
    page = desk.room.stranger().get(f"{READ}claims/{desk.claim}", headers=RUSSIAN).text
    chip = re.search(r'<span class="chip ([a-z-]+)">([^<]+)</span>', page)
    assert chip is not None
    assert chip.group(1) in {"supported", "partly-supported", "unproven", "contradicted"}
    assert chip.group(2) in {
        "Подтверждается",
        "Подтверждается частично",
        "Не доказано",
        "Опровергается",
    }


def test_what_was_chosen_wins_over_the_browser(desk: Desk) -> None:
    stranger = desk.room.stranger()
    stranger.get(READ)
    chosen = stranger.post("/me/language", {"language": "ar", "next": READ})
    assert chosen.status_code == HTTPStatus.FOUND
    assert chosen.headers["location"] == READ
    assert head_of(stranger.get(READ, headers=RUSSIAN).text) == '<html lang="ar" dir="rtl">'
    elsewhere = stranger.post("/me/language", {"language": "ru", "next": "https://example.org/"})
    assert "example.org" not in elsewhere.headers["location"]
    assert head_of(stranger.get(READ).text) == '<html lang="ru" dir="ltr">'


def test_nobody_elses_page_chooses(desk: Desk) -> None:
    stranger = desk.room.stranger()
    stranger.get(READ)
    refused = stranger.client.post("/me/language", data={"language": "ar"})
    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert head_of(stranger.get(READ).text) == '<html lang="en" dir="ltr">'


def test_the_desk_stays_english(desk: Desk) -> None:
    desk.owner.post("/me/language", {"language": "ar", "next": READ})
    for path in ("/", "/cases/case/", "/cases/case/ledger", "/moderation/"):
        page = desk.owner.get(path, headers=ARABIC)
        assert head_of(page.text) == '<html lang="en" dir="ltr">', path
    assert head_of(desk.owner.get(READ).text) == '<html lang="ar" dir="rtl">'
    desk.owner.post("/me/language", {"language": "en", "next": READ})


def test_a_chosen_language_goes_with_the_account(desk: Desk) -> None:
    amal = desk.room.reader("amal")
    amal.post("/me/language", {"language": "ar", "next": READ})
    amal.client.cookies.delete("purport_language")
    assert head_of(amal.get(READ, headers=RUSSIAN).text) == '<html lang="ar" dir="rtl">'
    kept = amal.get("/me/data.json").json()["reader"][0]
    assert (kept["language"], kept["mail_language"]) == ("ar", "ar")


def test_the_language_of_mails_follows_what_was_read_last(desk: Desk) -> None:
    boris = desk.room.reader("boris")
    boris.post(f"{READ}follow", {"follow": "yes"}, headers=RUSSIAN)
    kept = boris.get("/me/data.json").json()["reader"][0]
    assert (kept["language"], kept["mail_language"]) == ("", "ru")
    assert head_of(boris.get(READ, headers=ARABIC).text) == '<html lang="ar" dir="rtl">'


def test_a_refusal_comes_in_the_readers_language(desk: Desk) -> None:
    chen = desk.room.reader("chen")

    def said(body: str, language: dict[str, str]) -> dict[str, str]:
        answer = chen.post(f"{READ}comments", {"body": body}, headers={**JSON, **language})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, answer.text
        told: dict[str, str] = answer.json()
        return told

    assert said("", ARABIC)["fault"] == "التعليق فارغ."
    assert said("x" * 5001, RUSSIAN)["fault"].startswith("Знаков: 5001, а можно не больше 5000")
    assert said("", {})["fault"] == "There is nothing in it."
    offered = {"kind": "position", "what": "the bakery"}
    offer = chen.post(f"{READ}evidence", offered, headers=ARABIC)
    assert "اذكر في أي مقطع يُرى." in offer.text
    missing = chen.get("/published/no-such-case/", headers=RUSSIAN)
    assert missing.status_code == HTTPStatus.NOT_FOUND
    assert "такое дело не опубликовано" in missing.text


def test_codes_are_mailed_in_the_language_of_the_page(desk: Desk) -> None:
    stranger = desk.room.stranger()
    stranger.get("/accounts/signup/", headers=RUSSIAN)
    asked = {
        "email": "dina@example.org",
        "username": "dina",
        "password1": "correct horse battery staple",
    }
    signed = stranger.post("/accounts/signup/", asked, headers=RUSSIAN)
    assert signed.status_code == HTTPStatus.FOUND
    folder = desk.room.folder / "web" / "mail"
    mails = [
        message_from_bytes(one.read_bytes(), policy=policy.default) for one in folder.iterdir()
    ]
    of_dina = [mail.get_content() for mail in mails if mail["to"] == "dina@example.org"]
    assert re.search("[а-яё]{4}", of_dina[-1])
