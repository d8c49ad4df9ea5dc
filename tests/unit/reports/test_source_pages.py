"""A source laid out for pointing at: every run leads back to the preserved text."""

from pathlib import Path
from typing import Any, TypeAlias

import pytest

from purport.core.casefile import StoryText
from purport.core.claims import Span
from purport.ledger import extract_claims, read_document
from purport.reports.source_pages import lay_out_source

HandMade: TypeAlias = Any  # its class lives in a module that is loaded by path

PAGE = (
    "<html><body><article><p>The ministry said that it &ldquo;hit <b>eight</b> targets&rdquo; of "
    "ISIS in 20&nbsp;strikes.</p><p>A blogger said the bombs missed by several metres.</p>"
    "</article></body></html>"
)


def test_every_literal_run_slices_the_preserved_text(hand_made: HandMade) -> None:
    for story in hand_made.case.stories:
        own = [
            (n, c)
            for n, c in enumerate(hand_made.case.claims)
            if c.document == story.document.digest
        ]
        for paragraph in lay_out_source(story, own):
            for run in paragraph:
                assert not run.literal or story.text[run.start : run.end] == run.text


@pytest.fixture
def story(tmp_path: Path) -> StoryText:
    path = tmp_path / "page.html"
    path.write_text(PAGE, encoding="utf-8")
    return read_document(path)


def test_entities_are_seen_as_one_character_and_known_as_many(story: StoryText) -> None:
    claims = list(enumerate(extract_claims(story), start=1))
    assert claims
    runs = [run for paragraph in lay_out_source(story, claims) for run in paragraph]
    quotation = next(run for run in runs if "“" in run.text and not run.literal)
    assert story.text[quotation.start : quotation.end] == "&ldquo;"
    assert "".join(run.text for run in runs if 1 in run.claims).startswith("it “hit eight targets”")


def test_marks_cut_runs_and_each_claim_begins_once(story: StoryText) -> None:
    claims = list(enumerate(extract_claims(story), start=1))
    runs = [run for paragraph in lay_out_source(story, claims) for run in paragraph]
    begun = [number for run in runs for number in run.begins]
    assert sorted(begun) == [number for number, _ in claims]
    for number, claim in claims:
        covered = [run for run in runs if number in run.claims]
        for run in covered:
            assert any(_within(run.start, run.end, span) for span in claim.content)


def _within(start: int, end: int, span: Span) -> bool:
    return span.start <= start and end <= span.end
