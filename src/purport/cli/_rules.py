"""The judging rules as the user has set them: the table `[judging]` of the settings file."""

from dataclasses import fields, replace
from typing import Any

from purport.cli._settings import RULES_TABLE, config_file, read_rules
from purport.core.errors import InputError
from purport.verdicts import JudgingRules

__all__ = ["judging_rules", "rules_with_origin"]

_PROBABILITIES = frozenset({"supported_from", "contradicted_to"})
_TABLE_OF_AMOUNTS = "vague_amounts"
_CELLS = 3


def judging_rules() -> JudgingRules:
    """Return the rules: those of the settings file, the usual ones for the rest.

    Raises:
        InputError: A rule is unknown, or no number that can be; with what was expected.
    """
    usual = JudgingRules()
    given: dict[str, Any] = {name: _checked(name, value) for name, value in read_rules().items()}
    rules = replace(usual, **given)
    if rules.contradicted_to >= rules.supported_from:
        raise _fault("contradicted_to", "must be below supported_from")
    return rules


def rules_with_origin() -> tuple[tuple[str, object, str], ...]:
    """Return name, value and origin of every rule."""
    rules, given = judging_rules(), read_rules()
    return tuple(
        (
            one.name,
            getattr(rules, one.name),
            str(config_file()) if one.name in given else "default",
        )
        for one in fields(rules)
    )


def _checked(name: str, value: object) -> object:
    if name not in {one.name for one in fields(JudgingRules)}:
        raise _fault(name, "is no rule")
    if name == _TABLE_OF_AMOUNTS:
        return _amounts(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _fault(name, f"must be a number that is not negative, got {value!r}")
    if name in _PROBABILITIES and not 0.0 < value < 1.0:
        raise _fault(name, f"must lie between 0 and 1, got {value!r}")
    return float(value)


def _amounts(value: object) -> tuple[tuple[str, float, float], ...]:
    rows = value if isinstance(value, list) else [None]
    read: list[tuple[str, float, float]] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != _CELLS:
            raise _fault(_TABLE_OF_AMOUNTS, f'holds {row!r} in place of ["several", 2, 15]')
        word, low, high = row
        numbers = isinstance(low, int | float) and isinstance(high, int | float)
        if not isinstance(word, str) or not numbers or not 0 <= low <= high:
            raise _fault(_TABLE_OF_AMOUNTS, f'holds {row!r} in place of ["several", 2, 15]')
        read.append((word, float(low), float(high)))
    return tuple(read)


def _fault(name: str, fault: str) -> InputError:
    known = ", ".join(one.name for one in fields(JudgingRules))
    return InputError(
        f"[{RULES_TABLE}] {name} in {config_file()}", fault, remedy=f"The rules are {known}."
    )
