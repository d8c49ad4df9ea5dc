"""Records as the text that is stored and digested."""

import json
from typing import Any

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from purport.core.digests import canonical_json
from purport.core.findings import Derivation
from purport.core.records import spell_infinity, to_json

__all__ = ["decode_body", "decode_without_numbers", "encode_record"]

_WHOLE = Decoder()
_KEYS = Decoder(dict[str, Raw])
_LIST_OF_KEYS = Decoder(list[dict[str, Raw]])
_NOTHING = to_json(Derivation(inputs=(), parameters={}, libraries=()))


def encode_record(record: object) -> str:
    """Write a record as canonical JSON, infinite numbers as words.

    Raises:
        ValueError: A number is NaN.
    """
    return canonical_json(spell_infinity(to_json(record)))


def decode_body(body: str) -> Any:  # noqa: ANN401 - any JSON
    """Read what `encode_record` wrote, to the value that `json.loads` gives.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return _WHOLE.decode(body)
    except DecodeError:  # what msgspec is too strict for, halves of surrogate pairs
        return json.loads(body)


def decode_without_numbers(body: str) -> Any:  # noqa: ANN401 - any JSON
    """Read an outcome whose findings have no values and no derivation: they take most of the room.

    They are skipped in the text, which takes a tenth of the time of reading them.

    Raises:
        ValueError: It is no JSON.
        msgspec.ValidationError: It is no outcome.
    """
    outcome = _KEYS.decode(body)
    findings = [
        {**_read(finding), "values": {}, "derivation": _NOTHING}
        for finding in _LIST_OF_KEYS.decode(outcome.pop("findings"))
    ]
    return {**_read(outcome), "findings": findings}


def _read(parts: dict[str, Raw]) -> dict[str, Any]:
    return {
        name: decode_body(bytes(part).decode())
        for name, part in parts.items()
        if name not in {"values", "derivation"}
    }
