"""What a model proposes: validated, looked up word for word, and dropped with a reason."""

import json
from collections.abc import Callable

import pytest

from purport.core.casefile import StoryText
from purport.core.claims import SlotAttr
from purport.core.digests import JsonObject
from purport.ledger import DropReason, parse_answer, portions, settle_proposals

StoryOf = Callable[[str], StoryText]
TEXT = "Raid on Selden\n\nMarit Solheim heard it. Her verdict: dozens of raids missed. Dozens fled."


def _proposal(**changes: object) -> JsonObject:
    given: JsonObject = {
        "source": "Marit Solheim",
        "cue": "Her verdict",
        "content": ["dozens of raids missed"],
    }
    return {**given, **changes}  # type: ignore[dict-item]


def _reasons(story: StoryText, proposal: JsonObject) -> list[DropReason]:
    settled = settle_proposals(story, [proposal], (), proposed_by="stub")
    return [each.reason for each in settled.dropped]


def test_a_code_fence_is_taken_off() -> None:
    answer = json.dumps({"attributions": [_proposal()]})
    assert parse_answer(f"```json\n{answer}\n```").attributions == (_proposal(),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"content": ["missed"]}, DropReason.TOO_SHORT),
        ({"content": ["dozens of raids hit"]}, DropReason.NOT_VERBATIM),
        ({"content": ["dozens of raids", "of raids missed"]}, DropReason.NOT_VERBATIM),
        ({"source": "Marit  Solheim"}, DropReason.NOT_VERBATIM),
        ({"source": " "}, DropReason.NOT_VERBATIM),
        ({"cue": "Her judgement"}, DropReason.NOT_VERBATIM),
        ({"addressee": "the press"}, DropReason.FIELD_NOT_VERBATIM),
        ({"slots": [{"attr": "place", "text": "Selden"}]}, DropReason.FIELD_NOT_VERBATIM),
    ],
)
def test_what_is_not_there_is_dropped(
    story_of: StoryOf, changes: dict[str, object], reason: DropReason
) -> None:
    assert _reasons(story_of(TEXT), _proposal(**changes)) == [reason]


def test_the_same_twice_is_kept_once(story_of: StoryOf) -> None:
    settled = settle_proposals(story_of(TEXT), [_proposal(), _proposal()], (), proposed_by="stub")
    assert len(settled.claims) == 1
    assert [each.reason for each in settled.dropped] == [DropReason.KNOWN]


def test_counts_are_read_by_our_grammar(story_of: StoryOf) -> None:
    slots = [
        {"attr": "strike_count", "text": "dozens of raids", "value": "24"},
        {"attr": "outcome", "text": "missed", "value": "missed"},
    ]
    (claim,) = settle_proposals(
        story_of(TEXT), [_proposal(cue=None, slots=slots)], (), proposed_by="stub"
    ).claims
    assert claim.cue == ()
    count, outcome = claim.slots
    assert (count.attr, count.value, count.vague) == (SlotAttr.STRIKE_COUNT, None, "dozens")
    assert outcome.value == "missed"


def test_words_across_markup_keep_their_spans(story_of: StoryOf) -> None:
    page = "<html><body><p>Marit Solheim: Her verdict: dozens of <b>raids</b> &amp; shells missed."
    story = story_of(page)
    proposal = _proposal(content=["dozens of raids & shells missed"])
    (claim,) = settle_proposals(story, [proposal], (), proposed_by="stub").claims
    assert "".join(span.exact for span in claim.content) == ("dozens of raids &amp; shells missed")
    for span in claim.content:
        assert story.text[span.start : span.end] == span.exact


def test_a_long_story_goes_in_portions(story_of: StoryOf) -> None:
    paragraph = "It rained on Selden. " * 300
    story = story_of("Rain\n\n" + "\n\n".join([paragraph] * 5) + "\n\n" + "x" * 30_000)
    made = portions(story)
    assert len(made) > 3
    assert all(len(portion) <= 12_000 for portion in made)
    assert sum(portion.count("rained") for portion in made) == 1500
