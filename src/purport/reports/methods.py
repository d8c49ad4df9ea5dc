"""What each check does, in its own words: the docstring of its class, which is written for that."""

import inspect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points

__all__ = ["Method", "explain_checks", "registered_checks"]

_GROUP = "purport.checks"
_SECTION = re.compile(
    r"^(Args|Attributes|Returns|Conventions|Uncertainty|Raises|References|Examples|Note)s?:$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A check, explained."""

    name: str
    """Its name."""
    version: str
    """Its version."""
    question: str
    """What it answers."""
    paragraphs: tuple[str, ...]
    """How it works and what it cannot do, in plain words."""


def registered_checks() -> tuple[type, ...]:
    """Load every check that is installed, by name."""
    found = sorted(entry_points(group=_GROUP), key=lambda entry: entry.name)
    return tuple(entry.load() for entry in found)


def explain_checks(checks: Iterable[type]) -> tuple[Method, ...]:
    """Read the explanation of each check from its class."""
    return tuple(_explain(check) for check in checks)


def _explain(check: type) -> Method:
    instance = check()
    text = inspect.cleandoc(check.__doc__ or "")
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        if _SECTION.match(block.splitlines()[0] if block else ""):
            break
        blocks.append(" ".join(block.split()))
    return Method(
        name=str(instance.name),
        version=str(instance.version),
        question=str(instance.question),
        paragraphs=tuple(blocks),
    )
