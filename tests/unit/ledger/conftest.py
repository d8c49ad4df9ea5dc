"""Stories from strings."""

from collections.abc import Callable
from pathlib import Path

import pytest

from purport.core.casefile import StoryText
from purport.core.claims import Claim
from purport.ledger import extract_claims, read_document


@pytest.fixture
def story_of(tmp_path: Path) -> Callable[[str], StoryText]:
    def read(text: str) -> StoryText:
        path = tmp_path / ("page.html" if text.startswith("<") else "story.txt")
        path.write_text(text, encoding="utf-8", newline="")
        return read_document(path)

    return read


@pytest.fixture
def claims_of(story_of: Callable[[str], StoryText]) -> Callable[[str], tuple[Claim, ...]]:
    def extract(text: str) -> tuple[Claim, ...]:
        return extract_claims(story_of(text))

    return extract
