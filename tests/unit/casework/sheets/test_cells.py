"""Every cell is a span of the preserved text, and says what the standard readers say."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purport.casework.sheets._cells import read_csv_cells, read_json_cells

CELLS = st.text(alphabet='abc ,"\n\r\té“”ISIS١', max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_csv_cells_are_those_of_the_standard_reader(rows: list[list[str]]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["a", "b", "c"])
    writer.writerows(rows)
    text = stream.getvalue()
    _, found = read_csv_cells(text)
    expected = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert [[row.cells[name][0].value for name in "abc"] for row in found] == expected
    for row in found:
        for cells in row.cells.values():
            span = cells[0].span
            assert text[span.start : span.end] == span.exact


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("a,b\n1\n", "line 2 has 1 cells, its header 2"),
        ("a,a\n1,2\n", "twice"),
        ('a,b\n"1,2\n', "does not end"),
        ('a,b\n"1"x,2\n', "something follows"),
    ],
)
def test_faulty_csv_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_csv_cells(text)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


RECORDS = st.lists(st.dictionaries(st.text(max_size=5), VALUES, max_size=4), max_size=4)


@given(records=RECORDS, wide=st.booleans())
def test_json_cells_slice_back(records: list[dict[str, object]], *, wide: bool) -> None:
    text = json.dumps({"cases": records}, ensure_ascii=False, indent=2 if wide else None)
    rows = read_json_cells(text, ("cases",))
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        assert json.loads(row.span.exact) == record
        for cells in row.cells.values():
            for cell in cells:
                assert text[cell.span.start : cell.span.end] == cell.span.exact


def test_values_with_sources_are_flattened() -> None:
    text = (
        '{"cases": [{"a": {"value": "x\\"y", "source": "s"}, "b": {"lat": 1.50}, "c": [1, null]}]}'
    )
    (row,) = read_json_cells(text, ("cases",))
    said = {path: [cell.value for cell in cells] for path, cells in row.cells.items()}
    assert said == {"a": ['x"y'], "a.source": ["s"], "b.lat": ["1.50"], "c": ["1"]}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[1]", "record 1 is not an object"),
        ('{"other": 1}', "no list of records"),
        ("[{}] x", "something follows"),
        ('[{"a": }]', "a value is expected"),
        ("[{}", "is expected"),
        ("[{},]", "a member is expected"),
        ('{"cases" [', "':' is expected"),
        ("[" * 60 + "]" * 60, "nested"),
        ("", "a value is expected"),
    ],
)
def test_faulty_json_is_refused(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_json_cells(text, ("cases",))
