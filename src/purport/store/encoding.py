"""Records as the text that is stored and digested."""

from purport.core.digests import canonical_json
from purport.core.records import spell_infinity, to_json

__all__ = ["encode_record"]


def encode_record(record: object) -> str:
    """Write a record as canonical JSON, infinite numbers as words.

    Raises:
        ValueError: A number is NaN.
    """
    return canonical_json(spell_infinity(to_json(record)))
