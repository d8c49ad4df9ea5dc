import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import pytest
from jsonschema import Draft202012Validator

from purport.core.digests import canonical_json
from purport.reports import case_document, case_schema

Json: TypeAlias = Any

REQUIRED = {
    "": {"schema", "items", "claims", "findings", "verdicts", "dossier", "not_run", "faults"},
    "item": {"sha256", "name", "duration_s", "frames"},
    "claim": {"id", "claimant", "quote_type", "source", "cue", "content", "slots", "relations"},
    "span": {"start", "end", "exact"},
    "slot": {"attr", "span"},
    "finding": {"id", "check", "version", "item", "answer", "values", "limits"},
    "verdict": {
        "claim",
        "part",
        "rating",
        "likelihood",
        "confidence",
        "because",
        "would_change",
    },
    "place_values": {"matched", "centre", "covariance_m2", "homographies"},
    "impacts_values": {"strikes"},
    "strike": {
        "onset_frame",
        "onset_s",
        "point_px",
        "point_sd_px",
        "position",
        "offset_m",
        "offset_68_m",
        "offset_95_m",
        "bearing_deg",
        "same_strike_as",
    },
    "edits_values": {"edits"},
    "reuse_values": {"matches"},
    "provenance_values": {"statements", "contradictions", "notes", "credentials"},
}
"""What issue 2 promised; nothing may leave these sets, whatever is added."""


def validator() -> Draft202012Validator:
    return Draft202012Validator(case_schema())


def plain(document: object) -> Json:
    return json.loads(json.dumps(document, allow_nan=False))


@pytest.fixture(scope="module")
def document(hand_made: Json) -> Json:
    return plain(case_document(hand_made.case, dossier=Path("out/dossier.html")))


def test_case_schema_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(case_schema())


def test_case_document_of_a_full_case_validates(document: Json) -> None:
    assert [error.message for error in validator().iter_errors(document)] == []
    assert document["schema"] == "purport.case/1"
    assert document["dossier"] == "out/dossier.html"


@pytest.mark.parametrize("name", ["bare_case", "story_only_case"])
def test_case_document_of_a_thin_case_validates(builder: ModuleType, name: str) -> None:
    made = plain(case_document(getattr(builder, name)(), dossier=None))
    assert [error.message for error in validator().iter_errors(made)] == []
    assert made["dossier"] is None
    assert made["custody_head"] is None


def test_case_document_keeps_counts_and_identifiers(hand_made: Json, document: Json) -> None:
    case = hand_made.case
    assert [item["sha256"] for item in document["items"]] == [i.record.digest for i in case.items]
    assert [claim["id"] for claim in document["claims"]] == [claim.id for claim in case.claims]
    assert {finding["item"] for finding in document["findings"]} <= {
        item["sha256"] for item in document["items"]
    }
    assert len(document["verdicts"]) == 6 * len(document["claims"])
    assert document["custody_head"]["digest"] == case.custody[-1].digest
    assert len(document["links"]) == sum(len(verdict.links) for verdict in case.verdicts)


def test_case_document_spans_slice_the_text(hand_made: Json, document: Json) -> None:
    texts = {story.document.digest: story.text for story in hand_made.case.stories}
    spans = [
        (claim["document"], span)
        for claim in document["claims"]
        for span in (*claim["content"], *claim["source"], *claim["cue"])
    ]
    assert len(spans) >= 15
    assert all(texts[where][s["start"] : s["end"]] == s["exact"] for where, s in spans)


def test_case_document_slots_say_exactly_what_the_source_said(document: Json) -> None:
    slots = {slot["attr"]: slot for claim in document["claims"] for slot in claim["slots"]}
    assert slots["target_count"]["value"] == 8.0
    assert "range" not in slots["target_count"]
    assert slots["strike_count"]["range"] == [20.0, None]
    assert slots["miss_distance"]["vague"] == "several"


def test_case_document_says_where_a_caption_stands_again(hand_made: Json) -> None:
    claim = hand_made.case.claims[0]
    printed_twice = replace(claim, appearances=(claim.source[0],))
    case = replace(hand_made.case, claims=(printed_twice, *hand_made.case.claims[1:]))
    made = plain(case_document(case, dossier=None))
    assert validator().is_valid(made)
    assert made["claims"][0]["appearances"] == made["claims"][0]["source"]
    assert made["claims"][1]["appearances"] == []


def test_case_document_lets_the_narrator_speak_without_source_or_cue(hand_made: Json) -> None:
    told = replace(hand_made.case.claims[0], claimant="narrator", source=(), cue=())
    case = replace(hand_made.case, claims=(told, *hand_made.case.claims[1:]))
    made = plain(case_document(case, dossier=None))
    assert validator().is_valid(made)
    assert made["claims"][0]["source"] == made["claims"][0]["cue"] == []


def test_case_document_says_how_story_was_told_from_furniture(hand_made: Json) -> None:
    story = hand_made.case.stories[0]
    cleaned = replace(story, document=replace(story.document, main_text_basis="cleaner 2.0"))
    case = replace(hand_made.case, stories=(cleaned, *hand_made.case.stories[1:]))
    made = plain(case_document(case, dossier=None))
    assert validator().is_valid(made)
    assert [one["main_text_basis"] for one in made["documents"]] == ["cleaner 2.0", "own rules"]


def test_case_schema_still_takes_documents_written_before(document: Json) -> None:
    older = copy.deepcopy(document)
    for claim in older["claims"]:
        del claim["appearances"]
    for story in older["documents"]:
        del story["main_text_basis"]
    assert validator().is_valid(older)


def test_case_document_is_deterministic(hand_made: Json) -> None:
    first = canonical_json(case_document(hand_made.case, dossier=None))
    assert first == canonical_json(case_document(replace(hand_made.case), dossier=None))


@pytest.mark.parametrize(("name", "keys"), sorted(REQUIRED.items()))
def test_case_schema_still_requires_what_was_promised(name: str, keys: set[str]) -> None:
    schema: Json = case_schema()
    definition = schema["$defs"][name] if name else schema
    assert keys <= set(definition["required"])
    assert keys <= set(definition["properties"])


def test_case_schema_refuses_a_document_without_a_required_member(document: Json) -> None:
    for path in removable_paths():
        broken = copy.deepcopy(document)
        parent = broken
        for step in path[:-1]:
            parent = parent[step]
        del parent[path[-1]]
        assert not validator().is_valid(broken), path


def removable_paths() -> Iterator[tuple[str | int, ...]]:
    places: dict[str, tuple[str | int, ...]] = {
        "": (),
        "item": ("items", 0),
        "claim": ("claims", 0),
        "span": ("claims", 0, "content", 0),
        "slot": ("claims", 0, "slots", 0),
        "finding": ("findings", 0),
        "verdict": ("verdicts", 0),
        "edits_values": ("findings", 0, "values"),
        "reuse_values": ("findings", 1, "values"),
        "provenance_values": ("findings", 5, "values"),
        "place_values": ("findings", 2, "values"),
        "impacts_values": ("findings", 3, "values"),
        "strike": ("findings", 3, "values", "strikes", 0),
    }
    for name, path in places.items():
        for key in sorted(REQUIRED[name]):
            yield (*path, key)


def test_case_schema_refuses_what_contradicts_it(document: Json) -> None:
    broken = copy.deepcopy(document)
    broken["verdicts"][0]["rating"] = "True"
    assert not validator().is_valid(broken)
    broken = copy.deepcopy(document)
    broken["findings"][2]["values"]["centre"] = [12.0]
    assert not validator().is_valid(broken)
    broken = copy.deepcopy(document)
    slot = broken["claims"][0]["slots"][0]
    del slot["value"]
    assert not validator().is_valid(broken)


def test_case_schema_describes_every_property() -> None:
    silent = [path for path, node in properties(case_schema(), "") if "description" not in node]
    assert silent == []


def properties(node: Json, path: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        for name, child in node.get("properties", {}).items():
            yield f"{path}/{name}", child
        for name, child in node.items():
            if name == "allOf":  # conditions on a described member, not members
                continue
            yield from properties(child, f"{path}/{name}")
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from properties(child, f"{path}/{index}")


def test_case_schema_accepts_members_added_later(document: Json) -> None:
    richer = copy.deepcopy(document)
    richer["later"] = 1
    richer["items"][0]["later"] = 1
    richer["findings"][3]["values"]["strikes"][0]["later"] = 1
    assert validator().is_valid(richer)
