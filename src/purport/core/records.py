"""Frozen records to JSON and back, strictly: an unknown or missing key is an error.

Every record that is stored, sealed or printed passes through `to_json` and `from_json`, an inverse
pair. Fractions are "numerator/denominator", instants ISO 8601 in UTC.
"""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, TypeVar, cast

from cattrs import Converter
from cattrs.preconf.json import make_converter

from purport.core.digests import Digest, JsonObject, JsonValue

__all__ = ["from_json", "spell_infinity", "to_json"]

RecordT = TypeVar("RecordT")


def _make_converter() -> Converter:
    converter = make_converter(forbid_extra_keys=True, detailed_validation=False)
    converter.register_unstructure_hook(Fraction, str)
    converter.register_structure_hook(Fraction, lambda text, _: Fraction(text))
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda text, _: _instant(text))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_structure_hook_func(
        lambda kind: kind is Digest, lambda value, _: _of_kind(str, value)
    )
    converter.register_structure_hook_func(
        lambda kind: kind == JsonObject, lambda value, _: _of_kind(Mapping, value)
    )
    converter.register_structure_hook_func(lambda kind: kind == JsonValue, lambda value, _: value)
    return converter


def _instant(text: str) -> datetime:
    """Read an instant; one without a zone, or that UTC cannot say, is none."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        message = f"{text} has no time zone"
        raise ValueError(message)
    instant.astimezone(UTC)  # fails beyond the years 1 to 9999
    return instant


def _of_kind(kind: type, value: object) -> object:
    if not isinstance(value, kind):
        message = f"{str(value)[:40]!r} is no {kind.__name__}"
        raise TypeError(message)
    return value


_CONVERTER = _make_converter()


def to_json(record: object) -> JsonValue:
    """Turn a frozen record, or a tuple of them, into plain JSON values."""
    return cast("JsonValue", _CONVERTER.unstructure(record))


def spell_infinity(value: JsonValue) -> JsonValue:
    """Put infinite numbers ("at least 20" is 20 to infinity) into words, which JSON can say.

    The words are those that `float` reads back.

    Examples:
        >>> spell_infinity({"range": [20.0, float("inf")]})
        {'range': [20.0, 'Infinity']}
    """
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {key: spell_infinity(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [spell_infinity(part) for part in value]
    return value


def from_json(kind: type[RecordT], value: Any) -> RecordT:  # noqa: ANN401 - border: any JSON
    """Build the record of type `kind` that `to_json` wrote.

    Raises:
        Exception: A key is unknown or missing, or a value is of the wrong kind (cattrs' errors).
    """
    return _CONVERTER.structure(value, kind)
