import hashlib
from pathlib import Path

import pytest

from purport.core.digests import canonical_json, digest_bytes, digest_file, digest_json


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000  # more than two pieces of 1 MiB
    path = tmp_path / "bytes"
    path.write_bytes(content)
    assert digest_file(path) == digest_bytes(content) == hashlib.sha256(content).hexdigest()


def test_equal_values_have_one_text_whatever_their_order() -> None:
    assert canonical_json({"b": "ü", "a": 1}) == canonical_json({"a": 1, "b": "ü"})
    assert digest_json({"b": 2, "a": 1}) == digest_json({"a": 1, "b": 2})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_cannot_say_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json([number])
