"""JSON Schemas of frozen records, made from their annotations and the docstrings of their fields.

They describe what `core.records.to_json` writes, so that a reader without Purport knows what each
member means.
"""

import ast
import enum
import inspect
import textwrap
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any, Union, cast, get_args, get_origin

from purport.core.digests import Digest, JsonObject, JsonValue

__all__ = ["schema_of"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER: Mapping[str, JsonValue] = {
    "anyOf": [{"type": "number"}, {"enum": ["Infinity", "-Infinity"]}]
}
_PLAIN: Mapping[object, Mapping[str, JsonValue]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: _NUMBER,
    str: {"type": "string"},
    type(None): {"type": "null"},
    datetime: {"type": "string", "description": "ISO 8601"},
    date: {"type": "string", "description": "ISO 8601"},
    Fraction: {"type": "string", "description": "numerator/denominator"},
    Digest: {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    JsonValue: {},
    JsonObject: {"type": "object"},
}


def schema_of(kind: type) -> JsonObject:
    """Return the JSON Schema (draft 2020-12) of what `to_json` writes of a record.

    Args:
        kind: A frozen dataclass.

    Raises:
        TypeError: A field is of a kind that records do not hold.
    """
    definitions: dict[str, JsonValue] = {}
    top = _schema(kind, definitions)
    return {"$schema": _DRAFT, **top, "$defs": definitions}


def _schema(kind: Any, definitions: dict[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ANN401 - any annotation
    try:
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
    except TypeError:  # an annotation that cannot be a key is none of the plain ones
        pass
    return _composed_schema(kind, definitions)


def _composed_schema(kind: Any, definitions: dict[str, JsonValue]) -> dict[str, JsonValue]:  # noqa: ANN401 - any annotation
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        return {"anyOf": [_schema(part, definitions) for part in get_args(kind)]}
    if origin is tuple:
        return _tuple_schema(get_args(kind), definitions)
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(get_args(kind)[1], definitions)}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {"enum": [member.value for member in kind]}
    if is_dataclass(kind):
        return _reference(cast("type", kind), definitions)
    raise TypeError(f"records do not hold {kind!r}")


def _tuple_schema(
    parts: tuple[Any, ...], definitions: dict[str, JsonValue]
) -> dict[str, JsonValue]:
    if len(parts) == 2 and parts[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
        return {"type": "array", "items": _schema(parts[0], definitions)}
    return {
        "type": "array",
        "prefixItems": [_schema(part, definitions) for part in parts],
        "minItems": len(parts),
        "maxItems": len(parts),
    }


def _reference(kind: type, definitions: dict[str, JsonValue]) -> dict[str, JsonValue]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # so that a record that holds its own kind ends
        words = _field_docs(kind)
        properties = {}
        for field in fields(kind):
            described = _schema(field.type, definitions)
            if field.name in words:
                described["description"] = words[field.name]
            properties[field.name] = described
        definitions[name] = {
            "type": "object",
            "description": inspect.getdoc(kind) or name,
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


def _field_docs(kind: type) -> Mapping[str, str]:
    """Read the docstring under each field; nothing where the source is not at hand."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, SyntaxError):
        return {}
    body = cast("ast.ClassDef", tree.body[0]).body
    return {
        field.target.id: " ".join(words.value.value.split())
        for field, words in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(words, ast.Expr)
        and isinstance(words.value, ast.Constant)
        and isinstance(words.value.value, str)
    }
