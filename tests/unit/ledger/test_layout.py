"""Story told from page furniture in plain text."""

from collections.abc import Callable

import pytest

from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.ledger.dates import find_date, is_dateline
from purport.ledger.furniture import is_byline, is_credited, is_furniture, without_credit
from purport.ledger.layout import paragraphs

StoryOf = Callable[[str], StoryText]


@pytest.mark.parametrize(
    "line",
    [
        "Turn on notifications from The Kelder Courier",
        "Notifications can be managed in browser preferences.",
        "Join our commenting forum",
        "Thank you for registering",
        "Please refresh the page to be logged in",
        "Please refresh your browser to be logged in",
        "Sign up to our free newsletter for updates",
        "Already a subscriber? Log in",
        "We use cookies on this site",
        "Share this article on Facebook",
        "12 comments",
        "Comments",
        "Read more: how the raid began",
        "© 2031 The Kelder Courier. All rights reserved",
        "Advertisement",
        "Most read",
        "* * *",
    ],
)
def test_furniture(line: str) -> None:
    assert is_furniture(line)


@pytest.mark.parametrize(
    "line",
    [
        "The ministry claims that eight targets were hit during 20 strikes.",
        "Residents said they had received no notification before the raid.",
        "The share of boats lost is not known, the harbourmaster said.",
        "“Please, stop,” said Marit Solheim.",
        "Officials refused to comment.",
        "He registered the ship in Kelder.",
    ],
)
def test_story(line: str) -> None:
    assert not is_furniture(line)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("The ministry says all were hit (AFP/Getty)", "The ministry says all were hit"),
        ("Smoke over Kelder (Photo: Coastwire)", "Smoke over Kelder"),
        ("Smoke over Kelder. Photograph: Ilse Varga", "Smoke over Kelder."),
        ("Smoke over Kelder [Reuters]", "Smoke over Kelder"),
        ("Smoke over Kelder (Norvanian Defence Ministry)", "Smoke over Kelder"),
    ],
)
def test_credits(line: str, text: str) -> None:
    assert is_credited(line)
    assert without_credit(line) == text


@pytest.mark.parametrize("line", ["Kelder (pop. 900) lies by the sea", "It was loud (very loud)."])
def test_brackets_that_are_no_credit(line: str) -> None:
    assert not is_credited(line)
    assert without_credit(line) == line


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        ("Ilse Vandermeer", True),
        ("By Ilse Vandermeer and Tomas Reke", True),
        ("Ilse Vandermeer, Kelder", True),
        ("Two boats sunk", False),
        ("The raid began at dawn.", False),
    ],
)
def test_bylines(line: str, *, byline: bool) -> None:
    assert is_byline(line) is byline


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Thursday 01 October 2015 09:28 BST", "2015-10-01"),
        ("Published: March 4, 2031", "2031-03-04"),
        ("2031-03-04T10:12Z", "2031-03-04"),
        ("4th Sept 2031", "2031-09-04"),
        ("Last updated on Tuesday 4 March 2031 at 10.12 am GMT", "2031-03-04"),
    ],
)
def test_date_lines(line: str, date: str) -> None:
    assert is_dateline(line)
    assert find_date(line) == date


@pytest.mark.parametrize(
    "line", ["31 June 2031", "The raid of 4 March 2031 was loud", "March", "x" * 200 + "4 May 2031"]
)
def test_lines_that_are_no_date_line(line: str) -> None:
    assert not is_dateline(line)


def test_hard_wrapped_paragraphs_are_joined() -> None:
    wrapped = (
        "The ministry claimed on Monday that eight targets were hit during\n"
        "20 strikes and that Kelder itself was spared, but residents of the\n"
        "quay said that two boats had been sunk.\n\nIt rained."
    )
    found = [wrapped[start:end] for start, end in paragraphs(wrapped)]
    assert len(found) == 2
    assert found[1] == "It rained."


def test_lines_of_a_saved_page_stay_apart() -> None:
    text = "Jets over Kelder\nIlse Vandermeer\n4 March 2031\nComments\nIt rained."
    assert len(paragraphs(text)) == 5


def test_a_text_without_headline_has_no_title(story_of: StoryOf) -> None:
    story = story_of("The navy said it missed.\n\nIt rained.")
    assert story.document.title is None
    assert story.document.published is None
    assert len(story.document.main_text) == 2


def test_byline_and_date_are_no_story(story_of: StoryOf) -> None:
    story = story_of("Jets over Kelder\n\nBy Ilse Vandermeer\n\nThe navy said it missed.\n\nRain.")
    assert story.document.title == "Jets over Kelder"
    assert [span.exact for span in story.document.main_text] == [
        "Jets over Kelder", "The navy said it missed.", "Rain.",
    ]  # fmt: skip


def test_a_credited_caption_yields_nothing(
    claims_of: Callable[[str], tuple[Claim, ...]],
) -> None:
    text = (
        "Jets over Kelder\nIlse Vandermeer\n4 March 2031\n"
        "The navy says all targets were hit (NPA/Handout)\n\nThe army said it missed."
    )
    assert [claim.claimant for claim in claims_of(text)] == ["army"]
