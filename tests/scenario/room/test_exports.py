"""What a served case gives to feed readers and maps, held against the schemas of the standards."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

Desk: TypeAlias = Any  # its class lives in a conftest

READ = "/published/case/"
SCHEMAS = Path(__file__).parents[2] / "schemas"
WORDS = 'ما سقط على <شارع> الميناء؟ & "=1+1"'


@pytest.fixture(scope="module")
def desk(open_desk: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that publishes edition after edition."""
    with open_desk(tmp_path_factory.mktemp("exports") / "room") as found:
        yield found


@pytest.mark.parametrize(
    "changes", [{}, {"blur_positions": "on"}, {"embargo_h": str(24 * 365 * 30)}]
)
def test_what_is_served_is_valid(desk: Desk, changes: dict[str, str]) -> None:
    desk.publish(title=WORDS, summary=WORDS, correction=WORDS, **changes)
    for name, kind, schema in (
        (f"{READ}places.kml", "application/vnd.google-earth.kml+xml", "kml.rng"),
        ("/published/feed.atom", "application/atom+xml", "atom.rng"),
    ):
        answer = desk.reader.get(name)
        assert answer.headers["content-type"].startswith(kind)
        grammar = etree.RelaxNG(file=str(SCHEMAS / schema))
        root = etree.fromstring(answer.content)
        assert grammar.validate(root), grammar.error_log
        assert WORDS in answer.text or WORDS in "".join(root.itertext())
    for name, kind, schema in (
        ("places.geojson", "application/geo+json", "geojson.schema.json"),
        ("timemap.json", "application/json", "timemap.schema.json"),
    ):
        answer = desk.reader.get(READ + name)
        assert answer.headers["content-type"].startswith(kind)
        held = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
        Draft202012Validator(held).validate(answer.json())
    rows = list(csv.reader(io.StringIO(desk.reader.get(f"{READ}ratings.csv").text, newline="")))
    assert {len(row) for row in rows} == {9}
