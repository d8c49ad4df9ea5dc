"""Records as the text that is stored and digested."""

import math
from collections.abc import Mapping

from purport.core.digests import JsonValue, canonical_json
from purport.core.records import to_json

__all__ = ["encode_record"]


def encode_record(record: object) -> str:
    """Write a record as canonical JSON.

    An infinite number ("at least 20" is 20 to infinity) becomes the word that `float` reads back;
    JSON has no other way to say it.

    Raises:
        ValueError: A number is NaN.
    """
    return canonical_json(_spell_infinity(to_json(record)))


def _spell_infinity(value: JsonValue) -> JsonValue:
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {key: _spell_infinity(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_spell_infinity(part) for part in value]
    return value
